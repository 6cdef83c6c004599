//! Runs a session again and again. In each run another call to the transport fails, or ends at its
//! deadline without a result. `ftp-smol` has no deadlines in its calls; its `futures.rs` drops
//! futures instead.

mod face;
mod support;

use std::io::{self, Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ftp_proto::simulator::contract::TlsEnds;
use ftp_proto::simulator::{DuringTransfer, Setup, Simulator};

use face::{Behind, Client, Error, ErrorKind, Memory, Options, TransferOptions};
use support::middlebox::{Middlebox, Passage};
use support::tls::tls;

/// A network that makes one call to the transport fail. `left` counts down the calls, over all
/// connections, and the call that finds 1 fails.
#[derive(Clone)]
struct Fault {
    left: Arc<AtomicUsize>,
    kind: io::ErrorKind,
}

impl Fault {
    fn strikes(&self) -> io::Result<()> {
        match self.left.fetch_sub(1, Ordering::Relaxed) {
            1 => Err(self.kind.into()),
            0 => {
                // The counter was at 0 already: the one call that had to fail has failed before, or
                // the test has not set the counter yet. `fetch_sub` has made it wrap around to
                // `usize::MAX`. Without this line, a later call would see a number above 0, and
                // `has_struck` would return `false`.
                self.left.store(0, Ordering::Relaxed);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn has_struck(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }
}

impl Middlebox for Fault {
    type Passage = Self;

    fn dial(&mut self, _: bool) -> io::Result<Option<Self>> {
        self.strikes()?;
        Ok(Some(self.clone()))
    }
}

impl Passage for Fault {
    fn before_read(&mut self, wanted: usize) -> io::Result<usize> {
        self.strikes().map(|()| wanted)
    }

    fn before_write(&mut self, wanted: usize) -> io::Result<usize> {
        self.strikes().map(|()| wanted)
    }

    fn before_half_close(&mut self) -> io::Result<()> {
        self.strikes()
    }
}

fn server(setup: Setup, tls: Option<&TlsEnds>) -> Memory {
    let big: Vec<u8> = (0..30_000_u32).map(|n| (n / 7) as u8).collect();
    let setup = match tls {
        Some(ends) => setup.tls(ends.server.clone()),
        None => setup,
    };
    Memory::new(Simulator::new(
        setup.window(8192).file("/five", "12345").file("/big", big),
    ))
}

fn options(tls: Option<&TlsEnds>) -> Options {
    let options = Options::new("localhost");
    match tls {
        Some(ends) => options.with_tls(ends.client.clone()),
        None => options,
    }
}

/// Returns the three kinds of connections: `None` for clear text, and the settings for TLS 1.2 and
/// TLS 1.3.
fn channels() -> impl Iterator<Item = Option<&'static TlsEnds>> {
    [None].into_iter().chain(tls().iter().map(Some))
}

/// Runs a session from the login to the last command before QUIT. Returns the content of the first
/// download.
fn session(client: &mut Client) -> Result<Vec<u8>, Error> {
    client.login("user", "secret")?;
    client.features()?;
    client.pwd()?;
    client.size("/big")?;
    let mut all = Vec::new();
    let mut download = client.download("/big")?;
    download.read_to_end(&mut all)?;
    download.finish()?;
    client.list(None)?;
    let mut upload = client.upload("/new")?;
    upload.write_all(&all)?;
    upload.finish()?;
    let offset = TransferOptions::new().with_offset(29_000);
    let mut download = client.download_with("/big", &offset)?;
    download.read_exact(&mut [0; 10])?;
    download.keep_alive()?;
    download.abort()?;
    let mut upload = client.upload("/aborted")?;
    upload.write_all(&all[..9000])?;
    upload.flush()?;
    upload.abort()?;
    client.noop()?;
    client.names(None)?;
    client.mkd("/d")?;
    client.cwd("d")?;
    client.rename("/new", "moved")?;
    client.modified("moved")?;
    client.mlst("moved")?;
    client.mlsd(None)?;
    let mut upload = client.append("moved")?;
    upload.write_all(b"more")?;
    upload.finish()?;
    let mut upload = client.upload_with("text", &TransferOptions::text())?;
    upload.write_all(&b"line\n".repeat(3000))?;
    upload.finish()?;
    client.download_lines("text")?.next_line()?;
    client.opts("UTF8 ON")?;
    client.reconnect()?;
    client.delete("moved")?;
    client.cwd("..")?;
    Ok(all)
}

#[test]
fn hard_10_every_call_to_the_transport_fails_once() {
    let kinds = [
        io::ErrorKind::WouldBlock,
        io::ErrorKind::TimedOut,
        io::ErrorKind::ConnectionReset,
        io::ErrorKind::BrokenPipe,
    ];
    // Each thread has a network of its own. Under TLS a session takes milliseconds.
    thread::scope(|scope| {
        for tls in channels() {
            for immediate in [DuringTransfer::Deferred, DuringTransfer::Immediate] {
                scope.spawn(move || {
                    for kind in kinds {
                        let setup = Setup::new().during_transfer(immediate);
                        let calls = fail_everywhere(&setup, tls, kind);
                        let channel = tls.map_or("in clear", |_| "under TLS");
                        println!("{channel}, {immediate:?}, {kind:?}: {calls} calls");
                        assert!(
                            calls > 100,
                            "the session has become too simple to prove anything"
                        );
                    }
                });
            }
        }
    });
}

/// Runs one session in which the first call to the transport fails, then one in which the second
/// call fails, and so on, until no call is left to fail. Returns the number of the first call that
/// a session does not reach.
fn fail_everywhere(setup: &Setup, tls: Option<&TlsEnds>, kind: io::ErrorKind) -> usize {
    for call in 1.. {
        let memory = server(setup.clone(), tls);
        let fault = Fault {
            left: Arc::new(AtomicUsize::new(call)),
            kind,
        };
        let network = Behind {
            middlebox: fault.clone(),
            network: memory.clone(),
        };
        let Ok(mut client) = Client::connect_over(network, options(tls)) else {
            assert!(fault.has_struck());
            assert_eq!(
                memory.server().open_links(),
                0,
                "failed while connecting, call {call}"
            );
            continue;
        };
        let outcome = session(&mut client);
        if !fault.has_struck() {
            outcome.expect("nothing went wrong");
            return call;
        }
        if outcome.is_ok() {
            assert!(
                memory.server().file("/d/text").is_some(),
                "call {call}: no success without a file"
            );
        }
        let dead = match client.pwd() {
            Ok(path) => {
                assert!(
                    [&b"/"[..], b"/d"].contains(&path.as_bytes()),
                    "out of step after call {call}"
                );
                false
            }
            Err(error) => {
                let known = client.session().is_dead() || not_logged_in(&error);
                assert!(known, "call {call}: neither in step nor dead: {error}");
                client.session().is_dead()
            }
        };
        if !dead && client.session().is_logged_in() {
            let mut content = Vec::new();
            let outcome = client.download("/five").map(|mut download| {
                download.read_to_end(&mut content).expect("in step");
            });
            match outcome {
                Ok(()) => assert_eq!(content, b"12345", "after call {call}"),
                Err(error) => assert_eq!(error.kind(), ErrorKind::Insecure, "call {call}: {error}"),
            }
        }
        drop(client);
        assert_eq!(
            memory.server().open_links(),
            0,
            "left open after call {call}"
        );
    }
    unreachable!("the range has no end")
}

fn not_logged_in(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Insecure)
        || error
            .reply()
            .is_some_and(|reply| reply.code().value() == 530)
}

#[test]
fn hard_03_failed_between_the_answer_to_auth_and_the_handshake() {
    for tls in tls() {
        let mut dead = 0;
        for call in 1.. {
            let memory = server(Setup::new(), Some(tls));
            let fault = Fault {
                left: Arc::new(AtomicUsize::new(0)),
                kind: io::ErrorKind::WouldBlock,
            };
            let network = Behind {
                middlebox: fault.clone(),
                network: memory.clone(),
            };
            let mut client = Client::connect_over(network, options(Some(tls))).expect("greeted");
            fault.left.store(call, Ordering::Relaxed);
            if client.secure().is_ok() && !fault.has_struck() {
                break;
            }
            let sent = memory.server().control_plaintext_received().len();
            match client.pwd() {
                Ok(_) => assert!(client.session().is_secured(), "call {call}: PWD in clear"),
                Err(error) if client.session().is_dead() => {
                    dead += 1;
                    assert!(
                        matches!(error.kind(), ErrorKind::Tls | ErrorKind::Timeout(_)),
                        "{error}"
                    );
                    let now = memory.server().control_plaintext_received().len();
                    assert_eq!(now, sent, "call {call}: sent something to a dead session");
                }
                Err(error) => assert!(not_logged_in(&error), "call {call}: {error}"),
            }
        }
        assert!(
            dead > 1,
            "the handshake makes several calls, {dead} were met"
        );
    }
}

#[test]
fn hard_09_rest_answered_transfer_failed_next_download_starts_at_byte_0() {
    for tls in channels() {
        for call in 1.. {
            let memory = server(Setup::new(), tls);
            let fault = Fault {
                left: Arc::new(AtomicUsize::new(0)),
                kind: io::ErrorKind::WouldBlock,
            };
            let network = Behind {
                middlebox: fault.clone(),
                network: memory.clone(),
            };
            let mut client = Client::connect_over(network, options(tls)).expect("greeted");
            client.login("user", "secret").expect("logged in");
            fault.left.store(call, Ordering::Relaxed);
            let offset = TransferOptions::new().with_offset(3);
            let untouched = client.download_with("/five", &offset).is_ok() && !fault.has_struck();
            fault.left.store(0, Ordering::Relaxed);
            if client.pwd().is_err() {
                assert!(client.session().is_dead());
                continue;
            }
            let mut content = Vec::new();
            let mut download = client.download("/five").expect("in step");
            download.read_to_end(&mut content).expect("in step");
            assert_eq!(content, b"12345", "failed at call {call}");
            if untouched {
                break;
            }
        }
    }
}
