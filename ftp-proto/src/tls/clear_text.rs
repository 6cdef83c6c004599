//! Finds a reply in clear text where a TLS handshake should begin, such as `421 Too many
//! connections`.

use crate::wire::{Limits, Multiline, Reply, ReplyDecoder};

/// How many bytes of the reply are read at most. No reply that says why there is no TLS is longer.
const LONGEST: usize = 4 * 1024;

/// Whether these bytes are the start of a reply whose end has not come yet.
pub(super) fn is_unfinished(bytes: &[u8]) -> bool {
    let mut decoder = decoder();
    begins_a_reply(bytes)
        && bytes.len() < LONGEST
        && decoder
            .decode(bytes)
            .is_ok_and(|decoded| decoded.reply.is_none())
}

/// Returns the first reply in these bytes. Its last line end may be missing.
pub(super) fn reply(bytes: &[u8]) -> Option<Reply> {
    let mut decoder = decoder();
    let decoded = decoder.decode(bytes.get(..LONGEST).unwrap_or(bytes)).ok()?;
    decoded.reply.or_else(|| decoder.finish().ok()?)
}

/// Whether these bytes may begin a reply. A reply begins with a digit from 1 to 5, and a TLS record
/// never does.
fn begins_a_reply(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(b'1'..=b'5'))
}

fn decoder() -> ReplyDecoder {
    ReplyDecoder::new(Limits::default(), Multiline::default())
}
