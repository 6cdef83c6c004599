//! The input of the `session` target: a transcript of a server with letters in between.
//!
//! A capital, or `$` and a letter, starts an operation (see `session.rs`). While one runs, each
//! thing that it wants is answered by what comes next:
//!
//! | token | answer |
//! |---|---|
//! | a digit, or any byte without a meaning | it and the bytes up to LF arrive |
//! | `&` | one line more than otherwise arrives in the same read |
//! | `~…~` | the bytes between the marks arrive: a part of a line, or anything at all |
//! | `,` | an empty read |
//! | `e` | the control connection ends |
//! | `t` | the time is over |
//! | `b` | the control connection breaks |
//! | `o` | what was wanted is done |
//! | `f` | it fails |
//! | `c` | the control connection had something to say first: the token behind it |
//! | `d` | the operation is dropped, all that stood outgoing being written |
//! | `u` | it is dropped when half of that is written |
//! | `j` | an answer of an earlier operation is given first, which must change nothing |
//!
//! What is not about reading is done, too, where no such letter comes next. When a session looks
//! at what has arrived ahead of a command, that is nothing, unless `?` and a token say so. Thus a
//! plain transcript behind the operations that it belongs to is a session without faults.

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

    /// Up to and including the next byte of this value, or all.
    pub(super) fn through(&mut self, end: u8) -> &'a [u8] {
        let at = self.rest.iter().position(|byte| *byte == end);
        let (piece, rest) = self.rest.split_at(at.map_or(self.rest.len(), |at| at + 1));
        self.rest = rest;
        piece
    }

    /// What arrives with one read.
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
