//! Everything that flows may ask a session or tell it.
//!
//! A flow sees no field of the session. It need not tell the session what a reply says: the session
//! applies the effects of a reply when the reply comes, whether or not the flow still exists.

use core::net::{IpAddr, SocketAddr};

use super::ledger::{Aborting, Owed, Shape};
use super::live_transfer::LiveTransfer;
use super::negotiated::{Channel, FramingState};
use super::transfer::{DataTls, Direction, Transfer};
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

/// Commands, which are sent after the flow has returned its next want, and their replies.
impl Session {
    /// Queues a command that has one reply.
    pub(crate) fn send(&mut self, command: Command) -> Result<(), Error> {
        let shape = match command.verb() {
            "QUIT" => Shape::Quit,
            // As before the greeting, 120 may come first.
            "REIN" => Shape::Raw,
            _ => Shape::Single,
        };
        self.stage(command, shape)
    }

    /// Queues a raw command. Preliminary replies may come before its final reply.
    pub(crate) fn send_raw(&mut self, command: Command) -> Result<(), Error> {
        let of_login = matches!(command.verb(), "USER" | "PASS" | "ACCT");
        match command.verb() {
            "QUIT" => self.send(command)?,
            _ => self.stage(command, Shape::Raw)?,
        }
        self.state.standing.by_hand |= of_login;
        Ok(())
    }

    /// Notes that a login with these credentials succeeded. A new connection will use them.
    pub(crate) fn remember_login(&mut self, credentials: &Credentials) {
        self.credentials = Some(credentials.clone());
        self.state.standing.by_hand = false;
    }

    /// Queues a data command. Its replies go to the record of the transfer.
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

    /// Gives up a reply that did not come in time. It may still come, so a fence must follow.
    pub(crate) fn give_up_reply(&mut self) -> Result<(), Error> {
        self.give_up_waiting();
        self.check_alive()
    }

    /// Returns the next reply to this operation, or halts with the want that brings it.
    pub(crate) fn next_reply(&mut self, answer: &mut Answer, wait: Wait) -> Result<Reply, Halt> {
        let late = answer.take_timeout();
        if let Some(reply) = self.inbox.pop_front() {
            self.clock = None;
            return Ok(reply?);
        }
        self.check_alive()?;
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

/// The wants.
impl Session {
    /// Returns the want to read from the control connection, within this class of waiting.
    pub(crate) fn receive_within(&mut self, wait: Wait) -> Want {
        let wait = self.limit_last_line(wait);
        let clock = match self.clock.replace(wait) {
            Some(before) if before == wait => Clock::Continues,
            _ => Clock::Starts,
        };
        Receive::want(self.issue(), wait, clock)
    }

    /// Replaces `wait` by the short [`Wait::LastLine`], if the last line looks like the end of a
    /// reply but has another code than the first line: no more lines may come. This happens once
    /// for each reply, because a new class of waiting starts the clock again.
    fn limit_last_line(&mut self, wait: Wait) -> Wait {
        let goes_on = self.clock == Some(Wait::LastLine);
        if self.decoder.other_end().is_none() || (self.awaited_last_line && !goes_on) {
            return wait;
        }
        self.awaited_last_line = true;
        Wait::LastLine
    }

    /// Returns the want of a look: to read what has already arrived, without waiting.
    pub(crate) fn look(&mut self) -> Want {
        Receive::want(self.issue(), Wait::Arrived, Clock::Starts)
    }

    /// Halts with another look, as long as each look finds something.
    pub(crate) fn look_again(&mut self, answer: &mut Answer) -> Result<(), Halt> {
        match answer.take() {
            Some(Event::Received) if !self.is_dead() => Err(self.look().into()),
            _ => Ok(()),
        }
    }

    /// Returns the want to make the data connection. The transfer's record is open from here on.
    pub(crate) fn connect(&mut self, endpoint: Endpoint, clock: Clock) -> Want {
        self.open_transfer();
        Connect::want(self.issue(), Wait::Connect, clock, endpoint)
    }

    /// Returns the want to listen for the data connection. The transfer's record is open from here
    /// on.
    pub(crate) fn listen(&mut self) -> Want {
        // A flow that opens two transfers in a row must not find the record of the first.
        self.live = None;
        self.open_transfer();
        Listen::want(self.issue(), Wait::Connect, Clock::Starts)
    }

    /// Returns the want to accept the data connection.
    pub(crate) fn accept(&mut self, wait: Wait, clock: Clock) -> Want {
        let wanted = self.config.active_peer;
        Accept::want(self.issue(), wait, clock, wanted)
    }

    /// Notes that a connection from another address came in active mode and was dropped.
    pub(crate) fn note_rejected_peer(&mut self, rejected_peer: Option<SocketAddr>) {
        self.error_context.rejected_peer = rejected_peer.or(self.error_context.rejected_peer);
    }

    /// Notes that the data connection is the right one. Dropped connections and an ignored address
    /// explain no later failure, so errors need not mention them.
    pub(crate) fn note_data_connected(&mut self) {
        self.error_context.rejected_peer = None;
        self.error_context.ignored_address = None;
    }

    /// Notes the address in a 227, if it differs from the control connection's peer, to which the
    /// connection goes instead.
    pub(crate) fn note_ignored_address(&mut self, named: IpAddr) {
        let peer = self.peer.map(|peer| peer.ip().to_canonical());
        self.error_context.ignored_address =
            Some(named).filter(|named| peer.is_some_and(|peer| peer != *named));
    }

    /// Returns the want to start TLS on the data connection.
    pub(crate) fn secure_data(&mut self, clock: Clock) -> Want {
        let wait = self.handshake_wait();
        SecureData::want(self.issue(), wait, clock, Tickets::All)
    }

    /// How long the handshake on the data connection may take. The time is shorter after the server
    /// has sent the final reply.
    pub(crate) fn handshake_wait(&self) -> Wait {
        match self.final_reply() {
            Some(_) => Wait::DataClose,
            None => Wait::Handshake,
        }
    }

    /// Returns the want to start TLS on the data connection, before the server has said that the
    /// transfer begins.
    pub(crate) fn secure_data_early(&mut self, clock: Clock, tickets: Tickets) -> Want {
        SecureData::want(self.issue(), Wait::Preliminary, clock, tickets)
    }

    /// Returns the want to end the data connection in this way. An abandoned connection is reset
    /// only if the transfer has begun.
    pub(crate) fn close_data(&mut self, closing: Closing, clock: Clock) -> Want {
        let wait = match closing {
            Closing::SendEnd => Wait::DataIdle,
            _ => Wait::DataClose,
        };
        let has_begun = self.live.as_ref().is_some_and(LiveTransfer::has_begun);
        let closing = match closing {
            Closing::Abandon if !has_begun => Closing::Discard,
            closing => closing,
        };
        CloseData::want(self.issue(), wait, clock, closing)
    }

    /// Returns the want to start TLS on the control connection. No byte may come or go before that
    /// is done.
    pub(crate) fn secure_control(&mut self) -> Want {
        self.state.channel = Channel::Securing;
        SecureControl::want(self.issue(), Wait::Handshake, Clock::Starts)
    }

    /// Returns the want to end TLS on the control connection.
    pub(crate) fn clear_control(&mut self) -> Want {
        ClearControl::want(self.issue(), Wait::Handshake, Clock::Starts)
    }
}

/// The control connection: whether it still works, and its TLS.
impl Session {
    /// Fails if the session is dead, with the cause.
    pub(crate) fn check_alive(&self) -> Result<(), Error> {
        match &self.dead {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    /// Ends the session, and returns the error for the operation.
    pub(crate) fn die_with(&mut self, reason: Error) -> Error {
        self.die(reason.clone());
        self.check_alive().err().unwrap_or(reason)
    }

    /// How long the greeting may take. The time is longer after the server has sent 120.
    pub(crate) fn greeting_wait(&self) -> Wait {
        if self.state.greeting_delayed {
            Wait::DelayedGreeting
        } else {
            Wait::Greeting
        }
    }

    /// Whether the control connection is in clear text and nothing has come since the last reply.
    pub(crate) fn is_silent_in_clear(&self) -> bool {
        self.state.channel == Channel::Clear && self.decoder.is_untouched()
    }

    /// Whether something came that belongs to no command.
    pub(crate) fn has_strays(&self) -> bool {
        !self.decoder.is_untouched() || self.out_of_step
    }

    /// Whether a reply came that is not owed, or a reply was lost.
    pub(crate) fn is_out_of_step(&self) -> bool {
        self.out_of_step
    }

    /// Whether a fence waits for its reply.
    pub(crate) fn is_fence_awaited(&self) -> bool {
        !self.ledger.is_empty()
    }

    /// The last reply that the last fence has swallowed, if it belongs to no command.
    pub(crate) fn stray_before_fence(&mut self) -> Option<Reply> {
        self.fencing.take_stray()
    }

    /// Whether implicit TLS must begin before anything else.
    pub(crate) fn tls_is_due(&self) -> bool {
        self.state.channel == Channel::Due
    }

    /// Whether the handshake comes next, after AUTH or for implicit TLS.
    pub(crate) fn is_securing(&self) -> bool {
        self.state.channel == Channel::Securing
    }

    /// Takes the result of [`secure_control`](Self::secure_control) or
    /// [`clear_control`](Self::clear_control). If it failed, the session is dead.
    pub(crate) fn finish_channel_change(&mut self, answer: &mut Answer) -> Result<(), Error> {
        self.check_alive()?;
        match answer.take() {
            Some(Event::Secured) => self.state.secured(),
            Some(Event::Cleared) => self.state.channel = Channel::Cleared,
            Some(Event::TimedOut) => {
                return Err(self.die_with(Error::new(ErrorKind::Timeout(Wait::Handshake))));
            }
            _ => {
                let failed = Error::new(ErrorKind::Tls);
                return Err(match self.is_securing() {
                    true => self.die_with(failed),
                    false => self.die_with(failed.with_command("CCC")),
                });
            }
        }
        self.renew_decoder();
        Ok(())
    }

    /// Notes that this session has reached the directory and settings of the earlier session.
    pub(crate) fn mark_restored(&mut self) {
        self.unrestored = None;
    }
}

/// What was agreed with the server, and what was learnt about it.
impl Session {
    /// Whether this command (EPSV, EPRT, SIZE, MDTM or MLSD) is known to fail on this server.
    pub(crate) fn is_unsupported(&self, verb: &Verb) -> bool {
        match verb.as_str() {
            "EPSV" => self.state.extended_passive() == Some(false),
            "EPRT" => self.state.extended_port == Some(false),
            "SIZE" => self.state.size_refused,
            "MDTM" => self.state.modified_refused,
            "MLSD" => self.state.mlsd_refused,
            _ => false,
        }
    }

    /// Whether the server has accepted EPSV. Its port may still be out of reach.
    pub(crate) fn epsv_was_accepted(&self) -> bool {
        self.state.extended_passive() == Some(true)
    }

    /// Whether the next port is asked for by EPSV, not by PASV.
    pub(crate) fn asks_by_epsv(&self) -> bool {
        match self.config.passive_command {
            PassiveCommand::Automatic => !self.is_unsupported(&Verb::EPSV),
            PassiveCommand::Epsv => true,
            PassiveCommand::Pasv => false,
        }
    }

    /// How long to wait for the reply to EPSV. The time is short if PASV can be tried next and it
    /// is not known yet whether a firewall swallows EPSV.
    pub(crate) fn wait_for_epsv(&self) -> Wait {
        let automatic = self.config.passive_command == PassiveCommand::Automatic;
        match automatic && self.state.extended_passive().is_none() {
            true => Wait::FirstEpsv,
            false => Wait::Reply,
        }
    }

    /// Whether PASV may be tried if the port that EPSV named cannot be reached.
    pub(crate) fn may_ask_for_another_port(&self) -> bool {
        let automatic = self.config.passive_command == PassiveCommand::Automatic;
        automatic && self.asks_by_epsv() && !self.state.passive_port_reached
    }

    /// Notes that a data connection was made to the port that the server named.
    pub(crate) fn note_passive_port_reached(&mut self) {
        self.state.passive_port_reached = true;
    }

    /// Notes that EPSV does not work, although the server may have accepted it.
    pub(crate) fn give_up_epsv(&mut self) {
        self.state.set_extended_passive(Some(false));
    }

    /// Lets the next transfer try EPSV again, because PASV does not work either.
    pub(crate) fn retry_epsv(&mut self) {
        self.state.set_extended_passive(None);
    }

    /// Whether the server has accepted PROT with this level, or counts as if it had.
    pub(crate) fn has_protection(&self, protection: Protection) -> bool {
        self.state.protection == Some(protection)
    }

    /// Whether the server must know that names are UTF-8 before it gets this command: the command
    /// has a name that is not ASCII, or its reply brings names.
    pub(crate) fn needs_utf8_before(&self, command: &Command) -> bool {
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

    /// Notes that the server was told about UTF-8, or need not be told.
    pub(crate) fn mark_names_settled(&mut self) {
        self.state.names_settled = true;
    }

    /// Whether listings are made in TYPE I, because the server has refused TYPE A.
    pub(crate) fn refuses_text(&self) -> bool {
        self.state.text_refused
    }

    /// Notes that the server has refused TYPE A.
    pub(crate) fn give_up_text(&mut self) {
        self.state.text_refused = true;
    }

    /// Fails if MODE or STRU was changed: the bytes of a transfer would not be the bytes of the
    /// file.
    pub(crate) fn check_framing(&self) -> Result<(), Error> {
        if [self.state.mode, self.state.structure].contains(&FramingState::Other) {
            return Err(Error::misuse(Misuse::Framing));
        }
        Ok(())
    }

    /// The command that sets MODE or STRU for transfers, if its present value is unknown.
    pub(crate) fn framing_in_doubt(&self) -> Option<Command> {
        if self.state.mode == FramingState::Unknown {
            return Some(Command::fixed(Verb::MODE, "S"));
        }
        let unknown = self.state.structure == FramingState::Unknown;
        unknown.then(|| Command::fixed(Verb::STRU, "F"))
    }

    /// Whether the level of PROT is unknown, because its reply was lost.
    pub(crate) fn protection_is_in_doubt(&self) -> bool {
        self.is_secured() && self.state.protection_in_doubt
    }

    /// Whether the next transfer would start at an offset that an earlier operation has set by
    /// REST.
    pub(crate) fn offset_is_set(&self) -> bool {
        self.state.restart.is_some_and(|offset| offset != 0)
    }

    /// Whether data connections are under TLS.
    pub(crate) fn protects_data(&self) -> bool {
        self.protection() == Protection::Private
    }

    /// What this server did first in the last transfer under TLS.
    pub(crate) fn first_on_data(&self) -> Option<FirstOnData> {
        self.first_on_data
    }

    /// Notes what the server did first in a transfer under TLS.
    pub(crate) fn note_first_on_data(&mut self, first: FirstOnData) {
        self.first_on_data = Some(first);
    }

    /// Notes that the server refused a data connection because it did not resume the TLS session.
    /// In clear text an attacker can fake this reply, so there it does not count.
    pub(crate) fn note_resumption_demanded(&mut self) {
        self.resumption_failed |= self.is_secured();
    }
}

/// The record of a transfer. It is open from before the data connection is made until the final
/// reply is taken or the transfer is aborted.
impl Session {
    /// Opens a record, unless one is open.
    pub(crate) fn open_transfer(&mut self) {
        if self.live.is_none() {
            self.aborted = None;
            self.live = Some(LiveTransfer::new(self.next_transfer()));
        }
    }

    /// Fails if no record is open.
    pub(crate) fn check_transfer(&self) -> Result<(), Error> {
        match self.live {
            Some(_) => Ok(()),
            None => Err(Error::misuse(Misuse::StaleTransfer)),
        }
    }

    /// Makes the token of the transfer that this command has begun.
    pub(crate) fn transfer_token(
        &mut self,
        command: &Command,
        direction: Direction,
        transfer_type: TransferType,
        secured: DataTls,
    ) -> Result<Transfer, Error> {
        let live = self.live.as_mut();
        let live = live.ok_or_else(|| Error::new(ErrorKind::OutOfStep))?;
        // The resumption has used a ticket up, and the connection may bring a new one.
        live.used_a_ticket = secured == DataTls::Resumed && !self.ticketless;
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

    /// The preliminary reply, if it has come.
    pub(crate) fn preliminary_reply(&self) -> Option<&Reply> {
        self.live.as_ref()?.preliminary.as_ref()
    }

    /// The final reply, if it has come.
    pub(crate) fn final_reply(&self) -> Option<&Reply> {
        self.live.as_ref()?.outcome.as_ref()
    }

    /// Whether the server has refused the transfer.
    pub(crate) fn has_refused(&self) -> bool {
        self.live.as_ref().is_some_and(LiveTransfer::is_refused)
    }

    /// Whether the confirmation may belong to another command. Either a wrong reply was taken for
    /// it before, or another reply has begun to come although none is owed.
    pub(crate) fn is_confirmation_doubtful(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.doubtful)
            || self.ledger.is_empty() && !self.decoder.is_empty()
    }

    /// Takes out a completion that came before all data was sent. It belongs to another command.
    /// The transfer's own completion can only come later, and is given up.
    pub(crate) fn take_premature_completion(&mut self) -> Option<Reply> {
        let reply = self.live.as_ref()?.completion()?.clone();
        self.strike_out_transfer();
        if let Some(live) = &mut self.live {
            live.outcome = None;
            live.held.clear();
        }
        Some(reply)
    }

    /// Gives up the final reply, or a keep-alive's reply, after a time-out. A held reply that only
    /// the transfer can have becomes the outcome; the fence swallows what may still come. `met`:
    /// the server has used the data connection. If not, it may keep the transfer for the next data
    /// connection.
    pub(crate) fn give_up_final_reply(&mut self, met: bool) {
        self.queued |= !met && self.owes(Shape::Transfer) && self.may_come_yet(Shape::Transfer);
        self.strike_out_transfer();
        if let Some(live) = &mut self.live {
            live.take_unmistakable();
        }
    }

    /// Notes that the data connection is closed.
    pub(crate) fn note_data_closed(&mut self) {
        if let Some(live) = &mut self.live {
            live.data_open = false;
        }
    }

    /// Ends a failed transfer: drops the data connection, waits for the final reply, closes the
    /// record, and returns that reply. If the server has been `silent` so far, the wait is short.
    /// What the server still owes is then cleaned up by ABOR when the session is used again.
    pub(crate) fn end_failed_transfer(
        &mut self,
        answer: &mut Answer,
        silent: bool,
    ) -> Result<Option<Reply>, Halt> {
        let event = answer.take();
        if self.has_open_data() {
            if matches!(event, Some(Event::ControlFirst)) && !self.is_dead() {
                return Err(self.close_data(Closing::Abandon, Clock::Continues).into());
            }
            self.note_data_closed();
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

    /// Aborts the transfer, unless it is over, and reads all replies that are owed. Returns the
    /// transfer's own final reply, or else the reply to ABOR.
    pub(crate) fn abort_transfer(&mut self, answer: &mut Answer) -> Result<Option<Reply>, Halt> {
        self.check_transfer()?;
        let finished = self.final_reply().cloned();
        // A time-out before this point belongs to the data connection.
        let unanswered = Shape::Abort(Aborting::Unanswered);
        let with_keep_alive = Shape::Abort(Aborting::UnansweredWithKeepAlive);
        let abort = |owed: &Owed| [unanswered, with_keep_alive].contains(&owed.shape);
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

    /// Whether the server may still run an earlier transfer over the next data connection.
    pub(crate) fn may_have_a_transfer_queued(&self) -> bool {
        self.queued
    }

    /// Notes that the server got a data connection for its queued transfer. The next fence swallows
    /// its replies to that transfer.
    pub(crate) fn mark_purged(&mut self) {
        self.queued = false;
        self.out_of_step = true;
        self.live = None;
    }

    /// Closes the record, and returns the final reply.
    pub(crate) fn close_transfer(&mut self) -> Option<Reply> {
        self.live.take()?.outcome
    }
}
