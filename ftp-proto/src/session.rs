//! What must survive when an operation is dropped, and the one function that drivers call.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::config::{Config, Protection, Security};
use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Adopts, Answer, Clock, Event, Flow, Receive, Step, Ticket, Wait, Want};
use crate::ledger::{Owed, Shape};
use crate::reply::Features;
use crate::transfer::{Transfer, TransferId, TransferType, Verdict};
use crate::wire::{Command, Decoded, Reply, ReplyDecoder, Verb};

/// One control connection: the reply decoder, unsent bytes, the ledger, the negotiated state, and
/// why it is dead, if it is. No clock, no randomness, no sockets.
///
/// The [crate's page](crate) shows a whole dialogue.
pub struct Session {
    pub(crate) config: Config,
    id: usize,
    decoder: ReplyDecoder,
    outgoing: Vec<u8>,
    urgent: Option<usize>,
    /// Commands of the running flow that wait for a look at what has already arrived.
    staged: Vec<(Command, Owed)>,
    pub(crate) ledger: VecDeque<Owed>,
    /// Replies that belong to the running operation.
    inbox: VecDeque<Reply>,
    operation: u64,
    serial: u64,
    expected: Option<Ticket>,
    clock: Option<Wait>,
    pub(crate) dead: Option<Error>,
    pub(crate) out_of_step: bool,
    pub(crate) strays: usize,
    pub(crate) live: Option<Live>,
    pub(crate) aborted: Option<Reply>,
    pub(crate) secrets: Vec<Vec<u8>>,
    observer: Option<Observer>,
    pub(crate) state: Negotiated,
}

type Observer = Box<dyn FnMut(Observed<'_>) + Send + Sync>;

/// What a wire observer sees; secrets are masked in both.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Observed<'a> {
    /// A command goes out.
    Sent(&'a Command),
    /// A reply came in.
    Received(&'a Reply),
}

/// What has been agreed with the server and what has been learnt about it.
#[derive(Debug, Default)]
pub(crate) struct Negotiated {
    pub(crate) greeting: Option<Reply>,
    pub(crate) greeting_delayed: bool,
    pub(crate) channel: Channel,
    pub(crate) auth_tried: bool,
    pub(crate) logged_in: bool,
    pub(crate) transfer_type: Option<TransferType>,
    pub(crate) protection: Option<Protection>,
    /// The offset of a REST that no transfer has used up.
    pub(crate) restart: Option<u64>,
    pub(crate) features: Option<Features>,
    pub(crate) extended_passive: Option<bool>,
    pub(crate) extended_port: Option<bool>,
    pub(crate) size_refused: bool,
}

/// The state of the control connection's protection, effects under way included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Channel {
    #[default]
    Clear,
    /// AUTH was accepted; not a byte may come or go before the handshake is done.
    Securing,
    Secured,
    /// CCC was accepted; not a byte may come or go before close_notify went both ways.
    Clearing,
    /// In clear by choice, after CCC.
    Cleared,
}

/// A transfer from the moment its data connection is asked for until it is finished or aborted.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) id: TransferId,
    pub(crate) data_open: bool,
    pub(crate) preliminary: Option<Reply>,
    pub(crate) outcome: Option<Reply>,
    /// Final replies that came while a keep-alive was owed, too.
    pub(crate) held: Vec<Reply>,
    /// A completion that came ahead of the preliminary reply has been passed over.
    pub(crate) early: bool,
}

/// An operation that was started on a session.
#[derive(Debug)]
#[must_use]
pub struct Running<F> {
    flow: F,
    operation: u64,
    stage: Stage,
    held: Option<Want>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Paying what earlier operations left owing.
    Settling,
    Flowing,
    /// Reading what has already arrived, before the flow's commands leave.
    Looking,
    /// Getting back into step before they leave.
    Fencing,
    Finished,
}

static SESSIONS: AtomicUsize = AtomicUsize::new(1);

impl Session {
    /// A session at the moment when its control connection has been made.
    pub fn new(config: Config) -> Self {
        let mut ledger = VecDeque::new();
        ledger.push_back(Owed::greeting());
        Self {
            decoder: ReplyDecoder::new(config.limits.clone(), config.multiline),
            config,
            id: SESSIONS.fetch_add(1, Ordering::Relaxed),
            outgoing: Vec::new(),
            urgent: None,
            staged: Vec::new(),
            ledger,
            inbox: VecDeque::new(),
            operation: 0,
            serial: 0,
            expected: None,
            clock: None,
            dead: None,
            out_of_step: false,
            strays: 0,
            live: None,
            aborted: None,
            secrets: Vec::new(),
            observer: None,
            state: Negotiated::default(),
        }
    }

    /// Starts an operation. The one that ran before, if it was not done, is thereby given up;
    /// what it left owing is paid first.
    pub fn start<F: Flow>(&mut self, flow: F) -> (Running<F>, Answer) {
        self.operation = self.operation.wrapping_add(1);
        self.inbox.clear();
        self.staged.clear();
        self.clock = None;
        self.bury_half_done_upgrade();
        let running = Running {
            flow,
            operation: self.operation,
            stage: Stage::Settling,
            held: None,
        };
        (running, self.issue().answer(Event::Begin))
    }

    /// Advances an operation: the only function that a driver calls in its loop.
    ///
    /// # Errors
    /// [`Misuse::StaleAnswer`] leaves the session as it is; anything else ends the operation, and
    /// the session is in step, in debt, or [dead](Self::is_dead).
    pub fn step<F: Flow>(
        &mut self,
        running: &mut Running<F>,
        answer: Answer,
    ) -> Result<Step<F::Output>, Error> {
        if running.operation != self.operation || self.expected != Some(answer.ticket) {
            return Err(Error::misuse(Misuse::StaleAnswer));
        }
        if running.stage == Stage::Finished {
            return Err(Error::misuse(Misuse::Finished));
        }
        self.expected = None;
        let result = self.advance_operation(running, answer);
        if !matches!(result, Ok(Step::Want(_))) {
            running.stage = Stage::Finished;
        }
        result
    }

    fn advance_operation<F: Flow>(
        &mut self,
        running: &mut Running<F>,
        mut answer: Answer,
    ) -> Result<Step<F::Output>, Error> {
        if let Event::Broken(error) = &answer.event {
            self.die(error.clone());
            answer.event = Event::ControlFirst;
        }
        loop {
            match running.stage {
                Stage::Settling => {
                    if let Some(want) = self.settle_unless(running.flow.adopts(), &mut answer)? {
                        return Ok(Step::Want(want));
                    }
                    // The answer to AUTH may have come in just now, with nobody left to act on it.
                    self.bury_half_done_upgrade();
                    running.stage = Stage::Flowing;
                    answer = self.begin();
                }
                Stage::Flowing => {
                    match running.flow.step(self, answer)? {
                        Step::Want(want) if !self.staged.is_empty() => running.held = Some(want),
                        step => return Ok(step),
                    }
                    running.stage = Stage::Looking;
                    return Ok(Step::Want(self.look()));
                }
                Stage::Looking => {
                    self.alive()?;
                    if matches!(answer.event, Event::Received) {
                        return Ok(Step::Want(self.look()));
                    }
                    if !self.out_of_step {
                        return self.let_go(running);
                    }
                    self.send_fence()?;
                    running.stage = Stage::Fencing;
                    answer = self.begin();
                }
                Stage::Fencing => {
                    self.alive()?;
                    if matches!(answer.event, Event::TimedOut) {
                        self.die(Error::new(ErrorKind::OutOfStep));
                        self.alive()?;
                    }
                    if self.ledger.is_empty() {
                        return self.let_go(running);
                    }
                    return Ok(Step::Want(self.receive_within(Wait::Reply)));
                }
                Stage::Finished => return Err(Error::misuse(Misuse::Finished)),
            }
        }
    }

    /// An upgrade that was agreed on by a flow that is gone: nobody can say how far it got.
    fn bury_half_done_upgrade(&mut self) {
        if matches!(self.state.channel, Channel::Securing | Channel::Clearing) {
            self.die(Error::new(ErrorKind::Tls).with_source("the handshake was given up"));
        }
    }

    /// The flow's commands leave, and its want is handed out.
    fn let_go<F: Flow>(&mut self, running: &mut Running<F>) -> Result<Step<F::Output>, Error> {
        for (command, owed) in core::mem::take(&mut self.staged) {
            self.release(&command, owed);
        }
        running.stage = Stage::Flowing;
        let Some(want) = running.held.take() else {
            return Err(Error::misuse(Misuse::Finished));
        };
        self.expected = Some(want.ticket());
        Ok(Step::Want(want))
    }

    /// Feeds bytes that came on the control connection, cut in any way.
    pub fn receive(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() && self.dead.is_none() {
            if matches!(self.state.channel, Channel::Securing | Channel::Clearing) {
                self.die(Error::new(ErrorKind::Injection));
                return;
            }
            match self.decoder.decode(rest) {
                Err(mut error) => {
                    for secret in &self.secrets {
                        error.mask(secret);
                    }
                    self.die(error.into());
                }
                Ok(Decoded { consumed, reply }) => {
                    rest = rest.get(consumed..).unwrap_or_default();
                    if let Some(reply) = reply {
                        self.attribute(reply, !rest.is_empty());
                    }
                }
            }
        }
    }

    /// Says that the control connection has ended.
    pub fn receive_eof(&mut self) {
        if self.dead.is_some() {
            return;
        }
        let rest = self.decoder.finish();
        // Some servers cut the line end off their last words, and those alone may lack it: a
        // `213 12` that was cut is not a size.
        let quitting = matches!(self.ledger.front(), Some(owed) if owed.shape == Shape::Quit);
        match rest {
            Ok(Some(reply)) if quitting => self.attribute(reply, false),
            Err(error) => return self.die(Error::new(ErrorKind::Closed).with_source(error)),
            Ok(_) => {}
        }
        self.die(Error::new(ErrorKind::Closed));
    }

    /// What must be written on the control connection, before any want is served.
    pub fn outgoing(&self) -> &[u8] {
        &self.outgoing
    }

    /// Which byte of [`outgoing`](Self::outgoing) is to carry TCP's urgent mark, if any: the data
    /// mark of a Telnet Synch ([`AbortSignal`](crate::AbortSignal)).
    pub fn urgent(&self) -> Option<usize> {
        self.urgent
    }

    /// Says that this many bytes of [`outgoing`](Self::outgoing) are written.
    pub fn advance(&mut self, written: usize) {
        let written = written.min(self.outgoing.len());
        self.outgoing.drain(..written);
        self.urgent = self.urgent.and_then(|at| at.checked_sub(written));
        if self.outgoing.is_empty() {
            // An idle session holds no buffer.
            self.outgoing = Vec::new();
        }
    }

    /// What the control connection has said of a transfer that is under way.
    pub fn verdict(&self, transfer: &Transfer) -> Verdict {
        let Some(live) = self.live.as_ref().filter(|live| live.id == transfer.id) else {
            return Verdict::Failed;
        };
        match &live.outcome {
            Some(reply) if reply.class() == crate::wire::Class::Completion => Verdict::Confirmed,
            Some(_) => Verdict::Failed,
            None if self.dead.is_some() || live.is_refused_for_sure() => Verdict::Failed,
            None => Verdict::Open,
        }
    }

    /// Queues a NOOP during a transfer, so that no middlebox forgets the control connection.
    /// Nothing is queued while an earlier one is still unanswered, or once the transfer is over.
    pub fn keep_alive(&mut self, transfer: &Transfer) {
        let owed = self
            .ledger
            .back()
            .is_some_and(|owed| owed.shape == Shape::KeepAlive);
        if self.verdict(transfer) == Verdict::Open && !owed {
            let command = Command::from(Verb::NOOP);
            let owed = Owed::new(&command, Shape::KeepAlive, 0);
            self.release(&command, owed);
        }
    }

    /// Shows every command and every reply to a function of the caller's, secrets masked.
    pub fn observe(&mut self, observer: impl FnMut(Observed<'_>) + Send + Sync + 'static) {
        self.observer = Some(Box::new(observer));
    }

    /// Whether no operation can succeed any more. Why not is what each of them says.
    pub fn is_dead(&self) -> bool {
        self.dead.is_some()
    }

    /// Gives the session up, for a reason that only the driver knows.
    pub fn kill(&mut self, reason: Error) {
        self.die(reason);
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The greeting, once it is in.
    pub fn greeting(&self) -> Option<&Reply> {
        self.state.greeting.as_ref()
    }

    /// Whether the control connection is under TLS.
    pub fn is_secured(&self) -> bool {
        self.state.channel == Channel::Secured
    }

    /// Whether the server has accepted a login.
    pub fn is_logged_in(&self) -> bool {
        self.state.logged_in
    }

    /// The representation type in force, once it is known.
    pub fn transfer_type(&self) -> Option<TransferType> {
        self.state.transfer_type
    }

    /// The protection of data connections in force.
    pub fn protection(&self) -> Protection {
        self.state.protection.unwrap_or(Protection::Clear)
    }

    /// What FEAT said, once it was asked.
    pub fn features(&self) -> Option<&Features> {
        self.state.features.as_ref()
    }

    /// The answer with which a flow steps an inner flow for the first time.
    pub fn begin(&self) -> Answer {
        let ticket = Ticket {
            session: self.id,
            serial: 0,
        };
        ticket.answer(Event::Begin)
    }

    // What flows are written with.

    /// Queues a command; it leaves once the flow has said what it wants next.
    pub(crate) fn send(&mut self, command: Command, shape: Shape) -> Result<(), Error> {
        self.permit(&command)?;
        let owed = Owed::new(&command, shape, self.operation);
        self.staged.push((command, owed));
        self.clock = None;
        Ok(())
    }

    /// The next reply to this operation, or the want that brings it.
    pub(crate) fn reply(
        &mut self,
        event: &mut Event,
        wait: Wait,
    ) -> Result<Result<Reply, Want>, Error> {
        let event = core::mem::replace(event, Event::Begin);
        if let Some(reply) = self.inbox.pop_front() {
            self.clock = None;
            return Ok(Ok(reply));
        }
        self.alive()?;
        match event {
            Event::TimedOut => Err(Error::new(ErrorKind::Timeout(wait))),
            _ => Ok(Err(self.receive_within(wait))),
        }
    }

    pub(crate) fn receive_within(&mut self, wait: Wait) -> Want {
        let clock = if self.clock == Some(wait) {
            Clock::Continues
        } else {
            Clock::Starts
        };
        self.clock = Some(wait);
        Want::Receive(Receive {
            ticket: self.issue(),
            wait,
            clock,
        })
    }

    /// The next wait is a new one, whatever its class.
    pub(crate) fn restart_clock(&mut self) {
        self.clock = None;
    }

    pub(crate) fn has_reply(&self) -> bool {
        !self.inbox.is_empty()
    }

    /// The handshake behind AUTH is done: nothing learnt in clear text counts any more.
    pub(crate) fn secured(&mut self) {
        self.state.channel = Channel::Secured;
        self.state.features = None;
        self.renew_decoder();
    }

    /// close_notify went both ways behind CCC.
    pub(crate) fn cleared(&mut self) {
        self.state.channel = Channel::Cleared;
        self.renew_decoder();
    }

    /// The want that reads what has already arrived, and nothing more.
    pub(crate) fn look(&mut self) -> Want {
        Want::Receive(Receive {
            ticket: self.issue(),
            wait: Wait::Arrived,
            clock: Clock::Starts,
        })
    }

    pub(crate) fn issue(&mut self) -> Ticket {
        self.serial = self.serial.wrapping_add(1);
        let ticket = Ticket {
            session: self.id,
            serial: self.serial,
        };
        self.expected = Some(ticket);
        ticket
    }

    pub(crate) fn alive(&self) -> Result<(), Error> {
        match &self.dead {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    pub(crate) fn die(&mut self, error: Error) {
        self.outgoing = Vec::new();
        self.urgent = None;
        self.staged.clear();
        self.dead.get_or_insert(error);
    }

    /// Opens the account of a transfer whose data connection is about to be asked for.
    pub(crate) fn open_transfer(&mut self) {
        self.serial = self.serial.wrapping_add(1);
        let id = TransferId {
            session: self.id,
            serial: self.serial,
        };
        self.aborted = None;
        self.live = Some(Live {
            id,
            data_open: true,
            preliminary: None,
            outcome: None,
            held: Vec::new(),
            early: false,
        });
    }

    /// Hands a reply to the operation that asked for it, if that still runs.
    pub(crate) fn deliver(&mut self, owner: u64, reply: Reply) {
        if owner == self.operation {
            self.inbox.push_back(reply);
        }
    }

    fn renew_decoder(&mut self) {
        self.decoder = ReplyDecoder::new(self.config.limits.clone(), self.config.multiline);
    }

    /// The only place where a command becomes bytes on their way.
    pub(crate) fn release(&mut self, command: &Command, owed: Owed) {
        if command.is_secret() {
            if let Some(secret) = command.argument() {
                self.secrets.push(secret.to_vec());
            }
        }
        if let Some(observer) = &mut self.observer {
            observer(Observed::Sent(command));
        }
        command.encode(self.config.telnet, &mut self.outgoing);
        self.ledger.push_back(owed);
    }

    /// Puts a Telnet Synch ahead of the command that comes next.
    pub(crate) fn release_synch(&mut self) {
        /// IAC IP IAC DM (RFC 854).
        const SYNCH: [u8; 4] = [0xFF, 0xF4, 0xFF, 0xF2];
        self.outgoing.extend_from_slice(&SYNCH);
        self.urgent = self.outgoing.len().checked_sub(1);
    }

    pub(crate) fn observe_reply(&mut self, reply: &Reply) {
        if let Some(observer) = &mut self.observer {
            let mut reply = reply.clone();
            for secret in &self.secrets {
                reply.mask(secret);
            }
            observer(Observed::Received(&reply));
        }
    }

    /// No credentials, and nothing of the data channel, before the security that was asked for.
    fn permit(&self, command: &Command) -> Result<(), Error> {
        self.alive()?;
        let verb = command.verb();
        let refuse = |kind| Err(Error::new(kind).with_command(verb));
        let unsent = self
            .staged
            .iter()
            .map(|(staged, _)| staged.wire_length())
            .sum::<usize>();
        if self.outgoing.len().saturating_add(unsent) > self.config.unsent {
            return refuse(ErrorKind::Misuse(Misuse::TooMuchUnsent));
        }
        let secured = match self.state.channel {
            Channel::Secured => true,
            Channel::Clear if self.config.security == Security::Plain => false,
            Channel::Clear => {
                let harmless = ["AUTH", "FEAT", "HOST", "QUIT", "NOOP", "HELP"];
                return if harmless.contains(&verb) {
                    Ok(())
                } else {
                    refuse(ErrorKind::Insecure)
                };
            }
            Channel::Cleared if ["USER", "PASS", "ACCT"].contains(&verb) => {
                return refuse(ErrorKind::Insecure);
            }
            Channel::Cleared => true,
            Channel::Securing | Channel::Clearing => {
                return refuse(ErrorKind::Misuse(Misuse::NotSecured));
            }
        };
        if secured && verb == "REIN" {
            // It would take the login away and leave TLS as it is.
            return refuse(ErrorKind::Misuse(Misuse::AlreadySecured));
        }
        let private = self.state.protection == Some(Protection::Private);
        if secured && self.config.protection == Protection::Private && !private {
            let data = [
                "EPSV", "PASV", "EPRT", "PORT", "RETR", "STOR", "APPE", "STOU", "LIST", "NLST",
                "MLSD",
            ];
            if data.contains(&verb) {
                return refuse(ErrorKind::Insecure);
            }
        }
        Ok(())
    }

    fn settle_unless(
        &mut self,
        adopts: Adopts,
        answer: &mut Answer,
    ) -> Result<Option<Want>, Error> {
        match adopts {
            Adopts::Greeting if self.state.greeting.is_none() => Ok(None),
            Adopts::Transfer(id) => match &self.live {
                Some(live) if live.id == id => Ok(None),
                _ => Err(Error::misuse(Misuse::StaleTransfer)),
            },
            _ => {
                let event = core::mem::replace(&mut answer.event, Event::Begin);
                self.settle(event)
            }
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("ledger", &self.ledger)
            .field("live", &self.live)
            .field("out_of_step", &self.out_of_step)
            .field("dead", &self.dead)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
