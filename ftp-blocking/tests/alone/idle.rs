//! How much heap a session without a transfer holds, by an allocator that counts.
//!
//! The test is alone in its process and the server in another one, so that only sessions are
//! counted.

use std::alloc::System;
use std::io::{self, Read as _};

use cap::Cap;

use crate::face::{Client, Error, Options, TlsConfig};
use crate::support::server_process::{FILE, LISTING, ServerProcess, serve_if_asked};

#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

/// What a session may hold, in bytes.
const LIMIT: usize = 2 * 1024;

/// The same under TLS 1.3, with a certificate of 350 bytes and without a chain. Four tickets have a
/// copy of it each, the connection has one, and so has what is known of the last data connection: a
/// longer chain costs six times its length.
const TLS_LIMIT: usize = 10 * 1024;

/// More than one, so that neither rounding nor what exists once hides anything.
const SESSIONS: usize = 32;

/// A session that has done everything that leaves something in memory.
fn session(options: &Options) -> Result<Client, Error> {
    let mut client = Client::connect(options.clone())?;
    client.login("somebody", "a password of some length")?;
    client.features()?;
    client.pwd()?;
    assert_eq!(client.list(None::<&str>)?.len(), LISTING);
    let mut download = client.download("file")?;
    assert_eq!(io::copy(&mut download, &mut io::sink())?, FILE as u64);
    download.finish()?;
    client.store("file", vec![b'x'; FILE])?;
    // This one is given up, and the next operation aborts it.
    client.download("file")?.read_exact(&mut [0; 1024])?;
    client.noop()?;
    Ok(client)
}

#[test]
fn a_session_without_a_transfer_holds_at_most_2_kib_and_10_under_tls() {
    serve_if_asked();
    let server = ServerProcess::start().expect("a server");
    let clear = Options::new("127.0.0.1").with_port(server.port());
    let trusted = TlsConfig::with_roots_pem(server.certificate()).expect("a certificate");
    let tls = clear.clone().with_tls(trusted);
    for (options, limit) in [(clear, LIMIT), (tls, TLS_LIMIT)] {
        // What exists once in a process is not counted.
        drop(session(&options).expect("works"));
        let before = HEAP.allocated();
        let held = many(&options, before);
        // Before anything is printed, because the test harness keeps what is printed.
        let left = HEAP.allocated().saturating_sub(before);
        println!(
            "{held} bytes of heap a session, and {} of the client itself",
            size_of::<Client>()
        );
        assert!(held <= limit, "{held} bytes of heap a session");
        // Again, where the adapter has a reactor that frees late.
        let left = (1..crate::ROUNDS)
            .map(|_| {
                many(&options, before);
                HEAP.allocated().saturating_sub(before)
            })
            .fold(left, usize::min);
        assert!(
            left < SESSIONS * crate::LEFT_BEHIND,
            "{left} bytes stay when all are gone"
        );
    }
}

/// The heap in bytes that each of many sessions holds.
fn many(options: &Options, before: usize) -> usize {
    let mut clients = Vec::with_capacity(SESSIONS);
    for _ in 0..SESSIONS {
        clients.push(session(options).expect("works"));
    }
    // The vector itself is not counted.
    let vector = SESSIONS * size_of::<Client>();
    (HEAP.allocated() - before - vector).div_ceil(SESSIONS)
}
