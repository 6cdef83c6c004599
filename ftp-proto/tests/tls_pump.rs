//! The TLS channel under everything that a socket can do: bytes in pieces, joined records, key
//! updates, flipped bits, early ends. The fuzz target `pump` uses the same model.
#![cfg(feature = "ring")]

use std::io::{Read as _, Write as _};
use std::sync::{Arc, LazyLock};

use ftp_proto::tls::{Next, PlainRead, Reason, TlsChannel, TlsConfig, TlsVersion, rustls};
use proptest::prelude::*;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection};

#[allow(unreachable_pub, reason = "the fuzz crate makes them public")]
#[allow(dead_code, unused_imports, reason = "one of them is used here")]
#[path = "../../fuzz/src/targets/mod.rs"]
mod targets;

struct Ends {
    client: TlsConfig,
    server: Arc<ServerConfig>,
}

static ENDS: LazyLock<[Ends; 2]> = LazyLock::new(|| {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    [TlsVersion::V1_2, TlsVersion::V1_3].map(|version| {
        let client = TlsConfig::with_roots_pem(made.cert.pem())
            .and_then(|config| config.with_only_version(version))
            .expect("a config");
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
        let server =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .expect("versions")
                .with_no_client_auth()
                .with_single_cert(vec![made.cert.der().clone()], key)
                .expect("they belong together");
        Ends {
            client,
            server: Arc::new(server),
        }
    })
});

/// A connection: the client, the server, and the server's bytes that the client has not received
/// yet.
struct Session {
    client: TlsChannel,
    server: ServerConnection,
    wire: Vec<u8>,
}

impl Session {
    /// Makes the handshake, with the server's bytes cut into pieces of these lengths.
    fn new(ends: &Ends, pieces: &[usize]) -> Self {
        let login = ends.client.login("localhost").expect("a name");
        let mut session = Self {
            client: login.connection().expect("a connection"),
            server: ServerConnection::new(ends.server.clone()).expect("a server"),
            wire: Vec::new(),
        };
        let mut pieces = pieces.iter().copied().cycle();
        loop {
            let next = session.client.handshake().expect("means well");
            session.answer();
            if next == Next::Done(()) && session.wire.is_empty() {
                return session;
            }
            let piece = pieces.next().expect("a cycle").min(session.wire.len());
            let bytes: Vec<u8> = session.wire.drain(..piece).collect();
            feed(&mut session.client, &bytes);
        }
    }

    /// Passes the client's bytes to the server.
    fn answer(&mut self) {
        let outgoing = self.client.outgoing().to_vec();
        self.client.advance(outgoing.len());
        let mut outgoing = outgoing.as_slice();
        while !outgoing.is_empty() {
            self.server.read_tls(&mut outgoing).expect("a slice");
            self.server.process_new_packets().expect("means well");
        }
        self.collect();
    }

    fn collect(&mut self) {
        while self.server.wants_write() {
            self.server.write_tls(&mut self.wire).expect("a vector");
        }
    }

    fn heard(&mut self) -> Vec<u8> {
        let mut heard = Vec::new();
        // The read usually ends with `WouldBlock`, since the client has not closed.
        let _ = self.server.reader().read_to_end(&mut heard);
        heard
    }
}

fn feed(client: &mut TlsChannel, bytes: &[u8]) {
    client.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
    client.filled(bytes.len());
}

/// Reads all plain text that is available. Returns the step at which the channel stops.
fn drain(client: &mut TlsChannel, room: usize, into: &mut Vec<u8>) -> Next<PlainRead> {
    let mut buffer = vec![0; room];
    loop {
        match client.read(&mut buffer).expect("means well") {
            Next::Done(PlainRead::Bytes(count)) => into.extend(&buffer[..count]),
            next => return next,
        }
    }
}

const CLOSED: Next<PlainRead> = Next::Done(PlainRead::Closed);

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n % 251) as u8).collect()
}

#[test]
fn invariant_1_each_split_of_a_whole_session_reads_the_same() {
    for ends in ENDS.iter() {
        for piece in 1..90 {
            let mut session = Session::new(ends, &[piece]);
            session.server.writer().write_all(b"first ").expect("room");
            session.collect();
            // This call fails under TLS 1.2, which has no key update.
            let _ = session.server.refresh_traffic_keys();
            session.server.writer().write_all(b"second").expect("room");
            session.server.send_close_notify();
            session.collect();
            let mut plain = Vec::new();
            let wire = std::mem::take(&mut session.wire);
            let last = wire.len().div_ceil(piece) - 1;
            for (index, bytes) in wire.chunks(piece).enumerate() {
                feed(&mut session.client, bytes);
                let state = drain(&mut session.client, 3, &mut plain);
                let expected = match index == last {
                    true => CLOSED,
                    false => Next::Read(3),
                };
                assert_eq!(state, expected, "pieces of {piece}, piece {index}");
            }
            assert_eq!(plain, b"first second");
            assert_eq!(session.client.close().expect("open"), Next::Write);
            session.answer();
            assert_eq!(
                session.client.close().expect("twice is once"),
                Next::Done(())
            );
            assert!(session.heard().is_empty());
        }
    }
}

#[test]
fn many_records_and_key_updates_in_one_read() {
    for ends in ENDS.iter() {
        let mut session = Session::new(ends, &[usize::MAX]);
        for part in content(100_000).chunks(1000) {
            session.server.writer().write_all(part).expect("room");
            session.collect();
            let _ = session.server.refresh_traffic_keys();
        }
        session.server.send_close_notify();
        session.collect();
        let wire = std::mem::take(&mut session.wire);
        feed(&mut session.client, &wire);
        let mut plain = Vec::new();
        let state = drain(&mut session.client, 777, &mut plain);
        assert_eq!(state, CLOSED);
        assert_eq!(plain, content(100_000));
        // After key updates (TLS 1.3 only), the client must write with its new keys.
        session.answer();
        let taken = session.client.write(b"still here").expect("open");
        assert_eq!(taken, Next::Done(10));
        session.answer();
        assert_eq!(session.heard(), b"still here");
    }
}

/// A record holds 16 KiB of plain text, and close_notify is the last record.
#[test]
fn records_go_out_full_and_close_notify_last() {
    for ends in ENDS.iter() {
        let mut session = Session::new(ends, &[usize::MAX]);
        let taken = session.client.write(&content(1 << 20)).expect("open");
        let four_records = Next::Done(64 * 1024);
        assert_eq!(taken, four_records, "four records stand unsent at most");
        assert_eq!(session.client.write(b"more").expect("open"), Next::Write);
        assert_eq!(session.client.close().expect("open"), Next::Write);
        assert_eq!(session.client.close().expect("twice is once"), Next::Write);
        let mut rest = session.client.outgoing();
        let mut lengths = Vec::new();
        while let [_, _, _, high, low, ..] = *rest {
            let length = usize::from(u16::from_be_bytes([high, low]));
            rest = &rest[5 + length..];
            lengths.push(length);
        }
        assert_eq!(lengths.len(), 5, "{lengths:?}");
        assert!(
            lengths[..4].iter().all(|length| *length > 16 * 1024),
            "{lengths:?}"
        );
        let unsent = session.client.outgoing().len();
        session.client.advance(unsent);
        let error = session.client.write(b"late").expect_err("after the end");
        assert_eq!(error.kind(), ftp_proto::ErrorKind::Tls);
    }
}

/// The connection ends after each possible number of the server's bytes. Only if no byte is missing
/// does the channel report the server's end (class B5 of SECURITY.md).
#[test]
fn b5_cut_at_every_byte() {
    for ends in ENDS.iter() {
        let mut cut = 0;
        loop {
            let mut session = Session::new(ends, &[usize::MAX]);
            session.server.writer().write_all(b"content").expect("room");
            session.server.send_close_notify();
            session.collect();
            let wire = std::mem::take(&mut session.wire);
            feed(&mut session.client, &wire[..cut]);
            session.client.receive_eof();
            let mut plain = Vec::new();
            let state = drain(&mut session.client, 64, &mut plain);
            assert!(b"content".starts_with(&plain));
            if cut == wire.len() {
                assert_eq!((state, plain.as_slice()), (CLOSED, &b"content"[..]));
                break;
            }
            let expected = Next::Done(PlainRead::Cut);
            assert_eq!(state, expected, "cut at {cut} of {}", wire.len());
            cut += 1;
        }
    }
}

/// When vsftpd fails, it sends `500 OOPS` in clear text on a TLS connection.
#[test]
fn clear_text_in_the_middle_of_a_connection() {
    for ends in ENDS.iter() {
        let mut session = Session::new(ends, &[usize::MAX]);
        feed(&mut session.client, b"500 OOPS: child died\r\n");
        let error = session.client.read(&mut [0; 9]).expect_err("no TLS");
        assert_eq!(error.tls_reason(), Some(&Reason::ClearText), "{error}");
    }
}

/// One bit of the server's bytes is flipped, at each byte in turn. If the client notices, it sends
/// an alert, and all later calls fail too.
#[test]
fn a_bit_flipped_at_every_byte() {
    for ends in ENDS.iter() {
        let mut at = 0;
        loop {
            let mut session = Session::new(ends, &[usize::MAX]);
            session.server.writer().write_all(b"content").expect("room");
            session.server.send_close_notify();
            session.collect();
            let mut wire = std::mem::take(&mut session.wire);
            let Some(byte) = wire.get_mut(at) else { break };
            *byte ^= 0x10;
            feed(&mut session.client, &wire);
            let mut plain = Vec::new();
            let mut buffer = [0; 64];
            let failed = loop {
                match session.client.read(&mut buffer) {
                    Ok(Next::Done(PlainRead::Bytes(count))) => plain.extend(&buffer[..count]),
                    Ok(state) => {
                        // The flipped bit was in the length of a record, so the client waits for
                        // more bytes. Or the bit was in the version of a record, which the client
                        // ignores.
                        let whole = plain == b"content";
                        assert!(whole || state != CLOSED, "flipped at {at}");
                        break false;
                    }
                    Err(_) => break true,
                }
            };
            assert!(b"content".starts_with(&plain));
            if failed {
                assert!(!session.client.outgoing().is_empty(), "no alert at {at}");
                session.client.read(&mut buffer).expect_err("still failed");
                session.client.advance(session.client.outgoing().len());
                session.client.write(b"x").expect_err("still failed");
                session.client.close().expect_err("still failed");
            }
            at += 1;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn invariant_1_any_pieces_and_any_room(
        version in 0..2_usize,
        handshake in prop::collection::vec(1..2000_usize, 1..20),
        pieces in prop::collection::vec(0..5000_usize, 1..40),
        rooms in prop::collection::vec(1..3000_usize, 1..10),
        writes in prop::collection::vec(0..20_000_usize, 1..8),
    ) {
        let mut session = Session::new(&ENDS[version], &handshake);
        let mut written = Vec::new();
        for write in writes {
            session.server.writer().write_all(&content(write)).expect("room");
            session.collect();
            let _ = session.server.refresh_traffic_keys();
            written.extend(content(write));
        }
        session.server.send_close_notify();
        session.collect();
        let wire = std::mem::take(&mut session.wire);
        let (mut rest, mut plain) = (wire.as_slice(), Vec::new());
        let mut rooms = rooms.into_iter().cycle();
        let mut state = Next::Yield;
        for piece in pieces.into_iter().chain([wire.len()]) {
            let (bytes, later) = rest.split_at(piece.min(rest.len()));
            rest = later;
            feed(&mut session.client, bytes);
            state = drain(&mut session.client, rooms.next().expect("a cycle"), &mut plain);
        }
        prop_assert_eq!(state, CLOSED);
        prop_assert_eq!(plain, written);
    }

    /// Runs the fuzz target's model on random scripts.
    #[test]
    fn invariant_10_any_script(
        settings in 0..4_u8,
        script in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        targets::pump(&[&[settings], script.as_slice()].concat());
    }
}
