//! Pipelining: which commands may leave together as one flight, and the port that the client has
//! asked for ahead of the transfer that uses it.
//!
//! A flight leaves only after every reply to the flight before it has come. So a look before a
//! flight still finds every stray reply, however many commands the flight has. Within a flight, the
//! codes show a reply that was doubled or lost: the last command of a flight has a code of its own,
//! such as EPSV's 229.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::effect::Effect;
use super::flights::Port;
use super::ledger::{Owed, Shape};
use super::{FirstOnData, Session};
use crate::capabilities::{Capability, Support};
use crate::error::Error;
use crate::options::config::DataMode;
use crate::options::pipelining::When;
use crate::wire::{Class, Command, Reply, Verb};

/// How far the client trusts a server to bear pipelining of one kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trust {
    None,
    /// Nothing is known about the server.
    Unproven,
    Proven,
}

/// Words in the greetings of servers that bear every kind of pipelining.
const ROBUST: [&[u8]; 2] = [b"vsftpd", b"proftpd"];

/// Methods by which flows pipeline commands.
impl Session {
    /// Whether settings, which change nothing on the server's disk, may leave in one flight. Before
    /// a login, servers refuse all of them alike, so that the replies could not be told apart.
    pub(crate) fn may_share_flight(&self) -> bool {
        let mut staged = self.staged.iter();
        let of_login = staged.any(|(_, owed)| owed.effect.is_of_login());
        (self.state.logged_in || of_login)
            && self.trust(self.config.pipelining.flights, Capability::Pipelining) >= Trust::Unproven
    }

    /// Whether commands that act may share a flight too: the server is known by name, or from an
    /// earlier session. That TYPE and EPSV may leave together does not show it: libunftp refuses an
    /// RNTO that comes before it has looked for the file of RNFR.
    pub(crate) fn bears_flights(&self) -> bool {
        let serial =
            self.flights.robust || self.support(Capability::PortAhead) == Support::Verified;
        let always = self.config.pipelining.flights == When::Always;
        self.may_share_flight() && (serial || always)
    }

    /// Whether RETR may leave in the flight of REST: the server has accepted REST before, or is known
    /// to bear everything. If it refuses REST, it sends data that nobody wants.
    pub(crate) fn may_restart_in_one_flight(&self) -> bool {
        let known = self.support(Capability::RestStream) == Support::Verified;
        self.bears_flights() && (known || self.flights.robust)
    }

    /// Whether RNFR and RNTO may leave in one flight. If the server refused this RNFR, but still
    /// remembered an earlier one, RNTO would rename another file.
    pub(crate) fn may_rename_in_one_flight(&self) -> bool {
        self.bears_flights() && !self.state.rename_is_open && self.unknown_changes == 0
    }

    /// Whether the TLS handshake on the data connection may begin directly after the data command:
    /// the server is known to bear it, or a transfer under TLS has gone well.
    pub(crate) fn may_begin_handshake_ahead(&self) -> bool {
        let when = self.config.pipelining.early_handshake;
        match self.trust(when, Capability::HandshakeAhead) {
            Trust::None => false,
            Trust::Unproven => {
                self.flights.has_transferred && self.first_on_data == Some(FirstOnData::Reply)
            }
            Trust::Proven => true,
        }
    }

    /// Notes that a handshake that began ahead has failed. It does not begin ahead again.
    pub(crate) fn give_up_handshake_ahead(&mut self) {
        self.give_up(Capability::HandshakeAhead);
    }

    /// Queues EPSV or PASV in the flight of the settings for a transfer, if that is allowed and no
    /// port is known yet.
    pub(crate) fn ask_for_port_ahead(&mut self) -> Result<(), Error> {
        let may = self.may_share_flight() && self.port_ahead().is_none();
        match may && self.may_ask_ahead() {
            true => self.stage(Command::from(self.port_verb()), Shape::Port),
            false => Ok(()),
        }
    }

    /// Queues the EPSV or PASV for the next transfer in the flight of this transfer's data command.
    /// `expected` says whether another transfer is known to follow; `None` if that is not known.
    ///
    /// No harmless command shows whether a server bears that. pyftpdlib ends the transfer at EPSV.
    /// Twisted does one command after the other, but replies to nothing after EPSV before the client
    /// has connected. So only a server that is known by name, or from an earlier session, gets it.
    pub(crate) fn ask_for_next_port(&mut self, expected: Option<bool>) -> Result<(), Error> {
        let expected = expected.unwrap_or(self.flights.has_transferred);
        let when = self.config.pipelining.next_port;
        let proven = self.trust(when, Capability::PortAhead) == Trust::Proven;
        let may = proven && expected && self.may_ask_ahead();
        let Some(live) = self.live.as_mut().filter(|_| may) else {
            return Ok(());
        };
        live.port_ahead = true;
        let command = Command::from(self.port_verb());
        self.stage(command, Shape::Port)?;
        if let Some((_, owed)) = self.staged.last_mut() {
            // A refusal during a transfer does not mean that the server lacks EPSV.
            owed.capability = None;
        }
        Ok(())
    }

    /// Returns the verb by which a port was asked for ahead, if no transfer has used this port yet.
    pub(crate) fn port_ahead(&self) -> Option<Verb> {
        let named = self.flights.port.as_ref().map(|port| port.verb.clone());
        let staged = self.staged.iter().map(|(_, owed)| owed);
        let mut owed = staged.chain(&self.ledger);
        let asked = owed.find(|owed| owed.shape == Shape::Port).map(port_verb);
        named.or(asked)
    }

    /// Removes and returns the reply to the EPSV or PASV that was sent ahead. `None` if it has not
    /// come.
    pub(super) fn pick_port(&mut self) -> Option<Result<Reply, Error>> {
        self.flights.port.take().map(|port| port.reply)
    }

    /// Whether the server has named a port for the next transfer in an earlier operation.
    pub(crate) fn has_old_port(&self) -> bool {
        let port = self.flights.port.as_ref();
        port.is_some_and(|port| port.operation != self.operation)
    }

    /// Notes that the port for the next transfer was of no use. No port is asked for during a
    /// transfer any more.
    pub(crate) fn give_up_ports_ahead(&mut self) {
        self.give_up(Capability::PortAhead);
    }

    /// Whether the reply that names the port for the next transfer is still to come, in the flight
    /// of this transfer's command.
    pub(crate) fn awaits_next_port(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.port_ahead) && self.owes(Shape::Port)
    }

    /// After a time-out, stops waiting for the port for the next transfer.
    pub(crate) fn give_up_next_port(&mut self) {
        self.ledger.retain(|owed| owed.shape != Shape::Port);
        self.refuse_next_port();
        self.flights.port_may_follow = true;
        self.lose_step();
    }

    /// After a time-out, ends pipelining for this session if a flight is under way and its transfer
    /// has not begun: the server may have lost a command of the flight.
    pub(crate) fn give_up_silent_flight(&mut self) {
        if self.flights.several && self.preliminary_reply().is_none() {
            self.return_to_lock_step();
        }
    }

    /// Decides after a look whether the port that was named in an earlier operation may be used. If
    /// the session is out of step, it may not: the client asks again, after a fence.
    pub(crate) fn check_old_port(&mut self) {
        self.notice_stray();
        if self.out_of_step {
            self.drop_port();
        }
    }

    /// Puts the session out of step if a look has brought the first bytes of a reply, although no
    /// command waits for one.
    pub(crate) fn notice_stray(&mut self) {
        if self.ledger.is_empty() && !self.decoder.is_empty() {
            self.lose_step();
        }
    }

    /// Whether the server still has to reply to exactly one command.
    pub(crate) fn owes_one_reply(&self) -> bool {
        self.ledger.len() == 1
    }

    /// Whether a fence must show that the final reply is the transfer's own, because the EPSV that
    /// left together with the data command has failed.
    pub(crate) fn needs_last_word(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.needs_last_word)
    }

    fn may_ask_ahead(&self) -> bool {
        let announced = self.features().is_some_and(|all| all.supports("PRET"));
        self.config.data_mode == DataMode::Passive && !announced
    }

    fn port_verb(&self) -> Verb {
        match self.asks_by_epsv() {
            true => Verb::EPSV,
            false => Verb::PASV,
        }
    }

    fn trust(&self, when: When, kind: Capability) -> Trust {
        if self.flights.over || self.lacks(kind) || self.lacks(Capability::Pipelining) {
            return Trust::None;
        }
        match when {
            When::Never => Trust::None,
            When::Always => Trust::Proven,
            When::Adaptive if self.is_known_to_bear(kind) => Trust::Proven,
            When::Adaptive => Trust::Unproven,
        }
    }

    fn is_known_to_bear(&self, kind: Capability) -> bool {
        self.flights.robust || self.support(kind) == Support::Verified
    }
}

/// Methods that keep count of flights and of the port.
impl Session {
    /// Notes whether this greeting names a server that bears every kind of pipelining.
    pub(super) fn recognize(&mut self, greeting: &Reply) {
        let names = |line: &[u8], word: &[u8]| {
            let mut windows = line.windows(word.len());
            windows.any(|window| window.eq_ignore_ascii_case(word))
        };
        let mut lines = greeting.text_lines();
        self.flights.robust = lines.any(|line| ROBUST.iter().any(|word| names(line, word)));
    }

    /// Notes that the staged commands leave now, as one flight.
    pub(super) fn begin_flight(&mut self) {
        self.flights.several = self.staged.len() > 1;
        self.flights.used |= self.flights.several;
        self.flights.last = Vec::new();
        self.flights.doubted = false;
        self.flights.newest = None;
        self.flights.repeated = false;
        self.flights.port_may_follow = false;
        self.flights.effects = match self.flights.several {
            true => self.staged_effects(),
            false => Vec::new(),
        };
    }

    /// Compares a reply with the one before it in the flight. If both are the same, the server may
    /// have sent one of them twice, and the reply to the flight's last command may still come. If
    /// the session is out of step, a fence follows in any case.
    pub(super) fn compare_in_flight(&mut self, reply: &Reply) {
        if !self.flights.several || self.out_of_step {
            self.flights.repeated = false;
            return;
        }
        let newest = self.flights.newest.replace(Box::new(reply.clone()));
        let preliminary = reply.class() == Class::Preliminary;
        if preliminary || matches!(reply.code().value(), 227 | 229 | 257) {
            // Only one command of the flight gets this code, so nothing is shifted.
            self.flights.repeated = false;
        } else if newest.is_some_and(|newest| *newest == *reply) {
            self.flights.repeated = true;
        }
    }

    /// Notes that a reply has come. If it was the last one of a flight of several commands, the
    /// server has shown whether it bears flights.
    pub(super) fn check_flight(&mut self) {
        if !self.flights.several || !self.ledger.is_empty() {
            return;
        }
        self.flights.several = false;
        let newest = self.flights.newest.take();
        if core::mem::take(&mut self.flights.repeated) {
            // A refusal changes nothing, whichever command it answers.
            self.flights.doubted |= newest.is_some_and(|reply| !reply.is_refusal());
            self.lose_step();
        }
        if self.flights.doubted {
            self.forget_flight();
        } else if !self.flights.over {
            self.state.known.note(Capability::Pipelining, true);
        }
        self.flights.last = core::mem::take(&mut self.flights.effects);
    }

    /// Notes that a reply fits none of the commands of the flight under way. Its other replies may
    /// belong to other commands too, so what the flight has set is unknown.
    pub(crate) fn doubt_flight(&mut self) {
        self.flights.doubted = true;
        self.forget_flight();
        self.return_to_lock_step();
    }

    /// Notes that a reply has come that belongs to no command. A reply to a command of the last
    /// flight may belong to another command then, so what this flight has set is unknown.
    pub(super) fn doubt_last_flight(&mut self) {
        for effect in &core::mem::take(&mut self.flights.last) {
            self.state.forget(effect);
        }
    }

    /// Whether this is a late or second reply to the EPSV or PASV that left beside the last transfer.
    /// It says nothing about the transfer.
    pub(super) fn is_late_port(&self, reply: &Reply) -> bool {
        self.flights.port_may_follow && matches!(reply.code().value(), 227 | 229)
    }

    /// Ends pipelining for this session, after a reply that was odd, missing or late.
    pub(super) fn return_to_lock_step(&mut self) {
        if !self.flights.used || self.flights.over {
            return;
        }
        self.flights.over = true;
        if self.flights.several {
            self.state.known.note(Capability::Pipelining, false);
        }
    }

    /// Notes that the replies to the flight under way show nothing any more, because its transfer is
    /// aborted.
    pub(super) fn forsake_flight(&mut self) {
        self.flights.several = false;
        self.flights.newest = None;
        self.flights.effects = Vec::new();
    }

    /// Whether this reply to PASS rather belongs to another command, because PASS has left in a
    /// flight. Without this rule, the 200 to PBSZ would accept a wrong password if the reply to PASS
    /// was lost, and so would a stray 250 that comes after the reply to USER.
    pub(super) fn is_of_other_in_flight(&self, owed: &Owed, reply: &Reply) -> bool {
        let of_flight = owed.effect == Effect::Password && self.flights.several;
        of_flight && matches!(reply.code().value(), 200 | 250)
    }

    /// If the connection ends in the middle of a flight, the next session does without flights.
    pub(super) fn blame_flight(&mut self) {
        if self.flights.several && !self.ledger.is_empty() {
            self.state.known.note(Capability::Pipelining, false);
        }
    }

    /// Returns what the staged commands change. An idle session keeps the list, so it has no room
    /// to spare.
    fn staged_effects(&self) -> Vec<Effect> {
        let effects = || {
            let staged = self.staged.iter().map(|(_, owed)| &owed.effect);
            staged.filter(|effect| **effect != Effect::None)
        };
        let mut list = Vec::with_capacity(effects().count());
        list.extend(effects().cloned());
        list
    }

    fn forget_flight(&mut self) {
        for effect in &self.flights.effects {
            self.state.forget(effect);
        }
    }

    /// Keeps the reply to an EPSV or PASV that was sent ahead. A refusal while a transfer is under
    /// way means that the server does not bear it.
    pub(super) fn keep_port(&mut self, owed: &Owed, reply: Result<Reply, Error>) {
        let beside = self.live.as_ref().is_some_and(|live| live.port_ahead);
        let named = is_named(&reply);
        if beside && !named {
            return self.refuse_next_port();
        }
        if let Some(live) = &mut self.live {
            live.port_ahead = false;
        }
        self.flights.port_may_follow = beside;
        // The refusal of an earlier operation's question is no reason for a later one to fail.
        if named || owed.owner == self.operation {
            let (verb, operation) = (port_verb(owed), owed.owner);
            self.flights.port = Some(Box::new(Port {
                verb,
                reply,
                operation,
            }));
        }
    }

    /// Forgets the refusal of a port that an earlier operation has asked for ahead. It is no reason
    /// for a later operation to fail: for example, the client was not logged in then.
    pub(super) fn forget_refused_port(&mut self) {
        self.flights.port.take_if(|port| !is_named(&port.reply));
    }

    pub(super) fn refuse_next_port(&mut self) {
        self.state.known.note(Capability::PortAhead, false);
        self.drop_port();
        if let Some(live) = &mut self.live {
            live.port_ahead = false;
            live.needs_last_word = true;
        }
    }

    /// Notes how a transfer has ended. After a failure, the port for the next transfer is not used:
    /// nobody knows what the server still sends to it.
    pub(super) fn note_transfer_end(&mut self, confirmed: bool) {
        if confirmed {
            self.flights.has_transferred = true;
            if self.flights.port.is_some() {
                self.state.known.note(Capability::PortAhead, true);
            }
        } else {
            self.drop_port();
        }
    }

    /// Forgets the port that was asked for ahead. A reply that still comes is thrown away.
    pub(super) fn drop_port(&mut self) {
        self.flights.port = None;
        for owed in &mut self.ledger {
            if owed.shape == Shape::Port {
                owed.shape = Shape::Single;
                owed.owner = 0;
            }
        }
    }
}

fn is_named(reply: &Result<Reply, Error>) -> bool {
    matches!(reply, Ok(reply) if reply.class() == Class::Completion)
}

fn port_verb(owed: &Owed) -> Verb {
    match owed.verb.as_str() {
        "PASV" => Verb::PASV,
        _ => Verb::EPSV,
    }
}
