//! Checks that the crates compile for other processors and systems, and with the oldest compiler
//! that they promise. The compilers are Debian's, unpacked below `target/` and not installed, so
//! that the job needs no rustup.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::console::{Result, say};
use crate::workspace;

/// Which targets are checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The oldest compiler, and processors without a system.
    Few,
    /// And macOS. Its check needs a C compiler for macOS: zig, from PyPI.
    Every,
}

/// One check: the arguments of cargo, which compiler runs, and the flags of this compiler.
struct Check {
    name: &'static str,
    arguments: &'static str,
    is_oldest: bool,
    flags: &'static str,
}

/// The compiler that the manifests promise.
const OLDEST: &str = "1.85";

/// Some processors have no atomic compare-and-swap. By this flag, or by a feature of portable-atomic,
/// a program says that it runs on one core.
const ONE_CORE: &str = "--cfg portable_atomic_unsafe_assume_single_core";

const FEW: [Check; 4] = [
    Check {
        name: "the libraries, with Rust 1.85",
        arguments: "check --package ftp-proto --package ftp-blocking --package ftp-smol",
        is_oldest: true,
        flags: "",
    },
    bare(
        "the core, for thumbv7em (Cortex-M4)",
        "check -Z build-std=core,alloc --target thumbv7em-none-eabihf --package ftp-proto",
    ),
    bare(
        "the core, for thumbv6m (Cortex-M0)",
        "check -Z build-std=core,alloc --target thumbv6m-none-eabi --package ftp-proto",
    ),
    bare(
        "the core, for riscv32imc",
        "check -Z build-std=core,alloc --target riscv32imc-unknown-none-elf --package ftp-proto",
    ),
];

const MACOS: Check = Check {
    name: "the adapters, for macOS",
    arguments: "check -Z build-std=std,panic_unwind --target aarch64-apple-darwin \
                --package ftp-blocking --package ftp-smol",
    is_oldest: false,
    flags: "",
};

/// A check of the core for a processor without a system.
const fn bare(name: &'static str, arguments: &'static str) -> Check {
    Check {
        name,
        arguments,
        is_oldest: false,
        flags: ONE_CORE,
    }
}

/// Runs the checks.
pub(crate) fn check(extent: Extent) -> Result<()> {
    let home = workspace::root()?.join("target/compilers");
    let newest = Compiler::unpacked(&home, None)?;
    let oldest = Compiler::unpacked(&home, Some(OLDEST))?;
    for check in &FEW {
        let compiler = if check.is_oldest { &oldest } else { &newest };
        compiler.run(check, None)?;
    }
    if extent == Extent::Every {
        let compiler = zig(&home)?;
        newest.run(&MACOS, Some(&compiler))?;
    }
    Ok(())
}

/// A compiler of Debian, unpacked.
struct Compiler {
    root: PathBuf,
}

impl Compiler {
    /// Downloads and unpacks a compiler, unless it is there. `version` is, for example, `1.85`;
    /// `None` is the newest one, with the source of the standard library.
    fn unpacked(home: &Path, version: Option<&str>) -> Result<Self> {
        let root = home.join(version.unwrap_or("newest"));
        let compiler = Self { root };
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
        if version.is_none() {
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

    fn run(&self, check: &Check, c_compiler: Option<&Path>) -> Result<()> {
        let mut cargo = workspace::cargo()?;
        cargo
            .args(check.arguments.split_whitespace())
            .arg("--quiet")
            .env("RUSTC", self.root.join("usr/bin/rustc"))
            .env(
                "LD_LIBRARY_PATH",
                self.root.join("usr/lib/x86_64-linux-gnu"),
            )
            .env("CARGO_TARGET_DIR", self.root.join("target"))
            .env("RUSTFLAGS", check.flags)
            .env_remove("RUSTUP_TOOLCHAIN");
        if !check.is_oldest {
            cargo.env("RUSTC_BOOTSTRAP", "1");
        }
        if let Some(compiler) = c_compiler {
            cargo
                .env("CC_aarch64_apple_darwin", compiler)
                .env("AR_aarch64_apple_darwin", "ar")
                .env("SDKROOT", "/nonexistent");
        }
        workspace::run(&mut cargo).map_err(|error| format!("{}: {error}", check.name))?;
        say(&format!("{}: compiles", check.name));
        Ok(())
    }
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

/// Installs zig into a virtual environment of Python, and writes a script that calls it as a C
/// compiler for macOS. Nothing is linked.
fn zig(home: &Path) -> Result<PathBuf> {
    let (python, script) = (home.join("zig/bin/python3"), home.join("zcc-macos"));
    if !python.is_file() {
        let mut venv = Command::new("python3");
        workspace::output(venv.args(["-m", "venv"]).arg(home.join("zig")))?;
        let mut pip = Command::new(&python);
        workspace::output(pip.args(["-m", "pip", "install", "--quiet", "ziglang"]))?;
    }
    let text = SCRIPT.replace("PYTHON", &python.to_string_lossy());
    fs::write(&script, text)?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    Ok(script)
}

/// zig does not know the flags that are left out.
const SCRIPT: &str = r#"#!/bin/bash
args=(); skip=
for word in "$@"; do
    if [ -n "$skip" ]; then skip=; continue; fi
    case "$word" in
        --target=* | -mmacosx-version-min=* | -march=*) ;;
        -arch) skip=1 ;;
        *) args+=("$word") ;;
    esac
done
exec "PYTHON" -m ziglang cc -target aarch64-macos "${args[@]}"
"#;
