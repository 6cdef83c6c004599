//! Random TLS input for a [`TlsChannel`](ftp_proto::tls::TlsChannel): it may fail, but never
//! panics.
#![cfg(feature = "ring")]

use ftp_proto::tls::{Next, PlainRead, TlsChannel, TlsConfig};
use proptest::prelude::*;

fn channel() -> TlsChannel {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()])
        .expect("a certificate can be made");
    let config = TlsConfig::with_roots_pem(certified.cert.pem()).expect("a root");
    let login = config.login("localhost").expect("a name");
    let mut channel = login.connection().expect("a connection");
    assert_eq!(channel.handshake().expect("nothing has come"), Next::Write);
    assert!(!channel.outgoing().is_empty(), "the ClientHello");
    channel
}

fn feed(channel: &mut TlsChannel, bytes: &[u8]) {
    channel.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
    channel.filled(bytes.len());
}

/// rustls 0.23 panicked when it was called without new input in the middle of a message. The
/// channel must not call rustls so.
#[test]
fn invariant_10_half_a_message_and_then_an_alert() {
    let mut channel = channel();
    let fragment = [0x16, 3, 3, 0, 4, 2, 0, 0, 0x50];
    let alert = [0x15, 3, 3, 0, 2, 2, 0x28];
    feed(&mut channel, &[&fragment[..], &alert].concat());
    channel.handshake().expect_err("an alert");
    channel.read(&mut [0; 10]).expect_err("the same");
}

#[test]
fn invariant_4_an_end_without_close_notify_is_no_end() {
    let mut channel = channel();
    assert_eq!(channel.read(&mut [0; 10]).expect("nothing"), Next::Read(10));
    channel.receive_eof();
    let end = channel.read(&mut [0; 10]).expect("the end");
    assert_eq!(end, Next::Done(PlainRead::Cut));
    channel.handshake().expect_err("no handshake any more");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn invariant_10_no_input_panics(
        records in prop::collection::vec(
            (prop::sample::select(vec![0x14_u8, 0x15, 0x16, 0x17, 0x80]),
             prop::collection::vec(any::<u8>(), 0..40)),
            1..6,
        ),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = Vec::new();
        for (kind, body) in records {
            bytes.extend([kind, 3, 3, 0, body.len() as u8]);
            bytes.extend(body);
        }
        let mut channel = channel();
        let (first, rest) = bytes.split_at(cut.index(bytes.len()));
        for piece in [first, rest] {
            feed(&mut channel, piece);
            let _ = channel.handshake();
            let _ = channel.read(&mut [0; 16]);
            channel.advance(channel.outgoing().len());
            let _ = channel.write(b"NOOP\r\n");
            let _ = channel.close();
        }
    }
}
