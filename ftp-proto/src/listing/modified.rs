//! When an entry was modified, and how much of that the server has said.

use core::fmt;

use crate::reply::Timestamp;

/// When a file was last modified, as a listing says it.
///
/// Listings say less than MDTM does: often no seconds, no zone, and no year. This type keeps the
/// time together with what is certain about it.
///
/// ```
/// use ftp_proto::listing::{Entry, Precision, Zone};
///
/// let entry = Entry::from_facts("type=file;modify=20261127093000; notes.txt").unwrap();
/// let modified = entry.modified().unwrap();
/// assert_eq!(modified.time().to_string(), "2026-11-27T09:30:00");
/// assert_eq!((modified.precision(), modified.zone()), (Precision::Second, Zone::Utc));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Modified {
    time: Timestamp,
    precision: Precision,
    zone: Zone,
    year_resolved: bool,
    order_assumed: bool,
}

/// How exact a time in a listing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Precision {
    /// To the day: the listing has a date and no time of day, which is then 00:00:00.
    Day,
    /// To the minute; the second is then 0.
    Minute,
    /// To the second, or more exact.
    Second,
}

/// Which zone a time in a listing is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Zone {
    /// UTC, as RFC 3659 demands of MLSD.
    Utc,
    /// The server's local time, whose offset from UTC the listing does not say.
    Server,
}

/// What comes first in a date such as `03-04-26`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DateOrder {
    /// Month, day, year: what IIS sends by default.
    #[default]
    MonthFirst,
    /// Day, month, year.
    DayFirst,
    /// Year, month, day: the format `*YMD` of OS/400.
    YearFirst,
}

impl Modified {
    /// Returns the date and time. Its [zone](Self::zone) and [precision](Self::precision) say what
    /// it is worth.
    #[must_use]
    pub const fn time(self) -> Timestamp {
        self.time
    }

    /// Returns how exact the time is.
    #[must_use]
    pub const fn precision(self) -> Precision {
        self.precision
    }

    /// Returns which zone the time is in.
    #[must_use]
    pub const fn zone(self) -> Zone {
        self.zone
    }

    /// Returns whether the listing leaves the year out. The year is then the latest one in which
    /// the time is at most a day after the `now` that you gave.
    #[must_use]
    pub const fn is_year_resolved(self) -> bool {
        self.year_resolved
    }

    /// Returns whether the same numbers in another order are a date too. The order is then that of
    /// [`Parser::with_date_order`](super::Parser::with_date_order), or what an earlier line of the
    /// listing has shown.
    #[must_use]
    pub const fn is_order_assumed(self) -> bool {
        self.order_assumed
    }

    /// Returns the time in UTC, if the server's local time is so many minutes ahead of UTC. A time
    /// that is in UTC already stays as it is. `None` if the result is outside the years 0 to 9999.
    ///
    /// ```
    /// use ftp_proto::listing::{Line, Parser};
    ///
    /// let mut parser = Parser::new();
    /// let mut line = &b"-rw-r--r-- 1 0 0 5 2026-11-27 10:00 notes.txt\n"[..];
    /// let Some(Line::Entry(entry)) = parser.next_line(&mut line) else {
    ///     panic!("no entry");
    /// };
    /// let modified = entry.modified().unwrap();
    /// assert_eq!(modified.to_utc(60).unwrap().to_string(), "2026-11-27T09:00:00");
    /// ```
    #[must_use]
    pub fn to_utc(self, minutes_ahead: i16) -> Option<Timestamp> {
        match self.zone {
            Zone::Utc => Some(self.time),
            Zone::Server => {
                let ahead = i64::from(minutes_ahead).saturating_mul(60);
                let seconds = self.time.unix_time().checked_sub(ahead)?;
                Timestamp::from_unix_time(seconds, self.time.nanosecond()).ok()
            }
        }
    }

    /// A time in UTC, to the second.
    pub(crate) const fn utc(time: Timestamp) -> Self {
        Self {
            time,
            precision: Precision::Second,
            zone: Zone::Utc,
            year_resolved: false,
            order_assumed: false,
        }
    }

    /// A time in the server's zone.
    pub(super) const fn local(time: Timestamp, precision: Precision) -> Self {
        Self {
            time,
            precision,
            zone: Zone::Server,
            year_resolved: false,
            order_assumed: false,
        }
    }

    /// A time to the minute whose year is to be found. `None` without `now`.
    pub(super) fn without_year(
        month: u8,
        day: u8,
        (hour, minute): (u8, u8),
        now: Option<Timestamp>,
    ) -> Option<Self> {
        let now = now?;
        let latest = now.next_day().unwrap_or(now);
        let of_year = |year| Timestamp::from_parts(year, month, day, hour, minute, 0);
        let is_over = (month, day, hour, minute)
            <= (latest.month(), latest.day(), latest.hour(), latest.minute());
        let year = latest.year().checked_sub(u16::from(!is_over))?;
        let time = of_year(year).or_else(|| {
            // 29 February exists at least once in nine years.
            (1..9).find_map(|back| of_year(year.checked_sub(back)?))
        })?;
        Some(Self {
            year_resolved: true,
            ..Self::local(time, Precision::Minute)
        })
    }

    /// Notes that the order of day and month is a guess.
    pub(super) const fn with_order_assumed(mut self, assumed: bool) -> Self {
        self.order_assumed = assumed;
        self
    }
}

impl fmt::Debug for Modified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            time,
            precision,
            zone,
            ..
        } = self;
        write!(f, "Modified({time}, {precision:?}, {zone:?}")?;
        if self.year_resolved {
            f.write_str(", year resolved")?;
        }
        if self.order_assumed {
            f.write_str(", order assumed")?;
        }
        f.write_str(")")
    }
}
