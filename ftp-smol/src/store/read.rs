//! Reads objects: whole, or a range of their bytes.

use std::ops::Range;

use bytes::Bytes;
use ftp_proto::{Error, ErrorKind, TransferOptions};
use object_store::path::Path;
use object_store::{Attributes, GetOptions, GetResult, GetResultPayload, Result};
use smol::io::AsyncReadExt as _;
use smol::stream::{self, StreamExt as _};

use super::FtpStore;
use super::errors::{Unclear, generic, told, unsupported};
use super::look::{Found, look};
use super::made::{Place, made};
use crate::data::Download;

/// How many bytes an item of the stream has at most.
const CHUNK: usize = 64 * 1024;

/// If no more bytes than this follow the range, they are read and thrown away. That costs less than
/// ABOR and a new data connection.
const SHORT: u64 = 64 * 1024;

/// Looks at an object, and makes the stream of its bytes. The stream asks the pool for a session when
/// it is polled for the first time.
pub(super) async fn get(
    store: &FtpStore,
    location: &Path,
    options: GetOptions,
) -> Result<GetResult> {
    if options.version.is_some() {
        return Err(unsupported("FTP has no versions of files"));
    }
    if let Some(range) = &options.range {
        range.is_valid().map_err(generic)?;
    }
    let path = store.root.path_of(location)?;
    let found = look(&mut *store.session(location).await?, &path, location).await?;
    check_conditions(&options, &found)?;
    let size = found.meta.size;
    let range = match &options.range {
        Some(range) => range.as_range(size).map_err(generic)?,
        None => 0..size,
    };
    let payload = match options.head {
        true => stream::empty().boxed(),
        false => bytes(store.clone(), location.clone(), path, range.clone(), size).boxed(),
    };
    Ok(GetResult {
        payload: GetResultPayload::Stream(payload),
        meta: found.meta,
        range,
        attributes: Attributes::new(),
    })
}

/// Checks the conditions about the time and the ETag, which no object has.
fn check_conditions(options: &GetOptions, found: &Found) -> Result<()> {
    // A condition about an ETag makes the one about a time void.
    let after = options
        .if_modified_since
        .filter(|_| options.if_none_match.is_none());
    let before = options
        .if_unmodified_since
        .filter(|_| options.if_match.is_none());
    if !found.is_time_exact && (after.is_some() || before.is_some()) {
        return Err(unsupported("the server tells no exact times of files"));
    }
    options.check_preconditions(&found.meta)
}

/// Returns the bytes of a range.
fn bytes(
    store: FtpStore,
    location: Path,
    path: String,
    range: Range<u64>,
    size: u64,
) -> impl stream::Stream<Item = Result<Bytes>> + Send + 'static {
    made(move |place| async move {
        if range.is_empty() && size > 0 {
            return Ok(());
        }
        let mut client = store.session(&location).await?;
        let mut options = TransferOptions::new().with_offset(range.start);
        if range.end == size {
            options = options.with_expected(size.saturating_sub(range.start));
        }
        let received = match client.download_with(&path, &options).await {
            Ok(download) => receive(download, &range, size, &place).await,
            Err(error) => Err(error),
        };
        let last = match received {
            Ok(last) => last,
            Err(error) => {
                let error = client.explain(error).await;
                return Err(told(error, &location, Unclear::Missing));
            }
        };
        // The pool takes the session back only if no reply of the transfer can still come.
        if is_aborted(&range, size) {
            let _ = client.noop().await;
        }
        drop(client);
        if !last.is_empty() {
            place.put(Ok(last)).await;
        }
        Ok(())
    })
}

/// Whether a transfer of this range ends by ABOR.
fn is_aborted(range: &Range<u64>, size: u64) -> bool {
    size.saturating_sub(range.end) > SHORT
}

/// Hands out the bytes of the range, except for the last ones, which it returns. The transfer is then
/// over, so that a reader who stops after the last bytes leaves a session that can be used again.
async fn receive(
    mut download: Download<'_>,
    range: &Range<u64>,
    size: u64,
    place: &Place<Bytes>,
) -> Result<Bytes, Error> {
    let mut left = range.end.saturating_sub(range.start);
    let mut buffer = vec![0; CHUNK];
    let mut chunk = Bytes::new();
    while left > 0 {
        if !chunk.is_empty() {
            place.put(Ok(chunk)).await;
        }
        let most = usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK));
        let count = download.read(&mut buffer[..most]).await?;
        if count == 0 {
            return Err(cut(range));
        }
        left = left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
        chunk = Bytes::copy_from_slice(&buffer[..count]);
    }
    // After the range, how the transfer ends says nothing about its bytes.
    match is_aborted(range, size) {
        true => drop(download.abort().await),
        false if range.end == size => confirm(download).await?,
        false => while matches!(download.read(&mut buffer).await, Ok(1..)) {},
    }
    Ok(chunk)
}

/// Reads the end of the file, which comes only if the server has confirmed the transfer.
async fn confirm(mut download: Download<'_>) -> Result<(), Error> {
    match download.read(&mut [0]).await? {
        0 => Ok(()),
        _ => Err(Error::new(ErrorKind::Truncated).with_source("the file has grown meanwhile")),
    }
}

/// The server has confirmed a file that ends inside the range.
fn cut(range: &Range<u64>) -> Error {
    let text = format!("the file ends before the byte {}", range.end);
    Error::new(ErrorKind::Truncated).with_source(text)
}
