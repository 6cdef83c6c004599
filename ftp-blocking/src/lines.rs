//! Listings, line by line.

use std::io::Read as _;

use ftp_proto::data::LineSplitter;
use ftp_proto::tls::TlsInfo;
use ftp_proto::{Completion, Error, ErrorKind, ListingLimits};

use crate::data::Download;

/// The lines of a listing, as they come, each one the bytes that the server sent without its
/// line end.
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
    splitter: LineSplitter,
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
    ended: bool,
}

/// How much of a listing is read at a time.
const LISTING_READ: usize = 16 * 1024;

impl<'c> Lines<'c> {
    pub(crate) fn new(download: Download<'c>, longest: usize) -> Self {
        Self {
            download,
            splitter: LineSplitter::new(longest),
            buffer: vec![0; LISTING_READ],
            begin: 0,
            end: 0,
            ended: false,
        }
    }

    /// The next line, or `None` once the listing is complete and confirmed.
    ///
    /// # Errors
    /// Those of [`Download`]; [`ErrorKind::TooLarge`] for a line above the limit.
    pub fn next_line(&mut self) -> Result<Option<Vec<u8>>, Error> {
        loop {
            let mut rest = &self.buffer[self.begin..self.end];
            let before = rest.len();
            let line = self.splitter.next_line(&mut rest)?.map(<[u8]>::to_vec);
            self.begin += before - rest.len();
            if line.is_some() {
                return Ok(line);
            }
            if self.ended {
                return Ok(None);
            }
            (self.begin, self.end) = (0, 0);
            self.end = self.download.read(&mut self.buffer)?;
            if self.end == 0 {
                self.ended = true;
                return Ok(self.splitter.finish()?);
            }
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
        let mut listing = Vec::new();
        let mut bytes = 0;
        while let Some(line) = self.next_line()? {
            bytes += line.len();
            if listing.len() >= limits.lines || bytes > limits.bytes {
                let why = "the listing has more lines or bytes than Options::listing allows";
                return Err(Error::new(ErrorKind::TooLarge).with_source(why));
            }
            listing.push(line);
        }
        Ok(listing)
    }
}
