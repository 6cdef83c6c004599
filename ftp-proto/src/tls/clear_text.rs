//! What a server says in clear text where its handshake is due: `421 Too many connections`, as a rule.

use crate::wire::{Limits, Multiline, Reply, ReplyDecoder};

/// How much of it is waited for: more than any reply has that says why there is no TLS.
const LONGEST: usize = 4 * 1024;

/// Whether this is the beginning of a reply, and its end is still to come.
pub(super) fn is_unfinished(bytes: &[u8]) -> bool {
    let mut decoder = decoder();
    begins_a_reply(bytes)
        && bytes.len() < LONGEST
        && decoder
            .decode(bytes)
            .is_ok_and(|decoded| decoded.reply.is_none())
}

/// The first reply in it, which may lack its line end.
pub(super) fn reply(bytes: &[u8]) -> Option<Reply> {
    let mut decoder = decoder();
    let decoded = decoder.decode(bytes.get(..LONGEST).unwrap_or(bytes)).ok()?;
    decoded.reply.or_else(|| decoder.finish().ok()?)
}

/// No record of TLS does.
fn begins_a_reply(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(b'1'..=b'5'))
}

fn decoder() -> ReplyDecoder {
    ReplyDecoder::new(Limits::default(), Multiline::default())
}
