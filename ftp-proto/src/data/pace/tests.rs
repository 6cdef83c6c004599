//! Properties of the rate limit and of the low-speed limit.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use core::time::Duration;

use proptest::prelude::*;

use super::Pace;
use crate::options::limits::TransferLimits;

fn pace(limits: TransferLimits) -> Pace {
    *Pace::new(&limits).expect("a limit")
}

#[test]
fn without_limits_there_is_no_pace() {
    assert!(Pace::new(&TransferLimits::new()).is_none());
    let zeros = TransferLimits::new()
        .with_rate(0)
        .with_low_speed(0, Duration::from_secs(1))
        .with_low_speed(1, Duration::ZERO);
    assert!(Pace::new(&zeros).is_none());
}

/// However fast the driver is, it moves many bytes at a time. If each step moved what the time of one
/// step earns, a few bytes, the driver would never pause, and would use all of a CPU.
#[test]
fn a_fast_driver_moves_few_large_pieces() {
    for rate in [500_000, 5_000_000, 50_000_000] {
        let mut pace = pace(TransferLimits::new().with_rate(rate));
        let (mut now, mut moved, mut moves) = (Duration::ZERO, 0, 0);
        while moved < rate {
            pace.tick(now);
            if let Some(rest) = pace.rest() {
                now += rest;
                continue;
            }
            moves += 1;
            moved += pace.most() as u64;
            pace.moved(pace.most());
            now += Duration::from_micros(20);
        }
        assert!(moves <= 40, "{moves} moves in a second at {rate}");
    }
}

proptest! {
    /// A driver that moves what it may, and pauses as it is told, never moves more than the rate
    /// times the time and one burst, and comes near to it.
    #[test]
    fn the_rate_is_kept_and_reached(
        rate in 1_u64..10_000_000,
        sizes in prop::collection::vec((1_usize..300_000, 0_u64..30_000_000), 1..200),
    ) {
        let mut pace = pace(TransferLimits::new().with_rate(rate));
        let (mut now, mut moved, mut idle) = (Duration::ZERO, 0_u64, Duration::ZERO);
        for (size, wait) in sizes {
            pace.tick(now);
            if let Some(rest) = pace.rest() {
                prop_assert!(rest > Duration::ZERO && rest <= Duration::from_millis(1_100));
                now += rest;
                pace.tick(now);
            }
            prop_assert!(pace.rest().is_none(), "one pause is enough");
            let count = size.min(pace.most());
            prop_assert!(count > 0);
            pace.wait();
            let wait = Duration::from_nanos(wait);
            now += wait;
            idle += wait;
            pace.tick(now);
            pace.moved(count);
            moved += count as u64;
            let most = u128::from(rate) * now.as_nanos() / 1_000_000_000 + u128::from(rate / 10) + 1;
            prop_assert!(u128::from(moved) <= most, "{moved} of {most}");
        }
        // The pauses are no longer than the rate needs.
        let needed = u128::from(moved) * 1_000_000_000 / u128::from(rate);
        let paused = (now - idle).as_nanos();
        prop_assert!(paused <= needed + 110_000_000 + 1_000_000_000 / u128::from(rate));
    }

    /// The limit ends a transfer at the end of a slot, if and only if fewer bytes than the limit
    /// have moved in the last ten slots.
    #[test]
    fn low_speed_is_found_if_and_only_if_the_average_of_the_window_is_below(
        least in 1_u64..10_000,
        slots in prop::collection::vec(0_usize..2_000, 1..60),
    ) {
        let window = Duration::from_secs(1);
        let mut pace = pace(TransferLimits::new().with_low_speed(least, window));
        let mut now = Duration::ZERO;
        for end in 1..=slots.len() {
            pace.moved(slots[end - 1]);
            pace.wait();
            now += pace.patience().expect("a slot");
            pace.tick(now);
            let low = end >= 10 && {
                let sum: usize = slots[end - 10..end].iter().sum();
                (sum as u64) < least
            };
            prop_assert_eq!(pace.too_slow().is_some(), low);
            // A program that works meanwhile, and the pauses of a rate, do not count.
            pace.stop_waiting();
            now += Duration::from_secs(5);
            pace.tick(now);
            prop_assert_eq!(pace.too_slow().is_some(), low);
        }
    }
}
