//! Reads decimal numbers from replies. Signs, blanks, other bases and numbers that are too large
//! are refused.

/// Returns the number in decimal digits. `None` if the text is empty, has any other byte, or is a
/// number above `u64::MAX`.
pub(crate) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}
