//! One complete reply (RFC 959, section 4.2).

use super::{Class, Code, DecodeError, Escaped, ReplyDecoder};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

/// One complete reply: its code, and its lines as raw bytes without line ends.
///
/// The text is for people. Show it only by [`text`](Self::text), `Display` or `Debug`, because they
/// write one line and escape it as [`Escaped`] does.
///
/// ```
/// use ftp_proto::wire::Reply;
///
/// let reply = Reply::parse(b"211-Features:\r\n UTF8\r\n211 End\r\n")?;
/// assert_eq!(reply.code().value(), 211);
/// assert_eq!(reply.lines().nth(2), Some(&b"211 End"[..]));
/// assert_eq!(reply.text_lines().nth(1), Some(&b"UTF8"[..]));
/// assert_eq!(reply.to_string(), "211 Features: | UTF8 | End");
/// # Ok::<(), ftp_proto::wire::DecodeError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Reply {
    code: Code,
    /// All lines, with LF between them. No line holds an LF.
    lines: Box<[u8]>,
}

impl Reply {
    pub(super) fn new(code: Code, lines: Vec<u8>) -> Self {
        Self {
            code,
            lines: lines.into_boxed_slice(),
        }
    }

    /// Parses bytes that are exactly one reply, with the default limits. The last line end may be
    /// missing.
    ///
    /// # Errors
    ///
    /// The errors of [`ReplyDecoder::decode`]; [`DecodeError::Unterminated`] if the reply is not
    /// complete; [`DecodeError::Surplus`] if more bytes follow the reply.
    pub fn parse(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut decoder = ReplyDecoder::default();
        let decoded = decoder.decode(bytes)?;
        let surplus = bytes.len().saturating_sub(decoded.consumed);
        if surplus > 0 {
            return Err(DecodeError::Surplus { bytes: surplus });
        }
        match decoded.reply {
            Some(reply) => Ok(reply),
            None => decoder.finish()?.ok_or(DecodeError::Unterminated {
                partial: Vec::new(),
            }),
        }
    }

    /// Returns the code. If the lines of the reply have different codes, it is the code of the last
    /// line.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// Returns the class of the reply, which the first digit of the code tells.
    #[must_use]
    pub const fn class(&self) -> Class {
        self.code.class()
    }

    /// Returns whether the server does not know the command, or does not know it with this
    /// argument. The codes are 500, 502 and 504, which servers use without distinction. The server
    /// will refuse the command again if you repeat it.
    #[must_use]
    pub const fn is_not_implemented(&self) -> bool {
        matches!(
            self.code,
            Code::UNRECOGNISED | Code::NOT_IMPLEMENTED | Code::PARAMETER_NOT_IMPLEMENTED
        )
    }

    /// Returns the lines as they came, with their codes but without line ends. There is at least
    /// one.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.lines.split(|byte| *byte == b'\n')
    }

    /// Returns the lines without the codes at their start. There is at least one line, which may be
    /// empty.
    ///
    /// The first and the last line lose their code and the `-`, blank or tab after it. ProFTPD
    /// begins each middle line with the first line's code and `-`, so a middle line loses these
    /// four characters too. Any other middle line loses one leading blank, because RFC 2389 and RFC
    /// 3659 indent lines by one blank. The rest of a line stays as it came.
    pub fn text_lines(&self) -> impl Iterator<Item = &[u8]> {
        let mut lines = self.lines().peekable();
        let mut first = true;
        core::iter::from_fn(move || {
            let line = lines.next()?;
            let outer = core::mem::take(&mut first) || lines.peek().is_none();
            Some(if outer {
                let text = line.get(3..).unwrap_or_default();
                match text.split_first() {
                    Some((b'-' | b' ' | b'\t', text)) => text,
                    _ => text,
                }
            } else if self.repeats_code(line) {
                line.get(4..).unwrap_or_default()
            } else {
                line.strip_prefix(b" ").unwrap_or(line)
            })
        })
    }

    /// Returns the text without the codes, escaped, on one line, with ` | ` between two lines.
    pub fn text(&self) -> impl fmt::Display {
        Text(self)
    }

    /// Replaces each exact occurrence of `secret` in the text by `***`. A secret of one or two
    /// bytes is replaced only if it is a whole word, because its letters occur in many words of a
    /// text.
    ///
    /// This is needed because some servers echo a password in 331, 530 or 230. The codes, and the
    /// `-` or blank after a code, always stay. An empty secret changes nothing.
    pub fn mask(&mut self, secret: &[u8]) {
        if memchr::memmem::find(&self.lines, secret).is_none() || secret.is_empty() {
            return;
        }
        let mut masked = Vec::with_capacity(self.lines.len());
        let mut lines = self.lines().peekable();
        let mut first = true;
        while let Some(line) = lines.next() {
            let last = lines.peek().is_none();
            let coded = core::mem::take(&mut first) || last || self.repeats_code(line);
            // The byte after a code (`-`, blank or tab) must stay, because it shows where the reply
            // ends. If the secret begins with this byte, `***` has replaced the byte too. So the
            // byte is added again before `***`.
            let (code, text) = line
                .split_at_checked(if coded { 3 } else { 0 })
                .unwrap_or((line, &[]));
            masked.extend_from_slice(code);
            let text_masked = super::masked(text, secret);
            if coded && text.starts_with(secret) && text_masked != text {
                masked.extend(
                    text.first()
                        .filter(|byte| matches!(byte, b'-' | b' ' | b'\t')),
                );
            }
            masked.extend_from_slice(&text_masked);
            if !last {
                masked.push(b'\n');
            }
        }
        drop(lines);
        self.lines = masked.into_boxed_slice();
    }

    /// Whether a line between the first and the last begins with the first line's code and `-`.
    fn repeats_code(&self, line: &[u8]) -> bool {
        line.get(3) == Some(&b'-') && line.get(..3) == self.lines.get(..3)
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, Text(self))
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({self})")
    }
}

struct Text<'a>(&'a Reply);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, line) in self.0.text_lines().enumerate() {
            if number > 0 {
                f.write_str(" | ")?;
            }
            fmt::Display::fmt(&Escaped::new(line), f)?;
        }
        Ok(())
    }
}
