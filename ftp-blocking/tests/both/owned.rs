//! Transfers that own their client.

use std::io::{self, Read, Write as _};

use ftp_proto::simulator::{Setup, Simulator};

use crate::face::{Client, ErrorKind, Memory, Options};

fn logged_in(setup: Setup) -> (Client, Memory) {
    let memory = Memory::new(Simulator::new(setup.file("/f", "12345")));
    let options = Options::new("localhost");
    let mut client = Client::connect_over(memory.clone(), options).expect("a session");
    client.login("user", "secret").expect("logged in");
    (client, memory)
}

/// Compiles only if the download needs no client beside it, and can be sent to another thread.
fn open(client: Client) -> Box<dyn Read + Send> {
    Box::new(client.into_download("/f").expect("a download"))
}

#[test]
fn a_download_that_owns_its_client_can_be_returned_as_any_reader() {
    let (client, _memory) = logged_in(Setup::new());
    let text = io::read_to_string(open(client)).expect("the whole file");
    assert_eq!(text, "12345");
}

#[test]
fn the_end_of_an_owned_transfer_gives_the_client_back() {
    let (client, memory) = logged_in(Setup::new());
    let mut download = client.into_download("/f").expect("a download");
    let mut bytes = Vec::new();
    download.read_to_end(&mut bytes).expect("the whole file");
    let (client, done) = download.finish().expect("confirmed");
    assert_eq!((bytes.as_slice(), done.bytes), (&b"12345"[..], 5));

    let mut upload = client.into_upload("/g").expect("an upload");
    upload.write_all(b"67").expect("sent");
    let (client, done) = upload.finish().expect("confirmed");
    assert_eq!(done.bytes, 2);
    assert_eq!(memory.server().file("/g"), Some(&b"67"[..]));

    let download = client.into_download("/f").expect("a download");
    let (mut client, _) = download.abort().expect("aborted");
    client.noop().expect("in step");
}

#[test]
fn an_owned_transfer_that_fails_gives_the_client_back_with_the_error() {
    let (client, _memory) = logged_in(Setup::new());
    let (client, error) = client
        .into_download("/none")
        .expect_err("no such file")
        .into_parts();
    assert_eq!(error.kind(), ErrorKind::Permanent);
    let (client, error) = client
        .into_upload("/none/f")
        .expect_err("no such directory")
        .into_parts();
    assert_eq!(error.kind(), ErrorKind::Permanent);
    let (client, error) = client
        .into_download("a\r\nDELE f")
        .expect_err("two commands")
        .into_parts();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    // Not read to its end.
    let download = client.into_download("/f").expect("a download");
    let (mut client, _) = download.finish().expect_err("not at its end").into_parts();
    client.noop().expect("in step");
}

#[test]
fn a_dropped_transfer_that_owns_its_client_closes_its_connections() {
    let (client, memory) = logged_in(Setup::new());
    drop(client.into_download("/f").expect("a download"));
    assert_eq!(memory.server().open_links(), 0);
}

#[test]
fn a_dropped_upload_that_owns_its_client_is_not_stored_as_complete() {
    let (client, memory) = logged_in(Setup::new());
    let mut upload = client.into_upload("/g").expect("an upload");
    upload.write_all(b"half of it").expect("taken");
    upload.flush().expect("sent");
    drop(upload);
    let server = memory.server();
    assert_eq!(server.open_links(), 0);
    // The data connection was reset, so the server cannot take the half for the whole.
    assert!(server.transfers().iter().all(|transfer| !transfer.complete));
}
