//! Why a reply does not say what it should.

use super::InvalidTimestamp;
use crate::wire::Code;
use core::fmt;

/// A complete reply that does not have the form its command calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Malformed {
    /// Not a code with which this form comes.
    Code {
        /// The code that came.
        code: Code,
    },
    /// No address and port in a 227.
    NoAddress,
    /// No port between delimiters in a 229.
    NoPort,
    /// A number above 255 in a 227.
    Octet,
    /// Port 0, or one above 65535.
    Port,
    /// A quoted pathname without its closing quote.
    UnterminatedQuote,
    /// A control character in a quoted pathname.
    Control {
        /// The character.
        byte: u8,
    },
    /// Something other than a number of bytes in a 213.
    NoNumber,
    /// A number of 2^64 or above.
    Overflow,
    /// Something other than a time in a 213.
    Time {
        /// What is wrong with it.
        reason: InvalidTimestamp,
    },
    /// No line of facts in the reply to MLST.
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
            Self::NoEntry => f.write_str("no line of facts in the reply to MLST"),
        }
    }
}

impl core::error::Error for Malformed {}
