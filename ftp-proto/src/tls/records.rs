//! A buffer for encrypted bytes that have come from the socket.

use alloc::vec::Vec;

use super::outgoing::Outgoing;
use super::pump::Pump;
use crate::error::Error;

/// Encrypted bytes that have come from the socket and are not processed yet.
#[derive(Default)]
pub(super) struct Records {
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
}

/// The least room, in bytes, that `space` offers for encrypted bytes. A TLS record can have about
/// 16 KiB, so a long record comes in several reads.
const LEAST_SPACE: usize = 4 * 1024;

impl Records {
    pub(super) fn space(&mut self, wanted: usize) -> &mut [u8] {
        if self.begin == self.end {
            (self.begin, self.end) = (0, 0);
        } else if self.begin > 0 {
            self.buffer.copy_within(self.begin..self.end, 0);
            self.end = self.end.saturating_sub(self.begin);
            self.begin = 0;
        }
        let wanted = self.end.saturating_add(wanted.max(LEAST_SPACE));
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
        self.buffer.get_mut(self.end..).unwrap_or_default()
    }

    pub(super) fn filled(&mut self, bytes: usize) {
        self.end = self.end.saturating_add(bytes).min(self.buffer.len());
    }

    pub(super) fn bytes(&mut self) -> &mut [u8] {
        self.buffer
            .get_mut(self.begin..self.end)
            .unwrap_or_default()
    }

    pub(super) fn process(
        &mut self,
        pump: &mut Pump,
        outgoing: &mut Outgoing,
        plain: impl FnMut(&[u8]),
    ) -> Result<(), Error> {
        let used = pump.process(self.bytes(), outgoing, plain)?;
        self.begin = self.begin.saturating_add(used).min(self.end);
        Ok(())
    }

    pub(super) fn shrink(&mut self) {
        if self.begin == self.end {
            *self = Self::default();
        }
    }
}
