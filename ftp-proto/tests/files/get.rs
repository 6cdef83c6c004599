//! The decisions of a download into a file.

use ftp_proto::files::{Discarded, FileOptions, KeepTime, Placed, Resume, Resumed, Verify};
use ftp_proto::reply::Algorithm;
use ftp_proto::{Error, ErrorKind, SizeCheck, TransferOptions};

use crate::host::{Hashing, time};
use crate::world::{BLOCK, Fault, NAME, Trouble, World, pattern};

/// A world with this file on the server, and a partial file on the disk.
fn interrupted(file: &[u8], earlier: &[u8]) -> World {
    let mut world = World::with_remote(file);
    world.disk.earlier = Some(earlier.to_vec());
    world
}

fn resuming() -> FileOptions {
    FileOptions::resuming()
}

fn verifying(verify: Verify) -> FileOptions {
    FileOptions::new().with_verify(verify)
}

fn fault(at: usize, what: Trouble) -> Option<Fault> {
    Some(Fault { at, what })
}

/// Downloads, and returns the error. Checks that the target is still what it was.
#[track_caller]
fn failure(world: &mut World, options: &FileOptions, fault: Option<Fault>) -> Error {
    let before = world.disk.target.clone();
    let error = world.get(options, fault).expect("no kill");
    assert!(world.disk.target == before, "it changed");
    error.expect_err("it fails")
}

#[test]
fn a_download_gets_its_name_and_the_time_of_the_remote_file() {
    let file = pattern(1000);
    let mut world = World::with_remote(&file);
    let report = world.fetched(&FileOptions::new());
    assert_eq!(world.local(), Some(&file[..]));
    assert!(world.disk.partials.is_empty());
    assert_eq!((report.size, report.transferred), (1000, 1000));
    assert_eq!(report.resumed, Resumed::No);
    assert_eq!(report.placed, Placed::Renamed);
    assert_eq!((report.modified, report.verified), (Some(time(100)), None));
    assert!(report.reply.is_some());
    assert_eq!(world.disk.target.expect("a file").modified, time(100));
}

#[test]
fn without_keep_time_the_file_has_the_time_of_the_download() {
    let mut world = World::with_remote(b"abc");
    let report = world.fetched(&FileOptions::new().with_keep_time(KeepTime::No));
    assert_eq!(report.modified, None);
    assert_ne!(world.disk.target.expect("a file").modified, time(100));
}

#[test]
fn a_download_goes_on_after_the_partial_file_and_the_hash_proves_it() {
    let file = pattern(3 * BLOCK);
    let mut world = interrupted(&file, &file[..2 * BLOCK]);
    let report = world.fetched(&resuming());
    assert_eq!(world.local(), Some(&file[..]));
    let offset = 2 * BLOCK as u64;
    assert_eq!(report.resumed, Resumed::Proven { offset });
    assert_eq!(report.verified, Some(Algorithm::Sha256));
    // The last block of the partial file comes again.
    assert_eq!(report.transferred, 2 * BLOCK as u64);
    assert!(world.host.has_heard(&format!("REST {BLOCK}")));
}

#[test]
fn without_a_hash_a_resume_is_unproven() {
    let file = pattern(3 * BLOCK);
    let mut world = interrupted(&file, &file[..2 * BLOCK]);
    world.host.can.hash = Hashing::Unknown;
    let report = world.fetched(&resuming());
    assert_eq!(world.local(), Some(&file[..]));
    let offset = 2 * BLOCK as u64;
    assert_eq!(report.resumed, Resumed::Unproven { offset });
    assert_eq!(report.verified, None);
}

#[test]
fn a_complete_partial_file_is_resumed_at_its_end() {
    for length in [1, BLOCK, 2 * BLOCK + 5] {
        let file = pattern(length);
        let mut world = interrupted(&file, &file);
        let report = world.fetched(&resuming());
        assert_eq!(world.local(), Some(&file[..]));
        let offset = length as u64;
        assert_eq!(report.resumed, Resumed::Proven { offset });
        assert_eq!(report.transferred, length.min(BLOCK) as u64);
    }
}

#[test]
fn a_partial_file_of_another_version_is_not_resumed() {
    let old = pattern(500);
    let mut world = World::with_remote(&old);
    let lost = fault(2, Trouble::Lost(300));
    failure(&mut world, &resuming(), lost);
    assert_eq!(world.disk.partials.len(), 1);
    let new: Vec<u8> = old.iter().map(|byte| byte ^ 1).collect();
    world.host.store(NAME, &new, 101);
    let report = world.fetched(&resuming());
    assert_eq!(world.local(), Some(&new[..]));
    assert_eq!(report.resumed, Resumed::No);
    assert!(world.disk.partials.is_empty());
}

#[test]
fn a_partial_file_longer_than_the_file_is_discarded() {
    let file = pattern(100);
    let mut world = interrupted(&file, &pattern(101));
    let report = world.fetched(&resuming());
    assert_eq!(world.local(), Some(&file[..]));
    assert_eq!(report.resumed, Resumed::Discarded(Discarded::TooLong));
}

#[test]
fn a_download_is_verified_also_after_a_partial_file_was_too_long() {
    let file = pattern(100);
    let options = resuming().with_verify(Verify::Required);
    let mut world = interrupted(&file, &pattern(101));
    let report = world.fetched(&options);
    assert_eq!(report.verified, Some(Algorithm::Sha256));
    let mut world = interrupted(&file, &pattern(101));
    world.host.can.hash = Hashing::Unknown;
    let error = failure(&mut world, &options, None);
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn a_last_block_that_differs_discards_the_partial_file() {
    let file = pattern(3 * BLOCK);
    for length in [1000, 2 * BLOCK] {
        let mut partial = file[..length].to_vec();
        partial[length - 1] ^= 1;
        let mut world = interrupted(&file, &partial);
        let report = world.fetched(&resuming());
        assert_eq!(world.local(), Some(&file[..]));
        assert_eq!(report.resumed, Resumed::Discarded(Discarded::BlockDiffers));
    }
}

#[test]
fn a_partial_file_longer_than_a_file_of_unknown_size_is_discarded() {
    let file = pattern(100);
    for partial in [pattern(101), pattern(2 * BLOCK)] {
        let mut world = interrupted(&file, &partial);
        (world.host.can.mlst, world.host.can.size) = (false, false);
        let report = world.fetched(&resuming());
        assert_eq!(world.local(), Some(&file[..]));
        assert!(
            matches!(report.resumed, Resumed::Discarded(_)),
            "{report:?}"
        );
    }
}

#[test]
fn if_rest_is_refused_the_download_starts_again() {
    let file = pattern(3 * BLOCK);
    let mut world = interrupted(&file, &file[..2 * BLOCK]);
    world.host.can.rest = false;
    let report = world.fetched(&resuming());
    assert_eq!(world.local(), Some(&file[..]));
    assert_eq!(report.resumed, Resumed::Discarded(Discarded::NoRestart));
    assert_eq!(report.transferred, 3 * BLOCK as u64);
}

#[test]
fn a_temporary_refusal_does_not_discard_the_partial_file() {
    let file = pattern(3 * BLOCK);
    let mut world = interrupted(&file, &file[..2 * BLOCK]);
    // Look, Open, Tail, Ask, Receive.
    let refused = fault(4, Trouble::Refused("450 try later"));
    let error = failure(&mut world, &resuming(), refused);
    assert!(error.is_temporary());
    let partials: Vec<_> = world.disk.partials.values().collect();
    assert_eq!(partials, [&file[..2 * BLOCK]]);
}

#[test]
fn a_hash_that_differs_after_a_resume_starts_the_download_again() {
    let file = pattern(3 * BLOCK);
    let mut partial = file[..2 * BLOCK].to_vec();
    partial[0] ^= 1;
    let mut world = interrupted(&file, &partial);
    let report = world.fetched(&resuming());
    assert_eq!(world.local(), Some(&file[..]));
    assert_eq!(report.resumed, Resumed::Discarded(Discarded::HashDiffers));
    assert_eq!(report.verified, Some(Algorithm::Sha256));
    assert_eq!(report.transferred, world.moved);
}

#[test]
fn a_file_with_another_hash_gets_no_name() {
    let file = pattern(1000);
    for (options, partial) in [
        (verifying(Verify::IfPossible), None),
        (resuming(), Some(&file[..500])),
    ] {
        let mut world = World::with_remote(&file);
        world.disk.earlier = partial.map(<[u8]>::to_vec);
        world.host.can.hash = Hashing::Wrong;
        let error = failure(&mut world, &options, None);
        assert_eq!(error.kind(), ErrorKind::Unconfirmed);
        // It is known to be wrong, so it is not kept either.
        assert!(world.disk.partials.is_empty());
    }
}

#[test]
fn if_a_proof_is_demanded_and_there_is_no_hash_the_download_starts_again() {
    let file = pattern(1000);
    let options = FileOptions::new().with_resume(Resume::IfProven);
    let mut world = interrupted(&file, &file[..500]);
    let report = world.fetched(&options);
    assert_eq!(report.resumed, Resumed::Proven { offset: 500 });
    let mut world = interrupted(&file, &file[..500]);
    world.host.can.hash = Hashing::Unknown;
    let report = world.fetched(&options);
    assert_eq!(report.resumed, Resumed::Discarded(Discarded::Unproven));
    assert_eq!(world.local(), Some(&file[..]));
}

#[test]
fn a_demanded_hash_that_the_server_cannot_compute_is_an_error() {
    let mut world = World::with_remote(b"new");
    world.host.can.hash = Hashing::Unknown;
    let options = verifying(Verify::Required);
    let error = failure(&mut world, &options, None);
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(world.disk.partials.is_empty());
    let report = world.fetched(&verifying(Verify::IfPossible));
    assert_eq!(report.verified, None);
}

#[test]
fn a_file_that_changes_while_it_is_resumed_gets_no_name() {
    let file = pattern(1000);
    let mut world = interrupted(&file, &file[..500]);
    // The change keeps the block that is compared. Look, Open, Tail, Ask, Receive.
    let changes = fault(4, Trouble::Changes(pattern(1200)));
    let error = failure(&mut world, &resuming(), changes);
    assert_eq!(error.kind(), ErrorKind::Unconfirmed);
    world.fetched(&resuming());
    assert_eq!(world.local(), Some(&pattern(1200)[..]));
    assert!(world.disk.partials.is_empty());
}

#[test]
fn a_download_that_is_shorter_than_its_size_gets_no_name() {
    let file = pattern(1000);
    let mut world = World::with_remote(&file);
    world.host.can.truncates = true;
    let error = failure(&mut world, &FileOptions::new(), None);
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert_eq!(
        (error.transferred(), error.expected()),
        (Some(999), Some(1000))
    );
    assert!(world.disk.partials.is_empty());
    world.host.can.truncates = false;
    world.fetched(&FileOptions::new());
    assert_eq!(world.local(), Some(&file[..]));
}

#[test]
fn only_a_partial_file_that_may_be_resumed_stays_after_a_failure() {
    let file = pattern(1000);
    for (options, rest) in [
        (FileOptions::new(), None),
        (resuming(), Some(&file[..300])),
        // Text is never resumed.
        (resuming().with_transfer(TransferOptions::text()), None),
    ] {
        let mut world = World::with_remote(&file);
        failure(&mut world, &options, fault(2, Trouble::Lost(300)));
        let partial = world.disk.partials.values().next();
        assert_eq!(partial.map(Vec::as_slice), rest);
    }
}

#[test]
fn an_empty_file_is_downloaded() {
    let mut world = World::with_remote(b"");
    for options in [FileOptions::new(), resuming().with_verify(Verify::Required)] {
        let report = world.fetched(&options);
        assert_eq!(world.local(), Some(&b""[..]));
        assert_eq!((report.size, report.transferred), (0, 0));
        assert_eq!(report.resumed, Resumed::No);
    }
}

#[test]
fn a_server_that_knows_only_retr_and_rest_is_enough() {
    let file = pattern(2 * BLOCK);
    let mut world = interrupted(&file, &file[..BLOCK + 1]);
    let can = &mut world.host.can;
    (can.mlst, can.size, can.mdtm, can.hash) = (false, false, false, Hashing::Unknown);
    let report = world.fetched(&resuming());
    assert_eq!(world.local(), Some(&file[..]));
    let offset = BLOCK as u64 + 1;
    assert_eq!(report.resumed, Resumed::Unproven { offset });
    assert_eq!(report.modified, None);
}

#[test]
fn a_text_is_neither_compared_nor_resumed() {
    let mut world = interrupted(b"a\r\nb\r\n", b"a\r\n");
    world.host.can.hash = Hashing::Wrong;
    let options = resuming().with_verify(Verify::IfPossible);
    let report = world.fetched(&options.with_transfer(TransferOptions::text()));
    assert_eq!(report.resumed, Resumed::No);
    assert_eq!(report.verified, None);
}

#[test]
fn an_answer_that_does_not_fit_ends_the_plan() {
    use ftp_proto::files::{FileFact, FilePlan as _, FileStep, GetFile, LocalFact, LocalStep};

    let server = ftp_proto::Options::new("files.example.org");
    let mut plan = GetFile::new(NAME, &server, &FileOptions::new()).expect("a path");
    assert!(matches!(plan.next_step(), FileStep::Run(_)));
    plan.finished(Ok(FileFact::Local(LocalFact::Done)));
    assert!(matches!(
        plan.next_step(),
        FileStep::Local(LocalStep::Leave)
    ));
    plan.finished(Ok(FileFact::Local(LocalFact::Done)));
    for _ in 0..2 {
        let FileStep::Done(Err(error)) = plan.next_step() else {
            panic!("no error");
        };
        assert!(matches!(error.kind(), ErrorKind::Misuse(_)));
    }
}

#[test]
fn a_resumed_file_that_is_too_long_is_downloaded_again() {
    // The data from the beginning begins like the last block.
    let file = vec![0; 3 * BLOCK];
    let mut world = World::with_remote(&file);
    world.host.can.hash = Hashing::Unknown;
    let options = FileOptions::resuming();
    world
        .get(&options, fault(2, Trouble::Lost(2 * BLOCK)))
        .expect("no kill")
        .expect_err("lost");
    world.host.dead = false;
    world.host.can.ignores_rest = true;
    let report = world.fetched(&options);
    assert_eq!(report.resumed, Resumed::Discarded(Discarded::NoRestart));
    assert!(world.local() == Some(&file[..]));
}

#[test]
fn sizes_are_not_compared_if_you_say_so() {
    let mut world = World::with_remote(&pattern(1000));
    world.host.can.truncates = true;
    let transfer = TransferOptions::new().with_size_check(SizeCheck::Never);
    let report = world.fetched(&FileOptions::new().with_transfer(transfer));
    assert_eq!(report.size, 999);
}
