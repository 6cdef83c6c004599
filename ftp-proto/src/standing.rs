//! What a login has been given beyond its name, so that another connection can be given it, too.

use alloc::vec;
use alloc::vec::Vec;

use crate::config::Protection;
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
    pub(crate) settings: Vec<Command>,
    pub(crate) transfer_type: Option<TransferType>,
    pub(crate) protection: Option<Protection>,
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

    /// OPTS and its like went well: the last one of its kind counts.
    pub(crate) fn set(&mut self, command: Command) {
        let kind = |command: &Command| {
            let argument = command.argument().unwrap_or_default();
            let option = argument.split(|byte| *byte == b' ').next();
            match command.verb() {
                "OPTS" => option.unwrap_or_default().to_ascii_uppercase(),
                _ => Vec::new(),
            }
        };
        self.settings
            .retain(|old| old.verb() != command.verb() || kind(old) != kind(&command));
        if self.settings.len() < SETTINGS {
            self.settings.push(command);
        }
    }
}
