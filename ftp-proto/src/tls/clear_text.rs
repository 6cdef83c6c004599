//! Replies in clear text where a handshake should begin: usually `421 Too many connections`.

use crate::wire::{Limits, Multiline, Reply, ReplyDecoder};

/// How many bytes to read of it: more than any reply that says why there is no TLS.
const LONGEST: usize = 4 * 1024;

/// Whether this is the start of a reply whose end is still missing.
pub(super) fn is_unfinished(bytes: &[u8]) -> bool {
    let mut decoder = decoder();
    begins_a_reply(bytes)
        && bytes.len() < LONGEST
        && decoder
            .decode(bytes)
            .is_ok_and(|decoded| decoded.reply.is_none())
}

/// The first reply in these bytes. It may lack its line end.
pub(super) fn reply(bytes: &[u8]) -> Option<Reply> {
    let mut decoder = decoder();
    let decoded = decoder.decode(bytes.get(..LONGEST).unwrap_or(bytes)).ok()?;
    decoded.reply.or_else(|| decoder.finish().ok()?)
}

/// Whether this may be a reply. No TLS record begins with these bytes.
fn begins_a_reply(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(b'1'..=b'5'))
}

fn decoder() -> ReplyDecoder {
    ReplyDecoder::new(Limits::default(), Multiline::default())
}
