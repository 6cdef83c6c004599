//! How the core and its driver work together. The driver owns the sockets; the core decides what to
//! send.
//!
//! [`embedding`](crate::embedding) describes the contract for people who write a driver.

use alloc::boxed::Box;
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

    /// Advances the operation by one answer. Only [`Session::step`], and a flow that contains this
    /// one, call this.
    ///
    /// # Errors
    /// Any error that ended the operation. You can use the session afterwards: if replies are still
    /// to come, the next operation reads them first. Only a session that [is
    /// dead](Session::is_dead) fails every operation.
    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Self::Output>, Error>;

    /// Returns what this flow takes over from earlier operations, such as an open transfer. The
    /// session cleans up everything else before the flow starts.
    fn adopts(&self) -> Adopts {
        Adopts::default()
    }

    /// Returns the name of the operation for logs, such as `Login`: the name of its type. A flow
    /// that only stands for another flow returns the name of that flow.
    fn name(&self) -> &'static str {
        crate::trace::type_name::<Self>()
    }
}

/// A boxed flow, also one of a type that is not known at compile time:
///
/// ```
/// use ftp_proto::{Error, Flow, flows};
/// use ftp_proto::wire::Reply;
///
/// fn parse(line: &str) -> Result<Box<dyn Flow<Output = Reply>>, Error> {
///     Ok(match line.split_once(' ') {
///         Some(("delete", path)) => Box::new(flows::Delete::new(path)?),
///         _ => Box::new(flows::Noop::new()),
///     })
/// }
/// assert_eq!(parse("delete a.txt")?.name(), "Delete");
/// # Ok::<(), Error>(())
/// ```
impl<F: Flow + ?Sized> Flow for Box<F> {
    type Output = F::Output;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<F::Output>, Error> {
        (**self).step(session, answer)
    }

    fn adopts(&self) -> Adopts {
        (**self).adopts()
    }

    fn name(&self) -> &'static str {
        (**self).name()
    }
}

/// What a flow takes over from earlier operations. The default is nothing. Only the flows of this
/// crate take something over; a flow of yours returns what its first inner flow
/// [adopts](Flow::adopts).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Adopts(pub(crate) Adopted);

/// What [`Adopts`] holds. It is private to this crate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Adopted {
    /// Nothing: the session cleans up everything before the flow starts.
    #[default]
    Nothing,
    /// The greeting, which the server sends without a command. Only the first flow takes it over.
    Greeting,
    /// The open transfer with this number. The flow owns the [`Transfer`](crate::Transfer) with
    /// this number.
    Transfer(TransferId),
    /// The directory and the settings of an earlier session, which this session has to restore.
    Standing,
}

/// What [`Flow::step`] returns.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::logged_in;
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::Noop;
/// use ftp_proto::{Step, Wait, Want};
///
/// let (mut running, answer) = session.start(Noop::new());
/// match session.step(&mut running, answer)? {
///     // Before it sends the command, the session reads what has already arrived.
///     Step::Want(Want::Receive(want)) => assert_eq!(want.wait(), Wait::Arrived),
///     Step::Want(_) => panic!("a NOOP needs no data connection"),
///     Step::Done(reply) => println!("{reply}"),
/// }
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
#[must_use]
pub enum Step<T> {
    /// The driver must serve this want and answer it.
    Want(Want),
    /// The operation has ended, with this result.
    Done(T),
}

impl<T> Step<T> {
    /// Turns the result into another one.
    pub(crate) fn map<U>(self, turn: impl FnOnce(T) -> U) -> Step<U> {
        match self {
            Self::Want(want) => Step::Want(want),
            Self::Done(result) => Step::Done(turn(result)),
        }
    }
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

/// Where the driver makes a data connection to. For the peer of the control connection, only the
/// port is given, because the driver may reach the peer through a proxy.
///
/// ```
/// use std::net::{IpAddr, SocketAddr};
/// use std::num::NonZeroU16;
///
/// use ftp_proto::Endpoint;
///
/// /// Returns where to connect. `peer` is the address of the control connection's peer.
/// fn address(endpoint: Endpoint, peer: IpAddr) -> SocketAddr {
///     match endpoint {
///         Endpoint::ControlPeer(port) => (peer, port.get()).into(),
///         Endpoint::Address(address) => address,
///     }
/// }
///
/// let endpoint = Endpoint::ControlPeer(NonZeroU16::MIN);
/// assert_eq!(address(endpoint, [192, 0, 2, 1].into()).to_string(), "192.0.2.1:1");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// The machine to which the control connection goes, at this port.
    ControlPeer(NonZeroU16),
    /// This address, which the server has sent. You get it only if you have set
    /// [`PassiveAddress::TrustServer`](crate::PassiveAddress::TrustServer).
    Address(SocketAddr),
}

/// How the driver is to end a data connection.
///
/// ```
/// use ftp_proto::Closing;
///
/// /// Whether the driver drops the connection with a reset, if it can.
/// fn resets(closing: Closing) -> bool {
///     match closing {
///         Closing::Abandon => true,
///         Closing::SendEnd | Closing::AwaitEnd | Closing::Acknowledge => false,
///         Closing::Harvest | Closing::Discard => false,
///     }
/// }
///
/// assert!(resets(Closing::Abandon) && !Closing::Abandon.leaves_it_open());
/// assert!(!resets(Closing::SendEnd) && Closing::SendEnd.leaves_it_open());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Closing {
    /// After all data of an upload was written: flush everything, send close_notify (under TLS),
    /// and half-close. The connection stays open. Answer `closed` with [`DataEnd::Clean`] when this
    /// is done, even if you could also answer `control_first`. After any other `closed`, the upload
    /// has failed.
    SendEnd,
    /// After [`SendEnd`](Self::SendEnd) of an upload: read until the server ends the connection,
    /// then close it. The reading collects session tickets. It also keeps the kernel from resetting
    /// the connection while data is still queued.
    AwaitEnd,
    /// After you have read a download until the server ended it: send close_notify (under TLS),
    /// then close.
    Acknowledge,
    /// For a transfer that is given up, if its data connection has resumed a TLS 1.3 session and so
    /// used up a session ticket: read until a new ticket has come. Throw away everything else. The
    /// connection stays open. If a ticket has come before, or TLS is older than 1.3, answer at
    /// once. Without this want, a server that demands resumption would refuse transfers after a few
    /// short ones.
    Harvest,
    /// For a transfer that is given up after it has begun: drop the connection at once, with a
    /// reset if that is possible. The reset makes the server notice that an upload is incomplete,
    /// and makes the server stop sending a download. Also stop making the connection or the
    /// listener, if you are still doing that. There may be no connection at all.
    Abandon,
    /// For a transfer that is given up before it has begun: drop the connection at once, without a
    /// reset, because after a reset some servers end all their sessions. Also stop making the
    /// connection or the listener, as for [`Abandon`](Self::Abandon).
    Discard,
}

impl Closing {
    /// Returns whether the data connection is still open after the driver has done this.
    pub fn leaves_it_open(self) -> bool {
        matches!(self, Self::SendEnd | Self::Harvest)
    }
}

/// What happened when the driver served a want. A method of the want makes it.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::logged_in;
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::Noop;
/// use ftp_proto::{ErrorKind, Misuse, Step};
///
/// let (mut running, first) = session.start(Noop::new());
/// let Step::Want(want) = session.step(&mut running, first)? else {
///     panic!("a NOOP waits for its reply")
/// };
/// let late = want.timed_out();
/// let (mut other, _) = session.start(Noop::new());
/// // The answer belongs to the first operation.
/// let result = session.step(&mut other, late).map(drop);
/// let kind = result.map_err(|error| error.kind());
/// assert_eq!(kind, Err(ErrorKind::Misuse(Misuse::StaleAnswer)));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct Answer {
    ticket: Option<Ticket>,
    /// What happened. `None` after a flow has taken it, and in the first answer.
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

/// Identifies one want of one session. An answer carries the ticket of its want, so that the
/// session notices an answer to another want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) session: usize,
    pub(crate) serial: u64,
}

/// Why a flow's code returns before it has a result. The code uses `?` on a result with this error
/// type. So it is written as if it waited for the server, but it returns.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The driver must serve this want first.
    Want(Want),
    /// The operation has failed.
    Error(Error),
}

impl Answer {
    /// Makes the first answer for an inner flow, which says that nothing has happened yet. A driver
    /// gets its first answer from [`Session::start`].
    pub const fn begin() -> Self {
        Self {
            ticket: None,
            event: None,
        }
    }

    /// Returns the ticket of the answered want. `None` for the first answer of an inner flow.
    pub(crate) fn ticket(&self) -> Option<Ticket> {
        self.ticket
    }

    /// Returns what happened. `None` if a flow has taken it already.
    pub(crate) fn event(&self) -> Option<&Event> {
        self.event.as_ref()
    }

    /// Removes and returns what happened, so that only the first caller gets it. If the control
    /// connection failed, returns `ControlFirst`: the flow then asks the session, which is dead and
    /// returns the error.
    pub(crate) fn take(&mut self) -> Option<Event> {
        match self.event.take() {
            Some(Event::Broken(_)) => Some(Event::ControlFirst),
            other => other,
        }
    }

    /// Removes what happened, and returns whether the time limit had passed.
    pub(crate) fn take_timeout(&mut self) -> bool {
        matches!(self.take(), Some(Event::TimedOut))
    }

    /// Moves what happened into a new answer for an inner flow. Only the ticket stays in the old
    /// answer too.
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

    /// Makes the answer that starts an operation, before there is any want.
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
    /// Runs one step of a flow. If `code` returns a value, the flow is done. If `code` returns
    /// early by `?`, this returns the next want or the error.
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

            /// Returns the kind of waiting, such as [`Wait::Reply`]. Your time limit for this want
            /// depends on it.
            pub fn wait(&self) -> Wait {
                self.wait
            }

            /// Returns whether the time limit runs from now on, or still from an earlier want.
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
            /// Returns the kind of waiting, such as [`Wait::Reply`]. Your time limit for this want
            /// depends on it.
            pub fn wait(&self) -> Wait {
                match self { $(Self::$name(want) => want.wait,)* }
            }

            /// Returns whether the time limit runs from now on, or still from an earlier want.
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
    /// Read once from the control connection ([`Want::Receive`]). Give the bytes to
    /// [`Session::receive`]; at the end of the connection, call [`Session::receive_eof`].
    Receive {} {
        /// Answers that you gave the session the bytes, or the end of the connection.
        received() => Event::Received;
    }
    /// Make a connection to [`endpoint`](Self::endpoint), and keep it as the data connection
    /// ([`Want::Connect`]). Drop an earlier data connection.
    Connect {
        /// Returns where to connect.
        endpoint: Endpoint
    } {
        /// Answers that the data connection is made.
        connected() => Event::Connected;
        /// Answers that the connection could not be made.
        failed(error: impl Into<Error>) => Event::Failed(error.into());
        /// Answers that bytes or the end of the control connection came before the connection was
        /// made.
        control_first() => Event::ControlFirst;
    }
    /// Bind a listener at the local address of the control connection ([`Want::Listen`]).
    Listen {} {
        /// Answers that the listener is ready at this address, to which the server is to connect.
        listening(address: SocketAddr) => Event::Listening(address);
        /// Answers that the listener could not be made.
        failed(error: impl Into<Error>) => Event::Failed(error.into());
    }
    /// Accept one connection from the listener ([`Want::Accept`]). If [`admits`](Self::admits)
    /// returns true for the connection, keep it and close the listener. Otherwise drop the
    /// connection.
    Accept {
        /// Returns who may make the data connection.
        wanted: ActivePeer
    } {
        /// Answers that the data connection is made.
        accepted() => Event::Accepted;
        /// Answers that you dropped a connection that came from this address. The same want then
        /// comes again, with a clock that [goes on](Clock::Continues).
        turned_away(from: Option<SocketAddr>) => Event::TurnedAway(from);
        /// Answers that the listener failed.
        failed(error: impl Into<Error>) => Event::Failed(error.into());
        /// Answers that bytes or the end of the control connection came before a data connection.
        control_first() => Event::ControlFirst;
    }
    /// Do a TLS handshake on the control connection, and verify the certificate for your host name
    /// ([`Want::SecureControl`]). Under [implicit TLS](crate::Security::Implicit) this is the first
    /// want.
    SecureControl {} {
        /// Answers that the handshake is done. From now on, feed the session the decrypted bytes.
        secured() => Event::Secured;
    }
    /// Exchange close_notify on the control connection, and continue in clear text
    /// ([`Want::ClearControl`]). If the server does not send close_notify, or sends data before it,
    /// answer `broken`.
    ClearControl {} {
        /// Answers that both sides have sent close_notify.
        cleared() => Event::Cleared;
    }
    /// Do a TLS handshake on the data connection ([`Want::SecureData`]), with the server name and
    /// the session store of this login's control connection. Answer [`resumed`](Self::resumed) if
    /// the handshake has resumed a session, else [`secured`](Self::secured). With the feature
    /// `rustls`, `secured_with` decides this for you. When the server says that the transfer begins,
    /// the same want comes again, and its time limit begins anew. Then continue the handshake that
    /// you have begun.
    SecureData {
        /// Returns which session tickets the handshake may use.
        tickets: Tickets
    } {
        /// Answers that you have not begun the handshake, so that the last session ticket stays for
        /// a later one. See [`Tickets::AllButLast`].
        kept_last_ticket() => Event::KeptLastTicket;
        /// Answers that the handshake is done, and has not resumed a session, or you do not know
        /// whether it has. The transfer then fails if the session's options have
        /// [`Resumption::Required`](crate::Resumption::Required).
        secured() => Event::Secured;
        /// Answers that the handshake is done and has resumed the session of the login.
        resumed() => Event::Resumed;
        /// Answers that the handshake failed, or that you refuse its result, such as the
        /// certificate.
        failed(error: impl Into<Error>) => Event::Failed(error.into());
        /// Answers that bytes or the end of the control connection came before the handshake was
        /// done.
        control_first() => Event::ControlFirst;
    }
    /// End the data connection in the way that [`closing`](Self::closing) says
    /// ([`Want::CloseData`]).
    CloseData {
        /// Returns how to end the connection.
        closing: Closing
    } {
        /// Answers that you have done what `closing` says. `end` is how the connection ended, as
        /// far as you have seen it.
        closed(end: DataEnd) => Event::Closed(end);
        /// Answers that bytes or the end of the control connection came before you were done.
        control_first() => Event::ControlFirst;
    }
}

impl Want {
    /// Answers that you could not do what the want says, whichever want it is. A want without a
    /// `failed` of its own is about the control connection, so this answers
    /// [`broken`](Self::broken). The exception is [`CloseData`]: this answers that the data
    /// connection is closed, and that its end was this error.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::logged_in;
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::Noop;
    /// use ftp_proto::{Error, ErrorKind, Step};
    ///
    /// let (mut running, first) = session.start(Noop::new());
    /// let Step::Want(want) = session.step(&mut running, first)? else {
    ///     panic!("a NOOP waits for its reply")
    /// };
    /// let answer = want.failed(Error::new(ErrorKind::Io));
    /// assert!(session.step(&mut running, answer).is_err() && session.is_dead());
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    pub fn failed(self, error: impl Into<Error>) -> Answer {
        match self {
            Self::Connect(want) => want.failed(error),
            Self::Listen(want) => want.failed(error),
            Self::Accept(want) => want.failed(error),
            Self::SecureData(want) => want.failed(error),
            Self::CloseData(want) => want.closed(DataEnd::Failed(error.into())),
            want => want.broken(error),
        }
    }

    /// Whether this want is a step to a data connection.
    pub(crate) fn makes_data_connection(&self) -> bool {
        matches!(
            self,
            Self::Connect(_) | Self::Listen(_) | Self::Accept(_) | Self::SecureData(_)
        )
    }

    /// Answers that bytes or the end of the control connection came first, and that you gave them
    /// to the session.
    ///
    /// # Errors
    /// The want itself, if it has no such answer: `Receive`, `Listen`, `SecureControl` and
    /// `ClearControl`. Go on with it.
    #[allow(
        clippy::result_large_err,
        reason = "the want is given back, not an error"
    )]
    pub fn control_first(self) -> Result<Answer, Self> {
        match self {
            Self::Connect(want) => Ok(want.control_first()),
            Self::Accept(want) => Ok(want.control_first()),
            Self::SecureData(want) => Ok(want.control_first()),
            Self::CloseData(want) => Ok(want.control_first()),
            want => Err(want),
        }
    }
}

impl Accept {
    /// Returns whether to keep a connection that comes from the address `from`. `control` is the
    /// address of the control connection's peer.
    pub fn admits(&self, from: Option<SocketAddr>, control: Option<SocketAddr>) -> bool {
        self.wanted == ActivePeer::Anyone || Self::is_peer(from, control)
    }

    /// Answers with the result of accepting: `Ok` for the data connection, or `Err` with the
    /// address of a connection that you dropped.
    pub fn accepted_or_turned_away(self, what: Result<(), Option<SocketAddr>>) -> Answer {
        match what {
            Ok(()) => self.accepted(),
            Err(from) => self.turned_away(from),
        }
    }

    /// Returns whether both addresses have the same IP address. Returns false if one of them is not
    /// known.
    pub fn is_peer(from: Option<SocketAddr>, control: Option<SocketAddr>) -> bool {
        match (from, control) {
            (Some(from), Some(control)) => from.ip().to_canonical() == control.ip().to_canonical(),
            _ => false,
        }
    }
}
