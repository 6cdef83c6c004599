//! The classes of waiting, and the time limit of each.

use core::fmt;
use core::time::Duration;

/// Whether the time limit of a want is counted from now or from an earlier want.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Clock {
    /// The limit is counted from now.
    Starts,
    /// The time limit that began with the last [`Starts`](Self::Starts) goes on. So a server that
    /// sends one byte at a time, or a stranger who connects to the listener, gets no more time. The
    /// driver goes on with what it has begun for the earlier want, for example with connecting.
    Continues,
}

/// Makes [`Wait`] and [`Timeouts`] from a table, in which each row is one class of waiting. First
/// comes the class: its docs, its name, and the text for errors. Then comes its limit: the docs,
/// the field, the default in seconds, and the setter.
macro_rules! waits {
    ($(
        $(#[$class:meta])* $wait:ident: $text:literal,
        $(#[$limit:meta])* $field:ident = $seconds:expr, $setter:ident;
    )*) => {
        /// A class of waiting. An adapter maps each class to a duration; the core never sees a
        /// duration.
        ///
        /// [`Arrived`](Self::Arrived) is no wait and has no limit to set, and
        /// [`Session`](Self::Session) has its limit in the options of a pool. The others are:
        ///
        /// | class | what the client does meanwhile | limit | default in seconds |
        /// |---|---|---|---|
        $(#[doc = concat!(
            "| [`", stringify!($wait), "`](Self::", stringify!($wait), ") | ", $text,
            " | [`", stringify!($field), "`](Timeouts::", stringify!($field), ") | ",
            stringify!($seconds), " |"
        )])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Wait {
            /// No waiting: read what has already arrived, if anything.
            Arrived,
            /// Waiting for a session of a pool. `PoolOptions::patience` limits it.
            Session,
            $($(#[$class])* $wait,)*
        }

        impl fmt::Display for Wait {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    Self::Arrived => "looking at what has arrived",
                    Self::Session => "waiting for a session of the pool (PoolOptions::patience)",
                    $(Self::$wait => $text,)*
                })
            }
        }

        impl Wait {
            /// The name of the field in [`Timeouts`] that limits this wait.
            pub(crate) fn limit(self) -> &'static str {
                match self {
                    Self::Arrived | Self::Session => "none",
                    $(Self::$wait => stringify!($field),)*
                }
            }
        }

        /// How long each class of waiting may last. The limits are absolute: a server that sends
        /// one byte at a time does not extend them. The exception is
        /// [`data_idle`](Self::data_idle), which starts again with each byte of data.
        ///
        /// A limit of zero would be over before the wait begins.
        /// [`Options::check`](crate::Options::check) refuses it.
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
            /// Sets every limit to `limit`. Only [`first_epsv`](Self::first_epsv),
            /// [`early_handshake`](Self::early_handshake) and [`abort_reply`](Self::abort_reply)
            /// never become longer than their defaults: they only delay the operation, which goes
            /// on after them.
            #[must_use]
            pub fn with_all(self, limit: Duration) -> Self {
                let default = Self::default();
                Self {
                    $($field: limit,)*
                }
                .with_first_epsv(limit.min(default.first_epsv))
                .with_early_handshake(limit.min(default.early_handshake))
                .with_abort_reply(limit.min(default.abort_reply))
            }

            /// Returns the limit for this class. It is zero for [`Wait::Arrived`], which does not
            /// wait, and for [`Wait::Session`], whose limit is one of the pool.
            pub fn of(&self, wait: Wait) -> Duration {
                match wait {
                    Wait::Arrived | Wait::Session => Duration::ZERO,
                    $(Wait::$wait => self.$field,)*
                }
            }

            /// Returns whether every limit is above zero.
            pub fn are_valid(&self) -> bool {
                self.without_time().is_none()
            }

            /// Returns the name of the first limit that is zero. `None` if none is zero.
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
    /// Waiting for a connection to be made.
    Connect: "connecting",
    /// Time for a connection: 30 s, for all addresses of a name together. Each transport says
    /// whether name resolution is included.
    connect = 30, with_connect;
    /// Waiting for the greeting.
    Greeting: "waiting for the greeting",
    /// Time for the greeting: 60 s, because servers look up the client's name first.
    greeting = 60, with_greeting;
    /// Waiting for the greeting after the server has sent 120 ("ready in nnn minutes").
    DelayedGreeting: "waiting for the greeting after 120",
    /// Time for the greeting after 120, with which the server announces a delay of minutes: 10 min.
    delayed_greeting = 600, with_delayed_greeting;
    /// Waiting for the reply to an ordinary command.
    Reply: "waiting for a reply",
    /// Time for an ordinary reply: 60 s.
    reply = 60, with_reply;
    /// Waiting for the reply to the first EPSV.
    FirstEpsv: "waiting for the reply to EPSV",
    /// Time for the reply to the first EPSV of a session: 5 s, because some firewalls swallow EPSV.
    /// After this time the operation goes on by PASV.
    first_epsv = 5, with_first_epsv;
    /// Waiting for the last line of a multi-line reply, after a line that looks like the last one
    /// but has another code: for example `226 done` in a reply that begins with `220-`.
    LastLine: "waiting for the last line of a reply",
    /// Time for the last line of a multi-line reply: 5 s. The time begins with a line that looks
    /// like the last one but has another code than the first line.
    last_line = 5, with_last_line;
    /// Waiting for the first reply to a data command.
    Preliminary: "waiting for the transfer to start",
    /// Time for the first reply to a data command: 120 s, because some servers recall files from
    /// tape.
    preliminary = 120, with_preliminary;
    /// Waiting for the first reply to a data command under TLS. If the reply does not come, the
    /// handshake on the data connection begins without it.
    EarlyHandshake: "waiting for the transfer to start",
    /// Time for the first reply to a data command under TLS: 1 s. After this time, the handshake on
    /// the data connection begins without the reply, because ftp-srv sends 150 only after the
    /// handshake. The client then waits for the reply for as long as
    /// [`preliminary`](Self::preliminary) allows.
    early_handshake = 1, with_early_handshake;
    /// Waiting for the server to connect in active mode.
    Accept: "waiting for the server to connect",
    /// Time for the server to connect in active mode: 60 s.
    accept = 60, with_accept;
    /// Waiting for a TLS handshake, or for the end of TLS on the control connection (CCC).
    Handshake: "waiting for the TLS handshake",
    /// Time for a TLS handshake, or for the end of TLS on the control connection: 30 s.
    handshake = 30, with_handshake;
    /// Waiting for the next bytes of data, or for room to write some.
    DataIdle: "waiting for data to move",
    /// Time in which no byte of data moves: 120 s.
    data_idle = 120, with_data_idle;
    /// Waiting for the final reply, after all data was sent or received.
    FinalReply: "waiting for the final reply",
    /// Time for the final reply after all data was sent or received: 180 s, because servers flush,
    /// hash and scan for viruses first.
    final_reply = 180, with_final_reply;
    /// Waiting for the server's close_notify or end of file on a data connection.
    DataClose: "waiting for the data connection to close",
    /// Time for the server to end a data connection: 5 s, because many servers never send
    /// close_notify. After the server's final reply to a transfer, this limit also applies to each
    /// wait for data, a handshake or a connection. After another limit has passed, it applies to
    /// the wait for a reply that may explain why.
    data_close = 5, with_data_close;
    /// Waiting for the replies to ABOR.
    Abort: "waiting for the replies to ABOR",
    /// Time for the replies to ABOR: 30 s.
    abort = 30, with_abort;
    /// Waiting for the first reply to ABOR, before the data connection is closed.
    AbortReply: "waiting for the first reply to ABOR",
    /// Time for the first reply to ABOR under [`AbortClose::AfterReply`](crate::AbortClose): 1 s.
    /// After this time, the client closes the data connection without the reply, and the operation
    /// goes on.
    abort_reply = 1, with_abort_reply;
    /// Waiting for the reply to a command that works through whole files: hashes, COMB, DSIZ, RMDA.
    LongReply: "waiting for the server to work through files",
    /// Time for the reply to a command that works through whole files, such as a hash: 15 min,
    /// because the time grows with the files.
    long_reply = 15 * 60, with_long_reply;
    /// Waiting for two servers to move data between them. The client does not see this data.
    Remote: "waiting for two servers to move data between them",
    /// Time for two servers to move data between them: 12 h, because the client cannot see whether
    /// the data moves.
    remote = 12 * 60 * 60, with_remote;
    /// Waiting for commands to be written.
    Send: "sending commands",
    /// Time for commands to be written: 30 s.
    send = 30, with_send;
}
