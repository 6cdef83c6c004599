//! Why bytes are not a reply.

use super::mask::{mask_cut, masked};
use super::{Code, Escaped};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::counted::Counted;
use crate::remedy::{Remedy, write_after};

/// Why bytes are not a reply of RFC 959, section 4.2, or exceed the [`Limits`](super::Limits).
///
/// After such an error no decoder can go on, because it is unknown where the next reply begins.
/// Every later call of the decoder returns the same error.
///
/// ```
/// use ftp_proto::wire::{DecodeError, Reply};
///
/// let text = match Reply::parse(b"HTTP/1.1 400 Bad Request\r\n") {
///     Ok(reply) => reply.to_string(),
///     Err(DecodeError::NotAReply { excerpt }) => format!("no FTP server: {excerpt}"),
///     Err(error) => error.to_string(),
/// };
/// assert_eq!(text, "no FTP server: HTTP/1.1 400 Bad Request");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// A line is longer than [`Limits::line`](super::Limits::line).
    LineTooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A reply has more lines than [`Limits::reply_lines`](super::Limits::reply_lines).
    TooManyLines {
        /// The most lines that a reply may have.
        limit: usize,
    },
    /// A reply is longer than [`Limits::reply`](super::Limits::reply).
    ReplyTooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// Between two replies, there are more blank lines than
    /// [`Limits::blank_lines`](super::Limits::blank_lines).
    TooManyBlankLines {
        /// The most blank lines that may come between two replies.
        limit: usize,
    },
    /// The first line of a reply does not start with a code. The peer may be an HTTP, SSH or IMAP
    /// server.
    NotAReply {
        /// The start of the line, escaped: at most 64 characters. `…` is appended if the line has
        /// more.
        excerpt: String,
    },
    /// A reply of several lines began with one code and ended with another. Only
    /// [`Multiline::Lenient`](super::Multiline::Lenient) accepts such replies.
    OtherCode {
        /// The code of the first line.
        began: Code,
        /// The code of the last line.
        ended: Code,
    },
    /// The line begins with three digits that are not a reply code, such as 633.
    CodeOutOfRange {
        /// The number, 0 to 99 or 600 to 999.
        code: u16,
    },
    /// A reply holds a NUL byte. No server has a reason to send NUL, and a program that ends its
    /// strings at NUL would show only a part of the text.
    Nul,
    /// The connection ended in the middle of a reply.
    Unterminated {
        /// The part of the reply that has come, as raw bytes with LF as line end.
        partial: Vec<u8>,
    },
    /// [`Reply::parse`](super::Reply::parse) was given more bytes than one reply.
    Surplus {
        /// How many bytes came after the reply.
        bytes: usize,
    },
}

impl DecodeError {
    /// Replaces each occurrence of `secret` by `***` in the text that this error quotes from the
    /// peer. If the quotation was cut within the secret, the part of the secret at its end is
    /// replaced too. An empty secret changes nothing.
    pub fn mask(&mut self, secret: &[u8]) {
        match self {
            Self::NotAReply { excerpt } => {
                let secret = Escaped::new(secret).to_string();
                let masked = match excerpt.strip_suffix(CUT) {
                    Some(begin) => {
                        let mut masked = mask_cut(begin.as_bytes(), secret.as_bytes());
                        masked.extend_from_slice(CUT.as_bytes());
                        masked
                    }
                    None => masked(excerpt.as_bytes(), secret.as_bytes()),
                };
                *excerpt = String::from_utf8_lossy(&masked).into_owned();
            }
            Self::Unterminated { partial } => *partial = mask_cut(partial, secret),
            _ => {}
        }
    }

    /// Returns what may let the client read such replies.
    pub(crate) const fn remedies(&self) -> &'static [Remedy] {
        match self {
            Self::TooManyLines { .. } | Self::ReplyTooLong { .. } | Self::OtherCode { .. } => {
                &[Remedy::LenientMultiline]
            }
            _ => &[],
        }
    }

    pub(super) fn not_a_reply(line: &[u8]) -> Self {
        // One character more than the 64 that are shown is needed, to notice that the line was cut.
        // A character has at most four bytes, so 260 bytes are enough.
        let shown = Escaped::new(line.get(..260).unwrap_or(line)).to_string();
        let excerpt = match shown.char_indices().nth(64) {
            Some(_) => shown.chars().take(64).chain(CUT.chars()).collect(),
            None => shown,
        };
        Self::NotAReply { excerpt }
    }
}

/// The mark at the end of an excerpt that does not show the whole line.
const CUT: &str = "…";

/// Leaves out what your program can do, if the format is `{:#}`.
impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LineTooLong { limit } => {
                write!(f, "a line of the reply is longer than {limit} bytes")
            }
            Self::TooManyLines { limit } => write!(
                f,
                "the reply has more than {limit} lines; its last line may have another code than \
                 its first"
            ),
            Self::ReplyTooLong { limit } => write!(
                f,
                "the reply is longer than {limit} bytes; its last line may have another code than \
                 its first"
            ),
            Self::TooManyBlankLines { limit } => {
                write!(f, "more than {limit} blank lines instead of a reply")
            }
            Self::NotAReply { excerpt } => write!(f, "not an FTP reply: {excerpt}"),
            Self::OtherCode { began, ended } => {
                write!(f, "a reply began with {began} and ended with {ended}")
            }
            Self::CodeOutOfRange { code } => write!(f, "{code:03} is not a reply code"),
            Self::Nul => f.write_str("a NUL byte in a reply"),
            Self::Unterminated { partial } => write!(
                f,
                "the connection ended inside a reply, after {}",
                Counted::of(partial.len(), "byte")
            ),
            Self::Surplus { bytes } => {
                let bytes = Counted::of(*bytes, "byte");
                write!(f, "{bytes} after the reply")
            }
        }?;
        write_after(self.remedies(), f)
    }
}

impl core::error::Error for DecodeError {}
