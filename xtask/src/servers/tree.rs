//! Creates the directories that clients see, and files with secrets, which other users of the
//! machine must not read.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;

use super::Result;
use super::account::Account;
use super::process::Process;

/// The name of a directory in the server's root. With [`Room::Below`], clients may write in this
/// directory and not in the root itself.
pub(crate) const WRITABLE: &str = "open";

/// A directory in which clients may not write even in tests that let them write in the root
/// ([`Room::Root`]). The tests create it to see a refusal.
pub(crate) const CLOSED: &str = "closed";

/// The directory in which clients may write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Room {
    /// Clients may write only in the directory [`WRITABLE`]. In the root, which contains this
    /// directory, they may only read.
    #[default]
    Below,
    /// Clients may write in the root itself, which is empty at first.
    Root,
}

impl Process {
    /// Creates the directories that clients see. `account` gets the directory in which clients may
    /// write.
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
            // The server runs as the owner of its root directory. Without the owner's write
            // permission on that directory, clients cannot write there.
            fs::set_permissions(self.root(), Permissions::from_mode(0o555))?;
        }
        Ok(())
    }
}

/// Creates a directory that every user may enter, even if the umask would forbid it.
pub(crate) fn open_directory(path: &Path) -> Result<()> {
    fs::create_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
    fs::set_permissions(path, Permissions::from_mode(0o755))?;
    Ok(())
}

/// Creates a file that only its owner can read. The permissions are set before the content is
/// written.
pub(crate) fn secret_file(path: &Path, content: &str) -> Result<()> {
    File::create(path)?.set_permissions(Permissions::from_mode(0o600))?;
    fs::write(path, content)?;
    Ok(())
}
