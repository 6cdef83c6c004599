//! A buffer for encrypted bytes that are still to be sent to the server.

use alloc::vec::Vec;

use rustls::unbuffered::{EncodeError, EncryptError, InsufficientSizeError};

use super::errors::tls_error;
use crate::error::Error;

/// Encrypted bytes that are still to be sent. The vector keeps its length, so that its bytes are not
/// set to zero before each record is written over them.
#[derive(Default)]
pub(super) struct Outgoing {
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
}

impl Outgoing {
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.begin..self.end).unwrap_or_default()
    }

    /// Notes that the driver has sent this many bytes.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.begin = self.begin.saturating_add(bytes).min(self.end);
        if self.begin == self.end {
            (self.begin, self.end) = (0, 0);
        }
    }

    /// Appends the bytes that `write` produces. If `write` reports how much more room it needs,
    /// calls it a second time with that room.
    pub(super) fn append<E: Shortage>(
        &mut self,
        mut write: impl FnMut(&mut [u8]) -> Result<usize, E>,
    ) -> Result<(), Error> {
        loop {
            let room = self.buffer.get_mut(self.end..).unwrap_or_default();
            let had = room.len();
            match write(room) {
                Ok(written) => {
                    self.end = self.end.saturating_add(written).min(self.buffer.len());
                    return Ok(());
                }
                Err(error) => match error.required().filter(|needed| *needed > had) {
                    Some(needed) => self.buffer.resize(self.end.saturating_add(needed), 0),
                    None => return Err(tls_error(error)),
                },
            }
        }
    }

    /// Frees the memory, if nothing is to be sent.
    pub(super) fn shrink(&mut self) {
        if self.begin == self.end {
            *self = Self::default();
        }
    }
}

/// An error of rustls that may tell how much room was missing.
pub(super) trait Shortage: core::error::Error + Send + Sync + 'static {
    fn required(&self) -> Option<usize>;
}

impl Shortage for EncodeError {
    fn required(&self) -> Option<usize> {
        match self {
            Self::InsufficientSize(InsufficientSizeError { required_size }) => Some(*required_size),
            Self::AlreadyEncoded => None,
        }
    }
}

impl Shortage for EncryptError {
    fn required(&self) -> Option<usize> {
        match self {
            Self::InsufficientSize(InsufficientSizeError { required_size }) => Some(*required_size),
            Self::EncryptExhausted => None,
        }
    }
}
