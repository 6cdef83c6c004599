//! The client of the example on real sockets.
//!
//! If the variable `FTP_REQUIRE_IO_URING` is set, the tests fail where the kernel refuses io_uring.
//! Otherwise they say so, and run on epoll.

use std::env;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Instant;

use ftp_proto::embedding::{Network as _, Stream as _};
use ftp_proto::flows::Credentials;
use ftp_proto::simulator::{Setup, Simulator};
use ftp_proto::{Error, Options, TransferOptions};

use crate::active_server;
use crate::client::Client;
use crate::ring::{Completion, Kernel, Listener, Ring, Submitted};
use crate::stream::{Rings, Stream};
use crate::tcp_server::TcpServer;
use crate::tls::tls;

fn kernel() -> Result<Kernel, Error> {
    let kernel = Kernel::new()?;
    if kernel.is_io_uring() {
        println!("on io_uring");
    } else {
        assert!(
            env::var_os("FTP_REQUIRE_IO_URING").is_none(),
            "the kernel refuses io_uring"
        );
        println!("on epoll, because the kernel refuses io_uring");
    }
    Ok(kernel)
}

/// The ring of the kernel, with the ports of a simulated server on loopback.
#[derive(Clone)]
struct Bridge(Kernel, TcpServer);

impl Ring for Bridge {
    type Socket = <Kernel as Ring>::Socket;
    type Listener = Listener;
    type Submitted = Submitted;

    fn connect(&self, to: SocketAddr) -> std::io::Result<(Self::Socket, Submitted)> {
        self.0.connect(self.1.open(to.port())?)
    }

    fn listen(&self, beside: &Self::Socket) -> std::io::Result<(Listener, SocketAddr)> {
        self.0.listen(beside)
    }

    fn accept(&self, listener: &mut Listener) -> std::io::Result<Self::Socket> {
        self.0.accept(listener)
    }

    fn receive(&self, from: &Self::Socket, buffer: Vec<u8>) -> Submitted {
        self.0.receive(from, buffer)
    }

    fn send(&self, to: &Self::Socket, bytes: Vec<u8>) -> Submitted {
        self.0.send(to, bytes)
    }

    fn take(&self, submitted: Submitted) -> Result<Completion, Submitted> {
        self.0.take(submitted)
    }

    fn cancel(&self, submitted: Submitted) {
        self.0.cancel(submitted);
    }

    fn enter(&self) -> std::io::Result<()> {
        self.0.enter()
    }

    fn wait(&self, until: Instant) -> std::io::Result<()> {
        self.0.wait(until)
    }

    fn now(&self) -> Instant {
        self.0.now()
    }
}

/// Returns both ends of a connection.
fn connected() -> Result<(Stream<Kernel>, TcpStream), Error> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let ring = kernel()?;
    let mut stream = Rings(ring.clone()).connect(listener.local_addr()?)?;
    while !stream.is_connected()? {
        ring.enter()?;
    }
    Ok((stream, listener.accept()?.0))
}

/// The bytes have come before the receive, or while it waits: the next look finds them.
#[test]
fn a_look_asks_the_kernel() -> Result<(), Error> {
    let (mut stream, mut server) = connected()?;
    let mut buffer = [0; 11];
    for _ in 0..1000 {
        let read = stream.read(&mut buffer);
        assert!(read.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock));
        server.write_all(b"250 Done.\r\n")?;
        assert_eq!(stream.read(&mut buffer)?, 11);
        server.write_all(b"226 Done.\r\n")?;
        assert_eq!(stream.read(&mut buffer)?, 11);
    }
    Ok(())
}

/// Dropping a stream ends its receive, so that the server sees the end at once.
#[test]
fn a_stream_that_is_dropped_resets_its_connection() -> Result<(), Error> {
    let (mut stream, mut server) = connected()?;
    assert!(stream.read(&mut [0; 8]).is_err());
    stream.reset_on_close(true);
    drop(stream);
    let read = std::io::Read::read(&mut server, &mut [0; 8]);
    assert!(read.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset));
    Ok(())
}

/// The server demands that data connections resume the TLS session of the control connection.
#[test]
fn transfers_go_in_clear_text_and_under_tls() -> Result<(), Error> {
    for ends in [None].into_iter().chain(tls().iter().map(Some)) {
        let mut setup = Setup::new().file("/file", [7; 500_000]);
        let mut options = Options::new("localhost");
        if let Some(ends) = ends {
            setup = setup.tls(ends.server.clone()).require_reuse();
            options = options.with_tls(ends.client.clone());
        }
        let server = TcpServer::new(Simulator::new(setup));
        let peer = SocketAddr::from(([127, 0, 0, 1], 21));
        let mut client = Client::connect(Bridge(kernel()?, server.clone()), peer, options)?;
        client.login(Credentials::new("user", "secret")?)?;
        for _ in 0..5 {
            let mut file = Vec::new();
            let done = client.download("/file", &TransferOptions::new(), &mut file)?;
            assert_eq!((done.bytes, file.len()), (500_000, 500_000));
            let done = client.upload("/new", &TransferOptions::new(), &mut &*file)?;
            assert_eq!(done.bytes, 500_000);
        }
        let is_whole = |file: &[u8]| file.len() == 500_000;
        assert!(server.server().file("/new").is_some_and(is_whole));
        drop(client);
        server.join();
    }
    Ok(())
}

/// The server connects to a listener of the client.
#[test]
fn a_download_comes_in_active_mode() -> Result<(), Error> {
    let (address, server) = active_server::start()?;
    let options = Options::new("localhost").with_active_mode();
    let mut client = Client::connect(kernel()?, address, options)?;
    client.login(Credentials::new("ada", "secret")?)?;
    let mut file = Vec::new();
    let done = client.download("file", &TransferOptions::new(), &mut file)?;
    assert_eq!((file.as_slice(), done.bytes), (&b"hello"[..], 5));
    drop(client);
    server.join().expect("no panic")?;
    Ok(())
}
