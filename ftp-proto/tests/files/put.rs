//! The decisions of an upload of a file, up to its confirmation.

use ftp_proto::files::{Discarded, FileOptions, KeepTime, Placed, Resume, Resumed, Verify};
use ftp_proto::reply::Algorithm;
use ftp_proto::{Error, ErrorKind, TransferOptions};

use crate::host::{Hashing, time};
use crate::world::{BLOCK, Fault, NAME, PARTIAL, Trouble, World, pattern};

/// A world with this file to upload, and a partial file on the server that is newer.
pub(crate) fn interrupted(file: &[u8], earlier: &[u8]) -> World {
    let mut world = World::with_local(file);
    world.host.store(PARTIAL, earlier, 200);
    world
}

pub(crate) fn resuming() -> FileOptions {
    FileOptions::resuming()
}

pub(crate) fn fault(at: usize, what: Trouble) -> Option<Fault> {
    Some(Fault { at, what })
}

/// Uploads, and returns the error. Checks that the target is still what it was.
#[track_caller]
pub(crate) fn failure(world: &mut World, options: &FileOptions, fault: Option<Fault>) -> Error {
    let before = world.host.files.get(NAME).cloned();
    let error = world.put(options, fault).expect("no kill");
    assert!(world.host.files.get(NAME) == before.as_ref(), "it changed");
    error.expect_err("it fails")
}

/// Checks that the server has this file under its final name, and no partial file.
#[track_caller]
pub(crate) fn check_stored(world: &World, file: &[u8]) {
    let bytes = world.remote(NAME).map(<[u8]>::len);
    assert_eq!(bytes, Some(file.len()), "{:?}", world.host.heard);
    assert!(world.remote(NAME) == Some(file), "other bytes");
    assert_eq!(world.remote(PARTIAL), None, "{:?}", world.host.heard);
}

#[test]
fn an_upload_gets_its_name_and_the_time_of_the_local_file() {
    let file = pattern(1000);
    let mut world = World::with_local(&file);
    world.host.store(NAME, b"old", 50);
    let report = world.stored(&FileOptions::new());
    check_stored(&world, &file);
    assert_eq!((report.size, report.transferred), (1000, 1000));
    assert_eq!(report.resumed, Resumed::No);
    assert_eq!(report.placed, Placed::Renamed);
    assert_eq!((report.modified, report.verified), (Some(time(100)), None));
    assert!(report.reply.is_some());
    assert_eq!(world.host.files[NAME].modified, time(100));
}

#[test]
fn a_time_that_cannot_be_set_is_not_reported() {
    for options in [
        FileOptions::new(),
        FileOptions::new().with_keep_time(KeepTime::No),
    ] {
        let mut world = World::with_local(b"abc");
        world.host.can.set_time = options.keep_time == KeepTime::No;
        let report = world.stored(&options);
        assert_eq!(report.modified, None);
        check_stored(&world, b"abc");
        assert_ne!(world.host.files[NAME].modified, time(100));
    }
}

#[test]
fn an_upload_goes_on_after_the_partial_file_and_the_hash_proves_it() {
    let file = pattern(3 * BLOCK);
    let mut world = interrupted(&file, &file[..2 * BLOCK]);
    let report = world.stored(&resuming());
    check_stored(&world, &file);
    let offset = 2 * BLOCK as u64;
    assert_eq!(report.resumed, Resumed::Proven { offset });
    assert_eq!(report.verified, Some(Algorithm::Sha256));
    assert_eq!(report.transferred, BLOCK as u64);
}

#[test]
fn without_a_hash_a_resume_is_unproven() {
    let file = pattern(3 * BLOCK);
    let mut world = interrupted(&file, &file[..2 * BLOCK]);
    world.host.can.hash = Hashing::Unknown;
    let report = world.stored(&resuming());
    check_stored(&world, &file);
    let offset = 2 * BLOCK as u64;
    assert_eq!(report.resumed, Resumed::Unproven { offset });
    assert_eq!(report.verified, None);
}

#[test]
fn a_complete_partial_file_needs_no_transfer() {
    let file = pattern(BLOCK + 1);
    let mut world = interrupted(&file, &file);
    let report = world.stored(&resuming());
    check_stored(&world, &file);
    let offset = BLOCK as u64 + 1;
    assert_eq!(report.resumed, Resumed::Proven { offset });
    assert_eq!((report.transferred, report.reply), (0, None));
}

#[test]
fn a_partial_file_that_cannot_be_right_is_discarded() {
    let file = pattern(3 * BLOCK);
    let mut other_end = file[..2 * BLOCK].to_vec();
    other_end[2 * BLOCK - 1] ^= 1;
    let mut other_start = file[..2 * BLOCK].to_vec();
    other_start[0] ^= 1;
    let longer = pattern(3 * BLOCK + 1);
    for (partial, modified, why) in [
        (&longer, 200, Discarded::TooLong),
        (&file[..BLOCK].to_vec(), 99, Discarded::Changed),
        (&other_end, 200, Discarded::BlockDiffers),
        (&other_start, 200, Discarded::HashDiffers),
    ] {
        let mut world = World::with_local(&file);
        world.host.store(PARTIAL, partial, modified);
        let report = world.stored(&resuming());
        check_stored(&world, &file);
        assert_eq!(report.resumed, Resumed::Discarded(why));
        assert_eq!(report.transferred, 3 * BLOCK as u64);
    }
}

#[test]
fn if_a_proof_is_demanded_and_there_is_no_hash_the_upload_starts_again() {
    let file = pattern(1000);
    let options = FileOptions::new().with_resume(Resume::IfProven);
    let mut world = interrupted(&file, &file[..500]);
    let report = world.stored(&options);
    assert_eq!(report.resumed, Resumed::Proven { offset: 500 });
    let mut world = interrupted(&file, &file[..500]);
    world.host.can.hash = Hashing::Unknown;
    let report = world.stored(&options);
    assert_eq!(report.resumed, Resumed::Discarded(Discarded::Unproven));
    check_stored(&world, &file);
}

#[test]
fn quirk_zeros_before_the_offset_of_stor() {
    let file = pattern(1000);
    for rest in [true, false] {
        let mut world = interrupted(&file, &file[..500]);
        (world.host.can.rest, world.host.can.hash) = (rest, Hashing::Unknown);
        let report = world.stored(&resuming());
        check_stored(&world, &file);
        assert_eq!(report.resumed, Resumed::Unproven { offset: 500 });
        assert_eq!(report.transferred, 500);
        assert!(world.host.has_heard(&format!("APPE {PARTIAL}")));
    }
}

#[test]
fn quirk_bytes_of_the_interrupted_upload_come_late() {
    let file = pattern(1000);
    let mut world = interrupted(&file, &file[..500]);
    (world.host.can.late, world.host.can.hash) = (b"late", Hashing::Unknown);
    let report = world.stored(&resuming());
    check_stored(&world, &file);
    assert_eq!(report.resumed, Resumed::Discarded(Discarded::SizeDiffers));
    assert_eq!(report.transferred, 1500);
}

#[test]
fn if_the_server_cannot_go_on_the_upload_starts_again() {
    let file = pattern(3 * BLOCK);
    for (length, rest, append) in [
        (500, false, false),
        (500, true, false),
        // The last block cannot be read.
        (2 * BLOCK, false, true),
    ] {
        let mut world = interrupted(&file, &file[..length]);
        let can = &mut world.host.can;
        (can.rest, can.append) = (rest, append);
        let report = world.stored(&resuming());
        check_stored(&world, &file);
        assert_eq!(report.resumed, Resumed::Discarded(Discarded::NoRestart));
    }
}

#[test]
fn a_partial_file_that_cannot_be_read_is_not_resumed() {
    let file = pattern(1000);
    let mut world = interrupted(&file, &file[..500]);
    world.host.can.retrieve = false;
    let report = world.stored(&resuming());
    check_stored(&world, &file);
    assert_eq!(report.resumed, Resumed::Discarded(Discarded::Unreadable));
}

#[test]
fn a_temporary_refusal_does_not_discard_the_partial_file() {
    let file = pattern(1000);
    // Source, LookPartial, Tail, ReadTail, Ask, Prove, Send.
    for (at, reply) in [
        (3, "450 try later"),
        (6, "450 try later"),
        (6, "452 no space"),
    ] {
        let mut world = interrupted(&file, &file[..500]);
        let error = failure(&mut world, &resuming(), fault(at, Trouble::Refused(reply)));
        assert_eq!(error.kind(), ErrorKind::Transient, "{error}");
        assert_eq!(world.remote(PARTIAL), Some(&file[..500]), "{at} {reply}");
    }
}

#[test]
fn a_local_file_that_changes_gets_no_name_and_its_partial_file_is_deleted() {
    for options in [FileOptions::new(), resuming()] {
        let mut world = World::with_local(&pattern(1000));
        world.host.store(NAME, b"old", 50);
        // Source, (LookPartial,) Send, SourceAgain.
        let at = if options == resuming() { 3 } else { 2 };
        let changes = fault(at, Trouble::Changes(pattern(1200)));
        let error = failure(&mut world, &options, changes);
        assert!(error.is_local());
        assert_eq!(world.remote(PARTIAL), None);
        world.stored(&options);
        check_stored(&world, &pattern(1200));
    }
}

#[test]
fn an_upload_of_another_size_gets_no_name() {
    let mut world = World::with_local(&pattern(1000));
    world.host.store(NAME, b"old", 50);
    world.host.can.truncates = true;
    let error = failure(&mut world, &FileOptions::new(), None);
    assert_eq!(error.kind(), ErrorKind::Unconfirmed);
    assert_eq!(error.expected(), Some(1000));
    assert_eq!(world.remote(PARTIAL), None);
}

#[test]
fn an_upload_with_another_hash_gets_no_name_and_is_deleted() {
    let file = pattern(1000);
    for options in [FileOptions::new(), resuming()] {
        let mut world = interrupted(&file, &file[..500]);
        world.host.can.hash = Hashing::Wrong;
        let options = options.with_verify(Verify::IfPossible);
        let error = failure(&mut world, &options, None);
        assert_eq!(error.kind(), ErrorKind::Unconfirmed);
        assert_eq!(world.remote(PARTIAL), None);
    }
}

#[test]
fn a_demanded_hash_that_the_server_cannot_compute_is_an_error() {
    let mut world = World::with_local(b"new");
    world.host.can.hash = Hashing::Unknown;
    let options = FileOptions::new().with_verify(Verify::Required);
    let error = failure(&mut world, &options, None);
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(world.remote(PARTIAL), None);
    let report = world.stored(&FileOptions::new().with_verify(Verify::IfPossible));
    assert_eq!(report.verified, None);
    world.host.can.hash = Hashing::Right;
    let report = world.stored(&options);
    assert_eq!(report.verified, Some(Algorithm::Sha256));
}

#[test]
fn a_failed_upload_leaves_nothing_unless_it_may_be_resumed() {
    let file = pattern(1000);
    for (options, at, rest) in [
        (FileOptions::new(), 1, None),
        (resuming(), 2, Some(&b""[..])),
        // Text is never resumed.
        (resuming().with_transfer(TransferOptions::text()), 1, None),
    ] {
        let mut world = World::with_local(&file);
        // The disk fails after the server has accepted STOR. The session is alive.
        let error = failure(&mut world, &options, fault(at, Trouble::DiskFails));
        assert!(error.is_local());
        assert_eq!(world.remote(PARTIAL), rest);
        world.stored(&options);
        check_stored(&world, &file);
    }
}

#[test]
fn an_empty_file_is_uploaded() {
    for options in [FileOptions::new(), resuming().with_verify(Verify::Required)] {
        let mut world = interrupted(b"", b"abc");
        let report = world.stored(&options);
        check_stored(&world, b"");
        assert_eq!((report.size, report.transferred), (0, 0));
    }
}

#[test]
fn a_server_that_knows_only_stor_and_rename_is_enough() {
    let file = pattern(1000);
    let mut world = interrupted(&file, &file[..500]);
    let can = &mut world.host.can;
    (can.mlst, can.size, can.mdtm) = (false, false, false);
    (can.hash, can.set_time) = (Hashing::Unknown, false);
    let report = world.stored(&resuming());
    check_stored(&world, &file);
    // Without a size there is no offset.
    assert_eq!(report.resumed, Resumed::No);
}

#[test]
fn a_lost_connection_leaves_what_the_next_call_goes_on_with() {
    let file = pattern(1000);
    let mut world = World::with_local(&file);
    world.host.store(NAME, b"old", 50);
    failure(&mut world, &resuming(), fault(2, Trouble::Lost(300)));
    let report = world.stored(&resuming());
    check_stored(&world, &file);
    assert_eq!(report.resumed, Resumed::Proven { offset: 300 });
}

#[test]
fn a_demanded_hash_that_the_server_cannot_compute_is_noticed_before_anything_is_sent() {
    let mut world = World::with_local(b"new");
    world.host.store(NAME, b"old", 50);
    world.host.can.hash = Hashing::Unknown;
    let options = FileOptions::new().with_verify(Verify::Required);
    let error = failure(&mut world, &options, None);
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(!world.host.heard.iter().any(|line| line.starts_with("STOR")));
}

#[test]
fn a_demanded_hash_of_a_text_is_a_mistake() {
    let text = FileOptions::new().with_transfer(TransferOptions::text());
    let error = ftp_proto::files::PutFile::new("a", &text.with_verify(Verify::Required));
    assert!(error.is_err());
}

/// The size of what was sent is asked for together with MFMT, if the server has accepted MFMT before.
#[test]
fn the_size_is_asked_for_and_the_time_is_set_in_one_flight() {
    for mlst in [true, false] {
        let mut world = World::with_local(&pattern(1000));
        world.pipelined = true;
        world.host.can.mlst = mlst;
        let report = world.stored(&FileOptions::new());
        assert!(report.is_size_checked);
        assert_eq!(report.modified, Some(time(100)));
        let heard = &world.host.heard;
        let sent = heard.iter().position(|line| line.starts_with("STOR"));
        let after: Vec<_> = heard[sent.expect("it was sent") + 1..].iter().collect();
        let question = match mlst {
            true => "MLST .a.ftp-part",
            false => "SIZE .a.ftp-part",
        };
        let date = format!("MFMT {} .a.ftp-part", time(100).to_digits());
        assert_eq!(after[..3], [question, "PWD", &date], "{heard:?}");
    }
}

/// A file of the wrong size gets no name, although its time was set.
#[test]
fn a_file_of_the_wrong_size_that_has_its_time_gets_no_name() {
    let mut world = World::with_local(&pattern(1000));
    world.pipelined = true;
    world.host.can.truncates = true;
    let end = world.put(&FileOptions::new(), None).expect("no kill");
    assert_eq!(end.expect_err("it is cut").kind(), ErrorKind::Unconfirmed);
    assert_eq!(world.remote(NAME), None);
    assert_eq!(world.remote(PARTIAL), None);
}

/// ProFTPD tells no facts about the partial file, whose name begins with a dot. SIZE follows.
#[test]
fn quirk_the_size_of_a_hidden_file_is_asked_for_by_size() {
    for pipelined in [true, false] {
        for truncates in [true, false] {
            let mut world = World::with_local(&pattern(1000));
            world.pipelined = pipelined;
            world.host.can.facts_of_hidden = false;
            world.host.can.truncates = truncates;
            match world.put(&FileOptions::new(), None).expect("no kill") {
                Ok(report) => assert!(report.is_size_checked && !truncates),
                Err(error) => assert!(truncates, "{error}"),
            }
            assert_eq!(world.remote(NAME).is_some(), !truncates);
        }
    }
}
