//! Detects a server that sends an FTP reply in clear text, such as `421 Too many connections`,
//! where its TLS handshake should begin.

use crate::wire::{Limits, Multiline, Reply, ReplyDecoder};

/// How many bytes of a reply in clear text are read at most. A reply that says why there is no TLS
/// is shorter.
const LONGEST: usize = 4 * 1024;

/// Whether these bytes are the start of an FTP reply that is not complete yet.
pub(super) fn is_unfinished(bytes: &[u8]) -> bool {
    let mut decoder = decoder();
    begins_a_reply(bytes)
        && bytes.len() < LONGEST
        && decoder
            .decode(bytes)
            .is_ok_and(|decoded| decoded.reply.is_none())
}

/// Returns the first FTP reply in these bytes, even if its last line end is missing. `None` if
/// there is no reply.
pub(super) fn reply(bytes: &[u8]) -> Option<Reply> {
    let mut decoder = decoder();
    let decoded = decoder.decode(bytes.get(..LONGEST).unwrap_or(bytes)).ok()?;
    decoded.reply.or_else(|| decoder.finish().ok()?)
}

/// Whether these bytes may be the start of an FTP reply: the first byte is a digit from 1 to 5. A
/// TLS record never begins with such a digit.
fn begins_a_reply(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(b'1'..=b'5'))
}

fn decoder() -> ReplyDecoder {
    ReplyDecoder::new(Limits::default(), Multiline::default())
}
