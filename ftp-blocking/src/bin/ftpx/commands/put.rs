//! `ftpx put`: uploads files.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Seek as _;
use std::path::Path;

use clap::Args;
use ftp_blocking::{Client, Error, Upload, UrlType};

use super::placing::{explained, has_moved, place};
use super::whole_file::{WholeFile, names_directory};
use crate::context::Context;
use crate::exit::{Doing, Exit};
use crate::failure::Failure;
use crate::failures::Failures;
use crate::names::{joined, shown, shown_path};
use crate::progress::FileBar;
use crate::sessions::renew;
use crate::streams;

/// Uploads files. Each appears under its name when it is complete
#[derive(Args, Debug)]
pub(crate) struct Put {
    /// Local files, and then the target. Files keep their names in a target that ends with `/` or
    /// has no path. `-` is standard input
    #[arg(value_name = "FILE... TARGET", required = true)]
    words: Vec<OsString>,
    /// Makes the directory of the target, if it is not there
    #[arg(short, long)]
    parents: bool,
    /// Adds the bytes to the end of the file on the server, instead of replacing it
    #[arg(short, long)]
    append: bool,
    /// Writes a line of JSON for each file
    #[arg(long)]
    json: bool,
}

impl Put {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        let (files, target) = self.split(context)?;
        let has_stream = self.append || files.iter().any(|file| file == "-");
        if self.json && has_stream {
            let why = "--json tells of whole files, not of standard input or --append";
            return Err(Failure::usage(why));
        }
        let spot = context.sessions.at(target)?;
        let is_directory = spot.path.is_empty() || spot.path.ends_with(b"/");
        if files.len() > 1 && !is_directory {
            let why = "several files need a directory: end the target with `/`";
            return Err(Failure::usage(why));
        }
        if spot.kind == Some(UrlType::Directory) {
            return Err(names_directory());
        }
        if self.parents {
            let end = spot.path.iter().rposition(|byte| *byte == b'/');
            let parent = &spot.path[..end.unwrap_or(0)];
            if !parent.is_empty() {
                spot.client.make_directories(parent)?;
            }
        }
        let mut failures = Failures::new();
        for file in files {
            failures.check(match file == "-" || self.append {
                true => self.stream(file, target, context),
                false => self.file(Path::new(file), target, context),
            });
            if context.interrupt.is_stopped() {
                break;
            }
        }
        failures.result()
    }

    /// Tells the files from the target. In a shell, a single word is a file for the directory there.
    fn split<'w>(&'w self, context: &Context) -> Result<(&'w [OsString], &'w str), Failure> {
        match self.words.split_last() {
            Some((_, [])) if context.sessions.is_at_home() => Ok((&self.words, "")),
            Some((target, files)) if !files.is_empty() => match target.to_str() {
                Some(target) => Ok((files, target)),
                None => Err(Failure::usage(
                    "the target is not UTF-8: write bytes as %FF",
                )),
            },
            _ => Err(Failure::usage(
                "name a file and then a target: ftpx put a.txt host/in/",
            )),
        }
    }

    fn file(&self, local: &Path, target: &str, context: &mut Context) -> Result<(), Failure> {
        if local.is_dir() {
            let why = format!("{} is a directory", shown_path(local));
            return Err(
                Failure::new(Exit::Read, why).with_hint("`ftpx mirror --up` uploads directories")
            );
        }
        let name = local.file_name().unwrap_or_default().as_encoded_bytes();
        let kind = context.sessions.at(target)?.kind;
        let file = WholeFile::new(name, Doing::Other, kind, context)?;
        let policy = context.settings.common.transfer.retry_policy();
        let spot = context.sessions.at(target)?;
        let report = file.with_bar(&context.bars, |options, show| {
            let mut client = spot.client.retrying(&policy);
            client.put_file_with(local, &spot.path, options, show)
        });
        let report = report.map_err(|failure| explained(failure, spot.client, &spot.path))?;
        if !self.json {
            return Ok(());
        }
        context.out.json(&file.done(&report))
    }

    /// Sends bytes that have no length and no second chance.
    fn stream(&self, file: &OsStr, target: &str, context: &mut Context) -> Result<(), Failure> {
        let spot = context.sessions.at(target)?;
        let name = Path::new(file).file_name().filter(|_| file != "-");
        let path = remote_path(&spot.path, name.unwrap_or_default().as_encoded_bytes());
        if path.is_empty() || path.ends_with(b"/") {
            return Err(Failure::usage(
                "standard input has no name: name a file in the target",
            ));
        }
        let opened = match file == "-" {
            true => streams::input(),
            false => File::open(file),
        };
        let source = opened.map_err(|error| {
            let why = format!("{}: {error}", shown_path(Path::new(file)));
            Failure::new(Exit::Read, why)
        })?;
        let mut bar = context.bars.file(&path);
        let sent = match self.append {
            true => {
                let sent = match file == "-" {
                    true => send(spot.client, &path, Begin::Append, &source, &mut bar),
                    false => append(spot.client, &path, &source, &mut bar),
                };
                sent.map_err(|error| twice(&error, &path))
            }
            false => place(spot.client, &path, &context.settings, |client, path| {
                send(client, path, Begin::Store, &source, &mut bar)
            }),
        };
        bar.finish();
        sent
    }
}

/// How a stream of bytes becomes a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begin {
    Store,
    Append,
}

impl Begin {
    fn upload<'c>(self, client: &'c mut Client, path: &[u8]) -> Result<Upload<'c>, Error> {
        match self {
            Self::Store => client.upload(path),
            Self::Append => client.append(path),
        }
    }
}

/// Sends all bytes of a file that has no length.
fn send(
    client: &mut Client,
    path: &[u8],
    begin: Begin,
    source: &File,
    bar: &mut FileBar,
) -> Result<(), Error> {
    let error = match begin.upload(client, path) {
        Ok(upload) => return upload.send_from(source, |it| bar.show(it)).map(drop),
        Err(error) => error,
    };
    // No byte has been read yet.
    renew(client, error)?;
    let upload = begin.upload(client, path)?;
    upload.send_from(source, |it| bar.show(it)).map(drop)
}

/// Appends a file, once more if the server has refused the data connection and has taken nothing.
fn append(
    client: &mut Client,
    path: &[u8],
    mut source: &File,
    bar: &mut FileBar,
) -> Result<(), Error> {
    let before = length(client, path);
    let error = match send(client, path, Begin::Append, source, bar) {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    renew(client, error.clone())?;
    let is_same = before.is_some() && before == length(client, path);
    match is_same && source.rewind().is_ok() {
        true => send(client, path, Begin::Append, source, bar),
        false => Err(error),
    }
}

/// Returns how many bytes a file has. One that is not there has none. `None`: that is not known.
fn length(client: &mut Client, path: &[u8]) -> Option<u64> {
    match client.size(path) {
        Ok(size) => size,
        Err(error) => client.explain(error).is_not_found().then_some(0),
    }
}

/// Says that bytes may be at the end of a file although the command has failed.
fn twice(error: &Error, path: &[u8]) -> Failure {
    let failure = Failure::of(error, Doing::Other);
    match failure.is_interruption() || has_moved(error) {
        true => failure.with_hint(format!(
            "{} may have got a part of it: the same command would add that twice",
            shown(path)
        )),
        false => failure,
    }
}

/// Returns the path of the new file: a directory gets the name of the local file.
fn remote_path(path: &[u8], name: &[u8]) -> Vec<u8> {
    match path.is_empty() || path.ends_with(b"/") {
        true => joined(path, name),
        false => path.to_vec(),
    }
}
