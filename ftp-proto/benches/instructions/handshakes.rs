//! TLS 1.3 handshakes of a client, with a rustls server.
//!
//! Only the work of [`client`] is counted: from the new connection until the handshake is complete
//! and two session tickets are read. If the server shows its certificate, that includes its
//! verification.

use std::sync::Arc;

use ftp_proto::tls::{Next, TlsChannel, TlsConfig, TlsLogin, rustls};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection};

/// Full handshakes. Each one uses a new login, which has no session to resume.
pub(crate) fn full(rounds: usize) {
    let ends = Ends::new();
    for _ in 0..rounds {
        let login = ends.login();
        assert_eq!(ends.shake_hands(&login), Some(false));
    }
}

/// Resumed handshakes, all in one login, as for data connections.
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

    /// Makes a counted handshake. Returns whether it was resumed.
    fn shake_hands(&self, login: &TlsLogin) -> Option<bool> {
        self.go_through(client(|| begin(login)), |feed| client(feed))
    }

    /// Makes a handshake that is not counted, for preparation.
    fn shake_hands_uncounted(&self, login: &TlsLogin) -> Option<bool> {
        self.go_through(begin(login), |feed| feed())
    }

    fn go_through(&self, mut channel: TlsChannel, run: impl Fn(&mut dyn FnMut())) -> Option<bool> {
        let mut server = ServerConnection::new(self.server.clone()).expect("a connection");
        // Two rounds: ClientHello and the server's first messages; Finished and the session
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

/// Creates a connection, with its ClientHello ready to send.
fn begin(login: &TlsLogin) -> TlsChannel {
    let mut channel = login.connection().expect("a connection");
    assert_eq!(channel.handshake().expect("nothing has come"), Next::Write);
    channel
}

/// Runs the work to count. `cargo xtask counts` finds this function by its name.
#[inline(never)]
fn client<T>(work: impl FnOnce() -> T) -> T {
    work()
}
