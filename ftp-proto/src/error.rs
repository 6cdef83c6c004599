//! The one error type, used by the core and by both adapters.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::tls::Reason;
use crate::wait::{Timeouts, Wait};
use crate::wire::{Class, Command, Escaped, Reply};

/// Why an operation failed: a [kind](ErrorKind) and what is known about it.
///
/// The four classes of `ftplib` are visible as kinds; beside them stand I/O, TLS, time-outs, a
/// server that closed, and [misuse](Misuse), which is the caller's own fault and never dressed as
/// the server's. Cloning is cheap: a dead session gives the same cause to every later operation.
///
/// `Display` is one line that stands for itself: the command with its argument, what went wrong,
/// what the server said (escaped), why TLS failed and what can be done, or else what the error
/// [underneath](Self::inner) says. The argument of PASS or ACCT is never in it. `source` begins after
/// what that line has said already: printing the chain repeats nothing.
///
/// ```
/// use ftp_proto::{Error, ErrorKind};
///
/// fn is_worth_another_try(error: &Error) -> bool {
///     matches!(error.kind(), ErrorKind::Transient | ErrorKind::Timeout(_))
/// }
/// ```
#[derive(Clone)]
pub struct Error(Arc<Context>);

#[derive(Clone)]
struct Context {
    kind: ErrorKind,
    command: Option<String>,
    argument: Option<Vec<u8>>,
    subject: Option<String>,
    reply: Option<Reply>,
    transferred: Option<u64>,
    expected: Option<u64>,
    waited: Option<Duration>,
    tls_reason: Option<Reason>,
    inner: Option<Arc<Inner>>,
    advice: Option<Cow<'static, str>>,
}

type Inner = dyn core::error::Error + Send + Sync;

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A well-formed reply of the classes 1xx to 3xx where another was due (`ftplib.error_reply`).
    UnexpectedReply,
    /// The server said 4xx: the same request may succeed later (`ftplib.error_temp`).
    Transient,
    /// The server said 5xx (`ftplib.error_perm`).
    Permanent,
    /// What the server sent is not FTP, or not what the grammar of this reply allows
    /// (`ftplib.error_proto`); [`Error::inner`] says what.
    Protocol,
    /// Bytes came after the reply to AUTH: an attack, or a server that cannot be secured.
    Injection,
    /// Replies and commands could not be brought back into step.
    OutOfStep,
    /// The server closed the control connection; its 421, if it sent one, is the reply.
    Closed,
    /// A socket failed, or the caller's file; [`Error::inner`] is the `std::io::Error`.
    Io,
    /// TLS failed: a certificate, an alert, a handshake that was given up.
    Tls,
    /// The time allowed for this class of waiting is over; [`Error::waited`] says how long it was.
    Timeout(Wait),
    /// The data connection ended before the data did, or brought another number of bytes than was
    /// expected, or fewer than the server [announced](crate::SizeCheck); [`Error::transferred`]
    /// says how many came, and [`Error::expected`] how many should have.
    Truncated,
    /// The data came to an end, but the server never confirmed that it was all, or its word is not
    /// to be relied on: it has reset the data connection of an upload, say, and the file does not
    /// have the [size](crate::SizeCheck) that it must have. Of a download whose length is known,
    /// [`Truncated`](Self::Truncated) says it better:
    /// [`TransferOptions::with_expected`](crate::TransferOptions::with_expected).
    Unconfirmed,
    /// A command was held back because the channel that it needs is not secured.
    Insecure,
    /// An argument cannot be sent: it is empty or holds CR, LF or NUL. Nothing was sent.
    InvalidArgument,
    /// Something is larger than a limit that the caller may raise (a listing, a line of one).
    TooLarge,
    /// The caller broke the contract; nothing was sent.
    Misuse(Misuse),
}

/// What the caller did wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Misuse {
    /// The answer does not belong to the last want of this operation on this session.
    StaleAnswer,
    /// The transfer token does not belong to this session, or is already spent.
    StaleTransfer,
    /// The control connection is secured already.
    AlreadySecured,
    /// The operation needs a secured control connection.
    NotSecured,
    /// The operation needs a login that went well before.
    NotLoggedIn,
    /// The operation was stepped again after it was done.
    Finished,
    /// A download was finished before its end was reached.
    NotAtEnd,
    /// An option that makes no sense, such as a time-out of zero, or a command that belongs to
    /// another method; the error's text says which and why.
    Option,
    /// A transfer in another mode than MODE S, or of another structure than STRU F: its bytes
    /// would not be those of the file.
    Framing,
    /// A copy between two servers, of which one protects its data connections: neither of them
    /// would begin the handshake.
    Protected,
    /// More commands were queued than [`Config`](crate::Config) allows to stand unsent.
    TooMuchUnsent,
}

impl Error {
    /// An error of this kind, without context.
    pub fn new(kind: ErrorKind) -> Self {
        Self(Arc::new(Context {
            kind,
            command: None,
            argument: None,
            subject: None,
            reply: None,
            transferred: None,
            expected: None,
            waited: None,
            tls_reason: None,
            inner: None,
            advice: None,
        }))
    }

    /// The error that this reply is, by its first digit.
    pub fn from_reply(reply: Reply) -> Self {
        let kind = match reply.class() {
            Class::Transient if reply.code().value() == 421 => ErrorKind::Closed,
            Class::Transient => ErrorKind::Transient,
            Class::Permanent => ErrorKind::Permanent,
            _ => ErrorKind::UnexpectedReply,
        };
        Self::new(kind).with_reply(reply)
    }

    /// Names the command that failed.
    #[must_use]
    pub fn with_command(mut self, verb: &str) -> Self {
        Arc::make_mut(&mut self.0).command = Some(verb.into());
        self
    }

    /// Says what the command was about, such as the path of RETR, if it was this one. What is secret
    /// is left out.
    pub(crate) fn or_argument_of(mut self, command: &Command) -> Self {
        let known = self.argument().is_some() || self.command() != Some(command.verb());
        if !known && !matches!(command.verb(), "PASS" | "ACCT") {
            let argument = command.masked().argument().map(<[u8]>::to_vec);
            Arc::make_mut(&mut self.0).argument = argument;
        }
        self
    }

    /// Says what can be done, unless that is said already.
    pub(crate) fn or_advice(mut self, advice: impl Into<Cow<'static, str>>) -> Self {
        if self.0.advice.is_none() {
            Arc::make_mut(&mut self.0).advice = Some(advice.into());
        }
        self
    }

    /// Says what it is about, such as `connecting to ftp.example.org, port 21`.
    #[must_use]
    pub fn with_subject(mut self, subject: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.0).subject = Some(subject.into());
        self
    }

    /// Adds the reply that made it fail.
    #[must_use]
    pub fn with_reply(mut self, reply: Reply) -> Self {
        Arc::make_mut(&mut self.0).reply = Some(reply);
        self
    }

    /// Says how many bytes of data were moved before it failed.
    #[must_use]
    pub fn with_transferred(mut self, bytes: u64) -> Self {
        Arc::make_mut(&mut self.0).transferred = Some(bytes);
        self
    }

    /// Says how many bytes of data should have been moved, and why that is known.
    pub(crate) fn with_expected(self, bytes: u64, why: String) -> Self {
        let mut error = self.with_source(why);
        Arc::make_mut(&mut error.0).expected = Some(bytes);
        error
    }

    /// Says how long was waited in vain, by these limits: they are the driver's, and the session
    /// does not know them.
    #[must_use]
    pub fn with_limits(self, timeouts: &Timeouts) -> Self {
        let inner = self.inner().and_then(|inner| inner.downcast_ref::<Self>());
        let inner = inner.map(|inner| inner.clone().with_limits(timeouts));
        let mut error = match inner {
            Some(inner) => self.with_source(inner),
            None => self,
        };
        if let ErrorKind::Timeout(wait) = error.kind() {
            Arc::make_mut(&mut error.0).waited = Some(timeouts.of(wait));
        }
        error
    }

    /// Adds why TLS failed.
    #[must_use]
    pub fn with_tls_reason(mut self, reason: Reason) -> Self {
        Arc::make_mut(&mut self.0).tls_reason = Some(reason);
        self
    }

    /// The same where both sides had agreed on TLS: there is no other kind of it to try.
    pub(crate) fn in_agreed_tls(self) -> Self {
        match self.tls_reason() {
            Some(Reason::PlainServer) => self.with_tls_reason(Reason::ClearText),
            _ => self,
        }
    }

    /// The same without the server's words, which were data.
    pub(crate) fn without_reply(mut self) -> Self {
        if self.reply().is_some() {
            Arc::make_mut(&mut self.0).reply = None;
        }
        self
    }

    /// Adds the cause, an error or words; [`inner`](Self::inner) gives it back.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn core::error::Error + Send + Sync>>,
    ) -> Self {
        Arc::make_mut(&mut self.0).inner = Some(Arc::from(source.into()));
        self
    }

    /// Adds a cause of our own, and the reason in it, where there is none yet.
    pub(crate) fn because(self, cause: Self) -> Self {
        let reason = cause.tls_reason().filter(|_| self.tls_reason().is_none());
        match reason.cloned() {
            Some(reason) => self.with_tls_reason(reason).with_source(cause),
            None => self.with_source(cause),
        }
    }

    pub(crate) fn misuse(misuse: Misuse) -> Self {
        Self::new(ErrorKind::Misuse(misuse))
    }

    /// An option that makes no sense: which, and why.
    pub(crate) fn option(why: impl Into<Box<dyn core::error::Error + Send + Sync>>) -> Self {
        Self::misuse(Misuse::Option).with_source(why)
    }

    pub(crate) fn or_command(self, verb: &str) -> Self {
        if self.0.command.is_some() {
            self
        } else {
            self.with_command(verb)
        }
    }

    pub(crate) fn or_subject(self, subject: &str) -> Self {
        if self.0.subject.is_some() {
            self
        } else {
            self.with_subject(subject)
        }
    }

    /// Without these secrets in the reply, which here is for people, and in those underneath.
    pub(crate) fn masked(self, secrets: &[Vec<u8>]) -> Self {
        if secrets.is_empty() {
            return self;
        }
        let inner = self.inner().and_then(|inner| inner.downcast_ref::<Self>());
        let inner = inner.map(|inner| inner.clone().masked(secrets));
        let mut error = match inner {
            Some(inner) => self.with_source(inner),
            None => self,
        };
        if error.reply().is_some() || error.argument().is_some() {
            let context = Arc::make_mut(&mut error.0);
            for secret in secrets {
                if let Some(reply) = &mut context.reply {
                    reply.mask(secret);
                }
                if let Some(argument) = &mut context.argument {
                    *argument = crate::wire::masked(argument, secret);
                }
            }
        }
        error
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The verb of the command that failed, such as `RETR`.
    pub fn command(&self) -> Option<&str> {
        self.0.command.as_deref()
    }

    /// The argument of that command, such as the path of RETR, where it had one. Secrets are masked.
    ///
    /// ```
    /// use ftp_proto::Error;
    ///
    /// fn missing(error: &Error) -> Option<&[u8]> {
    ///     let not_there = error.reply()?.code().value() == 550;
    ///     error.argument().filter(|_| not_there)
    /// }
    /// ```
    pub fn argument(&self) -> Option<&[u8]> {
        self.0.argument.as_deref()
    }

    /// What it is about, where that is known: a connection, with host and port.
    pub fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// The server's reply, where there is one.
    pub fn reply(&self) -> Option<&Reply> {
        self.0.reply.as_ref()
    }

    /// How many bytes of data were moved, where data was to be moved.
    pub fn transferred(&self) -> Option<u64> {
        self.0.transferred
    }

    /// How many bytes of data should have been moved, where fewer or more of them were than that. Of
    /// an upload, how many the file should have then.
    pub fn expected(&self) -> Option<u64> {
        self.0.expected
    }

    /// How long was waited, of [`ErrorKind::Timeout`] in an adapter: the limit in [`Timeouts`].
    pub fn waited(&self) -> Option<Duration> {
        self.0.waited
    }

    /// Why TLS failed, where that is known; also beside a refusal of the server's that is about
    /// TLS, and beside a greeting that does not come.
    pub fn tls_reason(&self) -> Option<&Reason> {
        self.0.tls_reason.as_ref()
    }

    /// The error underneath, whether `Display` has told it or not: an `std::io::Error`, one of
    /// rustls, or words of our own.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use ftp_proto::{Error, ErrorKind};
    /// use std::io;
    ///
    /// let error = Error::from(io::Error::from(io::ErrorKind::ConnectionRefused));
    /// assert_eq!(error.kind(), ErrorKind::Io);
    /// let inner = error.inner().and_then(|inner| inner.downcast_ref::<io::Error>());
    /// assert_eq!(inner.map(io::Error::kind), Some(io::ErrorKind::ConnectionRefused));
    /// # }
    /// ```
    pub fn inner(&self) -> Option<&(dyn core::error::Error + Send + Sync + 'static)> {
        self.0.inner.as_deref()
    }

    /// The error underneath where `Display` tells it: there are no better words.
    fn told(&self) -> Option<&Inner> {
        let inner = self.inner().filter(|_| self.tls_reason().is_none())?;
        let same_reply = || {
            let inner = inner.downcast_ref::<Self>();
            inner.is_some_and(|inner| inner.reply().is_some())
        };
        match self.reply() {
            Some(_) if self.is_a_reply() || same_reply() => None,
            _ => Some(inner),
        }
    }

    /// Whether nothing is left to say of an error underneath: TLS failed, for the same reason.
    fn tells_all_of(&self, inner: &Self) -> bool {
        inner.kind() == ErrorKind::Tls
            && inner.reply().is_none()
            && inner
                .tls_reason()
                .is_some_and(|reason| Some(reason) == self.tls_reason())
    }

    /// Whether the reply is what went wrong, and not what the server said besides.
    fn is_a_reply(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::UnexpectedReply
                | ErrorKind::Transient
                | ErrorKind::Permanent
                | ErrorKind::Closed
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let context = &*self.0;
        let (mut reply, told) = (self.reply(), self.told());
        match (&context.command, &context.argument) {
            (Some(verb), Some(argument)) => write!(f, "{verb} {}: ", Escaped::new(argument))?,
            (Some(verb), None) => write!(f, "{verb}: ")?,
            _ => {}
        }
        if let Some(subject) = &context.subject {
            write!(f, "{}: ", Escaped::new(subject))?;
        }
        // A proxy's words may be in it, or what a verifier of the caller's saw in a certificate.
        let told = told.map(|told| told.to_string());
        match (context.kind, context.waited, &told) {
            // What the system says needs nothing ahead of it.
            (ErrorKind::Io, _, Some(told)) => write!(f, "{}", Escaped::new(told))?,
            (ErrorKind::Timeout(wait), Some(limit), _) => {
                write!(f, "timed out after {limit:?}, {wait}")?;
            }
            (kind, _, _) => write!(f, "{kind}")?,
        }
        if let Some(reply) = reply.take_if(|_| self.is_a_reply()) {
            write!(f, ": {reply}")?;
        }
        if let Some(reason) = &context.tls_reason {
            write!(f, ": {reason}")?;
        }
        if let Some(told) = told.filter(|_| context.kind != ErrorKind::Io) {
            write!(f, ": {}", Escaped::new(&told))?;
        }
        if let Some(reply) = reply {
            write!(f, "; the server said: {reply}")?;
        }
        if let Some(bytes) = context.transferred {
            write!(f, " (after {bytes} bytes)")?;
        }
        if let Some(advice) = &context.advice {
            write!(f, "; {advice}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnexpectedReply => "unexpected reply",
            Self::Transient => "the server refused for now",
            Self::Permanent => "the server refused",
            Self::Protocol => "the server does not speak FTP as it should",
            Self::Injection => {
                "clear text where TLS begins or ends: an attack, or a server that cannot be secured"
            }
            Self::OutOfStep => "replies are out of step with commands",
            Self::Closed => "the server closed the control connection",
            Self::Io => "input or output failed",
            Self::Tls => "TLS failed",
            Self::Timeout(wait) => return write!(f, "timed out, {wait}"),
            Self::Truncated => "the data did not end as it should",
            Self::Unconfirmed => "the data ended, but the server never confirmed it",
            Self::Insecure => "held back, because something would travel in clear text",
            Self::InvalidArgument => "an argument cannot be sent",
            Self::TooLarge => "larger than the limit",
            Self::Misuse(misuse) => return write!(f, "misuse: {misuse}"),
        })
    }
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StaleAnswer => "the answer does not belong to the last want",
            Self::StaleTransfer => "the transfer is not this session's, or is spent",
            Self::AlreadySecured => "the control connection is secured already",
            Self::NotSecured => "the control connection is not secured",
            Self::NotLoggedIn => "there was no login yet",
            Self::Finished => "the operation is done",
            Self::NotAtEnd => {
                "the download has not reached its end: read it until there is no more, or give it up \
                 by `abort`"
            }
            Self::Option => "an option or a command makes no sense here",
            Self::Framing => "transfers are made in MODE S and STRU F alone",
            Self::Protected => "data between two servers cannot be protected",
            Self::TooMuchUnsent => "too many commands stand unsent",
        })
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A `main` that returns an error prints this: the words come first.
        let mut shown = f.debug_struct("Error");
        shown
            .field("says", &self.to_string())
            .field("kind", &self.kind());
        if let Some(inner) = self.inner() {
            shown.field("inner", &inner);
        }
        shown.finish()
    }
}

/// What `Display` has not told yet.
impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self.told() {
            Some(told) => told.source(),
            None => {
                let inner = self.inner()?;
                match inner.downcast_ref::<Self>() {
                    Some(inner) if self.tells_all_of(inner) => inner.source(),
                    _ => Some(inner),
                }
            }
        }
    }
}

/// What each of these is to a caller.
macro_rules! causes {
    ($($cause:ty => $kind:ident;)*) => {$(
        impl From<$cause> for Error {
            fn from(cause: $cause) -> Self {
                Self::new(ErrorKind::$kind).with_source(cause)
            }
        }
    )*};
}

causes! {
    crate::wire::DecodeError => Protocol;
    crate::reply::Malformed => Protocol;
    crate::wire::InvalidCommand => InvalidArgument;
    crate::path::InvalidPath => InvalidArgument;
    crate::data::LineTooLong => TooLarge;
}

/// An [`ErrorKind::Io`], or the [`Error`] that travelled inside the `io::Error`.
#[cfg(feature = "std")]
impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(inner) => inner,
            Err(error) => Self::new(ErrorKind::Io).with_source(error),
        }
    }
}

/// The error travels inside; `From` or [`std::io::Error::downcast`] takes it out again.
#[cfg(feature = "std")]
impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        use std::io::ErrorKind as Io;
        let kind = match error.kind() {
            ErrorKind::Timeout(_) => Io::TimedOut,
            ErrorKind::Truncated | ErrorKind::Unconfirmed => Io::UnexpectedEof,
            ErrorKind::Closed => Io::ConnectionAborted,
            ErrorKind::InvalidArgument | ErrorKind::Misuse(_) => Io::InvalidInput,
            ErrorKind::Protocol | ErrorKind::Injection | ErrorKind::OutOfStep => Io::InvalidData,
            _ => Io::Other,
        };
        Self::new(kind, error)
    }
}
