//! Why a value, such as a port or a size, cannot be read from a reply.

use super::InvalidTimestamp;
use crate::wire::Code;
use core::fmt;

/// The error for a reply from which the value, such as a port or a size, cannot be read.
///
/// ```
/// use ftp_proto::reply::{Malformed, size};
/// use ftp_proto::wire::Reply;
///
/// let reply = Reply::parse(b"213 unknown\r\n")?;
/// let text = match size(&reply) {
///     Ok(bytes) => format!("{bytes} bytes"),
///     Err(Malformed::Code { code }) => format!("a reply with the code {code}"),
///     Err(malformed) => malformed.to_string(),
/// };
/// assert_eq!(text, "no number where a size should be");
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Malformed {
    /// The reply has a code other than the one that carries this value: for example, the reply to
    /// SIZE is not a 213.
    Code {
        /// The code of the reply.
        code: Code,
    },
    /// A 227 without an address and a port.
    NoAddress,
    /// A 229 without a port between delimiters such as `|||6446|`.
    NoPort,
    /// A 227 whose address or port has a number above 255.
    Octet,
    /// The port is 0 or above 65535.
    Port,
    /// A quoted pathname without its closing quote.
    UnterminatedQuote,
    /// A control character in a quoted pathname.
    Control {
        /// The control character.
        byte: u8,
    },
    /// The reply to SIZE has something other than a number of bytes.
    NoNumber,
    /// A size of 2^64 bytes or above.
    Overflow,
    /// The reply to MDTM has something other than a time.
    Time {
        /// What is wrong with the time.
        reason: InvalidTimestamp,
    },
    /// The reply has no word with as many hexadecimal digits as the hash needs.
    NoHash,
    /// A reply to MLST without a line of facts.
    NoEntry,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code { code } => write!(f, "unexpected code {code}"),
            Self::NoAddress => f.write_str("no address in the reply to PASV"),
            Self::NoPort => f.write_str("no port in the reply to EPSV"),
            Self::Octet => f.write_str("a number above 255 in the reply to PASV"),
            Self::Port => f.write_str("the port is not one from 1 to 65535"),
            Self::UnterminatedQuote => f.write_str("a pathname without its closing quote"),
            Self::Control { byte } => write!(f, "control character 0x{byte:02x} in a pathname"),
            Self::NoNumber => f.write_str("no number where a size should be"),
            Self::Overflow => f.write_str("the size is too large a number"),
            Self::Time { reason } => write!(f, "the reply to MDTM: {reason}"),
            Self::NoHash => f.write_str("no hash where one should be"),
            Self::NoEntry => f.write_str("no line of facts in the reply to MLST"),
        }
    }
}

impl core::error::Error for Malformed {}
