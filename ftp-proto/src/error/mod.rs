//! The only error type of this project: the core and both adapters use it.

mod advice;
mod cause;
mod convert;
mod kind;
mod proxy_failure;
#[cfg(feature = "serde")]
mod serde;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::atomics::Arc;
use crate::counted::Counted;
use crate::tls::{KeyPin, Reason};
use crate::wait::{Timeouts, Wait};
use crate::wire::{Class, Command, Escaped, Reply};

pub(crate) use advice::Advice;
pub use cause::Cause;
pub use kind::{ErrorKind, Misuse};
pub use proxy_failure::ProxyFailure;

/// Why an operation failed: a [kind](ErrorKind) and what is known about it.
///
/// Each of `ftplib`'s four error classes is a kind. There are more kinds, for I/O, TLS, time-outs,
/// a server that closed the connection, and [misuse](Misuse), which is a mistake in your program.
/// Cloning is cheap: a dead session returns the same cause for every later operation.
///
/// `Display` is one line that you can show as it is. It names the command with its argument, what
/// went wrong, the server's reply (escaped), why TLS failed, and what you can do. Without a reply,
/// it shows what the error [underneath](Self::inner) says. It never shows the argument of PASS or
/// ACCT. `{:#}` leaves out what you can do, and names no item of this library:
/// [`remedies`](Self::remedies) returns it as values. `source` starts after the causes that the
/// line has shown already, so a printed chain of causes repeats nothing.
///
/// ```
/// use ftp_proto::{Cause, Error};
///
/// fn advice(error: &Error) -> &'static str {
///     match error.cause() {
///         Cause::NotFound => "there is no such file",
///         Cause::LoginRefused => "check the password",
///         _ if error.is_temporary() => "try again",
///         _ => "give up",
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Error(Arc<Context>);

#[derive(Clone)]
struct Context {
    kind: ErrorKind,
    /// The cause that was found out after the failure. `None` if there is no such cause: then
    /// [`Error::cause`] decides from the kind and the reply.
    cause: Option<Cause>,
    /// What `Display` shows in place of the kind's text. `None` for the kind's text. If there is a
    /// title, `Display` does not add how many bytes were moved, because the text of `inner` says
    /// it.
    title: Option<&'static str>,
    command: Option<String>,
    argument: Option<Vec<u8>>,
    /// Whether a secret in the argument was replaced by `***`.
    is_masked: bool,
    subject: Option<String>,
    reply: Option<Reply>,
    transferred: Option<u64>,
    expected: Option<u64>,
    waited: Option<Duration>,
    elapsed: Option<Duration>,
    tls_reason: Option<Reason>,
    server_key: Option<KeyPin>,
    inner: Option<Arc<Inner>>,
    advice: Option<Advice>,
}

type Inner = dyn core::error::Error + Send + Sync;

impl Error {
    /// Makes an error of this kind, without a command, a reply or a cause.
    pub fn new(kind: ErrorKind) -> Self {
        Self(Arc::new(Context {
            kind,
            cause: None,
            title: None,
            command: None,
            argument: None,
            is_masked: false,
            subject: None,
            reply: None,
            transferred: None,
            expected: None,
            waited: None,
            elapsed: None,
            tls_reason: None,
            server_key: None,
            inner: None,
            advice: None,
        }))
    }

    /// Makes the error for a reply of the server. The reply's first digit decides the kind, except
    /// that a 421 is [`ErrorKind::Closed`].
    pub fn from_reply(reply: Reply) -> Self {
        let kind = match reply.class() {
            Class::Transient if reply.code().value() == 421 => ErrorKind::Closed,
            Class::Transient => ErrorKind::Transient,
            Class::Permanent => ErrorKind::Permanent,
            _ => ErrorKind::UnexpectedReply,
        };
        Self::new(kind).with_reply(reply)
    }

    /// Adds the verb of the command that failed.
    #[must_use]
    pub fn with_command(mut self, verb: &str) -> Self {
        Arc::make_mut(&mut self.0).command = Some(verb.into());
        self
    }

    /// Adds the argument of the command that failed, such as the path of RETR. It must hold no
    /// secret.
    #[must_use]
    pub fn with_argument(mut self, argument: impl Into<Vec<u8>>) -> Self {
        Arc::make_mut(&mut self.0).argument = Some(argument.into());
        self
    }

    /// Adds the argument of `command`, such as the path of RETR. Does nothing if another command
    /// failed, or if the error has an argument already. The arguments of PASS and ACCT are left
    /// out.
    pub(crate) fn or_argument_of(mut self, command: &Command) -> Self {
        let known = self.argument().is_some() || self.command() != Some(command.verb());
        if !known && !matches!(command.verb(), "PASS" | "ACCT") {
            let argument = command.masked().argument().map(<[u8]>::to_vec);
            Arc::make_mut(&mut self.0).argument = argument;
        }
        self
    }

    /// Adds what you can do. It replaces earlier advice.
    pub(crate) fn with_advice(mut self, advice: Advice) -> Self {
        Arc::make_mut(&mut self.0).advice = Some(advice);
        self
    }

    /// Adds advice on what you can do, unless the error has advice already.
    pub(crate) fn or_advice(self, advice: Advice) -> Self {
        match self.0.advice {
            None => self.with_advice(advice),
            Some(_) => self,
        }
    }

    /// Adds what the operation was doing, such as `connecting to ftp.example.org, port 21`.
    #[must_use]
    pub fn with_subject(mut self, subject: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.0).subject = Some(subject.into());
        self
    }

    /// Adds the server's reply that made the operation fail.
    #[must_use]
    pub fn with_reply(mut self, reply: Reply) -> Self {
        Arc::make_mut(&mut self.0).reply = Some(reply);
        self
    }

    /// Adds how many bytes of data were moved before the failure.
    #[must_use]
    pub fn with_transferred(mut self, bytes: u64) -> Self {
        Arc::make_mut(&mut self.0).transferred = Some(bytes);
        self
    }

    /// Sets the text that `Display` shows in place of the kind's text. The text of the error's
    /// source must then say how many bytes were moved.
    pub(crate) fn with_title(mut self, title: &'static str) -> Self {
        Arc::make_mut(&mut self.0).title = Some(title);
        self
    }

    /// Adds how many bytes of data should have been moved. The text `why` says how the client knows
    /// this number. It becomes the source of the error.
    pub(crate) fn with_expected(self, bytes: u64, why: String) -> Self {
        let mut error = self.with_source(why);
        Arc::make_mut(&mut error.0).expected = Some(bytes);
        error
    }

    /// If the error is a time-out, adds the time limit that has passed. The driver has the limits
    /// (`timeouts`), and the session does not.
    #[must_use]
    pub fn with_limits(self, timeouts: &Timeouts) -> Self {
        self.with_timing(&|context, wait| context.waited = Some(timeouts.of(wait)))
    }

    /// Adds how long the whole operation took, if it ended by a time-out. The driver has a clock,
    /// and the session has none.
    ///
    /// ```
    /// use core::time::Duration;
    /// use ftp_proto::{Error, ErrorKind, Timeouts, Wait};
    ///
    /// let error = Error::new(ErrorKind::Timeout(Wait::Reply))
    ///     .with_limits(&Timeouts::default())
    ///     .with_elapsed(Duration::from_secs(93));
    /// assert_eq!(
    ///     error.to_string(),
    ///     "timed out after 60s (Timeouts::reply), waiting for a reply (the operation took 93s)"
    /// );
    /// ```
    #[must_use]
    pub fn with_elapsed(self, elapsed: Duration) -> Self {
        self.with_timing(&|context, _| context.elapsed = Some(elapsed))
    }

    /// Applies `change` to this error if it is a time-out, and also to its cause if the cause is a
    /// time-out.
    fn with_timing(self, change: &dyn Fn(&mut Context, Wait)) -> Self {
        let inner = self.inner().and_then(|inner| inner.downcast_ref::<Self>());
        let inner = inner.map(|inner| inner.clone().with_timing(change));
        let mut error = match inner {
            Some(inner) => self.with_source(inner),
            None => self,
        };
        if let ErrorKind::Timeout(wait) = error.kind() {
            change(Arc::make_mut(&mut error.0), wait);
        }
        error
    }

    /// Adds why TLS failed.
    #[must_use]
    pub fn with_tls_reason(mut self, reason: Reason) -> Self {
        Arc::make_mut(&mut self.0).tls_reason = Some(reason);
        self
    }

    /// Adds the public key of a server whose certificate was refused.
    #[cfg(feature = "rustls")]
    pub(crate) fn with_server_key(mut self, key: Option<KeyPin>) -> Self {
        Arc::make_mut(&mut self.0).server_key = key;
        self
    }

    /// Corrects the reason of a TLS failure that came after the server had accepted AUTH or PROT.
    /// `PlainServer` would advise you to try another kind of TLS, which would be wrong. So
    /// `ClearText` replaces it.
    pub(crate) fn in_agreed_tls(self) -> Self {
        match self.tls_reason() {
            Some(Reason::PlainServer) => self.with_tls_reason(Reason::ClearText),
            _ => self,
        }
    }

    /// Removes the reply from an error of a data connection. If the server sends data in clear
    /// text, the data can look like a reply, but it is none.
    pub(crate) fn without_reply(mut self) -> Self {
        if self.reply().is_some() {
            Arc::make_mut(&mut self.0).reply = None;
        }
        self
    }

    /// Adds the cause: an error or a text. [`inner`](Self::inner) returns the cause.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn core::error::Error + Send + Sync>>,
    ) -> Self {
        Arc::make_mut(&mut self.0).inner = Some(Arc::from(source.into()));
        self
    }

    /// Adds another error of this crate as the cause. If this error has no TLS reason, it also gets
    /// the TLS reason of the cause.
    pub(crate) fn because(self, cause: Self) -> Self {
        if self.tls_reason().is_some() {
            return self.with_source(cause);
        }
        let (reason, key) = (cause.0.tls_reason.clone(), cause.0.server_key);
        let mut error = self.with_source(cause);
        let context = Arc::make_mut(&mut error.0);
        (context.tls_reason, context.server_key) = (reason, key);
        error
    }

    pub(crate) fn misuse(misuse: Misuse) -> Self {
        Self::new(ErrorKind::Misuse(misuse))
    }

    /// Makes an [`ErrorKind::OutOfStep`]. The text `why` is its cause.
    pub(crate) fn out_of_step(why: &'static str) -> Self {
        Self::new(ErrorKind::OutOfStep).with_source(why)
    }

    /// Makes a [`Misuse::Option`]. The text `why` says which option is wrong, and why.
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

    /// Masks these secrets in the reply, in the argument, and in the causes of the error.
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
                    let masked = crate::wire::masked(argument, secret);
                    context.is_masked |= masked != *argument;
                    *argument = masked;
                }
            }
        }
        error
    }

    /// Returns the kind of this error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the verb of the command that failed, such as `RETR`. `None` if no command failed.
    pub fn command(&self) -> Option<&str> {
        self.0.command.as_deref()
    }

    /// Returns the argument of the command that failed, such as the path of RETR. `None` if there
    /// was none. Secrets are masked.
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

    /// Returns what the operation was doing, if that is known: for example `connecting to
    /// ftp.example.org, port 21`.
    pub fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// Returns the server's reply that belongs to the failure. `None` if there is none.
    pub fn reply(&self) -> Option<&Reply> {
        self.0.reply.as_ref()
    }

    /// Returns how many bytes of data were moved. `None` if the operation is not a transfer.
    pub fn transferred(&self) -> Option<u64> {
        self.0.transferred
    }

    /// Returns how many bytes of data should have been moved. For an upload, this is the size that
    /// the file should have afterwards. `None` if the number is unknown or is not the reason for
    /// the failure.
    pub fn expected(&self) -> Option<u64> {
        self.0.expected
    }

    /// Returns the time limit in [`Timeouts`] that has passed, if the error is an
    /// [`ErrorKind::Timeout`]. `None` for other errors, and for an error to which no adapter has
    /// [added](Self::with_limits) the limit.
    pub fn waited(&self) -> Option<Duration> {
        self.0.waited
    }

    /// Returns how long the whole operation took, if a time-out of an adapter ended it. The time
    /// includes the wait that timed out (see [`waited`](Self::waited)) and everything before and
    /// after it. `None` if the wait did not belong to one operation: for example, you were reading
    /// a download. `Display` shows the time if it is at least a second longer than the limit.
    pub fn elapsed(&self) -> Option<Duration> {
        self.0.elapsed.filter(|it| Some(*it) >= self.0.waited)
    }

    /// Returns why TLS failed. There is also a reason if the server refused a command because of
    /// TLS, and if no greeting came, perhaps because the server waits for TLS. `None` if no reason
    /// is known.
    pub fn tls_reason(&self) -> Option<&Reason> {
        self.0.tls_reason.as_ref()
    }

    /// Returns the public key of the server, if the client refused its certificate: for a program
    /// that shows it to a person, and [pins](crate::tls::TlsConfig) it if the person trusts it. The
    /// server has not proven yet that it has this key. It must, when you connect with the pin.
    ///
    /// `None` if TLS failed for another reason, or if the server was not checked by a verifier of
    /// this library.
    ///
    /// ```
    /// use ftp_proto::Error;
    ///
    /// fn question(error: &Error) -> Option<String> {
    ///     let (reason, key) = (error.tls_reason()?, error.server_key()?);
    ///     Some(format!("{reason:#}; trust the key {key}?"))
    /// }
    /// ```
    pub fn server_key(&self) -> Option<KeyPin> {
        self.0.server_key
    }

    /// Returns the error underneath: an `std::io::Error`, an error of rustls, or a text of this
    /// crate. This method returns it whether or not `Display` shows its text.
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

    /// Returns the cause, if `Display` shows its text. `None` if there is no cause, or if the TLS
    /// reason or the reply says the same in better words.
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

    /// Returns whether the text of `inner` would add nothing to the text of this error, because
    /// `inner` is a TLS failure with the same reason.
    fn tells_all_of(&self, inner: &Self) -> bool {
        inner.kind() == ErrorKind::Tls
            && inner.reply().is_none()
            && inner
                .tls_reason()
                .is_some_and(|reason| Some(reason) == self.tls_reason())
    }

    /// Returns whether more bytes came than were expected. `false` if no number was expected.
    pub(crate) fn is_surplus(&self) -> bool {
        self.expected().is_some() && self.transferred() > self.expected()
    }

    /// Returns whether the server's reply is itself the failure (for example a 550). For other
    /// kinds, such as a time-out, the reply only adds information.
    fn is_a_reply(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::UnexpectedReply
                | ErrorKind::Transient
                | ErrorKind::Permanent
                | ErrorKind::Unsupported
                | ErrorKind::Closed
                | ErrorKind::Proxy(_)
        )
    }
}

impl Error {
    /// Writes how long the client waited, and for what.
    fn write_timeout(
        &self,
        wait: Wait,
        limit: Duration,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        write!(f, "timed out after {limit:?}")?;
        if !f.alternate() {
            write!(f, " (Timeouts::{})", wait.limit())?;
        }
        write!(f, ", {wait}")?;
        match self.elapsed().filter(|it| is_longer(*it, limit)) {
            Some(elapsed) => write!(f, " (the operation took {}s)", elapsed.as_secs()),
            None => Ok(()),
        }
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
        // The cause's text may contain bytes of a stranger: what a proxy has sent, or the names in
        // a certificate. So the text is escaped.
        let told = told.map(|told| match f.alternate() {
            true => format!("{told:#}"),
            false => told.to_string(),
        });
        match (context.kind, context.waited, &told) {
            (kind, _, Some(told)) if kind.is_told_by_cause() => {
                write!(f, "{}", Escaped::new(told))?;
            }
            (ErrorKind::Timeout(wait), Some(limit), _) => self.write_timeout(wait, limit, f)?,
            (ErrorKind::Truncated, ..) if self.is_surplus() => {
                f.write_str("the download is longer than expected")?;
            }
            (kind, _, _) => match context.title {
                Some(title) => f.write_str(title)?,
                None => fmt::Display::fmt(&kind, f)?,
            },
        }
        if let Some(reply) = reply.take_if(|_| self.is_a_reply()) {
            write!(f, ": {reply}")?;
        }
        if let Some(reason) = &context.tls_reason {
            f.write_str(": ")?;
            fmt::Display::fmt(reason, f)?;
        }
        if let Some(told) = told.filter(|_| !context.kind.is_told_by_cause()) {
            write!(f, ": {}", Escaped::new(&told))?;
        }
        if let Some(bytes) = context.transferred.filter(|_| context.title.is_none()) {
            let bytes = Counted::bytes(bytes);
            match self.command() {
                Some("STOR" | "STOU" | "APPE") => write!(f, " ({bytes} sent)")?,
                Some(_) => write!(f, " ({bytes} received)")?,
                None => write!(f, " (after {bytes})")?,
            }
        }
        if let Some(reply) = reply {
            write!(f, "; the server said: {reply}")?;
        }
        if let Some(cause @ (Cause::NotFound | Cause::Denied)) = context.cause {
            write!(f, "; {cause}")?;
        }
        if let Some(advice) = context
            .advice
            .as_ref()
            .filter(|it| it.has_text(f.alternate()))
        {
            f.write_str("; ")?;
            fmt::Display::fmt(advice, f)?;
        }
        Ok(())
    }
}

/// Returns whether an operation took at least a second longer than the limit that ended it. A
/// smaller difference comes only from rounding.
fn is_longer(elapsed: Duration, limit: Duration) -> bool {
    elapsed.saturating_sub(limit) >= Duration::from_secs(1)
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // If `main` returns an error, Rust prints its `Debug` form. So that form begins with the
        // readable text.
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

/// If `Display` shows the text of this error's cause too, `source` leaves that cause out, and
/// returns the cause of the cause.
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
