//! Memory under attack (invariant 9), measured with an allocator that counts.
//!
//! The test is alone in its program, so that it counts no other memory.

use std::alloc::System;

use cap::Cap;
use ftp_proto::wire::Limits;
use ftp_proto::{Config, ErrorKind, Session, flows};

#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

/// The most bytes that a session may hold in addition to the reply that it is reading: for its own
/// state, its ledger and its error.
const OVERHEAD: usize = 16 * 1024;

/// Feeds a new session with `piece` again and again, until the session is dead or has got `most`
/// bytes. Returns the number of bytes fed, the growth of the peak of memory, the sum of all
/// allocations, and the kind of error.
fn attack(piece: &[u8], most: usize, eof: bool) -> (usize, usize, usize, Option<ErrorKind>) {
    let (before, total) = (HEAP.allocated(), HEAP.total_allocated());
    let mut session = Session::new(Config::default());
    let mut fed = 0;
    while !session.is_dead() && fed < most {
        session.receive(piece);
        fed += piece.len();
    }
    if eof {
        session.receive_eof();
    }
    let (mut running, answer) = session.start(flows::Greeting::new());
    let kind = session
        .step(&mut running, answer)
        .err()
        .map(|error| error.kind());
    // The allocator's peak never shrinks, so `peak` includes the peaks of earlier attacks. They
    // must stay below the limit too.
    let peak = HEAP.max_allocated().saturating_sub(before);
    (fed, peak, HEAP.total_allocated() - total, kind)
}

#[test]
fn invariant_9_memory_is_bounded_and_work_is_linear() {
    let limits = Limits::default();
    let bound = limits.reply + limits.line + OVERHEAD;
    let line = [b'2'; 4_096];
    let long = [b"220-".as_slice(), &[b'x'; 8_000], b"\r\n"].concat();
    let attacks: [(&str, &[u8], usize, bool, ErrorKind); 7] = [
        (
            "500 continuation lines",
            b"220-hello\r\n",
            500 * 11,
            true,
            ErrorKind::Protocol,
        ),
        (
            "an endless line",
            &line,
            100_000_000,
            false,
            ErrorKind::Protocol,
        ),
        (
            "an endless line, byte by byte",
            b"2",
            100_000_000,
            false,
            ErrorKind::Protocol,
        ),
        (
            "an endless reply",
            &long,
            100_000_000,
            false,
            ErrorKind::Protocol,
        ),
        (
            "an HTTP greeting",
            b"HTTP/1.1 400 Bad Request\r\n",
            26,
            true,
            ErrorKind::Protocol,
        ),
        ("`213 12` and close", b"213 12", 6, true, ErrorKind::Closed),
        (
            "a stray reply again and again",
            b"220 ready\r\n",
            100_000_000,
            true,
            ErrorKind::OutOfStep,
        ),
    ];
    for (name, piece, most, eof, expected) in attacks {
        let (fed, peak, total, kind) = attack(piece, most, eof);
        println!("{name}: {fed} bytes, peak {peak}, allocated {total} in all, {kind:?}");
        // If the attack begins with a valid greeting, the greeting flow succeeds although a later
        // reply has killed the session. `kind` is then `None`.
        assert!(kind.is_none() || kind == Some(expected), "{name}: {kind:?}");
        assert!(fed <= limits.reply + long.len(), "{name}: {fed} bytes");
        assert!(peak < bound, "{name}: {peak} bytes of {bound}");
        // The buffer grows by doubling. All its allocations together are at most twice its largest
        // size, so `total` must stay below a small multiple of `bound`.
        assert!(total < 4 * bound, "{name}: {total} bytes allocated");
    }
    // A hundred times as many bytes need no more memory at a time. Only the sum of all allocations
    // grows, in proportion to the bytes.
    let few = attack(b"120 soon\r\n", 10_000, false);
    let many = attack(b"120 soon\r\n", 1_000_000, false);
    assert!(many.1 < bound, "{many:?}");
    assert!(many.2 < few.2 * 120, "{few:?} {many:?}");
    // If one reply has twice as many lines, the session allocates about twice as much in all.
    let reply =
        |lines| format!("220-{}220 ready\r\n", "hello there\r\n".repeat(lines)).into_bytes();
    let allocated = |lines| {
        let before = HEAP.total_allocated();
        let mut session = Session::new(Config::default());
        for byte in reply(lines) {
            session.receive(&[byte]);
        }
        HEAP.total_allocated() - before
    };
    let (once, twice) = (allocated(100), allocated(200));
    assert!(twice < once * 3, "{once} {twice}");
}
