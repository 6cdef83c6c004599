//! Copies and renames objects.

use object_store::path::Path;
use object_store::{CopyMode, CopyOptions, MultipartUpload as _, PutPayload, RenameOptions};
use object_store::{GetOptions, GetResult, PutMode, RenameTargetMode, Result};
use smol::stream::StreamExt as _;

use super::FtpStore;
use super::errors::{Unclear, told, unsupported};
use super::look::look;
use super::names::parent;
use super::parts::Parts;
use super::read::get;
use super::write::{check_absent, put, rename as replace};

/// An object that is not larger than this is copied through memory, by one session. A larger one
/// takes two sessions, and this is then the size of a part.
const PART: usize = 4 * 1024 * 1024;

/// Copies an object: downloads it, and uploads what has come. FTP has no command for that.
pub(super) async fn copy(
    store: &FtpStore,
    from: &Path,
    to: &Path,
    options: CopyOptions,
) -> Result<()> {
    let mode = match options.mode {
        CopyMode::Overwrite => PutMode::Overwrite,
        CopyMode::Create => {
            store.may_create("copy_opts with CopyMode::Create")?;
            PutMode::Create
        }
    };
    let source = get(store, from, GetOptions::default()).await?;
    if source.meta.size <= PART as u64 {
        let content = PutPayload::from(source.bytes().await?);
        put(store, to, content, mode.into()).await?;
        return Ok(());
    }
    let path = store.root.path_of(to)?;
    if store.pool.options().sessions < 2 {
        let text = "a copy of more than 4 MiB takes two sessions, and the pool has one";
        return Err(unsupported(text));
    }
    // Two copies of which each holds one session would wait for each other.
    let _alone = store.copies.lock().await;
    if mode == PutMode::Create {
        check_absent(&mut *store.session(to).await?, &path, to).await?;
    }
    let mut parts = Parts::new(store.clone(), to)?;
    match pour(source, &mut parts).await {
        Ok(()) => parts.complete().await.map(drop),
        Err(error) => {
            let _ = parts.abort().await;
            Err(error)
        }
    }
}

/// Sends the bytes of an object as the parts of another.
async fn pour(source: GetResult, parts: &mut Parts) -> Result<()> {
    let mut stream = source.into_stream();
    let (mut waiting, mut size) = (Vec::new(), 0);
    while let Some(bytes) = stream.next().await {
        let bytes = bytes?;
        size += bytes.len();
        waiting.push(bytes);
        if size >= PART {
            let part = std::mem::take(&mut waiting).into_iter().collect();
            size = 0;
            parts.put_part(part).await?;
        }
    }
    parts.put_part(waiting.into_iter().collect()).await
}

/// Renames an object.
pub(super) async fn rename(
    store: &FtpStore,
    from: &Path,
    to: &Path,
    options: RenameOptions,
) -> Result<()> {
    let creates = match options.target_mode {
        RenameTargetMode::Overwrite => false,
        RenameTargetMode::Create => {
            store.may_create("rename_opts with RenameTargetMode::Create")?
        }
    };
    let (source, target) = (store.root.path_of(from)?, store.root.path_of(to)?);
    let mut client = store.session(from).await?;
    // The server would rename a directory too.
    look(&mut client, &source, from).await?;
    if creates {
        check_absent(&mut client, &target, to).await?;
    }
    let refused = |error| told(error, to, Unclear::Denied);
    match parent(&target) {
        Some(directory) if parent(&source) != Some(directory) => {
            client.make_directories(directory).await.map_err(refused)?;
        }
        _ => {}
    }
    replace(&mut client, &source, &target)
        .await
        .map_err(refused)
}
