//! Retries: what is repeated, after which pause, over a new connection if the old one is lost, and
//! what ends them. The decisions have tests of their own (`ftp-proto/tests/retry.rs`), and so have
//! the plans of files (`ftp-proto/tests/files/restart.rs`).

use std::ops::ControlFlow;
use std::time::Duration;

use ftp_proto::simulator::{Action, Fault, Setup, Simulator, Then};

use crate::face::files::{Placed, Resumed, UploadTo};
use crate::face::transport::Network as _;
use crate::face::{
    AbortHandle, Client, Credentials, Error, ErrorKind, FileOptions, Memory, Options, Progress,
    RetryPolicy,
};
use crate::support::files::{Room, big};
use crate::support::options::options_to;

const SECOND: Duration = Duration::from_secs(1);

fn options() -> Options {
    let credentials = Credentials::new("user", "secret").expect("credentials");
    options_to("ftp.test").with_credentials(credentials)
}

fn connected(setup: Setup) -> (Client, Memory) {
    let memory = Memory::new(Simulator::new(setup));
    let client = Client::connect_over(memory.clone(), options()).expect("a login");
    (client, memory)
}

/// Pauses of 1, 2, 4 … seconds.
fn policy() -> RetryPolicy {
    RetryPolicy::new().with_jitter(0)
}

/// The server does what it is asked, but ends the session instead of its final reply.
fn lost(verb: &str) -> Fault {
    Fault::nth(verb, 0, Action::Words(b"421 Shutting down.\r\n".to_vec()))
}

/// The server refuses the command so many times.
fn busy(setup: Setup, verb: &str, times: usize) -> Setup {
    let busy = Action::Reply(b"450 Busy.\r\n".to_vec());
    (0..times).fold(setup, |setup, nth| {
        setup.fault(Fault::nth(verb, nth, busy.clone()))
    })
}

/// Each of the first transfers by this command ends after so many bytes.
fn cut(setup: Setup, verb: &str, times: usize, after: usize) -> Setup {
    let cut = Action::At {
        after,
        control: Vec::new(),
        then: Then::Reset,
    };
    (0..times).fold(setup, |setup, nth| {
        setup.fault(Fault::nth(verb, nth, cut.clone()))
    })
}

#[test]
fn a_download_goes_on_after_each_interruption_and_over_a_new_connection() {
    let content = big(400_000);
    let setup = cut(
        Setup::new().file("/d/f", content.clone()),
        "RETR",
        3,
        100_000,
    )
    .fault(Fault::nth("RETR", 3, Action::Hangup));
    let (mut client, memory) = connected(setup);
    client.cwd("/d").expect("there");
    let room = Room::new();
    let begun = memory.now();
    // Without the progress, three attempts would not be enough.
    let three = policy().with_attempts(3);
    let report = client.retrying(&three).get_file("f", room.path("f"));
    let report = report.expect("downloaded");
    assert!(room.content("f") == content);
    assert_eq!(room.names(), ["f"]);
    assert!(
        matches!(report.resumed, Resumed::Unproven { .. }),
        "{report:?}"
    );
    // A resume compares the last 64 KiB.
    assert!(report.transferred <= 400_000 + 4 * 65_536, "{report:?}");
    assert_eq!(memory.server().count("USER"), 2);
    assert!(memory.now() - begun >= 4 * SECOND);
}

#[test]
fn an_upload_goes_on_after_each_interruption() {
    let content = big(400_000);
    let setup = cut(Setup::new(), "STOR", 1, 100_000);
    let (mut client, memory) = connected(cut(setup, "APPE", 2, 100_000));
    let room = Room::new();
    room.write("f", &content);
    let report = client.retrying(&policy()).put_file(room.path("f"), "/f");
    report.expect("uploaded");
    assert!(memory.server().file("/f") == Some(&content[..]));
    assert_eq!(memory.server().file("/.f.ftp-part"), None);
    assert_eq!(memory.server().count("APPE"), 3);
}

#[test]
fn an_upload_whose_last_reply_is_lost_is_not_sent_again() {
    let content = big(100_000);
    let temporary = FileOptions::new();
    let direct = FileOptions::new().with_upload_to(UploadTo::FinalName);
    let silent = || Fault::nth("RNTO", 0, Action::Silent);
    for (fault, options) in [
        (lost("STOR"), temporary),
        (lost("RNTO"), temporary),
        (silent(), temporary),
        (lost("STOR"), direct),
    ] {
        let what = format!("{fault:?}");
        let mut old = content.clone();
        old[5] ^= 1;
        let setup = Setup::new().file("/f", old).fault(fault);
        let (mut client, memory) = connected(setup);
        let room = Room::new();
        room.write("f", &content);
        let mut retrying = client.retrying(&policy());
        let report = retrying.put_file_with(room.path("f"), "/f", &options, |_| ());
        let report = report.expect("uploaded");
        assert!(report.is_size_checked);
        assert!(memory.server().file("/f") == Some(&content[..]), "{what}");
        assert_eq!(memory.server().file("/.f.ftp-part"), None);
        assert_eq!(memory.server().count("STOR"), 1, "{what}");
        if options == temporary {
            assert_eq!(report.placed, Placed::Renamed);
            assert_eq!(memory.server().count("RNTO"), 1, "{what}");
        }
    }
}

#[test]
fn what_may_pass_is_repeated_with_pauses_that_double() {
    let setup = busy(Setup::new().file("/f", "12345"), "SIZE", 4);
    let (mut client, memory) = connected(setup);
    let begun = memory.now();
    let size = client.retrying(&policy()).run(|client| client.size("/f"));
    assert_eq!(size.expect("at last"), Some(5));
    assert_eq!(memory.server().count("SIZE"), 5);
    assert_eq!(memory.now() - begun, (1 + 2 + 4 + 8) * SECOND);
    assert_eq!(memory.server().count("USER"), 1);
}

#[test]
fn after_the_last_attempt_its_error_comes() {
    let (mut client, memory) = connected(busy(Setup::new(), "SIZE", 99));
    let size = client.retrying(&policy()).run(|client| client.size("/f"));
    assert_eq!(size.expect_err("busy").kind(), ErrorKind::Transient);
    assert_eq!(memory.server().count("SIZE"), 5);
    let never = RetryPolicy::never();
    let size = client.retrying(&never).run(|client| client.size("/f"));
    assert_eq!(size.expect_err("busy").kind(), ErrorKind::Transient);
    assert_eq!(memory.server().count("SIZE"), 6);
}

#[test]
fn what_does_not_pass_is_not_repeated() {
    let (mut client, memory) = connected(Setup::new());
    let room = Room::new();
    let mut retrying = client.retrying(&policy());
    let missing = retrying.get_file("/f", room.path("f"));
    assert_eq!(missing.expect_err("missing").kind(), ErrorKind::Permanent);
    let no_file = retrying.put_file(room.path("f"), "/f");
    assert!(no_file.expect_err("no such file").is_local());
    assert_eq!(
        ["RETR", "STOR"].map(|verb| memory.server().count(verb)),
        [1, 0]
    );
    assert!(room.names().is_empty());
}

#[test]
fn a_name_that_cannot_be_sent_is_refused_at_once() {
    let (mut client, memory) = connected(Setup::new());
    let room = Room::new();
    room.write("f", b"12345");
    let (begun, before) = (memory.now(), memory.server().commands().len());
    let mut retrying = client.retrying(&policy());
    let get = retrying.get_file("a\r\nDELE f", room.path("g"));
    let put = retrying.put_file(room.path("f"), "a\r\nDELE f");
    for result in [get, put] {
        let error = result.expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }
    assert_eq!(memory.server().commands().len(), before);
    assert_eq!(memory.now(), begun);
}

#[test]
fn a_transfer_that_the_program_stops_is_not_repeated() {
    let (mut client, memory) = connected(Setup::new().file("/f", big(300_000)));
    let room = Room::new();
    let stop = |progress: Progress| match progress.done {
        0 => ControlFlow::Continue(()),
        _ => ControlFlow::Break(()),
    };
    let mut retrying = client.retrying(&policy());
    let stopped = retrying.get_file_with("/f", room.path("f"), &FileOptions::new(), stop);
    assert_eq!(stopped.expect_err("stopped").kind(), ErrorKind::Aborted);
    assert_eq!(memory.server().count("RETR"), 1);
}

#[test]
fn a_new_connection_that_the_server_refuses_for_now_is_tried_again() {
    let greeting = Action::PartialThenHangup(b"421 Too many users.\r\n".to_vec());
    let login = Action::Reply(b"530 Too many users.\r\n".to_vec());
    let setup = Setup::new()
        .file("/d/f", "12345")
        .fault(Fault::nth("SIZE", 0, Action::Hangup))
        .fault(Fault::nth("GREETING", 1, greeting))
        .fault(Fault::nth("PASS", 1, login));
    let (mut client, memory) = connected(setup);
    client.cwd("/d").expect("there");
    let begun = memory.now();
    let size = client.retrying(&policy()).run(|client| client.size("f"));
    assert_eq!(size.expect("at last"), Some(5));
    assert_eq!(memory.now() - begun, (1 + 2 + 4) * SECOND);
    assert_eq!(memory.server().count("USER"), 3);
}

#[test]
fn a_session_that_is_dead_already_is_replaced_before_the_first_attempt() {
    let setup = Setup::new().file("/f", "12345");
    let (mut client, memory) = connected(setup.fault(Fault::nth("NOOP", 0, Action::Hangup)));
    client.noop().expect_err("lost");
    assert!(client.session().is_dead());
    let begun = memory.now();
    let size = client.retrying(&policy()).run(|client| client.size("/f"));
    assert_eq!(size.expect("there"), Some(5));
    assert_eq!(memory.now(), begun);
}

#[test]
fn an_abort_ends_the_pause_and_the_error_tells_what_had_failed() {
    let (mut client, memory) = connected(busy(Setup::new(), "SIZE", 99));
    let handle = client.abort_handle();
    let begun = memory.now();
    let result = client.retrying(&policy()).run(|client| {
        let size = client.size("/f");
        handle.abort();
        size
    });
    let error = result.expect_err("stopped");
    assert_eq!(error.kind(), ErrorKind::Aborted);
    let source = error.inner().and_then(|it| it.downcast_ref::<Error>());
    assert_eq!(source.expect("a source").kind(), ErrorKind::Transient);
    assert_eq!(memory.now(), begun);
}

#[test]
fn the_total_time_ends_the_pauses() {
    let memory = Memory::new(Simulator::new(busy(Setup::new(), "SIZE", 99)));
    let options = options().with_total_time(4 * SECOND);
    let mut client = Client::connect_over(memory.clone(), options).expect("a login");
    let begun = memory.now();
    let result = client.retrying(&policy()).run(|client| client.size("/f"));
    assert_eq!(result.expect_err("late").kind(), ErrorKind::OutOfTime);
    assert_eq!(memory.now() - begun, 4 * SECOND);
    assert_eq!(memory.server().count("SIZE"), 3);
}

#[test]
fn the_first_connection_is_tried_again_if_the_server_has_no_room() {
    let full = Action::PartialThenHangup(b"421 Too many users.\r\n".to_vec());
    let setup = (0..3).fold(Setup::new(), |setup, nth| {
        setup.fault(Fault::nth("GREETING", nth, full.clone()))
    });
    let memory = Memory::new(Simulator::new(setup));
    let begun = memory.now();
    let client = Client::connect_over_retrying(memory.clone(), options(), &policy());
    client.expect("a login").noop().expect("it works");
    assert_eq!(memory.now() - begun, (1 + 2 + 4) * SECOND);
}

#[test]
fn the_first_connection_fails_at_last_and_at_once_for_a_wrong_password() {
    let full = Memory::new(Simulator::new(Setup::new().most_sessions(0)));
    let result = Client::connect_over_retrying(full, options(), &policy());
    assert_eq!(result.expect_err("full").kind(), ErrorKind::Closed);
    let memory = Memory::new(Simulator::new(Setup::new().user("user", "other")));
    let result = Client::connect_over_retrying(memory.clone(), options(), &policy());
    assert!(result.expect_err("refused").is_login_refused());
    assert_eq!(memory.server().count("PASS"), 1);
}

#[test]
fn the_abort_handle_and_the_total_time_hold_for_all_attempts_to_connect() {
    let full = || Memory::new(Simulator::new(Setup::new().most_sessions(0)));
    let memory = full();
    let begun = memory.now();
    let late = options().with_total_time(2 * SECOND);
    let result = Client::connect_over_retrying(memory.clone(), late, &policy());
    assert_eq!(result.expect_err("late").kind(), ErrorKind::OutOfTime);
    assert_eq!(memory.now() - begun, 2 * SECOND);
    let handle = AbortHandle::new();
    handle.abort();
    let stopped = options().with_abort_handle(handle);
    let result = Client::connect_over_retrying(full(), stopped, &policy());
    assert_eq!(result.expect_err("stopped").kind(), ErrorKind::Aborted);
}
