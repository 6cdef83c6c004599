//! Operations that many servers lack: they set or return times, permissions and hashes.

use std::borrow::Cow;

use ftp_proto::flows::{
    Available, Chmod, ClientId, Combine, DirectorySize, HashOf, RemoveDirectoryTree, SetCreated,
    SetFacts, SetModified, Symlink,
};
use ftp_proto::reply::{Algorithm, FileHash, Identity, Timestamp};
use ftp_proto::{Capability, Error, Name, Reply};

use crate::client::Client;

/// The session remembers each command that the server does not know, and does not send it again.
/// After that, a method that returns information returns `None`, and a method that changes
/// something fails with [`Unsupported`](ftp_proto::ErrorKind::Unsupported).
///
/// Every method here fails if an argument cannot be sent
/// ([`InvalidArgument`](ftp_proto::ErrorKind::InvalidArgument); nothing is sent then), if the
/// server refuses (the error has the reply), or if the session has ended. If a method can fail for
/// another reason too, its section "Errors" lists that reason.
impl Client {
    /// MFMT, MDTM with two arguments, or SITE UTIME: sets the time of a file's last modification, in
    /// UTC and to the second. Returns which of them the server knew; see [`SetModified`].
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let time = "20260102030405".parse()?;
    /// client.set_modified("report.txt", time).await?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Unsupported`](ftp_proto::ErrorKind::Unsupported) if the server knows none of the commands.
    pub async fn set_modified(
        &mut self,
        path: impl Name,
        time: Timestamp,
    ) -> Result<Capability, Error> {
        self.run(SetModified::new(self.encoded(&path)?, time)?)
            .await
    }

    /// MFCT: sets the time of a file's creation, in UTC and to the second.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn set_created(&mut self, path: impl Name, time: Timestamp) -> Result<Reply, Error> {
        self.run(SetCreated::new(self.encoded(&path)?, time)?).await
    }

    /// MFF: sets facts of a file, such as `[("UNIX.mode", "0644")]`. The line MFF of the reply to
    /// FEAT lists the facts that the server can set.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// client.set_facts("run.sh", [("UNIX.mode", "0755")]).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn set_facts(
        &mut self,
        path: impl Name,
        facts: impl IntoIterator<Item = (impl AsRef<[u8]>, impl AsRef<[u8]>)>,
    ) -> Result<Reply, Error> {
        self.run(SetFacts::new(self.encoded(&path)?, facts)?).await
    }

    /// SITE CHMOD: sets the permissions of a file, such as `0o644`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// client.chmod("run.sh", 0o755).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn chmod(&mut self, path: impl Name, mode: u32) -> Result<Reply, Error> {
        self.run(Chmod::new(self.encoded(&path)?, mode)?).await
    }

    /// SITE SYMLINK: makes a symbolic link that leads to `target`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// client.symlink("image-2.iso", "image.iso").await?; // `image.iso` leads to `image-2.iso`
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`InvalidArgument`](ftp_proto::ErrorKind::InvalidArgument) for a name with a blank or a
    /// quotation mark: a blank separates the two names in the command. Nothing is sent then.
    pub async fn symlink(&mut self, target: impl Name, link: impl Name) -> Result<Reply, Error> {
        let (target, link) = (self.encoded(&target)?, self.encoded(&link)?);
        self.run(Symlink::new(target, link)?).await
    }

    /// HASH, XCRC, XMD5, XSHA1, XSHA256, XSHA512, MD5 or others, as FEAT lists them: returns the
    /// hash of a file; see [`HashOf`]. `None` if the server does not offer this algorithm.
    ///
    /// ```no_run
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::reply::Algorithm;
    ///
    /// if let Some(hash) = client.hash("report.txt", Algorithm::Sha256).await? {
    ///     println!("{hash}");
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A reply without a hash.
    pub async fn hash(
        &mut self,
        path: impl Name,
        algorithm: Algorithm,
    ) -> Result<Option<FileHash>, Error> {
        self.run(HashOf::new(self.encoded(&path)?, algorithm)?)
            .await
    }

    /// COMB: joins the files `parts`, in their order, into the file `target`. Some servers then
    /// delete the parts.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// client.combine("image.iso", ["part1", "part2", "part3"]).await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn combine(
        &mut self,
        target: impl Name,
        parts: impl IntoIterator<Item = impl Name>,
    ) -> Result<Reply, Error> {
        let parts = parts.into_iter();
        let parts = parts.map(|part| self.encoded(&part).map(Cow::into_owned));
        let parts: Vec<_> = parts.collect::<Result<_, _>>()?;
        self.run(Combine::new(self.encoded(&target)?, parts)?).await
    }

    /// RMDA: removes a directory and all that is in it.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn remove_directory_tree(&mut self, path: impl Name) -> Result<Reply, Error> {
        self.run(RemoveDirectoryTree::new(self.encoded(&path)?)?)
            .await
    }

    /// CSID: says the name and the version of this client program, and returns what the server says
    /// about itself. `None` if the server does not know CSID.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let server = client.client_id("backup", env!("CARGO_PKG_VERSION")).await?;
    /// println!("{server:?}");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn client_id(
        &mut self,
        name: impl Name,
        version: impl Name,
    ) -> Result<Option<Identity>, Error> {
        let (name, version) = (self.encoded(&name)?, self.encoded(&version)?);
        self.run(ClientId::new(name, version)?).await
    }

    /// AVBL: returns how many bytes can still be stored in a directory. `None` if the server does
    /// not know AVBL.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// if client.available("in").await?.is_some_and(|bytes| bytes < 1_000_000) {
    ///     println!("the disk is nearly full");
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// A reply without a number.
    pub async fn available(&mut self, path: impl Name) -> Result<Option<u64>, Error> {
        self.run(Available::new(self.encoded(&path)?)?).await
    }

    /// DSIZ: returns how many bytes a directory holds, with all that is below it. `None` if the
    /// server does not know DSIZ.
    ///
    /// # Errors
    /// A reply without a number.
    pub async fn directory_size(&mut self, path: impl Name) -> Result<Option<u64>, Error> {
        self.run(DirectorySize::new(self.encoded(&path)?)?).await
    }
}
