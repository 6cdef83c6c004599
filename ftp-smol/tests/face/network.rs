//! The networks of the shared tests, for this adapter: a bridge to the simulated server, and a
//! network with a middlebox.

use std::future::poll_fn;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::task::{Context, Poll};
use std::time::Instant;

use ftp_blocking::sys::socket::BorrowedFd;
use ftp_smol::Tcp;
use ftp_smol::transport::{BoxFuture, Listener, Network, Stream, Target};
use smol::Async;

use crate::support::middlebox::{Middlebox, Passage};
use crate::support::tcp_server::TcpServer;

/// A TCP network that maps the ports of a simulated server to real ports.
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
    fn dial(&mut self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
        let port = match *target {
            Target::Server { port, .. } | Target::ControlPeer { port, .. } => port,
            Target::Address(address) => address.port(),
        };
        match self.hosted.open(port) {
            Ok(address) => self.tcp.dial(&Target::Address(address)),
            Err(error) => Box::pin(async { Err(error) }),
        }
    }

    fn sleep_until(&self, deadline: Instant) -> BoxFuture<()> {
        self.tcp.sleep_until(deadline)
    }
}

/// A network whose connections pass through a middlebox, which decides how much may be read and
/// written.
pub(crate) struct Behind<M, N> {
    pub(crate) middlebox: M,
    pub(crate) network: N,
}

impl<M: Middlebox, N: Network> Network for Behind<M, N> {
    fn dial(&mut self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
        let is_control = matches!(target, Target::Server { .. });
        let passage = match self.middlebox.dial(is_control) {
            Ok(passage) => passage,
            Err(error) => return Box::pin(async { Err(error) }),
        };
        let dialling = self.network.dial(target);
        let Some(mut passage) = passage else {
            return dialling;
        };
        Box::pin(async {
            let stream = dialling.await?;
            passage.made();
            Ok(Box::new(Passing { passage, stream }) as Box<dyn Stream>)
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

    fn sleep_until(&self, deadline: Instant) -> BoxFuture<()> {
        let (mut sleep, middlebox) = (self.network.sleep_until(deadline), self.middlebox.clone());
        // While the middlebox stops the clock, the sleep must not be polled: with `Memory`, polling
        // it would move the simulated clock to the deadline.
        Box::pin(poll_fn(move |cx| match middlebox.stops_the_clock() {
            true => Poll::Pending,
            false => sleep.as_mut().poll(cx),
        }))
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

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Box<dyn Stream>>> {
        let accepted = self.listener.poll_accept(cx);
        accepted.map_ok(|stream| match self.middlebox.accept() {
            Some(passage) => Box::new(Passing { passage, stream }) as Box<dyn Stream>,
            None => stream,
        })
    }
}

struct Passing<P> {
    passage: P,
    stream: Box<dyn Stream>,
}

/// Turns the middlebox's answer about a read or write into a `Poll`. `WouldBlock` becomes
/// `Pending`, and the task is woken to try again.
fn admitted(cx: &Context<'_>, room: io::Result<usize>) -> Poll<io::Result<usize>> {
    match room {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            cx.waker().wake_by_ref();
            Poll::Pending
        }
        room => Poll::Ready(room),
    }
}

impl<P: Passage> Stream for Passing<P> {
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let room = std::task::ready!(admitted(cx, self.passage.before_read(buffer.len())))?;
        if room == 0 {
            return Poll::Ready(Ok(0));
        }
        let polled = self.stream.poll_read(cx, &mut buffer[..room]);
        polled.map_ok(|count| self.passage.after_read(buffer, count))
    }

    fn look(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = self.passage.before_read(buffer.len())?;
        if room == 0 {
            return Ok(0);
        }
        let count = self.stream.look(&mut buffer[..room])?;
        Ok(self.passage.after_read(buffer, count))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let room = std::task::ready!(admitted(cx, self.passage.before_write(buffer.len())))?;
        let polled = self.stream.poll_write(cx, &buffer[..room]);
        polled.map_ok(|count| {
            self.passage.after_write(&buffer[..count]);
            count
        })
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

    fn plain_socket(&mut self) -> Option<&Async<TcpStream>> {
        let stream = self.stream.plain_socket()?;
        self.passage.lets_the_kernel_move_bytes().then_some(stream)
    }
}
