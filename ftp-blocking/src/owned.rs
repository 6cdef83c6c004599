//! Transfers that own their client.

use std::io::{self, BufRead, Read, Write};

use ftp_proto::data::{Lease, Returned};
use ftp_proto::flows::Open;
use ftp_proto::tls::TlsInfo;
use ftp_proto::{Aborted, Completion, Error, Name, TransferOptions};

use crate::client::Client;
use crate::data::{DataTransfer, Download, Upload};
use crate::data_connection::EarlyClose;

/// A download that owns its client, so that you can return it from a function or move it to another
/// thread. A [`Download`] borrows its client instead, and can also [save to a
/// file](Download::save_to). Use `Download` if you make several transfers one after the other.
///
/// [`finish`](Self::finish) gives the client back. If you drop the download, the client is dropped
/// with it, and its connections close without QUIT.
///
/// ```
/// use ftp_blocking::{Client, Error, Options};
/// use std::io::Read;
///
/// fn open(host: &str, path: &str) -> Result<Box<dyn Read + Send>, Error> {
///     let mut client = Client::connect(Options::new(host))?;
///     client.login("anonymous", "anonymous@")?;
///     Ok(Box::new(client.into_download(path)?))
/// }
/// ```
#[derive(Debug)]
#[must_use = "nothing comes unless it is read"]
pub struct OwnedDownload(Download<'static>);

/// An upload that owns its client, so that you can return it from a function or move it to another
/// thread. An [`Upload`] borrows its client instead, and can also [send a file](Upload::send_from).
///
/// [`finish`](Self::finish) gives the client back. If you drop the upload, the client is dropped
/// with it, and its connections close without QUIT. The server may then keep a partial file.
///
/// ```no_run
/// use ftp_blocking::{Client, Error, Options, OwnedUpload};
///
/// fn open(host: &str, path: &str) -> Result<OwnedUpload, Error> {
///     let mut client = Client::connect(Options::new(host))?;
///     client.login("ada", "secret")?;
///     Ok(client.into_upload(path)?)
/// }
/// ```
#[derive(Debug)]
#[must_use = "nothing is stored for certain before `finish`"]
pub struct OwnedUpload(Upload<'static>);

/// The errors of all these methods hold the client, so that you can use it again:
/// [`Returned::into_parts`].
impl Client {
    /// RETR: starts to download a whole file, and moves the client into the download.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use std::io::Read as _;
    ///
    /// let mut download = client.into_download("notes.txt")?;
    /// let mut notes = String::new();
    /// download.read_to_string(&mut notes)?;
    /// let (client, done) = download.finish()?;
    /// # let _ = (client, done);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`download`](Self::download), with the client.
    pub fn into_download(self, path: impl Name) -> Result<OwnedDownload, Returned<Self>> {
        self.into_download_with(path, &TransferOptions::new())
    }

    /// RETR: starts a download with options, for example at an offset, and moves the client into
    /// the download.
    ///
    /// # Errors
    /// The errors of [`download`](Self::download), with the client.
    pub fn into_download_with(
        mut self,
        path: impl Name,
        options: &TransferOptions,
    ) -> Result<OwnedDownload, Returned<Self>> {
        let open = self.encoded(&path).and_then(Open::retrieve);
        match self.start_transfer(EarlyClose::Ends, open, options) {
            Ok(transfer) => {
                let client = Lease::Owned(Box::new(self));
                Ok(OwnedDownload(Download::new(client, transfer, options)))
            }
            Err(error) => Err(Returned::new(self, error)),
        }
    }

    /// STOR: starts an upload, and moves the client into it.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use std::io::Write as _;
    ///
    /// let mut upload = client.into_upload("notes.txt")?;
    /// upload.write_all(b"nothing new")?;
    /// let (client, done) = upload.finish()?;
    /// # let _ = (client, done);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`upload`](Self::upload), with the client.
    pub fn into_upload(self, path: impl Name) -> Result<OwnedUpload, Returned<Self>> {
        self.into_upload_with(path, &TransferOptions::new())
    }

    /// STOR: starts an upload with options, for example at an offset, and moves the client into it.
    ///
    /// # Errors
    /// The errors of [`upload`](Self::upload), with the client.
    pub fn into_upload_with(
        mut self,
        path: impl Name,
        options: &TransferOptions,
    ) -> Result<OwnedUpload, Returned<Self>> {
        let open = self.encoded(&path).and_then(Open::store);
        match self.start_transfer(EarlyClose::Resets, open, options) {
            Ok(transfer) => {
                let client = Lease::Owned(Box::new(self));
                Ok(OwnedUpload(Upload::new(client, transfer, options)))
            }
            Err(error) => Err(Returned::new(self, error)),
        }
    }
}

impl Read for OwnedDownload {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl BufRead for OwnedDownload {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.0.consume(count);
    }
}

impl Write for OwnedUpload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl OwnedDownload {
    /// Returns the client and the server's confirmation. Call it after you have read to the end.
    ///
    /// # Errors
    /// The error of the last read, or [`NotAtEnd`](ftp_proto::Misuse::NotAtEnd) before the end,
    /// with the client.
    pub fn finish(self) -> Result<(Client, Completion), Returned<Client>> {
        let DataTransfer { client, phase, .. } = self.0.0;
        give_back(client, phase.into_outcome())
    }
}

impl OwnedUpload {
    /// Ends the upload, and waits for the server to confirm that it has the whole file. Returns the
    /// client and the confirmation.
    ///
    /// # Errors
    /// The errors of [`Upload::finish`], with the client.
    pub fn finish(mut self) -> Result<(Client, Completion), Returned<Client>> {
        let ended = self.0.end();
        let DataTransfer { client, phase, .. } = self.0.0;
        give_back(client, ended.and_then(|()| phase.into_outcome()))
    }
}

macro_rules! in_common {
    ($($name:ident)*) => {$(
        impl $name {
            /// Aborts the transfer (ABOR), and returns the client.
            ///
            /// # Errors
            /// The errors of [`Download::abort`], with the client.
            pub fn abort(self) -> Result<(Client, Aborted), Returned<Client>> {
                let DataTransfer {
                    mut client, phase, ..
                } = self.0.0;
                let outcome = match phase.into_abort() {
                    Ok(abort) => client.run(abort),
                    Err(error) => Err(error),
                };
                give_back(client, outcome)
            }

            /// Sends a NOOP, so that no firewall drops the idle control connection.
            ///
            /// # Errors
            /// An error if the control connection fails.
            pub fn keep_alive(&mut self) -> Result<(), Error> {
                self.0.keep_alive()
            }

            /// Returns how many bytes were moved until now, as [`Download::transferred`] and
            /// [`Upload::transferred`] say.
            pub fn transferred(&self) -> u64 {
                self.0.transferred()
            }

            /// Returns the size in bytes that the server announced when the transfer began. `None`
            /// if it announced none.
            pub fn size_hint(&self) -> Option<u64> {
                self.0.size_hint()
            }

            /// Returns whether the data connection resumed the TLS session of the login. `None` in
            /// clear text.
            pub fn resumed(&self) -> Option<bool> {
                self.0.resumed()
            }

            /// Returns the TLS parameters of the data connection. `None` in clear text.
            pub fn tls_info(&self) -> Option<&TlsInfo> {
                self.0.tls_info()
            }
        }
    )*};
}

in_common! { OwnedDownload OwnedUpload }

/// Joins the outcome of a transfer with its client.
fn give_back<T>(
    client: Lease<'static, Client>,
    outcome: Result<T, Error>,
) -> Result<(Client, T), Returned<Client>> {
    let client = client.into_owned();
    let client = client.expect("the transfer was made with a client of its own");
    match outcome {
        Ok(value) => Ok((client, value)),
        Err(error) => Err(Returned::new(client, error)),
    }
}
