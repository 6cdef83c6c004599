//! Directories as entries: `read_dir` and `entries`, with MLSD and without.

use ftp_proto::simulator::{Action, Fault, Setup, Simulator};

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
    assert_eq!(
        ["MLSD", "LIST"].map(|verb| memory.server().count(verb)),
        [1, 0]
    );
    let entries = client.entries("d").expect("entries");
    assert!(entries.iter().all(|entry| entry.dialect() == Dialect::Mlsx));
    assert_eq!(entries.len(), 2);
    assert!(entries.unparsed().is_empty());
    assert_eq!(memory.server().count("FEAT"), 1);
}

#[test]
fn a_server_that_lists_mlst_and_does_not_know_mlsd_is_read_by_list() {
    let (mut client, memory) = logged_in(Setup::new().without("MLSD"));
    assert_eq!(listed(&mut client), expected());
    assert_eq!(listed(&mut client), expected());
    // The client remembers the refusal of MLSD, so it sends LIST at once for the second listing.
    assert_eq!(
        ["MLSD", "LIST"].map(|verb| memory.server().count(verb)),
        [1, 2]
    );
    client.noop().expect("in step");
}

/// Returns a client of a server without MLSD. The server has these directories, and each of them
/// holds the file `f` of 5 bytes.
fn without_mlsd(directories: &[&str]) -> (Client, Memory) {
    let setup = directories
        .iter()
        .fold(Setup::new().without("MLSD").without("MLST"), |it, name| {
            it.directory(name).file(format!("{name}/f"), "12345")
        });
    logged_in(setup)
}

fn names(client: &mut Client, path: &str) -> Vec<String> {
    let entries = client.entries(path).expect(path);
    entries
        .iter()
        .map(|entry| entry.display_name().to_string())
        .collect()
}

/// Returns the commands that change, show or list a directory, and the SIZE commands.
fn moves(memory: &Memory) -> Vec<String> {
    let server = memory.server();
    let commands = server
        .commands()
        .iter()
        .map(|line| String::from_utf8_lossy(line).into_owned());
    commands
        .filter(|line| {
            ["CWD", "LIST", "PWD", "SIZE"]
                .iter()
                .any(|verb| line.starts_with(verb))
        })
        .collect()
}

#[test]
fn a_path_that_servers_take_for_a_pattern_or_several_paths_is_listed_by_cwd_and_back() {
    for (path, entered) in [
        ("a[1]", "a[1]"),
        ("a*", "a*"),
        ("a?", "a?"),
        ("{a,b}", "{a,b}"),
        // Some servers leave out blanks before a path.
        (" a", "./ a"),
        ("a ", "a "),
        // GNU inetutils takes blanks for several paths.
        ("two words", "two words"),
        ("~a", "~a"),
        ("a\\b", "a\\b"),
    ] {
        let (mut client, memory) = without_mlsd(&[&format!("/{path}")]);
        assert_eq!(names(&mut client, path), ["f"], "{path}");
        // The next operation first sends the CWD that goes back to the old directory.
        assert_eq!(
            client.size(format!("{path}/f")).expect(path),
            Some(5),
            "{path}"
        );
        assert_eq!(
            moves(&memory),
            [
                "PWD".to_owned(),
                format!("CWD {entered}"),
                "LIST".to_owned(),
                "CWD /".to_owned(),
                format!("SIZE {path}/f")
            ],
        );
    }
}

#[test]
fn a_path_that_begins_with_a_dash_is_no_option_of_list() {
    let (mut client, memory) = without_mlsd(&["/-la"]);
    assert_eq!(names(&mut client, "-la"), ["f"]);
    assert_eq!(moves(&memory), ["LIST ./-la"]);
}

#[test]
fn a_plain_path_and_the_current_directory_are_listed_directly() {
    let (mut client, memory) = without_mlsd(&["/plain"]);
    assert_eq!(names(&mut client, "plain"), ["f"]);
    assert_eq!(client.entries(None).expect("entries").len(), 2);
    assert_eq!(moves(&memory), ["LIST plain", "LIST"]);
}

#[test]
fn a_listing_that_needed_cwd_and_was_dropped_leaves_the_directory_as_it_was() {
    let (mut client, memory) = without_mlsd(&["/a[1]"]);
    drop(client.read_dir("a[1]").expect("a listing"));
    assert_eq!(client.pwd().expect("PWD").as_bytes(), b"/");
    let moves = moves(&memory);
    assert_eq!(moves[..3], ["PWD", "CWD a[1]", "LIST"]);
    assert_eq!(moves[moves.len() - 2..], ["CWD /", "PWD"]);
}

#[test]
fn a_reconnect_after_a_listing_that_needed_cwd_restores_the_old_directory() {
    let (mut client, _memory) = without_mlsd(&["/d/a[1]"]);
    client.cwd("/d").expect("CWD");
    assert_eq!(names(&mut client, "a[1]"), ["f"]);
    client.reconnect().expect("a new connection");
    assert_eq!(client.pwd().expect("PWD").as_bytes(), b"/d");
}

#[test]
fn a_directory_that_cannot_be_changed_back_ends_the_session() {
    let fault = Fault::nth("CWD", 1, Action::Reply(b"550 Gone.\r\n".to_vec()));
    let setup = Setup::new()
        .without("MLSD")
        .without("MLST")
        .directory("/a[1]")
        .fault(fault);
    let (mut client, _memory) = logged_in(setup);
    client.entries("a[1]").expect("entries");
    client.size("d/f").expect_err("in the wrong directory");
    assert!(client.session().is_dead());
    client.reconnect().expect("a new connection");
    assert_eq!(client.size("d/f").expect("SIZE"), Some(5));
}

#[test]
fn stat_lists_a_directory_without_a_data_connection() {
    let (mut client, memory) = logged_in(Setup::new());
    let entries = client.status_entries("d").expect("entries");
    let mut listed: Vec<_> = entries
        .iter()
        .map(|entry| (entry.display_name().to_string(), entry.kind(), entry.size()))
        .collect();
    listed.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(listed, expected());
    assert_eq!(
        ["STAT", "EPSV"].map(|verb| memory.server().count(verb)),
        [1, 0]
    );
    client
        .status_entries("none")
        .expect_err("no such directory");
    client.noop().expect("in step");
}

#[test]
fn the_chosen_facts_are_chosen_again_after_a_reconnect() {
    let (mut client, memory) = logged_in(Setup::new());
    let names = |client: &mut Client| {
        let file = client.mlst("d/f").expect("facts");
        let facts = file.facts();
        facts
            .map(|(name, _)| String::from_utf8_lossy(name).to_lowercase())
            .collect::<Vec<_>>()
    };
    client.choose_facts(["type", "size"]).expect("a choice");
    assert_eq!(names(&mut client), ["type", "size"]);
    client.reconnect().expect("a new connection");
    assert_eq!(names(&mut client), ["type", "size"]);
    client.choose_facts([""; 0]).expect("no facts");
    assert_eq!(names(&mut client), [""; 0]);
    client.choose_facts(["a;b"]).expect_err("two facts in one");
    assert_eq!(memory.server().count("OPTS MLST"), 3);
}
