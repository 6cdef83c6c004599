//! What reviews have found, each with the test that failed then.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use ftp_proto::simulator::{Setup, Simulator};
use ftp_smol::{Client, Memory, Options, TransferType};

/// Polls at most so many times and then drops; `None` when it was dropped unfinished.
fn poll_times<T>(times: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..times {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
    }
    None
}

/// Invariant 3: a client whose reconnect was dropped works where it stood, or not at all.
#[test]
fn dropped_reconnect_is_never_silently_elsewhere() {
    for times in 0.. {
        let setup = Setup::new().directory("/a").directory("/b").segment(3);
        let memory = Memory::new(Simulator::new(setup));
        let done = smol::block_on(async {
            let connecting = Client::connect_over(memory.clone(), Options::new("localhost"));
            let mut client = connecting.await.unwrap();
            client.login("user", "secret").await.unwrap();
            client.cwd("/a").await.unwrap();
            if poll_times(times, client.reconnect()).is_some() {
                return true;
            }
            if client.store("one", "1").await.is_ok() {
                assert!(memory.server().file("/a/one").is_some(), "poll {times}");
            }
            let moved = client.cwd("/b").await.is_ok();
            client.reconnect().await.unwrap();
            client.store("two", "2").await.unwrap();
            let place = if moved { "/b/two" } else { "/a/two" };
            assert!(memory.server().file(place).is_some(), "poll {times}");
            false
        });
        if done {
            assert!(times > 5, "it was dropped {times} times alone");
            return;
        }
    }
}

/// What `spawn` wants of a future.
fn sendable<T>(_: impl Future<Output = T> + Send) {}

/// It is enough that this compiles.
#[test]
fn all_futures_are_send() {
    fn all(client: &mut Client, other: &mut Client) {
        sendable(Client::connect(Options::new("localhost")));
        sendable(client.login("a", "b"));
        sendable(client.reconnect());
        sendable(client.secure());
        sendable(client.clear_control());
        sendable(client.noop());
        sendable(client.rename("a", "b"));
        sendable(client.mlsd(None::<&str>));
        sendable(client.store("a", "b"));
        sendable(client.store_lines("a", ["b"]));
        sendable(client.upload_unique(Some("a")));
        sendable(client.copy_to("a", other, "b", TransferType::Image));
    }
    let _ = all;
}
