//! Why a reply does not have the form that its command needs.

use super::InvalidTimestamp;
use crate::wire::Code;
use core::fmt;

/// The error for a complete reply that does not have the form that its command needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Malformed {
    /// The reply has a code whose replies do not hold the value that was asked for.
    Code {
        /// The code of the reply.
        code: Code,
    },
    /// A 227 without an address and port.
    NoAddress,
    /// A 229 without a port between delimiters.
    NoPort,
    /// A 227 with a number above 255.
    Octet,
    /// A port that is 0 or above 65535.
    Port,
    /// A quoted pathname without its closing quote.
    UnterminatedQuote,
    /// A control character in a quoted pathname.
    Control {
        /// The control character.
        byte: u8,
    },
    /// A 213 that should hold a size (a number of bytes) and holds something else.
    NoNumber,
    /// A size of 2^64 bytes or above.
    Overflow,
    /// A 213 that should hold a time and holds something else.
    Time {
        /// What is wrong with the time.
        reason: InvalidTimestamp,
    },
    /// A reply that should hold a hash and holds no hexadecimal digits of its length.
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
