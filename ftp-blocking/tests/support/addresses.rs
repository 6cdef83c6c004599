//! Addresses on loopback that never answer a connection attempt, that refuse it, or that accept it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use socket2::{Domain, Socket, Type};

/// An address that never answers a connection attempt, as long as this value lives.
pub(crate) struct BlackHole {
    address: SocketAddr,
    _held: Vec<Socket>,
}

impl BlackHole {
    pub(crate) fn open() -> Self {
        let listener = bound();
        listener.listen(0).expect("a listener");
        let address = address_of(&listener);
        // Even a listener with a queue length of 0 has room for one connection. These connections
        // fill the queue, and the kernel then answers no further attempt.
        let mut held = vec![listener];
        for _ in 0..4 {
            let filler = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
            filler.set_nonblocking(true).expect("a socket's option");
            let _ = filler.connect(&address.into());
            held.push(filler);
        }
        Self {
            address,
            _held: held,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// An address that refuses connections, as long as this value lives: it is bound, but nobody
/// listens there.
pub(crate) struct Refusing(Socket);

impl Refusing {
    pub(crate) fn open() -> Self {
        Self(bound())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        address_of(&self.0)
    }
}

/// Returns an address that accepts connections, and the listener, which you must keep.
pub(crate) fn answering() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

fn bound() -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    socket.bind(&any_port.into()).expect("a port");
    socket
}

fn address_of(socket: &Socket) -> SocketAddr {
    let address = socket.local_addr().expect("an address");
    address.as_socket().expect("an address of IPv4")
}
