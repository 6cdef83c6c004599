//! The client of the example on real sockets: looks, and futures that are dropped.

use std::future::poll_fn;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::task::{Context, Poll};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use ftp_proto::embedding::{Network, Stream as _};
use ftp_proto::flows::{Credentials, Noop};
use ftp_proto::simulator::{Setup, Simulator};
use ftp_proto::{Error, ErrorKind, Options, TransferOptions};
use socket2::SockRef;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::active_server;
use crate::client::{Client, Ready as _, Sleeps};
use crate::network::{Listener, Socket, Tcp};
use crate::server;
use crate::tcp_server::TcpServer;
use crate::tls::tls;

fn options() -> Options {
    Options::new("localhost")
}

async fn client(address: SocketAddr) -> Result<Client<Tcp>, Error> {
    let mut client = Client::connect(Tcp::new(), address, options()).await?;
    client.login(Credentials::new("ada", "secret")?).await?;
    Ok(client)
}

/// Bytes that have come, but that tokio has not seen: `try_read` says `WouldBlock`, and the look of
/// the example finds them.
#[tokio::test]
async fn a_look_asks_the_kernel_and_try_read_does_not() -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let stream = TcpStream::connect(listener.local_addr()?)?;
    let (mut server, _) = listener.accept()?;
    stream.set_nonblocking(true)?;
    let stream = tokio::net::TcpStream::from_std(stream)?;
    server.write_all(b"250 Done.\r\n")?;
    let mut room = [std::mem::MaybeUninit::uninit(); 11];
    while SockRef::from(&stream).peek(&mut room).is_err() {}

    let mut buffer = [0; 11];
    let tried = stream.try_read(&mut buffer);
    assert!(tried.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock));
    assert_eq!(Socket::from(stream).read(&mut buffer)?, 11);
    Ok(())
}

#[tokio::test]
async fn a_download_is_whole_and_confirmed() -> Result<(), Error> {
    let file: Vec<u8> = (0..1_000_000_u32).map(|it| it as u8).collect();
    let mut client = client(server::start(file.clone())?).await?;
    for _ in 0..3 {
        let mut download = client.download("file", &TransferOptions::new()).await?;
        let mut came = Vec::new();
        download.read_to_end(&mut came).await?;
        assert!(came == file, "{} bytes", came.len());
        assert_eq!(download.finish()?.bytes, file.len() as u64);
    }
    client.run(Noop::new()).await.map(drop).or_else(refused)
}

/// The server does not know NOOP.
fn refused(error: Error) -> Result<(), Error> {
    match error.kind() {
        ErrorKind::Permanent => Ok(()),
        _ => Err(error),
    }
}

/// A server that stores one upload, and returns it when its thread ends.
fn storing() -> std::io::Result<(SocketAddr, JoinHandle<std::io::Result<Vec<u8>>>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let thread = thread::spawn(move || {
        let data = TcpListener::bind("127.0.0.1:0")?;
        let port = data.local_addr()?.port();
        let control = listener.accept()?.0;
        (&control).write_all(b"220 Ready\r\n")?;
        let mut lines = BufReader::new(control.try_clone()?).lines();
        let mut say = |reply: &str| {
            lines.next().transpose()?;
            (&control).write_all(reply.as_bytes())
        };
        for reply in ["331 Password?\r\n", "230 Hello\r\n", "200 Binary\r\n"] {
            say(reply)?;
        }
        say(&format!("229 Passive (|||{port}|)\r\n"))?;
        say("150 Send\r\n")?;
        let mut stored = Vec::new();
        data.accept()?.0.read_to_end(&mut stored)?;
        (&control).write_all(b"226 Stored\r\n")?;
        Ok(stored)
    });
    Ok((address, thread))
}

#[tokio::test]
async fn an_upload_is_whole_and_confirmed() -> Result<(), Error> {
    let (address, server) = storing()?;
    let mut client = client(address).await?;
    let file = vec![7; 3_000_000];
    let mut upload = client.upload("file", &TransferOptions::new()).await?;
    upload.write_all(&file).await?;
    assert_eq!(upload.finish().await?.bytes, 3_000_000);
    assert!(server.join().expect("no panic")? == file);
    Ok(())
}

/// The client polls a stream whenever it waits, also for something else. So an event of the stream
/// must not keep the client busy.
#[tokio::test]
async fn a_stream_wakes_a_task_once_for_each_read_that_blocks() -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let stream = tokio::net::TcpStream::connect(listener.local_addr()?).await?;
    let mut socket = Socket::from(stream);
    let mut buffer = [0; 8];
    assert!(socket.read(&mut buffer).is_err());
    (&listener.accept()?.0).write_all(b"220 Hi\r\n")?;
    poll_fn(|cx| socket.poll_ready(cx)).await;
    let again = poll_fn(|cx| Poll::Ready(socket.poll_ready(cx))).await;
    assert!(again.is_pending());
    assert_eq!(socket.read(&mut buffer)?, 8);
    Ok(())
}

/// The network of the example, with the ports of a simulated server on loopback.
struct Bridge(Tcp, TcpServer);

impl Network for Bridge {
    type Stream = Socket;
    type Listener = Listener;

    fn connect(&mut self, to: SocketAddr) -> std::io::Result<Socket> {
        self.0.connect(self.1.open(to.port())?)
    }

    fn listen(&mut self, beside: &Socket) -> std::io::Result<(Listener, SocketAddr)> {
        self.0.listen(beside)
    }

    fn accept(&mut self, listener: &mut Listener) -> std::io::Result<Socket> {
        self.0.accept(listener)
    }

    fn now(&self) -> Instant {
        self.0.now()
    }
}

impl Sleeps for Bridge {
    fn poll_sleep(&mut self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        self.0.poll_sleep(deadline, cx)
    }
}

/// The server demands that data connections resume the TLS session of the control connection.
#[tokio::test]
async fn transfers_go_under_tls() -> Result<(), Error> {
    for ends in tls() {
        let setup = Setup::new().file("/file", [7; 500_000]);
        let server = TcpServer::new(Simulator::new(
            setup.tls(ends.server.clone()).require_reuse(),
        ));
        let network = Bridge(Tcp::new(), server.clone());
        let options = options().with_tls(ends.client.clone());
        let peer = SocketAddr::from(([127, 0, 0, 1], 21));
        let mut client = Client::connect(network, peer, options).await?;
        client.login(Credentials::new("user", "secret")?).await?;
        for _ in 0..5 {
            let mut download = client.download("/file", &TransferOptions::new()).await?;
            let mut file = Vec::new();
            download.read_to_end(&mut file).await?;
            assert_eq!(file.len(), 500_000);
            assert_eq!(download.finish()?.bytes, 500_000);
            let mut upload = client.upload("/new", &TransferOptions::new()).await?;
            upload.write_all(&file).await?;
            assert_eq!(upload.finish().await?.bytes, 500_000);
        }
        assert!(
            server
                .server()
                .file("/new")
                .is_some_and(|it| it.len() == 500_000)
        );
        drop(client);
        server.join();
    }
    Ok(())
}

/// The server connects to a listener of the client.
#[tokio::test]
async fn a_download_comes_in_active_mode() -> Result<(), Error> {
    let (address, server) = active_server::start()?;
    let options = options().with_active_mode();
    let mut client = Client::connect(Tcp::new(), address, options).await?;
    client.login(Credentials::new("ada", "secret")?).await?;
    let mut download = client.download("file", &TransferOptions::new()).await?;
    let mut file = String::new();
    download.read_to_string(&mut file).await?;
    assert_eq!((file.as_str(), download.finish()?.bytes), ("hello", 5));
    drop(client);
    server.join().expect("no panic")?;
    Ok(())
}
