//! Compilers of Debian, unpacked below `target/` and not installed, so that no job needs rustup.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::console::Result;
use crate::workspace;

/// A compiler of Debian, unpacked.
pub(crate) struct Compiler {
    root: PathBuf,
    /// Whether the source of the standard library is there too.
    has_source: bool,
}

impl Compiler {
    /// Downloads and unpacks a compiler, unless it is there. `version` is, for example, `1.85`;
    /// `None` is the newest one, with the source of the standard library.
    pub(crate) fn unpacked(version: Option<&str>) -> Result<Self> {
        let root = home()?.join(version.unwrap_or("newest"));
        let has_source = version.is_none();
        let compiler = Self { root, has_source };
        if compiler.root.join("done").is_file() {
            return Ok(compiler);
        }
        let archives = compiler.root.join("archives");
        fs::create_dir_all(&archives)?;
        let full = full_version(version)?;
        let short = full.split('.').take(2).collect::<Vec<_>>().join(".");
        let mut packages = vec![
            format!("rustc-web={full}"),
            format!("libstd-rust-web-dev={full}"),
            format!("libstd-rust-web-{short}={full}"),
        ];
        if has_source {
            packages.push(format!("rust-web-src={full}"));
        }
        for package in packages {
            compiler.add(&archives, &package)?;
        }
        compiler.add(&archives, &library_of_llvm(&archives, &short)?)?;
        fs::write(compiler.root.join("done"), "")?;
        Ok(compiler)
    }

    fn add(&self, archives: &Path, package: &str) -> Result<()> {
        let download = ["--quiet", "download", package];
        let mut apt = Command::new("apt-get");
        workspace::output(apt.args(download).current_dir(archives))?;
        let name = package.split('=').next().unwrap_or(package);
        for archive in archives_of(archives, name)? {
            workspace::output(Command::new("dpkg").arg("-x").arg(archive).arg(&self.root))?;
        }
        Ok(())
    }

    /// Returns a cargo command in the workspace that compiles with this compiler. `flags` are for
    /// the compiler. What it builds has a directory of its own.
    pub(crate) fn cargo(&self, flags: &str) -> Result<Command> {
        let mut cargo = workspace::cargo()?;
        cargo
            .env("RUSTC", self.root.join("usr/bin/rustc"))
            .env(
                "LD_LIBRARY_PATH",
                self.root.join("usr/lib/x86_64-linux-gnu"),
            )
            .env("CARGO_TARGET_DIR", self.root.join("target"))
            .env("RUSTFLAGS", flags)
            .env_remove("RUSTUP_TOOLCHAIN");
        if self.has_source {
            // For `-Z build-std`, which builds the standard library for another target.
            cargo.env("RUSTC_BOOTSTRAP", "1");
        }
        Ok(cargo)
    }
}

/// Returns the directory of all compilers.
pub(crate) fn home() -> Result<PathBuf> {
    Ok(workspace::root()?.join("target/compilers"))
}

/// Returns the version of the package `rustc-web` that begins so, such as `1.85.0+dfsg3-1`.
fn full_version(version: Option<&str>) -> Result<String> {
    let list = || workspace::output(Command::new("apt-cache").args(["madison", "rustc-web"]));
    let mut listed = list()?;
    if listed.is_empty() {
        workspace::output(Command::new("apt-get").args(["--quiet", "update"]))?;
        listed = list()?;
    }
    // A line is, for example, `rustc-web | 1.85.0+dfsg3-1 | https://… bookworm/main amd64 Packages`.
    let versions = listed.lines().filter_map(|line| line.split('|').nth(1));
    let begin = version.unwrap_or_default();
    let mut fitting = versions.map(str::trim).filter(|it| it.starts_with(begin));
    let full = fitting.next().map(str::to_owned);
    full.ok_or_else(|| format!("Debian has no package rustc-web {begin}").into())
}

/// Returns the name of the package with the LLVM that a downloaded compiler needs.
fn library_of_llvm(archives: &Path, version: &str) -> Result<String> {
    let name = format!("libstd-rust-web-{version}");
    for archive in archives_of(archives, &name)?
        .into_iter()
        .chain(archives_of(archives, "rustc-web")?)
    {
        let mut field = Command::new("dpkg-deb");
        let field = workspace::output(field.arg("-f").arg(archive).arg("Depends"))?;
        let mut words = field.split([',', ' ', '\n']);
        if let Some(llvm) = words.find(|word| word.starts_with("libllvm")) {
            return Ok(llvm.to_owned());
        }
    }
    Err("the compiler names no LLVM".into())
}

/// Returns the downloaded archives of this package.
fn archives_of(archives: &Path, package: &str) -> Result<Vec<PathBuf>> {
    let begin = format!("{package}_");
    let entries = fs::read_dir(archives)?.collect::<std::io::Result<Vec<_>>>()?;
    let fits = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy());
        name.is_some_and(|name| name.starts_with(&begin))
    };
    Ok(entries
        .into_iter()
        .map(|entry| entry.path())
        .filter(fits)
        .collect())
}
