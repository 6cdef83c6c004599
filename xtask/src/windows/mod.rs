//! Runs the tests of the three libraries as programs for Windows, under Wine. Debian's newest Rust
//! compiler is unpacked below `target/`; mingw-w64 and Wine are installed if they are missing.

mod exceptions;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::compilers::{self, Compiler};
use crate::console::{Result, say};
use crate::workspace;

use exceptions::{EXCEPTIONS, Exception};

const TARGET: &str = "x86_64-pc-windows-gnu";

/// The C compiler, which also links.
const GCC: &str = "x86_64-w64-mingw32-gcc";

/// The programs that the job needs, each with Debian's package of it.
const TOOLS: [(&str, &str); 2] = [
    (GCC, "gcc-mingw-w64-x86-64"),
    ("/usr/lib/wine/wine64", "wine64"),
];

/// Wine 8 has no `bcryptprimitives.dll`. Rust's standard library takes its random numbers from it.
const RANDOM_NUMBERS: &str = r"
#include <windows.h>

/* RtlGenRandom, which has no name in the headers. */
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length) {
    return SystemFunction036(buffer, (ULONG)length);
}
";

/// What the tests run with if the call names no package.
const ALL: [&str; 3] = ["ftp-proto", "ftp-blocking", "ftp-smol"];

/// Runs the tests. `arguments` are for `cargo test`: packages, targets, and after `--` names of
/// tests.
pub(crate) fn test(arguments: &[&str]) -> Result<()> {
    install()?;
    let compiler = Compiler::unpacked(None)?;
    let wine = Wine::prepared(&compilers::home()?.join("wine"))?;
    let split = arguments.iter().position(|word| *word == "--");
    let (for_cargo, for_tests) = arguments.split_at(split.unwrap_or(arguments.len()));
    let mut packages = Vec::new();
    if !for_cargo.contains(&"--package") {
        packages.extend(ALL.map(|package| format!("--package={package}")));
    }
    // Without the documentation's examples: they are the same on each system.
    let names_targets = |word: &&str| matches!(*word, "--lib" | "--test");
    let targets: &[&str] = match for_cargo.iter().any(names_targets) {
        true => &[],
        false => &["--lib", "--tests"],
    };
    let mut cargo = compiler.cargo("")?;
    cargo
        .args([
            "test",
            "-Z",
            "build-std=std,panic_unwind",
            "--target",
            TARGET,
        ])
        .args(targets)
        .arg("--no-fail-fast")
        .args(["--features", "ftp-proto/simulator,ftp-proto/ring"])
        .args(["--features", "ftp-proto/serde,ftp-proto/hashes"])
        .args(packages)
        .args(for_cargo)
        .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", &wine.runner)
        .arg("--")
        .args(for_tests.iter().skip(1));
    if for_tests.len() <= 1 {
        cargo.arg("--exact");
        cargo.args(EXCEPTIONS.iter().flat_map(Exception::arguments));
    }
    workspace::run(&mut cargo)?;
    for Exception { reason, tests } in &EXCEPTIONS {
        say(&format!("{} tests are left out: {reason}", tests.len()));
    }
    say("the other tests pass under Wine");
    Ok(())
}

/// Installs Debian's packages of the tools that are missing.
fn install() -> Result<()> {
    let mut missing = Vec::new();
    for (tool, package) in TOOLS {
        if !workspace::is_installed(Command::new(tool).arg("--version")) {
            missing.push(package);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.arg("--quiet").env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    workspace::output(apt().arg("update"))?;
    let install = ["install", "--yes", "--no-install-recommends"];
    workspace::output(apt().args(install).args(missing))?;
    Ok(())
}

/// A Windows of its own, in a directory.
struct Wine {
    /// A script that runs a program for Windows.
    runner: PathBuf,
}

impl Wine {
    fn prepared(home: &Path) -> Result<Self> {
        let wine = Self {
            runner: home.join("run"),
        };
        let system = home.join("prefix/drive_c/windows/system32");
        fs::create_dir_all(home)?;
        let text = SCRIPT.replace("DIRECTORY", &home.join("prefix").to_string_lossy());
        fs::write(&wine.runner, text)?;
        fs::set_permissions(&wine.runner, fs::Permissions::from_mode(0o755))?;
        if !system.is_dir() {
            workspace::output(Command::new(&wine.runner).args(["wineboot", "--init"]))?;
        }
        let library = system.join("bcryptprimitives.dll");
        if !library.is_file() {
            let source = home.join("random_numbers.c");
            fs::write(&source, RANDOM_NUMBERS)?;
            let mut gcc = Command::new(GCC);
            gcc.args(["-shared", "-o"]).arg(&library).arg(&source);
            workspace::output(gcc.arg("-ladvapi32"))?;
        }
        Ok(wine)
    }
}

/// The path of the compiler's own libraries is not for Wine.
const SCRIPT: &str = r#"#!/bin/sh
unset LD_LIBRARY_PATH DISPLAY
export WINEDEBUG=-all WINEPREFIX="DIRECTORY"
exec /usr/lib/wine/wine64 "$@"
"#;
