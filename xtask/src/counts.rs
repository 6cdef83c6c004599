//! Counts the instructions that the core needs for its most frequent work. The counts are recorded
//! in the repository, so that a regression is noticed. Unlike times, they are the same on a busy
//! machine.
//!
//! Each case runs twice under valgrind's callgrind, with few rounds and with many. The difference,
//! divided by the number of additional rounds, contains neither the start of the program nor its
//! preparations.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::console::{Result, say};
use crate::workspace::{self, output};

/// The file in which the counts are recorded.
const RECORD: &str = "ftp-proto/benches/instructions.txt";

const HEAD: &str = "\
# Instructions of one round of each case of instructions.rs, by callgrind.
# `cargo xtask counts` writes this file, `cargo xtask counts --check` compares with it.
";

/// By how many percent a count may rise, with the compiler, processor family and C library of the
/// record. Counts then differ by a few instructions only, so a larger change comes from the code.
const TOLERANCE: u64 = 5;

/// By how many percent a count may rise with another compiler, processor family or C library. An
/// optimiser or a `memcpy` changes a count by about a tenth in either direction. A lost fast path
/// or an unnecessary loop multiplies it.
const TOLERANCE_ELSEWHERE: u64 = 25;

/// The numbers of rounds of the two runs.
const FEW: u64 = 20;
const MANY: u64 = 120;

/// Counts, and records the counts.
pub(crate) fn record() -> Result<()> {
    let found = Counts::count()?;
    for (name, count) in &found.cases {
        say(&format!("{name:24} {count:>10}"));
    }
    fs::write(workspace::root()?.join(RECORD), found.text()?)?;
    say(&format!("recorded in {RECORD}"));
    Ok(())
}

/// Counts, and compares with the record.
///
/// # Errors
/// Names each case that needs more instructions than the record and the tolerance allow.
pub(crate) fn check() -> Result<()> {
    let path = workspace::root()?.join(RECORD);
    let recorded = fs::read_to_string(&path).map_err(|error| format!("{RECORD}: {error}"))?;
    let recorded = Counts::parse(&recorded)?;
    let found = Counts::count()?;
    let tolerance = if recorded.made_with == found.made_with {
        TOLERANCE
    } else {
        say(&format!(
            "recorded with {}; this is {}: {TOLERANCE_ELSEWHERE} % are tolerated",
            recorded.made_with, found.made_with
        ));
        TOLERANCE_ELSEWHERE
    };
    let mut failures = Vec::new();
    for (name, count) in &found.cases {
        let Some(before) = recorded.of(name) else {
            say(&format!("{name:24} {count:>10}, not recorded"));
            failures.push(name.as_str());
            continue;
        };
        let change = (*count as f64 / before as f64 - 1.0) * 100.0;
        let rose = count * 100 > before * (100 + tolerance);
        let verdict = if rose {
            failures.push(name.as_str());
            "  TOO MANY"
        } else if count * 100 < before * (100 - tolerance) {
            "  fewer: worth recording"
        } else {
            ""
        };
        say(&format!(
            "{name:24} {count:>10}, {before} recorded, {change:+.1} %{verdict}"
        ));
    }
    if failures.is_empty() {
        return Ok(());
    }
    let names = failures.join(", ");
    Err(format!("{names}: if that is meant, record it: cargo xtask counts").into())
}

/// The counts, and what they were made with.
struct Counts {
    made_with: String,
    cases: Vec<(String, u64)>,
}

impl Counts {
    fn count() -> Result<Self> {
        let program = build()?;
        let names = output(&mut Command::new(&program))?;
        let mut cases = Vec::new();
        for name in names.lines() {
            let few = instructions(&program, name, FEW)?;
            let many = instructions(&program, name, MANY)?;
            let count = many.saturating_sub(few) / (MANY - FEW);
            cases.push((name.to_owned(), count));
        }
        Ok(Self {
            made_with: toolchain()?,
            cases,
        })
    }

    fn text(&self) -> Result<String> {
        let mut text = format!("{HEAD}{WITH}{}\n", self.made_with);
        for (name, count) in &self.cases {
            writeln!(text, "{name} {count}")?;
        }
        Ok(text)
    }

    fn parse(text: &str) -> Result<Self> {
        let made_with = text.lines().find_map(|line| line.strip_prefix(WITH));
        let made_with = made_with.ok_or_else(|| format!("{RECORD} does not say with what"))?;
        let mut cases = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, count) = line
                .split_once(' ')
                .ok_or_else(|| format!("{RECORD}: {line}"))?;
            cases.push((name.to_owned(), count.trim().parse()?));
        }
        Ok(Self {
            made_with: made_with.to_owned(),
            cases,
        })
    }

    fn of(&self, name: &str) -> Option<u64> {
        let case = self.cases.iter().find(|(case, _)| case == name);
        case.map(|(_, count)| *count)
    }
}

/// The beginning of the line that names what the counts were made with.
const WITH: &str = "# with ";

/// Returns everything, besides the code, that affects the counts.
fn toolchain() -> Result<String> {
    let compiler = output(Command::new("rustc").arg("-vV"))?;
    let line = |begin: &str| {
        let mut lines = compiler.lines();
        lines.find_map(|line| line.strip_prefix(begin).map(str::to_owned))
    };
    let release = line("release: ").ok_or("rustc does not say its release")?;
    let host = line("host: ").ok_or("rustc does not say its host")?;
    // Without this program, the C library is another one than glibc.
    let library = output(Command::new("getconf").arg("GNU_LIBC_VERSION")).map_or_else(
        |_| "another C library".to_owned(),
        |text| text.trim().to_owned(),
    );
    Ok(format!("rustc {release}, {host}, {}, {library}", vectors()))
}

/// Returns the vector instructions by which memchr and the C library choose their loops.
fn vectors() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        return "AVX2";
    }
    "no AVX2"
}

/// The only function of the handshakes that is counted, with everything that it calls.
const CLIENT: &str = "*handshakes::client*";

/// Builds the benchmark and returns its path.
fn build() -> Result<PathBuf> {
    let mut cargo = workspace::cargo()?;
    cargo.args("bench --quiet --no-run --package ftp-proto --bench instructions".split(' '));
    // The features with which the adapters build the crate.
    cargo.args(["--features", "ring"]);
    // With one unit, inlining does not depend on how the compiler divides the crate.
    cargo.args([
        "--config",
        "profile.bench.package.ftp-proto.codegen-units=1",
    ]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    let messages = output(&mut cargo)?;
    let line = messages
        .lines()
        .find(|line| line.contains("\"compiler-artifact\"") && line.contains("\"executable\":\""));
    let path = line
        .and_then(|line| line.split_once("\"executable\":\""))
        .and_then(|(_, rest)| rest.split_once('"'));
    let (path, _) = path.ok_or("cargo does not say where the benchmark is")?;
    Ok(Path::new(path).to_owned())
}

fn instructions(program: &Path, case: &str, rounds: u64) -> Result<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    if case.starts_with("tls-") {
        // The server's part does not count.
        valgrind.arg(format!("--toggle-collect={CLIENT}"));
    }
    valgrind.arg(program).arg(case).arg(rounds.to_string());
    let done = valgrind.output().map_err(|error| {
        format!("valgrind: {error}; the Debian package of the same name has it")
    })?;
    // For example: ==1234== Collected : 567890
    let said = String::from_utf8_lossy(&done.stderr);
    let mut lines = said.lines();
    let count = lines.find_map(|line| line.split_once("Collected :"));
    match count {
        Some((_, count)) if done.status.success() => Ok(count.trim().parse()?),
        _ => Err(format!("{case} under valgrind, {}: {}", done.status, said.trim()).into()),
    }
}
