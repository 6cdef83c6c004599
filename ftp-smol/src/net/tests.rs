//! The sockets of this network have the options that were set.

#[path = "../../../ftp-blocking/tests/support/socket_options.rs"]
mod socket_options;

use std::future::poll_fn;

use ftp_blocking::sys::socket::BorrowedFd;
use smol::block_on;
use socket_options::{assert_control, assert_data, come, options, server};

use super::Tcp;
use crate::transport::{Network as _, Target};

#[test]
fn sockets_have_their_options() {
    let (_listener, port) = server();
    let mut network = Tcp::new();
    network.configure(&options()).expect("possible");
    let host = "127.0.0.1";
    let control = block_on(network.dial(&Target::Server { host, port })).expect("connected");
    assert_control(control.descriptor());
    let address = control.peer_address();
    let data = Target::ControlPeer {
        host,
        address,
        port,
    };
    let data = block_on(network.dial(&data)).expect("connected");
    assert_data(data.descriptor());

    let mut listener = network.listen(&*control).expect("a port");
    let _server = come(listener.address());
    let data = block_on(poll_fn(|cx| listener.poll_accept(cx))).expect("accepted");
    assert_data(data.descriptor());
}
