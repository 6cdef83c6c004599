//! Finishes a transfer: closes the data connection, reads the final reply, and decides whether the
//! transfer has succeeded.
//!
//! ```text
//!   download                         upload
//!      |                               |
//!      |                            Looking    for a completion that came too early
//!      |                               |
//!      |                          Closing(SendEnd)
//!      |                               |  \ not sent
//!   Closing(Acknowledge)   Closing(AwaitEnd) Closing(Abandon)
//!      |                               |      |
//!      +-------------------------------+------+
//!                                      |
//!                                    Final     the final reply
//!                                      |
//!                                  Following   has another reply come after it?
//!                                      |
//!                                   Sizing     without close_notify, SIZE replaces it;
//!                                      |       after a reset upload, SIZE says if all is there
//!                                      |
//!                                  LastWord    after 200, or without a 150: a fence, and
//!                                              does any other reply come before its own?
//! ```
//!
//! If the server refuses, every `Closing` is followed by `Closing(Abandon)`.

mod judgement;

use self::judgement::mistaken;
use super::Size;
use super::compose::inner;
use super::fence::Fence;
use crate::error::{Error, ErrorKind, Misuse};
use crate::flow::{Adopted, Adopts, Answer, Closing, Event, Flow, Halt, Step};
use crate::session::Session;
use crate::session::transfer::{Completion, DataEnd, Direction, Transfer};
use crate::tls::Reason;
use crate::trace;
use crate::wait::{Clock, Wait};
use crate::wire::{Code, Reply};

/// Finishes a transfer: ends the data connection, waits for the final reply, and decides from the
/// data and the reply whether the transfer has succeeded.
///
/// A download is a success only if its data ended cleanly *and* the final reply confirms it. The
/// end of the data and the final reply can come in either order. A missing close_notify is an error
/// unless you [allow](crate::MissingCloseNotify) it. An upload is a success if the final reply
/// confirms it after all bytes were written.
///
/// If a 150 came first, a final reply 226 or 250 confirms the transfer. If the final reply is 200,
/// or if no 150 came before the 226 or 250, some servers send another final reply. So the flow then
/// sends one more command, usually PWD, and fails if another reply comes before the reply to it.
/// Any other 2xx makes the transfer [`ErrorKind::Unconfirmed`].
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::{Finish, Open};
/// use ftp_proto::DataEnd;
///
/// # let mut server = Server::new([
/// #     "200 Binary",
/// #     "229 Extended passive (|||2020|)",
/// #     "150 Here it comes (5 bytes)",
/// #     "226 Done",
/// # ]);
/// let transfer = drive(&mut session, Open::retrieve("hello")?, &mut server)?;
/// // The driver has read 5 bytes, and then the server has ended the data.
/// let finish = Finish::new(transfer, 5, DataEnd::Clean);
/// let completion = drive(&mut session, finish, &mut server)?;
/// assert_eq!(completion.bytes, 5);
/// assert_eq!(completion.reply.code().value(), 226);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct Finish {
    transfer: Transfer,
    bytes: u64,
    end: DataEnd,
    expected: Option<u64>,
    /// Whether the size of the file has proved that a download without close_notify is complete.
    complete: bool,
    clean_close: bool,
    /// Whether the server has reset the data connection after the client had sent the end of an
    /// upload.
    reset: bool,
    /// Whether the server's end of an upload through a proxy did not come: under TLS, its
    /// close_notify. The proxy may have lost the end of the data.
    cut_at_proxy: bool,
    /// A 2xx that came before the client had sent all data, so it belongs to another command.
    /// `None` if there was none.
    premature: Option<Reply>,
    /// Whether a preliminary reply (125 or 150) has come.
    begun: bool,
    /// Whether the final reply may belong to another command, so that a fence must follow.
    ambiguous: bool,
    /// Whether the control connection ended while the data connection was being closed.
    control_ended: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Start,
    Looking,
    Closing(Closing),
    Final,
    /// Reading, without waiting, what has arrived after the final reply.
    Following,
    /// Sending SIZE, to prove that a download is complete or that an upload was stored. Holds the
    /// final reply.
    Sizing(Size, Reply),
    /// Sending a fence. The server answers it after it has sent all replies to the transfer.
    LastWord(Fence, Completion),
}

impl Finish {
    /// Makes the flow from the `Transfer` that the opening flow has returned, the number of bytes
    /// that were moved, and how the data ended.
    pub fn new(transfer: Transfer, bytes: u64, end: DataEnd) -> Self {
        Self {
            transfer,
            bytes,
            end,
            expected: None,
            complete: false,
            clean_close: false,
            reset: false,
            cut_at_proxy: false,
            premature: None,
            begun: false,
            ambiguous: false,
            control_ended: false,
            state: State::Start,
        }
    }

    /// Sets how many bytes a download must bring, counted from the restart offset on. If any other
    /// number came, the flow fails with [`ErrorKind::Truncated`]. In clear text, only this check
    /// can notice that the connection was cut.
    #[must_use]
    pub fn with_expected(mut self, bytes: Option<u64>) -> Self {
        self.expected = bytes;
        self
    }

    /// Whether it is known that the server has used the data connection. In a download, the server
    /// has then sent a byte, or has closed the connection without a reset. In an upload, it has
    /// closed the connection without a reset after the client had sent everything.
    fn has_used_data_connection(&self) -> bool {
        let ended = matches!(self.end, DataEnd::Clean | DataEnd::NoCloseNotify);
        match self.transfer.direction() {
            Direction::Download => self.bytes > 0 || ended,
            Direction::Upload => self.clean_close,
        }
    }

    fn closing(&self, refused: bool) -> Closing {
        match (&self.end, self.transfer.direction()) {
            (DataEnd::Clean | DataEnd::NoCloseNotify, Direction::Download) => Closing::Acknowledge,
            (DataEnd::Clean, Direction::Upload) if !refused => Closing::SendEnd,
            _ => Closing::Abandon,
        }
    }

    /// Returns whether a 2xx came before the end of the data was sent, so that it belongs to
    /// another command. Keeps this reply for the error.
    fn take_premature(&mut self, session: &mut Session) -> bool {
        self.premature = session.take_premature_completion();
        self.premature.is_some()
    }

    fn close(&mut self, session: &mut Session, closing: Closing, clock: Clock) -> Halt {
        self.state = State::Closing(closing);
        session.close_data(closing, clock).into()
    }
}

impl Flow for Finish {
    type Output = Completion;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Completion>, Error> {
        let step = Step::run(answer, |answer| {
            if !matches!(self.state, State::Sizing(..) | State::LastWord(..)) {
                session.check_transfer()?;
            }
            loop {
                self.state = match self.state {
                    State::Start => return Err(self.start(session)),
                    State::Looking => return Err(self.looked(session, answer)),
                    State::Closing(closing) => self.closed(session, answer, closing)?,
                    State::Final => return self.hear(session, answer),
                    State::Following => return self.followed(session, answer),
                    State::Sizing(..) => return self.sized(session, answer),
                    State::LastWord(..) => return self.last_word(session, answer),
                };
            }
        })?;
        if let Step::Done(completion) = &step {
            trace::confirmed(&self.transfer, completion.bytes);
        }
        Ok(step)
    }

    fn adopts(&self) -> Adopts {
        Adopts(Adopted::Transfer(self.transfer.id()))
    }
}

/// One method for each state.
impl Finish {
    fn start(&mut self, session: &mut Session) -> Halt {
        trace::data_ended(&self.transfer, self.bytes, &self.end);
        let timed_out = matches!(&self.end, DataEnd::Failed(error)
            if error.kind().is_late());
        if timed_out && session.final_reply().is_none() {
            // The client has already waited in vain for data, so it does not wait for the final
            // reply too. The next operation sends ABOR first.
            return self.unconfirmed(session.check_alive().err()).into();
        }
        if self.transfer.direction() == Direction::Upload {
            // The client has not sent the end of the data yet. If the look finds a confirmation,
            // the server sent it too early.
            self.state = State::Looking;
            return session.look().into();
        }
        let closing = self.closing(session.has_refused());
        self.close(session, closing, Clock::Starts)
    }

    fn looked(&mut self, session: &mut Session, answer: &mut Answer) -> Halt {
        if let Err(again) = session.look_again(answer) {
            return again;
        }
        let refused = session.has_refused();
        let premature = self.take_premature(session);
        let closing = self.closing(refused || premature);
        self.close(session, closing, Clock::Starts)
    }

    fn closed(
        &mut self,
        session: &mut Session,
        answer: &mut Answer,
        closing: Closing,
    ) -> Result<State, Halt> {
        let answered = answer.take();
        let late = matches!(answered, Some(Event::TimedOut));
        // `ControlFirst` means that the end of the upload was not sent yet, so a confirmation that
        // came now is too early.
        let refused = session.has_refused()
            || closing == Closing::SendEnd
                && matches!(answered, Some(Event::ControlFirst))
                && self.take_premature(session);
        let clean = match answered {
            Some(Event::ControlFirst) if refused && closing != Closing::Abandon => {
                return Err(self.close(session, Closing::Abandon, Clock::Starts));
            }
            // The control connection came first, so the driver must continue to close the data
            // connection. If the control connection has ended, the driver continues only once more:
            // data that was written may still arrive at the server.
            Some(Event::ControlFirst) if !self.control_ended => {
                self.control_ended = session.is_dead();
                return Err(self.close(session, closing, Clock::Continues));
            }
            Some(Event::Closed(DataEnd::Clean)) => true,
            Some(Event::Closed(DataEnd::Failed(error))) if closing == Closing::SendEnd => {
                self.end = DataEnd::Failed(error);
                false
            }
            Some(Event::Closed(DataEnd::Failed(_))) if closing == Closing::AwaitEnd => {
                self.reset = true;
                false
            }
            _ => false,
        };
        if closing == Closing::SendEnd {
            return Err(self.end_sent(session, clean, late));
        }
        self.clean_close = clean && closing != Closing::Abandon;
        self.cut_at_proxy = closing == Closing::AwaitEnd && !clean && session.is_proxied();
        session.note_data_closed();
        Ok(State::Final)
    }

    /// Continues after the driver has sent the end of an upload, or has failed to send it. After it
    /// was sent, the client waits until the server ends the connection, because a close at once
    /// could lose queued data without an error.
    fn end_sent(&mut self, session: &mut Session, clean: bool, late: bool) -> Halt {
        if clean {
            return self.close(session, Closing::AwaitEnd, Clock::Starts);
        }
        if matches!(self.end, DataEnd::Clean) {
            let cause = session.check_alive().err().filter(|_| !late);
            let waited = || Error::new(ErrorKind::Timeout(Wait::DataIdle));
            self.end = DataEnd::Failed(cause.unwrap_or_else(waited));
        }
        self.close(session, Closing::Abandon, Clock::Starts)
    }

    fn hear(&mut self, session: &mut Session, answer: &mut Answer) -> Result<Completion, Halt> {
        let late = answer.take_timeout();
        let mut silence = session.check_alive().err();
        let late_port = late && session.final_reply().is_some() && session.awaits_next_port();
        if late_port {
            session.give_up_next_port();
        } else if silence.is_none() && late {
            silence = Some(Error::new(ErrorKind::Timeout(Wait::FinalReply)));
            session.give_up_final_reply(self.has_used_data_connection());
        }
        if let Some(reply) = self.premature.take() {
            session.close_transfer();
            let error = Error::new(ErrorKind::Unconfirmed).with_reply(reply);
            return Err(self.in_context(error).into());
        }
        if silence.is_none() {
            match session.final_reply() {
                None => return Err(session.receive_within(Wait::FinalReply).into()),
                // The final reply is followed by the port for the next transfer.
                Some(reply) if !reply.is_refusal() && session.awaits_next_port() => {
                    return Err(session.receive_within(Wait::DataClose).into());
                }
                Some(reply) if !reply.is_refusal() => {
                    self.state = State::Following;
                    return Err(session.look().into());
                }
                Some(_) => {}
            }
        }
        self.conclude(session, answer, silence)
    }

    fn followed(&mut self, session: &mut Session, answer: &mut Answer) -> Result<Completion, Halt> {
        session.look_again(answer)?;
        let confirmed = session.final_reply().is_some_and(Reply::confirms_transfer);
        if confirmed && session.is_confirmation_doubtful() {
            session.lose_step();
            if let Some(reply) = session.close_transfer() {
                return Err(self.in_context(mistaken(reply)).into());
            }
        }
        self.conclude(session, answer, None)
    }

    /// Decides the result of the transfer. No further reply to it is expected now.
    fn conclude(
        &mut self,
        session: &mut Session,
        answer: &mut Answer,
        silence: Option<Error>,
    ) -> Result<Completion, Halt> {
        self.begun = session.preliminary_reply().is_some();
        self.ambiguous = session.needs_last_word();
        let Some(reply) = session.close_transfer() else {
            self.compare(session, self.expected);
            return Err(self.unconfirmed(silence).into());
        };
        let question = match self.is_questionable(&reply) {
            true => match self.stored_file(&reply) {
                Some(size) => Some(size),
                None => return Err(self.not_stored(reply, None).into()),
            },
            false => self.size_in_question(session, &reply),
        };
        if let Some(size) = question {
            self.state = State::Sizing(size, reply);
            return self.sized(session, answer);
        }
        self.compare(session, self.expected);
        self.decide(session, answer, reply)
    }

    fn decide(
        &mut self,
        session: &mut Session,
        answer: &mut Answer,
        reply: Reply,
    ) -> Result<Completion, Halt> {
        let judged = self.judge(reply);
        let reason = judged.as_ref().err().and_then(Error::tls_reason);
        if reason == Some(&Reason::ResumptionDemanded) {
            session.note_resumption_demanded();
        }
        let completion = judged?;
        let unmistakable = self.begun && !self.ambiguous && completion.reply.code() != Code::OKAY;
        if unmistakable {
            return Ok(completion);
        }
        if let Err(cause) = session.check_alive() {
            // No fence can show whether the reply is the transfer's own.
            return Err(self.unconfirmed(Some(cause)).into());
        }
        self.state = State::LastWord(Fence::default(), completion);
        self.last_word(session, answer)
    }

    fn last_word(
        &mut self,
        session: &mut Session,
        answer: &mut Answer,
    ) -> Result<Completion, Halt> {
        let State::LastWord(fence, completion) = &mut self.state else {
            return Err(Error::misuse(Misuse::Finished).into());
        };
        match inner(fence, session, answer) {
            Ok(None) => Ok(completion.clone()),
            Ok(Some(reply)) => Err(self.in_context(self.refusal(reply)).into()),
            Err(Halt::Error(error)) => Err(self.unconfirmed(Some(error)).into()),
            Err(want) => Err(want),
        }
    }

    fn sized(&mut self, session: &mut Session, answer: &mut Answer) -> Result<Completion, Halt> {
        let State::Sizing(size, reply) = &mut self.state else {
            return Err(Error::misuse(Misuse::Finished).into());
        };
        let size = match inner(size, session, answer) {
            Ok(size) => size,
            Err(Halt::Want(want)) => return Err(want.into()),
            // The size stays unknown, so nothing proves that the data is complete. If the refusal
            // is not a 550, it may be a late reply to the transfer instead of the reply to SIZE, so
            // the session is out of step.
            Err(Halt::Error(error)) => {
                let told = error.reply();
                if told.is_some_and(|reply| reply.code() != Code::FILE_UNAVAILABLE) {
                    session.lose_step();
                }
                None
            }
        };
        let reply = reply.clone();
        if self.transfer.direction() == Direction::Upload {
            if size.is_some_and(|size| self.transfer.agrees_with_size(self.bytes, size)) {
                return self.decide(session, answer, reply);
            }
            return Err(self.not_stored(reply, size).into());
        }
        let offset = self.transfer.offset();
        self.compare(session, size.and_then(|size| size.checked_sub(offset)));
        self.decide(session, answer, reply)
    }
}
