//! How an uploaded file gets its final name, on servers that rename files, or not, or not over
//! files that exist.

use ftp_proto::ErrorKind;
use ftp_proto::files::{Discarded, FileOptions, Hasher, Placed, Resumed, UploadTo, Verify};

use crate::host::{Hashing, Renames};
use crate::put::{check_stored, failure, fault, interrupted, resuming};
use crate::world::{BLOCK, NAME, PARTIAL, Trouble, World, pattern};

/// A world with a file to upload, and an older file on the server.
fn replacing(rename: Renames) -> World {
    let mut world = World::with_local(b"new");
    world.host.store(NAME, b"old", 50);
    world.host.can.rename = rename;
    world
}

/// The number of the step RNFR and RNTO without options: Source, Send, SourceAgain, LookSent,
/// SetTime, Rename.
const RENAME: usize = 5;

#[test]
fn a_target_that_rnto_does_not_replace_is_deleted_just_before() {
    let mut world = replacing(Renames::IfAbsent);
    let report = world.stored(&FileOptions::new());
    check_stored(&world, b"new");
    assert_eq!(report.placed, Placed::RenamedAfterDelete);
    assert_eq!(report.transferred, 3);
    // Without an older file, nothing is deleted.
    let mut world = World::with_local(b"new");
    world.host.can.rename = Renames::IfAbsent;
    let report = world.stored(&FileOptions::new());
    check_stored(&world, b"new");
    assert_eq!(report.placed, Placed::Renamed);
    assert!(!world.host.has_heard("DELE a"));
}

#[test]
fn a_server_that_does_not_rename_gets_the_file_under_its_name_and_loses_no_old_one() {
    for rename in [Renames::Unknown, Renames::Denied] {
        let mut world = replacing(rename);
        let report = world.stored(&FileOptions::new());
        check_stored(&world, b"new");
        assert_eq!(report.placed, Placed::Direct);
        // STOR replaces the old file.
        assert!(!world.host.has_heard("DELE a"), "{rename:?}");
        assert_eq!(report.transferred, 6);
    }
}

#[test]
fn if_rnto_is_refused_again_after_the_deletion_the_file_is_stored_under_its_name() {
    let mut world = replacing(Renames::DeniedAtRnto);
    let report = world.stored(&FileOptions::new());
    check_stored(&world, b"new");
    assert_eq!(report.placed, Placed::Direct);
}

#[test]
fn while_a_file_whose_old_one_is_deleted_is_sent_again_its_copy_stays() {
    // Rename, LookTarget, DeleteTarget, Rename, Send.
    let mut world = replacing(Renames::DeniedAtRnto);
    let fails = fault(RENAME + 4, Trouble::DiskFails);
    let error = world.put(&FileOptions::new(), fails).expect("no kill");
    let error = error.expect_err("it fails").to_string();
    assert!(
        error.ends_with("the whole file is on the server as .a.ftp-part"),
        "{error}"
    );
    assert_eq!(world.remote(PARTIAL), Some(&b"new"[..]));
    assert_eq!(world.remote(NAME), None);
    world.stored(&FileOptions::new());
    check_stored(&world, b"new");
}

#[test]
fn a_reply_to_rnto_that_may_be_temporary_or_wrong_deletes_no_old_file() {
    for reply in ["450 busy", "331 password"] {
        let mut world = replacing(Renames::Replacing);
        let refused = fault(RENAME, Trouble::RefusedTo("RNTO", reply));
        failure(&mut world, &FileOptions::new(), refused);
        assert!(!world.host.has_heard("DELE a"), "{reply}");
        assert_eq!(world.remote(NAME), Some(&b"old"[..]));
    }
}

#[test]
fn the_only_copy_is_not_deleted_after_the_old_file_is() {
    // Rename is refused, LookTarget, DeleteTarget, Rename.
    let mut world = replacing(Renames::IfAbsent);
    let refused = fault(RENAME + 3, Trouble::RefusedTo("RNTO", "450 busy"));
    let error = world.put(&FileOptions::new(), refused).expect("no kill");
    let error = error.expect_err("it fails").to_string();
    assert_eq!(world.remote(PARTIAL), Some(&b"new"[..]));
    let place = "the whole file is on the server as .a.ftp-part";
    assert!(error.ends_with(place), "{error}");
    world.stored(&FileOptions::new());
    check_stored(&world, b"new");
}

#[test]
fn if_the_partial_file_cannot_be_deleted_the_error_says_where_it_is() {
    let mut world = replacing(Renames::Unknown);
    world.host.can.delete = false;
    let error = failure(&mut world, &FileOptions::new(), None).to_string();
    assert_eq!(world.remote(PARTIAL), Some(&b"new"[..]));
    let place = "the whole file is on the server as .a.ftp-part";
    assert!(error.ends_with(place), "{error}");
}

#[test]
fn a_target_that_cannot_be_deleted_stays() {
    let mut world = replacing(Renames::IfAbsent);
    // Rename, LookTarget, DeleteTarget.
    let refused = fault(RENAME + 2, Trouble::Refused("550 not allowed"));
    let error = failure(&mut world, &FileOptions::new(), refused);
    assert_eq!(error.command(), Some("RNTO"));
    assert_eq!(world.remote(PARTIAL), None);
}

#[test]
fn a_directory_in_the_place_of_the_target_is_an_error_and_stays() {
    let mut world = World::with_local(b"new");
    world.host.directories.insert(NAME.into());
    let error = failure(&mut world, &FileOptions::new(), None);
    assert_eq!(error.kind(), ErrorKind::Permanent);
    assert!(!world.host.has_heard("DELE a"));
    assert!(world.host.files.is_empty());
}

#[test]
fn if_names_with_a_dot_are_refused_the_file_is_stored_under_its_name() {
    let mut world = World::with_local(b"new");
    world.host.can.dots = false;
    let report = world.stored(&resuming());
    check_stored(&world, b"new");
    assert_eq!(report.placed, Placed::Direct);
    assert_eq!((report.resumed, report.transferred), (Resumed::No, 3));
}

#[test]
fn an_old_partial_file_that_stor_does_not_replace_is_deleted() {
    let file = pattern(1000);
    let mut world = interrupted(&file, &pattern(2000));
    world.host.can.overwrite = false;
    for options in [FileOptions::new(), resuming()] {
        world.host.files.remove(NAME);
        world.host.store(PARTIAL, &pattern(2000), 200);
        let report = world.stored(&options);
        check_stored(&world, &file);
        assert_eq!(report.placed, Placed::Renamed);
    }
}

#[test]
fn a_file_under_its_final_name_is_not_reported_as_resumed_or_compared() {
    let file = pattern(1000);
    let mut world = interrupted(&file, &file[..500]);
    world.host.can.rename = Renames::Unknown;
    let report = world.stored(&resuming());
    check_stored(&world, &file);
    assert_eq!(report.placed, Placed::Direct);
    assert_eq!(report.resumed, Resumed::Discarded(Discarded::NoRename));
    assert_eq!(report.verified, None);
    assert_eq!(report.transferred, world.moved);
    // With a demand, the new file is compared too.
    let mut world = interrupted(&file, &file[..500]);
    world.host.can.rename = Renames::Unknown;
    let report = world.stored(&resuming().with_verify(Verify::Required));
    assert!(report.verified.is_some());
}

#[test]
fn an_upload_to_the_final_name_uses_no_other() {
    let options = FileOptions::new().with_upload_to(UploadTo::FinalName);
    let mut world = replacing(Renames::Unknown);
    let report = world.stored(&options);
    check_stored(&world, b"new");
    assert_eq!(report.placed, Placed::Direct);
    assert!(!world.host.heard.iter().any(|line| line.contains(PARTIAL)));
}

#[test]
fn half_an_upload_under_the_final_name_is_deleted_and_an_untouched_old_file_is_not() {
    for options in [FileOptions::new(), resuming()] {
        let options = options.with_upload_to(UploadTo::FinalName);
        let mut world = World::with_local(&pattern(1000));
        world.host.can.hash = Hashing::Wrong;
        let options = options.with_verify(Verify::IfPossible);
        failure(&mut world, &options, None);
        assert!(world.host.files.is_empty());
        let mut world = replacing(Renames::Replacing);
        world.host.can.overwrite = false;
        let at = if options.resume == ftp_proto::files::Resume::Never {
            1
        } else {
            2
        };
        failure(
            &mut world,
            &options,
            fault(at, Trouble::Refused("425 no data connection")),
        );
        failure(&mut world, &options, fault(at, Trouble::LostAfter));
        assert_eq!(world.remote(NAME), Some(&b"old"[..]));
    }
}

#[test]
fn a_late_reply_to_the_deletion_of_the_old_file_does_not_cost_the_new_one() {
    let mut world = replacing(Renames::IfAbsent);
    let late = fault(RENAME + 2, Trouble::Late);
    let end = world.put(&FileOptions::new(), late).expect("no kill");
    let error = end.expect_err("a time-out");
    assert_eq!(world.remote(NAME), None);
    assert_eq!(world.remote(PARTIAL), Some(&b"new"[..]));
    assert!(error.to_string().contains(PARTIAL), "{error}");
    world.stored(&FileOptions::new());
    check_stored(&world, b"new");
}

#[test]
fn an_interrupted_upload_under_the_final_name_keeps_what_was_there() {
    let file = pattern(3 * BLOCK);
    let mut world = World::with_local(&file);
    world.host.store(NAME, &file[..2 * BLOCK], 200);
    world.host.can.hash = Hashing::Unknown;
    let options = FileOptions::resuming().with_upload_to(UploadTo::FinalName);
    // Source, LookPartial, Tail, ReadTail, and Ask for each algorithm.
    let send = 4 + Hasher::algorithms().count();
    let end = world.put(&options, fault(send, Trouble::DiskFails));
    end.expect("no kill").expect_err("the disk fails");
    let kept = world.remote(NAME).expect("the older file");
    assert!(kept.len() >= 2 * BLOCK && file.starts_with(kept));
    world.stored(&options);
    check_stored(&world, &file);
}
