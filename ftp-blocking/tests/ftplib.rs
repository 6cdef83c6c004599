//! Compares this crate with CPython's ftplib: both clients make the same calls to servers that
//! follow the same script. Their results must be equal, or a table must list the difference and its
//! reason. The tests use this adapter only, because they compare the protocol, which is in the
//! core.
//!
//! If there is no python3 with ftplib, only this crate's side runs. If `FTP_REQUIRE_PYTHON` is set,
//! the tests then fail.

#[path = "ftplib/dialogue.rs"]
mod dialogue;
#[path = "ftplib/dialogues/mod.rs"]
mod dialogues;
#[path = "ftplib/differences.rs"]
mod differences;
#[path = "ftplib/ours.rs"]
mod ours;
#[path = "ftplib/outcome.rs"]
mod outcome;
#[path = "ftplib/python.rs"]
mod python;
#[path = "ftplib/server.rs"]
mod server;

use std::collections::HashSet;

use dialogue::Dialogue;
use differences::{DIFFERENCES, Difference};
use server::{ClosedPort, Server};

/// Defines one test for each function that returns a list of dialogues.
macro_rules! same_as_ftplib {
    ($($list:ident)*) => {
        $(
            #[test]
            fn $list() {
                compare(&dialogues::$list());
            }
        )*

        fn all() -> Vec<Dialogue> {
            [$(dialogues::$list()),*].into_iter().flatten().collect()
        }
    };
}

same_as_ftplib! {
    greetings connections logins framing commands directories files injections
    downloads data_connections uploads lines listings aborts copies parsers debug_levels
}

#[test]
fn every_row_of_the_table_has_its_dialogue() {
    let all = all();
    // `docs/FTPLIB.md` mentions these two numbers, so change them there too.
    assert_eq!((all.len(), DIFFERENCES.len()), (423, 130));
    let names: HashSet<&str> = all.iter().map(|dialogue| dialogue.name).collect();
    assert_eq!(names.len(), all.len(), "two dialogues of one name");
    let mut rows = HashSet::new();
    for row in DIFFERENCES {
        assert!(names.contains(row.dialogue), "no dialogue {}", row.dialogue);
        assert!(rows.insert(row.dialogue), "two rows for {}", row.dialogue);
        assert_ne!(row.ftplib, row.ours, "{}: no difference", row.dialogue);
        assert!(!row.reason.is_empty(), "{}: no reason", row.dialogue);
    }
}

fn compare(dialogues: &[Dialogue]) {
    let python_is_there = python::is_there();
    let mut failures = Vec::new();
    for dialogue in dialogues {
        let row = DIFFERENCES.iter().find(|row| row.dialogue == dialogue.name);
        let (expected_of_ftplib, expected) = match (dialogue.result, row) {
            (Some(result), None) => (result, result),
            (None, Some(Difference { ftplib, ours, .. })) => (*ftplib, *ours),
            (Some(_), Some(_)) => panic!("{}: a result and a row", dialogue.name),
            (None, None) => ("?", "?"),
        };
        let ours = have(dialogue, ours::run);
        let ftplib = python_is_there.then(|| have(dialogue, python::run));
        let mended = row.and_then(|row| row.mended);
        let as_known = |came: &String| came == expected_of_ftplib || Some(&came[..]) == mended;
        if ours != expected || ftplib.as_ref().is_some_and(|came| !as_known(came)) {
            let ftplib = ftplib.as_deref().unwrap_or("(not run)");
            failures.push(format!(
                "{}\n  expected of ftplib: {expected_of_ftplib}\n  ftplib:             {ftplib}\
                 \n  expected of ours:   {expected}\n  ours:               {ours}",
                dialogue.name
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} dialogues:\n{}",
        failures.len(),
        dialogues.len(),
        failures.join("\n")
    );
}

/// Runs a dialogue with one of the two clients, against newly started servers. Returns the results
/// as one line of text.
fn have(
    dialogue: &Dialogue,
    run: impl FnOnce(&Dialogue, u16, Option<u16>) -> Vec<Vec<u8>>,
) -> String {
    let needs_server = dialogue.needs_server() && !dialogue.setting.absent;
    let server = needs_server.then(|| Server::start(dialogue.script.clone()));
    let target = dialogue.target.clone().map(Server::start);
    let closed = ClosedPort::new(dialogue.script.host());
    let port = match &server {
        Some(server) => server.address.port(),
        None => closed.number(),
    };
    let target_port = target.as_ref().map(|target| target.address.port());
    let mut outcomes = run(dialogue, port, target_port);
    // The calls before those of the dialogue, such as `connect` and `login`, are part of the result
    // only if one of them fails.
    let opening = dialogue.opening().len();
    let opened = outcomes.iter().take(opening);
    if opened.clone().all(|outcome| outcome.starts_with(b"ok ")) {
        outcomes.drain(..opening);
    }
    let seen: Vec<_> = server
        .into_iter()
        .chain(target)
        .map(Server::finish)
        .collect();
    outcome::summary(dialogue, &outcomes, &seen)
}
