//! One fault at a random step, on a random server, with what an earlier call has left: the final
//! name has the old file or the whole new one, the report is true, and the same call succeeds
//! afterwards.

use ftp_proto::TransferOptions;
use ftp_proto::files::{
    FileOptions, FilePlan as _, FileReport, KeepTime, Placed, PutFile, Resume, Resumed, UploadTo,
    Verify,
};
use proptest::prelude::*;

use crate::host::{Abilities, Hashing, Renames};
use crate::world::{BLOCK, End, Fault, NAME, PARTIAL, Trouble, World, pattern};

/// What an earlier call has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Earlier {
    Nothing,
    /// The beginning of the file.
    Right,
    /// The last byte is wrong.
    WrongEnd,
    /// The first byte is wrong.
    WrongStart,
    /// The file, and more.
    Longer,
    /// The beginning of another version of the file.
    OtherVersion,
}

#[derive(Clone, Debug)]
struct Case {
    can: Abilities,
    length: usize,
    /// Whether there is an old file under the final name.
    has_old: bool,
    pipelined: bool,
    earlier: Earlier,
    options: FileOptions,
    fault: Fault,
}

const OLD: &[u8] = b"the old file";

impl Case {
    fn file(&self) -> Vec<u8> {
        pattern(self.length)
    }

    /// The other version of the file. No block of it is in the file.
    fn other(&self) -> Vec<u8> {
        pattern(self.length + 7).iter().map(|byte| !byte).collect()
    }

    /// The bytes of the partial file. `None` if there is none.
    fn partial(&self) -> Option<Vec<u8>> {
        let file = self.file();
        let mut part = file[..self.length * 2 / 3].to_vec();
        match self.earlier {
            Earlier::Nothing => return None,
            Earlier::Right => {}
            Earlier::WrongEnd => part.iter_mut().rev().take(1).for_each(|byte| *byte ^= 1),
            Earlier::WrongStart => part.iter_mut().take(1).for_each(|byte| *byte ^= 1),
            Earlier::Longer => return Some(pattern(self.length + 1)),
            Earlier::OtherVersion => return Some(self.other()[..self.length * 2 / 3].to_vec()),
        }
        Some(part)
    }

    fn tells_size(&self) -> bool {
        self.can.mlst || self.can.size
    }

    fn is_exact(&self) -> bool {
        self.options.transfer == TransferOptions::new()
    }

    fn is_refused(&self) -> bool {
        matches!(self.fault.what, Trouble::Refused(_))
    }

    /// Whether nothing can show that the file is wrong.
    fn is_blind(&self) -> bool {
        let is_proven = self.can.hash == Hashing::Right && !self.is_refused();
        let cut = self.can.truncates && !(self.tells_size() && self.is_exact());
        let unseen = self.can.truncates && self.is_refused();
        let changed = matches!(self.fault.what, Trouble::Changes(_));
        cut || unseen
            || changed && !self.tells_size()
            || self.earlier == Earlier::WrongStart && !is_proven
    }

    /// Whether the server computes the hash that the options demand, and no wrong one.
    fn can_verify(&self) -> bool {
        match self.can.hash {
            Hashing::Right => true,
            Hashing::Wrong => false,
            Hashing::Unknown => self.options.verify != Verify::Required || !self.is_exact(),
        }
    }

    /// Whether a file can get its final name although there is an old one.
    fn can_place(&self) -> bool {
        let is_direct = self.options.upload_to == UploadTo::FinalName || !self.can.dots;
        is_direct || self.can.delete || self.can.rename == Renames::Replacing
    }

    fn versions(&self) -> Vec<Vec<u8>> {
        match &self.fault.what {
            Trouble::Changes(other) => vec![self.file(), other.clone()],
            _ => vec![self.file()],
        }
    }

    fn download(&self) -> World {
        let mut world = World::with_remote(&self.file());
        world.host.can = self.can.clone();
        world.pipelined = self.pipelined;
        if self.has_old {
            world.disk.place(OLD);
        }
        match (self.partial(), self.earlier) {
            (Some(part), Earlier::OtherVersion) => drop(world.disk.partials.insert(1, part)),
            (part, _) => world.disk.earlier = part,
        }
        world
    }

    fn upload(&self) -> World {
        let mut world = World::with_local(&self.file());
        world.host.can = self.can.clone();
        world.pipelined = self.pipelined;
        if self.has_old {
            world.host.store(NAME, OLD, 50);
        }
        let is_possible = self.can.dots && self.options.upload_to == UploadTo::TemporaryName;
        if let Some(part) = self.partial().filter(|_| is_possible) {
            let modified = if self.earlier == Earlier::OtherVersion {
                50
            } else {
                200
            };
            world.host.store(PARTIAL, &part, modified);
        }
        world
    }

    /// Checks what is true of a report in both directions.
    fn check_report(&self, report: &FileReport, world: &World, length: usize) {
        assert_eq!(report.size, length as u64);
        assert_eq!(report.transferred, world.moved);
        if report.verified.is_some() {
            assert_eq!(self.can.hash, Hashing::Right);
        }
        if self.options.verify == Verify::Required && self.is_exact() {
            assert!(report.verified.is_some());
        }
        match report.resumed {
            Resumed::Proven { .. } => assert!(report.verified.is_some()),
            Resumed::Unproven { .. } => assert!(report.verified.is_none()),
            _ => {}
        }
        if self.options.resume == Resume::Never || !self.is_exact() {
            assert_eq!(report.resumed, Resumed::No);
        }
        if self.options.keep_time == KeepTime::No {
            assert_eq!(report.modified, None);
        }
    }

    fn keeps_partials(&self) -> bool {
        self.options.resume != Resume::Never && self.is_exact()
    }
}

fn check_download(case: &Case) {
    let mut world = case.download();
    let end = world.get(&case.options, Some(case.fault.clone()));
    check_downloaded(case, &world, &end);
    let again = world.get(&case.options, None);
    check_downloaded(case, &world, &again);
    if case.can_verify() && case.can.retrieve && !case.can.truncates {
        let again = again.expect("no kill");
        assert!(again.is_ok(), "again: {again:?} {:?}", world.host.heard);
        assert!(world.local() == world.remote(NAME) || case.is_blind());
    }
}

fn check_downloaded(case: &Case, world: &World, end: &End) {
    let is_old = |bytes: &[u8]| case.has_old && bytes == OLD;
    let is_whole = |bytes: &[u8]| case.versions().iter().any(|whole| whole == bytes);
    match world.local() {
        Some(bytes) => assert!(is_old(bytes) || is_whole(bytes) || case.is_blind()),
        None => assert!(!case.has_old),
    }
    match end {
        Some(Ok(report)) => {
            let target = world.disk.target.as_ref().expect("a file");
            assert!(is_whole(&target.bytes) || case.is_blind());
            assert!(world.disk.partials.is_empty());
            assert_eq!(report.placed, Placed::Renamed);
            assert_eq!(report.modified.unwrap_or(target.modified), target.modified);
            case.check_report(report, world, target.bytes.len());
            if case.options.resume == Resume::IfProven {
                assert!(!matches!(report.resumed, Resumed::Unproven { .. }));
            }
        }
        // The first step may have failed, before anything happened to an earlier partial file.
        Some(Err(_)) if case.earlier == Earlier::Nothing => {
            let partials = world.disk.partials.values();
            assert!(
                partials
                    .into_iter()
                    .all(|it| case.keeps_partials() && !it.is_empty())
            );
        }
        _ => {}
    }
}

fn check_upload(case: &Case) {
    let mut world = case.upload();
    let end = world.put(&case.options, Some(case.fault.clone()));
    check_uploaded(case, &world, &end);
    let again = world.put(&case.options, None);
    if case.can_verify() && case.can_place() && !case.can.truncates {
        let again = again.expect("no kill");
        assert!(again.is_ok(), "again: {again:?} {:?}", world.host.heard);
        assert!(world.remote(NAME) == Some(world.disk.source()) || case.is_blind());
        assert!(world.remote(PARTIAL).is_none() || !case.can.delete);
    }
}

/// Checks that the same plan succeeds in later attempts, whatever has failed in the first two.
fn check_restarts(case: &Case, second: &Fault) {
    let mut world = case.upload();
    let mut plan = PutFile::new(NAME, &case.options).expect("a path");
    for fault in [&case.fault, second] {
        if let Some(Ok(_)) = world.carry_out(&mut plan, Some(fault.clone())) {
            return;
        }
        plan.restart();
    }
    let end = world.carry_out(&mut plan, None).expect("no kill");
    if case.can_verify() && case.can_place() && !case.can.truncates {
        assert!(end.is_ok(), "again: {end:?} {:?}", world.host.heard);
        assert!(world.remote(NAME) == Some(world.disk.source()) || case.is_blind());
        assert!(world.remote(PARTIAL).is_none() || !case.can.delete);
    }
}

fn check_uploaded(case: &Case, world: &World, end: &End) {
    let host = &world.host;
    let is_whole = |bytes: &[u8]| case.versions().iter().any(|whole| whole == bytes);
    let is_direct = host.has_heard("STOR a");
    let is_deleted = host.has_heard("DELE a");
    let rename = case.can.rename;
    let refuses = matches!(rename, Renames::IfAbsent | Renames::DeniedAtRnto) || case.is_refused();
    // A file under its final name may be deleted in the cleanup.
    assert!(refuses || is_direct || !is_deleted);
    let wholes = [NAME, PARTIAL].map(|name| world.remote(name).is_some_and(is_whole));
    let is_replaced = case.has_old && case.tells_size() && case.can.dots && refuses;
    if is_deleted && is_replaced && case.options.upload_to == UploadTo::TemporaryName {
        assert!(wholes.contains(&true) || case.is_refused() || case.is_blind());
    }
    match world.remote(NAME) {
        Some(bytes) => {
            let is_old = case.has_old && bytes == OLD;
            assert!(is_old || is_whole(bytes) || is_direct || case.is_blind());
        }
        None => assert!(!case.has_old || is_direct || is_deleted),
    }
    // The fault may have been that the deletion failed.
    let last = host.heard.last().map(String::as_str);
    let is_fault = host.dead || case.is_refused() && last == Some("DELE .a.ftp-part");
    let has_partial = world.remote(PARTIAL).is_some() && case.can.delete && !is_fault;
    match end {
        Some(Ok(report)) => {
            let target = &host.files[NAME];
            assert!(is_whole(&target.bytes) || case.is_blind());
            assert!(!has_partial);
            assert_eq!(report.modified.unwrap_or(target.modified), target.modified);
            assert_eq!(report.placed == Placed::Direct, is_direct);
            if is_direct && case.options.upload_to == UploadTo::TemporaryName {
                assert!(matches!(
                    report.resumed,
                    Resumed::No | Resumed::Discarded(_)
                ));
                assert!(report.verified.is_none() || host.has_heard("XSHA256 a"));
            }
            assert_eq!(
                report.placed == Placed::RenamedAfterDelete,
                is_deleted && !is_direct
            );
            case.check_report(
                report,
                world,
                case.versions()[0].len().max(target.bytes.len()),
            );
        }
        Some(Err(_))
            if case.earlier == Earlier::Nothing && !is_deleted && !case.keeps_partials() =>
        {
            assert!(!has_partial, "{:?}", host.heard);
        }
        _ => {}
    }
}

fn likely() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.8)
}

fn abilities() -> impl Strategy<Value = Abilities> {
    let names = (likely(), likely(), likely());
    let transfers = (likely(), likely(), likely());
    let files = (likely(), likely(), likely(), prop::bool::weighted(0.1));
    let rename = prop_oneof![
        3 => Just(Renames::Replacing),
        2 => Just(Renames::IfAbsent),
        1 => Just(Renames::Unknown),
        1 => Just(Renames::Denied),
        1 => Just(Renames::DeniedAtRnto),
    ];
    let hash = prop_oneof![
        3 => Just(Hashing::Right),
        3 => Just(Hashing::Unknown),
        1 => Just(Hashing::Wrong),
    ];
    (names, transfers, files, rename, hash).prop_map(
        |(
            (mlst, size, mdtm),
            (rest, append, retrieve),
            (dots, delete, set_time, truncates),
            rename,
            hash,
        )| Abilities {
            ignores_rest: false,
            mlst,
            size,
            mdtm,
            rest,
            late: b"",
            append,
            retrieve,
            dots,
            overwrite: true,
            delete,
            set_time,
            rename,
            hash,
            truncates,
            shows_hidden: true,
            facts_of_hidden: true,
        },
    )
}

fn options() -> impl Strategy<Value = FileOptions> {
    let resume = prop_oneof![
        Just(Resume::Never),
        Just(Resume::Allowed),
        Just(Resume::IfProven),
    ];
    let verify = prop_oneof![
        Just(Verify::No),
        Just(Verify::IfPossible),
        Just(Verify::Required),
    ];
    let text = prop::bool::weighted(0.1);
    (resume, verify, likely(), likely(), text).prop_map(|(resume, verify, keep, beside, text)| {
        let mut options = FileOptions::new().with_resume(resume).with_verify(verify);
        if !keep {
            options.keep_time = KeepTime::No;
        }
        if !beside {
            options.upload_to = UploadTo::FinalName;
        }
        if text {
            options.transfer = TransferOptions::text();
            if options.verify == Verify::Required {
                // The plan refuses this for a text.
                options.verify = Verify::IfPossible;
            }
        }
        options
    })
}

fn faults() -> impl Strategy<Value = Fault> {
    let most = prop_oneof![Just(0), Just(50), Just(BLOCK + 3)];
    let reply = prop_oneof![
        Just("550 not allowed"),
        Just("450 try later"),
        Just("502 what"),
        Just("331 odd"),
    ];
    let what = prop_oneof![
        Just(Trouble::DiskFails),
        reply.prop_map(Trouble::Refused),
        most.clone().prop_map(Trouble::Lost),
        Just(Trouble::LostAfter),
        Just(Trouble::Late),
        most.prop_map(Trouble::Killed),
        Just(Trouble::KilledAfter),
        Just(Trouble::Changes(Vec::new())),
    ];
    (0..16_usize, what).prop_map(|(at, what)| Fault { at, what })
}

fn cases() -> impl Strategy<Value = Case> {
    let length = prop_oneof![
        Just(0),
        Just(1),
        Just(100),
        Just(BLOCK),
        Just(BLOCK + 1),
        Just(2 * BLOCK + 500),
    ];
    let earlier = prop_oneof![
        Just(Earlier::Nothing),
        Just(Earlier::Right),
        Just(Earlier::WrongEnd),
        Just(Earlier::WrongStart),
        Just(Earlier::Longer),
        Just(Earlier::OtherVersion),
    ];
    (
        abilities(),
        length,
        any::<(bool, bool)>(),
        earlier,
        options(),
        faults(),
    )
        .prop_map(
            |(can, length, (has_old, pipelined), earlier, options, fault)| {
                let mut case = Case {
                    can,
                    length,
                    has_old,
                    pipelined,
                    earlier,
                    options,
                    fault,
                };
                let other = case.other();
                if let Trouble::Changes(bytes) = &mut case.fault.what {
                    *bytes = other;
                    case.can.truncates = false;
                }
                case
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_download_is_whole_or_not_there_whatever_fails(case in cases()) {
        check_download(&case);
    }

    #[test]
    fn an_upload_is_whole_after_another_attempt(case in cases(), second in faults()) {
        check_restarts(&case, &second);
    }

    #[test]
    fn an_upload_is_whole_or_not_there_whatever_fails(case in cases()) {
        check_upload(&case);
    }
}
