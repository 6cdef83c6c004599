//! Unpacks a program from a Debian package into a directory, and runs it from there. Nothing is
//! installed, no service is started, and deleting the directory removes everything.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use super::Result;
use crate::workspace::printed;

/// How many times the program's missing libraries are downloaded. One round is not enough, because
/// a downloaded library may need further libraries. After six rounds something is wrong.
const ROUNDS: usize = 6;

/// An unpacked package, with the libraries that the machine lacks.
pub(crate) struct Unpacked {
    root: PathBuf,
    archives: PathBuf,
}

impl Unpacked {
    /// Downloads `package` into `workdir`, unless `program` (a path in the package) is there and
    /// finds all its libraries. Returns the path of the unpacked program.
    pub(crate) fn fetch(workdir: &Path, package: &str, program: &str) -> Result<PathBuf> {
        let unpacked = Self {
            root: workdir.join("root"),
            archives: workdir.join("archives"),
        };
        let program = unpacked.root.join(program);
        if program.is_file() && unpacked.missing(&program)?.is_empty() {
            return Ok(program);
        }
        fs::create_dir_all(&unpacked.root)?;
        fs::create_dir_all(&unpacked.archives)?;
        unpacked.add(package)?;
        if !program.is_file() {
            return Err(format!("package {package} has no {}", program.display()).into());
        }
        for _ in 0..ROUNDS {
            let missing = unpacked.missing(&program)?;
            if missing.is_empty() {
                return Ok(program);
            }
            let mut providers = BTreeSet::new();
            let dependencies = unpacked.dependencies()?;
            for library in &missing {
                let provider = dependencies
                    .iter()
                    .find(|name| provides(name, library))
                    .ok_or_else(|| format!("no dependency of {package} looks like {library}"))?;
                providers.insert(provider.as_str());
            }
            for provider in providers {
                unpacked.add(provider)?;
            }
        }
        Err(format!("{package} still misses {:?}", unpacked.missing(&program)?).into())
    }

    fn add(&self, package: &str) -> Result<()> {
        let download = || {
            let mut command = Command::new("apt-get");
            command
                .args(["--quiet", "download", package])
                .current_dir(&self.archives);
            command
        };
        // The download fails if apt's package lists are old, or missing as in a new container. The
        // lists are updated only then, because this needs more rights and more time.
        if run(&mut download()).is_err() {
            run(Command::new("apt-get").args(["--quiet", "update"]))?;
            run(&mut download())?;
        }
        for archive in self.archives(&format!("{package}_"))? {
            run(Command::new("dpkg").arg("-x").arg(archive).arg(&self.root))?;
        }
        Ok(())
    }

    /// Returns the downloaded archives whose file names begin with `begin`.
    fn archives(&self, begin: &str) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.archives)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(begin) {
                found.push(entry.path());
            }
        }
        Ok(found)
    }

    /// Returns the names of all packages on which the downloaded packages depend.
    fn dependencies(&self) -> Result<BTreeSet<String>> {
        let mut names = BTreeSet::new();
        for archive in self.archives("")? {
            let field = run(Command::new("dpkg-deb")
                .arg("-f")
                .arg(archive)
                .arg("Depends"))?;
            // The field is, for example, `debconf (>= 0.5) | debconf-2.0, libwrap0 (>= 7.6-4~)`.
            let first_words = field
                .split([',', '|'])
                .filter_map(|entry| entry.split_whitespace().next());
            names.extend(first_words.map(str::to_owned));
        }
        Ok(names)
    }

    /// Returns the libraries that the loader does not find for `program`.
    fn missing(&self, program: &Path) -> Result<Vec<String>> {
        let printed = run(Command::new("ldd")
            .arg(program)
            .env("LD_LIBRARY_PATH", library_path(&self.root)))?;
        // A line of ldd is, for example, `libwrap.so.0 => not found`.
        let lines = printed.lines();
        let missing = lines.filter_map(|line| line.trim().strip_suffix("=> not found"));
        Ok(missing.map(|name| name.trim().to_owned()).collect())
    }
}

/// Sets `LD_LIBRARY_PATH`, so that the loader finds the libraries of an unpacked program, for
/// example `usr/sbin/vsftpd` below some directory. An installed program needs no such path.
pub(crate) fn library_path_of(program: &Path, command: &mut Command) {
    if let Some(unpacked) = program.ancestors().nth(3)
        && unpacked != Path::new("/")
    {
        command.env("LD_LIBRARY_PATH", library_path(unpacked));
    }
}

/// Returns the directories with the libraries that were unpacked below `root`, as a value of
/// `LD_LIBRARY_PATH`.
pub(crate) fn library_path(root: &Path) -> OsString {
    // Takes all subdirectories, because Debian puts libraries into a subdirectory with the name of
    // the processor's architecture.
    let mut directories = Vec::new();
    for base in [root.join("usr/lib"), root.join("lib")] {
        let Ok(entries) = fs::read_dir(&base) else {
            continue;
        };
        directories.extend(
            entries
                .flatten()
                .map(|entry| entry.path())
                .filter(|path| path.is_dir()),
        );
        directories.push(base);
    }
    // If a path contains a colon, the variable cannot hold it and stays empty. The program then
    // reports which library is missing.
    env::join_paths(directories).unwrap_or_default()
}

/// Returns whether `package` has the shared library. By Debian's rule for names, the package
/// `libwrap0` has `libwrap.so.0`. The package's name may have a suffix, as in `libssl3t64`.
fn provides(package: &str, library: &str) -> bool {
    let Some((stem, version)) = library.split_once(".so.") else {
        return false;
    };
    // OpenSSL's libraries are the only exception so far: the package of libssl has libcrypto, too.
    let stem = if stem == "libcrypto" { "libssl" } else { stem };
    let major = version.split('.').next().unwrap_or(version);
    package
        .strip_prefix(stem)
        .is_some_and(|rest| rest.trim_start_matches('-').starts_with(major))
}

/// Runs a program, such as `dpkg`, to its end and returns what it printed.
pub(super) fn run(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    // With the locale C, messages and the order of fields are the same on every machine.
    let output = command
        .env("LC_ALL", "C")
        .output()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                format!("`{name}` is not on this machine; it takes a Debian or a relative of it, pip and npm")
            }
            _ => format!("`{name}`: {error}"),
        })?;
    printed(command, &output)
}
