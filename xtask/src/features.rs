//! Whether every combination of features compiles, and without a warning.

use std::fs;
use std::process::Stdio;

use crate::console::say;
use crate::servers::Result;
use crate::workspace;

/// Crates that have the same features, and which.
struct Family {
    packages: &'static [&'static str],
    features: &'static [&'static str],
}

const FAMILIES: [Family; 2] = [
    Family {
        packages: &["ftp-proto"],
        features: &[
            "std",
            "rustls",
            "ring",
            "aws-lc-rs",
            "platform-verifier",
            "webpki-roots",
            "simulator",
        ],
    },
    Family {
        packages: &["ftp-blocking", "ftp-smol"],
        features: &[
            "ring",
            "aws-lc-rs",
            "platform-verifier",
            "webpki-roots",
            "simulator",
        ],
    },
];

/// What others bring along: to ask for it beside them changes nothing.
const IMPLIED: [(&str, &[&str]); 2] = [
    (
        "std",
        &[
            "rustls",
            "ring",
            "aws-lc-rs",
            "platform-verifier",
            "webpki-roots",
            "simulator",
        ],
    ),
    (
        "rustls",
        &["ring", "aws-lc-rs", "platform-verifier", "webpki-roots"],
    ),
];

/// Checks them all.
///
/// # Errors
///
/// Names the first combination that does not compile, or not without a warning; and a crate that has
/// other features than are listed here.
pub(crate) fn check() -> Result<()> {
    let mut checked = 0;
    for family in &FAMILIES {
        for package in family.packages {
            let features = declared(package)?;
            if features != family.features {
                return Err(format!("{package} has the features {features:?}").into());
            }
        }
        for combination in family.combinations() {
            family.compile(&combination.join(","))?;
            checked += 1;
        }
    }
    say(&format!("{checked} combinations compile"));
    Ok(())
}

impl Family {
    fn combinations(&self) -> impl Iterator<Item = Vec<&'static str>> {
        (0_u32..1 << self.features.len()).filter_map(|bits| {
            let chosen = |number: usize| bits >> number & 1 == 1;
            let all = self.features.iter().enumerate();
            let features: Vec<_> = all
                .filter(|(number, _)| chosen(*number))
                .map(|(_, feature)| *feature)
                .collect();
            let is_told_twice = |(implied, by): &(&str, &[&str])| {
                features.contains(implied) && by.iter().any(|feature| features.contains(feature))
            };
            (!IMPLIED.iter().any(is_told_twice)).then_some(features)
        })
    }

    fn compile(&self, features: &str) -> Result<()> {
        let mut cargo = workspace::cargo()?;
        cargo.args(["check", "--quiet", "--no-default-features", "--features"]);
        cargo.arg(features).stderr(Stdio::piped());
        for package in self.packages {
            cargo.args(["--package", package]);
        }
        let output = cargo.output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() && !said.contains("warning") {
            return Ok(());
        }
        let packages = self.packages.join(", ");
        Err(format!("{packages} with the features {features:?}:\n{said}").into())
    }
}

/// The names in a manifest's table of features, but for the default.
fn declared(package: &str) -> Result<Vec<String>> {
    let manifest = workspace::root()?.join(package).join("Cargo.toml");
    let manifest = fs::read_to_string(manifest)?;
    let table = manifest.lines().skip_while(|line| *line != "[features]");
    Ok(table
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name.to_owned())
        .filter(|name| name != "default")
        .collect())
}
