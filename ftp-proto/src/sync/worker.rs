//! One session that takes part in a sync: when it connects again, and when it gives up.

use core::time::Duration;

use super::run::SyncStep;
use crate::error::Error;
use crate::retry::{Again, Attempts, RetryPolicy, Trying};
use crate::session::Session;

/// What a [`SyncRun`](super::SyncRun) knows about one session that works for it.
/// [`SyncRun::worker`](super::SyncRun::worker) makes it.
///
/// ```
/// # use ftp_proto::sync::{SyncOptions, SyncPlan, SyncRun};
/// # use ftp_proto::{Direction, Options};
/// use std::time::Duration;
///
/// use ftp_proto::sync::{SessionState, SyncStep};
/// use ftp_proto::{Error, ErrorKind};
///
/// # let mut plan = SyncPlan::of_files(Direction::Download, &SyncOptions::new());
/// # plan.add_file("a.csv", Ok("pub/a.csv"));
/// # let mut run = SyncRun::new(plan, &Options::new("ftp.example.org"), 1);
/// // `run` has one file to download, but this session has ended.
/// let (dead, now) = (SessionState::Dead, Duration::ZERO);
/// let mut worker = run.worker();
/// assert!(matches!(run.next_step(&mut worker, dead, now), SyncStep::Connect));
/// let refused = Error::new(ErrorKind::Io);
/// run.connected(&mut worker, Err(refused), now);
/// // The worker tries again after a pause.
/// assert!(matches!(run.next_step(&mut worker, dead, now), SyncStep::Pause(_)));
/// ```
#[derive(Debug)]
pub struct SyncWorker {
    policy: RetryPolicy,
    seed: u64,
    attempts: Attempts,
    /// When the first attempt to connect began. `None` if no attempt has failed.
    since: Option<Duration>,
    /// Before this time there is no other attempt.
    not_before: Duration,
    /// How many sessions in a row have died before any job of theirs succeeded or got further.
    deaths: u32,
    /// Whether a job has succeeded, or has got further, since the session has connected.
    pub(super) has_worked: bool,
    /// Whether the session has ended for good.
    pub(super) is_lost: bool,
}

/// Whether a session can run operations.
///
/// ```
/// use ftp_proto::sync::SessionState;
/// use ftp_proto::{Config, Session};
///
/// let mut session = Session::new(Config::default());
/// assert_eq!(SessionState::of(&session), SessionState::Alive);
/// session.receive_eof();
/// assert_eq!(SessionState::of(&session), SessionState::Dead);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionState {
    /// It can.
    Alive,
    /// It must be connected again first: it has ended, or it cannot resume its TLS session any
    /// more.
    Dead,
}

impl SessionState {
    /// Returns the state of this session.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        match session.needs_reconnect() {
            true => Self::Dead,
            false => Self::Alive,
        }
    }
}

impl SyncWorker {
    pub(super) fn new(policy: RetryPolicy, seed: u64) -> Self {
        Self {
            policy,
            seed,
            attempts: Attempts::new(&policy, seed),
            since: None,
            not_before: Duration::ZERO,
            deaths: 0,
            has_worked: false,
            is_lost: false,
        }
    }

    /// Returns the step of a worker whose session must be connected again.
    pub(super) fn step(&mut self, now: Duration) -> SyncStep {
        match self.not_before.checked_sub(now) {
            None | Some(Duration::ZERO) => {
                self.since.get_or_insert(now);
                SyncStep::Connect
            }
            Some(pause) => SyncStep::Pause(pause),
        }
    }

    /// Notes the result of an attempt to connect. Returns the error if no other attempt follows.
    pub(super) fn connected(
        &mut self,
        result: Result<(), Error>,
        now: Duration,
    ) -> Result<(), Error> {
        let Err(error) = result else {
            self.seed = self.seed.rotate_left(7);
            self.attempts = Attempts::new(&self.policy, self.seed);
            (self.since, self.not_before) = (None, Duration::ZERO);
            self.has_worked = false;
            return Ok(());
        };
        let elapsed = now.saturating_sub(self.since.unwrap_or(now));
        match self.attempts.failed(&error, Trying::Reconnect, elapsed) {
            Again::Never => {
                self.is_lost = true;
                Err(error)
            }
            Again::After(pause) => {
                self.not_before = now.saturating_add(pause);
                Ok(())
            }
        }
    }

    /// Notes that a job has succeeded, or has brought its file further than ever before.
    pub(super) fn succeeded(&mut self) {
        self.deaths = 0;
        self.has_worked = true;
    }

    /// Notes how the session has got through a job that has failed. Returns whether too many
    /// sessions have died, so that the worker gives up.
    pub(super) fn gives_up(&mut self, session: SessionState) -> bool {
        self.deaths = match session {
            SessionState::Alive => 0,
            SessionState::Dead => self.deaths.saturating_add(1),
        };
        self.is_lost = self.deaths > self.policy.attempts.max(1);
        self.is_lost
    }
}
