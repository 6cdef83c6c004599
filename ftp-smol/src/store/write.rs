//! Writes objects: under a temporary name first, which is then changed to that of the object.

use ftp_proto::{Cause, Error};
use object_store::path::Path;
use object_store::{Attributes, PutMode, PutOptions, PutPayload, PutResult, Result};
use smol::io::AsyncWriteExt as _;

use super::errors::{Unclear, not_implemented, told};
use super::look::{is_refusal, look};
use super::names::{parent, staged};
use super::{Create, FtpStore};
use crate::client::Client;

/// Stores an object.
pub(super) async fn put(
    store: &FtpStore,
    location: &Path,
    payload: PutPayload,
    options: PutOptions,
) -> Result<PutResult> {
    check_attributes(&options.attributes)?;
    let creates = match options.mode {
        PutMode::Overwrite => false,
        PutMode::Create => store.may_create("put_opts with PutMode::Create")?,
        PutMode::Update(_) => return not_implemented("put_opts with PutMode::Update"),
    };
    let path = store.root.path_of(location)?;
    let mut client = store.session(location).await?;
    if creates {
        check_absent(&mut client, &path, location).await?;
    }
    let temporary = staged(&path);
    let refused = |error| told(error, location, Unclear::Denied);
    let mut stored = send_into(&mut client, &temporary, &payload)
        .await
        .map_err(refused);
    if stored.is_ok() && creates {
        // Meanwhile, another program may have stored one.
        stored = check_absent(&mut client, &path, location).await;
    }
    if stored.is_ok() {
        stored = rename(&mut client, &temporary, &path)
            .await
            .map_err(refused);
    }
    if stored.is_err() {
        discard(&mut client, &temporary).await;
    }
    stored.map(|()| result())
}

impl FtpStore {
    /// Whether the operation may look first and write then, because FTP cannot do both at once.
    pub(super) fn may_create(&self, operation: &str) -> Result<bool> {
        match self.create {
            Create::Refused => not_implemented(operation),
            Create::CheckedBefore => Ok(true),
        }
    }
}

/// The result of a write: FTP has no ETags and no versions.
pub(super) fn result() -> PutResult {
    PutResult {
        e_tag: None,
        version: None,
    }
}

pub(super) fn check_attributes(attributes: &Attributes) -> Result<()> {
    match attributes.is_empty() {
        true => Ok(()),
        false => not_implemented("attributes of objects"),
    }
}

/// Fails with `AlreadyExists` if there is an object.
pub(super) async fn check_absent(client: &mut Client, path: &str, location: &Path) -> Result<()> {
    match look(client, path, location).await {
        Ok(_) => Err(object_store::Error::AlreadyExists {
            path: location.to_string(),
            source: "the server has a file of this name".into(),
        }),
        Err(object_store::Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Uploads a file. If its directory is missing, makes the directory and tries once more.
async fn send_into(client: &mut Client, path: &str, payload: &PutPayload) -> Result<(), Error> {
    let sent = send(client, path, payload).await;
    match (sent, parent(path)) {
        (Err(error), Some(parent)) if may_lack_directory(&error) => {
            client.make_directories(parent).await?;
            send(client, path, payload).await
        }
        (sent, _) => sent,
    }
}

async fn send(client: &mut Client, path: &str, payload: &PutPayload) -> Result<(), Error> {
    let mut upload = client.upload(path).await?;
    for bytes in payload {
        upload.write_all(bytes).await?;
    }
    upload.finish().await?;
    Ok(())
}

/// Whether the refusal may mean that the directory of the path is missing.
fn may_lack_directory(error: &Error) -> bool {
    matches!(error.cause(), Cause::NotFound | Cause::NotFoundOrDenied)
}

/// Renames a file, and replaces another. Some servers do not overwrite by RNTO: there, the other gets
/// a temporary name first, and its own again if anything fails.
pub(super) async fn rename(client: &mut Client, from: &str, to: &str) -> Result<(), Error> {
    let Err(refusal) = client.rename(from, to).await else {
        return Ok(());
    };
    let is_about_target = refusal.command() == Some("RNTO") && is_refusal(&refusal);
    if !is_about_target || !client.metadata(to).await.is_ok_and(|it| it.is_file()) {
        return Err(refusal);
    }
    let aside = staged(to);
    if client.rename(to, &aside).await.is_err() {
        return Err(refusal);
    }
    match client.rename(from, to).await {
        Ok(_) => {
            discard(client, &aside).await;
            Ok(())
        }
        Err(error) => {
            let _ = client.rename(&aside, to).await;
            Err(error)
        }
    }
}

/// Deletes an incomplete upload, if the session is still of use. An error changes nothing: the name
/// never shows as an object.
pub(super) async fn discard(client: &mut Client, temporary: &str) {
    if !client.session().is_dead() {
        let _ = client.delete(temporary).await;
    }
}
