//! The system user that runs a server's sessions. The tests add no user to the machine, so the user
//! must exist already.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use super::Result;
use super::foreign::{PASSWORD_HASH, USER};
use super::process::Process;
use super::tree::secret_file;

/// Unprivileged users that every system has. The tests add no user to the machine, so sessions run
/// as one of these users: the first whose home directory exists, because vsftpd first changes to
/// that directory.
const UNPRIVILEGED: [&str; 3] = ["nobody", "daemon", "bin"];

/// The system user that runs the sessions: the fields of a line of `/etc/passwd`.
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) user: u32,
    pub(crate) group: u32,
    /// Whether the sessions run as another user than the one who starts the server. This is so only
    /// if root starts the server.
    pub(crate) is_other: bool,
}

impl Account {
    /// Finds the user for the sessions. If root starts the server, this is the first user of
    /// [`UNPRIVILEGED`] with a home directory. Otherwise it is the user who starts the server.
    pub(crate) fn find(process: &Process) -> Result<Self> {
        let accounts = fs::read_to_string("/etc/passwd")?;
        let accounts = || accounts.lines().filter_map(Self::parse);
        let owner = fs::metadata(process.path("."))?;
        if owner.uid() != 0 {
            let name = accounts()
                .find(|(account, _)| account.user == owner.uid())
                .map_or_else(|| owner.uid().to_string(), |(account, _)| account.name);
            return Ok(Self {
                name,
                user: owner.uid(),
                group: owner.gid(),
                is_other: false,
            });
        }
        UNPRIVILEGED
            .iter()
            .find_map(|name| {
                accounts().find_map(|(account, home)| {
                    (account.name == *name && home.is_dir()).then_some(account)
                })
            })
            .ok_or_else(|| format!("none of {UNPRIVILEGED:?} is a user with a home here").into())
    }

    /// Writes a server's own list of users, in the format of `/etc/passwd`, with the only user who
    /// may log in. `rest` is the end of the line, after the home directory.
    pub(crate) fn write_user(&self, process: &Process, list: &str, rest: &str) -> Result<()> {
        let Self { user, group, .. } = self;
        let root = process.text("root")?;
        let line = format!("{USER}:{PASSWORD_HASH}:{user}:{group}::{root}{rest}\n");
        secret_file(&process.path(list), &line)
    }

    /// Returns the name of the user's group.
    pub(crate) fn group_name(&self) -> Result<String> {
        let groups = fs::read_to_string("/etc/group")?;
        let id = self.group.to_string();
        // A line is, for example, `nogroup:x:65534:`.
        groups
            .lines()
            .map(|line| line.split(':').collect::<Vec<_>>())
            .find(|fields| fields.get(2) == Some(&id.as_str()))
            .map(|fields| fields[0].to_owned())
            .ok_or_else(|| format!("group {id} has no name").into())
    }

    /// Parses a line of `/etc/passwd` into an account and its home directory.
    fn parse(line: &str) -> Option<(Self, PathBuf)> {
        // The line is, for example, `daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin`.
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let user = fields.nth(1)?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        let home = PathBuf::from(fields.nth(1)?);
        let account = Self {
            name,
            user,
            group,
            is_other: true,
        };
        Some((account, home))
    }
}
