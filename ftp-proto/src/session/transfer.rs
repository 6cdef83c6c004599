//! The token of a transfer, and how one ends.

use alloc::string::String;
use core::fmt;

use crate::error::Error;
use crate::options::transfer::SizeCheck;
use crate::path::RemotePath;
use crate::representation::TransferType;
use crate::wire::Reply;

/// An open transfer: spent by [`Finish`](crate::flows::Finish) or [`Abort`](crate::flows::Abort).
///
/// It is not `Clone`. One that is dropped or forgotten leaves a debt that the session's next
/// operation pays first, by aborting.
#[derive(Debug)]
#[must_use = "finish or abort the transfer; dropping it makes the next operation abort it"]
pub struct Transfer {
    pub(super) id: TransferId,
    pub(super) verb: String,
    pub(super) direction: Direction,
    pub(super) secured: Secured,
    /// What a SIZE would be asked of: the file that the command names, in TYPE I.
    pub(super) file: Option<RemotePath>,
    /// At which byte of the file an upload begins, where that is known.
    pub(super) start: Option<u64>,
    /// How long the file was before an upload, where that was asked.
    pub(super) length_before: Option<u64>,
    pub(super) size_check: SizeCheck,
    pub(super) size_hint: Option<u64>,
    /// How long the file of a download in TYPE I is, by what the server said of it.
    pub(super) due: Option<u64>,
    pub(super) name: Option<RemotePath>,
    pub(super) offset: u64,
    pub(super) transfer_type: TransferType,
}

/// What TLS on a data connection came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secured {
    /// It is in clear.
    No,
    Anew,
    Resumed,
}

impl Transfer {
    /// SIZE has said how long the file of a download is.
    pub(crate) fn of_size(self, size: Option<u64>) -> Self {
        let due = size.or(self.due);
        Self { due, ..self }
    }

    /// How many bytes a download must bring at least: what is left of the file from the offset on.
    pub(crate) fn due(&self) -> Option<u64> {
        let due = self.due.filter(|_| self.size_check != SizeCheck::Never);
        Some(due?.saturating_sub(self.offset))
    }

    /// It begins at this offset of the file, in bytes.
    pub(crate) fn at(self, offset: u64) -> Self {
        Self { offset, ..self }
    }

    /// These sizes are compared.
    pub(crate) fn checked(self, size_check: SizeCheck) -> Self {
        Self { size_check, ..self }
    }

    pub(crate) fn size_check(&self) -> SizeCheck {
        self.size_check
    }

    /// It is an upload that begins at this byte of the file.
    pub(crate) fn starting(self, start: u64) -> Self {
        Self {
            start: Some(start),
            ..self
        }
    }

    /// SIZE has said how long the file was before an upload.
    pub(crate) fn with_length_before(self, length_before: Option<u64>) -> Self {
        Self {
            length_before,
            ..self
        }
    }

    /// How long the file is after an upload of so many bytes.
    pub(crate) fn length_after(&self, bytes: u64) -> Option<u64> {
        self.start?.checked_add(bytes)
    }

    /// Whether the size of the file shows that an upload of so many bytes is in it. It shows
    /// nothing where a restarted upload goes into a file that may have been as long before.
    pub(crate) fn is_shown_by_size(&self, bytes: u64) -> bool {
        let Some(length) = self.length_after(bytes) else {
            return false;
        };
        self.offset == 0 || self.length_before.is_some_and(|before| before < length)
    }

    /// Whether the file may have this size after an upload of so many bytes. A server may cut off
    /// what was in the file after a restarted upload, or leave it there.
    pub(crate) fn agrees_with_size(&self, bytes: u64, size: u64) -> bool {
        let length = self.length_after(bytes);
        length == Some(size)
            || self.offset > 0 && length < Some(size) && self.length_before == Some(size)
    }

    pub(crate) fn id(&self) -> TransferId {
        self.id
    }

    /// The verb of its data command.
    pub(crate) fn verb(&self) -> &str {
        &self.verb
    }

    /// The file whose size is that of the data on the wire.
    pub(crate) fn file(&self) -> Option<&RemotePath> {
        self.file.as_ref()
    }

    /// Which way the data goes.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// Whether the data connection is under TLS.
    pub fn is_protected(&self) -> bool {
        self.secured != Secured::No
    }

    /// Whether the data connection resumed the TLS session of the login, as the driver told it.
    pub fn is_resumed(&self) -> bool {
        self.secured == Secured::Resumed
    }

    /// The size in bytes that the server's 150 named, of the whole file as a rule. For most
    /// transfers it is a hint. A download of a file in TYPE I that brings less is an error, unless
    /// [`SizeCheck`](crate::SizeCheck) says otherwise.
    pub fn size_hint(&self) -> Option<u64> {
        self.size_hint
    }

    /// The name that the server chose (STOU), where its first reply tells it.
    pub fn name(&self) -> Option<&RemotePath> {
        self.name.as_ref()
    }

    /// The restart offset in bytes.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The representation type in which the data travels.
    pub fn transfer_type(&self) -> TransferType {
        self.transfer_type
    }
}

/// Names one transfer of one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TransferId {
    pub(super) session: usize,
    pub(super) serial: u64,
}

/// Which way data goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the server.
    Download,
    /// To the server.
    Upload,
}

/// What the control connection has said of a transfer under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub enum Verdict {
    /// Nothing final yet: go on.
    Open,
    /// The server confirmed it. A download goes on until its data ends.
    Confirmed,
    /// The server refused or is gone: stop sending; take in what has already come and stop.
    /// [`Finish`](crate::flows::Finish) then says why.
    Failed,
}

/// How a data connection ended, as the driver saw it.
#[derive(Clone, Debug)]
pub enum DataEnd {
    /// Downloads: the end of file, under TLS after close_notify. Uploads: all was written.
    Clean,
    /// The end of file came under TLS without close_notify.
    NoCloseNotify,
    /// The driver stopped, because the [verdict](Verdict::Failed) was failed.
    Stopped,
    /// Reading or writing failed, or timed out.
    Failed(Error),
}

/// A transfer that went well: the data ended cleanly *and* the server confirmed it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Completion {
    /// Bytes moved over the data connection in this transfer.
    pub bytes: u64,
    /// The final reply.
    pub reply: Reply,
    /// The size in bytes that the server's 150 announced, of the whole file as a rule. More bytes may
    /// have come, and fewer after an [offset](crate::TransferOptions::with_offset).
    pub announced: Option<u64>,
    /// The name that the server chose (STOU), where one of its replies tells it.
    pub name: Option<RemotePath>,
    /// Whether the data connection ended cleanly on both sides. An upload may be confirmed and
    /// yet lack it, because the server did not answer close_notify in time; a download only where
    /// that is [tolerated](crate::MissingCloseNotify).
    pub clean_close: bool,
}

/// A transfer that was aborted, with the session in step or about to be brought there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Aborted {
    /// The transfer's own final reply, where it had one: 426, or 226 if it was faster.
    pub reply: Option<Reply>,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Download => "download",
            Self::Upload => "upload",
        })
    }
}
