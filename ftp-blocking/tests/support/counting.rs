//! A middlebox that counts the bytes that the client moves on data connections, or that lets the
//! kernel move them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::middlebox::{Middlebox, Passage};

/// What moves the bytes of data connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The kernel. The middlebox lets the client use the sockets directly.
    Kernel,
    /// The client, which reads and writes every byte itself.
    Hands,
}

pub(crate) const BOTH: [Way; 2] = [Way::Kernel, Way::Hands];

/// The number of bytes that the client read and wrote on data connections.
#[derive(Clone, Default)]
pub(crate) struct Copied(Arc<AtomicUsize>);

impl Copied {
    fn add(&self, count: usize) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn total(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// A middlebox that counts the bytes of data connections.
#[derive(Clone)]
pub(crate) struct Counting {
    pub(crate) copied: Copied,
    pub(crate) way: Way,
}

impl Middlebox for Counting {
    type Passage = Self;

    fn dial(&mut self, is_control: bool) -> io::Result<Option<Self>> {
        Ok((!is_control).then(|| self.clone()))
    }
}

impl Passage for Counting {
    fn after_read(&mut self, _: &mut [u8], count: usize) -> usize {
        self.copied.add(count);
        count
    }

    fn after_write(&mut self, bytes: &[u8]) {
        self.copied.add(bytes.len());
    }

    fn lets_the_kernel_move_bytes(&self) -> bool {
        self.way == Way::Kernel
    }
}
