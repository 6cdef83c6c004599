//! The sockets of the standard library as the network stack of the device, to try the driver with a
//! real server.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use ftp_proto::{Error, Timeouts, Wait};
use socket2::SockRef;

use crate::driver::{Channel, Device};

pub(crate) struct Sockets {
    control: TcpStream,
    data: Option<TcpStream>,
    peer: IpAddr,
    timeouts: Timeouts,
    deadline: Instant,
}

impl Sockets {
    /// Connects to a server.
    pub(crate) fn new(address: SocketAddr) -> Result<Self, Error> {
        Ok(Self {
            control: connected(address)?,
            data: None,
            peer: address.ip(),
            timeouts: Timeouts::default(),
            deadline: Instant::now(),
        })
    }

    fn stream(&mut self, channel: Channel) -> Result<&mut TcpStream, Error> {
        match channel {
            Channel::Control => Ok(&mut self.control),
            Channel::Data => {
                let none = || std::io::Error::from(ErrorKind::NotConnected);
                Ok(self.data.as_mut().ok_or_else(none)?)
            }
        }
    }
}

/// Returns a connection that does not block. Only connecting waits.
fn connected(address: SocketAddr) -> Result<TcpStream, Error> {
    let stream = TcpStream::connect_timeout(&address, Duration::from_secs(10))?;
    stream.set_nonblocking(true)?;
    Ok(stream)
}

fn unless_blocked(result: std::io::Result<usize>) -> Result<Option<usize>, Error> {
    match result {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        result => Ok(Some(result?)),
    }
}

impl Device for Sockets {
    fn start_clock(&mut self, wait: Wait) {
        self.deadline = Instant::now() + self.timeouts.of(wait);
    }

    fn idle(&mut self) -> bool {
        thread::sleep(Duration::from_millis(1));
        Instant::now() < self.deadline
    }

    fn read(&mut self, from: Channel, buffer: &mut [u8]) -> Result<Option<usize>, Error> {
        unless_blocked(self.stream(from)?.read(buffer))
    }

    fn write(&mut self, to: Channel, bytes: &[u8]) -> Result<usize, Error> {
        Ok(unless_blocked(self.stream(to)?.write(bytes))?.unwrap_or(0))
    }

    fn connect(&mut self, port: u16) -> Result<(), Error> {
        self.data = None;
        let stream = connected((self.peer, port).into())?;
        // If the program ends too early, half an upload must not look whole.
        SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
        self.data = Some(stream);
        Ok(())
    }

    fn is_connected(&mut self) -> Result<bool, Error> {
        Ok(self.data.is_some())
    }

    fn shutdown(&mut self) {
        if let Some(stream) = &self.data {
            // If this fails, the server has ended the connection already.
            let _ = SockRef::from(stream).set_linger(None);
            let _ = stream.shutdown(Shutdown::Write);
        }
    }

    fn close(&mut self, reset: bool) {
        if let Some(stream) = self.data.take() {
            let _ = SockRef::from(&stream).set_linger(reset.then_some(Duration::ZERO));
        }
    }
}
