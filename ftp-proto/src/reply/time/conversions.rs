//! Conversions between [`Timestamp`] and seconds since 1970, and the error that all conversions
//! share.

use core::fmt;

use super::{Timestamp, days};

const SECONDS_A_DAY: i64 = 86_400;

/// The number of days from 1 January of the year 0 to 1 January 1970.
const DAYS_TO_1970: i64 = 719_528;

/// The number of days in 400 years. After 400 years, the calendar repeats.
const DAYS_OF_400_YEARS: i64 = 146_097;

/// The error of a conversion from or to [`Timestamp`]: the target type cannot hold the time.
///
/// ```
/// use ftp_proto::reply::{TimeOutOfRange, Timestamp};
///
/// let late = Timestamp::from_unix_time(i64::MAX, 0);
/// assert_eq!(late, Err(TimeOutOfRange::Timestamp));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeOutOfRange {
    /// A [`Timestamp`] cannot hold the time: it is outside the years 0 to 9999, or has
    /// 1,000,000,000 nanoseconds or more.
    Timestamp,
    /// The other type cannot hold this time. For example, `SystemTime` on Windows begins in 1601,
    /// and `jiff::Timestamp` ends on December 30 of the year 9999.
    Other {
        /// The time that does not fit.
        time: Timestamp,
    },
}

/// Conversions. All of them treat the time as UTC.
///
/// Only the types of `chrono` can hold a leap second. For all other types, the second 60 is the
/// first second of the next minute, as POSIX counts.
///
/// ```
/// use ftp_proto::reply::Timestamp;
///
/// let time = Timestamp::parse(b"20260102030405.5")?;
/// assert_eq!((time.unix_time(), time.nanosecond()), (1_767_323_045, 500_000_000));
/// assert_eq!(Timestamp::from_unix_time(1_767_323_045, 500_000_000)?, time);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Timestamp {
    /// Returns the seconds since 1970-01-01T00:00:00 UTC; negative before. The fraction is
    /// [`nanosecond`](Self::nanosecond), which always counts forward.
    ///
    /// ```
    /// use ftp_proto::reply::Timestamp;
    ///
    /// let leap = Timestamp::parse(b"20161231235960")?;
    /// let next = Timestamp::parse(b"20170101000000")?;
    /// assert_eq!(leap.unix_time(), next.unix_time());
    /// # Ok::<(), ftp_proto::reply::InvalidTimestamp>(())
    /// ```
    #[must_use]
    pub fn unix_time(self) -> i64 {
        let months: i64 = (1..self.month)
            .map(|month| i64::from(days(self.year, month)))
            .sum();
        let days = days_before(self.year.into())
            .saturating_add(months)
            .saturating_add(i64::from(self.day.saturating_sub(1)))
            .saturating_sub(DAYS_TO_1970);
        let minutes = i64::from(self.hour)
            .saturating_mul(60)
            .saturating_add(self.minute.into());
        days.saturating_mul(SECONDS_A_DAY)
            .saturating_add(minutes.saturating_mul(60))
            .saturating_add(self.second.into())
    }

    /// Makes a time from the seconds since 1970-01-01T00:00:00 UTC, which are negative before 1970,
    /// and the nanoseconds after this second.
    ///
    /// # Errors
    ///
    /// [`TimeOutOfRange::Timestamp`] if the time is outside the years 0 to 9999, or if there are
    /// 1,000,000,000 nanoseconds or more.
    pub fn from_unix_time(seconds: i64, nanosecond: u32) -> Result<Self, TimeOutOfRange> {
        let (mut day, rest) = (
            seconds.div_euclid(SECONDS_A_DAY),
            seconds.rem_euclid(SECONDS_A_DAY),
        );
        day = day.saturating_add(DAYS_TO_1970);
        let (year, first) = year_of(day).ok_or(TimeOutOfRange::Timestamp)?;
        day = day.saturating_sub(first);
        let mut month = 1_u8;
        while month < 12 && day >= i64::from(days(year, month)) {
            day = day.saturating_sub(days(year, month).into());
            month = month.saturating_add(1);
        }
        let byte = |number: i64| u8::try_from(number).map_err(|_| TimeOutOfRange::Timestamp);
        if nanosecond > 999_999_999 {
            return Err(TimeOutOfRange::Timestamp);
        }
        Ok(Self {
            year,
            month,
            day: byte(day.saturating_add(1))?,
            hour: byte(rest / 3600)?,
            minute: byte(rest / 60 % 60)?,
            second: byte(rest % 60)?,
            nanosecond,
        })
    }
}

/// Returns the number of days from 1 January of the year 0 to 1 January of this year.
const fn days_before(year: i64) -> i64 {
    // The first three terms count the leap years from the year 1 on. The last term adds the year 0,
    // which is a leap year too.
    let last = year.saturating_sub(1);
    let leap_years = (last.div_euclid(4))
        .saturating_sub(last.div_euclid(100))
        .saturating_add(last.div_euclid(400))
        .saturating_add(1);
    year.saturating_mul(365).saturating_add(leap_years)
}

/// Returns the year in which a day is, and the first day of this year. Both days are numbers of
/// days since 1 January of the year 0. `None` if the day is outside the years 0 to 9999.
fn year_of(day: i64) -> Option<(u16, i64)> {
    // The average length of a year gives a year that may be wrong by one. So this year, the one
    // before and the one after are tried.
    let about = day.checked_mul(400)?.div_euclid(DAYS_OF_400_YEARS);
    let year = (about.saturating_sub(1)..=about.saturating_add(1))
        .rev()
        .find(|year| days_before(*year) <= day)?;
    let first = days_before(year);
    let year = u16::try_from(year).ok().filter(|year| *year <= 9999)?;
    Some((year, first))
}

/// Makes a time from seconds and nanoseconds, which are both negative before 1970. A [`Timestamp`]
/// has no negative nanoseconds. So if they are negative, this takes one second off the seconds and
/// adds it to the nanoseconds.
#[cfg(any(feature = "std", feature = "jiff"))]
pub(super) fn forward(seconds: i64, nanoseconds: i32) -> Result<Timestamp, TimeOutOfRange> {
    let counted = match u32::try_from(nanoseconds) {
        Ok(forward) => Some((seconds, forward)),
        Err(_) => seconds.checked_sub(1).zip(
            nanoseconds
                .checked_add(1_000_000_000)
                .and_then(|forward| u32::try_from(forward).ok()),
        ),
    };
    let (seconds, nanosecond) = counted.ok_or(TimeOutOfRange::Timestamp)?;
    Timestamp::from_unix_time(seconds, nanosecond)
}

impl fmt::Display for TimeOutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timestamp => f.write_str("a timestamp holds only the years 0 to 9999"),
            Self::Other { time } => write!(f, "the type cannot hold the time {time}"),
        }
    }
}

impl core::error::Error for TimeOutOfRange {}
