//! All that a change must pass, in order, up to the first failure.

use std::time::{Duration, Instant};

use crate::console::say;
use crate::servers::Result;
use crate::{counts, demo, features, interop, no_std, workspace};

/// A step with a name of its own.
struct Step {
    name: &'static str,
    action: Action,
}

enum Action {
    /// Cargo with these arguments, separated by spaces.
    Cargo(&'static str),
    /// The same for documentation, whose warnings are errors. Documentation alone: other flags
    /// would make cargo build everything a second time.
    Doc(&'static str),
    /// A job of this program.
    Job(fn() -> Result<()>),
}

use Action::{Cargo, Doc, Job};

const fn step(name: &'static str, action: Action) -> Step {
    Step { name, action }
}

/// The order is that of cost, the cheap ones first.
const STEPS: [Step; 12] = [
    step("formatting", Cargo("fmt --all --check")),
    step(
        "lints, the whole workspace",
        Cargo("clippy --workspace --all-targets -- -D warnings"),
    ),
    step(
        "lints, the core alone",
        Cargo("clippy --package ftp-proto --all-targets --no-default-features -- -D warnings"),
    ),
    step(
        "lints, the core with all but aws-lc-rs",
        Cargo(
            "clippy --package ftp-proto --all-targets \
             --features ring,simulator,platform-verifier,webpki-roots -- -D warnings",
        ),
    ),
    // Of the whole workspace again, since what has been checked already is the same then.
    step(
        "lints, libunftp and the bench",
        Cargo(
            "clippy --workspace --all-targets --features xtask/embedded,xtask/bench -- -D warnings",
        ),
    ),
    step(
        "documentation",
        Doc("doc --workspace --no-deps --features ftp-proto/simulator,ftp-proto/webpki-roots"),
    ),
    step("tests", Cargo("test")),
    step("instructions", Job(counts::check)),
    step("features", Job(features::check)),
    step("no_std", Job(link)),
    step("demo", Job(demo::run)),
    step("interop", Job(|| interop::run(&[]))),
];

/// Runs it.
pub(crate) fn run() -> Result<()> {
    let mut timed: Vec<(&str, Duration)> = Vec::new();
    let begin = Instant::now();
    let mut failure = None;
    for (number, step) in STEPS.iter().enumerate() {
        say(&format!(
            "\n=== {}/{} {}{}",
            number + 1,
            STEPS.len(),
            step.name,
            step.action.shown()
        ));
        let begin = Instant::now();
        let result = step.action.run();
        timed.push((step.name, begin.elapsed()));
        if let Err(error) = result {
            failure = Some(error);
            break;
        }
    }
    say("\n=== summary");
    for (number, (name, duration)) in timed.iter().enumerate() {
        let failed = failure.is_some() && number + 1 == timed.len();
        let result = if failed { "FAILED" } else { "ok" };
        say(&format!(
            "{result:>6} {:>7.1} s  {name}",
            duration.as_secs_f64()
        ));
    }
    for step in &STEPS[timed.len()..] {
        say(&format!("{:>6} {:>9}  {}", "-", "not run", step.name));
    }
    say(&format!(
        "{:>6} {:>7.1} s",
        "all",
        begin.elapsed().as_secs_f64()
    ));
    match (failure, timed.last()) {
        (Some(error), Some((name, _))) => Err(format!("{name}: {error}").into()),
        _ => Ok(()),
    }
}

impl Action {
    fn run(&self) -> Result<()> {
        let (arguments, denied) = match self {
            Cargo(arguments) => (arguments, None),
            Doc(arguments) => (arguments, Some("-D warnings")),
            Job(job) => return job(),
        };
        let mut cargo = workspace::cargo()?;
        cargo.args(arguments.split_whitespace());
        // Here the comparison with CPython's ftplib is not skipped for want of a Python.
        cargo.env("FTP_REQUIRE_PYTHON", "1");
        if let Some(flags) = denied {
            cargo.env("RUSTDOCFLAGS", flags);
        }
        workspace::run(&mut cargo)
    }

    fn shown(&self) -> String {
        match self {
            Cargo(arguments) => format!(": cargo {arguments}"),
            Doc(arguments) => format!(": RUSTDOCFLAGS=\"-D warnings\" cargo {arguments}"),
            Job(_) => String::new(),
        }
    }
}

fn link() -> Result<()> {
    no_std::link(&workspace::root()?)
}
