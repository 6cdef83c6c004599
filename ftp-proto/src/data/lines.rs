//! The lines of a LIST, NLST or MLSD body.

use alloc::vec::Vec;
use core::{fmt, mem};

/// Cuts a listing into lines, however its bytes arrive.
///
/// LF ends a line, and one CR before it goes too; any other CR is part of a name, and so is every
/// other byte. A line that stands whole in the input is borrowed from it; only what spans two
/// inputs is copied, so that memory is bounded by the limit and time is linear.
///
/// ```
/// use ftp_proto::data::LineSplitter;
///
/// let mut splitter = LineSplitter::new(1_024);
/// let mut names = Vec::new();
/// for mut bytes in [&b"one\r\ntw"[..], b"o\nthree"] {
///     while let Some(name) = splitter.next_line(&mut bytes)? {
///         names.push(name.to_vec());
///     }
/// }
/// names.extend(splitter.finish()?);
/// assert_eq!(names, [&b"one"[..], b"two", b"three"]);
/// # Ok::<(), ftp_proto::data::LineTooLong>(())
/// ```
#[derive(Clone)]
pub struct LineSplitter {
    limit: usize,
    /// The beginning of a line, or all of one that `complete` says was handed out.
    buffer: Vec<u8>,
    complete: bool,
    failed: bool,
}

/// A line above the limit. The splitter that said so goes on saying so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineTooLong {
    /// The limit, in bytes, line end included.
    pub limit: usize,
}

impl LineSplitter {
    /// A splitter for lines of up to `limit` bytes, line end included.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self {
            limit,
            buffer: Vec::new(),
            complete: false,
            failed: false,
        }
    }

    /// Takes the next line from `input`, which is advanced behind it.
    ///
    /// `None` says that all of `input` was taken and no line is complete: come again with more.
    ///
    /// # Errors
    ///
    /// [`LineTooLong`], as soon as the line cannot end within the limit.
    pub fn next_line<'a, 'i: 'a>(
        &'a mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<&'a [u8]>, LineTooLong> {
        self.check()?;
        if mem::take(&mut self.complete) {
            self.buffer.clear();
        }
        let bytes = *input;
        // The last byte of the room is for the LF. Look no further than it.
        let room = self
            .limit
            .saturating_sub(1)
            .saturating_sub(self.buffer.len());
        let window = bytes.get(..=room).unwrap_or(bytes);
        let Some(end) = memchr::memchr(b'\n', window) else {
            if window.len() > room {
                self.failed = true;
                self.buffer = Vec::new();
            } else {
                self.buffer.extend_from_slice(window);
                *input = &[];
            }
            return self.check().map(|()| None);
        };
        let piece = window.get(..end).unwrap_or_default();
        *input = bytes.get(end.saturating_add(1)..).unwrap_or_default();
        if self.buffer.is_empty() {
            return Ok(Some(piece.strip_suffix(b"\r").unwrap_or(piece)));
        }
        self.buffer.extend_from_slice(piece);
        self.complete = true;
        Ok(Some(
            self.buffer.strip_suffix(b"\r").unwrap_or(&self.buffer),
        ))
    }

    /// Says that the body has ended: the last line, where its line end is missing. A CR at its
    /// end is kept.
    ///
    /// # Errors
    ///
    /// [`LineTooLong`], where that was said before.
    pub fn finish(&mut self) -> Result<Option<Vec<u8>>, LineTooLong> {
        self.check()?;
        let rest = mem::take(&mut self.buffer);
        Ok((!mem::take(&mut self.complete) && !rest.is_empty()).then_some(rest))
    }

    const fn check(&self) -> Result<(), LineTooLong> {
        if self.failed {
            return Err(LineTooLong { limit: self.limit });
        }
        Ok(())
    }
}

impl fmt::Debug for LineSplitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineSplitter")
            .field("limit", &self.limit)
            .field("buffered", &self.buffer.len())
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for LineTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a line of the listing is longer than {} bytes",
            self.limit
        )
    }
}

impl core::error::Error for LineTooLong {}
