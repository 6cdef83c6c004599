//! The sockets of this network have the options that were set.

#[path = "../../tests/support/socket_options.rs"]
mod socket_options;

use std::time::{Duration, Instant};

use socket_options::{assert_control, assert_data, come, options, server};

use super::{BorrowedFd, Tcp};
use crate::transport::{Dialled, Network as _, Stream, Target};

fn dial(network: &mut Tcp, target: &Target<'_>) -> Box<dyn Stream> {
    let deadline = Instant::now() + Duration::from_secs(20);
    match network.dial(target, deadline).expect("begun") {
        Dialled::Connected(stream) => stream,
        Dialled::Pending(mut dialling) => {
            let stream = dialling.finish(deadline).expect("connected");
            stream.expect("in time")
        }
    }
}

#[test]
fn sockets_have_their_options() {
    let (_listener, port) = server();
    let mut network = Tcp::new();
    network.configure(&options()).expect("possible");
    let host = "127.0.0.1";
    let control = dial(&mut network, &Target::Server { host, port });
    assert_control(control.descriptor());
    let address = control.peer_address();
    let data = Target::ControlPeer {
        host,
        address,
        port,
    };
    assert_data(dial(&mut network, &data).descriptor());

    let mut listener = network.listen(&*control).expect("a port");
    let _server = come(listener.address());
    let deadline = Instant::now() + Duration::from_secs(20);
    let data = listener.accept(deadline).expect("accepted");
    assert_data(data.expect("in time").descriptor());
}
