//! Another attempt by the same plan after a failure: it ends with equal files, sends what is
//! missing and no more, and never takes an older file for the new one.

use ftp_proto::files::{FileOptions, FilePlan as _, FileReport, GetFile, Placed, PutFile};
use ftp_proto::files::{Resume, Resumed, UploadTo, Verify};
use ftp_proto::{Options, TransferOptions};

use crate::host::{Hashing, Renames};
use crate::support::random;
use crate::world::{BLOCK, Fault, NAME, PARTIAL, Trouble, World, pattern};

/// No plan of these tests has more steps.
const STEPS: usize = 15;

/// The ways in which a step fails although the same step may succeed later.
fn troubles() -> [Trouble; 5] {
    [
        Trouble::Lost(0),
        Trouble::Lost(700),
        Trouble::LostAfter,
        Trouble::Late,
        // The step is given up, and its result is never told.
        Trouble::KilledAfter,
    ]
}

/// Uploads until it succeeds. Each of the first attempts has one of these faults.
fn put(world: &mut World, options: &FileOptions, faults: &[Fault]) -> FileReport {
    let plan = PutFile::new(NAME, options).expect("a path");
    let mut plan = plan.for_retries();
    for fault in faults {
        if let Some(Ok(report)) = world.carry_out(&mut plan, Some(fault.clone())) {
            return report;
        }
        plan.restart();
    }
    let end = world.carry_out(&mut plan, None).expect("no kill");
    end.unwrap_or_else(|error| panic!("{error} after {faults:?}: {:?}", world.host.heard))
}

fn get(world: &mut World, options: &FileOptions, faults: &[Fault]) -> FileReport {
    let server = Options::new("files.example.org");
    let plan = GetFile::new(NAME, &server, options).expect("a path");
    let mut plan = plan.for_retries();
    for fault in faults {
        if let Some(Ok(report)) = world.carry_out(&mut plan, Some(fault.clone())) {
            return report;
        }
        plan.restart();
    }
    let end = world.carry_out(&mut plan, None).expect("no kill");
    end.unwrap_or_else(|error| panic!("{error} after {faults:?}: {:?}", world.host.heard))
}

/// Every fault at every step, and some pairs of faults in two attempts.
fn faults() -> impl Iterator<Item = Vec<Fault>> {
    let single = || (0..STEPS).flat_map(|at| troubles().map(|what| Fault { at, what }));
    let mut seed = 3;
    let mut any = move || {
        let all = STEPS * troubles().len();
        let number = random(&mut seed) % all;
        single().nth(number).expect("a fault")
    };
    let pairs = (0..100).map(move |_| vec![any(), any()]);
    single().map(|fault| vec![fault]).chain(pairs)
}

#[test]
fn an_upload_that_fails_at_any_step_sends_each_byte_once() {
    let file = pattern(BLOCK + 500);
    let mut old = file.clone();
    old[7] ^= 1;
    for options in [
        FileOptions::resuming(),
        FileOptions::resuming().with_verify(Verify::Required),
        FileOptions::new().with_resume(Resume::IfProven),
        FileOptions::new(),
    ] {
        for faults in faults() {
            let mut world = World::with_local(&file);
            // The older file has the same size, so that the size alone proves nothing.
            world.host.store(NAME, &old, 50);
            let report = put(&mut world, &options, &faults);
            assert!(world.remote(NAME) == Some(&file[..]), "{faults:?}");
            assert!(world.remote(PARTIAL).is_none(), "{faults:?}");
            assert_eq!(report.size, file.len() as u64);
            assert_eq!(report.placed, Placed::Renamed);
            // A step that was given up may have begun or not.
            let is_told = |it: &Fault| !matches!(it.what, Trouble::KilledAfter);
            if options.resume != Resume::Never || faults.iter().all(is_told) {
                assert_eq!(world.wire, file.len() as u64, "{options:?} {faults:?}");
            }
        }
    }
}

#[test]
fn an_upload_under_its_final_name_sends_each_byte_once() {
    let file = pattern(BLOCK + 500);
    for hash in [Hashing::Right, Hashing::Unknown] {
        for faults in faults() {
            let mut world = World::with_local(&file);
            world.host.can.hash = hash;
            let options = FileOptions::resuming().with_upload_to(UploadTo::FinalName);
            put(&mut world, &options, &faults);
            assert!(world.remote(NAME) == Some(&file[..]), "{faults:?}");
            assert_eq!(world.wire, file.len() as u64, "{faults:?}");
        }
    }
}

#[test]
fn whatever_the_server_can_an_upload_ends_whole_and_alone() {
    let file = pattern(1000);
    for rename in [
        Renames::IfAbsent,
        Renames::Unknown,
        Renames::Denied,
        Renames::DeniedAtRnto,
    ] {
        for faults in faults() {
            let mut world = World::with_local(&file);
            world.host.can.rename = rename;
            world.host.store(NAME, b"old", 50);
            let report = put(&mut world, &FileOptions::resuming(), &faults);
            assert!(
                world.remote(NAME) == Some(&file[..]),
                "{rename:?} {faults:?}"
            );
            // The last step deletes the copy that could not be renamed. If that fails, the upload
            // has succeeded all the same.
            let is_alone = world.remote(PARTIAL).is_none() || world.host.dead;
            assert!(is_alone, "{rename:?} {faults:?}");
            if rename == Renames::IfAbsent {
                assert_eq!(report.placed, Placed::RenamedAfterDelete);
                assert_eq!(world.wire, file.len() as u64, "{faults:?}");
            }
        }
    }
}

#[test]
fn without_sizes_or_as_text_an_upload_begins_again() {
    let file = pattern(1000);
    for (has_size, transfer) in [
        (false, TransferOptions::new()),
        (true, TransferOptions::text()),
    ] {
        for faults in faults() {
            let mut world = World::with_local(&file);
            let can = &mut world.host.can;
            (can.mlst, can.size, can.mdtm) = (has_size, has_size, has_size);
            put(
                &mut world,
                &FileOptions::new().with_transfer(transfer),
                &faults,
            );
            assert!(world.remote(NAME) == Some(&file[..]), "{faults:?}");
            assert!(world.remote(PARTIAL).is_none(), "{faults:?}");
        }
    }
}

#[test]
fn a_lost_reply_to_rnto_is_looked_up_and_the_hash_decides_if_it_is_asked_for() {
    let file = pattern(1000);
    // Source, LookPartial, Send, SourceAgain, LookSent, SetTime, Rename.
    let lost = Fault {
        at: 6,
        what: Trouble::LostAfter,
    };
    let mut world = World::with_local(&file);
    let report = put(&mut world, &FileOptions::resuming(), &[lost]);
    assert_eq!(
        world
            .host
            .heard
            .iter()
            .filter(|it| it.starts_with("STOR"))
            .count(),
        0
    );
    assert!(
        report.is_size_checked && report.reply.is_some(),
        "{report:?}"
    );
    assert_eq!((report.transferred, report.verified), (1000, None));
    // With Verify, AskSent and Compare come before SetTime, and AskSupport after Source.
    let options = FileOptions::resuming().with_verify(Verify::Required);
    let lost = |at| Fault {
        at,
        what: Trouble::LostAfter,
    };
    for at in 6..12 {
        let mut world = World::with_local(&file);
        let report = put(&mut world, &options, &[lost(at)]);
        assert!(report.verified.is_some(), "{at}");
        assert_eq!(world.wire, 1000);
    }
}

#[test]
fn if_the_partial_file_is_gone_an_older_file_of_the_same_size_is_not_the_new_one() {
    let file = pattern(1000);
    let mut world = World::with_local(&file);
    world.host.store(NAME, &[7; 1000], 50);
    let options = FileOptions::resuming().with_verify(Verify::IfPossible);
    let mut plan = PutFile::new(NAME, &options).expect("a path");
    // The connection is lost before the server has read RNTO.
    for at in 0..STEPS {
        let lost = Fault {
            at,
            what: Trouble::Lost(1000),
        };
        if let Some(Ok(_)) = world.carry_out(&mut plan, Some(lost)) {
            break;
        }
        // Somebody tidies up.
        world.host.files.remove(PARTIAL);
        plan.restart();
    }
    world.carry_out(&mut plan, None);
    assert!(world.remote(NAME) == Some(&file[..]));
}

#[test]
fn a_local_file_that_changes_between_attempts_is_sent_from_the_beginning() {
    let file = pattern(2 * BLOCK);
    let other: Vec<u8> = file.iter().map(|byte| !byte).collect();
    for options in [
        FileOptions::resuming(),
        FileOptions::resuming().with_upload_to(UploadTo::FinalName),
    ] {
        for faults in faults().take(STEPS * troubles().len()) {
            let mut world = World::with_local(&file);
            let mut plan = PutFile::new(NAME, &options).expect("a path");
            if let Some(Ok(_)) = world.carry_out(&mut plan, Some(faults[0].clone())) {
                continue;
            }
            let source = world.disk.source.as_mut().expect("a file");
            source.bytes.clone_from(&other);
            source.modified = crate::host::time(2000);
            plan.restart();
            let end = world.carry_out(&mut plan, None).expect("no kill");
            end.unwrap_or_else(|error| panic!("{error} after {faults:?}"));
            assert!(world.remote(NAME) == Some(&other[..]), "{faults:?}");
            assert!(world.remote(PARTIAL).is_none());
        }
    }
}

#[test]
fn a_download_that_fails_at_any_step_gets_each_byte_about_once() {
    let file = pattern(BLOCK + 500);
    for options in [
        FileOptions::resuming(),
        FileOptions::resuming().with_verify(Verify::Required),
    ] {
        for faults in faults() {
            let mut world = World::with_remote(&file);
            world.disk.place(b"old");
            let report = get(&mut world, &options, &faults);
            assert!(world.local() == Some(&file[..]), "{faults:?}");
            assert!(world.disk.partials.is_empty());
            assert_eq!(report.size, file.len() as u64);
            // A resume compares the last block.
            let most = (file.len() + faults.len() * BLOCK) as u64;
            let is_told = |it: &Fault| !matches!(it.what, Trouble::KilledAfter);
            let is_least = world.wire <= most || !faults.iter().all(is_told);
            assert!(is_least, "{} of {most} {faults:?}", world.wire);
        }
    }
}

#[test]
fn a_download_that_uses_no_earlier_part_goes_on_with_its_own() {
    let file = pattern(1000);
    let lost = |bytes| Fault {
        at: 3,
        what: Trouble::Lost(bytes),
    };
    let mut world = World::with_remote(&file);
    world.disk.earlier = Some(file[..500].to_vec());
    // Look, Open, Empty, Receive.
    let report = get(&mut world, &FileOptions::new(), &[lost(900)]);
    assert!(world.local() == Some(&file[..]));
    // The last 900 bytes are compared.
    assert_eq!((world.wire, report.transferred), (1900, 1900));
}

#[test]
fn a_download_that_uses_no_earlier_part_uses_none_in_another_attempt() {
    let file = pattern(1000);
    for at in 0..2 {
        // Look, Open.
        let lost = Fault {
            at,
            what: Trouble::Lost(0),
        };
        let mut world = World::with_remote(&file);
        world.disk.earlier = Some(file[..500].to_vec());
        world.host.can.hash = Hashing::Unknown;
        let report = get(&mut world, &FileOptions::new(), &[lost]);
        assert_eq!((world.wire, report.resumed), (1000, Resumed::No), "{at}");
        assert!(world.local() == Some(&file[..]));
    }
}

#[test]
fn an_upload_that_uses_no_earlier_part_never_takes_an_older_file_for_its_own() {
    let file = pattern(2 * BLOCK);
    let mut old = file.clone();
    // The last block is the same.
    old[7] ^= 1;
    for options in [
        FileOptions::new(),
        FileOptions::new().with_upload_to(UploadTo::FinalName),
    ] {
        for faults in faults() {
            let mut world = World::with_local(&file);
            world.host.can.hash = Hashing::Unknown;
            world.host.store(NAME, &old, 500);
            world.host.store(PARTIAL, &old, 500);
            put(&mut world, &options, &faults);
            assert!(
                world.remote(NAME) == Some(&file[..]),
                "{options:?} {faults:?}"
            );
        }
    }
}

#[test]
fn a_partial_file_that_cannot_be_looked_at_for_now_is_not_taken_for_renamed() {
    let file = pattern(1000);
    let mut world = World::with_local(&file);
    world.host.store(NAME, &[7; 1000], 50);
    let mut plan = PutFile::new(NAME, &FileOptions::resuming()).expect("a path");
    // Source, LookPartial, Send, SourceAgain, LookSent, SetTime, Rename.
    for (at, what) in [
        (6, Trouble::Lost(0)),
        (1, Trouble::Refused("450 try later")),
    ] {
        let end = world.carry_out(&mut plan, Some(Fault { at, what }));
        assert!(end.expect("no kill").is_err());
        plan.restart();
    }
    world.carry_out(&mut plan, None);
    assert!(world.remote(NAME) == Some(&file[..]));
    assert_eq!(world.wire, 1000);
}

#[test]
fn a_partial_file_that_the_server_never_shows_is_not_taken_for_renamed() {
    let file = pattern(1000);
    let mut world = World::with_local(&file);
    world.host.can.shows_hidden = false;
    world.host.store(NAME, &[7; 1000], 50);
    // Source, LookPartial, Send, SourceAgain, LookSent, SetTime, Rename.
    let lost = Fault {
        at: 6,
        what: Trouble::Lost(0),
    };
    put(&mut world, &FileOptions::resuming(), &[lost]);
    assert!(world.remote(NAME) == Some(&file[..]));
    assert_eq!(world.wire, 2000);
}
