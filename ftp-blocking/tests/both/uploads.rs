//! Tests of uploads whose client vanishes before the end, and of uploads over a slow line.

use std::io::{self, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use ftp_proto::simulator::contract::TlsEnds;
use ftp_proto::simulator::{Action, DuringTransfer, Fault, Setup, Simulator};

use crate::face::{Behind, Client, Memory};
use crate::support::middlebox::{Middlebox, Passage};
use crate::support::options::options_to;
use crate::support::tls::tls;

fn logged_in(setup: Setup, tls: Option<&TlsEnds>) -> (Client, Memory) {
    let (setup, options) = match tls {
        Some(ends) => (
            setup.tls(ends.server.clone()),
            options_to("localhost").with_tls(ends.client.clone()),
        ),
        None => (setup, options_to("localhost")),
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
        upload.flush().expect("sent");
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
        upload.flush().expect("sent");
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

/// A slow line. Each time the client asks how many written bytes are unsent, the line removes the
/// last number from `held` and answers with it. If `held` is empty, the answer is `None`.
#[derive(Clone, Default)]
struct SlowLine {
    held: Arc<Mutex<Vec<usize>>>,
    asked: Arc<AtomicUsize>,
}

impl Middlebox for SlowLine {
    type Passage = Self;

    fn dial(&mut self, is_control: bool) -> io::Result<Option<Self>> {
        Ok((!is_control).then(|| self.clone()))
    }
}

impl Passage for SlowLine {
    fn unsent(&self) -> Option<usize> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.held.lock().expect("nobody panics").pop()
    }
}

/// After an upload, the server does not close the data connection. As long as the number of unsent
/// bytes falls, the client must go on waiting for the server's close. The test counts how often the
/// client asks for the number.
#[test]
fn an_upload_has_time_while_unsent_bytes_get_fewer() {
    for (mut held, asked) in [
        // The client gets the numbers from the last to the first: 30, 20, 10, 1.
        (vec![1, 10, 20, 30], 5),
        // The number does not fall after the first 30, so the client waits only once more
        // (`Timeouts::data_idle`). It asks a third time, and then stops waiting.
        (vec![0, 9, 30, 30, 30], 3),
        (vec![], 1),
    ] {
        let setup = Setup::new().fault(Fault::on("STOR", Action::KeepOpen));
        let memory = Memory::new(Simulator::new(setup));
        let line = SlowLine::default();
        line.held.lock().expect("nobody panics").append(&mut held);
        let network = Behind {
            middlebox: line.clone(),
            network: memory.clone(),
        };
        let client = Client::connect_over(network, options_to("localhost"));
        let mut client = client.expect("greeted");
        client.login("user", "secret").expect("logged in");
        let mut upload = client.upload("/slow").expect("opened");
        upload.write_all(b"a little").expect("written");
        upload.finish().expect("confirmed");
        assert_eq!(line.asked.load(Ordering::Relaxed), asked);
    }
}
