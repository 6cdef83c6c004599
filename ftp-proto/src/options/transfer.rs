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
    /// The representation type, TYPE I by default.
    pub transfer_type: TransferType,
    /// What becomes of line ends.
    pub line_ends: LineEnds,
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

    /// Makes a download of another length than this, the offset not counted, an error.
    #[must_use]
    pub fn with_expected(mut self, bytes: u64) -> Self {
        self.expected = Some(bytes);
        self
    }
}

setters! { TransferOptions
    /// Starts at this offset in bytes (REST, RFC 3659 section 5).
    with_offset => offset: u64;
    /// Sets the representation type (TYPE).
    with_type => transfer_type: TransferType;
    /// Sets what becomes of line ends.
    with_line_ends => line_ends: LineEnds;
}
