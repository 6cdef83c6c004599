//! The client's methods for commands that many servers do not know: times, permissions, hashes.

use std::borrow::Cow;

use ftp_proto::flows::{
    Available, Chmod, ClientId, Combine, DirectorySize, HashOf, RemoveDirectoryTree, SetCreated,
    SetFacts, SetModified, Symlink,
};
use ftp_proto::reply::{Algorithm, FileHash, Identity, Timestamp};
use ftp_proto::{Capability, Error, Name, Reply};

use crate::client::Client;

/// The session remembers each command that the server does not know, and does not send it again. A
/// method that asks for a value then returns `None`. A method that changes something fails with
/// [`Unsupported`](ftp_proto::ErrorKind::Unsupported).
///
/// Every method here fails if an argument cannot be sent
/// ([`InvalidArgument`](ftp_proto::ErrorKind::InvalidArgument); nothing is sent then), if the
/// server refuses (the error has the reply), or if the session has ended. The section "Errors" of a
/// method lists only what the method adds to these general errors.
impl Client {
    /// MFMT, MDTM with two arguments, or SITE UTIME: sets the time of a file's last modification, in
    /// UTC and to the second. Returns which of them the server knew; see [`SetModified`].
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let time = "20260102030405".parse()?;
    /// client.set_modified("report.txt", time)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Unsupported`](ftp_proto::ErrorKind::Unsupported) if the server knows none of the commands.
    pub fn set_modified(&mut self, path: impl Name, time: Timestamp) -> Result<Capability, Error> {
        self.run(SetModified::new(self.encoded(&path)?, time)?)
    }

    /// MFCT: sets the time of a file's creation, in UTC and to the second.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn set_created(&mut self, path: impl Name, time: Timestamp) -> Result<Reply, Error> {
        self.run(SetCreated::new(self.encoded(&path)?, time)?)
    }

    /// MFF: sets facts of a file, such as `[("UNIX.mode", "0644")]`. The line MFF of the FEAT reply
    /// lists the facts that the server lets you set.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// client.set_facts("run.sh", [("UNIX.mode", "0755")])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn set_facts(
        &mut self,
        path: impl Name,
        facts: impl IntoIterator<Item = (impl AsRef<[u8]>, impl AsRef<[u8]>)>,
    ) -> Result<Reply, Error> {
        self.run(SetFacts::new(self.encoded(&path)?, facts)?)
    }

    /// SITE CHMOD: sets the permissions of a file, such as `0o644`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// client.chmod("run.sh", 0o755)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn chmod(&mut self, path: impl Name, mode: u32) -> Result<Reply, Error> {
        self.run(Chmod::new(self.encoded(&path)?, mode)?)
    }

    /// SITE SYMLINK: makes a symbolic link that leads to `target`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// client.symlink("image-2.iso", "image.iso")?; // `image.iso` leads to `image-2.iso`
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`InvalidArgument`](ftp_proto::ErrorKind::InvalidArgument) for a name with a blank or a
    /// quotation mark, which this command cannot carry: a blank separates its two names. Nothing is
    /// sent then.
    pub fn symlink(&mut self, target: impl Name, link: impl Name) -> Result<Reply, Error> {
        let (target, link) = (self.encoded(&target)?, self.encoded(&link)?);
        self.run(Symlink::new(target, link)?)
    }

    /// HASH, XCRC, XMD5, XSHA1, XSHA256, XSHA512, MD5 or others, as FEAT lists them: returns the
    /// hash of a file; see [`HashOf`]. `None` if the server does not offer this algorithm.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::reply::Algorithm;
    ///
    /// if let Some(hash) = client.hash("report.txt", Algorithm::Sha256)? {
    ///     println!("{hash}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A reply without a hash.
    pub fn hash(
        &mut self,
        path: impl Name,
        algorithm: Algorithm,
    ) -> Result<Option<FileHash>, Error> {
        self.run(HashOf::new(self.encoded(&path)?, algorithm)?)
    }

    /// COMB: joins the files `parts` into the file `target`, in this order. Some servers then
    /// delete the parts.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// client.combine("image.iso", ["part1", "part2", "part3"])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn combine(
        &mut self,
        target: impl Name,
        parts: impl IntoIterator<Item = impl Name>,
    ) -> Result<Reply, Error> {
        let parts = parts.into_iter();
        let parts = parts.map(|part| self.encoded(&part).map(Cow::into_owned));
        let parts: Vec<_> = parts.collect::<Result<_, _>>()?;
        self.run(Combine::new(self.encoded(&target)?, parts)?)
    }

    /// RMDA: removes a directory and all that is in it.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn remove_directory_tree(&mut self, path: impl Name) -> Result<Reply, Error> {
        self.run(RemoveDirectoryTree::new(self.encoded(&path)?)?)
    }

    /// CSID: tells the server the name and the version of this client program, and returns what the
    /// server tells about itself. `None` if the server does not know CSID.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let server = client.client_id("backup", env!("CARGO_PKG_VERSION"))?;
    /// println!("{server:?}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn client_id(
        &mut self,
        name: impl Name,
        version: impl Name,
    ) -> Result<Option<Identity>, Error> {
        let (name, version) = (self.encoded(&name)?, self.encoded(&version)?);
        self.run(ClientId::new(name, version)?)
    }

    /// AVBL: returns how many bytes can still be stored in a directory. `None` if the server does
    /// not know AVBL.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// if client.available("in")?.is_some_and(|bytes| bytes < 1_000_000) {
    ///     println!("the disk is nearly full");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A reply without a number.
    pub fn available(&mut self, path: impl Name) -> Result<Option<u64>, Error> {
        self.run(Available::new(self.encoded(&path)?)?)
    }

    /// DSIZ: returns how many bytes the files in a directory and in all directories below it have.
    /// `None` if the server does not know DSIZ.
    ///
    /// # Errors
    /// A reply without a number.
    pub fn directory_size(&mut self, path: impl Name) -> Result<Option<u64>, Error> {
        self.run(DirectorySize::new(self.encoded(&path)?)?)
    }
}
