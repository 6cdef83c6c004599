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
/// server refuses (the error has the reply), or if the session has ended. The section "Errors" of a
/// method lists only what the method adds to these general errors.
impl Client {
    /// FEAT: returns the features that the server says it has. The client sends FEAT only once.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let features = client.features()?;
    /// println!("{}", features.supports("MLST"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    /// If the server does not know FEAT, that is no error: the returned `Features` are then empty.
    pub fn features(&mut self) -> Result<Features, Error> {
        self.run(Feat::new())
    }

    /// FEAT and SYST: finds out what the server can do. Does not send a command whose reply is
    /// known already. Save the result for
    /// [`Options::with_capabilities`](ftp_proto::Options::with_capabilities).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::{Capability, Support};
    ///
    /// let capabilities = client.discover()?;
    /// if capabilities.support(Capability::Mfmt) == Support::Advertised {
    ///     println!("the server sets times");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A refusal of FEAT, except "unknown command".
    pub fn discover(&mut self) -> Result<Capabilities, Error> {
        self.run(Discover::new())
    }

    /// PWD: returns the current directory.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// println!("{}", client.pwd()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A reply without a path.
    pub fn pwd(&mut self) -> Result<RemotePath, Error> {
        self.run(Pwd::new())
    }

    /// CWD: changes the directory. `..` is sent as CDUP if the server knows CDUP.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// client.cwd("pub/2026")?;
    /// client.cwd("..")?; // to `pub`
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn cwd(&mut self, path: impl Name) -> Result<Reply, Error> {
        self.run(ChangeDirectory::new(self.encoded(&path)?)?)
    }

    /// MKD: makes a directory. Returns its path, or `None` if the reply does not tell the path.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// if let Some(path) = client.mkd("in")? {
    ///     println!("{path}"); // /home/ada/in
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn mkd(&mut self, path: impl Name) -> Result<Option<RemotePath>, Error> {
        self.run(MakeDirectory::new(self.encoded(&path)?)?)
    }

    /// RMD: removes a directory.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn rmd(&mut self, path: impl Name) -> Result<Reply, Error> {
        self.run(RemoveDirectory::new(self.encoded(&path)?)?)
    }

    /// DELE: deletes a file.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn delete(&mut self, path: impl Name) -> Result<Reply, Error> {
        self.run(Delete::new(self.encoded(&path)?)?)
    }

    /// RNFR and RNTO: renames or moves a file or a directory.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// client.rename("in/report.csv", "done/report.csv")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn rename(&mut self, from: impl Name, to: impl Name) -> Result<Reply, Error> {
        let (from, to) = (self.encoded(&from)?, self.encoded(&to)?);
        self.run(Rename::new(from, to)?)
    }

    /// SIZE: returns the size of a file in bytes, as counted in TYPE I. `None` if the server does
    /// not know SIZE.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// match client.size("pub/image.iso")? {
    ///     Some(bytes) => println!("{bytes} bytes"),
    ///     None => println!("this server has no SIZE"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn size(&mut self, path: impl Name) -> Result<Option<u64>, Error> {
        self.run(Size::new(self.encoded(&path)?)?)
    }

    /// MDTM: returns the time of a file's last modification. `None` if the server does not know
    /// MDTM.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// if let Some(time) = client.modified("pub/image.iso")? {
    ///     println!("{time}"); // 2026-01-02T03:04:05
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A reply without a valid time.
    pub fn modified(&mut self, path: impl Name) -> Result<Option<Timestamp>, Error> {
        self.run(Modified::new(self.encoded(&path)?)?)
    }

    /// MLST: returns the facts of a file or a directory; without a path, of the current directory.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let entry = client.mlst("pub/image.iso")?;
    /// println!("{:?}, {:?} bytes", entry.kind(), entry.size());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A reply without facts.
    pub fn mlst(&mut self, path: impl OptionalName) -> Result<Entry<'static>, Error> {
        self.run(Facts::new(self.encoded_optional(&path)?)?)
    }

    /// MLST, or SIZE and MDTM, for each path: returns what the server knows about many paths, in
    /// their order. A path that the server refuses gives
    /// [`Inspected::Refused`](ftp_proto::tree::Inspected::Refused) in its place.
    ///
    /// To a server that is known to bear it, the questions about 16 paths leave together and take one
    /// round trip.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let names = ["a.csv", "b.csv", "c.csv"];
    /// for (name, found) in names.iter().zip(client.inspect_many(names)?) {
    ///     match found.size() {
    ///         Some(bytes) => println!("{name}: {bytes} bytes"),
    ///         None => println!("{name}: {found:?}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share, except for a refusal of a path.
    pub fn inspect_many(
        &mut self,
        paths: impl IntoIterator<Item = impl Name>,
    ) -> Result<Vec<Inspected>, Error> {
        let paths = paths.into_iter();
        let paths = paths.map(|path| self.encoded(&path).map(Cow::into_owned));
        let paths: Vec<_> = paths.collect::<Result<_, _>>()?;
        self.run(InspectMany::new(paths)?)
    }

    /// SYST: returns the server's reply about its operating system.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn system(&mut self) -> Result<Reply, Error> {
        self.run(System::new())
    }

    /// STAT: returns the status of the session. With a path, it returns a listing over the control
    /// connection; see [`Status`].
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// println!("{}", client.status(None)?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn status(&mut self, path: impl OptionalName) -> Result<Reply, Error> {
        self.run(Status::new(self.encoded_optional(&path)?)?)
    }

    /// HELP: returns the server's help text, in general or about one command.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn help(&mut self, topic: impl OptionalName) -> Result<Reply, Error> {
        self.run(Help::new(self.encoded_optional(&topic)?)?)
    }

    /// SITE: sends a command that only this server knows, such as `CHMOD 644 a`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// client.site("UMASK 022")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn site(&mut self, line: impl Name) -> Result<Reply, Error> {
        self.run(Site::new(self.encoded(&line)?)?)
    }

    /// OPTS: sets an option of a command, such as `UTF8 ON` or `MLST type;size;`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// client.opts("UTF8 ON")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn opts(&mut self, line: impl Name) -> Result<Reply, Error> {
        self.run(SetOption::new(self.encoded(&line)?)?)
    }

    /// OPTS MLST: chooses the facts, such as `type`, `size` and `modify`, that MLSD and MLST send
    /// from now on. The server leaves out facts that it does not know. `parameters("MLST")` of
    /// [`features`](Self::features) lists those that it knows.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// client.choose_facts(["type", "size", "modify"])?;
    /// let listing = client.mlsd("pub")?;
    /// # let _ = listing;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn choose_facts(
        &mut self,
        facts: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> Result<Reply, Error> {
        self.run(ChooseFacts::new(facts)?)
    }

    /// ACCT: sends an account after the login, for a server that demands one for an upload (reply
    /// 532). During the login, use [`login_with`](Self::login_with).
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn account(&mut self, account: impl Name) -> Result<Reply, Error> {
        self.run(Account::new(self.encoded(&account)?)?)
    }

    /// ALLO: asks the server to reserve this many bytes for the next upload.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn allocate(&mut self, bytes: u64) -> Result<Reply, Error> {
        self.run(Allocate::new(bytes))
    }

    /// SMNT: mounts another file system.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn mount(&mut self, path: impl Name) -> Result<Reply, Error> {
        self.run(Mount::new(self.encoded(&path)?)?)
    }

    /// REIN: logs out and keeps the connection open.
    ///
    /// # Errors
    /// [`AlreadySecured`](ftp_proto::Misuse::AlreadySecured) under TLS.
    pub fn reinitialize(&mut self) -> Result<Reply, Error> {
        self.run(Reinitialize::new())
    }

    /// HOST: names the virtual host that you want at this address; call it before the login.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// client.host("www.example.org")?;
    /// client.login("ada", "secret")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn host(&mut self, name: impl Name) -> Result<Reply, Error> {
        self.run(Host::new(self.encoded(&name)?)?)
    }

    /// LANG: sets the language of the replies, such as `fr`. `None` asks for the server's default.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// client.language("fr")?;
    /// client.language(None)?; // the default again
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn language(&mut self, tag: impl OptionalName) -> Result<Reply, Error> {
        self.run(Language::new(self.encoded_optional(&tag)?)?)
    }

    /// CLNT: tells the server the name of this client program.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn client_name(&mut self, name: impl Name) -> Result<Reply, Error> {
        self.run(ClientName::new(self.encoded(&name)?)?)
    }

    /// TYPE: sets the representation type. Each transfer sets the type that it needs, so you need
    /// this only for raw commands.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// use ftp_blocking::TransferType;
    ///
    /// client.set_type(TransferType::TEXT)?;
    /// let size_as_text = client.raw("SIZE notes.txt")?;
    /// # let _ = size_as_text;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn set_type(&mut self, transfer_type: TransferType) -> Result<(), Error> {
        self.run(Type::new(transfer_type))
    }

    /// MODE: sets the transmission mode. Transfers work in stream mode only; see [`Mode`].
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn set_mode(&mut self, mode: TransmissionMode) -> Result<(), Error> {
        self.run(Mode::new(mode))
    }

    /// STRU: sets the file structure. Transfers work with STRU F (no structure) only; see
    /// [`Structure`].
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn set_structure(&mut self, structure: FileStructure) -> Result<(), Error> {
        self.run(Structure::new(structure))
    }

    /// NOOP: does nothing on the server, and returns the reply.
    ///
    /// # Errors
    /// The errors that all methods here share: an invalid argument, a refusal, or a dead session.
    pub fn noop(&mut self) -> Result<Reply, Error> {
        self.run(Noop::new())
    }

    /// Sends any command that has its replies on the control connection alone. Returns the final
    /// reply, even if it is a refusal.
    ///
    /// If the server never replies to the command, the session may die, because a reply that comes
    /// too late must not be taken for the reply to another command.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let reply = client.raw("XCRC image.iso")?; // a refusal is a reply, too
    /// println!("{} {}", reply.code(), reply.text());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Option`](ftp_proto::Misuse::Option) for AUTH, CCC, ABOR and the commands that open a data
    /// connection. The client has other methods for these commands.
    pub fn raw(&mut self, line: impl Name) -> Result<Reply, Error> {
        self.run(Raw::new(self.encoded(&line)?)?)
    }
}
