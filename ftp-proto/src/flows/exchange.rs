//! The operations that are one command and one reply.

use super::compose::completion;
use super::utf8::Utf8;
use crate::data::Entry;
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Flow, Halt, Step};
use crate::path::RemotePath;
use crate::representation::{FileStructure, TransmissionMode};
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Command, Reply, Verb};

/// One command, and the one reply to it.
#[derive(Debug)]
pub(super) struct Exchange {
    command: Command,
    utf8: Utf8,
    sent: bool,
}

impl Exchange {
    pub(super) fn new(command: Command) -> Self {
        Self {
            command,
            utf8: Utf8::default(),
            sent: false,
        }
    }

    pub(super) fn verb(&self) -> &str {
        self.command.verb()
    }

    pub(super) fn is_sent(&self) -> bool {
        self.sent
    }

    /// The reply, whatever it says.
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
        session.next_reply(answer, Wait::Reply)
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
            /// Asked anew each time.
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
            /// The command with this argument.
            ///
            /// # Errors
            /// [`InvalidArgument`](ErrorKind::InvalidArgument) for one that cannot be sent.
            pub fn new($argument: impl AsRef<[u8]>) -> Result<Self, Error> {
                Ok(Self(Exchange::new(Verb::$verb.with($argument)?)))
            }
        }
    };
    ($name:ident $verb:ident ($argument:ident?)) => {
        impl $name {
            /// The command with this argument, or without one.
            ///
            /// # Errors
            /// [`InvalidArgument`](ErrorKind::InvalidArgument) for one that cannot be sent.
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
            /// The command with this argument.
            pub fn new($argument: $type) -> Self {
                Self(Exchange::new($command(Verb::$verb, $argument)))
            }
        }
    };
}

exchanges! {
    /// NOOP (RFC 959 section 4.1.3): says that we are still here. Yields the reply.
    Noop: NOOP -> Reply, whole;
    /// PWD (RFC 959 section 4.1.3): the current directory.
    ///
    /// A 257 that quotes no path is an error of kind [`Protocol`](ErrorKind::Protocol), with
    /// the reply in it.
    Pwd: PWD -> RemotePath, path;
    /// MKD (RFC 959 section 4.1.3): makes a directory. Yields its path, where the server quotes
    /// one: it may be relative, and embedded servers quote nothing.
    MakeDirectory: MKD(path) -> Option<RemotePath>, made;
    /// RMD (RFC 959 section 4.1.3): removes a directory, which most servers want to be empty.
    RemoveDirectory: RMD(path) -> Reply, whole;
    /// DELE (RFC 959 section 4.1.3): deletes a file.
    Delete: DELE(path) -> Reply, whole;
    /// MLST (RFC 3659 section 7): the facts of one file or directory, of the current directory by
    /// default.
    Facts: MLST(path?) -> Entry, entry;
    /// SYST (RFC 959 section 4.1.3): what the server says it runs on: words, on which nothing
    /// should be built.
    System: SYST -> Reply, whole;
    /// STAT (RFC 959 section 4.1.3): of the session, or a listing of this path that comes over
    /// the control connection. One of a large directory is more than
    /// [`Limits`](crate::wire::Limits) let a reply have by default.
    Status: STAT(path?) -> Reply, whole;
    /// HELP (RFC 959 section 4.1.3).
    Help: HELP(topic?) -> Reply, whole;
    /// SITE (RFC 959 section 4.1.3): a command of this server's own, such as `CHMOD 644 a`.
    Site: SITE(line) -> Reply, whole;
    /// ALLO (RFC 959 section 4.1.3): room for so many bytes, of which most servers have no need
    /// (202).
    Allocate: ALLO(bytes: u64 => Command::number) -> Reply, whole;
    /// ACCT (RFC 959 section 4.1.1) in mid-session, where a server demands one for storing (532).
    Account: ACCT(account) -> Reply, whole;
    /// SMNT (RFC 959 section 4.1.1): mounts another file system, where a server has such a thing.
    Mount: SMNT(path) -> Reply, whole;
    /// REIN (RFC 959 section 4.1.1): logs out and stays connected. Under TLS it is refused as
    /// misuse: it would take the login away and leave the protection as it is, or not.
    Reinitialize: REIN -> Reply, whole;
    /// OPTS (RFC 2389 section 4): options of a command, such as `UTF8 ON` or `MLST type;size;`.
    SetOption: OPTS(line) -> Reply, whole;
    /// HOST (RFC 7151): which of the hosts at this address is meant; to be sent before the login.
    Host: HOST(name) -> Reply, whole;
    /// LANG (RFC 2640 section 4): the language of the replies, the server's own by default.
    Language: LANG(tag?) -> Reply, whole;
    /// CLNT: what the client calls itself. In no RFC; some servers open more of their ways to
    /// clients that say it.
    ClientName: CLNT(name) -> Reply, whole;
    /// MODE (RFC 959 section 3.4). Transfers are made in stream mode alone; in another one they
    /// are refused as [misuse](crate::Misuse::Framing) until stream mode is back.
    Mode: MODE(mode: TransmissionMode => mode_command) -> (), nothing;
    /// STRU (RFC 959 section 3.1.2). Transfers are made of files without structure alone; under
    /// another one they are refused as [misuse](crate::Misuse::Framing).
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
        // 257 is what RFC 959 says; whatever else is positive tells no path.
        Err(crate::reply::Malformed::Code { .. }) => Ok(None),
        path => path.map_err(Error::from),
    }
}

fn entry(reply: Reply) -> Result<Entry, Error> {
    crate::reply::entry(&reply).map_err(Error::from)
}

fn mode_command(verb: Verb, mode: TransmissionMode) -> Command {
    Command::fixed(verb, mode.argument())
}

fn structure_command(verb: Verb, structure: FileStructure) -> Command {
    Command::fixed(verb, structure.argument())
}
