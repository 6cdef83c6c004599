//! Dates as counts of days and seconds (the proleptic Gregorian calendar).

use crate::reply::Timestamp;

/// How many seconds a day has.
pub(super) const DAY: i64 = 86_400;

/// Returns the seconds from 1970-01-01 to this time, if the time is read as UTC.
pub(super) fn seconds(time: Timestamp) -> i64 {
    let days = days_since_1970(
        i64::from(time.year()),
        i64::from(time.month()),
        i64::from(time.day()),
    );
    let clock = i64::from(time.hour())
        .saturating_mul(3_600)
        .saturating_add(i64::from(time.minute()).saturating_mul(60))
        .saturating_add(i64::from(time.second()));
    days.saturating_mul(DAY).saturating_add(clock)
}

/// Returns the time that is this many seconds after 1970-01-01. `None` outside the years 0 to 9999.
pub(super) fn from_seconds(seconds: i64) -> Option<Timestamp> {
    let (year, month, day) = date(seconds.div_euclid(DAY))?;
    let clock = seconds.rem_euclid(DAY);
    let part = |value: i64| u8::try_from(value).ok();
    Timestamp::from_parts(
        u16::try_from(year).ok()?,
        part(month)?,
        part(day)?,
        part(clock.checked_div(3_600)?)?,
        part(clock.checked_div(60)?.checked_rem(60)?)?,
        part(clock.checked_rem(60)?)?,
    )
}

/// Returns the days from 1970-01-01 to a date. It uses the algorithm of Howard Hinnant's
/// `days_from_civil`, in which years begin in March, so that the leap day is the last day of a year.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 {
        year.saturating_sub(1)
    } else {
        year
    };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = month.saturating_add(9).rem_euclid(12);
    let day_of_year = (month_from_march.saturating_mul(153).saturating_add(2) / 5)
        .saturating_add(day)
        .saturating_sub(1);
    let day_of_era = year_of_era
        .saturating_mul(365)
        .saturating_add(year_of_era / 4)
        .saturating_sub(year_of_era / 100)
        .saturating_add(day_of_year);
    era.saturating_mul(146_097)
        .saturating_add(day_of_era)
        .saturating_sub(719_468)
}

/// Returns the year, month and day of a number of days since 1970-01-01: the inverse of
/// `days_since_1970`.
fn date(days: i64) -> Option<(i64, i64, i64)> {
    let days = days.checked_add(719_468)?;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = day_of_era
        .saturating_sub(day_of_era / 1_460)
        .saturating_add(day_of_era / 36_524)
        .saturating_sub(day_of_era / 146_096)
        / 365;
    let before = year_of_era
        .saturating_mul(365)
        .saturating_add(year_of_era / 4)
        .saturating_sub(year_of_era / 100);
    let day_of_year = day_of_era.saturating_sub(before);
    let from_march = day_of_year.saturating_mul(5).saturating_add(2) / 153;
    let day = day_of_year
        .saturating_sub(from_march.saturating_mul(153).saturating_add(2) / 5)
        .saturating_add(1);
    let month = if from_march < 10 {
        from_march.saturating_add(3)
    } else {
        from_march.saturating_sub(9)
    };
    let year = era.checked_mul(400)?.checked_add(year_of_era)?;
    let year = if month <= 2 {
        year.checked_add(1)?
    } else {
        year
    };
    Some((year, month, day))
}
