//! How a session was when a pool opened it, so that the pool can tell whether somebody else may use
//! the session.

use super::Session;
use super::negotiated::FramingState;
use super::standing::{Setting, Standing};
use crate::options::Options;
use crate::options::config::DataMode;
use crate::options::credentials::Credentials;
use crate::options::encoding::Encoding;
use crate::wire::Command;

/// How a session and the options of its client were at one moment: its login, directory, settings,
/// data mode and encoding.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::Options;
/// use ftp_proto::flows::ChangeDirectory;
///
/// let options = Options::new("ftp.example.org");
/// let baseline = session.baseline(&options);
/// assert!(session.is_at(&baseline, &options));
/// let mut server = Server::new(["250 Done"]);
/// drive(&mut session, ChangeDirectory::new("/pub")?, &mut server)?;
/// assert!(!session.is_at(&baseline, &options));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Baseline {
    standing: Standing,
    credentials: Option<Credentials>,
    is_logged_in: bool,
    is_secured: bool,
    data_mode: DataMode,
    encoding: Encoding,
    unknown_changes: u64,
    has_abort_handle: bool,
}

impl Session {
    /// Notes how the session and the options of its client are now.
    #[must_use]
    pub fn baseline(&self, options: &Options) -> Baseline {
        Baseline {
            standing: self.standing(),
            credentials: self.credentials.clone(),
            is_logged_in: self.state.logged_in,
            is_secured: self.is_secured(),
            data_mode: self.config.data_mode,
            encoding: options.encoding.clone(),
            unknown_changes: self.unknown_changes,
            has_abort_handle: has_abort_handle(options),
        }
    }

    /// Returns whether somebody else may use the session as if it were new: nothing of an earlier
    /// operation is left, no reply is owed, and the session and the options of its client are as
    /// they were at the baseline. A raw command, a SITE command that may change a setting, SMNT, or
    /// another observer means that they are not.
    ///
    /// TYPE does not matter, because every operation that needs a TYPE sends it. Neither does an old
    /// REST, which every transfer takes back, nor `OPTS UTF8 ON`, which the client sends by itself.
    #[must_use]
    pub fn is_at(&self, baseline: &Baseline, options: &Options) -> bool {
        let now = self.baseline(options);
        self.is_idle()
            && now.standing.leads_where(&baseline.standing)
            && is_same_login(now.credentials.as_ref(), baseline.credentials.as_ref())
            && now.is_logged_in == baseline.is_logged_in
            && now.is_secured == baseline.is_secured
            && now.data_mode == baseline.data_mode
            && now.encoding.is_same(&baseline.encoding)
            && now.unknown_changes == baseline.unknown_changes
            && now.has_abort_handle == baseline.has_abort_handle
    }

    /// Notes a change that nobody can undo.
    pub(super) fn note_unknown_change(&mut self) {
        self.unknown_changes = self.unknown_changes.saturating_add(1);
    }

    /// Whether nothing of earlier operations is left to clean up.
    fn is_idle(&self) -> bool {
        let framing = [self.state.mode, self.state.structure];
        !self.needs_reconnect()
            && !self.out_of_step
            && !self.queued
            && self.unrestored.is_none()
            && self.ledger.is_empty()
            && self.staged.is_empty()
            && self.outgoing.is_empty()
            && !self.has_open_data()
            && !self.state.protection_in_doubt
            && framing.iter().all(|it| *it == FramingState::Standard)
    }
}

/// Whether this command may change a setting that the session does not know: SMNT, or a SITE
/// command that does not only change a file or show a text.
pub(super) fn may_change_setting(command: &Command) -> bool {
    let argument = command.argument().unwrap_or_default();
    let word = argument.split(|byte| *byte == b' ').next();
    let word = word.unwrap_or_default();
    let harmless: [&[u8]; 4] = [b"CHMOD", b"HELP", b"SYMLINK", b"UTIME"];
    match command.verb() {
        "SMNT" => true,
        "SITE" => !harmless.iter().any(|it| it.eq_ignore_ascii_case(word)),
        _ => false,
    }
}

impl Standing {
    /// Whether both mean the same directory and settings, apart from TYPE and `OPTS UTF8`.
    fn leads_where(&self, other: &Self) -> bool {
        let lasting = |it: &&Setting| !it.option().eq_ignore_ascii_case(b"UTF8");
        let ours = self.settings.iter().filter(lasting);
        let theirs = other.settings.iter().filter(lasting);
        self.directory.is_some()
            && self.directory == other.directory
            && self.protection == other.protection
            && self.by_hand == other.by_hand
            && ours.map(|it| &it.command).eq(theirs.map(|it| &it.command))
    }
}

fn is_same_login(one: Option<&Credentials>, other: Option<&Credentials>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.is_same(other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

#[cfg(feature = "std")]
fn has_abort_handle(options: &Options) -> bool {
    options.abort_handle.is_some()
}

#[cfg(not(feature = "std"))]
fn has_abort_handle(_: &Options) -> bool {
    false
}
