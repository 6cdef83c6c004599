//! Checks that no descriptor stays open, however a session ends. The test is alone in its process,
//! because other tests would open files meanwhile.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::mem::forget;
use std::net::Ipv4Addr;
use std::time::Duration;

use ftp_proto::DataMode;
use ftp_proto::simulator::{Action, Fault, Setup, Simulator, Then};

use crate::face::{Bridge, Client, Error, Options, Timeouts};
use crate::support::addresses::{BlackHole, Refusing};
use crate::support::recording_server::RecordingServer;
use crate::support::tcp_server::TcpServer;
use crate::support::tls::{other_tls, tls};

/// Returns the number of open descriptors; `None` if the system does not tell it. Under Wine there
/// is a `/proc`, but not of the program for Windows.
fn open_descriptors() -> Option<usize> {
    if cfg!(windows) {
        return None;
    }
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count())
}

#[test]
fn no_descriptor_is_left_open() {
    // The first pass opens the descriptors that a process opens only once and keeps. The test
    // counts after this pass.
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
    every_row_of_the_table_works_with_files();
    given_up_in_every_way();
    crate::drops_futures_of_downloads();
    client_dropped_in_mid_transfer();
    server_gone();
    handshake_refused();
    active();
    not_connected();
}

const SIZE: usize = 500_000;

pub(crate) fn hosted(setup: Setup) -> TcpServer {
    TcpServer::new(Simulator::new(setup.file("/big", vec![7; SIZE])))
}

pub(crate) fn connect(hosted: &TcpServer, options: Options) -> Result<Client, Error> {
    let mut client = Client::connect_over(Bridge::to(hosted), options)?;
    client.login("user", "secret")?;
    Ok(client)
}

pub(crate) fn localhost() -> Options {
    Options::new("localhost")
}

fn whole_session() {
    let hosted = hosted(Setup::new());
    let mut client = connect(&hosted, localhost()).expect("logged in");
    let mut content = Vec::new();
    let mut download = client.download("/big").expect("opened");
    download.read_to_end(&mut content).expect("confirmed");
    assert_eq!(content.len(), SIZE);
    client.store("/up", content).expect("confirmed");
    client.list(None).expect("confirmed");
    client.quit().expect("said goodbye");
    hosted.join();
}

fn every_row_of_the_table_works_with_files() {
    let hosted = hosted(Setup::new());
    let mut client = connect(&hosted, localhost()).expect("logged in");
    // `File::create` truncates, which Wine refuses for a device.
    let device = if cfg!(windows) { "NUL" } else { "/dev/null" };
    let nowhere = File::options().write(true).open(device).expect("a device");
    let download = client.download("/big").expect("opened");
    download.save_to(&nowhere, |_| {}).expect("confirmed");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let only_to_read = File::open(manifest).expect("our own manifest");
    let download = client.download("/big").expect("opened");
    assert!(download.save_to(&only_to_read, |_| {}).is_err());
    let upload = client.upload("/up").expect("opened");
    upload.send_from(&only_to_read, |_| {}).expect("confirmed");
    let upload = client.upload("/up").expect("opened");
    let only_to_write = nowhere;
    assert!(upload.send_from(&only_to_write, |_| {}).is_err());
    client.quit().expect("said goodbye");
    hosted.join();
}

fn given_up_in_every_way() {
    let hosted = hosted(Setup::new());
    let mut client = connect(&hosted, localhost()).expect("logged in");
    assert!(client.download("/none").is_err());
    for ending in 0..3 {
        let mut download = client.download("/big").expect("opened");
        download.read_exact(&mut [0; 1000]).expect("some bytes");
        match ending {
            0 => drop(download.abort().expect("answered")),
            1 => drop(download),
            _ => forget(download),
        }
        let mut upload = client.upload("/up").expect("opened");
        upload.write_all(&[7; 1000]).expect("some bytes");
        upload.flush().expect("sent");
        match ending {
            0 => drop(upload.abort().expect("answered")),
            1 => drop(upload),
            _ => forget(upload),
        }
        client.noop().expect("in step");
    }
    client.quit().expect("said goodbye");
    hosted.join();
}

fn client_dropped_in_mid_transfer() {
    let hosted = hosted(Setup::new());
    let mut client = connect(&hosted, localhost()).expect("logged in");
    let mut download = client.download("/big").expect("opened");
    download.read_exact(&mut [0; 1000]).expect("some bytes");
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
    // Under Wine the reset may not arrive, and then the client waits until its limit.
    let short = Timeouts::default().with_all(Duration::from_secs(10));
    let options = localhost().with_timeouts(short);
    let mut client = connect(&hosted, options).expect("logged in");
    let mut download = client.download("/big").expect("opened");
    assert!(download.read_to_end(&mut Vec::new()).is_err());
    drop(download);
    assert!(client.download("/big").is_err());
    assert!(client.noop().is_err());
    drop(client);
    hosted.join();
}

fn handshake_refused() {
    let (ends, others) = (&tls()[0], &other_tls()[0]);
    let hosted = hosted(Setup::new().tls(ends.server.clone()));
    let options = localhost().with_tls(others.client.clone());
    assert!(connect(&hosted, options).is_err());
    hosted.join();
}

fn active() {
    for file in ["file", "refused", "silent"] {
        let server = RecordingServer::at(Ipv4Addr::LOCALHOST).expect("loopback");
        let mut options = Options::new("127.0.0.1")
            .with_port(server.port())
            .with_config(|config| config.with_data_mode(DataMode::Active));
        if file == "silent" {
            let short = Timeouts::default().with_all(Duration::from_millis(200));
            options = options.with_timeouts(short);
        }
        let mut client = Client::connect(options).expect("greeted");
        assert_eq!(client.download(file).is_ok(), file == "file");
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
        assert!(Client::connect(options.with_timeouts(timeouts)).is_err());
    }
    let hosted = hosted(Setup::new().banner("421 too many"));
    assert!(connect(&hosted, localhost()).is_err());
    hosted.join();
}
