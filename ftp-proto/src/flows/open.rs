//! The start of a transfer.
//!
//! ```text
//!                    Prepare                       TYPE, and settings that are unknown
//!                       |
//!                    (Sizing)                      SIZE, if its answer will be compared
//!          passive  /      \  active
//!            Passive        Active
//!               |              |
//!   +----> Connecting       Restart                  REST, if needed
//!   |           |              |
//!   |        Restart        Command                  the data command
//!   |           |              |
//!   |        Command        Accepting
//!   |           |              |
//!   |           +------+-------+
//!   |                  |
//!   |                First         the first reply to the data command
//!   |                  |  \
//!   |      protected   |   \  in clear
//!   |              Securing \
//!   |                  |     |
//!   |                  +--Opened
//!   |
//!   EPSV was accepted, but its port cannot be reached: Passive again, by PASV
//! ```
//!
//! `First` may lead to `Securing` before there is a reply; after the handshake, `First` then waits
//! for the reply: see `early_handshake.rs`. With [`DataCommand::WithConnect`], the first command
//! (REST or the data command) is sent together with the connection attempt. In active mode, REST and
//! the data command may leave in the flight of EPRT; the later states then only read the replies. If
//! a stray makes the type or PROT unknown, `Prepare` comes again. From any state, `Failing` drops the
//! data connection, waits for the server's reply, and fails.

use super::Size;
use super::active::Active;
use super::compose::inner;
use super::early_handshake::{EarlyHandshake, NextMove};
use super::passive::Passive;
use super::prepare::Prepare;
use crate::capabilities::Capability;
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Closing, Endpoint, Event, Flow, Halt, Step};
use crate::options::config::{DataCommand, DataMode, Protection};
use crate::options::transfer::{SizeCheck, TransferOptions};
use crate::representation::TransferType;
use crate::session::Session;
use crate::session::transfer::{DataTls, Direction, Transfer};
use crate::tls::Reason;
use crate::trace;
use crate::wait::{Clock, Wait};
use crate::wire::{Class, Code, Command, Reply, Verb};

/// Opens a transfer. It sends TYPE, then EPSV or PASV, and connects (in active mode, it sends EPRT
/// or PORT). REST and the data command follow. After the preliminary reply, TLS starts on the data
/// connection.
///
/// Returns the [`Transfer`]. The driver then moves the bytes. If the server refuses any step, the
/// data connection is dropped and the session stays in step.
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
    size_check: SizeCheck,
    /// The size of the file in bytes, from a SIZE before the transfer. `None` if SIZE was not sent,
    /// or has not shown the size.
    size: Option<u64>,
    restarting: bool,
    sent: bool,
    /// Whether the server named the port before this transfer began, so that the port may be too
    /// old. `None` before the first step.
    by_old_port: Option<bool>,
    /// Whether the settings were sent twice, because a reply fitted none of their commands.
    prepared_again: bool,
    /// Whether another transfer follows this one. `None` if that is not known.
    followed: Option<bool>,
    early: EarlyHandshake,
    state: State,
}

#[derive(Debug)]
enum State {
    Prepare(Prepare),
    /// Sending SIZE, because the result will be compared with the number of bytes that were
    /// transferred.
    Sizing(Size),
    Passive(Passive),
    Active(Active),
    Connecting(Endpoint),
    /// Sending REST if it is needed, and then reading its reply.
    Restart,
    Command,
    /// Waiting for the server to connect (active mode). The kind of waiting gives the time limit.
    Accepting(Wait),
    First,
    Securing,
    Opened(DataTls),
    /// Dropping the data connection after this error. The client then waits for the server's reply,
    /// which may explain the error. The second field says what has failed.
    Failing(Error, Failing),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failing {
    Handshake,
    Other,
}

impl Open {
    /// RETR: a download in TYPE I.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for a path that cannot be sent. Every constructor of `Open`
    /// returns this error for such a path.
    pub fn retrieve(path: impl AsRef<[u8]>) -> Result<Self, Error> {
        Ok(Self::image(Direction::Download, Verb::RETR.with(path)?))
    }

    /// STOR: an upload in TYPE I.
    pub fn store(path: impl AsRef<[u8]>) -> Result<Self, Error> {
        Ok(Self::image(Direction::Upload, Verb::STOR.with(path)?))
    }

    /// APPE: an upload to the end of a file, in TYPE I.
    pub fn append(path: impl AsRef<[u8]>) -> Result<Self, Error> {
        Ok(Self::image(Direction::Upload, Verb::APPE.with(path)?))
    }

    /// STOU: an upload in TYPE I under a name that the server chooses. You may suggest a name, but
    /// few servers accept it.
    pub fn store_unique(suggestion: Option<impl AsRef<[u8]>>) -> Result<Self, Error> {
        let command = Self::optional(Verb::STOU, suggestion)?;
        Ok(Self::image(Direction::Upload, command))
    }

    /// LIST: a listing of a directory or a file, as lines in TYPE A. Without a path, the server
    /// lists the current directory.
    pub fn list(path: Option<impl AsRef<[u8]>>) -> Result<Self, Error> {
        Self::lines(Verb::LIST, path)
    }

    /// NLST: a listing that holds only names, as lines in TYPE A.
    pub fn names(path: Option<impl AsRef<[u8]>>) -> Result<Self, Error> {
        Self::lines(Verb::NLST, path)
    }

    /// MLSD (RFC 3659 section 7): a listing with the facts of each entry in a directory.
    pub fn facts(path: Option<impl AsRef<[u8]>>) -> Result<Self, Error> {
        Self::lines(Verb::MLSD, path)
    }

    /// Any data command, as a whole line without its line end, such as `NLST -a`. It may be a
    /// command that this crate does not know.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for a line that cannot be sent;
    /// [`Misuse::Option`](crate::Misuse::Option) for a command that is known to move no data.
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

    /// Makes the transfer start at this offset in the file, in bytes (REST, RFC 3659 section 5).
    #[must_use]
    pub fn with_offset(mut self, offset: u64) -> Self {
        self.offset = offset;
        self
    }

    /// Sets which sizes the client compares with the number of bytes that were transferred.
    #[must_use]
    pub fn with_size_check(mut self, size_check: SizeCheck) -> Self {
        self.size_check = size_check;
        self
    }

    /// Sets the representation type. It replaces the usual type of the command (TYPE A for LIST,
    /// for example).
    #[must_use]
    pub fn with_type(mut self, transfer_type: TransferType) -> Self {
        self.transfer_type = transfer_type;
        self.state = State::Prepare(Prepare::new(transfer_type));
        self
    }

    /// Tells whether another transfer follows on this session. If so, the client may ask for the
    /// port of the next transfer while this one is under way ([`Pipelining::next_port`]). Without
    /// this, it does so from the second transfer on.
    ///
    /// [`Pipelining::next_port`]: crate::Pipelining::next_port
    #[must_use]
    pub fn followed_by_another(mut self, followed: bool) -> Self {
        self.followed = Some(followed);
        self
    }

    /// Tells whether another transfer follows, if that is known.
    pub(crate) fn maybe_followed(mut self, followed: Option<bool>) -> Self {
        self.followed = followed;
        self
    }

    /// Tells which transfer follows on this session. The session can then ask for the port of that
    /// transfer while this one is under way.
    #[must_use]
    pub fn followed_by(mut self, _next: &Self) -> Self {
        self.followed = Some(true);
        self
    }

    /// Sets the offset, the representation type and the size check from these options.
    #[must_use]
    pub fn with_options(self, options: &TransferOptions) -> Self {
        self.with_offset(options.offset)
            .with_size_check(options.size_check)
            .with_type(options.transfer_type)
    }

    fn image(direction: Direction, command: Command) -> Self {
        Self::new(direction, command, TransferType::Image)
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
            size_check: SizeCheck::AsNeeded,
            size: None,
            restarting: false,
            sent: false,
            by_old_port: None,
            prepared_again: false,
            followed: None,
            early: EarlyHandshake::default(),
            state: State::Prepare(Prepare::new(transfer_type)),
        }
    }
}

impl Flow for Open {
    type Output = Transfer;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Transfer>, Error> {
        Step::run(answer, |answer| {
            let sized = self.asks_for_size();
            loop {
                self.state = match self.state {
                    State::Prepare(ref mut prepare) => {
                        self.by_old_port.get_or_insert(session.has_old_port());
                        self.transfer_type =
                            prepare.ready(&self.command, !sized, session, answer)?;
                        match self.size_question() {
                            Some(size) => State::Sizing(size),
                            None => self.connection(session),
                        }
                    }
                    State::Sizing(ref mut size) => {
                        let said = inner(size, session, answer);
                        self.size = self.known(said, session)?;
                        self.connection(session)
                    }
                    State::Passive(ref mut passive) => {
                        let endpoint = inner(passive, session, answer)?;
                        self.port_named(session, endpoint)?
                    }
                    State::Active(_) => match self.listen(session, answer) {
                        Ok(()) if self.sent && !self.restarting => self.after_command(session),
                        Ok(()) if !self.sent && self.must_prepare_again(session) => {
                            State::Prepare(Prepare::new(self.transfer_type))
                        }
                        Ok(()) => State::Restart,
                        Err(Halt::Want(want)) => return Err(want.into()),
                        // `fail` also makes the driver close the listener.
                        Err(Halt::Error(error)) => return Err(self.fail(session, error)),
                    },
                    State::Connecting(endpoint) => self.connect(session, answer, endpoint)?,
                    State::Restart => self.restart(session, answer)?,
                    State::Command => {
                        self.send(session)?;
                        self.after_command(session)
                    }
                    State::Accepting(wait) => self.accept(session, answer, wait)?,
                    State::First => self.hear(session, answer)?,
                    State::Securing => self.secure(session, answer)?,
                    State::Opened(secured) => return Ok(self.opened(session, secured)?),
                    State::Failing(ref error, failing) => {
                        let silent = matches!(error.kind(), ErrorKind::Timeout(_));
                        let reply = session.end_failed_transfer(answer, silent)?;
                        let verb = self.command.verb();
                        let error = explained(error.clone(), reply, failing, verb);
                        return Err(error.or_argument_of(&self.command).into());
                    }
                };
            }
        })
    }
}

/// One method for each `State`, and helpers of these methods.
impl Open {
    /// Returns the flow that sends SIZE before the transfer. `None` if the size is not needed.
    fn size_question(&self) -> Option<Size> {
        let asked = self.asks_for_size();
        Size::new(self.command.argument().filter(|_| asked)?).ok()
    }

    fn asks_for_size(&self) -> bool {
        let unknown = match self.command.verb() {
            "RETR" | "APPE" => true,
            "STOR" => self.offset > 0,
            _ => false,
        };
        let countable = self.transfer_type == TransferType::Image;
        unknown && countable && self.size_check == SizeCheck::Always
    }

    /// Returns the size of the file from the result of SIZE. If the server has refused SIZE, the
    /// transfer goes on without a size, because the reply to the data command will show what is
    /// wrong. Before an upload, a 5xx means size 0, because the file may not exist yet.
    fn known(
        &self,
        size: Result<Option<u64>, Halt>,
        session: &Session,
    ) -> Result<Option<u64>, Halt> {
        match size {
            Err(Halt::Error(error)) if error.reply().is_some() && !session.is_dead() => {
                let upload = self.direction == Direction::Upload;
                let none = upload && error.kind() == ErrorKind::Permanent;
                Ok(none.then_some(0))
            }
            size => size,
        }
    }

    /// Returns the first state of making the data connection, in passive or active mode.
    fn connection(&self, session: &Session) -> State {
        match session.config().data_mode {
            DataMode::Passive => State::Passive(Passive::new(&self.command)),
            DataMode::Active => State::Active(Active::default()),
        }
    }

    /// Returns the state after the server has named a port.
    fn port_named(&mut self, session: &mut Session, endpoint: Endpoint) -> Result<State, Error> {
        if self.must_prepare_again(session) {
            return Ok(State::Prepare(Prepare::new(self.transfer_type)));
        }
        self.leave_early(session)?;
        Ok(State::Connecting(endpoint))
    }

    /// Whether the type and PROT must be set again, because they are unknown: a reply fitted no
    /// command of the flight of TYPE and EPSV, or a stray came after the flight before. They are set
    /// again only once.
    fn must_prepare_again(&mut self, session: &Session) -> bool {
        !self.is_prepared(session) && !core::mem::replace(&mut self.prepared_again, true)
    }

    fn is_prepared(&self, session: &Session) -> bool {
        session.transfer_type() == Some(self.transfer_type) && !session.protection_is_in_doubt()
    }

    /// If [`DataCommand::WithConnect`] is set, sends REST or the data command together with the
    /// connection attempt. Sends nothing early if the client may still have to ask for another port
    /// by PASV, because the server would then run the transfer on the first port.
    fn leave_early(&mut self, session: &mut Session) -> Result<(), Error> {
        let early = session.config().data_command == DataCommand::WithConnect;
        if !early || session.may_ask_for_another_port() {
            return Ok(());
        }
        match self.needs_restart(session) {
            true => self.send_restart(session),
            false => self.send(session),
        }
    }

    /// Whether REST must be sent. It must if this transfer has an offset, or if the offset of an
    /// earlier REST is still in force, which would cut off the beginning of this file.
    fn needs_restart(&self, session: &Session) -> bool {
        self.offset > 0 || session.offset_is_set()
    }

    /// Whether the data command may leave in the flight of REST. If the server refuses REST, it sends
    /// the file from its beginning, and the client throws this data away. An upload would replace the
    /// file, so it waits for the reply to REST.
    fn may_leave_with_restart(&self, session: &Session) -> bool {
        self.command.verb() == "RETR" && session.may_restart_in_one_flight()
    }

    fn send_restart(&mut self, session: &mut Session) -> Result<(), Error> {
        self.restarting = true;
        session.send(Command::number(Verb::REST, self.offset))
    }

    fn restart(&mut self, session: &mut Session, answer: &mut Answer) -> Result<State, Halt> {
        if !self.restarting {
            if !self.needs_restart(session) {
                return Ok(State::Command);
            }
            self.send_restart(session)?;
            if self.may_leave_with_restart(session) {
                self.send(session)?;
            }
        }
        let reply = session.next_reply(answer, Wait::Reply)?;
        if reply.class() != Class::Intermediate {
            let error = Error::from_reply(reply).with_command("REST");
            return Err(self.fail(session, error));
        }
        Ok(match self.sent {
            true => self.after_command(session),
            false => State::Command,
        })
    }

    fn after_command(&self, session: &Session) -> State {
        match session.config().data_mode {
            DataMode::Passive => State::First,
            DataMode::Active => State::Accepting(Wait::Accept),
        }
    }

    fn send(&mut self, session: &mut Session) -> Result<(), Error> {
        self.sent = true;
        session.send_data_command(self.command.clone(), self.direction)?;
        session.ask_for_next_port(self.followed)
    }

    fn connect(
        &mut self,
        session: &mut Session,
        answer: &mut Answer,
        endpoint: Endpoint,
    ) -> Result<State, Halt> {
        let clock = match answer.take() {
            Some(Event::Connected) => {
                session.note_passive_port_reached();
                return Ok(match self.sent {
                    true => State::First,
                    false => State::Restart,
                });
            }
            None => Clock::Starts,
            Some(Event::ControlFirst) => {
                self.check_refusal(session)?;
                Clock::Continues
            }
            Some(other) => {
                let error = data_error(other, Wait::Connect)
                    .or_subject(&session.connecting_for_data(endpoint))
                    .or_command(self.command.verb());
                if self.by_old_port == Some(true) && !self.sent {
                    self.by_old_port = Some(false);
                    // The server may have closed the port since it named it.
                    session.give_up_ports_ahead();
                    session.note_data_closed();
                    return Ok(State::Passive(Passive::new(&self.command)));
                }
                if session.may_ask_for_another_port() && session.epsv_was_accepted() {
                    // Some firewalls understand PASV but not EPSV, and block every port from a
                    // reply to EPSV. So the client tries PASV next.
                    session.give_up(Capability::Epsv);
                    return Ok(State::Passive(Passive::by_pasv(&self.command, error)));
                }
                return Err(self.fail(session, error));
            }
        };
        Err(session.connect(endpoint, clock).into())
    }

    /// Tells the server where the client listens. REST and the data command join the flight of EPRT
    /// or PORT if the server bears that.
    fn listen(&mut self, session: &mut Session, answer: &mut Answer) -> Result<(), Halt> {
        let State::Active(active) = &mut self.state else {
            return Ok(());
        };
        if active.queue(session, answer)? && active.may_be_joined(session, self.direction) {
            self.leave_with_address(session)?;
        }
        match &mut self.state {
            State::Active(active) => {
                active.note_joined(self.sent);
                inner(active, session, answer)
            }
            _ => Ok(()),
        }
    }

    /// Queues REST and the data command in the flight of EPRT or PORT. Queues nothing if the type is
    /// unknown, or if the data command must wait for the reply to REST.
    fn leave_with_address(&mut self, session: &mut Session) -> Result<(), Error> {
        let restarts = self.needs_restart(session);
        if !self.is_prepared(session) || restarts && !self.may_leave_with_restart(session) {
            return Ok(());
        }
        if restarts {
            self.send_restart(session)?;
        }
        self.send(session)
    }

    fn accept(
        &mut self,
        session: &mut Session,
        answer: &mut Answer,
        mut wait: Wait,
    ) -> Result<State, Halt> {
        let clock = match answer.take() {
            Some(Event::Accepted) => return Ok(State::First),
            Some(Event::TurnedAway(stranger)) => {
                session.note_rejected_peer(stranger);
                Clock::Continues
            }
            // At the start, the replies to a data command that has left with EPRT may be there.
            event @ (None | Some(Event::ControlFirst)) => {
                self.check_refusal(session)?;
                // mod_proxy sends its final reply before it connects. So after the final reply, the
                // server gets a short time to connect.
                if session.final_reply().is_some() && wait == Wait::Accept {
                    wait = Wait::DataClose;
                    Clock::Starts
                } else if event.is_none() {
                    Clock::Starts
                } else {
                    Clock::Continues
                }
            }
            Some(other) => {
                let mut error = data_error(other, wait);
                if let Some(reply) = session.final_reply() {
                    error = error.with_reply(reply.clone());
                }
                return Err(self.fail(session, error));
            }
        };
        self.state = State::Accepting(wait);
        Err(session.accept(wait, clock).into())
    }

    fn hear(&mut self, session: &mut Session, answer: &mut Answer) -> Result<State, Halt> {
        let late = answer.take_timeout();
        let begun = session.preliminary_reply().is_some();
        let clear = session.protection() == Protection::Clear;
        if begun && clear {
            // After the 150, data may be on its way. Even if a refusal follows the 150 at once, the
            // driver must read this data. So the transfer is opened here, and `Finish` handles the
            // refusal.
            return Ok(State::Opened(DataTls::Clear));
        }
        if let Some(mut error) = self.refusal(session)? {
            if self.early.is_demanded(&error) {
                session.note_resumption_demanded();
                error = error.with_tls_reason(Reason::ResumptionDemanded);
            }
            return Err(self.fail(session, error));
        }
        let over = session.final_reply().is_some();
        if over && !begun && !late && !session.is_dead() {
            // A final reply came without a 150. It may belong to another command, so the client
            // looks whether the 150 has arrived too.
            return Err(session.look().into());
        }
        if begun || over {
            return Ok(match (clear, self.early.replied(session)) {
                (true, _) => State::Opened(DataTls::Clear),
                (false, Some(secured)) => State::Opened(secured),
                (false, None) => State::Securing,
            });
        }
        match self.early.without_reply(session, late) {
            NextMove::Wait(wait) => Err(session.receive_within(wait).into()),
            NextMove::Look => Err(session.look().into()),
            NextMove::Begin => Ok(State::Securing),
            NextMove::Fail => Err(self.too_late(session)),
        }
    }

    /// Returns the error if no reply to the data command has come in time.
    fn too_late(&self, session: &mut Session) -> Halt {
        session.give_up_silent_flight();
        let late = Error::new(ErrorKind::Timeout(Wait::Preliminary));
        late.with_command(self.command.verb()).into()
    }

    fn secure(&mut self, session: &mut Session, answer: &mut Answer) -> Result<State, Halt> {
        let clock = match answer.take() {
            Some(Event::Secured) if session.demands_resumption() => {
                let error = Error::new(ErrorKind::Tls).with_tls_reason(Reason::NotResumed);
                return Err(self.fail(session, error.or_subject(SECURING)));
            }
            Some(Event::Secured) => return Ok(self.secured(DataTls::FullHandshake)),
            Some(Event::Resumed) => return Ok(self.secured(DataTls::Resumed)),
            Some(Event::KeptLastTicket) => {
                self.early.kept_last_ticket();
                return Ok(State::First);
            }
            None => Clock::Starts,
            Some(Event::ControlFirst) => {
                if let Some(error) = self.refusal(session)? {
                    return Err(self.refused_in_handshake(session, error));
                }
                // The clock starts again if the 150 has come during an early handshake, so that the
                // handshake has its full time. It also starts again if the final reply has come,
                // because the handshake then has only a short time left.
                let over = session.final_reply().is_some();
                match over || self.early.is_under_way() && session.preliminary_reply().is_some() {
                    true => {
                        self.early.replied(session);
                        Clock::Starts
                    }
                    false => Clock::Continues,
                }
            }
            Some(Event::TimedOut) if self.early.is_under_way() => {
                return Err(self.too_late(session));
            }
            Some(other) => {
                let error = data_error(other, session.handshake_wait()).in_agreed_tls();
                let error = error.without_reply().or_subject(SECURING);
                return Err(self.fail(session, error));
            }
        };
        if self.early.is_under_way() {
            let tickets = self.early.tickets(session);
            return Err(session.secure_data_early(clock, tickets).into());
        }
        Err(session.secure_data(clock).into())
    }

    /// Returns the state after the handshake. It is `First` if the handshake was early, because the
    /// reply is still missing. Otherwise it is `Opened`.
    fn secured(&mut self, secured: DataTls) -> State {
        match self.early.done(secured) {
            Some(secured) => State::Opened(secured),
            None => State::First,
        }
    }

    fn refused_in_handshake(&mut self, session: &mut Session, mut error: Error) -> Halt {
        let about_resumption = |reply: &Reply| match self.early.is_under_way() {
            // In an early handshake, the server has sent no 150 yet. A 425 or 450 then means
            // something other than missing TLS resumption.
            true => reply.code() == Code::PROTOCOL_NOT_SUPPORTED,
            false => reply.is_about_resumption_in_handshake(),
        };
        if error.reply().is_some_and(about_resumption) {
            error = error.with_tls_reason(Reason::ResumptionDemanded);
        }
        self.early.refused(session);
        self.fail(session, error)
    }

    fn opened(&self, session: &mut Session, secured: DataTls) -> Result<Transfer, Error> {
        session.note_data_connected();
        let (direction, transfer_type) = (self.direction, self.transfer_type);
        let transfer = session.transfer_token(&self.command, direction, transfer_type, secured)?;
        let transfer = transfer
            .with_offset(self.offset)
            .with_size_check(self.size_check);
        trace::data_begins(&transfer);
        Ok(match self.command.verb() {
            "RETR" => transfer.with_size(self.size),
            "STOR" => transfer
                .with_start(self.offset)
                .with_length_before(self.size),
            "STOU" if self.offset == 0 => transfer.with_start(0),
            "APPE" => match self.size {
                Some(size) => transfer.with_start(size),
                None => transfer,
            },
            _ => transfer,
        })
    }

    /// Returns the server's refusal of the transfer. `None` if it has not come. Fails if the
    /// session is dead, because no refusal can come then.
    fn refusal(&self, session: &Session) -> Result<Option<Error>, Error> {
        match session.final_reply() {
            Some(reply) if reply.class() != Class::Completion => Ok(Some(
                Error::from_reply(reply.clone()).with_command(self.command.verb()),
            )),
            Some(_) => Ok(None),
            None => session.check_alive().map(|()| None),
        }
    }

    fn check_refusal(&mut self, session: &mut Session) -> Result<(), Halt> {
        match self.refusal(session)? {
            Some(error) => Err(self.fail(session, error)),
            None => Ok(()),
        }
    }

    fn fail(&mut self, session: &mut Session, error: Error) -> Halt {
        if self.early.is_under_way() && error.reply().is_none() {
            session.give_up_handshake_ahead();
        }
        if matches!(error.kind(), ErrorKind::Timeout(_)) {
            session.give_up_silent_flight();
        }
        if self.by_old_port == Some(true) && error.reply().is_some_and(Reply::may_miss_port) {
            session.give_up_ports_ahead();
        }
        let failing = match self.state {
            State::Securing => Failing::Handshake,
            _ => Failing::Other,
        };
        self.state = State::Failing(error, failing);
        session.close_data(Closing::Abandon, Clock::Starts).into()
    }
}

/// Whether this verb is known to be a command that uses no data connection.
fn is_no_data_command(verb: &str) -> bool {
    let others = [
        "ADAT", "CONF", "ENC", "LPRT", "LPSV", "MIC", "XCUP", "XCWD", "XMKD", "XPWD", "XRMD",
    ];
    let known = Verb::KNOWN.iter().any(|known| known.as_str() == verb);
    (known && !Verb::is_transfer(verb)) || others.contains(&verb)
}

/// What the client was doing when a data handshake failed. The text of the error shows it.
const SECURING: &str = "securing the data connection";

/// Adds the server's reply to an error, because the server often knows better than the client why a
/// handshake failed.
fn explained(error: Error, reply: Option<Reply>, failing: Failing, verb: &str) -> Error {
    let error = error.or_command(verb);
    let Some(reply) = reply.filter(|_| error.reply().is_none()) else {
        return error;
    };
    if error.tls_reason().is_some_and(Reason::is_ours) {
        // The client itself has ended the handshake, and the reply only says that the client went
        // away. So the main error stays the client's own reason.
        return error.with_reply(reply);
    }
    if !reply.is_refusal() {
        return error.with_reply(reply);
    }
    // The connection ended during the handshake, which alone explains nothing. A server that
    // refuses the transfer may close the connection before it has read everything. Its system then
    // resets the connection. So the reply becomes the main error.
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
