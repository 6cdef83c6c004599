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

/// The text up to the first blank or tab, and the rest, which begins with it.
pub(super) fn until_blank(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| matches!(byte, b' ' | b'\t'));
    end.and_then(|end| text.split_at_checked(end))
        .unwrap_or((text, &[]))
}

/// The number in digits that are grouped by threes: `1,024`, `1.048.576`, or with no-break spaces. It
/// is `None` within the result if it is above `u64`.
pub(super) fn grouped_number(text: &[u8]) -> Option<Option<u64>> {
    /// U+00A0 and U+202F in UTF-8, then U+00A0 in Latin-1 and in the code pages of DOS.
    const SEPARATORS: [&[u8]; 7] = [
        b",",
        b".",
        b"'",
        b"\xC2\xA0",
        b"\xE2\x80\xAF",
        b"\xA0",
        b"\xFF",
    ];
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (first, mut rest) = text.split_at_checked(digits)?;
    if !(1..=3).contains(&digits) {
        return None;
    }
    let separator = SEPARATORS
        .into_iter()
        .find(|separator| rest.starts_with(separator))?;
    let mut value = number(first);
    while !rest.is_empty() {
        let (group, after) = rest.strip_prefix(separator)?.split_first_chunk::<3>()?;
        let group = number(group)?;
        value = value.and_then(|value| value.checked_mul(1_000)?.checked_add(group));
        rest = after;
    }
    Some(value)
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
