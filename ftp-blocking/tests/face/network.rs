//! This adapter's networks for the shared tests: one that leads to the simulated server over real
//! sockets, and one with a middlebox.

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use ftp_blocking::Tcp;
use ftp_blocking::sys::socket::BorrowedFd;
use ftp_blocking::transport::{Dialled, Dialling, Listener, Network, Stream, Target};

use crate::support::middlebox::{Middlebox, Passage};
use crate::support::tcp_server::TcpServer;

/// A network over real sockets. For each connection to a port of the simulated server, it opens a
/// real port and connects to that.
pub(crate) struct Bridge {
    tcp: Tcp,
    hosted: TcpServer,
}

impl Bridge {
    pub(crate) fn to(hosted: &TcpServer) -> Self {
        Self {
            tcp: Tcp::new(),
            hosted: hosted.clone(),
        }
    }
}

impl Network for Bridge {
    fn dial(&mut self, target: &Target<'_>, deadline: Instant) -> io::Result<Dialled> {
        let port = match *target {
            Target::Server { port, .. } | Target::ControlPeer { port, .. } => port,
            Target::Address(address) => address.port(),
        };
        let address = self.hosted.open(port)?;
        self.tcp.dial(&Target::Address(address), deadline)
    }
}

/// A network whose connections pass through a middlebox, which may change the bytes.
pub(crate) struct Behind<M, N> {
    pub(crate) middlebox: M,
    pub(crate) network: N,
}

impl<M: Middlebox, N: Network> Network for Behind<M, N> {
    fn dial(&mut self, target: &Target<'_>, deadline: Instant) -> io::Result<Dialled> {
        let is_control = matches!(target, Target::Server { .. });
        let passage = self.middlebox.dial(is_control)?;
        let dialled = self.network.dial(target, deadline)?;
        let Some(passage) = passage else {
            return Ok(dialled);
        };
        Ok(match dialled {
            Dialled::Connected(stream) => Dialled::Connected(Passing::boxed(passage, stream)),
            Dialled::Pending(dialling) => Dialled::Pending(Box::new(Attempt {
                passage: Some(passage),
                dialling,
            })),
        })
    }

    fn listen(&mut self, control: &dyn Stream) -> io::Result<Box<dyn Listener>> {
        Ok(Box::new(Door {
            middlebox: self.middlebox.clone(),
            listener: self.network.listen(control)?,
        }))
    }

    fn now(&self) -> Instant {
        self.network.now()
    }

    fn sleep_until(&self, until: Instant) {
        self.network.sleep_until(until);
    }
}

struct Attempt<P> {
    passage: Option<P>,
    dialling: Box<dyn Dialling>,
}

impl<P: Passage> Dialling for Attempt<P> {
    fn finish(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>> {
        let stream = self.dialling.finish(deadline)?;
        Ok(stream.and_then(|stream| Some(Passing::boxed(self.passage.take()?, stream))))
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.dialling.descriptor()
    }
}

/// A listener whose connections pass through a middlebox.
struct Door<M> {
    middlebox: M,
    listener: Box<dyn Listener>,
}

impl<M: Middlebox> Listener for Door<M> {
    fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    fn accept(&mut self, deadline: Instant) -> io::Result<Option<Box<dyn Stream>>> {
        let accepted = self.listener.accept(deadline)?;
        Ok(accepted.map(|stream| match self.middlebox.accept() {
            Some(passage) => Box::new(Passing { passage, stream }) as Box<dyn Stream>,
            None => stream,
        }))
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.listener.descriptor()
    }
}

struct Passing<P> {
    passage: P,
    stream: Box<dyn Stream>,
}

impl<P: Passage> Passing<P> {
    fn boxed(mut passage: P, stream: Box<dyn Stream>) -> Box<dyn Stream> {
        passage.made();
        Box::new(Self { passage, stream })
    }
}

impl<P: Passage> Stream for Passing<P> {
    fn read(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        let room = self.passage.before_read(buffer.len())?;
        if room == 0 {
            return Ok(0);
        }
        let count = self.stream.read(&mut buffer[..room], deadline)?;
        Ok(self.passage.after_read(buffer, count))
    }

    fn write(&mut self, buffer: &[u8], deadline: Instant) -> io::Result<usize> {
        let room = self.passage.before_write(buffer.len())?;
        let count = self.stream.write(&buffer[..room], deadline)?;
        self.passage.after_write(&buffer[..count]);
        Ok(count)
    }

    fn shutdown(&mut self) -> io::Result<()> {
        self.passage.before_half_close()?;
        self.stream.shutdown()
    }

    fn reset_on_close(&mut self, reset: bool) {
        self.passage.on_reset_on_close(reset);
        self.stream.reset_on_close(reset);
    }

    fn unsent(&self) -> Option<usize> {
        self.passage.unsent().or_else(|| self.stream.unsent())
    }

    fn peer_address(&self) -> Option<SocketAddr> {
        self.stream.peer_address()
    }

    fn local_address(&self) -> Option<SocketAddr> {
        self.stream.local_address()
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.stream.descriptor()
    }

    fn plain_socket(&self) -> Option<BorrowedFd<'_>> {
        let stream = self.stream.plain_socket()?;
        self.passage.lets_the_kernel_move_bytes().then_some(stream)
    }
}
