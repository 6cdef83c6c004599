//! The client's methods that need no data connection.

use std::borrow::Cow;

use ftp_proto::flows::{
    Account, Allocate, ChangeDirectory, ChooseFacts, ClientName, Delete, Discover, Facts, Feat,
    Help, Host, InspectMany, Language, MakeDirectory, Mode, Modified, Mount, Noop, Pwd, Raw,
    Reinitialize, RemoveDirectory, Rename, SetOption, Site, Size, Status, Structure, System, Type,
};
use ftp_proto::listing::Entry;
use ftp_proto::reply::Timestamp;
use ftp_proto::tree::Inspected;
use ftp_proto::{
    Capabilities, Error, Features, FileStructure, Name, OptionalName, RemotePath, Reply,
    TransferType, TransmissionMode,
};

use crate::client::Client;

/// Every method here fails if an argument cannot be sent
/// ([`InvalidArgument`](ftp_proto::ErrorKind::InvalidArgument); nothing is sent then), if the
/// server refuses (the error has the reply), or if the session has ended. If a method can fail for
/// another reason too, its section "Errors" lists that reason.
impl Client {
    /// FEAT: returns the features that the server says it has. The client sends FEAT only once.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let features = client.features().await?;
    /// println!("{}", features.supports("MLST"));
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    /// It is no error if the server does not know FEAT: the returned `Features` are then empty.
    pub async fn features(&mut self) -> Result<Features, Error> {
        self.run(Feat::new()).await
    }

    /// FEAT and SYST: finds out what the server can do. Does not send a command whose reply is
    /// known already. Save the result for
    /// [`Options::with_capabilities`](ftp_proto::Options::with_capabilities).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::{Capability, Support};
    ///
    /// let capabilities = client.discover().await?;
    /// if capabilities.support(Capability::Mfmt) == Support::Advertised {
    ///     println!("the server sets times");
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// A refusal of FEAT, except "unknown command".
    pub async fn discover(&mut self) -> Result<Capabilities, Error> {
        self.run(Discover::new()).await
    }

    /// PWD: returns the current directory.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// println!("{}", client.pwd().await?);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// A reply without a path.
    pub async fn pwd(&mut self) -> Result<RemotePath, Error> {
        self.run(Pwd::new()).await
    }

    /// CWD: changes the directory. `..` is sent as CDUP if the server knows CDUP.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// client.cwd("pub/2026").await?;
    /// client.cwd("..").await?; // to `pub`
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn cwd(&mut self, path: impl Name) -> Result<Reply, Error> {
        self.run(ChangeDirectory::new(self.encoded(&path)?)?).await
    }

    /// MKD: makes a directory. Returns its path, or `None` if the reply does not tell the path.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// if let Some(path) = client.mkd("in").await? {
    ///     println!("{path}"); // /home/ada/in
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn mkd(&mut self, path: impl Name) -> Result<Option<RemotePath>, Error> {
        self.run(MakeDirectory::new(self.encoded(&path)?)?).await
    }

    /// RMD: removes a directory.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn rmd(&mut self, path: impl Name) -> Result<Reply, Error> {
        self.run(RemoveDirectory::new(self.encoded(&path)?)?).await
    }

    /// DELE: deletes a file.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn delete(&mut self, path: impl Name) -> Result<Reply, Error> {
        self.run(Delete::new(self.encoded(&path)?)?).await
    }

    /// RNFR and RNTO: renames or moves a file or a directory.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// client.rename("in/report.csv", "done/report.csv").await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn rename(&mut self, from: impl Name, to: impl Name) -> Result<Reply, Error> {
        let (from, to) = (self.encoded(&from)?, self.encoded(&to)?);
        self.run(Rename::new(from, to)?).await
    }

    /// SIZE: returns the size of a file in bytes, as counted in TYPE I. `None` if the server does
    /// not know SIZE.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// match client.size("pub/image.iso").await? {
    ///     Some(bytes) => println!("{bytes} bytes"),
    ///     None => println!("this server has no SIZE"),
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn size(&mut self, path: impl Name) -> Result<Option<u64>, Error> {
        self.run(Size::new(self.encoded(&path)?)?).await
    }

    /// MDTM: returns the time of a file's last modification. `None` if the server does not know
    /// MDTM.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// if let Some(time) = client.modified("pub/image.iso").await? {
    ///     println!("{time}"); // 2026-01-02T03:04:05
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// A reply without a valid time.
    pub async fn modified(&mut self, path: impl Name) -> Result<Option<Timestamp>, Error> {
        self.run(Modified::new(self.encoded(&path)?)?).await
    }

    /// MLST: returns the facts of a file or a directory; without a path, of the current directory.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let entry = client.mlst("pub/image.iso").await?;
    /// println!("{:?}, {:?} bytes", entry.kind(), entry.size());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// A reply without facts.
    pub async fn mlst(&mut self, path: impl OptionalName) -> Result<Entry<'static>, Error> {
        self.run(Facts::new(self.encoded_optional(&path)?)?).await
    }

    /// MLST, or SIZE and MDTM, for each path: returns what the server knows about many paths, in
    /// their order. A path that the server refuses gives
    /// [`Inspected::Refused`](ftp_proto::tree::Inspected::Refused) in its place.
    ///
    /// To a server that is known to bear it, the questions about 16 paths leave together and take one
    /// round trip.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let names = ["a.csv", "b.csv", "c.csv"];
    /// for (name, found) in names.iter().zip(client.inspect_many(names).await?) {
    ///     match found.size() {
    ///         Some(bytes) => println!("{name}: {bytes} bytes"),
    ///         None => println!("{name}: {found:?}"),
    ///     }
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share, except for a refusal of a path.
    pub async fn inspect_many(
        &mut self,
        paths: impl IntoIterator<Item = impl Name>,
    ) -> Result<Vec<Inspected>, Error> {
        let paths = paths.into_iter();
        let paths = paths.map(|path| self.encoded(&path).map(Cow::into_owned));
        let paths: Vec<_> = paths.collect::<Result<_, _>>()?;
        self.run(InspectMany::new(paths)?).await
    }

    /// SYST: returns the server's reply about its operating system.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn system(&mut self) -> Result<Reply, Error> {
        self.run(System::new()).await
    }

    /// STAT: returns the status of the session. With a path, it returns a listing over the control
    /// connection; see [`Status`].
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// println!("{}", client.status(None).await?);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn status(&mut self, path: impl OptionalName) -> Result<Reply, Error> {
        self.run(Status::new(self.encoded_optional(&path)?)?).await
    }

    /// HELP: returns the server's help text, in general or about one command.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn help(&mut self, topic: impl OptionalName) -> Result<Reply, Error> {
        self.run(Help::new(self.encoded_optional(&topic)?)?).await
    }

    /// SITE: sends a command that only this server knows, such as `CHMOD 644 a`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// client.site("UMASK 022").await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn site(&mut self, line: impl Name) -> Result<Reply, Error> {
        self.run(Site::new(self.encoded(&line)?)?).await
    }

    /// OPTS: sets an option of a command, such as `UTF8 ON` or `MLST type;size;`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// client.opts("UTF8 ON").await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn opts(&mut self, line: impl Name) -> Result<Reply, Error> {
        self.run(SetOption::new(self.encoded(&line)?)?).await
    }

    /// OPTS MLST: chooses the facts, such as `type`, `size` and `modify`, that MLSD and MLST send
    /// from now on. The server leaves out facts that it does not know. `parameters("MLST")` of
    /// [`features`](Self::features) lists those that it knows.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// client.choose_facts(["type", "size", "modify"]).await?;
    /// let listing = client.mlsd("pub").await?;
    /// # let _ = listing;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn choose_facts(
        &mut self,
        facts: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> Result<Reply, Error> {
        self.run(ChooseFacts::new(facts)?).await
    }

    /// ACCT: sends an account after the login, for a server that demands one for an upload (reply
    /// 532). During the login, use [`login_with`](Self::login_with).
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn account(&mut self, account: impl Name) -> Result<Reply, Error> {
        self.run(Account::new(self.encoded(&account)?)?).await
    }

    /// ALLO: asks the server to reserve this many bytes for the next upload.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn allocate(&mut self, bytes: u64) -> Result<Reply, Error> {
        self.run(Allocate::new(bytes)).await
    }

    /// SMNT: mounts another file system.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn mount(&mut self, path: impl Name) -> Result<Reply, Error> {
        self.run(Mount::new(self.encoded(&path)?)?).await
    }

    /// REIN: logs out and keeps the connection open.
    ///
    /// # Errors
    /// [`AlreadySecured`](ftp_proto::Misuse::AlreadySecured) under TLS.
    pub async fn reinitialize(&mut self) -> Result<Reply, Error> {
        self.run(Reinitialize::new()).await
    }

    /// HOST: names the virtual host that you want at this address; call it before the login.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// client.host("www.example.org").await?;
    /// client.login("ada", "secret").await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn host(&mut self, name: impl Name) -> Result<Reply, Error> {
        self.run(Host::new(self.encoded(&name)?)?).await
    }

    /// LANG: sets the language of the replies, such as `fr`. `None` asks for the server's default.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// client.language("fr").await?;
    /// client.language(None).await?; // the default again
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn language(&mut self, tag: impl OptionalName) -> Result<Reply, Error> {
        self.run(Language::new(self.encoded_optional(&tag)?)?).await
    }

    /// CLNT: tells the server the name of this client program.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn client_name(&mut self, name: impl Name) -> Result<Reply, Error> {
        self.run(ClientName::new(self.encoded(&name)?)?).await
    }

    /// TYPE: sets the representation type. Each transfer sets the type that it needs, so you need
    /// this method only for raw commands.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// use ftp_smol::TransferType;
    ///
    /// client.set_type(TransferType::TEXT).await?;
    /// let size_as_text = client.raw("SIZE notes.txt").await?;
    /// # let _ = size_as_text;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn set_type(&mut self, transfer_type: TransferType) -> Result<(), Error> {
        self.run(Type::new(transfer_type)).await
    }

    /// MODE: sets the transmission mode. Transfers work in stream mode only; see [`Mode`].
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn set_mode(&mut self, mode: TransmissionMode) -> Result<(), Error> {
        self.run(Mode::new(mode)).await
    }

    /// STRU: sets the file structure. Transfers work with STRU F (no structure) only; see
    /// [`Structure`].
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn set_structure(&mut self, structure: FileStructure) -> Result<(), Error> {
        self.run(Structure::new(structure)).await
    }

    /// NOOP: does nothing on the server, and returns the reply.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub async fn noop(&mut self) -> Result<Reply, Error> {
        self.run(Noop::new()).await
    }

    /// Sends any command that needs no data connection. Returns the final reply, even if it is a
    /// refusal.
    ///
    /// If the server never replies to the command, the session may die, because a reply that comes
    /// too late must not be taken for the reply to another command.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let reply = client.raw("XCRC image.iso").await?; // a refusal is a reply, too
    /// println!("{} {}", reply.code(), reply.text());
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Option`](ftp_proto::Misuse::Option) for AUTH, CCC, ABOR and the commands that open a data
    /// connection. The client has other methods for these commands.
    pub async fn raw(&mut self, line: impl Name) -> Result<Reply, Error> {
        self.run(Raw::new(self.encoded(&line)?)?).await
    }
}
