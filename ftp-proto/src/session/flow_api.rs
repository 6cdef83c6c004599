//! The methods by which flows read and change a session.
//!
//! A flow sees no field of the session. It need not tell the session what a reply changes: the
//! session does this when the reply comes, whether or not the flow still exists.

use alloc::boxed::Box;
use core::net::{IpAddr, SocketAddr};

use super::ledger::{Aborting, Owed, Shape};
use super::live_transfer::LiveTransfer;
use super::negotiated::{Channel, FramingState};
use super::transfer::{DataTls, Direction, Transfer};
use super::{FirstOnData, Session};
use crate::atomics::Arc;
use crate::capabilities::{Capability, Support};
use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{
    Accept, Answer, ClearControl, CloseData, Closing, Connect, Endpoint, Event, Halt, Listen,
    Receive, SecureControl, SecureData, Want,
};
use crate::options::config::{PassiveCommand, Protection, Utf8Names};
use crate::options::credentials::Credentials;
use crate::options::ftp_proxy::LoginRoute;
use crate::options::transfer::SizeCheck;
use crate::path::RemotePath;
use crate::representation::TransferType;
use crate::tls::Tickets;
use crate::trace;
use crate::wait::{Clock, Wait};
use crate::wire::{Command, Reply, Verb};

/// Methods that queue commands and read the replies to them. A queued command is sent after the
/// flow has returned its next want.
impl Session {
    /// Queues a command that has one reply.
    pub(crate) fn send(&mut self, command: Command) -> Result<(), Error> {
        let shape = match command.verb() {
            "QUIT" => Shape::Quit,
            // The server may send 120 before the final reply to REIN, as it may before the
            // greeting.
            "REIN" => Shape::Raw,
            _ => Shape::Single,
        };
        self.stage(command, shape)
    }

    /// Queues a raw command. Any number of preliminary replies (1xx) may come before its final
    /// reply.
    pub(crate) fn send_raw(&mut self, command: Command) -> Result<(), Error> {
        let of_login = matches!(command.verb(), "USER" | "PASS" | "ACCT");
        match command.verb() {
            "QUIT" => self.send(command)?,
            _ => self.stage(command, Shape::Raw)?,
        }
        self.state.standing.by_hand |= of_login;
        self.note_unknown_change();
        Ok(())
    }

    /// Notes that a login with these credentials succeeded. A new connection will use them.
    pub(crate) fn remember_login(&mut self, credentials: &Credentials) {
        self.credentials = Some(credentials.clone());
        self.state.standing.by_hand = false;
    }

    /// Whether the connections go through a SOCKS or HTTP proxy.
    pub(crate) fn is_proxied(&self) -> bool {
        !self.through.is_empty()
    }

    /// Notes that nobody is logged in at the server: an FTP proxy has accepted a login of its own, or
    /// the reply that seemed to accept the login was another command's.
    pub(crate) fn forget_login(&mut self) {
        self.state.logged_in = false;
    }

    /// Returns the way of the login through an FTP proxy. `None` without an FTP proxy. From now on,
    /// both passwords are masked, since they may be sent as a part of an argument.
    pub(crate) fn login_route(&mut self, user: &Credentials) -> Option<Arc<LoginRoute>> {
        let route = self.login_route.clone()?;
        for secret in route.secrets(user) {
            self.keep_secret(secret, false);
        }
        Some(route)
    }

    /// Queues a data command, such as RETR. The session stores its replies in the record of the
    /// transfer.
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

    /// Stops waiting for a reply that did not come in time. Because the reply may still come later,
    /// the session sends a fence before its next command.
    pub(crate) fn give_up_reply(&mut self) -> Result<(), Error> {
        self.give_up_waiting();
        self.check_alive()
    }

    /// Returns the next reply to a command of this operation. If it has not come yet, halts with
    /// the want to read from the control connection, for at most `wait`.
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

    /// Returns the reply to the EPSV or PASV that was sent ahead. If it has not come yet, halts with
    /// the want to read from the control connection.
    pub(crate) fn take_port(&mut self, answer: &mut Answer, wait: Wait) -> Result<Reply, Halt> {
        let late = answer.take_timeout();
        if let Some(reply) = self.pick_port() {
            self.clock = None;
            return Ok(reply?);
        }
        self.check_alive()?;
        let mut ledger = self.ledger.iter();
        let owed = ledger.find(|owed| owed.shape == Shape::Port);
        if !late && owed.is_some() {
            return Err(self.receive_within(wait).into());
        }
        let late = Error::new(ErrorKind::Timeout(wait));
        Err(match owed {
            Some(owed) => owed.add_verb_to(late).into(),
            None => late.into(),
        })
    }

    /// Waits for the reply to an EPSV or PASV that was sent ahead, so that the next flight leaves
    /// after every reply to this one.
    pub(crate) fn await_port(&mut self, answer: &mut Answer) -> Result<(), Halt> {
        let late = answer.take_timeout();
        self.check_alive()?;
        if !self.owes(Shape::Port) {
            return Ok(());
        }
        if late {
            return Ok(self.give_up_reply()?);
        }
        // A server that has lost the command never replies to it.
        let wait = self.wait_for_epsv();
        Err(self.receive_within(wait).into())
    }

    /// Waits for the reply to an EPSV or PASV that was sent ahead, and throws it away, because no
    /// transfer can use the port.
    pub(crate) fn discard_port(&mut self, answer: &mut Answer) -> Result<(), Halt> {
        if self.port_ahead().is_none() {
            return Ok(());
        }
        match self.take_port(answer, Wait::Reply) {
            Err(Halt::Error(error)) if self.owes(Shape::Port) || self.is_dead() => {
                Err(error.into())
            }
            Err(Halt::Want(want)) => Err(want.into()),
            // Before the login, a refusal does not mean that the server lacks EPSV.
            Ok(reply) if reply.is_refusal() => {
                self.retry_epsv();
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Methods that make the wants that a flow returns to its driver.
impl Session {
    /// Returns the want to read from the control connection, with the time limit `wait`.
    pub(crate) fn receive_within(&mut self, wait: Wait) -> Want {
        let wait = self.limit_last_line(wait);
        let clock = match self.clock.replace(wait) {
            Some(before) if before == wait => Clock::Continues,
            _ => Clock::Starts,
        };
        Receive::want(self.issue(), wait, clock)
    }

    /// Replaces `wait` by the short [`Wait::LastLine`] if a multi-line reply seems to end with the
    /// wrong code, for example `211-` and then `214 End`. The server may think that the reply is
    /// over, and send no more. This is done once for each reply, because each change of the limit
    /// starts the clock again.
    fn limit_last_line(&mut self, wait: Wait) -> Wait {
        let goes_on = self.clock == Some(Wait::LastLine);
        if self.decoder.other_end().is_none() || (self.awaited_last_line && !goes_on) {
            return wait;
        }
        self.awaited_last_line = true;
        Wait::LastLine
    }

    /// Returns the want of a look: to read, without waiting, what has already arrived.
    pub(crate) fn look(&mut self) -> Want {
        Receive::want(self.issue(), Wait::Arrived, Clock::Starts)
    }

    /// If the last look has brought bytes, halts with another look, because more may have arrived.
    pub(crate) fn look_again(&mut self, answer: &mut Answer) -> Result<(), Halt> {
        match answer.take() {
            Some(Event::Received) if !self.is_dead() => Err(self.look().into()),
            _ => Ok(()),
        }
    }

    /// Opens the record of a transfer, and returns the want to connect to the server for its data.
    pub(crate) fn connect(&mut self, endpoint: Endpoint, clock: Clock) -> Want {
        self.open_transfer();
        Connect::want(self.issue(), Wait::Connect, clock, endpoint)
    }

    /// Opens the record of a transfer, and returns the want to listen for its data connection
    /// (active mode).
    pub(crate) fn listen(&mut self) -> Want {
        // The old record is dropped, because a flow that opens two transfers in a row must not find
        // the record of the first.
        self.live = None;
        self.open_transfer();
        Listen::want(self.issue(), Wait::Connect, Clock::Starts)
    }

    /// Returns the want to accept the data connection that the server makes in active mode.
    pub(crate) fn accept(&mut self, wait: Wait, clock: Clock) -> Want {
        let wanted = self.config.active_peer;
        Accept::want(self.issue(), wait, clock, wanted)
    }

    /// Notes the address of a connection that the driver dropped in active mode, because it is not
    /// the server's address. `None` changes nothing.
    pub(crate) fn note_rejected_peer(&mut self, rejected_peer: Option<SocketAddr>) {
        self.error_context.rejected_peer = rejected_peer.or(self.error_context.rejected_peer);
    }

    /// Notes that the data connection is made. From now on, errors no longer mention a connection
    /// that was dropped or an address that was ignored before, since these cannot be the cause.
    pub(crate) fn note_data_connected(&mut self) {
        self.error_context.rejected_peer = None;
        self.error_context.ignored_address = None;
    }

    /// Notes the address in a 227 if it is not the server's address on the control connection. The
    /// client ignores such an address and connects to the server's own.
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

    /// Returns how long the handshake on the data connection may take. The time is short if the
    /// server has already sent its final reply, because it may then never answer the handshake.
    pub(crate) fn handshake_wait(&self) -> Wait {
        match self.final_reply() {
            Some(_) => Wait::DataClose,
            None => Wait::Handshake,
        }
    }

    /// Returns the want to start TLS on the data connection before the preliminary reply has come,
    /// because some servers do the handshake first.
    pub(crate) fn secure_data_early(&mut self, clock: Clock, tickets: Tickets) -> Want {
        SecureData::want(self.issue(), Wait::Preliminary, clock, tickets)
    }

    /// Returns the want to end the data connection as `closing` says. If the transfer has not
    /// begun, [`Closing::Abandon`] (a reset) becomes [`Closing::Discard`] (a normal end), because a
    /// reset ends the process of some servers.
    pub(crate) fn close_data(&mut self, closing: Closing, clock: Clock) -> Want {
        let wait = match closing {
            Closing::SendEnd => Wait::DataIdle,
            _ => Wait::DataClose,
        };
        let has_begun = self.live.as_ref().is_some_and(|live| live.has_begun());
        let closing = match closing {
            Closing::Abandon if !has_begun => Closing::Discard,
            closing => closing,
        };
        CloseData::want(self.issue(), wait, clock, closing)
    }

    /// Returns the want to start TLS on the control connection. No other byte may be sent or
    /// received before the end of the handshake.
    pub(crate) fn secure_control(&mut self) -> Want {
        self.state.channel = Channel::Securing;
        SecureControl::want(self.issue(), Wait::Handshake, Clock::Starts)
    }

    /// Returns the want to end TLS on the control connection.
    pub(crate) fn clear_control(&mut self) -> Want {
        ClearControl::want(self.issue(), Wait::Handshake, Clock::Starts)
    }
}

/// Methods for the control connection: whether it can still be used, and whether it is under TLS.
impl Session {
    /// Returns an error, the cause of the session's end, if the session is dead.
    pub(crate) fn check_alive(&self) -> Result<(), Error> {
        match &self.dead {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    /// Ends the session for this reason, and returns the error that the operation must return. If
    /// the session was already dead, this error is the earlier reason.
    pub(crate) fn die_with(&mut self, reason: Error) -> Error {
        self.die(reason.clone());
        self.check_alive().err().unwrap_or(reason)
    }

    /// Returns how long the server may take to send its greeting. After a 120, which announces a
    /// delay, the time is longer.
    pub(crate) fn greeting_wait(&self) -> Wait {
        if self.state.greeting_delayed {
            Wait::DelayedGreeting
        } else {
            Wait::Greeting
        }
    }

    /// Whether the control connection is in clear text and no byte has come since the last reply.
    pub(crate) fn is_silent_in_clear(&self) -> bool {
        self.state.channel == Channel::Clear && self.decoder.is_untouched()
    }

    /// Whether a reply may have come that belongs to no command: the session is out of step, or
    /// bytes have come since the last complete reply.
    pub(crate) fn has_strays(&self) -> bool {
        !self.decoder.is_untouched() || self.out_of_step
    }

    /// Whether the session is out of step: a reply came that no command waited for, or a reply was
    /// lost.
    pub(crate) fn is_out_of_step(&self) -> bool {
        self.out_of_step
    }

    /// Whether the reply to a fence is still to come: then the ledger holds at least the entry of
    /// this fence.
    pub(crate) fn is_fence_awaited(&self) -> bool {
        !self.ledger.is_empty()
    }

    /// Returns the last reply that came before the fence's own reply, if it belongs to no command.
    pub(crate) fn stray_before_fence(&mut self) -> Option<Reply> {
        self.fencing.take_stray()
    }

    /// Whether the session uses implicit TLS and its handshake has not begun. Until then, nothing
    /// may be sent or received.
    pub(crate) fn tls_is_due(&self) -> bool {
        self.state.channel == Channel::Due
    }

    /// Whether the TLS handshake on the control connection is the next step or is under way.
    pub(crate) fn is_securing(&self) -> bool {
        self.state.channel == Channel::Securing
    }

    /// Notes that the driver has started TLS on the control connection (after
    /// [`secure_control`](Self::secure_control)) or has ended it (after
    /// [`clear_control`](Self::clear_control)). If the driver failed, the session is dead.
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

    /// Notes that this session has reached the directory and settings of the session that it
    /// replaces.
    pub(crate) fn mark_restored(&mut self) {
        self.unrestored = None;
    }
}

/// Methods for the settings that were agreed with the server, and for what the client has learnt
/// about the server.
impl Session {
    /// Returns whether the server has this capability, as far as the session knows.
    pub(crate) fn support(&self, capability: Capability) -> Support {
        self.state.known.support(capability)
    }

    /// Whether the session knows that this capability does not work on this server.
    pub(crate) fn lacks(&self, capability: Capability) -> bool {
        self.state.known.is_refused(capability)
    }

    /// Notes that this capability does not work, although the server has not refused it. For
    /// example, the port that EPSV named cannot be reached, or the server's replies to a command
    /// are of no use.
    pub(crate) fn give_up(&mut self, capability: Capability) {
        trace::gave_up(capability);
        self.state.known.note(capability, false);
    }

    /// Returns the value that an OPTS command has set for this option, in this session or in one
    /// that it replaces. `None` if no OPTS has set the option.
    pub(crate) fn option_in_force(&self, name: &str) -> Option<&[u8]> {
        self.state.standing.option(name)
    }

    /// Whether the server has replied to SYST.
    pub(crate) fn knows_system(&self) -> bool {
        self.state.known.knows_system()
    }

    /// Whether the server has accepted EPSV. This does not mean that its port could be reached.
    pub(crate) fn epsv_was_accepted(&self) -> bool {
        self.state.known.has_worked(Capability::Epsv)
    }

    /// Whether the server has accepted an EPRT in this session.
    pub(crate) fn eprt_has_worked(&self) -> bool {
        self.state.known.has_worked(Capability::Eprt)
    }

    /// Whether the client sends EPSV, and not PASV, for the next passive data connection.
    pub(crate) fn asks_by_epsv(&self) -> bool {
        match self.config.passive_command {
            PassiveCommand::Automatic => !self.lacks(Capability::Epsv),
            PassiveCommand::Epsv => true,
            PassiveCommand::Pasv => false,
        }
    }

    /// Returns how long to wait for the reply to EPSV. The time is short for the first EPSV,
    /// because a firewall may swallow the command: the client can then try PASV soon.
    pub(crate) fn wait_for_epsv(&self) -> Wait {
        let automatic = self.config.passive_command == PassiveCommand::Automatic;
        let known = self.lacks(Capability::Epsv) || self.epsv_was_accepted();
        match automatic && !known {
            true => Wait::FirstEpsv,
            false => Wait::Reply,
        }
    }

    /// Whether the client may try PASV if it cannot reach the port that EPSV named.
    pub(crate) fn may_ask_for_another_port(&self) -> bool {
        let automatic = self.config.passive_command == PassiveCommand::Automatic;
        automatic && self.asks_by_epsv() && !self.state.passive_port_reached
    }

    /// Notes that the client has reached a passive port that the server named.
    pub(crate) fn note_passive_port_reached(&mut self) {
        self.state.passive_port_reached = true;
    }

    /// Forgets that EPSV has failed. A flow calls this after PASV has failed too, so that the next
    /// transfer tries EPSV again.
    pub(crate) fn retry_epsv(&mut self) {
        self.state.known.forget(Capability::Epsv);
    }

    /// Whether data connections have this PROT level. It is the level that the server has accepted.
    /// A server with implicit TLS that does not know PROT has level P.
    pub(crate) fn has_protection(&self, protection: Protection) -> bool {
        self.state.protection == Some(protection)
    }

    /// Whether the client must send `OPTS UTF8 ON` before this command: the command has a name that
    /// is not ASCII, or it asks for a listing, which may hold such names. Under
    /// [`Utf8Names::SwitchOn`], a listing counts only if the features are known.
    pub(crate) fn needs_utf8_before(&self, command: &Command) -> bool {
        let wanted = self.config.utf8_names != Utf8Names::AsTheyAre;
        if !wanted || self.state.names_settled || !self.state.logged_in {
            return false;
        }
        let early = self.config.utf8_names == Utf8Names::SwitchOnEarly;
        let listing = Verb::is_listing(command.verb()) && (early || self.features().is_some());
        let name = command
            .argument()
            .filter(|_| Verb::takes_path(command.verb()));
        listing || name.is_some_and(|name| !name.is_ascii() && core::str::from_utf8(name).is_ok())
    }

    /// Notes that the client has sent `OPTS UTF8 ON`, or need not send it.
    pub(crate) fn mark_names_settled(&mut self) {
        self.state.names_settled = true;
    }

    /// Whether the server has refused TYPE A, so that the client requests listings in TYPE I.
    pub(crate) fn refuses_text(&self) -> bool {
        self.lacks(Capability::TypeA)
    }

    /// Fails if MODE or STRU has another value than S or F, for example MODE B. The bytes of a
    /// transfer would then not be the bytes of the file, and this crate does not convert them.
    pub(crate) fn check_framing(&self) -> Result<(), Error> {
        if [self.state.mode, self.state.structure].contains(&FramingState::Other) {
            return Err(Error::misuse(Misuse::Framing));
        }
        Ok(())
    }

    /// Returns MODE S or STRU F if the client must send it before a transfer, because it does not
    /// know which mode or structure the server uses now. `None` if it knows both.
    pub(crate) fn framing_in_doubt(&self) -> Option<Command> {
        if self.state.mode == FramingState::Unknown {
            return Some(Command::fixed(Verb::MODE, "S"));
        }
        let unknown = self.state.structure == FramingState::Unknown;
        unknown.then(|| Command::fixed(Verb::STRU, "F"))
    }

    /// Whether the client does not know the PROT level, because the reply to PROT was lost.
    pub(crate) fn protection_is_in_doubt(&self) -> bool {
        self.is_secured() && self.state.protection_in_doubt
    }

    /// Whether a REST of an earlier operation may still be in force, so that the next transfer
    /// would start at its offset.
    pub(crate) fn offset_is_set(&self) -> bool {
        self.state.restart.is_some_and(|offset| offset != 0)
    }

    /// Whether data connections use TLS.
    pub(crate) fn protects_data(&self) -> bool {
        self.protection() == Protection::Private
    }

    /// Returns what the server did first in the last transfer under TLS: it sent the preliminary
    /// reply, or it did the handshake. The client expects the same order in the next transfer.
    /// `None` if the order is not known yet.
    pub(crate) fn first_on_data(&self) -> Option<FirstOnData> {
        self.first_on_data
    }

    /// Notes what the server did first in a transfer under TLS: it sent the preliminary reply, or
    /// it did the handshake.
    pub(crate) fn note_first_on_data(&mut self, first: FirstOnData) {
        self.first_on_data = Some(first);
    }

    /// Notes that the server refused a data connection because the client had not resumed the TLS
    /// session. A reply in clear text changes nothing, because an attacker can fake it.
    pub(crate) fn note_resumption_demanded(&mut self) {
        self.resumption_failed |= self.is_secured();
    }
}

/// Methods for the record of a transfer. The record is opened before the data connection is made.
/// It is closed when a flow takes the final reply, or when the transfer is aborted.
impl Session {
    /// Opens a transfer's record, unless one is open.
    pub(crate) fn open_transfer(&mut self) {
        if self.live.is_none() {
            self.aborted = None;
            self.live = Some(Box::new(LiveTransfer::new(self.next_transfer())));
        }
    }

    /// Returns an error if no transfer's record is open.
    pub(crate) fn check_transfer(&self) -> Result<(), Error> {
        match self.live {
            Some(_) => Ok(()),
            None => Err(Error::misuse(Misuse::StaleTransfer)),
        }
    }

    /// Makes the [`Transfer`] for the transfer that this command has begun. The flow that finishes
    /// or aborts the transfer takes it.
    pub(crate) fn transfer_token(
        &mut self,
        command: &Command,
        direction: Direction,
        transfer_type: TransferType,
        secured: DataTls,
    ) -> Result<Transfer, Error> {
        let live = self.live.as_mut();
        let live = live.ok_or_else(|| Error::new(ErrorKind::OutOfStep))?;
        // The resumed handshake has used up a TLS session ticket, and the server may send a new one
        // over the data connection. If the session has once waited for a ticket in vain, it does
        // not wait again, so this is not noted.
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
            size: None,
        })
    }

    /// The transfer's preliminary reply. `None` before it has come.
    pub(crate) fn preliminary_reply(&self) -> Option<&Reply> {
        self.live.as_ref()?.preliminary.as_ref()
    }

    /// The transfer's final reply. `None` before it has come.
    pub(crate) fn final_reply(&self) -> Option<&Reply> {
        self.live.as_ref()?.outcome.as_ref()
    }

    /// Whether a reply to this transfer has come that refuses it.
    pub(crate) fn has_refused(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.is_refused())
    }

    /// Whether the server's confirmation of the transfer may belong to another command. This is so
    /// if the session has already taken a wrong reply for the final reply, or if a further reply
    /// has begun to come although every command has its reply.
    pub(crate) fn is_confirmation_doubtful(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.doubtful)
            || self.ledger.is_empty() && !self.decoder.is_empty()
    }

    /// Removes and returns a 2xx that came before the client had sent all data of an upload. Such a
    /// reply belongs to another command. The session then stops waiting for the upload's own final
    /// reply. If it comes later, a fence throws it away.
    pub(crate) fn take_premature_completion(&mut self) -> Option<Reply> {
        let reply = self.live.as_ref()?.completion()?.clone();
        self.strike_out_transfer();
        if let Some(live) = &mut self.live {
            live.outcome = None;
            live.held.clear();
        }
        Some(reply)
    }

    /// After a time-out, stops waiting for the final reply and for replies to keep-alives. If a
    /// reply has come that no keep-alive can get, it becomes the final reply. The next fence throws
    /// away the replies that still come.
    ///
    /// `met` says whether the server has used the data connection. If it has not, it may keep the
    /// transfer and run it over the next data connection.
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
    /// record, and returns that reply. If the transfer failed because the server sent nothing
    /// (`silent`), the wait is short. If no reply comes even then, the record stays open, and the
    /// next operation sends ABOR.
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
    /// transfer's own final reply. If there is none, returns the reply to ABOR.
    pub(crate) fn abort_transfer(&mut self, answer: &mut Answer) -> Result<Option<Reply>, Halt> {
        self.check_transfer()?;
        let finished = self.final_reply().cloned();
        // A time-out can have two causes: ABOR got no reply, or closing the data connection took
        // too long. The cause is ABOR only if the data connection was already closed before this
        // wait.
        let unanswered = Shape::Abort(Aborting::Unanswered);
        let beside = Shape::Abort(Aborting::UnansweredBeside);
        let abort = |owed: &Owed| [unanswered, beside].contains(&owed.shape);
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

    /// Whether the server may still hold an earlier transfer, and run it over the next data
    /// connection.
    pub(crate) fn may_have_a_transfer_queued(&self) -> bool {
        self.queued
    }

    /// Notes that the server has got a data connection for the aborted transfer that it kept in its
    /// queue. The replies to that transfer may still come, and the next fence throws them away.
    pub(crate) fn mark_purged(&mut self) {
        self.queued = false;
        self.out_of_step = true;
        self.live = None;
    }

    /// Closes the transfer's record, and returns the final reply.
    pub(crate) fn close_transfer(&mut self) -> Option<Reply> {
        let outcome = self.live.take()?.outcome;
        self.note_transfer_end(outcome.as_ref().is_some_and(Reply::confirms_transfer));
        outcome
    }
}
