//! What an error means for a program: whether the path is missing, or another try may help.

use core::fmt;

use super::{Error, ErrorKind};
use crate::wire::Code;

/// Why an operation failed, in the words in which a program decides what to do next.
///
/// Only [`Error::cause`] decides the cause; methods such as `Error::is_not_found` call it. It looks
/// at the codes of replies, and never at their texts.
///
/// | cause | when |
/// |---|---|
/// | [`NotFound`](Self::NotFound) | 550 or 553, and the server has shown that nothing has this path |
/// | [`Denied`](Self::Denied) | 550 or 553, and the path exists; 530 or 532 after the login; 553 to MKD or RNTO |
/// | [`NotFoundOrDenied`](Self::NotFoundOrDenied) | 550 or 553 to a command that needs its path (for an upload: its directory) to exist, and no more is known |
/// | [`LoginRefused`](Self::LoginRefused) | 5xx or 430 to USER, PASS or ACCT |
/// | [`NoSpace`](Self::NoSpace) | 452 or 552 |
/// | [`Temporary`](Self::Temporary) | another 4xx, or a time limit |
/// | [`Incomplete`](Self::Incomplete) | a transfer is not complete, or may not be |
/// | [`Connection`](Self::Connection) | a connection cannot be made, is lost, or is of no use any more |
/// | [`Security`](Self::Security) | TLS failed, or a command would have left in clear text |
/// | [`Unsupported`](Self::Unsupported) | 500, 502 or 504, or the server knows no command for this |
/// | [`Refused`](Self::Refused) | another 5xx |
/// | [`Protocol`](Self::Protocol) | the server breaks the rules of FTP |
/// | [`Local`](Self::Local) | your file, argument, option or limit |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// Nothing has this path.
    NotFound,
    /// The path exists, but you may not do this with it. Or the server does not allow this name.
    Denied,
    /// The path does not exist, or you may not do this with it: the reply does not say which.
    /// `explain` of an adapter's client asks the server.
    NotFoundOrDenied,
    /// The server refused the user name, the password or the account.
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
    /// The server refused for another reason.
    Refused,
    /// The server breaks the rules of FTP.
    Protocol,
    /// Something on your side: a local file, an argument, an option, or a limit of yours.
    Local,
}

/// What programs ask about an error.
///
/// ```
/// use ftp_proto::wire::{Code, Reply};
/// use ftp_proto::{Cause, Error};
///
/// let reply = Reply::parse(b"550 Failed to open file.\r\n").unwrap();
/// let error = Error::from_reply(reply).with_command("RETR");
/// assert_eq!(error.code(), Some(Code::FILE_UNAVAILABLE));
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
            ErrorKind::Timeout(_) => Cause::Temporary,
            ErrorKind::Truncated | ErrorKind::Unconfirmed => Cause::Incomplete,
            ErrorKind::Closed | ErrorKind::Io | ErrorKind::OutOfStep => Cause::Connection,
            ErrorKind::Tls | ErrorKind::Injection | ErrorKind::Insecure => Cause::Security,
            ErrorKind::Unsupported => Cause::Unsupported,
            ErrorKind::UnexpectedReply | ErrorKind::Protocol => Cause::Protocol,
            ErrorKind::Local
            | ErrorKind::InvalidArgument
            | ErrorKind::TooLarge
            | ErrorKind::Misuse(_) => Cause::Local,
        }
    }

    fn cause_of_refusal(&self) -> Cause {
        let Some(code) = self.code() else {
            return Cause::Refused;
        };
        let is_login = matches!(self.command(), Some("USER" | "PASS" | "ACCT"));
        match code.value() {
            _ if self.tls_reason().is_some() => Cause::Security,
            534..=537 => Cause::Security,
            430 => Cause::LoginRefused,
            500.. if is_login => Cause::LoginRefused,
            452 | 552 => Cause::NoSpace,
            // vsftpd refuses an upload by 553, also if its directory is missing.
            550 | 553 if self.needs_its_path() => Cause::NotFoundOrDenied,
            530 | 532 | 553 => Cause::Denied,
            500 | 502 | 504 => Cause::Unsupported,
            500.. => Cause::Refused,
            _ => Cause::Temporary,
        }
    }

    /// Returns the code of the server's reply, if there is a reply.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        Some(self.reply()?.code())
    }

    /// Returns the path in the command that failed, as it was sent. `None` if the command has no
    /// path.
    #[must_use]
    pub fn path(&self) -> Option<&[u8]> {
        let argument = self.argument()?;
        match self.command()? {
            "MKD" | "RNTO" | "XMKD" => Some(argument),
            // A time, then a path.
            "MFMT" | "MFCT" | "MFF" => argument.splitn(2, |byte| *byte == b' ').nth(1),
            _ if self.needs_its_path() => Some(argument),
            _ => None,
        }
    }

    /// Whether the argument of the command is a path that must exist. For an upload, the directory
    /// of the file must exist.
    fn needs_its_path(&self) -> bool {
        matches!(
            self.command(),
            Some(
                "APPE"
                    | "CWD"
                    | "DELE"
                    | "LIST"
                    | "MDTM"
                    | "MLSD"
                    | "MLST"
                    | "NLST"
                    | "RETR"
                    | "RMD"
                    | "RNFR"
                    | "SIZE"
                    | "SMNT"
                    | "STAT"
                    | "STOR"
                    | "XCWD"
                    | "XRMD"
            )
        )
    }

    /// Returns whether the server has shown that nothing has this path. A 550 alone shows nothing:
    /// see [`Cause::NotFoundOrDenied`].
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.cause() == Cause::NotFound
    }

    /// Returns whether the path exists but you may not do this with it, or the server does not
    /// allow this name. A 550 alone does not show it: see [`Cause::NotFoundOrDenied`].
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.cause() == Cause::Denied
    }

    /// Returns whether the server refused the user name, the password or the account.
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

    /// Returns whether a connection could not be made or is lost, so that the next try needs a new
    /// one.
    #[must_use]
    pub fn is_connection_lost(&self) -> bool {
        self.cause() == Cause::Connection
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
        alloc::sync::Arc::make_mut(&mut self.0).cause = Some(cause);
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
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NotFound => "there is nothing with this path",
            Self::Denied => "the path exists, but this is not allowed",
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
        })
    }
}
