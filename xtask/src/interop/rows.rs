//! The contract table, for as far as it asks nothing that only a simulated server does, with
//! every server and through both adapters.
//!
//! Servers use other words and other codes of the same class, so that the comparison is looser
//! than the simulator's: see [`agrees`]. What else they do differently stands in [`DIFFERENT`],
//! a list that is reviewed.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use ftp_blocking::{Error, ErrorKind, Timeouts};
use ftp_proto::simulator::cases;
use ftp_proto::simulator::contract::{Case, Expect, Operation, Outcome};

use super::different::{self, DIFFERENT};
use super::exceptions::Occurs;
use super::jobs;
use crate::console::{complain, say};
use crate::job::Adapter;
use crate::servers::Result;
use crate::servers::foreign::{Foreign, Program, Setting};
use crate::servers::process::Room;

mod blocking;
mod nonblocking;

/// Less than elsewhere: one of the servers is known to fall silent.
const PATIENCE: Duration = Duration::from_secs(10);

/// When the simulator's files were changed: 2024-01-01.
const MODIFIED: Duration = Duration::from_secs(1_704_067_200);

/// Runs it and prints a table.
///
/// # Errors
///
/// When a server does not start, or something came out other than is known.
pub(super) fn run(programs: &[Program]) -> Result<()> {
    let cases: Vec<_> = cases::ALL
        .iter()
        .map(|(name, case)| (*name, case()))
        .filter(|(_, case)| case.is_well_behaved())
        .collect();
    say(&format!("\n{} cases of the contract table", cases.len()));
    let mut occurred = BTreeSet::new();
    let mut unconfined = Vec::new();
    let mut failures = 0;
    for program in programs {
        let server = program.start(&Setting {
            room: Room::Root,
            ..Setting::default()
        })?;
        if !server.is_confined() {
            let name = program.kind().name();
            say(&format!(
                "{name:<9} shows the machine's own root, unless root starts it"
            ));
            unconfined.push(program.kind());
            continue;
        }
        for adapter in Adapter::ALL {
            let mut steps = 0;
            let mut different = 0;
            for (name, case) in &cases {
                for (operation, why) in one(&server, adapter, case)? {
                    steps += 1;
                    let Some(why) = why else {
                        continue;
                    };
                    let step = format!("{operation:?}");
                    match different::of(program.kind(), name, &step) {
                        Some(number) => {
                            different += 1;
                            occurred.insert((number, program.kind()));
                        }
                        None => {
                            failures += 1;
                            let (kind, adapter) = (program.kind().name(), adapter.name());
                            complain(&format!("{kind}, {adapter}, {name}, {step:.60}: {why}"));
                        }
                    }
                }
            }
            say(&format!(
                "{:<9} {:<13} {steps} steps, {different} of them different as reviewed",
                program.kind().name(),
                adapter.name(),
            ));
        }
    }
    let mut said = BTreeSet::new();
    for (number, different) in DIFFERENT.iter().enumerate() {
        let there: Vec<_> = programs
            .iter()
            .map(Program::kind)
            .filter(|kind| different.servers.contains(kind) && !unconfined.contains(kind))
            .collect();
        if there.is_empty() {
            continue;
        }
        let names: Vec<_> = there.iter().map(|kind| kind.name()).collect();
        let line = format!("  {}: {}", names.join(", "), different.reason);
        if said.insert(line.clone()) {
            say(&line);
        }
        for kind in there {
            if different.occurs == Occurs::Always && !occurred.contains(&(number, kind)) {
                failures += 1;
                let (name, reason) = (kind.name(), different.reason);
                complain(&format!("{name} does not differ any more: {reason}"));
            }
        }
    }
    match failures {
        0 => Ok(()),
        _ => Err(format!("contract table: {failures} steps other than known").into()),
    }
}

/// Each step of a case, and what was wrong with it, if anything.
fn one<'c>(
    server: &Foreign,
    adapter: Adapter,
    case: &'c Case,
) -> Result<Vec<(&'c Operation, Option<String>)>> {
    plant(server, case)?;
    let patience = Timeouts::default().with_all(PATIENCE);
    let options = case.options(jobs::options(server).with_timeouts(patience));
    let mut client = Client::connect(adapter, options)?;
    let mut steps = Vec::new();
    for (operation, expected) in case.operations() {
        // vsftpd turns down a root that guests may write to, but looks at it no more than once.
        let begins = matches!(operation, Operation::Login | Operation::Reconnect);
        if begins {
            fs::set_permissions(server.root(), Permissions::from_mode(0o555))?;
        }
        let outcome = match operation {
            // By the name that this server knows.
            Operation::Login => client.login(server),
            operation => client.perform(operation),
        };
        if begins {
            fs::set_permissions(server.root(), Permissions::from_mode(0o755))?;
        }
        steps.push((operation, agrees(operation, &outcome, expected).err()));
    }
    Ok(steps)
}

/// Puts on the server's disk what the case begins with, and nothing else.
fn plant(server: &Foreign, case: &Case) -> Result<()> {
    let root = server.root();
    for entry in fs::read_dir(&root)? {
        let path = entry?.path();
        if path.is_dir() {
            fs::remove_dir_all(path)?;
        } else {
            fs::remove_file(path)?;
        }
    }
    let on_disk = |path: &[u8]| -> PathBuf {
        root.join(OsStr::from_bytes(path.strip_prefix(b"/").unwrap_or(path)))
    };
    for path in case.directories() {
        let path = on_disk(path);
        fs::create_dir(&path)?;
        fs::set_permissions(path, Permissions::from_mode(0o777))?;
    }
    for (path, content) in case.files() {
        let path = on_disk(path);
        fs::write(&path, content)?;
        let owner = fs::metadata(&root)?;
        chown(&path, Some(owner.uid()), Some(owner.gid()))?;
        File::options()
            .write(true)
            .open(path)?
            .set_modified(SystemTime::UNIX_EPOCH + MODIFIED)?;
    }
    Ok(())
}

/// A client of either adapter; QUIT takes it away.
enum Client {
    Blocking(Option<blocking::face::Client>),
    Smol(Option<nonblocking::face::Client>),
}

impl Client {
    fn connect(
        adapter: Adapter,
        options: ftp_blocking::Options,
    ) -> std::result::Result<Self, Error> {
        Ok(match adapter {
            Adapter::Blocking => Self::Blocking(Some(blocking::face::Client::connect(options)?)),
            Adapter::Smol => Self::Smol(Some(nonblocking::face::Client::connect(options)?)),
        })
    }

    fn login(&mut self, server: &Foreign) -> Outcome {
        let (user, password) = (server.user(), server.password());
        let login = match self {
            Self::Blocking(Some(client)) => client.login(user, password),
            Self::Smol(Some(client)) => client.login(user, password),
            _ => Err(Error::new(ErrorKind::Closed)),
        };
        login.map_or_else(|error| Outcome::failed(&error), |_| Outcome::Done)
    }

    fn perform(&mut self, operation: &Operation) -> Outcome {
        match self {
            Self::Blocking(client) => blocking::contract::perform_on(client, operation),
            Self::Smol(client) => nonblocking::contract::perform_on(client, operation),
        }
    }
}

/// Whether that is what was expected, apart from what is a server's own choice: the second and
/// third digit of a code, whether a refusal is for good, the order of names, whether a directory
/// lists itself, the names of features, further facts, and what STOU calls a file.
///
/// # Errors
///
/// Says what it was.
fn agrees(
    operation: &Operation,
    outcome: &Outcome,
    expected: &Expect,
) -> std::result::Result<(), String> {
    let agrees = match (outcome, expected) {
        (Outcome::Code(found), Expect::Is(Outcome::Code(expected))) => {
            found / 100 == expected / 100
        }
        (Outcome::Lines(found), Expect::Is(Outcome::Lines(expected))) => match operation {
            Operation::Facts(_) => {
                let name = |lines: &[Vec<u8>]| {
                    let path = lines.first().cloned().unwrap_or_default();
                    path.rsplit(|byte| *byte == b'/').next().map(<[u8]>::to_vec)
                };
                name(found) == name(expected)
            }
            Operation::Names | Operation::FactsOfAll => names(found) == names(expected),
            _ => found == expected,
        },
        (Outcome::Count(found), Expect::Is(Outcome::Count(expected))) => match operation {
            // It may have a head, and list itself and the directory above.
            Operation::List => (*expected..=expected + 3).contains(found),
            _ => found == expected,
        },
        (Outcome::Bytes(found), Expect::Is(Outcome::Bytes(expected))) => match operation {
            Operation::Features | Operation::UploadUnique(_) => !found.is_empty(),
            Operation::MakeDirectory(_) => {
                let name =
                    |path: &[u8]| path.rsplit(|byte| *byte == b'/').next().map(<[u8]>::to_vec);
                name(found) == name(expected)
            }
            _ => found == expected,
        },
        (Outcome::Failed(found, _), Expect::Fails(expected, _)) => {
            let refusal =
                |kind: ErrorKind| matches!(kind, ErrorKind::Permanent | ErrorKind::Transient);
            found.kind == *expected || (refusal(found.kind) && refusal(*expected))
        }
        (outcome, Expect::Is(expected)) => outcome == expected,
        _ => false,
    };
    if agrees {
        return Ok(());
    }
    Err(format!(
        "{:.120} instead of {:.120}",
        format!("{outcome:?}"),
        format!("{expected:?}")
    ))
}

/// Without what stands for the directory itself, which MLSD may call by its name.
fn names(lines: &[Vec<u8>]) -> Vec<&[u8]> {
    let mut names: Vec<_> = lines
        .iter()
        .map(Vec::as_slice)
        .filter(|name| !matches!(*name, b"." | b".."))
        .collect();
    names.sort_unstable();
    names
}
