//! Tests of TLS session tickets: which tickets a login stores, and which of them its data
//! connections use. The test servers send few tickets, many or none.
#![cfg(feature = "ring")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use ftp_proto::tls::{Next, TlsChannel, TlsConfig, TlsLogin, TlsVersion, rustls};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::StoresServerSessions;
use rustls::time_provider::{DefaultTimeProvider, TimeProvider};
use rustls::{ClientConfig, RootCertStore, ServerConfig, ServerConnection};

/// A certificate and its key, in PEM.
static CERTIFIED: LazyLock<(String, String)> = LazyLock::new(|| {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    (made.cert.pem(), made.signing_key.serialize_pem())
});

const VERSIONS: [TlsVersion; 2] = [TlsVersion::V1_2, TlsVersion::V1_3];

fn trusting(version: TlsVersion) -> TlsConfig {
    TlsConfig::with_roots_pem(&CERTIFIED.0)
        .and_then(|config| config.with_only_version(version))
        .expect("a config")
}

/// A TLS server. Its clones share one session store, so a client can resume a session with any of
/// them. Each clone may send another number of tickets.
#[derive(Clone)]
struct Server(ServerConfig);

impl Server {
    fn new() -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let certificate = CertificateDer::from_pem_slice(CERTIFIED.0.as_bytes()).expect("one");
        let key = PrivateKeyDer::from_pem_slice(CERTIFIED.1.as_bytes()).expect("one");
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key);
        Self(config.expect("they belong together"))
    }

    /// Creates a server, and the session store in which the test sees which tickets the client
    /// used.
    fn counting() -> (Self, Arc<InOrder>) {
        let order = Arc::new(InOrder::default());
        let mut server = Self::new();
        server.0.session_storage = order.clone();
        (server, order)
    }

    fn giving(&self, tickets: usize) -> Self {
        let mut server = self.clone();
        server.0.send_tls13_tickets = tickets;
        server
    }

    /// Does a handshake. The client does not read the tickets that the server sends after the
    /// handshake.
    fn meet(&self, login: &TlsLogin) -> Connection {
        let mut connection = Connection {
            client: login.connection().expect("a connection"),
            server: ServerConnection::new(Arc::new(self.0.clone())).expect("a server"),
        };
        loop {
            let next = connection.client.handshake().expect("means well");
            if connection.client.info().is_some() {
                assert!(
                    !matches!(next, Next::Read(_)),
                    "it is done but for what is unsent"
                );
                return connection;
            }
            connection.exchange();
        }
    }

    /// Makes a connection on which the client reads the server's tickets. Returns whether the
    /// client resumed a session.
    fn serve(&self, login: &TlsLogin) -> bool {
        let mut connection = self.meet(login);
        connection.exchange();
        let state = connection.client.read(&mut [0; 64]).expect("means well");
        assert_eq!(state, Next::Read(64));
        connection.client.resumed().expect("the handshake is done")
    }
}

struct Connection {
    client: TlsChannel,
    server: ServerConnection,
}

impl Connection {
    fn exchange(&mut self) {
        let outgoing = self.client.outgoing().to_vec();
        self.client.advance(outgoing.len());
        let mut outgoing = outgoing.as_slice();
        while !outgoing.is_empty() {
            self.server.read_tls(&mut outgoing).expect("a slice");
            self.server.process_new_packets().expect("means well");
        }
        let mut wire = Vec::new();
        while self.server.wants_write() {
            self.server.write_tls(&mut wire).expect("a vector");
        }
        self.client.space(wire.len())[..wire.len()].copy_from_slice(&wire);
        self.client.filled(wire.len());
    }
}

/// The server's session store. `given` holds all sessions with their keys, in the order of their
/// creation. `shown` holds the position in `given` of each session that the client resumed.
#[derive(Debug, Default)]
struct InOrder {
    given: Mutex<Vec<(Vec<u8>, Vec<u8>)>>,
    shown: Mutex<Vec<usize>>,
}

impl InOrder {
    fn shown(&self) -> Vec<usize> {
        self.shown.lock().expect("no panic").clone()
    }
}

impl StoresServerSessions for InOrder {
    fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
        self.given.lock().expect("no panic").push((key, value));
        true
    }

    fn get(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn take(&self, key: &[u8]) -> Option<Vec<u8>> {
        let given = self.given.lock().expect("no panic");
        let index = given.iter().position(|(given, _)| given == key)?;
        self.shown.lock().expect("no panic").push(index);
        Some(given[index].1.clone())
    }

    fn can_cache(&self) -> bool {
        true
    }
}

/// TLS sessions belong to one login. Another login does not use them, even with the same settings
/// and server (class B6 of SECURITY.md).
#[test]
fn b6_two_logins_of_one_config_share_nothing() {
    for version in VERSIONS {
        let (server, config) = (Server::new(), trusting(version));
        let [one, other] = [(); 2].map(|()| config.login("localhost").expect("a name"));
        assert!(!server.serve(&one));
        assert!(!server.serve(&other), "another login");
        assert!(server.serve(&one) && server.serve(&other));
        assert!(server.serve(&one.clone()), "the same login");
    }
}

/// One ticket is enough for any number of transfers, since each transfer brings the next ticket.
#[test]
fn b6_hundreds_of_connections_with_one_ticket_each() {
    for version in VERSIONS {
        let server = Server::new().giving(1);
        let login = trusting(version).login("localhost").expect("a name");
        assert!(!server.serve(&login));
        for round in 0..400 {
            assert!(server.serve(&login), "{version}, round {round}");
        }
    }
}

/// The server sends a thousand tickets. The client keeps only the newest two, and uses the newest
/// one first.
#[test]
fn invariant_10_a_thousand_tickets_are_two() {
    let (server, order) = Server::counting();
    let login = trusting(TlsVersion::V1_3)
        .login("localhost")
        .expect("a name");
    assert!(!server.giving(1000).serve(&login));
    let mute = server.giving(0);
    for round in 0..2 {
        assert!(mute.serve(&login), "round {round}");
    }
    assert_eq!(order.shown(), [999, 998]);
    assert!(!mute.serve(&login), "there were two");
}

/// The client uses each ticket once. If a connection is dropped before the client has read the new
/// tickets that the server sent on it, the client has one ticket less.
#[test]
fn each_dropped_connection_costs_one_ticket() {
    let (server, order) = Server::counting();
    let login = trusting(TlsVersion::V1_3)
        .login("localhost")
        .expect("a name");
    let server = server.giving(2);
    server.serve(&login);
    server.serve(&login);
    // The client has two tickets left. The next connection uses one of them, and is dropped
    // before the client reads the two new tickets that the server sends.
    drop(server.meet(&login));
    assert!(server.serve(&login) && server.serve(&login));
    let mut shown = order.shown();
    let count = shown.len();
    shown.sort_unstable();
    shown.dedup();
    assert_eq!((count, shown.len()), (4, 4), "{shown:?}");
    // The client keeps at most two tickets, so after two dropped connections it has none left.
    for _ in 0..2 {
        assert_eq!(server.meet(&login).client.resumed(), Some(true));
    }
    assert_eq!(server.meet(&login).client.resumed(), Some(false));
    assert!(!server.serve(&login));
    assert!(server.serve(&login), "and on it goes");
}

/// The client's tickets have expired, so it must make a full handshake. The connection after that
/// must resume a session again. (rustls removes a ticket from the session store before it checks
/// the ticket's age.)
#[test]
fn expired_sessions_are_replaced() {
    #[derive(Debug)]
    struct Later(AtomicU64);
    impl TimeProvider for Later {
        fn current_time(&self) -> Option<UnixTime> {
            let now = DefaultTimeProvider.current_time()?.as_secs();
            let later = Duration::from_secs(now + self.0.load(Ordering::Relaxed));
            Some(UnixTime::since_unix_epoch(later))
        }
    }
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let clock = Arc::new(Later(AtomicU64::new(0)));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_slice(CERTIFIED.0.as_bytes()).expect("one");
        roots.add(root).expect("a root");
        let config = ClientConfig::builder_with_details(provider, clock.clone())
            .with_protocol_versions(&[version])
            .expect("a version")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let login = TlsConfig::from(config).login("localhost").expect("a name");
        let mut server = Server::new();
        server.0.ticketer = rustls::crypto::ring::Ticketer::new().expect("random numbers");
        assert!(!server.serve(&login));
        assert!(server.serve(&login));
        clock.0.store(30 * 24 * 60 * 60, Ordering::Relaxed);
        assert!(!server.serve(&login), "{version:?}: expired");
        assert!(server.serve(&login), "{version:?}: anew");
    }
}

/// The server changes from TLS 1.2 to TLS 1.3 and back, between connections. Each time, the client
/// must make a full handshake.
#[test]
fn no_session_is_resumed_in_another_tls_version() {
    let both = TlsConfig::with_roots_pem(&CERTIFIED.0).expect("a config");
    let login = both.login("localhost").expect("a name");
    let only = |version| {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let certificate = CertificateDer::from_pem_slice(CERTIFIED.0.as_bytes()).expect("one");
        let key = PrivateKeyDer::from_pem_slice(CERTIFIED.1.as_bytes()).expect("one");
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .expect("a version")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key);
        Server(config.expect("they belong together"))
    };
    let (old, new) = (only(&rustls::version::TLS12), only(&rustls::version::TLS13));
    assert!(!old.serve(&login));
    assert!(old.serve(&login));
    assert!(!new.serve(&login));
    assert!(new.serve(&login));
    // TLS 1.2 cannot use the client's tickets of TLS 1.3, and the client no longer has its session
    // of TLS 1.2.
    assert!(!old.serve(&login));
}
