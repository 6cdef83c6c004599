//! A server in memory with files, which can lack commands or refuse them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use ftp_proto::Wait;
use ftp_proto::files::Hasher;
use ftp_proto::reply::{Algorithm, Timestamp};

use crate::support::{Arrival, Reaction, Server};

/// A file on either side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) bytes: Vec<u8>,
    pub(crate) modified: Timestamp,
}

/// What the server can do. The default server can do everything.
#[derive(Clone, Debug)]
pub(crate) struct Abilities {
    pub(crate) mlst: bool,
    pub(crate) size: bool,
    pub(crate) mdtm: bool,
    pub(crate) rest: bool,
    /// Whether RETR begins at the start of the file in spite of REST.
    pub(crate) ignores_rest: bool,
    /// What an interrupted upload still brings before the next command to store, as if the server
    /// wrote it late.
    pub(crate) late: &'static [u8],
    pub(crate) append: bool,
    pub(crate) retrieve: bool,
    /// Whether names may begin with a dot.
    pub(crate) dots: bool,
    /// Whether STOR replaces files.
    pub(crate) overwrite: bool,
    pub(crate) delete: bool,
    pub(crate) set_time: bool,
    pub(crate) rename: Renames,
    pub(crate) hash: Hashing,
    /// Whether uploads and downloads lose their last byte, although the server confirms them.
    pub(crate) truncates: bool,
    /// Whether the server tells about names that begin with a dot.
    pub(crate) shows_hidden: bool,
    /// Whether MLST tells facts about such names. If it does not, ProFTPD sends a 250 without an
    /// entry.
    pub(crate) facts_of_hidden: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renames {
    Replacing,
    /// RNTO refuses a name that exists.
    IfAbsent,
    /// RNFR and RNTO are unknown.
    Unknown,
    /// RNFR is not allowed.
    Denied,
    /// RNFR is allowed, and RNTO is not.
    DeniedAtRnto,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hashing {
    Right,
    Wrong,
    Unknown,
}

impl Default for Abilities {
    fn default() -> Self {
        Self {
            mlst: true,
            size: true,
            mdtm: true,
            rest: true,
            ignores_rest: false,
            late: b"",
            append: true,
            retrieve: true,
            dots: true,
            overwrite: true,
            delete: true,
            set_time: true,
            rename: Renames::Replacing,
            hash: Hashing::Right,
            truncates: false,
            shows_hidden: true,
            facts_of_hidden: true,
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Host {
    pub(crate) files: BTreeMap<String, Stored>,
    pub(crate) directories: BTreeSet<String>,
    pub(crate) can: Abilities,
    /// The seconds since the beginning of the day.
    pub(crate) now: u64,
    /// Every command line that the server has received.
    pub(crate) heard: Vec<String>,
    /// The reply to the next command with this verb. An empty verb is any that does not only
    /// prepare a transfer. `None`: no command is refused.
    pub(crate) refusal: Option<(&'static str, &'static str)>,
    /// Whether the connection is lost.
    pub(crate) dead: bool,
    restart: u64,
    renaming: Option<String>,
    moving: Option<Moving>,
    pending: VecDeque<String>,
}

#[derive(Debug)]
enum Moving {
    Out(Vec<u8>),
    In(String),
}

/// Returns the time this many seconds after the beginning of a certain day.
pub(crate) fn time(seconds: u64) -> Timestamp {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let text = format!("20260102{hours:02}{minutes:02}{rest:02}");
    text.parse().expect("a time")
}

/// Returns the SHA-256 of these bytes.
pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    let mut hasher = Hasher::new(Algorithm::Sha256).expect("SHA-256");
    hasher.update(bytes);
    hasher.finish()
}

impl Host {
    /// Accepts a new client.
    pub(crate) fn greet(&mut self) {
        self.dead = false;
        self.restart = 0;
        (self.renaming, self.moving, self.refusal) = (None, None, None);
        self.pending.clear();
        self.reply("220 ready");
    }

    pub(crate) fn store(&mut self, name: &str, bytes: &[u8], modified: u64) {
        let file = Stored {
            bytes: bytes.to_vec(),
            modified: time(modified),
        };
        self.files.insert(name.into(), file);
    }

    /// Returns the data of the download under way.
    pub(crate) fn data(&self) -> Vec<u8> {
        match &self.moving {
            Some(Moving::Out(data)) => data.clone(),
            other => panic!("no download: {other:?}"),
        }
    }

    /// Takes data of the upload under way.
    pub(crate) fn take_in(&mut self, data: &[u8]) {
        let Some(Moving::In(name)) = &self.moving else {
            panic!("no upload");
        };
        let file = self.files.get_mut(name).expect("the file");
        file.bytes.extend_from_slice(data);
        file.modified = time(self.now);
    }

    /// Whether the client has sent this command line.
    pub(crate) fn has_heard(&self, line: &str) -> bool {
        self.heard.iter().any(|heard| heard == line)
    }

    fn reply(&mut self, text: &str) {
        self.pending.push_back(format!("{text}\r\n"));
    }

    fn answer(&mut self, verb: &str, argument: &str) -> String {
        let answer = match verb {
            "USER" => "331 password",
            "PASS" => "230 in",
            "PWD" => "257 \"/\"",
            "TYPE" => "200 fine",
            "EPSV" => "229 (|||6446|)",
            "PASV" => "227 Passive (127,0,0,1,25,46)",
            "FEAT" => return self.features(),
            "MLST" | "SIZE" | "MDTM" | "XSHA256" | "MFMT" => return self.metadata(verb, argument),
            "REST" if argument != "0" && !self.can.rest => "502 what",
            "REST" => {
                self.restart = argument.parse().expect("a number");
                "350 armed"
            }
            "RETR" => return self.retrieve(argument),
            "STOR" | "APPE" => return self.upload(verb, argument),
            "ABOR" => {
                self.moving = None;
                "426 cut\r\n226 aborted"
            }
            "DELE" if !self.can.delete => "550 not allowed",
            "DELE" => match self.files.remove(argument) {
                Some(_) => "250 deleted",
                None => "550 no such file",
            },
            "RNFR" | "RNTO" => return self.rename(verb, argument),
            _ => "500 what",
        };
        answer.into()
    }

    fn features(&self) -> String {
        let can = &self.can;
        let lines = [
            (can.mlst, "MLST type*;size*;modify*;"),
            (can.size, "SIZE"),
            (can.mdtm, "MDTM"),
            (can.rest, "REST STREAM"),
            (can.set_time, "MFMT"),
            (can.hash != Hashing::Unknown, "XSHA256"),
            (true, "TVFS"),
        ];
        let lines = lines.iter().filter(|(can, _)| *can);
        let lines: String = lines.map(|(_, line)| format!(" {line}\r\n")).collect();
        format!("211-Features:\r\n{lines}211 End")
    }

    fn metadata(&mut self, verb: &str, argument: &str) -> String {
        let knows = match verb {
            "MLST" => self.can.mlst,
            "SIZE" => self.can.size,
            "MDTM" => self.can.mdtm,
            "MFMT" => self.can.set_time,
            _ => self.can.hash != Hashing::Unknown,
        };
        if !knows {
            return "500 what".into();
        }
        if verb == "MLST" && self.directories.contains(argument) {
            return format!("250-Facts\r\n type=dir; {argument}\r\n250 End");
        }
        let (new, path) = match verb {
            "MFMT" => argument.split_once(' ').expect("a time and a path"),
            _ => ("", argument),
        };
        let is_hidden = path.starts_with('.') && !self.can.shows_hidden;
        let Some(file) = self.files.get_mut(path).filter(|_| !is_hidden) else {
            return "550 no such file".into();
        };
        if verb == "MLST" && path.starts_with('.') && !self.can.facts_of_hidden {
            return "250-Facts\r\n250 End".into();
        }
        let size = file.bytes.len();
        let modified = file.modified.to_digits();
        match verb {
            "MLST" => {
                format!("250-Facts\r\n type=file;size={size};modify={modified}; {path}\r\n250 End")
            }
            "SIZE" => format!("213 {size}"),
            "MDTM" => format!("213 {modified}"),
            "MFMT" => {
                file.modified = new.parse().expect("a time");
                format!("213 Modify={new}; {path}")
            }
            _ => {
                let mut hash = sha256(&file.bytes);
                if self.can.hash == Hashing::Wrong {
                    hash[0] ^= 1;
                }
                let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("250 {digits}")
            }
        }
    }

    fn retrieve(&mut self, path: &str) -> String {
        let restart = std::mem::take(&mut self.restart);
        let restart = if self.can.ignores_rest { 0 } else { restart };
        let start = usize::try_from(restart).expect("an offset");
        let Some(file) = self.files.get(path).filter(|_| self.can.retrieve) else {
            return "550 no such file".into();
        };
        let Some(rest) = file.bytes.get(start..) else {
            return "554 the file is shorter".into();
        };
        let mut data = rest.to_vec();
        if self.can.truncates {
            data.pop();
        }
        self.moving = Some(Moving::Out(data));
        "150 here".into()
    }

    fn upload(&mut self, verb: &str, path: &str) -> String {
        let start = usize::try_from(std::mem::take(&mut self.restart)).expect("an offset");
        let exists = self.files.contains_key(path);
        let name = path.rsplit('/').next().unwrap_or_default();
        let refusal = match verb {
            "APPE" if !self.can.append => "451 Append/Restart not permitted",
            _ if name.starts_with('.') && !self.can.dots => "553 prohibited file name",
            _ if self.directories.contains(path) => "550 is a directory",
            "STOR" if exists && start == 0 && !self.can.overwrite => "550 overwrite not permitted",
            _ => "",
        };
        if !refusal.is_empty() {
            return refusal.into();
        }
        let new = Stored {
            bytes: Vec::new(),
            modified: time(self.now),
        };
        let file = self.files.entry(path.into()).or_insert(new);
        if verb == "STOR" {
            // As ftp-srv does: the file is empty first, and zeros come before the offset.
            file.bytes.clear();
            file.bytes.resize(start, 0);
        } else {
            file.bytes.extend(std::mem::take(&mut self.can.late));
        }
        self.moving = Some(Moving::In(path.into()));
        "150 send".into()
    }

    fn rename(&mut self, verb: &str, path: &str) -> String {
        let from = self.renaming.take();
        let reply = match (verb, self.can.rename, from) {
            (_, Renames::Unknown, _) => "502 what",
            ("RNFR", Renames::Denied, _) => "550 not allowed",
            ("RNFR", _, _) if !self.files.contains_key(path) => "550 no such file",
            ("RNFR", _, _) => {
                self.renaming = Some(path.into());
                "350 to what?"
            }
            (_, Renames::DeniedAtRnto, _) => "550 not allowed",
            (_, Renames::IfAbsent, _) if self.files.contains_key(path) => "550 file exists",
            _ if self.directories.contains(path) => "550 is a directory",
            (_, _, Some(from)) => {
                let file = self.files.remove(&from).expect("the file");
                self.files.insert(path.into(), file);
                "250 renamed"
            }
            _ => "503 what first?",
        };
        reply.into()
    }
}

impl Server for Host {
    fn hear(&mut self, line: &str) {
        self.heard.push(line.into());
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        if self.dead {
            return;
        }
        // These only prepare a transfer. PWD is a fence.
        let prepares = matches!(verb, "EPSV" | "FEAT" | "PASV" | "PWD" | "REST" | "TYPE");
        let is_meant = |wanted: &str| wanted == verb || wanted.is_empty() && !prepares;
        let answer = match self.refusal.take_if(|(wanted, _)| is_meant(wanted)) {
            Some((_, reply)) => {
                self.restart = 0;
                reply.into()
            }
            None => self.answer(verb, argument),
        };
        self.reply(&answer);
    }

    fn arrival(&mut self, _: Wait) -> Arrival {
        let bytes: String = self.pending.drain(..).collect();
        match (self.dead, bytes.is_empty()) {
            (true, _) => Arrival::Eof,
            (false, true) => Arrival::Silence,
            (false, false) => Arrival::Bytes(bytes.into_bytes()),
        }
    }

    fn meanwhile(&mut self, _: &str) -> Option<Arrival> {
        self.dead.then_some(Arrival::Eof)
    }

    fn serve(&mut self, want: &str) -> Reaction {
        match want {
            "close graceful upload" => {
                if let Some(Moving::In(name)) = self.moving.take() {
                    if self.can.truncates {
                        self.files.get_mut(&name).expect("the file").bytes.pop();
                    }
                    self.reply("226 stored");
                }
            }
            "close abandon" | "close discard" if self.moving.take().is_some() => {
                self.reply("426 cut");
            }
            _ => {}
        }
        Reaction::Done
    }

    fn data_ended(&mut self) {
        if self.moving.take().is_some() {
            self.reply("226 done");
        }
    }
}
