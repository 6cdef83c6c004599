//! Parses decimal numbers. Signs, blanks, other bases and numbers that are too large are refused.

/// Returns the value of ASCII digits. `None` if there is no digit, if there is any other byte, or
/// if the value does not fit into 64 bits.
pub(crate) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}
