//! Turns bytes into replies (RFC 959, section 4.2), in one pass that reads no byte twice.

use super::{Code, DecodeError, Limits, Reply};
use alloc::vec::Vec;
use core::{fmt, mem};

/// Splits the bytes that arrive on the control connection into replies.
///
/// The replies do not depend on the pieces in which the bytes arrive. The time is linear in the
/// number of bytes, the [`Limits`] bound the memory, and an idle decoder holds no memory.
///
/// The decoder accepts more than the RFC allows, because servers send it: LF alone as a line end,
/// several CRs before an LF, no text after the code, blank lines between replies, and Telnet option
/// negotiation at the start of a line. It refuses NUL, and a code with a fourth digit.
///
/// ```
/// use ftp_proto::wire::{Limits, Multiline, ReplyDecoder};
///
/// let mut decoder = ReplyDecoder::new(Limits::default(), Multiline::Strict);
/// let mut bytes: &[u8] = b"150 Here it comes\r\n226 Done\r\n";
/// let mut codes = Vec::new();
/// while !bytes.is_empty() {
///     let decoded = decoder.decode(bytes)?;
///     bytes = &bytes[decoded.consumed..];
///     codes.extend(decoded.reply.map(|reply| reply.code().value()));
/// }
/// assert_eq!(codes, [150, 226]);
/// # Ok::<(), ftp_proto::wire::DecodeError>(())
/// ```
#[derive(Clone, Default)]
pub struct ReplyDecoder {
    limits: Limits,
    multiline: Multiline,
    /// The lines of the unfinished reply, with LF between them. The last line may be incomplete.
    buffer: Vec<u8>,
    /// Where in `buffer` the current line begins.
    line_start: usize,
    place: Place,
    /// How many Telnet bytes were removed from the current line. The limit of a line includes them.
    dropped: usize,
    /// The code of the first line. `None` if no multi-line reply has begun.
    opening: Option<Code>,
    /// If the last complete line looks like the end of the reply but has another code than the
    /// first line, the code of that line. `None` otherwise.
    other: Option<Code>,
    lines: usize,
    blank_lines: usize,
    /// Whether any byte has come since the last reply.
    touched: bool,
    failed: Option<DecodeError>,
}

/// Which line ends a multi-line reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Multiline {
    /// Only a line with the code of the first line and no `-` after the code (RFC 959; Python's
    /// ftplib).
    #[default]
    Strict,
    /// Also a line with another code and a blank after the code: glftpd begins a reply with `553-`
    /// and ends it with `150 `. The reply then has the code of its last line, as in curl. This is
    /// not the default, because a line of text that looks like a last line, such as `550 files`,
    /// would end the reply too early.
    Lenient,
}

/// The result of [`ReplyDecoder::decode`].
///
/// ```
/// use ftp_proto::wire::{Limits, Multiline, ReplyDecoder};
///
/// let mut decoder = ReplyDecoder::new(Limits::default(), Multiline::Strict);
/// let bytes = b"220 Welcome\r\n331 Pass";
/// let decoded = decoder.decode(bytes)?;
/// assert!(decoded.reply.is_some());
/// // Give the rest to the decoder next.
/// assert_eq!(&bytes[decoded.consumed..], b"331 Pass");
/// # Ok::<(), ftp_proto::wire::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// How many bytes were used: those up to the end of the reply, or all bytes if no reply is
    /// complete.
    pub consumed: usize,
    /// The first reply that became complete. `None` if no reply did.
    pub reply: Option<Reply>,
}

/// How far the decoder has come in the current line.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Start,
    /// IAC (0xFF) at the start of a line.
    Iac,
    /// IAC and then WILL, WONT, DO or DONT at the start of a line. The next byte is the option.
    Negotiation,
    Text,
}

/// The byte that begins a Telnet command, "interpret as command" (RFC 854).
const IAC: u8 = 0xff;

impl ReplyDecoder {
    /// Makes a decoder that holds no bytes yet.
    #[must_use]
    pub fn new(limits: Limits, multiline: Multiline) -> Self {
        Self {
            limits,
            multiline,
            ..Self::default()
        }
    }

    /// Reads bytes up to the end of the first complete reply, or all bytes if none is complete.
    ///
    /// # Errors
    ///
    /// A [`DecodeError`] if the bytes are not a reply, or exceed a limit. Every later call then
    /// fails with the same error.
    pub fn decode(&mut self, bytes: &[u8]) -> Result<Decoded, DecodeError> {
        match &self.failed {
            Some(error) => Err(error.clone()),
            None => self.advance(bytes).map_err(|error| self.fail(error)),
        }
    }

    /// Tells the decoder that the server has closed the connection.
    ///
    /// Returns `None` if nothing is buffered. If only the last line end of a reply is missing,
    /// returns the reply. Believe such a reply only if it answers QUIT, because the end of the text
    /// may be missing too: `213 12` may be a part of the size `213 1234`.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Unterminated`] if the connection has ended in the middle of a reply; also the
    /// errors of [`decode`](Self::decode).
    pub fn finish(&mut self) -> Result<Option<Reply>, DecodeError> {
        match &self.failed {
            Some(error) => Err(error.clone()),
            None if self.is_empty() => Ok(None),
            None => self.end().map_err(|error| self.fail(error)),
        }
    }

    /// Returns whether nothing is buffered: no part of a line and no part of a reply.
    ///
    /// The decoder does not buffer blank lines and Telnet negotiation between replies. If you want
    /// to know whether such bytes have come, call [`is_untouched`](Self::is_untouched).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buffer.is_empty() && matches!(self.place, Place::Start | Place::Text)
    }

    /// Returns whether no byte has come since the last reply, not even a blank line.
    ///
    /// This matters where TLS begins or ends, because there any extra byte ends the session.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        !self.touched
    }

    /// Returns the code of the first line of the current reply. `None` if no multi-line reply has
    /// begun.
    #[must_use]
    pub const fn opening(&self) -> Option<Code> {
        self.opening
    }

    /// Returns [`DecodeError::OtherCode`] if the last complete line looks like the last line of the
    /// reply, but has another code than the first line. More lines may still follow. `None`
    /// otherwise.
    #[must_use]
    pub fn other_end(&self) -> Option<DecodeError> {
        let began = self
            .opening
            .filter(|_| self.buffer.len() == self.line_start)?;
        self.other
            .map(|ended| DecodeError::OtherCode { began, ended })
    }

    fn advance(&mut self, bytes: &[u8]) -> Result<Decoded, DecodeError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            self.touched = true;
            rest = self.pass_telnet(rest)?;
            let (tail, ended) = self.take_line(rest)?;
            rest = tail;
            if ended {
                if let Some(reply) = self.end_line()? {
                    return Ok(Decoded {
                        consumed: bytes.len().saturating_sub(rest.len()),
                        reply: Some(reply),
                    });
                }
            }
        }
        Ok(Decoded {
            consumed: bytes.len(),
            reply: None,
        })
    }

    /// Removes Telnet negotiation (IAC, then WILL, WONT, DO or DONT, then an option) at the start
    /// of a line, because old Unix and VMS servers negotiate before the greeting. The option may be
    /// any byte, so the negotiation is removed before the line is searched for LF and NUL. IAC
    /// before any other byte is text.
    fn pass_telnet<'a>(&mut self, mut bytes: &'a [u8]) -> Result<&'a [u8], DecodeError> {
        while let Some((&byte, tail)) = bytes.split_first() {
            self.place = match (self.place, byte) {
                (Place::Text, _) => break,
                (Place::Start, IAC) => Place::Iac,
                (Place::Iac, 0xfb..=0xfe) => Place::Negotiation,
                (Place::Negotiation, _) => Place::Start,
                (Place::Start, _) => {
                    self.place = Place::Text;
                    break;
                }
                (Place::Iac, _) => {
                    self.place = Place::Text;
                    self.dropped = self.dropped.saturating_sub(1);
                    self.take_line(&[IAC])?;
                    break;
                }
            };
            // The limit of a line includes removed bytes, so that a server cannot negotiate for
            // ever.
            if self.line_room() == 0 {
                return Err(self.line_too_long());
            }
            self.dropped = self.dropped.saturating_add(1);
            bytes = tail;
        }
        Ok(bytes)
    }

    /// Appends the bytes up to the next LF to the buffer, within the limits. Returns the bytes
    /// after the LF, and whether there was an LF.
    fn take_line<'a>(&mut self, bytes: &'a [u8]) -> Result<(&'a [u8], bool), DecodeError> {
        let line_room = self.line_room();
        // The limit includes the LF, so one byte less is left for text.
        let reply_room = self
            .limits
            .reply
            .saturating_sub(1)
            .saturating_sub(self.buffer.len());
        let room = line_room.min(reply_room);
        // The search for LF stops at the limit, so that no byte beyond it is read.
        let window = bytes.get(..=room).unwrap_or(bytes);
        let (piece, rest, ended) = match memchr::memchr(b'\n', window) {
            Some(at) => (
                window.get(..at).unwrap_or_default(),
                bytes.get(at.saturating_add(1)..).unwrap_or_default(),
                true,
            ),
            None => (
                window.get(..room).unwrap_or(window),
                bytes.get(window.len()..).unwrap_or_default(),
                false,
            ),
        };
        if memchr::memchr(0, piece).is_some() {
            return Err(DecodeError::Nul);
        }
        if !ended && window.len() > room {
            return Err(if line_room <= reply_room {
                self.line_too_long()
            } else {
                DecodeError::ReplyTooLong {
                    limit: self.limits.reply,
                }
            });
        }
        self.append(piece);
        Ok((rest, ended))
    }

    /// Decides what a complete line is: a blank line, a line of a reply, the last line, or an
    /// error.
    fn end_line(&mut self) -> Result<Option<Reply>, DecodeError> {
        while self.buffer.len() > self.line_start && self.buffer.last() == Some(&b'\r') {
            self.buffer.pop();
        }
        let line = self.buffer.get(self.line_start..).unwrap_or_default();
        let head = head(line);
        let mut other = None;
        let last = match self.opening {
            None if line.is_empty() => {
                self.blank_lines = self.blank_lines.saturating_add(1);
                if self.blank_lines > self.limits.blank_lines {
                    return Err(DecodeError::TooManyBlankLines {
                        limit: self.limits.blank_lines,
                    });
                }
                self.buffer = Vec::new();
                self.begin_line();
                return Ok(None);
            }
            None => {
                let Some((value, behind)) = head else {
                    return Err(DecodeError::not_a_reply(line));
                };
                let Some(code) = Code::new(value) else {
                    return Err(DecodeError::CodeOutOfRange { code: value });
                };
                if behind == Some(b'-') {
                    self.opening = Some(code);
                    None
                } else {
                    Some(code)
                }
            }
            Some(opening) => match head {
                Some((value, behind)) if value == opening.value() && behind != Some(b'-') => {
                    Some(opening)
                }
                Some((value, Some(b' '))) => {
                    other = Code::new(value);
                    other.filter(|_| self.multiline == Multiline::Lenient)
                }
                _ => None,
            },
        };
        self.other = other;
        self.lines = self.lines.saturating_add(1);
        if self.lines > self.limits.reply_lines {
            return Err(DecodeError::TooManyLines {
                limit: self.limits.reply_lines,
            });
        }
        let Some(code) = last else {
            self.append(b"\n");
            self.begin_line();
            return Ok(None);
        };
        let lines = mem::take(&mut self.buffer);
        self.reset();
        Ok(Some(Reply::new(code, lines)))
    }

    fn end(&mut self) -> Result<Option<Reply>, DecodeError> {
        if let Some(error) = self.other_end() {
            return Err(error);
        }
        let line = self.buffer.get(self.line_start..).unwrap_or_default();
        let short = line.len() < 3 && line.iter().all(u8::is_ascii_digit);
        if self.place == Place::Text && !short {
            let reply = self.end_line()?;
            if reply.is_some() || self.is_empty() {
                return Ok(reply);
            }
            // The server sent no LF after this line. `end_line` has added one, so it is removed
            // again.
            self.buffer.pop();
        }
        Err(DecodeError::Unterminated {
            partial: mem::take(&mut self.buffer),
        })
    }

    /// Appends bytes to the buffer. The buffer grows by doubling, but never beyond the limit of a
    /// reply.
    fn append(&mut self, piece: &[u8]) {
        let wanted = self.buffer.len().saturating_add(piece.len());
        if wanted > self.buffer.capacity() {
            let doubled = self.buffer.capacity().saturating_mul(2).max(64);
            let target = doubled.min(self.limits.reply).max(wanted);
            self.buffer
                .reserve_exact(target.saturating_sub(self.buffer.len()));
        }
        self.buffer.extend_from_slice(piece);
    }

    /// Returns how many more bytes the current line may have before its LF.
    fn line_room(&self) -> usize {
        let length = self.buffer.len().saturating_sub(self.line_start);
        self.limits
            .line
            .saturating_sub(1)
            .saturating_sub(length)
            .saturating_sub(self.dropped)
    }

    const fn line_too_long(&self) -> DecodeError {
        DecodeError::LineTooLong {
            limit: self.limits.line,
        }
    }

    fn begin_line(&mut self) {
        self.line_start = self.buffer.len();
        self.place = Place::Start;
        self.dropped = 0;
    }

    fn reset(&mut self) {
        self.buffer = Vec::new();
        self.begin_line();
        self.opening = None;
        self.other = None;
        self.lines = 0;
        self.blank_lines = 0;
        self.touched = false;
    }

    fn fail(&mut self, error: DecodeError) -> DecodeError {
        self.reset();
        self.touched = true;
        self.failed = Some(error.clone());
        error
    }
}

/// Never shows the buffered bytes, because a server may echo a password.
impl fmt::Debug for ReplyDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyDecoder")
            .field("limits", &self.limits)
            .field("multiline", &self.multiline)
            .field("buffered", &self.buffer.len())
            .field("opening", &self.opening)
            .field("failed", &self.failed.is_some())
            .finish_non_exhaustive()
    }
}

/// Returns the three digits at the start of a line, and the byte after them. If a fourth digit
/// follows, the digits are a number (as in `2201 files`) and not a code, so it returns `None`.
fn head(line: &[u8]) -> Option<(u16, Option<u8>)> {
    let (digits, rest) = line.split_at_checked(3)?;
    let value = crate::reply::number::decimal(digits)?;
    let behind = rest.first().copied();
    if behind.is_some_and(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((u16::try_from(value).ok()?, behind))
}
