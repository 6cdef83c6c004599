//! The work of a sync, shared by the sessions that do it.

use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ftp_proto::data::Progress;
use ftp_proto::sync::{
    Job, JobDone, JobId, SessionState, SyncPlan, SyncProgress, SyncReport, SyncRun, SyncStep,
    SyncWorker,
};
use ftp_proto::{Error, ErrorKind, Options};

/// How long a session waits at most before it looks whether the run has ended, or whether it must
/// stop.
pub(crate) const SLICE: Duration = Duration::from_millis(100);

/// A run of a sync, and the function that gets its progress.
pub(crate) struct SharedRun<F> {
    state: Mutex<State<F>>,
    changed: Condvar,
}

struct State<F> {
    run: SyncRun,
    progress: F,
}

impl<F: FnMut(SyncProgress<'_>) -> ControlFlow<()>> SharedRun<F> {
    pub(crate) fn new(plan: SyncPlan, server: &Options, seed: u64, progress: F) -> Self {
        let run = SyncRun::new(plan, server, seed);
        Self {
            state: Mutex::new(State { run, progress }),
            changed: Condvar::new(),
        }
    }

    pub(crate) fn worker(&self) -> SyncWorker {
        self.lock().run.worker()
    }

    /// Returns what a session does next. If it has to wait for another session, this waits until
    /// that one has ended a job, or for a [`SLICE`].
    pub(crate) fn next_step(
        &self,
        worker: &mut SyncWorker,
        session: SessionState,
        now: Duration,
    ) -> SyncStep {
        let mut state = self.lock();
        let step = state.run.next_step(worker, session, now);
        if matches!(step, SyncStep::Wait) {
            let waited = self.changed.wait_timeout(state, SLICE);
            drop(waited.unwrap_or_else(PoisonError::into_inner));
        }
        step
    }

    pub(crate) fn connected(
        &self,
        worker: &mut SyncWorker,
        result: Result<(), Error>,
        now: Duration,
    ) {
        self.lock().run.connected(worker, result, now);
        self.changed.notify_all();
    }

    /// Tells the user's function how much of a file has moved. Ends the transfer if the run is
    /// stopped, by this function or by another session.
    pub(crate) fn moved(&self, id: JobId, file: Progress) -> ControlFlow<()> {
        let State { run, progress } = &mut *self.lock();
        if run
            .moved(id, file)
            .is_some_and(|all| progress(all).is_break())
        {
            run.stop(Error::new(ErrorKind::Aborted));
            self.changed.notify_all();
        }
        match run.is_stopped() {
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
        let State { run, progress } = &mut *self.lock();
        let all = run.finished(worker, job, result, session, now);
        if all.is_some_and(|all| progress(all).is_break()) {
            run.stop(Error::new(ErrorKind::Aborted));
        }
        self.changed.notify_all();
    }

    pub(crate) fn stop(&self, reason: Error) {
        self.lock().run.stop(reason);
        self.changed.notify_all();
    }

    /// Notes that a session could not be opened.
    pub(crate) fn lose(&self, reason: Error) {
        self.lock().run.lose(reason);
        self.changed.notify_all();
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

/// Ends a run if the thread panics, so that the other threads do not wait for its job.
pub(crate) struct EndOnPanic<'r, F: FnMut(SyncProgress<'_>) -> ControlFlow<()>>(
    pub(crate) &'r SharedRun<F>,
);

impl<F: FnMut(SyncProgress<'_>) -> ControlFlow<()>> Drop for EndOnPanic<'_, F> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop(Error::new(ErrorKind::Aborted));
        }
    }
}
