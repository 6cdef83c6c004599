//! The classes of waiting, and how long each may last.

use core::fmt;
use core::time::Duration;

use crate::options::setters::setters;

/// A class of waiting. Adapters map it to a duration; the core never sees one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Wait {
    /// No waiting at all: read what has already arrived, if anything.
    Arrived,
    /// For a connection to be made.
    Connect,
    /// For the greeting.
    Greeting,
    /// For the greeting of a server that asked for patience with 120.
    DelayedGreeting,
    /// For the reply to an ordinary command.
    Reply,
    /// For the first reply to a data command.
    Preliminary,
    /// For the server to connect in active mode.
    Accept,
    /// For a TLS handshake, or its undoing.
    Handshake,
    /// For the next bytes of data, or room for them.
    DataIdle,
    /// For the final reply once the data is through.
    FinalReply,
    /// For the server's close_notify or end of file.
    DataClose,
    /// For the replies to ABOR.
    Abort,
    /// For two servers to move data between them, unseen from here.
    Remote,
    /// For commands to be written.
    Send,
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Arrived => "looking at what has arrived",
            Self::Connect => "connecting",
            Self::Greeting => "waiting for the greeting",
            Self::DelayedGreeting => "waiting for the greeting after 120",
            Self::Reply => "waiting for a reply",
            Self::Preliminary => "waiting for the transfer to start",
            Self::Accept => "waiting for the server to connect",
            Self::Handshake => "waiting for the TLS handshake",
            Self::DataIdle => "waiting for data to move",
            Self::FinalReply => "waiting for the final reply",
            Self::DataClose => "waiting for the data connection to close",
            Self::Abort => "waiting for the replies to ABOR",
            Self::Remote => "waiting for two servers to move data between them",
            Self::Send => "sending commands",
        })
    }
}

/// Whether the time allowed for a want starts now or has started with an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Clock {
    /// The limit is counted from now.
    Starts,
    /// The limit set by the last [`Starts`](Self::Starts) still holds: neither a stranger at the
    /// listener nor a dripping server gets more time. What was begun for it goes on.
    Continues,
}

/// How long each class of waiting may last. The limits are absolute: dripping bytes do not
/// extend them, except for [`data_idle`](Self::data_idle), which is about dripping.
///
/// A zero would mean a wait that is over before it begins; [`Options::check`](crate::Options::check)
/// refuses it.
///
/// ```
/// use core::time::Duration;
/// use ftp_proto::{Options, Timeouts};
///
/// let patient = Timeouts::default().with_preliminary(Duration::from_secs(15 * 60));
/// let options = Options::new("tape.example.org").with_timeouts(patient);
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// A connection, 30 s, all addresses of a name together. Whether name resolution is included
    /// is said by the transport.
    pub connect: Duration,
    /// The greeting, 60 s: servers look up the client's name first.
    pub greeting: Duration,
    /// The greeting after 120, which asked for minutes, 10 min.
    pub delayed_greeting: Duration,
    /// An ordinary reply, 60 s.
    pub reply: Duration,
    /// The first reply to a data command, 120 s: some servers recall files from tape.
    pub preliminary: Duration,
    /// The server's connection in active mode, 60 s.
    pub accept: Duration,
    /// A TLS handshake, 30 s.
    pub handshake: Duration,
    /// No byte of data moving, 120 s.
    pub data_idle: Duration,
    /// The final reply once the data is through, 180 s: servers flush, hash and virus-scan first.
    pub final_reply: Duration,
    /// The server's end of a data connection, 5 s: many never send their close_notify.
    pub data_close: Duration,
    /// The replies to ABOR, 30 s.
    pub abort: Duration,
    /// Two servers moving data between them, 12 h: nobody here sees whether it moves.
    pub remote: Duration,
    /// Commands to be written, 30 s.
    pub send: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            connect: seconds(30),
            greeting: seconds(60),
            delayed_greeting: seconds(600),
            reply: seconds(60),
            preliminary: seconds(120),
            accept: seconds(60),
            handshake: seconds(30),
            data_idle: seconds(120),
            final_reply: seconds(180),
            data_close: seconds(5),
            abort: seconds(30),
            remote: seconds(12 * 60 * 60),
            send: seconds(30),
        }
    }
}

impl Timeouts {
    /// One value for every class.
    #[must_use]
    pub fn with_all(self, limit: Duration) -> Self {
        Self {
            connect: limit,
            greeting: limit,
            delayed_greeting: limit,
            reply: limit,
            preliminary: limit,
            accept: limit,
            handshake: limit,
            data_idle: limit,
            final_reply: limit,
            data_close: limit,
            abort: limit,
            remote: limit,
            send: limit,
        }
    }

    /// The limit for this class; zero for [`Wait::Arrived`], which is no wait.
    pub fn of(&self, wait: Wait) -> Duration {
        match wait {
            Wait::Arrived => Duration::ZERO,
            Wait::Connect => self.connect,
            Wait::Greeting => self.greeting,
            Wait::DelayedGreeting => self.delayed_greeting,
            Wait::Reply => self.reply,
            Wait::Preliminary => self.preliminary,
            Wait::Accept => self.accept,
            Wait::Handshake => self.handshake,
            Wait::DataIdle => self.data_idle,
            Wait::FinalReply => self.final_reply,
            Wait::DataClose => self.data_close,
            Wait::Abort => self.abort,
            Wait::Remote => self.remote,
            Wait::Send => self.send,
        }
    }

    /// Whether every class has time at all.
    pub fn are_valid(&self) -> bool {
        self.without_time().is_none()
    }

    /// The name of a limit that is zero.
    pub(crate) fn without_time(&self) -> Option<&'static str> {
        let limits = [
            ("connect", self.connect),
            ("greeting", self.greeting),
            ("delayed_greeting", self.delayed_greeting),
            ("reply", self.reply),
            ("preliminary", self.preliminary),
            ("accept", self.accept),
            ("handshake", self.handshake),
            ("data_idle", self.data_idle),
            ("final_reply", self.final_reply),
            ("data_close", self.data_close),
            ("abort", self.abort),
            ("remote", self.remote),
            ("send", self.send),
        ];
        let zero = limits.into_iter().find(|(_, limit)| limit.is_zero());
        zero.map(|(name, _)| name)
    }
}

setters! { Timeouts
    /// Sets [`Timeouts::connect`].
    with_connect => connect: Duration;
    /// Sets [`Timeouts::greeting`].
    with_greeting => greeting: Duration;
    /// Sets [`Timeouts::delayed_greeting`].
    with_delayed_greeting => delayed_greeting: Duration;
    /// Sets [`Timeouts::reply`].
    with_reply => reply: Duration;
    /// Sets [`Timeouts::preliminary`].
    with_preliminary => preliminary: Duration;
    /// Sets [`Timeouts::accept`].
    with_accept => accept: Duration;
    /// Sets [`Timeouts::handshake`].
    with_handshake => handshake: Duration;
    /// Sets [`Timeouts::data_idle`].
    with_data_idle => data_idle: Duration;
    /// Sets [`Timeouts::final_reply`].
    with_final_reply => final_reply: Duration;
    /// Sets [`Timeouts::data_close`].
    with_data_close => data_close: Duration;
    /// Sets [`Timeouts::abort`].
    with_abort => abort: Duration;
    /// Sets [`Timeouts::remote`].
    with_remote => remote: Duration;
    /// Sets [`Timeouts::send`].
    with_send => send: Duration;
}
