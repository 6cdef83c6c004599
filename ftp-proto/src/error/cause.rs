//! What an error means for a program: whether the path is missing, or another try may help.

use core::fmt;

use super::{Error, ErrorKind, ProxyFailure};
use crate::tls::Reason;
use crate::wait::Wait;
use crate::wire::Code;

/// Why an operation failed, in the words in which a program decides what to do next.
///
/// Only [`Error::cause`] decides the cause; methods such as `Error::is_not_found` call it. It looks
/// at the codes of replies, and never at their texts.
///
/// | cause | when |
/// |---|---|
/// | [`NotFound`](Self::NotFound) | 550 or 553, and the server has shown that nothing has this path |
/// | [`Denied`](Self::Denied) | 550 or 553, and the path exists; 530 or 532 to a command with a path; 553 to MKD or RNTO |
/// | [`NotFoundOrDenied`](Self::NotFoundOrDenied) | 550 or 553 to a command that needs its path (for an upload: its directory) to exist, and no more is known |
/// | [`LoginRefused`](Self::LoginRefused) | 5xx, 430, or a demand for more, to USER, PASS or ACCT; 530 or 532 to a command without a path |
/// | [`NoSpace`](Self::NoSpace) | 452 or 552 |
/// | [`Temporary`](Self::Temporary) | another 4xx, the time limit for a reply or for data, or the least speed |
/// | [`Incomplete`](Self::Incomplete) | a transfer is not complete, or may not be |
/// | [`Connection`](Self::Connection) | a name cannot be resolved; a connection cannot be made (also by a proxy), is lost, or is of no use any more; the time limit for connecting, for the greeting, for a handshake, or for sending |
/// | [`Security`](Self::Security) | TLS failed, a command would have left in clear text, or the server demands TLS (533 to 537, or 522 to a transfer) |
/// | [`Unsupported`](Self::Unsupported) | 500, 502 or 504, 522 to EPSV or EPRT, or the server knows no command for this |
/// | [`Refused`](Self::Refused) | another 5xx; a proxy refused its login, or does not allow the connection |
/// | [`Protocol`](Self::Protocol) | the server breaks the rules of FTP |
/// | [`Aborted`](Self::Aborted) | your program stopped the operation |
/// | [`Local`](Self::Local) | your file, argument, option or limit, such as the total time |
///
/// ```
/// use ftp_proto::wire::Reply;
/// use ftp_proto::{Cause, Error};
///
/// let reply = Reply::parse(b"452 Disk full.\r\n")?;
/// let error = Error::from_reply(reply).with_command("STOR").with_argument("a.txt");
/// let advice = match error.cause() {
///     Cause::NoSpace => "make room on the server",
///     Cause::LoginRefused => "check the password",
///     Cause::Temporary | Cause::Connection => "try again later",
///     _ => "show the error",
/// };
/// assert_eq!(advice, "make room on the server");
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// Nothing has this path.
    NotFound,
    /// You may not do this with this path, or the server does not allow this name.
    Denied,
    /// The path does not exist, or you may not do this with it: the reply does not say which.
    /// `explain` of an adapter's client asks the server.
    NotFoundOrDenied,
    /// The server refused the user name, the password or the account, or demands a login first.
    LoginRefused,
    /// The server has no room for the file.
    NoSpace,
    /// The same operation may succeed later.
    Temporary,
    /// A transfer is incomplete, or nothing shows that it is complete. The same transfer may
    /// succeed if you try it again.
    Incomplete,
    /// A connection could not be made, or is lost: the same operation may succeed over a new one.
    Connection,
    /// TLS failed, or the connection is not secure enough.
    Security,
    /// The server cannot do this.
    Unsupported,
    /// The server or a proxy refused for another reason.
    Refused,
    /// The server breaks the rules of FTP.
    Protocol,
    /// Something on your side: a local file, an argument, an option, or a limit of yours.
    Local,
    /// Your program stopped the operation.
    Aborted,
}

/// What programs ask about an error.
///
/// ```
/// use ftp_proto::wire::{Code, Reply};
/// use ftp_proto::{Cause, Error};
///
/// let reply = Reply::parse(b"550 Failed to open file.\r\n").unwrap();
/// let error = Error::from_reply(reply).with_command("RETR").with_argument("a.txt");
/// assert_eq!(error.code(), Some(Code::FILE_UNAVAILABLE));
/// assert_eq!(error.path(), Some(&b"a.txt"[..]));
/// assert_eq!(error.cause(), Cause::NotFoundOrDenied);
/// assert!(!error.is_temporary());
/// ```
impl Error {
    /// Returns why the operation failed, for a program that decides what to do next.
    #[must_use]
    pub fn cause(&self) -> Cause {
        if let Some(cause) = self.0.cause {
            return cause;
        }
        match self.kind() {
            ErrorKind::Transient | ErrorKind::Permanent => self.cause_of_refusal(),
            // The server wants a password or an account that you have not given.
            ErrorKind::UnexpectedReply if self.demands_more() => Cause::LoginRefused,
            ErrorKind::Timeout(Wait::Connect | Wait::Greeting | Wait::Handshake | Wait::Send) => {
                Cause::Connection
            }
            ErrorKind::Timeout(_) | ErrorKind::TooSlow => Cause::Temporary,
            ErrorKind::Truncated | ErrorKind::Unconfirmed => Cause::Incomplete,
            ErrorKind::Closed | ErrorKind::Io | ErrorKind::Unresolved | ErrorKind::OutOfStep => {
                Cause::Connection
            }
            ErrorKind::Tls | ErrorKind::Injection | ErrorKind::Insecure => Cause::Security,
            ErrorKind::Unsupported => Cause::Unsupported,
            ErrorKind::UnexpectedReply | ErrorKind::Protocol => Cause::Protocol,
            ErrorKind::Aborted => Cause::Aborted,
            ErrorKind::Local
            | ErrorKind::OutOfTime
            | ErrorKind::InvalidArgument
            | ErrorKind::TooLarge
            | ErrorKind::Misuse(_) => Cause::Local,
            ErrorKind::Proxy(failure) => cause_at_proxy(failure),
        }
    }

    fn cause_of_refusal(&self) -> Cause {
        let Some(code) = self.code() else {
            return Cause::Refused;
        };
        match code.value() {
            533..=537 => Cause::Security,
            // To a transfer, the server demands TLS. To EPSV and EPRT, 522 is about IPv4 and IPv6.
            522 if self.path().is_some() => Cause::Security,
            522 => Cause::Unsupported,
            // A handshake that failed for another reason may have nothing to do with the refusal.
            _ if self.is_about_resumption() => Cause::Security,
            430 => Cause::LoginRefused,
            500.. if self.is_of_login() => Cause::LoginRefused,
            452 | 552 => Cause::NoSpace,
            // vsftpd refuses an upload by 553, also if its directory is missing.
            550 | 553 if self.needs_its_path() => Cause::NotFoundOrDenied,
            530 | 532 | 553 if self.path().is_some() => Cause::Denied,
            530 | 532 => Cause::LoginRefused,
            500 | 502 | 504 => Cause::Unsupported,
            500.. => Cause::Refused,
            _ => Cause::Temporary,
        }
    }

    fn demands_more(&self) -> bool {
        let demands = [Code::NEED_PASSWORD, Code::NEED_ACCOUNT];
        self.is_of_login() && self.code().is_some_and(|code| demands.contains(&code))
    }

    fn is_of_login(&self) -> bool {
        matches!(self.command(), Some("USER" | "PASS" | "ACCT"))
    }

    /// Returns the code of the server's reply, if there is a reply.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        Some(self.reply()?.code())
    }

    /// Returns the path in the command that failed, as it was sent. `None` if the command has no
    /// path, or if it cannot be told for sure: the argument of LIST begins with `-`, that of MDTM
    /// with a time, or a secret in it is masked.
    #[must_use]
    pub fn path(&self) -> Option<&[u8]> {
        let argument = self.argument().filter(|_| !self.0.is_masked)?;
        let after_blank = || argument.splitn(2, |byte| *byte == b' ').nth(1);
        match self.command()? {
            "APPE" | "AVBL" | "CWD" | "DELE" | "DSIZ" | "MKD" | "MLSD" | "MLST" | "RETR"
            | "RMD" | "RMDA" | "RNFR" | "RNTO" | "SIZE" | "SMNT" | "STOR" | "XCWD" | "XMKD"
            | "XRMD" => Some(argument),
            // An option may come first.
            "LIST" | "NLST" | "STAT" => Some(argument).filter(|it| !it.starts_with(b"-")),
            // `20260102030405 a` is a time and a path if MDTM sets the time, and otherwise a path.
            "MDTM" => Some(argument).filter(|it| !begins_with_time(it)),
            "MFCT" | "MFF" | "MFMT" | "PRET" => after_blank(),
            _ => None,
        }
    }

    /// Whether the command has a path that must exist. For an upload, the directory of the file
    /// must exist.
    fn needs_its_path(&self) -> bool {
        let makes_it = matches!(self.command(), Some("MKD" | "RNTO" | "XMKD"));
        !makes_it && self.path().is_some()
    }

    /// Returns whether the server has shown that nothing has this path. A 550 alone shows nothing:
    /// see [`Cause::NotFoundOrDenied`].
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.cause() == Cause::NotFound
    }

    /// Returns whether you may not do this with this path, or the server does not allow this name.
    /// A 550 alone does not show it: see [`Cause::NotFoundOrDenied`].
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.cause() == Cause::Denied
    }

    /// Returns whether the server refused the user name, the password or the account, or demands a
    /// login first.
    #[must_use]
    pub fn is_login_refused(&self) -> bool {
        self.cause() == Cause::LoginRefused
    }

    /// Returns whether the same operation may succeed if you try it again: over a new connection,
    /// if the session has ended.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(
            self.cause(),
            Cause::Temporary | Cause::Incomplete | Cause::Connection
        )
    }

    /// Returns whether a control or data connection could not be made or is lost.
    /// [`Session::is_dead`](crate::Session::is_dead) tells whether the session has ended, too.
    #[must_use]
    pub fn is_connection_lost(&self) -> bool {
        self.cause() == Cause::Connection
    }

    /// Returns whether a data connection failed because it did not resume the TLS session of the
    /// login. A new login has a new TLS session, with new tickets.
    pub(crate) fn is_about_resumption(&self) -> bool {
        matches!(
            self.tls_reason(),
            Some(Reason::ResumptionDemanded | Reason::NotResumed)
        )
    }

    /// Returns whether something on your side failed: a local file, an argument, an option, or a
    /// limit of yours.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.cause() == Cause::Local
    }

    /// Sets the cause that was found out after the failure. `Display` adds it if it is
    /// [`NotFound`](Cause::NotFound) or [`Denied`](Cause::Denied).
    #[must_use]
    pub fn with_cause(mut self, cause: Cause) -> Self {
        crate::atomics::Arc::make_mut(&mut self.0).cause = Some(cause);
        self
    }
}

impl Cause {
    /// Returns the cause as one lower-case word, or several with `_` between them, for logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Denied => "denied",
            Self::NotFoundOrDenied => "not_found_or_denied",
            Self::LoginRefused => "login_refused",
            Self::NoSpace => "no_space",
            Self::Temporary => "temporary",
            Self::Incomplete => "incomplete",
            Self::Connection => "connection",
            Self::Security => "security",
            Self::Unsupported => "unsupported",
            Self::Refused => "refused",
            Self::Protocol => "protocol",
            Self::Local => "local",
            Self::Aborted => "aborted",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NotFound => "there is nothing with this path",
            Self::Denied => "this is not allowed with this path",
            Self::NotFoundOrDenied => "the path does not exist, or this is not allowed",
            Self::LoginRefused => "the login was refused",
            Self::NoSpace => "the server has no room",
            Self::Temporary => "it may succeed later",
            Self::Incomplete => "the transfer is not complete",
            Self::Connection => "there is no connection",
            Self::Security => "the connection is not secure",
            Self::Unsupported => "the server cannot do this",
            Self::Refused => "the server refused",
            Self::Protocol => "the server breaks the rules of FTP",
            Self::Local => "a mistake or failure on this side",
            Self::Aborted => "it was stopped on request",
        })
    }
}

const fn cause_at_proxy(failure: ProxyFailure) -> Cause {
    match failure {
        ProxyFailure::NoConnection
        | ProxyFailure::Unresolved
        | ProxyFailure::Unreachable
        | ProxyFailure::Refused
        | ProxyFailure::Failed
        | ProxyFailure::Closed => Cause::Connection,
        ProxyFailure::Login | ProxyFailure::NotAllowed => Cause::Refused,
        ProxyFailure::Unsupported => Cause::Unsupported,
        ProxyFailure::Protocol => Cause::Protocol,
    }
}

/// Whether the text begins with 14 digits and a blank, as the argument of MDTM that sets a time.
fn begins_with_time(argument: &[u8]) -> bool {
    let time = argument.split_first_chunk::<14>();
    time.is_some_and(|(time, rest)| time.iter().all(u8::is_ascii_digit) && rest.starts_with(b" "))
}
