//! What only Windows has: sharing modes, read-only files, and devices that have a name in each
//! directory.

use super::*;

/// Others may not write to a partial file. They may read it, and the download may rename it.
#[test]
fn a_partial_file_that_another_program_writes_is_refused() {
    let room = Room::new();
    room.write(PARTIAL, "half");
    let writer = fs::OpenOptions::new().write(true).open(room.path(PARTIAL));
    let error = refused(&mut room.disk("a")).to_string();
    assert!(error.contains("another process downloads to it"), "{error}");
    drop(writer);
    let mut disk = room.disk("a");
    assert_eq!(open(&mut disk, true).expect("the partial file"), 4);
    assert_eq!(room.content(PARTIAL), "half");
}

/// Most versions of Windows do not replace a read-only file. What was downloaded then stays for the
/// next call. Wine replaces it.
#[test]
fn a_read_only_target_is_replaced_or_loses_nothing() {
    let room = Room::new();
    room.write("a", "old");
    let change = |is_read_only| {
        let mut permissions = fs::metadata(room.path("a")).expect("a file").permissions();
        permissions.set_readonly(is_read_only);
        fs::set_permissions(room.path("a"), permissions).expect("changed");
    };
    change(true);
    let mut disk = room.disk("a");
    open(&mut disk, true).expect("a partial file");
    write(&disk, 0, "new");
    if let Err(error) = commit(&mut disk) {
        assert_eq!(error.kind(), ErrorKind::Local);
        assert_eq!(room.content("a"), "old");
        change(false);
        assert_eq!(open(&mut disk, true).expect("the partial file"), 3);
        commit(&mut disk).expect("a name");
    }
    assert_eq!(room.content("a"), "new");
    change(false);
}

#[test]
fn a_file_that_another_program_keeps_open_is_not_replaced() {
    use std::os::windows::fs::OpenOptionsExt as _;
    let room = Room::new();
    room.write("a", "old");
    let reader = fs::OpenOptions::new()
        .read(true)
        .share_mode(1)
        .open(room.path("a"));
    let mut disk = room.disk("a");
    open(&mut disk, true).expect("a partial file");
    write(&disk, 0, "new");
    commit(&mut disk).expect_err("in use");
    assert_eq!(room.content("a"), "old");
    assert_eq!(room.content(PARTIAL), "new");
    drop(reader);
}

#[test]
fn a_device_is_no_file() {
    let room = Room::new();
    for name in ["NUL", "CON"] {
        let source = room.disk(name).run(LocalStep::Source);
        assert!(source.is_err(), "{name}");
        refused(&mut room.disk(name));
    }
    assert!(room.names().is_empty());
}

#[test]
fn a_path_may_have_either_separator() {
    let room = Room::new();
    fs::create_dir(room.path("d")).expect("a directory");
    for name in ["d/a", r"d\a"] {
        download(&mut room.disk(name), name);
        assert_eq!(room.content("d/a"), name);
    }
    for name in ["no/", r"no\"] {
        refused(&mut room.disk(name));
    }
    assert_eq!(room.names(), ["d"]);
}
