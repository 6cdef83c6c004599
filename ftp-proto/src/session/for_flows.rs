//! What flows are written with: everything that they may ask a session or tell it.
//!
//! A flow sees no field of the session. What it learns from a reply it need not tell: the effects of
//! a reply are applied when it comes in, whether or not its flow is still there.

use core::net::{IpAddr, SocketAddr};

use super::ledger::{Aborting, Owed, Shape};
use super::live::Live;
use super::negotiated::{Channel, Framed};
use super::transfer::{Direction, Secured, Transfer};
use super::{FirstOnData, Session};
use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{
    Accept, Answer, ClearControl, CloseData, Closing, Connect, Endpoint, Event, Halt, Listen,
    Receive, SecureControl, SecureData, Want,
};
use crate::options::config::{PassiveCommand, Protection, Utf8Names};
use crate::options::credentials::Credentials;
use crate::options::transfer::SizeCheck;
use crate::path::RemotePath;
use crate::representation::TransferType;
use crate::tls::Tickets;
use crate::wait::{Clock, Wait};
use crate::wire::{Command, Reply, Verb};

/// Commands, which leave once the flow has said what it wants next, and their replies.
impl Session {
    /// Queues a command that has one reply.
    pub(crate) fn send(&mut self, command: Command) -> Result<(), Error> {
        let shape = match command.verb() {
            "QUIT" => Shape::Quit,
            // 120 may come first, as it may before the greeting.
            "REIN" => Shape::Raw,
            _ => Shape::Single,
        };
        self.stage(command, shape)
    }

    /// Queues a command that is not known: it may have preliminary replies before its final one.
    pub(crate) fn send_raw(&mut self, command: Command) -> Result<(), Error> {
        let of_login = matches!(command.verb(), "USER" | "PASS" | "ACCT");
        match command.verb() {
            "QUIT" => self.send(command)?,
            _ => self.stage(command, Shape::Raw)?,
        }
        self.state.standing.by_hand |= of_login;
        Ok(())
    }

    /// A login with these went well: another connection would be made with them.
    pub(crate) fn logged_in_with(&mut self, credentials: &Credentials) {
        self.credentials = Some(credentials.clone());
        self.state.standing.by_hand = false;
    }

    /// Queues a data command. Its replies go to the account of the transfer.
    pub(crate) fn send_data_command(
        &mut self,
        command: Command,
        direction: Direction,
    ) -> Result<(), Error> {
        self.open_transfer();
        if let Some(live) = &mut self.live {
            live.is_upload = direction == Direction::Upload;
        }
        self.stage(command, Shape::Transfer)
    }

    /// The reply that was waited for in vain may come yet, or never: a fence must follow.
    pub(crate) fn give_up_reply(&mut self) -> Result<(), Error> {
        self.give_up_waiting();
        self.alive()
    }

    /// The next reply to this operation, or the want that brings it.
    pub(crate) fn next_reply(&mut self, answer: &mut Answer, wait: Wait) -> Result<Reply, Halt> {
        let late = answer.take_timeout();
        if let Some(reply) = self.inbox.pop_front() {
            self.clock = None;
            return Ok(reply?);
        }
        self.alive()?;
        if !late {
            return Err(self.receive_within(wait).into());
        }
        let late = Error::new(ErrorKind::Timeout(wait));
        let mut owed = self.ledger.iter_mut();
        Err(match owed.find(|owed| owed.owner == self.operation) {
            Some(owed) => {
                owed.late = true;
                late.with_command(&owed.verb).into()
            }
            None => late.into(),
        })
    }
}

/// Wants.
impl Session {
    /// Reads from the control connection, within this class of waiting.
    pub(crate) fn receive_within(&mut self, wait: Wait) -> Want {
        let wait = self.or_last_line(wait);
        let clock = match self.clock.replace(wait) {
            Some(before) if before == wait => Clock::Continues,
            _ => Clock::Starts,
        };
        Receive::want(self.issue(), wait, clock)
    }

    /// Where a reply seems to have ended with another code than it began with, there is little use in
    /// waiting. Once a reply, since each new class of waiting has all of its time.
    fn or_last_line(&mut self, wait: Wait) -> Wait {
        let goes_on = self.clock == Some(Wait::LastLine);
        if self.decoder.other_end().is_none() || (self.awaited_last_line && !goes_on) {
            return wait;
        }
        self.awaited_last_line = true;
        Wait::LastLine
    }

    /// A look: reads what has already arrived, and does not wait.
    pub(crate) fn look(&mut self) -> Want {
        Receive::want(self.issue(), Wait::Arrived, Clock::Starts)
    }

    /// Looks once more as long as each look finds something.
    pub(crate) fn look_again(&mut self, answer: &mut Answer) -> Result<(), Halt> {
        match answer.take() {
            Some(Event::Received) if !self.is_dead() => Err(self.look().into()),
            _ => Ok(()),
        }
    }

    /// Makes the data connection. The account of the transfer is open from here on.
    pub(crate) fn connect(&mut self, endpoint: Endpoint, clock: Clock) -> Want {
        self.open_transfer();
        Connect::want(self.issue(), Wait::Connect, clock, endpoint)
    }

    /// Listens for the data connection. The account of the transfer is open from here on.
    pub(crate) fn listen(&mut self) -> Want {
        // A flow that opens two transfers in a row must not find the account of the first.
        self.live = None;
        self.open_transfer();
        Listen::want(self.issue(), Wait::Connect, Clock::Starts)
    }

    /// Accepts the data connection.
    pub(crate) fn accept(&mut self, wait: Wait, clock: Clock) -> Want {
        let wanted = self.config.active_peer;
        Accept::want(self.issue(), wait, clock, wanted)
    }

    /// A stranger connected in active mode, and was turned away.
    pub(crate) fn turned_away(&mut self, stranger: Option<SocketAddr>) {
        self.noted.stranger = stranger.or(self.noted.stranger);
    }

    /// The data connection is the right one: who else has come, and where it might have gone, explains
    /// nothing any more.
    pub(crate) fn data_opened(&mut self) {
        self.noted.stranger = None;
        self.noted.passed_over = None;
    }

    /// The server has named this address in a 227, and a connection goes to the control connection's
    /// peer instead.
    pub(crate) fn passes_over(&mut self, named: IpAddr) {
        let peer = self.peer.map(|peer| peer.ip().to_canonical());
        self.noted.passed_over =
            Some(named).filter(|named| peer.is_some_and(|peer| peer != *named));
    }

    /// Puts TLS on the data connection.
    pub(crate) fn secure_data(&mut self, clock: Clock) -> Want {
        let wait = self.handshake_wait();
        SecureData::want(self.issue(), wait, clock, Tickets::All)
    }

    /// How long the handshake on the data connection may take: less, once the server has said its
    /// last word.
    pub(crate) fn handshake_wait(&self) -> Wait {
        match self.final_reply() {
            Some(_) => Wait::DataClose,
            None => Wait::Handshake,
        }
    }

    /// The same before the server has said that the transfer begins.
    pub(crate) fn secure_data_early(&mut self, clock: Clock, tickets: Tickets) -> Want {
        SecureData::want(self.issue(), Wait::Preliminary, clock, tickets)
    }

    /// Ends the data connection in this way. One that is abandoned is reset only where the transfer
    /// has begun.
    pub(crate) fn close_data(&mut self, closing: Closing, clock: Clock) -> Want {
        let wait = match closing {
            Closing::SendEnd => Wait::DataIdle,
            _ => Wait::DataClose,
        };
        let has_begun = self.live.as_ref().is_some_and(Live::has_begun);
        let closing = match closing {
            Closing::Abandon if !has_begun => Closing::Discard,
            closing => closing,
        };
        CloseData::want(self.issue(), wait, clock, closing)
    }

    /// Puts TLS on the control connection, where not a byte may come or go until it is there.
    pub(crate) fn secure_control(&mut self) -> Want {
        self.state.channel = Channel::Securing;
        SecureControl::want(self.issue(), Wait::Handshake, Clock::Starts)
    }

    /// Takes TLS off the control connection.
    pub(crate) fn clear_control(&mut self) -> Want {
        ClearControl::want(self.issue(), Wait::Handshake, Clock::Starts)
    }
}

/// The control connection: whether it lives, and its TLS.
impl Session {
    /// Fails where the session is dead, for the reason why.
    pub(crate) fn alive(&self) -> Result<(), Error> {
        match &self.dead {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    /// Kills the session. The reason is the operation's error, too.
    pub(crate) fn dead_of(&mut self, reason: Error) -> Error {
        self.die(reason.clone());
        self.alive().err().unwrap_or(reason)
    }

    /// How long the greeting may take: longer, once the server has asked for patience.
    pub(crate) fn greeting_wait(&self) -> Wait {
        if self.state.greeting_delayed {
            Wait::DelayedGreeting
        } else {
            Wait::Greeting
        }
    }

    /// Whether the server has said nothing yet, not even a part of a reply, in clear text.
    pub(crate) fn is_silent_in_clear(&self) -> bool {
        self.state.channel == Channel::Clear && self.decoder.is_untouched()
    }

    /// Whether something came in clear that no command accounts for.
    pub(crate) fn has_strays(&self) -> bool {
        !self.decoder.is_untouched() || self.out_of_step
    }

    /// Whether a reply came that nobody owes, or one was lost.
    pub(crate) fn is_out_of_step(&self) -> bool {
        self.out_of_step
    }

    /// Whether a fence is still to be answered.
    pub(crate) fn is_fence_awaited(&self) -> bool {
        !self.ledger.is_empty()
    }

    /// The last reply that the last fence has swallowed, and that nobody owes.
    pub(crate) fn stray_before_fence(&mut self) -> Option<Reply> {
        self.fencing.take_stray()
    }

    /// Whether implicit TLS must begin before anything else.
    pub(crate) fn tls_is_due(&self) -> bool {
        self.state.channel == Channel::Due
    }

    /// Whether the handshake comes next: AUTH was accepted, or implicit TLS has begun.
    pub(crate) fn is_securing(&self) -> bool {
        self.state.channel == Channel::Securing
    }

    /// What came of [`secure_control`](Self::secure_control) or
    /// [`clear_control`](Self::clear_control). Where it failed, the session is dead.
    pub(crate) fn channel_changed(&mut self, answer: &mut Answer) -> Result<(), Error> {
        self.alive()?;
        match answer.take() {
            Some(Event::Secured) => self.state.secured(),
            Some(Event::Cleared) => self.state.channel = Channel::Cleared,
            Some(Event::TimedOut) => {
                return Err(self.dead_of(Error::new(ErrorKind::Timeout(Wait::Handshake))));
            }
            _ => {
                let failed = Error::new(ErrorKind::Tls);
                return Err(match self.is_securing() {
                    true => self.dead_of(failed),
                    false => self.dead_of(failed.with_command("CCC")),
                });
            }
        }
        self.renew_decoder();
        Ok(())
    }

    /// This session is now where an earlier one stood.
    pub(crate) fn restored(&mut self) {
        self.unrestored = None;
    }
}

/// What was negotiated with the server, and learnt of it.
impl Session {
    /// Whether this command is known not to work here: EPSV, EPRT, SIZE or MDTM.
    pub(crate) fn fails(&self, verb: &Verb) -> bool {
        match verb.as_str() {
            "EPSV" => self.state.extended_passive() == Some(false),
            "EPRT" => self.state.extended_port == Some(false),
            "SIZE" => self.state.size_refused,
            "MDTM" => self.state.modified_refused,
            _ => false,
        }
    }

    /// Whether the server has accepted EPSV. Its port may still be out of reach.
    pub(crate) fn epsv_was_accepted(&self) -> bool {
        self.state.extended_passive() == Some(true)
    }

    /// Whether EPSV asks for the next port, and not PASV.
    pub(crate) fn asks_by_epsv(&self) -> bool {
        match self.config.passive_command {
            PassiveCommand::Automatic => !self.fails(&Verb::EPSV),
            PassiveCommand::Epsv => true,
            PassiveCommand::Pasv => false,
        }
    }

    /// How long EPSV has: not long where PASV can be tried, and nobody knows whether a firewall on
    /// the way swallows it.
    pub(crate) fn wait_for_epsv(&self) -> Wait {
        let automatic = self.config.passive_command == PassiveCommand::Automatic;
        match automatic && self.state.extended_passive().is_none() {
            true => Wait::FirstEpsv,
            false => Wait::Reply,
        }
    }

    /// Whether PASV asks for another port where the one that EPSV named cannot be reached.
    pub(crate) fn may_ask_for_another_port(&self) -> bool {
        let automatic = self.config.passive_command == PassiveCommand::Automatic;
        automatic && self.asks_by_epsv() && !self.state.passive_port_reached
    }

    /// The data connection was made to the port that the server named.
    pub(crate) fn reached_passive_port(&mut self) {
        self.state.passive_port_reached = true;
    }

    /// EPSV does not work, although the server may have accepted it.
    pub(crate) fn give_up_epsv(&mut self) {
        self.state.set_extended_passive(Some(false));
    }

    /// PASV does not work either: the next transfer tries EPSV again.
    pub(crate) fn retry_epsv(&mut self) {
        self.state.set_extended_passive(None);
    }

    /// Whether PROT with this level was accepted, or is taken to be.
    pub(crate) fn has_protection(&self, protection: Protection) -> bool {
        self.state.protection == Some(protection)
    }

    /// Whether the server must be told before this command that names are UTF-8: it has a name that
    /// is not ASCII, or names come with its reply.
    pub(crate) fn names_matter(&self, command: &Command) -> bool {
        let wanted = self.config.utf8_names != Utf8Names::AsTheyAre;
        if !wanted || self.state.names_settled || !self.state.logged_in {
            return false;
        }
        let early = self.config.utf8_names == Utf8Names::SwitchOnEarly;
        let listing = Verb::is_listing(command.verb()) && (early || self.state.features.is_some());
        let name = command
            .argument()
            .filter(|_| Verb::takes_path(command.verb()));
        listing || name.is_some_and(|name| !name.is_ascii() && core::str::from_utf8(name).is_ok())
    }

    /// The server was told, or need not be told.
    pub(crate) fn settled_names(&mut self) {
        self.state.names_settled = true;
    }

    /// Whether listings come in TYPE I, since the server has refused TYPE A.
    pub(crate) fn refuses_text(&self) -> bool {
        self.state.text_refused
    }

    /// The server has refused TYPE A.
    pub(crate) fn give_up_text(&mut self) {
        self.state.text_refused = true;
    }

    /// Fails where MODE or STRU was changed: the bytes of a transfer would not be those of a file.
    pub(crate) fn check_framing(&self) -> Result<(), Error> {
        if [self.state.mode, self.state.structure].contains(&Framed::Otherwise) {
            return Err(Error::misuse(Misuse::Framing));
        }
        Ok(())
    }

    /// What brings MODE, or STRU, back to what transfers need, where nobody knows what it is.
    pub(crate) fn framing_in_doubt(&self) -> Option<Command> {
        if self.state.mode == Framed::Unknown {
            return Some(Command::fixed(Verb::MODE, "S"));
        }
        let unknown = self.state.structure == Framed::Unknown;
        unknown.then(|| Command::fixed(Verb::STRU, "F"))
    }

    /// Whether nobody knows what PROT came to.
    pub(crate) fn protection_is_in_doubt(&self) -> bool {
        self.is_secured() && self.state.protection_in_doubt
    }

    /// Whether the next transfer would start at an offset that an earlier operation has set by REST.
    pub(crate) fn offset_is_set(&self) -> bool {
        self.state.restart.is_some_and(|offset| offset != 0)
    }

    /// Whether data connections are under TLS.
    pub(crate) fn protects_data(&self) -> bool {
        self.protection() == Protection::Private
    }

    /// What this server was last seen to begin a protected transfer with.
    pub(crate) fn first_on_data(&self) -> Option<FirstOnData> {
        self.first_on_data
    }

    /// The server has begun a protected transfer with this.
    pub(crate) fn saw_first_on_data(&mut self, first: FirstOnData) {
        self.first_on_data = Some(first);
    }

    /// The server refused a data connection because it did not resume the TLS session. In clear text
    /// anybody could have said so, and then it does not count.
    pub(crate) fn resumption_was_demanded(&mut self) {
        self.resumption_failed |= self.is_secured();
    }
}

/// The account of a transfer: open from before its data connection is made until its final reply is
/// taken, or it is aborted.
impl Session {
    /// Opens the account, unless it is open.
    pub(crate) fn open_transfer(&mut self) {
        if self.live.is_none() {
            self.aborted = None;
            self.live = Some(Live::new(self.next_transfer()));
        }
    }

    /// Fails where no account is open.
    pub(crate) fn check_transfer(&self) -> Result<(), Error> {
        match self.live {
            Some(_) => Ok(()),
            None => Err(Error::misuse(Misuse::StaleTransfer)),
        }
    }

    /// The token of the transfer that this command has begun.
    pub(crate) fn token(
        &mut self,
        command: &Command,
        direction: Direction,
        transfer_type: TransferType,
        secured: Secured,
    ) -> Result<Transfer, Error> {
        let live = self.live.as_mut();
        let live = live.ok_or_else(|| Error::new(ErrorKind::OutOfStep))?;
        // It has used a ticket up, and may bring another one.
        live.used_a_ticket = secured == Secured::Resumed && !self.ticketless;
        let verb = command.verb();
        let countable = transfer_type == TransferType::Image;
        let named = matches!(verb, "RETR" | "STOR" | "APPE");
        let file = command.argument().filter(|_| countable && named);
        let told = live.preliminary.as_ref();
        let announced = file.filter(|_| verb == "RETR").zip(told);
        Ok(Transfer {
            id: live.id,
            verb: verb.into(),
            direction,
            secured,
            due: announced.and_then(|(path, told)| crate::reply::announced_size(told, path)),
            start: None,
            length_before: None,
            size_check: SizeCheck::AsNeeded,
            file: file.and_then(|path| RemotePath::new(path).ok()),
            size_hint: told.and_then(crate::reply::transfer_size),
            name: told
                .filter(|_| verb == "STOU")
                .and_then(crate::reply::unique_name),
            offset: 0,
            transfer_type,
        })
    }

    /// The preliminary reply, once it is in.
    pub(crate) fn preliminary_reply(&self) -> Option<&Reply> {
        self.live.as_ref()?.preliminary.as_ref()
    }

    /// The final reply, once it is in.
    pub(crate) fn final_reply(&self) -> Option<&Reply> {
        self.live.as_ref()?.outcome.as_ref()
    }

    /// Whether the server has refused the transfer.
    pub(crate) fn has_refused(&self) -> bool {
        self.live.as_ref().is_some_and(Live::is_refused)
    }

    /// Whether a confirmation that is in may be another command's: one was taken for it before, or
    /// another reply has begun to come, although none is owed.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.doubtful)
            || self.ledger.is_empty() && !self.decoder.is_empty()
    }

    /// What was taken for the reply to this operation may have been another one's.
    pub(crate) fn doubt(&mut self) {
        self.lose_step();
    }

    /// Takes out a completion that came before the data was through. It belongs to something else:
    /// the server's own word can only come later, and nobody waits for it.
    pub(crate) fn take_premature_completion(&mut self) -> Option<Reply> {
        let reply = self.live.as_ref()?.completion()?.clone();
        self.strike_out_transfer();
        if let Some(live) = &mut self.live {
            live.outcome = None;
            live.held.clear();
        }
        Some(reply)
    }

    /// The final reply did not come in time, or a keep-alive's did not. What is in decides, if it is
    /// unmistakable, and the fence swallows what may yet come. `met` says that the server has used
    /// the data connection: where it has not, it may still keep the transfer for another one.
    pub(crate) fn give_up_final_reply(&mut self, met: bool) {
        self.queued |= !met && self.owes(Shape::Transfer) && self.may_come_yet(Shape::Transfer);
        self.strike_out_transfer();
        if let Some(live) = &mut self.live {
            live.take_unmistakable();
        }
    }

    /// The data connection is gone.
    pub(crate) fn data_closed(&mut self) {
        if let Some(live) = &mut self.live {
            live.data_open = false;
        }
    }

    /// The transfer has failed: drops the data connection, and then hears what the server has to say.
    /// Closes the account, and gives the final reply. A server that has been `silent` gets no second
    /// long wait: what it owes is settled, by ABOR, when the session is used again.
    pub(crate) fn hear_out(
        &mut self,
        answer: &mut Answer,
        silent: bool,
    ) -> Result<Option<Reply>, Halt> {
        let event = answer.take();
        if self.has_open_data() {
            if matches!(event, Some(Event::ControlFirst)) && !self.is_dead() {
                return Err(self.close_data(Closing::Abandon, Clock::Continues).into());
            }
            self.data_closed();
        }
        if !self.owes(Shape::Transfer) || self.is_dead() {
            return Ok(self.close_transfer());
        }
        if !matches!(event, Some(Event::TimedOut)) {
            let wait = if silent {
                Wait::DataClose
            } else {
                Wait::FinalReply
            };
            return Err(self.receive_within(wait).into());
        }
        if !silent {
            self.give_up_final_reply(false);
            return Ok(self.close_transfer());
        }
        if let Some(live) = &mut self.live {
            live.data_open = true;
        }
        Ok(None)
    }

    /// Aborts the transfer, unless it is over, and takes in the replies that are still owed. Gives
    /// the transfer's own final reply, or what the server said to ABOR.
    pub(crate) fn abort_transfer(&mut self, answer: &mut Answer) -> Result<Option<Reply>, Halt> {
        self.check_transfer()?;
        let finished = self.final_reply().cloned();
        // Before that it is the data connection that takes too long.
        let unanswered = Shape::Abort(Aborting::Unanswered);
        let muddled = Shape::Abort(Aborting::Muddled);
        let abort = |owed: &Owed| [unanswered, muddled].contains(&owed.shape);
        let unanswered = matches!(answer.event(), Some(Event::TimedOut))
            && !self.has_open_data()
            && self.ledger.front().is_some_and(abort);
        match self.settle(answer) {
            Ok(()) | Err(Halt::Want(_)) if unanswered => {
                let late = Error::new(ErrorKind::Timeout(Wait::Abort));
                Err(late.with_command("ABOR").into())
            }
            settled => settled.map(|()| finished.or_else(|| self.aborted.take())),
        }
    }

    /// Whether the server may still make an earlier transfer, over the next data connection.
    pub(crate) fn may_have_a_transfer_queued(&self) -> bool {
        self.queued
    }

    /// The server has had a data connection for what it had queued. What it says of it comes before
    /// the next fence.
    pub(crate) fn purged(&mut self) {
        self.queued = false;
        self.out_of_step = true;
        self.live = None;
    }

    /// Closes the account, and gives its final reply.
    pub(crate) fn close_transfer(&mut self) -> Option<Reply> {
        self.live.take()?.outcome
    }
}
