//! What a job came to.

use std::fmt;
use std::time::Duration;

/// What a job came to.
#[derive(Clone, Default)]
pub(crate) struct Report {
    /// Bytes of files sent and received.
    pub(crate) sent: u64,
    pub(crate) received: u64,
    /// Transfers of files, the aborted ones included.
    pub(crate) files: u32,
    /// Of these, how many were aborted.
    pub(crate) aborted: u32,
    /// Of these, how many data connections resumed the TLS session of the login, and how many
    /// made a new one.
    pub(crate) resumed: u32,
    pub(crate) not_resumed: u32,
    /// Listings; the library does not say of each whether its data connection resumed.
    pub(crate) listings: u32,
    pub(crate) elapsed: Duration,
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
