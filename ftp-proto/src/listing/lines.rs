//! Cuts the bytes of a listing into lines.

use alloc::vec::Vec;
use core::mem;
use core::ops::Range;

/// Cuts a listing into lines. The bytes may arrive in pieces of any size; the lines are the same.
/// The memory used is small: it keeps at most as many bytes of a line as the limit allows.
#[derive(Clone)]
pub(super) struct Lines {
    limit: usize,
    /// The beginning of a line whose line end has not arrived yet.
    partial: Vec<u8>,
    /// The last returned line, if its bytes arrived in more than one piece of input. It is kept
    /// here, because no single piece of input holds it.
    own: Vec<u8>,
    /// Whether the next bytes belong to a line that was longer than the limit, and was returned
    /// cut. They are thrown away up to the line end.
    skipping: bool,
    /// Whether lines end with CR CR LF, as GridFTP servers send them. `None` until the end of the
    /// first line has come.
    doubled: Option<bool>,
}

/// Where the bytes of a returned line are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the input.
    Input(Range<usize>),
    /// In [`Lines::own`].
    Own,
    /// In [`Lines::own`], which holds only the first bytes, because the line is longer than the
    /// limit.
    Cut,
}

impl Lines {
    pub(super) const fn new(limit: usize) -> Self {
        Self {
            limit,
            partial: Vec::new(),
            own: Vec::new(),
            skipping: false,
            doubled: None,
        }
    }

    pub(super) const fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Returns the bytes of a line whose place is `Place::Own` or `Place::Cut`.
    pub(super) fn own(&self) -> &[u8] {
        &self.own
    }

    pub(super) fn buffered(&self) -> usize {
        self.partial.len()
    }

    /// Takes the next line from the input. Returns how many bytes of the input were used, and where
    /// the line is, without its line end. `None` if no line is complete yet.
    #[inline]
    pub(super) fn next(&mut self, input: &[u8]) -> (usize, Option<Place>) {
        if self.skipping {
            let Some(end) = memchr::memchr(b'\n', input) else {
                return (input.len(), None);
            };
            self.skipping = false;
            let after = end.saturating_add(1);
            let (taken, place) = self.next_complete(input.get(after..).unwrap_or_default());
            return (
                taken.saturating_add(after),
                place.map(|place| place.moved_by(after)),
            );
        }
        self.next_complete(input)
    }

    fn next_complete(&mut self, input: &[u8]) -> (usize, Option<Place>) {
        let room = self.limit.saturating_sub(self.partial.len());
        let window = input.get(..room).unwrap_or(input);
        let Some(end) = memchr::memchr(b'\n', window) else {
            self.partial.extend_from_slice(window);
            if window.len() < room {
                return (window.len(), None);
            }
            self.take_partial();
            self.skipping = true;
            return (window.len(), Some(Place::Cut));
        };
        let taken = end.saturating_add(1);
        let line = window.get(..end).unwrap_or_default();
        if self.partial.is_empty() {
            let end = self.without_line_end(line);
            return (taken, Some(Place::Input(0..end)));
        }
        self.partial.extend_from_slice(line);
        let partial = mem::take(&mut self.partial);
        let end = self.without_line_end(&partial);
        self.partial = partial;
        self.partial.truncate(end);
        self.take_partial();
        (taken, Some(Place::Own))
    }

    /// Returns the last line of a listing whose last line has no line end. Call this method after
    /// the end of the input.
    pub(super) fn finish(&mut self) -> Option<Place> {
        if self.partial.is_empty() {
            return None;
        }
        self.take_partial();
        Some(Place::Own)
    }

    /// Makes the stored beginning of a line the line that is returned.
    fn take_partial(&mut self) {
        mem::swap(&mut self.partial, &mut self.own);
        self.partial.clear();
    }

    /// Returns the length of a line without its final CR, or without two CRs if lines end with CR
    /// CR LF.
    fn without_line_end(&mut self, line: &[u8]) -> usize {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if self.doubled == Some(false) {
            return line.len();
        }
        let shorter = line.strip_suffix(b"\r");
        self.doubled = Some(shorter.is_some());
        shorter.unwrap_or(line).len()
    }
}

impl Place {
    /// Returns the place of the same line in a longer input, which has this many bytes before the
    /// old input.
    pub(super) fn moved_by(self, bytes: usize) -> Self {
        match self {
            Self::Input(range) => {
                Self::Input(range.start.saturating_add(bytes)..range.end.saturating_add(bytes))
            }
            other => other,
        }
    }
}
