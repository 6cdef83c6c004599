//! The operations that are one command and one reply.

use super::compose::completion;
use super::utf8::Utf8;
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Flow, Halt, Step};
use crate::listing::Entry;
use crate::path::RemotePath;
use crate::representation::{FileStructure, TransmissionMode};
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, Reply, Verb};

/// One command and its one reply.
#[derive(Debug)]
pub(super) struct Exchange {
    command: Command,
    wait: Wait,
    utf8: Utf8,
    sent: bool,
}

impl Exchange {
    pub(super) fn new(command: Command) -> Self {
        Self {
            command,
            wait: Wait::Reply,
            utf8: Utf8::default(),
            sent: false,
        }
    }

    /// Changes the kind of waiting for the reply, and so its time limit.
    pub(super) fn within(self, wait: Wait) -> Self {
        Self { wait, ..self }
    }

    pub(super) fn verb(&self) -> &str {
        self.command.verb()
    }

    /// Returns how many bytes the command has, without its line end.
    pub(super) fn length(&self) -> usize {
        let argument = self.command.argument().unwrap_or_default();
        let verb = self.command.verb().len();
        verb.saturating_add(1).saturating_add(argument.len())
    }

    pub(super) fn is_sent(&self) -> bool {
        self.sent
    }

    /// Sends `OPTS UTF8 ON` if this command needs it.
    pub(super) fn settle_names(
        &mut self,
        session: &mut Session,
        answer: &mut Answer,
    ) -> Result<(), Halt> {
        self.utf8.switch_on(&self.command, session, answer)
    }

    /// Queues the command now, so that other commands can join its flight. Call
    /// [`settle_names`](Self::settle_names) before, if the command has a name.
    pub(super) fn queue(&mut self, session: &mut Session) -> Result<(), Error> {
        self.sent = true;
        session.send(self.command.clone())
    }

    /// Queues the command as one of the questions of a flight.
    pub(super) fn queue_question(&mut self, session: &mut Session) -> Result<(), Error> {
        self.sent = true;
        session.send_question(self.command.clone())
    }

    /// Sends the command if it was not sent yet, and returns its reply with any code.
    pub(super) fn reply(
        &mut self,
        session: &mut Session,
        answer: &mut Answer,
    ) -> Result<Reply, Halt> {
        if !self.sent {
            self.utf8.switch_on(&self.command, session, answer)?;
            self.sent = true;
            session.send(self.command.clone())?;
        }
        session.next_reply(answer, self.wait)
    }
}

macro_rules! exchanges {
    ($($(#[$doc:meta])* $name:ident: $verb:ident $(($($argument:tt)+))? -> $output:ty, $read:path;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name(Exchange);

        constructor!($name $verb $(($($argument)+))?);

        impl Flow for $name {
            type Output = $output;

            fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<$output>, Error> {
                Step::run(answer, |answer| {
                    let reply = completion(self.0.reply(session, answer)?, self.0.verb())?;
                    let named = reply.clone();
                    $read(reply)
                        .map_err(|error| error.with_command(self.0.verb()).with_reply(named).into())
                })
            }
        }
    )*};
}

macro_rules! constructor {
    ($name:ident $verb:ident) => {
        impl $name {
            /// Makes the flow. The command has no argument.
            #[allow(
                clippy::new_without_default,
                reason = "most of its like take an argument"
            )]
            pub fn new() -> Self {
                Self(Exchange::new(Command::from(Verb::$verb)))
            }
        }
    };
    ($name:ident $verb:ident ($argument:ident)) => {
        impl $name {
            /// Makes the flow, with the argument of its command.
            ///
            /// # Errors
            /// [`InvalidArgument`](ErrorKind::InvalidArgument) for an argument that cannot be sent.
            pub fn new($argument: impl AsRef<[u8]>) -> Result<Self, Error> {
                Ok(Self(Exchange::new(Verb::$verb.with($argument)?)))
            }
        }
    };
    ($name:ident $verb:ident ($argument:ident?)) => {
        impl $name {
            /// Makes the flow, with the argument of its command, or without one.
            ///
            /// # Errors
            /// [`InvalidArgument`](ErrorKind::InvalidArgument) for an argument that cannot be sent.
            pub fn new($argument: Option<impl AsRef<[u8]>>) -> Result<Self, Error> {
                let command = match $argument {
                    Some($argument) => Verb::$verb.with($argument)?,
                    None => Command::from(Verb::$verb),
                };
                Ok(Self(Exchange::new(command)))
            }
        }
    };
    ($name:ident $verb:ident ($argument:ident: $type:ty => $command:expr)) => {
        impl $name {
            /// Makes the flow, with the argument of its command.
            pub fn new($argument: $type) -> Self {
                Self(Exchange::new($command(Verb::$verb, $argument)))
            }
        }
    };
}

exchanges! {
    /// NOOP (RFC 959 section 4.1.3): does nothing. It shows the server that the client is still
    /// there. Returns the reply.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::Noop;
    ///
    /// let mut server = Server::new(["200 Still here"]);
    /// let reply = drive(&mut session, Noop::new(), &mut server)?;
    /// assert_eq!(reply.text().to_string(), "Still here");
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Noop: NOOP -> Reply, whole;
    /// PWD (RFC 959 section 4.1.3): returns the current directory.
    ///
    /// If the server sends a 257 without a path in quotation marks, the flow fails with an error of
    /// kind [`Protocol`](ErrorKind::Protocol), which holds the reply.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::Pwd;
    ///
    /// let mut server = Server::new(["257 \"/pub\" is the current directory"]);
    /// let directory = drive(&mut session, Pwd::new(), &mut server)?;
    /// assert_eq!(directory.as_bytes(), b"/pub");
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Pwd: PWD -> RemotePath, path;
    /// MKD (RFC 959 section 4.1.3): makes a directory. Returns its path, as the server quotes it in
    /// the 257; the path may be relative. `None` if the server quotes no path, as embedded servers
    /// do.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::MakeDirectory;
    ///
    /// let mut server = Server::new(["257 \"/pub/new\" created"]);
    /// let made = drive(&mut session, MakeDirectory::new("new")?, &mut server)?;
    /// assert_eq!(made.map(|path| path.to_string()).as_deref(), Some("/pub/new"));
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    MakeDirectory: MKD(path) -> Option<RemotePath>, made;
    /// RMD (RFC 959 section 4.1.3): removes a directory. Most servers refuse to remove a directory
    /// that is not empty.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::ErrorKind;
    /// use ftp_proto::flows::RemoveDirectory;
    ///
    /// let mut server = Server::new(["250 Removed", "550 Directory not empty"]);
    /// drive(&mut session, RemoveDirectory::new("old")?, &mut server)?;
    /// let refused = drive(&mut session, RemoveDirectory::new("full")?, &mut server);
    /// assert!(refused.is_err_and(|error| error.kind() == ErrorKind::Permanent));
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    RemoveDirectory: RMD(path) -> Reply, whole;
    /// DELE (RFC 959 section 4.1.3): deletes a file.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::Delete;
    ///
    /// let mut server = Server::new(["250 Deleted"]);
    /// drive(&mut session, Delete::new("draft.txt")?, &mut server)?;
    /// assert_eq!(server.heard(), ["DELE draft.txt"]);
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Delete: DELE(path) -> Reply, whole;
    /// MLST (RFC 3659 section 7): returns the facts of one file or directory. Without a path,
    /// returns those of the current directory.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::Facts;
    ///
    /// let mut server = Server::new(["250-Facts:\r\n type=file;size=5; hello\r\n250 End"]);
    /// let entry = drive(&mut session, Facts::new(Some("hello"))?, &mut server)?;
    /// assert!(entry.is_file());
    /// assert_eq!(entry.size(), Some(5));
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Facts: MLST(path?) -> Entry<'static>, entry;
    /// SYST (RFC 959 section 4.1.3): returns what the server says about its operating system. The
    /// text is meant for people, so do not rely on it.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::System;
    ///
    /// let mut server = Server::new(["215 UNIX Type: L8"]);
    /// let reply = drive(&mut session, System::new(), &mut server)?;
    /// assert_eq!(reply.text().to_string(), "UNIX Type: L8");
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    System: SYST -> Reply, whole;
    /// STAT (RFC 959 section 4.1.3): returns the status of the session. With a path, returns a
    /// listing of it over the control connection. The listing of a large directory may exceed the
    /// default [`Limits`](crate::wire::Limits) of a reply.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::Status;
    ///
    /// let mut server = Server::new(["211-Status:\r\n Connected\r\n211 End"]);
    /// let reply = drive(&mut session, Status::new(None::<&str>)?, &mut server)?;
    /// assert_eq!(reply.lines().count(), 3);
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Status: STAT(path?) -> Reply, whole;
    /// HELP (RFC 959 section 4.1.3): returns the server's help text. With a topic, such as a
    /// command, returns the text about it.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::Help;
    ///
    /// let mut server = Server::new(["214 SIZE path: the size of a file"]);
    /// let reply = drive(&mut session, Help::new(Some("SIZE"))?, &mut server)?;
    /// assert_eq!(reply.text().to_string(), "SIZE path: the size of a file");
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Help: HELP(topic?) -> Reply, whole;
    /// SITE (RFC 959 section 4.1.3): sends a command that is special to this server, such as `CHMOD
    /// 644 a`.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::Site;
    ///
    /// let mut server = Server::new(["200 UMASK set to 022"]);
    /// drive(&mut session, Site::new("UMASK 022")?, &mut server)?;
    /// assert_eq!(server.heard(), ["SITE UMASK 022"]);
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Site: SITE(line) -> Reply, whole;
    /// ALLO (RFC 959 section 4.1.3): reserves room for this many bytes. Most servers need no ALLO,
    /// and reply 202.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::Allocate;
    ///
    /// let mut server = Server::new(["202 No need"]);
    /// drive(&mut session, Allocate::new(4096), &mut server)?;
    /// assert_eq!(server.heard(), ["ALLO 4096"]);
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Allocate: ALLO(bytes: u64 => Command::number) -> Reply, whole;
    /// ACCT (RFC 959 section 4.1.1): sends an account after the login. Use it if the server refuses
    /// to store files without an account (532).
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::Account;
    ///
    /// let mut server = Server::new(["230 Accepted"]);
    /// drive(&mut session, Account::new("research")?, &mut server)?;
    /// assert_eq!(server.heard(), ["ACCT research"]);
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Account: ACCT(account) -> Reply, whole;
    /// SMNT (RFC 959 section 4.1.1): mounts another file system. Few servers know it.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::Mount;
    ///
    /// let mut server = Server::new(["250 Mounted"]);
    /// drive(&mut session, Mount::new("/archive")?, &mut server)?;
    /// assert_eq!(server.heard(), ["SMNT /archive"]);
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Mount: SMNT(path) -> Reply, whole;
    /// REIN (RFC 959 section 4.1.1): logs out and stays connected. Under TLS the flow fails with a
    /// [misuse](ErrorKind::Misuse) and sends nothing, because servers differ in whether REIN also
    /// ends TLS.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::Reinitialize;
    ///
    /// let mut server = Server::new(["220 Ready for a new user"]);
    /// drive(&mut session, Reinitialize::new(), &mut server)?;
    /// assert!(!session.is_logged_in());
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Reinitialize: REIN -> Reply, whole;
    /// OPTS (RFC 2389 section 4): sets options of a command, such as `UTF8 ON` or `MLST
    /// type;size;`.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::SetOption;
    ///
    /// let mut server = Server::new(["200 UTF-8 is on"]);
    /// drive(&mut session, SetOption::new("UTF8 ON")?, &mut server)?;
    /// assert_eq!(server.heard(), ["OPTS UTF8 ON"]);
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    SetOption: OPTS(line) -> Reply, whole;
    /// HOST (RFC 7151): says which of the host names at the server's IP address you want. Send it
    /// before the login.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, connected, drive};
    /// # let mut session = connected(ftp_proto::Config::default())?;
    /// use ftp_proto::flows::Host;
    ///
    /// let mut server = Server::new(["220 Welcome to ftp.example.org"]);
    /// drive(&mut session, Host::new("ftp.example.org")?, &mut server)?;
    /// assert_eq!(server.heard(), ["HOST ftp.example.org"]);
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Host: HOST(name) -> Reply, whole;
    /// LANG (RFC 2640 section 4): sets the language of the replies. Without a tag, sets the
    /// server's default language.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::Language;
    ///
    /// let mut server = Server::new(["200 Sprache: Deutsch"]);
    /// drive(&mut session, Language::new(Some("de"))?, &mut server)?;
    /// assert_eq!(server.heard(), ["LANG de"]);
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Language: LANG(tag?) -> Reply, whole;
    /// CLNT: tells the server the client's name. No RFC defines it. Some servers offer more to
    /// clients that send it.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::ClientName;
    ///
    /// let mut server = Server::new(["200 Noted"]);
    /// drive(&mut session, ClientName::new("backup 1.2")?, &mut server)?;
    /// assert_eq!(server.heard(), ["CLNT backup 1.2"]);
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    ClientName: CLNT(name) -> Reply, whole;
    /// MODE (RFC 959 section 3.4): sets the transmission mode. This client can transfer only in
    /// stream mode. In any other mode, a transfer fails as [misuse](crate::Misuse::Framing).
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::TransmissionMode;
    /// use ftp_proto::flows::Mode;
    ///
    /// let mut server = Server::new(["200 Stream mode"]);
    /// drive(&mut session, Mode::new(TransmissionMode::Stream), &mut server)?;
    /// assert_eq!(server.heard(), ["MODE S"]);
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Mode: MODE(mode: TransmissionMode => mode_command) -> (), nothing;
    /// STRU (RFC 959 section 3.1.2): sets the file structure. This client can transfer only with
    /// file structure. With any other structure, a transfer fails as
    /// [misuse](crate::Misuse::Framing).
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::FileStructure;
    /// use ftp_proto::flows::Structure;
    ///
    /// let mut server = Server::new(["200 File structure"]);
    /// drive(&mut session, Structure::new(FileStructure::File), &mut server)?;
    /// assert_eq!(server.heard(), ["STRU F"]);
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Structure: STRU(structure: FileStructure => structure_command) -> (), nothing;
}

/// For a flight of several questions.
impl Facts {
    pub(super) fn exchange(&mut self) -> &mut Exchange {
        &mut self.0
    }

    /// Reads the reply to MLST.
    pub(super) fn read(reply: Reply) -> Result<Entry<'static>, Error> {
        let reply = completion(reply, "MLST")?;
        let named = reply.clone();
        entry(reply).map_err(|error| error.with_command("MLST").with_reply(named))
    }
}

fn whole(reply: Reply) -> Result<Reply, Error> {
    Ok(reply)
}

fn nothing(_: Reply) -> Result<(), Error> {
    Ok(())
}

fn path(reply: Reply) -> Result<RemotePath, Error> {
    made(reply)?.ok_or_else(|| Error::new(ErrorKind::Protocol))
}

fn made(reply: Reply) -> Result<Option<RemotePath>, Error> {
    match crate::reply::pathname(&reply) {
        // Only a 257 holds a path (RFC 959). A server that sends another positive reply, such as
        // 250, quotes no path.
        Err(crate::reply::Malformed::Code { .. }) => Ok(None),
        path => path.map_err(Error::from),
    }
}

fn entry(reply: Reply) -> Result<Entry<'static>, Error> {
    crate::reply::entry(&reply).map_err(Error::from)
}

fn mode_command(verb: Verb, mode: TransmissionMode) -> Command {
    Command::fixed(verb, mode.argument())
}

fn structure_command(verb: Verb, structure: FileStructure) -> Command {
    Command::fixed(verb, structure.argument())
}
