//! What a login has been given beyond its name, so that another connection can be given it, too.

use alloc::vec;
use alloc::vec::Vec;

use crate::options::config::Protection;
use crate::path::RemotePath;
use crate::representation::TransferType;
use crate::wire::Command;

/// Where a session stands: its directory, its TYPE and PROT, and what HOST, OPTS, LANG and CLNT
/// have told the server.
///
/// [`Session::standing`](crate::Session::standing) gives it, and
/// [`Restore`](crate::flows::Restore) brings a new session there.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The steps to the directory, from that of the login; `None` where nobody knows any more.
    pub(crate) directory: Option<Vec<Vec<u8>>>,
    pub(crate) settings: Vec<Setting>,
    pub(crate) transfer_type: Option<TransferType>,
    pub(crate) protection: Option<Protection>,
    /// The credentials went out under TLS.
    pub(crate) secured: bool,
}

/// Something that the server was told.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) command: Command,
    /// Under TLS, and so not to be told in clear.
    pub(crate) secured: bool,
}

/// How many steps are remembered, 256: whoever takes more without an absolute path, or a PWD in
/// between, is told that he cannot be brought back.
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
        }
    }
}

impl Standing {
    /// CWD went well.
    pub(crate) fn change_directory(&mut self, path: Vec<u8>) {
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
    pub(crate) fn is_in(&mut self, path: RemotePath) {
        let unmoved = self.directory.as_ref().is_some_and(Vec::is_empty);
        if !unmoved {
            self.directory = Some(vec![path.into()]);
        }
    }

    pub(crate) fn lose_directory(&mut self) {
        self.directory = None;
    }

    /// A login went well, which puts everybody where he begins.
    pub(crate) fn is_at_home(&mut self) {
        self.directory = Some(Vec::new());
    }

    /// OPTS and its like went well: the last one of its kind counts.
    pub(crate) fn set(&mut self, setting: Setting) {
        self.settings.retain(|old| !old.is_of_a_kind_with(&setting));
        if self.settings.len() < SETTINGS {
            self.settings.push(setting);
        }
    }
}

impl Setting {
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
