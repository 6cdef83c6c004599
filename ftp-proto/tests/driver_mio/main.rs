//! The contract table for the driver of the example `mio`, and many sessions on real sockets.
#![cfg(all(feature = "simulator", feature = "ring"))]

#[path = "../../examples/driver/mod.rs"]
#[allow(dead_code, reason = "other examples use the rest")]
mod driver;
#[path = "../../examples/mio/event_loop.rs"]
mod event_loop;
#[path = "../../examples/mio/network.rs"]
mod network;
#[path = "../../examples/server/mod.rs"]
mod server;
#[path = "../../examples/mio/session.rs"]
mod session;
mod sessions;
#[path = "../../../ftp-blocking/tests/support/tls.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod tls;
#[path = "../driver_tokio/world.rs"]
#[allow(dead_code, reason = "the test of tokio uses the rest")]
mod world;

use std::net::SocketAddr;

use ftp_proto::data::DataPhase;
use ftp_proto::flows::Greeting;
use ftp_proto::simulator::{ByFlows, RunsFlows, World};
use ftp_proto::{Error, Flow, Options, Session};

use crate::driver::{Client, Network as _, Transfer};
use crate::tls::tls;
use crate::world::Simulated;

ftp_proto::contract_tests!(ByFlows<Turning>, tls());

struct Turning {
    client: Client<Simulated<true>>,
    peer: SocketAddr,
}

impl Turning {
    /// Takes turns. Between two of them, something happens in the world, or time passes.
    fn take_turns<T>(
        &mut self,
        mut turn: impl FnMut(&mut Client<Simulated<true>>) -> Option<T>,
    ) -> T {
        loop {
            if let Some(done) = turn(&mut self.client) {
                return done;
            }
            let deadline = self.client.deadline();
            self.client.network.wait(deadline);
        }
    }
}

impl RunsFlows for Turning {
    fn connect(world: World, options: Options) -> Result<Self, Error> {
        let peer = ([127, 0, 0, 1], options.control_peer().1).into();
        let mut network = Simulated::new(world);
        let control = network.connect(peer)?;
        let client = Client::new(network, control, peer, options)?;
        let mut turning = Self { client, peer };
        turning.run(Greeting::new())?;
        Ok(turning)
    }

    fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        let mut operation = self.client.start(flow);
        self.take_turns(|client| client.turn(&mut operation))
    }

    fn session(&mut self) -> &mut Session {
        &mut self.client.session
    }

    fn receive(&mut self, phase: &mut DataPhase, file: &mut Vec<u8>, most: usize) {
        let mut transfer = Transfer::default();
        while file.len() < most {
            let mut buffer = vec![0; 4096.min(most - file.len())];
            let count = self.take_turns(|client| client.receive(phase, &mut transfer, &mut buffer));
            file.extend_from_slice(&buffer[..count]);
            if count == 0 {
                return;
            }
        }
    }

    fn send(&mut self, phase: &mut DataPhase, mut bytes: &[u8]) {
        let mut transfer = Transfer::default();
        while !bytes.is_empty() {
            match self.take_turns(|client| client.send(phase, &mut transfer, bytes)) {
                Some(count) => bytes = &bytes[count..],
                None => return,
            }
        }
        self.take_turns(|client| client.send_rest(phase, &mut transfer));
    }

    fn reconnect(&mut self) -> Option<Result<(), Error>> {
        let stream = match self.client.network.connect(self.peer) {
            Ok(stream) => stream,
            Err(error) => return Some(Err(error.into())),
        };
        let restored = self.client.replace(stream).and_then(|restore| {
            self.run(Greeting::new())?;
            self.run(restore)
        });
        Some(restored)
    }
}
