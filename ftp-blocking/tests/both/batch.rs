//! Many files in one session: each name gives one item, and what goes wrong with one file changes
//! nothing about the others.

use std::io::{Read as _, Write as _};

use ftp_proto::simulator::{Action, Fault, Setup, Simulator};

use crate::face::{
    Client, DataMode, Download, Error, ErrorKind, Memory, Options, Pipelining, TransferOptions,
};

/// Returns a client of a server that has the files `/a` to `/d`. It sends ahead all that it can.
fn client(fault: Option<Fault>) -> (Memory, Client) {
    let setup = Setup::new().banner("220 (vsFTPd 3.0.5)");
    let setup = ["a", "b", "c", "d"].into_iter().fold(setup, |setup, name| {
        setup.file(format!("/{name}"), content(name))
    });
    let setup = fault.into_iter().fold(setup, Setup::fault);
    let memory = Memory::new(Simulator::new(setup));
    let options = Options::new("localhost")
        .with_config(|config| config.with_pipelining(Pipelining::always()));
    let mut client = Client::connect_over(memory.clone(), options).expect("connects");
    client.login("user", "secret").expect("logs in");
    (memory, client)
}

/// Returns the content of a file. It is longer than what one read brings.
fn content(name: &str) -> String {
    format!("{name}\n").repeat(5000)
}

fn read(download: Result<Download<'_>, Error>) -> Result<String, Error> {
    let mut text = String::new();
    let mut download = download?;
    download.read_to_string(&mut text)?;
    download.finish()?;
    Ok(text)
}

/// Downloads these files. Returns the name of each file that came, and the error of each other one.
fn downloads(client: &mut Client, names: &[&str]) -> Vec<String> {
    let mut results = Vec::new();
    let mut batch = client.download_many(names);
    while let Some(download) = batch.next() {
        results.push(match read(download) {
            Ok(text) => {
                let name = text.lines().next().unwrap_or_default();
                assert_eq!(text, content(name));
                name.to_owned()
            }
            Err(error) => told(&error),
        });
    }
    assert!(batch.next().is_none());
    assert_eq!(results.len(), names.len());
    results
}

fn told(error: &Error) -> String {
    let argument = error.argument().unwrap_or_default();
    let argument = String::from_utf8_lossy(argument);
    format!("{:?} {argument:?}", error.kind())
}

#[track_caller]
fn assert_in_step(client: &mut Client) {
    assert_eq!(client.pwd().expect("in step").as_bytes(), b"/");
}

#[test]
fn every_name_gives_one_item_in_order() {
    let (_, mut client) = client(None);
    let all = downloads(&mut client, &["/c", "/a", "/a", "/d"]);
    assert_eq!(all, ["c", "a", "a", "d"]);
    assert_in_step(&mut client);
}

#[test]
fn an_empty_batch_sends_nothing() {
    let (memory, mut client) = client(None);
    let before = memory.server().commands().len();
    assert!(client.download_many([""; 0]).next().is_none());
    assert!(client.upload_many([""; 0]).next().is_none());
    assert_eq!(memory.server().commands().len(), before);
}

#[test]
fn names_are_read_one_ahead_and_not_before_the_first_call() {
    let (_, mut client) = client(None);
    let mut read = 0;
    let names = ["/a", "/b", "/c", "/d"].into_iter();
    let mut batch = client.download_many(names.inspect(|_| read += 1));
    drop(batch.next().expect("an item").expect("it begins"));
    drop(batch);
    assert_eq!(read, 2);
}

#[test]
fn a_refused_file_is_an_error_of_its_own_item() {
    let (_, mut client) = client(None);
    let all = downloads(&mut client, &["/a", "/missing", "/b", "/gone"]);
    let missing = ["Permanent \"/missing\"", "Permanent \"/gone\""];
    assert_eq!(all, ["a", missing[0], "b", missing[1]]);
    assert_in_step(&mut client);
}

#[test]
fn a_name_that_cannot_be_sent_is_an_error_of_its_own_item() {
    let (memory, mut client) = client(None);
    let all = downloads(&mut client, &["/a", "/b\r\nDELE /c", "\0", "/b", "\n"]);
    assert_eq!(all[0], "a");
    assert_eq!(all[3], "b");
    for bad in [1, 2, 4] {
        assert!(all[bad].starts_with("InvalidArgument"), "{}", all[bad]);
    }
    let server = memory.server();
    let sent = server
        .commands()
        .iter()
        .filter(|it| it.starts_with(b"RETR"));
    assert_eq!(sent.count(), 2);
    assert!(server.file("/c").is_some());
}

#[test]
fn a_dropped_download_is_aborted_before_the_next_one() {
    let (_, mut client) = client(None);
    let mut batch = client.download_many(["/a", "/b", "/c"]);
    let mut start = [0; 4];
    let mut download = batch.next().expect("an item").expect("it begins");
    download.read_exact(&mut start).expect("it comes");
    assert_eq!(&start, b"a\na\n");
    drop(download);
    for name in ["b", "c"] {
        let text = read(batch.next().expect("an item")).expect("it comes");
        assert_eq!(text, content(name));
    }
    assert!(batch.next().is_none());
    assert_in_step(&mut client);
}

#[test]
fn after_the_end_of_the_session_each_item_is_an_error() {
    let (memory, mut client) = client(Some(Fault::nth("RETR", 1, Action::Hangup)));
    let all = downloads(&mut client, &["/a", "/b", "/c", "/d"]);
    assert_eq!(all[0], "a");
    for lost in &all[1..] {
        assert!(lost.starts_with("Closed"), "{lost}");
    }
    let server = memory.server();
    let sent = server
        .commands()
        .iter()
        .filter(|it| it.starts_with(b"RETR"));
    assert_eq!(sent.count(), 2);
}

#[test]
fn uploads_keep_the_same_rules() {
    let (memory, mut client) = client(None);
    let mut batch = client.upload_many(["/new1", "/no/where", "two\nlines", "/new2", "/new3"]);
    let mut results = Vec::new();
    while let Some(upload) = batch.next() {
        let number = results.len();
        let stored = upload.and_then(|mut upload| {
            upload.write_all(format!("file {number}").as_bytes())?;
            match number {
                // The next call aborts this upload.
                3 => Ok(None),
                _ => upload.finish().map(Some),
            }
        });
        results.push(stored);
    }
    let kinds: Vec<_> = results
        .iter()
        .map(|it| it.as_ref().err().map(Error::kind))
        .collect();
    let refused = Some(ErrorKind::Permanent);
    let invalid = Some(ErrorKind::InvalidArgument);
    assert_eq!(kinds, [None, refused, invalid, None, None]);
    assert_in_step(&mut client);
    let server = memory.server();
    assert_eq!(server.file("/new1"), Some(&b"file 0"[..]));
    assert_eq!(server.file("/new3"), Some(&b"file 4"[..]));
}

#[test]
fn each_transfer_has_the_options_of_the_batch() {
    let (memory, mut client) = client(None);
    let rest = TransferOptions::new().with_offset(9_996);
    let mut batch = client.download_many_with(["/a", "/b"], &rest);
    for text in ["a\na\n", "b\nb\n"] {
        assert_eq!(
            read(batch.next().expect("an item")).expect("it comes"),
            text
        );
    }
    let text = TransferOptions::text();
    let mut batch = client.upload_many_with(["/new1", "/new2"], &text);
    while let Some(upload) = batch.next() {
        let mut upload = upload.expect("it begins");
        upload.write_all(b"one\n").expect("it goes");
        upload.finish().expect("it is stored");
    }
    let server = memory.server();
    assert!(server.commands().iter().any(|it| it == b"TYPE A"));
    assert!(server.file("/new2").is_some());
}

/// In active mode there is no port to ask for, and a batch works as single transfers do.
#[test]
fn a_batch_works_in_active_mode() {
    let (_, mut client) = client(None);
    client.set_data_mode(DataMode::Active);
    assert_eq!(downloads(&mut client, &["/a", "/b", "/c"]), ["a", "b", "c"]);
    assert_in_step(&mut client);
}
