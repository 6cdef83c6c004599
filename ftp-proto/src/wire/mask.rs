//! Taking secrets out of what a server sent back.

use alloc::vec::Vec;
use memchr::memmem;

/// What stands in the place of a secret.
pub(super) const MASK: &str = "***";

/// Appends `text` to `out`, every occurrence of `secret` replaced.
///
/// An empty secret occurs nowhere.
pub(super) fn append_masked(text: &[u8], secret: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    if !secret.is_empty() {
        let finder = memmem::Finder::new(secret);
        while let Some((before, after)) = finder
            .find(rest)
            .and_then(|at| rest.split_at_checked(at))
            .and_then(|(before, found)| Some((before, found.get(secret.len()..)?)))
        {
            out.extend_from_slice(before);
            out.extend_from_slice(MASK.as_bytes());
            rest = after;
        }
    }
    out.extend_from_slice(rest);
}

/// As [`append_masked`], for a text that was cut at its end: what may be the beginning of the
/// secret goes too.
pub(super) fn mask_cut(text: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    append_masked(text, secret, &mut out);
    let begun = (1..secret.len())
        .rev()
        .filter_map(|length| secret.get(..length))
        .find(|begin| out.ends_with(begin));
    if let Some(begin) = begun {
        out.truncate(out.len().saturating_sub(begin.len()));
        out.extend_from_slice(MASK.as_bytes());
    }
    out
}
