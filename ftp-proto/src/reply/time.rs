//! Reads a time of RFC 3659 (sections 2.3 and 3), such as `20260102030405`, from the reply to MDTM
//! (213) and from facts of MLST.

#[cfg(feature = "chrono")]
mod chrono;
mod conversions;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(feature = "serde")]
mod serde;
#[cfg(feature = "std")]
mod system_time;

pub use conversions::TimeOutOfRange;

use super::Malformed;
use crate::wire::{Code, Reply};
use alloc::format;
use alloc::string::String;
use core::fmt;

/// A point in time as the server reports it, in seconds, with a fraction if the server sends one.
///
/// RFC 3659 wants UTC, but some servers send local time (IIS and pyftpdlib, if configured so). The
/// text does not show which of the two it is, so `Display` writes ISO 8601 without a zone. An
/// earlier time compares as less.
///
/// `SystemTime::try_from` turns it into a `SystemTime` (feature `std`). The features `jiff` and
/// `chrono` add conversions from and to the times of these crates, and `serde` adds the text of
/// RFC 3659. [`TimeOutOfRange`] says what does not fit.
///
/// ```
/// use ftp_proto::reply::Timestamp;
///
/// let time = Timestamp::parse(b"20260228235960.25")?;
/// assert_eq!((time.year(), time.month(), time.day()), (2026, 2, 28));
/// assert_eq!((time.hour(), time.minute(), time.second()), (23, 59, 60));
/// assert_eq!(time.nanosecond(), 250_000_000);
/// assert_eq!(time.to_string(), "2026-02-28T23:59:60.25");
/// assert!(time < "20260301000000".parse()?);
/// # Ok::<(), ftp_proto::reply::InvalidTimestamp>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    // The fields must stay in this order, because the derived comparison compares them in order.
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    nanosecond: u32,
}

/// Why a text is not a [`Timestamp`].
///
/// ```
/// use ftp_proto::reply::Timestamp;
///
/// let invalid = Timestamp::parse(b"20261301000000"); // month 13
/// assert!(invalid.is_err_and(|error| !error.to_string().is_empty()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidTimestamp {
    /// The text does not begin with 14 digits, or something other than a point and a fraction
    /// follows them.
    Form,
    /// The month, day, hour, minute or second is out of range, such as 31 February.
    Range,
}

/// Reads the time of the file's last modification in the reply to MDTM. Blanks may surround the
/// time.
///
/// # Errors
///
/// [`Malformed::Code`] if the code is not 213, and [`Time`](Malformed::Time) with an error of
/// [`Timestamp::parse`].
///
/// ```
/// use ftp_proto::{reply::modified, wire::Reply};
///
/// let reply = Reply::parse(b"213 20260102030405\r\n").unwrap();
/// assert_eq!(modified(&reply).unwrap().to_string(), "2026-01-02T03:04:05");
/// ```
pub fn modified(reply: &Reply) -> Result<Timestamp, Malformed> {
    let code = reply.code();
    if code != Code::FILE_STATUS {
        return Err(Malformed::Code { code });
    }
    let text = reply.text_lines().last().unwrap_or_default();
    Timestamp::parse(text.trim_ascii()).map_err(|reason| Malformed::Time { reason })
}

impl Timestamp {
    /// Reads a `time-val` of RFC 3659: `YYYYMMDDHHMMSS`. A point and a fraction of a second may
    /// follow. Only the first nine digits of the fraction are used.
    ///
    /// Some old servers write `19` and the number of years since 1900, so that the year 2000
    /// becomes `19100`, and the time has 15 digits. lftp knows such servers too. Such times are
    /// read correctly. The second may be 60.
    ///
    /// # Errors
    ///
    /// [`InvalidTimestamp`] for any other text, such as one with blanks, signs, or a point without
    /// digits.
    pub fn parse(text: &[u8]) -> Result<Self, InvalidTimestamp> {
        if let Ok(digits) = text.try_into() {
            return Self::from_digits(digits);
        }
        let mut parts = text.splitn(2, |byte| *byte == b'.');
        let digits = parts.next().unwrap_or_default();
        let (year, rest) = match *digits {
            [a, b, c, d, ref rest @ ..] if digits.len() == 14 => (four(a, b, c, d)?, rest),
            [b'1', b'9', b'1', c, d, ref rest @ ..] if digits.len() == 15 => {
                (four(b'0', b'1', c, d)?.saturating_add(1900), rest)
            }
            _ => return Err(InvalidTimestamp::Form),
        };
        let [a, b, c, d, e, f, g, h, i, j] = *rest else {
            return Err(InvalidTimestamp::Form);
        };
        let (month, day) = (two(a, b)?, two(c, d)?);
        let (hour, minute, second) = (two(e, f)?, two(g, h)?, two(i, j)?);
        let time = Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
            nanosecond: parts.next().map_or(Ok(0), nanoseconds)?,
        };
        let exists =
            (1..=days(year, month)).contains(&day) && hour <= 23 && minute <= 59 && second <= 60;
        exists.then_some(time).ok_or(InvalidTimestamp::Range)
    }

    /// Reads the usual 14 digits without a fraction. This is fast, because a listing has many such
    /// times.
    #[inline(always)]
    pub(crate) fn from_digits(digits: &[u8; 14]) -> Result<Self, InvalidTimestamp> {
        // The two parts overlap.
        let (Some(first), Some(last)) = (digits.first_chunk::<8>(), digits.last_chunk::<8>())
        else {
            return Err(InvalidTimestamp::Form);
        };
        let (Some([century, year, month, day]), Some([_, hour, minute, second])) =
            (four_pairs(*first), four_pairs(*last))
        else {
            return Err(InvalidTimestamp::Form);
        };
        let year = u16::from(century)
            .wrapping_mul(100)
            .wrapping_add(u16::from(year));
        Self::from_parts(year, month, day, hour, minute, second).ok_or(InvalidTimestamp::Range)
    }

    /// Makes a time from its parts. `None` if the date or the time of day does not exist.
    #[inline(always)]
    pub(crate) fn from_parts(
        year: u16,
        month: u8,
        day: u8,
        hour: u8,
        minute: u8,
        second: u8,
    ) -> Option<Self> {
        // The days 1 to 28 exist in every month, so that most dates need no look at the month's
        // length.
        let is_day = match day {
            1..=28 => matches!(month, 1..=12),
            _ => (29..=days(year, month)).contains(&day),
        };
        let exists = year <= 9_999 && is_day && hour <= 23 && minute <= 59 && second <= 60;
        exists.then_some(Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
            nanosecond: 0,
        })
    }

    /// Returns the time with this fraction of a second. Only the first nine digits are used. `None`
    /// if there are no digits.
    pub(crate) fn with_fraction(self, digits: &[u8]) -> Option<Self> {
        let nanosecond = nanoseconds(digits).ok()?;
        Some(Self { nanosecond, ..self })
    }

    /// Returns the same time of day on the next day. `None` if the next day is after the year 9999.
    pub(crate) fn next_day(self) -> Option<Self> {
        let (year, month, day) = if self.day < days(self.year, self.month) {
            (self.year, self.month, self.day.saturating_add(1))
        } else if self.month < 12 {
            (self.year, self.month.saturating_add(1), 1)
        } else {
            (self.year.saturating_add(1), 1, 1)
        };
        (year <= 9_999).then_some(Self {
            year,
            month,
            day,
            ..self
        })
    }

    /// Returns the year, 0 to 9999.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.year
    }

    /// Returns the month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// Returns the day of the month, 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// Returns the hour, 0 to 23.
    #[must_use]
    pub const fn hour(self) -> u8 {
        self.hour
    }

    /// Returns the minute, 0 to 59.
    #[must_use]
    pub const fn minute(self) -> u8 {
        self.minute
    }

    /// Returns the second, 0 to 60. The second 60 is a leap second.
    #[must_use]
    pub const fn second(self) -> u8 {
        self.second
    }

    /// Returns the fraction of the second in nanoseconds, 0 to 999,999,999.
    #[must_use]
    pub const fn nanosecond(self) -> u32 {
        self.nanosecond
    }

    /// Returns the time without the fraction of its second.
    #[must_use]
    pub(crate) const fn without_fraction(self) -> Self {
        Self {
            nanosecond: 0,
            ..self
        }
    }

    /// Returns the 14 digits `YYYYMMDDHHMMSS`, for commands that set a time (MFMT). The fraction is
    /// left out, because few servers accept one.
    ///
    /// ```
    /// use ftp_proto::reply::Timestamp;
    ///
    /// let time = Timestamp::parse(b"20260102030405.678")?;
    /// assert_eq!(time.to_digits(), "20260102030405");
    /// # Ok::<(), ftp_proto::reply::InvalidTimestamp>(())
    /// ```
    #[must_use]
    pub fn to_digits(self) -> String {
        let Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
            ..
        } = self;
        format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
    }

    /// The `time-val` of RFC 3659: 14 digits, and the fraction unless it is zero.
    pub(crate) fn to_time_val(self) -> String {
        let mut text = self.to_digits();
        // Writing to a `String` cannot fail.
        let _ = self.write_fraction(&mut text);
        text
    }

    /// Writes the fraction of a second with its point, such as `.25`. Writes nothing if it is zero.
    fn write_fraction(self, f: &mut impl fmt::Write) -> fmt::Result {
        if self.nanosecond == 0 {
            return Ok(());
        }
        let fraction = format!("{:09}", self.nanosecond);
        write!(f, ".{}", fraction.trim_end_matches('0'))
    }
}

/// Computes the numbers in four pairs of digits at once. `None` if any byte is no digit.
#[inline]
fn four_pairs(digits: [u8; 8]) -> Option<[u8; 4]> {
    const ZEROS: u64 = u64::from_le_bytes(*b"00000000");
    const HIGH_BITS: u64 = u64::from_le_bytes([0x80; 8]);
    const ABOVE_NINE: u64 = u64::from_le_bytes([0x80 - 10; 8]);
    let digits = u64::from_le_bytes(digits);
    // All eight bytes are checked at once. For a digit, the byte of `values` is 0 to 9, so its high
    // bit stays clear even after adding 0x80 - 10.
    let values = digits ^ ZEROS;
    if (values | values.wrapping_add(ABOVE_NINE)) & HIGH_BITS != 0 {
        return None;
    }
    let pairs = values.wrapping_mul(10).wrapping_add(values >> 8);
    let [a, _, b, _, c, _, d, _] = pairs.to_le_bytes();
    Some([a, b, c, d])
}

/// Returns the number of two digits.
#[inline]
const fn two(tens: u8, units: u8) -> Result<u8, InvalidTimestamp> {
    let (tens, units) = (tens.wrapping_sub(b'0'), units.wrapping_sub(b'0'));
    if tens > 9 || units > 9 {
        return Err(InvalidTimestamp::Form);
    }
    Ok(tens.wrapping_mul(10).wrapping_add(units))
}

/// Returns the number of four digits.
#[inline]
fn four(a: u8, b: u8, c: u8, d: u8) -> Result<u16, InvalidTimestamp> {
    let (high, low) = (u16::from(two(a, b)?), u16::from(two(c, d)?));
    Ok(high.wrapping_mul(100).wrapping_add(low))
}

/// Returns the nanoseconds that the digits after the point mean. At least one digit is needed, and
/// digits after the ninth are ignored.
fn nanoseconds(digits: &[u8]) -> Result<u32, InvalidTimestamp> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(InvalidTimestamp::Form);
    }
    let nine = digits.iter().chain(core::iter::repeat(&b'0')).take(9);
    Ok(nine.fold(0_u32, |value, digit| {
        let digit = u32::from(digit.saturating_sub(b'0'));
        value.saturating_mul(10).saturating_add(digit)
    }))
}

/// Returns how many days the month has. Returns 0 if the month does not exist.
const fn days(year: u16, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

impl core::str::FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        Self::parse(text.as_bytes())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
            ..
        } = self;
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        self.write_fraction(f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

impl fmt::Display for InvalidTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "a time is 14 digits, and perhaps a fraction",
            Self::Range => "no such time",
        })
    }
}

impl core::error::Error for InvalidTimestamp {}
