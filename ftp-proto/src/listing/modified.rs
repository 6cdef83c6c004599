//! The modification time of an entry, and how exact it is: with or without seconds, zone and year.

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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Modified {
    time: Timestamp,
    precision: Precision,
    zone: Zone,
    year_resolved: bool,
    order_assumed: bool,
}

/// How exact a time in a listing is.
///
/// ```
/// use ftp_proto::listing::{Entry, Precision};
///
/// let entry = Entry::from_facts("type=file;modify=20260102030405; a.txt").expect("an entry");
/// let modified = entry.modified().expect("it has a time");
/// assert_eq!(modified.precision(), Precision::Second);
/// assert!(Precision::Second > Precision::Day); // a finer one is greater
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Precision {
    /// To the day: the listing gives no time of day. The time of day is then 00:00:00.
    Day,
    /// To the minute: the listing gives no seconds. The second is then 0.
    Minute,
    /// To the second or a fraction of it.
    Second,
}

/// The time zone of a time in a listing.
///
/// ```
/// use ftp_proto::listing::{Entry, Zone};
///
/// let entry = Entry::from_facts("type=file;modify=20260102030405; a.txt").expect("an entry");
/// let zone = match entry.modified().expect("it has a time").zone() {
///     Zone::Utc => "in UTC",
///     _ => "in the server's local time",
/// };
/// assert_eq!(zone, "in UTC");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Zone {
    /// UTC, which RFC 3659 demands for MLSD.
    Utc,
    /// The server's local time. The listing does not say how far it is from UTC.
    Server,
}

/// The order of day, month and year in a date of three numbers such as `03-04-26`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum DateOrder {
    /// Month, day, year. IIS sends this order by default.
    #[default]
    MonthFirst,
    /// Day, month, year.
    DayFirst,
    /// Year, month, day: the date format `*YMD` of OS/400.
    YearFirst,
}

impl Modified {
    /// Returns the time if it is exact: in UTC, and to the second. Only such a time can be compared
    /// with others, as MLST and MDTM give it.
    pub(crate) fn to_the_second(self) -> Option<Timestamp> {
        let is_exact = self.zone == Zone::Utc && self.precision == Precision::Second;
        is_exact.then_some(self.time)
    }

    /// Returns the date and time. The [zone](Self::zone) says whether it is UTC, and the
    /// [precision](Self::precision) which parts the listing gave.
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

    /// Returns whether the listing gives no year, so that the parser had to choose it. It takes the
    /// latest year in which the time is at most one day after the `now` that you have set.
    #[must_use]
    pub const fn is_year_resolved(self) -> bool {
        self.year_resolved
    }

    /// Returns whether the order of day, month and year is a guess: the numbers are a date in
    /// another order too, and no earlier line has shown the order. The parser first tries the order
    /// of [`Parser::with_date_order`](super::Parser::with_date_order).
    #[must_use]
    pub const fn is_order_assumed(self) -> bool {
        self.order_assumed
    }

    /// Returns the time in UTC. `minutes_ahead` says how many minutes the server's local time is
    /// ahead of UTC. A time that is in UTC already stays as it is. `None` if the result is outside
    /// the years 0 to 9999.
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

    /// Makes a time in UTC that is exact to the second.
    pub(crate) const fn utc(time: Timestamp) -> Self {
        Self {
            time,
            precision: Precision::Second,
            zone: Zone::Utc,
            year_resolved: false,
            order_assumed: false,
        }
    }

    /// Makes a time in the server's local time zone.
    pub(super) const fn local(time: Timestamp, precision: Precision) -> Self {
        Self {
            time,
            precision,
            zone: Zone::Server,
            year_resolved: false,
            order_assumed: false,
        }
    }

    /// Makes a time from a date without a year: the latest such time that is at most a day after
    /// `now`. `None` if `now` is not known.
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
            // 29 February may not exist in this year. It exists at least once in any nine years.
            (1..9).find_map(|back| of_year(year.checked_sub(back)?))
        })?;
        Some(Self {
            year_resolved: true,
            ..Self::local(time, Precision::Minute)
        })
    }

    /// Sets whether the listing leaves the year out.
    pub(super) const fn with_year_resolved(mut self, resolved: bool) -> Self {
        self.year_resolved = resolved;
        self
    }

    /// Sets whether the order of day, month and year is a guess.
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
