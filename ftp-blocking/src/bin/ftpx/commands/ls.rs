//! `ftpx ls`: lists directories.

use clap::Args;
use ftp_blocking::listing::{Directory, Kind};
use ftp_blocking::{Cause, Entry, Error, WalkEntry, WalkError, WalkOptions};
use serde::Serialize;

use super::paths;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::failures::Failures;
use crate::names::{JsonName, joined, last_name, shown, shown_target};
use crate::output::Output;
use crate::sessions::Spot;

/// Lists directories: a name on each line, in alphabetical order
#[derive(Args, Debug)]
pub(crate) struct Ls {
    /// Directories, files, or patterns such as 'host/pub/*.gz'
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// Shows permissions, size and time too
    #[arg(short, long)]
    long: bool,
    /// Shows one name on each line [default]
    #[arg(short = '1')]
    one: bool,
    /// Lists what is below directories too, with paths
    #[arg(short = 'R', long)]
    recursive: bool,
    /// Writes a line of JSON for each entry
    #[arg(long, conflicts_with = "long")]
    json: bool,
}

/// An entry in JSON: its path, and what the listing says.
#[derive(Serialize)]
pub(super) struct Listed<'e> {
    path: JsonName<'e>,
    #[serde(flatten)]
    entry: &'e Entry<'e>,
}

impl Ls {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        let targets = paths::or_here(&self.targets, context);
        let is_headed = targets.len() > 1 && !self.json && !self.recursive;
        paths::for_each(&targets, context, |target, context| {
            if is_headed {
                context.out.line(format!("{}:", shown_target(target)))?;
            }
            self.list(target, context)
        })
    }

    fn list(&self, target: &str, context: &mut Context) -> Result<(), Failure> {
        let mut spot = context.sessions.at(target)?;
        let out = &mut context.out;
        if paths::is_pattern(&spot.path, &context.settings) {
            let mut fitting = paths::fitting(&mut spot)?;
            fitting.sort_by(|one, other| path_of(one).cmp(path_of(other)));
            return match self.walk(fitting, out)? {
                0 => Err(paths::nothing_fits(&spot.path)),
                _ => Ok(()),
            };
        }
        if self.recursive {
            let walk = paths::walk(spot.client, &spot.path, &WalkOptions::new())?;
            return self.walk(walk, out).map(drop);
        }
        let directory = spot.directory().to_vec();
        let directory = match spot.run(|client, _| client.entries(&directory)) {
            Ok(directory) => directory,
            Err(error) => {
                let entry = itself(&mut spot, error)?;
                return self.show(&spot.path, &spot.path, &entry, out);
            }
        };
        if let Some(entry) = listed_itself(&mut spot, &directory) {
            return self.show(&spot.path, &spot.path, entry, out);
        }
        let mut entries: Vec<_> = directory.entries().iter().collect();
        entries.sort_by(|one, other| one.name().cmp(other.name()));
        for entry in entries {
            let path = joined(&spot.path, entry.name());
            self.show(&path, entry.name(), entry, out)?;
        }
        unread(&directory)
    }

    /// Shows what a walk finds. Returns how much that was.
    fn walk(
        &self,
        walk: impl IntoIterator<Item = Found>,
        out: &mut Output,
    ) -> Result<u64, Failure> {
        let mut count = 0;
        let mut failures = Failures::new();
        for found in walk {
            match found {
                Ok(found) => {
                    count += 1;
                    let path = found.path.as_bytes();
                    self.show(path, path, &found.entry, out)?;
                    failures.check(paths::is_entered(&found, None));
                }
                Err(error) => failures.show(error),
            }
        }
        failures.result().map(|()| count)
    }

    fn show(
        &self,
        path: &[u8],
        name: &[u8],
        entry: &Entry<'_>,
        out: &mut Output,
    ) -> Result<(), Failure> {
        match (self.json, self.long) {
            (true, _) => out.json(&Listed::new(path, entry)),
            (_, true) => out.line(long_line(name, entry)),
            _ => out.name(name),
        }
    }
}

/// An item of a walk.
type Found = Result<WalkEntry, WalkError>;

fn path_of(found: &Found) -> &[u8] {
    match found {
        Ok(found) => found.path.as_bytes(),
        Err(error) => error.path.as_bytes(),
    }
}

impl<'e> Listed<'e> {
    pub(super) fn new(path: &'e [u8], entry: &'e Entry<'e>) -> Self {
        Self {
            path: JsonName::new(path),
            entry,
        }
    }
}

/// Returns the line of an entry with columns, and this name at its end.
pub(super) fn long_line(name: &[u8], entry: &Entry<'_>) -> String {
    let arrow = entry.link_target();
    let arrow = arrow.map_or(String::new(), |target| format!(" -> {}", shown(target)));
    let line = entry.to_string();
    let end = format!("{}{arrow}", entry.display_name());
    let columns = line.strip_suffix(&end).unwrap_or(&line);
    format!("{columns}{}{arrow}", shown(name))
}

/// Returns the only entry of a listing, if it is that of the path itself: many servers list a file so.
fn listed_itself<'d>(spot: &mut Spot<'_>, directory: &'d Directory) -> Option<&'d Entry<'static>> {
    let [entry] = directory.entries() else {
        return None;
    };
    let is_named_so = entry.name() == last_name(&spot.path) || entry.name() == spot.path;
    if entry.kind() == Kind::Directory || !is_named_so {
        return None;
    }
    // A directory may hold a single file of its own name.
    let metadata = spot.client.metadata(&spot.path).ok()?;
    (metadata.kind != Kind::Directory).then_some(entry)
}

/// Returns the entry of a path that the server does not list, because it is no directory.
fn itself(spot: &mut Spot<'_>, error: Error) -> Result<Entry<'static>, Failure> {
    let may_be_file = matches!(
        error.cause(),
        Cause::NotFound | Cause::NotFoundOrDenied | Cause::Refused | Cause::Unsupported
    );
    if !may_be_file || spot.path.is_empty() {
        return Err(error.into());
    }
    match spot.client.metadata(&spot.path) {
        Ok(metadata) if metadata.kind != Kind::Directory => {
            super::stat::entry_of(&metadata, &spot.path).ok_or_else(|| error.into())
        }
        // What the server has said about the listing says more.
        _ => Err(error.into()),
    }
}

/// Says that a listing has lines that nobody can read.
fn unread(directory: &Directory) -> Result<(), Failure> {
    let lines = directory.unparsed();
    let Some(first) = lines.first() else {
        return Ok(());
    };
    let first = shown(first);
    let why = match lines.len() {
        1 => format!("1 line of the listing is of no known form: `{first}`"),
        count => {
            format!("{count} lines of the listing are of no known form; the first is `{first}`")
        }
    };
    Err(Failure::new(Exit::Reply, why))
}
