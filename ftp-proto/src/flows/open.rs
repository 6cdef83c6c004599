use alloc::format;
use alloc::string::String;

use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{
    Accept, Answer, Closing, Connect, Endpoint, Event, Flow, SecureData, Step, Want,
};
use crate::options::config::{DataCommand, DataMode, Protection};
use crate::options::transfer::TransferOptions;
use crate::path::RemotePath;
use crate::representation::TransferType;
use crate::session::Session;
use crate::session::ledger::Shape;
use crate::session::negotiated::Framed;
use crate::session::transfer::{Direction, Transfer};
use crate::tls::Reason;
use crate::wait::{Clock, Wait};
use crate::wire::{Class, Command, Reply, Verb};

use super::active::Active;
use super::passive::Passive;
use super::{Type, inner, reply};

/// Opens a transfer: TYPE, then EPSV or PASV and the connection (or EPRT or PORT), then REST, the
/// data command, its preliminary reply, and TLS on the data connection.
///
/// Yields the [`Transfer`]; the driver then moves the bytes. A refusal at any step drops the data
/// connection and leaves the session in step.
///
/// ```
/// use ftp_proto::flows::Open;
///
/// let resumed = Open::retrieve("genome.fa")?.with_offset(4096);
/// let listing = Open::list(None::<&str>)?;
/// assert!(Open::store("two\nlines").is_err());
/// # let _ = (resumed, listing);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct Open {
    direction: Direction,
    command: Command,
    transfer_type: TransferType,
    offset: u64,
    sent: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Type(Type),
    Address(Passive),
    Listening(Active),
    /// REST, unless there is no need; then the connection to the endpoint, if there is one.
    Restart(Option<Endpoint>),
    Restarted(Option<Endpoint>),
    Connecting(Endpoint),
    /// For as long as this.
    Accepting(Wait),
    First,
    Securing,
    /// Drop the data connection, hear the server out, fail.
    Failing(Error, Failing),
}

/// What failed, for what the server says then means something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failing {
    Handshake,
    Other,
}

/// What TLS on the data connection came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Secured {
    /// It is in clear.
    No,
    Anew,
    Resumed,
}

impl Open {
    /// RETR: a download in TYPE I.
    ///
    /// # Errors
    /// This and the other constructors: [`ErrorKind::InvalidArgument`] for a path that cannot be
    /// sent.
    pub fn retrieve(path: impl AsRef<[u8]>) -> Result<Self, Error> {
        Ok(Self::new(
            Direction::Download,
            Verb::RETR.with(path)?,
            TransferType::Image,
        ))
    }

    /// STOR: an upload in TYPE I.
    pub fn store(path: impl AsRef<[u8]>) -> Result<Self, Error> {
        Ok(Self::new(
            Direction::Upload,
            Verb::STOR.with(path)?,
            TransferType::Image,
        ))
    }

    /// APPE: an upload behind the end of a file, in TYPE I.
    pub fn append(path: impl AsRef<[u8]>) -> Result<Self, Error> {
        Ok(Self::new(
            Direction::Upload,
            Verb::APPE.with(path)?,
            TransferType::Image,
        ))
    }

    /// STOU: an upload under a name that the server chooses, in TYPE I. Few servers take a
    /// suggestion.
    pub fn store_unique(suggestion: Option<impl AsRef<[u8]>>) -> Result<Self, Error> {
        Ok(Self::new(
            Direction::Upload,
            Self::optional(Verb::STOU, suggestion)?,
            TransferType::Image,
        ))
    }

    /// LIST of a directory or a file, of the current directory by default: lines in TYPE A.
    pub fn list(path: Option<impl AsRef<[u8]>>) -> Result<Self, Error> {
        Self::lines(Verb::LIST, path)
    }

    /// NLST: the names alone.
    pub fn names(path: Option<impl AsRef<[u8]>>) -> Result<Self, Error> {
        Self::lines(Verb::NLST, path)
    }

    /// MLSD (RFC 3659 section 7): the facts of each entry of a directory.
    pub fn facts(path: Option<impl AsRef<[u8]>>) -> Result<Self, Error> {
        Self::lines(Verb::MLSD, path)
    }

    /// Any data command, as a whole line without its end: `NLST -a`, or one of the server's own.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for what cannot be sent; [`Misuse::Option`] for commands
    /// that are known to be something else.
    pub fn command(
        direction: Direction,
        line: impl AsRef<[u8]>,
        transfer_type: TransferType,
    ) -> Result<Self, Error> {
        let command = Command::parse(line)?;
        let verb = command.verb();
        if is_no_data_command(verb) {
            let why = "it is known to be no command that moves data";
            return Err(Error::option(why).with_command(verb));
        }
        Ok(Self::new(direction, command, transfer_type))
    }

    /// Starts at this offset in bytes (REST, RFC 3659 section 5).
    #[must_use]
    pub fn with_offset(mut self, offset: u64) -> Self {
        self.offset = offset;
        self
    }

    /// In this representation type, whatever the command.
    #[must_use]
    pub fn with_type(mut self, transfer_type: TransferType) -> Self {
        self.transfer_type = transfer_type;
        self.state = State::Type(Type::new(transfer_type));
        self
    }

    /// The offset and the representation type of these.
    #[must_use]
    pub fn with_options(self, options: &TransferOptions) -> Self {
        self.with_offset(options.offset)
            .with_type(options.transfer_type)
    }

    fn lines(verb: Verb, path: Option<impl AsRef<[u8]>>) -> Result<Self, Error> {
        let command = Self::optional(verb, path)?;
        Ok(Self::new(Direction::Download, command, TransferType::TEXT))
    }

    fn optional(verb: Verb, path: Option<impl AsRef<[u8]>>) -> Result<Command, Error> {
        Ok(match path {
            Some(path) => verb.with(path)?,
            None => Command::from(verb),
        })
    }

    fn new(direction: Direction, command: Command, transfer_type: TransferType) -> Self {
        Self {
            direction,
            command,
            transfer_type,
            offset: 0,
            sent: false,
            state: State::Type(Type::new(transfer_type)),
        }
    }

    fn send(&mut self, session: &mut Session) -> Result<(), Error> {
        self.sent = true;
        session.send(self.command.clone(), Shape::Transfer)
    }

    /// The server's refusal, if it is in; or why there can be none any more.
    fn refusal(&self, session: &Session) -> Result<Option<Error>, Error> {
        let outcome = session.live.as_ref().and_then(|live| live.outcome.as_ref());
        match outcome {
            Some(reply) if reply.class() != Class::Completion => Ok(Some(
                Error::from_reply(reply.clone()).with_command(self.command.verb()),
            )),
            Some(_) => Ok(None),
            None => session.alive().map(|()| None),
        }
    }

    fn fail(&mut self, session: &mut Session, error: Error) -> Want {
        let failing = match self.state {
            State::Securing => Failing::Handshake,
            _ => Failing::Other,
        };
        self.state = State::Failing(error, failing);
        session.close_data(Closing::Abandon, Clock::Starts)
    }
}

impl Flow for Open {
    type Output = Transfer;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Transfer>, Error> {
        let mut event = answer.event;
        loop {
            match &mut self.state {
                State::Type(in_force) => {
                    let framed = [session.state.mode, session.state.structure];
                    if framed.contains(&Framed::Otherwise) {
                        return Err(Error::misuse(Misuse::Framing));
                    }
                    inner!(in_force, session, event);
                    self.state = match session.config.data_mode {
                        DataMode::Passive => State::Address(Passive::new(&self.command)),
                        DataMode::Active => {
                            session.open_transfer();
                            State::Listening(Active::default())
                        }
                    };
                }
                State::Address(passive) => {
                    let endpoint = inner!(passive, session, event);
                    self.state = match session.config.data_command {
                        DataCommand::AfterConnect => State::Connecting(endpoint),
                        DataCommand::WithConnect => State::Restart(Some(endpoint)),
                    };
                }
                State::Listening(active) => {
                    let event = core::mem::replace(&mut event, Event::Begin);
                    let answer = session.begin().ticket.answer(event);
                    match active.step(session, answer) {
                        Ok(Step::Done(())) => self.state = State::Restart(None),
                        Ok(Step::Want(want)) => return Ok(Step::Want(want)),
                        // Not without closing the listener.
                        Err(error) => return Ok(Step::Want(self.fail(session, error))),
                    }
                }
                State::Restart(next) => {
                    let next = *next;
                    // An offset that an earlier operation armed and no transfer used up would
                    // otherwise cut the front off this one.
                    let armed = session.state.restart.is_some_and(|offset| offset != 0);
                    if self.offset > 0 || armed {
                        let command = Command::number(Verb::REST, self.offset);
                        session.send(command, Shape::Single)?;
                        self.state = State::Restarted(next);
                        continue;
                    }
                    self.send(session)?;
                    self.state = self.after_command(session, next);
                }
                State::Restarted(next) => {
                    let next = *next;
                    let reply = reply!(session, event, Wait::Reply);
                    if reply.class() != Class::Intermediate {
                        let error = Error::from_reply(reply).with_command("REST");
                        return Ok(Step::Want(self.fail(session, error)));
                    }
                    self.send(session)?;
                    self.state = self.after_command(session, next);
                }
                State::Connecting(endpoint) => {
                    let endpoint = *endpoint;
                    let clock = match core::mem::replace(&mut event, Event::Begin) {
                        Event::Connected if self.sent => {
                            self.state = State::First;
                            continue;
                        }
                        Event::Connected => {
                            self.state = State::Restart(None);
                            continue;
                        }
                        Event::Begin => Clock::Starts,
                        Event::ControlFirst => {
                            if let Some(error) = self.refusal(session)? {
                                return Ok(Step::Want(self.fail(session, error)));
                            }
                            Clock::Continues
                        }
                        other => {
                            let error = data_error(other, Wait::Connect)
                                .or_subject(&connecting(endpoint))
                                .or_command(self.command.verb());
                            let first_try = session.state.extended_passive == Some(true);
                            if first_try && !self.sent {
                                // A firewall that reads PASV alone lets no EPSV port through.
                                session.state.extended_passive = Some(false);
                                self.state = State::Address(Passive::instead(&self.command, error));
                                continue;
                            }
                            return Ok(Step::Want(self.fail(session, error)));
                        }
                    };
                    if session.live.is_none() {
                        session.open_transfer();
                    }
                    return Ok(Step::Want(Want::Connect(Connect {
                        ticket: session.issue(),
                        wait: Wait::Connect,
                        clock,
                        endpoint,
                    })));
                }
                State::Accepting(wait) => {
                    let mut wait = *wait;
                    let clock = match core::mem::replace(&mut event, Event::Begin) {
                        Event::Accepted => {
                            self.state = State::First;
                            continue;
                        }
                        Event::Begin => Clock::Starts,
                        Event::ControlFirst => {
                            if let Some(error) = self.refusal(session)? {
                                return Ok(Step::Want(self.fail(session, error)));
                            }
                            // mod_proxy says that it is done before it connects: a server that
                            // is done has at most that left to do.
                            let live = session.live.as_ref();
                            let done = live.is_some_and(|live| live.outcome.is_some());
                            if done && wait == Wait::Accept {
                                wait = Wait::DataClose;
                                Clock::Starts
                            } else {
                                Clock::Continues
                            }
                        }
                        other => {
                            let mut error = data_error(other, wait);
                            let live = session.live.as_ref();
                            if let Some(reply) = live.and_then(|live| live.outcome.clone()) {
                                error = error.with_reply(reply);
                            }
                            return Ok(Step::Want(self.fail(session, error)));
                        }
                    };
                    self.state = State::Accepting(wait);
                    return Ok(Step::Want(Want::Accept(Accept {
                        ticket: session.issue(),
                        wait,
                        clock,
                    })));
                }
                State::First => {
                    let live = session.live.as_ref();
                    let begun = live.is_some_and(|live| live.preliminary.is_some());
                    if begun && session.protection() == Protection::Clear {
                        // Whatever follows is the transfer's: data may be on its way that a
                        // refusal right behind must not swallow.
                        return self.opened(session, Secured::No);
                    }
                    if let Some(error) = self.refusal(session)? {
                        return Ok(Step::Want(self.fail(session, error)));
                    }
                    let over = session
                        .live
                        .as_ref()
                        .is_some_and(|live| live.outcome.is_some());
                    if begun || over {
                        if session.protection() == Protection::Clear {
                            return self.opened(session, Secured::No);
                        }
                        self.state = State::Securing;
                        event = Event::Begin;
                        continue;
                    }
                    if matches!(event, Event::TimedOut) {
                        return Err(Error::new(ErrorKind::Timeout(Wait::Preliminary))
                            .with_command(self.command.verb()));
                    }
                    return Ok(Step::Want(session.receive_within(Wait::Preliminary)));
                }
                State::Securing => {
                    let clock = match core::mem::replace(&mut event, Event::Begin) {
                        Event::Secured => return self.opened(session, Secured::Anew),
                        Event::Resumed => return self.opened(session, Secured::Resumed),
                        Event::Begin => Clock::Starts,
                        Event::ControlFirst => {
                            if let Some(mut error) = self.refusal(session)? {
                                if error
                                    .reply()
                                    .is_some_and(Reply::is_about_resumption_in_handshake)
                                {
                                    error = error.with_tls_reason(Reason::ResumptionDemanded);
                                }
                                return Ok(Step::Want(self.fail(session, error)));
                            }
                            Clock::Continues
                        }
                        other => {
                            let error = data_error(other, Wait::Handshake).or_subject(SECURING);
                            return Ok(Step::Want(self.fail(session, error)));
                        }
                    };
                    return Ok(Step::Want(Want::SecureData(SecureData {
                        ticket: session.issue(),
                        wait: Wait::Handshake,
                        clock,
                    })));
                }
                State::Failing(error, failing) => {
                    let (error, failing) = (error.clone(), *failing);
                    let event = core::mem::replace(&mut event, Event::Begin);
                    return match self.failed(session, &event) {
                        Some(want) => Ok(Step::Want(want)),
                        None => Err(explained(session, error, failing, self.command.verb())),
                    };
                }
            }
        }
    }
}

impl Open {
    fn after_command(&self, session: &Session, endpoint: Option<Endpoint>) -> State {
        match (endpoint, session.config.data_mode) {
            (Some(endpoint), _) => State::Connecting(endpoint),
            (None, DataMode::Passive) => State::First,
            (None, DataMode::Active) => State::Accepting(Wait::Accept),
        }
    }

    fn opened(&self, session: &mut Session, secured: Secured) -> Result<Step<Transfer>, Error> {
        let Some(live) = &mut session.live else {
            return Err(Error::new(ErrorKind::OutOfStep));
        };
        live.used_a_ticket = secured == Secured::Resumed && !session.ticketless;
        Ok(Step::Done(Transfer {
            id: live.id,
            verb: self.command.verb().into(),
            direction: self.direction,
            protected: secured != Secured::No,
            resumed: secured == Secured::Resumed,
            file: self.file(),
            size_hint: live
                .preliminary
                .as_ref()
                .and_then(crate::reply::transfer_size),
            name: live
                .preliminary
                .as_ref()
                .filter(|_| self.command.verb() == Verb::STOU.as_str())
                .and_then(crate::reply::unique_name),
            offset: self.offset,
            transfer_type: self.transfer_type,
        }))
    }

    /// Of what the size on the wire is that of the file.
    fn file(&self) -> Option<RemotePath> {
        let whole = self.command.verb() == Verb::RETR.as_str();
        let whole = whole && self.transfer_type == TransferType::Image;
        let path = self.command.argument().filter(|_| whole)?;
        RemotePath::new(path).ok()
    }

    /// What is still wanted before the failure can be told: the end of the data connection, then
    /// the server's word on it, which knows better than we why a handshake failed.
    fn failed(&self, session: &mut Session, event: &Event) -> Option<Want> {
        let live = session.live.as_mut()?;
        if live.data_open {
            if matches!(event, Event::ControlFirst) && session.dead.is_none() {
                return Some(session.close_data(Closing::Abandon, Clock::Continues));
            }
            live.data_open = false;
        }
        let owed = session
            .ledger
            .iter()
            .any(|owed| owed.shape == Shape::Transfer);
        if owed && session.dead.is_none() && !matches!(event, Event::TimedOut) {
            return Some(session.receive_within(Wait::FinalReply));
        }
        None
    }
}

/// Commands whose replies mean something else than a transfer's do.
fn is_no_data_command(verb: &str) -> bool {
    let others = [
        "ADAT", "CONF", "ENC", "LPRT", "LPSV", "MIC", "XCUP", "XCWD", "XMKD", "XPWD", "XRMD",
    ];
    let known = Verb::KNOWN.iter().any(|known| known.as_str() == verb);
    (known && !Verb::is_transfer(verb)) || others.contains(&verb)
}

/// What was under way when a handshake failed.
const SECURING: &str = "securing the data connection";

fn connecting(endpoint: Endpoint) -> String {
    match endpoint {
        Endpoint::ControlPeer(port) => format!("connecting to the server's port {port} for data"),
        Endpoint::Address(address) => format!("connecting to {address} for data"),
    }
}

fn explained(session: &mut Session, error: Error, failing: Failing, verb: &str) -> Error {
    let outcome = session.live.take().and_then(|live| live.outcome);
    let error = error.or_command(verb);
    let Some(reply) = outcome.filter(|_| error.reply().is_none()) else {
        return error;
    };
    if error.tls_reason().is_some_and(Reason::is_ours) {
        // What the server says then is that we went away.
        return error.with_reply(reply);
    }
    if reply.class() == Class::Completion {
        return error;
    }
    // However it ended: a server that closes on what it has not read resets the connection.
    let unexplained = matches!(error.tls_reason(), None | Some(Reason::EndedInHandshake));
    let demanded =
        failing == Failing::Handshake && unexplained && reply.is_about_resumption_in_handshake();
    let refused = Error::from_reply(reply).with_command(verb);
    if demanded {
        return refused
            .with_tls_reason(Reason::ResumptionDemanded)
            .with_source(error);
    }
    refused.because(error)
}

fn data_error(event: Event, wait: Wait) -> Error {
    match event {
        Event::Failed(error) => error,
        _ => Error::new(ErrorKind::Timeout(wait)),
    }
}
