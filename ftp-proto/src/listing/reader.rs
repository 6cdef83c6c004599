//! A listing reader with its own buffer, into which a driver reads the bytes of the data
//! connection.

use alloc::vec::Vec;
use core::fmt;

use super::entry::Entry;
use super::parser::{Line, Parsed, Parser};

/// A listing whose bytes you read from a data connection.
///
/// ```
/// use ftp_proto::listing::{Parser, Reader};
/// use std::io::Read as _;
///
/// let mut connection = &b"+i1.2,m1795771800,r,s12,\tnotes.txt\r\n+i1.3,/,\tpub\r\n"[..];
/// let mut reader = Reader::new(Parser::new());
/// let mut names = Vec::new();
/// loop {
///     while let Some(entry) = reader.next_entry() {
///         names.push(entry.display_name().to_string());
///     }
///     if reader.has_ended() {
///         break;
///     }
///     let count = connection.read(reader.space())?;
///     reader.filled(count);
/// }
/// assert_eq!(names, ["notes.txt", "pub"]);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Reader {
    parser: Parser,
    buffer: Vec<u8>,
    /// The position in the buffer of the first byte that was not parsed yet.
    begin: usize,
    end: usize,
    ended: bool,
    current: Option<Current>,
    unparsed: Vec<Line<'static>>,
    unparsed_count: u64,
}

/// The line that was read last. `input` is the position in the buffer from which the parser read
/// it.
struct Current {
    parsed: Parsed,
    input: usize,
}

/// The size of the buffer: how many bytes of a listing are read at a time.
const ROOM: usize = 16 * 1024;

/// How many unparsed lines the reader keeps for [`Reader::unparsed`]. It only counts further ones.
const MOST_UNPARSED: usize = 64;

impl Reader {
    /// Makes a reader that parses a listing with this parser.
    #[must_use]
    pub fn new(parser: Parser) -> Self {
        Self {
            parser,
            buffer: alloc::vec![0; ROOM],
            begin: 0,
            end: 0,
            ended: false,
            current: None,
            unparsed: Vec::new(),
            unparsed_count: 0,
        }
    }

    /// Returns the next line in the buffer. `None` if the buffer holds no whole line: then read
    /// more bytes. `None` after the [end](Self::has_ended) means that no more lines follow.
    pub fn next_line(&mut self) -> Option<Line<'_>> {
        self.advance();
        self.line()
    }

    /// Returns the next entry in the buffer, but not `.` and `..`. Returns `None` when
    /// [`next_line`](Self::next_line) does. Lines that could not be parsed are kept for
    /// [`unparsed`](Self::unparsed).
    pub fn next_entry(&mut self) -> Option<Entry<'_>> {
        self.advance_entry();
        self.entry()
    }

    /// Returns the entry that was read last. `None` if the last line was no entry.
    #[must_use]
    pub fn entry(&self) -> Option<Entry<'_>> {
        match self.line()? {
            Line::Entry(entry) => Some(entry),
            _ => None,
        }
    }

    /// Reads the next line, which [`line`](Self::line) then returns. Returns false if the buffer
    /// holds no whole line.
    pub fn advance(&mut self) -> bool {
        let input = self.begin;
        let parsed = if self.ended {
            self.parser.parse_rest()
        } else {
            let bytes = self.buffer.get(self.begin..self.end).unwrap_or_default();
            let (taken, parsed) = self.parser.parse(bytes);
            self.begin = self.begin.saturating_add(taken);
            parsed
        };
        self.current = parsed.map(|parsed| Current { parsed, input });
        self.current.is_some()
    }

    /// Reads up to the next entry other than `.` and `..`, which [`line`](Self::line) then returns.
    /// Returns false if the buffer holds no further entry.
    pub fn advance_entry(&mut self) -> bool {
        while self.advance() {
            match self.line() {
                Some(Line::Entry(entry)) if entry.is_dot() => {}
                Some(Line::Entry(_)) => return true,
                Some(line @ (Line::Unparsed(_) | Line::Cut(_))) => {
                    let kept = (self.unparsed.len() < MOST_UNPARSED).then(|| line.into_owned());
                    self.unparsed.extend(kept);
                    self.unparsed_count = self.unparsed_count.saturating_add(1);
                }
                Some(Line::Noise(_)) | None => {}
            }
        }
        false
    }

    /// Returns the line that was read last. `None` if the last attempt found no whole line.
    #[must_use]
    pub fn line(&self) -> Option<Line<'_>> {
        let current = self.current.as_ref()?;
        let input = self.buffer.get(current.input..self.end).unwrap_or_default();
        Some(self.parser.line(current.parsed, input))
    }

    /// Returns the lines that `next_entry` has left out because they are of no known dialect, or
    /// longer than the parser's limit. Only the first 64 are kept;
    /// [`unparsed_count`](Self::unparsed_count) counts all.
    #[must_use]
    pub fn unparsed(&self) -> &[Line<'static>] {
        &self.unparsed
    }

    /// Returns how many lines `next_entry` has left out because they are of no known dialect, or
    /// longer than the parser's limit.
    #[must_use]
    pub const fn unparsed_count(&self) -> u64 {
        self.unparsed_count
    }

    /// Returns the buffer for the next bytes of the listing. Call it only after `next_line` or
    /// `next_entry` has returned `None`.
    pub fn space(&mut self) -> &mut [u8] {
        (self.begin, self.end) = (0, 0);
        self.current = None;
        &mut self.buffer
    }

    /// Tells the reader that this many bytes were read into [`space`](Self::space). 0 means the end
    /// of the listing.
    pub fn filled(&mut self, bytes: usize) {
        self.end = bytes.min(self.buffer.len());
        self.ended = bytes == 0;
    }

    /// Returns the parser, which knows what the lines have shown about the listing.
    #[must_use]
    pub const fn parser(&self) -> &Parser {
        &self.parser
    }

    /// Returns whether the end of the listing was [reported](Self::filled).
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        self.ended
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("parser", &self.parser)
            .field("waiting", &self.end.saturating_sub(self.begin))
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
