//! The client's methods that open a data connection.

use std::io::Write as _;
use std::time::SystemTime;

use ftp_proto::data::LineKind;
use ftp_proto::flows::{Open, ReadDirectory, Status};
use ftp_proto::listing::{Directory, Parser, Reader};
use ftp_proto::reply::Timestamp;
use ftp_proto::{
    Completion, Direction, Error, Name, OptionalName, Transfer, TransferOptions, TransferType,
};

use crate::client::Client;
use crate::data::{Download, Upload};
use crate::data_connection::EarlyClose;
use crate::lines::Lines;
use crate::read_dir::ReadDir;

/// Every method here fails if an argument cannot be sent
/// ([`InvalidArgument`](ftp_proto::ErrorKind::InvalidArgument); nothing is sent then), if the
/// server refuses (the error has the reply), if no data connection can be made, or if the session
/// has ended. The section "Errors" of a method lists only what the method adds to these general
/// errors.
impl Client {
    /// RETR: starts to download a whole file.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let mut download = client.download("pub/image.iso")?;
    /// std::io::copy(&mut download, &mut std::io::stdout())?;
    /// println!("{} bytes, confirmed", download.finish()?.bytes);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub fn download(&mut self, path: impl Name) -> Result<Download<'_>, Error> {
        self.download_with(path, &TransferOptions::new())
    }

    /// RETR: starts a download with options, for example at an offset.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::TransferOptions;
    /// use std::io::Read as _;
    ///
    /// let mut rest = Vec::new();
    /// let options = TransferOptions::new().with_offset(4096);
    /// client.download_with("pub/image.iso", &options)?.read_to_end(&mut rest)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub fn download_with(
        &mut self,
        path: impl Name,
        options: &TransferOptions,
    ) -> Result<Download<'_>, Error> {
        let open = Open::retrieve(self.encoded(&path)?)?;
        self.open_download(open, options)
    }

    /// RETR: starts to download a text file (TYPE A), line by line.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let mut lines = client.download_lines("notes.txt")?;
    /// while let Some(line) = lines.next_line()? {
    ///     println!("{}", String::from_utf8_lossy(&line));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub fn download_lines(&mut self, path: impl Name) -> Result<Lines<'_>, Error> {
        let open = Open::retrieve(self.encoded(&path)?)?;
        self.lines(open, LineKind::Text)
    }

    /// Starts a download with a command line of your own, without its line end: for example `NLST
    /// -a`, or a command that only this server knows.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::TransferOptions;
    /// use std::io::Read as _;
    ///
    /// let mut names = String::new();
    /// client.download_command("NLST -a", &TransferOptions::text())?.read_to_string(&mut names)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Option`](ftp_proto::Misuse::Option) for a command that is known to use no data connection.
    pub fn download_command(
        &mut self,
        line: impl Name,
        options: &TransferOptions,
    ) -> Result<Download<'_>, Error> {
        let line = self.encoded(&line)?;
        let open = Open::command(Direction::Download, line, options.transfer_type)?;
        self.open_download(open, options)
    }

    /// STOR: starts an upload.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use std::io::Write as _;
    ///
    /// let mut upload = client.upload("in/report.csv")?;
    /// writeln!(upload, "day,count")?;
    /// upload.finish()?; // without this call, the upload is aborted
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub fn upload(&mut self, path: impl Name) -> Result<Upload<'_>, Error> {
        self.upload_with(path, &TransferOptions::new())
    }

    /// STOR: starts an upload with options, for example at an offset.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::TransferOptions;
    /// use std::io::Write as _;
    ///
    /// let text = TransferOptions::text(); // LF becomes CRLF
    /// let mut upload = client.upload_with("in/notes.txt", &text)?;
    /// upload.write_all(b"one\ntwo\n")?;
    /// upload.finish()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub fn upload_with(
        &mut self,
        path: impl Name,
        options: &TransferOptions,
    ) -> Result<Upload<'_>, Error> {
        let open = Open::store(self.encoded(&path)?)?;
        self.open_upload(open, options)
    }

    /// APPE: starts an upload that appends to the end of a file.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use std::io::Write as _;
    ///
    /// let mut upload = client.append("in/log.txt")?;
    /// upload.write_all(b"one more line\n")?;
    /// upload.finish()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub fn append(&mut self, path: impl Name) -> Result<Upload<'_>, Error> {
        let open = Open::append(self.encoded(&path)?)?;
        self.open_upload(open, &TransferOptions::new())
    }

    /// STOU: starts an upload under a name that the server chooses. It may follow your suggestion.
    /// [`Completion::name`] returns the name, if the server's reply tells it.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use std::io::Write as _;
    ///
    /// let mut upload = client.upload_unique(None)?;
    /// upload.write_all(b"an order")?;
    /// println!("stored as {:?}", upload.finish()?.name);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub fn upload_unique(&mut self, suggestion: impl OptionalName) -> Result<Upload<'_>, Error> {
        let open = Open::store_unique(self.encoded_optional(&suggestion)?)?;
        self.open_upload(open, &TransferOptions::new())
    }

    /// Starts an upload with a command line of your own, without its line end.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::TransferOptions;
    /// use std::io::Write as _;
    ///
    /// // A command that only this server knows.
    /// let mut upload = client.upload_command("SITE PUT notes.txt", &TransferOptions::new())?;
    /// upload.write_all(b"nothing new")?;
    /// upload.finish()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Option`](ftp_proto::Misuse::Option) for a command that is known to use no data connection.
    pub fn upload_command(
        &mut self,
        line: impl Name,
        options: &TransferOptions,
    ) -> Result<Upload<'_>, Error> {
        let line = self.encoded(&line)?;
        let open = Open::command(Direction::Upload, line, options.transfer_type)?;
        self.open_upload(open, options)
    }

    /// STOR: uploads these bytes.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// client.store("in/hello.txt", "hello")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`Upload::finish`].
    pub fn store(
        &mut self,
        path: impl Name,
        content: impl AsRef<[u8]>,
    ) -> Result<Completion, Error> {
        let mut upload = self.upload(path)?;
        upload.write_all(content.as_ref())?;
        upload.finish()
    }

    /// STOR: uploads these lines as a text file (TYPE A). A line that you pass may end with a line
    /// end or without one: the server gets exactly one line end after each line.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// client.store_lines("in/notes.txt", ["one", "two"])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`Upload::finish`].
    pub fn store_lines(
        &mut self,
        path: impl Name,
        lines: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> Result<Completion, Error> {
        let mut upload = self.upload_with(path, &TransferOptions::text())?;
        for line in lines {
            let line = line.as_ref();
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            upload.write_all(line.strip_suffix(b"\r").unwrap_or(line))?;
            upload.write_all(b"\r\n")?;
        }
        upload.finish()
    }

    /// Reads a directory, entry by entry, while the entries arrive. `None` is the current
    /// directory. The client sends MLSD if the server has it, and LIST otherwise.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// for entry in client.read_dir("pub")? {
    ///     let entry = entry?;
    ///     println!("{} {:?}", entry.display_name(), entry.size());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub fn read_dir(&mut self, path: impl OptionalName) -> Result<ReadDir<'_>, Error> {
        let flow = ReadDirectory::new(self.encoded_optional(&path)?)?;
        self.open_directory(flow)
    }

    /// Reads a directory as [`read_dir`](Self::read_dir) does, but returns all entries at once.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let listing = client.entries("pub")?;
    /// println!("{listing}"); // a table
    /// let files = listing.entries().iter().filter(|entry| entry.is_file()).count();
    /// # let _ = files;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`list`](Self::list).
    pub fn entries(&mut self, path: impl OptionalName) -> Result<Directory, Error> {
        let limits = self.options.listing_limits;
        self.read_dir(path)?.collect(Directory::new(), &limits)
    }

    /// STAT with a path: returns the entries of a directory over the control connection, without a
    /// data connection. Use `.` for the current directory.
    ///
    /// Not every server can do this, and some return no entries for a path that does not exist. For
    /// a large directory, raise [`Config::limits`](ftp_proto::Config::limits).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// for entry in client.status_entries(".")?.entries() {
    ///     println!("{}", entry.display_name());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Protocol`](ftp_proto::ErrorKind::Protocol) for a reply above
    /// [`Config::limits`](ftp_proto::Config::limits), which ends the session.
    /// [`TooLarge`](ftp_proto::ErrorKind::TooLarge) for a listing above the limits in
    /// [`Options::listing_limits`](ftp_proto::Options::listing_limits).
    pub fn status_entries(&mut self, path: impl Name) -> Result<Directory, Error> {
        let status = Status::new(Some(self.encoded(&path)?))?;
        let reply = self.run(status)?;
        let parser = self.with_limit_and_now(Parser::new());
        Directory::from_status(&reply, parser, &self.options.listing_limits)
    }

    /// LIST: returns the lines of a directory listing; without a path, of the current directory.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// for line in client.list("pub")? {
    ///     println!("{}", String::from_utf8_lossy(&line));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`TooLarge`](ftp_proto::ErrorKind::TooLarge) for a listing above the limits in
    /// [`Options::listing_limits`](ftp_proto::Options::listing_limits).
    pub fn list(&mut self, path: impl OptionalName) -> Result<Vec<Vec<u8>>, Error> {
        let limits = self.options.listing_limits;
        self.list_lines(path)?.collect(limits)
    }

    /// NLST: returns the names in a directory.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// for name in client.names("pub")? {
    ///     println!("{}", client.encoding().decode(&name));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`list`](Self::list).
    pub fn names(&mut self, path: impl OptionalName) -> Result<Vec<Vec<u8>>, Error> {
        let limits = self.options.listing_limits;
        self.names_lines(path)?.collect(limits)
    }

    /// MLSD: returns the entries of a directory with their facts; without a path, of the current
    /// directory. To choose the facts, call [`choose_facts`](Self::choose_facts). Before you create a
    /// local file under a listed name, check the name with [`LocalName`](ftp_proto::LocalName): the
    /// server could send a name such as `../x`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// for entry in client.mlsd("pub")?.entries() {
    ///     println!("{} {:?}", entry.display_name(), entry.modified());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`list`](Self::list).
    pub fn mlsd(&mut self, path: impl OptionalName) -> Result<Directory, Error> {
        let limits = self.options.listing_limits;
        let lines = self.mlsd_lines(path)?.collect(limits)?;
        Ok(Directory::from_facts(lines))
    }

    /// LIST: returns a directory listing line by line, while it arrives.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub fn list_lines(&mut self, path: impl OptionalName) -> Result<Lines<'_>, Error> {
        let open = Open::list(self.encoded_optional(&path)?)?;
        self.lines(open, LineKind::Entry)
    }

    /// NLST: returns the names in a directory line by line, while they arrive.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub fn names_lines(&mut self, path: impl OptionalName) -> Result<Lines<'_>, Error> {
        let open = Open::names(self.encoded_optional(&path)?)?;
        self.lines(open, LineKind::Name)
    }

    /// MLSD: returns a directory listing line by line, while it arrives.
    /// [`Entry::from_facts`](crate::Entry::from_facts) parses a line.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::Entry;
    ///
    /// let mut lines = client.mlsd_lines("pub")?;
    /// while let Some(line) = lines.next_line()? {
    ///     println!("{:?}", Entry::from_facts(&line).and_then(|entry| entry.size()));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub fn mlsd_lines(&mut self, path: impl OptionalName) -> Result<Lines<'_>, Error> {
        let open = Open::facts(self.encoded_optional(&path)?)?;
        self.lines(open, LineKind::Entry)
    }

    pub(crate) fn open_directory(&mut self, flow: ReadDirectory) -> Result<ReadDir<'_>, Error> {
        let (transfer, parser) = self.run_as(EarlyClose::Ends, flow)?;
        Ok(self.reader(transfer, parser))
    }

    fn reader(&mut self, transfer: Transfer, parser: Parser) -> ReadDir<'_> {
        let reader = Reader::new(self.with_limit_and_now(parser));
        let options = TransferOptions::new().with_type(TransferType::TEXT);
        ReadDir::new(Download::new(self, transfer, &options), reader)
    }

    fn with_limit_and_now(&self, parser: Parser) -> Parser {
        let parser = parser.with_limit(self.options.listing_limits.line);
        // A date without a year, such as `Jan 01 12:00`, means the last such date. Without the
        // current time, the parser would give such an entry no time.
        match Timestamp::try_from(SystemTime::now()) {
            Ok(now) => parser.with_now(now),
            Err(_) => parser,
        }
    }

    fn lines(&mut self, open: Open, kind: LineKind) -> Result<Lines<'_>, Error> {
        let longest = self.options.listing_limits.line;
        let options = TransferOptions::new().with_type(TransferType::TEXT);
        let download = self.open_download(open, &options)?;
        Ok(Lines::new(download, kind, longest))
    }

    pub(crate) fn open_download(
        &mut self,
        open: Open,
        options: &TransferOptions,
    ) -> Result<Download<'_>, Error> {
        let transfer = self.start_transfer(EarlyClose::Ends, Ok(open), options)?;
        Ok(Download::new(self, transfer, options))
    }

    pub(crate) fn open_upload(
        &mut self,
        open: Open,
        options: &TransferOptions,
    ) -> Result<Upload<'_>, Error> {
        let transfer = self.start_transfer(EarlyClose::Resets, Ok(open), options)?;
        Ok(Upload::new(self, transfer, options))
    }

    pub(crate) fn start_transfer(
        &mut self,
        early: EarlyClose,
        open: Result<Open, Error>,
        options: &TransferOptions,
    ) -> Result<Transfer, Error> {
        self.run_as(early, open?.with_options(options))
    }
}
