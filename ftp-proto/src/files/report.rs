//! What a transfer of a whole file has done.

use alloc::vec::Vec;

use crate::reply::{Algorithm, Timestamp};
use crate::wire::Reply;

/// What a transfer of a whole file has done.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # let report = scripted::downloaded()?;
/// use ftp_proto::files::FileReport;
///
/// fn tell(report: &FileReport) -> String {
///     let verified = match report.verified {
///         Some(algorithm) => format!("the {} is right", algorithm.name()),
///         None => "no hash was compared".into(),
///     };
///     format!("{} of {} bytes moved, {verified}", report.transferred, report.size)
/// }
///
/// // `report` is that of a download of 5 bytes.
/// assert_eq!(tell(&report), "5 of 5 bytes moved, no hash was compared");
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileReport {
    /// How many bytes the new file has. For an upload of text, this is the number of bytes of the
    /// local file.
    pub size: u64,
    /// How many bytes moved over data connections, in all attempts of this call. It is less than
    /// `size` if the transfer went on where an earlier call was interrupted.
    pub transferred: u64,
    /// Whether the transfer went on where an earlier one was interrupted.
    pub resumed: Resumed,
    /// Whether the size of the new file was compared with the size that the server says. `false` if
    /// the server knows neither SIZE nor MLST, for text, and if you switched the comparison off.
    pub is_size_checked: bool,
    /// The algorithm of the hash that is the same on both sides. `None` if no hash was compared.
    pub verified: Option<Algorithm>,
    /// The modification time that the new file has got from the file that was transferred. `None`
    /// if it has the time of the transfer.
    pub modified: Option<Timestamp>,
    /// How the new file has got its name.
    pub placed: Placed,
    /// The server's final reply to the transfer. `None` if nothing was left to transfer.
    pub reply: Option<Reply>,
    /// The path of the file on the server, as it was sent. For an upload to a directory, it ends
    /// with the name of the local file.
    pub remote: Vec<u8>,
    /// The path of the local file. For a download to a directory, it ends with the name of the
    /// remote file. An adapter sets it; a [plan](super::FilePlan) alone leaves it empty.
    #[cfg(feature = "std")]
    pub local: std::path::PathBuf,
}

/// Whether a transfer went on where an earlier one was interrupted.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # let report = scripted::downloaded()?;
/// use ftp_proto::files::Resumed;
///
/// // `report` is that of a download that started at the beginning.
/// let text = match report.resumed {
///     Resumed::No => "the whole file was sent".into(),
///     Resumed::Proven { offset } => format!("{offset} bytes were there, as a hash proves"),
///     Resumed::Unproven { offset } => format!("{offset} bytes were there, probably the same"),
///     Resumed::Discarded(why) => format!("the partial file was of no use: {why:?}"),
///     _ => "unknown".into(),
/// };
/// assert_eq!(text, "the whole file was sent");
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resumed {
    /// No: there was no partial file of this version of the file, or you did not ask for it.
    #[default]
    No,
    /// Yes. The server's hash proves that the file is right. CRC-32, MD5 and SHA-1 prove it against
    /// faults of the transfer, but not against somebody who changes the file on purpose.
    Proven {
        /// How many bytes of the file were there already.
        offset: u64,
    },
    /// Yes. The last block of the partial file was the same on both sides, and nothing that the
    /// server tells about size and time speaks against it. Nothing proves that the bytes before
    /// this block are the same.
    Unproven {
        /// How many bytes of the file were there already.
        offset: u64,
    },
    /// No: there was a partial file, but the transfer started at the beginning. The field says why.
    Discarded(Discarded),
}

/// Why a partial file was not used.
///
/// ```
/// use ftp_proto::files::{Discarded, Resumed};
///
/// /// Whether the file on the server is another than when the download began.
/// fn has_changed(resumed: Resumed) -> bool {
///     match resumed {
///         Resumed::Discarded(Discarded::Changed | Discarded::TooLong) => true,
///         Resumed::Discarded(Discarded::BlockDiffers | Discarded::HashDiffers) => true,
///         _ => false,
///     }
/// }
///
/// assert!(has_changed(Resumed::Discarded(Discarded::Changed)));
/// assert!(!has_changed(Resumed::Discarded(Discarded::NoRestart)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Discarded {
    /// The partial file is longer than the file.
    TooLong,
    /// The file was changed after the partial file was written.
    Changed,
    /// The last block of the partial file is not the same on both sides.
    BlockDiffers,
    /// The server does not let you read the partial file, so its last block cannot be compared.
    Unreadable,
    /// The server's hash is not that of the partial file.
    HashDiffers,
    /// The server cannot start in the middle of a file (REST), or continue it (APPE).
    NoRestart,
    /// The partial file and the rest of the file did not make a file of the right size.
    SizeDiffers,
    /// The server cannot rename the partial file (RNFR, RNTO), so the file was sent again under its
    /// final name.
    NoRename,
    /// The server computes no hash, and you demanded one ([`Resume::IfProven`](super::Resume)).
    Unproven,
}

/// How the new file has got its name.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # let report = scripted::downloaded()?;
/// use ftp_proto::files::Placed;
///
/// // `report` is that of a download.
/// let text = match report.placed {
///     Placed::Renamed => "the old file was there until the new one was complete",
///     Placed::RenamedAfterDelete => "for a moment there was no file",
///     Placed::Direct => "for a while the file was incomplete",
///     _ => "unknown",
/// };
/// assert_eq!(text, "the old file was there until the new one was complete");
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Placed {
    /// It was renamed after it was complete. An older file of this name was replaced in one step.
    Renamed,
    /// It was renamed after it was complete. The server does not overwrite files by RNTO, so the
    /// older file of this name was deleted just before.
    RenamedAfterDelete,
    /// It was stored under its name from the beginning.
    Direct,
}
