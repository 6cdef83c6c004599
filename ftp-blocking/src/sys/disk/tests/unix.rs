//! What only Unix has: pipes in directories, permissions, and names that are no text.

use std::fs::Permissions;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use super::*;

impl Room {
    fn mode(&self, name: &str) -> u32 {
        let metadata = fs::metadata(self.path(name)).expect("a file");
        metadata.permissions().mode() & 0o777
    }

    fn make_pipe(&self, name: &str) {
        let status = Command::new("mkfifo").arg(self.path(name)).status();
        assert!(status.expect("mkfifo").success());
    }
}

#[test]
fn a_name_need_not_be_text() {
    let room = Room::new();
    let name = OsStr::from_bytes(b"a\xff\n");
    download(&mut Disk::new(room.0.join(name)), "new");
    let content = fs::read(room.0.join(name)).expect("a file");
    assert_eq!(content, b"new");
    assert_eq!(room.names().len(), 1);
}

#[test]
fn a_pipe_in_the_place_of_a_partial_file_does_not_block() {
    let room = Room::new();
    room.make_pipe(".a.1111111111111111.ftp-part");
    download(&mut room.disk("a"), "new");
    assert_eq!(room.content("a"), "new");
    room.make_pipe(PARTIAL);
    refused(&mut room.disk("a"));
}

#[test]
fn a_target_that_is_no_regular_file_is_refused() {
    let room = Room::new();
    room.make_pipe("pipe");
    for path in [room.path("pipe"), PathBuf::from("/dev/null")] {
        let error = refused(&mut Disk::new(path)).to_string();
        assert!(error.contains("`Download::save_to`"), "{error}");
    }
    assert_eq!(room.names(), ["pipe"]);
}

#[test]
fn a_new_file_has_the_permissions_of_the_old_one_from_the_beginning() {
    let room = Room::new();
    for mode in [0o600, 0o440, 0o755] {
        room.write("a", "old");
        let permissions = Permissions::from_mode(mode);
        fs::set_permissions(room.path("a"), permissions).expect("permissions");
        let mut disk = room.disk("a");
        open(&mut disk, false).expect("a partial file");
        write(&disk, 0, "new");
        // It must stay writable, to be resumed.
        assert_eq!(room.mode(PARTIAL), mode | 0o600);
        commit(&mut disk).expect("a name");
        assert_eq!(room.mode("a"), mode);
        fs::remove_file(room.path("a")).expect("deleted");
    }
}

#[test]
fn a_source_that_is_a_pipe_is_refused_without_waiting() {
    let room = Room::new();
    room.make_pipe("pipe");
    let error = room.disk("pipe").run(LocalStep::Source);
    assert_eq!(error.expect_err("no file").kind(), ErrorKind::Local);
}
