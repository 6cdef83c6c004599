//! Runs the program `ftpx` with real servers, in clear text and over TLS: all its commands, the first
//! connection to an unknown server, its exit codes, and mirrors that are killed again and again.
//!
//! A step begins with the same files on the server. It compares what the program writes, and what is
//! on both disks afterwards.

mod changing;
mod exits;
mod first_use;
mod ftpx;
mod kills;
mod large_tree;
mod reading;
mod sequences;
mod site;
mod stopping;
mod transfers;

use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::time::Instant;

use super::in_lanes;
use super::trust::{Secured, Trust};
use crate::console::{complain, say};
use crate::servers::Result;
use crate::servers::foreign::{Foreign, Kind, Program, Setting};
use crate::servers::tls::TlsVersion;
use ftpx::Ftpx;
use site::{Scheme, Site};

/// A step: its name, and what it does.
type Step = (&'static str, fn(&Site<'_>) -> Result<()>);

/// All steps, a group for each file.
const GROUPS: [&[Step]; 5] = [
    reading::STEPS,
    transfers::STEPS,
    changing::STEPS,
    sequences::STEPS,
    exits::STEPS,
];

/// The servers of the gate, which are asked under explicit TLS only.
const QUICK: [Kind; 2] = [Kind::Vsftpd, Kind::Pyftpdlib];

/// How many groups ProFTPD is asked without `--full`: it greets each client half a second late.
const BRIEF: usize = 2;

/// The servers. The slowest one comes first.
const SERVERS: [Kind; 4] = [Kind::ProFtpd, Kind::Vsftpd, Kind::Pyftpdlib, Kind::PureFtpd];

/// What all steps of a run share.
struct Ground<'g> {
    ftpx: Ftpx,
    workdir: &'g Path,
    trust: &'g Trust,
    is_full: bool,
    is_quick: bool,
}

/// Runs the steps with each server in each way. The arguments choose steps by a part of their names.
/// With `--full`, ProFTPD gets all steps too, and with `--quick` only two servers are asked. `--kills 200` kills mirrors of a large tree instead, with
/// vsftpd or with the server that is named.
pub(super) fn run(arguments: &[&str], workdir: &Path, trust: &Trust) -> Result<()> {
    let ground = Ground {
        ftpx: Ftpx::build()?,
        workdir,
        trust,
        is_full: arguments.contains(&"--full"),
        is_quick: arguments.contains(&"--quick"),
    };
    if let ["--kills", kills, server @ ..] = arguments {
        let kind = *super::named(server)?.first().unwrap_or(&Kind::Vsftpd);
        let extent = kills::Extent {
            kills: kills.parse()?,
            ..kills::WHOLE
        };
        return kills::run(&ground, &kind.fetch(workdir)?, extent);
    }
    let chosen = arguments.iter().filter(|it| !it.starts_with("--"));
    let chosen: Vec<&str> = chosen.copied().collect();
    let servers: &[Kind] = match ground.is_quick {
        true => &QUICK,
        false => &SERVERS,
    };
    let fetched = servers.iter().map(|kind| kind.fetch(workdir));
    let fetched: Vec<Program> = fetched.collect::<Result<_>>()?;
    let failures = in_lanes(&fetched, |program| ground.ask(program, &chosen))?;
    if !failures.is_empty() {
        return Err(format!("{} steps failed", failures.len()).into());
    }
    match chosen.is_empty() {
        true => kills::run(&ground, &Kind::Vsftpd.fetch(workdir)?, kills::BRIEF),
        false => Ok(()),
    }
}

impl Ground<'_> {
    /// Runs the steps with one server. Returns the names of those that have failed.
    fn ask(&self, program: &Program, chosen: &[&str]) -> Result<Vec<&'static str>> {
        let other = Kind::Pyftpdlib.fetch(self.workdir)?;
        let other = other.start(&Setting::default())?;
        let is_brief = self.is_brief(program.kind);
        if chosen.is_empty() && !is_brief {
            first_use::run(self, program)?;
            exits::run(self, program)?;
        }
        let schemes: &[Scheme] = match program.kind {
            _ if self.is_quick => &[Scheme::Explicit],
            Kind::Vsftpd => &[Scheme::Clear, Scheme::Explicit, Scheme::Implicit],
            _ if is_brief => &[Scheme::Explicit],
            _ => &[Scheme::Clear, Scheme::Explicit],
        };
        let mut failed = Vec::new();
        for scheme in schemes {
            let server = self.start(program, *scheme)?;
            failed.extend(self.steps(&server, &other, *scheme, chosen)?);
        }
        Ok(failed)
    }

    fn is_brief(&self, kind: Kind) -> bool {
        kind == Kind::ProFtpd && !self.is_full
    }

    fn start(&self, program: &Program, scheme: Scheme) -> Result<Foreign> {
        let secured = match scheme {
            Scheme::Clear => None,
            Scheme::Explicit => Some(Secured::new(TlsVersion::Both)),
            Scheme::Implicit => Some(Secured::IMPLICIT),
        };
        program.start(&Setting {
            tls: secured.map(|secured| self.trust.server(secured)),
            ..Setting::default()
        })
    }

    fn steps(
        &self,
        server: &Foreign,
        other: &Foreign,
        scheme: Scheme,
        chosen: &[&str],
    ) -> Result<Vec<&'static str>> {
        let name = format!("{}, {}", server.kind.name(), scheme.name());
        with_directory(self, server, other, scheme, |site| {
            let begin = Instant::now();
            let is_chosen =
                |name: &str| chosen.is_empty() || chosen.iter().any(|it| name.contains(it));
            let groups = match self.is_brief(server.kind) {
                true => &GROUPS[..BRIEF],
                false => &GROUPS[..],
            };
            let steps = groups.concat().into_iter();
            let (mut count, mut failed) = (0, Vec::new());
            for (step, run) in steps.filter(|(name, _)| is_chosen(name)) {
                count += 1;
                site.begin()?;
                if let Err(error) = run(site) {
                    complain(&format!("{name}: {step}: {error}"));
                    failed.push(step);
                }
            }
            let (runs, seconds) = (site.runs.get(), begin.elapsed().as_secs_f64());
            say(&format!(
                "{name:<24} {count} steps, {runs:>3} runs of ftpx, {} failed, {seconds:.1} s",
                failed.len()
            ));
            Ok(failed)
        })
    }
}

/// Calls `work` with a server and a local directory, which is removed in the end.
fn with_directory<T>(
    ground: &Ground<'_>,
    server: &Foreign,
    other: &Foreign,
    scheme: Scheme,
    work: impl FnOnce(&Site<'_>) -> Result<T>,
) -> Result<T> {
    let local = ground.workdir.join(format!("program-{}", server.port()));
    let root = ground
        .workdir
        .join(format!("program-{}.pem", server.port()));
    fs::create_dir_all(&local)?;
    fs::write(&root, ground.trust.root_pem())?;
    let done = work(&Site {
        ftpx: &ground.ftpx,
        server,
        other,
        scheme,
        root: &root,
        local: local.clone(),
        runs: Cell::default(),
    });
    fs::remove_dir_all(&local)?;
    fs::remove_file(&root)?;
    done
}
