//! The cases with TLS 1.3 handshakes between this crate's client and a rustls server.
//!
//! Only the instructions inside [`client`] are counted: from the creation of the connection until
//! the handshake is complete and the client has read two session tickets. In a full handshake, they
//! include the check of the server's certificate.

use std::sync::Arc;

use ftp_proto::tls::{Next, TlsChannel, TlsConfig, TlsLogin, rustls};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection};

/// Runs full handshakes. Each handshake belongs to a new login, which has no TLS session to resume.
pub(crate) fn full(rounds: usize) {
    let ends = Ends::new();
    for _ in 0..rounds {
        let login = ends.login();
        assert_eq!(ends.shake_hands(&login), Some(false));
    }
}

/// Runs handshakes that resume a TLS session. All belong to one login, as those of data connections
/// do.
pub(crate) fn resumed(rounds: usize) {
    let ends = Ends::new();
    let login = ends.login();
    assert_eq!(ends.shake_hands_uncounted(&login), Some(false));
    for _ in 0..rounds {
        assert_eq!(ends.shake_hands(&login), Some(true));
    }
}

struct Ends {
    client: TlsConfig,
    server: Arc<ServerConfig>,
}

impl Ends {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]);
        let made = made.expect("a certificate can be made");
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let server = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("the provider knows it")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("certificate and key belong together");
        Self {
            client: TlsConfig::with_roots_pem(made.cert.pem()).expect("a certificate"),
            server: Arc::new(server),
        }
    }

    fn login(&self) -> TlsLogin {
        self.client.login("localhost").expect("a name")
    }

    /// Makes a handshake whose instructions are counted. Returns whether it has resumed a session.
    /// `None` if that is not known.
    fn shake_hands(&self, login: &TlsLogin) -> Option<bool> {
        self.go_through(client(|| begin(login)), |feed| client(feed))
    }

    /// Makes a handshake whose instructions are not counted. It prepares the handshakes that are
    /// counted.
    fn shake_hands_uncounted(&self, login: &TlsLogin) -> Option<bool> {
        self.go_through(begin(login), |feed| feed())
    }

    fn go_through(&self, mut channel: TlsChannel, run: impl Fn(&mut dyn FnMut())) -> Option<bool> {
        let mut server = ServerConnection::new(self.server.clone()).expect("a connection");
        // A handshake takes two rounds. First the client sends ClientHello, and the server sends
        // its first messages. Then the client sends Finished, and the server sends the session
        // tickets.
        for _ in 0..2 {
            let mut bytes = Vec::new();
            server
                .read_tls(&mut channel.outgoing())
                .and_then(|_| server.process_new_packets().map_err(std::io::Error::other))
                .expect("the server understands");
            while server.wants_write() {
                server.write_tls(&mut bytes).expect("a vector takes it");
            }
            run(&mut || {
                channel.advance(channel.outgoing().len());
                channel.space(bytes.len())[..bytes.len()].copy_from_slice(&bytes);
                channel.filled(bytes.len());
                let next = channel.handshake().expect("goes well");
                assert!(matches!(next, Next::Write | Next::Done(())), "{next:?}");
                let read = channel.read(&mut [0; 64]).expect("tickets");
                assert_eq!(read, Next::Read(64));
            });
        }
        channel.resumed()
    }
}

/// Creates the client's side of a connection, with its ClientHello ready to send.
fn begin(login: &TlsLogin) -> TlsChannel {
    let mut channel = login.connection().expect("a connection");
    assert_eq!(channel.handshake().expect("nothing has come"), Next::Write);
    channel
}

/// Runs `work`, whose instructions are counted. `cargo xtask counts` finds this function by its
/// name, so the function must not be inlined.
#[inline(never)]
fn client<T>(work: impl FnOnce() -> T) -> T {
    work()
}
