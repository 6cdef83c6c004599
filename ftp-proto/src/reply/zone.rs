//! Computes the time zone of a server from one file: its local time is in a listing, and its time
//! in UTC in the reply to MDTM.

use super::Timestamp;

/// The offset of every time zone is a multiple of this number of minutes.
const STEP: i64 = 15;
/// The largest offset of a time zone from UTC, in minutes: 14 hours.
const MOST: i64 = 14 * 60;

/// Returns the offset of the server's time zone from UTC in minutes, positive in the east: for
/// example 120 in Berlin in summer.
///
/// `local` is the time of a file in a listing, in the server's local time and exact to the minute
/// or the second. `utc` is the time of the same file in the reply to MDTM. The offset is the same
/// for every file whose time has the same daylight saving time.
///
/// Returns `None` if the two times cannot differ by a time zone alone. Zones differ from UTC by a
/// multiple of 15 minutes, at most 14 hours. If the seconds of `local` are 0, the listing may have
/// left them out, so they are not compared. Otherwise the seconds of both times must agree.
///
/// ```
/// use ftp_proto::reply::{Timestamp, zone_offset};
///
/// // `Jul 01 14:05` in a listing of 2026, and MDTM's answer.
/// let local = Timestamp::parse(b"20260701140500")?;
/// let utc = Timestamp::parse(b"20260701120559")?;
/// assert_eq!(zone_offset(local, utc), Some(120));
/// assert_eq!(zone_offset(local, "20260701121359".parse()?), None);
/// # Ok::<(), ftp_proto::reply::InvalidTimestamp>(())
/// ```
#[must_use]
pub fn zone_offset(local: Timestamp, utc: Timestamp) -> Option<i16> {
    let offset = minutes(local).saturating_sub(minutes(utc));
    let same_second = local.second() == 0 || local.second() == utc.second();
    let is_step = offset.checked_rem(STEP) == Some(0);
    let is_zone = same_second && is_step && offset.abs() <= MOST;
    i16::try_from(offset).ok().filter(|_| is_zone)
}

/// Returns the number of minutes from the beginning of the year 0 to this time, plus one day,
/// because the days of a month count from 1. In the difference of two such numbers, this day
/// cancels out.
fn minutes(time: Timestamp) -> i64 {
    let days = days_before_year(time.year()).saturating_add(days_before_month(time));
    let hours = days
        .saturating_add(i64::from(time.day()))
        .saturating_mul(24)
        .saturating_add(i64::from(time.hour()));
    let minutes = hours.saturating_mul(60);
    minutes.saturating_add(i64::from(time.minute()))
}

/// Returns the number of days in all years from 0 up to the year before this one.
fn days_before_year(year: u16) -> i64 {
    let leap = |every: u16| i64::from(year.div_ceil(every));
    let leap_days = leap(4).saturating_sub(leap(100)).saturating_add(leap(400));
    i64::from(year)
        .saturating_mul(365)
        .saturating_add(leap_days)
}

/// Returns the number of days from the beginning of the time's year to the beginning of its month.
fn days_before_month(time: Timestamp) -> i64 {
    const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let year = time.year();
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let leap_day = i64::from(is_leap && time.month() > 2);
    let month = usize::from(time.month().saturating_sub(1));
    BEFORE
        .get(month)
        .map_or(0, |days| days.saturating_add(leap_day))
}
