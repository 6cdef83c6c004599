//! The reply code: the three digits at the start of a reply (RFC 959, section 4.2).

use core::fmt;

/// A reply code, 100 to 599.
///
/// Codes from 600 on exist only in the protected replies of RFC 2228, which this crate does not
/// support.
///
/// ```
/// use ftp_proto::wire::{Class, Code};
///
/// let code = Code::new(227).unwrap();
/// assert_eq!(code, Code::PASSIVE);
/// assert_eq!(code.class(), Class::Completion);
/// assert_eq!(Code::new(633), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u16);

impl Code {
    /// 110: restart marker (RFC 959; only in block and compressed mode).
    pub const RESTART_MARKER: Self = Self(110);
    /// 120: the service will be ready in some minutes; the server then sends 220.
    pub const READY_LATER: Self = Self(120);
    /// 125: the data connection is already open, and the transfer starts.
    pub const TRANSFER_STARTING: Self = Self(125);
    /// 150: the server is about to open the data connection.
    pub const OPENING_DATA: Self = Self(150);
    /// 200: the command was carried out.
    pub const OKAY: Self = Self(200);
    /// 202: this server does not need the command.
    pub const SUPERFLUOUS: Self = Self(202);
    /// 211: system status, or the reply to FEAT (RFC 2389).
    pub const SYSTEM_STATUS: Self = Self(211);
    /// 213: file status, or the reply to SIZE and MDTM (RFC 3659).
    pub const FILE_STATUS: Self = Self(213);
    /// 215: the system type, the reply to SYST.
    pub const SYSTEM_TYPE: Self = Self(215);
    /// 220: the server is ready for a new user.
    pub const READY: Self = Self(220);
    /// 221: the server closes the control connection, after QUIT.
    pub const CLOSING: Self = Self(221);
    /// 225: the data connection is open, but no transfer is in progress (a reply to ABOR).
    pub const DATA_OPEN: Self = Self(225);
    /// 226: the transfer has succeeded, and the server closes the data connection.
    pub const TRANSFER_COMPLETE: Self = Self(226);
    /// 227: the server enters passive mode, the reply to PASV.
    pub const PASSIVE: Self = Self(227);
    /// 229: the server enters extended passive mode, the reply to EPSV (RFC 2428).
    pub const EXTENDED_PASSIVE: Self = Self(229);
    /// 230: the user is logged in.
    pub const LOGGED_IN: Self = Self(230);
    /// 232: the user is logged in by the security exchange (RFC 2228).
    pub const LOGGED_IN_SECURELY: Self = Self(232);
    /// 234: the security mechanism is accepted (RFC 4217).
    pub const SECURITY_ACCEPTED: Self = Self(234);
    /// 250: the file action is done.
    pub const FILE_ACTION_OKAY: Self = Self(250);
    /// 257: the reply holds a pathname in quotes.
    pub const PATHNAME: Self = Self(257);
    /// 331: a password is needed.
    pub const NEED_PASSWORD: Self = Self(331);
    /// 332: an account is needed.
    pub const NEED_ACCOUNT: Self = Self(332);
    /// 334: the security mechanism is accepted, but the server needs more data (RFC 2228).
    pub const SECURITY_CONTINUES: Self = Self(334);
    /// 350: the server waits for the next command of a sequence (after REST and RNFR).
    pub const PENDING: Self = Self(350);
    /// 421: the server closes the control connection. It may send this reply at any time, even if
    /// there was no command.
    pub const SERVICE_CLOSING: Self = Self(421);
    /// 425: the server cannot open the data connection.
    pub const CANNOT_OPEN_DATA: Self = Self(425);
    /// 426: the data connection was closed, and the transfer is aborted.
    pub const TRANSFER_ABORTED: Self = Self(426);
    /// 450: the file is unavailable for now.
    pub const FILE_BUSY: Self = Self(450);
    /// 500: the server does not know the command.
    pub const UNRECOGNISED: Self = Self(500);
    /// 501: syntax error in the argument.
    pub const BAD_ARGUMENT: Self = Self(501);
    /// 502: the server does not implement the command.
    pub const NOT_IMPLEMENTED: Self = Self(502);
    /// 503: this command cannot come at this point of a sequence.
    pub const BAD_SEQUENCE: Self = Self(503);
    /// 504: the server does not implement the command for this argument.
    pub const PARAMETER_NOT_IMPLEMENTED: Self = Self(504);
    /// 522: the server does not support this network protocol (RFC 2428).
    pub const PROTOCOL_NOT_SUPPORTED: Self = Self(522);
    /// 530: the user is not logged in.
    pub const NOT_LOGGED_IN: Self = Self(530);
    /// 534: the server refuses for reasons of policy (RFC 2228).
    pub const REFUSED_BY_POLICY: Self = Self(534);
    /// 550: the file is unavailable.
    pub const FILE_UNAVAILABLE: Self = Self(550);
    /// 553: the server does not allow this file name.
    pub const NAME_NOT_ALLOWED: Self = Self(553);

    /// Returns the code with this value. `None` if the value is not from 100 to 599.
    #[must_use]
    pub const fn new(value: u16) -> Option<Self> {
        match value {
            100..=599 => Some(Self(value)),
            _ => None,
        }
    }

    /// Returns the code as a number, 100 to 599.
    #[must_use]
    pub const fn value(self) -> u16 {
        self.0
    }

    /// Returns the class of the reply, which the first digit tells.
    #[must_use]
    pub const fn class(self) -> Class {
        match self.0 {
            ..=199 => Class::Preliminary,
            200..=299 => Class::Completion,
            300..=399 => Class::Intermediate,
            400..=499 => Class::Transient,
            500.. => Class::Permanent,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The class of a reply, given by the first digit of its code (RFC 959, section 4.2.1).
///
/// ```
/// use ftp_proto::wire::{Class, Reply};
///
/// let reply = Reply::parse(b"450 File busy\r\n")?;
/// let text = match reply.class() {
///     Class::Preliminary => "it has begun",
///     Class::Completion => "done",
///     Class::Intermediate => "go on",
///     Class::Transient => "try again later",
///     Class::Permanent => "no",
/// };
/// assert_eq!(text, "try again later");
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// 1xx: the command has begun, and another reply follows.
    Preliminary,
    /// 2xx: the command was carried out.
    Completion,
    /// 3xx: the server needs the next command of the sequence.
    Intermediate,
    /// 4xx: the command failed, but it may work later.
    Transient,
    /// 5xx: the command failed.
    Permanent,
}
