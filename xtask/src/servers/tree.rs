//! The files of a server: what clients see, and what stands beside it.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;

use super::Result;
use super::account::Account;
use super::process::Process;

/// The directory in the root where everything is permitted; in the root itself nothing is.
pub(crate) const WRITABLE: &str = "open";

/// A directory where nothing is permitted, when everything is in the root.
pub(crate) const CLOSED: &str = "closed";

/// Where clients may do everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Room {
    /// In [`WRITABLE`], and only look above it.
    #[default]
    Below,
    /// In the root, where there is nothing.
    Root,
}

impl Process {
    /// Makes the tree that clients see, for this account.
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
            // What the owner may not write to, nobody may.
            fs::set_permissions(self.root(), Permissions::from_mode(0o555))?;
        }
        Ok(())
    }
}

/// A new directory open to every user, whatever the umask.
pub(crate) fn open_directory(path: &Path) -> Result<()> {
    fs::create_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
    fs::set_permissions(path, Permissions::from_mode(0o755))?;
    Ok(())
}

/// A new file that nobody else can read, from the first byte on.
pub(crate) fn secret_file(path: &Path, content: &str) -> Result<()> {
    File::create(path)?.set_permissions(Permissions::from_mode(0o600))?;
    fs::write(path, content)?;
    Ok(())
}
