//! Bytes to replies (RFC 959, section 4.2), one pass, nothing scanned twice.

use super::{Code, DecodeError, Limits, Reply};
use alloc::vec::Vec;
use core::{fmt, mem};

/// Cuts what arrives on the control connection into replies.
///
/// However the bytes are cut, the replies are the same. Time is linear in the bytes, memory is
/// bounded by the [`Limits`], and an idle decoder holds none.
///
/// Accepted beyond the RFC, because servers do it: LF alone as a line end, several CRs before it,
/// no text behind the code, blank lines between replies, Telnet option negotiation at the start
/// of a line. NUL is refused, and so is a code with a fourth digit.
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
    /// The lines of a reply that is under way, LF between two of them, and what has come of the
    /// line under way.
    buffer: Vec<u8>,
    /// Where in `buffer` the line under way begins.
    line_start: usize,
    place: Place,
    /// Telnet bytes that were dropped from the line under way; they count as part of it.
    dropped: usize,
    /// The code of a multi-line reply under way.
    opening: Option<Code>,
    /// Another code, by which its last line may have ended it.
    other: Option<Code>,
    lines: usize,
    blank_lines: usize,
    /// Whether anything came since the last reply.
    touched: bool,
    failed: Option<DecodeError>,
}

/// Which line ends a multi-line reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Multiline {
    /// Only the opening code, not followed by `-` (RFC 959; Python's ftplib).
    #[default]
    Strict,
    /// Any code followed by a blank, too: glftpd opens with `553-` and ends with `150 `. The
    /// reply's code is then that of its last line, as in curl. A text line that looks like one,
    /// `550 files` for example, ends the reply too early: hence not the default.
    Lenient,
}

/// What [`ReplyDecoder::decode`] made of its input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// How many bytes were taken: up to the end of the reply, or all.
    pub consumed: usize,
    /// The first reply that became complete.
    pub reply: Option<Reply>,
}

/// Where in a line the next byte falls.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Start,
    /// Behind IAC at the start of a line.
    Iac,
    /// Behind IAC WILL, WONT, DO or DONT.
    Negotiation,
    Text,
}

/// Telnet's "interpret as command" (RFC 854).
const IAC: u8 = 0xff;

impl ReplyDecoder {
    /// A decoder that holds nothing yet.
    #[must_use]
    pub fn new(limits: Limits, multiline: Multiline) -> Self {
        Self {
            limits,
            multiline,
            ..Self::default()
        }
    }

    /// Takes bytes up to and including the end of the first complete reply, or all of them.
    ///
    /// # Errors
    ///
    /// What is not a reply or above a limit; every later call then fails with the same error.
    pub fn decode(&mut self, bytes: &[u8]) -> Result<Decoded, DecodeError> {
        match &self.failed {
            Some(error) => Err(error.clone()),
            None => self.advance(bytes).map_err(|error| self.fail(error)),
        }
    }

    /// Says that the peer has closed the connection.
    ///
    /// Nothing buffered gives `None`. A last line without its line end gives its reply where that
    /// is otherwise complete: whether to believe it is the caller's decision, and only the reply
    /// to QUIT should be believed (a cut `213 12` looks like a size).
    ///
    /// # Errors
    ///
    /// [`DecodeError::Unterminated`] in the middle of a reply, and all those of
    /// [`decode`](Self::decode).
    pub fn finish(&mut self) -> Result<Option<Reply>, DecodeError> {
        match &self.failed {
            Some(error) => Err(error.clone()),
            None if self.is_empty() => Ok(None),
            None => self.end().map_err(|error| self.fail(error)),
        }
    }

    /// Whether nothing is buffered: neither a part of a line nor a part of a reply.
    ///
    /// Blank lines and Telnet negotiation between replies are passed over and not buffered; see
    /// [`is_untouched`](Self::is_untouched).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buffer.is_empty() && matches!(self.place, Place::Start | Place::Text)
    }

    /// Whether not one byte came since the last reply, not even one that was passed over.
    ///
    /// This is the question at the boundary to TLS, where any byte too many is fatal.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        !self.touched
    }

    /// The code of the multi-line reply that is under way.
    #[must_use]
    pub const fn opening(&self) -> Option<Code> {
        self.opening
    }

    /// What a multi-line reply under way may have ended with, where the last line that came begins like
    /// the last one of a reply, but with another code. More lines may follow all the same.
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

    /// Drops IAC WILL/WONT/DO/DONT with its option at the start of a line: old Unix and VMS
    /// servers negotiate before they greet. The option may be any byte, LF and NUL among them, so
    /// this comes before all else. IAC before anything else is text.
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
            // Endless negotiation is an endless line.
            if self.line_room() == 0 {
                return Err(self.line_too_long());
            }
            self.dropped = self.dropped.saturating_add(1);
            bytes = tail;
        }
        Ok(bytes)
    }

    /// Buffers up to the next LF, within the limits. Returns what follows it, and whether there
    /// was one.
    fn take_line<'a>(&mut self, bytes: &'a [u8]) -> Result<(&'a [u8], bool), DecodeError> {
        let line_room = self.line_room();
        // The last byte of the room is for the LF.
        let reply_room = self
            .limits
            .reply
            .saturating_sub(1)
            .saturating_sub(self.buffer.len());
        let room = line_room.min(reply_room);
        // Look no further than the limits allow.
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

    /// Judges the line that is now complete.
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
            // The LF that the peer did not send.
            self.buffer.pop();
        }
        Err(DecodeError::Unterminated {
            partial: mem::take(&mut self.buffer),
        })
    }

    /// Grows by doubling, but never beyond the limit.
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

    /// How many more bytes the line may have before its LF.
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

/// Never shows what is buffered: it may be the echo of a password.
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

/// The three digits that begin a line, and the byte behind them. A fourth digit makes it a number
/// (`2201 files`), and no code.
fn head(line: &[u8]) -> Option<(u16, Option<u8>)> {
    let (digits, rest) = line.split_at_checked(3)?;
    let value = crate::reply::number::decimal(digits)?;
    let behind = rest.first().copied();
    if behind.is_some_and(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((u16::try_from(value).ok()?, behind))
}
