//! No descriptor is left open, however a session ends. Alone in its binary, so that nobody else
//! opens files meanwhile.

#[path = "../../ftp-blocking/tests/support/addresses.rs"]
mod addresses;
#[path = "../../ftp-blocking/tests/support/hosted.rs"]
mod hosted;
#[path = "../../ftp-blocking/tests/support/little.rs"]
mod little;
mod support;

use std::fs::File;
use std::io;
use std::mem::forget;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use ftp_proto::DataMode;
use ftp_proto::simulator::{Action, Fault, Setup, Simulator, Then};
use ftp_smol::transport::{BoxFuture, Network, Stream, Target};
use ftp_smol::{Client, Error, Options, Tcp, Timeouts};
use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};
use smol::{block_on, future};

use addresses::{BlackHole, Refusing};
use hosted::Hosted;
use little::Little;

/// `None` where the system does not tell.
fn open_descriptors() -> Option<usize> {
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count())
}

#[test]
fn no_descriptor_is_left_open() {
    // What is opened once for all is opened now.
    every_ending();
    let Some(before) = open_descriptors() else {
        eprintln!("skipped: no /proc/self/fd");
        return;
    };
    for _ in 0..3 {
        every_ending();
        assert_eq!(open_descriptors(), Some(before));
    }
}

fn every_ending() {
    whole_session();
    to_and_from_files();
    given_up_in_every_way();
    futures_dropped();
    client_dropped_in_mid_transfer();
    server_gone();
    handshake_refused();
    active();
    not_connected();
}

/// TCP, with the simulated server's ports bridged to real ones.
struct Bridge {
    tcp: Tcp,
    hosted: Hosted,
}

impl Network for Bridge {
    fn dial(&mut self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
        let port = match *target {
            Target::Server { port, .. } | Target::ControlPeer { port, .. } => port,
            Target::Address(address) => address.port(),
        };
        match self.hosted.open(port) {
            Ok(address) => self.tcp.dial(&Target::Address(address)),
            Err(error) => Box::pin(async { Err(error) }),
        }
    }

    fn sleep_until(&self, deadline: Instant) -> BoxFuture<()> {
        self.tcp.sleep_until(deadline)
    }
}

const SIZE: usize = 500_000;

fn hosted(setup: Setup) -> Hosted {
    Hosted::new(Simulator::new(setup.file("/big", vec![7; SIZE])))
}

fn connect(hosted: &Hosted, options: Options) -> Result<Client, Error> {
    let network = Bridge {
        tcp: Tcp::new(),
        hosted: hosted.clone(),
    };
    let mut client = block_on(Client::connect_over(network, options))?;
    block_on(client.login("user", "secret"))?;
    Ok(client)
}

fn localhost() -> Options {
    Options::new("localhost")
}

fn whole_session() {
    let hosted = hosted(Setup::new());
    let mut client = connect(&hosted, localhost()).expect("logged in");
    let mut content = Vec::new();
    let mut download = block_on(client.download("/big")).expect("opened");
    block_on(download.read_to_end(&mut content)).expect("confirmed");
    assert_eq!(content.len(), SIZE);
    block_on(client.store("/up", content)).expect("confirmed");
    block_on(client.list(None::<&str>)).expect("confirmed");
    block_on(client.quit()).expect("said goodbye");
    hosted.join();
}

fn to_and_from_files() {
    let hosted = hosted(Setup::new());
    let mut client = connect(&hosted, localhost()).expect("logged in");
    let nowhere = File::create("/dev/null").expect("a device");
    let download = block_on(client.download("/big")).expect("opened");
    block_on(download.save_to(&nowhere, |_| {})).expect("confirmed");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let only_to_read = File::open(manifest).expect("our own manifest");
    let download = block_on(client.download("/big")).expect("opened");
    assert!(block_on(download.save_to(&only_to_read, |_| {})).is_err());
    let upload = block_on(client.upload("/up")).expect("opened");
    block_on(upload.send_from(&only_to_read, |_| {})).expect("confirmed");
    let upload = block_on(client.upload("/up")).expect("opened");
    let only_to_write = nowhere;
    assert!(block_on(upload.send_from(&only_to_write, |_| {})).is_err());
    block_on(client.quit()).expect("said goodbye");
    hosted.join();
}

fn given_up_in_every_way() {
    let hosted = hosted(Setup::new());
    let mut client = connect(&hosted, localhost()).expect("logged in");
    assert!(block_on(client.download("/none")).is_err());
    for ending in 0..3 {
        let mut download = block_on(client.download("/big")).expect("opened");
        block_on(download.read_exact(&mut [0; 1000])).expect("some bytes");
        match ending {
            0 => drop(block_on(download.abort()).expect("answered")),
            1 => drop(download),
            _ => forget(download),
        }
        let mut upload = block_on(client.upload("/up")).expect("opened");
        block_on(upload.write_all(&[7; 1000])).expect("some bytes");
        match ending {
            0 => drop(block_on(upload.abort()).expect("answered")),
            1 => drop(upload),
            _ => forget(upload),
        }
        block_on(client.noop()).expect("in step");
    }
    block_on(client.quit()).expect("said goodbye");
    hosted.join();
}

fn futures_dropped() {
    let hosted = hosted(Setup::new());
    let mut client = connect(&hosted, localhost()).expect("logged in");
    for turns in 0..30 {
        block_on(future::or(
            async { drop(client.download("/big").await) },
            async {
                for _ in 0..turns {
                    future::yield_now().await;
                }
            },
        ));
    }
    block_on(client.noop()).expect("in step");
    drop(client);
    hosted.join();
}

fn client_dropped_in_mid_transfer() {
    let hosted = hosted(Setup::new());
    let mut client = connect(&hosted, localhost()).expect("logged in");
    let mut download = block_on(client.download("/big")).expect("opened");
    block_on(download.read_exact(&mut [0; 1000])).expect("some bytes");
    drop(download);
    drop(client);
    hosted.join();
}

fn server_gone() {
    let cut = Action::At {
        after: 1000,
        control: b"426 broken\r\n".to_vec(),
        then: Then::Fin,
    };
    let setup = Setup::new()
        .fault(Fault::nth("RETR", 0, cut))
        .fault(Fault::nth("RETR", 1, Action::ResetControl));
    let hosted = hosted(setup);
    let mut client = connect(&hosted, localhost()).expect("logged in");
    let mut download = block_on(client.download("/big")).expect("opened");
    assert!(block_on(download.read_to_end(&mut Vec::new())).is_err());
    drop(download);
    assert!(block_on(client.download("/big")).is_err());
    assert!(block_on(client.noop()).is_err());
    drop(client);
    hosted.join();
}

fn handshake_refused() {
    let (ends, others) = (&support::tls()[0], &support::other_tls()[0]);
    let hosted = hosted(Setup::new().tls(ends.server.clone()));
    let options = localhost().with_tls(others.client.clone());
    assert!(connect(&hosted, options).is_err());
    hosted.join();
}

fn active() {
    for file in ["file", "refused", "silent"] {
        let server = Little::at(Ipv4Addr::LOCALHOST).expect("loopback");
        let mut timeouts = Timeouts::default();
        timeouts.accept = Duration::from_millis(20);
        timeouts.final_reply = timeouts.accept;
        let mut options = Options::new("127.0.0.1")
            .with_port(server.port())
            .with_config(|config| config.with_data_mode(DataMode::Active));
        if file == "silent" {
            options = options.with_timeouts(timeouts);
        }
        let mut client = block_on(Client::connect(options)).expect("greeted");
        assert_eq!(block_on(client.download(file)).is_ok(), file == "file");
        drop(client);
        server.join();
    }
}

fn not_connected() {
    let refusing = Refusing::open();
    let hole = BlackHole::open();
    let mut timeouts = Timeouts::default();
    timeouts.connect = Duration::from_millis(20);
    for address in [refusing.address(), hole.address()] {
        let options = Options::new("127.0.0.1").with_port(address.port());
        assert!(block_on(Client::connect(options.with_timeouts(timeouts))).is_err());
    }
    let hosted = hosted(Setup::new().banner("421 too many"));
    assert!(connect(&hosted, localhost()).is_err());
    hosted.join();
}
