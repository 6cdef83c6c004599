//! The directory of the sync itself, as servers list it.

use ftp_proto::listing::Parser;
use ftp_proto::sync::{Extra, LocalTree, PlanSync, SyncOptions, SyncPlan};
use ftp_proto::tree::{Outcome, Plan, Todo};
use ftp_proto::{Encoding, Error};

use crate::host::{scan, shown, tree};

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

/// Completes a plan with a server that has this listing.
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
