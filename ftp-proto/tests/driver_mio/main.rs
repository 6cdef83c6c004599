//! The contract table for the driver of the example `mio`, and many sessions on real sockets.
#![cfg(all(feature = "simulator", feature = "ring"))]

#[path = "../../examples/mio/event_loop.rs"]
mod event_loop;
mod limits;
#[path = "../../examples/mio/network.rs"]
mod network;
#[path = "../../examples/server/mod.rs"]
mod server;
#[path = "../../examples/mio/session.rs"]
mod session;
mod sessions;

use std::net::SocketAddr;

use ftp_proto::data::DataPhase;
use ftp_proto::embedding::Driver;
use ftp_proto::flows::Greeting;
use ftp_proto::simulator::{ByFlows, RunsFlows, World, tls_ends};
use ftp_proto::{Error, Flow, Options, Session};

ftp_proto::contract_tests!(ByFlows<Turning>, tls_ends());

struct Turning {
    driver: Driver<World>,
    peer: SocketAddr,
}

impl Turning {
    /// Takes turns. Between two of them, something happens in the world, or time passes.
    fn take_turns<T>(&mut self, mut turn: impl FnMut(&mut Driver<World>) -> Option<T>) -> T {
        loop {
            if let Some(done) = turn(&mut self.driver) {
                return done;
            }
            let deadline = self.driver.deadline();
            self.driver.parts().0.advance_clock(deadline);
        }
    }
}

impl RunsFlows for Turning {
    fn connect(world: World, options: Options) -> Result<Self, Error> {
        let peer: SocketAddr = ([127, 0, 0, 1], options.control_peer().1).into();
        let control = world.connect(peer.port())?;
        let driver = Driver::new(world, control, peer, options)?;
        let mut turning = Self { driver, peer };
        turning.run(Greeting::new())?;
        Ok(turning)
    }

    fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        let mut operation = self.driver.start(flow);
        self.take_turns(|driver| driver.turn(&mut operation))
    }

    fn session(&mut self) -> &mut Session {
        self.driver.session()
    }

    fn receive(&mut self, phase: &mut DataPhase, file: &mut Vec<u8>, most: usize) {
        while file.len() < most {
            let mut buffer = vec![0; 4096.min(most - file.len())];
            let count = self.take_turns(|driver| driver.receive(phase, &mut buffer));
            file.extend_from_slice(&buffer[..count]);
            if count == 0 {
                return;
            }
        }
    }

    fn send(&mut self, phase: &mut DataPhase, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match self.take_turns(|driver| driver.send(phase, bytes)) {
                Some(count) => bytes = &bytes[count..],
                None => return,
            }
        }
        self.take_turns(|driver| driver.send_rest(phase));
    }

    fn reconnect(&mut self) -> Option<Result<(), Error>> {
        let stream = match self.driver.parts().0.connect(self.peer.port()) {
            Ok(stream) => stream,
            Err(error) => return Some(Err(error.into())),
        };
        let restored = self.driver.replace(stream).and_then(|restore| {
            self.run(Greeting::new())?;
            self.run(restore)
        });
        Some(restored)
    }
}
