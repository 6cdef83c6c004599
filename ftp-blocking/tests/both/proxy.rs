//! Tests of connections through SOCKS and HTTP proxies.

use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use ftp_proto::simulator::{Action, Fault, Setup, Simulator};
use ftp_proto::tls::{TlsConfig, rustls};
use ftp_proto::{DataMode, Misuse, ProxyFailure, Resumption};
use rustix::io::Errno;

use crate::face::proxy::Resolver;
use crate::face::{Client, Error, ErrorKind, Memory, Options, Proxy, Timeouts, Wait};
use crate::support::certificates::{CA, Flaw, Identity};
use crate::support::forwarding::{Forwarding, Manner};
use crate::support::tcp_server::TcpServer;

fn files() -> Setup {
    Setup::new().file("/big", vec![7; 200_000])
}

fn server() -> TcpServer {
    TcpServer::new(Simulator::new(files()))
}

/// A proxy at this address, by its kind.
type Make = fn(String, u16) -> Proxy;

fn proxy(make: Make, running: &Forwarding) -> Proxy {
    make(running.address.ip().to_string(), running.address.port())
}

fn connect(make: Make, running: &Forwarding, options: Options) -> Result<Client, Error> {
    let mut client = Client::connect(options.with_proxy(proxy(make, running)))?;
    client.login("user", "secret")?;
    Ok(client)
}

fn options() -> Options {
    Options::new("ftp.test")
}

/// Options with a limit for connecting. The other limits are long.
fn impatient(milliseconds: u64) -> Options {
    let mut timeouts = Timeouts::default();
    timeouts.connect = Duration::from_millis(milliseconds);
    options().with_timeouts(timeouts)
}

/// Downloads, lists and uploads.
fn use_it(mut client: Client, hosted: &TcpServer) {
    let mut content = Vec::new();
    let mut download = client.download("/big").expect("opened");
    download.read_to_end(&mut content).expect("confirmed");
    drop(download);
    assert_eq!(content, vec![7; 200_000]);
    assert_eq!(client.list(None).expect("listed").len(), 1);
    client.store("/up", b"going up").expect("confirmed");
    client.quit().expect("said goodbye");
    assert_eq!(hosted.server().file("/up"), Some(&b"going up"[..]));
}

/// Every kind of proxy, with the name of the kind.
const KINDS: [(&str, Make); 3] = [
    ("SOCKS4", |host, port| Proxy::socks4a(host, port)),
    ("SOCKS5", |host, port| Proxy::socks5(host, port)),
    ("HTTP", |host, port| Proxy::http_connect(host, port)),
];

#[test]
fn a_session_through_each_kind_of_proxy() {
    for manner in [Manner::Serves, Manner::Dribbles] {
        for (kind, make) in KINDS {
            let hosted = server();
            let running = Forwarding::to(&hosted, manner);
            let client = connect(make, &running, options()).expect("logged in");
            assert_eq!(client.stream().peer_address(), None);
            use_it(client, &hosted);
            let asked = running.asked();
            assert_eq!(asked.len(), 4, "{asked:?}");
            assert_eq!(asked[0], format!("{kind} ftp.test:21"));
            let data = format!("{kind} ftp.test:");
            assert!(asked.iter().all(|request| request.starts_with(&data)));
        }
    }
}

#[test]
fn a_login_at_the_proxy() {
    const WITH: [Make; 2] = [
        |host, port| Proxy::socks5(host, port).with_login("ada", "secret"),
        |host, port| Proxy::http_connect(host, port).with_login("ada", "secret"),
    ];
    const WRONG: [Make; 4] = [
        |host, port| Proxy::socks5(host, port).with_login("ada", "wrong"),
        |host, port| Proxy::http_connect(host, port).with_login("ada", "wrong"),
        |host, port| Proxy::socks5(host, port),
        |host, port| Proxy::http_connect(host, port),
    ];
    for make in WITH {
        let hosted = server();
        let running = Forwarding::to(&hosted, Manner::WantsLogin);
        use_it(
            connect(make, &running, options()).expect("logged in"),
            &hosted,
        );
    }
    let hosted = server();
    let running = Forwarding::to(&hosted, Manner::WantsLogin);
    for make in WRONG {
        let error = connect(make, &running, options()).map(|_| ());
        let error = error.expect_err("refused");
        assert_eq!(
            error.kind(),
            ErrorKind::Proxy(ProxyFailure::Login),
            "{error}"
        );
        assert!(!error.is_login_refused() && !error.is_temporary());
        let refused = std::io::Error::from(error).kind();
        assert_eq!(refused, std::io::ErrorKind::PermissionDenied);
    }
}

#[test]
fn the_greeting_may_come_with_the_proxys_answer() {
    for (_, make) in KINDS {
        let hosted = server();
        let running = Forwarding::to(&hosted, Manner::Joins);
        let mut client = connect(make, &running, options()).expect("logged in");
        client.noop().expect("in step");
        client.quit().expect("said goodbye");
    }
}

#[test]
fn a_name_that_this_machine_resolves_reaches_the_proxy_as_an_address() {
    const HERE: [Make; 3] = [
        |host, port| Proxy::socks4(host, port),
        |host, port| Proxy::socks5(host, port).with_resolver(Resolver::Here),
        |host, port| Proxy::http_connect(host, port).with_resolver(Resolver::Here),
    ];
    for make in HERE {
        let hosted = server();
        let running = Forwarding::to(&hosted, Manner::Serves);
        let options = Options::new("localhost");
        let client = connect(make, &running, options).expect("logged in");
        let peer = client.stream().peer_address().expect("it is known");
        assert!(peer.ip().is_loopback() && peer.port() == 21, "{peer}");
        use_it(client, &hosted);
        let asked = running.asked();
        assert!(
            asked.iter().all(|request| !request.contains("localhost")),
            "{asked:?}"
        );
    }
}

#[test]
fn refusals_name_the_proxy_and_leave_the_session_in_step() {
    let cases: [(Make, &[u8], ProxyFailure, &str, &str); 4] = [
        (
            KINDS[0].1,
            b"\0\x5B\0\0\0\0\0\0",
            ProxyFailure::Failed,
            "SOCKS4",
            "the proxy made no connection: SOCKS4 answer 91, rejected or failed",
        ),
        (
            KINDS[1].1,
            b"\x05\0\x05\x05\0\x01\0\0\0\0\0\0",
            ProxyFailure::Refused,
            "SOCKS5",
            "the server refused the proxy's connection: SOCKS5 reply 5, connection refused",
        ),
        (
            KINDS[2].1,
            b"HTTP/1.1 403 Forbidden\r\n\r\n",
            ProxyFailure::NotAllowed,
            "HTTP",
            "the proxy does not allow this connection: HTTP/1.1 403 Forbidden",
        ),
        (
            KINDS[2].1,
            b"SSH-2.0-OpenSSH_9.2\r\n",
            ProxyFailure::Protocol,
            "HTTP",
            "this is not the answer of such a proxy: perhaps it is a proxy of another kind",
        ),
    ];
    for (make, answer, failure, kind, said) in cases {
        let hosted = server();
        let running = Forwarding::to(&hosted, Manner::SaysFrom(0, answer));
        let error = connect(make, &running, options())
            .map(|_| ())
            .expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Proxy(failure));
        let address = format!("{}, port {}", running.address.ip(), running.address.port());
        let text =
            format!("connecting to ftp.test, port 21, through the {kind} proxy {address}: {said}");
        assert_eq!(error.to_string(), text);

        let running = Forwarding::to(&hosted, Manner::SaysFrom(1, answer));
        let mut client = connect(make, &running, options()).expect("logged in");
        let error = client.download("/big").map(|_| ()).expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Proxy(failure));
        let text = error.to_string();
        assert!(
            text.starts_with("RETR /big: connecting to the server's port "),
            "{text}"
        );
        let address = format!("{}, port {}", running.address.ip(), running.address.port());
        let rest = format!(" for data, through the {kind} proxy {address}: {said}");
        assert!(text.contains(&rest), "{text}");
        client.noop().expect("still in step");
    }
}

#[test]
fn a_proxy_that_cannot_be_reached_is_no_server_that_refuses() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let options = options().with_proxy(Proxy::socks5("127.0.0.1", port));
    let error = Client::connect(options).map(|_| ()).expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Proxy(ProxyFailure::NoConnection));
    let text = format!(
        "connecting to ftp.test, port 21, through the SOCKS5 proxy 127.0.0.1, port {port}: there \
         is no connection to the proxy: {}",
        std::io::Error::from(Errno::CONNREFUSED)
    );
    assert_eq!(error.to_string(), text);
    assert!(error.is_temporary());
    let kind = std::io::Error::from(error).kind();
    assert_eq!(kind, std::io::ErrorKind::ConnectionRefused);
}

#[test]
fn a_proxy_whose_name_cannot_be_resolved_is_told_from_a_server_without_address() {
    let of_proxy = options().with_proxy(Proxy::socks5("no..such", 1080));
    let error = Client::connect(of_proxy).map(|_| ()).expect_err("no name");
    let kind = ErrorKind::Proxy(ProxyFailure::Unresolved);
    assert_eq!((error.kind(), error.is_temporary()), (kind, true));
    // With SOCKS4 this machine resolves the server's name, and the proxy is not asked.
    let proxy = Proxy::socks4("127.0.0.1", 1);
    let of_server = Options::new("no..such").with_proxy(proxy);
    let error = Client::connect(of_server).map(|_| ()).expect_err("no name");
    assert_eq!(error.kind(), ErrorKind::Unresolved);
}

#[test]
fn a_proxy_that_closes_the_connection() {
    let hosted = server();
    let running = Forwarding::to(&hosted, Manner::SaysFrom(0, b"\x05"));
    let error = connect(KINDS[1].1, &running, options()).map(|_| ());
    let error = error.expect_err("closed");
    assert_eq!(error.kind(), ErrorKind::Proxy(ProxyFailure::Closed));
}

#[test]
fn a_silent_proxy_ends_at_the_limit() {
    for (_, make) in KINDS {
        let hosted = server();
        let running = Forwarding::to(&hosted, Manner::SilentFrom(0));
        let error = connect(make, &running, impatient(50)).map(|_| ());
        let error = error.expect_err("late");
        assert_eq!(error.kind(), ErrorKind::Timeout(Wait::Connect));
        assert!(error.to_string().contains("proxy 127.0.0.1"), "{error}");

        // The proxy serves the control connection at once, but never answers for the data
        // connection. So only the data connection reaches the limit of 500 ms.
        let running = Forwarding::to(&hosted, Manner::SilentFrom(1));
        let mut client = connect(make, &running, impatient(500)).expect("logged in");
        let error = client.download("/big").map(|_| ()).expect_err("late");
        assert_eq!(error.kind(), ErrorKind::Timeout(Wait::Connect));
        client.noop().expect("still in step");
    }
}

#[test]
fn the_control_connection_is_watched_while_a_tunnel_is_made() {
    let late = Action::Unasked(b"421 Shutting down.\r\n".to_vec());
    let setup = files().fault(Fault::on("EPSV", late));
    let hosted = TcpServer::new(Simulator::new(setup));
    let running = Forwarding::to(&hosted, Manner::SilentFrom(1));
    let mut client = connect(KINDS[1].1, &running, impatient(20_000)).expect("logged in");
    let begun = Instant::now();
    let error = client.download("/big").map(|_| ()).expect_err("over");
    assert_eq!(error.kind(), ErrorKind::Closed, "{error}");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn tls_passes_through_a_proxy() {
    let identity = Identity::new("ftp.test", Flaw::None);
    let setup = files().tls(identity.server(&rustls::version::TLS13));
    for (_, make) in KINDS {
        let hosted = TcpServer::new(Simulator::new(setup.clone().require_reuse()));
        let running = Forwarding::to(&hosted, Manner::Serves);
        let options = options()
            .with_tls(TlsConfig::with_roots_pem(&CA.pem).expect("a root"))
            .with_resumption(Resumption::Required);
        use_it(
            connect(make, &running, options).expect("logged in"),
            &hosted,
        );
    }
}

#[test]
fn an_upload_under_tls_survives_a_proxy_that_knows_no_half_close() {
    let identity = Identity::new("ftp.test", Flaw::None);
    let setup = files().tls(identity.server(&rustls::version::TLS13));
    for _ in 0..5 {
        let hosted = TcpServer::new(Simulator::new(setup.clone()));
        let running = Forwarding::to(&hosted, Manner::ResetsAtEnd);
        let tls = TlsConfig::with_roots_pem(&CA.pem).expect("a root");
        let mut client = connect(KINDS[1].1, &running, options().with_tls(tls)).expect("logged in");
        client.store("/up", vec![9; 500_000]).expect("confirmed");
        client.quit().expect("said goodbye");
        assert_eq!(hosted.server().file("/up"), Some(&vec![9; 500_000][..]));
    }
}

#[test]
fn a_reconnect_goes_through_the_proxy_again() {
    let hosted = server();
    let running = Forwarding::to(&hosted, Manner::Serves);
    let mut client = connect(KINDS[1].1, &running, options()).expect("logged in");
    client.reconnect().expect("a new connection");
    let before = running.asked();
    assert_eq!(before, ["SOCKS5 ftp.test:21", "SOCKS5 ftp.test:21"]);
    use_it(client, &hosted);
}

#[test]
fn active_mode_through_a_proxy_is_an_error() {
    let hosted = server();
    let running = Forwarding::to(&hosted, Manner::Serves);
    let active = options().with_config(|config| config.with_data_mode(DataMode::Active));
    let error = connect(KINDS[1].1, &running, active).map(|_| ());
    let error = error.expect_err("no way");
    assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option));
    assert_eq!(running.asked(), [""; 0]);

    let mut client = connect(KINDS[1].1, &running, options()).expect("logged in");
    client.set_data_mode(DataMode::Active);
    let error = client.download("/big").map(|_| ()).expect_err("no way");
    assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option), "{error}");
    client.set_data_mode(DataMode::Passive);
    client.noop().expect("still in step");
    use_it(client, &hosted);
}

#[test]
fn a_network_without_sockets_refuses_a_proxy() {
    let memory = Memory::new(Simulator::new(files()));
    let options = options().with_proxy(Proxy::socks5("127.0.0.1", 1080));
    let error = Client::connect_over(memory, options).map(|_| ());
    let error = error.expect_err("no sockets");
    assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option));
}
