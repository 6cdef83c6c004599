//! What a session without a transfer holds, with an allocator that counts.
//!
//! One test alone in its program, and the server in another process, so that nobody else's memory
//! is counted.

#[path = "../../ftp-blocking/tests/support/elsewhere.rs"]
mod elsewhere;

use std::alloc::System;

use cap::Cap;
use ftp_smol::{Client, Error, Options};
use smol::io::{self, AsyncReadExt as _};

use elsewhere::{Elsewhere, FILE, LISTING, serve_if_asked};

#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

/// What a session may hold, in bytes.
const LIMIT: usize = 2 * 1024;

/// More than one, so that nothing that is rounded or there once passes for free.
const SESSIONS: usize = 32;

/// Everything that leaves something behind in a session.
async fn session(port: u16) -> Result<Client, Error> {
    let mut client = Client::connect(Options::new("127.0.0.1").with_port(port)).await?;
    client
        .login("somebody", "a password of some length")
        .await?;
    client.features().await?;
    client.pwd().await?;
    assert_eq!(client.list(None::<&str>).await?.len(), LISTING);
    let mut download = client.download("file").await?;
    assert_eq!(io::copy(&mut download, &mut io::sink()).await?, FILE as u64);
    download.finish().await?;
    client.store("file", vec![b'x'; FILE]).await?;
    // One that is given up, and paid for by the next operation.
    let mut download = client.download("file").await?;
    download.read_exact(&mut [0; 1024]).await?;
    drop(download);
    client.noop().await?;
    Ok(client)
}

#[test]
fn a_session_without_a_transfer_holds_at_most_2_kib() {
    serve_if_asked();
    let server = Elsewhere::start().expect("a server");
    // What a process has once is no session's.
    drop(smol::block_on(session(server.port())).expect("works"));
    let before = HEAP.allocated();
    let held = many(server.port(), before);
    println!(
        "{held} bytes of heap a session, and {} of the client itself",
        size_of::<Client>()
    );
    assert!(held <= LIMIT, "{held} bytes of heap a session");
    // The reactor's tables keep the room for the most sockets there ever were, and its thread is
    // behind with timers that are gone, now more and now less. Nothing else stays or piles up.
    let left = (0..4).map(|_| {
        many(server.port(), before);
        HEAP.allocated().saturating_sub(before)
    });
    let left = left.min().unwrap_or_default();
    assert!(left < SESSIONS * 128, "{left} bytes stay when all are gone");
}

/// The heap in bytes that each of many sessions holds.
fn many(port: u16, before: usize) -> usize {
    let mut clients = Vec::with_capacity(SESSIONS);
    for _ in 0..SESSIONS {
        clients.push(smol::block_on(session(port)).expect("works"));
    }
    // The vector's own room is no session's.
    let vector = SESSIONS * size_of::<Client>();
    (HEAP.allocated() - before - vector).div_ceil(SESSIONS)
}
