//! `ftpx stat`: shows what a server tells about paths.

use clap::Args;
use ftp_blocking::listing::Kind;
use ftp_blocking::{Entry, Metadata};

use super::{ls, paths};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Shows kind, permissions, size and time of files and directories
#[derive(Args, Debug)]
pub(crate) struct Stat {
    /// Files and directories
    #[arg(value_name = "TARGET", required = true)]
    targets: Vec<String>,
    /// Writes a line of JSON for each
    #[arg(long)]
    json: bool,
}

impl Stat {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        paths::for_each(&self.targets, context, |target, context| {
            let mut spot = context.sessions.at(target)?;
            let path = &spot.directory().to_vec();
            let metadata = spot.run(|client, _| client.metadata(path));
            let metadata = metadata.map_err(|error| match error.is_not_found() {
                true => Failure::from(error).with_exit(Exit::NotFound),
                false => error.into(),
            })?;
            let entry = entry_of(&metadata, path)
                .ok_or_else(|| Failure::new(Exit::Reply, "the server tells nothing of use"))?;
            match self.json {
                true => context.out.json(&ls::Listed::new(path, &entry)),
                false => context.out.line(ls::long_line(path, &entry)),
            }
        })
    }
}

/// Returns metadata as an entry: the line of the server, or one with the facts that are known.
pub(super) fn entry_of(metadata: &Metadata, path: &[u8]) -> Option<Entry<'static>> {
    if let Some(entry) = &metadata.entry {
        return Some(entry.clone());
    }
    let mut line = match metadata.kind {
        Kind::Directory => b"type=dir;".to_vec(),
        _ => b"type=file;".to_vec(),
    };
    if let Some(size) = metadata.size {
        line.extend_from_slice(format!("size={size};").as_bytes());
    }
    if let Some(modified) = metadata.modified {
        let digits = modified.time().to_digits();
        line.extend_from_slice(format!("modify={digits};").as_bytes());
    }
    line.push(b' ');
    line.extend_from_slice(path);
    Entry::from_facts(&line).map(Entry::into_owned)
}
