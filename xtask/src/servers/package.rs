//! A program out of a Debian package, unpacked into a folder and run from there: nothing is
//! installed, no service is started, and deleting the folder takes everything away again.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use super::Result;
use crate::workspace::printed;

/// Libraries need libraries; more rounds than this mean a loop.
const ROUNDS: usize = 6;

/// An unpacked package with the libraries the machine lacks.
pub(crate) struct Unpacked {
    root: PathBuf,
    archives: PathBuf,
}

impl Unpacked {
    /// Downloads `package` into `workdir` unless `program`, a path within the package, is there
    /// already and finds all its libraries.
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
        // Package lists may be stale, or absent as in a fresh container. They are renewed only
        // then, because that needs more rights and more time.
        if run(&mut download()).is_err() {
            run(Command::new("apt-get").args(["--quiet", "update"]))?;
            run(&mut download())?;
        }
        for archive in self.archives(&format!("{package}_"))? {
            run(Command::new("dpkg").arg("-x").arg(archive).arg(&self.root))?;
        }
        Ok(())
    }

    /// The downloaded ones whose names begin so.
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

    /// The names of all packages that the downloaded ones depend on.
    fn dependencies(&self) -> Result<BTreeSet<String>> {
        let mut names = BTreeSet::new();
        for archive in self.archives("")? {
            let field = run(Command::new("dpkg-deb")
                .arg("-f")
                .arg(archive)
                .arg("Depends"))?;
            // As in: debconf (>= 0.5) | debconf-2.0, libwrap0 (>= 7.6-4~)
            let first_words = field
                .split([',', '|'])
                .filter_map(|entry| entry.split_whitespace().next());
            names.extend(first_words.map(str::to_owned));
        }
        Ok(names)
    }

    /// The libraries that the loader does not find for `program`.
    fn missing(&self, program: &Path) -> Result<Vec<String>> {
        let printed = run(Command::new("ldd")
            .arg(program)
            .env("LD_LIBRARY_PATH", library_path(&self.root)))?;
        // As in: libwrap.so.0 => not found
        let lines = printed.lines();
        let missing = lines.filter_map(|line| line.trim().strip_suffix("=> not found"));
        Ok(missing.map(|name| name.trim().to_owned()).collect())
    }
}

/// Lets a program find its libraries that was unpacked, as `usr/sbin/vsftpd` below some folder. An
/// installed one finds them by itself.
pub(crate) fn library_path_of(program: &Path, command: &mut Command) {
    if let Some(unpacked) = program.ancestors().nth(3)
        && unpacked != Path::new("/")
    {
        command.env("LD_LIBRARY_PATH", library_path(unpacked));
    }
}

/// What the loader must search so that a program unpacked below `root` finds what was unpacked with
/// it.
pub(crate) fn library_path(root: &Path) -> OsString {
    // Debian puts libraries one level down, in a directory named after the architecture; looking is
    // simpler than knowing the name.
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
    // A path with a colon cannot be named in this variable at all; the program then says which
    // library it misses.
    env::join_paths(directories).unwrap_or_default()
}

/// Whether `package` is named after the shared library, the way Debian does it: `libwrap.so.0` is
/// in `libwrap0`, and suffixes as in `libssl3t64` occur.
fn provides(package: &str, library: &str) -> bool {
    let Some((stem, version)) = library.split_once(".so.") else {
        return false;
    };
    // The one exception met: both halves of OpenSSL are in one package.
    let stem = if stem == "libcrypto" { "libssl" } else { stem };
    let major = version.split('.').next().unwrap_or(version);
    package
        .strip_prefix(stem)
        .is_some_and(|rest| rest.trim_start_matches('-').starts_with(major))
}

/// Runs a tool to its end and returns what it printed.
pub(super) fn run(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    // Messages and the order of fields are the same everywhere then.
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
