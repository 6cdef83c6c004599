//! The counts that a finished job reports, and their text for the terminal.

use std::fmt;
use std::time::Duration;

use ftp_blocking::tls::TlsInfo;

/// What a job has done, in numbers.
#[derive(Clone, Default)]
pub(crate) struct Report {
    /// The number of bytes of files that the client has sent.
    pub(crate) sent: u64,
    /// The number of bytes of files that the client has received.
    pub(crate) received: u64,
    /// The number of file transfers, including the aborted ones.
    pub(crate) files: u32,
    /// The number of aborted file transfers.
    pub(crate) aborted: u32,
    pub(crate) listings: u32,
    /// How many data connections of files and listings resumed the TLS session of the login.
    pub(crate) resumed: u32,
    /// How many data connections under TLS did not resume the TLS session of the login.
    pub(crate) not_resumed: u32,
    /// How many times the client logged in again, because a transfer failed whose data connection
    /// did not resume the TLS session.
    pub(crate) reconnects: u32,
    /// The TLS parameters of the last control connection; `None` in clear text.
    pub(crate) tls: Option<TlsInfo>,
    pub(crate) elapsed: Duration,
}

impl Report {
    /// Adds the counts of another login of the same job.
    pub(crate) fn with(self, other: &Self) -> Self {
        Self {
            sent: self.sent + other.sent,
            received: self.received + other.received,
            files: self.files + other.files,
            aborted: self.aborted + other.aborted,
            listings: self.listings + other.listings,
            resumed: self.resumed + other.resumed,
            not_resumed: self.not_resumed + other.not_resumed,
            reconnects: self.reconnects + other.reconnects,
            ..self
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} bytes sent, {} received, {} transfers of files ({} aborted), {} listings, {:.1} s",
            self.sent,
            self.received,
            self.files,
            self.aborted,
            self.listings,
            self.elapsed.as_secs_f64(),
        )?;
        let protected = self.resumed + self.not_resumed;
        if protected > 0 {
            write!(f, "; TLS resumed by {} of {protected}", self.resumed)?;
        }
        Ok(())
    }
}
