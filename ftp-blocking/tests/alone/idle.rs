//! Measures the heap that a session holds between transfers, with an allocator that counts.
//!
//! The test is alone in its process, and the server runs in another one. So only sessions are
//! counted.

use std::alloc::System;
use std::io::{self, Read as _};
use std::sync::Arc;

use cap::Cap;

use crate::face::{Client, Credentials, Error, Options, TlsConfig};
use crate::support::server_process::{FILE, HOST, LISTING, ServerProcess, serve_if_asked};

#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

/// The limit for the heap of a session in clear text, in bytes, without what the reactor holds.
const LIMIT: usize = 2 * 1024;

/// The same limit under TLS 1.3. The certificate has 350 bytes and no chain. Four copies of it are
/// kept: in two session tickets, in the connection, and in the information about the last data
/// connection. A longer chain therefore costs four times its length.
const TLS_LIMIT: usize = 9 * 1024;

/// The number of sessions that are measured together. With many sessions, neither rounding nor
/// memory that exists only once in the process changes the result.
const SESSIONS: usize = 32;

/// Returns a session that has done all operations which may leave something in memory.
fn session(options: &Arc<Options>) -> Result<Client, Error> {
    let mut client = Client::connect(options.clone())?;
    client.features()?;
    client.pwd()?;
    assert_eq!(client.list(None)?.len(), LISTING);
    let mut download = client.download("file")?;
    assert_eq!(io::copy(&mut download, &mut io::sink())?, FILE as u64);
    download.finish()?;
    client.store("file", vec![b'x'; FILE])?;
    // This download is dropped early, and the next operation aborts it.
    client.download("file")?.read_exact(&mut [0; 1024])?;
    client.noop()?;
    Ok(client)
}

#[test]
fn a_session_without_a_transfer_holds_at_most_2_kib_and_9_under_tls() {
    serve_if_asked();
    let server = ServerProcess::start().expect("a server");
    // Many sessions share their options, and with them the credentials.
    let credentials = Credentials::new("somebody", "a password of some length");
    let clear = Options::new(HOST)
        .with_port(server.port())
        .with_credentials(credentials.expect("text without line ends"));
    let trusted = TlsConfig::with_roots_pem(server.certificate()).expect("a certificate");
    let tls = clear.clone().with_tls(trusted);
    for (options, limit) in [(clear, LIMIT), (tls, TLS_LIMIT)] {
        let limit = limit + crate::OF_REACTOR;
        let options = Arc::new(options);
        // The first session allocates what exists only once in the process, so it is not measured.
        drop(session(&options).expect("works"));
        let before = HEAP.allocated();
        let held = many(&options, before);
        // The test measures before it prints anything, since the test harness keeps printed text on
        // the heap.
        let left = HEAP.allocated().saturating_sub(before);
        println!(
            "{held} bytes of heap a session, and {} of the client itself",
            size_of::<Client>()
        );
        assert!(held <= limit, "{held} bytes of heap a session");
        // The test measures again and takes the lowest value, since the reactor of `ftp-smol` may
        // free memory late.
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

/// Opens many sessions at the same time. Returns the heap that each of them holds, in bytes.
fn many(options: &Arc<Options>, before: usize) -> usize {
    let mut clients = Vec::with_capacity(SESSIONS);
    for _ in 0..SESSIONS {
        clients.push(session(options).expect("works"));
    }
    // The memory of the vector is not part of a session's heap, so it is subtracted.
    let vector = SESSIONS * size_of::<Client>();
    (HEAP.allocated() - before - vector).div_ceil(SESSIONS)
}
