//! A new file on the server that has its name only when it is complete.

use ftp_blocking::listing::Kind;
use ftp_blocking::{Client, Error};

use crate::exit::{Doing, Exit};
use crate::failure::Failure;
use crate::names::{last_name, shown};
use crate::settings::Settings;

/// Calls `store` with a temporary name, and then gives the file its name. What `store` has left is
/// deleted if it fails, also after Ctrl-C: nothing can go on there. With `--no-temporary-name` the
/// file has its name at once.
pub(super) fn place<T>(
    client: &mut Client,
    path: &[u8],
    settings: &Settings,
    store: impl FnOnce(&mut Client, &[u8]) -> Result<T, Error>,
) -> Result<T, Failure> {
    if settings.common.transfer.no_temporary_name {
        return store(client, path).map_err(|error| incomplete(&error, path));
    }
    let name = last_name(path);
    let directory = path.strip_suffix(name).unwrap_or_default();
    // The library gives this name to unfinished uploads too.
    let part = [directory, b".", name, b".ftp-part"].concat();
    let stored = store(client, &part).map_err(Failure::from);
    let placed = stored.and_then(|stored| match client.rename(&part, path) {
        Ok(_) => Ok(stored),
        Err(error) => {
            let failure = Failure::from(error);
            // The server has not refused the name then.
            if failure.is_interruption() || client.session().is_dead() {
                return Err(failure);
            }
            let hint = match is_directory(client, path) {
                true => DIRECTORY,
                false => "to store files under their names at once: --no-temporary-name",
            };
            Err(failure.with_hint(hint))
        }
    });
    let is_left = placed.is_err() && !settings.interrupt.finishing(|| is_gone(client, &part));
    placed.map_err(|failure| match is_left {
        false => failure,
        true => failure.with_hint(format!(
            "an unfinished file may be left on the server, {}: `ftpx rm` deletes it",
            shown(&part)
        )),
    })
}

/// Says that the path of a new file is that of a directory, if this is why it was refused.
pub(super) fn explained(failure: Failure, client: &mut Client, path: &[u8]) -> Failure {
    match failure.exit() == Exit::Upload && is_directory(client, path) {
        true => failure.with_hint(DIRECTORY),
        false => failure,
    }
}

const DIRECTORY: &str = "this is a directory: end the target with `/`";

fn is_directory(client: &mut Client, path: &[u8]) -> bool {
    if path.is_empty() || path.ends_with(b"/") {
        return false;
    }
    let metadata = client.metadata(path);
    metadata.is_ok_and(|metadata| metadata.kind == Kind::Directory)
}

/// Deletes a file. Returns whether nothing has this name now.
fn is_gone(client: &mut Client, path: &[u8]) -> bool {
    match client.delete(path) {
        Ok(_) => true,
        Err(error) => client.explain(error).is_not_found(),
    }
}

/// Whether bytes had moved when a transfer failed, such as into a disk that is full now.
pub(super) fn has_moved(error: &Error) -> bool {
    error.transferred() > Some(0)
}

/// Says that a file may have its name although it is not complete.
fn incomplete(error: &Error, path: &[u8]) -> Failure {
    let failure = Failure::of(error, Doing::Other);
    match failure.is_interruption() || has_moved(error) {
        true => failure.with_hint(format!("{} may be incomplete on the server", shown(path))),
        false => failure,
    }
}
