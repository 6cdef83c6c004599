//! Whose reply is it? Every reply that comes in is attributed here, and nowhere else.

use super::Session;
use super::ledger::{Effect, Owed, Shape, UNKNOWN_OFFSET};
use super::negotiated::{Channel, Framed, Live};
use super::standing::{Setting, Standing};
use crate::error::{Error, ErrorKind};
use crate::options::config::{Protection, Security};
use crate::wire::{Class, Code, Reply};

/// How many preliminary replies one command may have, 256: a server that sends them without end
/// would keep a wait from ever being over.
const MOST_PRELIMINARIES: usize = 256;

impl Session {
    /// Attributes one reply; `more` says that bytes stand behind it.
    pub(crate) fn attribute(&mut self, mut reply: Reply, more: bool) {
        self.observe_reply(&reply);
        // The name that STOU chose comes with replies that else are words.
        let names = self.ledger.front().is_some_and(|owed| owed.verb == "STOU")
            && reply.code() != Code::SERVICE_CLOSING;
        if !names && !reply.carries_data() {
            // Some servers echo what they were given.
            for secret in &self.secrets {
                reply.mask(secret);
            }
        }
        if self.is_an_echo_of_an_abort(&reply) {
            self.abort_echoes = false;
            return;
        }
        let Some(mut owed) = self.ledger.pop_front() else {
            return self.stray(reply);
        };
        if reply.code() == Code::SERVICE_CLOSING {
            return self.die(owed.name(Error::from_reply(reply)));
        }
        let preliminary = reply.class() == Class::Preliminary;
        owed.preliminaries = owed.preliminaries.saturating_add(usize::from(preliminary));
        if owed.preliminaries > MOST_PRELIMINARIES {
            return self.die(owed.name(Error::new(ErrorKind::Protocol).with_reply(reply)));
        }
        match owed.shape {
            Shape::Greeting if preliminary => {
                self.state.greeting_delayed = true;
                self.ledger.push_front(owed);
            }
            Shape::Raw if preliminary => self.ledger.push_front(owed),
            Shape::Greeting => {
                let plain = self.config.security == Security::Plain;
                self.state.logged_in = plain && reply.code().value() == 230;
                if reply.class() != Class::Completion {
                    self.die(Error::from_reply(reply.clone()));
                }
                self.state.greeting = Some(reply);
            }
            Shape::Single | Shape::Raw | Shape::KeepAlive => {
                if preliminary {
                    // It promises another one, which nobody here waits for.
                    self.lose_step();
                }
                let upgrade = owed.effect == Effect::Auth;
                self.apply(owed.effect, &reply);
                if upgrade && more {
                    return self.die(Error::new(ErrorKind::Injection).with_command(&owed.verb));
                }
                self.deliver(owed.owner, reply);
            }
            Shape::Transfer => self.attribute_to_transfer(owed, reply),
            Shape::Abort { answers, muddled } => {
                self.attribute_to_abort(owed, reply, answers, muddled);
            }
            Shape::Fence { swallowed } => self.attribute_to_fence(owed, &reply, swallowed),
            Shape::Quit => {
                self.deliver(owed.owner, reply.clone());
                if reply.class() == Class::Completion {
                    self.die(Error::new(ErrorKind::Closed).with_reply(reply));
                }
            }
        }
    }

    /// libunftp says 426 whenever its data task notices that the transfer is gone, behind a fence
    /// even; nothing but a transfer is answered by it.
    fn is_an_echo_of_an_abort(&self, reply: &Reply) -> bool {
        let owed = self.ledger.front().map(|owed| owed.shape);
        let by_transfer = matches!(owed, Some(Shape::Transfer | Shape::Abort { .. }));
        self.abort_echoes && !by_transfer && reply.code() == Code::TRANSFER_ABORTED
    }

    /// A reply that nobody owes.
    fn stray(&mut self, reply: Reply) {
        if reply.code() == Code::SERVICE_CLOSING {
            return self.die(Error::from_reply(reply));
        }
        self.lose_step();
        self.strays = self.strays.saturating_add(1);
        if self.strays > self.config.strays {
            self.die(Error::new(ErrorKind::OutOfStep).with_reply(reply));
        }
    }

    /// Something came that no command of ours accounts for.
    pub(crate) fn lose_step(&mut self) {
        let tls_to_come = self.config.security != Security::Plain || self.state.auth_tried;
        if tls_to_come && self.state.channel == Channel::Clear {
            // Nothing in clear text can be believed about what will happen under TLS.
            self.die(Error::new(ErrorKind::Injection));
        }
        self.out_of_step = true;
    }

    fn attribute_to_transfer(&mut self, owed: Owed, reply: Reply) {
        let keep_alives = self
            .ledger
            .iter()
            .filter(|owed| owed.shape == Shape::KeepAlive)
            .count();
        let Some(live) = &mut self.live else {
            // Given up already; only its final reply discharges it.
            if reply.class() == Class::Preliminary {
                self.ledger.push_front(owed);
            }
            return;
        };
        match reply.class() {
            Class::Preliminary => {
                // The transfer has begun, and with it the restart offset is used up.
                self.state.restart = None;
                live.preliminary.get_or_insert(reply);
                self.ledger.push_front(owed);
            }
            // `200 ok` ahead of the 150, which ftplib has seen for LIST and STOR. 226 and 250
            // say that it is over: an empty listing, as a rule.
            Class::Completion
                if live.preliminary.is_none() && !live.early && !reply.is_transfer_completion() =>
            {
                live.early = true;
                self.ledger.push_front(owed);
            }
            _ if keep_alives == 0 => live.outcome = Some(reply),
            _ => {
                live.held.push(reply);
                if live.held.len() > keep_alives {
                    live.settle_held();
                    self.ledger.retain(|owed| owed.shape != Shape::KeepAlive);
                } else {
                    self.ledger.push_front(owed);
                }
            }
        }
    }

    /// The final reply did not come in time, or a keep-alive's did not: what is in decides, if it
    /// is unmistakable, and the fence swallows what may yet come.
    pub(crate) fn give_up_final_reply(&mut self) {
        self.strike_out_transfer();
        let Some(live) = &mut self.live else { return };
        let Some(at) = live.held.iter().position(|reply| !reply.may_answer_noop()) else {
            return;
        };
        live.outcome = Some(live.held.swap_remove(at));
    }

    /// Nothing is owed for the transfer any more; what comes all the same is the fence's.
    fn strike_out_transfer(&mut self) {
        self.state.restart = self.state.restart.map(|_| UNKNOWN_OFFSET);
        self.ledger
            .retain(|owed| !matches!(owed.shape, Shape::Transfer | Shape::KeepAlive));
        self.out_of_step = true;
    }

    /// Takes a completion that came ahead of an upload's end out of the account, which is thereby
    /// closed: the server's own word can only come later.
    pub(crate) fn take_premature_completion(&mut self) -> Option<Reply> {
        let reply = self.live.as_ref()?.completion()?.clone();
        self.strike_out_transfer();
        if let Some(live) = &mut self.live {
            live.outcome = None;
            live.held.clear();
        }
        Some(reply)
    }

    fn attribute_to_abort(&mut self, mut owed: Owed, reply: Reply, answers: u8, muddled: bool) {
        let class = reply.class();
        if class == Class::Preliminary {
            self.ledger.push_front(owed);
        } else if answers > 0 {
            // The second one: ABOR's own.
        } else if class == Class::Completion || muddled {
            // Perhaps the only reply, perhaps the first of two: no count can tell.
            self.out_of_step = true;
            self.abort_echoes = true;
            self.aborted = Some(reply);
        } else {
            self.aborted = Some(reply);
            owed.shape = Shape::Abort {
                answers: 1,
                muddled,
            };
            self.ledger.push_front(owed);
        }
    }

    fn attribute_to_fence(&mut self, mut owed: Owed, reply: &Reply, swallowed: usize) {
        if reply.code() == Code::PATHNAME {
            self.out_of_step = false;
            self.strays = 0;
        } else if swallowed >= self.config.strays {
            self.die(Error::new(ErrorKind::OutOfStep));
        } else {
            owed.shape = Shape::Fence {
                swallowed: swallowed.saturating_add(1),
            };
            self.ledger.push_front(owed);
        }
    }

    /// The reply to this was given up: whether the effect took place is not known any more.
    pub(crate) fn forget(&mut self, effect: &Effect) {
        let state = &mut self.state;
        match effect {
            Effect::Type(_) => state.transfer_type = None,
            Effect::Restart(_) => state.restart = Some(UNKNOWN_OFFSET),
            Effect::Protect(_) => state.protection = None,
            Effect::Reinitialize => {
                state.logged_in = false;
                state.transfer_type = None;
                state.standing.lose_directory();
            }
            Effect::Framing(part, _) => *state.framing(*part) = Framed::Otherwise,
            Effect::Directory(_) => state.standing.lose_directory(),
            _ => {}
        }
    }

    /// What a reply changes, whether or not the flow that asked is still there.
    fn apply(&mut self, effect: Effect, reply: &Reply) {
        let done = reply.class() == Class::Completion;
        let state = &mut self.state;
        match effect {
            Effect::None => {}
            Effect::Auth => {
                state.auth_tried = true;
                if accepts_tls(reply) {
                    state.channel = Channel::Securing;
                }
            }
            Effect::User | Effect::Password if done => {
                state.logged_in = true;
                state.standing.is_at_home();
                state.standing.secured = state.channel == Channel::Secured;
            }
            Effect::User | Effect::Password => {}
            Effect::Account => state.logged_in |= done,
            Effect::Type(new) if done => state.transfer_type = new,
            Effect::Restart(offset) if reply.class() == Class::Intermediate => {
                state.restart = Some(offset);
            }
            Effect::Protect(protection) if done => state.protection = Some(protection),
            // Servers with implicit TLS that know no PROT protect data connections as they
            // protect the control connection. With AUTH no such thing may be assumed.
            Effect::Protect(Protection::Private)
                if self.config.security == Security::Implicit && reply.is_not_implemented() =>
            {
                state.protection = Some(Protection::Private);
            }
            Effect::Type(_) | Effect::Restart(_) | Effect::Protect(_) => {}
            // Refused for want of a login, it says nothing of what the server can do.
            Effect::ExtendedPassive | Effect::ExtendedPort
                if reply.code() == Code::NOT_LOGGED_IN => {}
            Effect::ExtendedPassive => state.extended_passive = Some(done),
            Effect::ExtendedPort => state.extended_port = Some(done),
            Effect::Features if done || reply.is_not_implemented() => {
                state.features = Some(crate::reply::features(reply));
            }
            Effect::Features => {}
            Effect::Size => state.size_refused |= reply.is_not_implemented(),
            Effect::Modified => state.modified_refused |= reply.is_not_implemented(),
            Effect::ClearControl if done => state.channel = Channel::Clearing,
            Effect::ClearControl => {}
            Effect::Reinitialize if done => {
                state.logged_in = false;
                state.transfer_type = None;
                state.restart = None;
                state.mode = Framed::AsBytes;
                state.structure = Framed::AsBytes;
                state.standing = Standing::default();
            }
            Effect::Framing(part, framed) if done => *state.framing(part) = framed,
            Effect::Directory(path) if done => state.standing.change_directory(path),
            Effect::WorkingDirectory => {
                if let Ok(Some(path)) = crate::reply::pathname(reply) {
                    state.standing.is_in(path);
                }
            }
            Effect::Setting(command) if done => {
                let secured = state.channel == Channel::Secured;
                state.standing.set(Setting { command, secured });
            }
            Effect::Reinitialize
            | Effect::Framing(..)
            | Effect::Directory(_)
            | Effect::Setting(_) => {}
        }
    }
}

impl Live {
    /// A completion that came before the end of an upload was sent: somebody else's, because no
    /// server can know that it has everything before it has seen the end.
    pub(crate) fn completion(&self) -> Option<&Reply> {
        self.outcome
            .iter()
            .chain(self.held.iter().filter(|reply| !reply.may_answer_noop()))
            .find(|reply| reply.class() == Class::Completion)
    }

    /// A final reply is in, and it is a refusal.
    pub(crate) fn is_refused(&self) -> bool {
        let outcome = self.outcome.as_ref();
        outcome.is_some_and(|reply| reply.class() != Class::Completion)
            || self.is_refused_for_sure()
    }

    /// All replies are in, the keep-alives' among them: takes out those that may be theirs.
    fn settle_held(&mut self) {
        let at = self
            .held
            .iter()
            .position(|reply| !reply.may_answer_noop())
            // Alike: the one that is worse for the transfer.
            .or_else(|| {
                self.held
                    .iter()
                    .position(|reply| reply.class() != Class::Completion)
            })
            .unwrap_or_default();
        if at < self.held.len() {
            self.outcome = Some(self.held.swap_remove(at));
        }
        self.held.clear();
    }

    /// A refusal is in that no NOOP gets, although not all replies are.
    pub(crate) fn is_refused_for_sure(&self) -> bool {
        self.held
            .iter()
            .any(|reply| reply.class() != Class::Completion && !reply.may_answer_noop())
    }
}

/// 234, and 334 from servers that mistake the two; one that asks for the data of another
/// mechanism (RFC 2228 section 5) is no consent to a handshake.
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

/// Questions about single codes, where the first digit does not decide.
impl Reply {
    /// 226 and 250 end a transfer; other completions do not say so.
    fn is_transfer_completion(&self) -> bool {
        matches!(self.code().value(), 226 | 250)
    }

    /// Its text is more than words for people: a path, an address, a size, a list. (That of 150
    /// may hold a size, too, but only as a hint.)
    fn carries_data(&self) -> bool {
        matches!(self.code().value(), 211..=215 | 227 | 229 | 250 | 257)
    }

    /// What servers say of a data connection that did not resume the login's session, as vsftpd
    /// (522), FileZilla Server and ProFTPD (425) do; 425 has other meanings, too.
    pub(crate) fn is_about_resumption(&self) -> bool {
        matches!(self.code().value(), 425 | 522)
    }

    /// The same of a handshake that failed, in the place of which FileZilla Server 0.9 says 450; of
    /// one that went well, that is about the file.
    pub(crate) fn is_about_resumption_in_handshake(&self) -> bool {
        self.is_about_resumption() || self.code().value() == 450
    }

    /// What servers answer to NOOP, understood or not.
    fn may_answer_noop(&self) -> bool {
        matches!(self.code().value(), 200 | 202 | 500..=504 | 530)
    }
}
