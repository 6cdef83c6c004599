//! How one file is to be moved.

use super::setters::setters;
use crate::representation::TransferType;

/// How one file is to be moved.
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
    /// Where in the file to start, in bytes (REST).
    pub offset: u64,
    /// How many bytes a download must bring; any other number is an error.
    pub expected: Option<u64>,
    /// Which sizes are compared with what was moved.
    pub size_check: SizeCheck,
    /// The representation type, TYPE I by default.
    pub transfer_type: TransferType,
    /// What becomes of line ends.
    pub line_ends: LineEnds,
}

/// Which sizes are compared with what was moved, where the server confirms the transfer of a file.
///
/// In clear text a connection that was cut looks like one that ended, and some servers confirm what
/// is not there. A size then tells. Only sizes in TYPE I count: nobody knows how many bytes a text
/// or a listing has on the wire.
///
/// | | download of a file (RETR) | upload |
/// |---|---|---|
/// | `AsNeeded` | the size that the server announces | SIZE, where the server has reset the data connection |
/// | `Always` | SIZE before it | SIZE after it |
/// | `Never` | none | none |
///
/// A download that brings fewer bytes is [`Truncated`](crate::ErrorKind::Truncated). More are no
/// error: files grow. An upload is [`Unconfirmed`](crate::ErrorKind::Unconfirmed) unless the file
/// then ends where the upload did.
///
/// ```
/// use ftp_proto::{SizeCheck, TransferOptions};
///
/// // Exact, for one more command.
/// let careful = TransferOptions::new().with_size_check(SizeCheck::Always);
/// // For a server that converts files as it sends them, as VMS does.
/// let converted = TransferOptions::new().with_size_check(SizeCheck::Never);
/// # let _ = (careful, converted);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SizeCheck {
    /// What takes no command, or one where there is doubt.
    ///
    /// Most servers announce a size when they begin to send a file, as in
    /// `150 Opening (1048576 bytes)`. It is that of the whole file as a rule. The offset is taken
    /// off it. A server that announces only what is left of the file lets a cut go unnoticed that
    /// is no longer than the offset.
    ///
    /// Some servers reset the data connection after a good upload, and some before they have read
    /// all of it. SIZE tells which, but not of an upload at an offset or by APPE: the file may
    /// have been as long before. Such an upload is unconfirmed after a reset.
    #[default]
    AsNeeded,
    /// SIZE. It is exact, and finds a server that stores something else than it was sent.
    ///
    /// Where the server does not know the size before a download, the announced one counts. Where
    /// it does not know the size after an upload, the upload is unconfirmed. The size is asked
    /// before APPE and before an upload at an offset, too.
    Always,
    /// None. This is for servers whose sizes are not those of what they send and store.
    Never,
}

/// What becomes of the line ends of a text on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LineEnds {
    /// Nothing: the caller sees what is on the wire.
    #[default]
    AsSent,
    /// CRLF on the wire is LF here. Counts of bytes are those of the wire.
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
    /// The whole file, of whatever length, byte by byte.
    pub fn new() -> Self {
        Self::default()
    }

    /// The whole file as a text: TYPE A, with LF at the end of lines here.
    pub fn text() -> Self {
        Self::new()
            .with_type(TransferType::TEXT)
            .with_line_ends(LineEnds::Lf)
    }

    /// Makes a download of another length than this, the offset not counted, an error. No other
    /// size is then compared.
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
    /// Sets what becomes of line ends.
    with_line_ends => line_ends: LineEnds;
}
