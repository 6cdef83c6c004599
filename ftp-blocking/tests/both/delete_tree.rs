//! Deleting trees: what is deleted, what stays, and in which order.

use ftp_proto::simulator::{Action, Fault, Setup, Simulator};

use crate::face::tree::{OnError, Roots};
use crate::face::{Client, DeleteOptions, ErrorKind, Memory, Misuse, Options, WalkOptions};

fn logged_in(setup: Setup) -> (Client, Memory) {
    let setup = setup
        .file("/d/f", "12345")
        .file("/d/sub/g", "1")
        .directory("/d/sub/empty")
        .file("/keep/precious", "1");
    let memory = Memory::new(Simulator::new(setup));
    let options = Options::new("localhost");
    let mut client = Client::connect_over(memory.clone(), options).expect("a session");
    client.login("user", "secret").expect("logged in");
    (client, memory)
}

/// Returns the names that are left in a directory of the server. `None` if there is no such
/// directory.
fn left(memory: &Memory, path: &str) -> Option<String> {
    let names = memory.server().listing(path, false)?;
    let names = String::from_utf8(names).expect("names");
    Some(names.trim_end().replace("\r\n", " "))
}

/// Returns the commands with which the client tried to delete something.
fn changes(memory: &Memory) -> Vec<String> {
    let server = memory.server();
    let commands = server.commands().iter();
    commands
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .filter(|line| line.starts_with("DELE") || line.starts_with("RMD"))
        .collect()
}

fn refuses(verb: &str, nth: usize) -> Fault {
    Fault::nth(
        verb,
        nth,
        Action::Reply(b"550 Permission denied.\r\n".to_vec()),
    )
}

fn going_on() -> DeleteOptions {
    DeleteOptions::new().with_on_error(OnError::Continue)
}

#[test]
fn a_tree_is_deleted_files_first_and_directories_from_below() {
    for setup in [Setup::new(), Setup::new().without("MLST")] {
        let (mut client, memory) = logged_in(setup);
        let deleted = client.delete_tree("d").expect("deleted");
        assert_eq!(
            (deleted.files, deleted.directories, deleted.links),
            (2, 3, 0)
        );
        assert_eq!(deleted.error_count, 0);
        assert_eq!(left(&memory, "/").as_deref(), Some("keep"));
        // The client sends DELE for each directory too: if it were a link, DELE would delete the
        // link. The server's refusal shows that it is a directory.
        let expected = [
            "DELE d",
            "DELE d/f",
            "DELE d/sub",
            "DELE d/sub/empty",
            "DELE d/sub/g",
            "RMD d/sub/empty",
            "RMD d/sub",
            "RMD d",
        ];
        assert_eq!(changes(&memory), expected);
        client.noop().expect("in step");
    }
}

#[test]
fn a_file_and_an_empty_directory_are_deleted_as_well() {
    let (mut client, memory) = logged_in(Setup::new());
    let deleted = client.delete_tree("/d/f").expect("deleted");
    assert_eq!((deleted.files, deleted.directories), (1, 0));
    let deleted = client.delete_tree("/d/sub/empty/").expect("deleted");
    assert_eq!((deleted.files, deleted.directories), (0, 1));
    assert_eq!(left(&memory, "/d").as_deref(), Some("sub"));
    assert_eq!(left(&memory, "/d/sub").as_deref(), Some("g"));
}

#[test]
fn what_is_missing_is_an_error() {
    for setup in [Setup::new(), Setup::new().without("MLST")] {
        let (mut client, memory) = logged_in(setup);
        for options in [DeleteOptions::new(), going_on()] {
            let error = client
                .delete_tree_with("none", &options)
                .expect_err("missing");
            assert_eq!(error.kind(), ErrorKind::Permanent);
        }
        assert!(changes(&memory).is_empty());
    }
}

#[test]
fn links_are_deleted_and_not_followed() {
    let shown = Setup::new().link("/d/out", "/keep").link("/d/sub/up", "..");
    let hidden = Setup::new()
        .hidden_link("/d/out", "/keep")
        .hidden_link("/d/sub/up", "/keep/precious");
    for setup in [shown, hidden] {
        for setup in [setup.clone(), setup.without("MLST")] {
            let (mut client, memory) = logged_in(setup);
            client.delete_tree("d").expect("deleted");
            assert_eq!(left(&memory, "/").as_deref(), Some("keep"));
            assert_eq!(left(&memory, "/keep").as_deref(), Some("precious"));
        }
    }
}

#[test]
fn a_link_at_the_top_is_deleted_and_not_followed() {
    let shown = Setup::new().link("/out", "/keep");
    let hidden = Setup::new().hidden_link("/out", "/keep");
    for setup in [shown, hidden] {
        for setup in [setup.clone(), setup.without("MLST")] {
            for path in ["out", "/out/"] {
                let (mut client, memory) = logged_in(setup.clone());
                let deleted = client.delete_tree(path).expect("deleted");
                assert_eq!((deleted.links, deleted.directories), (1, 0));
                assert_eq!(left(&memory, "/").as_deref(), Some("d keep"));
                assert_eq!(left(&memory, "/keep").as_deref(), Some("precious"));
            }
        }
    }
}

#[test]
fn a_link_that_cannot_be_deleted_is_not_followed() {
    let setup = Setup::new().link("/d/sub/out", "/keep");
    let (mut client, memory) = logged_in(setup.fault(refuses("DELE", 5)));
    let deleted = client.delete_tree_with("d", &going_on()).expect("deleted");
    assert_eq!(deleted.error_count, 1);
    assert_eq!(deleted.errors[0].path.to_string(), "d/sub/out");
    assert_eq!(left(&memory, "/d/sub").as_deref(), Some("out"));
    assert_eq!(left(&memory, "/keep").as_deref(), Some("precious"));
}

#[test]
fn the_first_error_stops_the_deletion() {
    let (mut client, memory) = logged_in(Setup::new().fault(refuses("DELE", 1)));
    let error = client.delete_tree("d").expect_err("refused");
    assert!(error.to_string().contains("DELE d/f"), "{error}");
    assert_eq!(changes(&memory), ["DELE d", "DELE d/f"]);
    client.noop().expect("in step");
}

#[test]
fn the_deletion_goes_on_after_an_error_on_request() {
    // The server refuses to delete `d/sub/g`, so `d/sub` and `d` stay too. The client must send no
    // RMD for these two.
    let (mut client, memory) = logged_in(Setup::new().fault(refuses("DELE", 4)));
    let deleted = client.delete_tree_with("d", &going_on()).expect("deleted");
    assert_eq!((deleted.files, deleted.directories), (1, 1));
    assert_eq!((deleted.error_count, deleted.errors.len()), (1, 1));
    assert_eq!(deleted.errors[0].path.to_string(), "d/sub/g");
    assert_eq!(left(&memory, "/d/sub").as_deref(), Some("g"));
    assert_eq!(
        changes(&memory).last().map(String::as_str),
        Some("RMD d/sub/empty")
    );
}

#[test]
fn a_directory_that_cannot_be_read_or_removed_is_reported() {
    let (mut client, memory) = logged_in(Setup::new().fault(refuses("MLSD", 1)));
    let deleted = client.delete_tree_with("d", &going_on()).expect("deleted");
    assert_eq!((deleted.files, deleted.error_count), (1, 1));
    assert_eq!(deleted.errors[0].path.to_string(), "d/sub");
    assert_eq!(left(&memory, "/d").as_deref(), Some("sub"));
    let (mut client, memory) = logged_in(Setup::new().fault(refuses("RMD", 0)));
    let deleted = client.delete_tree_with("d", &going_on()).expect("deleted");
    assert_eq!((deleted.files, deleted.error_count), (2, 1));
    assert_eq!(deleted.errors[0].path.to_string(), "d/sub/empty");
    assert_eq!(
        changes(&memory).last().map(String::as_str),
        Some("RMD d/sub/empty")
    );
}

#[test]
fn roots_are_refused_and_nothing_is_sent() {
    let (mut client, memory) = logged_in(Setup::new());
    let before = memory.server().commands().len();
    for path in [
        "/", "//", ".", "./", "/.", "", "..", "d/..", "/d/../..", "../d", r"\", r"..\d",
    ] {
        let error = client.delete_tree(path).expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option), "{path}");
    }
    assert_eq!(memory.server().commands().len(), before);
}

#[test]
fn a_root_is_emptied_on_request_and_stays() {
    let roots = DeleteOptions::new().with_roots(Roots::DeleteContents);
    for path in ["", ".", "/"] {
        let (mut client, memory) = logged_in(Setup::new());
        if path != "/" {
            client.cwd("/d").expect("there");
        }
        let deleted = client.delete_tree_with(path, &roots).expect("deleted");
        assert_eq!(deleted.error_count, 0);
        let expected = if path == "/" { "" } else { "d keep" };
        assert_eq!(left(&memory, "/").as_deref(), Some(expected), "{path}");
        assert!(
            !changes(&memory)
                .iter()
                .any(|line| line == "RMD /" || line == "RMD .")
        );
        // `Roots::DeleteContents` lets the client empty the current directory and `/`, but not
        // `..`.
        client.delete_tree_with("..", &roots).expect_err("refused");
    }
}

#[test]
fn a_hostile_listing_deletes_nothing_else() {
    let lines = "type=file; ../keep/precious\r\ntype=dir; ..\r\ntype=file; /keep/precious\r\n\
                 type=dir; keep\r\ntype=file; keep\r\n";
    let setup = Setup::new().fault(Fault::nth("MLSD", 0, Action::Listing(lines.into())));
    let (mut client, memory) = logged_in(setup);
    let deleted = client.delete_tree_with("d", &going_on()).expect("deleted");
    assert_eq!((deleted.files, deleted.directories), (0, 0));
    // Four of the five lines are errors: two names contain a `/`, and `keep` stands in the listing
    // twice, so the client deletes neither. The client leaves out `..` without an error, because
    // `..` is the directory above. The client sent `DELE d` before it read the listing: if `d` were
    // a link, DELE would delete the link alone.
    assert_eq!(deleted.error_count, 4);
    assert_eq!(changes(&memory), ["DELE d"]);
    assert_eq!(left(&memory, "/keep").as_deref(), Some("precious"));
}

#[test]
fn limits_end_the_deletion() {
    let options = going_on().with_walk(WalkOptions::new().with_depth(1));
    let (mut client, memory) = logged_in(Setup::new());
    let deleted = client.delete_tree_with("d", &options).expect("deleted");
    assert_eq!((deleted.files, deleted.error_count), (1, 1));
    assert_eq!(deleted.errors[0].path.to_string(), "d/sub");
    assert_eq!(left(&memory, "/d").as_deref(), Some("sub"));
    let options = going_on().with_walk(WalkOptions::new().with_directories(1));
    let deleted = client.delete_tree_with("d", &options).expect("deleted");
    assert_eq!(deleted.error_count, 1);
    assert_eq!(left(&memory, "/d/sub").as_deref(), Some("empty g"));
}

#[test]
fn a_lost_session_is_an_error() {
    let (mut client, _memory) =
        logged_in(Setup::new().fault(Fault::nth("DELE", 1, Action::Hangup)));
    let error = client.delete_tree_with("d", &going_on()).expect_err("lost");
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert!(client.session().is_dead());
}
