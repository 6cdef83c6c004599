//! How to transfer one file.

use super::setters::setters;
use crate::representation::TransferType;

/// How to transfer one file.
///
/// ```
/// use ftp_proto::TransferOptions;
///
/// let rest_of_it = TransferOptions::new().with_offset(4096);
/// let letter = TransferOptions::text();
/// # let _ = (rest_of_it, letter);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferOptions {
    /// The restart offset in bytes: where in the file to start (REST).
    pub offset: u64,
    /// How many bytes a download must bring; any other number is an error. `None`: you do not know.
    pub expected: Option<u64>,
    /// Which sizes are compared with the number of bytes that were moved.
    pub size_check: SizeCheck,
    /// The representation type. The default is TYPE I.
    pub transfer_type: TransferType,
    /// How line ends are translated.
    pub line_ends: LineEnds,
}

/// Which sizes are compared with the number of bytes that were moved, after the server has
/// confirmed the transfer of a file.
///
/// In clear text, a connection that was cut looks like a connection that ended, and some servers
/// confirm a file that is not complete. A size shows the difference. Only sizes in TYPE I count,
/// because the size of a text or a listing on the wire is not known.
///
/// | | download of a file (RETR) | upload |
/// |---|---|---|
/// | `AsNeeded` | the size that the server announces | SIZE, if the server has reset the data connection |
/// | `Always` | SIZE before the download | SIZE after the upload |
/// | `Never` | none | none |
///
/// A download that brings fewer bytes fails with [`Truncated`](crate::ErrorKind::Truncated). More
/// bytes are no error, because files grow. An upload fails with
/// [`Unconfirmed`](crate::ErrorKind::Unconfirmed), unless the file ends where the upload ended.
///
/// ```
/// use ftp_proto::{SizeCheck, TransferOptions};
///
/// // Exact, at the cost of one more command.
/// let careful = TransferOptions::new().with_size_check(SizeCheck::Always);
/// // For a server that converts files while it sends them, as VMS does.
/// let converted = TransferOptions::new().with_size_check(SizeCheck::Never);
/// # let _ = (careful, converted);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SizeCheck {
    /// Uses the sizes that take no command, and sends SIZE only if there is doubt.
    ///
    /// Most servers announce a size when they begin to send a file, as in `150 Opening (1048576
    /// bytes)`. As a rule it is the size of the whole file, so the offset is subtracted. Some
    /// servers announce only the size of what is left of the file. Then a cut that is no longer
    /// than the offset goes unnoticed.
    ///
    /// Some servers reset the data connection after a good upload, and some before they have read
    /// all of it. SIZE shows which case it is, but not for APPE or an upload at an offset: the file
    /// may have had that size before. After a reset, such an upload is unconfirmed.
    #[default]
    AsNeeded,
    /// Sends SIZE. The check is exact: it also finds a server that stores something else than you
    /// sent.
    ///
    /// If the server does not know the size before a download, the announced size counts. If it
    /// does not know the size after an upload, the upload is unconfirmed. Before APPE and before an
    /// upload at an offset, SIZE is sent too.
    Always,
    /// Compares no size. Use this for servers whose sizes are not the sizes of what they send and
    /// store.
    Never,
}

/// How the line ends of a text are translated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LineEnds {
    /// Not at all: you see what is on the wire.
    #[default]
    AsSent,
    /// CRLF on the wire becomes LF for you, and LF becomes CRLF on the way out. Byte counts are
    /// those of the wire.
    Lf,
}

impl Default for TransferOptions {
    fn default() -> Self {
        Self {
            offset: 0,
            expected: None,
            size_check: SizeCheck::AsNeeded,
            transfer_type: TransferType::Image,
            line_ends: LineEnds::AsSent,
        }
    }
}

impl TransferOptions {
    /// The whole file, of any length, byte by byte.
    pub fn new() -> Self {
        Self::default()
    }

    /// The whole file as text: TYPE A on the wire, LF at the end of each line for you.
    pub fn text() -> Self {
        Self::new()
            .with_type(TransferType::TEXT)
            .with_line_ends(LineEnds::Lf)
    }

    /// Makes a download of any other length an error. Count from the offset on. No other size is
    /// compared then.
    #[must_use]
    pub fn with_expected(mut self, bytes: u64) -> Self {
        self.expected = Some(bytes);
        self
    }
}

setters! { TransferOptions
    /// Starts at this offset in bytes (REST, RFC 3659 section 5).
    with_offset => offset: u64;
    /// Sets which sizes are compared.
    with_size_check => size_check: SizeCheck;
    /// Sets the representation type (TYPE).
    with_type => transfer_type: TransferType;
    /// Sets how line ends are translated.
    with_line_ends => line_ends: LineEnds;
}
