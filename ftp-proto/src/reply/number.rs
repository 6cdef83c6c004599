//! Decimal numbers, without sign, blanks, other bases or wrapping.

/// Returns the value of ASCII digits. `None` if there are none, if there is anything else, or if
/// the value does not fit.
pub(crate) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}
