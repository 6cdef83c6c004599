//! What a command changes in the session when its reply comes. The change depends on the verb and
//! the reply alone. It does not depend on the flow that sent the command, because the flow may be
//! gone.

use alloc::vec::Vec;

use super::negotiated::{Channel, Framing, FramingState, Negotiated, UNKNOWN_OFFSET};
use super::standing::{Setting, Standing};
use crate::options::config::{Config, Protection, ReplyCodes, Security};
use crate::representation::TransferType;
use crate::wire::{Class, Command, Reply};

/// The setting or state of the session that the reply to a command changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    None,
    Auth,
    User,
    Password,
    Account,
    /// TYPE, with the type that the command sets. `None` if this crate does not know that type.
    Type(Option<TransferType>),
    Restart(u64),
    Protect(Protection),
    Features,
    System,
    ClearControl,
    Reinitialize,
    /// MODE or STRU: which of the two, and the value that the command sets.
    Framing(Framing, FramingState),
    /// CWD or CDUP, with the path of the new directory (`..` for CDUP).
    Directory(Vec<u8>),
    WorkingDirectory,
    /// RNFR: the server remembers the name until RNTO.
    RenameFrom,
    RenameTo,
    /// HOST, OPTS, LANG or CLNT: a setting that a new connection must send again.
    Setting(Command),
}

impl Effect {
    /// Whether the command belongs to the login (AUTH, USER, PASS, ACCT). A 1xx reply to such a
    /// command is taken as its final reply, because servers may send no other. No fence could find
    /// out whether another reply follows, because servers refuse fences before the login.
    pub(super) fn is_of_login(&self) -> bool {
        matches!(
            self,
            Self::Auth | Self::User | Self::Password | Self::Account
        )
    }

    /// Returns the effect of this command. It depends only on the verb and the argument, so a raw
    /// `TYPE A` has the same effect as the `TYPE A` of a flow.
    pub(super) fn of(command: &Command) -> Self {
        let argument = command.argument().unwrap_or_default();
        match command.verb() {
            "AUTH" => Self::Auth,
            "USER" => Self::User,
            "PASS" => Self::Password,
            "ACCT" => Self::Account,
            "TYPE" => Self::Type(TransferType::from_argument(argument)),
            "REST" => core::str::from_utf8(argument)
                .ok()
                .and_then(|digits| digits.parse().ok())
                .map_or(Self::Restart(UNKNOWN_OFFSET), Self::Restart),
            "PROT" => match argument {
                b"P" | b"p" => Self::Protect(Protection::Private),
                _ => Self::Protect(Protection::Clear),
            },
            "FEAT" => Self::Features,
            "SYST" => Self::System,
            "CCC" => Self::ClearControl,
            "REIN" => Self::Reinitialize,
            "MODE" => Self::Framing(Framing::Mode, FramingState::from_argument(argument, b"S")),
            "STRU" => Self::Framing(
                Framing::Structure,
                FramingState::from_argument(argument, b"F"),
            ),
            "CWD" | "XCWD" => Self::Directory(argument.to_vec()),
            "CDUP" | "XCUP" => Self::Directory(b"..".to_vec()),
            "PWD" | "XPWD" => Self::WorkingDirectory,
            "RNFR" => Self::RenameFrom,
            "RNTO" => Self::RenameTo,
            "HOST" | "OPTS" | "LANG" | "CLNT" => Self::Setting(command.clone()),
            _ => Self::None,
        }
    }
}

/// Whether the server has made the change that a command asked for, as far as its final reply
/// shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Applied {
    /// The change has happened.
    Yes,
    /// The change has not happened.
    No,
    /// The client cannot know whether the change has happened. The client sends the command again
    /// before it relies on the setting.
    Unknown,
}

impl Effect {
    /// Decides from this final reply whether the server has made the change. [`Applied::Unknown`]
    /// if the code fits neither answer.
    fn applied_by(&self, reply: &Reply, codes: ReplyCodes) -> Applied {
        let code = reply.code().value();
        if matches!(reply.class(), Class::Transient | Class::Permanent) {
            return Applied::No;
        }
        let by_digit = codes == ReplyCodes::FirstDigit && reply.class() == Class::Completion;
        let so = match self {
            Self::Auth => accepts_tls(reply),
            // 331 and 332 ask for the next command of the login, so the client is not logged in
            // yet.
            Self::User | Self::Password | Self::Account => {
                if reply.class() == Class::Intermediate {
                    return Applied::No;
                }
                reply.class() == Class::Completion
            }
            Self::Restart(_) | Self::RenameFrom => code == 350,
            Self::Reinitialize => by_digit || matches!(code, 200 | 202 | 220 | 250),
            Self::Setting(_) => reply.class() == Class::Completion,
            _ => by_digit || matches!(code, 200 | 202 | 250),
        };
        match so {
            true => Applied::Yes,
            false => Applied::Unknown,
        }
    }
}

impl Negotiated {
    /// Changes the session's state as the final reply to a command demands.
    pub(super) fn apply(&mut self, effect: Effect, reply: &Reply, config: &Config) {
        self.learn(&effect, reply, config.security);
        match effect.applied_by(reply, config.reply_codes) {
            Applied::Yes => self.apply_done(effect),
            Applied::No => {}
            Applied::Unknown => self.forget(&effect),
        }
    }

    /// Notes what the reply shows about the server, for example its features, even if the command
    /// failed.
    fn learn(&mut self, effect: &Effect, reply: &Reply, security: Security) {
        let done = reply.class() == Class::Completion;
        match effect {
            Effect::Auth => self.auth_tried = true,
            // Under implicit TLS, a server that does not know PROT protects data connections as it
            // protects the control connection. If TLS began by AUTH, such a server may send data in
            // clear text.
            Effect::Protect(Protection::Private)
                if security == Security::Implicit && reply.is_not_implemented() =>
            {
                self.protect(Some(Protection::Private));
            }
            Effect::Features if done || reply.is_not_implemented() => {
                let features = crate::reply::features(reply);
                self.known.set_features(Some(features));
                self.features_heard = true;
            }
            Effect::RenameTo => self.rename_is_open = false,
            Effect::System if done || reply.is_not_implemented() => self.known.set_system(reply),
            Effect::WorkingDirectory => {
                if let Ok(Some(path)) = crate::reply::pathname(reply) {
                    self.standing.set_directory(path);
                }
            }
            _ => {}
        }
    }

    /// Changes the session's state, after a reply has shown that the command succeeded.
    fn apply_done(&mut self, effect: Effect) {
        match effect {
            Effect::User | Effect::Password => {
                self.logged_in = true;
                self.standing.reset_directory();
                self.standing.secured |= self.channel == Channel::Secured;
            }
            Effect::Account => self.logged_in = true,
            Effect::Type(new) => self.transfer_type = new,
            Effect::Protect(protection) => self.protect(Some(protection)),
            Effect::Auth => {
                self.channel = Channel::Securing;
                // From now on, a new connection sends credentials under TLS alone, even if CCC
                // ends TLS on this one.
                self.standing.secured = true;
            }
            Effect::Restart(offset) => self.restart = Some(offset),
            Effect::RenameFrom => self.rename_is_open = true,
            Effect::ClearControl => self.channel = Channel::Clearing,
            Effect::Reinitialize => {
                self.logged_in = false;
                self.transfer_type = None;
                self.restart = None;
                self.mode = FramingState::Standard;
                self.structure = FramingState::Standard;
                self.names_settled = false;
                self.standing = Standing {
                    secured: self.standing.secured,
                    ..Standing::default()
                };
            }
            Effect::Framing(part, framed) => *self.framing(part) = framed,
            Effect::Directory(path) => self.standing.change_directory(path),
            Effect::Setting(command) => {
                self.names_settled |= switches_utf8(&command);
                let secured = self.channel == Channel::Secured;
                self.standing.set(Setting { command, secured });
            }
            Effect::None
            | Effect::Features
            | Effect::System
            | Effect::WorkingDirectory
            | Effect::RenameTo => {}
        }
    }

    /// Marks the setting that this command changes as unknown, because no reply shows whether the
    /// command succeeded.
    pub(super) fn forget(&mut self, effect: &Effect) {
        match effect {
            Effect::Type(_) => self.transfer_type = None,
            Effect::Restart(_) => self.restart = Some(UNKNOWN_OFFSET),
            Effect::Protect(_) => self.protect(None),
            Effect::Reinitialize => {
                self.logged_in = false;
                self.transfer_type = None;
                self.standing.lose_directory();
            }
            Effect::Framing(part, _) => *self.framing(*part) = FramingState::Unknown,
            Effect::Directory(_) => self.standing.lose_directory(),
            Effect::RenameFrom => self.rename_is_open = true,
            _ => {}
        }
    }
}

/// Whether this is `OPTS UTF8 ON` or `OPTS UTF8 OFF`.
fn switches_utf8(command: &Command) -> bool {
    let name = command.argument().and_then(|argument| argument.get(..4));
    command.verb() == "OPTS" && name.is_some_and(|name| name.eq_ignore_ascii_case(b"UTF8"))
}

/// Whether this reply to AUTH accepts TLS: 234, or the 334 of servers that confuse the two codes. A
/// 334 with `ADAT=` asks for security data (RFC 2228 section 5) and does not accept a TLS
/// handshake.
fn accepts_tls(reply: &Reply) -> bool {
    let asks = |line: &[u8]| {
        line.windows(5)
            .any(|text| text.eq_ignore_ascii_case(b"ADAT="))
    };
    match reply.code().value() {
        234 => true,
        334 => !reply.lines().any(asks),
        _ => false,
    }
}
