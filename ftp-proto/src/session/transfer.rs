//! `Transfer`, the value with which a flow finishes or aborts an open transfer, and the types that
//! say how a transfer ended.

use alloc::string::String;
use core::fmt;

use crate::error::Error;
use crate::options::transfer::SizeCheck;
use crate::path::RemotePath;
use crate::representation::TransferType;
use crate::wire::Reply;

/// A transfer that has begun and is not over. [`Finish`](crate::flows::Finish) or
/// [`Abort`](crate::flows::Abort) takes this value and ends the transfer.
///
/// The value cannot be cloned. If you drop or forget it, the session's next operation first aborts
/// the transfer.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::Direction;
/// use ftp_proto::flows::Open;
///
/// # let replies = ["200 Binary", "229 Here (|||2020|)", "150 Comes (5 bytes)", "226 Done"];
/// # let mut server = Server::new(replies);
/// let open = Open::retrieve("hello")?;
/// let transfer = drive(&mut session, open, &mut server)?;
/// assert_eq!(transfer.direction(), Direction::Download);
/// assert_eq!(transfer.size_hint(), Some(5)); // from the server's 150
/// assert!(!transfer.is_protected());
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "finish or abort the transfer; dropping it makes the next operation abort it"]
pub struct Transfer {
    pub(super) id: TransferId,
    pub(super) verb: String,
    pub(super) direction: Direction,
    pub(super) secured: DataTls,
    /// The path in RETR, STOR or APPE, if the client can send SIZE to compare the length. `None`
    /// for other commands, and in any type but TYPE I.
    pub(super) file: Option<RemotePath>,
    /// The position in the file, in bytes, at which the server writes the first byte of an upload.
    /// `None` if it is not known.
    pub(super) start: Option<u64>,
    /// The length of the file in bytes before an upload. `None` if SIZE has not returned it.
    pub(super) length_before: Option<u64>,
    pub(super) size_check: SizeCheck,
    pub(super) size_hint: Option<u64>,
    /// The whole length in bytes of a file that is downloaded in TYPE I. It comes from SIZE or from
    /// the server's 150. `None` if it is not known.
    pub(super) due: Option<u64>,
    pub(super) name: Option<RemotePath>,
    pub(super) offset: u64,
    pub(super) transfer_type: TransferType,
    /// The whole length in bytes of a file that is downloaded, if SIZE has returned it.
    pub(super) size: Option<u64>,
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
    /// Sets the length of the file to download to what SIZE has returned. `None` keeps the length
    /// that the server's 150 has announced.
    pub(crate) fn with_size(self, size: Option<u64>) -> Self {
        let due = size.or(self.due);
        Self { due, size, ..self }
    }

    /// Returns how many bytes a download must bring at least: those from the restart offset to the
    /// end of the file. `None` if the length is unknown, or if the options forbid the comparison.
    pub(crate) fn due(&self) -> Option<u64> {
        let due = self.due.filter(|_| self.size_check != SizeCheck::Never);
        Some(due?.saturating_sub(self.offset))
    }

    /// Returns the whole length in bytes of a file that is downloaded in TYPE I, if it is certain:
    /// at a restart offset, some servers announce only the size of the rest.
    pub(crate) fn whole(&self) -> Option<u64> {
        let announced = self.due.filter(|_| self.offset == 0);
        self.size.or(announced)
    }

    /// Sets the restart offset: the position in the file, in bytes, at which the transfer begins.
    pub(crate) fn with_offset(self, offset: u64) -> Self {
        Self { offset, ..self }
    }

    /// Sets whether `Finish` compares the size of the file with the bytes that were moved.
    pub(crate) fn with_size_check(self, size_check: SizeCheck) -> Self {
        Self { size_check, ..self }
    }

    pub(crate) fn size_check(&self) -> SizeCheck {
        self.size_check
    }

    /// Sets the position in the file, in bytes, at which the server writes the first byte of an
    /// upload.
    pub(crate) fn with_start(self, start: u64) -> Self {
        Self {
            start: Some(start),
            ..self
        }
    }

    /// Sets the length in bytes that the file had before an upload. `None` if SIZE has not returned
    /// it.
    pub(crate) fn with_length_before(self, length_before: Option<u64>) -> Self {
        Self {
            length_before,
            ..self
        }
    }

    /// Returns the length in bytes that the file must have after an upload of this many bytes.
    /// `None` if the start position of the upload is not known.
    pub(crate) fn length_after(&self, bytes: u64) -> Option<u64> {
        self.start?.checked_add(bytes)
    }

    /// Whether SIZE can prove that an upload of this many bytes has arrived. It cannot after a
    /// restarted upload if the file may have had the same length before.
    pub(crate) fn is_shown_by_size(&self, bytes: u64) -> bool {
        let Some(length) = self.length_after(bytes) else {
            return false;
        };
        self.offset == 0 || self.length_before.is_some_and(|before| before < length)
    }

    /// Whether the file may have this size after an upload of this many bytes. After a restarted
    /// upload, two sizes are possible, because a server may cut off the rest of the old file or
    /// keep it.
    pub(crate) fn agrees_with_size(&self, bytes: u64, size: u64) -> bool {
        let length = self.length_after(bytes);
        length == Some(size)
            || self.offset > 0 && length < Some(size) && self.length_before == Some(size)
    }

    pub(crate) fn id(&self) -> TransferId {
        self.id
    }

    /// Returns the verb of the data command, for example `RETR`.
    pub(crate) fn verb(&self) -> &str {
        &self.verb
    }

    /// Returns the path of the file if the reply to SIZE can be compared with the number of bytes
    /// on the data connection. `None` in any type but TYPE I, because the two numbers then differ.
    pub(crate) fn file(&self) -> Option<&RemotePath> {
        self.file.as_ref()
    }

    /// Returns whether the data goes to the server (upload) or comes from it (download).
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// Returns whether the data connection is under TLS.
    pub fn is_protected(&self) -> bool {
        self.secured != DataTls::Clear
    }

    /// Returns whether the data connection has resumed the TLS session of the login, as the driver
    /// reported after the handshake.
    pub fn is_resumed(&self) -> bool {
        self.secured == DataTls::Resumed
    }

    /// Returns the size in bytes that the server's 150 announced, usually the size of the whole
    /// file. For most transfers it is only a hint. A download of a file in TYPE I that brings fewer
    /// bytes is an error, unless [`SizeCheck`](crate::SizeCheck) says otherwise.
    pub fn size_hint(&self) -> Option<u64> {
        self.size_hint
    }

    /// Returns the file name that the server chose for STOU, if its preliminary reply has the name.
    pub fn name(&self) -> Option<&RemotePath> {
        self.name.as_ref()
    }

    /// Returns the restart offset (REST) of the transfer in bytes.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the representation type (TYPE) in which the data is sent.
    pub fn transfer_type(&self) -> TransferType {
        self.transfer_type
    }
}

/// The number of a transfer, which no other transfer of any session has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TransferId {
    pub(super) session: usize,
    pub(super) serial: u64,
}

/// Which way data goes.
///
/// ```
/// use ftp_proto::Direction;
///
/// let arrow = |direction| match direction {
///     Direction::Download => "<-",
///     Direction::Upload => "->",
/// };
/// assert_eq!(arrow(Direction::Upload), "->");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the server.
    Download,
    /// To the server.
    Upload,
}

/// What the server has said over the control connection about a transfer whose data still moves.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::Open;
/// use ftp_proto::Verdict;
///
/// # let replies = ["200 Binary", "229 Here (|||2020|)", "150 Comes (5 bytes)", "226 Done"];
/// # let mut server = Server::new(replies);
/// let transfer = drive(&mut session, Open::store("hello")?, &mut server)?;
/// assert_eq!(session.verdict(&transfer), Verdict::Open);
/// session.receive(b"552 Disk full\r\n");
/// let goes_on = match session.verdict(&transfer) {
///     Verdict::Open | Verdict::Confirmed => true,
///     Verdict::Failed => false,
/// };
/// assert!(!goes_on);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub enum Verdict {
    /// No final reply has come yet. Go on with the data.
    Open,
    /// The server has confirmed the transfer. In a download, go on reading until the data ends.
    Confirmed,
    /// The server has refused the transfer, or the control connection is lost. In an upload, stop
    /// sending. In a download, read what has already arrived and then stop. After that,
    /// [`Finish`](crate::flows::Finish) returns the error.
    Failed,
}

/// How the data of a transfer ended. The driver tells this to [`Finish`](crate::flows::Finish).
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::{Finish, Open};
/// use ftp_proto::{DataEnd, Error, ErrorKind};
///
/// # let replies = ["200 Binary", "229 Here (|||2020|)", "150 Comes (5 bytes)", "226 Done"];
/// # let mut server = Server::new(replies);
/// let transfer = drive(&mut session, Open::retrieve("hello")?, &mut server)?;
/// // The data connection has failed after 2 bytes.
/// let end = DataEnd::Failed(Error::new(ErrorKind::Io));
/// let result = drive(&mut session, Finish::new(transfer, 2, end), &mut server);
/// assert!(result.is_err_and(|error| error.transferred() == Some(2)));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Debug)]
pub enum DataEnd {
    /// In a download: the server has ended the data (under TLS, by close_notify). In an upload: the
    /// driver has written all bytes.
    Clean,
    /// In a download under TLS, the server has closed the connection without close_notify, so the
    /// data may be cut off.
    NoCloseNotify,
    /// The driver stopped before the end, because [`Session::verdict`](crate::Session::verdict)
    /// returned [`Failed`](Verdict::Failed).
    Stopped,
    /// Reading from or writing to the data connection failed, or took too long.
    Failed(Error),
}

/// A successful transfer: the data ended cleanly *and* the server confirmed it.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::{Finish, Open};
/// use ftp_proto::DataEnd;
///
/// # let replies = ["200 Binary", "229 Here (|||2020|)", "150 Comes (5 bytes)", "226 Done"];
/// # let mut server = Server::new(replies);
/// let transfer = drive(&mut session, Open::retrieve("hello")?, &mut server)?;
/// let finish = Finish::new(transfer, 5, DataEnd::Clean);
/// let completion = drive(&mut session, finish, &mut server)?;
/// assert_eq!((completion.bytes, completion.announced), (5, Some(5)));
/// assert!(completion.clean_close);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
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
    /// The file name that the server chose for STOU. `None` if none of its replies has the name.
    pub name: Option<RemotePath>,
    /// Whether the data connection ended cleanly on both sides. It may be false for an upload, for
    /// example if the server did not answer close_notify in time. For a download it can be false
    /// only if you [allow that](crate::MissingCloseNotify).
    pub clean_close: bool,
}

/// The result of an abort. You can use the session at once: if more replies to the abort may come,
/// the session sends a fence before its next command.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::{Abort, Open};
///
/// # let replies = ["200 Binary", "229 Here (|||2020|)", "150 Comes", "426 Ends", "226 Done"];
/// # let mut server = Server::new(replies);
/// let transfer = drive(&mut session, Open::retrieve("hello")?, &mut server)?;
/// let aborted = drive(&mut session, Abort::new(transfer), &mut server)?;
/// if let Some(reply) = aborted.reply {
///     assert_eq!(reply.code().value(), 426);
/// }
/// # Ok::<(), ftp_proto::Error>(())
/// ```
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
