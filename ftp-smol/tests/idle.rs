//! What a session without a transfer holds, with an allocator that counts.
//!
//! One test alone in its program, and the server in another process, so that nobody else's memory
//! is counted.

#[path = "../../ftp-blocking/tests/support/elsewhere.rs"]
mod elsewhere;

use std::alloc::System;

use cap::Cap;
use ftp_smol::{Client, Error, Options, TlsConfig};
use smol::io::{self, AsyncReadExt as _};

use elsewhere::{Elsewhere, FILE, LISTING, serve_if_asked};

#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

/// What a session may hold, in bytes.
const LIMIT: usize = 2 * 1024;

/// The same under TLS 1.3, with a certificate of 350 bytes and without a chain. Four tickets have a
/// copy of it each, the connection has one, and so has what is known of the last data connection: a
/// longer chain costs six times its length.
const TLS_LIMIT: usize = 10 * 1024;

/// More than one, so that nothing that is rounded or there once passes for free.
const SESSIONS: usize = 32;

/// Everything that leaves something behind in a session.
async fn session(options: &Options) -> Result<Client, Error> {
    let mut client = Client::connect(options.clone()).await?;
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
fn a_session_without_a_transfer_holds_at_most_2_kib_and_10_under_tls() {
    serve_if_asked();
    let server = Elsewhere::start().expect("a server");
    let clear = Options::new("127.0.0.1").with_port(server.port());
    let trusted = TlsConfig::with_roots_pem(server.certificate()).expect("a certificate");
    let tls = clear.clone().with_tls(trusted);
    for (options, limit) in [(clear, LIMIT), (tls, TLS_LIMIT)] {
        // What a process has once is no session's.
        drop(smol::block_on(session(&options)).expect("works"));
        let before = HEAP.allocated();
        let held = many(&options, before);
        println!(
            "{held} bytes of heap a session, and {} of the client itself",
            size_of::<Client>()
        );
        assert!(held <= limit, "{held} bytes of heap a session");
        // The reactor's tables keep the room for the most sockets there ever were, and its thread
        // is behind with timers that are gone, now more and now less. Nothing else stays or piles
        // up.
        let left = (0..4).map(|_| {
            many(&options, before);
            HEAP.allocated().saturating_sub(before)
        });
        let left = left.min().unwrap_or_default();
        assert!(left < SESSIONS * 128, "{left} bytes stay when all are gone");
    }
}

/// The heap in bytes that each of many sessions holds.
fn many(options: &Options, before: usize) -> usize {
    let mut clients = Vec::with_capacity(SESSIONS);
    for _ in 0..SESSIONS {
        clients.push(smol::block_on(session(options)).expect("works"));
    }
    // The vector's own room is no session's.
    let vector = SESSIONS * size_of::<Client>();
    (HEAP.allocated() - before - vector).div_ceil(SESSIONS)
}
