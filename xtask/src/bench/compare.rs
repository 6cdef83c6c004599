//! Runs the comparison. In each round, all clients run one after the other, so that other work on
//! the machine affects all of them alike.

use std::io::IsTerminal as _;
use std::io::{self, Write as _};
use std::process::Command;

use crate::console::say;
use crate::servers::Result;

use super::contender::{Contender, Role};
use super::measure::{self, Cost};
use super::report::{Outcome, Report};
use super::site::{Case, Protection, Site};
use super::{listings, program, small, trees};

const USAGE: &str = "\
Usage: cargo xtask bench [--rounds N] [--mib N] [--tls] [--check] [CLIENT ...]
       cargo xtask bench --listings [--rounds N] [--check]
       cargo xtask bench --trees [--rounds N] [--check]
       cargo xtask bench --small [--rounds N] [--check] [CLIENT ...]
       cargo xtask bench --program [--rounds N] [--check] [PART ...]

  --rounds N  how often each client runs in each case (5)
  --mib N     the size of the file in MiB (1024)
  --tls       under TLS 1.3 instead of in clear
  --listings  listings instead of bulk transfers: parsers alone, and a directory of 100,000 entries
  --trees     plans of a download instead, for a tree of 100,000 files, beside lftp
  --small     small files in one session instead: round trips, system calls and CPU time of each
              further file, in clear and under TLS 1.3
  --program   the program `ftpx` instead, beside curl, wget and lftp; the parts are size, start,
              mirror, delayed, large, memory and real
  --check     fail where a limit is broken
  CLIENT      only these, by name";

/// Runs the comparison.
pub(super) fn run(arguments: &[&str]) -> Result<()> {
    let Some(settings) = Settings::parse(arguments)? else {
        say(USAGE);
        return Ok(());
    };
    if settings.listings {
        return end(&listings::run(settings.rounds)?, settings.check);
    }
    if settings.trees {
        return end(&trees::run(settings.rounds)?, settings.check);
    }
    if settings.program {
        versions();
        return end(
            &program::run(settings.rounds, &settings.only)?,
            settings.check,
        );
    }
    if settings.small {
        versions();
        return end(
            &small::run(settings.rounds, &settings.only)?,
            settings.check,
        );
    }
    let mut contenders = Contender::all(settings.protection)?;
    if !settings.only.is_empty() {
        contenders.retain(|contender| settings.only.contains(&contender.name));
        if contenders.is_empty() {
            return Err(format!("no such client: {}", settings.only.join(" ")).into());
        }
    }
    versions();
    let site = Site::start(settings.mib, settings.protection)?;
    let mut outcomes = Vec::new();
    for &case in Case::all(settings.protection) {
        let takes_part = |contender: &&Contender| contender.role.takes_part(case);
        let contenders: Vec<_> = contenders.iter().filter(takes_part).collect();
        let costs = rounds(&contenders, case, &site, settings.rounds)?;
        let report = Report::new(&contenders, costs, settings.mib);
        say(&format!(
            "\n{} MiB {}{}, {} rounds",
            settings.mib,
            case.name(),
            match settings.protection {
                Protection::Clear => "",
                Protection::Tls => ", under TLS",
            },
            settings.rounds
        ));
        say(&report.table());
        for verdict in report.verdicts(case, settings.protection) {
            say(&verdict);
            outcomes.push(verdict.outcome);
        }
    }
    end(&outcomes, settings.check)
}

/// Prints how many limits hold. Fails if `check` is set and a limit is broken.
fn end(outcomes: &[Outcome], check: bool) -> Result<()> {
    let count = |wanted| outcomes.iter().filter(|found| **found == wanted).count();
    let broken = count(Outcome::Broken);
    say(&format!(
        "\n{} limits: {} hold, {} are within the noise, {broken} are broken",
        outcomes.len(),
        count(Outcome::Holds),
        count(Outcome::Unsure),
    ));
    if check && broken > 0 {
        return Err(format!("{broken} limits are broken").into());
    }
    Ok(())
}

struct Settings<'a> {
    rounds: usize,
    mib: usize,
    protection: Protection,
    listings: bool,
    trees: bool,
    small: bool,
    program: bool,
    check: bool,
    only: Vec<&'a str>,
}

impl<'a> Settings<'a> {
    /// Parses the arguments. Returns `None` if an option is unknown, such as `--help`: the usage is
    /// then printed.
    fn parse(arguments: &[&'a str]) -> Result<Option<Self>> {
        let mut settings = Self {
            rounds: 5,
            mib: 1024,
            protection: Protection::Clear,
            listings: false,
            trees: false,
            small: false,
            program: false,
            check: false,
            only: Vec::new(),
        };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let mut number = || -> Result<usize> {
                let number = words.next().and_then(|word| word.parse().ok());
                let number = number.filter(|number| *number > 0);
                Ok(number.ok_or_else(|| format!("{word} takes a number above zero"))?)
            };
            match *word {
                "--rounds" => settings.rounds = number()?,
                "--mib" => settings.mib = number()?,
                "--listings" => settings.listings = true,
                "--trees" => settings.trees = true,
                "--small" => settings.small = true,
                "--program" => settings.program = true,
                "--tls" => settings.protection = Protection::Tls,
                "--check" => settings.check = true,
                word if word.starts_with('-') => return Ok(None),
                name => settings.only.push(name),
            }
        }
        Ok(Some(settings))
    }
}

/// Runs all clients in each round, and returns the costs by client and round.
fn rounds(
    contenders: &[&Contender],
    case: Case,
    site: &Site,
    rounds: usize,
) -> Result<Vec<Vec<Cost>>> {
    let mut costs = vec![Vec::with_capacity(rounds); contenders.len()];
    let _prepared = site.prepare(case)?;
    // The first round, number 0, is an extra round that is not counted: the caches are cold, and
    // each transferred file is compared byte by byte.
    for round in 0..=rounds {
        for (contender, costs) in contenders.iter().zip(&mut costs) {
            let (name, case_name) = (contender.name, case.name());
            progress(&format!("{case_name}: {round} of {rounds}, {name}"));
            let failed = |error| format!("{name}, {case_name}: {error}");
            let cost = once(contender, case, site, round == 0).map_err(failed)?;
            if round > 0 {
                costs.push(cost);
            }
        }
    }
    progress("");
    Ok(costs)
}

fn once(contender: &Contender, case: Case, site: &Site, thorough: bool) -> Result<Cost> {
    let far_end = match contender.role {
        Role::Bare => Some(site.far_end(case)?),
        _ => None,
    };
    let bare = far_end
        .as_ref()
        .map(|end| format!("tcp://{}/", end.address()));
    let cost = measure::run(&mut contender.command(case, site, bare)?)?;
    if let Some(far_end) = far_end {
        far_end.join()?;
    }
    site.take_away(case, thorough)?;
    Ok(cost)
}

/// Prints the versions of the compared clients, since other versions may have other costs.
fn versions() {
    let first_line = |program: &str| {
        let output = Command::new(program).arg("--version").output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().next().map(str::to_owned)
    };
    for program in ["curl", "wget", "lftp", "python3"] {
        if let Some(line) = first_line(program) {
            say(&line);
        }
    }
    say("vsftpd of this system's packages, suppaftp 12.2");
}

/// Writes a progress line over the previous progress line.
pub(super) fn progress(line: &str) {
    let mut stderr = io::stderr();
    if stderr.is_terminal() {
        let _ = write!(stderr, "\r\x1b[K{line}");
        let _ = stderr.flush();
    }
}
