//! How many sequential round trips a session takes, in lock-step.

#[path = "support/round_trips.rs"]
mod log;
mod support;

use std::io::{self, Read as _};
use std::net::SocketAddr;
use std::os::fd::BorrowedFd;
use std::time::Instant;

use ftp_blocking::transport::{Dialled, Dialling, Listener, Network, Stream, Target};
use ftp_blocking::{Client, Memory, Options, Resumption};
use ftp_proto::simulator::{Setup, Simulator};

use log::{Line, Log};

/// What `work` takes, between a login and QUIT.
fn trips(work: impl FnOnce(&mut Client)) -> Log {
    trips_with(Setup::new(), Options::new("localhost"), work)
}

/// The same under TLS 1.3, with each data connection resumed.
fn trips_under_tls(work: impl FnOnce(&mut Client)) -> Log {
    let [_, ends] = support::tls() else {
        panic!("there are two versions");
    };
    let setup = Setup::new().tls(ends.server.clone()).require_reuse();
    let options = Options::new("localhost")
        .with_tls(ends.client.clone())
        .with_resumption(Resumption::Required);
    trips_with(setup, options, work)
}

fn trips_with(setup: Setup, options: Options, work: impl FnOnce(&mut Client)) -> Log {
    let log = Log::default();
    let files = (0..4).fold(setup, |setup, number| {
        setup.file(format!("/{number}"), "small")
    });
    let network = Logged {
        network: Memory::new(Simulator::new(files)),
        log: log.clone(),
    };
    let mut client = Client::connect_over(network, options).expect("connects");
    client.login("user", "secret").expect("logs in");
    work(&mut client);
    client.quit().expect("quits");
    log
}

fn download(client: &mut Client, path: &str) {
    let mut content = String::new();
    let mut download = client.download(path).expect("it is there");
    download.read_to_string(&mut content).expect("it comes");
    assert_eq!(content, "small");
}

#[test]
fn a_small_download_takes_nine_and_each_further_one_three() {
    let one = trips(|client| download(client, "/0"));
    assert!(one.trips() <= 9, "one download: {one}");
    let four = trips(|client| {
        for path in ["/0", "/1", "/2", "/3"] {
            download(client, path);
        }
    });
    assert!(four.trips() <= 9 + 3 * 3, "four downloads: {four}");
}

#[test]
fn a_small_upload_takes_ten_and_each_further_one_four() {
    let upload = |client: &mut Client, path: &str| {
        client.store(path, "small").expect("it is taken");
    };
    let one = trips(|client| upload(client, "/new0"));
    assert!(one.trips() <= 10, "one upload: {one}");
    let three = trips(|client| {
        for path in ["/new0", "/new1", "/new2"] {
            upload(client, path);
        }
    });
    assert!(three.trips() <= 10 + 2 * 4, "three uploads: {three}");
}

#[test]
fn a_listing_takes_as_many_as_a_download() {
    let list = |client: &mut Client| {
        let lines = client.list(None::<&str>).expect("it comes");
        assert_eq!(lines.len(), 4);
    };
    let one = trips(list);
    // TYPE A instead of TYPE I.
    assert!(one.trips() <= 9, "one listing: {one}");
}

#[test]
fn under_tls_a_small_download_takes_fifteen_and_each_further_one_five() {
    let one = trips_under_tls(|client| download(client, "/0"));
    assert!(one.trips() <= 15, "one download: {one}");
    let four = trips_under_tls(|client| {
        for path in ["/0", "/1", "/2", "/3"] {
            download(client, path);
        }
    });
    assert!(four.trips() <= 15 + 3 * 5, "four downloads: {four}");
}

#[test]
fn under_tls_a_small_upload_takes_fifteen_and_each_further_one_five() {
    let upload = |client: &mut Client, path: &str| {
        client.store(path, "small").expect("it is taken");
    };
    let one = trips_under_tls(|client| upload(client, "/new0"));
    assert!(one.trips() <= 15, "one upload: {one}");
    let three = trips_under_tls(|client| {
        for path in ["/new0", "/new1", "/new2"] {
            upload(client, path);
        }
    });
    assert!(three.trips() <= 15 + 2 * 5, "three uploads: {three}");
}

/// A network whose connections are logged.
struct Logged<N> {
    network: N,
    log: Log,
}

impl<N: Network> Network for Logged<N> {
    fn dial(&mut self, target: &Target<'_>, deadline: Instant) -> io::Result<Dialled> {
        let line = self.log.dial();
        Ok(match self.network.dial(target, deadline)? {
            Dialled::Connected(stream) => Dialled::Connected(End::boxed(stream, line)),
            Dialled::Pending(dialling) => Dialled::Pending(Box::new(Attempt { dialling, line })),
        })
    }

    fn listen(&mut self, control: &dyn Stream) -> io::Result<Box<dyn Listener>> {
        self.network.listen(control)
    }

    fn now(&self) -> Instant {
        self.network.now()
    }
}

struct Attempt {
    dialling: Box<dyn Dialling>,
    line: Line,
}

impl Dialling for Attempt {
    fn finish(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>> {
        let stream = self.dialling.finish(deadline)?;
        Ok(stream.map(|stream| End::boxed(stream, self.line.clone())))
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.dialling.descriptor()
    }
}

/// Our end of a connection.
struct End {
    stream: Box<dyn Stream>,
    line: Line,
    at_end: bool,
}

impl End {
    fn boxed(stream: Box<dyn Stream>, line: Line) -> Box<dyn Stream> {
        line.made();
        Box::new(Self {
            stream,
            line,
            at_end: false,
        })
    }
}

impl Stream for End {
    fn read(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        let count = self.stream.read(buffer, deadline)?;
        self.at_end |= count == 0;
        self.line.received(&buffer[..count]);
        Ok(count)
    }

    fn write(&mut self, buffer: &[u8], deadline: Instant) -> io::Result<usize> {
        let count = self.stream.write(buffer, deadline)?;
        self.line.sent(&buffer[..count]);
        Ok(count)
    }

    fn shutdown(&mut self) -> io::Result<()> {
        self.line.ended();
        self.stream.shutdown()
    }

    fn reset_on_close(&mut self, reset: bool) {
        self.stream.reset_on_close(reset);
    }

    fn peer_address(&self) -> Option<SocketAddr> {
        self.stream.peer_address()
    }

    fn local_address(&self) -> Option<SocketAddr> {
        self.stream.local_address()
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.stream.descriptor()
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.line.closed(self.at_end);
    }
}
