//! The directory of the sync itself, as servers list it.

use ftp_proto::listing::{Line, Parser};
use ftp_proto::sync::{Extra, LocalTree, PlanSync, SyncOptions, SyncPlan};
use ftp_proto::tree::{Inspected, Outcome, Plan, Todo};
use ftp_proto::{Encoding, Error, ErrorKind};

use crate::host::{Host, scan, shown, tree};

fn deleting() -> SyncOptions {
    SyncOptions::new().with_extra(Extra::Delete)
}

/// Plans a download of `remote` over a local tree.
fn download(remote: &str, local: &[&str]) -> PlanSync {
    let local = scan(LocalTree::new(&deleting()), &tree(local));
    PlanSync::download(remote, local, &Encoding::Utf8, &deleting()).expect("a path")
}

/// Plans an upload of a local tree to `remote`.
fn upload(remote: &str, local: &[&str]) -> PlanSync {
    let local = scan(LocalTree::new(&deleting()), &tree(local));
    PlanSync::upload(local, remote, &Encoding::Utf8, &deleting()).expect("a path")
}

/// Completes a plan with a server that has this listing, and whose SIZE and MDTM show a file.
fn listed(mut plan: PlanSync, listing: &str) -> Result<SyncPlan, Error> {
    loop {
        let result = match plan.next_step() {
            Todo::Read(_) => {
                let (mut parser, mut rest) = (Parser::new(), listing.as_bytes());
                while let Some(line) = parser.next_line(&mut rest) {
                    plan.take_line(line).expect("no limit");
                }
                Outcome::Done
            }
            Todo::Run(_) => Outcome::Inspected(Inspected::File {
                size: Some(5),
                modified: None,
            }),
            Todo::Yield(result) => return result,
            step => panic!("{step:?}"),
        };
        plan.finished(Ok(result));
    }
}

#[test]
fn an_empty_listing_of_the_current_directory_or_the_root_deletes_nothing() {
    // vsftpd confirms the listing of a directory that it may not read, and no question settles
    // whether these exist.
    for remote in ["", ".", "/"] {
        let plan = listed(download(remote, &["a a", "d/", "d/b b"]), "").expect("a plan");
        let lines = shown(&plan);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with("failed .: "), "{lines:?}");
        // There is nothing to protect in an empty directory.
        let plan = listed(download(remote, &[]), "").expect("a plan");
        assert_eq!(shown(&plan), [""; 0]);
    }
    let plan = listed(upload("", &["a a"]), "").expect("a plan");
    assert_eq!(shown(&plan), ["create a (missing)"]);
}

#[test]
fn a_listing_that_shows_only_the_file_itself_fails() {
    let listing = "-rw-r--r-- 1 0 0 5 2026-01-01 00:00 f\r\n";
    for remote in ["f", "d/f", "/f/"] {
        for plan in [download(remote, &["a a"]), upload(remote, &["a a"])] {
            let error = listed(plan, listing).expect_err("a file");
            assert_eq!(error.kind(), ErrorKind::Permanent, "{remote}");
            assert!(error.to_string().contains("a file"), "{error}");
        }
    }
    // The directory holds something else too, or the name is another one.
    let other = "-rw-r--r-- 1 0 0 5 2026-01-01 00:00 g\r\n";
    for listing in [other, &[listing, other].concat()] {
        assert!(listed(download("f", &[]), listing).is_ok());
    }
}

#[test]
fn a_directory_may_hold_one_file_of_its_own_name() {
    let mut server = Host::old(&["top x"]);
    let lines = server.download(&["a a"], &deleting());
    assert_eq!(
        lines,
        ["delete a (not in the source)", "create top (missing)"]
    );
    let lines = server.upload(&["a a"], &deleting());
    assert_eq!(
        lines,
        ["create a (missing)", "delete top (not in the source)"]
    );
}

#[test]
fn nothing_is_planned_if_the_server_does_not_tell_whether_it_is_a_file() {
    let listing = "-rw-r--r-- 1 0 0 5 2026-01-01 00:00 f\r\n";
    let mut plan = download("d/f", &["a a"]);
    let mut answers = 0;
    let plan = loop {
        let result = match plan.next_step() {
            // A mirror lists its directory twice.
            Todo::Read(_) if answers < 2 => {
                let (mut parser, mut rest) = (Parser::new(), listing.as_bytes());
                while let Some(line) = parser.next_line(&mut rest) {
                    assert!(matches!(line, Line::Entry(_)));
                    plan.take_line(line).expect("no limit");
                }
                Outcome::Done
            }
            Todo::Read(_) => Outcome::Done,
            Todo::Run(_) => Outcome::Inspected(Inspected::Unasked),
            Todo::Yield(result) => break result.expect("a plan"),
            step => panic!("{step:?}"),
        };
        answers += 1;
        plan.finished(Ok(result));
    };
    let lines = shown(&plan);
    assert_eq!(lines[0], "create f (missing)");
    assert!(lines[1].starts_with("failed .: "), "{lines:?}");
    assert_eq!(lines.len(), 2);
}
