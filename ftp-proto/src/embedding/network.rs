//! What you write for a [`Driver`](super::Driver): your streams, your listeners and your clock.

use alloc::vec::Vec;
use core::net::SocketAddr;
use std::io;
use std::time::Instant;

use crate::error::Error;
use crate::options::Options;
use crate::options::config::AbortSignal;

/// Where the streams and the time of a [`Driver`](super::Driver) come from. No method waits.
pub trait Network {
    /// A connection of this network.
    type Stream: Stream;
    /// A port on which the network accepts connections.
    type Listener;

    /// Begins to connect. [`Stream::is_connected`] says when the connection is made.
    ///
    /// # Errors
    /// Any error for which the connection cannot be made.
    fn connect(&mut self, to: SocketAddr) -> io::Result<Self::Stream>;

    /// Listens at a free port of the local address of this stream. Returns the listener and its
    /// address.
    ///
    /// # Errors
    /// Any error. A network without active mode returns
    /// [`Unsupported`](io::ErrorKind::Unsupported).
    fn listen(&mut self, beside: &Self::Stream) -> io::Result<(Self::Listener, SocketAddr)>;

    /// Accepts a connection.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if there is none yet; any other error if the
    /// listener has failed.
    fn accept(&mut self, listener: &mut Self::Listener) -> io::Result<Self::Stream>;

    /// Returns the time.
    fn now(&self) -> Instant;

    /// Takes the options that need sockets: source address, ports for active mode, keep-alive, sizes
    /// of buffers, a proxy, and [`AbortSignal::TelnetSynch`], which needs
    /// [`Stream::write_urgent`]. [`Driver::new`](super::Driver::new) calls it. The default refuses
    /// them. If your network can do some of them, keep what you need, and refuse the rest.
    ///
    /// ```
    /// # use ftp_proto::{Error, Options};
    /// /// A network whose streams implement `write_urgent`, and that can do nothing else of these.
    /// fn configure(options: &Options) -> Result<(), Error> {
    ///     options.check_without_sockets()
    /// }
    /// # let _ = configure;
    /// ```
    ///
    /// # Errors
    /// [`Misuse::Option`](crate::Misuse::Option) for an option that this network cannot follow.
    fn configure(&mut self, options: &Options) -> Result<(), Error> {
        options.check_without_sockets()?;
        match options.config.abort_signal {
            AbortSignal::None => Ok(()),
            AbortSignal::TelnetSynch => Err(Error::option(
                "this network sends no urgent data, and `AbortSignal::TelnetSynch` needs it",
            )),
        }
    }
}

/// A stream of bytes that never waits.
///
/// **Each read asks the kernel**, and answers [`WouldBlock`](io::ErrorKind::WouldBlock) only if
/// nothing has come. A cache of readiness is not enough: see
/// [what a look is](crate::embedding#a-look). If your system tells what is complete, and not what is
/// ready, a completion that lies in its queue counts as arrived, so look into this queue first.
pub trait Stream {
    /// Returns whether the connection is made.
    ///
    /// # Errors
    /// Any error for which it could not be made.
    fn is_connected(&mut self) -> io::Result<bool>;

    /// Reads some bytes. 0 is the end.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if nothing has come yet; any other error ends the
    /// connection.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Takes some of these bytes, and returns how many. If the stream keeps them, it sends them also
    /// while the driver only reads.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if it takes none now; any other error ends the
    /// connection.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Sends one byte as urgent data (`MSG_OOB`): the end of a Telnet Synch before ABOR (RFC 959
    /// section 4.1.3). It leaves after all that [`write`](Self::write) has taken. The driver calls it
    /// only with [`AbortSignal::TelnetSynch`], and only in clear text. The default cannot do it, and
    /// the default of [`Network::configure`] refuses that option. So implement both or none.
    ///
    /// # Errors
    /// The errors of [`write`](Self::write). [`Unsupported`](io::ErrorKind::Unsupported) by default.
    fn write_urgent(&mut self, byte: u8) -> io::Result<()> {
        let _ = byte;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Takes some bytes from the start of this buffer, and removes them. The buffer is one of
    /// [`Session::take_outgoing`](crate::Session::take_outgoing). The default calls
    /// [`write`](Self::write). If your system needs buffers of its own, take the whole buffer.
    ///
    /// # Errors
    /// The errors of [`write`](Self::write). If it would block, the buffer is as it was.
    fn write_owned(&mut self, buffer: &mut Vec<u8>) -> io::Result<()> {
        let count = self.write(buffer)?.min(buffer.len());
        buffer.drain(..count);
        Ok(())
    }

    /// Checks that the system has got all that [`write`](Self::write) has taken. The default is for
    /// streams whose `write` gives the bytes to the system at once: there is nothing to do.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) as long as it has not; any other error ends the
    /// connection.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Ends this direction (FIN), after a [`flush`](Self::flush).
    ///
    /// # Errors
    /// Any error.
    fn shutdown(&mut self) -> io::Result<()>;

    /// Sets whether the end of this value resets the connection (RST) or closes it (FIN), even if
    /// the program dies: SO_LINGER with zero seconds, or none.
    fn reset_on_close(&mut self, reset: bool);

    /// Returns how many bytes the other end has not acknowledged (SIOCOUTQ on Linux, SO_NWRITE on
    /// macOS). As long as the number falls, an upload over a slow line goes on to wait for the
    /// server. `None`, the default, if the system does not say: an upload then fails if the system
    /// sends its end for longer than [`Timeouts::final_reply`](crate::Timeouts).
    fn unacknowledged(&self) -> Option<usize> {
        None
    }

    /// Returns the address of the other end, as far as it is known.
    fn peer(&self) -> Option<SocketAddr>;
}
