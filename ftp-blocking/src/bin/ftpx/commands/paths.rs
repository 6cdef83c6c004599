//! The targets of a command: one after the other, and those that fit a pattern.

use ftp_blocking::listing::Kind;
use ftp_blocking::tree::Note;
use ftp_blocking::{
    Client, Error, ErrorKind, HERE, RemotePath, Walk, WalkEntry, WalkError, WalkOptions,
};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::failures::Failures;
use crate::names::{last_name, shown};
use crate::sessions::Spot;
use crate::settings::Settings;

/// Calls `each` with every target. One that fails does not keep the others from being tried, unless
/// Ctrl-C came.
pub(crate) fn for_each<T: AsRef<str>>(
    targets: &[T],
    context: &mut Context,
    mut each: impl FnMut(&str, &mut Context) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if targets.is_empty() {
        return Err(Failure::usage("name a target, such as ftp.example.org/pub"));
    }
    let mut failures = Failures::new();
    for target in targets {
        failures.check(each(target.as_ref(), context));
        if context.interrupt.is_stopped() {
            break;
        }
    }
    failures.result()
}

/// Calls `each` with the path of every file that fits a target. `each` gets a session that works.
pub(crate) fn for_each_file(
    target: &str,
    context: &mut Context,
    mut each: impl FnMut(&[u8], &mut Context) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut spot = context.sessions.at(target)?;
    let files = files(&mut spot, &context.settings)?;
    let mut failures = Failures::new();
    for file in files {
        failures.check(each(&file, context));
        if context.interrupt.is_stopped() {
            break;
        }
    }
    failures.result()
}

/// Returns the targets, or the directory of a shell if there are none.
pub(crate) fn or_here(targets: &[String], context: &Context) -> Vec<String> {
    match targets.is_empty() && context.sessions.is_at_home() {
        true => vec![String::new()],
        false => targets.to_vec(),
    }
}

/// Whether a path is a pattern.
pub(crate) fn is_pattern(path: &[u8], settings: &Settings) -> bool {
    let special = |byte: &u8| matches!(byte, b'*' | b'?' | b'[' | b'{');
    !settings.common.transfer.no_glob && path.iter().any(special)
}

/// Returns the files that a path means: itself, or those that fit it if it is a pattern.
///
/// # Errors
/// No file fits the pattern, or a directory could not be read: then a file may be missing.
pub(crate) fn files(spot: &mut Spot<'_>, settings: &Settings) -> Result<Vec<Vec<u8>>, Failure> {
    spot.has_path()?;
    if !is_pattern(&spot.path, settings) {
        return Ok(vec![spot.path.clone()]);
    }
    let mut files = Vec::new();
    for found in fitting(spot)? {
        let found = found?;
        if matches!(found.entry.kind(), Kind::File | Kind::Link | Kind::Unknown) {
            files.push(found.path.as_bytes().to_vec());
        }
    }
    files.sort();
    match files.is_empty() {
        true => Err(nothing_fits(&spot.path)),
        false => Ok(files),
    }
}

/// Returns all that fits a pattern, and what could not be read.
pub(crate) fn fitting(spot: &mut Spot<'_>) -> Result<Vec<Result<WalkEntry, WalkError>>, Failure> {
    let found = spot.run(|client, path| {
        let found: Vec<_> = client.glob(path)?.collect();
        match <[_; 1]>::try_from(found) {
            // Nothing else was found, so this is the error of the whole.
            Ok([Err(error)]) if client.session().needs_reconnect() => Err(error.into()),
            Ok([found]) => Ok(vec![found]),
            Err(found) => Ok(found),
        }
    });
    found.map_err(|error| match error.kind() {
        ErrorKind::InvalidArgument => about_pattern(&error)
            .with_exit(Exit::Url)
            .with_hint(NO_GLOB),
        _ => error.into(),
    })
}

/// The failure of a pattern that is wrong.
pub(crate) fn about_pattern(error: &Error) -> Failure {
    match error.inner() {
        Some(why) => Failure::usage(why.to_string()),
        None => Failure::usage(error.to_string()),
    }
}

/// Walks through a directory. Paths below the directory of the login begin with names, not with `.`.
pub(crate) fn walk<'c>(
    client: &'c mut Client,
    path: &[u8],
    options: &WalkOptions,
) -> Result<Below<'c>, Error> {
    let walk = match path {
        b"" => client.walk(HERE, options),
        path => client.walk(path, options),
    };
    Ok(Below {
        walk: walk?,
        start: Some(path.to_vec()),
    })
}

/// What a walk finds. Many servers list a file as a directory of one entry: it then has the path of
/// the walk, and not one below it.
pub(crate) struct Below<'c> {
    walk: Walk<'c>,
    /// The path of the walk. `None` after the first entry.
    start: Option<Vec<u8>>,
}

impl Below<'_> {
    fn is_itself(&mut self, found: &WalkEntry, start: &[u8]) -> bool {
        let is_named_so = found.entry.name() == last_name(start);
        if found.entry.kind() == Kind::Directory || !is_named_so {
            return false;
        }
        // A directory may hold a file of its own name.
        let metadata = self.walk.client().metadata(start);
        metadata.is_ok_and(|metadata| metadata.kind != Kind::Directory)
    }
}

impl Iterator for Below<'_> {
    type Item = Result<WalkEntry, WalkError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut found = self.walk.next()?;
        let start = self.start.take();
        if let (Ok(found), Some(start)) = (&mut found, start) {
            if self.is_itself(found, &start) {
                if let Ok(path) = RemotePath::new(start) {
                    found.path = path;
                }
            }
        }
        Some(found)
    }
}

/// Checks that a walk goes into a directory that it has found. A depth that the user has chosen is
/// no failure.
pub(crate) fn is_entered(found: &WalkEntry, max_depth: Option<usize>) -> Result<(), Failure> {
    match found.note {
        None => Ok(()),
        Some(Note::TooDeep) if max_depth.is_some() => Ok(()),
        Some(note) => Err(Failure::from(Error::from(note)).about(found.path.as_bytes())),
    }
}

/// The failure of a pattern that fits nothing.
pub(crate) fn nothing_fits(pattern: &[u8]) -> Failure {
    let why = format!("nothing fits `{}`", shown(pattern));
    Failure::new(Exit::NotFound, why).with_hint(NO_GLOB)
}

const NO_GLOB: &str = "to take the signs as they are: --no-glob";
