//! The directory and settings that a session has reached since its login, so that a new connection
//! can set them again.

use alloc::vec;
use alloc::vec::Vec;

use crate::options::config::Protection;
use crate::path::RemotePath;
use crate::representation::TransferType;
use crate::wire::{Command, Verb};

/// The directory and settings of a session: its directory, TYPE, PROT, and what HOST, OPTS, LANG
/// and CLNT have told the server.
///
/// [`Session::standing`](crate::Session::standing) returns it. [`Restore`](crate::flows::Restore)
/// brings a new session to the same directory and settings.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::{ChangeDirectory, Credentials, Restore};
///
/// let mut server = Server::new(["250 Done"]);
/// drive(&mut session, ChangeDirectory::new("/pub")?, &mut server)?;
/// let standing = session.standing();
/// // Run this flow on a successor of the session, after its greeting.
/// let restore = Restore::new(Credentials::new("ada", "secret")?, standing)?;
/// # let _ = restore;
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Standing {
    /// The arguments of the CWD commands that lead, one after the other, from the login's directory
    /// to the current directory. Empty in the login's directory. `None` if the current directory is
    /// unknown.
    pub(super) directory: Option<Vec<Vec<u8>>>,
    pub(super) settings: Vec<Setting>,
    pub(super) transfer_type: Option<TransferType>,
    pub(super) protection: Option<Protection>,
    /// Whether the credentials were sent under TLS, so that a new connection must not send them in
    /// clear text.
    pub(super) secured: bool,
    /// Whether USER, PASS or ACCT was sent as a raw command, so that the session does not know who
    /// is logged in.
    pub(super) by_hand: bool,
}

/// A command such as `OPTS UTF8 ON` that has changed a setting on the server. A new connection must
/// send it again.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) command: Command,
    /// Whether the command was sent under TLS. Then a new connection must not send it in clear
    /// text.
    pub(super) secured: bool,
}

/// How many changes of the directory by a relative path are remembered: 256. An absolute path or a
/// reply to PWD starts the count anew. After more changes the directory is unknown, and `Restore`
/// fails.
const STEPS: usize = 256;

/// How many OPTS, LANG, CLNT and HOST commands are remembered: 64, more than servers have options.
const SETTINGS: usize = 64;

impl Default for Standing {
    fn default() -> Self {
        Self {
            directory: Some(Vec::new()),
            settings: Vec::new(),
            transfer_type: None,
            protection: None,
            secured: false,
            by_hand: false,
        }
    }
}

/// Methods for [`Restore`](crate::flows::Restore), which sends the commands again on a new
/// connection.
impl Standing {
    /// Returns the arguments of the CWD commands that lead from the login's directory to the
    /// current one. `None` if the current directory is unknown.
    pub(crate) fn directory(&self) -> Option<&[Vec<u8>]> {
        self.directory.as_deref()
    }

    pub(crate) fn transfer_type(&self) -> Option<TransferType> {
        self.transfer_type
    }

    pub(crate) fn protection(&self) -> Option<Protection> {
        self.protection
    }

    /// Returns the HOST commands that were sent under TLS if `secured` is true, and those that were
    /// sent in clear text if it is false.
    pub(crate) fn hosts(&self, secured: bool) -> impl Iterator<Item = &Command> {
        let hosts = self.settings.iter().filter(|setting| setting.is_host());
        let such = hosts.filter(move |host| host.secured == secured);
        such.map(|host| &host.command)
    }

    /// Returns the OPTS, LANG and CLNT commands to send again.
    pub(crate) fn settings(&self) -> impl Iterator<Item = &Command> {
        let others = self.settings.iter().filter(|setting| !setting.is_host());
        others.map(|setting| &setting.command)
    }

    /// Returns the value that the last OPTS for this option has set, for example `ON` for `OPTS
    /// UTF8 ON`. `None` if no OPTS has set the option.
    pub(super) fn option(&self, name: &str) -> Option<&[u8]> {
        let mut all = self.settings.iter();
        let found = all.find(|it| it.option().eq_ignore_ascii_case(name.as_bytes()))?;
        let argument = found.command.argument()?;
        Some(argument.get(name.len()..)?.trim_ascii())
    }

    /// Whether USER, PASS or ACCT was sent as a raw command, so that the session does not know the
    /// user.
    pub(crate) fn is_by_hand(&self) -> bool {
        self.by_hand
    }

    /// Whether the credentials or a HOST command were sent under TLS, so that they must not be sent
    /// in clear text.
    pub(crate) fn wants_tls(&self) -> bool {
        self.secured || self.hosts(true).next().is_some()
    }
}

impl Standing {
    /// Adds the path of a successful CWD or CDUP to the steps. An absolute path replaces all
    /// earlier steps.
    pub(super) fn change_directory(&mut self, path: Vec<u8>) {
        if path.starts_with(b"/") {
            self.directory = Some(vec![path]);
            return;
        }
        match &mut self.directory {
            Some(steps) if steps.len() < STEPS => steps.push(path),
            _ => self.directory = None,
        }
    }

    /// Replaces the steps by the path in a reply to PWD. If no CWD was sent since the login,
    /// nothing changes, because a new connection starts in the login's directory without any CWD.
    pub(super) fn set_directory(&mut self, path: RemotePath) {
        let unmoved = self.directory.as_ref().is_some_and(Vec::is_empty);
        if !unmoved {
            self.directory = Some(vec![path.into()]);
        }
    }

    pub(super) fn lose_directory(&mut self) {
        self.directory = None;
    }

    /// Notes a successful login, after which the session is in the login's directory.
    pub(super) fn reset_directory(&mut self) {
        self.directory = Some(Vec::new());
    }

    /// Remembers a successful OPTS, LANG, CLNT or HOST. An earlier command with the same verb is
    /// forgotten (for OPTS, only one for the same option).
    pub(super) fn set(&mut self, setting: Setting) {
        self.settings.retain(|old| !old.is_of_a_kind_with(&setting));
        if self.settings.len() < SETTINGS {
            self.settings.push(setting);
        }
    }
}

impl Setting {
    fn is_host(&self) -> bool {
        self.command.verb() == Verb::HOST.as_str()
    }

    fn is_of_a_kind_with(&self, other: &Self) -> bool {
        self.command.verb() == other.command.verb()
            && self.option().eq_ignore_ascii_case(other.option())
    }

    /// Returns the name of the option that this OPTS sets, for example `UTF8`. Empty for other
    /// commands.
    pub(super) fn option(&self) -> &[u8] {
        let argument = self.command.argument().unwrap_or_default();
        match self.command.verb() {
            "OPTS" => argument.split(|byte| *byte == b' ').next(),
            _ => None,
        }
        .unwrap_or_default()
    }
}
