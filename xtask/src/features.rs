//! Whether every combination of features compiles, and without a warning.

use std::fs;
use std::process::Stdio;

use crate::console::say;
use crate::servers::Result;
use crate::workspace;

/// A crate and its features.
struct Package {
    name: &'static str,
    features: &'static [&'static str],
}

const PACKAGES: [Package; 3] = [
    Package {
        name: "ftp-proto",
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
    Package {
        name: "ftp-blocking",
        features: &[
            "client",
            "ring",
            "aws-lc-rs",
            "platform-verifier",
            "webpki-roots",
            "simulator",
        ],
    },
    Package {
        name: "ftp-smol",
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
const IMPLIED: [(&str, &[&str]); 3] = [
    (
        "client",
        &[
            "ring",
            "aws-lc-rs",
            "platform-verifier",
            "webpki-roots",
            "simulator",
        ],
    ),
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
    for package in &PACKAGES {
        let name = package.name;
        let features = declared(name)?;
        if features != package.features {
            return Err(format!("{name} has the features {features:?}").into());
        }
        for combination in package.combinations() {
            package.compile(&combination.join(","))?;
            checked += 1;
        }
    }
    say(&format!("{checked} combinations compile"));
    Ok(())
}

impl Package {
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
        cargo.args([features, "--package", self.name]);
        cargo.stderr(Stdio::piped());
        let output = cargo.output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() && !said.contains("warning") {
            return Ok(());
        }
        let name = self.name;
        Err(format!("{name} with the features {features:?}:\n{said}").into())
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
