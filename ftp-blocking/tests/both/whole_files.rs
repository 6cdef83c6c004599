//! Whole files: `get_file` and `put_file` make a complete file or none, resume, and leave nothing
//! else. The plans of the core have tests of their own (`ftp-proto/tests/files`).

use std::fs;
use std::ops::ControlFlow;

use ftp_proto::simulator::{Action, Fault, Setup, Simulator, Then};

use crate::face::files::{Discarded, Placed, Resumed, UploadTo, Verify};
use crate::face::{
    Client, Credentials, ErrorKind, FileOptions, FileReport, Memory, Misuse, Progress, RetryPolicy,
    TransferOptions,
};
use crate::support::files::{Room, big, symlink};
use crate::support::options::options_to;

fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn logged_in(setup: Setup) -> (Client, Memory) {
    let memory = Memory::new(Simulator::new(setup));
    let credentials = Credentials::new("user", "secret").expect("credentials");
    let options = options_to("ftp.test").with_credentials(credentials);
    let client = Client::connect_over(memory.clone(), options).expect("a login");
    (client, memory)
}

/// The fault that resets the data connection of the first transfer by this command after so many
/// bytes.
fn cut(verb: &str, after: usize) -> Fault {
    let cut = Action::At {
        after,
        control: Vec::new(),
        then: Then::Reset,
    };
    Fault::nth(verb, 0, cut)
}

/// The verbs of the commands since the login.
fn verbs(memory: &Memory) -> Vec<String> {
    let server = memory.server();
    let lines = server.commands().iter();
    let verbs = lines.map(|line| {
        let verb = line.split(|byte| matches!(byte, b' ' | b'\r')).next();
        String::from_utf8_lossy(verb.unwrap_or_default()).into_owned()
    });
    verbs.skip_while(|verb| verb != "PASS").skip(1).collect()
}

#[test]
fn a_download_appears_whole_with_its_time_and_nothing_beside_it() {
    let content = big(300_000);
    let (mut client, _memory) = logged_in(Setup::new().file("/f", content.clone()));
    let room = Room::new();
    let report = client.get_file("/f", room.path("f")).expect("downloaded");
    assert_eq!(room.content("f"), content);
    assert_eq!(room.names(), ["f"]);
    assert_eq!((report.size, report.transferred), (300_000, 300_000));
    assert_eq!((report.resumed, report.verified), (Resumed::No, None));
    assert!(report.is_size_checked);
    let time = client.modified("/f").expect("a reply").expect("a time");
    assert_eq!(report.modified, Some(time));
    let local = fs::metadata(room.path("f")).expect("there");
    assert_eq!(local.modified().ok(), time.try_into().ok());
}

#[test]
fn an_upload_gets_its_name_after_its_size_was_checked() {
    let (mut client, memory) = logged_in(Setup::new().file("/f", "old").directory("/d"));
    let room = Room::new();
    room.write("new", b"12345");
    let report = client.put_file(room.path("new"), "/f").expect("uploaded");
    assert_eq!((report.size, report.placed), (5, Placed::Renamed));
    assert_eq!(memory.server().file("/f"), Some(&b"12345"[..]));
    assert_eq!(memory.server().file("/.f.ftp-part"), None);
    let verbs = verbs(&memory);
    let at = |verb: &str| verbs.iter().position(|it| it == verb).expect("sent");
    assert!(at("STOR") < at("RNFR"), "{verbs:?}");
    assert!(
        verbs[at("STOR")..at("RNFR")]
            .iter()
            .any(|verb| verb == "SIZE" || verb == "MLST"),
        "{verbs:?}"
    );
    // The file keeps its name in a directory.
    client.put_file(room.path("new"), "/d/").expect("uploaded");
    assert_eq!(memory.server().file("/d/new"), Some(&b"12345"[..]));
}

#[test]
fn an_empty_file_is_a_file_too() {
    let (mut client, memory) = logged_in(Setup::new().file("/empty", ""));
    let room = Room::new();
    for options in [FileOptions::new(), FileOptions::resuming()] {
        let report = client.get_file_with("/empty", room.path("e"), &options, go_on);
        assert_eq!(report.expect("downloaded").size, 0);
        assert_eq!(room.names(), ["e"]);
        let report = client.put_file_with(room.path("e"), "/e", &options, go_on);
        assert_eq!(report.expect("uploaded").size, 0);
        assert_eq!(memory.server().file("/e"), Some(&b""[..]));
    }
}

#[test]
fn a_failed_download_leaves_the_old_file_and_nothing_else() {
    let setup = Setup::new()
        .file("/f", big(300_000))
        .fault(cut("RETR", 100_000));
    let (mut client, _memory) = logged_in(setup);
    let room = Room::new();
    room.write("f", b"old");
    client.get_file("/f", room.path("f")).expect_err("cut");
    assert_eq!(room.names(), ["f"]);
    assert_eq!(room.content("f"), b"old");
}

#[test]
fn a_failed_upload_leaves_the_old_file_and_nothing_else() {
    let setup = Setup::new().file("/f", "old").fault(cut("STOR", 100_000));
    let (mut client, memory) = logged_in(setup);
    let room = Room::new();
    room.write("f", &big(300_000));
    client.put_file(room.path("f"), "/f").expect_err("cut");
    let server = memory.server();
    assert_eq!(server.file("/f"), Some(&b"old"[..]));
    assert_eq!(server.file("/.f.ftp-part"), None);
}

/// Repeats a call until it succeeds, over a new connection if the old one is lost.
fn repeat(
    client: &mut Client,
    mut call: impl FnMut(&mut Client) -> Result<FileReport, crate::face::Error>,
) -> FileReport {
    for _ in 0..3 {
        match call(client) {
            Ok(report) => return report,
            Err(_) if client.session().is_dead() => client.reconnect().expect("a login"),
            Err(_) => {}
        }
    }
    panic!("it never succeeds");
}

#[test]
fn a_cut_download_goes_on_over_a_new_connection_if_needed() {
    let content = big(300_000);
    let setup = Setup::new()
        .file("/f", content.clone())
        .fault(cut("RETR", 100_000))
        .fault(Fault::nth("RETR", 1, Action::Hangup));
    let (mut client, memory) = logged_in(setup);
    let room = Room::new();
    let mut first = Vec::new();
    let report = repeat(&mut client, |client| {
        let mut begun = None;
        let note = |progress: Progress| {
            begun.get_or_insert(progress.done);
            assert_eq!(progress.total, Some(300_000));
            ControlFlow::Continue(())
        };
        let options = FileOptions::resuming();
        let result = client.get_file_with("/f", room.path("f"), &options, note);
        first.extend(begun);
        result
    });
    assert_eq!(room.content("f"), content);
    assert_eq!(room.names(), ["f"]);
    let Resumed::Unproven { offset } = report.resumed else {
        panic!("{report:?}");
    };
    assert!(offset > 0 && report.transferred < 300_000, "{report:?}");
    // Progress counts from the start of the file.
    assert!(
        first[0] == 0 && first[1..].iter().all(|done| *done > 0),
        "{first:?}"
    );
    let users = verbs(&memory).iter().filter(|verb| *verb == "USER").count();
    assert_eq!(users, 1, "one new login");
}

#[test]
fn a_cut_upload_goes_on_where_it_ended() {
    let setup = Setup::new().fault(cut("STOR", 100_000));
    let (mut client, memory) = logged_in(setup);
    let room = Room::new();
    let content = big(300_000);
    room.write("f", &content);
    let report = repeat(&mut client, |client| {
        client.put_file_with(room.path("f"), "/f", &FileOptions::resuming(), go_on)
    });
    assert_eq!(memory.server().file("/f"), Some(&content[..]));
    assert_eq!(memory.server().file("/.f.ftp-part"), None);
    let resumed = matches!(report.resumed, Resumed::Unproven { offset } if offset > 0);
    assert!(resumed && report.transferred < 300_000, "{report:?}");
}

#[test]
fn a_partial_file_with_other_bytes_is_not_used() {
    let setup = Setup::new()
        .file("/.f.ftp-part", big(70_000))
        .file("/.g.ftp-part", big(9));
    let (mut client, memory) = logged_in(setup);
    let room = Room::new();
    room.write("f", &[7; 100_000]);
    for (path, why) in [
        ("/f", Discarded::BlockDiffers),
        ("/g", Discarded::BlockDiffers),
    ] {
        let options = FileOptions::resuming();
        let report = client.put_file_with(room.path("f"), path, &options, go_on);
        assert_eq!(report.expect("uploaded").resumed, Resumed::Discarded(why));
        assert_eq!(memory.server().file(path), Some(&[7; 100_000][..]));
    }
}

#[test]
fn a_server_with_hashes_proves_a_resumed_file_and_a_verified_one() {
    let setup = Setup::new()
        .extensions()
        .file("/f", big(300_000))
        .fault(cut("RETR", 100_000));
    let (mut client, _memory) = logged_in(setup);
    let room = Room::new();
    let options = FileOptions::resuming();
    let report = repeat(&mut client, |client| {
        client.get_file_with("/f", room.path("f"), &options, go_on)
    });
    assert!(
        matches!(report.resumed, Resumed::Proven { .. }),
        "{report:?}"
    );
    let verified = FileOptions::new().with_verify(Verify::Required);
    let report = client.put_file_with(room.path("f"), "/g", &verified, go_on);
    assert!(report.expect("uploaded").verified.is_some());
}

#[test]
fn without_hashes_a_demanded_verification_fails_and_places_nothing() {
    let (mut client, memory) = logged_in(Setup::new().file("/f", "12345"));
    let room = Room::new();
    let options = FileOptions::new().with_verify(Verify::Required);
    let error = client
        .get_file_with("/f", room.path("f"), &options, go_on)
        .expect_err("no hash");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(room.names().is_empty());
    room.write("g", b"12345");
    let error = client
        .put_file_with(room.path("g"), "/g", &options, go_on)
        .expect_err("no hash");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let server = memory.server();
    assert_eq!(
        (server.file("/g"), server.file("/.g.ftp-part")),
        (None, None)
    );
}

#[test]
fn a_stopped_transfer_leaves_nothing_and_the_session_in_step() {
    let (mut client, memory) = logged_in(Setup::new().file("/f", big(300_000)));
    let room = Room::new();
    let stop = |progress: Progress| match progress.done {
        0 => ControlFlow::Continue(()),
        _ => ControlFlow::Break(()),
    };
    let options = FileOptions::new();
    let error = client
        .get_file_with("/f", room.path("f"), &options, stop)
        .expect_err("stopped");
    assert_eq!(error.kind(), ErrorKind::Aborted);
    assert!(room.names().is_empty());
    client.noop().expect("in step");
    room.write("g", &big(300_000));
    let error = client
        .put_file_with(room.path("g"), "/g", &options, stop)
        .expect_err("stopped");
    assert_eq!(error.kind(), ErrorKind::Aborted);
    let server = memory.server();
    assert_eq!(
        (server.file("/g"), server.file("/.g.ftp-part")),
        (None, None)
    );
    drop(server);
    client.noop().expect("in step");
}

#[test]
fn a_server_that_cannot_rename_gets_the_file_under_its_name() {
    let setup = Setup::new().without("RNFR").without("RNTO");
    let (mut client, memory) = logged_in(setup);
    let room = Room::new();
    room.write("f", b"12345");
    let report = client.put_file(room.path("f"), "/f").expect("uploaded");
    assert_eq!(report.placed, Placed::Direct);
    let server = memory.server();
    assert_eq!(server.file("/f"), Some(&b"12345"[..]));
    assert_eq!(server.file("/.f.ftp-part"), None);
}

#[test]
fn an_upload_under_its_final_name_is_not_renamed() {
    let (mut client, memory) = logged_in(Setup::new());
    let room = Room::new();
    room.write("f", b"12345");
    let options = FileOptions::new().with_upload_to(UploadTo::FinalName);
    let report = client.put_file_with(room.path("f"), "/f", &options, go_on);
    assert_eq!(report.expect("uploaded").placed, Placed::Direct);
    assert!(!verbs(&memory).contains(&"RNFR".to_owned()));
}

#[test]
fn a_server_without_size_time_and_restart_still_moves_whole_files() {
    let mut setup = Setup::new().file("/f", big(100_000));
    for verb in ["SIZE", "MDTM", "MFMT", "REST", "FEAT", "MLST"] {
        setup = setup.without(verb);
    }
    let (mut client, memory) = logged_in(setup.fault(cut("RETR", 70_000)));
    let room = Room::new();
    let report = repeat(&mut client, |client| {
        client.get_file_with("/f", room.path("f"), &FileOptions::resuming(), go_on)
    });
    assert_eq!(report.resumed, Resumed::Discarded(Discarded::NoRestart));
    assert_eq!((report.size, report.modified), (100_000, None));
    assert!(!report.is_size_checked);
    let report = client.put_file(room.path("f"), "/g").expect("uploaded");
    assert_eq!((report.placed, report.modified), (Placed::Renamed, None));
    assert!(!report.is_size_checked);
    assert_eq!(memory.server().file("/g"), Some(&room.content("f")[..]));
}

#[test]
fn a_local_directory_takes_the_name_from_the_server_if_it_is_safe() {
    let (mut client, _memory) = logged_in(Setup::new().file("/d/f", "1").file("/d/CON", "2"));
    let room = Room::new();
    client.get_file("/d/f", room.root()).expect("downloaded");
    assert_eq!(room.content("f"), b"1");
    let error = client.get_file("/d/CON", room.root()).expect_err("unsafe");
    assert_eq!(error.kind(), ErrorKind::Local);
    assert_eq!(room.names(), ["f"]);
    // A name of your own is yours to choose. On Windows, this one is always that of a device.
    #[cfg(not(windows))]
    client
        .get_file("/d/CON", room.path("CON"))
        .expect("downloaded");
}

#[test]
fn a_link_leads_to_the_file_that_is_replaced() {
    let (mut client, _memory) = logged_in(Setup::new().file("/f", "new"));
    let room = Room::new();
    room.write("file", b"old");
    symlink(room.path("file"), room.path("link")).expect("a link");
    client
        .get_file("/f", room.path("link"))
        .expect("downloaded");
    assert_eq!(room.content("file"), b"new");
    assert!(room.path("link").is_symlink());
}

/// A path that is no file, and can be opened.
const DEVICE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

#[test]
fn what_is_no_file_here_is_a_typed_error_and_costs_no_transfer() {
    let (mut client, memory) = logged_in(Setup::new().file("/f", "new"));
    let room = Room::new();
    for path in [room.path("none/f"), DEVICE.into()] {
        let error = client.get_file("/f", path).expect_err("no file");
        assert_eq!(error.kind(), ErrorKind::Local, "{error}");
    }
    for path in [room.path("none"), room.root().to_path_buf(), DEVICE.into()] {
        let error = client.put_file(path, "/g").expect_err("no file");
        assert_eq!(error.kind(), ErrorKind::Local, "{error}");
    }
    let verbs = verbs(&memory);
    assert!(
        !verbs.iter().any(|verb| verb == "RETR" || verb == "STOR"),
        "{verbs:?}"
    );
}

#[test]
fn a_text_is_translated_and_not_compared() {
    let (mut client, memory) = logged_in(Setup::new().file("/t", "one\ntwo\n"));
    let room = Room::new();
    let options = FileOptions::resuming().with_transfer(TransferOptions::text());
    let report = client.get_file_with("/t", room.path("t"), &options, go_on);
    assert_eq!(report.expect("downloaded").size, 8);
    assert_eq!(room.content("t"), b"one\ntwo\n");
    client
        .put_file_with(room.path("t"), "/u", &options, go_on)
        .expect("uploaded");
    assert!(memory.server().file("/u").is_some());
}

#[test]
fn fetch_brings_a_file_up_to_its_limit() {
    let memory = Memory::new(Simulator::new(Setup::new().file("/f", big(1000))));
    let options = options_to("ftp.test").with_fetch_limit(1000);
    let mut client = Client::connect_over(memory, options).expect("a session");
    client.login("user", "secret").expect("logged in");
    assert_eq!(client.fetch("/f").expect("fetched"), big(1000));
    client.store("/g", big(1001)).expect("stored");
    let error = client.fetch("/g").expect_err("one byte more");
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert_eq!(client.fetch("/f").expect("in step"), big(1000));
    let error = client.fetch("a\r\nDELE f").expect_err("two commands");
    assert_ne!(error.kind(), ErrorKind::Misuse(Misuse::Option));
}

/// A file in a directory gets a name that the caller has not chosen.
#[test]
fn a_report_has_both_paths() {
    let (mut client, _memory) = logged_in(Setup::new().file("/d/f", "12345").directory("/in"));
    let room = Room::new();
    let report = client.get_file("/d/f", room.root()).expect("downloaded");
    assert_eq!(
        (report.remote, report.local),
        (b"/d/f".to_vec(), room.path("f"))
    );
    let report = client.get_file("/d/f", room.path("g")).expect("downloaded");
    assert_eq!(report.local, room.path("g"));
    symlink(room.path("g"), room.path("link")).expect("a link");
    let report = client
        .get_file("/d/f", room.path("link"))
        .expect("downloaded");
    assert_eq!(report.local, room.path("link"));
    let report = client.put_file(room.path("f"), "/in/").expect("uploaded");
    assert_eq!(
        (report.remote, report.local),
        (b"/in/f".to_vec(), room.path("f"))
    );
    let mut retrying = client.retrying(&RetryPolicy::new());
    let report = retrying
        .put_file(room.path("f"), "/in/h")
        .expect("uploaded");
    assert_eq!(
        (report.remote, report.local),
        (b"/in/h".to_vec(), room.path("f"))
    );
    let report = retrying
        .get_file("/in/h", room.path(""))
        .expect("downloaded");
    assert_eq!(report.local, room.path("h"));
}
