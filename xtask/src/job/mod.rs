//! Jobs: series of transfers with any server, through either adapter. Every byte is compared.

pub(crate) mod brief_job;
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

/// The name of the large file. The file is larger than socket buffers, so that a transfer is still
/// running when the job aborts it.
const LARGE: &str = "large.bin";
const SMALL: &str = "small.bin";
const EMPTY: &str = "empty.bin";
const ABORTED: &str = "aborted.bin";

/// What a job needs: the server, the login, the server's directory, and the size of the large file.
pub(crate) struct Job {
    /// The options of the client, with the server's address, TLS and the time limits.
    pub(crate) options: Options,
    pub(crate) user: &'static str,
    pub(crate) password: String,
    /// A directory in which the client may write, as a path on the server.
    pub(crate) directory: &'static str,
    /// The size of the large file in bytes.
    pub(crate) large: usize,
    pub(crate) dialogue: Dialogue,
}

impl Job {
    /// Returns whether data connections must use TLS.
    fn protects_data(&self) -> bool {
        self.options.tls.is_some() && self.options.config.protection == Protection::Private
    }

    fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.directory)
    }
}

/// Makes an error of the library into a text that begins with what the job was doing (`what`) and
/// ends with all causes of the error.
pub(crate) fn during<T>(what: &str, result: std::result::Result<T, Error>) -> Result<T> {
    result.map_err(|error| format!("{what}: {}", chain(&error)).into())
}

/// Formats names for an error: quoted, with control characters escaped, and separated by commas.
pub(crate) fn shown(names: &[Vec<u8>]) -> String {
    let shown = |name| format!("{:?}", ftp_blocking::wire::Escaped::new(name));
    let names: Vec<_> = names.iter().map(shown).collect();
    names.join(", ")
}
