//! Tests of the sessions that wait for others.

use std::future::Future as _;
use std::pin::pin;

use ftp_proto::Direction;
use ftp_proto::sync::SyncOptions;

use super::*;

#[test]
fn a_session_that_asks_many_times_is_woken_once() {
    let mut plan = SyncPlan::of_files(Direction::Download, &SyncOptions::new());
    plan.add_file("a", Ok("a"));
    let progress = |_: SyncProgress<'_>| ControlFlow::Continue(());
    let run = SharedRun::new(plan, &Options::new("ftp.test"), 1, progress);
    let (mut first, mut second) = (run.worker(), run.worker());
    let mut cx = Context::from_waker(Waker::noop());
    let now = Duration::ZERO;
    let step = run.next_step(&mut first, SessionState::Alive, now, |_| None);
    let step = pin!(step).poll(&mut cx);
    assert!(matches!(step, Poll::Ready(SyncStep::Run(_))), "{step:?}");
    let mut waits = pin!(run.next_step(&mut second, SessionState::Alive, now, |_| None));
    for _ in 0..3 {
        assert!(waits.as_mut().poll(&mut cx).is_pending());
    }
    assert_eq!(run.lock().waiting.len(), 1);
}
