//! The sockets of mio, as the driver needs them. All sockets of a session have its token.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr};
use std::rc::Rc;
use std::time::{Duration, Instant};

use ftp_proto::embedding::{Network, Stream};
use ftp_proto::{Error, Options};
use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Registry, Token};
use socket2::SockRef;

pub(crate) struct Tcp {
    pub(crate) registry: Rc<Registry>,
    pub(crate) token: Token,
}

pub(crate) struct Socket(TcpStream);

impl Tcp {
    fn register(&self, mut stream: TcpStream) -> io::Result<Socket> {
        let both = Interest::READABLE | Interest::WRITABLE;
        self.registry.register(&mut stream, self.token, both)?;
        Ok(Socket(stream))
    }
}

impl Network for Tcp {
    type Stream = Socket;
    type Listener = TcpListener;

    fn connect(&mut self, to: SocketAddr) -> io::Result<Socket> {
        self.register(TcpStream::connect(to)?)
    }

    fn listen(&mut self, beside: &Socket) -> io::Result<(TcpListener, SocketAddr)> {
        let mut local = beside.0.local_addr()?;
        local.set_port(0);
        let mut listener = TcpListener::bind(local)?;
        self.registry
            .register(&mut listener, self.token, Interest::READABLE)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    }

    fn accept(&mut self, listener: &mut TcpListener) -> io::Result<Socket> {
        self.register(listener.accept()?.0)
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    /// Urgent data is all that it can do.
    fn configure(&mut self, options: &Options) -> Result<(), Error> {
        options.check_without_sockets()
    }
}

/// Reads and writes ask the kernel, whatever events have come.
impl Stream for Socket {
    fn is_connected(&mut self) -> io::Result<bool> {
        if let Some(error) = self.0.take_error()? {
            return Err(error);
        }
        match self.0.peer_addr() {
            Err(error) if error.kind() == ErrorKind::NotConnected => Ok(false),
            address => address.map(|_| true),
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn write_urgent(&mut self, byte: u8) -> io::Result<()> {
        SockRef::from(&self.0).send_out_of_band(&[byte]).map(drop)
    }

    fn shutdown(&mut self) -> io::Result<()> {
        self.0.shutdown(Shutdown::Write)
    }

    fn reset_on_close(&mut self, reset: bool) {
        let linger = reset.then_some(Duration::ZERO);
        // If this fails, the connection is gone already.
        let _ = SockRef::from(&self.0).set_linger(linger);
    }

    fn peer(&self) -> Option<SocketAddr> {
        self.0.peer_addr().ok()
    }
}
