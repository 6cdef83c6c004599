//! Streams on owned buffers: at most one receive and one send of each are under way.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Instant;

use ftp_proto::embedding::{self, Network};
use ftp_proto::{Error, Options};

use crate::ring::{Completion, Ends as _, Ring};

/// The network that a ring makes.
pub(crate) struct Rings<R>(pub(crate) R);

pub(crate) struct Stream<R: Ring> {
    ring: R,
    socket: R::Socket,
    connecting: Option<R::Submitted>,
    receiving: Option<R::Submitted>,
    sending: Option<R::Submitted>,
    /// Why a send has failed, until a write or a flush asks for it.
    unsent: Option<io::Error>,
    /// What has come. Bytes before `taken` were read.
    arrived: Vec<u8>,
    taken: usize,
    has_ended: bool,
}

/// The size of a buffer.
const ROOM: usize = 64 * 1024;

impl<R: Ring> Network for Rings<R> {
    type Stream = Stream<R>;
    type Listener = R::Listener;

    fn connect(&mut self, to: SocketAddr) -> io::Result<Stream<R>> {
        let (socket, connecting) = self.0.connect(to)?;
        Ok(self.stream(socket, Some(connecting)))
    }

    fn listen(&mut self, beside: &Stream<R>) -> io::Result<(R::Listener, SocketAddr)> {
        self.0.listen(&beside.socket)
    }

    fn accept(&mut self, listener: &mut R::Listener) -> io::Result<Stream<R>> {
        let socket = self.0.accept(listener)?;
        Ok(self.stream(socket, None))
    }

    fn now(&self) -> Instant {
        self.0.now()
    }

    /// Urgent data is all that it can do.
    fn configure(&mut self, options: &Options) -> Result<(), Error> {
        options.check_without_sockets()
    }
}

impl<R: Ring> Rings<R> {
    fn stream(&self, socket: R::Socket, connecting: Option<R::Submitted>) -> Stream<R> {
        Stream {
            ring: self.0.clone(),
            socket,
            connecting,
            receiving: None,
            sending: None,
            unsent: None,
            arrived: Vec::new(),
            taken: 0,
            has_ended: false,
        }
    }
}

impl<R: Ring> Stream<R> {
    /// Checks that all was sent. A send may take only a part of its buffer.
    fn check_sent(&mut self) -> io::Result<()> {
        if let Some(error) = self.unsent.take() {
            return Err(error);
        }
        while let Some(sending) = self.sending.take() {
            let (sent, mut bytes) = look_for(&self.ring, sending, &mut self.sending)?;
            let sent = sent?;
            if sent == 0 && !bytes.is_empty() {
                return Err(ErrorKind::WriteZero.into());
            }
            if sent < bytes.len() {
                bytes.drain(..sent);
                self.sending = Some(self.ring.send(&self.socket, bytes));
            }
        }
        Ok(())
    }

    fn send(&mut self, bytes: Vec<u8>) {
        self.sending = Some(self.ring.send(&self.socket, bytes));
    }
}

/// Takes the result of an operation. If it is not complete, asks the kernel, and then keeps it in
/// `place`.
fn look_for<R: Ring>(
    ring: &R,
    submitted: R::Submitted,
    place: &mut Option<R::Submitted>,
) -> io::Result<Completion> {
    let submitted = match ring.take(submitted) {
        Ok(completion) => return Ok(completion),
        Err(submitted) => submitted,
    };
    let entered = ring.enter();
    match ring.take(submitted) {
        Ok(completion) => Ok(completion),
        Err(submitted) => {
            *place = Some(submitted);
            entered.and(Err(ErrorKind::WouldBlock.into()))
        }
    }
}

impl<R: Ring> embedding::Stream for Stream<R> {
    fn is_connected(&mut self) -> io::Result<bool> {
        let Some(connecting) = self.connecting.take() else {
            return Ok(true);
        };
        match look_for(&self.ring, connecting, &mut self.connecting) {
            Ok((connected, _)) => connected.map(|_| true),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A receive stays under way until it has brought something, so nothing is lost. That it has
    /// brought nothing is certain only after the kernel was asked.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // The server may wait for the rest of a send.
        match self.check_sent() {
            Err(error) if error.kind() != ErrorKind::WouldBlock => self.unsent = Some(error),
            _ => {}
        }
        if self.taken == self.arrived.len() && !self.has_ended {
            let receiving = self.receiving.take().unwrap_or_else(|| {
                let mut buffer = std::mem::take(&mut self.arrived);
                buffer.resize(ROOM, 0);
                self.ring.receive(&self.socket, buffer)
            });
            (self.arrived, self.taken) = (Vec::new(), 0);
            let (count, mut bytes) = look_for(&self.ring, receiving, &mut self.receiving)?;
            bytes.truncate(count?);
            self.has_ended = bytes.is_empty();
            self.arrived = bytes;
        }
        let waiting = self.arrived.get(self.taken..).unwrap_or_default();
        let count = io::Read::read(&mut &*waiting, buffer)?;
        self.taken += count;
        Ok(count)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.check_sent()?;
        let count = bytes.len().min(ROOM);
        self.send(bytes[..count].to_vec());
        Ok(count)
    }

    fn write_owned(&mut self, buffer: &mut Vec<u8>) -> io::Result<()> {
        self.check_sent()?;
        self.send(std::mem::take(buffer));
        Ok(())
    }

    /// No operation of the ring sends urgent data, so it goes directly to the socket, after all that
    /// was sent before.
    fn write_urgent(&mut self, byte: u8) -> io::Result<()> {
        self.check_sent()?;
        self.socket.send_urgent(byte)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.check_sent()
    }

    fn shutdown(&mut self) -> io::Result<()> {
        self.socket.shutdown()
    }

    fn reset_on_close(&mut self, reset: bool) {
        self.socket.reset_on_close(reset);
    }

    fn peer(&self) -> Option<SocketAddr> {
        self.socket.peer()
    }
}

/// The socket is closed when no operation uses it any more.
impl<R: Ring> Drop for Stream<R> {
    fn drop(&mut self) {
        let operations = [&mut self.connecting, &mut self.receiving, &mut self.sending];
        for submitted in operations.into_iter().filter_map(Option::take) {
            self.ring.cancel(submitted);
        }
        // If this fails, the end of the program closes the socket.
        let _ = self.ring.enter();
    }
}
