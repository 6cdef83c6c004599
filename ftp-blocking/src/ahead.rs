//! Reading ahead, for readers with small buffers. This file is the same in both adapters.

use std::fmt;

/// What has come and was not asked for yet.
#[derive(Default)]
pub(crate) struct Ahead {
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
}

/// Room at first: a small file costs no more than it needs.
const FIRST: usize = 16 * 1024;

/// Room once that was filled. A GiB in pieces of 8 KiB, as `io::copy` asks for them, takes a
/// third less CPU than without, copy included; 64 KiB took more, and 512 KiB no less.
const MOST: usize = 256 * 1024;

impl Ahead {
    /// A reader who has this much room reads as well without us.
    pub(crate) const ENOUGH: usize = 64 * 1024;

    pub(crate) fn waiting(&self) -> &[u8] {
        self.buffer.get(self.begin..self.end).unwrap_or_default()
    }

    /// Moves what is waiting to the front of this buffer, as far as it goes.
    pub(crate) fn take(&mut self, into: &mut [u8]) -> usize {
        let waiting = self.waiting();
        let count = waiting.len().min(into.len());
        into[..count].copy_from_slice(&waiting[..count]);
        self.begin += count;
        count
    }

    /// Room for what comes next, once nothing is waiting.
    pub(crate) fn space(&mut self) -> &mut [u8] {
        let grown = match self.buffer.len() {
            0 => FIRST,
            room if self.end == room => MOST,
            room => room,
        };
        self.buffer.resize(grown, 0);
        (self.begin, self.end) = (0, 0);
        &mut self.buffer
    }

    /// This many bytes came into [`space`](Self::space).
    pub(crate) fn filled(&mut self, bytes: usize) {
        self.end = bytes;
    }
}

impl fmt::Debug for Ahead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ahead")
            .field("waiting", &self.waiting().len())
            .finish_non_exhaustive()
    }
}
