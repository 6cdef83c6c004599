//! What the server tells about one object.

use std::time::SystemTime;

use ftp_proto::listing::{Modified, Precision, Zone};
use ftp_proto::reply::Timestamp;
use ftp_proto::tree::Metadata;
use ftp_proto::{Error, ErrorKind};
use object_store::path::Path;
use object_store::{ObjectMeta, Result};

use super::errors::{Unclear, missing, told, unsupported};
use crate::client::Client;

/// What the server tells about an object.
pub(super) struct Found {
    pub(super) meta: ObjectMeta,
    /// Whether the time in `meta` is exact to the second, and in UTC.
    pub(super) is_time_exact: bool,
}

/// Asks the server about the object with this path.
///
/// # Errors
/// `NotFound` for a directory too, since it is no object.
pub(super) async fn look(client: &mut Client, path: &str, location: &Path) -> Result<Found> {
    let metadata = client.metadata(path).await;
    let metadata = metadata.map_err(|error| told(error, location, Unclear::Missing))?;
    if metadata.is_dir() {
        return Err(missing(location, "it is a directory"));
    }
    let size = match metadata.size.filter(|_| metadata.is_file()) {
        Some(size) => size,
        None => size(client, path, location, &metadata).await?,
    };
    let listed = metadata.modified;
    let time = match listed.and_then(exact).filter(|_| metadata.is_file()) {
        Some(time) => Some(time),
        None => or_refused(client.modified(path).await)
            .map_err(|error| told(error, location, Unclear::Missing))?,
    };
    Ok(found(location.clone(), size, time, listed))
}

/// Asks for a size that the metadata does not have, such as that of the file to which a link leads.
async fn size(
    client: &mut Client,
    path: &str,
    location: &Path,
    metadata: &Metadata,
) -> Result<u64> {
    match client.size(path).await {
        Ok(Some(size)) => Ok(size),
        Ok(None) if metadata.is_file() => Err(unsupported("the server tells no sizes of files")),
        Ok(None) => Err(missing(location, "it is no file")),
        Err(error) => Err(told(error, location, Unclear::Missing)),
    }
}

/// Makes the description of an object. `time` is exact; without it, the time of the listing is taken,
/// and 1970 if the listing has none.
pub(super) fn found(
    location: Path,
    size: u64,
    time: Option<Timestamp>,
    listed: Option<Modified>,
) -> Found {
    let exact = time.and_then(|time| SystemTime::try_from(time).ok());
    let rough = || SystemTime::try_from(listed?.time()).ok();
    let shown = exact.or_else(rough).unwrap_or(SystemTime::UNIX_EPOCH);
    Found {
        meta: ObjectMeta {
            location,
            last_modified: shown.into(),
            size,
            e_tag: None,
            version: None,
        },
        is_time_exact: exact.is_some(),
    }
}

/// Returns the time of a listing if it is exact.
pub(super) fn exact(modified: Modified) -> Option<Timestamp> {
    let is_exact = modified.zone() == Zone::Utc && modified.precision() == Precision::Second;
    is_exact.then(|| modified.time())
}

/// Takes a refusal for `None`.
fn or_refused<T>(told: Result<Option<T>, Error>) -> Result<Option<T>, Error> {
    match told {
        Err(error) if is_refusal(&error) => Ok(None),
        told => told,
    }
}

/// Whether the server has refused a command, so that the session goes on.
pub(super) fn is_refusal(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Transient | ErrorKind::Permanent | ErrorKind::Unsupported
    )
}
