//! Cuts the bytes of a listing into lines.

use alloc::vec::Vec;
use core::mem;

/// Cuts a listing into lines. The bytes may arrive in pieces of any size; the lines are the same.
/// This struct uses little memory: it keeps at most as many bytes of a line as the limit allows.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) text: Text,
    /// The position in the input at which the line begins. 0 if the line is not in the input.
    pub(super) begin: usize,
    /// The position in the input at which the line ends. 0 if the line is not in the input.
    pub(super) end: usize,
}

/// The text that holds a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    Input,
    /// [`Lines::own`].
    Own,
    /// [`Lines::own`], which holds only the first bytes, because the line is longer than the limit.
    Cut,
    /// The text that the parser has joined of two lines.
    Joined,
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

    /// Returns the bytes of a line whose text is `Text::Own` or `Text::Cut`.
    pub(super) fn own(&self) -> &[u8] {
        &self.own
    }

    pub(super) fn buffered(&self) -> usize {
        self.partial.len()
    }

    /// Returns the next line if all of it is in the input: its length without its line end, and how
    /// many bytes of the input it takes up.
    #[inline(always)]
    pub(super) fn next_whole(&mut self, input: &[u8]) -> Option<(usize, usize)> {
        if self.skipping || !self.partial.is_empty() {
            return None;
        }
        let window = input.get(..self.limit).unwrap_or(input);
        let end = memchr::memchr(b'\n', window)?;
        let length = self.without_line_end(window.get(..end).unwrap_or_default());
        Some((length, end.saturating_add(1)))
    }

    /// Finds the next line. Returns how many bytes of the input were used, and where the line is,
    /// without its line end. `None` if no line is complete yet.
    pub(super) fn next(&mut self, input: &[u8]) -> (usize, Option<Place>) {
        if let Some((length, taken)) = self.next_whole(input) {
            return (taken, Some(Place::in_input(0, length)));
        }
        if self.skipping {
            let Some(end) = memchr::memchr(b'\n', input) else {
                return (input.len(), None);
            };
            self.skipping = false;
            let after = end.saturating_add(1);
            let (taken, place) = self.next(input.get(after..).unwrap_or_default());
            return (
                taken.saturating_add(after),
                place.map(|place| place.moved_by(after)),
            );
        }
        let room = self.limit.saturating_sub(self.partial.len());
        let window = input.get(..room).unwrap_or(input);
        let Some(end) = memchr::memchr(b'\n', window) else {
            self.partial.extend_from_slice(window);
            if window.len() < room {
                return (window.len(), None);
            }
            self.take_partial();
            self.skipping = true;
            return (window.len(), Some(Place::whole(Text::Cut)));
        };
        let taken = end.saturating_add(1);
        let line = window.get(..end).unwrap_or_default();
        self.partial.extend_from_slice(line);
        let partial = mem::take(&mut self.partial);
        let end = self.without_line_end(&partial);
        self.partial = partial;
        self.partial.truncate(end);
        self.take_partial();
        (taken, Some(Place::whole(Text::Own)))
    }

    /// Returns the last line of a listing whose last line has no line end. Call this method after
    /// the end of the input.
    pub(super) fn finish(&mut self) -> Option<Place> {
        if self.partial.is_empty() {
            return None;
        }
        self.take_partial();
        Some(Place::whole(Text::Own))
    }

    /// Moves the bytes of `partial` to `own`, because they are the line that is returned next.
    fn take_partial(&mut self) {
        mem::swap(&mut self.partial, &mut self.own);
        self.partial.clear();
    }

    /// Returns the length of a line without its final CR, or without two CRs if lines end with CR
    /// CR LF.
    #[inline]
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
    /// Returns the place of a line in the input.
    pub(super) const fn in_input(begin: usize, end: usize) -> Self {
        Self {
            text: Text::Input,
            begin,
            end,
        }
    }

    /// Returns the place of a line that is all of this text.
    pub(super) const fn whole(text: Text) -> Self {
        Self {
            text,
            begin: 0,
            end: 0,
        }
    }

    /// Returns the place of the same line in a longer input: one that has this many more bytes at
    /// its beginning.
    pub(super) fn moved_by(self, bytes: usize) -> Self {
        if self.text != Text::Input {
            return self;
        }
        Self {
            begin: self.begin.saturating_add(bytes),
            end: self.end.saturating_add(bytes),
            ..self
        }
    }
}
