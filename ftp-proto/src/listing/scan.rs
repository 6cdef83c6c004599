//! What the grammars of several dialects share.

/// The number in these digits. `None` for anything else, and above `u64`.
pub(super) fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// The number in one to three digits, if it is at most 255.
pub(super) fn small(digits: &[u8]) -> Option<u8> {
    number(digits).and_then(|number| u8::try_from(number).ok())
}

/// Unix permission bits in octal: `644`, `0644`, `0100644`. The type of the file is left out.
pub(super) fn octal_mode(digits: &[u8]) -> Option<u16> {
    if digits.is_empty() || digits.len() > 8 {
        return None;
    }
    let value = digits.iter().try_fold(0_u32, |value, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 7)?;
        value.checked_mul(8)?.checked_add(u32::from(digit))
    })?;
    u16::try_from(value & 0o7777).ok()
}

/// The first word of the text and what follows it, without the blanks and tabs between them.
/// `None` if the text is blank.
pub(super) fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = skip_blanks(text);
    let end = memchr::memchr2(b' ', b'\t', text).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    (!word.is_empty()).then(|| (word, skip_blanks(rest)))
}

/// The text without the blanks and tabs that it begins with.
pub(super) fn skip_blanks(text: &[u8]) -> &[u8] {
    let begin = text
        .iter()
        .position(|byte| !matches!(byte, b' ' | b'\t'))
        .unwrap_or(text.len());
    text.get(begin..).unwrap_or_default()
}

/// The month, 1 to 12, by its English name or the first three letters of it.
pub(super) fn english_month(name: &[u8]) -> Option<u8> {
    const NAMES: [&[u8]; 12] = [
        b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov",
        b"dec",
    ];
    let head = name.get(..3)?;
    let at = NAMES
        .iter()
        .position(|month| month.eq_ignore_ascii_case(head))?;
    u8::try_from(at.checked_add(1)?).ok()
}
