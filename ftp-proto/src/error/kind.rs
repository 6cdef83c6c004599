//! The kinds of failure.

use core::fmt;

use super::ProxyFailure;
use crate::wait::Wait;

/// What kind of failure an [`Error`](super::Error) is.
///
/// A session *lives* if its next operation can succeed; the session then first cleans up what the
/// failed operation left. A session that is *dead* fails every operation: connect again, or call
/// `reconnect` of an adapter's client. [`Session::is_dead`](crate::Session::is_dead) tells whether
/// it is dead.
///
/// | kind | meaning | the session | what you can do next |
/// |---|---|---|---|
/// | [`UnexpectedReply`](Self::UnexpectedReply) | 1xx to 3xx where another reply was due | lives, unless it was the greeting | look at [`Error::reply`](super::Error::reply); ask for the result in another way |
/// | [`Transient`](Self::Transient) | the server refused by 4xx | lives, unless it was the greeting | try again later |
/// | [`Permanent`](Self::Permanent) | the server refused by 5xx | lives, unless it was the greeting | change the command or its argument |
/// | [`Protocol`](Self::Protocol) | bytes that are no reply, or a reply that cannot be read | dead in the first case, lives in the second | see [`Error::inner`](super::Error::inner); [`Config`](crate::Config) has options for servers that deviate |
/// | [`Injection`](Self::Injection) | clear text where TLS begins or ends | dead | do not trust this connection |
/// | [`OutOfStep`](Self::OutOfStep) | replies no longer match commands | dead as a rule; lives if the client has only refused to begin a transfer | call `is_dead`: try the transfer again, or connect again |
/// | [`Closed`](Self::Closed) | the server closed the control connection | dead | connect again |
/// | [`Io`](Self::Io) | a socket failed | dead if the control connection failed, else lives | connect again |
/// | [`Unresolved`](Self::Unresolved) | the server's name has no known address | lives or dead as it was | check the name; connect again |
/// | [`Local`](Self::Local) | your local file failed | lives | mend the file: [`Error::inner`](super::Error::inner) is the `std::io::Error` |
/// | [`Tls`](Self::Tls) | a certificate, an alert or a handshake | dead if the control connection failed, else lives | see [`Error::tls_reason`](super::Error::tls_reason), which names the next step |
/// | [`Timeout`](Self::Timeout) | the time limit of this [`Wait`] has passed | lives as a rule; dead if a handshake, or sending on the control connection, timed out | try again, or raise the limit in [`Timeouts`](crate::Timeouts) |
/// | [`Truncated`](Self::Truncated) | a download is not as long as it must be | lives | download again, or resume at an [offset](crate::TransferOptions::with_offset) |
/// | [`Unconfirmed`](Self::Unconfirmed) | nothing proves that the transfer is whole | lives, unless the reply was lost with the connection | compare sizes, or transfer again |
/// | [`Insecure`](Self::Insecure) | a command would have left in clear text | lives; nothing was sent | secure the session first |
/// | [`InvalidArgument`](Self::InvalidArgument) | an argument cannot be sent | lives; nothing was sent | change the argument |
/// | [`Unsupported`](Self::Unsupported) | the server knows no command for this | lives; nothing was changed | do it in another way |
/// | [`TooLarge`](Self::TooLarge) | more than a limit of yours, or a directory that cannot be restored | lives, or stays as it was | raise the limit, or use a call that streams |
/// | [`Aborted`](Self::Aborted) | your program stopped the operation | lives as a rule, as after a time-out | nothing, or do it again |
/// | [`Proxy`](Self::Proxy) | a proxy made no connection, or refused its login | dead if the control connection failed, else lives | see [`ProxyFailure`] |
/// | [`TooSlow`](Self::TooSlow) | the data moved more slowly than you allow | lives | try again, or change the [limit](crate::TransferLimits) |
/// | [`OutOfTime`](Self::OutOfTime) | the [total time](crate::Options::with_total_time) of the client is over | lives as a rule, but does nothing any more | make a new client |
/// | [`Misuse`](Self::Misuse) | a call or an option makes no sense here | lives; nothing was sent | see [`Misuse`] |
///
/// ```
/// use ftp_proto::{Error, ErrorKind, Wait};
///
/// let error = Error::new(ErrorKind::Timeout(Wait::Reply));
/// let text = match error.kind() {
///     ErrorKind::Timeout(wait) => format!("it took too long, {wait}"),
///     ErrorKind::Truncated | ErrorKind::Unconfirmed => "the file may not be complete".into(),
///     kind => kind.to_string(),
/// };
/// assert!(text.starts_with("it took too long"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The server sent a valid reply, but its code is none of the codes for this command: for
    /// example 257 to TYPE (`ftplib.error_reply`).
    UnexpectedReply,
    /// The server refused with 4xx: the same command may succeed later (`ftplib.error_temp`).
    Transient,
    /// The server refused with 5xx (`ftplib.error_perm`).
    Permanent,
    /// The server sent something that is not FTP, or a reply that is not in the form for this
    /// command, such as a 227 without an address (`ftplib.error_proto`).
    /// [`Error::inner`](super::Error::inner) says what is wrong.
    Protocol,
    /// Bytes in clear text came where TLS begins or ends: after the reply to AUTH, or around the
    /// close_notify after CCC. Either an attacker has sent them, or the server has a fault in TLS.
    Injection,
    /// The session could not find out which reply belongs to which command, for example after a
    /// server has sent a reply too many.
    OutOfStep,
    /// The server closed the control connection. If it sent a 421 before,
    /// [`Error::reply`](super::Error::reply) returns that reply.
    Closed,
    /// A socket failed. [`Error::inner`](super::Error::inner) is the `std::io::Error`.
    Io,
    /// The server's name could not be resolved: there is no such host, or the resolver did not
    /// answer. [`Error::inner`](super::Error::inner) is the `std::io::Error`. For the name of a
    /// proxy, the kind is [`Proxy`](Self::Proxy) with
    /// [`ProxyFailure::Unresolved`](super::ProxyFailure::Unresolved).
    Unresolved,
    /// Your local file could not be read or written. [`Error::inner`](super::Error::inner) is the
    /// `std::io::Error`.
    Local,
    /// TLS failed: for example, the client refused the certificate, or the server ended the
    /// handshake. [`Error::tls_reason`](super::Error::tls_reason) says why.
    Tls,
    /// A time limit has passed. The field says what the client was waiting for, and
    /// [`Error::waited`](super::Error::waited) is the limit.
    Timeout(Wait),
    /// The download does not have the right length. The data connection ended too early, or the
    /// length is not the one that you expected, or the data is shorter than the server
    /// [announced](crate::SizeCheck). [`Error::transferred`](super::Error::transferred) is how many
    /// bytes came, and [`Error::expected`](super::Error::expected) how many should have come.
    Truncated,
    /// The data ended, but it is not certain that the transfer is complete. Either the server never
    /// confirmed the transfer, or its confirmation is in doubt. For example, the server has reset
    /// the data connection of an upload, and the file does not have the right
    /// [size](crate::SizeCheck). If you know the length of a download, set
    /// [`TransferOptions::with_expected`](crate::TransferOptions::with_expected): the error is then
    /// [`Truncated`](Self::Truncated), which says more.
    Unconfirmed,
    /// The client did not send a command, because the command needs a connection under TLS and that
    /// connection is in clear text.
    Insecure,
    /// An argument of a command cannot be sent, because it is empty or holds CR, LF or NUL. Nothing
    /// was sent.
    InvalidArgument,
    /// The server knows no command for what you want. Nothing was changed. If the server has said
    /// so just now, [`Error::reply`](super::Error::reply) is its refusal. If it had said so before,
    /// nothing was sent.
    Unsupported,
    /// A listing, or one of its lines, is larger than a limit that you may raise.
    TooLarge,
    /// Your program stopped the operation: the function that gets the
    /// [progress](crate::data::Progress) of a transfer returned `ControlFlow::Break`, or an
    /// `AbortHandle` was used. [`Error::transferred`](super::Error::transferred) is how many bytes had moved.
    Aborted,
    /// The data of a transfer moved more slowly than
    /// [`TransferLimits::low_speed`](crate::TransferLimits::low_speed) allows.
    TooSlow,
    /// The time that [`Options::with_total_time`](crate::Options::with_total_time) gives to
    /// everything that the client does is over.
    OutOfTime,
    /// Your program used this crate in a wrong way, and nothing was sent. The field says which
    /// mistake it is.
    Misuse(Misuse),
    /// A proxy made no connection, or refused its login. The field says what went wrong.
    Proxy(ProxyFailure),
}

/// The mistake in your program that caused an [`ErrorKind::Misuse`].
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::ClearControl;
/// use ftp_proto::{ErrorKind, Misuse};
///
/// // The control connection of this session is in clear text.
/// let result = drive(&mut session, ClearControl::new(), &mut Server::new([]));
/// let kind = result.map_err(|error| error.kind());
/// assert_eq!(kind, Err(ErrorKind::Misuse(Misuse::NotSecured)));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Misuse {
    /// The answer does not belong to the last want that this operation has returned.
    StaleAnswer,
    /// The `Transfer` belongs to another session, or was used already.
    StaleTransfer,
    /// The control connection is already under TLS.
    AlreadySecured,
    /// The operation needs a control connection under TLS.
    NotSecured,
    /// The operation needs a successful login first.
    NotLoggedIn,
    /// The driver called `step` for an operation that has already ended.
    Finished,
    /// You called `finish` for a download before you had read it to its end.
    NotAtEnd,
    /// An option is wrong, such as a time-out of zero, or a command must be sent by another method
    /// than the one that you called. The error's text says which option or command, and why.
    Option,
    /// Before this transfer, the session was set to another mode than MODE S or another structure
    /// than STRU F. The bytes on the wire would then not be the bytes of the file.
    Framing,
    /// You want to copy a file between two servers, but one of them protects its data connections
    /// by TLS. Neither server would begin the handshake.
    Protected,
    /// More bytes of commands are waiting to be written than
    /// [`Config::max_unsent`](crate::Config::max_unsent) allows.
    TooMuchUnsent,
    /// The driver has answered several times that bytes had come, but has given the session none
    /// and no end of the control connection.
    NothingFed,
    /// The driver has answered that it listens at an address to which no server can connect: port
    /// 0, or an address such as 0.0.0.0.
    NoListener,
}

impl ErrorKind {
    /// Returns whether the data of a transfer came too late for a limit.
    pub(crate) fn is_late(self) -> bool {
        matches!(self, Self::Timeout(_) | Self::TooSlow)
    }

    /// Returns whether `Display` shows only the cause and not the kind, because the cause says
    /// everything: an error text of the operating system, which limit is too low, or which option
    /// is wrong.
    pub(super) fn is_told_by_cause(self) -> bool {
        matches!(
            self,
            Self::Io
                | Self::Unresolved
                | Self::Local
                | Self::TooLarge
                | Self::Misuse(Misuse::Option)
        )
    }
}

impl ErrorKind {
    /// Returns whether your program has stopped the operation: by an
    /// [`AbortHandle`](crate::AbortHandle) or a progress function ([`Aborted`](Self::Aborted)), or
    /// by the [total time](crate::Options::with_total_time) ([`OutOfTime`](Self::OutOfTime)). Then
    /// do not go on with other work on the same client.
    ///
    /// ```
    /// use ftp_proto::{ErrorKind, Wait};
    ///
    /// assert!(ErrorKind::Aborted.is_stop());
    /// assert!(!ErrorKind::Timeout(Wait::Reply).is_stop());
    /// ```
    #[must_use]
    pub const fn is_stop(self) -> bool {
        matches!(self, Self::Aborted | Self::OutOfTime)
    }

    /// Returns the kind as one lower-case word, or several with `_` between them, for logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnexpectedReply => "unexpected_reply",
            Self::Transient => "transient",
            Self::Permanent => "permanent",
            Self::Protocol => "protocol",
            Self::Injection => "injection",
            Self::OutOfStep => "out_of_step",
            Self::Closed => "closed",
            Self::Io => "io",
            Self::Unresolved => "unresolved",
            Self::Local => "local",
            Self::Tls => "tls",
            Self::Timeout(_) => "timeout",
            Self::Truncated => "truncated",
            Self::Unconfirmed => "unconfirmed",
            Self::Insecure => "insecure",
            Self::InvalidArgument => "invalid_argument",
            Self::Unsupported => "unsupported",
            Self::TooLarge => "too_large",
            Self::Aborted => "aborted",
            Self::TooSlow => "too_slow",
            Self::OutOfTime => "out_of_time",
            Self::Misuse(_) => "misuse",
            Self::Proxy(_) => "proxy",
        }
    }
}

/// Names no item of this library, if the format is `{:#}`.
impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnexpectedReply => "unexpected reply",
            Self::Transient => "the server refused for now",
            Self::Permanent => "the server refused",
            Self::Protocol => "the server breaks the rules of FTP",
            Self::Injection => {
                "clear text came where TLS begins or ends: an attack, or a server that cannot be \
                 secured"
            }
            Self::OutOfStep => "the replies do not match the commands any more",
            Self::Closed => "the server closed the control connection",
            Self::Io => "input or output failed",
            Self::Unresolved => "the server's name cannot be resolved",
            Self::Local => "the local file failed",
            Self::Tls => "TLS failed",
            Self::Timeout(wait) => return write!(f, "timed out, {wait}"),
            Self::Truncated => "the download is not complete",
            Self::Unconfirmed => "the transfer may not be complete",
            Self::Insecure => "not sent, because it would travel in clear text",
            Self::InvalidArgument => "an argument cannot be sent",
            Self::Unsupported => "the server cannot do this",
            Self::TooLarge => "too large",
            Self::Aborted => "stopped on request",
            Self::TooSlow => "the data moved too slowly",
            Self::OutOfTime if f.alternate() => "the total time is over",
            Self::OutOfTime => "the total time is over (Options::total_time)",
            Self::Misuse(misuse) => return write!(f, "misuse: {misuse}"),
            Self::Proxy(failure) => return failure.fmt(f),
        })
    }
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StaleAnswer => "this answer does not belong to the last want",
            Self::StaleTransfer => "the transfer belongs to another session, or has ended",
            Self::AlreadySecured => "the control connection is under TLS already",
            Self::NotSecured => "the control connection is not under TLS: call `secure` first",
            Self::NotLoggedIn => "nobody has logged in yet: call `login` first",
            Self::Finished => "the operation has ended",
            Self::NotAtEnd => {
                "the download has not reached its end: read it to its end, or call `abort`"
            }
            Self::Option => "wrong option or command",
            Self::Framing => {
                "the session is not in MODE S and STRU F: set both before the transfer"
            }
            Self::Protected => {
                "a copy between servers cannot be under TLS: call `protect(Protection::Clear)` \
                 first"
            }
            Self::TooMuchUnsent => "too many commands wait to be written",
            Self::NothingFed => {
                "the driver says that bytes have come, but has given the session none"
            }
            Self::NoListener => {
                "no server can connect to this address: answer with the address of the control \
                 connection and the port of the listener"
            }
        })
    }
}
