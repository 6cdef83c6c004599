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
    Noop: NOOP -> Reply, whole;
    /// PWD (RFC 959 section 4.1.3): returns the current directory.
    ///
    /// If the server sends a 257 without a path in quotation marks, the flow fails with an error of
    /// kind [`Protocol`](ErrorKind::Protocol), which holds the reply.
    Pwd: PWD -> RemotePath, path;
    /// MKD (RFC 959 section 4.1.3): makes a directory. Returns its path, as the server quotes it in
    /// the 257; the path may be relative. `None` if the server quotes no path, as embedded servers
    /// do.
    MakeDirectory: MKD(path) -> Option<RemotePath>, made;
    /// RMD (RFC 959 section 4.1.3): removes a directory. Most servers refuse to remove a directory
    /// that is not empty.
    RemoveDirectory: RMD(path) -> Reply, whole;
    /// DELE (RFC 959 section 4.1.3): deletes a file.
    Delete: DELE(path) -> Reply, whole;
    /// MLST (RFC 3659 section 7): returns the facts of one file or directory. Without a path,
    /// returns those of the current directory.
    Facts: MLST(path?) -> Entry<'static>, entry;
    /// SYST (RFC 959 section 4.1.3): returns what the server says about its operating system. The
    /// text is meant for people, so do not rely on it.
    System: SYST -> Reply, whole;
    /// STAT (RFC 959 section 4.1.3): returns the status of the session. With a path, returns a
    /// listing of it over the control connection. The listing of a large directory may exceed the
    /// default [`Limits`](crate::wire::Limits) of a reply.
    Status: STAT(path?) -> Reply, whole;
    /// HELP (RFC 959 section 4.1.3): returns the server's help text. With a topic, such as a
    /// command, returns the text about it.
    Help: HELP(topic?) -> Reply, whole;
    /// SITE (RFC 959 section 4.1.3): sends a command that is special to this server, such as `CHMOD
    /// 644 a`.
    Site: SITE(line) -> Reply, whole;
    /// ALLO (RFC 959 section 4.1.3): reserves room for this many bytes. Most servers need no ALLO,
    /// and reply 202.
    Allocate: ALLO(bytes: u64 => Command::number) -> Reply, whole;
    /// ACCT (RFC 959 section 4.1.1): sends an account after the login. Use it if the server refuses
    /// to store files without an account (532).
    Account: ACCT(account) -> Reply, whole;
    /// SMNT (RFC 959 section 4.1.1): mounts another file system. Few servers know it.
    Mount: SMNT(path) -> Reply, whole;
    /// REIN (RFC 959 section 4.1.1): logs out and stays connected. Under TLS the flow fails with a
    /// [misuse](ErrorKind::Misuse) and sends nothing, because servers differ in whether REIN also
    /// ends TLS.
    Reinitialize: REIN -> Reply, whole;
    /// OPTS (RFC 2389 section 4): sets options of a command, such as `UTF8 ON` or `MLST
    /// type;size;`.
    SetOption: OPTS(line) -> Reply, whole;
    /// HOST (RFC 7151): says which of the host names at the server's IP address you want. Send it
    /// before the login.
    Host: HOST(name) -> Reply, whole;
    /// LANG (RFC 2640 section 4): sets the language of the replies. Without a tag, sets the
    /// server's default language.
    Language: LANG(tag?) -> Reply, whole;
    /// CLNT: tells the server the client's name. No RFC defines it. Some servers offer more to
    /// clients that send it.
    ClientName: CLNT(name) -> Reply, whole;
    /// MODE (RFC 959 section 3.4): sets the transmission mode. This client can transfer only in
    /// stream mode. In any other mode, a transfer fails as [misuse](crate::Misuse::Framing).
    Mode: MODE(mode: TransmissionMode => mode_command) -> (), nothing;
    /// STRU (RFC 959 section 3.1.2): sets the file structure. This client can transfer only with
    /// file structure. With any other structure, a transfer fails as
    /// [misuse](crate::Misuse::Framing).
    Structure: STRU(structure: FileStructure => structure_command) -> (), nothing;
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
