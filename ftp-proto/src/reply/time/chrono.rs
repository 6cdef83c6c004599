//! Conversions between [`Timestamp`] and the types of the crate `chrono`, which can hold a leap
//! second (23:59:60).

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, TimeZone, Timelike as _, Utc};

use super::Timestamp;
use super::conversions::TimeOutOfRange;

/// In chrono, a leap second (23:59:60) is the second 59 with this many nanoseconds added to its
/// fraction.
const LEAP: u32 = 1_000_000_000;

/// Takes the time for UTC. The second 60 stays a leap second.
///
/// ```
/// use chrono::{DateTime, Utc};
/// use ftp_proto::reply::Timestamp;
///
/// let time = Timestamp::parse(b"20260102030405.5")?;
/// let instant = DateTime::<Utc>::try_from(time)?;
/// assert_eq!(instant.to_string(), "2026-01-02 03:04:05.500 UTC");
/// assert_eq!(Timestamp::try_from(instant)?, time);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl TryFrom<Timestamp> for DateTime<Utc> {
    type Error = TimeOutOfRange;

    fn try_from(time: Timestamp) -> Result<Self, TimeOutOfRange> {
        NaiveDateTime::try_from(time).map(|time| time.and_utc())
    }
}

/// Converts the time to UTC.
impl<Z: TimeZone> TryFrom<DateTime<Z>> for Timestamp {
    type Error = TimeOutOfRange;

    fn try_from(time: DateTime<Z>) -> Result<Self, TimeOutOfRange> {
        time.naive_utc().try_into()
    }
}

/// Keeps the date and the time of day unchanged. So you can use this conversion for a server that
/// sends local time. The second 60 stays a leap second.
impl TryFrom<Timestamp> for NaiveDateTime {
    type Error = TimeOutOfRange;

    fn try_from(time: Timestamp) -> Result<Self, TimeOutOfRange> {
        let (second, nanosecond) = match time.second() {
            60 => (59, time.nanosecond().saturating_add(LEAP)),
            second => (second, time.nanosecond()),
        };
        NaiveDate::from_ymd_opt(time.year().into(), time.month().into(), time.day().into())
            .and_then(|date| {
                date.and_hms_nano_opt(
                    time.hour().into(),
                    time.minute().into(),
                    second.into(),
                    nanosecond,
                )
            })
            .ok_or(TimeOutOfRange::Other { time })
    }
}

/// Keeps the date and the time of day unchanged.
impl TryFrom<NaiveDateTime> for Timestamp {
    type Error = TimeOutOfRange;

    fn try_from(time: NaiveDateTime) -> Result<Self, TimeOutOfRange> {
        // In chrono, any second may have 1,000,000,000 nanoseconds or more. Such a time is in the
        // next second. After the second 59, that is the leap second 60.
        let (leap, nanosecond) = match time.nanosecond().checked_sub(LEAP) {
            Some(nanosecond) => (1, nanosecond),
            None => (0, time.nanosecond()),
        };
        let byte = |number: u32| u8::try_from(number).map_err(|_| TimeOutOfRange::Timestamp);
        let year = u16::try_from(time.year()).ok();
        Ok(Self {
            year: year
                .filter(|year| *year <= 9999)
                .ok_or(TimeOutOfRange::Timestamp)?,
            month: byte(time.month())?,
            day: byte(time.day())?,
            hour: byte(time.hour())?,
            minute: byte(time.minute())?,
            second: byte(time.second().saturating_add(leap))?,
            nanosecond,
        })
    }
}
