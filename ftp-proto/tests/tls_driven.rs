//! The operations of a [`TlsChannel`], over a socket that reads and writes a few bytes at a time.
#![cfg(feature = "ring")]

use std::io::{Read as _, Write as _};
use std::sync::{Arc, LazyLock};

use ftp_proto::tls::{Next, PlainRead, TlsChannel, TlsConfig, TlsVersion, rustls};
use ftp_proto::{Error, ErrorKind};
use proptest::prelude::*;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection};

const MIB: usize = 1024 * 1024;

type Ends = (TlsConfig, Arc<ServerConfig>);

/// A client and a server for each TLS version.
static ENDS: LazyLock<[Ends; 2]> = LazyLock::new(|| {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    [TlsVersion::V1_2, TlsVersion::V1_3].map(|version| {
        let client = TlsConfig::with_roots_pem(made.cert.pem())
            .and_then(|config| config.with_only_version(version))
            .expect("a config");
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("they belong together");
        (client, Arc::new(server))
    })
});

/// A simulated socket, with the server on its other side.
struct Socket {
    server: ServerConnection,
    /// The server's bytes that are not read yet.
    coming: Vec<u8>,
    /// The plain text that the server has received.
    heard: Vec<u8>,
    /// How many bytes each read or write moves. The socket uses these numbers one after the other,
    /// and then begins again.
    pieces: Vec<usize>,
    turn: usize,
    /// Whether the server has closed the connection.
    gone: bool,
    yields: usize,
}

/// The error of a read when the server has sent nothing more. A real read would then wait for ever.
#[derive(Debug, PartialEq)]
struct Stuck;

impl Socket {
    fn new(server: &Arc<ServerConfig>, pieces: &[usize]) -> Self {
        Self {
            server: ServerConnection::new(Arc::clone(server)).expect("a server"),
            coming: Vec::new(),
            heard: Vec::new(),
            pieces: pieces.to_vec(),
            turn: 0,
            gone: false,
            yields: 0,
        }
    }

    fn piece(&mut self, most: usize) -> usize {
        self.turn += 1;
        self.pieces[self.turn % self.pieces.len()].min(most)
    }

    /// Passes one piece of the bytes to the server. Returns the length of the piece.
    fn write(&mut self, bytes: &[u8]) -> usize {
        let count = self.piece(bytes.len());
        let mut bytes = &bytes[..count];
        while !bytes.is_empty() {
            self.server.read_tls(&mut bytes).expect("room");
            self.server.process_new_packets().expect("means well");
            let _ = self.server.reader().read_to_end(&mut self.heard);
        }
        self.collect();
        count
    }

    fn read(&mut self, space: &mut [u8]) -> Result<usize, Stuck> {
        if self.coming.is_empty() {
            return if self.gone { Ok(0) } else { Err(Stuck) };
        }
        let count = self.piece(space.len().min(self.coming.len()));
        space[..count].copy_from_slice(&self.coming[..count]);
        self.coming.drain(..count);
        Ok(count)
    }

    fn collect(&mut self) {
        while self.server.wants_write() {
            self.server.write_tls(&mut self.coming).expect("a vector");
        }
    }

    fn say(&mut self, plain: &[u8]) {
        self.server.writer().write_all(plain).expect("room");
        self.collect();
    }

    fn say_end(&mut self) {
        self.server.send_close_notify();
        self.collect();
    }
}

/// Runs an operation as a driver does: reads and writes whenever the operation asks for it.
fn try_drive<T>(
    tls: &mut TlsChannel,
    socket: &mut Socket,
    mut operation: impl FnMut(&mut TlsChannel) -> Result<Next<T>, Error>,
) -> Result<Result<T, Stuck>, Error> {
    loop {
        match operation(tls)? {
            Next::Done(value) => return Ok(Ok(value)),
            Next::Write => {
                assert!(!tls.outgoing().is_empty(), "nothing to be written");
                let sent = socket.write(tls.outgoing());
                tls.advance(sent);
            }
            Next::Read(room) => match socket.read(tls.space(room)) {
                Ok(0) => tls.receive_eof(),
                Ok(count) => tls.filled(count),
                Err(stuck) => return Ok(Err(stuck)),
            },
            Next::Yield => socket.yields += 1,
        }
    }
}

fn drive<T>(
    tls: &mut TlsChannel,
    socket: &mut Socket,
    operation: impl FnMut(&mut TlsChannel) -> Result<Next<T>, Error>,
) -> T {
    let driven = try_drive(tls, socket, operation).expect("means well");
    driven.expect("more to come")
}

/// Makes a connection, and returns both sides after the handshake.
fn meet((client, server): &Ends, pieces: &[usize]) -> (TlsChannel, Socket) {
    let login = client.login("localhost").expect("a name");
    let mut tls = login.connection().expect("a connection");
    let mut socket = Socket::new(server, pieces);
    drive(&mut tls, &mut socket, TlsChannel::handshake);
    assert!(!socket.server.is_handshaking(), "the last of it was sent");
    assert!(tls.info().is_some());
    (tls, socket)
}

/// Does everything that an upload and a download do, over a socket that moves only a few bytes at a
/// time. `pieces` says how many bytes each read or write moves, as in [`Socket`].
fn whole_dialogue(ends: &Ends, pieces: &[usize], content: &[u8]) {
    let (mut tls, mut socket) = meet(ends, pieces);
    let mut rest = content;
    while !rest.is_empty() {
        let taken = drive(&mut tls, &mut socket, |tls| tls.write(rest));
        assert!(taken > 0);
        rest = &rest[taken..];
    }
    drive(&mut tls, &mut socket, TlsChannel::flush);
    assert_eq!(socket.heard, content);

    socket.say(content);
    let (mut plain, mut buffer) = (Vec::new(), vec![0; 777]);
    while plain.len() < content.len() {
        match drive(&mut tls, &mut socket, |tls| tls.read(&mut buffer)) {
            PlainRead::Bytes(count) => plain.extend_from_slice(&buffer[..count]),
            end => panic!("{end:?} after {} bytes", plain.len()),
        }
    }
    assert_eq!(plain, content);
    let read = try_drive(&mut tls, &mut socket, |tls| tls.read(&mut buffer));
    assert_eq!(
        read.expect("means well"),
        Err(Stuck),
        "no end before its time"
    );

    drive(&mut tls, &mut socket, TlsChannel::close);
    let closed = socket.server.process_new_packets().expect("means well");
    assert!(closed.peer_has_closed(), "close_notify was sent");
    drive(&mut tls, &mut socket, TlsChannel::close);
    socket.say(b"dropped");
    socket.say_end();
    let end = drive(&mut tls, &mut socket, TlsChannel::await_end);
    assert_eq!(end, PlainRead::Closed);
}

#[test]
fn a_dialogue_cut_byte_by_byte() {
    for ends in ENDS.iter() {
        whole_dialogue(ends, &[1], &[7; 5000]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn a_dialogue_in_any_pieces(
        version in 0..2_usize,
        pieces in prop::collection::vec(1..3000_usize, 1..9),
        length in 0..60_000_usize,
    ) {
        let content: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
        whole_dialogue(&ENDS[version], &pieces, &content);
    }
}

#[test]
fn invariant_4_an_end_without_close_notify_is_cut() {
    for ends in ENDS.iter() {
        let (mut tls, mut socket) = meet(ends, &[100]);
        socket.gone = true;
        let end = drive(&mut tls, &mut socket, TlsChannel::await_end);
        assert_eq!(end, PlainRead::Cut);
    }
}

#[test]
fn the_end_before_the_handshake_is_an_error() {
    let (client, server) = &ENDS[1];
    let login = client.login("localhost").expect("a name");
    let mut tls = login.connection().expect("a connection");
    let mut socket = Socket::new(server, &[100]);
    socket.gone = true;
    let mut shaken = 0;
    let error = try_drive(&mut tls, &mut socket, |tls| {
        shaken += 1;
        match shaken {
            // In the first step, the client sends its ClientHello. In the next step, the connection
            // has ended before any message of the server has come.
            1 => tls.handshake(),
            _ => {
                tls.advance(usize::MAX);
                tls.receive_eof();
                tls.handshake()
            }
        }
    });
    assert_eq!(error.expect_err("no handshake").kind(), ErrorKind::Tls);
}

/// If a server never stops sending, the channel yields once per MiB, so that the driver can check
/// its deadline.
#[test]
fn a_flood_yields() {
    for ends in ENDS.iter() {
        let (mut tls, mut socket) = meet(ends, &[usize::MAX]);
        for _ in 0..4 * 64 {
            socket.say(&[0; 16 * 1024]);
        }
        let ended = try_drive(&mut tls, &mut socket, TlsChannel::await_end);
        assert_eq!(ended.expect("means well"), Err(Stuck));
        assert!((3..=4).contains(&socket.yields), "{} yields", socket.yields);
    }
}

/// The channel returns `Yield` only if 1 MiB of TLS bytes has come without any plain text. Each read
/// of this download returns plain text, so the channel must never return `Yield`.
#[test]
fn bytes_that_are_read_cause_no_yield() {
    for ends in ENDS.iter() {
        let (mut tls, mut socket) = meet(ends, &[usize::MAX]);
        let mut buffer = vec![0; 16 * 1024];
        let mut read = 0;
        while read < 3 * MIB {
            socket.say(&[0; 16 * 1024]);
            match drive(&mut tls, &mut socket, |tls| tls.read(&mut buffer)) {
                PlainRead::Bytes(count) => read += count,
                end => panic!("{end:?}"),
            }
        }
        assert_eq!(socket.yields, 0);
    }
}

/// The client sends its answer to a key update with its next write, so the answer does not delay
/// reading.
#[test]
fn key_updates_are_answered_without_waiting() {
    let (mut tls, mut socket) = meet(&ENDS[1], &[usize::MAX]);
    for _ in 0..3 {
        socket.server.refresh_traffic_keys().expect("TLS 1.3");
        socket.say(b"more");
        let mut buffer = [0; 64];
        let read = drive(&mut tls, &mut socket, |tls| tls.read(&mut buffer));
        assert_eq!(read, PlainRead::Bytes(4));
        let read = try_drive(&mut tls, &mut socket, |tls| tls.read(&mut buffer));
        assert_eq!(read.expect("means well"), Err(Stuck));
    }
    assert_eq!(drive(&mut tls, &mut socket, |tls| tls.write(b"next")), 4);
    drive(&mut tls, &mut socket, TlsChannel::flush);
    assert_eq!(socket.heard, b"next");
}

#[test]
fn a_harvest_ends_with_a_ticket_or_when_none_can_come() {
    // Under TLS 1.2 no ticket can come after the handshake, so the harvest ends at once.
    let (mut tls, mut socket) = meet(&ENDS[0], &[1]);
    drive(&mut tls, &mut socket, TlsChannel::harvest);
    let (mut tls, mut socket) = meet(&ENDS[1], &[1]);
    let tickets = std::mem::take(&mut socket.coming);
    let waiting = try_drive(&mut tls, &mut socket, TlsChannel::harvest);
    assert_eq!(waiting.expect("means well"), Err(Stuck));
    socket.coming = tickets;
    drive(&mut tls, &mut socket, TlsChannel::harvest);
    assert!(!tls.awaits_ticket());
}

/// Runs CCC. The server sends `before` in TLS before its close_notify, and `after` in clear text
/// after it.
fn cleared(ends: &Ends, before: &[u8], after: &[u8]) -> Result<(), ErrorKind> {
    let (mut tls, mut socket) = meet(ends, &[usize::MAX]);
    if !before.is_empty() {
        socket.say(before);
    }
    socket.say_end();
    socket.coming.extend_from_slice(after);
    match try_drive(&mut tls, &mut socket, TlsChannel::clear) {
        Ok(cleared) => cleared.map_err(|stuck| panic!("{stuck:?}")),
        Err(error) => Err(error.kind()),
    }
}

#[test]
fn nothing_is_injected_around_close_notify() {
    for ends in ENDS.iter() {
        assert_eq!(cleared(ends, b"", b""), Ok(()));
        let injected = Err(ErrorKind::Injection);
        assert_eq!(cleared(ends, b"", b"230 in\r\n"), injected);
        assert_eq!(cleared(ends, b"230 in\r\n", b""), injected);
        let (mut tls, mut socket) = meet(ends, &[usize::MAX]);
        socket.gone = true;
        let cut = try_drive(&mut tls, &mut socket, TlsChannel::clear);
        assert_eq!(
            cut.expect_err("no close_notify").kind(),
            ErrorKind::Injection
        );
    }
}

/// rustls may panic if it reads garbage after it has sent close_notify, because it asserts that it
/// never sends a fatal alert after close_notify. So the channel passes no bytes of the server to
/// rustls while it sends close_notify. It passes them later, while it waits for the server's end.
#[test]
fn sending_close_notify_reads_nothing() {
    const GARBAGE: [u8; 25] = [
        0x17, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
    ];
    for ends in ENDS.iter() {
        let (mut tls, mut socket) = meet(ends, &[usize::MAX]);
        assert_eq!(tls.close().expect("means well"), Next::Write);
        feed(&mut tls, &GARBAGE);
        drive(&mut tls, &mut socket, TlsChannel::close);
        socket.gone = true;
        let end = try_drive(&mut tls, &mut socket, TlsChannel::await_end);
        assert_eq!(end.expect_err("garbage").kind(), ErrorKind::Tls);
    }
}

fn feed(tls: &mut TlsChannel, bytes: &[u8]) {
    tls.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
    tls.filled(bytes.len());
}
