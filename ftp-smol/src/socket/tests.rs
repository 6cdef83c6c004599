//! When the reactor learns of a socket.

use std::future::poll_fn;
use std::net::TcpListener;
use std::task::Waker;

use smol::block_on;

use super::*;

/// Registering costs two system calls, which a file that has come already need not pay. A later wait
/// must still end when data comes.
#[test]
fn a_socket_is_registered_when_it_first_has_to_wait() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let ours = TcpStream::connect(listener.local_addr().expect("one")).expect("made");
    let (mut theirs, _) = listener.accept().expect("made");
    ours.set_nonblocking(true).expect("a mode");
    theirs.write_all(b"come").expect("sent");
    // The bytes have come, and the reactor forgets the socket again.
    let ours = Async::new_nonblocking(ours).expect("registered");
    block_on(ours.readable()).expect("they come");
    let ours = ours.into_inner().expect("forgotten");

    let (mut socket, mut buffer) = (Socket::<Async<TcpStream>>::from(ours), [0; 4]);
    let read = block_on(poll_fn(|cx| socket.poll_read(cx, &mut buffer)));
    assert_eq!(read.expect("read"), 4);
    assert!(socket.registered.is_none(), "nothing to wait for");

    let cx = &mut Context::from_waker(Waker::noop());
    assert!(socket.poll_read(cx, &mut buffer).is_pending());
    assert!(socket.registered.is_some());
    let later = std::thread::spawn(move || theirs.write_all(b"late").map(|()| theirs));
    let read = block_on(poll_fn(|cx| socket.poll_read(cx, &mut buffer)));
    assert_eq!(read.expect("read"), 4);
    drop(later.join().expect("no panic"));
}
