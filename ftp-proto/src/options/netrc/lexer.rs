//! The words of a `.netrc`, by the rules of Python's module `netrc`.

use alloc::vec::Vec;

use super::{InvalidNetrc, NetrcFault};

pub(super) struct Lexer<'a> {
    rest: &'a [u8],
    /// The line of the next byte, counted from 1.
    line: usize,
}

/// A word, and the line in which it begins.
#[derive(Default)]
pub(super) struct Word {
    pub(super) text: Vec<u8>,
    pub(super) line: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        // Editors on Windows begin a file with a byte order mark.
        Self {
            rest: text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text),
            line: 1,
        }
    }

    /// Reads the next word outside of comments. A `#` in a name or a password begins no comment, so
    /// those are read by [`value`](Self::value) and [`name`](Self::name).
    pub(super) fn keyword(&mut self) -> Result<Option<Word>, InvalidNetrc> {
        self.skip_blanks();
        while self.rest.first() == Some(&b'#') {
            self.rest_of_line();
            self.skip_blanks();
        }
        self.word()
    }

    /// Reads the name of a host or a macro.
    pub(super) fn name(&mut self) -> Result<Vec<u8>, NetrcFault> {
        match self.word() {
            Ok(Some(word)) if !word.text.is_empty() => Ok(word.text),
            Ok(_) => Err(NetrcFault::NoName),
            Err(invalid) => Err(invalid.fault),
        }
    }

    /// Reads a user name, a password or an account. At the end of the file, it is empty.
    pub(super) fn value(&mut self) -> Result<Vec<u8>, InvalidNetrc> {
        let Word { text, line } = self.word()?.unwrap_or_default();
        match memchr::memchr3(b'\r', b'\n', 0, &text) {
            None => Ok(text),
            Some(_) => Err(InvalidNetrc {
                line,
                fault: NetrcFault::Unsendable,
            }),
        }
    }

    /// Reads the lines of a macro and the blank line after them. Returns `None` if the file ends
    /// before the blank line.
    pub(super) fn macro_text(&mut self) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        loop {
            match self.rest_of_line() {
                b"" => return None,
                b"\n" | b"\r\n" => return Some(text),
                line => text.extend_from_slice(line),
            }
        }
    }

    /// Reads a word, and one blank or the line end after it. Returns `None` at the end of the file.
    fn word(&mut self) -> Result<Option<Word>, InvalidNetrc> {
        self.skip_blanks();
        let line = self.line;
        let is_quoted = self.rest.first() == Some(&b'"');
        if is_quoted {
            self.byte();
        } else if self.rest.is_empty() {
            return Ok(None);
        }
        let mut text = Vec::new();
        while let Some(byte) = self.byte() {
            match byte {
                b'"' if is_quoted => return Ok(Some(Word { text, line })),
                b'\r' if !is_quoted && self.rest.first() == Some(&b'\n') => {
                    self.byte();
                    break;
                }
                b' ' | b'\t' | b'\r' | b'\n' if !is_quoted => break,
                b'\\' => text.extend(self.byte()),
                _ => text.push(byte),
            }
        }
        match is_quoted {
            true => Err(InvalidNetrc {
                line,
                fault: NetrcFault::OpenQuote,
            }),
            false => Ok(Some(Word { text, line })),
        }
    }

    fn skip_blanks(&mut self) {
        while matches!(self.rest.first(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.byte();
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        if *byte == b'\n' {
            self.line = self.line.saturating_add(1);
        }
        Some(*byte)
    }

    /// Reads up to the end of the line, with the line end.
    fn rest_of_line(&mut self) -> &'a [u8] {
        let end = memchr::memchr(b'\n', self.rest).map(|at| at.saturating_add(1));
        let (line, rest) = match end.and_then(|end| self.rest.split_at_checked(end)) {
            Some(split) => {
                self.line = self.line.saturating_add(1);
                split
            }
            None => (self.rest, &[][..]),
        };
        self.rest = rest;
        line
    }
}
