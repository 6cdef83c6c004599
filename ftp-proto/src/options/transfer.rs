//! The options for the transfer of one file.

use super::limits::TransferLimits;
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
    /// The restart offset: the position in the file, in bytes, at which the transfer starts (REST).
    pub offset: u64,
    /// How many bytes a download must bring. If another number comes, the transfer fails. `None`:
    /// any number is accepted.
    pub expected: Option<u64>,
    /// Which sizes the client compares with the number of bytes that were transferred.
    pub size_check: SizeCheck,
    /// The representation type. The default is TYPE I.
    pub transfer_type: TransferType,
    /// Whether line ends are translated between CRLF and LF.
    pub line_ends: LineEnds,
    /// The speed limits of this transfer. `None`: those of the client's
    /// [options](crate::Options::with_transfer_limits).
    pub limits: Option<TransferLimits>,
}

/// Which sizes the client compares with the number of bytes that were transferred, after the server
/// has confirmed the transfer of a file.
///
/// In clear text, a connection that was cut looks like a connection that has ended, and some
/// servers confirm a file that is not complete. Only the file's size shows the difference. Sizes
/// are compared only in TYPE I, because the size of a text or a listing on the wire is not known.
///
/// | | download of a file (RETR) | upload |
/// |---|---|---|
/// | `AsNeeded` | the size that the server announces | SIZE, if the server has reset the data connection |
/// | `Always` | SIZE before the download | SIZE after the upload |
/// | `Never` | none | none |
///
/// A download that brings fewer bytes fails with [`Truncated`](crate::ErrorKind::Truncated). More
/// bytes are no error, because files grow. An upload fails with
/// [`Unconfirmed`](crate::ErrorKind::Unconfirmed) if the file on the server does not end where the
/// upload ended.
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
    /// Uses the size that the server announces in its reply to RETR, which costs no command. Sends
    /// SIZE only if an upload is in doubt.
    ///
    /// Most servers announce a size when they begin to send a file, as in `150 Opening (1048576
    /// bytes)`. Usually it is the size of the whole file, so the client subtracts the restart
    /// offset and expects at least so many bytes. Some servers announce only the size of the rest
    /// of the file. For them, the client expects too few bytes: it does not notice if the end of
    /// the file is missing, as long as the missing part is no longer than the offset.
    ///
    /// Some servers reset the data connection although they have read the whole upload. Others
    /// reset it before they have read everything. SIZE shows whether the upload is complete. SIZE
    /// is also sent if an upload goes through a proxy and the server's end does not come (under
    /// TLS, its close_notify), since some proxies lose the end of the data. But for APPE and for an
    /// upload at an offset, SIZE proves nothing, because the file may have had that size before.
    /// After a reset, such an upload is unconfirmed.
    #[default]
    AsNeeded,
    /// Always sends SIZE. The check is exact: it also notices if the server stores more or fewer
    /// bytes than you have sent.
    ///
    /// If the server does not reply with a size before a download, the announced size is used. If
    /// it does not reply with a size after an upload, the upload is unconfirmed. SIZE is also sent
    /// before APPE and before an upload at an offset.
    Always,
    /// Compares no size. Use this for servers that report wrong sizes, for example because they
    /// convert files while they send them.
    Never,
}

/// Whether the line ends of a text are translated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LineEnds {
    /// Line ends are not translated: you read and write the bytes that are on the data connection.
    #[default]
    AsSent,
    /// CRLF from the server becomes LF for you, and your LF becomes CRLF for the server. All counts
    /// of bytes are counts on the data connection, where each line ends with CRLF.
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
            limits: None,
        }
    }
}

impl TransferOptions {
    /// Makes options that transfer the whole file unchanged (TYPE I), from its beginning.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes options that transfer the whole file as text: TYPE A on the data connection, and lines
    /// that end with LF for you.
    pub fn text() -> Self {
        Self::new()
            .with_type(TransferType::TEXT)
            .with_line_ends(LineEnds::Lf)
    }

    /// Makes a download fail unless exactly `bytes` bytes come. Bytes before the restart offset do
    /// not come, so do not count them. The client then compares no other size.
    #[must_use]
    pub fn with_expected(mut self, bytes: u64) -> Self {
        self.expected = Some(bytes);
        self
    }

    /// Sets the speed limits of this transfer, instead of those of the client's
    /// [options](crate::Options::with_transfer_limits).
    #[must_use]
    pub fn with_limits(mut self, limits: TransferLimits) -> Self {
        self.limits = Some(limits);
        self
    }
}

setters! { TransferOptions
    /// Starts at this offset in bytes (REST, RFC 3659 section 5). To continue an upload, append to
    /// the file (APPE) instead: after REST and STOR, some servers empty the file, and put zeros
    /// before the offset.
    with_offset => offset: u64;
    /// Sets which sizes the client compares with the number of bytes that were transferred.
    with_size_check => size_check: SizeCheck;
    /// Sets the representation type (TYPE).
    with_type => transfer_type: TransferType;
    /// Sets whether line ends are translated between CRLF and LF.
    with_line_ends => line_ends: LineEnds;
}
