//! Uploads whose client vanishes, and uploads that last long.

use std::io::Write as _;

use ftp_proto::simulator::contract::TlsEnds;
use ftp_proto::simulator::{DuringTransfer, Setup, Simulator};

use crate::face::{Client, Memory, Options};
use crate::support::tls::tls;

fn logged_in(setup: Setup, tls: Option<&TlsEnds>) -> (Client, Memory) {
    let (setup, options) = match tls {
        Some(ends) => (
            setup.tls(ends.server.clone()),
            Options::new("localhost").with_tls(ends.client.clone()),
        ),
        None => (setup, Options::new("localhost")),
    };
    let memory = Memory::new(Simulator::new(setup));
    let mut client = Client::connect_over(memory.clone(), options).expect("greeted");
    client.login("user", "secret").expect("logged in");
    (client, memory)
}

#[test]
fn invariant_14_an_upload_that_vanishes_with_its_client_is_not_complete() {
    for tls in [None, tls().last()] {
        let (mut client, memory) = logged_in(Setup::new(), tls);
        let mut upload = client.upload("/half").expect("opened");
        upload.write_all(b"half").expect("written");
        drop(upload);
        drop(client);
        let server = memory.server();
        assert!(server.transfers().iter().all(|transfer| !transfer.complete));
        assert_eq!(server.open_links(), 0);
    }
}

#[test]
fn keep_alives_are_sent_while_data_moves_without_a_pause() {
    let setup = Setup::new().during_transfer(DuringTransfer::Immediate);
    let (mut client, memory) = logged_in(setup, None);
    let mut upload = client.upload("/slow").expect("opened");
    for _ in 0..5 {
        upload.write_all(b"a little").expect("written");
        upload.keep_alive().expect("sent");
    }
    upload.finish().expect("confirmed");
    let noops = memory
        .server()
        .commands()
        .iter()
        .filter(|command| *command == b"NOOP")
        .count();
    assert_eq!(noops, 5);
    assert_eq!(client.pwd().expect("in step").as_bytes(), b"/");
}
