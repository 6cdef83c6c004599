//! A driver for streams of any kind that never waits: its state, its loop, and its clock.

use alloc::vec::Vec;
use core::net::SocketAddr;
use core::time::Duration;
use std::time::Instant;

use super::link::Link;
use super::moving::Moving;
use super::network::Network;
use crate::abort::Stop;
use crate::data::Backlog;
use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Answer, Flow, Step, Want};
use crate::flows::Restore;
use crate::options::Options;
use crate::session::Session;
use crate::session::operation::Running;
use crate::tls::{PlainRead, TlsLogin};
use crate::wait::Wait;

/// A driver that serves all wants of the core over a [`Network`] of yours, and never waits.
///
/// [`turn`](Self::turn) and the methods that move data do what they can do now. If one returns
/// `None`, wait until one of the [streams](Self::parts) would not block any more, or until the
/// [deadline](Self::deadline) has passed, and call it again. So it fits an event loop as well as
/// futures.
///
/// It follows its [options](crate::embedding#what-the-options-ask-of-you). Those that need sockets go
/// to [`Network::configure`], which refuses them unless you write it. The total time begins with
/// [`new`](Self::new). With an abort handle, the [deadline](Self::deadline) is at most 100 ms away, so
/// that an abort is noticed.
///
/// You may drop an [`Operation`] at any point. All that must survive is in this value, and the next
/// flow cleans up.
///
/// ```no_run
/// use ftp_proto::embedding::{Driver, Network};
/// use ftp_proto::{Error, Flow};
///
/// /// Runs a flow to its end. `wait` returns after something has happened.
/// fn run<N: Network, F: Flow>(
///     driver: &mut Driver<N>,
///     flow: F,
///     mut wait: impl FnMut(&mut Driver<N>),
/// ) -> Result<F::Output, Error> {
///     let mut operation = driver.start(flow);
///     loop {
///         match driver.turn(&mut operation) {
///             Some(result) => return result,
///             None => wait(driver),
///         }
///     }
/// }
/// ```
pub struct Driver<N: Network> {
    pub(super) session: Session,
    pub(super) network: N,
    pub(super) control: Link<N::Stream>,
    pub(super) data: Data<N>,
    pub(super) moving: Moving,
    pub(super) options: Options,
    pub(super) peer: SocketAddr,
    /// The total time and the abort handle of the options.
    pub(super) stop: Stop,
    /// Bytes of an upload that the system still sends while the driver waits for the server's end.
    pub(super) backlog: Backlog,
    /// The TLS sessions of this login. `None` without TLS.
    pub(super) login: Option<TlsLogin>,
    /// The end of the time limit of the want, or of the data that moves.
    pub(super) deadline: Instant,
    /// When a speed limit must be checked, before the deadline. `None` without such a limit.
    pub(super) check: Option<Instant>,
    /// Bytes of the session that the control connection has not taken yet.
    unsent: Vec<u8>,
    /// The end of the time limit for writing, as long as the control connection is full.
    sending: Option<Instant>,
    /// Whether there is something to do without waiting.
    busy: bool,
}

pub(super) enum Data<N: Network> {
    None,
    Listening(N::Listener),
    Open(Link<N::Stream>),
}

/// The data connection of a [`Driver`], for code that waits for it.
pub enum DataSide<'d, N: Network> {
    /// In active mode, until the server has connected. Wait until it has.
    Listener(&'d mut N::Listener),
    /// The connection, which may not be made yet.
    Stream(&'d mut N::Stream),
}

/// A flow that a [`Driver`] runs.
#[must_use = "it does nothing before `Driver::turn` is called"]
pub struct Operation<F> {
    running: Running<F>,
    /// The answer to the last want, or the want that is not done yet.
    next: Option<Result<Answer, Want>>,
}

impl<N: Network> Driver<N> {
    /// Takes a control connection that is made. `peer` is the address of the server. The first flow
    /// to run is [`Greeting`](crate::flows::Greeting).
    ///
    /// # Errors
    /// The errors of [`Options::check`] and [`Options::tls_login`], and those of
    /// [`Network::configure`]: by default, it refuses options that need sockets.
    pub fn new(
        mut network: N,
        control: N::Stream,
        peer: SocketAddr,
        options: Options,
    ) -> Result<Self, Error> {
        options.check()?;
        network.configure(&options)?;
        let mut session = Session::with_options(&options);
        session.set_peer(Some(peer));
        Ok(Self {
            session,
            control: Link::new(control),
            data: Data::None,
            moving: Moving::default(),
            stop: Stop::new(&options, network.now()),
            backlog: Backlog::default(),
            login: options.tls_login()?,
            deadline: network.now(),
            check: None,
            unsent: Vec::new(),
            sending: None,
            busy: false,
            options,
            peer,
            network,
        })
    }

    /// Takes a new control connection in place of the old one. Run
    /// [`Greeting`](crate::flows::Greeting), and then the returned flow, which brings the new
    /// session to where the old one was. If this fails, nothing has changed.
    ///
    /// # Errors
    /// The errors of [`Restore::of`] and [`Options::tls_login`].
    pub fn replace(&mut self, control: N::Stream) -> Result<Restore, Error> {
        let restore = Restore::of(&self.session)?;
        let before = self.login.as_ref();
        self.login = self.session.successor_tls_login(&self.options, before)?;
        self.session = self.session.successor();
        self.session.set_peer(Some(self.peer));
        self.control = Link::new(control);
        (self.data, self.sending, self.unsent) = (Data::None, None, Vec::new());
        Ok(restore)
    }

    /// Returns the session.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }

    /// Returns the options.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Returns the network, the stream of the control connection, and the data connection if there
    /// is one. Wait for both.
    pub fn parts(&mut self) -> (&mut N, &mut N::Stream, Option<DataSide<'_, N>>) {
        let data = match &mut self.data {
            Data::None => None,
            Data::Listening(listener) => Some(DataSide::Listener(listener)),
            Data::Open(link) => Some(DataSide::Stream(&mut link.stream)),
        };
        (&mut self.network, &mut self.control.stream, data)
    }

    /// Returns when to call again at the latest. It may be now.
    pub fn deadline(&self) -> Instant {
        let limit = match self.sending {
            Some(sending) if !self.session.is_dead() => sending,
            _ => self.deadline,
        };
        if self.busy {
            return self.network.now();
        }
        let next = self.check.map_or(limit, |check| check.min(limit));
        self.stop
            .slice(|| self.network.now(), self.stop.limit(next))
    }

    /// Starts a flow. [`turn`](Self::turn) runs it.
    pub fn start<F: Flow>(&mut self, flow: F) -> Operation<F> {
        let (running, answer) = self.session.start(flow);
        Operation {
            running,
            next: Some(Ok(answer)),
        }
    }

    /// Runs the flow as far as it goes without waiting. Returns its result. `None` if you have to
    /// wait.
    pub fn turn<F: Flow>(
        &mut self,
        operation: &mut Operation<F>,
    ) -> Option<Result<F::Output, Error>> {
        self.check = None;
        if let Some(error) = self.stopped() {
            operation.next = None;
            self.session.note_stopped(&error);
            return Some(Err(error));
        }
        loop {
            let answer = match operation.next.take() {
                Some(Ok(answer)) => answer,
                Some(Err(want)) => match self.serve(want) {
                    Ok(answer) => answer,
                    Err(want) => {
                        operation.next = Some(Err(want));
                        return self.wait();
                    }
                },
                None => return Some(Err(Error::new(ErrorKind::Misuse(Misuse::Finished)))),
            };
            match self.session.step(&mut operation.running, answer) {
                Ok(Step::Done(output)) => return Some(Ok(output)),
                Ok(Step::Want(want)) => operation.next = Some(self.begin(want)),
                Err(error) => {
                    if self.session.is_dead() {
                        self.data = Data::None;
                    }
                    return Some(Err(error.with_limits(&self.options.timeouts)));
                }
            }
        }
    }

    /// Returns why the driver must not go on: the total time is over, or an abort handle says so.
    pub(super) fn stopped(&self) -> Option<Error> {
        self.stop.reason(|| self.network.now())
    }

    /// Notes whether there is something to do without waiting.
    pub(super) fn wait<T>(&mut self) -> Option<T> {
        let on_data = match &mut self.data {
            Data::Open(link) => link.take_yield(),
            _ => false,
        };
        self.busy = self.control.take_yield() || on_data;
        None
    }

    pub(super) fn start_waiting(&mut self, wait: Wait) {
        self.deadline = self.after(self.options.timeouts.of(wait));
    }

    /// Returns the time after this duration, which is cut to ten years: every clock can represent
    /// them.
    pub(super) fn after(&self, duration: Duration) -> Instant {
        const NEVER: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
        let now = self.network.now();
        now.checked_add(duration.min(NEVER)).unwrap_or(now)
    }

    pub(super) fn is_late(&self) -> bool {
        self.network.now() >= self.deadline
    }

    /// Writes all that the session has to say. Returns `false` if the connection is full.
    pub(super) fn flush(&mut self) -> Result<bool, Error> {
        loop {
            let written = match (self.unsent.is_empty(), self.session.urgent()) {
                (false, _) => self.control.write_owned(&mut self.unsent)?,
                (true, Some(0)) => self.write_urgent()?,
                (true, Some(at)) => {
                    let before = self.session.outgoing().get(..at);
                    self.unsent = before.unwrap_or_default().to_vec();
                    self.session.advance(at);
                    continue;
                }
                (true, None) => {
                    self.unsent = self.session.take_outgoing();
                    match self.unsent.is_empty() {
                        true => break,
                        false => continue,
                    }
                }
            };
            if written.is_none() {
                return self.wait_for_room();
            }
        }
        if self.control.flush()?.is_none() {
            return self.wait_for_room();
        }
        self.sending = None;
        Ok(true)
    }

    /// Writes the first byte of the session as urgent data.
    fn write_urgent(&mut self) -> Result<Option<()>, Error> {
        let byte = self.session.outgoing().first().copied();
        let written = self.control.write_urgent(byte.unwrap_or_default())?;
        Ok(written.map(|()| self.session.advance(1)))
    }

    fn wait_for_room(&mut self) -> Result<bool, Error> {
        let limit = self.after(self.options.timeouts.of(Wait::Send));
        match self.network.now() < *self.sending.get_or_insert(limit) {
            true => Ok(false),
            false => Err(Error::new(ErrorKind::Timeout(Wait::Send))),
        }
    }

    /// Gives the session what has come. `None` if nothing has.
    pub(super) fn feed(&mut self) -> Result<Option<()>, Error> {
        let mut buffer = [0; 1024];
        let read = self.control.read(&mut buffer)?;
        Ok(read.map(|read| match read {
            PlainRead::Bytes(count) => self.session.receive(buffer.get(..count).unwrap_or(&buffer)),
            PlainRead::Closed | PlainRead::Cut => self.session.receive_eof(),
        }))
    }
}
