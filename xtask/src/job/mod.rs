//! Jobs for any server and either adapter, with every byte compared.

pub(crate) mod client;
pub(crate) mod content;
pub(crate) mod dialogue;
pub(crate) mod endurance;
pub(crate) mod main_job;
mod report;
mod run;
pub(crate) mod series;

use ftp_blocking::{Error, Options, Protection};

use crate::console::chain;
use crate::job::dialogue::Dialogue;
use crate::servers::Result;

pub(crate) use client::Adapter;
pub(crate) use report::Report;

/// The large file. It has more bytes than socket buffers hold, so that an aborted transfer is
/// really running.
const LARGE: &str = "large.bin";
const SMALL: &str = "small.bin";
const EMPTY: &str = "empty.bin";
const ABORTED: &str = "aborted.bin";

/// The server of a job, and what the job does there.
pub(crate) struct Job {
    /// The server's address, its TLS and the time-outs.
    pub(crate) options: Options,
    pub(crate) user: &'static str,
    pub(crate) password: String,
    /// A directory on the server in which the client may write, as the client names it.
    pub(crate) directory: &'static str,
    /// The size of the large file in bytes.
    pub(crate) large: usize,
    pub(crate) dialogue: Dialogue,
}

impl Job {
    /// Returns whether data connections must be under TLS.
    fn protects_data(&self) -> bool {
        self.options.tls.is_some() && self.options.config.protection == Protection::Private
    }

    fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.directory)
    }
}

/// Adds to an error what failed, and all its causes.
pub(crate) fn during<T>(what: &str, result: std::result::Result<T, Error>) -> Result<T> {
    result.map_err(|error| format!("{what}: {}", chain(&error)).into())
}

/// Formats names for people.
pub(crate) fn shown(names: &[Vec<u8>]) -> String {
    let shown = |name| format!("{:?}", ftp_blocking::wire::Escaped::new(name));
    let names: Vec<_> = names.iter().map(shown).collect();
    names.join(", ")
}
