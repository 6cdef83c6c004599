//! Reads listings line by line.

use std::io::Read as _;

use ftp_proto::data::{LineCollector, LineKind, Listing};
use ftp_proto::tls::TlsInfo;
use ftp_proto::{Completion, Error, ListingLimits};

use crate::data::Download;

/// The lines of a listing, while they arrive. Each line is what the server sent, without its line
/// end. Blank lines are left out. If lines end with CR CR LF, the second CR is removed too, until
/// the first line without one. (The methods that return a whole listing remove it only if all lines
/// have it.)
///
/// ```no_run
/// # fn main() -> Result<(), ftp_blocking::Error> {
/// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
/// let mut lines = client.list_lines(None)?;
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

    /// Returns the next line. `None` means that the listing is complete and that the server has
    /// confirmed it.
    ///
    /// # Errors
    /// The errors of [`Download`]. [`TooLarge`](ftp_proto::ErrorKind::TooLarge) for a line above
    /// the limit.
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

    /// Returns the server's confirmation. Call it after the last line.
    ///
    /// # Errors
    /// The error of the last call of [`next_line`](Self::next_line).
    /// [`NotAtEnd`](ftp_proto::Misuse::NotAtEnd) before the end.
    pub fn finish(self) -> Result<Completion, Error> {
        self.download.finish()
    }

    /// Returns whether the data connection resumed the TLS session of the login. `None` in clear
    /// text.
    pub fn resumed(&self) -> Option<bool> {
        self.download.resumed()
    }

    /// Returns the TLS parameters of the data connection. `None` in clear text.
    pub fn tls_info(&self) -> Option<&TlsInfo> {
        self.download.tls_info()
    }

    /// Returns all lines of the listing. Fails if they exceed `limits`.
    pub(crate) fn collect(mut self, limits: ListingLimits) -> Result<Vec<Vec<u8>>, Error> {
        let mut collected = LineCollector::new(limits);
        while let Some(line) = self.next_line()? {
            collected.push(line)?;
        }
        Ok(collected.finish(&self.listing))
    }
}
