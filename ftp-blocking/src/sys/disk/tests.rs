//! The local side of whole files: names, links, locks, and what stays after a failure.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use ftp_proto::Encoding;
use ftp_proto::sync::LocalLinks;

use super::*;
use crate::sys::os::files::symlink;

/// Pipes, permissions, and names that are no text.
#[cfg(unix)]
mod unix;
/// Sharing modes and names of devices.
#[cfg(windows)]
mod windows;

/// A directory for the files of one test. It is deleted in the end.
struct Room(PathBuf);

impl Room {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("ftp-disk-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("a new directory");
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).expect("there is room");
    }

    fn content(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file")
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("a directory");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<_> = names.map(|name| name.to_string_lossy().into()).collect();
        names.sort();
        names
    }

    fn disk(&self, name: &str) -> Disk {
        Disk::new(self.path(name))
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const TAG: u64 = 0x0123_4567_89ab_cdef;
const PARTIAL: &str = ".a.0123456789abcdef.ftp-part";

fn open(disk: &mut Disk, keep: bool) -> Result<u64, Error> {
    let name = LocalName::new("remote", &Encoding::default());
    let step = LocalStep::Open {
        tag: TAG,
        name,
        keep,
    };
    match disk.run(step)? {
        LocalFact::Opened(length) => Ok(length),
        other => panic!("{other:?}"),
    }
}

fn write(disk: &Disk, position: u64, content: &str) {
    let mut file = disk.file_at(position).expect("an open file");
    file.write_all(content.as_bytes()).expect("there is room");
}

fn commit(disk: &mut Disk) -> Result<LocalFact, Error> {
    disk.run(LocalStep::Commit {
        modified: None,
        sync: SyncToDisk::Yes,
        tidy: true,
    })
}

/// Downloads this content.
fn download(disk: &mut Disk, content: &str) {
    open(disk, false).expect("a partial file");
    write(disk, 0, content);
    commit(disk).expect("a name");
}

/// Checks that a partial file for this target cannot be opened, and returns the error.
fn refused(disk: &mut Disk) -> Error {
    let error = open(disk, true).expect_err("it is refused");
    assert_eq!(error.kind(), ErrorKind::Local);
    error
}

#[test]
fn a_partial_file_becomes_the_target_in_one_step() {
    let room = Room::new();
    room.write("a", "old");
    let mut disk = room.disk("a");
    assert_eq!(open(&mut disk, false).expect("a partial file"), 0);
    write(&disk, 0, "new");
    assert_eq!(room.content("a"), "old");
    assert_eq!(room.names(), [PARTIAL, "a"]);
    let modified = "20200102030405".parse().expect("a time");
    let step = LocalStep::Commit {
        modified: Some(modified),
        sync: SyncToDisk::No,
        tidy: false,
    };
    let fact = disk.run(step).expect("a name");
    let LocalFact::Committed {
        length: 3,
        modified: Some(kept),
    } = fact
    else {
        panic!("{fact:?}");
    };
    assert_eq!(kept, modified);
    drop(disk);
    assert_eq!(room.content("a"), "new");
    assert_eq!(room.names(), ["a"]);
    let time = fs::metadata(room.path("a")).and_then(|a| a.modified());
    let time = Timestamp::try_from(time.expect("a time")).expect("a time");
    assert_eq!(time, modified);
}

#[test]
fn a_partial_file_stays_only_if_it_may_be_resumed_and_has_bytes() {
    let room = Room::new();
    for (keep, content, stays) in [
        (false, "abc", false),
        (true, "", false),
        (true, "abc", true),
    ] {
        for leaves in [true, false] {
            let mut disk = room.disk("a");
            open(&mut disk, keep).expect("a partial file");
            write(&disk, 0, content);
            if leaves {
                disk.run(LocalStep::Leave).expect("closed");
                assert_eq!(room.names().len(), usize::from(stays));
            }
            drop(disk);
            assert_eq!(room.names().len(), usize::from(stays), "{keep} {content}");
        }
    }
}

#[test]
fn a_partial_file_that_is_kept_is_found_again_and_another_call_begins_anew() {
    let room = Room::new();
    let mut disk = room.disk("a");
    open(&mut disk, true).expect("a partial file");
    write(&disk, 0, "abc");
    drop(disk);
    let mut disk = room.disk("a");
    assert_eq!(open(&mut disk, true).expect("the partial file"), 3);
    let tail = disk.run(LocalStep::Tail { end: 3, length: 2 });
    assert!(matches!(tail, Ok(LocalFact::Bytes(bytes)) if bytes == b"bc"));
    write(&disk, 3, "d");
    let hash = |length| {
        let algorithm = Algorithm::Sha256;
        LocalStep::Hash { algorithm, length }
    };
    let all = disk.run(hash(None));
    let start = disk.run(hash(Some(3)));
    assert!(matches!(all, Ok(LocalFact::Hash(hash)) if hash[..2] == [0x88, 0xd4]));
    assert!(matches!(start, Ok(LocalFact::Hash(hash)) if hash[..2] == [0xba, 0x78]));
    drop(disk);
    let mut disk = room.disk("a");
    assert_eq!(open(&mut disk, false).expect("a partial file"), 0);
}

#[test]
fn partial_files_with_other_tags_are_deleted_unless_they_are_locked() {
    let room = Room::new();
    let [old, locked] = ["1", "2"].map(|digit| format!(".a.{}.ftp-part", digit.repeat(16)));
    // None of these is a partial file of `a`.
    let others = [
        ".a.b.1111111111111111.ftp-part",
        ".a.111111111111111.ftp-part",
        ".a.111111111111111x.ftp-part",
        ".b.1111111111111111.ftp-part",
        "a.1111111111111111.ftp-part",
    ];
    for name in others.iter().copied().chain([&*old, &*locked]) {
        room.write(name, "x");
    }
    let file = files::open_left_partial(&room.path(&locked)).expect("a file");
    files::lock(&file).expect("a lock");
    let mut disk = room.disk("a");
    open(&mut disk, false).expect("a partial file");
    let step = LocalStep::Commit {
        modified: None,
        sync: SyncToDisk::No,
        tidy: false,
    };
    disk.run(step).expect("a name");
    assert!(room.names().contains(&old), "not asked to delete it");
    download(&mut room.disk("a"), "new");
    let mut left: Vec<_> = others.iter().copied().chain(["a", &*locked]).collect();
    left.sort_unstable();
    assert_eq!(room.names(), left);
}

/// A thousand files in one directory must not read it a thousand times. What this process leaves is
/// known without a read; what another process leaves is found later.
#[test]
fn a_directory_is_read_once_for_many_files() {
    let room = Room::new();
    download(&mut room.disk("a"), "first");
    let [ours, theirs] = ["b", "c"].map(|name| format!(".{name}.0123456789abcdef.ftp-part"));
    let mut disk = room.disk("b");
    open(&mut disk, true).expect("a partial file");
    write(&disk, 0, "half");
    drop(disk);
    room.write(&theirs, "half");
    assert_eq!(room.names(), [&*ours, &*theirs, "a"]);
    for name in ["b", "c"] {
        let path = room.path(&format!(".{name}.fedcba9876543210.ftp-part"));
        leftovers::delete_others(&path, format!(".{name}.").as_bytes());
    }
    assert_eq!(room.names(), [&*theirs, "a"]);
}

#[test]
fn a_second_download_to_the_same_target_is_an_error() {
    let room = Room::new();
    let (mut first, mut second) = (room.disk("a"), room.disk("a"));
    open(&mut first, false).expect("a partial file");
    write(&first, 0, "first");
    let error = refused(&mut second).to_string();
    assert!(error.contains("another process downloads to it"), "{error}");
    drop(second);
    commit(&mut first).expect("a name");
    assert_eq!(room.content("a"), "first");
    download(&mut room.disk("a"), "second");
    assert_eq!(room.names(), ["a"]);
}

#[test]
fn a_name_may_be_as_long_as_the_system_allows() {
    let room = Room::new();
    let long = ["x".repeat(255), "é".repeat(127), "y".repeat(201)];
    for name in &long {
        download(&mut room.disk(name), name);
        assert_eq!(&room.content(name), name);
    }
    assert_eq!(room.names().len(), long.len());
}

#[test]
fn a_link_to_the_target_stays_a_link() {
    let room = Room::new();
    fs::create_dir(room.path("d")).expect("a directory");
    room.write("d/a", "old");
    symlink("d/a", room.path("link")).expect("a link");
    download(&mut room.disk("link"), "new");
    let link = fs::read_link(room.path("link")).expect("a link");
    assert_eq!(link, Path::new("d/a"));
    assert_eq!(room.content("d/a"), "new");
    let beside = fs::read_dir(room.path("d")).expect("a directory");
    assert_eq!(beside.count(), 1);
}

#[test]
fn a_dangling_link_is_replaced() {
    let room = Room::new();
    symlink("nowhere", room.path("a")).expect("a link");
    download(&mut room.disk("a"), "new");
    assert_eq!(room.content("a"), "new");
    assert_eq!(room.names(), ["a"]);
}

#[test]
fn a_link_in_the_place_of_the_partial_file_is_refused() {
    let room = Room::new();
    room.write("victim", "precious");
    symlink("victim", room.path(PARTIAL)).expect("a link");
    refused(&mut room.disk("a"));
    assert_eq!(room.content("victim"), "precious");
}

#[test]
fn in_a_directory_the_file_gets_the_remote_name_if_it_is_safe() {
    let room = Room::new();
    download(&mut Disk::new(&room.0), "new");
    assert_eq!(room.content("remote"), "new");
    let step = LocalStep::Open {
        tag: TAG,
        name: LocalName::new("..", &Encoding::default()),
        keep: true,
    };
    let error = Disk::new(&room.0).run(step).expect_err("not safe");
    assert!(error.is_local());
    assert_eq!(room.names(), ["remote"]);
    // The remote name is that of a directory.
    fs::create_dir(room.path("d")).expect("a directory");
    fs::create_dir(room.path("d/remote")).expect("a directory");
    refused(&mut room.disk("d"));
}

#[test]
fn a_directory_that_does_not_exist_is_an_error_before_the_download() {
    let room = Room::new();
    refused(&mut room.disk("no/a"));
    refused(&mut room.disk("no/"));
    assert!(room.names().is_empty());
}

#[test]
fn if_the_directory_vanishes_the_commit_fails_and_nothing_is_left() {
    let room = Room::new();
    fs::create_dir(room.path("d")).expect("a directory");
    let mut disk = room.disk("d/a");
    open(&mut disk, true).expect("a partial file");
    write(&disk, 0, "new");
    fs::remove_dir_all(room.path("d")).expect("deleted");
    let error = commit(&mut disk).expect_err("no directory");
    assert_eq!(error.kind(), ErrorKind::Local);
    assert!(room.names().is_empty());
}

#[test]
fn if_the_target_becomes_a_directory_the_partial_file_stays_for_the_next_call() {
    let room = Room::new();
    let mut disk = room.disk("a");
    open(&mut disk, true).expect("a partial file");
    write(&disk, 0, "new");
    fs::create_dir(room.path("a")).expect("a directory");
    commit(&mut disk).expect_err("a directory");
    assert_eq!(room.names(), [PARTIAL, "a"]);
}

#[test]
fn a_source_is_a_regular_file_and_is_looked_at_again() {
    let room = Room::new();
    room.write("a", "abc");
    let mut disk = room.disk("a");
    for length in [3, 4] {
        let fact = disk.run(LocalStep::Source).expect("a file");
        assert!(matches!(fact, LocalFact::Source { length: found, .. } if found == length));
        room.write("a", "abcd");
    }
    for path in [".", "no"] {
        let error = room.disk(path).run(LocalStep::Source);
        assert_eq!(error.expect_err("no file").kind(), ErrorKind::Local);
    }
}

#[test]
fn a_step_without_an_open_file_is_an_error() {
    let room = Room::new();
    let mut disk = room.disk("a");
    disk.run(LocalStep::Empty).expect_err("not open");
    commit(&mut disk).expect_err("not open");
    disk.run(LocalStep::Leave).expect("nothing to close");
    open(&mut disk, true).expect("a partial file");
    disk.run(LocalStep::Tail { end: 2, length: 2 })
        .expect_err("too short");
}

#[test]
fn a_link_that_appears_during_a_sync_is_not_followed() {
    let room = Room::new();
    fs::create_dir_all(room.path("root/d")).expect("a new directory");
    fs::create_dir_all(room.path("outside")).expect("a new directory");
    let root = room.path("root");
    let place = LocalPlace::new(
        root.as_os_str().as_encoded_bytes(),
        b"d/a",
        LocalLinks::Refuse,
    );
    let mut disk = Disk::within(place).expect("no link yet");
    fs::remove_dir(room.path("root/d")).expect("removed");
    symlink(room.path("outside"), room.path("root/d")).expect("a link");
    let error = refused(&mut disk);
    assert_eq!(error.kind(), ErrorKind::Local);
    let outside = fs::read_dir(room.path("outside")).expect("readable");
    assert_eq!(outside.count(), 0);
}
