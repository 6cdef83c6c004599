//! The law of the model test: if the client reports a success, exactly that has happened on the
//! server.

use ftp_proto::simulator::{Simulator, TransferRecord};
use ftp_proto::{Error, ErrorKind, Misuse};

use super::action::{Action, Mode, Output};
use super::fault::Kind;
use super::scenario::Scenario;

/// The state before an action, which the test compares with the state after the action.
pub(super) struct Before {
    /// The number of commands that the server had received before the action.
    pub(super) commands: usize,
    /// The number of transfers that had begun on the server before the action.
    pub(super) transfers: usize,
    /// If the action appends to a file: the file's content before. `None` if there was no file, or
    /// for another action.
    pub(super) content: Option<Vec<u8>>,
    /// The directory in which the server was, from the client's last successful `pwd`, `cwd` or
    /// login. `None` if it was unknown.
    pub(super) place: Option<Vec<u8>>,
    /// Whether the user has logged in.
    pub(super) logged_in: bool,
    /// The number of login attempts on this connection.
    pub(super) logins: usize,
    /// Whether the last reconnect failed. The client may then refuse operations.
    pub(super) stranded: bool,
    /// Whether the action before this one failed. The server may then still be performing that
    /// action.
    pub(super) unsure: bool,
}

/// Everything from which the test decides whether the client told the truth about an action.
pub(super) struct Trial<'a> {
    pub(super) server: &'a Simulator,
    pub(super) scenario: &'a Scenario,
    pub(super) before: &'a Before,
}

impl Trial<'_> {
    /// Checks that an action which the client reports as a success has really happened on the
    /// server.
    pub(super) fn judge(&self, action: &Action, got: &Output) -> Result<(), String> {
        if *got == Output::GivenUp {
            return Ok(());
        }
        if *got != Output::Size(None) {
            self.is_answered(action.verbs())?;
        }
        match (action, got) {
            (Action::Cwd(path), _) => self.is_at(&resolve(self.before.place.as_deref(), path)),
            (Action::Pwd, Output::Path(Some(path))) => self.is_at(&Some(path.clone())),
            (Action::Size(path), Output::Size(size)) => self.has_size(path, *size),
            (Action::Mkd(path), Output::Path(Some(made))) => {
                let meant = self.path(path);
                let same = meant.is_none_or(|meant| meant == *made);
                ensure(same, || format!("{} was made, not {path}", show(made)))
            }
            (Action::List, Output::Lines(lines)) => self.lists(lines, true),
            (Action::Names, Output::Lines(lines)) => self.lists(lines, false),
            (Action::Facts, Output::Lines(names)) => self.lists(names, false),
            (
                Action::Download {
                    path, offset, text, ..
                },
                Output::Bytes(bytes),
            ) => self.brought(path, *offset, *text, bytes),
            (
                Action::Upload {
                    path,
                    content,
                    mode,
                    ..
                },
                _,
            ) => self.stored(path, &content.0, *mode),
            (Action::Reconnect, _) => {
                // If the server has ended the session after the login, the next operation tells it.
                let has_ended = self.server.directory().is_none();
                let kept = self.server.logged_in() || has_ended || !self.before.logged_in;
                ensure(kept, || "not logged in any more".into())?;
                // After two logins on one connection, the current directory depends on the server.
                // So the test checks the directory only after a single login.
                let place = self
                    .before
                    .place
                    .as_ref()
                    .filter(|_| self.before.logins == 1);
                self.is_at(&place.cloned())
            }
            _ => Ok(()),
        }
    }

    fn may_meet(&self, kind: Kind) -> bool {
        self.scenario.kinds.contains(&kind)
    }

    /// Checks an error in a run without faults. Only three reasons are allowed: the server refused
    /// a command, the client is not logged in or has no TLS, or the last reconnect failed.
    pub(super) fn excuse(&self, action: &Action, error: &Error) -> Result<(), String> {
        let commands = self.server.dialogue().skip(self.before.commands);
        let refused = commands
            .filter_map(|(_, meant)| meant)
            .any(|meant| meant[0] >= b'4');
        let of_ours = [ErrorKind::Insecure, ErrorKind::Misuse(Misuse::NotLoggedIn)];
        let stranded = self.before.stranded && error.kind() == ErrorKind::Closed;
        let known = refused || stranded || of_ours.contains(&error.kind());
        ensure(known, || {
            format!("{action:?} failed without a reason: {error}")
        })
    }

    /// Checks that the server accepted the last command with one of these verbs.
    fn is_answered(&self, verbs: &[&str]) -> Result<(), String> {
        if verbs.is_empty() {
            return Ok(());
        }
        let mut commands = self.server.dialogue().skip(self.before.commands);
        let ours = |line: &[u8]| {
            let verb = line.split(|byte| *byte == b' ').next().unwrap_or_default();
            verbs.iter().any(|ours| ours.as_bytes() == verb)
        };
        let Some((line, meant)) = commands.rfind(|(line, _)| ours(line)) else {
            return Err(format!("no {verbs:?} was received"));
        };
        let accepted = matches!(meant, Some([b'2' | b'3', ..]));
        ensure(accepted, || {
            let meant = meant.map_or("nothing".into(), show);
            format!("the answer to {} is {meant}", show(line))
        })
    }

    fn is_at(&self, place: &Option<Vec<u8>>) -> Result<(), String> {
        let (Some(place), Some(there)) = (place, self.server.directory()) else {
            return Ok(());
        };
        ensure(place == there, || {
            format!("the server is in {}, not in {}", show(there), show(place))
        })
    }

    fn has_size(&self, path: &str, size: Option<u64>) -> Result<(), String> {
        let Some(size) = size else {
            // If `size` returns `None`, SIZE must be unknown to the server: either the scenario
            // removed SIZE, or a fault sent a reply of its own to SIZE.
            let mut all = self.server.dialogue();
            let unknown = all.any(|(line, meant)| line.starts_with(b"SIZE") && meant.is_none());
            let unknown = self.scenario.without_size || unknown;
            return ensure(unknown, || "SIZE is known".into());
        };
        let Some(path) = self.path(path) else {
            return Ok(());
        };
        let content = self.server.file(path);
        let length = content.map(|content| content.len() as u64);
        ensure(length == Some(size), || format!("it has {length:?} bytes"))
    }

    fn lists(&self, lines: &[Vec<u8>], long: bool) -> Result<(), String> {
        // If the server has ended the session since, it is in no directory any more.
        let place = self.server.directory().or(self.before.place.as_deref());
        let Some(place) = place else {
            return Ok(());
        };
        let listing = self.server.listing(place, long).unwrap_or_default();
        let there: Vec<&[u8]> = listing.split(|byte| *byte == b'\n').collect();
        let there = there.iter().filter_map(|line| line.strip_suffix(b"\r"));
        let same = there.clone().eq(lines.iter().map(Vec::as_slice));
        ensure(same || self.is_a_cut_listing(), || {
            let there: Vec<_> = there.map(show).collect();
            format!("{} of {} lines: {there:?}", lines.len(), there.len())
        })
    }

    /// Returns whether the server itself ended a listing too early and called it complete. Nothing
    /// tells how long a listing is.
    fn is_a_cut_listing(&self) -> bool {
        let mut transfers = self.server.transfers().iter().skip(self.before.transfers);
        let listing = ["LIST", "NLST", "MLSD"];
        let is_cut =
            |record: &TransferRecord| listing.contains(&record.verb.as_str()) && !record.complete;
        !self.scenario.under_tls && transfers.next_back().is_some_and(is_cut)
    }

    fn brought(&self, path: &str, offset: u64, text: bool, bytes: &[u8]) -> Result<(), String> {
        let Some(path) = self.path(path) else {
            return Ok(());
        };
        let file = self.server.file(&path);
        let whole = file.and_then(|file| file.get(offset as usize..));
        let Some(whole) = whole else {
            return Err(format!("there is no such part of {}", show(&path)));
        };
        if whole == bytes || self.is_an_undetectable_cut(whole, bytes, offset, text) {
            return Ok(());
        }
        let same = whole.iter().zip(bytes).take_while(|(a, b)| a == b).count();
        let (got, is) = (bytes.len(), whole.len());
        Err(format!(
            "{got} bytes instead of {is}, of which the first {same} are right"
        ))
    }

    /// Returns whether a download was cut so that no client can notice. The transfer is in clear
    /// text, the server ended it by FIN, and a 226 confirmed it. The size in the 150 reply would
    /// show such a cut, but not in two cases:
    ///
    /// * The file is sent as text, so its length on the wire is unknown.
    /// * The missing part is no longer than the offset of the download. Some servers announce the
    ///   size of the whole file, and others (like the simulator) the size after the offset.
    fn is_an_undetectable_cut(&self, whole: &[u8], bytes: &[u8], offset: u64, text: bool) -> bool {
        let mut transfers = self.server.transfers().iter().skip(self.before.transfers);
        let is_cut = |record: &TransferRecord| record.verb == "RETR" && !record.complete;
        let missing = whole.len().saturating_sub(bytes.len()) as u64;
        // A text may be cut between the CR and the LF of a line end. The client then returns the CR
        // as a byte of the file.
        let bytes = bytes.strip_suffix(b"\r").filter(|_| text).unwrap_or(bytes);
        !self.scenario.under_tls
            && transfers.next_back().is_some_and(is_cut)
            && whole.starts_with(bytes)
            && (text || missing <= offset)
    }

    fn stored(&self, path: &str, content: &[u8], mode: Mode) -> Result<(), String> {
        let Some(path) = self.path(path) else {
            return Ok(());
        };
        let file = self.server.file(&path);
        let Some(file) = file else {
            return Err(format!("there is no {}", show(&path)));
        };
        let before = self.before.content.as_deref().unwrap_or_default();
        let right = match mode {
            Mode::Replace | Mode::Text => file == content,
            Mode::At(offset) => file
                .get(offset as usize..)
                .is_some_and(|rest| rest.starts_with(content)),
            // Before the append, the server may have performed an upload that the client had
            // aborted, so the old content of the file is unknown.
            Mode::Append if self.may_meet(Kind::Queued) => file.ends_with(content),
            // The server may have performed an earlier RNTO late and put another file at this path,
            // so the old content is unknown.
            Mode::Append if self.before.unsure => file.ends_with(content),
            // The client may have aborted an earlier append to this file. Some bytes of it may then
            // stand between the old content and the new one.
            Mode::Append => file.starts_with(before) && file[before.len()..].ends_with(content),
        };
        ensure(right, || {
            format!(
                "{} has {} bytes instead of {} by {mode:?}",
                show(&path),
                file.len(),
                content.len()
            )
        })
    }

    /// Returns the absolute form of a path that the user passes to the client. `None` if the path is
    /// relative and nobody knows where the server was: its directory depends on the server after a
    /// second login, and the server has since ended the session.
    fn path(&self, path: &str) -> Option<Vec<u8>> {
        let place = self.before.place.as_deref().or(self.server.directory());
        resolve(place, path)
    }
}

/// Returns the absolute form of a path. `place` is the current directory. `None` if the path is
/// relative and the current directory is unknown.
pub(super) fn resolve(place: Option<&[u8]>, path: &str) -> Option<Vec<u8>> {
    let path = path.as_bytes();
    if path.starts_with(b"/") {
        return Some(path.to_vec());
    }
    let place = place?;
    if path == b".." {
        let slash = place
            .iter()
            .rposition(|byte| *byte == b'/')
            .unwrap_or_default();
        return Some(place[..slash.max(1)].to_vec());
    }
    let slash: &[u8] = if place == b"/" { b"" } else { b"/" };
    Some([place, slash, path].concat())
}

fn ensure(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

pub(super) fn show(bytes: impl AsRef<[u8]>) -> String {
    String::from_utf8_lossy(bytes.as_ref())
        .trim_end()
        .to_owned()
}
