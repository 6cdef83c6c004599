//! Tests of the network in the example `proxy`, which connects through an HTTP proxy.

use std::io::Read as _;
use std::time::Duration;

use ftp_proto::DataMode;
use ftp_proto::simulator::{Setup, Simulator};

use crate::examples::Proxy;
use crate::face::{Client, Error, ErrorKind, Options, Timeouts, Wait};
use crate::support::forwarding::{Forwarding, Manner};
use crate::support::tcp_server::TcpServer;

fn server() -> TcpServer {
    let setup = Setup::new().file("/big", vec![7; 200_000]);
    TcpServer::new(Simulator::new(setup))
}

fn connect(proxy: &Forwarding, options: Options) -> Result<Client, Error> {
    let proxy = Proxy::new(proxy.address.ip().to_string(), proxy.address.port());
    let mut client = Client::connect_over(proxy, options)?;
    client.login("user", "secret")?;
    Ok(client)
}

fn options() -> Options {
    Options::new("ftp.test")
}

fn impatient(milliseconds: u64) -> Options {
    let mut timeouts = Timeouts::default();
    timeouts.connect = Duration::from_millis(milliseconds);
    options().with_timeouts(timeouts)
}

#[test]
fn a_session_through_the_proxy() {
    let hosted = server();
    let proxy = Forwarding::to(&hosted, Manner::Serves);
    let mut client = connect(&proxy, options()).expect("logged in");
    let mut content = Vec::new();
    let mut download = client.download("/big").expect("opened");
    download.read_to_end(&mut content).expect("confirmed");
    drop(download);
    assert_eq!(content, vec![7; 200_000]);
    client.store("/up", b"going up").expect("confirmed");
    client.quit().expect("said goodbye");
    assert_eq!(hosted.server().file("/up"), Some(&b"going up"[..]));
    let asked = proxy.asked();
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert_eq!(asked[0], "CONNECT ftp.test:21 HTTP/1.1");
}

#[test]
fn the_proxys_refusal_is_the_error() {
    let hosted = server();
    let proxy = Forwarding::to(&hosted, Manner::RefusesFrom(0));
    let error = connect(&proxy, options()).map(|_| ()).expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Io);
    let cause = error.inner().map(ToString::to_string);
    let said = "the proxy refused: HTTP/1.1 403 Forbidden";
    assert_eq!(cause.as_deref(), Some(said));

    let proxy = Forwarding::to(&hosted, Manner::RefusesFrom(1));
    let mut client = connect(&proxy, options()).expect("logged in");
    let error = client.download("/big").map(|_| ()).expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Io);
    client.noop().expect("still in step");
}

#[test]
fn a_silent_proxy_ends_at_the_limit() {
    let hosted = server();
    let proxy = Forwarding::to(&hosted, Manner::SilentFrom(0));
    let error = connect(&proxy, impatient(50)).map(|_| ());
    let error = error.expect_err("late");
    assert_eq!(error.kind(), ErrorKind::Timeout(Wait::Connect));

    // The proxy serves the control connection at once, but never answers for the data connection.
    // So only the data connection reaches the limit of 500 ms.
    let proxy = Forwarding::to(&hosted, Manner::SilentFrom(1));
    let mut client = connect(&proxy, impatient(500)).expect("logged in");
    let error = client.download("/big").map(|_| ()).expect_err("late");
    assert_eq!(error.kind(), ErrorKind::Timeout(Wait::Connect));
    client.noop().expect("still in step");
}

#[test]
fn active_mode_through_a_proxy_is_an_error() {
    let hosted = server();
    let proxy = Forwarding::to(&hosted, Manner::Serves);
    let options = options().with_config(|config| config.with_data_mode(DataMode::Active));
    let mut client = connect(&proxy, options).expect("logged in");
    let error = client.download("/big").map(|_| ()).expect_err("no way");
    assert_eq!(error.kind(), ErrorKind::Io);
    client.noop().expect("still in step");
}
