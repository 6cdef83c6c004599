//! Counts the processor's instructions that the core needs for its most frequent work. The counts
//! are recorded in the repository, so that a change that makes the core slower is noticed. Unlike
//! times, counts are the same on a busy machine.
//!
//! Each case runs twice under valgrind's callgrind, with few rounds and with many. The difference
//! is divided by the number of additional rounds. The result contains neither the start of the
//! program nor its preparations.

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

/// By how many percent a count may rise if the compiler, the processor family and the C library are
/// the ones with which the record was made. Counts then differ by a few instructions only, so a
/// larger change comes from the code.
const TOLERANCE: u64 = 5;

/// By how many percent a count may rise if the compiler, the processor family or the C library is
/// another one. Such a difference changes a count by about a tenth. A fault in the code, such as a
/// lost fast path, multiplies the count.
const TOLERANCE_ELSEWHERE: u64 = 25;

/// How many rounds a case makes in its first run (`FEW`) and in its second run (`MANY`).
const FEW: u64 = 20;
const MANY: u64 = 120;

/// Counts the instructions of all cases, and writes the counts to [`RECORD`].
pub(crate) fn record() -> Result<()> {
    let found = Counts::count()?;
    for (name, count) in &found.cases {
        say(&format!("{name:24} {count:>10}"));
    }
    fs::write(workspace::root()?.join(RECORD), found.text()?)?;
    say(&format!("recorded in {RECORD}"));
    Ok(())
}

/// Counts the instructions of all cases, and compares the counts with [`RECORD`].
///
/// # Errors
/// The error names each case that needs more instructions than the tolerance allows, and each case
/// that is not recorded.
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

/// The count of each case, and the compiler, processor and C library that the counts depend on.
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

/// The beginning of the line in [`RECORD`] that names the compiler, the processor and the C
/// library.
const WITH: &str = "# with ";

/// Returns a text that names everything, besides the code, that affects the counts.
fn toolchain() -> Result<String> {
    let compiler = output(Command::new("rustc").arg("-vV"))?;
    let line = |begin: &str| {
        let mut lines = compiler.lines();
        lines.find_map(|line| line.strip_prefix(begin).map(str::to_owned))
    };
    let release = line("release: ").ok_or("rustc does not say its release")?;
    let host = line("host: ").ok_or("rustc does not say its host")?;
    // If the program `getconf` is missing, the C library is not glibc.
    let library = output(Command::new("getconf").arg("GNU_LIBC_VERSION")).map_or_else(
        |_| "another C library".to_owned(),
        |text| text.trim().to_owned(),
    );
    Ok(format!("rustc {release}, {host}, {}, {library}", vectors()))
}

/// Returns as text whether the processor has AVX2. memchr and the C library choose their loops by
/// this, so the counts depend on it.
fn vectors() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        return "AVX2";
    }
    "no AVX2"
}

/// The function whose instructions are counted in a TLS case, with everything that it calls: the
/// client's half of a handshake.
const CLIENT: &str = "*handshakes::client*";

/// Builds the benchmark `instructions`, and returns the path of the program.
fn build() -> Result<PathBuf> {
    let mut cargo = workspace::cargo()?;
    cargo.args("bench --quiet --no-run --package ftp-proto --bench instructions".split(' '));
    // Uses the features with which the adapters build the core.
    cargo.args(["--features", "ring"]);
    // With a single codegen unit, inlining does not depend on how the compiler divides the crate,
    // so the counts stay comparable.
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
        // Counts the client's half of a handshake only, because the test server's half does not
        // matter.
        valgrind.arg(format!("--toggle-collect={CLIENT}"));
    }
    valgrind.arg(program).arg(case).arg(rounds.to_string());
    let done = valgrind.output().map_err(|error| {
        format!("valgrind: {error}; the Debian package of the same name has it")
    })?;
    // The line of callgrind is, for example, `==1234== Collected : 567890`.
    let said = String::from_utf8_lossy(&done.stderr);
    let mut lines = said.lines();
    let count = lines.find_map(|line| line.split_once("Collected :"));
    match count {
        Some((_, count)) if done.status.success() => Ok(count.trim().parse()?),
        _ => Err(format!("{case} under valgrind, {}: {}", done.status, said.trim()).into()),
    }
}
