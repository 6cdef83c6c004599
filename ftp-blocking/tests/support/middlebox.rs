//! A middlebox between a client and its server. It sees every connection, and may change the bytes.
//! The `face` of each adapter puts a middlebox in front of a network, with `Behind`.

use std::io;

/// A device on the path, which sees every connection.
pub(crate) trait Middlebox: Clone + Send + 'static {
    type Passage: Passage;

    /// Called before a connection is made. If it returns `None`, the connection does not pass
    /// through the middlebox.
    ///
    /// # Errors
    /// The error that the client gets instead of a connection.
    fn dial(&mut self, is_control: bool) -> io::Result<Option<Self::Passage>>;

    /// Returns whether simulated time stands still, so that no wait times out before the client
    /// reads more.
    fn stops_the_clock(&self) -> bool {
        false
    }
}

/// One connection through a middlebox. It is dropped just before the connection is closed.
pub(crate) trait Passage: Send + 'static {
    /// Called when the connection is made.
    fn made(&mut self) {}

    /// Returns how many of the wanted bytes the client may read. If the result is 0, the client
    /// finds the end of the connection.
    ///
    /// # Errors
    /// The error that the client gets; [`io::ErrorKind::WouldBlock`] if nothing has arrived yet.
    fn before_read(&mut self, wanted: usize) -> io::Result<usize> {
        Ok(wanted)
    }

    /// Called after `count` bytes were read from the network; 0 means the end. Returns how many
    /// bytes of the buffer the client gets.
    fn after_read(&mut self, buffer: &mut [u8], count: usize) -> usize {
        let _ = buffer;
        count
    }

    /// Returns how many of these bytes the client may write.
    ///
    /// # Errors
    /// The same errors as those of [`before_read`](Self::before_read).
    fn before_write(&mut self, wanted: usize) -> io::Result<usize> {
        Ok(wanted)
    }

    /// Called after the client has written these bytes.
    fn after_write(&mut self, bytes: &[u8]) {
        let _ = bytes;
    }

    /// Called when the client half-closes.
    ///
    /// # Errors
    /// The error that the client gets.
    fn before_half_close(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Called when the client chooses whether closing the connection is a reset.
    fn on_reset_on_close(&mut self, reset: bool) {
        let _ = reset;
    }

    /// Returns how many written bytes the system has not sent yet, as the client is told; `None` if
    /// the system does not know.
    fn unsent(&self) -> Option<usize> {
        None
    }

    /// Returns whether the client may let the kernel copy bytes (splice, sendfile). It may not,
    /// because these bytes would bypass the middlebox.
    fn lets_the_kernel_move_bytes(&self) -> bool {
        false
    }
}
