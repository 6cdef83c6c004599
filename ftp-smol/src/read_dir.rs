//! Reads a directory entry by entry.

use ftp_proto::listing::{Directory, Entry, Line, Reader};
use ftp_proto::tls::TlsInfo;
use ftp_proto::{Completion, Error, ListingLimits};
use smol::io::AsyncReadExt as _;

use crate::data::Download;

/// The entries of a directory, while they arrive. [`Client::read_dir`](crate::Client::read_dir)
/// makes it.
///
/// [`next_entry`](Self::next_entry) leaves out `.` and `..`, and keeps lines that are of no known
/// dialect for [`unparsed`](Self::unparsed). The end (`None`) comes only after the server has
/// confirmed that the listing is complete. You can drop each future of these methods before it is
/// done, and call the method again: no line is lost.
///
/// ```no_run
/// # fn main() -> Result<(), ftp_smol::Error> {
/// # smol::block_on(async {
/// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
/// let mut entries = client.read_dir("pub").await?;
/// while let Some(entry) = entries.next_entry().await? {
///     let time = entry.modified().map_or("-".into(), |modified| modified.time().to_string());
///     println!("{:?} {:?} {time} {}", entry.kind(), entry.size(), entry.display_name());
/// }
/// # Ok(())
/// # })
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing comes unless it is read"]
pub struct ReadDir<'c> {
    download: Download<'c>,
    reader: Reader,
}

impl<'c> ReadDir<'c> {
    pub(crate) fn new(download: Download<'c>, reader: Reader) -> Self {
        Self { download, reader }
    }

    /// Returns the next entry. `None` means that the listing is complete and that the server has
    /// confirmed it.
    ///
    /// # Errors
    /// The errors of [`Download`].
    pub async fn next_entry(&mut self) -> Result<Option<Entry<'_>>, Error> {
        while !self.reader.advance_entry() {
            if self.reader.has_ended() {
                return Ok(None);
            }
            self.fill().await?;
        }
        Ok(self.reader.entry())
    }

    /// Returns the next line of any kind, also `.`, `..` and lines that are no entries. `None`
    /// means that the listing is complete and that the server has confirmed it.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::listing::Line;
    ///
    /// let mut listing = client.read_dir("pub").await?;
    /// while let Some(line) = listing.next_line().await? {
    ///     if let Line::Unparsed(raw) = line {
    ///         eprintln!("not understood: {}", String::from_utf8_lossy(&raw));
    ///     }
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`Download`].
    pub async fn next_line(&mut self) -> Result<Option<Line<'_>>, Error> {
        while !self.reader.advance() {
            if self.reader.has_ended() {
                return Ok(None);
            }
            self.fill().await?;
        }
        Ok(self.reader.line())
    }

    /// Returns the lines that [`next_entry`](Self::next_entry) has left out, because they are of no
    /// known dialect or longer than the limit. Only the first 64 such lines are kept.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let mut entries = client.read_dir("pub").await?;
    /// while let Some(entry) = entries.next_entry().await? {
    ///     println!("{}", entry.display_name());
    /// }
    /// for line in entries.unparsed() {
    ///     eprintln!("not understood: {line:?}");
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn unparsed(&self) -> &[Line<'static>] {
        self.reader.unparsed()
    }

    /// Returns how many lines [`next_entry`](Self::next_entry) has left out, because they are of no
    /// known dialect or longer than the limit.
    pub fn unparsed_count(&self) -> u64 {
        self.reader.unparsed_count()
    }

    /// Returns the server's confirmation. Call it after the last entry.
    ///
    /// # Errors
    /// The error of the last call of [`next_entry`](Self::next_entry).
    /// [`NotAtEnd`](ftp_proto::Misuse::NotAtEnd) before the end.
    pub async fn finish(self) -> Result<Completion, Error> {
        self.download.finish().await
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
    pub(crate) async fn collect(
        mut self,
        mut directory: Directory,
        limits: &ListingLimits,
    ) -> Result<Directory, Error> {
        while let Some(line) = self.next_line().await? {
            directory.push(line, limits)?;
        }
        directory.resolve_dates(self.reader.parser());
        Ok(directory)
    }

    async fn fill(&mut self) -> Result<(), Error> {
        let count = self.download.read(self.reader.space()).await?;
        self.reader.filled(count);
        Ok(())
    }
}
