//! Socket options that differ from the system's, and a look at those that a socket has. Each
//! adapter includes this file next to its network.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

use ftp_proto::Options;
use socket2::SockRef;

// The module that includes this file says where the type is.
use super::BorrowedFd;

const IDLE: Duration = Duration::from_secs(77);
const SEND: usize = 20_000;
const RECEIVE: usize = 24_000;

pub(super) fn options() -> Options {
    Options::new("127.0.0.1")
        .with_keep_alive(IDLE)
        .with_send_buffer(SEND)
        .with_receive_buffer(RECEIVE)
}

/// Returns a listener, and the port of it.
pub(super) fn server() -> (TcpListener, u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    (listener, port)
}

/// Connects to this address, as a server does in active mode.
pub(super) fn come(address: std::net::SocketAddr) -> TcpStream {
    TcpStream::connect(address).expect("connected")
}

#[track_caller]
pub(super) fn assert_control(descriptor: Option<BorrowedFd<'_>>) {
    let descriptor = descriptor.expect("a socket");
    let socket = SockRef::from(&descriptor);
    assert_keep_alive(&socket);
    assert!(socket.recv_buffer_size().expect("told") > 2 * RECEIVE);
}

#[track_caller]
pub(super) fn assert_data(descriptor: Option<BorrowedFd<'_>>) {
    let descriptor = descriptor.expect("a socket");
    let socket = SockRef::from(&descriptor);
    assert_keep_alive(&socket);
    // Linux doubles the sizes.
    let (send, receive) = (socket.send_buffer_size(), socket.recv_buffer_size());
    assert!((SEND..=2 * SEND).contains(&send.expect("told")));
    assert!((RECEIVE..=2 * RECEIVE).contains(&receive.expect("told")));
}

#[track_caller]
fn assert_keep_alive(socket: &SockRef<'_>) {
    assert!(socket.keepalive().expect("told"));
    // Windows lets a program set this time, but does not tell it.
    #[cfg(not(windows))]
    assert_eq!(socket.tcp_keepalive_time().expect("told"), IDLE);
}
