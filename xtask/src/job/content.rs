//! What is moved, and whether it came through.

use crate::servers::Result;

/// Bytes that look random and are the same each time (SplitMix64): a block that is lost, doubled
/// or swapped shows, as it would not with a repeated pattern.
pub(crate) fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut content = Vec::with_capacity(length + 8);
    while content.len() < length {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        content.extend_from_slice(&(word ^ (word >> 31)).to_le_bytes());
    }
    content.truncate(length);
    content
}

/// Compares every byte.
///
/// # Errors
///
/// Names the first difference.
pub(crate) fn compare(what: &str, expected: &[u8], actual: &[u8]) -> Result<()> {
    // Byte by byte only where it matters: unoptimized, that takes longer than the transfer.
    if expected == actual {
        return Ok(());
    }
    let different = expected.iter().zip(actual).position(|(a, b)| a != b);
    match different {
        Some(at) => Err(format!(
            "{what}: byte {at} of {} differs: sent {:#04x}, came back as {:#04x}",
            expected.len(),
            expected[at],
            actual[at]
        )
        .into()),
        None => equal(
            &format!("{what}: number of bytes"),
            &expected.len(),
            &actual.len(),
        ),
    }
}

/// Demands that two values agree.
///
/// # Errors
///
/// Says what they are.
pub(crate) fn equal<T: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: &T,
    actual: &T,
) -> Result<()> {
    if expected == actual {
        return Ok(());
    }
    Err(format!("{what}: {expected:?} expected, {actual:?} found").into())
}

#[cfg(test)]
mod tests {
    use super::{bytes, compare};

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        assert_eq!(bytes(7, 1000), bytes(7, 1003)[..1000]);
        assert_ne!(bytes(7, 1000), bytes(8, 1000));
    }

    #[test]
    fn a_comparison_names_the_first_difference() {
        let sent = bytes(1, 100);
        assert!(compare("x", &sent, &sent).is_ok());
        let mut changed = sent.clone();
        changed[42] ^= 1;
        let error = compare("x", &sent, &changed).map_err(|error| error.to_string());
        assert!(error.is_err_and(|text| text.contains("byte 42 of 100")));
        let error = compare("x", &sent, &sent[..99]).map_err(|error| error.to_string());
        assert!(error.is_err_and(|text| text.contains("100 expected, 99 found")));
    }
}
