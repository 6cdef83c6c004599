//! The input of the target `session`: a transcript of a server, with letters between its lines.
//!
//! A capital letter, or `$` and a letter, starts an operation (see `session.rs`). While it runs,
//! each of its wants is answered by the next token:
//!
//! | token | answer |
//! |---|---|
//! | a digit, or any byte without a meaning | this byte and all bytes up to LF arrive |
//! | `&` | the same read brings one more line |
//! | `~…~` | the bytes between the marks arrive: part of a line, or anything else |
//! | `,` | an empty read |
//! | `e` | the control connection ends |
//! | `t` | the time is over |
//! | `b` | the control connection breaks |
//! | `o` | the want is done |
//! | `f` | the want fails |
//! | `c` | the control connection comes first, with the next token |
//! | `d` | the operation is dropped, after all outgoing bytes were written |
//! | `u` | the operation is dropped, after half of them were written |
//! | `j` | an answer of an earlier operation is given first, which must change nothing |
//!
//! Without such a letter, a want that does not read is done. A look at what has arrived finds
//! nothing, unless `?` and a token come next. So a plain transcript after the letters of its
//! operations is a session without faults.

pub(super) struct Script<'a> {
    rest: &'a [u8],
}

impl<'a> Script<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub(super) fn is_over(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// Takes the next byte if it is one of these.
    pub(super) fn take(&mut self, any: &[u8]) -> Option<u8> {
        self.peek().filter(|byte| any.contains(byte))?;
        self.byte()
    }

    /// Takes everything up to and including the next byte of this value, or everything.
    pub(super) fn through(&mut self, end: u8) -> &'a [u8] {
        let at = self.rest.iter().position(|byte| *byte == end);
        let (piece, rest) = self.rest.split_at(at.map_or(self.rest.len(), |at| at + 1));
        self.rest = rest;
        piece
    }

    /// Returns what one read brings.
    pub(super) fn arrival(&mut self) -> &'a [u8] {
        match self.peek() {
            Some(b',') => {
                self.byte();
                &[]
            }
            Some(b'~') => {
                self.byte();
                let piece = self.through(b'~');
                piece.strip_suffix(b"~").unwrap_or(piece)
            }
            _ => {
                let mut lines = 1;
                while self.take(b"&").is_some() {
                    lines += 1;
                }
                let all = self.rest;
                let length: usize = (0..lines).map(|_| self.through(b'\n').len()).sum();
                &all[..length]
            }
        }
    }
}
