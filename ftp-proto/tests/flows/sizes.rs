//! Sizes that are compared with what was moved.

use ftp_proto::{Completion, Config, DataEnd, Error, SizeCheck, flows};

use crate::support::*;

const CUT: &str = "Truncated Some(\"RETR\") Some(\"226 done\") Some(12)";

/// A download of 12 bytes, up to its confirmed end.
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
fn sizes_announced_are_due_and_told() {
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
    // Nothing is asked of a listing.
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
