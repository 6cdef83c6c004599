//! Checks that the three libraries can be published: their packages, their documentation as docs.rs
//! builds it, and the promises of semantic versioning since the last tag.

use crate::console::{Result, say};
use crate::workspace::{self, is_installed, nightly, output};

const LIBRARIES: [&str; 3] = ["ftp-proto", "ftp-blocking", "ftp-smol"];

/// Runs all checks.
///
/// # Errors
/// The first check that fails. Cargo has then printed the reason.
pub(crate) fn check() -> Result<()> {
    packages()?;
    documentation()?;
    semantic_versions()
}

/// Builds each library from the files of its own package, as cargo builds it for a program that
/// depends on it.
fn packages() -> Result<()> {
    let mut package = workspace::cargo()?;
    package.args(["package", "--quiet"]);
    for library in LIBRARIES {
        package.args(["--package", library]);
    }
    workspace::run(&mut package)?;
    say(&format!("{} can be packaged", LIBRARIES.join(", ")));
    Ok(())
}

/// Builds the documentation as docs.rs does: with a nightly toolchain, and with all features and
/// `--cfg docsrs`, because the manifests ask docs.rs for these.
fn documentation() -> Result<()> {
    if !is_installed(nightly()?.arg("--version")) {
        say("the documentation is not built as docs.rs does: there is no nightly toolchain");
        return Ok(());
    }
    for library in LIBRARIES {
        let mut doc = nightly()?;
        doc.args(["doc", "--quiet", "--no-deps", "--all-features"]);
        doc.args(["--package", library, "--target-dir", "target/docs-rs"]);
        doc.env("RUSTDOCFLAGS", "--cfg docsrs -D warnings");
        workspace::run(&mut doc)?;
    }
    say("the documentation builds as on docs.rs");
    Ok(())
}

/// Checks the public interfaces against those of the last tag, as semantic versioning demands. Does
/// nothing if there is no tag yet.
fn semantic_versions() -> Result<()> {
    let mut tags = std::process::Command::new("git");
    tags.args(["tag", "--list", "v*", "--sort=-version:refname"]);
    tags.current_dir(workspace::root()?);
    let tags = output(&mut tags)?;
    let Some(tag) = tags.lines().next() else {
        say("no tag v* yet: there are no interfaces to compare with");
        return Ok(());
    };
    if !is_installed(workspace::cargo()?.args(["semver-checks", "--version"])) {
        return Err("`cargo install cargo-semver-checks --locked`, and run this again".into());
    }
    let mut checks = workspace::cargo()?;
    checks.args(["semver-checks", "--baseline-rev", tag]);
    for library in LIBRARIES {
        checks.args(["--package", library]);
    }
    workspace::run(&mut checks)
}
