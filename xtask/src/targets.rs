//! Checks that the crates compile for other processors and systems, and with the oldest compiler
//! that they promise.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use crate::compilers::{self, Compiler};
use crate::console::{Result, say};
use crate::workspace;

/// Which targets are checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The oldest compiler, Windows, and processors without a system.
    Few,
    /// And macOS and FreeBSD. These checks need a C compiler with their headers: zig, from PyPI.
    Every,
}

/// One check: the arguments of cargo, which compiler runs, the flags of this compiler, and the system
/// for which C is compiled.
struct Check {
    name: &'static str,
    arguments: &'static str,
    is_oldest: bool,
    flags: &'static str,
    system: Option<System>,
}

/// A system with a C compiler of its own: its names in Rust and in zig.
#[derive(Clone, Copy)]
struct System {
    rust: &'static str,
    zig: &'static str,
}

/// The compiler that the manifests promise.
const OLDEST: &str = "1.85";

/// Some processors have no atomic compare-and-swap. By this flag, or by a feature of portable-atomic,
/// a program says that it runs on one core.
const ONE_CORE: &str = "--cfg portable_atomic_unsafe_assume_single_core";

const FEW: [Check; 5] = [
    Check {
        name: "the libraries and the program, with Rust 1.85",
        arguments: "check --package ftp-proto --package ftp-blocking --package ftp-smol \
                    --features ftp-blocking/cli,ftp-smol/object-store,ftp-smol/tokio",
        is_oldest: true,
        flags: "",
        system: None,
    },
    // Without ring, which wants a C compiler for Windows. The job `windows` has one.
    Check {
        name: "the adapters, for Windows",
        arguments: "check -Z build-std=std,panic_unwind --target x86_64-pc-windows-gnu \
                    --package ftp-blocking --package ftp-smol \
                    --no-default-features --features ftp-blocking/client",
        is_oldest: false,
        flags: "",
        system: None,
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

const EVERY: [Check; 2] = [
    system(
        "the adapters, for macOS",
        "check -Z build-std=std,panic_unwind --target aarch64-apple-darwin \
         --package ftp-blocking --package ftp-smol",
        System {
            rust: "aarch64_apple_darwin",
            zig: "aarch64-macos",
        },
    ),
    system(
        "the adapters, for FreeBSD",
        "check -Z build-std=std,panic_unwind --target x86_64-unknown-freebsd \
         --package ftp-blocking --package ftp-smol",
        System {
            rust: "x86_64_unknown_freebsd",
            zig: "x86_64-freebsd",
        },
    ),
];

/// A check of the core for a processor without a system.
const fn bare(name: &'static str, arguments: &'static str) -> Check {
    Check {
        name,
        arguments,
        is_oldest: false,
        flags: ONE_CORE,
        system: None,
    }
}

/// A check of the adapters for another system.
const fn system(name: &'static str, arguments: &'static str, system: System) -> Check {
    Check {
        name,
        arguments,
        is_oldest: false,
        flags: "",
        system: Some(system),
    }
}

/// Runs the checks.
pub(crate) fn check(extent: Extent) -> Result<()> {
    let newest = Compiler::unpacked(None)?;
    let oldest = Compiler::unpacked(Some(OLDEST))?;
    for check in &FEW {
        let compiler = if check.is_oldest { &oldest } else { &newest };
        check.run(compiler)?;
    }
    if extent == Extent::Every {
        for check in &EVERY {
            check.run(&newest)?;
        }
    }
    Ok(())
}

impl Check {
    fn run(&self, compiler: &Compiler) -> Result<()> {
        let mut cargo = compiler.cargo(self.flags)?;
        cargo.args(self.arguments.split_whitespace()).arg("--quiet");
        if let Some(System { rust, zig }) = self.system {
            cargo
                .env(format!("CC_{rust}"), c_compiler(zig)?)
                .env(format!("AR_{rust}"), "ar")
                .env("SDKROOT", "/nonexistent");
        }
        workspace::run(&mut cargo).map_err(|error| format!("{}: {error}", self.name))?;
        say(&format!("{}: compiles", self.name));
        Ok(())
    }
}

/// Installs zig into a virtual environment of Python, and writes a script that calls it as a C
/// compiler for this system. Nothing is linked.
fn c_compiler(system: &str) -> Result<PathBuf> {
    let home = compilers::home()?;
    let python = home.join("zig/bin/python3");
    let script = home.join(format!("zcc-{system}"));
    if !python.is_file() {
        let mut venv = Command::new("python3");
        workspace::output(venv.args(["-m", "venv"]).arg(home.join("zig")))?;
        let mut pip = Command::new(&python);
        workspace::output(pip.args(["-m", "pip", "install", "--quiet", "ziglang"]))?;
    }
    let text = SCRIPT
        .replace("PYTHON", &python.to_string_lossy())
        .replace("SYSTEM", system);
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
exec "PYTHON" -m ziglang cc -target SYSTEM "${args[@]}"
"#;
