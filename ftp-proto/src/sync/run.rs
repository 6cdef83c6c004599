//! The work of a plan: which job comes next, which must wait, and which is tried again.
//!
//! ```text
//! next_step -> Connect -> connected ----+
//!    ^   +---> Run(job) -> finished ----+--> next_step
//!    |   +---> Pause, Wait -------------+
//!    |   +---> Done -> into_report
//! ```

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::mem;
use core::time::Duration;

use super::action::{Action, Change};
use super::job::{Job, JobDone, LocalPlace, Work};
use super::look::Look;
use super::obstacles::Obstacles;
use super::paths;
use super::plan::SyncPlan;
use super::progress::SyncProgress;
use super::report::SyncReport;
use super::stages::{Stages, Step};
use super::work;
use super::worker::{SessionState, SyncWorker};
use crate::atomics::Arc;
use crate::data::Progress;
use crate::error::Error;
use crate::files::FilePlan as _;
use crate::options::Options;
use crate::retry::{Again, Attempts, Trying};
use crate::session::transfer::Direction;
use crate::tree::Inspected;

/// About how many files the run asks at a time, before it downloads them.
const MOST_PATHS: usize = 16;

/// Carries out a plan: hands out its work, to one session or to several. It does no I/O and has no
/// clock: `now` is the time since any moment before the first call.
///
/// An adapter has one loop for each session:
///
/// 1. Call [`worker`](Self::worker) once.
/// 2. Call [`next_step`](Self::next_step), and do what the step says.
/// 3. Call [`finished`](Self::finished) after a job, or [`connected`](Self::connected) after an
///    attempt to connect. Go on with 2.
///
/// A job that fails for a reason that may pass is tried again after a pause, and other jobs run
/// meanwhile. What failed for good does not end the sync. What lies in a directory that could not
/// be made fails at once.
///
/// ```
/// use std::time::Duration;
/// use ftp_proto::sync::{SessionState, SyncOptions, SyncPlan, SyncRun, SyncStep, Work};
/// use ftp_proto::{Direction, Options};
///
/// let mut plan = SyncPlan::of_files(Direction::Download, &SyncOptions::new());
/// plan.add_file("a.csv", Ok("pub/a.csv"));
/// let mut run = SyncRun::new(plan, &Options::new("ftp.example.org"), 1);
/// let mut worker = run.worker();
/// let SyncStep::Run(job) = run.next_step(&mut worker, SessionState::Alive, Duration::ZERO) else {
///     panic!("there is a file to download");
/// };
/// assert!(matches!(job.work, Work::Get(_)));
/// ```
#[derive(Debug)]
pub struct SyncRun {
    plan: SyncPlan,
    server: Options,
    seed: u64,
    root: Arc<[u8]>,
    stages: Stages,
    /// Files of which it is known what the server has, so that they can be downloaded next.
    looked: VecDeque<(usize, Option<Inspected>)>,
    /// Jobs that are tried again at a later time.
    later: Vec<(Duration, Job)>,
    /// How many jobs are under way.
    running: usize,
    /// How many sessions work for this run.
    workers: usize,
    /// How much of each file under way is done.
    moving: BTreeMap<usize, u64>,
    obstacles: Obstacles,
    report: SyncReport,
    /// How many actions have ended.
    done: u64,
    bytes_done: u64,
    bytes_total: u64,
    /// The error of the job that has ended last. `None` if it succeeded.
    last_error: Option<Error>,
    /// Whether the run ends early.
    is_stopped: bool,
}

/// What a session does next for a [`SyncRun`].
///
/// ```
/// # use ftp_proto::sync::{SyncOptions, SyncPlan, SyncRun};
/// # use ftp_proto::{Direction, Options};
/// use std::time::Duration;
///
/// use ftp_proto::sync::{SessionState, SyncStep};
///
/// # let mut plan = SyncPlan::of_files(Direction::Download, &SyncOptions::new());
/// # plan.add_file("a.csv", Ok("pub/a.csv"));
/// # let mut run = SyncRun::new(plan, &Options::new("ftp.example.org"), 1);
/// # let mut worker = run.worker();
/// // `run` has one file to download, but this session has ended.
/// let next = match run.next_step(&mut worker, SessionState::Dead, Duration::ZERO) {
///     SyncStep::Connect => "connect again",
///     SyncStep::Run(_) => "do a job",
///     SyncStep::Pause(_) | SyncStep::Wait => "ask again later",
///     SyncStep::Done => "quit",
/// };
/// assert_eq!(next, "connect again");
/// ```
#[derive(Debug)]
#[must_use]
pub enum SyncStep {
    /// Connect again, and call [`SyncRun::connected`] with the result.
    Connect,
    /// Do this job, and call [`SyncRun::finished`] with the result.
    Run(Box<Job>),
    /// Ask again after this time.
    Pause(Duration),
    /// Ask again after a job of another session has ended.
    Wait,
    /// There is no more work for this session.
    Done,
}

/// The number of a [`Job`], for [`SyncRun::moved`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct JobId(usize);

/// Whether there is work at this moment.
enum Supply {
    Ready,
    /// After this time.
    Later(Duration),
    /// After a job of another session has ended.
    Elsewhere,
    Over,
}

impl Job {
    /// Returns the number of this job.
    #[must_use]
    pub fn id(&self) -> JobId {
        JobId(self.number)
    }
}

impl SyncRun {
    /// Begins to carry out a plan. `server` holds the options of the sessions. `seed` is any number
    /// that differs from run to run; the random part of the pauses comes from it.
    #[must_use]
    pub fn new(plan: SyncPlan, server: &Options, seed: u64) -> Self {
        Self {
            server: server.clone(),
            seed,
            root: plan.local_root.as_slice().into(),
            stages: Stages::new(&plan.actions, plan.direction),
            looked: VecDeque::new(),
            later: Vec::new(),
            running: 0,
            workers: 0,
            moving: BTreeMap::new(),
            obstacles: Obstacles::default(),
            report: SyncReport::begin(&plan),
            done: 0,
            bytes_done: 0,
            bytes_total: plan.bytes(),
            last_error: None,
            is_stopped: false,
            plan,
        }
    }

    /// Adds a session.
    #[must_use]
    pub fn worker(&mut self) -> SyncWorker {
        self.workers = self.workers.saturating_add(1);
        let seed = self.seed.wrapping_add(self.workers as u64);
        SyncWorker::new(self.plan.options.retry, seed)
    }

    /// Returns what a session does next.
    pub fn next_step(
        &mut self,
        worker: &mut SyncWorker,
        session: SessionState,
        now: Duration,
    ) -> SyncStep {
        loop {
            if self.is_stopped || worker.is_lost {
                return SyncStep::Done;
            }
            match (self.supply(now), session) {
                (Supply::Ready, SessionState::Dead) => return worker.step(now),
                (Supply::Ready, SessionState::Alive) => {
                    if let Some(mut job) = self.take(now) {
                        job.work.tell_of_next(self.has_more_for_each());
                        self.running = self.running.saturating_add(1);
                        return SyncStep::Run(Box::new(job));
                    }
                }
                (Supply::Later(pause), _) => return SyncStep::Pause(pause),
                (Supply::Elsewhere, _) => return SyncStep::Wait,
                (Supply::Over, _) => return SyncStep::Done,
            }
        }
    }

    /// Takes the result of an attempt to connect. A session that cannot be connected leaves its
    /// work to the others; without others, the run ends.
    pub fn connected(&mut self, worker: &mut SyncWorker, result: Result<(), Error>, now: Duration) {
        match worker.connected(result, now) {
            Err(error) if error.kind().is_stop() => self.stop(error),
            Err(error) => self.lose(error),
            Ok(()) => {}
        }
    }

    /// Notes how much of a job's file has moved, and returns the progress of the run. `None` if the
    /// run [is stopped](Self::is_stopped): end the transfer then.
    pub fn moved(&mut self, id: JobId, file: Progress) -> Option<SyncProgress<'_>> {
        if self.is_stopped {
            return None;
        }
        let reached = self.moving.entry(id.0).or_default();
        *reached = file.done.max(*reached);
        self.progress(id.0, Some(file))
    }

    /// Takes the result of a job. Returns the progress of the run if the job's action has ended,
    /// and `None` if the job is tried again, if its action has another step, or if the run is
    /// stopped.
    pub fn finished(
        &mut self,
        worker: &mut SyncWorker,
        job: Job,
        result: Result<JobDone, Error>,
        session: SessionState,
        now: Duration,
    ) -> Option<SyncProgress<'_>> {
        let was_stopped = self.is_stopped;
        self.running = self.running.saturating_sub(1);
        if job.step == Step::Look {
            let error = result.as_ref().err().cloned();
            self.take_found(job, result);
            if let Some(error) = error.filter(|_| worker.gives_up(session)) {
                self.lose(error);
            }
            return None;
        }
        let number = job.number;
        let reached = self.moving.remove(&number).unwrap_or_default();
        let is_further = reached > job.furthest;
        let mut error = result.as_ref().err().cloned();
        let has_ended = match (job.step, result) {
            (Step::Act | Step::Look, Ok(done)) => {
                self.succeeded(number, done);
                true
            }
            (Step::Unlink, Ok(_)) => {
                self.unlinked(number);
                true
            }
            // Its turn comes after what is in it.
            (Step::Unlink, Err(refusal)) if shows_directory(&refusal, session) => {
                error = None;
                false
            }
            (_, Err(error)) => self.failed_once(job, error, reached, worker, now),
        };
        if error.is_none() || is_further {
            worker.succeeded();
        }
        match error {
            None => {}
            Some(error) if worker.gives_up(session) => self.lose(error),
            Some(_) => {}
        }
        self.progress(number, None)
            .filter(|_| has_ended && !was_stopped)
    }

    /// Returns whether the run ends early. The transfers under way should end then, too.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.is_stopped
    }

    /// Ends the run early: no session gets another job. The report has this error as a failure with
    /// an empty path, unless nothing was left to do.
    pub fn stop(&mut self, error: Error) {
        if !self.is_stopped && !self.is_over() {
            self.is_stopped = true;
            self.report.stop(error);
        }
    }

    /// Notes that a session has ended for good, or could not be opened. Without other sessions, the
    /// run ends with this error.
    pub fn lose(&mut self, error: Error) {
        self.workers = self.workers.saturating_sub(1);
        if self.workers == 0 {
            self.stop(error);
        }
    }

    /// Returns what was done, and what failed.
    #[must_use]
    pub fn into_report(mut self) -> SyncReport {
        for (_, job) in mem::take(&mut self.later) {
            self.report.add_transferred(job.moved);
        }
        let total = self.stages.len() as u64;
        self.report.undone = total.saturating_sub(self.done);
        self.report
    }
}

impl SyncRun {
    /// Returns whether there is work at this moment. Goes on with the next stage after this one has
    /// ended.
    fn supply(&mut self, now: Duration) -> Supply {
        loop {
            let next = self.later.iter().map(|(at, _)| *at).min();
            let is_due = next.is_some_and(|at| at <= now);
            if is_due || !self.looked.is_empty() || self.stages.peek().is_some() {
                return Supply::Ready;
            }
            match next {
                Some(at) => return Supply::Later(at.saturating_sub(now)),
                None if self.running > 0 => return Supply::Elsewhere,
                None if !self.stages.next_stage() => return Supply::Over,
                None => {}
            }
        }
    }

    /// Returns the next job. `None` if its action has failed already, because something before it
    /// has failed.
    fn take(&mut self, now: Duration) -> Option<Job> {
        let due = self.later.iter().position(|(at, _)| *at <= now);
        if let Some(due) = due {
            return Some(self.later.swap_remove(due).1);
        }
        if let Some((number, found)) = self.looked.pop_front() {
            return self.begin(number, Step::Act, found.as_ref(), now);
        }
        if let Some(job) = self.look(now) {
            return Some(job);
        }
        let (number, step) = self.stages.peek()?;
        self.stages.advance();
        self.begin(number, step, None, now)
    }

    /// Returns the job that asks about the next files, as many as one flight may have. `None` if fewer
    /// than two of them need that.
    fn look(&mut self, now: Duration) -> Option<Job> {
        let files = &self.plan.options.files;
        if self.plan.direction == Direction::Upload || !files.compares_sizes() {
            return None;
        }
        let next = self.stages.next_of_stage().take(MOST_PATHS);
        let files = next.map_while(|(number, step)| {
            let action = self.plan.actions.get(number)?;
            let is_file = matches!(action.change, Change::Create | Change::Update);
            let is_unknown = step == Step::Act && is_file && action.listed.is_none();
            let path = paths::join(&self.plan.remote_root, action.remote());
            is_unknown.then_some((number, path))
        });
        let files: Vec<_> = files.collect();
        let (first, _) = *files.first().filter(|_| files.len() > 1)?;
        files.iter().for_each(|_| self.stages.advance());
        let local = self.place(self.plan.actions.get(first)?);
        let work = Work::Remote(Look::new(files).into());
        Some(Job::new(first, Step::Look, work, local, now))
    }

    /// Takes what is known about the next files. They are downloaded next, whatever it is.
    fn take_found(&mut self, job: Job, result: Result<JobDone, Error>) {
        if let Work::Remote(change) = job.work {
            let look = change.into_look();
            self.looked
                .extend(look.into_iter().flat_map(Look::into_found));
        }
        match result {
            Err(error) if error.kind().is_stop() => self.stop(error),
            _ => {}
        }
    }

    /// Makes the job of an action. `None` if the action has failed already.
    fn begin(
        &mut self,
        number: usize,
        step: Step,
        found: Option<&Inspected>,
        now: Duration,
    ) -> Option<Job> {
        let action = self.plan.actions.get(number)?;
        let direction = self.plan.direction;
        if self.obstacles.is_unlinked(action, direction) {
            return None;
        }
        let made = match self.obstacles.of(action, direction) {
            Some(error) => Err(error.clone()),
            None => self.work(action, step),
        };
        match made {
            Ok(work) => {
                let work = work.with_found(found);
                Some(Job::new(number, step, work, self.place(action), now))
            }
            Err(error) => {
                if step == Step::Act {
                    self.failed(number, error);
                }
                None
            }
        }
    }

    /// Whether each session gets another job of this stage. Then a transfer follows each one that
    /// begins now.
    fn has_more_for_each(&self) -> bool {
        let left = self.stages.left().saturating_add(self.later.len());
        let left = left.saturating_add(self.looked.len());
        left >= self.workers.max(1)
    }

    fn work(&self, action: &Action, step: Step) -> Result<Work, Error> {
        match step {
            Step::Unlink => work::unlink(&self.plan, action),
            Step::Act | Step::Look => work::work(&self.plan, action, &self.server),
        }
    }

    fn place(&self, action: &Action) -> LocalPlace {
        LocalPlace {
            root: self.root.clone(),
            path: (*action.local).into(),
            links: work::links(&self.plan),
        }
    }

    fn succeeded(&mut self, number: usize, done: JobDone) {
        self.done = self.done.saturating_add(1);
        self.last_error = None;
        if let JobDone::File(file) = &done {
            self.bytes_done = self.bytes_done.saturating_add(file.size);
        }
        if let Some(action) = self.plan.actions.get(number) {
            self.report.succeed(action.change, &done);
        }
    }

    /// Notes that a directory was a link, and is deleted. What was to be deleted in it lies somewhere
    /// else, so nothing is left to do there.
    fn unlinked(&mut self, number: usize) {
        let Some(action) = self.plan.actions.get(number) else {
            return;
        };
        let direction = self.plan.direction;
        self.obstacles.note_unlinked(action, direction);
        let path = action.target(direction);
        let is_in_it = |other: &&Action| {
            let other = other.target(direction);
            other == path || paths::above(other).any(|above| above == path)
        };
        let removals = self.plan.actions.iter().filter(|other| other.removes());
        let ended = removals.filter(is_in_it);
        self.done = self.done.saturating_add(ended.count() as u64);
        self.last_error = None;
        self.report.succeed(Change::Delete, &JobDone::Changed);
    }

    /// Decides whether a job that has failed is tried again. Returns whether its action has ended.
    fn failed_once(
        &mut self,
        mut job: Job,
        error: Error,
        reached: u64,
        worker: &SyncWorker,
        now: Duration,
    ) -> bool {
        job.moved = job.moved.saturating_add(error.transferred().unwrap_or(0));
        if error.kind().is_stop() {
            self.report.add_transferred(job.moved);
            self.stop(error);
            return false;
        }
        let seed = self.seed ^ (job.number as u64);
        let policy = &self.plan.options.retry;
        let attempts = job
            .attempts
            .get_or_insert_with(|| Attempts::new(policy, seed));
        if reached > job.furthest {
            attempts.progressed();
            job.furthest = reached;
        }
        // If the TLS tickets of a session are used up, that is not about this job. It must not run out
        // of attempts because it meets several such sessions.
        let is_spent = error.is_about_resumption() && worker.has_worked;
        if is_spent {
            attempts.progressed();
        }
        let elapsed = now.saturating_sub(job.begun);
        match attempts.failed(&error, Trying::Operation, elapsed) {
            Again::After(pause) if self.prepare_again(&mut job) => {
                let pause = if is_spent { Duration::ZERO } else { pause };
                self.report.retries = self.report.retries.saturating_add(1);
                self.later.push((now.saturating_add(pause), job));
                false
            }
            _ if job.step == Step::Unlink => {
                if let Some(action) = self.plan.actions.get(job.number) {
                    let direction = self.plan.direction;
                    self.obstacles.note_uncertain(action, direction, &error);
                }
                false
            }
            _ => {
                self.report.add_transferred(job.moved);
                self.failed(job.number, error);
                true
            }
        }
    }

    /// Prepares a job for another attempt. Returns whether that is possible. The plan of a file goes
    /// on where its last attempt ended, and finds out what that one has done.
    fn prepare_again(&self, job: &mut Job) -> bool {
        match &mut job.work {
            Work::Get(plan) => plan.restart(),
            Work::Put(plan) => plan.restart(),
            Work::Remote(_) | Work::Local(_) => {
                let action = self.plan.actions.get(job.number);
                let again = action.map(|action| self.work(action, job.step));
                let Some(Ok(again)) = again else {
                    return false;
                };
                job.work = again;
            }
        }
        true
    }

    /// Notes that an action has failed for good.
    fn failed(&mut self, number: usize, error: Error) {
        self.done = self.done.saturating_add(1);
        if let Some(action) = self.plan.actions.get(number) {
            self.obstacles.note(action, self.plan.direction, &error);
            let change = Some(action.change);
            self.report
                .fail(action.local.clone(), change, error.clone());
        }
        self.last_error = Some(error);
    }

    /// Returns whether all actions have ended.
    fn is_over(&self) -> bool {
        self.done >= self.stages.len() as u64
    }

    fn progress(&self, number: usize, file: Option<Progress>) -> Option<SyncProgress<'_>> {
        let moving = self.moving.values().copied();
        Some(SyncProgress {
            action: self.plan.actions.get(number)?,
            file,
            outcome: match file {
                Some(_) => None,
                None => Some(self.last_error.as_ref().map_or(Ok(()), Err)),
            },
            done: self.done,
            total: self.stages.len() as u64,
            bytes_done: moving.fold(self.bytes_done, u64::saturating_add),
            bytes_total: self.bytes_total,
        })
    }
}

/// Whether this error of [`Step::Unlink`] means that the path is a directory and no link.
fn shows_directory(error: &Error, session: SessionState) -> bool {
    error.reply().is_some() && !error.kind().is_stop() && session == SessionState::Alive
}

#[cfg(test)]
mod tests;
