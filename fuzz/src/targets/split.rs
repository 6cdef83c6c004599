//! The fuzz target `split`: the reply decoder must return the same replies, however the bytes are
//! cut into pieces.

use ftp_proto::wire::{DecodeError, Reply, ReplyDecoder};

/// The result of decoding one input: its replies, and how it ended.
type Outcome = (Vec<Reply>, Result<Option<Reply>, DecodeError>);

/// Decodes the input in one piece, byte by byte, and in pieces that the input chooses. Each time,
/// the replies and the end must be the same.
///
/// The bytes before the first `|` give the lengths of the pieces. After the last length, the first
/// one is used again.
pub fn split(data: &[u8]) {
    let (cuts, data) = match data.iter().take(32).position(|byte| *byte == b'|') {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (&data[..0], data),
    };
    let (decoder, _, bytes) = super::decoder(data);
    let whole = run(decoder.clone(), &[bytes]);
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(whole, run(decoder.clone(), &single), "byte by byte");
    let mut pieces = Vec::new();
    let mut rest = bytes;
    for cut in cuts.iter().cycle() {
        // A piece of length 0 tests a read that brings no bytes.
        let (piece, tail) = rest.split_at(rest.len().min(usize::from(cut % 48)));
        pieces.push(piece);
        rest = tail;
        if rest.is_empty() || pieces.len() > bytes.len() {
            break;
        }
    }
    pieces.push(rest);
    assert_eq!(whole, run(decoder.clone(), &pieces), "in {cuts:?}");
    // Also cuts a short input into two pieces, at every position.
    if bytes.len() <= 64 {
        for at in 0..bytes.len() {
            let (left, right) = bytes.split_at(at);
            assert_eq!(whole, run(decoder.clone(), &[left, right]), "at {at}");
        }
    }
}

fn run(mut decoder: ReplyDecoder, pieces: &[&[u8]]) -> Outcome {
    let mut replies = Vec::new();
    for piece in pieces {
        let mut rest = *piece;
        while !rest.is_empty() {
            match decoder.decode(rest) {
                Ok(decoded) => {
                    rest = &rest[decoded.consumed..];
                    replies.extend(decoded.reply);
                }
                Err(error) => return (replies, Err(error)),
            }
        }
    }
    let end = decoder.finish();
    (replies, end)
}
