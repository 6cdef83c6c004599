//! Tests of deadlines, with a clock that the test sets.

use std::cell::Cell;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Waker;

use super::*;
use crate::transport::{Stream, Target};

/// A clock that stands still until the test sets it. It counts how many timers were created.
struct Clock {
    now: Arc<Mutex<Instant>>,
    sleeps: AtomicUsize,
}

impl Clock {
    fn new() -> Self {
        Self {
            now: Arc::new(Mutex::new(Instant::now())),
            sleeps: AtomicUsize::new(0),
        }
    }

    fn pass(&self, time: Duration) {
        *self.now.lock().unwrap() += time;
    }

    fn sleeps(&self) -> usize {
        self.sleeps.load(Ordering::Relaxed)
    }
}

impl Network for Clock {
    fn dial(&mut self, _: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
        Box::pin(async { Err(io::ErrorKind::Unsupported.into()) })
    }

    fn now(&self) -> Instant {
        *self.now.lock().unwrap()
    }

    fn sleep_until(&self, deadline: Instant) -> BoxFuture<()> {
        self.sleeps.fetch_add(1, Ordering::Relaxed);
        let now = self.now.clone();
        let ended = Cell::new(false);
        Box::pin(std::future::poll_fn(move |_| {
            assert!(!ended.get(), "polled after its end");
            ended.set(*now.lock().unwrap() >= deadline);
            match ended.get() {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        }))
    }
}

const LIMIT: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);

fn poll(deadline: &mut Deadline, clock: &Clock) -> Poll<()> {
    deadline.poll(clock, &mut Context::from_waker(Waker::noop()))
}

/// Each read of a download moves the deadline. The timer must stay, because a new timer for each
/// read would wake the reactor each time, which takes three system calls.
#[test]
fn a_deadline_that_is_moved_on_keeps_its_timer() {
    let clock = Clock::new();
    let mut deadline = Deadline::after(clock.now(), LIMIT);
    for _ in 0..1000 {
        assert!(poll(&mut deadline, &clock).is_pending());
        clock.pass(SECOND / 20);
        deadline.restart(clock.now(), LIMIT);
    }
    assert_eq!(clock.sleeps(), 1, "50 seconds are less than the limit");
}

/// A look has no time. It must not throw the timer away that the waits before and after it share.
#[test]
fn a_look_between_two_waits_keeps_the_timer() {
    let clock = Clock::new();
    let mut deadline = Deadline::after(clock.now(), LIMIT);
    for _ in 0..10 {
        assert!(poll(&mut deadline, &clock).is_pending());
        deadline.restart(clock.now(), Duration::ZERO);
        assert!(poll(&mut deadline, &clock).is_ready());
        clock.pass(SECOND);
        deadline.restart(clock.now(), LIMIT);
    }
    assert_eq!(clock.sleeps(), 1);
}

#[test]
fn a_timer_that_ends_before_the_deadline_is_followed_by_another() {
    let clock = Clock::new();
    let mut deadline = Deadline::after(clock.now(), LIMIT);
    assert!(poll(&mut deadline, &clock).is_pending());
    clock.pass(LIMIT - SECOND);
    deadline.restart(clock.now(), LIMIT);
    assert!(poll(&mut deadline, &clock).is_pending());
    clock.pass(SECOND);
    assert!(poll(&mut deadline, &clock).is_pending(), "59 s are left");
    assert_eq!(clock.sleeps(), 2);
    clock.pass(LIMIT - SECOND);
    assert!(poll(&mut deadline, &clock).is_ready());
}

#[test]
fn a_deadline_that_is_moved_forward_does_not_wait_for_the_old_one() {
    let clock = Clock::new();
    let mut deadline = Deadline::after(clock.now(), LIMIT);
    assert!(poll(&mut deadline, &clock).is_pending());
    deadline.restart(clock.now(), SECOND);
    assert!(poll(&mut deadline, &clock).is_pending());
    assert_eq!(clock.sleeps(), 2, "one for each");
    clock.pass(SECOND);
    assert!(poll(&mut deadline, &clock).is_ready());
}

/// The timer ends, but the clock of this network stands still. The deadline must be over all the
/// same, and a timer that has ended must not be polled again.
#[test]
fn the_end_of_a_sleep_counts_whatever_the_clock_says() {
    struct Still(Instant);
    impl Network for Still {
        fn dial(&mut self, _: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
            Box::pin(async { Err(io::ErrorKind::Unsupported.into()) })
        }
        fn now(&self) -> Instant {
            self.0
        }
        fn sleep_until(&self, _: Instant) -> BoxFuture<()> {
            Box::pin(async {})
        }
    }
    let still = Still(Instant::now());
    let mut deadline = Deadline::after(still.now(), LIMIT);
    let cx = &mut Context::from_waker(Waker::noop());
    assert!(deadline.poll(&still, cx).is_ready());
    assert!(deadline.poll(&still, cx).is_ready(), "again, and no panic");
}
