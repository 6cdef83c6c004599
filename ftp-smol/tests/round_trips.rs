//! How many sequential round trips a session takes, in lock-step.

#[path = "../../ftp-blocking/tests/support/round_trips.rs"]
mod log;
mod support;

use std::io;
use std::net::SocketAddr;
use std::os::fd::BorrowedFd;
use std::task::{Context, Poll};
use std::time::Instant;

use ftp_proto::simulator::{Setup, Simulator};
use ftp_smol::transport::{BoxFuture, Listener, Network, Stream, Target};
use ftp_smol::{Client, Memory, Options, Resumption};
use smol::io::AsyncReadExt as _;

use log::{Line, Log};

/// What `work` takes, between a login and QUIT.
fn trips(work: impl AsyncFnOnce(&mut Client)) -> Log {
    trips_with(Setup::new(), Options::new("localhost"), work)
}

/// The same under TLS 1.3, with each data connection resumed.
fn trips_under_tls(work: impl AsyncFnOnce(&mut Client)) -> Log {
    let [_, ends] = support::tls() else {
        panic!("there are two versions");
    };
    let setup = Setup::new().tls(ends.server.clone()).require_reuse();
    let options = Options::new("localhost")
        .with_tls(ends.client.clone())
        .with_resumption(Resumption::Required);
    trips_with(setup, options, work)
}

fn trips_with(setup: Setup, options: Options, work: impl AsyncFnOnce(&mut Client)) -> Log {
    let log = Log::default();
    let files = (0..4).fold(setup, |setup, number| {
        setup.file(format!("/{number}"), "small")
    });
    let network = Logged {
        network: Memory::new(Simulator::new(files)),
        log: log.clone(),
    };
    smol::block_on(async {
        let connecting = Client::connect_over(network, options);
        let mut client = connecting.await.expect("connects");
        client.login("user", "secret").await.expect("logs in");
        work(&mut client).await;
        client.quit().await.expect("quits");
    });
    log
}

async fn download(client: &mut Client, path: &str) {
    let mut content = String::new();
    let mut download = client.download(path).await.expect("it is there");
    let reading = download.read_to_string(&mut content);
    reading.await.expect("it comes");
    assert_eq!(content, "small");
}

#[test]
fn a_small_download_takes_nine_and_each_further_one_three() {
    let one = trips(async |client| download(client, "/0").await);
    assert!(one.trips() <= 9, "one download: {one}");
    let four = trips(async |client| {
        for path in ["/0", "/1", "/2", "/3"] {
            download(client, path).await;
        }
    });
    assert!(four.trips() <= 9 + 3 * 3, "four downloads: {four}");
}

#[test]
fn a_small_upload_takes_ten_and_each_further_one_four() {
    let upload = async |client: &mut Client, path: &str| {
        client.store(path, "small").await.expect("it is taken");
    };
    let one = trips(async |client| upload(client, "/new0").await);
    assert!(one.trips() <= 10, "one upload: {one}");
    let three = trips(async |client| {
        for path in ["/new0", "/new1", "/new2"] {
            upload(client, path).await;
        }
    });
    assert!(three.trips() <= 10 + 2 * 4, "three uploads: {three}");
}

#[test]
fn a_listing_takes_as_many_as_a_download() {
    let list = async |client: &mut Client| {
        let lines = client.list(None::<&str>).await.expect("it comes");
        assert_eq!(lines.len(), 4);
    };
    let one = trips(list);
    // TYPE A instead of TYPE I.
    assert!(one.trips() <= 9, "one listing: {one}");
}

#[test]
fn under_tls_a_small_download_takes_fifteen_and_each_further_one_five() {
    let one = trips_under_tls(async |client| download(client, "/0").await);
    assert!(one.trips() <= 15, "one download: {one}");
    let four = trips_under_tls(async |client| {
        for path in ["/0", "/1", "/2", "/3"] {
            download(client, path).await;
        }
    });
    assert!(four.trips() <= 15 + 3 * 5, "four downloads: {four}");
}

#[test]
fn under_tls_a_small_upload_takes_fifteen_and_each_further_one_five() {
    let upload = async |client: &mut Client, path: &str| {
        client.store(path, "small").await.expect("it is taken");
    };
    let one = trips_under_tls(async |client| upload(client, "/new0").await);
    assert!(one.trips() <= 15, "one upload: {one}");
    let three = trips_under_tls(async |client| {
        for path in ["/new0", "/new1", "/new2"] {
            upload(client, path).await;
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
    fn dial(&mut self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
        let line = self.log.dial();
        let dialling = self.network.dial(target);
        Box::pin(async { Ok(End::boxed(dialling.await?, line)) })
    }

    fn listen(&mut self, control: &dyn Stream) -> io::Result<Box<dyn Listener>> {
        self.network.listen(control)
    }

    fn now(&self) -> Instant {
        self.network.now()
    }

    fn sleep_until(&self, deadline: Instant) -> BoxFuture<()> {
        self.network.sleep_until(deadline)
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
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let polled = self.stream.poll_read(cx, buffer);
        if let Poll::Ready(Ok(count)) = polled {
            self.at_end |= count == 0;
            self.line.received(&buffer[..count]);
        }
        polled
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let polled = self.stream.poll_write(cx, buffer);
        if let Poll::Ready(Ok(count)) = polled {
            self.line.sent(&buffer[..count]);
        }
        polled
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
