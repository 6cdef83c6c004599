//! Listings, line by line.

use std::io::Read as _;

use ftp_proto::data::{LineCollector, LineKind, Listing};
use ftp_proto::tls::TlsInfo;
use ftp_proto::{Completion, Error, ListingLimits};

use crate::data::Download;

/// The lines of a listing, as they come, each one the bytes that the server sent without its
/// line end. A blank line is no entry. Where lines end with CR CR LF, the second CR goes until a line
/// has none: the calls that collect a listing look at all of it first.
///
/// ```no_run
/// # fn main() -> Result<(), ftp_blocking::Error> {
/// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
/// let mut lines = client.list_lines(ftp_blocking::HERE)?;
/// while let Some(line) = lines.next_line()? {
///     println!("{}", String::from_utf8_lossy(&line));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing comes unless it is read"]
pub struct Lines<'c> {
    download: Download<'c>,
    listing: Listing,
}

impl<'c> Lines<'c> {
    pub(crate) fn new(download: Download<'c>, kind: LineKind, longest: usize) -> Self {
        Self {
            download,
            listing: Listing::new(kind, longest),
        }
    }

    /// The next line, or `None` once the listing is complete and confirmed.
    ///
    /// # Errors
    /// Those of [`Download`]; [`TooLarge`](ftp_proto::ErrorKind::TooLarge) for a line above the limit.
    pub fn next_line(&mut self) -> Result<Option<Vec<u8>>, Error> {
        loop {
            match self.listing.next_line()? {
                None if !self.listing.has_ended() => {}
                line => return Ok(line),
            }
            let count = self.download.read(self.listing.space())?;
            self.listing.filled(count);
        }
    }

    /// The server's confirmation, once the last line was read.
    ///
    /// # Errors
    /// What the last call said; [`NotAtEnd`](ftp_proto::Misuse::NotAtEnd) before the end.
    pub fn finish(self) -> Result<Completion, Error> {
        self.download.finish()
    }

    /// Whether the data connection resumed the login's TLS session; `None` in clear.
    pub fn resumed(&self) -> Option<bool> {
        self.download.resumed()
    }

    /// What TLS on the data connection came to; `None` in clear.
    pub fn tls_info(&self) -> Option<&TlsInfo> {
        self.download.tls_info()
    }

    /// All of them, up to these limits.
    pub(crate) fn collect(mut self, limits: ListingLimits) -> Result<Vec<Vec<u8>>, Error> {
        let mut collected = LineCollector::new(limits);
        while let Some(line) = self.next_line()? {
            collected.push(line)?;
        }
        Ok(collected.finish(&self.listing))
    }
}
