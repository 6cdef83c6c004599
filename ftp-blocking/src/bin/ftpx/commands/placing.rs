//! A new file on the server that has its name only when it is complete.

use ftp_blocking::{Client, Error};

use crate::failure::Failure;
use crate::names::last_name;
use crate::settings::Settings;

/// Calls `store` with a temporary name, and then gives the file its name. What `store` has left is
/// deleted if it fails. With `--no-temporary-name` the file has its name at once.
pub(super) fn place<T>(
    client: &mut Client,
    path: &[u8],
    settings: &Settings,
    store: impl FnOnce(&mut Client, &[u8]) -> Result<T, Error>,
) -> Result<T, Failure> {
    if settings.common.transfer.no_temporary_name {
        return Ok(store(client, path)?);
    }
    let name = last_name(path);
    let directory = path.strip_suffix(name).unwrap_or_default();
    // The library gives this name to unfinished uploads too.
    let part = [directory, b".", name, b".ftp-part"].concat();
    let stored = store(client, &part).map_err(Failure::from);
    let placed = stored.and_then(|stored| match client.rename(&part, path) {
        Ok(_) => Ok(stored),
        Err(error) => {
            let hint = "to store files under their names at once: --no-temporary-name";
            Err(Failure::from(error).with_hint(hint))
        }
    });
    if placed.is_err() {
        // The failure is known already, whether or not there is something to delete.
        let _ = client.delete(&part);
    }
    placed
}
