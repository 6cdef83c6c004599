//! Tests that local changes of a sync stay in its directory.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::sys::os::files::symlink;

/// A directory with `root`, and with `outside` beside it. It is deleted in the end.
struct Room(PathBuf);

impl Room {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("ftp-local-place-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(path.join("root/d")).expect("a new directory");
        fs::create_dir_all(path.join("outside")).expect("a new directory");
        fs::write(path.join("outside/f"), "kept").expect("a new file");
        Self(path)
    }

    fn at(&self, path: &str) -> LocalPlace {
        let root = self.0.join("root");
        let (root, path) = (root.as_os_str().as_encoded_bytes(), path.as_bytes());
        LocalPlace::new(root, path, LocalLinks::Refuse)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const CHANGES: [LocalChange; 3] = [
    LocalChange::MakeDirectory,
    LocalChange::DeleteFile,
    LocalChange::RemoveDirectory,
];

#[test]
fn no_change_goes_through_a_link_or_above_the_root() {
    let room = Room::new();
    symlink(room.path("outside"), room.path("root/link")).expect("a link");
    for path in [
        "link/f",
        "link/g",
        "../outside/f",
        "d/../../outside/f",
        "d//f",
    ] {
        for kind in CHANGES {
            let error = change(&room.at(path), kind).expect_err(path);
            assert_eq!(error.kind(), ErrorKind::Local);
        }
        file(&room.at(path)).expect_err(path);
    }
    assert_eq!(fs::read(room.path("outside/f")).expect("there"), b"kept");
    assert!(!room.path("outside/g").exists());
}

#[test]
fn a_link_is_deleted_itself_and_never_written_through() {
    let room = Room::new();
    symlink(room.path("outside/f"), room.path("root/link")).expect("a link");
    file(&room.at("link")).expect_err("a link");
    change(&room.at("link"), LocalChange::MakeDirectory).expect_err("a link");
    change(&room.at("link"), LocalChange::DeleteFile).expect("deleted");
    assert!(!room.path("root/link").is_symlink());
    assert!(room.path("outside/f").exists());
}

#[test]
fn a_change_that_was_made_before_is_no_error() {
    let room = Room::new();
    for _ in 0..2 {
        change(&room.at("d"), LocalChange::MakeDirectory).expect("there");
        change(&room.at("e"), LocalChange::DeleteFile).expect("gone");
        change(&room.at("e/f"), LocalChange::RemoveDirectory).expect("gone");
    }
    change(&room.at(""), LocalChange::MakeDirectory).expect("there");
}

#[test]
fn a_directory_is_neither_deleted_as_a_file_nor_replaced_by_one() {
    let room = Room::new();
    change(&room.at("d"), LocalChange::DeleteFile).expect_err("a directory");
    file(&room.at("d")).expect_err("a directory");
    fs::write(room.path("root/f"), "").expect("a new file");
    change(&room.at("f"), LocalChange::MakeDirectory).expect_err("a file");
    change(&room.at("f"), LocalChange::RemoveDirectory).expect_err("a file");
    change(&room.at("f/g"), LocalChange::MakeDirectory).expect_err("a file");
    assert_eq!(file(&room.at("f")).expect("a file"), room.path("root/f"));
}
