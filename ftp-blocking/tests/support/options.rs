//! The options of a client in the tests of faults. If the variable `FTP_TEST_PIPELINING` is set, these
//! clients pipeline everything from the beginning. The gate runs the tests once more with it.

use std::env;

use ftp_proto::simulator::Simulator;
use ftp_proto::simulator::contract::{Driver, Operation, Outcome};
use ftp_proto::{Error, Pipelining};

use super::contract::InMemory;
use super::face::Options;

/// Returns the options for a server.
pub(crate) fn options_to(host: impl Into<String>) -> Options {
    switched(Options::new(host))
}

fn switched(options: Options) -> Options {
    match env::var_os("FTP_TEST_PIPELINING") {
        Some(_) => options.with_config(|config| config.with_pipelining(Pipelining::always())),
        None => options,
    }
}

/// The driver of the contract table, with the options that the variable asks for.
pub(crate) struct Switched(InMemory);

impl Driver for Switched {
    fn connect(server: Simulator, options: Options) -> Result<Self, Error> {
        InMemory::connect(server, switched(options)).map(Self)
    }

    fn perform(&mut self, operation: &Operation) -> Outcome {
        self.0.perform(operation)
    }

    fn with_server<T>(&self, look: impl FnOnce(&mut Simulator) -> T) -> T {
        self.0.with_server(look)
    }
}
