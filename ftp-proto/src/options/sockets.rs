//! Options of TCP sockets: keep-alive and the sizes of buffers.

use core::time::Duration;

use super::Options;
use crate::error::Error;

impl Options {
    /// Makes the system ask after this idle time whether the peer is still there (TCP keep-alive),
    /// on the control connection and on data connections. Then a router that forgets idle
    /// connections after a few minutes does not forget this one. Without this call, keep-alive is
    /// on too, with the time of the system, which is two hours on most. At least a second; more
    /// than 32,767 seconds count as 32,767, which is the limit of Linux.
    ///
    /// For a NOOP on the control connection during a transfer, see `keep_alive` of the transfer.
    ///
    /// ```
    /// use core::time::Duration;
    /// use ftp_proto::Options;
    ///
    /// let options = Options::new("ftp.example.org").with_keep_alive(Duration::from_secs(60));
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn with_keep_alive(mut self, idle: Duration) -> Self {
        self.keep_alive = Some(idle);
        self
    }

    /// Sets the size in bytes of the system's send buffer (SO_SNDBUF) for data connections. The
    /// system may choose another size: Linux doubles the size, and has a limit.
    ///
    /// The system usually does best if you leave this alone, because it then adapts the size to the
    /// line. Set it to limit the memory, or for a system that does not adapt it.
    #[must_use]
    pub fn with_send_buffer(mut self, bytes: usize) -> Self {
        self.send_buffer = Some(bytes);
        self
    }

    /// Sets the size in bytes of the system's receive buffer (SO_RCVBUF) for data connections, as
    /// [`with_send_buffer`](Self::with_send_buffer) does for the send buffer. It is set before the
    /// connection is made, so that TCP can announce a window of this size.
    #[must_use]
    pub fn with_receive_buffer(mut self, bytes: usize) -> Self {
        self.receive_buffer = Some(bytes);
        self
    }

    /// Fails for a buffer without room, and for a keep-alive that no system can count.
    pub(super) fn check_sockets(&self) -> Result<(), Error> {
        if self.send_buffer == Some(0) || self.receive_buffer == Some(0) {
            let why = "Options::send_buffer or Options::receive_buffer is zero";
            return Err(Error::option(why));
        }
        if self.keep_alive.is_some_and(|idle| idle.as_secs() == 0) {
            return Err(Error::option("Options::keep_alive is less than a second"));
        }
        Ok(())
    }

    /// Fails if an option of this file is set, for networks without sockets.
    pub(super) fn check_without_socket_options(&self) -> Result<(), Error> {
        let buffers = self.send_buffer.or(self.receive_buffer);
        match self.keep_alive.is_some() || buffers.is_some() {
            true => Err(Error::option(
                "this network cannot set a keep-alive or the sizes of buffers",
            )),
            false => Ok(()),
        }
    }
}
