//! Reads a directory entry by entry.

use std::io::Read as _;

use ftp_proto::listing::{Directory, Entry, Line, Reader};
use ftp_proto::tls::TlsInfo;
use ftp_proto::{Completion, Error, ListingLimits};

use crate::data::Download;

/// The entries of a directory, while they arrive. [`Client::read_dir`](crate::Client::read_dir)
/// makes it.
///
/// It is an iterator of entries that own their line. [`next_entry`](Self::next_entry) returns
/// entries that borrow their line, which is faster. The iterator and the method leave out `.` and
/// `..`, and keep lines of no known dialect for [`unparsed`](Self::unparsed). The end (`None`)
/// comes only after the server has confirmed that the listing is complete.
///
/// ```no_run
/// # fn main() -> Result<(), ftp_blocking::Error> {
/// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
/// for entry in client.read_dir("pub")? {
///     let entry = entry?;
///     let time = entry.modified().map_or("-".into(), |modified| modified.time().to_string());
///     println!("{:?} {:?} {time} {}", entry.kind(), entry.size(), entry.display_name());
/// }
/// // Or all at once, with the limits of your memory:
/// let entries: Vec<_> = client.read_dir("pub")?.collect::<Result<_, _>>()?;
/// # let _ = entries;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing comes unless it is read"]
pub struct ReadDir<'c> {
    download: Download<'c>,
    reader: Reader,
    failed: bool,
}

impl<'c> ReadDir<'c> {
    pub(crate) fn new(download: Download<'c>, reader: Reader) -> Self {
        Self {
            download,
            reader,
            failed: false,
        }
    }

    /// Returns the next entry. `None` means that the listing is complete and that the server has
    /// confirmed it.
    ///
    /// # Errors
    /// The errors of [`Download`].
    pub fn next_entry(&mut self) -> Result<Option<Entry<'_>>, Error> {
        while !self.reader.advance_entry() {
            if self.reader.has_ended() {
                return Ok(None);
            }
            self.fill()?;
        }
        Ok(self.reader.entry())
    }

    /// Returns the next line of any kind, also `.`, `..` and lines that are no entries. `None`
    /// means that the listing is complete and that the server has confirmed it.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::listing::Line;
    ///
    /// let mut listing = client.read_dir("pub")?;
    /// while let Some(line) = listing.next_line()? {
    ///     if let Line::Unparsed(raw) = line {
    ///         eprintln!("not understood: {}", String::from_utf8_lossy(&raw));
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`Download`].
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>, Error> {
        while !self.reader.advance() {
            if self.reader.has_ended() {
                return Ok(None);
            }
            self.fill()?;
        }
        Ok(self.reader.line())
    }

    /// Returns the lines that were left out because the parser does not know their format, or
    /// because they are longer than the limit. Only the first 64 such lines are kept.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let mut entries = client.read_dir("pub")?;
    /// while let Some(entry) = entries.next_entry()? {
    ///     println!("{}", entry.display_name());
    /// }
    /// for line in entries.unparsed() {
    ///     eprintln!("not understood: {line:?}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn unparsed(&self) -> &[Line<'static>] {
        self.reader.unparsed()
    }

    /// Returns how many lines were left out because the parser does not know their format, or
    /// because they are longer than the limit.
    pub fn unparsed_count(&self) -> u64 {
        self.reader.unparsed_count()
    }

    /// Returns the server's confirmation. Call it after the last entry.
    ///
    /// # Errors
    /// The error of the last call of [`next_entry`](Self::next_entry).
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

    /// Adds all lines of the listing to `directory`. Fails if they exceed `limits`.
    pub(crate) fn collect(
        mut self,
        mut directory: Directory,
        limits: &ListingLimits,
    ) -> Result<Directory, Error> {
        while let Some(line) = self.next_line()? {
            directory.push(line, limits)?;
        }
        directory.resolve_dates(self.reader.parser());
        Ok(directory)
    }

    fn fill(&mut self) -> Result<(), Error> {
        let count = self.download.read(self.reader.space())?;
        self.reader.filled(count);
        Ok(())
    }
}

/// After an error the iterator returns no more entries.
impl Iterator for ReadDir<'_> {
    type Item = Result<Entry<'static>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.next_entry();
        let next = next.map(|entry| entry.map(Entry::into_owned)).transpose();
        self.failed = matches!(next, Some(Err(_)));
        next
    }
}
