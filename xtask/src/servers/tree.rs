//! The files of a server: those that clients see, and those next to them.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;

use super::Result;
use super::account::Account;
use super::process::Process;

/// The directory in the root in which clients may write. In the root itself they may not.
pub(crate) const WRITABLE: &str = "open";

/// A directory in which clients may not write, if they may write in the root.
pub(crate) const CLOSED: &str = "closed";

/// Where clients may write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Room {
    /// In [`WRITABLE`]. Above it, clients may only read.
    #[default]
    Below,
    /// In the root, which is empty.
    Root,
}

impl Process {
    /// Creates the directory tree that clients see, for this account.
    pub(crate) fn plant(&self, account: &Account, room: Room) -> Result<()> {
        open_directory(&self.root())?;
        let writable = match room {
            Room::Below => self.root().join(WRITABLE),
            Room::Root => {
                chown(self.root(), Some(account.user), Some(account.group))?;
                return Ok(());
            }
        };
        open_directory(&writable)?;
        if account.is_other {
            chown(&writable, Some(account.user), Some(account.group))?;
        } else {
            // If the owner has no write permission, no client can write.
            fs::set_permissions(self.root(), Permissions::from_mode(0o555))?;
        }
        Ok(())
    }
}

/// Creates a directory that every user may enter, whatever the umask.
pub(crate) fn open_directory(path: &Path) -> Result<()> {
    fs::create_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
    fs::set_permissions(path, Permissions::from_mode(0o755))?;
    Ok(())
}

/// Creates a file that no other user can read, from its first byte on.
pub(crate) fn secret_file(path: &Path, content: &str) -> Result<()> {
    File::create(path)?.set_permissions(Permissions::from_mode(0o600))?;
    fs::write(path, content)?;
    Ok(())
}
