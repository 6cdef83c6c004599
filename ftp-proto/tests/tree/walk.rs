//! Tests of walks without a server: which paths a walk makes from the names in a directory.

use ftp_proto::listing::{Entry, Line};
use ftp_proto::tree::{Outcome, Plan, Todo, WalkOptions, Walker};

/// Walks a directory that has entries with these names. Returns the paths that the walk gives them.
fn paths(directory: Option<&str>, names: &[&str]) -> Vec<String> {
    let mut walker = Walker::new(directory, &WalkOptions::new()).expect("a path");
    assert!(matches!(walker.next_step(), Todo::Read(_)));
    for name in names {
        let line = format!("type=file; {name}");
        let entry = Entry::from_facts(&line).expect("an entry");
        walker.take_line(Line::Entry(entry)).expect("no limit");
    }
    walker.finished(Ok(Outcome::Done));
    let mut paths = Vec::new();
    while let Todo::Yield(entry) = walker.next_step() {
        paths.push(entry.expect("an entry").path.to_string());
    }
    paths
}

#[test]
fn a_walk_does_not_take_an_entry_for_the_home_directory() {
    // vsftpd, ProFTPD and GNU inetutils take `~` for the home directory. Without `./` before an
    // entry `~`, a program that deletes the tree of the current directory could delete the home
    // directory.
    let names = ["~", "~root", " a", "a~", "-a"];
    let here = ["./~", "./~root", "./ a", "a~", "-a"];
    assert_eq!(paths(None, &names), here);
    let below = ["d/~", "d/~root", "d/ a", "d/a~", "d/-a"];
    assert_eq!(paths(Some("d"), &names), below);
}

#[test]
fn blanks_at_the_beginning_of_the_path_of_a_walk_cannot_get_lost() {
    // ProFTPD and aioftp drop such blanks, so `DELE  x/a` could delete `x/a`.
    assert_eq!(paths(Some(" x"), &["a"]), ["./ x/a"]);
}
