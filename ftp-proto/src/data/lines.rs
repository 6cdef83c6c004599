//! Splits the bytes of a listing (LIST, NLST or MLSD) into lines.

use alloc::vec::Vec;
use core::{fmt, mem};

/// Splits a listing into lines. The bytes of the listing may arrive in pieces of any size.
///
/// LF ends a line, and one CR before the LF is removed too. Any other CR or other byte is part of a
/// name. A line that is complete in the input is not copied; only a line that spans two inputs is.
/// So the limit bounds the memory, and time is linear.
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
    /// The start of a line whose end has not arrived. If `complete` is set, `buffer` is the whole
    /// line that the last call returned, and the next call clears `buffer`.
    buffer: Vec<u8>,
    complete: bool,
    failed: bool,
}

/// The error for a line that is longer than the limit. Every later call of the splitter returns
/// this error again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineTooLong {
    /// The most bytes that a line may have, including its line end.
    pub limit: usize,
}

impl LineSplitter {
    /// Makes a splitter for lines of up to `limit` bytes, including the line end.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self {
            limit,
            buffer: Vec::new(),
            complete: false,
            failed: false,
        }
    }

    /// Returns the next line of `input`, without its line end, and moves `input` past the line.
    ///
    /// `None` means that `input` holds no complete line any more. The splitter has then kept all
    /// its bytes: call again with the next bytes.
    ///
    /// # Errors
    ///
    /// [`LineTooLong`], as soon as it is certain that the line is longer than the limit.
    pub fn next_line<'a, 'i: 'a>(
        &'a mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<&'a [u8]>, LineTooLong> {
        self.check()?;
        if mem::take(&mut self.complete) {
            self.buffer.clear();
        }
        let bytes = *input;
        // The limit includes the LF, so a line has room for one byte less of text. Bytes beyond the
        // limit are not searched for the LF.
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

    /// Ends the listing. If the last line has no LF, returns this line. A CR at its end stays.
    /// `None` if the last line was complete.
    ///
    /// # Errors
    ///
    /// [`LineTooLong`] if [`next_line`](Self::next_line) has returned this error before.
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
