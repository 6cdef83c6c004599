//! Sizes from the server, which the client compares with the number of bytes moved.

use ftp_proto::{Completion, Config, DataEnd, Error, ErrorKind, SizeCheck, flows};

use crate::support::*;

const CUT: &str = "Truncated Some(\"RETR\") Some(\"226 done\") Some(12)";

/// Runs a download of 12 bytes until it has its final reply, the 226.
fn downloaded(
    open: flows::Open,
    script: impl IntoIterator<Item = Item>,
) -> Result<Completion, Error> {
    let mut driver = logged_in(Config::default(), script);
    let transfer = driver.run(open).expect("opened");
    driver
        .server
        .extend([serve("close graceful download"), say("226 done")]);
    let ended = driver.run(flows::Finish::new(transfer, 12, DataEnd::Clean));
    driver.server.assert_over();
    ended
}

fn retrieve() -> flows::Open {
    flows::Open::retrieve("a").expect("a path")
}

fn announcing(first: &str) -> Vec<Item> {
    [&opening("RETR a")[..6], &[say(first)]].concat()
}

#[test]
fn sizes_announced_are_compared_and_reported() {
    for (first, announced) in [
        ("150 here", None),
        ("150 here (12 bytes)", Some(12)),
        ("125 here (11 bytes)", Some(11)),
        ("150 here (18446744073709551616 bytes)", None),
    ] {
        let completion = downloaded(retrieve(), announcing(first)).expect("whole");
        assert_eq!(completion.announced, announced);
    }
    let cut = downloaded(retrieve(), announcing("150 here (13 bytes)")).expect_err("cut");
    assert_eq!((failure(&cut).as_str(), cut.expected()), (CUT, Some(13)));
}

#[test]
fn sizes_are_not_those_of_an_earlier_download() {
    let first = announcing("150 here (5000 bytes)");
    let mut driver = logged_in(Config::default(), first);
    driver.outcome(&Op::Retrieve("a", 0));
    driver.transfer = None;
    driver.server.extend([
        hear("ABOR"),
        serve("close abandon"),
        say("426 cut"),
        say("226 aborted"),
    ]);
    driver.server.extend(fence());
    driver.server.extend(opening("RETR a")[2..].to_vec());
    driver
        .server
        .extend([serve("close graceful download"), say("226 done")]);
    driver.outcome(&Op::Retrieve("a", 0));
    assert_eq!(driver.outcome(&finish()), "12 bytes, 226 done");
}

#[test]
fn sizes_by_option_are_asked_before_the_data_connection() {
    let asked = |said: &str| {
        let question = [hear("SIZE a"), say(said)];
        let opening = opening("RETR a");
        [&opening[..2], &question, &opening[2..]].concat()
    };
    let always = || retrieve().with_size_check(SizeCheck::Always);
    assert!(downloaded(always(), asked("213 12")).is_ok());
    assert!(downloaded(always(), asked("213 9")).is_ok());
    assert!(downloaded(always(), asked("500 what")).is_ok());
    assert!(downloaded(always(), asked("550 no")).is_ok());
    let cut = downloaded(always(), asked("213 13")).expect_err("cut");
    assert_eq!((failure(&cut).as_str(), cut.expected()), (CUT, Some(13)));
    // The client must not send SIZE for a listing, even with `SizeCheck::Always`.
    let listing = flows::Open::command(
        ftp_proto::Direction::Download,
        "NLST",
        ftp_proto::TransferType::Image,
    )
    .expect("a command")
    .with_size_check(SizeCheck::Always);
    assert!(downloaded(listing, opening("NLST")).is_ok());
}

#[test]
fn sizes_by_option_are_not_compared() {
    let never = retrieve().with_size_check(SizeCheck::Never);
    let completion = downloaded(never, announcing("150 here (13 bytes)")).expect("whole");
    assert_eq!(completion.announced, Some(13));
}

/// Runs an upload of 12 bytes whose data connection the server resets. Returns the outcome.
fn reset(command: &str, open: flows::Open, said: &[Item]) -> String {
    let reset = Reaction::Ended(DataEnd::Failed(Error::new(ErrorKind::Io)));
    let script = [
        &opening(command)[..],
        &[Item::Serve("close graceful upload", reset)],
        said,
        &pwd(),
    ]
    .concat();
    uploaded(open, script)
}

fn uploaded(open: flows::Open, script: Vec<Item>) -> String {
    let mut driver = logged_in(Config::default(), script);
    let transfer = driver.run(open).expect("opened");
    let ended = driver.run(flows::Finish::new(transfer, 12, DataEnd::Clean));
    let outcome = match ended {
        Ok(completion) => {
            let name = completion.name.map(|name| name.to_string());
            format!("{} {name:?}", completion.clean_close)
        }
        Err(error) => format!("{} {:?}", failure(&error), error.expected()),
    };
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
    outcome
}

#[test]
fn sizes_confirm_an_upload_that_was_reset() {
    let store = || flows::Open::store("a").expect("a path");
    let done = || say("226 done");
    let asked = |said| [done(), hear("SIZE a"), say(said)];
    assert_eq!(reset("STOR a", store(), &asked("213 12")), "false None");
    let unconfirmed = |said, expected: Option<u64>| {
        let outcome = reset("STOR a", store(), &asked(said));
        let failed = "Unconfirmed Some(\"STOR\") Some(\"226 done\") Some(12)";
        assert_eq!(outcome, format!("{failed} {expected:?}"));
    };
    unconfirmed("213 11", Some(12));
    unconfirmed("213 13", Some(12));
    unconfirmed("550 no", Some(12));
    unconfirmed("500 what", Some(12));
    // The server has refused the transfer, so the client must not send SIZE.
    assert_eq!(
        reset("STOR a", store(), &[say("451 broken")]),
        "Transient Some(\"STOR\") Some(\"451 broken\") Some(12) None"
    );
}

#[test]
fn sizes_confirm_an_upload_whose_name_the_server_chose() {
    let unique = flows::Open::store_unique(None::<&str>).expect("no name");
    let said = [say("226 FILE: new.1"), hear("SIZE new.1"), say("213 12")];
    assert_eq!(reset("STOU", unique, &said), "false Some(\"new.1\")");
    let unique = flows::Open::store_unique(None::<&str>).expect("no name");
    assert_eq!(
        reset("STOU", unique, &[say("226 done")]),
        "Unconfirmed Some(\"STOU\") Some(\"226 done\") Some(12) Some(12)"
    );
}

#[test]
fn sizes_confirm_an_append_if_size_was_sent_before_it() {
    let append = || flows::Open::append("a").expect("a path");
    assert_eq!(
        reset("APPE a", append(), &[say("226 done")]),
        "Unconfirmed Some(\"APPE\") Some(\"226 done\") Some(12) None"
    );
    for (before, after, outcome) in [
        ("213 30", "213 42", "true None"),
        ("550 no such file", "213 12", "true None"),
        (
            "213 30",
            "213 30",
            "Unconfirmed Some(\"APPE\") Some(\"226 done\") Some(12) Some(42)",
        ),
    ] {
        let append = append().with_size_check(SizeCheck::Always);
        let closing = Reaction::Ended(DataEnd::Clean);
        let script = sized_twice(&opening("APPE a"), before, closing, after);
        assert_eq!(uploaded(append, script), outcome);
    }
}

/// Returns the dialogue of an upload in which the client sends SIZE twice: before it opens the data
/// connection, and after the final reply.
fn sized_twice(opening: &[Item], before: &str, closing: Reaction, after: &str) -> Vec<Item> {
    [
        &opening[..2],
        &[hear("SIZE a"), say(before)],
        &opening[2..],
        &[
            Item::Serve("close graceful upload", closing),
            say("226 done"),
            hear("SIZE a"),
            say(after),
        ],
        &pwd(),
    ]
    .concat()
}

/// Returns the dialogue that opens a transfer at offset 20. Its last item is the 150.
fn restarted(command: &'static str) -> Vec<Item> {
    let opening = opening(command);
    let (before, rest) = opening.split_at(opening.len() - 2);
    [before, &[hear("REST 20"), say("350 go on")], rest].concat()
}

#[test]
fn sizes_confirm_an_upload_at_an_offset_only_if_the_file_has_grown() {
    let store = || flows::Open::store("a").expect("a path").with_offset(20);
    let reset = || Reaction::Ended(DataEnd::Failed(Error::new(ErrorKind::Io)));
    let unconfirmed = "Unconfirmed Some(\"STOR\") Some(\"226 done\") Some(12) Some(32)";
    // The client did not send SIZE before the upload, so the file may already have had 32 bytes. A
    // size would prove nothing, and the client does not send SIZE after the reset either.
    let closed = [
        Item::Serve("close graceful upload", reset()),
        say("226 done"),
    ];
    let script = [&restarted("STOR a")[..], &closed, &pwd()].concat();
    assert_eq!(uploaded(store(), script), unconfirmed);
    let end = || Reaction::Ended(DataEnd::Clean);
    for (before, closing, after, outcome) in [
        ("213 20", reset(), "213 32", "false None"),
        ("550 no such file", reset(), "213 32", "false None"),
        ("213 20", reset(), "213 20", unconfirmed),
        ("213 20", end(), "213 32", "true None"),
        ("213 20", end(), "213 20", unconfirmed),
        // The old file had 40 bytes, and the upload ends at byte 32. Some servers keep the last 8
        // bytes of the old file (40), and others cut them off (32). No other size confirms the
        // upload.
        ("213 40", end(), "213 40", "true None"),
        ("213 40", end(), "213 32", "true None"),
        ("213 40", end(), "213 36", unconfirmed),
    ] {
        let store = store().with_size_check(SizeCheck::Always);
        let script = sized_twice(&restarted("STOR a"), before, closing, after);
        assert_eq!(uploaded(store, script), outcome, "{before}, {after}");
    }
    // The data connection is reset. SIZE could confirm this upload only if the file had fewer than
    // 32 bytes before and has 32 after. Here that is not so, or not known, so the client must not
    // send SIZE a second time.
    for before in ["213 32", "213 40", "500 what"] {
        let opening = restarted("STOR a");
        let asked = [hear("SIZE a"), say(before)];
        let script = [&opening[..2], &asked, &opening[2..], &closed, &pwd()].concat();
        let store = store().with_size_check(SizeCheck::Always);
        assert_eq!(uploaded(store, script), unconfirmed, "{before}");
    }
}

#[test]
fn sizes_are_not_asked_after_a_reset_by_option() {
    let store = flows::Open::store("a").expect("a path");
    let store = store.with_size_check(SizeCheck::Never);
    assert_eq!(reset("STOR a", store, &[say("226 done")]), "false None");
}
