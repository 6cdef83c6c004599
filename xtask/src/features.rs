//! Checks that combinations of features compile without a warning.

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;

use crate::console::{Result, say};
use crate::workspace;

const PACKAGES: [&str; 3] = ["ftp-proto", "ftp-blocking", "ftp-smol"];

/// The feature that is left out unless `--every` is given, because its C code takes minutes to
/// compile.
const SLOW: &str = "aws-lc-rs";

/// Features that only add to the others: conversions, hashes, logs, stores and proxies. None of them
/// depends on another feature, so each is checked alone, and all together with each combination of
/// the other features.
const ADDITIONS: [&str; 8] = [
    "chrono",
    "encoding_rs",
    "hashes",
    "jiff",
    "object-store",
    "proxy",
    "serde",
    "tracing",
];

/// A feature, and the features that it enables.
type Feature = (String, BTreeSet<String>);

/// Which combinations of features are checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Two combinations for each package: no feature, and all features except [`SLOW`]. The gate of
    /// `ci.rs` has no time for more.
    Few,
    Every,
}

/// Checks that the combinations of features compile without a warning.
///
/// # Errors
/// The error names the first combination that does not compile without a warning, or a package
/// whose manifest has no readable features.
pub(crate) fn check(extent: Extent) -> Result<()> {
    let mut checked = 0;
    for package in PACKAGES {
        let features = declared(package)?;
        let is_quick = |combination: &Vec<&str>| !combination.contains(&SLOW);
        let quick = combinations(&features).filter(is_quick);
        let most = quick.map(|all| all.len()).max();
        for combination in combinations(&features) {
            let is_largest = is_quick(&combination) && Some(combination.len()) == most;
            if extent == Extent::Every || combination.is_empty() || is_largest {
                compile(package, &combination.join(","))?;
                checked += 1;
            }
        }
    }
    say(&format!("{checked} combinations compile"));
    Ok(())
}

/// Returns the combinations that are worth a check. A feature is left out if another chosen feature
/// enables it, because naming it too changes nothing. A combination contains none or all of the
/// [`ADDITIONS`], or is one of them alone.
fn combinations(features: &[Feature]) -> impl Iterator<Item = Vec<&str>> {
    let additions = features
        .iter()
        .filter(|(name, _)| is_addition(name))
        .count();
    (0_u32..1 << features.len()).filter_map(move |bits| {
        let all = features.iter().enumerate();
        let chosen = all.filter(|(number, _)| bits >> number & 1 == 1);
        let chosen: Vec<_> = chosen.map(|(_, feature)| feature).collect();
        let brought: BTreeSet<_> = chosen.iter().flat_map(|(_, brought)| brought).collect();
        let names = chosen.iter().map(|(name, _)| name);
        let is_brief = names.clone().all(|name| !brought.contains(name));
        let added = names.clone().filter(|name| is_addition(name)).count();
        let is_wanted = is_brief && (added == 0 || added == additions || chosen.len() == 1);
        is_wanted.then(|| names.map(String::as_str).collect())
    })
}

fn is_addition(name: &str) -> bool {
    ADDITIONS.contains(&name)
}

fn compile(package: &str, features: &str) -> Result<()> {
    let mut cargo = workspace::cargo()?;
    cargo.args(["check", "--quiet", "--no-default-features", "--features"]);
    cargo.args([features, "--package", package]);
    cargo.stderr(Stdio::piped());
    let output = cargo.output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() && !said.contains("warning") {
        return Ok(());
    }
    Err(format!("{package} with the features {features:?}:\n{said}").into())
}

/// Returns the features that a package's manifest declares, without `default`.
fn declared(package: &str) -> Result<Vec<Feature>> {
    let manifest = workspace::root()?.join(package).join("Cargo.toml");
    let manifest = fs::read_to_string(manifest)?;
    let lines = manifest.lines().skip_while(|line| *line != "[features]");
    let lines = lines.skip(1).take_while(|line| !line.starts_with('['));
    let mut features = Vec::<Feature>::new();
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (name, brought) = line
            .split_once(" = [")
            .ok_or_else(|| format!("{package}: {line}"))?;
        let brought = brought.split('"').skip(1).step_by(2).map(str::to_owned);
        features.push((name.to_owned(), brought.collect()));
    }
    // Adds the features that are enabled indirectly, through other features.
    for _ in 0..features.len() {
        for (name, further) in features.clone() {
            for (_, brought) in &mut features {
                if brought.contains(&name) {
                    brought.extend(further.clone());
                }
            }
        }
    }
    features.retain(|(name, _)| name != "default");
    if features.is_empty() {
        return Err(format!("{package} has no features").into());
    }
    Ok(features)
}
