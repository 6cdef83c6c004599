use alloc::format;

use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Adopts, Answer, Closing, Event, Flow, Step, Want};
use crate::options::config::MissingCloseNotify;
use crate::path::RemotePath;
use crate::session::Session;
use crate::session::transfer::{Completion, DataEnd, Direction, Transfer};
use crate::tls::Reason;
use crate::wait::{Clock, Wait};
use crate::wire::{Class, Reply};

use super::Size;

/// Finishes a transfer: ends the data connection in the way that its direction asks for, waits
/// for the final reply, and judges both.
///
/// A download is a success only if its data ended cleanly *and* the final reply is 2xx, in either
/// order; a missing close_notify may be [tolerated](MissingCloseNotify). An upload is judged by the final reply, once all was written.
#[derive(Debug)]
pub struct Finish {
    transfer: Transfer,
    bytes: u64,
    end: DataEnd,
    expected: Option<u64>,
    /// The size agreed, where close_notify was missing.
    complete: bool,
    clean_close: bool,
    /// A completion that came before the data was through.
    premature: Option<Reply>,
    /// The end of the control connection came while the data connection was being closed.
    control_ended: bool,
    state: State,
}

const NO_CLOSE_NOTIFY: &str = "it ended without close_notify, so that nobody can tell the end from a cut (of a server that \
     never sends one, Config::with_missing_close_notify takes a file whose size agrees)";

#[derive(Debug)]
enum State {
    Start,
    Looking,
    Closing(Closing),
    Final,
    /// Asking for the size, which is to stand in for close_notify.
    Sizing(Size, Reply),
}

impl Finish {
    /// Spends the token: this many bytes were moved, and this is how the data ended.
    pub fn new(transfer: Transfer, bytes: u64, end: DataEnd) -> Self {
        Self {
            transfer,
            bytes,
            end,
            expected: None,
            complete: false,
            clean_close: false,
            premature: None,
            control_ended: false,
            state: State::Start,
        }
    }

    /// Makes a download of another length an error, [`ErrorKind::Truncated`]: in clear text the
    /// size is the only protection against a connection that was cut. In bytes of this transfer,
    /// the restart offset not counted.
    #[must_use]
    pub fn with_expected(mut self, bytes: Option<u64>) -> Self {
        self.expected = bytes;
        self
    }

    fn closing(&self, refused: bool) -> Closing {
        match (&self.end, self.transfer.direction) {
            (DataEnd::Clean | DataEnd::NoCloseNotify, Direction::Download) => Closing::Acknowledge,
            (DataEnd::Clean, Direction::Upload) if !refused => Closing::SendEnd,
            _ => Closing::Abandon,
        }
    }

    /// What was wrong with the data, whatever the server says.
    fn data_error(&self) -> Option<Error> {
        let truncated = || Error::new(ErrorKind::Truncated);
        match &self.end {
            DataEnd::Clean => match self.expected {
                Some(expected) if expected != self.bytes => {
                    let why = format!("{expected} bytes were expected");
                    Some(truncated().with_source(why))
                }
                _ => None,
            },
            DataEnd::NoCloseNotify if self.complete => None,
            DataEnd::NoCloseNotify => Some(truncated().with_source(NO_CLOSE_NOTIFY)),
            DataEnd::Stopped => Some(truncated()),
            DataEnd::Failed(error) => match (error.kind(), self.transfer.direction) {
                (ErrorKind::Timeout(_), _) | (_, Direction::Upload) => Some(error.clone()),
                _ => Some(truncated().because(error.clone())),
            },
        }
    }

    fn judge(&self, outcome: Option<Reply>, silence: Option<Error>) -> Result<Completion, Error> {
        let data_error = self.data_error();
        let result = match (outcome, data_error) {
            (Some(reply), None) if reply.class() == Class::Completion => Ok(Completion {
                bytes: self.bytes,
                name: self.chosen_name(&reply),
                reply,
                clean_close: self.clean_close,
            }),
            (Some(reply), Some(error)) if reply.class() == Class::Completion => {
                Err(error.with_reply(reply))
            }
            (Some(reply), None) => Err(self.refusal(reply)),
            (Some(reply), Some(error)) => Err(self.refusal(reply).because(error)),
            // Nothing final will come. A 421 says why better than the data connection does.
            (None, data_error) => Err(match (silence, data_error) {
                (Some(cause), Some(_)) if cause.reply().is_some() => cause,
                (_, Some(error)) => error,
                (cause, None) => {
                    let mut error = Error::new(ErrorKind::Unconfirmed);
                    if let Some(cause) = cause {
                        if let Some(reply) = cause.reply() {
                            error = error.with_reply(reply.clone());
                        }
                        error = error.with_source(cause);
                    }
                    error
                }
            }),
        };
        result.map_err(|error| self.in_context(error))
    }

    /// The server's, in words where TLS is what it does not like: vsftpd shakes hands first.
    fn refusal(&self, reply: Reply) -> Error {
        let demanded = self.transfer.protected && !self.transfer.resumed;
        if demanded && reply.is_about_resumption() {
            return Error::from_reply(reply).with_tls_reason(Reason::ResumptionDemanded);
        }
        Error::from_reply(reply)
    }

    /// What is to be asked before a download without close_notify is judged.
    fn size_in_question(&self, session: &Session, outcome: Option<&Reply>) -> Option<Size> {
        let tolerated = session.config.missing_close_notify == MissingCloseNotify::IfSizeAgrees;
        let confirmed = outcome.is_some_and(|reply| reply.class() == Class::Completion);
        let missing = matches!(self.end, DataEnd::NoCloseNotify);
        // In clear, behind CCC, whoever cut the data could answer for its size as well.
        let asked = self.expected.is_none() && session.is_secured();
        if !(tolerated && confirmed && missing && asked) {
            return None;
        }
        Size::new(self.transfer.file.as_ref()?).ok()
    }

    /// Takes a size for the proof that close_notify would have been.
    fn compare(&mut self, session: &Session, size: Option<u64>) {
        let tolerated = session.config.missing_close_notify == MissingCloseNotify::IfSizeAgrees;
        let missing = matches!(self.end, DataEnd::NoCloseNotify);
        // Of a text or a listing no size is known that counts what is on the wire.
        let countable = self.transfer.file.is_some();
        if tolerated && missing && countable && size == Some(self.bytes) {
            self.complete = true;
            self.clean_close = false;
        }
    }

    /// STOU: pyftpdlib and others tell it at the beginning, some at the end.
    fn chosen_name(&self, reply: &Reply) -> Option<RemotePath> {
        if self.transfer.verb != "STOU" {
            return None;
        }
        let told = self.transfer.name.clone();
        told.or_else(|| crate::reply::unique_name(reply))
    }

    fn in_context(&self, error: Error) -> Error {
        error
            .with_command(&self.transfer.verb)
            .with_transferred(self.bytes)
    }

    /// Whether a completion has come that is not ours.
    fn is_premature(&mut self, session: &mut Session) -> bool {
        self.premature = session.take_premature_completion();
        self.premature.is_some()
    }

    fn close(&mut self, session: &mut Session, closing: Closing, clock: Clock) -> Want {
        self.state = State::Closing(closing);
        session.close_data(closing, clock)
    }
}

impl Flow for Finish {
    type Output = Completion;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Completion>, Error> {
        let mut event = answer.event;
        loop {
            if let State::Sizing(size, reply) = &mut self.state {
                let reply = reply.clone();
                let event = core::mem::replace(&mut event, Event::Begin);
                let answer = session.begin().ticket.answer(event);
                let size = match size.step(session, answer) {
                    Ok(Step::Want(want)) => return Ok(Step::Want(want)),
                    Ok(Step::Done(size)) => size,
                    // Then nothing vouches for the end.
                    Err(_) => None,
                };
                let offset = self.transfer.offset;
                self.compare(session, size.and_then(|size| size.checked_sub(offset)));
                return self.judge(Some(reply), None).map(Step::Done);
            }
            let Some(live) = &mut session.live else {
                return Err(Error::misuse(Misuse::StaleTransfer));
            };
            let refused = live.is_refused();
            match &self.state {
                // Above.
                State::Sizing(..) => return Err(Error::misuse(Misuse::Finished)),
                State::Start => {
                    let timed_out = matches!(&self.end, DataEnd::Failed(error)
                        if matches!(error.kind(), ErrorKind::Timeout(_)));
                    if timed_out && live.outcome.is_none() {
                        // A server that has gone silent gets no second wait; what it owes is
                        // settled, by ABOR, when the session is used again.
                        return self.judge(None, session.dead.clone()).map(Step::Done);
                    }
                    if self.transfer.direction == Direction::Upload {
                        // What has come so far came before the end of the data.
                        self.state = State::Looking;
                        return Ok(Step::Want(session.look()));
                    }
                    let closing = self.closing(refused);
                    return Ok(Step::Want(self.close(session, closing, Clock::Starts)));
                }
                State::Looking => {
                    if matches!(event, Event::Received) && session.dead.is_none() {
                        return Ok(Step::Want(session.look()));
                    }
                    let premature = self.is_premature(session);
                    let closing = self.closing(refused || premature);
                    return Ok(Step::Want(self.close(session, closing, Clock::Starts)));
                }
                State::Closing(closing) => {
                    let closing = *closing;
                    let answered = core::mem::replace(&mut event, Event::Begin);
                    let late = matches!(answered, Event::TimedOut);
                    // Had the end been sent, that would have been the answer.
                    let refused = refused
                        || closing == Closing::SendEnd
                            && matches!(answered, Event::ControlFirst)
                            && self.is_premature(session);
                    let clean = match answered {
                        Event::ControlFirst if refused && closing != Closing::Abandon => {
                            let want = self.close(session, Closing::Abandon, Clock::Starts);
                            return Ok(Step::Want(want));
                        }
                        // Once more after the end of the control connection, too: what was
                        // written may still get through.
                        Event::ControlFirst if !self.control_ended => {
                            self.control_ended = session.dead.is_some();
                            return Ok(Step::Want(self.close(session, closing, Clock::Continues)));
                        }
                        Event::Closed(DataEnd::Clean) => true,
                        Event::Closed(DataEnd::Failed(error)) if closing == Closing::SendEnd => {
                            self.end = DataEnd::Failed(error);
                            false
                        }
                        _ => false,
                    };
                    if closing == Closing::SendEnd {
                        if !clean && matches!(self.end, DataEnd::Clean) {
                            let waited = || Error::new(ErrorKind::Timeout(Wait::DataIdle));
                            let cause = session.dead.clone().filter(|_| !late);
                            self.end = DataEnd::Failed(cause.unwrap_or_else(waited));
                        }
                        // What is still queued would be lost without an error, were the
                        // connection closed in any other way.
                        let next = if clean {
                            Closing::AwaitEnd
                        } else {
                            Closing::Abandon
                        };
                        return Ok(Step::Want(self.close(session, next, Clock::Starts)));
                    }
                    self.clean_close = clean;
                    if let Some(live) = &mut session.live {
                        live.data_open = false;
                    }
                    self.state = State::Final;
                }
                State::Final => {
                    let mut silence = session.dead.clone();
                    if silence.is_none() && matches!(event, Event::TimedOut) {
                        silence = Some(Error::new(ErrorKind::Timeout(Wait::FinalReply)));
                        session.give_up_final_reply();
                    }
                    if let Some(reply) = self.premature.take() {
                        session.live = None;
                        let error = Error::new(ErrorKind::Unconfirmed).with_reply(reply);
                        return Err(self.in_context(error));
                    }
                    let outcome = session.live.as_mut().and_then(|live| live.outcome.take());
                    if outcome.is_none() && silence.is_none() {
                        return Ok(Step::Want(session.receive_within(Wait::FinalReply)));
                    }
                    session.live = None;
                    if let (Some(size), Some(reply)) =
                        (self.size_in_question(session, outcome.as_ref()), &outcome)
                    {
                        self.state = State::Sizing(size, reply.clone());
                        event = Event::Begin;
                        continue;
                    }
                    self.compare(session, self.expected);
                    let judged = self.judge(outcome, silence);
                    // Only behind a handshake: before, whoever is in between may have cut it. And not
                    // behind CCC: there they may have said so.
                    let refused = judged.as_ref().err().and_then(Error::tls_reason);
                    session.resumption_failed |=
                        session.is_secured() && refused == Some(&Reason::ResumptionDemanded);
                    return judged.map(Step::Done);
                }
            }
        }
    }

    fn adopts(&self) -> Adopts {
        Adopts::Transfer(self.transfer.id)
    }
}
