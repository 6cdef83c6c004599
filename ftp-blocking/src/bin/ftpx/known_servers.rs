//! The file with the pins of servers that the user has trusted at first use, like the known hosts
//! of ssh. A line has a host, a port, and the SHA-256 of the server's public key.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use ftp_blocking::tls::KeyPin;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::shown_path;

/// The file of pins.
#[derive(Clone, Debug)]
pub(crate) struct KnownServers {
    /// `None`: there is no home directory, and no server is known.
    path: Option<PathBuf>,
}

impl KnownServers {
    pub(crate) fn new(path: Option<PathBuf>) -> Self {
        Self { path }
    }

    pub(crate) fn path(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new("known_servers"))
    }

    /// Returns the keys of a server. There are none if the server is unknown.
    ///
    /// # Errors
    /// A file that cannot be read, or a line that is wrong: then it is not known whom to trust.
    pub(crate) fn keys_of(&self, host: &str, port: u16) -> Result<Vec<KeyPin>, Failure> {
        let Some(path) = &self.path else {
            return Ok(Vec::new());
        };
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            read => read.map_err(|error| self.about(&error.to_string()))?,
        };
        let mut keys = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let words: Vec<_> = line.split_whitespace().collect();
            let wrong = || {
                let why = format!("line {} is not HOST PORT KEY", number + 1);
                self.about(&why).with_exit(Exit::Usage)
            };
            let (name, at, key) = match words[..] {
                [] => continue,
                [word, ..] if word.starts_with('#') => continue,
                [name, at, key] => (name, at, key),
                _ => return Err(wrong()),
            };
            let at: u16 = at.parse().map_err(|_| wrong())?;
            let key: KeyPin = key.parse().map_err(|_| wrong())?;
            if name.eq_ignore_ascii_case(host) && at == port {
                keys.push(key);
            }
        }
        Ok(keys)
    }

    /// Adds a server.
    pub(crate) fn add(&self, host: &str, port: u16, key: KeyPin) -> Result<(), Failure> {
        let written = || -> io::Result<()> {
            let none = "there is no home directory: use --config-dir";
            let path = self.path.as_ref().ok_or(io::Error::other(none))?;
            if let Some(directory) = path.parent() {
                fs::create_dir_all(directory)?;
            }
            let mut file = OpenOptions::new().create(true).append(true).open(path)?;
            // One write, so that two programs at a time do not mix their lines.
            file.write_all(format!("{host} {port} {key}\n").as_bytes())
        };
        written().map_err(|error| self.about(&error.to_string()).with_exit(Exit::Write))
    }

    fn about(&self, why: &str) -> Failure {
        Failure::new(Exit::Read, format!("{}: {why}", shown_path(self.path())))
    }
}
