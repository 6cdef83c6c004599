//! The dialogue with a proxy, as a value that takes bytes and gives bytes.

use alloc::vec::Vec;
use core::fmt;
use core::net::SocketAddr;

use super::answer::{Halt, Next};
use super::{Destination, failure, http, socks4, socks5};
use crate::error::{Error, ProxyFailure};

/// The dialogue that makes a tunnel. Write what [`outgoing`](Self::outgoing) returns to the proxy.
/// Then read at most [`wanted`](Self::wanted) bytes, and give them to
/// [`receive`](Self::receive). When both are zero, the tunnel is made: the next byte is the FTP
/// server's.
///
/// The handshake never asks for a byte of the FTP server. Its memory is limited: the longest answer
/// is 16 KiB for HTTP, and 262 bytes for SOCKS.
///
/// ```
/// use ftp_proto::Target;
/// use ftp_proto::proxy::Proxy;
///
/// let target = Target::Server { host: "ftp.example.org", port: 21 };
/// let mut handshake = Proxy::socks4a("proxy.example.org", 1080).handshake(&target)?;
/// assert_eq!(handshake.outgoing(), b"\x04\x01\0\x15\0\0\0\x01\0ftp.example.org\0");
/// handshake.advance(handshake.outgoing().len());
/// assert_eq!(handshake.wanted(), 8);
/// handshake.receive(b"\0\x5A\0\0\0\0\0\0")?;
/// assert!(handshake.is_done());
/// # Ok::<(), ftp_proto::Error>(())
/// ```
pub struct Handshake {
    outgoing: Vec<u8>,
    received: Vec<u8>,
    /// How many bytes the answer still lacks at least. 0 after the last answer.
    lacking: usize,
    stage: Stage,
    address: Option<SocketAddr>,
}

/// The answer that comes next.
pub(super) enum Stage {
    Socks4,
    Socks5(socks5::Stage),
    Http(http::Head),
}

impl Handshake {
    pub(super) fn new(destination: &Destination<'_>, outgoing: Vec<u8>, stage: Stage) -> Self {
        let mut handshake = Self {
            outgoing,
            received: Vec::new(),
            lacking: 0,
            stage,
            address: destination.known_address(),
        };
        handshake.lacking = handshake.first_lack();
        handshake
    }

    /// Returns the bytes to write to the proxy. They may hold a password.
    pub fn outgoing(&self) -> &[u8] {
        &self.outgoing
    }

    /// Notes that this many bytes of [`outgoing`](Self::outgoing) are written.
    pub fn advance(&mut self, written: usize) {
        self.outgoing.drain(..written.min(self.outgoing.len()));
    }

    /// Returns how many bytes to read from the proxy at most. 0 while bytes must be written first,
    /// and after the end of the dialogue.
    pub fn wanted(&self) -> usize {
        match self.outgoing.is_empty() {
            true => self.lacking,
            false => 0,
        }
    }

    /// Returns whether the tunnel is made.
    pub fn is_done(&self) -> bool {
        self.outgoing.is_empty() && self.lacking == 0
    }

    /// Returns the server's address, if the proxy was told an address and not a name.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Takes bytes that the proxy has sent, in pieces of any size up to
    /// [`wanted`](Self::wanted).
    ///
    /// # Errors
    /// [`ErrorKind::Proxy`](crate::ErrorKind::Proxy) for a refusal, and for bytes that are not of
    /// this protocol. [`Misuse::Option`](crate::Misuse::Option) for more bytes than were wanted.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if bytes.len() > self.wanted() {
            return Err(Error::option("more bytes than `Handshake::wanted`"));
        }
        self.received.extend_from_slice(bytes);
        let next = match &mut self.stage {
            Stage::Socks4 => socks4::answer(&self.received),
            Stage::Socks5(stage) => stage.answer(&self.received).map(|it| it.map(Stage::Socks5)),
            Stage::Http(head) => head.answer(&self.received).map(|it| it.map(Stage::Http)),
        };
        match next {
            Ok(next) => {
                (self.received, self.lacking) = (Vec::new(), 0);
                if let Next::Send(bytes, stage) = next {
                    (self.outgoing, self.stage) = (bytes, stage);
                    self.lacking = self.first_lack();
                }
                Ok(())
            }
            Err(Halt::Lacks(count)) => {
                self.lacking = count.get();
                Ok(())
            }
            Err(Halt::Error(error)) => Err(error),
        }
    }

    /// Returns the error for a proxy that has closed the connection before the tunnel was made.
    pub fn closed(&self) -> Error {
        match self.received.is_empty() {
            true => failure(ProxyFailure::Closed, "it sent no answer"),
            false => failure(ProxyFailure::Closed, "its answer is incomplete"),
        }
    }

    fn first_lack(&self) -> usize {
        match &self.stage {
            Stage::Socks4 => socks4::ANSWER,
            Stage::Socks5(_) => socks5::SHORTEST,
            Stage::Http(_) => http::SHORTEST,
        }
    }
}

/// Shows no byte that is sent, because a password may be among them.
impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("unsent", &self.outgoing.len())
            .field("wanted", &self.wanted())
            .finish_non_exhaustive()
    }
}
