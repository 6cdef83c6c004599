//! The fuzz target `pump`: a TLS client and a server of rustls. The input decides who does what
//! next, and may change the bytes that the server sends.

use std::sync::{Arc, LazyLock};

use ftp_proto::tls::{Next, PlainRead, TlsChannel, TlsConfig, TlsVersion, rustls};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};

/// Connects a client with a server in memory. Nothing must panic. The client must read only what
/// the server wrote, from the beginning. It must report a clean end only if the server sent
/// close_notify, and only after all the text that the server wrote. After a failure, it must fail
/// with the same error again. The amount of unsent data must stay below a limit.
///
/// The first byte of the input chooses the version of TLS, and whether the handshake is done first.
/// Then come pairs of bytes: an operation and its argument.
pub fn pump(data: &[u8]) {
    let Some((settings, script)) = data.split_first() else {
        return;
    };
    let mut link = Link::new(match settings & 1 {
        0 => &CONFIGS[0],
        _ => &CONFIGS[1],
    });
    if settings & 2 == 2 {
        link.shake_hands();
    }
    let mut script = script.iter().copied();
    while let (Some(operation), Some(argument)) = (script.next(), script.next()) {
        link.perform(operation, argument, &mut script);
    }
    link.deliver(usize::MAX);
    link.read(64);
}

type Configs = (TlsConfig, Arc<ServerConfig>);

/// A client and a server for each version of TLS. They are made once, because making them takes
/// longer than a run.
static CONFIGS: LazyLock<[Configs; 2]> = LazyLock::new(|| {
    [TlsVersion::V1_2, TlsVersion::V1_3].map(|version| {
        let client = TlsConfig::dangerous_accept_any_certificate()
            .and_then(|config| config.with_only_version(version))
            .expect("a config");
        let certificate = include_bytes!("../../server/certificate.pem");
        let key = include_bytes!("../../server/key.pem");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from_pem_slice(certificate).expect("a certificate")],
                PrivateKeyDer::from_pem_slice(key).expect("a key"),
            );
        (client, Arc::new(server.expect("they belong together")))
    })
});

/// A client and a server, and the bytes that are on the way from the server to the client.
struct Link {
    client: TlsChannel,
    server: ServerConnection,
    /// The bytes that the server has sent and that the client has not received yet.
    wire: Vec<u8>,
    /// All plain text that the server has written.
    written: Vec<u8>,
    /// How many bytes of `written` the client has read.
    read: usize,
    closed: bool,
    /// Whether the server has failed. The server then ignores all bytes from the client.
    deaf: bool,
    /// Whether the client was told that the connection has ended.
    ended: bool,
    failure: Option<String>,
}

impl Link {
    fn new((client, server): &Configs) -> Self {
        let login = client.login("localhost").expect("a name");
        let server = ServerConnection::new(server.clone()).expect("a server");
        Self {
            client: login.connection().expect("a connection"),
            server,
            wire: Vec::new(),
            written: Vec::new(),
            read: 0,
            closed: false,
            deaf: false,
            ended: false,
            failure: None,
        }
    }

    fn shake_hands(&mut self) {
        for _ in 0..10 {
            let shaken = self.client.handshake();
            assert!(shaken.is_ok(), "{shaken:?}");
            self.send(usize::MAX);
            self.deliver(usize::MAX);
            if self.client.info().is_some() && !self.server.is_handshaking() {
                return;
            }
        }
        panic!("no handshake between two that mean well");
    }

    fn perform(&mut self, operation: u8, argument: u8, rest: &mut impl Iterator<Item = u8>) {
        let count = usize::from(argument);
        match operation % 14 {
            0 => {
                let bytes: Vec<u8> = rest.take(count).collect();
                self.feed(&bytes);
            }
            1 => self.server_writes(count * 100),
            2 => self.deliver(count),
            3 => self.send(count * 4),
            4 => {
                // rustls refuses to refresh the keys before the handshake, and under TLS 1.2. The
                // refusal is allowed, so the result is ignored.
                let _ = self.server.refresh_traffic_keys();
                self.collect();
            }
            5 => {
                if !self.deaf && !self.server.is_handshaking() {
                    self.server.send_close_notify();
                    self.closed = true;
                    self.collect();
                }
            }
            6 => self.client_writes(count),
            7 => {
                let _ = self.client.close();
            }
            8 => {
                let at = count % self.wire.len().max(1);
                if let Some(byte) = self.wire.get_mut(at) {
                    *byte ^= 1 << (count % 8);
                }
            }
            9 => {
                let at = count % self.wire.len().max(1);
                if at < self.wire.len() {
                    self.wire.remove(at);
                }
            }
            10 => {
                self.client.receive_eof();
                self.ended = true;
            }
            11 => self.handshake(),
            12 => self.client.shrink(),
            _ => self.read(count),
        }
        assert!(self.client.outgoing().len() < 80 * 1024, "too much unsent");
    }

    fn server_writes(&mut self, count: usize) {
        use std::io::Write as _;
        if self.closed || self.deaf || self.server.is_handshaking() {
            return;
        }
        let begin = self.written.len();
        let bytes: Vec<u8> = (begin..begin + count).map(|n| (n % 251) as u8).collect();
        self.server.writer().write_all(&bytes).expect("room");
        self.written.extend(bytes);
        self.collect();
    }

    fn client_writes(&mut self, count: usize) {
        let plain = vec![b'x'; count];
        match self.client.write(&plain) {
            Ok(Next::Done(taken)) => assert!(taken <= count),
            Ok(next) => {
                assert_eq!(next, Next::Write);
                assert!(!self.client.outgoing().is_empty(), "nothing to be sent");
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }

    /// Takes all bytes that the server wants to send, and appends them to `wire`.
    fn collect(&mut self) {
        while self.server.wants_write() {
            self.server.write_tls(&mut self.wire).expect("a vector");
        }
    }

    /// Moves up to `count` bytes from `wire` to the client.
    fn deliver(&mut self, count: usize) {
        let bytes: Vec<u8> = self.wire.drain(..count.min(self.wire.len())).collect();
        self.feed(&bytes);
    }

    fn feed(&mut self, bytes: &[u8]) {
        if self.ended || bytes.is_empty() {
            return;
        }
        self.client.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        self.client.filled(bytes.len());
    }

    /// Passes up to `count` bytes from the client to the server.
    fn send(&mut self, count: usize) {
        let count = count.min(self.client.outgoing().len());
        let mut bytes = &self.client.outgoing()[..count];
        while !bytes.is_empty() && !self.deaf {
            self.deaf = self.server.read_tls(&mut bytes).is_err()
                || self.server.process_new_packets().is_err();
            let mut sink = std::io::sink();
            // Throws away the text that the server has received, so that the server's buffer stays
            // empty. An error here is allowed.
            let _ = std::io::copy(&mut self.server.reader(), &mut sink);
        }
        self.client.advance(count);
        self.collect();
    }

    fn handshake(&mut self) {
        match self.client.handshake() {
            Ok(next) => {
                let shaken = self.client.info().is_some();
                let done = shaken && self.client.outgoing().is_empty();
                assert_eq!(next == Next::Done(()), done);
                assert_eq!(self.failure, None, "recovered");
            }
            Err(error) => self.failed(&error),
        }
    }

    fn read(&mut self, room: usize) {
        let mut buffer = vec![0; room];
        loop {
            match self.client.read(&mut buffer) {
                Ok(Next::Done(PlainRead::Bytes(0))) => return assert_eq!(room, 0),
                Ok(Next::Done(PlainRead::Bytes(count))) => {
                    let expected = self.written.get(self.read..self.read + count);
                    assert_eq!(expected, Some(&buffer[..count]), "not what was written");
                    self.read += count;
                }
                Ok(Next::Done(PlainRead::Closed)) => {
                    assert!(self.closed, "an end that nobody sent");
                    return assert_eq!(self.read, self.written.len(), "an early end");
                }
                Ok(Next::Done(PlainRead::Cut)) => {
                    return assert!(self.ended, "an end that never was");
                }
                Ok(next) => {
                    assert!(matches!(next, Next::Read(_) | Next::Yield), "{next:?}");
                    return assert!(!self.ended, "blocked for ever");
                }
                Err(error) => return self.failed(&error),
            }
        }
    }

    /// Checks that every error of the client has the text of its first error. After the connection
    /// has ended, an error may have another text.
    fn failed(&mut self, error: &ftp_proto::Error) {
        let words = error.to_string();
        if !self.ended {
            let before = self.failure.get_or_insert_with(|| words.clone());
            assert_eq!(*before, words);
        }
    }
}
