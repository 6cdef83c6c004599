//! Active mode over real sockets: only the server may connect (invariant 11).

use std::io::{self, Read as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use ftp_proto::{ActivePeer, DataMode, Pipelining};

use crate::face::{Client, Error, ErrorKind, Options, Timeouts, Wait};
use crate::support::recording_server::RecordingServer;
use crate::support::stranger::serve_a_stranger_first;

const LOCALHOST: Ipv4Addr = Ipv4Addr::LOCALHOST;

fn active(host: &str, port: u16) -> Options {
    Options::new(host)
        .with_port(port)
        .with_config(|config| config.with_data_mode(DataMode::Active))
}

#[track_caller]
fn logged_in(options: Options) -> Client {
    let mut client = Client::connect(options).expect("greeted");
    client.login("user", "secret").expect("logged in");
    client
}

#[track_caller]
fn content(client: &mut Client, path: &str) -> String {
    let mut content = String::new();
    let mut download = client.download(path).expect("opened");
    download.read_to_string(&mut content).expect("confirmed");
    content
}

#[track_caller]
fn refusal(client: &mut Client, path: &str) -> Error {
    match client.download(path) {
        Ok(_) => panic!("opened"),
        Err(error) => error,
    }
}

#[track_caller]
fn assert_closed(listener: SocketAddr) {
    let error = TcpStream::connect(listener).expect_err("nobody listens");
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
}

/// Returns a listener, and the port number after the listener's. As long as the listener lives, its
/// port is taken. The next port is free.
fn taken_and_free(ip: Ipv4Addr) -> (TcpListener, u16) {
    for _ in 0..100 {
        let taken = TcpListener::bind((ip, 0)).expect("a port");
        let port = taken.local_addr().expect("an address").port();
        let free = port.checked_add(1);
        if free.is_some_and(|free| TcpListener::bind((ip, free)).is_ok()) {
            return (taken, port);
        }
    }
    panic!("no two ports in a row");
}

#[test]
fn invariant_11_a_stranger_at_the_listener_is_refused() {
    let mut client = logged_in(active("127.0.0.1", serve_a_stranger_first()));
    assert_eq!(content(&mut client, "file"), "genuine");
    client.quit().expect("said goodbye");
}

/// RETR of the second file leaves together with EPRT.
#[test]
fn invariant_11_a_stranger_is_refused_if_retr_leaves_with_eprt() {
    let options = active("127.0.0.1", serve_a_stranger_first())
        .with_config(|config| config.with_pipelining(Pipelining::always()));
    let mut client = logged_in(options);
    for file in ["one", "two", "three"] {
        assert_eq!(content(&mut client, file), "genuine");
    }
    client.quit().expect("said goodbye");
}

/// With `ActivePeer::Anyone`, the client accepts a data connection from any address. A server with
/// several addresses needs this, since it may connect from an address that the client does not
/// know.
#[test]
fn the_first_connection_is_accepted_by_option() {
    let anyone = active("127.0.0.1", serve_a_stranger_first())
        .with_config(|config| config.with_active_peer(ActivePeer::Anyone));
    let mut client = logged_in(anyone);
    assert_eq!(content(&mut client, "file"), "forged");
}

#[test]
fn the_listener_is_closed_once_the_server_has_connected() {
    let server = RecordingServer::at(LOCALHOST).expect("loopback");
    let mut client = logged_in(active("127.0.0.1", server.port()));
    let mut download = client.download("file").expect("opened");
    assert_closed(server.next_eprt());
    let mut content = String::new();
    download.read_to_string(&mut content).expect("confirmed");
    assert_eq!(content, "file");
}

#[test]
fn the_listener_is_closed_when_the_transfer_is_refused() {
    let server = RecordingServer::at(LOCALHOST).expect("loopback");
    let mut client = logged_in(active("127.0.0.1", server.port()));
    let error = refusal(&mut client, "refused");
    assert_eq!(error.kind(), ErrorKind::Transient);
    assert_closed(server.next_eprt());
    assert_eq!(content(&mut client, "file"), "file");
}

#[test]
fn the_listener_is_closed_when_no_connection_comes() {
    let server = RecordingServer::at(LOCALHOST).expect("loopback");
    let mut timeouts = Timeouts::default();
    timeouts.accept = Duration::from_millis(50);
    timeouts.final_reply = timeouts.accept;
    let options = active("127.0.0.1", server.port()).with_timeouts(timeouts);
    let mut client = logged_in(options);
    let error = refusal(&mut client, "silent");
    assert_eq!(error.kind(), ErrorKind::Timeout(Wait::Accept));
    assert_closed(server.next_eprt());
}

#[test]
fn the_listener_is_at_the_control_connections_address_on_a_port_of_the_range() {
    let ours = Ipv4Addr::new(127, 0, 0, 77);
    let (taken, port) = taken_and_free(ours);
    let server = RecordingServer::at(LOCALHOST).expect("loopback");
    let options = active("127.0.0.1", server.port())
        .with_source_address((ours, 0))
        .with_active_ports(port..=port + 1);
    let mut client = logged_in(options);
    for file in ["one", "two", "three"] {
        assert_eq!(content(&mut client, file), file);
        assert_eq!(server.next_eprt(), SocketAddr::from((ours, port + 1)));
        // At the end of an upload, the client closes the data connection first, so its port stays
        // in TIME_WAIT. The client must be able to use this port for the next transfer.
        client.store("up", file).expect("confirmed");
        assert_eq!(server.next_eprt(), SocketAddr::from((ours, port + 1)));
    }
    drop(taken);
}

#[test]
fn a_range_that_is_taken_is_an_error_that_says_so() {
    let ours = Ipv4Addr::new(127, 0, 0, 78);
    let (_taken, port) = taken_and_free(ours);
    let server = RecordingServer::at(LOCALHOST).expect("loopback");
    let options = active("127.0.0.1", server.port())
        .with_source_address((ours, 0))
        .with_active_ports(port..=port);
    let mut client = logged_in(options);
    let error = refusal(&mut client, "file");
    let cause = error.inner().and_then(|cause| cause.downcast_ref());
    let cause: &io::Error = cause.expect("the system's error");
    assert_eq!(cause.kind(), io::ErrorKind::AddrInUse, "{cause}");
    client.noop().expect("still in step");
}

#[test]
fn the_server_is_told_the_active_address_with_the_listeners_port() {
    let server = RecordingServer::at(LOCALHOST).expect("loopback");
    let outside: IpAddr = [203, 0, 113, 9].into();
    let options = active("127.0.0.1", server.port())
        .with_config(|config| config.with_active_address(outside));
    let mut client = logged_in(options);
    assert_eq!(content(&mut client, "file"), "file");
    assert_eq!(server.next_eprt().ip(), outside);
}

#[test]
fn eprt_names_ipv6_if_the_control_connection_is_ipv6() {
    for host in ["::1", "[::1%1]"] {
        let Some(server) = RecordingServer::at(Ipv6Addr::LOCALHOST) else {
            eprintln!("skipped: no IPv6 on loopback");
            return;
        };
        let mut client = logged_in(active(host, server.port()));
        assert_eq!(content(&mut client, "file"), "file");
        assert_eq!(server.next_eprt().ip(), Ipv6Addr::LOCALHOST);
    }
}

#[test]
fn an_ipv4_mapped_address_is_told_as_ipv4() {
    if RecordingServer::at(Ipv6Addr::LOCALHOST).is_none() {
        eprintln!("skipped: no IPv6 on loopback");
        return;
    }
    let server = RecordingServer::at(LOCALHOST).expect("loopback");
    let mut client = logged_in(active("::ffff:127.0.0.1", server.port()));
    assert_eq!(content(&mut client, "file"), "file");
    assert_eq!(server.next_eprt().ip(), LOCALHOST);
}
