//! How fast the data of a transfer may move, and how fast it must.

use core::num::NonZeroU64;
use core::time::Duration;

/// The speed limits of a transfer. By default, there are none.
///
/// ```
/// use core::time::Duration;
/// use ftp_proto::{Options, TransferLimits};
///
/// let gentle = TransferLimits::new()
///     .with_rate(500_000)
///     .with_low_speed(1_000, Duration::from_secs(30));
/// let options = Options::new("ftp.example.org").with_transfer_limits(gentle);
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferLimits {
    /// The most bytes that move in a second. `None`: as many as possible.
    pub rate: Option<NonZeroU64>,
    /// The speed below which a transfer fails. `None`: it never fails for its speed alone.
    pub low_speed: Option<LowSpeed>,
}

/// The speed below which a transfer fails, as curl's `--speed-limit` and `--speed-time` say it.
///
/// ```
/// use std::time::Duration;
///
/// use ftp_proto::TransferLimits;
///
/// let limits = TransferLimits::new().with_low_speed(1000, Duration::from_secs(30));
/// let low = limits.low_speed.expect("it was set");
/// assert_eq!((low.bytes_per_second.get(), low.window.as_secs()), (1000, 30));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LowSpeed {
    /// The least average, in bytes per second.
    pub bytes_per_second: NonZeroU64,
    /// The time of which the average is taken.
    pub window: Duration,
}

impl TransferLimits {
    /// Makes limits that limit nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            rate: None,
            low_speed: None,
        }
    }

    /// Moves at most this many bytes per second. 0 means no limit.
    ///
    /// For a moment, up to a tenth of a second's bytes may move faster. The system's own buffers
    /// are not limited: the server may send ahead until they are full.
    #[must_use]
    pub fn with_rate(mut self, bytes_per_second: u64) -> Self {
        self.rate = NonZeroU64::new(bytes_per_second);
        self
    }

    /// Fails with [`TooSlow`](crate::ErrorKind::TooSlow) if fewer bytes per second than these move
    /// on average over the time `window`. 0 bytes or a `window` of zero mean no such limit.
    ///
    /// Only the time counts in which the transfer waits for the server or the network. The time in
    /// which you do not read or write does not count, and neither do the pauses that the
    /// [rate](Self::with_rate) makes.
    #[must_use]
    pub fn with_low_speed(mut self, bytes_per_second: u64, window: Duration) -> Self {
        let speed = NonZeroU64::new(bytes_per_second).filter(|_| !window.is_zero());
        self.low_speed = speed.map(|bytes_per_second| LowSpeed {
            bytes_per_second,
            window,
        });
        self
    }
}
