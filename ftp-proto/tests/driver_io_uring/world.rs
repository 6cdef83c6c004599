//! A simulated world as a ring. An operation is done only when the ring is entered, or when the
//! program waits. Where it would wait, simulated time passes.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;

use ftp_proto::embedding::Stream as _;
use ftp_proto::simulator::{End, Port, World};

use crate::ring::{Completion, Ends, Ring};

/// If not `LOOKS`, entering the ring collects nothing.
#[derive(Clone)]
pub(crate) struct Simulated<const LOOKS: bool>(Rc<Queue>);

struct Queue {
    world: World,
    submitted: RefCell<BTreeMap<usize, Operation>>,
    complete: RefCell<BTreeMap<usize, Completion>>,
    last: Cell<usize>,
    has_news: Cell<bool>,
}

struct Operation {
    socket: Socket,
    what: What,
    buffer: Vec<u8>,
}

#[derive(Clone, Copy)]
enum What {
    Connect,
    Receive,
    Send,
}

pub(crate) type Socket = Rc<RefCell<End>>;

impl<const LOOKS: bool> Simulated<LOOKS> {
    pub(crate) fn new(world: World) -> Self {
        Self(Rc::new(Queue {
            world,
            submitted: RefCell::default(),
            complete: RefCell::default(),
            last: Cell::default(),
            has_news: Cell::default(),
        }))
    }

    fn submit(&self, socket: &Socket, what: What, buffer: Vec<u8>) -> usize {
        let number = self.0.last.get() + 1;
        self.0.last.set(number);
        let socket = socket.clone();
        let operation = Operation {
            socket,
            what,
            buffer,
        };
        self.0.submitted.borrow_mut().insert(number, operation);
        number
    }
}

impl Queue {
    /// Does what can be done, and notes whether that was something.
    fn collect(&self) {
        let mut submitted = self.submitted.borrow_mut();
        let mut complete = self.complete.borrow_mut();
        for (number, mut operation) in std::mem::take(&mut *submitted) {
            match operation.attempt() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    submitted.insert(number, operation);
                }
                done => {
                    complete.insert(number, (done, operation.buffer));
                    self.has_news.set(true);
                }
            }
        }
    }
}

impl Operation {
    fn attempt(&mut self) -> io::Result<usize> {
        let mut end = self.socket.borrow_mut();
        match self.what {
            What::Connect if end.is_connected()? => Ok(0),
            What::Connect => Err(ErrorKind::WouldBlock.into()),
            What::Receive => end.read(&mut self.buffer),
            What::Send => end.write(&self.buffer),
        }
    }
}

impl<const LOOKS: bool> Ring for Simulated<LOOKS> {
    type Socket = Socket;
    type Listener = Port;
    type Submitted = usize;

    fn connect(&self, to: SocketAddr) -> io::Result<(Socket, usize)> {
        let socket = Rc::new(RefCell::new(self.0.world.connect(to.port())?));
        let connecting = self.submit(&socket, What::Connect, Vec::new());
        Ok((socket, connecting))
    }

    fn listen(&self, _: &Socket) -> io::Result<(Port, SocketAddr)> {
        let port = self.0.world.listen();
        let address = port.address();
        Ok((port, address))
    }

    fn accept(&self, port: &mut Port) -> io::Result<Socket> {
        Ok(Rc::new(RefCell::new(port.accept()?)))
    }

    fn receive(&self, from: &Socket, buffer: Vec<u8>) -> usize {
        self.submit(from, What::Receive, buffer)
    }

    fn send(&self, to: &Socket, bytes: Vec<u8>) -> usize {
        self.submit(to, What::Send, bytes)
    }

    fn take(&self, number: usize) -> Result<Completion, usize> {
        self.0.complete.borrow_mut().remove(&number).ok_or(number)
    }

    fn cancel(&self, number: usize) {
        self.0.submitted.borrow_mut().remove(&number);
        self.0.complete.borrow_mut().remove(&number);
    }

    fn enter(&self) -> io::Result<()> {
        if LOOKS {
            self.0.collect();
        }
        Ok(())
    }

    fn wait(&self, until: Instant) -> io::Result<()> {
        self.0.collect();
        if !self.0.has_news.take() {
            self.0.world.advance_clock(until);
            self.0.collect();
        }
        Ok(())
    }

    fn now(&self) -> Instant {
        self.0.world.now()
    }
}

impl Ends for Socket {
    fn send_urgent(&self, byte: u8) -> io::Result<()> {
        self.borrow().write_urgent(byte)
    }

    fn shutdown(&self) -> io::Result<()> {
        self.borrow().shutdown();
        Ok(())
    }

    fn reset_on_close(&self, reset: bool) {
        self.borrow_mut().reset_on_close(reset);
    }

    fn peer(&self) -> Option<SocketAddr> {
        Some(self.borrow().address())
    }
}
