//! What one reply may cost.

/// Caps on replies, so that no server can make a client hold or scan more than this.
///
/// They hold from the first byte on, before any login.
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
    /// Bytes in one line, its line end included. Default 8 KiB: the cap that Python's ftplib has
    /// enforced since CVE-2013-1752 without a report of a legitimate server above it.
    pub line: usize,
    /// Lines in one reply, the first and the last included. Default 256: room for the longest
    /// HELP, FEAT and banner texts that are known, and far from an endless one (CVE-2026-44240).
    pub reply_lines: usize,
    /// Bytes in one reply, each line end counted as one byte, and the CRs of the line under way.
    /// Default 64 KiB: the cap of curl.
    pub reply: usize,
    /// Blank lines in a row between two replies. Default 16: embedded servers send one or two.
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
