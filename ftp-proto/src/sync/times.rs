//! Which time a file has on the server, as far as a listing tells it.

use core::cmp::Ordering;

use crate::listing::{Modified, Precision, Zone};
use crate::reply::{Timestamp, zone_offset};

/// When a file was modified: at some time between these two, which are seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Between {
    first: i64,
    last: i64,
}

/// What is known about the server's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServerZone {
    /// Nothing yet. The number counts the files that were asked and have not shown it.
    Unasked(u8),
    /// Its offset from UTC in minutes, which one file has shown. Daylight saving time can make it
    /// wrong by an hour for other files.
    Offset(i16),
    /// No file has shown it so far.
    Unknown,
}

/// The distance from UTC of the farthest zone, in seconds.
const FARTHEST: i64 = 14 * 3600;

/// How many more files are asked for the zone after the first one did not show it.
const MOST_LESSONS: u8 = 2;

/// The most by which daylight saving time changes a zone, in seconds.
const DAYLIGHT_SAVING: i64 = 3600;

/// Times that differ by this many seconds count as the same: FAT stores times to two seconds.
const TOLERANCE: i64 = 1;

impl Between {
    pub(super) const fn exactly(seconds: i64) -> Self {
        Self {
            first: seconds,
            last: seconds,
        }
    }

    /// The time of a listing. If the offset of the server's zone is unknown, it stands for every
    /// zone.
    pub(super) fn listed(modified: Modified, zone: ServerZone) -> Self {
        let seconds = modified.time().unix_time();
        let (first, last) = match (modified.zone(), zone) {
            (Zone::Utc, _) => (seconds, seconds),
            (Zone::Server, ServerZone::Offset(minutes)) => {
                let utc = seconds.saturating_sub(i64::from(minutes).saturating_mul(60));
                (utc, utc)
            }
            (Zone::Server, _) => (
                seconds.saturating_sub(FARTHEST),
                seconds.saturating_add(FARTHEST),
            ),
        };
        let rest = match modified.precision() {
            Precision::Day => 86_399,
            Precision::Minute => 59,
            Precision::Second => 0,
        };
        Self {
            first,
            last: last.saturating_add(rest),
        }
    }

    /// Compares two times. They are equal if they may be the same.
    pub(super) fn compare(self, other: Self) -> Ordering {
        if self.first > other.last.saturating_add(TOLERANCE) {
            Ordering::Greater
        } else if other.first > self.last.saturating_add(TOLERANCE) {
            Ordering::Less
        } else {
            Ordering::Equal
        }
    }

    /// Whether this time is before the other, but by no more than daylight saving time may explain.
    pub(super) fn is_hardly_before(self, other: Self) -> bool {
        let most = DAYLIGHT_SAVING.saturating_add(TOLERANCE);
        self.compare(other).is_lt() && other.first.saturating_sub(self.last) <= most
    }
}

impl ServerZone {
    /// Learns the zone from one file: its time in a listing, and in UTC.
    pub(super) fn learn(&mut self, listed: Modified, utc: Option<Timestamp>) {
        if listed.zone() == Zone::Utc || listed.precision() == Precision::Day {
            return;
        }
        let offset = utc.and_then(|utc| zone_offset(listed.time(), utc));
        *self = match (*self, offset) {
            (Self::Offset(minutes), _) | (_, Some(minutes)) => Self::Offset(minutes),
            (Self::Unasked(failed), None) if failed < MOST_LESSONS => {
                Self::Unasked(failed.saturating_add(1))
            }
            (_, None) => Self::Unknown,
        };
    }
}

/// Whether a time is as exact as MDTM tells it, so that asking would tell no more.
pub(super) fn is_exact(modified: Modified) -> bool {
    modified.zone() == Zone::Utc && modified.precision() == Precision::Second
}
