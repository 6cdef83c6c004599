//! Finds the command to which each reply belongs. Only this file decides that.

use super::Session;
use super::codes::{can_answer, is_about_data, is_usual};
use super::effect::Effect;
use super::fencing::too_many_strays;
use super::ledger::{Aborting, Owed, Shape};
use super::negotiated::{Channel, UNKNOWN_OFFSET};
use crate::capabilities::Capability;
use crate::error::{Error, ErrorKind};
use crate::options::config::ReplyCodes;
use crate::trace;
use crate::wire::{Class, Code, Reply};

/// The most preliminary replies (1xx) to one command. Without this limit, a server could make the
/// client wait for ever.
const MOST_PRELIMINARIES: usize = 256;

impl Session {
    /// Finds the command to which this reply belongs, and handles the reply. `more` says whether
    /// further bytes came in the same read.
    pub(super) fn attribute(&mut self, reply: Reply, more: bool) {
        self.compare_in_flight(&reply);
        self.find_command(reply, more);
        self.check_flight();
    }

    fn find_command(&mut self, mut reply: Reply, more: bool) {
        self.observe_reply(&reply);
        self.awaited_last_line = false;
        // The reply to STOU holds the name that the server chose. Masking could change this name,
        // so such a reply is not masked.
        let names = self.ledger.front().is_some_and(|owed| owed.verb == "STOU")
            && reply.code() != Code::SERVICE_CLOSING;
        if !names && !reply.carries_data() {
            // Some servers repeat the password in a reply, so it is masked.
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
                Some(owed) => owed.add_verb_to(error),
                None => error,
            });
        }
        if let Some(Shape::Fence(_)) = self.ledger.front().map(|owed| owed.shape) {
            return self.attribute_to_fence(reply);
        }
        let Some(mut owed) = self.ledger.pop_front() else {
            return self.handle_stray(reply);
        };
        let preliminary = reply.class() == Class::Preliminary;
        owed.preliminaries = owed.preliminaries.saturating_add(usize::from(preliminary));
        if owed.preliminaries > MOST_PRELIMINARIES {
            return self.die(owed.add_verb_to(Error::new(ErrorKind::Protocol).with_reply(reply)));
        }
        match owed.shape {
            Shape::Transfer => self.attribute_to_transfer(owed, reply),
            Shape::Port => self.attribute_to_port(owed, reply, more),
            Shape::Discarded { .. } => self.throw_away(owed, &reply),
            Shape::Abort(aborting) => self.attribute_to_abort(owed, reply, aborting),
            _ if preliminary && self.goes_on(&owed, &reply) => {
                self.state.greeting_delayed |= owed.shape == Shape::Greeting;
                self.ledger.push_front(owed);
            }
            Shape::Greeting => self.take_greeting(&owed, reply),
            _ => self.attribute_to_command(owed, reply, more),
        }
    }

    /// Whether the final reply to this command comes after this 1xx. A 150 answers no command without
    /// a data connection: it belongs to a transfer whose refusal was another command's reply.
    fn goes_on(&self, owed: &Owed, reply: &Reply) -> bool {
        let misfit = is_about_data(reply) && !self.is_possible_answer(owed, reply);
        !misfit && !owed.effect.is_of_login() && !self.is_before_transfer()
    }

    /// Whether the command of a transfer has left in the flight under way. A 1xx is the reply to
    /// this command then, and not to one before it, such as REST.
    fn is_before_transfer(&self) -> bool {
        let mut ledger = self.ledger.iter();
        self.flights.several && ledger.any(|owed| owed.shape == Shape::Transfer)
    }

    fn take_greeting(&mut self, owed: &Owed, reply: Reply) {
        let plain = !self.config.security.demands_tls();
        self.state.logged_in = plain && reply.code() == Code::LOGGED_IN;
        if reply.class() != Class::Completion || !self.is_possible_answer(owed, &reply) {
            self.die(Error::from_reply(reply.clone()));
        }
        self.recognize(&reply);
        self.state.greeting = Some(reply);
    }

    /// Handles the final reply to a command that uses no data connection.
    fn attribute_to_command(&mut self, mut owed: Owed, reply: Reply, more: bool) {
        if !self.is_possible_answer(&owed, &reply) {
            // This reply belongs to another command, so the reply to this command is still to come.
            self.state.auth_tried |= owed.effect == Effect::Auth;
            self.state.forget(&owed.effect);
            self.state
                .fences
                .mark_doubtful(&owed.verb, owed.shape == Shape::Raw);
            self.discard_questions(&owed, &reply);
            self.doubt_flight();
            self.lose_step();
            let misfit = Error::new(ErrorKind::UnexpectedReply).with_reply(reply);
            let why = "it answers another command: the replies are out of step";
            let misfit = owed.add_verb_to(misfit.with_source(why));
            return self.hand_over(&owed, Err(misfit));
        }
        let upgrade = owed.effect == Effect::Auth;
        if !self.out_of_step {
            self.state.fences.learn(&owed.verb, &reply);
        }
        self.learn(&owed, &reply);
        let effect = core::mem::replace(&mut owed.effect, Effect::None);
        self.state.apply(effect, &reply, &self.config);
        if upgrade && more {
            return self.die(Error::new(ErrorKind::Injection).with_command(&owed.verb));
        }
        // The last line of this long reply holds only the code, such as `211`. This may be a line
        // of the text, and the rest of the reply may still come. So a fence must follow.
        let tells = matches!(
            owed.verb.as_str(),
            "STAT" | "HELP" | "SITE" | "FEAT" | "MLST"
        );
        let long = tells || owed.shape == Shape::Raw;
        self.out_of_step |= long && reply.ends_with_its_code_alone() && self.state.logged_in;
        // A raw command gets any reply, but this one seems to be another command's.
        let odd = self.judges_codes() && !is_usual(&owed, &reply);
        self.out_of_step |= odd && self.state.logged_in;
        let quit = owed.shape == Shape::Quit && reply.class() == Class::Completion;
        let last = quit.then(|| reply.clone());
        self.hand_over(&owed, Ok(reply));
        if let Some(reply) = last {
            self.die(Error::new(ErrorKind::Closed).with_reply(reply));
        }
    }

    /// Gives a reply to the operation that sent the command. The reply to an EPSV that was sent ahead
    /// is kept for the transfer that uses the port.
    fn hand_over(&mut self, owed: &Owed, reply: Result<Reply, Error>) {
        match owed.shape {
            Shape::Port => self.keep_port(owed, reply),
            _ => self.deliver(owed.owner, reply),
        }
    }

    /// Notes what this final reply shows: whether the server knows the command.
    fn learn(&mut self, owed: &Owed, reply: &Reply) {
        if let Some(capability) = owed.capability {
            self.state.known.learn(capability, reply);
        }
    }

    fn is_possible_answer(&self, owed: &Owed, reply: &Reply) -> bool {
        let judges = self.judges_codes() || owed.shape == Shape::Checkpoint;
        (!judges || can_answer(owed, reply)) && !self.is_of_other_in_flight(owed, reply)
    }

    /// Whether a reply must have a code that its command can have, and not only its first digit.
    fn judges_codes(&self) -> bool {
        self.config.reply_codes != ReplyCodes::FirstDigit
    }

    /// Whether this reply is a late 426 about an aborted transfer, which must be ignored. libunftp
    /// sends a 426 when its data task notices that the transfer is gone, even after the reply to a
    /// fence. Only a transfer or ABOR can get a 426, so for any other first command in the ledger,
    /// the 426 is late.
    fn is_an_echo_of_an_abort(&self, reply: &Reply) -> bool {
        let owed = self.ledger.front().map(|owed| owed.shape);
        let by_transfer = matches!(owed, Some(Shape::Transfer | Shape::Abort(_)));
        self.abort_echoes && !by_transfer && reply.code() == Code::TRANSFER_ABORTED
    }

    /// Handles a reply that belongs to no command. The session is then out of step. After too many
    /// such replies, it is dead.
    fn handle_stray(&mut self, reply: Reply) {
        trace::stray(&reply);
        self.queued &= !reply.ends_a_transfer();
        self.state.fences.clear_doubt(&reply);
        self.lose_step();
        self.doubt_last_flight();
        if reply.may_answer_type() {
            // Each reply before it may belong to an earlier command, and so may that to TYPE.
            self.state.forget(&Effect::Type(None));
        }
        self.strays = self.strays.saturating_add(1);
        let late_port = self.is_late_port(&reply);
        if let Some(live) = self.live.as_mut().filter(|_| !late_port) {
            if let Some(owed) = live.reconsider(&reply) {
                return self.ledger.push_front(owed);
            }
        }
        if self.strays > self.config.max_strays {
            self.die(too_many_strays().with_reply(reply));
        }
    }

    /// Puts the session out of step, because a reply was lost, or because a reply came that belongs
    /// to no command.
    pub(crate) fn lose_step(&mut self) {
        let tls_to_come = self.config.security.demands_tls() || self.state.auth_tried;
        if tls_to_come && self.state.channel == Channel::Clear {
            // TLS is still to begin, so an attacker may have sent this reply in clear text.
            self.die(Error::new(ErrorKind::Injection));
        }
        if !self.out_of_step {
            trace::out_of_step();
            self.return_to_lock_step();
        }
        self.out_of_step = true;
        self.flights.repeated = false;
    }

    fn attribute_to_transfer(&mut self, owed: Owed, reply: Reply) {
        let Some(live) = &mut self.live else {
            // The client has already closed its record of the transfer. The command stays in the
            // ledger until its final reply comes.
            if reply.class() == Class::Preliminary {
                self.ledger.push_front(owed);
            }
            return;
        };
        match reply.class() {
            Class::Preliminary => {
                // The transfer has begun, so the server has used up the restart offset.
                // `was_restarted` remembers that there was one: if the transfer fails, the session
                // does not know whether the server keeps the offset for the next transfer.
                live.was_restarted |= self.state.restart.is_some_and(|offset| offset != 0);
                self.state.restart = None;
                live.preliminary.get_or_insert(reply);
                self.ledger.push_front(owed);
            }
            // Some servers answer LIST or STOR by `200 ok` before the 150, as Python's ftplib
            // knows. So after such a 200, the final reply is still to come. A 226 or 250 before any
            // 150 is the final reply, usually for an empty listing.
            _ if live.preliminary.is_none() && reply.code() == Code::OKAY => {
                self.ledger.push_front(owed);
            }
            _ => self.attribute_final_reply(owed, reply),
        }
    }

    /// Handles a reply that may be the transfer's final one. If it may also answer a command that
    /// was sent beside the transfer, the session keeps it until it can decide.
    fn attribute_final_reply(&mut self, owed: Owed, reply: Reply) {
        let beside = self.count_beside();
        let keep_alives = self.ledger.iter().any(|it| it.shape == Shape::KeepAlive);
        let Some(live) = &mut self.live else { return };
        if live.port_ahead && reply.class() == Class::Completion && reply.may_answer_port() {
            return self.attribute_to_port_beside(owed, reply);
        }
        let ambiguous = match live.preliminary {
            Some(_) => keep_alives || live.port_ahead && reply.may_answer_port(),
            // The first reply answers the data command. A keep-alive comes later than the 150.
            None => false,
        };
        if !ambiguous && live.held.is_empty() {
            return self.take_final_reply(owed, reply);
        }
        live.held.push(reply);
        if live.held.len() <= beside {
            return self.ledger.push_front(owed);
        }
        self.settle_held();
    }

    /// Takes this reply as the transfer's final reply.
    fn take_final_reply(&mut self, owed: Owed, reply: Reply) {
        let Some(live) = &mut self.live else { return };
        let ends = reply.ends_transfer();
        // A reply shows whether the server knows the command only in two cases: it is a completion
        // after a 150, or a refusal without a 150. A completion without a 150 may belong to another
        // command, and a refusal after a 150 is about the data.
        if live.preliminary.is_some() == (reply.class() == Class::Completion) {
            if let Some(capability) = owed.capability {
                self.state.known.learn(capability, &reply);
            }
        }
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

    /// Chooses the transfer's final reply among the held ones, after the server has replied to the
    /// transfer and to all commands beside it.
    fn settle_held(&mut self) {
        let Some(live) = &mut self.live else { return };
        let clear = live.settle_held();
        // A port that was named is not in the ledger any more, so this one was refused.
        let refused = live.port_ahead;
        self.ledger.retain(|owed| !owed.is_beside_transfer());
        if refused {
            self.refuse_next_port();
        }
        if !clear || refused {
            self.lose_step();
        }
    }

    /// Gives a 229 or 227 to the EPSV or PASV that was sent beside the transfer. The transfer's own
    /// final reply is still to come, unless it is among the held replies.
    fn attribute_to_port_beside(&mut self, transfer: Owed, reply: Reply) {
        let mut ledger = self.ledger.iter();
        let port = ledger.position(|owed| owed.shape == Shape::Port);
        let port = port.and_then(|at| self.ledger.remove(at));
        self.ledger.push_front(transfer);
        let Some(port) = port else {
            return self.handle_stray(reply);
        };
        self.attribute_to_command(port, reply, false);
        let beside = self.count_beside();
        if self
            .live
            .as_ref()
            .is_some_and(|live| live.held.len() > beside)
        {
            self.ledger.pop_front();
            self.settle_held();
        }
    }

    /// Handles a reply while the first command in the ledger is an EPSV or PASV that was sent
    /// ahead. After a transfer's final reply, a reply that no EPSV gets is another one to that
    /// transfer.
    fn attribute_to_port(&mut self, owed: Owed, reply: Reply, more: bool) {
        let ended = self
            .live
            .as_ref()
            .is_some_and(|live| live.outcome.is_some());
        if ended && !reply.may_answer_port() {
            self.ledger.push_front(owed);
            return self.handle_stray(reply);
        }
        match reply.class() {
            Class::Preliminary => self.ledger.push_front(owed),
            _ => self.attribute_to_command(owed, reply, more),
        }
    }

    /// Returns how many commands that were sent beside the transfer have no reply yet.
    fn count_beside(&self) -> usize {
        let ledger = self.ledger.iter();
        ledger.filter(|owed| owed.is_beside_transfer()).count()
    }

    /// Marks the restart offset as unknown after a failed transfer, because some servers keep the
    /// offset of a failed transfer for the next one.
    pub(super) fn doubt_restart(&mut self) {
        let restarted = self.live.as_ref().is_some_and(|live| live.was_restarted);
        if restarted || self.state.restart.is_some() {
            self.state.restart = Some(UNKNOWN_OFFSET);
        }
    }

    /// Removes the transfer and the commands sent beside it from the ledger, and puts the session
    /// out of step. If replies to them still come, the next fence throws them away.
    pub(super) fn strike_out_transfer(&mut self) {
        self.doubt_restart();
        self.ledger.retain(|owed| !owed.is_of_transfer());
        self.drop_port();
        self.out_of_step = true;
        self.return_to_lock_step();
    }

    fn attribute_to_abort(&mut self, mut owed: Owed, reply: Reply, aborting: Aborting) {
        if reply.class() == Class::Preliminary {
            return self.ledger.push_front(owed);
        }
        let unanswered = aborting == Aborting::Unanswered;
        if unanswered && reply.is_not_implemented() {
            self.state.known.note(Capability::Abor, false);
            owed.shape = Shape::Abort(Aborting::Unknown);
            return self.ledger.push_front(owed);
        }
        if unanswered && reply.class() != Class::Completion {
            // This reply belongs to the transfer. The reply to ABOR is still to come.
            owed.shape = Shape::Abort(Aborting::HalfAnswered);
            self.ledger.push_front(owed);
        } else {
            if aborting == Aborting::HalfAnswered && reply.class() == Class::Completion {
                self.state.known.note(Capability::Abor, true);
            }
            // Servers send up to three replies to an abort, so another one may still come. A fence
            // must follow.
            self.out_of_step = true;
            self.abort_echoes |=
                matches!(aborting, Aborting::Unanswered | Aborting::UnansweredBeside);
        }
        if aborting != Aborting::HalfAnswered {
            self.queued = self.may_stay_queued(&reply);
            self.aborted = Some(reply);
        }
    }

    /// Whether the server may still hold the aborted transfer after this first reply to ABOR.
    /// pyftpdlib holds a transfer until it has accepted the data connection, and replies 225 (no
    /// transfer) to ABOR. After a 226 the transfer is over. If a 125 came before, the server had
    /// the data connection, so it holds nothing either.
    fn may_stay_queued(&self, reply: &Reply) -> bool {
        reply.class() == Class::Completion
            && !reply.ends_a_transfer()
            && !self.has_used_data_connection()
    }

    /// Whether the server may still hold a transfer to which it has sent no final reply, and run it
    /// over the next data connection.
    pub(super) fn may_come_yet(&self, shape: Shape) -> bool {
        let over = self.aborted.as_ref().is_some_and(Reply::ends_a_transfer);
        match shape {
            Shape::Transfer => !self.has_used_data_connection(),
            // A server without ABOR forgets a transfer when the data connection of this transfer
            // closes.
            Shape::Abort(Aborting::Unknown) => false,
            Shape::Abort(_) => !over && !self.has_used_data_connection(),
            _ => false,
        }
    }

    /// Whether the server has begun the transfer by a 125, which says that the data connection is
    /// open already.
    fn has_used_data_connection(&self) -> bool {
        let begun = self
            .live
            .as_ref()
            .and_then(|live| live.preliminary.as_ref());
        begun.is_some_and(|begun| begun.code() == Code::TRANSFER_STARTING)
    }
}

/// Tests of single reply codes, for decisions that need more than the first digit.
impl Reply {
    /// Whether this reply can confirm a transfer: 200, 226 or 250. After a 200, the caller must
    /// check that no other reply follows.
    pub(crate) fn confirms_transfer(&self) -> bool {
        matches!(self.code().value(), 200 | 226 | 250)
    }

    /// Returns whether this reply is a refusal (4xx or 5xx).
    ///
    /// ```
    /// use ftp_proto::Reply;
    ///
    /// assert!(Reply::parse(b"502 Not here.\r\n")?.is_refusal());
    /// assert!(!Reply::parse(b"331 Password?\r\n")?.is_refusal());
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self.class(), Class::Transient | Class::Permanent)
    }

    /// Whether this can be the final reply to a data command: a confirmation, a refusal, or a 332
    /// (account needed). Any other reply belongs to another command.
    fn ends_transfer(&self) -> bool {
        self.confirms_transfer() || self.is_refusal() || self.code() == Code::NEED_ACCOUNT
    }

    /// Whether this is a reply of several lines whose last line holds only the code.
    fn ends_with_its_code_alone(&self) -> bool {
        self.lines().nth(1).is_some() && self.lines().last().is_some_and(|line| line.len() == 3)
    }

    /// Whether the code is one that servers hardly send except at the end of a transfer.
    pub(super) fn ends_a_transfer(&self) -> bool {
        matches!(self.code().value(), 226 | 425 | 426 | 450..=452 | 551..=553)
    }

    /// Whether the text of this reply is a value: a path, an address, a size or a list. Such a text
    /// must not be masked. (A 150 may hold a size too, but only as a hint.)
    fn carries_data(&self) -> bool {
        matches!(self.code().value(), 211..=215 | 227 | 229 | 250 | 257)
    }

    /// Whether servers send this code if a data connection has not resumed the TLS session of the
    /// login: 522 from vsftpd, 425 from FileZilla Server and ProFTPD. A 425 can have other reasons
    /// too.
    pub(crate) fn is_about_resumption(&self) -> bool {
        matches!(self.code().value(), 425 | 522)
    }

    /// Like `is_about_resumption`, for a reply that comes during the data handshake. It also
    /// accepts 450, which FileZilla Server 0.9 sends if the handshake fails. After a successful
    /// handshake, a 450 is about the file.
    pub(crate) fn is_about_resumption_in_handshake(&self) -> bool {
        self.is_about_resumption() || self.code().value() == 450
    }

    /// Whether servers send this code in reply to EPSV or PASV: the port, or a refusal. ProFTPD refuses
    /// with 450 while a transfer is under way.
    pub(super) fn may_answer_port(&self) -> bool {
        matches!(
            self.code().value(),
            227 | 229 | 425 | 450 | 500..=504 | 522 | 530
        )
    }

    /// Whether servers refuse a data command with this code because they do not know its port any
    /// more. ftp-srv sends 551.
    pub(crate) fn may_miss_port(&self) -> bool {
        matches!(self.code().value(), 425 | 503 | 551)
    }

    /// Whether servers send this code in reply to TYPE, among other commands.
    fn may_answer_type(&self) -> bool {
        matches!(self.code().value(), 200 | 202 | 250 | 500..=504 | 530 | 550)
    }

    /// Whether servers send this code in reply to NOOP. It includes the codes of servers that do
    /// not know NOOP.
    pub(super) fn may_answer_noop(&self) -> bool {
        matches!(self.code().value(), 200 | 202 | 500..=504 | 530)
    }
}
