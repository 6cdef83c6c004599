//! Helpers that several dialects use to read words, numbers, dates and times.

use super::modified::{Modified, Precision};
use crate::reply::Timestamp;

/// Reads a number that consists of decimal digits only. `None` if the text has any other byte, is
/// empty, or is a number above `u64::MAX`.
#[inline]
pub(super) fn number(digits: &[u8]) -> Option<u64> {
    // Most sizes have four to eight digits. The first four and the last four digits may overlap.
    if let (Some(first), Some(last), 0..=4) = (
        digits.first_chunk::<4>(),
        digits.last_chunk::<4>(),
        digits.len().wrapping_sub(4),
    ) {
        return digits_at_once(*first, *last, digits.len());
    }
    any_number(digits)
}

/// Reads a number with any count of digits. `None` if it is no number, or does not fit in 64 bits.
fn any_number(digits: &[u8]) -> Option<u64> {
    // A number of 19 digits is always below `u64::MAX`, so these digits need no check for an
    // overflow.
    let (head, tail) = digits.split_at_checked(19).unwrap_or((digits, &[]));
    let mut value = 0_u64;
    for byte in head {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
    }
    if head.is_empty() {
        return None;
    }
    tail.iter().try_fold(value, |value, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// Reads a number of four to eight digits, of which these are the first four and the last four.
#[inline]
fn digits_at_once(first: [u8; 4], last: [u8; 4], count: usize) -> Option<u64> {
    let bits = |bytes: usize| u32::try_from(bytes.wrapping_mul(8)).unwrap_or_default();
    let first = u64::from(u32::from_le_bytes(first) ^ 0x3030_3030);
    let last = u64::from(u32::from_le_bytes(last) ^ 0x3030_3030);
    // Each byte of `values` is one digit, and the first digit is in the lowest byte. If the number
    // has fewer than eight digits, zeros fill the bytes below its first digit, like leading zeros.
    let values = (first | last << bits(count.wrapping_sub(4))) << bits(8_usize.wrapping_sub(count));
    let above_nine = values.wrapping_add(eight_times(0x80 - 10));
    if (values | above_nine) & eight_times(0x80) != 0 {
        return None;
    }
    let pairs = values.wrapping_mul(10).wrapping_add(values >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_FFFF_0000_FFFF;
    Some(fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xFFFF_FFFF)
}

/// Reads a number. `None` if it is above 255.
pub(super) fn small(digits: &[u8]) -> Option<u8> {
    number(digits).and_then(|number| u8::try_from(number).ok())
}

/// Reads the permission bits of Unix in octal, such as `644`, `0644` or `0100644`. The digits above
/// the four lowest (the type of the file) are ignored.
#[inline]
pub(super) fn octal_mode(digits: &[u8]) -> Option<u16> {
    if let [b'0', a, b, c] = *digits {
        let [a, b, c] = [a, b, c].map(|digit| digit.wrapping_sub(b'0'));
        let mode = u16::from(a) << 6 | u16::from(b) << 3 | u16::from(c);
        return ((a | b | c) <= 7).then_some(mode);
    }
    any_octal_mode(digits)
}

fn any_octal_mode(digits: &[u8]) -> Option<u16> {
    if digits.is_empty() || digits.len() > 8 {
        return None;
    }
    let value = digits.iter().try_fold(0_u32, |value, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 7)?;
        value.checked_mul(8)?.checked_add(u32::from(digit))
    })?;
    u16::try_from(value & 0o7777).ok()
}

/// Returns the first word of the text, and the text after it without the blanks and tabs that
/// separate them. `None` if the text is blank.
pub(super) fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (word, rest) = until_blank(skip_blanks(text));
    (!word.is_empty()).then(|| (word, skip_blanks(rest)))
}

/// Removes the blanks and tabs at the beginning of the text.
#[inline]
pub(super) fn skip_blanks(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while let Some((eight, after)) = rest.split_first_chunk::<8>() {
        let others = u64::from_le_bytes(*eight) ^ eight_times(b' ');
        if others == 0 {
            rest = after;
            continue;
        }
        rest = rest.get(first_byte(others)..).unwrap_or_default();
        match rest.strip_prefix(b"\t") {
            Some(after) => rest = after,
            None => return rest,
        }
    }
    while let [b' ' | b'\t', after @ ..] = rest {
        rest = after;
    }
    rest
}

/// Splits the text before its first blank or tab. The second part is empty if there is none.
#[inline]
pub(super) fn until_blank(text: &[u8]) -> (&[u8], &[u8]) {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    // One test for all control characters is quicker than a test for each of the two.
    let control = position(text, |eight| below(eight, b'!'), |byte| *byte < b'!');
    let end = match control {
        Some(at) if !text.get(at).is_some_and(is_blank) => text.iter().position(is_blank),
        at => at,
    };
    end.and_then(|end| text.split_at_checked(end))
        .unwrap_or((text, &[]))
}

/// Returns the first position of the byte. If the byte is among the first few, this is faster than
/// memchr.
#[inline]
pub(super) fn find_near(text: &[u8], byte: u8) -> Option<usize> {
    let is_byte = |other: &u8| *other == byte;
    position(text, |eight| zeros(eight ^ eight_times(byte)), is_byte)
}

/// Searches the text eight bytes at a time, and returns the position of the first match. `eights`
/// marks the matches in eight bytes; `is` tests the last bytes, which are fewer than eight.
#[inline]
fn position(text: &[u8], eights: impl Fn(u64) -> u64, is: impl Fn(&u8) -> bool) -> Option<usize> {
    let mut rest = text;
    let mut before = 0_usize;
    while let Some((eight, after)) = rest.split_first_chunk::<8>() {
        let found = eights(u64::from_le_bytes(*eight));
        if found != 0 {
            return Some(before.wrapping_add(first_byte(found)));
        }
        (rest, before) = (after, before.wrapping_add(8));
    }
    let at = rest.iter().position(is)?;
    Some(before.wrapping_add(at))
}

/// Returns the number whose eight bytes are all this byte.
const fn eight_times(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Returns a number that has the high bit of each byte set where the byte of `eight` is zero. Bytes
/// after the first zero may get the bit wrongly, so only the lowest set bit counts.
const fn zeros(eight: u64) -> u64 {
    below(eight, 1)
}

/// Returns a number that has the high bit of each byte set where the byte of `eight` is below
/// `byte`, which must be ASCII. Bytes after the first such byte may get the bit wrongly.
const fn below(eight: u64, byte: u8) -> u64 {
    eight.wrapping_sub(eight_times(byte)) & !eight & eight_times(0x80)
}

/// Returns the position, 0 to 7, of the first byte that is not zero.
const fn first_byte(eight: u64) -> usize {
    (eight.trailing_zeros() >> 3) as usize
}

/// Returns a number that has the high bit of each byte set where the byte of `eight` is zero, and
/// no other bit.
const fn only_zeros(eight: u64) -> u64 {
    let low = eight_times(0x7F);
    !((eight & low).wrapping_add(low) | eight | low)
}

/// Compares two texts of eight bytes. Returns one bit for each byte, which is set if the byte is
/// the same in both texts. The highest bit stands for the first byte.
#[inline]
pub(super) const fn same_bytes(one: &[u8; 8], other: &[u8; 8]) -> u8 {
    let same = only_zeros(u64::from_le_bytes(*one) ^ u64::from_le_bytes(*other)) >> 7;
    let [.., bits] = same
        .wrapping_mul(u64::from_le_bytes([1, 2, 4, 8, 16, 32, 64, 128]))
        .to_le_bytes();
    bits
}

/// Reads a number whose digits are grouped by threes: `1,024`, `1.048.576`, or with no-break spaces.
/// `None` if the text is no such number, `Some(None)` if the number is above `u64::MAX`.
pub(super) fn grouped_number(text: &[u8]) -> Option<Option<u64>> {
    /// The last four are no-break spaces: U+00A0 and U+202F in UTF-8, then U+00A0 in Latin-1 and in
    /// the code pages of DOS.
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

/// Returns the month, 1 to 12, of an English name or its first three letters.
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

/// Returns the first word of the text, and the text after it, which keeps the blanks at its
/// beginning.
pub(super) fn token(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (token, rest) = until_blank(skip_blanks(text));
    (!token.is_empty()).then_some((token, rest))
}

/// The words of a text.
pub(super) struct Words<'a, const N: usize> {
    words: [&'a [u8]; N],
    count: usize,
}

/// Splits the text into its words. `None` if it has more than `N` words.
pub(super) fn words<const N: usize>(text: &[u8]) -> Option<Words<'_, N>> {
    let mut words = Words {
        words: [b"".as_slice(); N],
        count: 0,
    };
    let mut rest = text;
    while let Some((next, after)) = token(rest) {
        *words.words.get_mut(words.count)? = next;
        words.count = words.count.saturating_add(1);
        rest = after;
    }
    Some(words)
}

impl<'a, const N: usize> Words<'a, N> {
    pub(super) fn as_slice(&self) -> &[&'a [u8]] {
        self.words.get(..self.count).unwrap_or_default()
    }
}

/// Splits the text at each separator. `None` if there are not exactly `N` parts.
pub(super) fn parts<const N: usize>(text: &[u8], separator: u8) -> Option<[&[u8]; N]> {
    let mut found = text.split(|byte| *byte == separator);
    let mut parts = [b"".as_slice(); N];
    for part in &mut parts {
        *part = found.next()?;
    }
    found.next().is_none().then_some(parts)
}

/// Removes the blanks and tabs at the end of the text.
pub(super) fn trim_end(text: &[u8]) -> &[u8] {
    let end = text
        .iter()
        .rposition(|byte| !matches!(byte, b' ' | b'\t'))
        .map_or(0, |last| last.saturating_add(1));
    text.get(..end).unwrap_or_default()
}

/// Whether the text consists of one or more decimal digits.
pub(super) fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// Reads a number of one or two digits.
pub(super) fn two_digits(digits: &[u8]) -> Option<u8> {
    small(digits).filter(|_| digits.len() <= 2)
}

/// A time of day. Its numbers are not checked: `99:99` is possible, and [`Clock::on`] rejects it.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    hour: u8,
    minute: u8,
    /// `None` if the text gives no seconds.
    second: Option<u8>,
}

/// Reads a time of day such as `9:30`, `09:30:05` or `09:30:05.12`. `separator` stands in the place
/// of the colon.
pub(super) fn clock(text: &[u8], separator: u8) -> Option<Clock> {
    if let Some([hour, minute]) = parts(text, separator) {
        return Some(Clock {
            hour: two_digits(hour)?,
            minute: two_digits(minute)?,
            second: None,
        });
    }
    let [hour, minute, second] = parts(text, separator)?;
    let end = memchr::memchr(b'.', second).unwrap_or(second.len());
    let (second, fraction) = second.split_at_checked(end)?;
    let is_fraction = |digits: &[u8]| digits.len() <= 10 && is_number(digits);
    if !fraction.get(1..).is_none_or(is_fraction) {
        return None;
    }
    Some(Clock {
        hour: two_digits(hour)?,
        minute: two_digits(minute)?,
        second: Some(two_digits(second)?),
    })
}

impl Clock {
    /// Returns this time of day on a date, in the server's time zone. `None` if the date or the
    /// time does not exist.
    pub(super) fn on(self, (year, month, day): (u16, u8, u8)) -> Option<Modified> {
        let precision = match self.second {
            Some(_) => Precision::Second,
            None => Precision::Minute,
        };
        let second = self.second.unwrap_or_default();
        let time = Timestamp::from_parts(year, month, day, self.hour, self.minute, second)?;
        Some(Modified::local(time, precision))
    }
}

/// Reads a year of four digits, or of two digits: 70 to 99 are 1970 to 1999, and 00 to 69 are 2000
/// to 2069.
pub(super) fn year(digits: &[u8]) -> Option<u16> {
    let number = number(digits).and_then(|number| u16::try_from(number).ok())?;
    match digits.len() {
        2 if number >= 70 => number.checked_add(1_900),
        2 => number.checked_add(2_000),
        4 => Some(number),
        _ => None,
    }
}

/// Reads the year, month and day of a date such as `3-JAN-2026` or `27-Nov-26`. Does not check that
/// the month has this day.
pub(super) fn date_with_dashes(text: &[u8]) -> Option<(u16, u8, u8)> {
    let [day, month, year_digits] = parts(text, b'-')?;
    let month = english_month(month).filter(|_| month.len() == 3)?;
    Some((year(year_digits)?, month, two_digits(day)?))
}
