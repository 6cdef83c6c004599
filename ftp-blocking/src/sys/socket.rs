//! Creates, binds, connects, tunes and closes non-blocking TCP sockets.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
pub use rustix::fd::{AsFd, BorrowedFd};
pub use socket2::SockRef;
use socket2::{Domain, Protocol, Socket, TcpKeepalive, Type};

use crate::sys::os::sockets;

/// The longest idle time of TCP keep-alive that Linux accepts.
const LONGEST_IDLE: Duration = Duration::from_secs(32_767);

/// The options of the sockets of one client.
#[derive(Clone, Copy, Debug, Default)]
pub struct SocketOptions {
    /// The local address. `None`: the system chooses it.
    pub source: Option<SocketAddr>,
    /// The idle time of TCP keep-alive. `None`: the system's.
    pub keep_alive: Option<Duration>,
    /// The size of the send buffer, in bytes. `None`: the system chooses it.
    pub send_buffer: Option<usize>,
    /// The size of the receive buffer, in bytes. `None`: the system chooses it.
    pub receive_buffer: Option<usize>,
    /// Whether the socket is for a control connection.
    pub for_control: bool,
}

impl SocketOptions {
    /// Returns the options of the control connection, which has no use for large buffers.
    pub fn of_control(self) -> Self {
        Self {
            send_buffer: None,
            receive_buffer: None,
            for_control: true,
            ..self
        }
    }

    /// Returns the options of a data connection. Only the control connection comes from the source
    /// port.
    pub fn of_data(mut self) -> Self {
        if let Some(source) = &mut self.source {
            source.set_port(0);
        }
        self.for_control = false;
        self
    }

    /// Sets these options. TCP agrees on the scale of its window while it connects, so the buffers
    /// must have their sizes before.
    pub(super) fn set_on(&self, socket: &Socket) -> io::Result<()> {
        let size = |bytes: usize| bytes.min(i32::MAX as usize);
        if let Some(bytes) = self.send_buffer {
            socket.set_send_buffer_size(size(bytes))?;
        }
        if let Some(bytes) = self.receive_buffer {
            socket.set_recv_buffer_size(size(bytes))?;
        }
        self.keep_alive_on(socket)
    }

    /// Sets the options of a data connection that was accepted. Its buffers come from the listener.
    pub fn accepted<'s>(&self, socket: impl Into<SockRef<'s>>) {
        // Not every system passes keep-alive on. A transfer works without it, so an error does not
        // end the transfer.
        let _ = self.keep_alive_on(&socket.into());
    }

    /// Sets the idle time of TCP keep-alive.
    pub(super) fn keep_alive_on(&self, socket: &Socket) -> io::Result<()> {
        match self.keep_alive {
            Some(idle) => {
                let keep_alive = TcpKeepalive::new().with_time(idle.min(LONGEST_IDLE));
                socket.set_tcp_keepalive(&keep_alive)
            }
            None => Ok(()),
        }
    }
}

/// Begins to connect, from the source address if there is one. The socket becomes writable when it
/// is connected or when the attempt has failed. [`is_connected`] then tells which of the two has
/// happened.
///
/// # Errors
/// [`AddrNotAvailable`](io::ErrorKind::AddrNotAvailable) if one address is IPv4 and the other IPv6;
/// the socket's error.
pub fn connect(address: SocketAddr, options: &SocketOptions) -> io::Result<TcpStream> {
    let address = sockets::reachable(address);
    let socket = create(address)?;
    options.set_on(&socket)?;
    if let Some(source) = options.source {
        if source.is_ipv4() != address.is_ipv4() {
            let why = "the source address is of the other family";
            return Err(io::Error::new(io::ErrorKind::AddrNotAvailable, why));
        }
        // Another attempt may use the source port at the same time, or the last session may have
        // left it in TIME_WAIT. With SO_REUSEADDR the socket can use it nevertheless.
        socket.set_reuse_address(source.port() != 0)?;
        socket.bind(&source.into())?;
    }
    match socket.connect(&address.into()) {
        Err(error) if !sockets::is_connecting(&error) => Err(error),
        _ => Ok(socket.into()),
    }
}

/// Returns whether an attempt to connect has succeeded already. `false` if it goes on.
///
/// # Errors
/// The reason why there is no connection.
pub fn is_connected(socket: &TcpStream) -> io::Result<bool> {
    let ready = ready_for(socket, PollFlags::OUT)?;
    if !ready.is_empty() && ready != PollFlags::OUT {
        check_connected(socket)?;
    }
    Ok(!ready.is_empty())
}

/// Returns whether a read would not block.
///
/// # Errors
/// The error of `poll`.
pub fn is_readable(socket: &impl AsFd) -> io::Result<bool> {
    Ok(!ready_for(socket, PollFlags::IN)?.is_empty())
}

/// Returns whether a write would not block.
///
/// # Errors
/// The error of `poll`.
pub fn is_writable(socket: &impl AsFd) -> io::Result<bool> {
    Ok(!ready_for(socket, PollFlags::OUT)?.is_empty())
}

/// Returns what has happened to the socket, without waiting.
fn ready_for(socket: &impl AsFd, wanted: PollFlags) -> io::Result<PollFlags> {
    let mut polled = [PollFd::new(socket, wanted)];
    poll(&mut polled, Some(&Timespec::default()))?;
    let [polled] = polled.map(|it| it.revents());
    Ok(polled)
}

/// Checks whether a socket that has become writable is connected.
///
/// # Errors
/// The reason why there is no connection.
pub fn check_connected<'s>(socket: impl Into<SockRef<'s>>) -> io::Result<()> {
    socket.into().take_error()?.map_or(Ok(()), Err)
}

/// Sets the options that a connected socket needs. A data connection needs none: it is idle no
/// longer than its time limit, and small writes on it may wait for each other.
pub fn prepare<'s>(socket: impl Into<SockRef<'s>>, options: &SocketOptions) {
    if options.for_control {
        let socket = socket.into();
        // A command is one small write, and must not wait for an acknowledgement.
        let _ = socket.set_tcp_nodelay(true);
        let _ = socket.set_keepalive(true);
    }
}

/// Creates a non-blocking socket, for IPv4 or IPv6 as the address demands.
pub(super) fn create(address: SocketAddr) -> io::Result<Socket> {
    let domain = Domain::for_address(address);
    #[cfg(any(target_os = "linux", target_os = "android"))]
    return Socket::new(domain, Type::STREAM.nonblocking(), Some(Protocol::TCP));
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    }
}

/// Returns the address of this side. `None` if it is not known.
pub fn local_address<'s>(socket: impl Into<SockRef<'s>>) -> Option<SocketAddr> {
    socket.into().local_addr().ok()?.as_socket()
}

/// Returns the address of the other side. `None` if it is not known.
pub fn peer_address<'s>(socket: impl Into<SockRef<'s>>) -> Option<SocketAddr> {
    socket.into().peer_addr().ok()?.as_socket()
}

/// Turns Nagle's algorithm off, so that no write waits for the acknowledgement of an earlier one.
pub fn send_at_once<'s>(socket: impl Into<SockRef<'s>>) {
    let _ = socket.into().set_tcp_nodelay(true);
}

/// Writes one byte with TCP's urgent mark.
///
/// # Errors
/// The socket's error.
pub fn write_urgent<'s>(socket: impl Into<SockRef<'s>>, byte: u8) -> io::Result<()> {
    socket.into().send_out_of_band(&[byte]).map(|_| ())
}

/// Half-closes the connection: the peer reads the end, and this side can still read. If the peer
/// has already reset the connection, this does nothing, and the next read returns the error.
///
/// # Errors
/// The socket's error.
pub fn half_close<'s>(socket: impl Into<SockRef<'s>>) -> io::Result<()> {
    let socket = socket.into();
    // The peer may send its last segments only after our acknowledgement. The kernel may delay an
    // acknowledgement until we send data, but we send no more. So the kernel is told to acknowledge
    // at once.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = socket.set_tcp_quickack(true);
    match socket.shutdown(Shutdown::Write) {
        Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
        closed => closed,
    }
}

/// If `reset` is `true`, closing the socket resets the connection from now on, so that the peer
/// cannot take the close for the end of the data. If `reset` is `false`, closing sends an ordinary
/// end (FIN) again.
pub fn reset_on_close<'s>(socket: impl Into<SockRef<'s>>, reset: bool) {
    let _ = socket.into().set_linger(reset.then_some(Duration::ZERO));
}

/// Returns how many written bytes the system still holds because the peer has not acknowledged
/// them. On Linux, the number comes from `/proc/net`. `None` if the number is unknown.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn unsent<'s>(socket: impl Into<SockRef<'s>>) -> Option<usize> {
    let socket = socket.into();
    let (local, peer) = (local_address(&*socket)?, peer_address(&*socket)?);
    let table = match local {
        SocketAddr::V4(_) => procfs::net::tcp(),
        SocketAddr::V6(_) => procfs::net::tcp6(),
    };
    let mut sockets = table.ok()?.into_iter();
    let ours = sockets.find(|it| (it.local_address, it.remote_address) == (local, peer));
    ours.and_then(|it| usize::try_from(it.tx_queue).ok())
}

/// Returns `None`, because this system does not tell how many written bytes it still holds.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn unsent<'s>(_: impl Into<SockRef<'s>>) -> Option<usize> {
    None
}

#[cfg(any(target_os = "linux", target_os = "android"))]
#[test]
fn what_is_unsent_becomes_less_as_the_peer_reads() {
    use std::io::{Read as _, Write as _};
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let listener = std::net::TcpListener::bind(address).expect("a port");
        let mut ours = TcpStream::connect(listener.local_addr().expect("one")).expect("made");
        let (mut theirs, _) = listener.accept().expect("made");
        assert_eq!(unsent(&ours), Some(0), "{address}");
        ours.set_nonblocking(true).expect("a mode");
        let mut sent = 0;
        while let Ok(count) = ours.write(&[0; 65536]) {
            sent += count;
        }
        let before = unsent(&ours).expect("it is told");
        assert!(before > 0 && before <= sent, "{before} of {sent}");
        let mut buffer = vec![0; sent];
        theirs.read_exact(&mut buffer).expect("all of it");
        // The peer's last acknowledgement may take a moment to arrive, so the test calls `unsent`
        // up to a million times.
        let gone = (0..1_000_000).any(|_| unsent(&ours) == Some(0));
        assert!(gone, "{address}: still {:?}", unsent(&ours));
    }
}

#[test]
fn a_reset_is_found_by_reading_and_not_by_half_closing() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let mut ours = TcpStream::connect(listener.local_addr().expect("an address")).expect("made");
    let (theirs, _) = listener.accept().expect("made");
    reset_on_close(&theirs, true);
    drop(theirs);
    half_close(&ours).expect("nothing to close");
    let error = io::Read::read(&mut ours, &mut [0]).expect_err("no end of file");
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

#[test]
fn the_other_family_cannot_be_reached_from_the_source_address() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    let source = SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], 0));
    let options = SocketOptions {
        source: Some(source),
        ..SocketOptions::default()
    };
    let error = connect(address, &options).expect_err("of the other family");
    assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable);
}
