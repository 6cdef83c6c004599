//! Tests of `metadata` and `exists`, on servers with and without MLST, SIZE and MDTM.

use ftp_proto::simulator::{Action, Fault, Setup, Simulator};

use crate::face::listing::Kind;
use crate::face::tree::FoundBy;
use crate::face::{Client, ErrorKind, Existence, Memory, Options};

fn logged_in(setup: Setup) -> (Client, Memory) {
    let setup = setup
        .directory("/d/empty")
        .directory("/d/sub")
        .file("/d/f", "12345")
        .file("/top", "1");
    let memory = Memory::new(Simulator::new(setup));
    let options = Options::new("localhost");
    let mut client = Client::connect_over(memory.clone(), options).expect("a session");
    client.login("user", "secret").expect("logged in");
    (client, memory)
}

/// Returns the commands that the server got, without those of the login and without EPSV, TYPE,
/// FEAT and OPTS.
fn commands(memory: &Memory) -> Vec<String> {
    let server = memory.server();
    let commands = server.commands().iter();
    commands
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .filter(|line| !["USER", "PASS", "EPSV", "TYPE", "FEAT", "OPTS"].contains(&&line[..4]))
        .collect()
}

fn replies(verb: &str, reply: &str) -> Fault {
    Fault::on(verb, Action::Reply(format!("{reply}\r\n").into_bytes()))
}

fn lists(verb: &str, lines: &str) -> Fault {
    Fault::on(verb, Action::Listing(lines.into()))
}

#[test]
fn metadata_comes_from_mlst_in_one_round_trip() {
    let (mut client, memory) = logged_in(Setup::new());
    let file = client.metadata("d/f").expect("metadata");
    assert_eq!((file.kind, file.size), (Kind::File, Some(5)));
    assert_eq!(file.found_by, FoundBy::Mlst);
    let modified = file.modified.expect("a time").time();
    assert_eq!(modified.to_string(), "2024-01-01T00:00:00");
    assert!(client.metadata("d").expect("metadata").is_dir());
    assert_eq!(commands(&memory), ["MLST d/f", "MLST d"]);
    let error = client.metadata("d/none").expect_err("no such file");
    assert_eq!(error.kind(), ErrorKind::Permanent);
    assert!(error.to_string().contains("MLST d/none"), "{error}");
}

#[test]
fn metadata_without_mlst_comes_from_size_and_mdtm() {
    let (mut client, memory) = logged_in(Setup::new().without("MLST"));
    let file = client.metadata("d/f").expect("metadata");
    assert_eq!((file.kind, file.size), (Kind::File, Some(5)));
    assert_eq!(file.found_by, FoundBy::SizeOrTime);
    assert_eq!(file.entry, None);
    assert_eq!(commands(&memory), ["SIZE d/f", "MDTM d/f"]);
}

#[test]
fn metadata_of_a_directory_without_mlst_comes_from_the_directory_above() {
    let (mut client, memory) = logged_in(Setup::new().without("MLST"));
    for (path, list) in [("d/sub", "LIST d"), ("d", "LIST"), ("/d/", "LIST /")] {
        let directory = client.metadata(path).expect("metadata");
        assert_eq!(directory.kind, Kind::Directory, "{path}");
        assert_eq!(directory.found_by, FoundBy::Listing);
        assert_eq!(directory.mode(), Some(0o755));
        assert_eq!(commands(&memory).last().map(String::as_str), Some(list));
    }
    // The last part of these paths is no name, so no listing of the directory above shows it. The
    // client lists the path itself.
    for path in ["/", ".", "d/.."] {
        assert!(client.metadata(path).expect("metadata").is_dir(), "{path}");
    }
    let error = client.metadata("d/none").expect_err("no such file");
    assert!(error.to_string().contains("SIZE d/none"), "{error}");
}

#[test]
fn metadata_from_a_listing_alone_says_what_is_missing() {
    let setup = Setup::new().without("MLST").without("SIZE").without("MDTM");
    let (mut client, memory) = logged_in(setup);
    let file = client.metadata("d/f").expect("metadata");
    assert_eq!((file.size, file.found_by), (Some(5), FoundBy::Listing));
    let error = client.metadata("d/none").expect_err("no such file");
    assert_eq!(error.kind(), ErrorKind::Permanent);
    assert!(error.reply().is_none());
    let text = error.to_string();
    assert!(
        text.contains("d/none") && text.contains("listing"),
        "{text}"
    );
    // The server refuses SIZE and MDTM as unknown commands, so the client does not send them for
    // the second path.
    let asked = ["SIZE d/f", "MDTM d/f", "LIST d", "LIST d"];
    assert_eq!(commands(&memory), asked);
}

#[test]
fn a_link_shows_as_a_link_in_a_listing() {
    let line = "lrwxrwxrwx 1 a b 3 Jan 01  2024 now -> sub\r\n";
    let setup = Setup::new().without("MLST").fault(lists("LIST", line));
    let (mut client, _memory) = logged_in(setup);
    let link = client.metadata("d/now").expect("metadata");
    assert!(link.is_link());
    let entry = link.entry.expect("an entry");
    assert_eq!(entry.link_target(), Some(&b"sub"[..]));
}

#[track_caller]
fn existence(setup: Setup, path: &str) -> Existence {
    let (mut client, _memory) = logged_in(setup);
    let existence = client.exists(path).expect("an answer");
    client.noop().expect("in step");
    existence
}

#[test]
fn existence_by_mlst() {
    for (path, expected) in [
        ("d", Existence::Exists),
        ("d/f", Existence::Exists),
        ("/", Existence::Exists),
        ("d/none", Existence::Absent),
        ("none", Existence::Absent),
        ("/none", Existence::Absent),
        ("d/.hidden", Existence::Absent),
        ("d/empty/none", Existence::Absent),
        // In these two paths, the directory above (`none/a`, `top`) is missing or is a file.
        ("none/a/b", Existence::Absent),
        ("top/a", Existence::Absent),
        // A system that ignores case would take this name for `d`, so the client cannot say that it
        // is absent.
        ("D", Existence::Unknown),
    ] {
        assert_eq!(existence(Setup::new(), path), expected, "{path}");
    }
}

#[test]
fn existence_by_size_and_list() {
    for (path, expected) in [
        ("d", Existence::Exists),
        ("d/f", Existence::Exists),
        ("d/sub", Existence::Exists),
        ("d/none", Existence::Absent),
        ("none/a", Existence::Absent),
        ("top/a", Existence::Absent),
        // LIST may hide this.
        ("d/.hidden", Existence::Unknown),
        // If the login has no permission to read a directory, some servers list the directory as
        // empty. So an empty listing does not prove that the file is absent.
        ("d/empty/none", Existence::Unknown),
        ("d/F", Existence::Unknown),
    ] {
        let by_list = Setup::new().without("MLST");
        assert_eq!(existence(by_list.clone(), path), expected, "{path}");
        let by_list_alone = by_list.without("SIZE").without("MDTM");
        assert_eq!(existence(by_list_alone, path), expected, "{path}");
    }
}

#[test]
fn what_mlst_refuses_and_mlsd_shows_exists() {
    let setup = Setup::new().fault(replies("MLST", "550 no"));
    assert_eq!(existence(setup, "d/f"), Existence::Exists);
}

#[test]
fn a_refusal_of_the_login_or_of_the_name_forbids() {
    for reply in ["530 not you", "532 account", "553 not this name"] {
        let setup = Setup::new().fault(replies("MLST", reply));
        assert_eq!(existence(setup, "d/f"), Existence::Forbidden, "{reply}");
    }
}

#[test]
fn a_directory_that_cannot_be_listed_leaves_it_open() {
    let refused = || {
        Setup::new()
            .fault(Fault::nth("MLST", 0, Action::Reply(b"550 no\r\n".to_vec())))
            .fault(replies("MLSD", "550 no"))
    };
    assert_eq!(existence(refused(), "d/f"), Existence::Unknown);
    assert_eq!(existence(refused(), "top"), Existence::Unknown);
    // If the directory's facts have no `l` among its permissions (`perm=e`), it may not be listed,
    // and the answer is `Forbidden`.
    let facts = b"250-Listing:\r\n type=dir;perm=e; /d\r\n250 End\r\n".to_vec();
    let without_perm = refused().fault(Fault::nth("MLST", 1, Action::Reply(facts)));
    assert_eq!(existence(without_perm, "d/f"), Existence::Forbidden);
}

#[test]
fn a_listing_with_lines_of_no_dialect_leaves_it_open() {
    let setup = Setup::new().without("MLST");
    let setup = setup.fault(lists("LIST", "ls: none: Permission denied\r\n"));
    assert_eq!(existence(setup, "d/none"), Existence::Unknown);
}

#[test]
fn a_failure_of_the_connection_is_no_answer() {
    let setup = Setup::new()
        .without("MLST")
        .fault(Fault::on("CONNECT", Action::RefuseConnect));
    let (mut client, _memory) = logged_in(setup);
    client.exists("d/none").expect_err("no data connection");
    let setup = Setup::new().fault(Fault::on("MLST", Action::Hangup));
    let (mut client, _memory) = logged_in(setup);
    let error = client.exists("d/none").expect_err("no session");
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert!(client.session().is_dead());
}

#[test]
fn a_550_is_explained_by_what_the_server_shows_about_the_path() {
    for setup in [
        Setup::new(),
        Setup::new().without("MLST").without("MLSD"),
        Setup::new()
            .without("MLST")
            .without("MLSD")
            .without("SIZE")
            .without("MDTM"),
    ] {
        let (mut client, _memory) = logged_in(setup);
        let error = client.delete("d/none").expect_err("no such file");
        assert!(!error.is_not_found());
        assert_eq!(error.path(), Some(&b"d/none"[..]));
        let error = client.explain(error);
        assert!(error.is_not_found(), "{error}");

        // RMD removes only directories. `explain` finds that the file exists, so it reports that
        // the server denied the removal.
        let error = client.rmd("d/f").expect_err("a file");
        let error = client.explain(error);
        assert!(error.is_denied(), "{error}");

        // The file of an upload need not exist before, so `explain` asks about its directory. That
        // directory does not exist.
        let error = client.store("none/f", "1").expect_err("no such directory");
        let error = client.explain(error);
        assert!(error.is_not_found(), "{error}");
        client.noop().expect("in step");
    }
}

#[test]
fn an_error_that_leaves_no_question_is_explained_without_a_command() {
    let (mut client, memory) = logged_in(Setup::new());
    let before = memory.server().commands().len();
    let error = ftp_proto::Error::new(ErrorKind::Closed);
    assert_eq!(client.explain(error).kind(), ErrorKind::Closed);
    assert_eq!(memory.server().commands().len(), before);
}
