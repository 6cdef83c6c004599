use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Adopts, Answer, Clock, Closing, Event, Flow, Step, Wait};
use crate::session::Session;
use crate::transfer::{Completion, DataEnd, Direction, Transfer};
use crate::wire::{Class, Reply};

/// Finishes a transfer: ends the data connection in the way that its direction asks for, waits
/// for the final reply, and judges both.
///
/// A download is a success only if its data ended cleanly *and* the final reply is 2xx, in either
/// order. An upload is judged by the final reply, once all was written.
#[derive(Debug)]
pub struct Finish {
    transfer: Transfer,
    bytes: u64,
    end: DataEnd,
    expected: Option<u64>,
    clean_close: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Start,
    Closing(Closing),
    Final,
}

impl Finish {
    /// Spends the token: this many bytes were moved, and this is how the data ended.
    pub fn new(transfer: Transfer, bytes: u64, end: DataEnd) -> Self {
        Self {
            transfer,
            bytes,
            end,
            expected: None,
            clean_close: false,
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
            (DataEnd::Clean | DataEnd::NoCloseNotify, Direction::Download) => {
                Closing::Graceful(Direction::Download)
            }
            (DataEnd::Clean, Direction::Upload) if !refused => Closing::Graceful(Direction::Upload),
            _ => Closing::Abandon,
        }
    }

    /// What was wrong with the data, whatever the server says.
    fn data_error(&self) -> Option<Error> {
        let truncated = || Error::new(ErrorKind::Truncated);
        match &self.end {
            DataEnd::Clean => match self.expected {
                Some(expected) if expected != self.bytes => Some(truncated()),
                _ => None,
            },
            DataEnd::NoCloseNotify | DataEnd::Stopped => Some(truncated()),
            DataEnd::Failed(error) => match (error.kind(), self.transfer.direction) {
                (ErrorKind::Timeout(_), _) | (_, Direction::Upload) => Some(error.clone()),
                _ => Some(truncated().with_source(error.clone())),
            },
        }
    }

    fn judge(&self, outcome: Option<Reply>, silence: Option<Error>) -> Result<Completion, Error> {
        let data_error = self.data_error();
        let result = match (outcome, data_error) {
            (Some(reply), None) if reply.class() == Class::Completion => Ok(Completion {
                bytes: self.bytes,
                reply,
                clean_close: self.clean_close,
            }),
            (Some(reply), Some(error)) if reply.class() == Class::Completion => {
                Err(error.with_reply(reply))
            }
            (Some(reply), None) => Err(Error::from_reply(reply)),
            (Some(reply), Some(error)) => Err(Error::from_reply(reply).with_source(error)),
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
        result.map_err(|error| {
            error
                .with_command(&self.transfer.verb)
                .with_transferred(self.bytes)
        })
    }
}

impl Flow for Finish {
    type Output = Completion;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Completion>, Error> {
        let mut event = answer.event;
        loop {
            let Some(live) = &mut session.live else {
                return Err(Error::misuse(Misuse::StaleTransfer));
            };
            let refused = session.dead.is_some()
                || live.is_refused_for_sure()
                || live
                    .outcome
                    .as_ref()
                    .is_some_and(|reply| reply.class() != Class::Completion);
            match self.state {
                State::Start => {
                    let timed_out = matches!(&self.end, DataEnd::Failed(error)
                        if matches!(error.kind(), ErrorKind::Timeout(_)));
                    if timed_out && live.outcome.is_none() {
                        // A server that has gone silent gets no second wait; what it owes is
                        // settled, by ABOR, when the session is used again.
                        return self.judge(None, session.dead.clone()).map(Step::Done);
                    }
                    let closing = self.closing(refused);
                    self.state = State::Closing(closing);
                    return Ok(Step::Want(session.close_data(closing, Clock::Starts)));
                }
                State::Closing(closing) => {
                    match core::mem::replace(&mut event, Event::Begin) {
                        Event::ControlFirst if refused && closing != Closing::Abandon => {
                            self.state = State::Closing(Closing::Abandon);
                            let want = session.close_data(Closing::Abandon, Clock::Starts);
                            return Ok(Step::Want(want));
                        }
                        Event::ControlFirst if session.dead.is_none() => {
                            return Ok(Step::Want(session.close_data(closing, Clock::Continues)));
                        }
                        Event::Closed(end) => self.clean_close = matches!(end, DataEnd::Clean),
                        _ => {}
                    }
                    live.data_open = false;
                    self.state = State::Final;
                }
                State::Final => {
                    let mut silence = session.dead.clone();
                    if silence.is_none() && matches!(event, Event::TimedOut) {
                        silence = Some(Error::new(ErrorKind::Timeout(Wait::FinalReply)));
                        session.give_up_final_reply();
                    }
                    let outcome = session.live.as_mut().and_then(|live| live.outcome.take());
                    if outcome.is_none() && silence.is_none() {
                        return Ok(Step::Want(session.receive_within(Wait::FinalReply)));
                    }
                    session.live = None;
                    return self.judge(outcome, silence).map(Step::Done);
                }
            }
        }
    }

    fn adopts(&self) -> Adopts {
        Adopts::Transfer(self.transfer.id)
    }
}
