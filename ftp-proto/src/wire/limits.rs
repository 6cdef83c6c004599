//! The limits on one reply.

/// Limits on replies. No server can make the client store or read more than these limits allow.
///
/// The limits apply from the first byte of the greeting on, before any login.
///
/// ```
/// use ftp_proto::wire::Limits;
///
/// let limits = Limits::default().with_reply_lines(1_000);
/// assert_eq!((limits.line, limits.reply_lines), (8_192, 1_000));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most bytes in one line, with its line end. Default: 8 KiB. Python's ftplib has used this
    /// limit since CVE-2013-1752, and nobody has reported a real server with longer lines.
    pub line: usize,
    /// The most lines in one reply, with the first and the last. Default: 256. The longest known
    /// HELP, FEAT and banner texts have fewer lines, and an endless reply (CVE-2026-44240) is soon
    /// stopped.
    pub reply_lines: usize,
    /// The most bytes in one reply. Each line end is counted as one byte. While a line is
    /// incomplete, its CRs are counted too. Default: 64 KiB, which is curl's limit.
    pub reply: usize,
    /// The most blank lines in a row between two replies. Default: 16. Embedded servers send one or
    /// two.
    pub blank_lines: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line: 8 * 1024,
            reply_lines: 256,
            reply: 64 * 1024,
            blank_lines: 16,
        }
    }
}

impl Limits {
    /// Sets [`line`](Self::line), in bytes.
    #[must_use]
    pub const fn with_line(mut self, bytes: usize) -> Self {
        self.line = bytes;
        self
    }

    /// Sets [`reply_lines`](Self::reply_lines).
    #[must_use]
    pub const fn with_reply_lines(mut self, lines: usize) -> Self {
        self.reply_lines = lines;
        self
    }

    /// Sets [`reply`](Self::reply), in bytes.
    #[must_use]
    pub const fn with_reply(mut self, bytes: usize) -> Self {
        self.reply = bytes;
        self
    }

    /// Sets [`blank_lines`](Self::blank_lines).
    #[must_use]
    pub const fn with_blank_lines(mut self, lines: usize) -> Self {
        self.blank_lines = lines;
        self
    }
}
