//! What a login has been given beyond its name, so that another connection can be given it, too.

use alloc::vec;
use alloc::vec::Vec;

use crate::options::config::Protection;
use crate::path::RemotePath;
use crate::representation::TransferType;
use crate::wire::{Command, Verb};

/// Where a session stands: its directory, its TYPE and PROT, and what HOST, OPTS, LANG and CLNT
/// have told the server.
///
/// [`Session::standing`](crate::Session::standing) gives it, and
/// [`Restore`](crate::flows::Restore) brings a new session there.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The steps to the directory, from that of the login; `None` where nobody knows any more.
    pub(super) directory: Option<Vec<Vec<u8>>>,
    pub(super) settings: Vec<Setting>,
    pub(super) transfer_type: Option<TransferType>,
    pub(super) protection: Option<Protection>,
    /// The credentials went out under TLS.
    pub(super) secured: bool,
    /// USER, PASS or ACCT was sent as a raw command: nobody here knows who is logged in.
    pub(super) by_hand: bool,
}

/// Something that the server was told.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) command: Command,
    /// Under TLS, and so not to be told in clear.
    pub(super) secured: bool,
}

/// How many steps are remembered, 256. After more, without an absolute path or a PWD in between,
/// `Restore` fails.
const STEPS: usize = 256;

/// How many settings are remembered, 64: more than there are options.
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

/// What [`Restore`](crate::flows::Restore) asks.
impl Standing {
    /// The steps to the directory, from that of the login; `None` where nobody knows any more.
    pub(crate) fn directory(&self) -> Option<&[Vec<u8>]> {
        self.directory.as_deref()
    }

    pub(crate) fn transfer_type(&self) -> Option<TransferType> {
        self.transfer_type
    }

    pub(crate) fn protection(&self) -> Option<Protection> {
        self.protection
    }

    /// HOST, as far as it was told under TLS (`secured`), or in clear.
    pub(crate) fn hosts(&self, secured: bool) -> impl Iterator<Item = &Command> {
        let hosts = self.settings.iter().filter(|setting| setting.is_host());
        let such = hosts.filter(move |host| host.secured == secured);
        such.map(|host| &host.command)
    }

    /// OPTS, LANG and CLNT.
    pub(crate) fn settings(&self) -> impl Iterator<Item = &Command> {
        let others = self.settings.iter().filter(|setting| !setting.is_host());
        others.map(|setting| &setting.command)
    }

    /// Whether USER, PASS or ACCT was sent as a raw command.
    pub(crate) fn is_by_hand(&self) -> bool {
        self.by_hand
    }

    /// Whether something of it was told under TLS, and so is not to be told in clear.
    pub(crate) fn wants_tls(&self) -> bool {
        self.secured || self.hosts(true).next().is_some()
    }
}

impl Standing {
    /// CWD went well.
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

    /// PWD said so.
    pub(super) fn is_in(&mut self, path: RemotePath) {
        let unmoved = self.directory.as_ref().is_some_and(Vec::is_empty);
        if !unmoved {
            self.directory = Some(vec![path.into()]);
        }
    }

    pub(super) fn lose_directory(&mut self) {
        self.directory = None;
    }

    /// A login went well, which puts everybody where he begins.
    pub(super) fn is_at_home(&mut self) {
        self.directory = Some(Vec::new());
    }

    /// OPTS and its like went well: the last one of its kind counts.
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

    /// The command that OPTS is of.
    fn option(&self) -> &[u8] {
        let argument = self.command.argument().unwrap_or_default();
        match self.command.verb() {
            "OPTS" => argument.split(|byte| *byte == b' ').next(),
            _ => None,
        }
        .unwrap_or_default()
    }
}
