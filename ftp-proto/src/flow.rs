//! The contract between the core and the owner of the sockets, on one page.
//!
//! A driver [starts](crate::Session::start) a [`Flow`] on a session and calls
//! [`Session::step`](crate::Session::step) with an [`Answer`] until it is [done](Step::Done). Each
//! step that is not the last one names a [`Want`]. Before a driver serves a want it writes
//! [`Session::outgoing`](crate::Session::outgoing). Serving it means to do what its documentation
//! says and to spend its ticket on the one answer that tells what happened.
//!
//! Every want can also be answered by
//!
//! * `timed_out`: its [`Wait`] is over;
//! * `broken`: the *control* connection failed while it was served;
//! * `control_first`, where it can block on something other than the control connection: bytes
//!   (or the end) of the control connection came meanwhile and were fed to the session. The flow
//!   may then want the same thing again with a clock that [goes on](Clock::Continues): the driver
//!   continues what it had begun.

use core::net::SocketAddr;
use core::num::NonZeroU16;

use crate::error::Error;
use crate::options::config::ActivePeer;
use crate::session::Session;
use crate::session::transfer::{DataEnd, TransferId};
use crate::tls::Tickets;
use crate::wait::{Clock, Wait};

/// One operation as a plain value.
///
/// The flows of this crate are in [`flows`](crate::flows). You make further ones by composing
/// them: call `step` of the inner flow, hand its wants on and each answer in. Its first answer is
/// [`Answer::begin`].
///
/// ```
/// use ftp_proto::{Answer, Error, Flow, RemotePath, Session, Step, flows};
///
/// /// TYPE I, then PWD.
/// struct BinaryHere(flows::Type, Option<flows::Pwd>);
///
/// impl Flow for BinaryHere {
///     type Output = RemotePath;
///
///     fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<RemotePath>, Error> {
///         if let Some(pwd) = &mut self.1 {
///             return pwd.step(session, answer);
///         }
///         match self.0.step(session, answer)? {
///             Step::Want(want) => Ok(Step::Want(want)),
///             Step::Done(()) => {
///                 self.1.insert(flows::Pwd::new()).step(session, Answer::begin())
///             }
///         }
///     }
/// }
/// ```
pub trait Flow {
    /// What the operation yields in the end.
    type Output;

    /// Advances by one answer; called by [`Session::step`] alone, or by an enclosing flow.
    ///
    /// # Errors
    /// Whatever ended the operation. The session then either is in step, or owes something that
    /// the next operation pays first, or is dead and says so.
    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Self::Output>, Error>;

    /// What this flow takes over from earlier ones, and which therefore is not to be settled
    /// before it starts.
    fn adopts(&self) -> Adopts {
        Adopts::Nothing
    }
}

/// What a flow takes over from earlier operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adopts {
    /// Nothing: all debts are paid before it starts.
    Nothing,
    /// The greeting, which is owed from the first moment on.
    Greeting,
    /// The transfer whose token it spends.
    Transfer(TransferId),
    /// The place where an earlier session stood.
    Standing,
}

/// What [`Flow::step`] yields.
#[derive(Debug)]
#[must_use]
pub enum Step<T> {
    /// The driver must do this and answer.
    Want(Want),
    /// The operation is over.
    Done(T),
}

/// What the driver must do next. Exhaustive on purpose: a driver that compiles handles everything.
#[derive(Debug)]
#[must_use]
pub enum Want {
    /// Read from the control connection.
    Receive(Receive),
    /// Make the data connection.
    Connect(Connect),
    /// Listen for the data connection (active mode).
    Listen(Listen),
    /// Accept the data connection (active mode).
    Accept(Accept),
    /// Put TLS on the control connection.
    SecureControl(SecureControl),
    /// Take TLS off the control connection (CCC).
    ClearControl(ClearControl),
    /// Put TLS on the data connection.
    SecureData(SecureData),
    /// End the data connection.
    CloseData(CloseData),
}

/// Where a data connection goes: never a resolved address, so that a proxy can serve it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// The peer of the control connection, at this port.
    ControlPeer(NonZeroU16),
    /// This address, which was explicitly trusted.
    Address(SocketAddr),
}

/// How a data connection is to be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Closing {
    /// Uploads, once all is written: send our end, which is close_notify (under TLS), everything
    /// flushed, and a half-close. The connection stays. Until this is answered by
    /// [`DataEnd::Clean`] nothing is known to have arrived; where that and `control_first` are
    /// both true, `closed` is the answer.
    SendEnd,
    /// Uploads, after that: read until the peer's end, then close. It harvests session tickets and
    /// keeps the kernel from resetting the connection under data still queued.
    AwaitEnd,
    /// Downloads, once the peer's end was read: close_notify (under TLS), then close.
    Acknowledge,
    /// Transfers that are given up, once the data connection has resumed TLS 1.3: read until a
    /// ticket has come with it, for it has used one up; what else comes is of no use. The connection
    /// stays. Where a ticket came before, or TLS is older, this is answered at once. Without it a
    /// server that demands resumption would refuse the transfers after a few short ones.
    Harvest,
    /// Transfers that are given up after they have begun: drop it at once, by a reset where that is
    /// possible. The server cannot take what it got for all there was, and what it sends fails. Also
    /// covers a connection or a listener still in the making, and one that does not exist.
    Abandon,
    /// All others that are given up: drop it at once, and do not reset it. There are servers that a
    /// reset ends, with all their sessions. Covers what [`Abandon`](Self::Abandon) covers.
    Discard,
}

impl Closing {
    /// Whether the connection is still there afterwards.
    pub fn leaves_it_open(self) -> bool {
        matches!(self, Self::SendEnd | Self::Harvest)
    }
}

/// What happened to a want. Only its ticket makes one.
#[derive(Debug)]
#[must_use]
pub struct Answer {
    ticket: Option<Ticket>,
    /// What happened, until a flow takes it.
    event: Option<Event>,
}

#[derive(Debug)]
pub(crate) enum Event {
    Received,
    TimedOut,
    ControlFirst,
    Connected,
    Listening(SocketAddr),
    Accepted,
    /// A connection from there was turned away.
    TurnedAway(Option<SocketAddr>),
    Secured,
    Resumed,
    Spared,
    Cleared,
    Closed(DataEnd),
    Failed(Error),
    Broken(Error),
}

/// Which want of which session: good for one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) session: usize,
    pub(crate) serial: u64,
}

/// Why a flow stops here. Its code reads as if it could wait, and `?` leaves it with the want.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The driver must do this first.
    Want(Want),
    /// The operation has failed.
    Error(Error),
}

impl Answer {
    /// The answer that an inner flow begins with: nothing has happened yet. A driver gets its first
    /// answer from [`Session::start`].
    pub const fn begin() -> Self {
        Self {
            ticket: None,
            event: None,
        }
    }

    /// The want that it answers; none for an inner flow's first one.
    pub(crate) fn ticket(&self) -> Option<Ticket> {
        self.ticket
    }

    /// What happened, if nobody has taken it yet.
    pub(crate) fn event(&self) -> Option<&Event> {
        self.event.as_ref()
    }

    /// What happened, for the state that asks first; the states after it begin with nothing. That
    /// the control connection failed a flow learns from the session, which is dead then.
    pub(crate) fn take(&mut self) -> Option<Event> {
        match self.event.take() {
            Some(Event::Broken(_)) => Some(Event::ControlFirst),
            other => other,
        }
    }

    /// Takes what happened: is it that the time is over?
    pub(crate) fn take_timeout(&mut self) -> bool {
        matches!(self.take(), Some(Event::TimedOut))
    }

    /// The same answer for an inner flow. Nothing is left for this one.
    pub(crate) fn pass_on(&mut self) -> Self {
        Self {
            ticket: self.ticket,
            event: self.event.take(),
        }
    }
}

impl Ticket {
    pub(crate) fn answer(self, event: Event) -> Answer {
        Answer {
            ticket: Some(self),
            event: Some(event),
        }
    }

    /// The answer that starts an operation: there was no want yet.
    pub(crate) fn start(self) -> Answer {
        Answer {
            ticket: Some(self),
            event: None,
        }
    }
}

impl From<Want> for Halt {
    fn from(want: Want) -> Self {
        Self::Want(want)
    }
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl<T> Step<T> {
    /// One step of a flow: `code` goes on until it is done, or `?` leaves it.
    pub(crate) fn run(
        mut answer: Answer,
        code: impl FnOnce(&mut Answer) -> Result<T, Halt>,
    ) -> Result<Self, Error> {
        match code(&mut answer) {
            Ok(output) => Ok(Self::Done(output)),
            Err(Halt::Want(want)) => Ok(Self::Want(want)),
            Err(Halt::Error(error)) => Err(error),
        }
    }
}

/// One entry for each want: its ticket, what it says, and its answers.
macro_rules! tickets {
    ($(
        $(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty)? } {$(
            $(#[$answer_doc:meta])* $answer:ident($($argument:ident: $of:ty)?) => $event:expr;
        )*}
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        #[must_use]
        pub struct $name {
            ticket: Ticket,
            wait: Wait,
            clock: Clock,
            $($field: $type,)?
        }

        impl $name {
            pub(crate) fn want(
                ticket: Ticket,
                wait: Wait,
                clock: Clock
                $(, $field: $type)?
            ) -> Want {
                Want::$name(Self { ticket, wait, clock $(, $field)? })
            }

            $($(#[$field_doc])*
            pub fn $field(&self) -> $type {
                self.$field
            })?

            $($(#[$answer_doc])*
            pub fn $answer(self $(, $argument: $of)?) -> Answer {
                self.ticket.answer($event)
            })*

            /// Which class of waiting limits it.
            pub fn wait(&self) -> Wait {
                self.wait
            }

            /// Whether the time allowed starts now.
            pub fn clock(&self) -> Clock {
                self.clock
            }

            /// The time allowed is over.
            pub fn timed_out(self) -> Answer {
                self.ticket.answer(Event::TimedOut)
            }

            /// The control connection failed; the session is dead.
            pub fn broken(self, error: impl Into<Error>) -> Answer {
                self.ticket.answer(Event::Broken(error.into()))
            }
        }
    )*

        impl Want {
            /// Which class of waiting limits it.
            pub fn wait(&self) -> Wait {
                match self { $(Self::$name(want) => want.wait,)* }
            }

            /// Whether the time allowed starts now.
            pub fn clock(&self) -> Clock {
                match self { $(Self::$name(want) => want.clock,)* }
            }

            /// The time allowed is over.
            pub fn timed_out(self) -> Answer {
                match self { $(Self::$name(want) => want.timed_out(),)* }
            }

            /// The control connection failed; the session is dead.
            pub fn broken(self, error: impl Into<Error>) -> Answer {
                match self { $(Self::$name(want) => want.broken(error),)* }
            }

            pub(crate) fn ticket(&self) -> Ticket {
                match self { $(Self::$name(want) => want.ticket,)* }
            }
        }
    };
}

tickets! {
    /// Ticket of [`Want::Receive`]: read once from the control connection, feed what came to
    /// [`Session::receive`], its end to [`Session::receive_eof`].
    Receive {} {
        /// Something came, or the end, and the session has it.
        received() => Event::Received;
    }
    /// Ticket of [`Want::Connect`]: make a connection to [`endpoint`](Self::endpoint) and keep it
    /// as the data connection; one that existed before is dropped.
    Connect {
        /// Where to.
        endpoint: Endpoint
    } {
        /// The data connection is there.
        connected() => Event::Connected;
        /// It could not be made.
        failed(error: impl Into<Error>) => Event::Failed(error.into());
        /// The control connection had something to say first.
        control_first() => Event::ControlFirst;
    }
    /// Ticket of [`Want::Listen`]: bind a listener on the local address of the control connection.
    Listen {} {
        /// The listener is there; the server is to connect to this address.
        listening(address: SocketAddr) => Event::Listening(address);
        /// It could not be made.
        failed(error: impl Into<Error>) => Event::Failed(error.into());
    }
    /// Ticket of [`Want::Accept`]: take one connection off the listener. If it
    /// [is to be taken](Self::admits), close the listener; else drop the connection.
    Accept {
        /// Whose connection is to be taken.
        wanted: ActivePeer
    } {
        /// The data connection is there.
        accepted() => Event::Accepted;
        /// A connection came from this address, and was dropped. The same want comes back, with a
        /// clock that [goes on](Clock::Continues).
        turned_away(from: Option<SocketAddr>) => Event::TurnedAway(from);
        /// The listener failed.
        failed(error: impl Into<Error>) => Event::Failed(error.into());
        /// The control connection had something to say first.
        control_first() => Event::ControlFirst;
    }
    /// Ticket of [`Want::SecureControl`]: do a TLS handshake on the control connection, verified
    /// against the name that the user gave. Under [implicit TLS](crate::Security::Implicit) it is
    /// the first want of all.
    SecureControl {} {
        /// The handshake is done; from now on the session is fed plain text again.
        secured() => Event::Secured;
    }
    /// Ticket of [`Want::ClearControl`]: exchange close_notify on the control connection and go
    /// on in clear. A server that sends anything else first, or nothing, is answered `broken`.
    ClearControl {} {
        /// close_notify went both ways.
        cleared() => Event::Cleared;
    }
    /// Ticket of [`Want::SecureData`]: do a TLS handshake on the data connection, with the name
    /// and the session store of this login's control connection; say by
    /// [`resumed`](Self::resumed) whether that resumed its session. A handshake that is under way goes
    /// on, also where the clock starts again: the server has then said that the transfer begins.
    SecureData {
        /// Which session tickets it may use.
        tickets: Tickets
    } {
        /// It was not begun: it would have taken the [last ticket](Tickets::AllButLast).
        spared() => Event::Spared;
        /// The handshake is done, without resuming a session, as far as is known.
        secured() => Event::Secured;
        /// The handshake is done, and it resumed the session of the login.
        resumed() => Event::Resumed;
        /// It failed, or a condition on it was not met.
        failed(error: impl Into<Error>) => Event::Failed(error.into());
        /// The control connection had something to say first.
        control_first() => Event::ControlFirst;
    }
    /// Ticket of [`Want::CloseData`]: end the data connection as [`closing`](Self::closing) says.
    CloseData {
        /// In which way.
        closing: Closing
    } {
        /// The connection is gone; how it ended, where that was seen.
        closed(end: DataEnd) => Event::Closed(end);
        /// The control connection had something to say first.
        control_first() => Event::ControlFirst;
    }
}

impl Accept {
    /// Whether a connection that comes from there is to be taken.
    pub fn admits(&self, from: Option<SocketAddr>, control: Option<SocketAddr>) -> bool {
        self.wanted == ActivePeer::Anyone || Self::is_peer(from, control)
    }

    /// Answers with what came to the listener: the data connection, or one from this address, which
    /// was dropped.
    pub fn came(self, what: Result<(), Option<SocketAddr>>) -> Answer {
        match what {
            Ok(()) => self.accepted(),
            Err(from) => self.turned_away(from),
        }
    }

    /// Whether a connection that comes from there is the control connection's peer's. Where one of
    /// the addresses is not known, it is a stranger's.
    pub fn is_peer(from: Option<SocketAddr>, control: Option<SocketAddr>) -> bool {
        match (from, control) {
            (Some(from), Some(control)) => from.ip().to_canonical() == control.ip().to_canonical(),
            _ => false,
        }
    }
}
