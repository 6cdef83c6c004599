//! The operations that open a data connection.

use smol::io::AsyncWriteExt as _;

use ftp_proto::data::{Entry, LineKind};
use ftp_proto::flows::Open;
use ftp_proto::{Completion, Direction, Error, Name, TransferOptions, TransferType};

use crate::client::Client;
use crate::data::{Download, Upload};
use crate::lines::Lines;

/// Every error is one of these: [`InvalidArgument`](ftp_proto::ErrorKind::InvalidArgument) before
/// anything is sent; the server's refusal; why no data connection could be made; why the session
/// is dead. Methods name what they add to that.
impl Client {
    /// RETR: starts a download of a whole file.
    ///
    /// # Errors
    /// The server's refusal, or why no data connection could be made.
    pub async fn download(&mut self, path: impl Name) -> Result<Download<'_>, Error> {
        self.download_with(path, &TransferOptions::new()).await
    }

    /// RETR: starts a download, at an offset for example.
    ///
    /// # Errors
    /// As [`download`](Self::download).
    pub async fn download_with(
        &mut self,
        path: impl Name,
        options: &TransferOptions,
    ) -> Result<Download<'_>, Error> {
        let open = Open::retrieve(self.encoded(&path)?)?;
        self.open_download(open, options).await
    }

    /// RETR: starts a download of a text (TYPE A), line by line.
    ///
    /// # Errors
    /// As [`download`](Self::download).
    pub async fn download_lines(&mut self, path: impl Name) -> Result<Lines<'_>, Error> {
        let open = Open::retrieve(self.encoded(&path)?)?;
        self.lines(open, LineKind::Text).await
    }

    /// Starts a download by any command, as a whole line without its end: `NLST -a`, or one of the
    /// server's own.
    ///
    /// # Errors
    /// [`Option`](ftp_proto::Misuse::Option) for commands that are known to be none of data.
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
    /// # Errors
    /// The server's refusal, or why no data connection could be made.
    pub async fn upload(&mut self, path: impl Name) -> Result<Upload<'_>, Error> {
        self.upload_with(path, &TransferOptions::new()).await
    }

    /// STOR: starts an upload, at an offset for example.
    ///
    /// # Errors
    /// As [`upload`](Self::upload).
    pub async fn upload_with(
        &mut self,
        path: impl Name,
        options: &TransferOptions,
    ) -> Result<Upload<'_>, Error> {
        let open = Open::store(self.encoded(&path)?)?;
        self.open_upload(open, options).await
    }

    /// APPE: starts an upload behind the end of a file.
    ///
    /// # Errors
    /// As [`upload`](Self::upload).
    pub async fn append(&mut self, path: impl Name) -> Result<Upload<'_>, Error> {
        let open = Open::append(self.encoded(&path)?)?;
        self.open_upload(open, &TransferOptions::new()).await
    }

    /// STOU: starts an upload under a name that the server chooses;
    /// [`Completion::name`] tells it, where the server does.
    ///
    /// # Errors
    /// As [`upload`](Self::upload).
    pub async fn upload_unique(
        &mut self,
        suggestion: Option<impl Name>,
    ) -> Result<Upload<'_>, Error> {
        let suggestion = suggestion.as_ref().map(|name| self.encoded(name));
        let open = Open::store_unique(suggestion.transpose()?)?;
        self.open_upload(open, &TransferOptions::new()).await
    }

    /// Starts an upload by any command, as a whole line without its end.
    ///
    /// # Errors
    /// [`Option`](ftp_proto::Misuse::Option) for commands that are known to be none of data.
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
    /// # Errors
    /// As [`upload`](Self::upload) and [`Upload::finish`].
    pub async fn store(
        &mut self,
        path: impl Name,
        content: impl AsRef<[u8]>,
    ) -> Result<Completion, Error> {
        let mut upload = self.upload(path).await?;
        upload.write_all(content.as_ref()).await?;
        upload.finish().await
    }

    /// STOR: uploads these lines as a text (TYPE A). Each is given a line end, whether it has one
    /// or not.
    ///
    /// # Errors
    /// As [`upload`](Self::upload) and [`Upload::finish`].
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

    /// The lines of LIST, of the current directory by default.
    ///
    /// # Errors
    /// As [`download`](Self::download); [`TooLarge`](ftp_proto::ErrorKind::TooLarge) above
    /// [`Options::listing_limits`](ftp_proto::Options::listing_limits).
    pub async fn list(&mut self, path: Option<impl Name>) -> Result<Vec<Vec<u8>>, Error> {
        let limits = self.options.listing_limits;
        self.list_lines(path).await?.collect(limits).await
    }

    /// The lines of NLST: names.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub async fn names(&mut self, path: Option<impl Name>) -> Result<Vec<Vec<u8>>, Error> {
        let limits = self.options.listing_limits;
        self.names_lines(path).await?.collect(limits).await
    }

    /// MLSD: the entries of a directory with their facts, of the current one by default. Which
    /// facts is asked for by [`opts`](Self::opts): `MLST type;size;`. Names are the server's claims:
    /// [`Entry::file_name`] gives those that are safe to make a file of.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub async fn mlsd(&mut self, path: Option<impl Name>) -> Result<Vec<Entry>, Error> {
        let limits = self.options.listing_limits;
        let lines = self.mlsd_lines(path).await?.collect(limits).await?;
        Ok(lines.into_iter().map(Entry::parse).collect())
    }

    /// LIST, line by line as it comes.
    ///
    /// # Errors
    /// As [`download`](Self::download).
    pub async fn list_lines(&mut self, path: Option<impl Name>) -> Result<Lines<'_>, Error> {
        let path = path.as_ref().map(|path| self.encoded(path));
        let open = Open::list(path.transpose()?)?;
        self.lines(open, LineKind::Entry).await
    }

    /// NLST, line by line as it comes.
    ///
    /// # Errors
    /// As [`download`](Self::download).
    pub async fn names_lines(&mut self, path: Option<impl Name>) -> Result<Lines<'_>, Error> {
        let path = path.as_ref().map(|path| self.encoded(path));
        let open = Open::names(path.transpose()?)?;
        self.lines(open, LineKind::Name).await
    }

    /// MLSD, line by line as it comes; [`Entry::parse`] reads one.
    ///
    /// # Errors
    /// As [`download`](Self::download).
    pub async fn mlsd_lines(&mut self, path: Option<impl Name>) -> Result<Lines<'_>, Error> {
        let path = path.as_ref().map(|path| self.encoded(path));
        let open = Open::facts(path.transpose()?)?;
        self.lines(open, LineKind::Entry).await
    }

    async fn lines(&mut self, open: Open, kind: LineKind) -> Result<Lines<'_>, Error> {
        let longest = self.options.listing_limits.line;
        let options = TransferOptions::new().with_type(TransferType::TEXT);
        let download = self.open_download(open, &options).await?;
        Ok(Lines::new(download, kind, longest))
    }

    async fn open_download(
        &mut self,
        open: Open,
        options: &TransferOptions,
    ) -> Result<Download<'_>, Error> {
        let transfer = self.run(open.with_options(options)).await?;
        Ok(Download::new(self, transfer, options))
    }

    async fn open_upload(
        &mut self,
        open: Open,
        options: &TransferOptions,
    ) -> Result<Upload<'_>, Error> {
        let transfer = self.run(open.with_options(options)).await?;
        Ok(Upload::new(self, transfer, options))
    }
}
