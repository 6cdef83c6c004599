//! The work of a sync, shared by the sessions that do it.

use std::future::poll_fn;
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use ftp_proto::data::Progress;
use ftp_proto::sync::{
    Job, JobDone, JobId, SessionState, SyncPlan, SyncProgress, SyncReport, SyncRun, SyncStep,
    SyncWorker,
};
use ftp_proto::{Error, ErrorKind, Options};

/// How long a session pauses at most before it looks whether the run has ended.
pub(crate) const SLICE: Duration = Duration::from_millis(100);

/// A run of a sync, and the function that gets its progress.
pub(crate) struct SharedRun<F> {
    state: Mutex<State<F>>,
}

struct State<F> {
    run: SyncRun,
    progress: F,
    /// The sessions that wait for others, each with the number of its wait.
    waiting: Vec<(u64, Waker)>,
    /// How many waits there were.
    waits: u64,
}

impl<F: FnMut(SyncProgress<'_>) -> ControlFlow<()>> SharedRun<F> {
    pub(crate) fn new(plan: SyncPlan, server: &Options, seed: u64, progress: F) -> Self {
        let state = State {
            run: SyncRun::new(plan, server, seed),
            progress,
            waiting: Vec::new(),
            waits: 0,
        };
        Self {
            state: Mutex::new(state),
        }
    }

    pub(crate) fn worker(&self) -> SyncWorker {
        self.lock().run.worker()
    }

    /// Returns what a session does next. If it has to wait for another session, this waits until
    /// that one has ended a job, or until `stopped` returns a reason.
    pub(crate) async fn next_step(
        &self,
        worker: &mut SyncWorker,
        session: SessionState,
        now: Duration,
        mut stopped: impl FnMut(&mut Context<'_>) -> Option<Error>,
    ) -> SyncStep {
        let mut wait = None;
        poll_fn(|cx| {
            if let Some(reason) = stopped(cx) {
                self.stop(reason);
            }
            let mut state = self.lock();
            match state.run.next_step(worker, session, now) {
                SyncStep::Wait => {
                    state.wait(&mut wait, cx.waker());
                    Poll::Pending
                }
                step => Poll::Ready(step),
            }
        })
        .await
    }

    pub(crate) fn connected(
        &self,
        worker: &mut SyncWorker,
        result: Result<(), Error>,
        now: Duration,
    ) {
        let mut state = self.lock();
        state.run.connected(worker, result, now);
        state.wake();
    }

    /// Tells the user's function how much of a file has moved. Ends the transfer if the run is
    /// stopped, by this function or by another session.
    pub(crate) fn moved(&self, id: JobId, file: Progress) -> ControlFlow<()> {
        let mut state = self.lock();
        let State { run, progress, .. } = &mut *state;
        if run
            .moved(id, file)
            .is_some_and(|all| progress(all).is_break())
        {
            run.stop(Error::new(ErrorKind::Aborted));
            state.wake();
        }
        match state.run.is_stopped() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    pub(crate) fn finished(
        &self,
        worker: &mut SyncWorker,
        job: Job,
        result: Result<JobDone, Error>,
        session: SessionState,
        now: Duration,
    ) {
        let mut state = self.lock();
        let State { run, progress, .. } = &mut *state;
        let all = run.finished(worker, job, result, session, now);
        if all.is_some_and(|all| progress(all).is_break()) {
            run.stop(Error::new(ErrorKind::Aborted));
        }
        state.wake();
    }

    pub(crate) fn stop(&self, reason: Error) {
        let mut state = self.lock();
        state.run.stop(reason);
        state.wake();
    }

    pub(crate) fn into_report(self) -> SyncReport {
        let state = self.state.into_inner();
        let state = state.unwrap_or_else(PoisonError::into_inner);
        state.run.into_report()
    }

    fn lock(&self) -> MutexGuard<'_, State<F>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F> State<F> {
    /// Notes a session that waits. It may ask many times before it is woken, and keeps the number of
    /// its wait.
    fn wait(&mut self, number: &mut Option<u64>, waker: &Waker) {
        let number = *number.get_or_insert_with(|| {
            self.waits += 1;
            self.waits
        });
        match self.waiting.iter_mut().find(|(it, _)| *it == number) {
            Some((_, known)) => known.clone_from(waker),
            None => self.waiting.push((number, waker.clone())),
        }
    }

    fn wake(&mut self) {
        for (_, waker) in self.waiting.drain(..) {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests;
