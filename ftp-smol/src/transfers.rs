//! The client's methods that open a data connection.

use smol::io::AsyncWriteExt as _;

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
/// has ended. If a method can fail for another reason too, its section "Errors" lists that reason.
impl Client {
    /// RETR: starts to download a whole file.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let mut download = client.download("pub/image.iso").await?;
    /// smol::io::copy(&mut download, &mut smol::io::sink()).await?;
    /// println!("{} bytes, confirmed", download.finish().await?.bytes);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub async fn download(&mut self, path: impl Name) -> Result<Download<'_>, Error> {
        self.download_with(path, &TransferOptions::new()).await
    }

    /// RETR: starts a download with options, for example at an offset.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::TransferOptions;
    /// use smol::io::AsyncReadExt as _;
    ///
    /// let mut rest = Vec::new();
    /// let options = TransferOptions::new().with_offset(4096);
    /// client.download_with("pub/image.iso", &options).await?.read_to_end(&mut rest).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub async fn download_with(
        &mut self,
        path: impl Name,
        options: &TransferOptions,
    ) -> Result<Download<'_>, Error> {
        let open = Open::retrieve(self.encoded(&path)?)?;
        self.open_download(open, options).await
    }

    /// RETR: starts to download a text file (TYPE A), line by line.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let mut lines = client.download_lines("notes.txt").await?;
    /// while let Some(line) = lines.next_line().await? {
    ///     println!("{}", String::from_utf8_lossy(&line));
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub async fn download_lines(&mut self, path: impl Name) -> Result<Lines<'_>, Error> {
        let open = Open::retrieve(self.encoded(&path)?)?;
        self.lines(open, LineKind::Text).await
    }

    /// Starts a download with a command line of your own, without its line end: for example `NLST
    /// -a`, or a command that only this server knows.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::TransferOptions;
    /// use smol::io::AsyncReadExt as _;
    ///
    /// let (mut names, text) = (String::new(), TransferOptions::text());
    /// client.download_command("NLST -a", &text).await?.read_to_string(&mut names).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Option`](ftp_proto::Misuse::Option) for a command that is known to use no data connection.
    pub async fn download_command(
        &mut self,
        line: impl Name,
        options: &TransferOptions,
    ) -> Result<Download<'_>, Error> {
        let line = self.encoded(&line)?;
        let open = Open::command(Direction::Download, line, options.transfer_type)?;
        self.open_download(open, options).await
    }

    /// STOR: starts an upload.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use smol::io::AsyncWriteExt as _;
    ///
    /// let mut upload = client.upload("in/report.csv").await?;
    /// upload.write_all(b"day,count\n").await?;
    /// upload.finish().await?; // without this call, the upload is aborted
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub async fn upload(&mut self, path: impl Name) -> Result<Upload<'_>, Error> {
        self.upload_with(path, &TransferOptions::new()).await
    }

    /// STOR: starts an upload with options, for example at an offset.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::TransferOptions;
    /// use smol::io::AsyncWriteExt as _;
    ///
    /// let text = TransferOptions::text(); // LF becomes CRLF
    /// let mut upload = client.upload_with("in/notes.txt", &text).await?;
    /// upload.write_all(b"one\ntwo\n").await?;
    /// upload.finish().await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub async fn upload_with(
        &mut self,
        path: impl Name,
        options: &TransferOptions,
    ) -> Result<Upload<'_>, Error> {
        let open = Open::store(self.encoded(&path)?)?;
        self.open_upload(open, options).await
    }

    /// APPE: starts an upload that appends to the end of a file.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use smol::io::AsyncWriteExt as _;
    ///
    /// let mut upload = client.append("in/log.txt").await?;
    /// upload.write_all(b"one more line\n").await?;
    /// upload.finish().await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub async fn append(&mut self, path: impl Name) -> Result<Upload<'_>, Error> {
        let open = Open::append(self.encoded(&path)?)?;
        self.open_upload(open, &TransferOptions::new()).await
    }

    /// STOU: starts an upload under a name that the server chooses, perhaps after your suggestion.
    /// [`Completion::name`] returns the name, if the server's reply tells it.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use smol::io::AsyncWriteExt as _;
    ///
    /// let mut upload = client.upload_unique(None).await?;
    /// upload.write_all(b"an order").await?;
    /// println!("stored as {:?}", upload.finish().await?.name);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub async fn upload_unique(
        &mut self,
        suggestion: impl OptionalName,
    ) -> Result<Upload<'_>, Error> {
        let open = Open::store_unique(self.encoded_optional(&suggestion)?)?;
        self.open_upload(open, &TransferOptions::new()).await
    }

    /// Starts an upload with a command line of your own, without its line end.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::TransferOptions;
    /// use smol::io::AsyncWriteExt as _;
    ///
    /// // A command that only this server knows.
    /// let options = TransferOptions::new();
    /// let mut upload = client.upload_command("SITE PUT notes.txt", &options).await?;
    /// upload.write_all(b"nothing new").await?;
    /// upload.finish().await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Option`](ftp_proto::Misuse::Option) for a command that is known to use no data connection.
    pub async fn upload_command(
        &mut self,
        line: impl Name,
        options: &TransferOptions,
    ) -> Result<Upload<'_>, Error> {
        let line = self.encoded(&line)?;
        let open = Open::command(Direction::Upload, line, options.transfer_type)?;
        self.open_upload(open, options).await
    }

    /// STOR: uploads these bytes.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// client.store("in/hello.txt", "hello").await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`Upload::finish`].
    pub async fn store(
        &mut self,
        path: impl Name,
        content: impl AsRef<[u8]>,
    ) -> Result<Completion, Error> {
        let mut upload = self.upload(path).await?;
        upload.write_all(content.as_ref()).await?;
        upload.finish().await
    }

    /// STOR: uploads these lines as a text file (TYPE A). A line that you pass may end with a line
    /// end or without one: the server gets exactly one line end after each line.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// client.store_lines("in/notes.txt", ["one", "two"]).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`Upload::finish`].
    pub async fn store_lines(
        &mut self,
        path: impl Name,
        lines: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> Result<Completion, Error> {
        let mut upload = self.upload_with(path, &TransferOptions::text()).await?;
        for line in lines {
            let line = line.as_ref();
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            upload
                .write_all(line.strip_suffix(b"\r").unwrap_or(line))
                .await?;
            upload.write_all(b"\r\n").await?;
        }
        upload.finish().await
    }

    /// Reads a directory, entry by entry, while the entries arrive. `None` is the current
    /// directory. The client sends MLSD if the server has it, and LIST otherwise.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let mut entries = client.read_dir("pub").await?;
    /// while let Some(entry) = entries.next_entry().await? {
    ///     println!("{} {:?}", entry.display_name(), entry.size());
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub async fn read_dir(&mut self, path: impl OptionalName) -> Result<ReadDir<'_>, Error> {
        let flow = ReadDirectory::new(self.encoded_optional(&path)?)?;
        self.open_directory(flow).await
    }

    /// Reads a directory as [`read_dir`](Self::read_dir) does, but returns all entries at once.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let listing = client.entries("pub").await?;
    /// println!("{listing}"); // a table
    /// let files = listing.entries().iter().filter(|entry| entry.is_file()).count();
    /// # let _ = files;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`list`](Self::list).
    pub async fn entries(&mut self, path: impl OptionalName) -> Result<Directory, Error> {
        let limits = self.options.listing_limits;
        self.read_dir(path)
            .await?
            .collect(Directory::new(), &limits)
            .await
    }

    /// STAT with a path: returns the entries of a directory over the control connection, without a
    /// data connection. Use `.` for the current directory.
    ///
    /// Not every server can do this, and some return no entries for a path that does not exist. For
    /// a large directory, raise [`Config::limits`](ftp_proto::Config::limits).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// for entry in client.status_entries(".").await?.entries() {
    ///     println!("{}", entry.display_name());
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Protocol`](ftp_proto::ErrorKind::Protocol) for a reply above
    /// [`Config::limits`](ftp_proto::Config::limits), which ends the session.
    /// [`TooLarge`](ftp_proto::ErrorKind::TooLarge) for a listing above the limits in
    /// [`Options::listing_limits`](ftp_proto::Options::listing_limits).
    pub async fn status_entries(&mut self, path: impl Name) -> Result<Directory, Error> {
        let status = Status::new(Some(self.encoded(&path)?))?;
        let reply = self.run(status).await?;
        let parser = self.with_limit_and_now(Parser::new());
        Directory::from_status(&reply, parser, &self.options.listing_limits)
    }

    /// LIST: returns the lines of a directory listing; without a path, of the current directory.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// for line in client.list("pub").await? {
    ///     println!("{}", String::from_utf8_lossy(&line));
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`TooLarge`](ftp_proto::ErrorKind::TooLarge) for a listing above the limits in
    /// [`Options::listing_limits`](ftp_proto::Options::listing_limits).
    pub async fn list(&mut self, path: impl OptionalName) -> Result<Vec<Vec<u8>>, Error> {
        let limits = self.options.listing_limits;
        self.list_lines(path).await?.collect(limits).await
    }

    /// NLST: returns the names in a directory.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// for name in client.names("pub").await? {
    ///     println!("{}", client.encoding().decode(&name));
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`list`](Self::list).
    pub async fn names(&mut self, path: impl OptionalName) -> Result<Vec<Vec<u8>>, Error> {
        let limits = self.options.listing_limits;
        self.names_lines(path).await?.collect(limits).await
    }

    /// MLSD: returns the entries of a directory with their facts; without a path, of the current
    /// directory. To choose the facts, call [`choose_facts`](Self::choose_facts). The server
    /// could send any name: to create a local file, make a [`LocalName`](ftp_proto::LocalName) of it.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// for entry in client.mlsd("pub").await?.entries() {
    ///     println!("{} {:?}", entry.display_name(), entry.modified());
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of [`list`](Self::list).
    pub async fn mlsd(&mut self, path: impl OptionalName) -> Result<Directory, Error> {
        let limits = self.options.listing_limits;
        let lines = self.mlsd_lines(path).await?.collect(limits).await?;
        Ok(Directory::from_facts(lines))
    }

    /// LIST: returns a directory listing line by line, while it arrives.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub async fn list_lines(&mut self, path: impl OptionalName) -> Result<Lines<'_>, Error> {
        let open = Open::list(self.encoded_optional(&path)?)?;
        self.lines(open, LineKind::Entry).await
    }

    /// NLST: returns the names in a directory line by line, while they arrive.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub async fn names_lines(&mut self, path: impl OptionalName) -> Result<Lines<'_>, Error> {
        let open = Open::names(self.encoded_optional(&path)?)?;
        self.lines(open, LineKind::Name).await
    }

    /// MLSD: returns a directory listing line by line, while it arrives.
    /// [`Entry::from_facts`](crate::Entry::from_facts) parses a line.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::Entry;
    ///
    /// let mut lines = client.mlsd_lines("pub").await?;
    /// while let Some(line) = lines.next_line().await? {
    ///     println!("{:?}", Entry::from_facts(&line).and_then(|entry| entry.size()));
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, no data connection,
    /// or a dead session.
    pub async fn mlsd_lines(&mut self, path: impl OptionalName) -> Result<Lines<'_>, Error> {
        let open = Open::facts(self.encoded_optional(&path)?)?;
        self.lines(open, LineKind::Entry).await
    }

    pub(crate) async fn open_directory(
        &mut self,
        flow: ReadDirectory,
    ) -> Result<ReadDir<'_>, Error> {
        let (transfer, parser) = self.run_as(EarlyClose::Ends, flow).await?;
        Ok(self.reader(transfer, parser))
    }

    fn reader(&mut self, transfer: Transfer, parser: Parser) -> ReadDir<'_> {
        let reader = Reader::new(self.with_limit_and_now(parser));
        let options = TransferOptions::new().with_type(TransferType::TEXT);
        ReadDir::new(Download::new(self, transfer, &options), reader)
    }

    fn with_limit_and_now(&self, parser: Parser) -> Parser {
        let parser = parser.with_limit(self.options.listing_limits.line);
        // Some listings give a date without a year, such as `Jan 5 12:00`. The parser needs the
        // current time to find the year.
        match Timestamp::try_from(SystemTime::now()) {
            Ok(now) => parser.with_now(now),
            Err(_) => parser,
        }
    }

    async fn lines(&mut self, open: Open, kind: LineKind) -> Result<Lines<'_>, Error> {
        let longest = self.options.listing_limits.line;
        let options = TransferOptions::new().with_type(TransferType::TEXT);
        let download = self.open_download(open, &options).await?;
        Ok(Lines::new(download, kind, longest))
    }

    pub(crate) async fn open_download(
        &mut self,
        open: Open,
        options: &TransferOptions,
    ) -> Result<Download<'_>, Error> {
        let transfer = self
            .start_transfer(EarlyClose::Ends, Ok(open), options)
            .await?;
        Ok(Download::new(self, transfer, options))
    }

    pub(crate) async fn open_upload(
        &mut self,
        open: Open,
        options: &TransferOptions,
    ) -> Result<Upload<'_>, Error> {
        let transfer = self
            .start_transfer(EarlyClose::Resets, Ok(open), options)
            .await?;
        Ok(Upload::new(self, transfer, options))
    }

    pub(crate) async fn start_transfer(
        &mut self,
        early: EarlyClose,
        open: Result<Open, Error>,
        options: &TransferOptions,
    ) -> Result<Transfer, Error> {
        self.run_as(early, open?.with_options(options)).await
    }
}
