//! One file, one directory or one tree by its URL, in one call.

use std::path::Path;

use ftp_proto::files::{FileOptions, FileReport, Resume};
use ftp_proto::listing::Directory;
use ftp_proto::sync::SyncReport;
use ftp_proto::{Error, Url};

use crate::client::Client;

/// Downloads the file of a URL to a local path, as [`Client::get_file`] does. Connects, logs in,
/// and sends QUIT in the end. [`Url`] says which URLs there are.
///
/// ```no_run
/// # smol::block_on(async {
/// ftp_smol::get("ftp://ftp.example.org/pub/image.iso", "image.iso").await?;
/// # Ok::<(), ftp_smol::Error>(())
/// # })?;
/// # Ok::<(), ftp_smol::Error>(())
/// ```
///
/// # Errors
/// A URL that is wrong, or that names a directory; the errors of [`Client::connect`] and of
/// [`Client::get_file`].
pub async fn get(url: &str, local: impl AsRef<Path>) -> Result<FileReport, Error> {
    get_with(url, local, Resume::Never).await
}

/// Downloads the file of a URL as [`get`] does, but goes on where an earlier call was interrupted:
/// see [`Resume::Allowed`]. An error leaves the partial file for the next call.
///
/// ```no_run
/// # smol::block_on(async {
/// ftp_smol::resume("ftp://ftp.example.org/pub/image.iso", "image.iso").await?;
/// # Ok::<(), ftp_smol::Error>(())
/// # })?;
/// # Ok::<(), ftp_smol::Error>(())
/// ```
///
/// # Errors
/// The errors of [`get`]. [`ErrorKind::Unconfirmed`](ftp_proto::ErrorKind::Unconfirmed) if the file
/// is changed on the server meanwhile.
pub async fn resume(url: &str, local: impl AsRef<Path>) -> Result<FileReport, Error> {
    get_with(url, local, Resume::Allowed).await
}

/// Uploads a local file to a URL, as [`Client::put_file`] does. Connects, logs in, and sends QUIT
/// in the end. If the path of the URL ends with `/`, the file keeps its name.
///
/// ```no_run
/// # smol::block_on(async {
/// ftp_smol::put("report.csv", "ftps://ada:secret@ftp.example.org/in/").await?;
/// # Ok::<(), ftp_smol::Error>(())
/// # })?;
/// # Ok::<(), ftp_smol::Error>(())
/// ```
///
/// # Errors
/// A URL that is wrong; the errors of [`Client::connect`] and of [`Client::put_file`].
pub async fn put(local: impl AsRef<Path>, url: &str) -> Result<FileReport, Error> {
    let url = Url::parse(url)?;
    let options = FileOptions::of_url(&url)?;
    let mut client = Client::connect(url.options()?).await?;
    let report = client
        .put_file_with(local, url.path(), &options, |_| ())
        .await?;
    // The file is complete, so an error of QUIT does not matter.
    let _ = client.quit().await;
    Ok(report)
}

/// Lists the directory of a URL, as [`Client::entries`] does. Connects, logs in, and sends QUIT in
/// the end.
///
/// ```no_run
/// # smol::block_on(async {
/// println!("{}", ftp_smol::list("ftp://ftp.example.org/pub").await?);
/// # Ok::<(), ftp_smol::Error>(())
/// # })?;
/// # Ok::<(), ftp_smol::Error>(())
/// ```
///
/// # Errors
/// A URL that is wrong; the errors of [`Client::connect`] and of [`Client::entries`].
pub async fn list(url: &str) -> Result<Directory, Error> {
    let url = Url::parse(url)?;
    let mut client = Client::connect(url.options()?).await?;
    let directory = client.entries(url.directory()).await?;
    let _ = client.quit().await;
    Ok(directory)
}

/// Downloads the directory of a URL and all below it, as [`Client::download_tree`] does. Connects,
/// logs in, and sends QUIT in the end.
///
/// ```no_run
/// # smol::block_on(async {
/// print!("{}", ftp_smol::get_tree("ftp://ftp.example.org/pub/data", "data").await?);
/// # Ok::<(), ftp_smol::Error>(())
/// # })?;
/// # Ok::<(), ftp_smol::Error>(())
/// ```
///
/// # Errors
/// A URL that is wrong; the errors of [`Client::connect`] and of [`Client::download_tree`]. What
/// fails below the directory is in the report.
pub async fn get_tree(url: &str, local: impl AsRef<Path>) -> Result<SyncReport, Error> {
    let url = Url::parse(url)?;
    let mut client = Client::connect(url.options()?).await?;
    let report = client.download_tree(url.directory(), local).await?;
    let _ = client.quit().await;
    Ok(report)
}

/// Uploads a local directory and all below it to the directory of a URL, as
/// [`Client::upload_tree`] does. Connects, logs in, and sends QUIT in the end.
///
/// ```no_run
/// # smol::block_on(async {
/// print!("{}", ftp_smol::put_tree("site", "ftps://ada:secret@ftp.example.org/htdocs").await?);
/// # Ok::<(), ftp_smol::Error>(())
/// # })?;
/// # Ok::<(), ftp_smol::Error>(())
/// ```
///
/// # Errors
/// A URL that is wrong; the errors of [`Client::connect`] and of [`Client::upload_tree`]. What
/// fails below the directory is in the report.
pub async fn put_tree(local: impl AsRef<Path>, url: &str) -> Result<SyncReport, Error> {
    let url = Url::parse(url)?;
    let mut client = Client::connect(url.options()?).await?;
    let report = client.upload_tree(local, url.directory()).await?;
    let _ = client.quit().await;
    Ok(report)
}

async fn get_with(url: &str, local: impl AsRef<Path>, resume: Resume) -> Result<FileReport, Error> {
    let url = Url::parse(url)?;
    let options = FileOptions::of_url(&url)?.with_resume(resume);
    let mut client = Client::connect(url.options()?).await?;
    let report = client
        .get_file_with(url.path(), local, &options, |_| ())
        .await?;
    // The file is complete, so an error of QUIT does not matter.
    let _ = client.quit().await;
    Ok(report)
}
