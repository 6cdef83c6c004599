//! Directories as entries: `read_dir` and `entries`, with MLSD and without.

use ftp_proto::simulator::{Setup, Simulator};

use crate::face::listing::{Dialect, Kind};
use crate::face::{Client, Memory, Options};

fn logged_in(setup: Setup) -> (Client, Memory) {
    let setup = setup
        .directory("/d")
        .directory("/d/sub")
        .file("/d/f", "12345");
    let memory = Memory::new(Simulator::new(setup));
    let options = Options::new("localhost");
    let mut client = Client::connect_over(memory.clone(), options).expect("a session");
    client.login("user", "secret").expect("logged in");
    (client, memory)
}

/// How often the server got a command that begins like this.
fn count(memory: &Memory, verb: &str) -> usize {
    let server = memory.server();
    let commands = server.commands().iter();
    commands
        .filter(|line| line.starts_with(verb.as_bytes()))
        .count()
}

fn listed(client: &mut Client) -> Vec<(String, Kind, Option<u64>)> {
    let mut read = client.read_dir("d").expect("a listing");
    let mut listed = Vec::new();
    while let Some(entry) = read.next_entry().expect("an entry") {
        listed.push((entry.display_name().to_string(), entry.kind(), entry.size()));
    }
    assert_eq!(read.unparsed_count(), 0, "{:?}", read.unparsed());
    read.finish().expect("confirmed");
    listed.sort_by(|one, other| one.0.cmp(&other.0));
    listed
}

fn expected() -> Vec<(String, Kind, Option<u64>)> {
    vec![
        ("f".to_owned(), Kind::File, Some(5)),
        ("sub".to_owned(), Kind::Directory, None),
    ]
}

#[test]
fn a_directory_is_read_by_mlsd_where_feat_lists_it() {
    let (mut client, memory) = logged_in(Setup::new());
    assert_eq!(listed(&mut client), expected());
    assert_eq!((count(&memory, "MLSD"), count(&memory, "LIST")), (1, 0));
    let entries = client.entries("d").expect("entries");
    assert!(entries.iter().all(|entry| entry.dialect() == Dialect::Mlsx));
    assert_eq!(entries.len(), 2);
    assert!(entries.unparsed().is_empty());
    assert_eq!(count(&memory, "FEAT"), 1);
}

#[test]
fn a_server_that_lists_mlst_and_does_not_know_mlsd_is_read_by_list() {
    let (mut client, memory) = logged_in(Setup::new().without("MLSD"));
    assert_eq!(listed(&mut client), expected());
    assert_eq!(listed(&mut client), expected());
    // The refusal is remembered.
    assert_eq!((count(&memory, "MLSD"), count(&memory, "LIST")), (1, 2));
    client.noop().expect("in step");
}
