//! Decimal numbers: no sign, no blank, no other base, no wrapping.

/// The value of a run of ASCII digits; nothing where it is empty, holds something else, or does
/// not fit.
pub(crate) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}
