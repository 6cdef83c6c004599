//! The actions of a simulated user of the client, and their results.

use std::fmt;
use std::io::{self, Read, Write};

use fastrand::Rng;
use ftp_proto::{Error, Reply, TransferType};

use super::fault::any;
use super::scenario::content;
use crate::face::{Client, Download, TransferOptions, Upload};

/// One action of a user.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Login(&'static str),
    Cwd(&'static str),
    Pwd,
    Size(&'static str),
    Rename(&'static str, &'static str),
    Delete(&'static str),
    Mkd(&'static str),
    Rmd(&'static str),
    List,
    Names,
    Facts,
    Status,
    Features,
    Noop,
    Type(TransferType),
    /// A command line that the user sends with `raw`.
    Raw(&'static str),
    Reconnect,
    Download {
        path: &'static str,
        offset: u64,
        text: bool,
        way: Way,
    },
    Upload {
        path: &'static str,
        content: Content,
        mode: Mode,
        way: Way,
    },
}

/// The content of an upload. Its `Debug` text shows only the length, for example `700 bytes`.
#[derive(Clone)]
pub(super) struct Content(pub(super) Vec<u8>);

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// How an upload changes the file on the server. `At` is the offset at which the content is
/// written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Replace,
    At(u64),
    Append,
    Text,
}

/// How the user runs a transfer: in pieces of which size, and whether to its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    /// The number of bytes that one call reads or writes.
    piece: usize,
    /// A number of bytes, and what the user does after that many bytes. `None` if the transfer runs
    /// to its end.
    turn: Option<(usize, Turn)>,
    /// Whether the user continues to read or write after a call has returned an error.
    stubborn: bool,
}

/// What the user does in the middle of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    KeepAlive,
    Abort,
    Drop,
    Forget,
}

/// The result of a successful action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// The action has succeeded and returns no value that the test checks.
    Done,
    /// The user has aborted, dropped or forgotten the transfer.
    GivenUp,
    Path(Option<Vec<u8>>),
    Size(Option<u64>),
    /// The lines of a listing, or the names of an MLSD listing.
    Lines(Vec<Vec<u8>>),
    Bytes(Vec<u8>),
}

const FILES: [&str; 12] = [
    "/five", "/a", "/b", "/d/five", "five", "a", "/d/a", "/new", "new", "/empty", "/missing",
    "/d/new",
];
const DIRECTORIES: [&str; 7] = ["/d", "/d/e", "..", "/", "d", "e", "/missing"];
const RAW: [&str; 10] = [
    "TYPE A",
    "TYPE I",
    "REST 3",
    "CWD /d",
    "CWD /",
    "PWD",
    "NOOP",
    "SIZE /five",
    "MODE S",
    "STAT",
];

impl Action {
    pub(super) fn random(rng: &mut Rng) -> Self {
        let file = any(rng, &FILES);
        let directory = any(rng, &DIRECTORIES);
        match rng.u8(..40) {
            0 => Self::Login("secret"),
            1 => Self::Login("wrong"),
            2..=5 => Self::Cwd(directory),
            6..=8 => Self::Pwd,
            9..=10 => Self::Size(file),
            11..=12 => Self::Rename(file, any(rng, &FILES)),
            13..=14 => Self::Delete(file),
            15 => Self::Mkd(any(rng, &["/d/m", "m", "/m"])),
            16 => Self::Rmd(any(rng, &["/d/m", "m", "/m", "/d/e"])),
            17 => Self::List,
            18 => Self::Names,
            19 => Self::Facts,
            20 => Self::Status,
            21 => Self::Features,
            22 => Self::Noop,
            23 => Self::Type(any(rng, &[TransferType::Image, TransferType::TEXT])),
            24..=25 => Self::Raw(any(rng, &RAW)),
            26 => Self::Reconnect,
            27..=33 => Self::Download {
                path: file,
                offset: if rng.bool() { 0 } else { rng.u64(1..800) },
                text: false,
                way: Way::random(rng),
            },
            34 => Self::Download {
                path: file,
                offset: 0,
                text: true,
                way: Way::random(rng),
            },
            _ => Self::Upload {
                path: file,
                content: Content(content(rng.usize(..1500), rng)),
                mode: match rng.u8(..6) {
                    0 => Mode::At(rng.u64(1..800)),
                    1 => Mode::Append,
                    2 => Mode::Text,
                    _ => Mode::Replace,
                },
                way: Way::random(rng),
            },
        }
    }

    /// Returns the verbs of the command that decides whether this action is a success: the server
    /// must have accepted the last command with one of these verbs. An empty list means that no
    /// command decides.
    pub(super) fn verbs(&self) -> &'static [&'static str] {
        match self {
            Self::Login(_) => &["PASS"],
            Self::Cwd(_) => &["CWD", "CDUP"],
            Self::Pwd => &["PWD"],
            Self::Size(_) => &["SIZE"],
            Self::Rename(..) => &["RNTO"],
            Self::Delete(_) => &["DELE"],
            Self::Mkd(_) => &["MKD"],
            Self::Rmd(_) => &["RMD"],
            Self::List => &["LIST"],
            Self::Names => &["NLST"],
            Self::Facts => &["MLSD"],
            Self::Status => &["STAT"],
            Self::Noop => &["NOOP"],
            Self::Raw(line) => match line.as_bytes() {
                [b'T', ..] => &["TYPE"],
                [b'R', ..] => &["REST"],
                [b'C', ..] => &["CWD"],
                [b'P', ..] => &["PWD"],
                [b'N', ..] => &["NOOP"],
                [b'S', b'I', ..] => &["SIZE"],
                [b'M', ..] => &["MODE"],
                _ => &["STAT"],
            },
            Self::Download { .. } => &["RETR"],
            Self::Upload { mode, .. } => match mode {
                Mode::Append => &["APPE"],
                _ => &["STOR"],
            },
            // These actions may send no command or several commands, so no single command decides
            // whether they are a success.
            Self::Features | Self::Type(_) | Self::Reconnect => &[],
        }
    }

    /// Performs the action.
    pub(super) fn perform(&self, client: &mut Client) -> Result<Output, Error> {
        match self {
            Self::Login(password) => client.login("user", password).map(|_| Output::Done),
            Self::Cwd(path) => client.cwd(path).map(|_| Output::Done),
            Self::Pwd => Ok(Output::Path(Some(client.pwd()?.as_bytes().to_vec()))),
            Self::Size(path) => client.size(path).map(Output::Size),
            Self::Rename(from, to) => client.rename(from, to).map(|_| Output::Done),
            Self::Delete(path) => client.delete(path).map(|_| Output::Done),
            Self::Mkd(path) => Ok(Output::Path(client.mkd(path)?.map(Vec::from))),
            Self::Rmd(path) => client.rmd(path).map(|_| Output::Done),
            Self::List => client.list(None).map(Output::Lines),
            Self::Names => client.names(None).map(Output::Lines),
            Self::Facts => {
                let entries = client.mlsd(None)?;
                let names = entries.iter().map(|entry| entry.name().to_vec());
                // The simulator's MLSD also lists the directory itself, as `.`.
                Ok(Output::Lines(names.filter(|name| name != b".").collect()))
            }
            Self::Status => client.status(None).map(|_| Output::Done),
            Self::Features => client.features().map(|_| Output::Done),
            Self::Noop => client.noop().map(|_| Output::Done),
            Self::Type(transfer_type) => client.set_type(*transfer_type).map(|()| Output::Done),
            Self::Raw(line) => client.raw(line).and_then(|reply| {
                // `raw` returns any reply, even a refusal or one that looks like another command's.
                // The user sees the code, so for this test both are errors.
                match self.verbs().iter().any(|verb| accepts(verb, &reply)) {
                    true => Ok(Output::Done),
                    false => Err(Error::from(io::Error::other("not accepted"))),
                }
            }),
            Self::Reconnect => client.reconnect().map(|()| Output::Done),
            Self::Download {
                path,
                offset,
                text,
                way,
            } => {
                let options = if *text {
                    TransferOptions::text()
                } else {
                    TransferOptions::new()
                };
                let options = options.with_offset(*offset);
                way.read(client.download_with(path, &options)?)
            }
            Self::Upload {
                path,
                content,
                mode,
                way,
            } => {
                let options = TransferOptions::new();
                let upload = match mode {
                    Mode::Replace => client.upload(path)?,
                    Mode::At(offset) => client.upload_with(path, &options.with_offset(*offset))?,
                    Mode::Append => client.append(path)?,
                    Mode::Text => client.upload_with(path, &TransferOptions::text())?,
                };
                way.write(upload, &content.0)
            }
        }
    }
}

/// Returns whether this reply to a raw command with this verb tells a user that it was accepted.
fn accepts(verb: &str, reply: &Reply) -> bool {
    let code = reply.code().value();
    match verb {
        "PWD" => code == 257,
        "REST" => code == 350,
        "SIZE" => code == 213,
        "STAT" => matches!(code, 200 | 211..=213),
        _ => matches!(code, 200 | 202 | 250),
    }
}

impl Way {
    fn random(rng: &mut Rng) -> Self {
        let turns = [
            Turn::KeepAlive,
            Turn::KeepAlive,
            Turn::Abort,
            Turn::Drop,
            Turn::Forget,
        ];
        let turn = (rng.u8(..3) == 0).then(|| {
            let after = if rng.bool() { 0 } else { rng.usize(..1000) };
            (after, any(rng, &turns))
        });
        Self {
            piece: any(rng, &[7, 300, 4096]),
            turn,
            stubborn: rng.u8(..4) == 0,
        }
    }

    fn read(self, mut download: Download<'_>) -> Result<Output, Error> {
        let mut all = Vec::new();
        let mut piece = vec![0; self.piece];
        let mut patience = usize::from(self.stubborn);
        let mut turn = self.turn;
        loop {
            if let Some((_, turn)) = turn.take_if(|(after, _)| all.len() >= *after) {
                match turn {
                    Turn::KeepAlive => download.keep_alive()?,
                    Turn::Abort => return download.abort().map(|_| Output::GivenUp),
                    Turn::Drop => return Ok(Output::GivenUp),
                    Turn::Forget => {
                        std::mem::forget(download);
                        return Ok(Output::GivenUp);
                    }
                }
            }
            match download.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => all.extend_from_slice(&piece[..count]),
                Err(_) if patience > 0 => patience -= 1,
                Err(error) => return Err(error.into()),
            }
        }
        download.finish()?;
        Ok(Output::Bytes(all))
    }

    fn write(self, mut upload: Upload<'_>, content: &[u8]) -> Result<Output, Error> {
        let mut left = content;
        let mut patience = usize::from(self.stubborn);
        let mut turn = self.turn;
        loop {
            let written = content.len() - left.len();
            if let Some((_, turn)) = turn.take_if(|(after, _)| written >= *after) {
                match turn {
                    Turn::KeepAlive => upload.keep_alive()?,
                    Turn::Abort => return upload.abort().map(|_| Output::GivenUp),
                    Turn::Drop => return Ok(Output::GivenUp),
                    Turn::Forget => {
                        std::mem::forget(upload);
                        return Ok(Output::GivenUp);
                    }
                }
            }
            if left.is_empty() {
                break;
            }
            match upload.write(&left[..self.piece.min(left.len())]) {
                Ok(count) => left = &left[count..],
                Err(_) if patience > 0 => patience -= 1,
                Err(error) => return Err(error.into()),
            }
        }
        upload.finish()?;
        Ok(Output::Done)
    }
}
