//! Conversions between [`Timestamp`] and the standard library's `SystemTime`.

use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use super::Timestamp;
use super::conversions::{TimeOutOfRange, forward};

/// Treats the time as UTC.
///
/// ```
/// use ftp_proto::reply::Timestamp;
/// use std::time::{Duration, SystemTime};
///
/// let modified = SystemTime::try_from(Timestamp::parse(b"20260102030405")?)?;
/// assert_eq!(modified, SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045));
/// assert_eq!(Timestamp::try_from(modified)?.to_digits(), "20260102030405");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl TryFrom<Timestamp> for SystemTime {
    type Error = TimeOutOfRange;

    fn try_from(time: Timestamp) -> Result<Self, TimeOutOfRange> {
        let seconds = time.unix_time();
        let distance = Duration::from_secs(seconds.unsigned_abs());
        let second = match seconds {
            0.. => UNIX_EPOCH.checked_add(distance),
            _ => UNIX_EPOCH.checked_sub(distance),
        };
        let fraction = Duration::from_nanos(time.nanosecond().into());
        second
            .and_then(|second| second.checked_add(fraction))
            .ok_or(TimeOutOfRange::Other { time })
    }
}

/// Makes a time in UTC.
impl TryFrom<SystemTime> for Timestamp {
    type Error = TimeOutOfRange;

    fn try_from(time: SystemTime) -> Result<Self, TimeOutOfRange> {
        let (distance, sign) = match time.duration_since(UNIX_EPOCH) {
            Ok(since) => (since, 1),
            Err(before) => (before.duration(), -1),
        };
        let seconds = i64::try_from(distance.as_secs()).ok();
        let seconds = seconds.and_then(|seconds| seconds.checked_mul(sign.into()));
        let nanoseconds = i32::try_from(distance.subsec_nanos()).ok();
        let nanoseconds = nanoseconds.and_then(|nanoseconds| nanoseconds.checked_mul(sign));
        let (seconds, nanoseconds) = seconds.zip(nanoseconds).ok_or(TimeOutOfRange::Timestamp)?;
        forward(seconds, nanoseconds)
    }
}
