//! The contract table for the driver of the example `tokio`, and what it does on real sockets.
#![cfg(all(feature = "simulator", feature = "ring"))]

#[path = "../support/active_server.rs"]
mod active_server;
#[path = "../../examples/tokio/client.rs"]
#[allow(dead_code, reason = "the example uses the rest")]
mod client;
mod drops;
#[path = "../../examples/tokio/network.rs"]
mod network;
#[path = "../../examples/server/mod.rs"]
mod server;
mod sockets;
#[path = "../../../ftp-blocking/tests/support/tcp_server.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod tcp_server;
#[path = "../../../ftp-blocking/tests/support/tls.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod tls;
mod world;

use std::future::poll_fn;
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::Instant;

use ftp_proto::data::DataPhase;
use ftp_proto::embedding::Network as _;
use ftp_proto::flows::Greeting;
use ftp_proto::simulator::{ByFlows, Port, RunsFlows, World, cases};
use ftp_proto::{Error, Flow, Options, Session};
use tokio::runtime::{Builder, Runtime};

use crate::client::{Client, Ready, Sleeps};
use crate::tls::tls;
use crate::world::{Simulated, Wire};

ftp_proto::contract_tests!(ByFlows<Tokio<true>>, tls());

/// A look that answers from a cache of readiness, as `TcpStream::try_read` does, misses the stray
/// reply. The next command then takes it for its own: a wrong success.
#[test]
fn a_look_into_a_cache_takes_a_stray_250_for_success() {
    let stray = cases::hard_07_stray_250_before_dele();
    let why = stray
        .run::<ByFlows<Tokio<false>>>(&[])
        .expect_err("the look is wrong");
    assert!(why.contains("Code(250) instead of Is(Code(550))"), "{why}");
}

struct Tokio<const LOOKS: bool> {
    client: Client<Simulated<LOOKS>>,
    peer: SocketAddr,
    runtime: Runtime,
}

impl<const LOOKS: bool> Ready for Wire<LOOKS> {
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<()> {
        self.react();
        Poll::Pending
    }
}

impl Ready for Port {
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

impl<const LOOKS: bool> Sleeps for Simulated<LOOKS> {
    /// Lets time pass. The driver then tries again, in another poll.
    fn poll_sleep(&mut self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        match self.now() < deadline {
            true => {
                self.0.advance_clock(deadline);
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            false => Poll::Ready(()),
        }
    }
}

impl<const LOOKS: bool> RunsFlows for Tokio<LOOKS> {
    fn connect(world: World, options: Options) -> Result<Self, Error> {
        let runtime = Builder::new_current_thread().build()?;
        let peer = ([127, 0, 0, 1], options.control_peer().1).into();
        let connecting = Client::connect(Simulated(world), peer, options);
        Ok(Self {
            client: runtime.block_on(connecting)?,
            peer,
            runtime,
        })
    }

    fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        self.runtime.block_on(self.client.run(flow))
    }

    fn session(&mut self) -> &mut Session {
        self.client.0.session()
    }

    fn receive(&mut self, phase: &mut DataPhase, file: &mut Vec<u8>, most: usize) {
        while file.len() < most {
            let mut buffer = vec![0; 4096.min(most - file.len())];
            let client = &mut self.client;
            let count = self.runtime.block_on(poll_fn(|cx| {
                client.poll(cx, |driver| driver.receive(phase, &mut buffer))
            }));
            file.extend_from_slice(&buffer[..count]);
            if count == 0 {
                return;
            }
        }
    }

    fn send(&mut self, phase: &mut DataPhase, mut bytes: &[u8]) {
        let client = &mut self.client;
        while !bytes.is_empty() {
            let sent = self.runtime.block_on(poll_fn(|cx| {
                client.poll(cx, |driver| driver.send(phase, bytes))
            }));
            let Some(count) = sent else { return };
            bytes = &bytes[count..];
        }
        self.runtime.block_on(poll_fn(|cx| {
            client.poll(cx, |driver| driver.send_rest(phase))
        }));
    }

    fn reconnect(&mut self) -> Option<Result<(), Error>> {
        let driver = &mut self.client.0;
        let stream = match driver.parts().0.connect(self.peer) {
            Ok(stream) => stream,
            Err(error) => return Some(Err(error.into())),
        };
        let restored = driver.replace(stream).and_then(|restore| {
            self.run(Greeting::new())?;
            self.run(restore)
        });
        Some(restored)
    }
}
