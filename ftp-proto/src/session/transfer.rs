//! The token of a transfer, and the values that describe its end.

use alloc::string::String;
use core::fmt;

use crate::error::Error;
use crate::options::transfer::SizeCheck;
use crate::path::RemotePath;
use crate::representation::TransferType;
use crate::wire::Reply;

/// An open transfer. [`Finish`](crate::flows::Finish) or [`Abort`](crate::flows::Abort) uses it up.
///
/// It is not `Clone`. If you drop or forget it, the session's next operation aborts the transfer
/// first.
#[derive(Debug)]
#[must_use = "finish or abort the transfer; dropping it makes the next operation abort it"]
pub struct Transfer {
    pub(super) id: TransferId,
    pub(super) verb: String,
    pub(super) direction: Direction,
    pub(super) secured: DataTls,
    /// The file that RETR, STOR or APPE names, so that SIZE can be sent for it. `None` for other
    /// commands, and in types other than TYPE I.
    pub(super) file: Option<RemotePath>,
    /// The position in the file at which an upload begins, in bytes. `None` if it is not known.
    pub(super) start: Option<u64>,
    /// The length of the file in bytes before an upload. `None` if SIZE has not returned it.
    pub(super) length_before: Option<u64>,
    pub(super) size_check: SizeCheck,
    pub(super) size_hint: Option<u64>,
    /// The length in bytes of a file that is downloaded in TYPE I, from SIZE or from the server's
    /// 150. `None` if it is not known.
    pub(super) due: Option<u64>,
    pub(super) name: Option<RemotePath>,
    pub(super) offset: u64,
    pub(super) transfer_type: TransferType,
}

/// How TLS was set up on a data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataTls {
    /// The data connection is in clear text.
    Clear,
    FullHandshake,
    Resumed,
}

impl Transfer {
    /// Adds the length of a download's file, as SIZE has returned it.
    pub(crate) fn with_size(self, size: Option<u64>) -> Self {
        let due = size.or(self.due);
        Self { due, ..self }
    }

    /// The least number of bytes that a download must bring: the rest of the file from the restart
    /// offset on. `None` if it is not known or is not to be checked.
    pub(crate) fn due(&self) -> Option<u64> {
        let due = self.due.filter(|_| self.size_check != SizeCheck::Never);
        Some(due?.saturating_sub(self.offset))
    }

    /// Adds the offset at which the transfer begins, in bytes of the file.
    pub(crate) fn with_offset(self, offset: u64) -> Self {
        Self { offset, ..self }
    }

    /// Sets which sizes are compared.
    pub(crate) fn with_size_check(self, size_check: SizeCheck) -> Self {
        Self { size_check, ..self }
    }

    pub(crate) fn size_check(&self) -> SizeCheck {
        self.size_check
    }

    /// Adds the position in the file, in bytes, at which an upload begins.
    pub(crate) fn with_start(self, start: u64) -> Self {
        Self {
            start: Some(start),
            ..self
        }
    }

    /// Adds the length of the file before an upload, as SIZE has returned it.
    pub(crate) fn with_length_before(self, length_before: Option<u64>) -> Self {
        Self {
            length_before,
            ..self
        }
    }

    /// How long the file must be after an upload of this many bytes. `None` if it is not known
    /// where the upload began.
    pub(crate) fn length_after(&self, bytes: u64) -> Option<u64> {
        self.start?.checked_add(bytes)
    }

    /// Whether the file's size can prove that an upload of this many bytes has arrived. The size
    /// proves nothing after a restarted upload into a file that may have had this length before.
    pub(crate) fn is_shown_by_size(&self, bytes: u64) -> bool {
        let Some(length) = self.length_after(bytes) else {
            return false;
        };
        self.offset == 0 || self.length_before.is_some_and(|before| before < length)
    }

    /// Whether the file may have this size after an upload of this many bytes. After a restarted
    /// upload, a server may cut off the rest of the old file or keep that rest.
    pub(crate) fn agrees_with_size(&self, bytes: u64, size: u64) -> bool {
        let length = self.length_after(bytes);
        length == Some(size)
            || self.offset > 0 && length < Some(size) && self.length_before == Some(size)
    }

    pub(crate) fn id(&self) -> TransferId {
        self.id
    }

    /// The verb of the data command.
    pub(crate) fn verb(&self) -> &str {
        &self.verb
    }

    /// The path of the file, if SIZE returns the number of bytes that the data connection moves.
    /// That is so only in TYPE I.
    pub(crate) fn file(&self) -> Option<&RemotePath> {
        self.file.as_ref()
    }

    /// Returns which way the data goes.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// Returns whether the data connection is under TLS.
    pub fn is_protected(&self) -> bool {
        self.secured != DataTls::Clear
    }

    /// Returns whether the data connection has resumed the TLS session of the login. The driver
    /// reports this.
    pub fn is_resumed(&self) -> bool {
        self.secured == DataTls::Resumed
    }

    /// Returns the size in bytes that the server's 150 announced, usually the size of the whole
    /// file. For most transfers it is only a hint. A download of a file in TYPE I that brings fewer
    /// bytes is an error, unless [`SizeCheck`](crate::SizeCheck) says otherwise.
    pub fn size_hint(&self) -> Option<u64> {
        self.size_hint
    }

    /// Returns the name that the server chose (STOU), if its first reply has it.
    pub fn name(&self) -> Option<&RemotePath> {
        self.name.as_ref()
    }

    /// Returns the restart offset in bytes.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the representation type of the data.
    pub fn transfer_type(&self) -> TransferType {
        self.transfer_type
    }
}

/// Identifies one transfer of one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TransferId {
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

/// What the control connection has said about a transfer under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub enum Verdict {
    /// No final reply has come yet: go on.
    Open,
    /// The server has confirmed the transfer. A download goes on until its data ends.
    Confirmed,
    /// The server has refused the transfer, or the connection is lost. Stop sending; read what has
    /// already come, then stop. [`Finish`](crate::flows::Finish) then returns the error.
    Failed,
}

/// How a data connection ended, as the driver saw it.
#[derive(Clone, Debug)]
pub enum DataEnd {
    /// Download: the end of file came (under TLS, after close_notify). Upload: all bytes were
    /// written.
    Clean,
    /// The end of file came under TLS without close_notify.
    NoCloseNotify,
    /// The driver stopped, because the verdict was [`Failed`](Verdict::Failed).
    Stopped,
    /// Reading or writing failed, or timed out.
    Failed(Error),
}

/// A successful transfer: the data ended cleanly *and* the server confirmed it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Completion {
    /// How many bytes this transfer moved over the data connection.
    pub bytes: u64,
    /// The final reply.
    pub reply: Reply,
    /// The size in bytes that the server's 150 announced, usually the size of the whole file. More
    /// bytes may have come, or fewer after a [restart offset](crate::TransferOptions::with_offset).
    pub announced: Option<u64>,
    /// The name that the server chose (STOU), if one of its replies has it.
    pub name: Option<RemotePath>,
    /// Whether the data connection ended cleanly on both sides. An upload may be confirmed without
    /// that, because the server did not answer close_notify in time. A download may be confirmed
    /// without it only if you [allow that](crate::MissingCloseNotify).
    pub clean_close: bool,
}

/// A transfer that was aborted. The session is in step, or a fence before the next command brings
/// it into step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Aborted {
    /// The transfer's own final reply, if it had one: 426, or 226 if the transfer ended before ABOR
    /// took effect.
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
