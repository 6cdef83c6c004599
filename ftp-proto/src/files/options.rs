//! The options of whole files.

use crate::error::Error;
use crate::options::setters::setters;
use crate::options::transfer::{LineEnds, SizeCheck, TransferOptions};
use crate::options::url::{Url, UrlType};
use crate::representation::TransferType;

/// How to download or upload a whole file.
///
/// ```
/// use ftp_proto::files::{FileOptions, Verify};
///
/// let go_on = FileOptions::resuming();
/// let careful = FileOptions::new().with_verify(Verify::Required);
/// # let _ = (go_on, careful);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileOptions {
    /// Whether the transfer goes on where an earlier one was interrupted.
    pub resume: Resume,
    /// Whether the hashes of both files are compared.
    pub verify: Verify,
    /// Whether the new file gets the modification time of the file that is transferred.
    pub keep_time: KeepTime,
    /// Whether a download is written to the disk before it gets its name.
    pub sync: SyncToDisk,
    /// Where an upload is stored until it is complete.
    pub upload_to: UploadTo,
    /// The options of the transfer itself. The restart offset and the expected number of bytes are
    /// not used. Text is never resumed, and its size and hash are not compared, because the two
    /// files differ in their line ends. With [`SizeCheck::Never`], sizes are not compared, and
    /// nothing is resumed.
    pub transfer: TransferOptions,
}

/// Whether a transfer goes on where an earlier one was interrupted.
///
/// A download goes on only if the server's file still has the size and the modification time that
/// it had when the partial file was begun. An upload goes on only if the local file is not newer
/// than the partial file on the server. In both cases the last block of the partial file must be
/// the same on both sides. If something differs, the transfer starts at the beginning.
/// [`Resumed`](super::Resumed) says what happened.
///
/// ```
/// use ftp_proto::files::{FileOptions, Resume};
///
/// assert_eq!(FileOptions::new().resume, Resume::Never);
/// assert_eq!(FileOptions::resuming().resume, Resume::Allowed);
/// // Go on only if a hash proves that the file is right.
/// let careful = FileOptions::new().with_resume(Resume::IfProven);
/// # let _ = careful;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resume {
    /// The transfer always starts at the beginning, and an interrupted one leaves no partial file.
    /// This is the default of [`FileOptions::new`].
    /// The exceptions: the process is killed; and for an upload, the client can send no DELE, since
    /// the connection is lost, an [`AbortHandle`](crate::AbortHandle) or the total time stops it,
    /// or you drop its future; and several attempts have all failed (`Client::retrying` of an
    /// adapter). The next transfer to the same path uses or deletes such a file.
    #[default]
    Never,
    /// The transfer goes on where the last one ended. This is what [`FileOptions::resuming`] sets,
    /// and the default of a sync. If the server computes hashes, they are compared too, and prove
    /// that the file is right. Otherwise the result says that the resume is unproven: a file that
    /// was changed on the server, but has kept its size, its time and this block, would not be
    /// noticed.
    Allowed,
    /// Like `Allowed`, but without a hash from the server the transfer starts at the beginning.
    IfProven,
}

/// Whether the server is asked for its hash of the file, to compare it with the local file. The
/// client uses SHA-256, and with the feature `hashes` also SHA-512, SHA-1, MD5 and CRC-32.
///
/// ```
/// use ftp_proto::files::{FileOptions, Verify};
///
/// // If the server computes no hash, the transfer fails.
/// let strict = FileOptions::new().with_verify(Verify::Required);
/// assert_eq!(strict.verify, Verify::Required);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verify {
    /// No. This is the default. For a resumed transfer the client asks all the same.
    #[default]
    No,
    /// Yes, if the server computes such a hash.
    IfPossible,
    /// Yes. If the server computes no such hash, the transfer fails, and nothing gets the final
    /// name.
    Required,
}

/// Whether the new file gets the modification time of the file that is transferred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeepTime {
    /// Yes, if the server tells the time (download) or lets the client set it (upload). This is the
    /// default.
    #[default]
    IfPossible,
    /// No.
    No,
}

/// Whether a download is written to the disk before it gets its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SyncToDisk {
    /// Yes (fsync). This is the default. After a power failure, the file under its final name is
    /// the whole file.
    #[default]
    Yes,
    /// No. This is faster for many small files. It is safe if only the process is killed.
    No,
}

/// Where an upload is stored until it is complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UploadTo {
    /// Under a temporary name in the same directory: `.name.ftp-part` for `name`. This is the
    /// default. RNFR and RNTO then give it its name. If the server refuses that, the file is stored
    /// as with `FinalName`, and [`Placed`](super::Placed) says so.
    #[default]
    TemporaryName,
    /// Under its final name at once. While the upload runs, others see a part of the file. If the
    /// upload is interrupted and may be resumed, the part stays there. Use it if you may not rename
    /// files, for example in a directory for anonymous uploads.
    FinalName,
}

setters! { FileOptions
    /// Sets whether the transfer goes on where an earlier one was interrupted.
    with_resume => resume: Resume;
    /// Sets whether the hashes of both files are compared.
    with_verify => verify: Verify;
    /// Sets whether the new file gets the modification time of the file that is transferred.
    with_keep_time => keep_time: KeepTime;
    /// Sets whether a download is written to the disk before it gets its name.
    with_sync => sync: SyncToDisk;
    /// Sets where an upload is stored until it is complete.
    with_upload_to => upload_to: UploadTo;
    /// Sets the options of the transfer itself.
    with_transfer => transfer: TransferOptions;
}

impl FileOptions {
    /// Makes options for a transfer from the beginning of the file.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes options for a transfer that goes on where the last one was interrupted
    /// ([`Resume::Allowed`]).
    #[must_use]
    pub fn resuming() -> Self {
        Self::new().with_resume(Resume::Allowed)
    }

    /// Makes options for the file of a URL: as text for `;type=a`, and as bytes otherwise.
    ///
    /// # Errors
    /// [`Misuse::Option`](crate::Misuse::Option) for a URL that names a directory by `;type=d`.
    pub fn of_url(url: &Url) -> Result<Self, Error> {
        match url.transfer_type() {
            Some(UrlType::Directory) => Err(Error::option("this URL names a directory")),
            _ => Ok(Self::new().with_transfer(url.transfer_options())),
        }
    }

    /// Whether the two files have the same bytes after the transfer.
    pub(crate) fn is_exact(&self) -> bool {
        self.transfer.transfer_type == TransferType::Image
            && self.transfer.line_ends == LineEnds::AsSent
    }

    /// Whether the sizes of the two files are compared.
    pub(crate) fn compares_sizes(&self) -> bool {
        self.is_exact() && self.transfer.size_check != SizeCheck::Never
    }

    /// Whether the transfer may go on where an earlier one was interrupted. Without sizes that can
    /// be compared, an offset means nothing.
    pub(super) fn resumes(&self) -> bool {
        self.resume != Resume::Never && self.compares_sizes()
    }

    /// Refuses a hash that is demanded for a text.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self.verify == Verify::Required && !self.is_exact() {
            true => Err(Error::option(
                "Verify::Required needs TYPE I and untranslated line ends",
            )),
            false => Ok(()),
        }
    }

    /// The options of one transfer that starts at this offset.
    pub(super) fn transfer_at(&self, offset: u64) -> TransferOptions {
        let mut transfer = self.transfer.with_offset(offset);
        transfer.expected = None;
        transfer
    }
}
