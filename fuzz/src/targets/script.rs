//! The input of the fuzz target `session`: what a server sends, with letters between its lines.
//!
//! A capital letter, or `$` and a letter, starts an operation (see `session.rs`). While the
//! operation runs, the next token answers each of its wants:
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
//! | `c` | the bytes of the next token arrive before the want is served |
//! | `d` | the operation is dropped, after all outgoing bytes were written |
//! | `u` | the operation is dropped, after half of the outgoing bytes were written |
//! | `j` | an answer of an earlier operation is given first, which must change nothing |
//!
//! If the next token is no such letter, a want that does not read is answered as done. A look (a
//! read that does not wait) finds nothing, but after `?` it finds what the next token says. So a
//! session without faults is the letter of each operation with the server's lines after it.

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

    /// Removes the next byte and returns it, if it is one of `any`. Otherwise returns `None`.
    pub(super) fn take(&mut self, any: &[u8]) -> Option<u8> {
        self.peek().filter(|byte| any.contains(byte))?;
        self.byte()
    }

    /// Removes and returns all bytes up to the first `end`, and this `end` too. If there is no
    /// `end`, removes and returns all bytes.
    pub(super) fn through(&mut self, end: u8) -> &'a [u8] {
        let at = self.rest.iter().position(|byte| *byte == end);
        let (piece, rest) = self.rest.split_at(at.map_or(self.rest.len(), |at| at + 1));
        self.rest = rest;
        piece
    }

    /// Removes and returns the bytes that the next read from the control connection brings.
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
