//! Whose reply is it? Every reply that comes in is attributed here, and nowhere else.

use super::Session;
use super::codes::can_answer;
use super::effect::Effect;
use super::ledger::{Aborting, Owed, Shape};
use super::negotiated::{Channel, UNKNOWN_OFFSET};
use crate::error::{Error, ErrorKind};
use crate::options::config::{ReplyCodes, Security};
use crate::wire::{Class, Code, Reply};

/// How many preliminary replies one command may have, 256: a server that sends them without end
/// would keep a wait from ever being over.
const MOST_PRELIMINARIES: usize = 256;

impl Session {
    /// Attributes one reply; `more` says that bytes came after it.
    pub(super) fn attribute(&mut self, mut reply: Reply, more: bool) {
        self.observe_reply(&reply);
        self.awaited_last_line = false;
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
            self.queued = false;
            return;
        }
        if reply.code() == Code::SERVICE_CLOSING {
            let error = Error::from_reply(reply);
            return self.die(match self.ledger.front() {
                Some(owed) => owed.name(error),
                None => error,
            });
        }
        if let Some(Shape::Fence(_)) = self.ledger.front().map(|owed| owed.shape) {
            return self.attribute_to_fence(reply);
        }
        let Some(mut owed) = self.ledger.pop_front() else {
            return self.stray(reply);
        };
        let preliminary = reply.class() == Class::Preliminary;
        owed.preliminaries = owed.preliminaries.saturating_add(usize::from(preliminary));
        if owed.preliminaries > MOST_PRELIMINARIES {
            return self.die(owed.name(Error::new(ErrorKind::Protocol).with_reply(reply)));
        }
        match owed.shape {
            Shape::Transfer => self.attribute_to_transfer(owed, reply),
            Shape::Abort(aborting) => self.attribute_to_abort(owed, reply, aborting),
            _ if preliminary && !owed.effect.is_of_login() => {
                self.state.greeting_delayed |= owed.shape == Shape::Greeting;
                self.ledger.push_front(owed);
            }
            Shape::Greeting => self.take_greeting(&owed, reply),
            _ => self.attribute_to_command(owed, reply, more),
        }
    }

    fn take_greeting(&mut self, owed: &Owed, reply: Reply) {
        let plain = self.config.security == Security::Plain;
        self.state.logged_in = plain && reply.code() == Code::LOGGED_IN;
        if reply.class() != Class::Completion || !self.fits(owed, &reply) {
            self.die(Error::from_reply(reply.clone()));
        }
        self.state.greeting = Some(reply);
    }

    /// The final reply to a command that moves no data.
    fn attribute_to_command(&mut self, owed: Owed, reply: Reply, more: bool) {
        if !self.fits(&owed, &reply) {
            // Another command's, and this one's is still to come.
            self.state.auth_tried |= owed.effect == Effect::Auth;
            self.state.forget(&owed.effect);
            self.state
                .fences
                .doubt(&owed.verb, owed.shape == Shape::Raw);
            self.lose_step();
            let misfit = Error::new(ErrorKind::UnexpectedReply).with_reply(reply);
            let why = "it answers another command: the replies are out of step";
            return self.deliver(owed.owner, Err(owed.name(misfit.with_source(why))));
        }
        let upgrade = owed.effect == Effect::Auth;
        if !self.out_of_step {
            self.state.fences.learn(&owed.verb, &reply);
        }
        self.state.apply(owed.effect, &reply, &self.config);
        if upgrade && more {
            return self.die(Error::new(ErrorKind::Injection).with_command(&owed.verb));
        }
        // It may be a line of the text, and the rest of the reply still to come.
        let tells = matches!(
            owed.verb.as_str(),
            "STAT" | "HELP" | "SITE" | "FEAT" | "MLST"
        );
        let long = tells || owed.shape == Shape::Raw;
        self.out_of_step |= long && reply.ends_with_its_code_alone() && self.state.logged_in;
        let quit = owed.shape == Shape::Quit && reply.class() == Class::Completion;
        self.deliver(owed.owner, Ok(reply.clone()));
        if quit {
            self.die(Error::new(ErrorKind::Closed).with_reply(reply));
        }
    }

    fn fits(&self, owed: &Owed, reply: &Reply) -> bool {
        self.config.reply_codes == ReplyCodes::FirstDigit || can_answer(owed, reply)
    }

    /// libunftp says 426 whenever its data task notices that the transfer is gone, behind a fence
    /// even; nothing but a transfer is answered by it.
    fn is_an_echo_of_an_abort(&self, reply: &Reply) -> bool {
        let owed = self.ledger.front().map(|owed| owed.shape);
        let by_transfer = matches!(owed, Some(Shape::Transfer | Shape::Abort(_)));
        self.abort_echoes && !by_transfer && reply.code() == Code::TRANSFER_ABORTED
    }

    /// A reply that nobody owes.
    fn stray(&mut self, reply: Reply) {
        self.queued &= !reply.ends_a_transfer();
        self.state.fences.came(&reply);
        self.lose_step();
        self.strays = self.strays.saturating_add(1);
        if let Some(live) = &mut self.live {
            if let Some(owed) = live.reconsider(&reply) {
                return self.ledger.push_front(owed);
            }
        }
        if self.strays > self.config.strays {
            self.die(Error::new(ErrorKind::OutOfStep).with_reply(reply));
        }
    }

    /// Something came that no command of ours accounts for.
    pub(super) fn lose_step(&mut self) {
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
                // The transfer has begun, and with it the restart offset is used up, if it goes well.
                live.was_restarted |= self.state.restart.is_some_and(|offset| offset != 0);
                self.state.restart = None;
                live.preliminary.get_or_insert(reply);
                self.ledger.push_front(owed);
            }
            // `200 ok` before the 150, which ftplib has seen for LIST and STOR. 226 and 250 say
            // that it is over: an empty listing, as a rule.
            _ if live.preliminary.is_none() && reply.code() == Code::OKAY => {
                self.ledger.push_front(owed);
            }
            _ if keep_alives == 0 => {
                let ends = reply.ends_transfer();
                if live.was_restarted && !reply.confirms_transfer() {
                    self.state.restart = Some(UNKNOWN_OFFSET);
                }
                live.outcome = Some(reply);
                if live.preliminary.is_none() {
                    live.unopened = Some(owed);
                }
                if !ends {
                    self.lose_step();
                }
            }
            _ => {
                live.held.push(reply);
                if live.held.len() <= keep_alives {
                    return self.ledger.push_front(owed);
                }
                let clear = live.settle_held();
                self.ledger.retain(|owed| owed.shape != Shape::KeepAlive);
                if !clear {
                    self.lose_step();
                }
            }
        }
    }

    /// The transfer did not end well: some servers keep its offset for the next one.
    pub(super) fn doubt_restart(&mut self) {
        let restarted = self.live.as_ref().is_some_and(|live| live.was_restarted);
        if restarted || self.state.restart.is_some() {
            self.state.restart = Some(UNKNOWN_OFFSET);
        }
    }

    /// Nothing is owed for the transfer any more; what comes all the same is the fence's.
    pub(super) fn strike_out_transfer(&mut self) {
        self.doubt_restart();
        self.ledger
            .retain(|owed| !matches!(owed.shape, Shape::Transfer | Shape::KeepAlive));
        self.out_of_step = true;
    }

    fn attribute_to_abort(&mut self, mut owed: Owed, reply: Reply, aborting: Aborting) {
        if reply.class() == Class::Preliminary {
            return self.ledger.push_front(owed);
        }
        let unanswered = aborting == Aborting::Unanswered;
        if unanswered && reply.is_not_implemented() {
            self.state.abort_unknown = true;
            owed.shape = Shape::Abort(Aborting::Unknown);
            return self.ledger.push_front(owed);
        }
        if unanswered && reply.class() != Class::Completion {
            // The transfer's own: that to ABOR comes next.
            owed.shape = Shape::Abort(Aborting::HalfAnswered);
            self.ledger.push_front(owed);
        } else {
            // Perhaps the last one, perhaps not: servers send up to three.
            self.out_of_step = true;
            self.abort_echoes |= matches!(aborting, Aborting::Unanswered | Aborting::Muddled);
        }
        if aborting != Aborting::HalfAnswered {
            self.queued = self.may_stay_queued(&reply);
            self.aborted = Some(reply);
        }
    }

    /// Whether this first reply to ABOR leaves open that the server still has the transfer before it,
    /// as pyftpdlib does when it says that there is none (225) and has not accepted its data
    /// connection yet. 226 says that it is over, and 125 that the data connection was there.
    fn may_stay_queued(&self, reply: &Reply) -> bool {
        reply.class() == Class::Completion && !reply.ends_a_transfer() && !self.has_met_its_data()
    }

    /// Whether the same is open of a transfer whose replies never came.
    pub(super) fn may_come_yet(&self, shape: Shape) -> bool {
        let over = self.aborted.as_ref().is_some_and(Reply::ends_a_transfer);
        match shape {
            Shape::Transfer => !self.has_met_its_data(),
            // A server that knows no ABOR forgets a transfer when its data connection goes.
            Shape::Abort(Aborting::Unknown) => false,
            Shape::Abort(_) => !over && !self.has_met_its_data(),
            _ => false,
        }
    }

    /// 125: the server had the data connection when it began the transfer.
    fn has_met_its_data(&self) -> bool {
        let begun = self
            .live
            .as_ref()
            .and_then(|live| live.preliminary.as_ref());
        begun.is_some_and(|begun| begun.code() == Code::TRANSFER_STARTING)
    }
}

/// Questions about single codes, where the first digit does not decide.
impl Reply {
    /// What a server says of a transfer that went well: 226 or 250. 200 says so only where nothing
    /// follows it.
    pub(crate) fn confirms_transfer(&self) -> bool {
        matches!(self.code().value(), 200 | 226 | 250)
    }

    /// 4xx and 5xx.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self.class(), Class::Transient | Class::Permanent)
    }

    /// Any other reply belongs to something else. 332 demands an account for the transfer.
    fn ends_transfer(&self) -> bool {
        self.confirms_transfer() || self.is_refusal() || self.code() == Code::NEED_ACCOUNT
    }

    /// Of several lines, whose last one is a code and nothing else.
    fn ends_with_its_code_alone(&self) -> bool {
        self.lines().nth(1).is_some() && self.lines().last().is_some_and(|line| line.len() == 3)
    }

    /// What servers say of a transfer at its end, and hardly of anything else.
    pub(super) fn ends_a_transfer(&self) -> bool {
        matches!(self.code().value(), 226 | 425 | 426 | 450..=452 | 551..=553)
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
    pub(super) fn may_answer_noop(&self) -> bool {
        matches!(self.code().value(), 200 | 202 | 500..=504 | 530)
    }
}
