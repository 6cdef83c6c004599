//! A middlebox is a device between a client and its server. It sees every connection, and may
//! change the bytes. With `Behind`, the module `face` of each adapter puts a middlebox in front of
//! a network.

use std::io;

/// A device between the client and the server, which sees every connection.
pub(crate) trait Middlebox: Clone + Send + 'static {
    type Passage: Passage;

    /// Called before the client makes a connection. If the result is `None`, this connection does
    /// not pass through the middlebox.
    ///
    /// # Errors
    /// The error that the client gets instead of a connection.
    fn dial(&mut self, is_control: bool) -> io::Result<Option<Self::Passage>>;

    /// Called after the client has accepted a connection that the server has made. If the result is
    /// `None`, this connection does not pass through the middlebox.
    fn accept(&mut self) -> Option<Self::Passage> {
        None
    }

    /// Returns whether simulated time stands still. The client's waits then do not time out.
    fn stops_the_clock(&self) -> bool {
        false
    }
}

/// One connection that passes through a middlebox. The value is dropped just before the connection
/// is closed.
pub(crate) trait Passage: Send + 'static {
    /// Called after the connection was made.
    fn made(&mut self) {}

    /// Called before the client reads. Returns how many of the `wanted` bytes it may get. With 0,
    /// the client finds the end of the connection.
    ///
    /// # Errors
    /// The error that the client gets; [`io::ErrorKind::WouldBlock`] if nothing has arrived yet.
    fn before_read(&mut self, wanted: usize) -> io::Result<usize> {
        Ok(wanted)
    }

    /// Called after `count` bytes were read from the network into `buffer`; 0 means the end of the
    /// connection. May change the bytes, and returns how many bytes of `buffer` the client gets.
    fn after_read(&mut self, buffer: &mut [u8], count: usize) -> usize {
        let _ = buffer;
        count
    }

    /// Called before the client writes. Returns how many of the `wanted` bytes it may write.
    ///
    /// # Errors
    /// The same errors as those of [`before_read`](Self::before_read).
    fn before_write(&mut self, wanted: usize) -> io::Result<usize> {
        Ok(wanted)
    }

    /// Called after the client has written `bytes` to the network.
    fn after_write(&mut self, bytes: &[u8]) {
        let _ = bytes;
    }

    /// Called before the client half-closes the connection.
    ///
    /// # Errors
    /// The error that the client gets.
    fn before_half_close(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Called when the client sets whether closing the connection resets it.
    fn on_reset_on_close(&mut self, reset: bool) {
        let _ = reset;
    }

    /// Returns the number that the client gets when it asks how many written bytes the system has
    /// not sent yet. `None` means that the client gets the number of the stream itself.
    fn unsent(&self) -> Option<usize> {
        None
    }

    /// Returns whether the client may let the kernel copy bytes (splice, sendfile). By default it
    /// may not, because such bytes do not pass through the middlebox.
    fn lets_the_kernel_move_bytes(&self) -> bool {
        false
    }
}
