//! The contract between the core and the driver, which owns the sockets.
//!
//! A driver [starts](crate::Session::start) a [`Flow`] on a session. Then it calls
//! [`Session::step`](crate::Session::step) with an [`Answer`] until the flow is [done](Step::Done).
//! Each step before the last one returns a [`Want`]. Before a driver serves a want, it writes
//! [`Session::outgoing`](crate::Session::outgoing). To serve a want, the driver does what the
//! want's documentation says, and then uses the want's ticket to make the one answer that says what
//! happened.
//!
//! Every want can also be answered by
//!
//! * `timed_out`: the time limit of its [`Wait`] has passed;
//! * `broken`: the *control* connection failed while the driver served the want;
//! * `control_first`, if the want can block on something other than the control connection: bytes
//!   of the control connection (or its end) came meanwhile, and the driver fed them to the session.
//!   The flow may then return the same want again with a clock that [goes on](Clock::Continues).
//!   The driver continues what it had begun.

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
/// The flows of this crate are in [`flows`](crate::flows). You can compose further flows from them.
/// Call `step` of the inner flow, return its wants, and pass each answer in. The first answer of an
/// inner flow is [`Answer::begin`].
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
    /// What the operation returns when it is done.
    type Output;

    /// Advances the operation by one answer. Only [`Session::step`] and an enclosing flow call
    /// this.
    ///
    /// # Errors
    /// Any error that ended the operation. Afterwards the session is in step, or the next operation
    /// cleans up first, or the session is dead and says so.
    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Self::Output>, Error>;

    /// Returns what this flow takes over from earlier operations, such as an open transfer. The
    /// session does not clean that up before the flow starts.
    fn adopts(&self) -> Adopts {
        Adopts::default()
    }
}

/// What a flow takes over from earlier operations. The default is nothing. Only the flows of this
/// crate take something over; a flow of yours returns what its first inner flow
/// [adopts](Flow::adopts).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Adopts(pub(crate) Adopted);

/// The content of [`Adopts`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Adopted {
    /// Nothing: the session cleans up everything before the flow starts.
    #[default]
    Nothing,
    /// The greeting, which the server sends without a command.
    Greeting,
    /// The transfer whose token the flow uses up.
    Transfer(TransferId),
    /// The directory and the settings that an earlier session had.
    Standing,
}

/// What [`Flow::step`] returns.
#[derive(Debug)]
#[must_use]
pub enum Step<T> {
    /// The driver must serve this want and answer it.
    Want(Want),
    /// The operation has ended, with this result.
    Done(T),
}

/// What the driver must do next. The enum is exhaustive on purpose: if your driver compiles, it
/// handles every want.
///
/// Each want can be answered by `timed_out` and by `broken`. The other answers are:
///
/// | want | done | not done |
/// |---|---|---|
/// | `Receive` | [`received`](Receive::received) | |
/// | `Connect` | [`connected`](Connect::connected) | [`failed`](Connect::failed), [`control_first`](Connect::control_first) |
/// | `Listen` | [`listening`](Listen::listening) | [`failed`](Listen::failed) |
/// | `Accept` | [`accepted`](Accept::accepted) | [`turned_away`](Accept::turned_away), [`failed`](Accept::failed), [`control_first`](Accept::control_first) |
/// | `SecureControl` | [`secured`](SecureControl::secured) | |
/// | `ClearControl` | [`cleared`](ClearControl::cleared) | |
/// | `SecureData` | [`secured`](SecureData::secured), [`resumed`](SecureData::resumed) | [`kept_last_ticket`](SecureData::kept_last_ticket), [`failed`](SecureData::failed), [`control_first`](SecureData::control_first) |
/// | `CloseData` | [`closed`](CloseData::closed), whatever the end was | [`control_first`](CloseData::control_first) |
///
/// `Connect`, `Accept`, `SecureData` and `CloseData` also have `interrupted`, which turns an
/// [`Interruption`](crate::data::Interruption) into the fitting one of these answers.
#[derive(Debug)]
#[must_use]
pub enum Want {
    /// Read from the control connection.
    Receive(Receive),
    /// Make the data connection (passive mode).
    Connect(Connect),
    /// Listen for the data connection (active mode).
    Listen(Listen),
    /// Accept the data connection (active mode).
    Accept(Accept),
    /// Start TLS on the control connection.
    SecureControl(SecureControl),
    /// End TLS on the control connection (CCC).
    ClearControl(ClearControl),
    /// Start TLS on the data connection.
    SecureData(SecureData),
    /// End the data connection.
    CloseData(CloseData),
}

/// Where a data connection goes. The control connection's peer is not given as an address, so that
/// a proxy can make the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// The peer of the control connection, at this port.
    ControlPeer(NonZeroU16),
    /// This address, which the server has named. It comes only under
    /// [`PassiveAddress::TrustServer`](crate::PassiveAddress::TrustServer).
    Address(SocketAddr),
}

/// How the driver is to end a data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Closing {
    /// Uploads, after all data was written: flush everything, send close_notify (under TLS), and
    /// half-close. The connection stays open. Until the answer is [`DataEnd::Clean`], the client
    /// does not know that anything has arrived. If both `closed` and `control_first` are true,
    /// answer `closed`.
    SendEnd,
    /// Uploads, after [`SendEnd`](Self::SendEnd): read until the server's end, then close. This
    /// collects session tickets. It also keeps the kernel from resetting the connection while data
    /// is still queued.
    AwaitEnd,
    /// Downloads, after the server's end was read: send close_notify (under TLS), then close.
    Acknowledge,
    /// Transfers that are given up, if the data connection has resumed a TLS 1.3 session: read
    /// until a new session ticket has come, because the resumption has used one up. Everything else
    /// that comes is thrown away. The connection stays open. If a ticket has come before, or TLS is
    /// older than 1.3, answer at once. Without this want, a server that demands resumption would
    /// refuse transfers after a few short ones.
    Harvest,
    /// Transfers that are given up after they have begun: drop the connection at once, with a reset
    /// if that is possible. A reset makes sure that the server does not take a part of an upload
    /// for the whole file, and that its own sending fails. The want also covers a connection or a
    /// listener that is still being made, and a connection that does not exist.
    Abandon,
    /// All other transfers that are given up: drop the connection at once, without a reset. Some
    /// servers end all their sessions after a reset. The want also covers what
    /// [`Abandon`](Self::Abandon) covers.
    Discard,
}

impl Closing {
    /// Returns whether the data connection is still open after the driver has done this.
    pub fn leaves_it_open(self) -> bool {
        matches!(self, Self::SendEnd | Self::Harvest)
    }
}

/// What happened when the driver served a want. You make an answer from the want's ticket.
#[derive(Debug)]
#[must_use]
pub struct Answer {
    ticket: Option<Ticket>,
    /// What happened. `None` once a flow has taken it.
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
    /// A connection came from this address, and the driver dropped it.
    TurnedAway(Option<SocketAddr>),
    Secured,
    Resumed,
    KeptLastTicket,
    Cleared,
    Closed(DataEnd),
    Failed(Error),
    Broken(Error),
}

/// Identifies one want of one session. A ticket makes only one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) session: usize,
    pub(crate) serial: u64,
}

/// Why the code of a flow stops before it has a result. The code reads as if it could wait for the
/// server: it leaves the function with the next want by `?`.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The driver must serve this want first.
    Want(Want),
    /// The operation has failed.
    Error(Error),
}

impl Answer {
    /// Makes the first answer for an inner flow: nothing has happened yet. A driver gets its first
    /// answer from [`Session::start`].
    pub const fn begin() -> Self {
        Self {
            ticket: None,
            event: None,
        }
    }

    /// The ticket of the want that this answer belongs to. `None` for the first answer of an inner
    /// flow.
    pub(crate) fn ticket(&self) -> Option<Ticket> {
        self.ticket
    }

    /// What happened, if no flow has taken it yet.
    pub(crate) fn event(&self) -> Option<&Event> {
        self.event.as_ref()
    }

    /// Removes and returns what happened. So only the first state of a flow that calls this gets
    /// it; later states get `None`. If the control connection has failed, this returns
    /// `ControlFirst`: the flow then asks the session, which is dead, and gets the error.
    pub(crate) fn take(&mut self) -> Option<Event> {
        match self.event.take() {
            Some(Event::Broken(_)) => Some(Event::ControlFirst),
            other => other,
        }
    }

    /// Removes what happened, and returns whether it was a time-out.
    pub(crate) fn take_timeout(&mut self) -> bool {
        matches!(self.take(), Some(Event::TimedOut))
    }

    /// Returns this answer for an inner flow. What happened is then no longer in this one.
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

    /// The answer that starts an operation, before there is any want.
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
    /// Runs one step of a flow. If `code` returns a value, the flow is done. If `code` leaves early
    /// by `?`, it returns the next want or an error.
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

/// Makes the types of the wants. Each entry gives the want's name, its field if it has one, and its
/// answers.
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

            /// Returns the class of waiting, which gives this want's time limit.
            pub fn wait(&self) -> Wait {
                self.wait
            }

            /// Returns whether the time limit is counted from now or from an earlier want.
            pub fn clock(&self) -> Clock {
                self.clock
            }

            /// Answers that the time limit has passed.
            pub fn timed_out(self) -> Answer {
                self.ticket.answer(Event::TimedOut)
            }

            /// Answers that the control connection failed. The session is then dead.
            pub fn broken(self, error: impl Into<Error>) -> Answer {
                self.ticket.answer(Event::Broken(error.into()))
            }
        }
    )*

        impl Want {
            /// Returns the class of waiting, which gives this want's time limit.
            pub fn wait(&self) -> Wait {
                match self { $(Self::$name(want) => want.wait,)* }
            }

            /// Returns whether the time limit is counted from now or from an earlier want.
            pub fn clock(&self) -> Clock {
                match self { $(Self::$name(want) => want.clock,)* }
            }

            /// Answers that the time limit has passed.
            pub fn timed_out(self) -> Answer {
                match self { $(Self::$name(want) => want.timed_out(),)* }
            }

            /// Answers that the control connection failed. The session is then dead.
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
    /// The ticket of [`Want::Receive`]: read once from the control connection. Feed the bytes to
    /// [`Session::receive`]; at the end of the connection, call [`Session::receive_eof`].
    Receive {} {
        /// Answers that bytes or the end of the connection came, and that the session has them.
        received() => Event::Received;
    }
    /// The ticket of [`Want::Connect`]: make a connection to [`endpoint`](Self::endpoint) and keep
    /// it as the data connection. Drop a data connection that existed before.
    Connect {
        /// Returns where to connect.
        endpoint: Endpoint
    } {
        /// Answers that the data connection is made.
        connected() => Event::Connected;
        /// Answers that the connection could not be made.
        failed(error: impl Into<Error>) => Event::Failed(error.into());
        /// Answers that bytes or the end of the control connection came first.
        control_first() => Event::ControlFirst;
    }
    /// The ticket of [`Want::Listen`]: bind a listener at the local address of the control
    /// connection.
    Listen {} {
        /// Answers that the listener is ready, and that the server is to connect to this address.
        listening(address: SocketAddr) => Event::Listening(address);
        /// Answers that the listener could not be made.
        failed(error: impl Into<Error>) => Event::Failed(error.into());
    }
    /// The ticket of [`Want::Accept`]: accept one connection from the listener. If
    /// [`admits`](Self::admits) says yes, keep the connection and close the listener. Otherwise
    /// drop the connection.
    Accept {
        /// Returns who may make the data connection.
        wanted: ActivePeer
    } {
        /// Answers that the data connection is made.
        accepted() => Event::Accepted;
        /// Answers that a connection came from this address and that the driver dropped it. The
        /// same want comes back, with a clock that [goes on](Clock::Continues).
        turned_away(from: Option<SocketAddr>) => Event::TurnedAway(from);
        /// Answers that the listener failed.
        failed(error: impl Into<Error>) => Event::Failed(error.into());
        /// Answers that bytes or the end of the control connection came first.
        control_first() => Event::ControlFirst;
    }
    /// The ticket of [`Want::SecureControl`]: do a TLS handshake on the control connection, and
    /// verify the certificate against the host name that you gave. Under [implicit
    /// TLS](crate::Security::Implicit) this is the first want of all.
    SecureControl {} {
        /// Answers that the handshake is done. From now on, feed the session the decrypted bytes.
        secured() => Event::Secured;
    }
    /// The ticket of [`Want::ClearControl`]: exchange close_notify on the control connection and go
    /// on in clear text. If the server sends anything else first, or nothing, answer `broken`.
    ClearControl {} {
        /// Answers that both sides have sent close_notify.
        cleared() => Event::Cleared;
    }
    /// The ticket of [`Want::SecureData`]: do a TLS handshake on the data connection, with the
    /// server name and the session store of this login's control connection. Answer
    /// [`resumed`](Self::resumed) if the handshake has resumed a session, else
    /// [`secured`](Self::secured). The same want may come back with a clock that starts again,
    /// because the server has said that the transfer begins. Then go on with the handshake that has
    /// begun.
    SecureData {
        /// Returns which session tickets the handshake may use.
        tickets: Tickets
    } {
        /// Answers that the handshake was not begun, because it would have used the [last
        /// ticket](Tickets::AllButLast).
        kept_last_ticket() => Event::KeptLastTicket;
        /// Answers that the handshake is done and, as far as is known, has not resumed a session.
        secured() => Event::Secured;
        /// Answers that the handshake is done and has resumed the session of the login.
        resumed() => Event::Resumed;
        /// Answers that the handshake failed, or did not meet a condition of yours.
        failed(error: impl Into<Error>) => Event::Failed(error.into());
        /// Answers that bytes or the end of the control connection came first.
        control_first() => Event::ControlFirst;
    }
    /// The ticket of [`Want::CloseData`]: end the data connection as [`closing`](Self::closing)
    /// says.
    CloseData {
        /// Returns how to end the connection.
        closing: Closing
    } {
        /// Answers that the driver has ended the connection as `closing` says. `end` is how the
        /// connection ended, if the driver has seen that.
        closed(end: DataEnd) => Event::Closed(end);
        /// Answers that bytes or the end of the control connection came first.
        control_first() => Event::ControlFirst;
    }
}

impl Accept {
    /// Returns whether to keep a connection that comes from `from`, if the control connection's
    /// peer is `control`.
    pub fn admits(&self, from: Option<SocketAddr>, control: Option<SocketAddr>) -> bool {
        self.wanted == ActivePeer::Anyone || Self::is_peer(from, control)
    }

    /// Answers with what came to the listener: the data connection, or a connection from this
    /// address that was dropped.
    pub fn accepted_or_turned_away(self, what: Result<(), Option<SocketAddr>>) -> Answer {
        match what {
            Ok(()) => self.accepted(),
            Err(from) => self.turned_away(from),
        }
    }

    /// Returns whether both addresses are those of one machine. If one of them is not known, the
    /// answer is no.
    pub fn is_peer(from: Option<SocketAddr>, control: Option<SocketAddr>) -> bool {
        match (from, control) {
            (Some(from), Some(control)) => from.ip().to_canonical() == control.ip().to_canonical(),
            _ => false,
        }
    }
}
