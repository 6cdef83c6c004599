//! Conversions between [`Timestamp`] and the types of the crate `jiff`.

use jiff::civil::DateTime;

use super::Timestamp;
use super::conversions::{TimeOutOfRange, forward};

/// Treats the time as UTC.
///
/// ```
/// use ftp_proto::reply::Timestamp;
///
/// let time = Timestamp::parse(b"20260102030405.5")?;
/// let instant = jiff::Timestamp::try_from(time)?;
/// assert_eq!(instant.to_string(), "2026-01-02T03:04:05.5Z");
/// assert_eq!(Timestamp::try_from(instant)?, time);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl TryFrom<Timestamp> for jiff::Timestamp {
    type Error = TimeOutOfRange;

    fn try_from(time: Timestamp) -> Result<Self, TimeOutOfRange> {
        let other = TimeOutOfRange::Other { time };
        let nanosecond = i32::try_from(time.nanosecond()).map_err(|_| other)?;
        Self::new(time.unix_time(), nanosecond).map_err(|_| other)
    }
}

/// Makes a time in UTC.
impl TryFrom<jiff::Timestamp> for Timestamp {
    type Error = TimeOutOfRange;

    fn try_from(time: jiff::Timestamp) -> Result<Self, TimeOutOfRange> {
        forward(time.as_second(), time.subsec_nanosecond())
    }
}

/// Keeps the date and the time of day as they are, so it also suits a server that sends local time.
///
/// ```
/// use ftp_proto::reply::Timestamp;
/// use jiff::{civil::DateTime, tz};
///
/// // A server in Berlin that sends local time.
/// let time = DateTime::try_from(Timestamp::parse(b"20260102030405")?)?;
/// let instant = tz::offset(1).to_timestamp(time)?;
/// assert_eq!(instant.to_string(), "2026-01-02T02:04:05Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl TryFrom<Timestamp> for DateTime {
    type Error = TimeOutOfRange;

    fn try_from(time: Timestamp) -> Result<Self, TimeOutOfRange> {
        let other = TimeOutOfRange::Other { time };
        // `DateTime` has no second 60, so the second 60 becomes the second 0 of the next minute.
        let time = Timestamp::from_unix_time(time.unix_time(), time.nanosecond());
        let time = time.map_err(|_| other)?;
        let signed = |number: u8| i8::try_from(number).map_err(|_| other);
        Self::new(
            i16::try_from(time.year()).map_err(|_| other)?,
            signed(time.month())?,
            signed(time.day())?,
            signed(time.hour())?,
            signed(time.minute())?,
            signed(time.second())?,
            i32::try_from(time.nanosecond()).map_err(|_| other)?,
        )
        .map_err(|_| other)
    }
}

/// Keeps the date and the time of day unchanged.
impl TryFrom<DateTime> for Timestamp {
    type Error = TimeOutOfRange;

    fn try_from(time: DateTime) -> Result<Self, TimeOutOfRange> {
        let unsigned = |number: i8| u8::try_from(number).map_err(|_| TimeOutOfRange::Timestamp);
        Ok(Self {
            year: u16::try_from(time.year()).map_err(|_| TimeOutOfRange::Timestamp)?,
            month: unsigned(time.month())?,
            day: unsigned(time.day())?,
            hour: unsigned(time.hour())?,
            minute: unsigned(time.minute())?,
            second: unsigned(time.second())?,
            nanosecond: u32::try_from(time.subsec_nanosecond())
                .map_err(|_| TimeOutOfRange::Timestamp)?,
        })
    }
}
