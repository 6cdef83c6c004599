//! The operations that are answered on the control connection alone.

use ftp_proto::data::Entry;
use ftp_proto::flows::{
    Account, Allocate, ChangeDirectory, ClientName, Delete, Facts, Feat, Help, Host, Language,
    MakeDirectory, Mode, Modified, Mount, Noop, Pwd, Raw, Reinitialize, RemoveDirectory, Rename,
    SetOption, Site, Size, Status, Structure, System, Type,
};
use ftp_proto::reply::Timestamp;
use ftp_proto::{
    Error, Features, FileStructure, Name, RemotePath, Reply, TransferType, TransmissionMode,
};

use crate::client::Client;

/// Every error is one of these: [`InvalidArgument`](ftp_proto::ErrorKind::InvalidArgument) before anything is sent, for an
/// argument that cannot be sent; the server's refusal, with its reply; why the session is dead.
/// Methods name what they add to that.
impl Client {
    /// FEAT: what the server says it can do; asked once.
    ///
    /// # Errors
    /// A refusal other than "unknown command", which means no features.
    pub fn features(&mut self) -> Result<Features, Error> {
        self.run(Feat::new())
    }

    /// PWD: the current directory.
    ///
    /// # Errors
    /// The server's refusal; a reply without a path.
    pub fn pwd(&mut self) -> Result<RemotePath, Error> {
        self.run(Pwd::new())
    }

    /// CWD: changes the directory. `..` is sent as CDUP, where the server knows it.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn cwd(&mut self, path: impl Name) -> Result<Reply, Error> {
        self.run(ChangeDirectory::new(self.encoded(&path)?)?)
    }

    /// MKD: makes a directory. Its path, where the server tells one.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn mkd(&mut self, path: impl Name) -> Result<Option<RemotePath>, Error> {
        self.run(MakeDirectory::new(self.encoded(&path)?)?)
    }

    /// RMD: removes a directory.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn rmd(&mut self, path: impl Name) -> Result<Reply, Error> {
        self.run(RemoveDirectory::new(self.encoded(&path)?)?)
    }

    /// DELE: deletes a file.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn delete(&mut self, path: impl Name) -> Result<Reply, Error> {
        self.run(Delete::new(self.encoded(&path)?)?)
    }

    /// RNFR and RNTO: renames or moves a file or a directory.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn rename(&mut self, from: impl Name, to: impl Name) -> Result<Reply, Error> {
        let (from, to) = (self.encoded(&from)?, self.encoded(&to)?);
        self.run(Rename::new(from, to)?)
    }

    /// SIZE: the size of a file in bytes, in TYPE I; `None` from a server without SIZE.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn size(&mut self, path: impl Name) -> Result<Option<u64>, Error> {
        self.run(Size::new(self.encoded(&path)?)?)
    }

    /// MDTM: when a file was last modified; `None` from a server without MDTM.
    ///
    /// # Errors
    /// The server's refusal; a time that makes no sense.
    pub fn modified(&mut self, path: impl Name) -> Result<Option<Timestamp>, Error> {
        self.run(Modified::new(self.encoded(&path)?)?)
    }

    /// MLST: the facts of a file or a directory, of the current one by default.
    ///
    /// # Errors
    /// The server's refusal; a reply without facts.
    pub fn mlst(&mut self, path: Option<impl Name>) -> Result<Entry, Error> {
        let path = path.as_ref().map(|path| self.encoded(path));
        self.run(Facts::new(path.transpose()?)?)
    }

    /// SYST: what the server says it runs on.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn system(&mut self) -> Result<Reply, Error> {
        self.run(System::new())
    }

    /// STAT: the status of the session, or a listing over the control connection; see [`Status`].
    ///
    /// # Errors
    /// The server's refusal.
    pub fn status(&mut self, path: Option<impl Name>) -> Result<Reply, Error> {
        let path = path.as_ref().map(|path| self.encoded(path));
        self.run(Status::new(path.transpose()?)?)
    }

    /// HELP: of the server, or of one of its commands.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn help(&mut self, topic: Option<impl Name>) -> Result<Reply, Error> {
        let topic = topic.as_ref().map(|topic| self.encoded(topic));
        self.run(Help::new(topic.transpose()?)?)
    }

    /// SITE: a command of this server's own, such as `CHMOD 644 a`.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn site(&mut self, line: impl Name) -> Result<Reply, Error> {
        self.run(Site::new(self.encoded(&line)?)?)
    }

    /// OPTS: options of a command, such as `UTF8 ON` or `MLST type;size;`.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn opts(&mut self, line: impl Name) -> Result<Reply, Error> {
        self.run(SetOption::new(self.encoded(&line)?)?)
    }

    /// ACCT in mid-session, where the server demands an account for storing (532).
    ///
    /// # Errors
    /// The server's refusal.
    pub fn account(&mut self, account: impl Name) -> Result<Reply, Error> {
        self.run(Account::new(self.encoded(&account)?)?)
    }

    /// ALLO: room for so many bytes.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn allocate(&mut self, bytes: u64) -> Result<Reply, Error> {
        self.run(Allocate::new(bytes))
    }

    /// SMNT: mounts another file system.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn mount(&mut self, path: impl Name) -> Result<Reply, Error> {
        self.run(Mount::new(self.encoded(&path)?)?)
    }

    /// REIN: logs out and stays connected.
    ///
    /// # Errors
    /// The server's refusal; [`AlreadySecured`](ftp_proto::Misuse::AlreadySecured) under TLS.
    pub fn reinitialize(&mut self) -> Result<Reply, Error> {
        self.run(Reinitialize::new())
    }

    /// HOST: which of the hosts at this address is meant; ahead of the login.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn host(&mut self, name: impl Name) -> Result<Reply, Error> {
        self.run(Host::new(self.encoded(&name)?)?)
    }

    /// LANG: the language of the replies, such as `fr`; the server's own by default.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn language(&mut self, tag: Option<impl Name>) -> Result<Reply, Error> {
        let tag = tag.as_ref().map(|tag| self.encoded(tag));
        self.run(Language::new(tag.transpose()?)?)
    }

    /// CLNT: what this client calls itself.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn client_name(&mut self, name: impl Name) -> Result<Reply, Error> {
        self.run(ClientName::new(self.encoded(&name)?)?)
    }

    /// TYPE: the representation type. Transfers set the one that they need.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn set_type(&mut self, transfer_type: TransferType) -> Result<(), Error> {
        self.run(Type::new(transfer_type))
    }

    /// MODE: the transmission mode. Transfers are made in stream mode alone; see [`Mode`].
    ///
    /// # Errors
    /// The server's refusal.
    pub fn set_mode(&mut self, mode: TransmissionMode) -> Result<(), Error> {
        self.run(Mode::new(mode))
    }

    /// STRU: the file structure. Transfers are made of files without one alone; see [`Structure`].
    ///
    /// # Errors
    /// The server's refusal.
    pub fn set_structure(&mut self, structure: FileStructure) -> Result<(), Error> {
        self.run(Structure::new(structure))
    }

    /// NOOP.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn noop(&mut self) -> Result<Reply, Error> {
        self.run(Noop::new())
    }

    /// Any command that is answered on the control connection alone; its reply, whatever it says.
    ///
    /// One that is never answered may cost the session: a reply that comes too late must not be
    /// taken for another command's.
    ///
    /// # Errors
    /// [`Option`](ftp_proto::Misuse::Option) for AUTH, CCC, ABOR and
    /// data commands, which have methods of their own.
    pub fn raw(&mut self, line: impl Name) -> Result<Reply, Error> {
        self.run(Raw::new(self.encoded(&line)?)?)
    }
}
