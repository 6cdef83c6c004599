//! A middlebox that counts the bytes which the client itself reads and writes on data connections.
//! It can also let the client use the kernel's fast paths, whose bytes are not counted.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::middlebox::{Middlebox, Passage};

/// Who moves the bytes between a data connection and a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The kernel, by splice or sendfile: the middlebox lets the client use the sockets directly.
    Kernel,
    /// The client: it reads and writes every byte itself.
    Hands,
}

pub(crate) const BOTH: [Way; 2] = [Way::Kernel, Way::Hands];

/// The number of bytes that the client itself has read and written on data connections.
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

/// A middlebox that adds the bytes of data connections to `copied`.
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
