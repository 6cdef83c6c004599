//! What ends an operation early: the abort handle, and the total time.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use ftp_proto::simulator::contract::TlsEnds;
use ftp_proto::simulator::{Action, Fault, Setup, Simulator, Then};

use crate::face::transport::Network as _;
use crate::face::tree::OnError;
use crate::face::{
    AbortHandle, Behind, Client, DeleteOptions, Error, ErrorKind, Memory, Options, TransferLimits,
};
use crate::support::files::big;
use crate::support::middlebox::{Middlebox, Passage};
use crate::support::options::options_to;
use crate::support::tls::tls;

/// Stops the client at one of the events of its connections: a read, a write, or a new connection.
/// From then on nothing arrives or leaves, until the handle is reset.
#[derive(Clone)]
struct Stopper {
    handle: AbortHandle,
    left: Arc<AtomicUsize>,
}

impl Stopper {
    fn new() -> Self {
        let left = Arc::new(AtomicUsize::new(usize::MAX));
        let handle = AbortHandle::new();
        Self { handle, left }
    }

    fn event(&self) -> bool {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.handle.abort();
        }
        self.handle.is_aborted()
    }
}

impl Middlebox for Stopper {
    type Passage = Self;

    fn dial(&mut self, _: bool) -> io::Result<Option<Self>> {
        self.event();
        Ok(Some(self.clone()))
    }
}

impl Passage for Stopper {
    fn before_read(&mut self, wanted: usize) -> io::Result<usize> {
        match self.event() {
            true => Err(io::ErrorKind::WouldBlock.into()),
            false => Ok(wanted),
        }
    }

    fn before_write(&mut self, wanted: usize) -> io::Result<usize> {
        self.before_read(wanted)
    }
}

fn options(setup: Setup, ends: Option<&TlsEnds>) -> (Setup, Options) {
    let options = options_to("localhost");
    match ends {
        Some(ends) => (
            setup.tls(ends.server.clone()),
            options.with_tls(ends.client.clone()),
        ),
        None => (setup, options),
    }
}

type Transfer = fn(&mut Client) -> Result<(), Error>;

const TRANSFERS: [(&str, Transfer); 3] = [
    ("download", |client| {
        let mut all = Vec::new();
        let mut download = client.download("/file")?;
        download.read_to_end(&mut all)?;
        assert_eq!(all, big(60_000));
        Ok(())
    }),
    ("upload", |client| {
        let mut upload = client.upload("/new")?;
        upload.write_all(&big(60_000))?;
        upload.finish().map(|_| ())
    }),
    ("list", |client| client.list(None).map(|_| ())),
];

#[test]
fn a_transfer_can_be_stopped_at_every_event() {
    let mut stops = 0;
    for ends in [None].into_iter().chain(tls().iter().map(Some)) {
        for (name, transfer) in TRANSFERS {
            for event in 1.. {
                let setup = Setup::new().window(20_000).file("/file", big(60_000));
                let (setup, options) = options(setup, ends);
                let memory = Memory::new(Simulator::new(setup));
                let stopper = Stopper::new();
                let network = Behind {
                    middlebox: stopper.clone(),
                    network: memory.clone(),
                };
                let options = options.with_abort_handle(stopper.handle.clone());
                let mut client = Client::connect_over(network, options).expect("greeted");
                client.login("user", "secret").expect("logged in");
                let before = memory.now();
                stopper.left.store(event, Ordering::SeqCst);
                let outcome = transfer(&mut client);
                let what = format!("{name}, event {event}");
                if !stopper.handle.is_aborted() {
                    outcome.expect("confirmed");
                    break;
                }
                stops += 1;
                // No time passes: nothing is waited for. (A handle that stops an operation which
                // needs nothing more from the network comes too late.)
                assert!(
                    memory.now() - before <= Duration::from_millis(100),
                    "{what}"
                );
                if let Err(error) = outcome {
                    assert_eq!(error.kind(), ErrorKind::Aborted, "{what}: {error}");
                }
                let refused = client.noop().expect_err("stopped");
                assert_eq!(refused.kind(), ErrorKind::Aborted, "{what}");
                assert!(!client.session().is_dead(), "{what}");
                stopper.handle.reset();
                client.store("/other", "12345").expect(&what);
                assert_eq!(
                    memory.server().file("/other"),
                    Some(&b"12345"[..]),
                    "{what}"
                );
                for (_, transfer) in TRANSFERS {
                    transfer(&mut client).expect(&what);
                }
            }
        }
    }
    assert!(stops > 130, "{stops} events");
}

#[test]
fn connecting_can_be_stopped_at_every_event() {
    for ends in [None].into_iter().chain(tls().iter().map(Some)) {
        for event in 1.. {
            let (setup, options) = options(Setup::new(), ends);
            let stopper = Stopper::new();
            stopper.left.store(event, Ordering::SeqCst);
            let memory = Memory::new(Simulator::new(setup));
            let network = Behind {
                middlebox: stopper.clone(),
                network: memory.clone(),
            };
            let options = options.with_abort_handle(stopper.handle.clone());
            let begun = memory.now();
            let connected = Client::connect_over(network, options);
            let logged_in = connected.and_then(|mut client| {
                client.login("user", "secret")?;
                Ok(client)
            });
            if !stopper.handle.is_aborted() {
                logged_in.expect("logged in");
                break;
            }
            if let Err(error) = logged_in {
                assert_eq!(error.kind(), ErrorKind::Aborted, "event {event}: {error}");
            }
            assert!(
                memory.now() - begun <= Duration::from_millis(100),
                "event {event}"
            );
        }
    }
}

/// `OnError::Continue` goes on after the server's refusals, and not after an abort.
#[test]
fn an_abort_ends_a_tree_operation_that_goes_on_after_errors() {
    let mut stops = 0;
    for event in 1.. {
        let files = ["/d/a", "/d/b", "/d/sub/c", "/d/sub/d"];
        let setup = files
            .iter()
            .fold(Setup::new(), |it, path| it.file(path, "1"));
        let memory = Memory::new(Simulator::new(setup));
        let stopper = Stopper::new();
        let network = Behind {
            middlebox: stopper.clone(),
            network: memory.clone(),
        };
        let options = options_to("localhost").with_abort_handle(stopper.handle.clone());
        let mut client = Client::connect_over(network, options).expect("greeted");
        client.login("user", "secret").expect("logged in");
        stopper.left.store(event, Ordering::SeqCst);
        let going_on = DeleteOptions::new().with_on_error(OnError::Continue);
        let outcome = client.delete_tree_with("/d", &going_on);
        if !stopper.handle.is_aborted() {
            assert_eq!(outcome.expect("deleted").files, 4);
            break;
        }
        let deletions = || {
            let server = memory.server();
            let is_deletion = |it: &&Vec<u8>| it.starts_with(b"DELE") || it.starts_with(b"RMD");
            server.commands().iter().filter(is_deletion).count()
        };
        match outcome {
            Err(error) => assert_eq!(error.kind(), ErrorKind::Aborted, "event {event}: {error}"),
            // The abort came when the last reply had come.
            Ok(deleted) => assert_eq!(deleted.error_count, 0, "event {event}"),
        }
        let sent = deletions();
        stopper.handle.reset();
        client.noop().expect("in step");
        // Only the command that the abort has held back may still go out.
        assert!(deletions() <= sent + 1, "event {event}");
        stops += 1;
    }
    assert!(stops > 20, "{stops} events");
}

#[test]
fn an_abort_between_two_operations_is_not_lost() {
    let memory = Memory::new(Simulator::new(Setup::new()));
    let mut client = Client::connect_over(memory.clone(), options_to("localhost"));
    let client = client.as_mut().expect("greeted");
    client.login("user", "secret").expect("logged in");
    let handle = client.abort_handle();
    handle.abort();
    let before = memory.server().commands().len();
    for _ in 0..2 {
        let error = client.pwd().expect_err("stopped");
        assert_eq!(error.kind(), ErrorKind::Aborted);
        let error = client.download("/file").expect_err("stopped");
        assert_eq!(error.kind(), ErrorKind::Aborted);
        assert_eq!(
            client.reconnect().expect_err("stopped").kind(),
            ErrorKind::Aborted
        );
    }
    assert_eq!(memory.server().commands().len(), before);
    client.abort_handle().reset();
    assert!(!handle.is_aborted());
    client.pwd().expect("in step");
}

/// The server never replies. Another thread stops the wait, over real sockets, after the command
/// has come.
#[test]
fn another_thread_stops_a_wait_for_a_reply() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let handle = AbortHandle::new();
    let options = options_to("127.0.0.1").with_port(port);
    let options = options.with_abort_handle(handle.clone());
    let server = thread::spawn(move || {
        let (mut control, _) = listener.accept().expect("a client");
        control.write_all(b"220 Ready.\r\n").expect("sent");
        let mut lines = BufReader::new(control).lines();
        assert_eq!(lines.next().expect("a command").expect("read"), "NOOP");
        handle.abort();
        assert!(lines.next().is_none(), "another command");
    });
    let mut client = Client::connect(options).expect("greeted");
    let error = client.noop().expect_err("stopped");
    assert_eq!(error.kind(), ErrorKind::Aborted);
    drop(client);
    server.join().expect("closed");
}

#[test]
fn a_pause_for_the_rate_ends_when_the_server_refuses() {
    let refusal = Action::At {
        after: 20_000,
        control: b"426 Enough.\r\n".to_vec(),
        then: Then::Stall,
    };
    let setup = Setup::new().window(20_000).file("/file", big(60_000));
    let memory = Memory::new(Simulator::new(setup.fault(Fault::on("RETR", refusal))));
    let slow = TransferLimits::new().with_rate(1);
    let options = options_to("localhost").with_transfer_limits(slow);
    let mut client = Client::connect_over(memory, options).expect("greeted");
    client.login("user", "secret").expect("logged in");
    let mut download = client.download("/file").expect("opened");
    let error = Error::from(download.read_to_end(&mut Vec::new()).expect_err("refused"));
    assert_eq!(error.reply().map(|reply| reply.code().value()), Some(426));
    drop(download);
    client.noop().expect("in step");
}

#[test]
fn all_that_a_client_does_ends_in_the_total_time() {
    let total = Duration::from_secs(7);
    for ends in [None].into_iter().chain(tls().iter().map(Some)) {
        for verb in ["GREETING", "PASS", "NOOP", "RETR"] {
            let stall = Action::At {
                after: 10,
                control: Vec::new(),
                then: Then::Stall,
            };
            let action = if verb == "RETR" {
                stall
            } else {
                Action::Silent
            };
            let setup = Setup::new().file("/file", big(60_000));
            let (setup, options) = options(setup.fault(Fault::on(verb, action)), ends);
            let memory = Memory::new(Simulator::new(setup));
            let begun = memory.now();
            let options = options.with_total_time(total);
            let mut left = None;
            let mut work = || {
                let client = left.insert(Client::connect_over(memory.clone(), options.clone())?);
                client.login("user", "secret")?;
                client.noop()?;
                let mut download = client.download("/file")?;
                download.read_to_end(&mut Vec::new())?;
                Ok::<(), Error>(())
            };
            let error = work().expect_err("no time left");
            assert_eq!(error.kind(), ErrorKind::OutOfTime, "{verb}: {error}");
            assert!(!error.is_temporary());
            assert!(error.to_string().contains("Options::total_time"), "{error}");
            assert_eq!(memory.now() - begun, total, "{verb}");
            // Nothing waits any longer.
            if let Some(mut client) = left {
                assert_eq!(client.pwd().expect_err("late").kind(), ErrorKind::OutOfTime);
                let error = client.reconnect().expect_err("late");
                if verb != "PASS" {
                    assert_eq!(error.kind(), ErrorKind::OutOfTime);
                }
            }
            assert_eq!(memory.now() - begun, total, "{verb}");
        }
    }
}

#[test]
fn a_total_time_of_zero_is_refused() {
    let options = options_to("localhost").with_total_time(Duration::ZERO);
    let memory = Memory::new(Simulator::new(Setup::new()));
    let error = Client::connect_over(memory, options).expect_err("refused");
    assert!(
        error.to_string().contains("Options::total_time is zero"),
        "{error}"
    );
}
