//! A middlebox on the path between a client and its server: it sees every connection, and may change
//! what passes. Each face puts one in front of a network, with `Behind`.

use std::io;

/// A middlebox.
pub(crate) trait Middlebox: Clone + Send + 'static {
    type Passage: Passage;

    /// A connection is about to be made. With `None` it does not pass through the middlebox.
    ///
    /// # Errors
    /// What the client gets instead of a connection.
    fn dial(&mut self, is_control: bool) -> io::Result<Option<Self::Passage>>;

    /// Whether no time passes until more has been read.
    fn stops_the_clock(&self) -> bool {
        false
    }
}

/// One connection through a middlebox. It is dropped just before the connection is closed.
pub(crate) trait Passage: Send + 'static {
    /// The connection is made.
    fn made(&mut self) {}

    /// How many of the bytes that are wanted may be read. With 0 the client finds the end.
    ///
    /// # Errors
    /// What the client gets instead; [`io::ErrorKind::WouldBlock`] where nothing has come yet.
    fn before_read(&mut self, wanted: usize) -> io::Result<usize> {
        Ok(wanted)
    }

    /// So many bytes were read into the buffer, 0 at the end. Returns how many the client gets.
    fn after_read(&mut self, buffer: &mut [u8], count: usize) -> usize {
        let _ = buffer;
        count
    }

    /// How many of these bytes may be written.
    ///
    /// # Errors
    /// As [`before_read`](Self::before_read).
    fn before_write(&mut self, wanted: usize) -> io::Result<usize> {
        Ok(wanted)
    }

    /// These bytes were written.
    fn after_write(&mut self, bytes: &[u8]) {
        let _ = bytes;
    }

    /// The client half-closes.
    ///
    /// # Errors
    /// What the client gets instead.
    fn before_half_close(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// The client makes closing from now on a reset, or not.
    fn on_reset_on_close(&mut self, reset: bool) {
        let _ = reset;
    }

    /// What the system is said to hold still of what was written.
    fn unsent(&self) -> Option<usize> {
        None
    }

    /// Whether the kernel may move bytes past it.
    fn lets_the_kernel_move_bytes(&self) -> bool {
        false
    }
}
