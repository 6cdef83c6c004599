//! Options that are refused before anything is sent.

use std::time::Duration;

use ftp_proto::simulator::{Setup, Simulator};

use crate::face::{Client, Config, ErrorKind, Memory, Misuse, Options, Timeouts};
use crate::support::tls::tls;

#[test]
fn options_that_contradict_each_other_are_refused() {
    let ends = &tls()[0];
    let mut options = Options::new("localhost").with_tls(ends.client.clone());
    options.config = Config::default();
    let timeless =
        Options::new("localhost").with_timeouts(Timeouts::default().with_all(Duration::ZERO));
    for options in [options, timeless] {
        let memory = Memory::new(Simulator::new(Setup::new()));
        let error = Client::connect_over(memory.clone(), options).expect_err("contradictory");
        assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option));
        assert!(memory.server().commands().is_empty());
    }
    let endless = Timeouts::default().with_all(Duration::MAX);
    let memory = Memory::new(Simulator::new(Setup::new()));
    let options = Options::new("localhost").with_timeouts(endless);
    Client::connect_over(memory, options).expect("for ever is long, but not too long");
}
