//! Collects all lines of a listing, up to limits for the number of lines and bytes.

use alloc::vec::Vec;

use super::Listing;
use crate::error::{Error, ErrorKind};
use crate::options::ListingLimits;
use crate::remedy::Remedy;

/// Collects the lines of one [`Listing`].
///
/// ```
/// use ftp_proto::ListingLimits;
/// use ftp_proto::data::{LineCollector, LineKind, Listing};
/// use std::io::Read as _;
///
/// let mut connection = &b"one\r\r\ntwo\r\r\n"[..];
/// let mut listing = Listing::new(LineKind::Name, 1_024);
/// let mut names = LineCollector::new(ListingLimits::default());
/// while !listing.has_ended() {
///     let count = connection.read(listing.space())?;
///     listing.filled(count);
///     while let Some(name) = listing.next_line()? {
///         names.push(name)?;
///     }
/// }
/// assert_eq!(names.finish(&listing), [&b"one"[..], b"two"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct LineCollector {
    limits: ListingLimits,
    lines: Vec<Vec<u8>>,
    bytes: usize,
}

impl LineCollector {
    /// Makes an empty collection with these limits.
    #[must_use]
    pub fn new(limits: ListingLimits) -> Self {
        Self {
            limits,
            lines: Vec::new(),
            bytes: 0,
        }
    }

    /// Adds a line to the collection.
    ///
    /// # Errors
    /// [`TooLarge`](ErrorKind::TooLarge) if the lines or bytes exceed their limit.
    pub fn push(&mut self, line: Vec<u8>) -> Result<(), Error> {
        self.bytes = self.bytes.saturating_add(line.len());
        if self.lines.len() >= self.limits.lines || self.bytes > self.limits.bytes {
            return Err(Error::new(ErrorKind::TooLarge)
                .with_source("the listing has more lines or bytes than the limit")
                .with_remedy(Remedy::ListingLimits));
        }
        self.lines.push(line);
        Ok(())
    }

    /// Returns all lines. Call it after the listing has ended.
    ///
    /// Some servers end every line with CR CR LF, so `listing` removes both CRs of such a line. But
    /// if another line of the listing ends with LF or CR LF, one of the two CRs belongs to the
    /// name. Then this method puts this CR back.
    #[must_use]
    pub fn finish(mut self, listing: &Listing) -> Vec<Vec<u8>> {
        for line in self.lines.iter_mut().take(listing.shortened()) {
            line.push(b'\r');
        }
        self.lines
    }
}
