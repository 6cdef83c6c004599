//! Runs every fuzz target for some seconds, beginning with its corpus.

use std::fs;
use std::path::Path;

use crate::console::{Result, say};
use crate::workspace::{self, is_installed, nightly};

#[allow(unreachable_pub, reason = "the corpora are included as they are")]
#[path = "../../fuzz/src/seeds.rs"]
mod seeds;

/// How many seconds each target runs in `cargo xtask ci`, unless `--full` is given.
pub(crate) const BRIEFLY: u64 = 3;

/// The fuzz targets, each with the arguments of cargo that enable its features.
const TARGETS: [(&str, &[&str]); 11] = [
    ("reply", &[]),
    ("split", &[]),
    ("passive", &[]),
    ("proxy", &[]),
    ("facts", &[]),
    ("listing_mlsx", &[]),
    ("listing_unix", &[]),
    ("listing_pc", &[]),
    ("listing_mainframe", &[]),
    ("session", &[]),
    ("pump", &["--features", "ring"]),
];

/// Runs each fuzz target for this many seconds. If libFuzzer finds an input that reaches new code,
/// it writes this input to `target/fuzz-corpus`. The target of TLS takes minutes to build, so a run
/// of [`BRIEFLY`] leaves it out.
///
/// # Errors
/// A target does not build, or has found a fault. libFuzzer has then printed the input that shows
/// the fault.
pub(crate) fn run(seconds: u64) -> Result<()> {
    if !is_installed(nightly()?.args(["fuzz", "--version"])) {
        say("fuzzing is left out: there is no nightly toolchain with cargo-fuzz");
        return Ok(());
    }
    let root = workspace::root()?;
    // One call builds all targets that need no feature. `pump`, the target for TLS, needs a
    // feature, so it is built when it runs.
    workspace::run(nightly()?.args(["fuzz", "build"]))?;
    for (target, features) in TARGETS {
        if seconds <= BRIEFLY && !features.is_empty() {
            say(&format!(
                "{target} is left to longer runs: TLS takes minutes to build"
            ));
            continue;
        }
        let found = root.join("target/fuzz-corpus").join(target);
        fs::create_dir_all(&found)?;
        write_seeds(&root, target, &found)?;
        say(&format!("fuzzing {target} for {seconds} s"));
        let mut fuzz = nightly()?;
        fuzz.args(["fuzz", "run"]).args(features).arg(target);
        fuzz.arg(&found).arg(root.join("fuzz/corpus").join(target));
        fuzz.args(["--", "-dict=fuzz/ftp.dict", "-timeout=10", "-verbosity=0"]);
        fuzz.args([
            "-print_final_stats=1",
            &format!("-max_total_time={seconds}"),
        ]);
        workspace::run(&mut fuzz)?;
    }
    Ok(())
}

/// Writes the first inputs of a target into `directory`, if the target parses listings: pieces of
/// the corpora of its dialects. Other targets get no inputs here.
fn write_seeds(root: &Path, target: &str, directory: &Path) -> Result<()> {
    let of_target = seeds::CORPORA.iter().filter(|(name, _)| *name == target);
    for name in of_target.flat_map(|(_, names)| names.iter()) {
        let corpus = root.join(format!("ftp-proto/src/listing/{name}.corpus"));
        for (number, seed) in seeds::seeds(&fs::read_to_string(corpus)?)
            .iter()
            .enumerate()
        {
            fs::write(directory.join(format!("{name}-{number}")), seed)?;
        }
    }
    Ok(())
}
