//! Drops the future of every operation at every poll: in memory and over sockets, on smol and on
//! tokio, in clear text and under TLS, in passive and in active mode. After each drop the session is
//! in step, or known to be dead.

mod face;
#[path = "../../ftp-blocking/tests/support/mod.rs"]
mod support;

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::LazyLock;
use std::task::{Context, Poll};
use std::time::Instant;

use ftp_proto::simulator::contract::TlsEnds;
use ftp_proto::simulator::{Setup, Simulator};
use ftp_smol::transport::{BoxFuture, Listener, Network, Stream, Target};
use ftp_smol::{
    Client, Credentials, DataMode, Error, Memory, Options, RetryPolicy, Tcp, TokioTcp,
    TransferOptions, TransferType, WalkOptions,
};
use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::runtime::{Builder, Runtime};

use support::files::{Room, content, holding};
use support::tcp_server::{Announced, TcpServer};
use support::tls::tls;

/// Where the client runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Memory,
    SocketsOnSmol,
    SocketsOnTokio,
}

/// The future of an operation.
type Work<'c> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'c>>;

type Operation = for<'c> fn(&'c mut Client) -> Work<'c>;

/// Makes a table of operations. Each checks what it gets.
macro_rules! operations {
    ($($name:ident($client:ident) $body:block)*) => {
        $(fn $name($client: &mut Client) -> Work<'_> {
            Box::pin(async move {
                $body
                Ok(())
            })
        })*

        const OPERATIONS: &[(&str, Operation)] = &[$((stringify!($name), $name)),*];
    };
}

operations! {
    pwd(client) { assert!(is_known(client.pwd().await?.as_bytes())); }
    noop(client) { client.noop().await?; }
    features(client) { client.features().await?; }
    discover(client) { client.discover().await?; }
    system(client) { client.system().await?; }
    status(client) { client.status(None).await?; }
    size(client) { assert_eq!(client.size("/big").await?, Some(30_000)); }
    modified(client) { client.modified("/big").await?; }
    mlst(client) { assert_eq!(client.mlst("/five").await?.size(), Some(5)); }
    metadata(client) { client.metadata("/five").await?; }
    exists(client) { client.exists("/none").await?; }
    inspect_many(client) { assert_eq!(client.inspect_many(["/five", "/big"]).await?.len(), 2); }
    list(client) { assert!(client.list("/d").await?.len() <= 3); }
    names(client) { assert!(!client.names("/d").await?.is_empty()); }
    mlsd(client) { client.mlsd("/d").await?; }
    entries(client) { client.entries("/d").await?; }
    read_dir(client) {
        let mut entries = client.read_dir("/d").await?;
        while entries.next_entry().await?.is_some() {}
        entries.finish().await?;
    }
    list_lines(client) {
        let mut lines = client.list_lines("/d").await?;
        while lines.next_line().await?.is_some() {}
    }
    walk(client) {
        let mut walk = client.walk("/d", &WalkOptions::new())?;
        while let Some(entry) = walk.next().await {
            entry.expect("an entry");
        }
    }
    glob(client) {
        let mut found = client.glob("/d/*")?;
        while let Some(entry) = found.next().await {
            entry.expect("an entry");
        }
    }
    tree_size(client) { client.tree_size("/d").await?; }
    fetch(client) { assert_eq!(client.fetch("/five").await?, b"12345"); }
    download(client) {
        let mut all = Vec::new();
        let mut download = client.download("/big").await?;
        download.read_to_end(&mut all).await?;
        download.finish().await?;
        assert_eq!(all, *BIG);
    }
    download_with_offset_then_abort(client) {
        let options = TransferOptions::new().with_offset(20_000);
        let mut download = client.download_with("/big", &options).await?;
        let mut piece = [0; 10];
        download.read_exact(&mut piece).await?;
        assert_eq!(piece, BIG[20_000..20_010]);
        download.keep_alive().await?;
        download.abort().await?;
    }
    download_then_drop(client) {
        let mut download = client.download("/big").await?;
        download.read_exact(&mut [0; 10]).await?;
        drop(download);
        client.noop().await?;
    }
    download_lines(client) {
        let mut lines = client.download_lines("/text").await?;
        assert_eq!(lines.next_line().await?.as_deref(), Some(&b"line"[..]));
        while lines.next_line().await?.is_some() {}
    }
    download_many(client) {
        let mut downloads = client.download_many(["/five", "/big"]);
        while let Some(download) = downloads.next().await {
            let mut all = Vec::new();
            let mut download = download?;
            download.read_to_end(&mut all).await?;
            download.finish().await?;
            assert!(all == b"12345" || all == *BIG);
        }
    }
    save_to(client) {
        let target = holding(b"");
        client.download("/big").await?.save_to(&target, |_| {}).await?;
        assert_eq!(content(&target), *BIG);
    }
    store(client) { client.store("/new", "content").await?; }
    store_lines(client) { client.store_lines("/new", ["a", "b"]).await?; }
    upload(client) {
        let mut upload = client.upload("/new").await?;
        upload.write_all(&BIG).await?;
        upload.finish().await?;
    }
    upload_then_abort(client) {
        let mut upload = client.upload("/aborted").await?;
        upload.write_all(&BIG[..9_000]).await?;
        upload.flush().await?;
        upload.abort().await?;
    }
    append(client) {
        let mut upload = client.append("/new").await?;
        upload.write_all(b"more").await?;
        upload.finish().await?;
    }
    upload_text(client) {
        let mut upload = client.upload_with("/lines", &TransferOptions::text()).await?;
        upload.write_all(&b"line\n".repeat(3_000)).await?;
        upload.finish().await?;
    }
    upload_unique(client) {
        let mut upload = client.upload_unique(None).await?;
        upload.write_all(b"unique").await?;
        upload.finish().await?;
    }
    upload_many(client) {
        let mut uploads = client.upload_many(["/one", "/two"]);
        while let Some(upload) = uploads.next().await {
            let mut upload = upload?;
            upload.write_all(b"content").await?;
            upload.finish().await?;
        }
    }
    send_from(client) {
        client.upload("/new").await?.send_from(holding(&BIG), |_| {}).await?;
    }
    cwd(client) {
        client.cwd("/d").await?;
        client.cwd("..").await?;
    }
    directories(client) {
        client.mkd("/made").await?;
        client.rmd("/made").await?;
    }
    make_directories(client) { client.make_directories("/deep/er").await?; }
    delete_tree(client) {
        client.make_directories("/deep/er").await?;
        client.delete_tree("/deep").await?;
    }
    rename(client) {
        client.store("/old", "content").await?;
        client.rename("/old", "/renamed").await?;
        client.delete("/renamed").await?;
    }
    set_type(client) {
        client.set_type(TransferType::TEXT).await?;
        client.set_type(TransferType::Image).await?;
    }
    opts(client) { client.opts("UTF8 ON").await?; }
    raw(client) { client.raw("NOOP").await?; }
    login(client) { client.login("user", "secret").await?; }
    reconnect(client) { client.reconnect().await?; }
    retrying(client) {
        let policy = RetryPolicy::new();
        client.retrying(&policy).run(async |client| client.noop().await).await?;
    }
    get_file(client) {
        let room = Room::new();
        client.get_file("/big", room.path("big")).await?;
        assert_eq!(room.content("big"), *BIG);
    }
    put_file(client) {
        let room = Room::new();
        room.write("big", &BIG);
        client.put_file(room.path("big"), "/put").await?;
    }
    download_tree(client) {
        let room = Room::new();
        let report = client.download_tree("/d", room.root()).await?;
        assert!(report.is_complete(), "{report}");
    }
    upload_tree(client) {
        let room = Room::new();
        room.write("a", b"content");
        let report = client.upload_tree(room.root(), "/tree").await?;
        assert!(report.is_complete(), "{report}");
    }
}

static BIG: LazyLock<Vec<u8>> = LazyLock::new(|| (0..30_000_u32).map(|n| (n / 7) as u8).collect());

/// The directories in which a session may be after a drop.
fn is_known(path: &[u8]) -> bool {
    [&b"/"[..], b"/d"].contains(&path)
}

macro_rules! places {
    ($($name:ident($place:ident, $mode:ident, $tls:expr);)*) => {$(
        #[test]
        fn $name() {
            let tls: Option<&'static TlsEnds> = $tls;
            Scene { place: Place::$place, mode: DataMode::$mode, tls }.drops_everything(stringify!($name));
        }
    )*};
}

places! {
    in_memory_passive(Memory, Passive, None);
    in_memory_active(Memory, Active, None);
    in_memory_passive_tls_1_2(Memory, Passive, tls().first());
    in_memory_active_tls_1_2(Memory, Active, tls().first());
    in_memory_passive_tls_1_3(Memory, Passive, tls().last());
    in_memory_active_tls_1_3(Memory, Active, tls().last());
    sockets_on_smol_passive(SocketsOnSmol, Passive, None);
    sockets_on_smol_active(SocketsOnSmol, Active, None);
    sockets_on_smol_passive_tls(SocketsOnSmol, Passive, tls().last());
    sockets_on_smol_active_tls(SocketsOnSmol, Active, tls().last());
    sockets_on_tokio_passive(SocketsOnTokio, Passive, None);
    sockets_on_tokio_active(SocketsOnTokio, Active, None);
    sockets_on_tokio_passive_tls(SocketsOnTokio, Passive, tls().last());
    sockets_on_tokio_active_tls(SocketsOnTokio, Active, tls().last());
}

#[derive(Clone, Copy)]
struct Scene {
    place: Place,
    mode: DataMode,
    tls: Option<&'static TlsEnds>,
}

impl Scene {
    /// Drops each operation after one poll, after two, and so on, until it ends by itself.
    fn drops_everything(self, name: &str) {
        let (mut polls, mut ended) = (0, 0);
        for (operation, begin) in OPERATIONS {
            let mut client = self.session();
            let whole = self.run(begin(&mut client));
            whole.unwrap_or_else(|error| panic!("{operation}: {error}"));
            for times in 1.. {
                let result = self.run(first_polls(begin(&mut client), times));
                let what = format!("{operation} at poll {times}");
                match &result {
                    None => polls += 1,
                    // What was dropped before may be done already.
                    Some(Err(error)) => assert!(error.reply().is_some(), "{what}: {error:?}"),
                    Some(Ok(())) => {}
                }
                if !self.run(is_in_step(&mut client, &what)) {
                    ended += 1;
                    client = self.session();
                }
                if result.is_some() {
                    break;
                }
            }
        }
        let operations = OPERATIONS.len();
        println!(
            "{name}: {operations} operations dropped at {polls} polls, {ended} sessions ended"
        );
        assert!(polls > operations, "too simple to prove anything");
    }

    /// Opens a session with a new server.
    fn session(self) -> Client {
        let setup = Setup::new()
            .window(8192)
            .file("/five", "12345")
            .file("/big", BIG.clone())
            .file("/text", "line\nanother\n")
            .file("/d/x", "x");
        let setup = match self.tls {
            Some(ends) => setup.tls(ends.server.clone()),
            None => setup,
        };
        let server = Simulator::new(setup);
        let options = Options::new("localhost")
            .with_credentials(Credentials::new("user", "secret").expect("credentials"))
            .with_config(|config| config.with_data_mode(self.mode));
        let options = match self.tls {
            Some(ends) => options.with_tls(ends.client.clone()),
            None => options,
        };
        let client = match self.place {
            Place::Memory => self.run(Client::connect_over(Memory::new(server), options)),
            Place::SocketsOnSmol => {
                let network = Sockets::new(Tcp::new(), server);
                self.run(Client::connect_over(network, options))
            }
            Place::SocketsOnTokio => {
                let network = Sockets::new(TokioTcp::new(), server);
                self.run(Client::connect_over(network, options))
            }
        };
        client.expect("a session")
    }

    fn run<T>(self, future: impl Future<Output = T>) -> T {
        thread_local! {
            static TOKIO: Runtime = Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
        }
        match self.place {
            Place::Memory | Place::SocketsOnSmol => smol::block_on(future),
            Place::SocketsOnTokio => TOKIO.with(|tokio| tokio.block_on(future)),
        }
    }
}

/// Returns whether the session is in step, and goes back to the first directory. If it is not, it
/// must say so.
async fn is_in_step(client: &mut Client, what: &str) -> bool {
    let directory = match client.pwd().await {
        Ok(directory) => directory,
        Err(error) => {
            // A login was dropped after USER, which had ended the login before.
            let must_log_in = error.code().is_some_and(|code| code.value() == 530);
            let is_out = client.session().is_dead() || must_log_in;
            assert!(is_out, "{what}: neither in step nor dead: {error}");
            return false;
        }
    };
    assert!(is_known(directory.as_bytes()), "{what}: in {directory}");
    match client.fetch("/five").await {
        Ok(content) => assert_eq!(content, b"12345", "{what}"),
        // A login was dropped before PROT, and the client refuses data connections in clear text.
        Err(error) if error.kind() == ftp_smol::ErrorKind::Insecure => return false,
        Err(error) => panic!("{what}: {error:?}"),
    }
    client.cwd("/").await.expect("in step");
    true
}

/// Polls a future this many times, and then drops it. `None` if it had not ended by then.
async fn first_polls<T>(future: impl Future<Output = T>, mut polls: usize) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        if let Poll::Ready(done) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(done));
        }
        polls -= 1;
        match polls {
            0 => Poll::Ready(None),
            _ => Poll::Pending,
        }
    })
    .await
}

/// A network of sockets that leads to a simulated server.
struct Sockets<N> {
    network: N,
    hosted: TcpServer,
}

impl<N: Network> Sockets<N> {
    fn new(network: N, server: Simulator) -> Self {
        let hosted = TcpServer::new(server);
        Self { network, hosted }
    }
}

impl<N: Network> Network for Sockets<N> {
    fn dial(&mut self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
        match self.hosted.open(target.port()) {
            Ok(address) => self.network.dial(&Target::Address(address)),
            Err(error) => Box::pin(async { Err(error) }),
        }
    }

    fn listen(&mut self, control: &dyn Stream) -> io::Result<Box<dyn Listener>> {
        let listener = self.network.listen(control)?;
        let announced = self.hosted.listen(listener.address());
        Ok(Box::new(Listening {
            listener,
            announced,
        }))
    }

    fn sleep_until(&self, deadline: Instant) -> BoxFuture<()> {
        self.network.sleep_until(deadline)
    }
}

struct Listening {
    listener: Box<dyn Listener>,
    announced: Announced,
}

impl Listener for Listening {
    fn address(&self) -> SocketAddr {
        let mut address = self.listener.address();
        address.set_port(self.announced.port());
        address
    }

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Box<dyn Stream>>> {
        self.listener.poll_accept(cx)
    }
}
