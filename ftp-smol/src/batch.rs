//! Many transfers on one session, one after the other.

use ftp_proto::flows::Batch;
use ftp_proto::{Direction, Error, Name, TransferOptions};

use crate::client::Client;
use crate::data::{Download, Upload};

/// The session learns from a batch that another transfer follows. So it can ask for the port of the
/// next transfer while one is under way ([`Pipelining::next_port`](ftp_proto::Pipelining::next_port)),
/// which saves a round trip for each file.
impl Client {
    /// RETR: downloads many files, one after the other. The names are read one ahead, and nothing is
    /// sent before the first call of [`next`](Downloads::next).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use std::fs::File;
    ///
    /// let names = ["a.csv", "b.csv", "c.csv"];
    /// let mut batch = client.download_many(names);
    /// for name in names {
    ///     let Some(download) = batch.next().await else { break };
    ///     download?.save_to(File::create(name)?, |_| ()).await?;
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn download_many<N: IntoIterator<Item: Name>>(
        &mut self,
        names: N,
    ) -> Downloads<'_, N::IntoIter> {
        self.download_many_with(names, &TransferOptions::new())
    }

    /// RETR: downloads many files as [`download_many`](Self::download_many) does, each of them with
    /// these options.
    pub fn download_many_with<N: IntoIterator<Item: Name>>(
        &mut self,
        names: N,
        options: &TransferOptions,
    ) -> Downloads<'_, N::IntoIter> {
        let encoding = &self.options.encoding;
        let batch = Batch::new(Direction::Download, names, encoding, options);
        Downloads {
            client: self,
            batch,
            options: *options,
        }
    }

    /// STOR: uploads many files, one after the other. The names are read one ahead, and nothing is
    /// sent before the first call of [`next`](Uploads::next).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use smol::io::AsyncWriteExt as _;
    ///
    /// let days = ["monday.csv", "tuesday.csv"];
    /// let mut batch = client.upload_many(days);
    /// for day in days {
    ///     let Some(upload) = batch.next().await else { break };
    ///     let mut upload = upload?;
    ///     upload.write_all(format!("{day}\n").as_bytes()).await?;
    ///     upload.finish().await?;
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn upload_many<N: IntoIterator<Item: Name>>(
        &mut self,
        names: N,
    ) -> Uploads<'_, N::IntoIter> {
        self.upload_many_with(names, &TransferOptions::new())
    }

    /// STOR: uploads many files as [`upload_many`](Self::upload_many) does, each of them with these
    /// options.
    pub fn upload_many_with<N: IntoIterator<Item: Name>>(
        &mut self,
        names: N,
        options: &TransferOptions,
    ) -> Uploads<'_, N::IntoIter> {
        let encoding = &self.options.encoding;
        let batch = Batch::new(Direction::Upload, names, encoding, options);
        Uploads {
            client: self,
            batch,
            options: *options,
        }
    }
}

/// A batch of downloads. [`Client::download_many`] makes it.
///
/// Each name gives exactly one item, in the order of the names. An item is an error if the server
/// refuses the file (the error then holds the path), or if the name cannot be sent. The batch goes on
/// with the next name. After the session has ended, each further item is an error at once.
///
/// ```no_run
/// # fn main() -> Result<(), ftp_smol::Error> {
/// # smol::block_on(async {
/// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
/// let mut all = smol::io::sink();
/// let mut batch = client.download_many(["a.csv", "b.csv", "c.csv"]);
/// while let Some(download) = batch.next().await {
///     match download {
///         Ok(mut download) => {
///             smol::io::copy(&mut download, &mut all).await?;
///         }
///         Err(error) => eprintln!("{error}"), // the batch goes on
///     }
/// }
/// # Ok(())
/// # })
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing comes unless it is read"]
pub struct Downloads<'c, N: Iterator> {
    client: &'c mut Client,
    batch: Batch<N>,
    options: TransferOptions,
}

impl<N: Iterator<Item: Name>> Downloads<'_, N> {
    /// Starts the next download. `None` is the end of the names. A download that you have dropped
    /// before its end is aborted first.
    ///
    /// If you drop the future before it is done, its name is passed over: the next call goes on with
    /// the name after it.
    ///
    /// # Errors
    /// Those of [`Client::download`].
    #[allow(
        clippy::should_implement_trait,
        reason = "each item borrows the batch, which `Iterator` does not allow"
    )]
    pub async fn next(&mut self) -> Option<Result<Download<'_>, Error>> {
        match self.batch.next()? {
            Ok(open) => Some(self.client.open_download(open, &self.options).await),
            Err(error) => Some(Err(error)),
        }
    }
}

/// A batch of uploads. [`Client::upload_many`] makes it.
///
/// Each name gives exactly one item, in the order of the names. An item is an error if the server
/// refuses the file (the error then holds the path), or if the name cannot be sent. The batch goes on
/// with the next name. After the session has ended, each further item is an error at once.
#[derive(Debug)]
#[must_use = "nothing is sent unless you ask for the uploads"]
pub struct Uploads<'c, N: Iterator> {
    client: &'c mut Client,
    batch: Batch<N>,
    options: TransferOptions,
}

impl<N: Iterator<Item: Name>> Uploads<'_, N> {
    /// Starts the next upload. `None` is the end of the names. An upload that you have not
    /// [finished](Upload::finish) is aborted first.
    ///
    /// If you drop the future before it is done, its name is passed over: the next call goes on with
    /// the name after it.
    ///
    /// # Errors
    /// Those of [`Client::upload`].
    #[allow(
        clippy::should_implement_trait,
        reason = "each item borrows the batch, which `Iterator` does not allow"
    )]
    pub async fn next(&mut self) -> Option<Result<Upload<'_>, Error>> {
        match self.batch.next()? {
            Ok(open) => Some(self.client.open_upload(open, &self.options).await),
            Err(error) => Some(Err(error)),
        }
    }
}
