//! A middlebox: something on the path that sees every connection of a client, and may change it.
//! The face of each adapter puts it in front of a network, as `Behind`.

use std::io;

/// What is told of connections, of which the first is the control connection.
pub(crate) trait Middlebox: Clone + Send + 'static {
    type Passage: Passage;

    /// A connection is being made. `None` leaves it alone.
    ///
    /// # Errors
    /// What the client gets instead of a connection.
    fn dial(&mut self, is_control: bool) -> io::Result<Option<Self::Passage>>;

    /// Whether time stands still until more has been read.
    fn stops_the_clock(&self) -> bool {
        false
    }
}

/// One connection on its way through a middlebox. It is dropped before the connection is closed.
pub(crate) trait Passage: Send + 'static {
    /// The connection is made.
    fn made(&mut self) {}

    /// How many bytes may be read of so many that are wanted: 0 is the end.
    ///
    /// # Errors
    /// What the client gets instead; [`io::ErrorKind::WouldBlock`] where nothing has come yet.
    fn may_read(&mut self, wanted: usize) -> io::Result<usize> {
        Ok(wanted)
    }

    /// So many bytes were read into the beginning of the buffer, or 0 at the end. Returns how many
    /// the client gets.
    fn has_read(&mut self, buffer: &mut [u8], count: usize) -> usize {
        let _ = buffer;
        count
    }

    /// How many bytes may be written of so many.
    ///
    /// # Errors
    /// As [`may_read`](Self::may_read).
    fn may_write(&mut self, wanted: usize) -> io::Result<usize> {
        Ok(wanted)
    }

    /// These bytes were written.
    fn has_written(&mut self, bytes: &[u8]) {
        let _ = bytes;
    }

    /// The client half-closes.
    ///
    /// # Errors
    /// What the client gets instead.
    fn half_closes(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Closing from now on is a reset, or not.
    fn resets_on_close(&mut self, reset: bool) {
        let _ = reset;
    }

    /// Whether the kernel may move bytes past it.
    fn lets_the_kernel_move_bytes(&self) -> bool {
        false
    }
}
