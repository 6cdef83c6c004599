//! The classes of waiting, and how long each may last.

use core::fmt;
use core::time::Duration;

/// Whether the time allowed for a want starts now or has started with an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Clock {
    /// The limit is counted from now.
    Starts,
    /// The limit set by the last [`Starts`](Self::Starts) still holds: neither a stranger at the
    /// listener nor a dripping server gets more time. What was begun for it goes on.
    Continues,
}

/// One row for each class: its name and what an error says of it; its limit in seconds, and what
/// sets that.
macro_rules! waits {
    ($(
        $(#[$class:meta])* $wait:ident: $text:literal,
        $(#[$limit:meta])* $field:ident = $seconds:expr, $setter:ident;
    )*) => {
        /// A class of waiting. Adapters map it to a duration; the core never sees one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Wait {
            /// No waiting at all: read what has already arrived, if anything.
            Arrived,
            $($(#[$class])* $wait,)*
        }

        impl fmt::Display for Wait {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    Self::Arrived => "looking at what has arrived",
                    $(Self::$wait => $text,)*
                })
            }
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
            $($(#[$limit])* pub $field: Duration,)*
        }

        impl Default for Timeouts {
            fn default() -> Self {
                Self {
                    $($field: Duration::from_secs($seconds),)*
                }
            }
        }

        impl Timeouts {
            /// One value for every class. [`first_epsv`](Self::first_epsv) and
            /// [`early_handshake`](Self::early_handshake), which end no operation, are at most their
            /// defaults.
            #[must_use]
            pub fn with_all(self, limit: Duration) -> Self {
                let default = Self::default();
                Self {
                    $($field: limit,)*
                }
                .with_first_epsv(limit.min(default.first_epsv))
                .with_early_handshake(limit.min(default.early_handshake))
            }

            /// The limit for this class; zero for [`Wait::Arrived`], which is no wait.
            pub fn of(&self, wait: Wait) -> Duration {
                match wait {
                    Wait::Arrived => Duration::ZERO,
                    $(Wait::$wait => self.$field,)*
                }
            }

            /// Whether every class has time at all.
            pub fn are_valid(&self) -> bool {
                self.without_time().is_none()
            }

            /// The name of a limit that is zero.
            pub(crate) fn without_time(&self) -> Option<&'static str> {
                let limits = [$((stringify!($field), self.$field),)*];
                let zero = limits.into_iter().find(|(_, limit)| limit.is_zero());
                zero.map(|(name, _)| name)
            }

            $(
                #[doc = concat!("Sets [`Timeouts::", stringify!($field), "`].")]
                #[must_use]
                pub fn $setter(mut self, $field: Duration) -> Self {
                    self.$field = $field;
                    self
                }
            )*
        }
    };
}

waits! {
    /// For a connection to be made.
    Connect: "connecting",
    /// A connection, 30 s, all addresses of a name together. Whether name resolution is included
    /// is said by the transport.
    connect = 30, with_connect;
    /// For the greeting.
    Greeting: "waiting for the greeting",
    /// The greeting, 60 s: servers look up the client's name first.
    greeting = 60, with_greeting;
    /// For the greeting of a server that asked for patience with 120.
    DelayedGreeting: "waiting for the greeting after 120",
    /// The greeting after 120, which asked for minutes, 10 min.
    delayed_greeting = 600, with_delayed_greeting;
    /// For the reply to an ordinary command.
    Reply: "waiting for a reply",
    /// An ordinary reply, 60 s.
    reply = 60, with_reply;
    /// For the reply to the first EPSV.
    FirstEpsv: "waiting for the reply to EPSV",
    /// The reply to the first EPSV of a session, 5 s: there are firewalls that swallow it. It ends no
    /// operation: PASV follows.
    first_epsv = 5, with_first_epsv;
    /// For the last line of a reply, after one that looks like it and has another code.
    LastLine: "waiting for the last line of a reply",
    /// The last line of a reply, 5 s, after one that looks like it, but has another code than the
    /// first.
    last_line = 5, with_last_line;
    /// For the first reply to a data command.
    Preliminary: "waiting for the transfer to start",
    /// The first reply to a data command, 120 s: some servers recall files from tape.
    preliminary = 120, with_preliminary;
    /// For the first reply to a data command, before the handshake on the data connection begins
    /// without it.
    EarlyHandshake: "waiting for the transfer to start",
    /// The first reply to a data command whose data is under TLS, 1 s: then the handshake on the data
    /// connection begins without it, since ftp-srv says 150 only after that. It ends no operation:
    /// the reply then has the time of [`preliminary`](Self::preliminary).
    early_handshake = 1, with_early_handshake;
    /// For the server to connect in active mode.
    Accept: "waiting for the server to connect",
    /// The server's connection in active mode, 60 s.
    accept = 60, with_accept;
    /// For a TLS handshake, or its undoing.
    Handshake: "waiting for the TLS handshake",
    /// A TLS handshake, 30 s.
    handshake = 30, with_handshake;
    /// For the next bytes of data, or room for them.
    DataIdle: "waiting for data to move",
    /// No byte of data moving, 120 s.
    data_idle = 120, with_data_idle;
    /// For the final reply once the data is through.
    FinalReply: "waiting for the final reply",
    /// The final reply once the data is through, 180 s: servers flush, hash and virus-scan first.
    final_reply = 180, with_final_reply;
    /// For the server's close_notify or end of file.
    DataClose: "waiting for the data connection to close",
    /// The server's end of a data connection, 5 s: many never send their close_notify. It also limits
    /// each wait for data, a handshake or a connection after the server's last word on a transfer, and
    /// for the server's word after another limit has passed.
    data_close = 5, with_data_close;
    /// For the replies to ABOR.
    Abort: "waiting for the replies to ABOR",
    /// The replies to ABOR, 30 s.
    abort = 30, with_abort;
    /// For two servers to move data between them, unseen from here.
    Remote: "waiting for two servers to move data between them",
    /// Two servers moving data between them, 12 h: nobody here sees whether it moves.
    remote = 12 * 60 * 60, with_remote;
    /// For commands to be written.
    Send: "sending commands",
    /// Commands to be written, 30 s.
    send = 30, with_send;
}
