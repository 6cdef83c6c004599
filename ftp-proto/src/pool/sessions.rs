//! The sessions of a pool: which are idle, how many are in use, and how many there may be.

use alloc::vec::Vec;
use core::time::Duration;

use super::options::PoolOptions;
use crate::error::{Cause, Error, ErrorKind};
use crate::wait::Wait;
use crate::wire::Code;

/// The sessions of a pool. `C` is the client of an adapter, which does all the work. This type only
/// decides: it has no clock and does no I/O. All times count from one moment, such as the creation
/// of the pool.
///
/// A session takes a place of the pool from [`NextSession::Open`], [`NextSession::Use`] or
/// [`NextSession::Check`] on, until you call [`give_back`](Self::give_back),
/// [`gone`](Self::gone) or [`refused`](Self::refused).
///
/// ```
/// use std::time::Duration;
/// use ftp_proto::pool::{NextSession, PoolOptions, Sessions};
/// use ftp_proto::Error;
/// use ftp_proto::wire::Reply;
///
/// let mut sessions = Sessions::new(PoolOptions::new(2));
/// let now = Duration::from_secs(7);
/// let waited = Duration::ZERO;
/// assert!(matches!(sessions.next(waited, now), NextSession::Open));
/// sessions.opened();
/// // The server does not allow a second session.
/// assert!(matches!(sessions.next(waited, now), NextSession::Open));
/// let reply = Reply::parse(b"421 Too many connections.\r\n").unwrap();
/// assert!(sessions.refused(Error::from_reply(reply), now).is_ok());
/// assert!(matches!(sessions.next(waited, now), NextSession::Wait(_)));
/// sessions.give_back("the client", now);
/// assert!(matches!(sessions.next(waited, now), NextSession::Use("the client")));
/// ```
#[derive(Debug)]
pub struct Sessions<C> {
    options: PoolOptions,
    /// The idle sessions. The one that was used last is the last.
    idle: Vec<Idle<C>>,
    /// How many places are taken: by sessions in use, and by sessions that are being opened.
    taken: usize,
    /// How many sessions are being opened. `taken` includes them.
    opening: usize,
    /// How many sessions there may be now.
    limit: usize,
    /// When the limit has changed last because the server said that there are too many sessions.
    /// `None` if the limit is that of the options.
    shrunk: Option<Duration>,
}

#[derive(Debug)]
struct Idle<C> {
    client: C,
    since: Duration,
}

/// What somebody who wants a session does next.
///
/// ```
/// use std::time::Duration;
///
/// use ftp_proto::pool::{NextSession, PoolOptions, Sessions};
///
/// let mut sessions: Sessions<&str> = Sessions::new(PoolOptions::new(1));
/// let next = match sessions.next(Duration::ZERO, Duration::ZERO) {
///     NextSession::Use(client) => format!("use {client}"),
///     NextSession::Check(client) => format!("send NOOP to {client}"),
///     NextSession::Open => "connect and log in".into(),
///     NextSession::Wait(most) => format!("wait for up to {most:?}"),
///     NextSession::Failed(error) => error.to_string(),
/// };
/// assert_eq!(next, "connect and log in");
/// ```
#[derive(Debug)]
#[must_use]
pub enum NextSession<C> {
    /// Use this session.
    Use(C),
    /// Send NOOP to this session, because it was idle for long. Then use it. If it fails, call
    /// [`gone`](Sessions::gone) and ask again.
    Check(C),
    /// Open a session. Then call [`opened`](Sessions::opened) or [`refused`](Sessions::refused). If
    /// you give the attempt up, call [`given_up`](Sessions::given_up).
    Open,
    /// Wait until a place is free, but not longer than this, and ask again. The state of the
    /// sessions may change at each call of another method.
    Wait(Duration),
    /// No session became free in time.
    Failed(Error),
}

impl<C> Sessions<C> {
    /// Makes the sessions of a pool. No session is open yet.
    #[must_use]
    pub fn new(options: PoolOptions) -> Self {
        Self {
            options,
            idle: Vec::new(),
            taken: 0,
            opening: 0,
            limit: options.sessions.max(1),
            shrunk: None,
        }
    }

    /// Returns the options.
    #[must_use]
    pub const fn options(&self) -> &PoolOptions {
        &self.options
    }

    /// Returns how many sessions there may be now. It is less than the options say if the server
    /// allows no more.
    #[must_use]
    pub const fn limit(&self) -> usize {
        self.limit
    }

    /// Returns how many sessions are open, whether they are in use or idle.
    #[must_use]
    pub fn open(&self) -> usize {
        let in_use = self.taken.saturating_sub(self.opening);
        in_use.saturating_add(self.idle.len())
    }

    /// Decides how somebody gets a session who has waited for it this long.
    pub fn next(&mut self, waited: Duration, now: Duration) -> NextSession<C> {
        if let Some(idle) = self.idle.pop() {
            self.taken = self.taken.saturating_add(1);
            let rest = now.saturating_sub(idle.since);
            return match rest < self.options.check_after {
                true => NextSession::Use(idle.client),
                false => NextSession::Check(idle.client),
            };
        }
        self.grow(now);
        if self.taken < self.limit {
            self.taken = self.taken.saturating_add(1);
            self.opening = self.opening.saturating_add(1);
            return NextSession::Open;
        }
        let patience = self.options.patience;
        if waited >= patience {
            return NextSession::Failed(Error::new(ErrorKind::Timeout(Wait::Session)));
        }
        let grows = self.shrunk.map(|at| {
            let grown = at.saturating_add(self.options.grow_after);
            grown.saturating_sub(now)
        });
        let left = patience.saturating_sub(waited);
        NextSession::Wait(grows.map_or(left, |grows| grows.min(left)))
    }

    /// Takes out the sessions that were idle for too long. Close them.
    pub fn expired(&mut self, now: Duration) -> Vec<C> {
        let most = self.options.close_after;
        let is_old = |idle: &Idle<C>| now.saturating_sub(idle.since) >= most;
        // The oldest are the first.
        let old = self.idle.iter().take_while(|idle| is_old(idle)).count();
        self.idle.drain(..old).map(|idle| idle.client).collect()
    }

    /// Notes that a session is open now, and in use.
    pub fn opened(&mut self) {
        self.opening = self.opening.saturating_sub(1);
        self.limit = self.limit.max(self.open());
    }

    /// Takes the error with which the opening of a session has failed. `Ok` means that the server
    /// has too many sessions, and that there may only be the others now: ask again.
    ///
    /// The server has too many sessions if it says 421 and there is another session, or if it
    /// refuses the login by 530 and has accepted it in another session, which is open. Only codes
    /// decide, since every server has its own texts.
    ///
    /// # Errors
    /// The error, if it means something else, or if there is no other session.
    pub fn refused(&mut self, error: Error, now: Duration) -> Result<(), Error> {
        self.given_up();
        let others = self.taken.saturating_add(self.idle.len());
        let is_too_many = match error.code().map(Code::value) {
            // Other sessions may just be opened, by other threads.
            Some(421) => others > 0,
            // A login that no session has shown to work may be wrong.
            Some(530) => error.cause() == Cause::LoginRefused && self.open() > 0,
            _ => false,
        };
        if !is_too_many {
            return Err(error);
        }
        self.limit = others;
        self.shrunk = Some(now);
        Ok(())
    }

    /// Notes that nobody opens the session any more.
    pub fn given_up(&mut self) {
        self.opening = self.opening.saturating_sub(1);
        self.gone();
    }

    /// Takes a session back, which is as it was after its login.
    pub fn give_back(&mut self, client: C, now: Duration) {
        self.gone();
        self.idle.push(Idle { client, since: now });
    }

    /// Notes that a session that was in use is closed.
    pub fn gone(&mut self) {
        self.taken = self.taken.saturating_sub(1);
    }

    /// Takes out all idle sessions. Close them.
    pub fn take_idle(&mut self) -> Vec<C> {
        let idle = self.idle.drain(..);
        idle.map(|idle| idle.client).collect()
    }

    /// Allows one session more after a while.
    fn grow(&mut self, now: Duration) {
        let Some(shrunk) = self.shrunk else {
            return;
        };
        if now.saturating_sub(shrunk) < self.options.grow_after {
            return;
        }
        self.limit = self.limit.saturating_add(1);
        self.shrunk = (self.limit < self.options.sessions).then_some(now);
    }
}
