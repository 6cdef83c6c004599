//! The operations that send one command and get one reply, where many servers do not know the
//! command.

use alloc::format;
use alloc::vec::Vec;

use super::compose::completion;
use super::exchange::Exchange;
use crate::capabilities::Capability;
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Flow, Halt, Step};
use crate::reply::{Identity, Timestamp};
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, InvalidCommand, Reply, Verb};

/// One command that a server may not know, and its one reply. If the server says that it does not
/// know the command, the session remembers this. Later operations with this command then send
/// nothing.
#[derive(Debug)]
pub(super) struct Extension {
    capability: Capability,
    exchange: Exchange,
    /// The reply that says that the server does not know the command. `None` if no such reply has
    /// come.
    refusal: Option<Reply>,
}

impl Extension {
    pub(super) fn new(capability: Capability, command: Command) -> Self {
        let wait = match capability.is_slow() {
            true => Wait::LongReply,
            false => Wait::Reply,
        };
        Self {
            capability,
            exchange: Exchange::new(command).within(wait),
            refusal: None,
        }
    }

    pub(super) fn capability(&self) -> Capability {
        self.capability
    }

    pub(super) fn is_sent(&self) -> bool {
        self.exchange.is_sent()
    }

    /// Sends the command if it was not sent yet, and returns its positive reply. `None` if the
    /// server does not know the command; the command is not sent if the session knows this already.
    pub(super) fn ask(
        &mut self,
        session: &mut Session,
        answer: &mut Answer,
    ) -> Result<Option<Reply>, Halt> {
        if !self.is_sent() && session.lacks(self.capability) {
            return Ok(None);
        }
        let reply = self.exchange.reply(session, answer)?;
        if self.capability.judge(&reply) == Some(false) {
            self.refusal = Some(reply);
            return Ok(None);
        }
        Ok(Some(completion(reply, self.exchange.verb())?))
    }

    /// Returns the error for an operation that fails because the server does not know the command.
    pub(super) fn unsupported(&self) -> Error {
        let error = Error::new(ErrorKind::Unsupported).with_command(self.exchange.verb());
        match &self.refusal {
            Some(reply) => error.with_reply(reply.clone()),
            None => {
                let capability = self.capability;
                error.with_source(format!("it has refused {capability} before"))
            }
        }
    }

    /// Calls `read` on a reply. If `read` fails, adds the command and the reply to the error.
    pub(super) fn read<T, E: Into<Error>>(
        &self,
        reply: Reply,
        read: impl FnOnce(&Reply) -> Result<T, E>,
    ) -> Result<T, Error> {
        read(&reply).map_err(|error| {
            let error = error.into();
            error.with_command(self.exchange.verb()).with_reply(reply)
        })
    }
}

/// Makes one flow from each row. A row has the arguments, the command, the output, and the function
/// that makes the output from the reply.
macro_rules! extensions {
    ($(
        $(#[$doc:meta])* $name:ident: $capability:ident($($argument:ident: $type:ty),*)
            => $command:expr, -> $output:ty, $finish:path;
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name(Extension);

        impl $name {
            /// Makes the flow from the arguments of the command.
            ///
            /// # Errors
            /// [`InvalidArgument`](ErrorKind::InvalidArgument) for arguments that cannot be sent.
            pub fn new($($argument: $type),*) -> Result<Self, Error> {
                Ok(Self(Extension::new(Capability::$capability, $command?)))
            }
        }

        impl Flow for $name {
            type Output = $output;

            fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<$output>, Error> {
                Step::run(answer, |answer| {
                    let reply = self.0.ask(session, answer)?;
                    Ok($finish(&self.0, reply)?)
                })
            }
        }
    )*};
}

extensions! {
    /// MFCT (draft-somers-ftp-mfxx section 4): sets the time of a file's creation. The time is in
    /// UTC. If the server does not know MFCT, the flow fails with the kind
    /// [`Unsupported`](ErrorKind::Unsupported).
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::SetCreated;
    /// use ftp_proto::reply::Timestamp;
    ///
    /// let time = Timestamp::parse(b"20260102030405")?;
    /// let mut server = Server::new(["213 Create=20260102030405; report.csv"]);
    /// drive(&mut session, SetCreated::new("report.csv", time)?, &mut server)?;
    /// assert_eq!(server.heard(), ["MFCT 20260102030405 report.csv"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    SetCreated: Mfct(path: impl AsRef<[u8]>, time: Timestamp)
        => timed(Verb::MFCT, time, path.as_ref()), -> Reply, needed;
    /// MFF (draft-somers-ftp-mfxx section 5): sets facts of a file, such as `modify` or
    /// `UNIX.mode`, each with its value. FEAT lists the facts that the server lets you set. If the
    /// server does not know MFF, the flow fails with the kind
    /// [`Unsupported`](ErrorKind::Unsupported).
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::SetFacts;
    ///
    /// let mut server = Server::new(["213 UNIX.mode=0644; report.csv"]);
    /// let flow = SetFacts::new("report.csv", [("UNIX.mode", "0644")])?;
    /// drive(&mut session, flow, &mut server)?;
    /// assert_eq!(server.heard(), ["MFF UNIX.mode=0644; report.csv"]);
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    SetFacts: Mff(
        path: impl AsRef<[u8]>,
        facts: impl IntoIterator<Item = (impl AsRef<[u8]>, impl AsRef<[u8]>)>
    ) => with_facts(path.as_ref(), facts), -> Reply, needed;
    /// SITE CHMOD: sets the permissions of a file. The mode is a number of at most four octal
    /// digits, such as `0o644`. If the server does not know SITE CHMOD, the flow fails with the
    /// kind [`Unsupported`](ErrorKind::Unsupported).
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::Chmod;
    ///
    /// let mut server = Server::new(["200 Permissions changed"]);
    /// drive(&mut session, Chmod::new("report.csv", 0o640)?, &mut server)?;
    /// assert_eq!(server.heard(), ["SITE CHMOD 640 report.csv"]);
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Chmod: SiteChmod(path: impl AsRef<[u8]>, mode: u32)
        => chmod(path.as_ref(), mode), -> Reply, needed;
    /// SITE SYMLINK: makes a symbolic link that leads to the target. A name with a blank or a
    /// quotation mark is an error before anything is sent: the client cannot send such a name,
    /// because a blank separates the two names in the command. If the server does not know SITE
    /// SYMLINK, the flow fails with the kind [`Unsupported`](ErrorKind::Unsupported).
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::Symlink;
    ///
    /// let mut server = Server::new(["200 Link made"]);
    /// drive(&mut session, Symlink::new("v2", "latest")?, &mut server)?;
    /// assert_eq!(server.heard(), ["SITE SYMLINK v2 latest"]);
    /// assert!(Symlink::new("version 2", "latest").is_err());
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Symlink: SiteSymlink(target: impl AsRef<[u8]>, link: impl AsRef<[u8]>)
        => symlink(target.as_ref(), link.as_ref()), -> Reply, needed;
    /// COMB: appends the parts, which are files on the server, to the target. Some servers then
    /// delete the parts. No RFC defines COMB. If the server does not know it, the flow fails with
    /// the kind [`Unsupported`](ErrorKind::Unsupported).
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::Combine;
    ///
    /// let mut server = Server::new(["250 Combined"]);
    /// let flow = Combine::new("image.iso", ["image.1", "image.2"])?;
    /// drive(&mut session, flow, &mut server)?;
    /// assert_eq!(server.heard(), ["COMB image.iso image.1 image.2"]);
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Combine: Comb(target: impl AsRef<[u8]>, parts: impl IntoIterator<Item = impl AsRef<[u8]>>)
        => combine(target.as_ref(), parts), -> Reply, needed;
    /// RMDA: removes a directory and everything in it. No RFC defines RMDA. If the server does not
    /// know it, the flow fails with the kind [`Unsupported`](ErrorKind::Unsupported).
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::RemoveDirectoryTree;
    ///
    /// let mut server = Server::new(["250 Removed"]);
    /// drive(&mut session, RemoveDirectoryTree::new("old")?, &mut server)?;
    /// assert_eq!(server.heard(), ["RMDA old"]);
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    RemoveDirectoryTree: Rmda(path: impl AsRef<[u8]>)
        => Verb::RMDA.with(path), -> Reply, needed;
    /// CSID: tells the server the client's name and version, and returns what the server says about
    /// itself. No RFC defines CSID. Returns `None` if the server does not know it.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::ClientId;
    ///
    /// let mut server = Server::new(["200 Name=Example FTP; Version=3.1;"]);
    /// let identity = drive(&mut session, ClientId::new("backup", "1.2")?, &mut server)?;
    /// let version = identity.as_ref().and_then(|identity| identity.get("Version"));
    /// assert_eq!(version, Some(&b"3.1"[..]));
    /// assert_eq!(server.heard(), ["CSID Name=backup; Version=1.2;"]);
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    ClientId: Csid(name: impl AsRef<[u8]>, version: impl AsRef<[u8]>)
        => identified(name.as_ref(), version.as_ref()), -> Option<Identity>, identity;
    /// AVBL (draft-peterson-streamlined-ftp-command-extensions): returns how many more bytes can be
    /// stored in a directory. Returns `None` if the server does not know AVBL.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::Available;
    ///
    /// let mut server = Server::new(["213 1048576"]);
    /// let bytes = drive(&mut session, Available::new("/pub")?, &mut server)?;
    /// assert_eq!(bytes, Some(1_048_576));
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    Available: Avbl(path: impl AsRef<[u8]>)
        => Verb::AVBL.with(path), -> Option<u64>, count;
    /// DSIZ: returns how many bytes all files in a directory and below it have. No RFC defines
    /// DSIZ. Returns `None` if the server does not know it.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::{Server, drive, logged_in};
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::DirectorySize;
    ///
    /// let mut server = Server::new(["213 4096"]);
    /// let bytes = drive(&mut session, DirectorySize::new("/pub")?, &mut server)?;
    /// assert_eq!(bytes, Some(4096));
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    DirectorySize: Dsiz(path: impl AsRef<[u8]>)
        => Verb::DSIZ.with(path), -> Option<u64>, count;
}

fn needed(extension: &Extension, reply: Option<Reply>) -> Result<Reply, Error> {
    reply.ok_or_else(|| extension.unsupported())
}

fn count(extension: &Extension, reply: Option<Reply>) -> Result<Option<u64>, Error> {
    let read = |reply| extension.read(reply, crate::reply::count);
    reply.map(read).transpose()
}

fn identity(_: &Extension, reply: Option<Reply>) -> Result<Option<Identity>, Error> {
    Ok(reply.as_ref().map(crate::reply::identity))
}

/// Makes a command whose argument is a time and a path.
pub(super) fn timed(verb: Verb, time: Timestamp, path: &[u8]) -> Result<Command, Error> {
    before_path(verb, time.to_digits().as_bytes(), path)
}

/// Makes a command whose argument is `what`, a blank, and then the path.
pub(super) fn before_path(verb: Verb, what: &[u8], path: &[u8]) -> Result<Command, Error> {
    check_name(&verb, path)?;
    Ok(verb.with([what, b" ", path].concat())?)
}

/// Fails if the path is empty, because the server would then take the argument before the path for
/// the path.
pub(super) fn check_name(verb: &Verb, path: &[u8]) -> Result<(), Error> {
    match path {
        [] => Err(InvalidCommand::Empty { verb: verb.clone() }.into()),
        _ => Ok(()),
    }
}

fn chmod(path: &[u8], mode: u32) -> Result<Command, Error> {
    if mode > 0o7777 {
        return Err(invalid(
            Verb::SITE,
            "the mode has more than four octal digits",
        ));
    }
    before_path(Verb::SITE, format!("CHMOD {mode:03o}").as_bytes(), path)
}

fn symlink(target: &[u8], link: &[u8]) -> Result<Command, Error> {
    let is_bad = |byte: &u8| matches!(byte, b' ' | b'\t' | b'"');
    if target.iter().chain(link).any(is_bad) {
        let why = "SITE SYMLINK cannot carry a name with a blank or a quotation mark";
        return Err(invalid(Verb::SITE, why));
    }
    check_name(&Verb::SITE, target)?;
    before_path(Verb::SITE, &[b"SYMLINK ", target].concat(), link)
}

fn with_facts(
    path: &[u8],
    facts: impl IntoIterator<Item = (impl AsRef<[u8]>, impl AsRef<[u8]>)>,
) -> Result<Command, Error> {
    let mut text = Vec::new();
    for (name, value) in facts {
        let (name, value) = (name.as_ref(), value.as_ref());
        let is_bad = |byte: &u8| matches!(byte, b' ' | b';' | b'=');
        if name.is_empty() || name.iter().chain(value).any(is_bad) {
            let why = "a fact that is empty, or holds a blank, `;` or `=`";
            return Err(invalid(Verb::MFF, why));
        }
        text.extend([name, b"=", value, b";"].concat());
    }
    if text.is_empty() {
        return Err(invalid(Verb::MFF, "no fact"));
    }
    before_path(Verb::MFF, &text, path)
}

fn combine(
    target: &[u8],
    parts: impl IntoIterator<Item = impl AsRef<[u8]>>,
) -> Result<Command, Error> {
    let mut text = quoted(&Verb::COMB, target)?;
    let alone = text.len();
    for part in parts {
        text.push(b' ');
        text.extend(quoted(&Verb::COMB, part.as_ref())?);
    }
    match text.len() == alone {
        true => Err(invalid(Verb::COMB, "no parts")),
        false => Ok(Verb::COMB.with(text)?),
    }
}

/// Returns a name as one word of an argument that has several words. A name with a blank is put
/// between quotation marks.
pub(super) fn quoted(verb: &Verb, name: &[u8]) -> Result<Vec<u8>, Error> {
    check_name(verb, name)?;
    if name.contains(&b'"') {
        let why = "a name with a quotation mark cannot be sent here";
        return Err(invalid(verb.clone(), why));
    }
    Ok(match name.contains(&b' ') {
        true => [b"\"", name, b"\""].concat(),
        false => name.to_vec(),
    })
}

fn identified(name: &[u8], version: &[u8]) -> Result<Command, Error> {
    if name
        .iter()
        .chain(version)
        .any(|byte| matches!(byte, b';' | b'='))
    {
        return Err(invalid(Verb::CSID, "a name or version with `;` or `=`"));
    }
    Ok(Verb::CSID.with([b"Name=", name, b"; Version=", version, b";"].concat())?)
}

fn invalid(verb: Verb, why: &'static str) -> Error {
    let invalid = Error::new(ErrorKind::InvalidArgument);
    invalid.with_command(verb.as_str()).with_source(why)
}
