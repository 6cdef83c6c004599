//! The contract table for the driver of the example `io_uring`, and what it does on real sockets.
#![cfg(all(feature = "simulator", feature = "ring", target_os = "linux"))]

#[path = "../support/active_server.rs"]
mod active_server;
#[path = "../../examples/io_uring/client.rs"]
mod client;
#[path = "../../examples/io_uring/ring.rs"]
mod ring;
mod sockets;
#[path = "../../examples/io_uring/stream.rs"]
mod stream;
#[path = "../../../ftp-blocking/tests/support/tcp_server.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod tcp_server;
#[path = "../../../ftp-blocking/tests/support/tls.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod tls;
mod world;

use std::net::SocketAddr;

use ftp_proto::data::DataPhase;
use ftp_proto::embedding::Network as _;
use ftp_proto::flows::Greeting;
use ftp_proto::simulator::{ByFlows, RunsFlows, World, cases};
use ftp_proto::{Error, Flow, Options, Session};

use crate::client::Client;
use crate::tls::tls;
use crate::world::Simulated;

ftp_proto::contract_tests!(ByFlows<OnRing<true>>, tls());

/// A look that only takes what the program has collected before misses the stray reply.
#[test]
fn a_look_that_does_not_ask_the_kernel_takes_a_stray_250_for_success() {
    let stray = cases::hard_07_stray_250_before_dele();
    let why = stray
        .run::<ByFlows<OnRing<false>>>(&[])
        .expect_err("the look is wrong");
    assert!(why.contains("Code(250) instead of Is(Code(550))"), "{why}");
}

/// If not `LOOKS`, nothing is collected before the program waits.
struct OnRing<const LOOKS: bool> {
    client: Client<Simulated<LOOKS>>,
    peer: SocketAddr,
}

const NO_ERROR: &str = "the simulated ring does not fail";

impl<const LOOKS: bool> RunsFlows for OnRing<LOOKS> {
    fn connect(world: World, options: Options) -> Result<Self, Error> {
        let peer = ([127, 0, 0, 1], options.control_peer().1).into();
        let client = Client::connect(Simulated::new(world), peer, options)?;
        Ok(Self { client, peer })
    }

    fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        self.client.run(flow)
    }

    fn session(&mut self) -> &mut Session {
        self.client.driver.session()
    }

    fn receive(&mut self, phase: &mut DataPhase, file: &mut Vec<u8>, most: usize) {
        while file.len() < most {
            let mut buffer = vec![0; 4096.min(most - file.len())];
            let received = self
                .client
                .until_done(|driver| driver.receive(phase, &mut buffer));
            let count = received.expect(NO_ERROR);
            file.extend_from_slice(&buffer[..count]);
            if count == 0 {
                return;
            }
        }
    }

    fn send(&mut self, phase: &mut DataPhase, bytes: &[u8]) {
        if self.client.send(phase, bytes).expect(NO_ERROR) {
            let sent = self.client.until_done(|driver| driver.send_rest(phase));
            sent.expect(NO_ERROR);
        }
    }

    /// Its streams do not say it.
    fn knows_backlog() -> bool {
        false
    }

    fn reconnect(&mut self) -> Option<Result<(), Error>> {
        let stream = match self.client.driver.parts().0.connect(self.peer) {
            Ok(stream) => stream,
            Err(error) => return Some(Err(error.into())),
        };
        let restored = self.client.driver.replace(stream).and_then(|restore| {
            self.run(Greeting::new())?;
            self.run(restore)
        });
        Some(restored)
    }
}
