//! Tests of the example `resume`, which continues a download after an error.

use std::io::{Read as _, Seek as _};

use ftp_proto::simulator::{Action, Fault, Setup, Simulator, Then};

use crate::examples;
use crate::face::{Client, Credentials, Error, ErrorKind, Memory, Options};
use crate::support::files::appending_to;

fn content() -> Vec<u8> {
    (0..300_000).map(|at: u32| (at % 251) as u8).collect()
}

/// Runs the example against a server with these faults. Returns the result, the content of the file
/// and the commands that the server received.
fn fetch(faults: impl IntoIterator<Item = Fault>) -> (Result<(), Error>, Vec<u8>, Vec<Vec<u8>>) {
    let setup = Setup::new().file("/big", content());
    let setup = faults.into_iter().fold(setup, Setup::fault);
    let memory = Memory::new(Simulator::new(setup));
    let credentials = Credentials::new("user", "secret").expect("credentials");
    let options = Options::new("ftp.test").with_credentials(credentials);
    let mut file = appending_to(b"");
    let mut client = Client::connect_over(memory.clone(), options).expect("a login");
    let result = examples::fetch(&mut client, "/big", &mut file).map(drop);
    let mut came = Vec::new();
    file.rewind().expect("a regular file");
    file.read_to_end(&mut came).expect("a regular file");
    let told = memory.server().commands().to_vec();
    (result, came, told)
}

#[test]
fn a_cut_download_is_resumed_over_a_new_connection_if_needed() {
    let cut = Action::At {
        after: 100_000,
        control: Vec::new(),
        then: Then::Reset,
    };
    let faults = [
        Fault::nth("RETR", 0, cut),
        Fault::nth("RETR", 1, Action::Hangup),
    ];
    let (result, came, told) = fetch(faults);
    result.expect("fetched");
    assert!(came == content(), "{} bytes", came.len());
    let count = |verb: &[u8]| told.iter().filter(|line| line.starts_with(verb)).count();
    assert_eq!((count(b"RETR"), count(b"USER")), (3, 2));
    assert!(
        count(b"REST ") >= 2,
        "{}",
        String::from_utf8_lossy(&told.concat())
    );
}

#[test]
fn the_resume_example_gives_up_after_a_try_without_progress() {
    let (result, came, told) = fetch([Fault::on("RETR", Action::Reply(b"451 Tape.\r\n".to_vec()))]);
    assert_eq!(result.expect_err("refused").kind(), ErrorKind::Transient);
    let tries = told.iter().filter(|line| line.starts_with(b"RETR")).count();
    assert_eq!((came.len(), tries), (0, 2));
}
