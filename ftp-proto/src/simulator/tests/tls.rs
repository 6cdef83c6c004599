//! Tests of TLS on the simulator's data connections. The client is a rustls connection without a
//! socket.

use std::format;
use std::io::{Read as _, Write as _};
use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, HandshakeKind, RootCertStore, ServerConfig,
    SupportedProtocolVersion,
};

use super::*;

pub(super) type Versions = &'static [&'static SupportedProtocolVersion];
pub(super) const NEW: Versions = &[&TLS13];
pub(super) const BOTH: [Versions; 2] = [&[&TLS12], NEW];

pub(super) fn configs(versions: Versions) -> (Arc<ServerConfig>, Arc<ClientConfig>) {
    let made = rcgen::generate_simple_self_signed([String::from("localhost")]).unwrap();
    let certificate = CertificateDer::from(made.cert.der().to_vec());
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(default_provider());
    let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(Vec::from([certificate.clone()]), key)
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let client = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    (Arc::new(server), Arc::new(client))
}

/// The client's side of one TLS connection: the rustls connection, and what has come over it.
pub(super) struct Tls {
    pub(super) link: Link,
    pub(super) connection: ClientConnection,
    pub(super) plain: Vec<u8>,
    /// All encrypted bytes that the client has received.
    raw: Vec<u8>,
    pub(super) end: Read,
    pub(super) failed: bool,
    pub(super) notified: bool,
}

impl Tls {
    pub(super) fn new(link: Link, config: &Arc<ClientConfig>) -> Self {
        let name = ServerName::try_from("localhost").unwrap();
        Self {
            link,
            connection: ClientConnection::new(Arc::clone(config), name).unwrap(),
            plain: Vec::new(),
            raw: Vec::new(),
            end: Read::Empty,
            failed: false,
            notified: false,
        }
    }

    pub(super) fn pump(&mut self, sim: &mut Simulator) {
        loop {
            let mut out = Vec::new();
            while self.connection.wants_write() {
                self.connection.write_tls(&mut out).unwrap();
            }
            let mut rest = out.as_slice();
            while !rest.is_empty() {
                match sim.write(self.link, rest) {
                    Write::Bytes(n) => rest = &rest[n..],
                    Write::Full => {}
                    Write::Broken => break,
                }
            }
            let (bytes, end) = drain(sim, self.link);
            self.end = end;
            self.raw.extend_from_slice(&bytes);
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                self.connection.read_tls(&mut rest).unwrap();
                match self.connection.process_new_packets() {
                    Ok(state) => self.notified |= state.peer_has_closed(),
                    Err(_) => self.failed = true,
                }
                let mut buffer = [0; 1000];
                while let Ok(n @ 1..) = self.connection.reader().read(&mut buffer) {
                    self.plain.extend_from_slice(&buffer[..n]);
                }
            }
            if bytes.is_empty() && !self.connection.wants_write() {
                return;
            }
        }
    }

    pub(super) fn write(&mut self, sim: &mut Simulator, bytes: &[u8]) {
        self.connection.writer().write_all(bytes).unwrap();
        self.pump(sim);
    }

    fn ends_inside_record(&self) -> bool {
        let mut rest = self.raw.as_slice();
        while let [_, _, _, high, low, ..] = *rest {
            let length = 5 + usize::from(u16::from_be_bytes([high, low]));
            let Some(next) = rest.get(length..) else {
                return true;
            };
            rest = next;
        }
        !rest.is_empty()
    }

    pub(super) fn close_notify(&mut self, sim: &mut Simulator) {
        self.connection.send_close_notify();
        self.pump(sim);
    }
}

/// A simulated server, and a control connection to it that is under TLS and logged in. TYPE I and
/// PROT P are set.
pub(super) struct Secure {
    pub(super) sim: Simulator,
    pub(super) control: Tls,
    pub(super) config: Arc<ClientConfig>,
}

impl Secure {
    pub(super) fn new(versions: Versions, set: impl FnOnce(Setup) -> Setup) -> Self {
        let (server, client) = configs(versions);
        let setup = set(Setup::new().tls(server).file("/f", "0123456789"));
        Self::over(Bench::new(setup), client)
    }

    /// Begins TLS on the control connection, and logs in.
    fn over(mut bench: Bench, config: Arc<ClientConfig>) -> Self {
        bench.text();
        assert_eq!(bench.cmd("AUTH TLS"), "234 Proceed with negotiation.\r\n");
        let mut control = Tls::new(bench.control, &config);
        control.pump(&mut bench.sim);
        let mut secure = Self {
            sim: bench.sim,
            control,
            config,
        };
        for line in ["USER user", "PASS secret", "TYPE I", "PBSZ 0", "PROT P"] {
            let reply = secure.cmd(line);
            assert!(reply.starts_with(['2', '3']), "{line}: {reply}");
        }
        secure
    }

    pub(super) fn text(&mut self) -> String {
        self.control.pump(&mut self.sim);
        String::from_utf8(core::mem::take(&mut self.control.plain)).unwrap()
    }

    pub(super) fn cmd(&mut self, line: &str) -> String {
        let line = [line.as_bytes(), b"\r\n"].concat();
        self.control.write(&mut self.sim, &line);
        self.text()
    }

    pub(super) fn passive(&mut self) -> Link {
        let reply = self.cmd("EPSV");
        let port = reply.split('|').nth(3).unwrap().parse().unwrap();
        open(self.sim.connect(port))
    }

    /// Makes a data connection, sends this transfer command, and does the handshake on the data
    /// connection.
    fn start(&mut self, line: &str) -> (Tls, String) {
        let config = Arc::clone(&self.config);
        self.start_with(line, &config)
    }

    fn start_with(&mut self, line: &str, config: &Arc<ClientConfig>) -> (Tls, String) {
        let link = self.passive();
        let mut text = self.cmd(line);
        let mut data = Tls::new(link, config);
        data.pump(&mut self.sim);
        text += &self.text();
        (data, text)
    }
}

/// Returns a client configuration that trusts the same certificate, but never resumes a TLS
/// session.
fn forgetful(config: &ClientConfig) -> Arc<ClientConfig> {
    let mut config = config.clone();
    config.resumption = rustls::client::Resumption::disabled();
    Arc::new(config)
}

#[test]
fn a_download_resumes_the_session() {
    for versions in BOTH {
        let mut b = Secure::new(versions, Setup::require_reuse);
        let (mut data, text) = b.start("RETR f");
        assert_eq!(text, [OPENING, COMPLETE].concat());
        assert_eq!(data.plain, b"0123456789");
        assert!(data.notified && data.end == Read::Eof);
        assert_eq!(
            data.connection.handshake_kind(),
            Some(HandshakeKind::Resumed)
        );
        let record = b.sim.transfers()[0].clone();
        assert_eq!((record.resumed, record.close_notify), (Some(true), false));
        data.close_notify(&mut b.sim);
        assert!(b.sim.transfers()[0].close_notify);
        b.sim.close(data.link);
    }
}

#[test]
fn a_session_that_is_not_resumed() {
    for versions in BOTH {
        let mut b = Secure::new(versions, |setup| setup);
        let config = forgetful(&b.config);
        let (data, text) = b.start_with("RETR f", &config);
        assert_eq!(text, [OPENING, COMPLETE].concat());
        assert_eq!(data.plain, b"0123456789");
        assert_eq!(b.sim.transfers()[0].resumed, Some(false));

        let mut b = Secure::new(versions, Setup::require_reuse);
        let config = forgetful(&b.config);
        let (data, text) = b.start_with("RETR f", &config);
        assert!(text.ends_with("522 SSL connection failed; session reuse required\r\n"));
        assert_eq!((data.plain.len(), data.end), (0, Read::Eof));
        assert!(!b.sim.is_open(data.link));
        assert!(b.cmd("NOOP").starts_with("200 "));
    }
}

/// A server that demands resumption resumes a session only for the control connection to which it
/// belongs. The next control connection begins anew, and the simulator notes that it has tried.
#[test]
fn a_session_of_another_control_connection_is_not_resumed() {
    for versions in BOTH {
        let mut b = Secure::new(versions, Setup::require_reuse);
        assert!(b.start("RETR f").1.ends_with(COMPLETE));
        assert!(!b.sim.origins.has_mixed());
        let control = open(b.sim.connect(21));
        let sim = b.sim;
        let mut b = Secure::over(Bench { sim, control }, b.config);
        assert!(b.sim.origins.has_mixed());
        let kind = b.control.connection.handshake_kind();
        assert_eq!(kind, Some(HandshakeKind::Full));
        let (data, text) = b.start("RETR f");
        assert!(text.ends_with(COMPLETE), "{text}");
        let kind = data.connection.handshake_kind();
        assert_eq!(kind, Some(HandshakeKind::Resumed));
    }
}

#[test]
fn uploads_want_a_close_notify() {
    for versions in BOTH {
        let mut b = Secure::new(versions, |setup| setup.window(100));
        let (mut data, text) = b.start("STOR g");
        assert!(text.starts_with("150 "));
        data.write(&mut b.sim, &[b'x'; 20_000]);
        assert_eq!(b.text(), "");
        data.close_notify(&mut b.sim);
        assert_eq!(b.text(), COMPLETE);
        assert!(data.notified && data.end == Read::Eof);
        let record = &b.sim.transfers()[0];
        assert!(record.close_notify && record.complete && record.bytes == 20_000);

        let (mut data, _) = b.start("STOR g");
        data.write(&mut b.sim, b"abc");
        b.sim.shutdown(data.link);
        assert_eq!(b.text(), ABORTED);
        assert_eq!(b.sim.file("/g"), Some(&b"abc"[..]));
        assert!(!b.sim.transfers()[1].close_notify);
    }
}

#[test]
fn a_handshake_that_does_not_happen() {
    let mut b = Secure::new(NEW, |setup| setup);
    let link = b.passive();
    b.cmd("RETR f");
    b.sim.close(link);
    assert_eq!(b.text(), ABORTED);
    let link = b.passive();
    b.cmd("RETR f");
    b.sim.write(link, b"hello?\r\n");
    assert_eq!(b.text(), ABORTED);
    assert_eq!(b.sim.transfers()[1].resumed, None);
}

#[test]
fn a_refused_handshake() {
    for versions in BOTH {
        let fault = Fault::nth("HANDSHAKE", 0, Action::RefuseHandshake);
        let mut b = Secure::new(versions, |setup| setup.fault(fault));
        let (data, text) = b.start("RETR f");
        assert!(text.ends_with("522 SSL connection failed; session reuse required\r\n"));
        assert!(data.failed && data.end == Read::Eof);
        assert!(b.start("RETR f").1.ends_with(COMPLETE));
    }
}

#[test]
fn truncation() {
    let at = |then| Action::At {
        after: 4,
        control: Vec::new(),
        then,
    };
    let cases = [
        (at(Then::Fin), 4, Read::Eof),
        (at(Then::FinInsideRecord), 4, Read::Eof),
        (at(Then::Reset), 4, Read::Reset),
        (Action::NoCloseNotify, 10, Read::Eof),
    ];
    for (action, moved, end) in cases {
        for versions in BOTH {
            let fault = Fault::on("RETR", action.clone());
            let mut b = Secure::new(versions, |setup| setup.fault(fault));
            let (data, text) = b.start("RETR f");
            assert_eq!(text, [OPENING, COMPLETE].concat());
            assert_eq!((data.plain.len(), data.end), (moved, end), "{action:?}");
            assert!(!data.notified && !data.failed);
            let inside = format!("{action:?}").contains("FinInsideRecord");
            assert_eq!(data.ends_inside_record(), inside);
        }
    }
}

#[test]
fn an_upload_ended_inside_a_record() {
    let action = Action::At {
        after: 3,
        control: b"452 Full.\r\n".to_vec(),
        then: Then::FinInsideRecord,
    };
    let mut b = Secure::new(NEW, |setup| setup.fault(Fault::on("STOR", action)));
    let (mut data, _) = b.start("STOR g");
    data.write(&mut b.sim, b"abcdef");
    assert_eq!(b.text(), "452 Full.\r\n");
    assert_eq!(data.end, Read::Eof);
    assert!(!data.notified && !data.failed && data.ends_inside_record());
    assert_eq!(b.sim.file("/g"), Some(&b"abc"[..]));
}

#[test]
fn many_records() {
    let content: Vec<u8> = (0..300_000_u32).map(|n| n.to_le_bytes()[1]).collect();
    for versions in BOTH {
        let mut b = Secure::new(versions, |setup| setup.file("/big", content.clone()));
        let (mut data, text) = b.start("RETR big");
        assert!(text.ends_with(COMPLETE));
        assert!(data.plain == content && data.notified);
        data.close_notify(&mut b.sim);

        let (mut data, _) = b.start("STOR copy");
        for piece in content.chunks(50_000) {
            data.write(&mut b.sim, piece);
        }
        data.close_notify(&mut b.sim);
        assert_eq!(b.text(), COMPLETE);
        assert!(b.sim.file("/copy") == Some(content.as_slice()));
    }
}
