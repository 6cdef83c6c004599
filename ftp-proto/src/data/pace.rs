//! The pace of a transfer: pauses that keep a rate, and the discovery that a transfer is too slow.
//! There is no clock here: time comes in as the time since the transfer began.

use alloc::boxed::Box;
use alloc::format;
use core::time::Duration;

use crate::counted::Counted;
use crate::error::{Error, ErrorKind};
use crate::options::limits::{LowSpeed, TransferLimits};

/// The pace of one transfer.
#[derive(Debug)]
pub(super) struct Pace {
    credit: Option<Credit>,
    speed: Option<Speed>,
    /// The time of the last [`tick`](Self::tick).
    seen: Duration,
    /// Whether the time since the last tick was spent with waiting for the data connection.
    waiting: bool,
}

impl Pace {
    /// Makes the pace for the start of a transfer. `None` if there is no limit.
    pub(super) fn new(limits: &TransferLimits) -> Option<Box<Self>> {
        if *limits == TransferLimits::new() {
            return None;
        }
        Some(Box::new(Self {
            credit: limits.rate.map(|rate| Credit::new(rate.get())),
            speed: limits.low_speed.map(Speed::new),
            seen: Duration::ZERO,
            waiting: false,
        }))
    }

    /// Notes that it is `now`.
    pub(super) fn tick(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.seen);
        self.seen = self.seen.max(now);
        if let Some(credit) = &mut self.credit {
            credit.earn(passed);
        }
        if let Some(speed) = self.speed.as_mut().filter(|_| self.waiting) {
            speed.pass(passed);
        }
    }

    /// Notes that the driver now waits for the data connection.
    pub(super) fn wait(&mut self) {
        self.waiting = true;
    }

    /// Notes that the driver does not wait for the data connection any more.
    pub(super) fn stop_waiting(&mut self) {
        self.waiting = false;
    }

    /// Notes that this many bytes have moved.
    pub(super) fn moved(&mut self, bytes: usize) {
        self.waiting = false;
        if let Some(credit) = &mut self.credit {
            credit.spend(bytes);
        }
        if let Some(speed) = &mut self.speed {
            speed.bytes = speed.bytes.saturating_add(bytes as u64);
        }
    }

    /// Returns the most bytes that may move now.
    pub(super) fn most(&self) -> usize {
        self.credit.as_ref().map_or(usize::MAX, Credit::most)
    }

    /// Returns how long the driver must pause before it moves more bytes. `None` if it may go on.
    pub(super) fn rest(&self) -> Option<Duration> {
        self.credit.as_ref()?.rest()
    }

    /// Returns how long the driver may wait before the next tick. `None` for any time.
    pub(super) fn patience(&self) -> Option<Duration> {
        let speed = self.speed.as_ref()?;
        Some(speed.slot.saturating_sub(speed.passed))
    }

    /// Returns the error of a transfer that is too slow. `None` if it is fast enough.
    pub(super) fn too_slow(&self) -> Option<Error> {
        let speed = self.speed.as_ref().filter(|speed| speed.is_low)?;
        let LowSpeed {
            bytes_per_second,
            window,
        } = speed.limit;
        let why = format!(
            "fewer than {} per second in {window:?} (TransferLimits::low_speed)",
            Counted::bytes(bytes_per_second.into())
        );
        Some(Error::new(ErrorKind::TooSlow).with_source(why))
    }
}

const SECOND: i128 = 1_000_000_000;

/// What a rate limit lets move: a bucket that fills at the rate, and out of which each byte takes
/// one. It holds at most a tenth of a second's bytes, so that a pause is not made up for by a
/// burst.
#[derive(Debug)]
struct Credit {
    /// In bytes per second.
    rate: i128,
    /// The most bytes that the bucket holds.
    burst: i128,
    /// The bytes in the bucket, in units of a thousand-millionth byte.
    held: i128,
}

impl Credit {
    fn new(rate: u64) -> Self {
        let rate = i128::from(rate);
        let burst = (rate / 10).max(1);
        Self {
            rate,
            burst,
            held: burst.saturating_mul(SECOND),
        }
    }

    fn earn(&mut self, passed: Duration) {
        let passed = i128::try_from(passed.as_nanos()).unwrap_or(i128::MAX);
        let held = self.held.saturating_add(passed.saturating_mul(self.rate));
        self.held = held.min(self.burst.saturating_mul(SECOND));
    }

    fn spend(&mut self, bytes: usize) {
        let bytes = i128::try_from(bytes).unwrap_or(i128::MAX);
        self.held = self.held.saturating_sub(bytes.saturating_mul(SECOND));
    }

    fn most(&self) -> usize {
        usize::try_from((self.held / SECOND).max(0)).unwrap_or(usize::MAX)
    }

    /// A pause begins when the bucket is less than a quarter full, and lasts until it is half full, so
    /// that each move brings many bytes. If a pause began only when the bucket is empty, the time
    /// that a move takes would earn a few bytes for the next one, and the driver would never pause.
    fn rest(&self) -> Option<Duration> {
        if self.held >= (self.burst / 4).max(1).saturating_mul(SECOND) {
            return None;
        }
        let enough = (self.burst / 2).max(1).saturating_mul(SECOND);
        let missing = enough.saturating_sub(self.held);
        let nanoseconds = missing.saturating_add(self.rate).checked_div(self.rate)?;
        let nanoseconds = u64::try_from(nanoseconds).unwrap_or(u64::MAX);
        Some(Duration::from_nanos(nanoseconds))
    }
}

/// The window of a [`LowSpeed`] consists of this many slots. At the end of each slot, the bytes of
/// the last ones are added up.
const SLOTS: usize = 10;

/// The average speed over the last part of a transfer.
#[derive(Debug)]
struct Speed {
    limit: LowSpeed,
    /// How long one slot is.
    slot: Duration,
    /// How much of the current slot has passed.
    passed: Duration,
    /// How many bytes have moved in the current slot.
    bytes: u64,
    /// How many bytes have moved in each of the last slots, the latest first. `None` before the
    /// transfer has lasted so long.
    last: [Option<u64>; SLOTS],
    is_low: bool,
}

impl Speed {
    fn new(limit: LowSpeed) -> Self {
        let slot = limit.window.checked_div(10).unwrap_or_default();
        Self {
            limit,
            slot: slot.max(Duration::from_millis(1)),
            passed: Duration::ZERO,
            bytes: 0,
            last: [None; SLOTS],
            is_low: false,
        }
    }

    /// Counts time in which the driver has waited. The driver looks at the clock at the end of each
    /// slot, so more time than the rest of the slot was spent elsewhere, and does not count.
    fn pass(&mut self, time: Duration) {
        self.passed = self.passed.saturating_add(time);
        if self.passed < self.slot {
            return;
        }
        self.passed = Duration::ZERO;
        self.last.rotate_right(1);
        if let Some(first) = self.last.first_mut() {
            *first = Some(core::mem::take(&mut self.bytes));
        }
        let sum = self.last.iter().try_fold(0_u64, |sum, bytes| {
            bytes.map(|bytes| sum.saturating_add(bytes))
        });
        let least = self.slot.as_nanos().saturating_mul(SLOTS as u128);
        let least = least.saturating_mul(self.limit.bytes_per_second.get().into());
        let moved = |sum: u64| u128::from(sum).saturating_mul(SECOND.unsigned_abs());
        self.is_low = sum.is_some_and(|sum| moved(sum) < least);
    }
}

#[cfg(test)]
mod tests;
