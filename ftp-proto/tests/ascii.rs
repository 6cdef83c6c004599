//! ASCII translation: the result does not depend on how the bytes are cut into pieces.

use ftp_proto::data::{AsciiDecoder, AsciiEncoder, Encoded};
use proptest::prelude::*;

/// Decodes the pieces, with one call of the decoder for each piece. Returns the text.
fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut decoder = AsciiDecoder::new();
    let mut wire = Vec::new();
    let mut text = Vec::new();
    for piece in pieces {
        wire.extend_from_slice(piece);
        let mut buffer = piece.to_vec();
        let decoded = decoder.decode(&mut buffer);
        text.extend_from_slice(&buffer[..decoded]);
        // The decoder holds back at most one byte at any time.
        let wanted = joined(&wire);
        assert!(wanted.starts_with(&text) || wanted.strip_suffix(b"\n") == Some(&text));
        assert!(wanted.len() - text.len() <= 1, "{wire:?} {text:?}");
    }
    text.extend(decoder.finish());
    assert_eq!(decoder.finish(), None);
    text
}

/// Encodes the pieces. The output buffers have the sizes in `rooms`, one after the other and then
/// again from the first.
fn encode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, rooms: &[usize]) -> Vec<u8> {
    let mut encoder = AsciiEncoder::new();
    let mut wire = Vec::new();
    let mut rooms = rooms.iter().cycle();
    for mut piece in pieces {
        while !piece.is_empty() {
            let room = *rooms.next().expect("endless");
            let mut output = vec![0xaa; room];
            let Encoded {
                consumed, written, ..
            } = encoder.encode(piece, &mut output);
            assert!(consumed > 0 || written > 0 || room == 0, "stands still");
            // The encoder must not change the output buffer after the bytes that it reports as
            // written.
            assert!(output[written..].iter().all(|byte| *byte == 0xaa));
            wire.extend_from_slice(&output[..written]);
            piece = &piece[consumed..];
        }
    }
    wire
}

/// Replaces CRLF by LF, in a simple way, to compare with the decoder.
fn joined(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for byte in bytes {
        if *byte == b'\n' && text.last() == Some(&b'\r') {
            text.pop();
        }
        text.push(*byte);
    }
    text
}

/// Puts a CR before each LF that has none, in a simple way, to compare with the encoder.
fn parted(text: &[u8]) -> Vec<u8> {
    let mut wire = Vec::new();
    for byte in text {
        if *byte == b'\n' && wire.last() != Some(&b'\r') {
            wire.push(b'\r');
        }
        wire.push(*byte);
    }
    wire
}

fn cut<'a>(mut bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for cut in cuts {
        let (piece, rest) = bytes.split_at((*cut).min(bytes.len()));
        pieces.push(piece);
        bytes = rest;
    }
    pieces.push(bytes);
    pieces
}

#[test]
fn the_wire_has_crlf_and_the_client_lf() {
    for (wire, text) in [
        (&b""[..], &b""[..]),
        (b"\r\n", b"\n"),
        (b"a\r\nb\r\n", b"a\nb\n"),
        (b"\r\n\r\n", b"\n\n"),
        (b"\n", b"\n"),
        (b"\r", b"\r"),
        (b"\r\r", b"\r\r"),
        (b"\r\r\n", b"\r\n"),
        (b"\n\r", b"\n\r"),
        (b"\rx\r", b"\rx\r"),
        (b"\r\0\xff\r\n", b"\r\0\xff\n"),
    ] {
        assert_eq!(decode([wire]), text, "{wire:?}");
        assert_eq!(decode(wire.chunks(1)), text, "{wire:?}");
    }
}

#[test]
fn lf_becomes_crlf_once() {
    for (text, wire) in [
        (&b""[..], &b""[..]),
        (b"\n", b"\r\n"),
        (b"a\nb\n", b"a\r\nb\r\n"),
        (b"\r\n", b"\r\n"),
        (b"\r\r\n", b"\r\r\n"),
        (b"\n\n\r\n\n", b"\r\n\r\n\r\n\r\n"),
        (b"\r", b"\r"),
        (b"\rx\n", b"\rx\r\n"),
        (b"\n\r", b"\r\n\r"),
    ] {
        for room in 1..8 {
            assert_eq!(encode([text], &[room]), wire, "{text:?} by {room}");
            assert_eq!(encode(text.chunks(1), &[room]), wire, "{text:?} by {room}");
        }
    }
}

#[test]
fn a_line_end_is_split_only_if_the_output_has_no_room_for_it() {
    let mut encoder = AsciiEncoder::new();
    let mut output = [0; 2];
    let first = encoder.encode(b"a\n", &mut output);
    assert_eq!((first.consumed, first.written), (1, 1));
    let mut byte = [0; 1];
    let cr = encoder.encode(b"\n", &mut byte);
    assert_eq!((cr.consumed, cr.written, byte), (0, 1, [b'\r']));
    let lf = encoder.encode(b"\n", &mut byte);
    assert_eq!((lf.consumed, lf.written, byte), (1, 1, [b'\n']));
    let none = encoder.encode(b"\n", &mut []);
    assert_eq!(none, Encoded::default());
}

#[test]
fn a_cr_that_is_held_back_comes_out_first() {
    let mut decoder = AsciiDecoder::new();
    let mut buffer = *b"ab\r";
    assert_eq!(decoder.decode(&mut buffer), 2);
    assert_eq!(decoder.decode(&mut []), 0);
    // The decoder returns the CR that it had held back, and holds back the last byte, `z`, instead.
    let mut buffer = *b"xyz";
    assert_eq!(decoder.decode(&mut buffer), 3);
    assert_eq!(&buffer, b"\rxy");
    // The decoder makes one byte of CRLF, so the `z` that it had held back fits into the buffer.
    let mut buffer = *b"\r\nw";
    assert_eq!(decoder.decode(&mut buffer), 3);
    assert_eq!(&buffer, b"z\nw");
    assert_eq!(decoder.finish(), None);
}

#[test]
fn bounded_state() {
    assert_eq!(size_of::<AsciiDecoder>(), 2);
    assert_eq!(size_of::<AsciiEncoder>(), 1);
}

#[test]
fn bounded_work_on_endless_crs() {
    // If the decoder's work grew with the square of the input, this would take minutes.
    let wire = vec![b'\r'; 4 << 20];
    let mut buffer = wire.clone();
    let mut decoder = AsciiDecoder::new();
    assert_eq!(decoder.decode(&mut buffer), wire.len() - 1);
    let mut buffer = b"\r\n".repeat(2 << 20);
    assert_eq!(decoder.decode(&mut buffer), (2 << 20) + 1);
    let text = vec![b'\n'; 2 << 20];
    let wire = encode([&text[..]], &[1 << 20]);
    assert_eq!(wire.len(), 4 << 20);
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        3 => Just(b'\r'),
        3 => Just(b'\n'),
        2 => Just(b'x'),
        1 => any::<u8>(),
    ];
    prop::collection::vec(byte, 0..80)
}

fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..9_usize, 0..40)
}

proptest! {
    #[test]
    fn split_invariance_of_decoding(wire in text(), cuts in cuts()) {
        let whole = decode([&wire[..]]);
        prop_assert_eq!(&whole, &joined(&wire));
        prop_assert_eq!(&decode(cut(&wire, &cuts)), &whole);
        prop_assert_eq!(&decode(wire.chunks(1)), &whole);
    }

    #[test]
    fn split_invariance_of_encoding(
        text in text(), cuts in cuts(), rooms in prop::collection::vec(1..9_usize, 1..20),
    ) {
        let whole = encode([&text[..]], &[2 * text.len() + 1]);
        prop_assert_eq!(&whole, &parted(&text));
        prop_assert_eq!(&encode(cut(&text, &cuts), &rooms), &whole);
        prop_assert_eq!(&encode(text.chunks(1), &[1]), &whole);
    }

    #[test]
    fn text_comes_back_with_local_line_ends(text in text(), cuts in cuts()) {
        let wire = encode([&text[..]], &[7]);
        prop_assert_eq!(decode(cut(&wire, &cuts)), joined(&text));
    }

    /// If each LF on the wire follows exactly one CR, decoding and then encoding must return the
    /// same bytes. CR CR LF does not come back: the decoder turns it into CR LF, and the encoder
    /// keeps CR LF, because it is a whole line end.
    #[test]
    fn wire_bytes_with_one_cr_per_lf_round_trip(text in text(), cuts in cuts()) {
        let wire = parted(&text);
        let doubled = wire.windows(3).any(|window| window == b"\r\r\n");
        let back = encode([&decode(cut(&wire, &cuts))[..]], &[5]);
        prop_assert_eq!(back == wire, !doubled);
    }
}
