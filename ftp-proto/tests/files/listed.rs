//! Downloads that begin with what a listing has told. A file that has changed since the listing ends
//! as the new version or as an error, never as a mix of two, and never with the wrong size.

use ftp_proto::files::{FileOptions, GetFile, Resume};
use ftp_proto::listing::Entry;
use ftp_proto::{ErrorKind, Options, TransferOptions};

use crate::host::time;
use crate::world::{End, Fault, NAME, Trouble, World, pattern};

/// Downloads `a`, of which a listing has told the size and the time 100 s.
fn get(world: &mut World, size: usize, options: &FileOptions, fault: Option<Fault>) -> End {
    let line = format!("type=file;size={size};modify={}; a", time(100).to_digits());
    get_as(world, &line, options, fault)
}

fn get_as(world: &mut World, line: &str, options: &FileOptions, fault: Option<Fault>) -> End {
    let entry = Entry::from_facts(line).expect("an entry");
    let server = Options::new("files.example.org");
    let plan = GetFile::new(NAME, &server, options).expect("a path");
    world.carry_out(plan.with_entry(&entry), fault)
}

fn has_asked(world: &World) -> bool {
    let questions = ["MLST a", "SIZE a", "MDTM a"];
    questions.iter().any(|line| world.host.has_heard(line))
}

#[test]
fn a_listed_file_is_not_asked_about() {
    let mut world = World::with_remote(&pattern(1000));
    let report = get(&mut world, 1000, &FileOptions::new(), None);
    let report = report.expect("no kill").expect("it comes");
    assert_eq!(world.local(), Some(&pattern(1000)[..]));
    assert_eq!((report.size, report.modified), (1000, Some(time(100))));
    assert!(report.is_size_checked);
    assert!(!has_asked(&world), "{:?}", world.host.heard);
}

#[test]
fn a_listing_that_is_not_exact_does_not_count() {
    for line in [
        "type=file;size=1000; a",
        "type=file;modify=20260102000140; a",
        "type=dir;size=1000;modify=20260102000140; a",
    ] {
        let mut world = World::with_remote(&pattern(1000));
        let end = get_as(&mut world, line, &FileOptions::new(), None);
        end.expect("no kill").expect("it comes");
        assert!(has_asked(&world), "{line}");
    }
    // The sizes of a text are not compared, so a change would not show.
    let text = FileOptions::new().with_transfer(TransferOptions::text());
    let mut world = World::with_remote(&pattern(1000));
    let end = get(&mut world, 1000, &text, None);
    end.expect("no kill").expect("it comes");
    assert!(has_asked(&world));
}

#[test]
fn a_file_of_another_size_than_listed_is_asked_about_and_downloaded_again() {
    for size in [999, 1001, 0, 5000] {
        for options in [FileOptions::new(), FileOptions::resuming()] {
            let mut world = World::with_remote(&pattern(1000));
            let report = get(&mut world, size, &options, None);
            let report = report.expect("no kill").expect("it comes");
            assert_eq!(world.local(), Some(&pattern(1000)[..]), "{size}");
            assert_eq!((report.size, report.transferred), (1000, 2000), "{size}");
            assert!(has_asked(&world), "{size}");
            assert!(world.disk.partials.is_empty(), "{size}");
        }
    }
}

#[test]
fn a_listed_file_that_is_gone_is_an_error() {
    let mut world = World::with_remote(&pattern(1000));
    world.host.files.clear();
    let end = get(&mut world, 1000, &FileOptions::new(), None);
    let error = end.expect("no kill").expect_err("it is gone");
    assert_eq!(error.kind(), ErrorKind::Permanent);
    assert_eq!(world.local(), None);
    assert!(world.disk.partials.is_empty());
}

/// The part belongs to the listed version, and the server has a newer one that begins alike.
#[test]
fn a_resume_of_a_listed_file_that_has_changed_ends_as_the_new_version() {
    let mut world = World::with_remote(&pattern(1000));
    world.disk.earlier = Some(pattern(500));
    world.host.store(NAME, &pattern(1000), 200);
    let options = FileOptions::resuming().with_resume(Resume::Allowed);
    let report = get(&mut world, 1000, &options, None);
    let report = report.expect("no kill").expect("it comes");
    assert_eq!(report.modified, Some(time(200)));
    assert_eq!(world.local(), Some(&pattern(1000)[..]));
    assert!(world.disk.partials.is_empty());
}

#[test]
fn invariant_a_listed_file_that_changes_at_any_step_is_no_mix() {
    let old = pattern(1000);
    let other: Vec<u8> = old.iter().map(|byte| !byte).collect();
    for options in [FileOptions::new(), FileOptions::resuming()] {
        for part in [0, 500] {
            for at in 0..14 {
                for length in [1000, 600, 1400] {
                    let new: Vec<u8> = other.iter().copied().cycle().take(length).collect();
                    let mut world = World::with_remote(&old);
                    world.disk.earlier = (part > 0).then(|| old[..part].to_vec());
                    let fault = Fault {
                        at,
                        what: Trouble::Changes(new.clone()),
                    };
                    let end = get(&mut world, 1000, &options, Some(fault));
                    let case = format!("{part} {at} {length}: {end:?}");
                    match end.expect("no kill") {
                        Ok(report) => {
                            let local = world.local().expect("a file");
                            assert!(local == old || local == new, "{case}");
                            assert_eq!(report.size, local.len() as u64, "{case}");
                        }
                        Err(_) => assert_eq!(world.local(), None, "{case}"),
                    }
                }
            }
        }
    }
}

#[test]
fn another_attempt_asks_the_server() {
    let mut world = World::with_remote(&pattern(1000));
    let server = Options::new("files.example.org");
    let line = format!("type=file;size=1000;modify={}; a", time(100).to_digits());
    let entry = Entry::from_facts(&line).expect("an entry");
    let plan = GetFile::new(NAME, &server, &FileOptions::resuming()).expect("a path");
    let mut plan = plan.with_entry(&entry);
    let lost = Fault {
        at: 1,
        what: Trouble::Lost(300),
    };
    let end = world.carry_out(&mut plan, Some(lost));
    end.expect("no kill").expect_err("it is lost");
    assert!(!has_asked(&world));
    ftp_proto::files::FilePlan::restart(&mut plan);
    let report = world.carry_out(&mut plan, None);
    let report = report.expect("no kill").expect("it comes");
    assert!(has_asked(&world));
    assert_eq!(report.size, 1000);
    assert_eq!(world.local(), Some(&pattern(1000)[..]));
}
