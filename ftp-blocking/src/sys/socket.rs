//! TCP sockets in non-blocking mode: how one is made, bound, connected, tuned and closed.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use rustix::io::Errno;
use socket2::{Domain, Protocol, SockRef, Socket, Type};

/// Begins to connect, from the source address if it is given. The socket becomes writable once it
/// is connected or cannot be; [`connected`] then says which.
///
/// # Errors
/// [`AddrNotAvailable`](io::ErrorKind::AddrNotAvailable) if the source address is of the other
/// family, or what the socket says.
pub fn connect(address: SocketAddr, source: Option<SocketAddr>) -> io::Result<TcpStream> {
    let socket = create(address)?;
    if let Some(source) = source {
        if source.is_ipv4() != address.is_ipv4() {
            let why = "the source address is of the other family";
            return Err(io::Error::new(io::ErrorKind::AddrNotAvailable, why));
        }
        // A chosen port may be in TIME_WAIT since the last session, or in use by another attempt.
        socket.set_reuse_address(source.port() != 0)?;
        socket.bind(&source.into())?;
    }
    match socket.connect(&address.into()) {
        Err(error) if error.raw_os_error() != Some(Errno::INPROGRESS.raw_os_error()) => Err(error),
        _ => Ok(socket.into()),
    }
}

/// Makes a writable socket ready for use.
///
/// # Errors
/// Why no connection could be made.
pub fn connected(socket: &TcpStream) -> io::Result<()> {
    if let Some(error) = socket.take_error()? {
        return Err(error);
    }
    tune(socket);
    Ok(())
}

/// A socket in non-blocking mode, of this address's family.
pub(super) fn create(address: SocketAddr) -> io::Result<Socket> {
    let domain = Domain::for_address(address);
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// The options that all connections have, made or accepted.
pub(super) fn tune(socket: &TcpStream) {
    let socket = SockRef::from(socket);
    // Commands are single small writes, and data is written in large ones: Nagle's algorithm can
    // only wait for an acknowledgement that the peer delays.
    let _ = socket.set_tcp_nodelay(true);
    let _ = socket.set_keepalive(true);
}

/// Lets small writes wait for one another from now on (Nagle's algorithm).
pub fn gather_writes(socket: &TcpStream) {
    let _ = socket.set_nodelay(false);
}

/// Writes one byte with TCP's urgent mark.
///
/// # Errors
/// What the socket says.
pub fn write_urgent(socket: &TcpStream, byte: u8) -> io::Result<()> {
    SockRef::from(socket).send_out_of_band(&[byte]).map(|_| ())
}

/// Half-closes: the peer reads the end, and we may go on reading. Where the peer has reset the
/// connection already, nothing is left to close, and the next read says so.
///
/// # Errors
/// What the socket says.
pub fn half_close(socket: &TcpStream) -> io::Result<()> {
    // What the peer has still to say is small: its last segments wait for our acknowledgement,
    // which would wait for data of ours that never comes.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = SockRef::from(socket).set_tcp_quickack(true);
    match socket.shutdown(Shutdown::Write) {
        Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
        closed => closed,
    }
}

/// Makes closing from now on a reset, so that the peer cannot take it for an end; or not.
pub fn reset_on_close(socket: &TcpStream, reset: bool) {
    let _ = SockRef::from(socket).set_linger(reset.then_some(Duration::ZERO));
}

/// How many bytes that were written the system still holds, because the peer has not acknowledged
/// them, where it can tell: on Linux, which has it in `/proc/net`.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn unsent(socket: &TcpStream) -> Option<usize> {
    let (local, peer) = (socket.local_addr().ok()?, socket.peer_addr().ok()?);
    let table = match local {
        SocketAddr::V4(_) => procfs::net::tcp(),
        SocketAddr::V6(_) => procfs::net::tcp6(),
    };
    let mut sockets = table.ok()?.into_iter();
    let ours = sockets.find(|it| (it.local_address, it.remote_address) == (local, peer));
    ours.and_then(|it| usize::try_from(it.tx_queue).ok())
}

/// How many bytes that were written the system still holds: it does not say.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn unsent(_: &TcpStream) -> Option<usize> {
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
        // The last acknowledgement may take a moment.
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
    let error = connect(address, Some(source)).expect_err("of the other family");
    assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable);
}
