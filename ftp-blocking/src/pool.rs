//! A pool: several sessions with one server, for several threads.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ftp_proto::pool::{Baseline, NextSession, PoolOptions, Sessions};
use ftp_proto::{Error, Options, Stop};

use crate::client::Client;
use crate::drive::later;

/// Several sessions with one server. Threads take a session from it and give it back.
///
/// A session is opened when somebody needs it and none is idle, up to a number that you choose. A
/// session that was idle for long is checked by NOOP before it is used again, and is closed after
/// some more time: [`PoolOptions`] has the times. Clones of a pool are the same pool.
///
/// Many servers allow only a few sessions of one client. If the server refuses another session (by
/// 421, or by 530 to a login that it has accepted in another session), the pool goes on with those
/// that it has, and tries one more after a while.
///
/// ```no_run
/// use ftp_blocking::{Credentials, Options, Pool};
///
/// let credentials = Credentials::new("ada", "secret")?;
/// let pool = Pool::new(Options::new("ftp.example.org").with_credentials(credentials), 4);
/// std::thread::scope(|scope| {
///     for name in ["a.csv", "b.csv", "c.csv"] {
///         let pool = &pool;
///         scope.spawn(move || pool.get()?.get_file(name, name));
///     }
/// });
/// pool.close();
/// # Ok::<(), ftp_blocking::Error>(())
/// ```
#[derive(Clone)]
pub struct Pool(Arc<Shared>);

struct Shared {
    connect: Box<Connect>,
    /// The options of the sessions, if the pool knows them.
    options: Option<Arc<Options>>,
    sessions: Mutex<Sessions<Session>>,
    /// Told when a place may be free.
    changed: Condvar,
    begun: Instant,
}

type Connect = dyn Fn() -> Result<Client, Error> + Send + Sync;

/// A client of the pool, and how its session was when it was opened.
struct Session {
    client: Client,
    baseline: Baseline,
}

/// How long the server may take to reply to the NOOP that checks a session, or to QUIT.
const CHECK_LIMIT: Duration = Duration::from_secs(5);

impl Pool {
    /// Makes a pool of this many sessions at most. Each is opened as [`Client::connect`] does with
    /// these options, so they must hold the [credentials](Options::with_credentials). Nothing is
    /// connected yet.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// use ftp_blocking::{Options, Pool};
    ///
    /// let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
    /// let pool = Pool::new(options, 4);
    /// # let _ = pool;
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(options: impl Into<Arc<Options>>, sessions: usize) -> Self {
        Self::with_options(options, PoolOptions::new(sessions))
    }

    /// Makes a pool as [`new`](Self::new) does, with options of its own.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let options = ftp_blocking::Options::new("localhost");
    /// use std::time::Duration;
    ///
    /// use ftp_blocking::{Pool, PoolOptions};
    ///
    /// let patient = PoolOptions::new(2).with_patience(Duration::from_secs(3600));
    /// let pool = Pool::with_options(options, patient);
    /// # let _ = pool;
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_options(options: impl Into<Arc<Options>>, pool_options: PoolOptions) -> Self {
        let options = options.into();
        let each = options.clone();
        let connect = move || Client::connect(each.clone());
        Self::make(connect, Some(options), pool_options)
    }

    /// Makes a pool whose sessions your function opens, for example over a
    /// [network](crate::transport::Network) of your own, or with a CWD after the login. A session
    /// that is given back must be as your function has left it.
    ///
    /// ```no_run
    /// use ftp_blocking::{Client, Options, Pool, PoolOptions};
    ///
    /// let connect = || {
    ///     let mut client = Client::connect(Options::new("ftp.example.org"))?;
    ///     client.login("ada", "secret")?;
    ///     client.cwd("pub")?;
    ///     Ok(client)
    /// };
    /// let pool = Pool::over(connect, PoolOptions::new(2));
    /// # let _ = pool;
    /// ```
    pub fn over(
        connect: impl Fn() -> Result<Client, Error> + Send + Sync + 'static,
        options: PoolOptions,
    ) -> Self {
        Self::make(connect, None, options)
    }

    fn make(
        connect: impl Fn() -> Result<Client, Error> + Send + Sync + 'static,
        options: Option<Arc<Options>>,
        pool_options: PoolOptions,
    ) -> Self {
        Self(Arc::new(Shared {
            connect: Box::new(connect),
            options,
            sessions: Mutex::new(Sessions::new(pool_options)),
            changed: Condvar::new(),
            begun: Instant::now(),
        }))
    }

    /// Returns a session: one that is idle, or a new one, or else the next one that is given back.
    /// Drop the [`PooledClient`] to give it back.
    ///
    /// A session that was idle for a short time only is not checked, so the server may have ended
    /// it meanwhile. The first operation then fails, and the session is dead.
    ///
    /// The [total time](Options::with_total_time) of the options begins anew for each user of a
    /// session. The wait for the session has a total time of its own.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let options = ftp_blocking::Options::new("localhost");
    /// # let pool = ftp_blocking::Pool::new(options, 4);
    /// let mut client = pool.get()?;
    /// println!("{:?}", client.size("image.iso")?);
    /// drop(client); // back to the pool
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`Client::connect`], if a session cannot be opened for another reason than
    /// that the server has too many. [`Timeout`](ftp_proto::ErrorKind::Timeout) with
    /// [`Wait::Session`](ftp_proto::Wait::Session) if no session is free in time. The abort handle
    /// and the total time of the options end the wait, too.
    pub fn get(&self) -> Result<PooledClient, Error> {
        let begun = self.now();
        self.acquire(|now| now.saturating_sub(begun))
    }

    /// Returns a session as [`get`](Self::get) does, but does not wait for one that is in use.
    ///
    /// # Errors
    /// The errors of [`get`](Self::get).
    pub fn try_get(&self) -> Result<PooledClient, Error> {
        self.acquire(|_| Duration::MAX)
    }

    /// Ends the idle sessions by QUIT. Those that are in use are not changed, and the pool can be
    /// used again. If you drop the pool instead, it closes the connections without QUIT.
    pub fn close(&self) {
        let idle = self.lock().take_idle();
        for mut session in idle {
            session.client.shorten_replies();
            let _ = session.client.quit();
        }
    }

    /// Returns the options of the pool.
    pub fn options(&self) -> PoolOptions {
        *self.lock().options()
    }

    /// Returns the options of the sessions, if the pool knows them.
    pub(crate) fn session_options(&self) -> Option<&Arc<Options>> {
        self.0.options.as_ref()
    }

    /// Returns what ends a wait of the pool that begins now.
    pub(crate) fn stop(&self) -> Stop {
        let options = self.0.options.as_ref();
        options.map_or_else(Stop::default, |it| Stop::new(it, Instant::now()))
    }

    /// Returns a session. `waited` says how long the caller has waited at this time.
    fn acquire(&self, waited: impl Fn(Duration) -> Duration) -> Result<PooledClient, Error> {
        let stop = self.stop();
        loop {
            if let Some(reason) = stop.reason(Instant::now) {
                return Err(reason);
            }
            let now = self.now();
            let mut sessions = self.lock();
            drop(sessions.expired(now));
            let got = match sessions.next(waited(now), now) {
                NextSession::Use(session) => Some(session.renewed()),
                NextSession::Check(session) => {
                    drop(sessions);
                    self.check(session.renewed())
                }
                NextSession::Open => {
                    drop(sessions);
                    self.open()?
                }
                NextSession::Wait(time) => {
                    let until = stop.slice(Instant::now, later(Instant::now(), time));
                    let time = until.saturating_duration_since(Instant::now());
                    drop(self.0.changed.wait_timeout(sessions, time));
                    None
                }
                NextSession::Failed(error) => return Err(error),
            };
            if let Some(session) = got {
                return Ok(PooledClient {
                    session: Some(session),
                    pool: self.clone(),
                });
            }
        }
    }

    /// Sends NOOP. Returns `None` if the session is of no use any more.
    fn check(&self, mut session: Session) -> Option<Session> {
        let place = Place::new(self, Sessions::gone);
        let options = session.client.shorten_replies();
        match session.client.noop() {
            Ok(_) => {
                session.client.options = options;
                place.keep();
                Some(session)
            }
            Err(_) => {
                drop(session);
                None
            }
        }
    }

    /// Opens a session. Returns `None` if the server has too many.
    fn open(&self) -> Result<Option<Session>, Error> {
        let place = Place::new(self, Sessions::given_up);
        let opened = (self.0.connect)();
        place.keep();
        match opened {
            Ok(client) => {
                self.lock().opened();
                let baseline = client.session.baseline(&client.options);
                Ok(Some(Session { client, baseline }))
            }
            Err(error) => {
                let refused = self.lock().refused(error, self.now());
                self.0.changed.notify_all();
                refused.map(|()| None)
            }
        }
    }

    fn now(&self) -> Duration {
        self.0.begun.elapsed()
    }

    fn lock(&self) -> MutexGuard<'_, Sessions<Session>> {
        let locked = self.0.sessions.lock();
        locked.unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session of a [`Pool`]. It is a [`Client`], which goes back to the pool when you drop it.
///
/// The pool takes it back only if the next user finds it as it was after its login: in the same
/// directory, with the same settings and the same user, and without an unfinished transfer. The
/// pool cannot tell what raw commands, SMNT and most SITE commands have changed, so it does not take
/// a session back after them. It closes such a session, and opens a new one when it needs one.
#[derive(Debug)]
pub struct PooledClient {
    /// `None` only after the session was moved out.
    session: Option<Session>,
    pool: Pool,
}

impl PooledClient {
    /// Takes the client out of the pool, which may then open another session in its place.
    pub fn into_client(mut self) -> Client {
        let session = self.session.take();
        let session = session.expect("the session is there until it is moved out");
        self.pool.lock().gone();
        self.pool.0.changed.notify_all();
        session.client
    }
}

impl Deref for PooledClient {
    type Target = Client;

    fn deref(&self) -> &Client {
        let session = self.session.as_ref();
        &session
            .expect("the session is there until it is moved out")
            .client
    }
}

impl DerefMut for PooledClient {
    fn deref_mut(&mut self) -> &mut Client {
        let session = self.session.as_mut();
        &mut session
            .expect("the session is there until it is moved out")
            .client
    }
}

impl Drop for PooledClient {
    fn drop(&mut self) {
        let Some(session) = self.session.take() else {
            return;
        };
        let now = self.pool.now();
        match session.client.is_at(&session.baseline) {
            true => self.pool.lock().give_back(session, now),
            false => {
                // The server must have its place back before somebody opens another session.
                drop(session);
                self.pool.lock().gone();
            }
        }
        self.pool.0.changed.notify_all();
    }
}

/// A place of the pool, which is free again if an attempt ends in a panic or without a session.
struct Place<'p> {
    pool: &'p Pool,
    free: Option<fn(&mut Sessions<Session>)>,
}

impl<'p> Place<'p> {
    fn new(pool: &'p Pool, free: fn(&mut Sessions<Session>)) -> Self {
        Self {
            pool,
            free: Some(free),
        }
    }

    /// Leaves the place as it is.
    fn keep(mut self) {
        self.free = None;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(free) = self.free {
            free(&mut self.pool.lock());
            self.pool.0.changed.notify_all();
        }
    }
}

impl Session {
    /// Begins the total time anew, for the next user of the session.
    fn renewed(mut self) -> Self {
        let now = self.client.network.now();
        self.client.stop = Stop::new(&self.client.options, now);
        self
    }
}

impl Client {
    /// Returns whether another user of a pool may have the client.
    fn is_at(&self, baseline: &Baseline) -> bool {
        self.session.is_at(baseline, &self.options) && self.stopped().is_none()
    }

    /// Lets the server take only a short time for a reply. Returns the options from before.
    fn shorten_replies(&mut self) -> Arc<Options> {
        let before = self.options.clone();
        let limits = &mut Arc::make_mut(&mut self.options).timeouts;
        limits.reply = limits.reply.min(CHECK_LIMIT);
        before
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pool").field(&self.lock()).finish()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.client.fmt(f)
    }
}
