//! Removes secrets from text that a server has sent back.

use alloc::vec::Vec;
use memchr::memmem;

/// The text that replaces a secret.
pub(super) const MASK: &str = "***";

/// A secret of up to this many bytes is replaced only if it is a whole word, because one or two
/// letters occur in many words of a text.
const SHORT: usize = 2;

/// Returns `text` with [`MASK`] instead of every occurrence of `secret`.
pub(crate) fn masked(text: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    append_masked(text, secret, &mut out);
    out
}

/// Appends `text` to `out`, with [`MASK`] instead of every occurrence of `secret`. If the secret is
/// empty, nothing is replaced.
fn append_masked(text: &[u8], secret: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    if !secret.is_empty() {
        let finder = memmem::Finder::new(secret);
        let mut last = None;
        while let Some((before, found, after)) = finder
            .find(rest)
            .and_then(|at| rest.split_at_checked(at))
            .and_then(|(before, found)| {
                let (found, after) = found.split_at_checked(secret.len())?;
                Some((before, found, after))
            })
        {
            out.extend_from_slice(before);
            let neighbours = [before.last().or(last), after.first()];
            if secret.len() > SHORT || !neighbours.into_iter().flatten().any(is_of_a_word) {
                out.extend_from_slice(MASK.as_bytes());
            } else {
                out.extend_from_slice(found);
            }
            last = found.last();
            rest = after;
        }
    }
    out.extend_from_slice(rest);
}

fn is_of_a_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

/// Masks a text whose end was cut off. If the text ends with the first bytes of the secret, these
/// bytes are replaced too.
pub(super) fn mask_cut(text: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut out = masked(text, secret);
    let least = if secret.len() > SHORT {
        1
    } else {
        secret.len()
    };
    let begun = (least..secret.len())
        .rev()
        .filter_map(|length| secret.get(..length))
        .find(|begin| out.ends_with(begin));
    if let Some(begin) = begun {
        out.truncate(out.len().saturating_sub(begin.len()));
        out.extend_from_slice(MASK.as_bytes());
    }
    out
}
