//! When the client decides that a data connection is reset if it is closed too early.

use std::io::{self, Read as _, Write as _};
use std::sync::{Arc, Mutex};

use ftp_proto::simulator::{Setup, Simulator};

use crate::face::{Behind, Client, Memory};
use crate::support::middlebox::{Middlebox, Passage};
use crate::support::options::options_to;

/// What the client does, in its order: the bytes on the control connection, and `<reset>` and
/// `<end>` for what it sets on a data connection.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Log {
    fn note(&self, what: &str) {
        self.0.lock().expect("no panic").push_str(what);
    }

    fn take(&self) -> String {
        std::mem::take(&mut self.0.lock().expect("no panic"))
    }
}

impl Middlebox for Log {
    type Passage = Connection;

    fn dial(&mut self, is_control: bool) -> io::Result<Option<Connection>> {
        let log = self.clone();
        Ok(Some(Connection { log, is_control }))
    }
}

struct Connection {
    log: Log,
    is_control: bool,
}

impl Passage for Connection {
    fn after_write(&mut self, bytes: &[u8]) {
        if self.is_control {
            self.log.note(&String::from_utf8_lossy(bytes));
        }
    }

    fn on_reset_on_close(&mut self, reset: bool) {
        self.log.note(if reset { "<reset>" } else { "<end>" });
    }
}

fn connected() -> (Client, Log) {
    let setup = Setup::new().file("/file", "12345");
    let log = Log::default();
    let network = Behind {
        middlebox: log.clone(),
        network: Memory::new(Simulator::new(setup)),
    };
    let mut client = Client::connect_over(network, options_to("localhost")).expect("greeted");
    client.login("user", "secret").expect("logged in");
    (client, log)
}

/// A client may be killed at any time. As soon as the server knows of an upload, an ordinary end of
/// the data connection would be an empty file that looks whole.
#[test]
fn an_upload_is_set_to_be_reset_before_the_server_knows_of_it() {
    let (mut client, log) = connected();
    for _ in 0..2 {
        log.take();
        let mut upload = client.upload("/new").expect("opened");
        let opened = log.take();
        let (before, _) = opened.split_once("STOR").expect("sent");
        assert!(before.ends_with("<reset>"), "{opened:?}");
        upload.write_all(b"all").expect("written");
        upload.finish().expect("confirmed");
        assert_eq!(log.take(), "<end>", "before the half-close");
    }
}

#[test]
fn a_download_needs_no_reset_unless_it_is_aborted() {
    let (mut client, log) = connected();
    for _ in 0..2 {
        let mut download = client.download("/file").expect("opened");
        download.read_to_end(&mut Vec::new()).expect("read");
        download.finish().expect("confirmed");
    }
    client.list(None).expect("listed");
    let said = log.take();
    assert!(!said.contains('<'), "{said:?}");
    client
        .download("/file")
        .expect("opened")
        .abort()
        .expect("aborted");
    let said = log.take();
    assert!(said.contains("<reset>"), "{said:?}");
}
