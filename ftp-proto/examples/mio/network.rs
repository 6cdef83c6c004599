//! The sockets of mio, as the driver needs them. All sockets of a session have its token.

use std::io::{self, ErrorKind};
use std::net::{Shutdown, SocketAddr};
use std::rc::Rc;
use std::time::{Duration, Instant};

use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Registry, Token};
use socket2::SockRef;

use crate::driver::{Network, Stream};

pub(crate) struct Tcp {
    pub(crate) registry: Rc<Registry>,
    pub(crate) token: Token,
}

impl Tcp {
    fn register(&self, mut stream: TcpStream) -> io::Result<TcpStream> {
        let both = Interest::READABLE | Interest::WRITABLE;
        self.registry.register(&mut stream, self.token, both)?;
        Ok(stream)
    }
}

impl Network for Tcp {
    type Stream = TcpStream;
    type Listener = TcpListener;

    fn connect(&mut self, to: SocketAddr) -> io::Result<TcpStream> {
        self.register(TcpStream::connect(to)?)
    }

    fn listen(&mut self, beside: &TcpStream) -> io::Result<(TcpListener, SocketAddr)> {
        let mut local = beside.local_addr()?;
        local.set_port(0);
        let mut listener = TcpListener::bind(local)?;
        self.registry
            .register(&mut listener, self.token, Interest::READABLE)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    }

    fn accept(&mut self, listener: &mut TcpListener) -> io::Result<TcpStream> {
        self.register(listener.accept()?.0)
    }

    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// Reads and writes ask the kernel, whatever events have come.
impl Stream for TcpStream {
    fn is_connected(&mut self) -> io::Result<bool> {
        if let Some(error) = self.take_error()? {
            return Err(error);
        }
        match self.peer_addr() {
            Err(error) if error.kind() == ErrorKind::NotConnected => Ok(false),
            address => address.map(|_| true),
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        io::Read::read(self, buffer)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::Write::write(self, bytes)
    }

    fn shutdown(&mut self) -> io::Result<()> {
        Self::shutdown(self, Shutdown::Write)
    }

    fn reset_on_close(&mut self, reset: bool) {
        let linger = reset.then_some(Duration::ZERO);
        // If this fails, the connection is gone already.
        let _ = SockRef::from(&*self).set_linger(linger);
    }

    fn peer(&self) -> Option<SocketAddr> {
        self.peer_addr().ok()
    }
}
