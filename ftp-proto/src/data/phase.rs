//! The data phase of a transfer: from its first byte to the server's final reply.

use alloc::boxed::Box;
use core::mem;
use core::time::Duration;

use super::pace::Pace;
use super::{AsciiDecoder, AsciiOutbox, Interruption, Progress};
use crate::error::{Error, ErrorKind, Misuse};
use crate::flows::{Abort, Finish};
use crate::options::limits::TransferLimits;
use crate::options::transfer::{LineEnds, TransferOptions};
use crate::session::Session;
use crate::session::transfer::{Completion, DataEnd, Direction, Transfer, Verdict};
use crate::wait::Wait;

/// A transfer while its bytes move, and its result.
///
/// The driver moves the bytes. It calls [`step`](Self::step) to learn what to do, does it, and
/// reports what happened. This example is a whole download, with a data connection and a control
/// connection on arrays:
///
/// ```
/// use ftp_proto::data::{DataPhase, DataStep, Interruption};
/// # use ftp_proto::flows::{Credentials, Greeting, Login, Open};
/// # use ftp_proto::{Config, DataEnd, Error, Flow, Session, Step, TransferOptions, Wait, Want};
/// # let replies = [
/// #     &b"220 Hi\r\n"[..], b"230 In\r\n",
/// #     b"200 Text\r\n", b"229 Here (|||2020|)\r\n", b"150 Comes\r\n",
/// # ];
/// # let mut replies = replies.into_iter();
/// # let mut session = Session::new(Config::default());
/// # fn run<F: Flow>(
/// #     session: &mut Session, flow: F, replies: &mut impl Iterator<Item = &'static [u8]>,
/// # ) -> Result<F::Output, Error> {
/// #     let (mut running, mut answer) = session.start(flow);
/// #     loop {
/// #         let want = match session.step(&mut running, answer)? {
/// #             Step::Done(output) => return Ok(output),
/// #             Step::Want(want) => want,
/// #         };
/// #         session.advance(session.outgoing().len());
/// #         answer = match want {
/// #             Want::Receive(want) if want.wait() == Wait::Arrived => want.timed_out(),
/// #             Want::Receive(want) => {
/// #                 session.receive(replies.next().unwrap());
/// #                 want.received()
/// #             }
/// #             Want::Connect(want) => want.connected(),
/// #             Want::CloseData(want) => want.closed(DataEnd::Clean),
/// #             other => other.timed_out(),
/// #         };
/// #     }
/// # }
/// # run(&mut session, Greeting::new(), &mut replies)?;
/// # run(&mut session, Login::new(Credentials::new("ada", "secret")?), &mut replies)?;
/// # let transfer = run(&mut session, Open::retrieve("file")?, &mut replies)?;
/// # let events = [
/// #     Event::Data(b"one\r\ntw"), Event::Control(b"226 Done\r\n"), Event::Data(b"o\r\n"), Event::End,
/// # ];
/// # let mut events = events.into_iter();
/// # let mut poll = || events.next().unwrap_or(Event::TimeOver);
///
/// /// What can happen on the two connections.
/// enum Event {
///     Data(&'static [u8]),
///     End,
///     Control(&'static [u8]),
///     TimeOver,
/// }
///
/// let mut phase = DataPhase::new(transfer, &TransferOptions::text());
/// let mut file = Vec::new();
/// loop {
///     match phase.step(&session) {
///         // Feed the session what has come on the control connection: here, nothing has.
///         DataStep::Look => {}
///         DataStep::Rest(_) => unreachable!("there is no speed limit"),
///         // Before the driver waits, it writes what the session has to say (a NOOP, for example):
///         // here, `session.outgoing()` is empty.
///         DataStep::Move(_) | DataStep::TakeIn => match poll() {
///             Event::Data(bytes) => {
///                 let mut bytes = bytes.to_vec();
///                 let count = phase.received(&mut bytes);
///                 file.extend_from_slice(&bytes[..count]);
///             }
///             Event::End => phase.end(DataEnd::Clean),
///             Event::Control(bytes) => session.receive(bytes),
///             Event::TimeOver => phase.interrupted(&mut session, Interruption::TimedOut),
///         },
///         DataStep::Finish(flow) => phase.finished(run(&mut session, flow, &mut replies)),
///         DataStep::Over => break,
///     }
/// }
/// assert_eq!(phase.into_outcome()?.bytes, 10); // on the wire
/// assert_eq!(file, b"one\ntwo\n");
/// # Ok::<(), Error>(())
/// ```
///
/// In an upload, write each piece to the data connection, report by [`moved`](Self::moved) how many
/// bytes it took, and call [`end`](Self::end) after the last piece. If line ends are
/// [translated](LineEnds::Lf), pass text to [`fill`](Self::fill) and send [`unsent`](Self::unsent).
///
/// If you drop a data phase, the session's next operation aborts the transfer first.
#[derive(Debug)]
#[must_use = "nothing is confirmed before its `Finish` is run"]
pub struct DataPhase {
    state: State,
    bytes: u64,
    /// How many bytes have moved since the driver last read the control connection (see
    /// [`DataStep::Look`]).
    unlooked: usize,
    expected: Option<u64>,
    text: Option<Text>,
    /// The restart offset in bytes.
    offset: u64,
    /// The size of the whole file in bytes, as far as it is known.
    total: Option<u64>,
    pace: Option<Box<Pace>>,
}

#[derive(Debug)]
enum State {
    Moving(Transfer),
    Ended(Transfer, DataEnd),
    /// The driver is running the [`Finish`] flow.
    Finishing,
    Over(Result<Completion, Error>),
}

/// The translation of line ends: `Coming` in a download, `Going` in an upload.
#[derive(Debug)]
enum Text {
    Coming(AsciiDecoder),
    Going(AsciiOutbox),
}

/// What the driver must do next in the [data phase](DataPhase).
#[derive(Debug)]
#[must_use]
#[allow(
    clippy::large_enum_variant,
    reason = "a box would be one more allocation for each transfer"
)]
pub enum DataStep {
    /// Read the bytes that have already come on the control connection, without waiting, and give
    /// them to the session.
    Look,
    /// Move bytes, and watch the control connection at the same time. The field says which time
    /// limit applies if no byte moves: [`Wait::DataIdle`], or after the server's final reply to a
    /// download [`Wait::DataClose`]. The limit begins again with each byte of data. It goes on if
    /// only bytes of the control connection have come, or if you have only looked. First write what
    /// [`Session::outgoing`] holds.
    Move(Wait),
    /// Move no bytes for this time, so that the rate limit is kept, and watch the control
    /// connection meanwhile. Comes only if the transfer [has](DataPhase::is_paced) speed limits.
    Rest(Duration),
    /// The server has refused a download in its middle. Read the bytes that have already come on
    /// the data connection, without waiting. If none have come, report [`Interruption::TimedOut`]
    /// at once: this ends the data.
    TakeIn,
    /// Run this flow, and report its result by [`DataPhase::finished`].
    Finish(Finish),
    /// The data phase wants nothing from you. Either the transfer is over and
    /// [`DataPhase::outcome`] returns its result, or you are still running the `Finish` flow.
    Over,
}

/// After this many bytes, the driver reads the control connection, even if the data connection is
/// so fast that the driver never has to wait. Otherwise it would notice the server's reply too
/// late.
const LOOK_EVERY: usize = 256 * 1024;

impl DataPhase {
    /// Makes the data phase of a transfer that has not moved a byte yet.
    pub fn new(transfer: Transfer, options: &TransferOptions) -> Self {
        let direction = transfer.direction();
        let text = match (options.line_ends, direction) {
            (LineEnds::AsSent, _) => None,
            (LineEnds::Lf, Direction::Download) => Some(Text::Coming(AsciiDecoder::new())),
            (LineEnds::Lf, Direction::Upload) => Some(Text::Going(AsciiOutbox::new())),
        };
        let expected = options
            .expected
            .filter(|_| direction == Direction::Download);
        let offset = transfer.offset();
        let total = expected.map(|bytes| bytes.saturating_add(offset));
        Self {
            total: total.or(transfer.whole()),
            offset,
            state: State::Moving(transfer),
            bytes: 0,
            unlooked: 0,
            expected,
            text,
            pace: options.limits.as_ref().and_then(Pace::new),
        }
    }

    /// Sets the speed limits, unless the options of this transfer have some.
    pub fn or_limits(mut self, options: &TransferOptions, limits: &TransferLimits) -> Self {
        if options.limits.is_none() {
            self.pace = Pace::new(limits);
        }
        self
    }

    /// Returns what the driver must do next.
    pub fn step(&mut self, session: &Session) -> DataStep {
        let State::Moving(transfer) = &self.state else {
            return self.finish();
        };
        if self.unlooked >= LOOK_EVERY {
            self.unlooked = 0;
            return DataStep::Look;
        }
        match (session.verdict(transfer), transfer.direction()) {
            (Verdict::Failed, Direction::Download) => DataStep::TakeIn,
            (Verdict::Failed, Direction::Upload) => {
                self.end(DataEnd::Stopped);
                self.finish()
            }
            (Verdict::Confirmed, _) => self.keep_pace(Wait::DataClose, session),
            (Verdict::Open, _) => self.keep_pace(Wait::DataIdle, session),
        }
    }

    fn keep_pace(&mut self, wait: Wait, session: &Session) -> DataStep {
        let Some(pace) = &mut self.pace else {
            return DataStep::Move(wait);
        };
        if let Some(error) = pace.too_slow() {
            self.end(DataEnd::Failed(error));
            return self.finish();
        }
        // Without a control connection, there is nothing to watch during a pause.
        match pace.rest().filter(|_| !session.is_dead()) {
            Some(time) => {
                pace.stop_waiting();
                DataStep::Rest(time)
            }
            None => {
                pace.wait();
                DataStep::Move(wait)
            }
        }
    }

    /// Returns whether the transfer has speed limits. If so, the driver calls
    /// [`tick`](Self::tick) before each [`step`](Self::step).
    pub fn is_paced(&self) -> bool {
        self.pace.is_some()
    }

    /// Tells the speed limits the time since the transfer began.
    pub fn tick(&mut self, now: Duration) {
        if let Some(pace) = &mut self.pace {
            pace.tick(now);
        }
    }

    /// Returns how long the driver may wait in [`DataStep::Move`] before it calls
    /// [`step`](Self::step) again, so that a transfer that is too slow is found. `None`: as long as
    /// the time limit of the step allows.
    pub fn patience(&self) -> Option<Duration> {
        self.pace.as_ref()?.patience()
    }

    /// Returns the most bytes that the rate limit lets move in this step. At least 1. There is no
    /// limit in the steps before which no pause is made: [`DataStep::TakeIn`], and a
    /// [`DataStep::Move`] without a control connection.
    pub fn most(&self) -> usize {
        // A step that moves bytes under the rate limit comes after a pause, so it may move some.
        let most = self.pace.as_ref().map(|pace| pace.most());
        most.filter(|most| *most > 0).unwrap_or(usize::MAX)
    }

    /// Returns the start of `bytes`, as much as the rate limit lets move in this step.
    pub fn some_of<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(..self.most()).unwrap_or(bytes)
    }

    /// Does the same as [`some_of`](Self::some_of), for a buffer that is to be filled.
    pub fn some_room<'a>(&self, room: &'a mut [u8]) -> &'a mut [u8] {
        let most = self.most().min(room.len());
        room.split_at_mut(most).0
    }

    /// Tells the speed limits that a step has moved this many bytes.
    pub fn paced(&mut self, bytes: usize) {
        if let Some(pace) = &mut self.pace {
            pace.moved(bytes);
        }
    }

    fn finish(&mut self) -> DataStep {
        match mem::replace(&mut self.state, State::Finishing) {
            State::Ended(transfer, end) => DataStep::Finish(
                Finish::new(transfer, self.bytes, end).with_expected(self.expected),
            ),
            state => {
                self.state = state;
                DataStep::Over
            }
        }
    }

    /// Notes that these bytes have come from the data connection. If line ends are translated,
    /// translates them in place. Returns how many bytes at the start are for your file. 0 does not
    /// mean the end: if the only byte is a CR, the translation waits for the next byte, which may
    /// be its LF.
    pub fn received(&mut self, bytes: &mut [u8]) -> usize {
        self.moved(bytes.len());
        match &mut self.text {
            Some(Text::Coming(decoder)) => decoder.decode(bytes),
            _ => bytes.len(),
        }
    }

    /// Notes that this many bytes were moved. Call it for bytes that you have sent, and for bytes
    /// of an upload or a download that did not pass through this value, such as those that the
    /// kernel moved. If line ends are translated in an upload, removes the bytes from the start of
    /// [`unsent`](Self::unsent).
    pub fn moved(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes as u64);
        self.unlooked = self.unlooked.saturating_add(bytes);
        if let Some(Text::Going(outbox)) = &mut self.text {
            outbox.advance(bytes);
        }
    }

    /// Translates text that you want to send, and returns how many bytes of `text` were translated.
    /// Returns 0 as long as earlier bytes are [unsent](Self::unsent). `None` if line ends are not
    /// translated: then send the text as it is.
    pub fn fill(&mut self, text: &[u8]) -> Option<usize> {
        match &mut self.text {
            Some(Text::Going(outbox)) => Some(outbox.fill(text)),
            _ => None,
        }
    }

    /// Returns the translated bytes that are still to be sent.
    pub fn unsent(&self) -> &[u8] {
        match &self.text {
            Some(Text::Going(outbox)) => outbox.unsent(),
            _ => &[],
        }
    }

    /// Notes that an upload will send this many bytes from now on, so that its
    /// [progress](Self::progress) knows the total. `None` if the number is not known. If line ends
    /// are translated, it never is, because they make the text longer.
    pub fn will_send(&mut self, bytes: Option<u64>) {
        let done = self.progress().done;
        let bytes = bytes.filter(|_| !self.is_translated());
        self.total = bytes.map(|bytes| done.saturating_add(bytes));
    }

    /// Returns whether line ends are translated. If so, the bytes of your file are not those on the
    /// wire.
    pub fn is_translated(&self) -> bool {
        self.text.is_some()
    }

    /// Notes that the data has ended. `end` says how it ended. A second call changes nothing.
    pub fn end(&mut self, end: DataEnd) {
        match mem::replace(&mut self.state, State::Finishing) {
            State::Moving(transfer) => self.state = State::Ended(transfer, end),
            state => self.state = state,
        }
    }

    /// Notes that an attempt to move bytes was interrupted. `by` is the reason. A failure or a
    /// time-out ends the data.
    pub fn interrupted(&mut self, session: &mut Session, by: Interruption) {
        match by {
            Interruption::ControlFirst => {}
            Interruption::Broken(error) => session.kill(error),
            Interruption::Failed(error) => self.end(DataEnd::Failed(error)),
            Interruption::TimedOut => {
                let late = |wait| DataEnd::Failed(Error::new(ErrorKind::Timeout(wait)));
                match self.transfer().map(|transfer| session.verdict(transfer)) {
                    Some(Verdict::Failed) => self.end(DataEnd::Stopped),
                    Some(Verdict::Confirmed) => self.end(late(Wait::DataClose)),
                    _ => self.end(late(Wait::DataIdle)),
                }
            }
        }
    }

    /// Ends the transfer with this error, without a word to the server. The session's next
    /// operation aborts it. Does nothing after the end of the data.
    pub fn stop(&mut self, error: Error) {
        if let Some(transfer) = self.transfer() {
            let error = error.or_command(transfer.verb());
            self.state = State::Over(Err(error.with_transferred(self.bytes)));
        }
    }

    /// Notes that the [`Finish`] flow has ended, with this result.
    pub fn finished(&mut self, outcome: Result<Completion, Error>) {
        // Neither a driver that has stopped the flow nor the end of the session tells how many bytes
        // had moved.
        let counted = |error: Error| match error.transferred() {
            None if error.kind().is_stop() || error.is_connection_lost() => {
                error.with_transferred(self.bytes)
            }
            _ => error,
        };
        self.state = State::Over(outcome.map_err(counted));
    }

    /// Returns the result of the transfer: `Ok` after the server has confirmed it.
    ///
    /// # Errors
    /// The error of the transfer if it has failed; [`Misuse::NotAtEnd`] before its end.
    pub fn outcome(&self) -> Result<&Completion, Error> {
        match &self.state {
            State::Over(Ok(completion)) => Ok(completion),
            State::Over(Err(error)) => Err(error.clone()),
            _ => Err(Error::misuse(Misuse::NotAtEnd)),
        }
    }

    /// Returns what [`outcome`](Self::outcome) returns, but by value.
    ///
    /// # Errors
    /// The errors of [`outcome`](Self::outcome).
    pub fn into_outcome(self) -> Result<Completion, Error> {
        match self.state {
            State::Over(outcome) => outcome,
            _ => Err(Error::misuse(Misuse::NotAtEnd)),
        }
    }

    /// Reads the end of the file. Call it after the server has confirmed the download. If the
    /// translation of line ends still keeps back a last byte, puts this byte into `buffer` and
    /// returns 1. Otherwise returns 0, which means the end of the file.
    ///
    /// # Errors
    /// The errors of [`outcome`](Self::outcome).
    pub fn read_end(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        self.outcome()?;
        if let (Some(Text::Coming(decoder)), Some(first)) = (&mut self.text, buffer.first_mut()) {
            if let Some(byte) = decoder.finish() {
                *first = byte;
                return Ok(1);
            }
        }
        Ok(0)
    }

    /// Returns the error for a write after the end of the upload: the error with which the upload
    /// has failed, or [`Misuse::StaleTransfer`] if it has succeeded.
    pub fn refusal(&self) -> Error {
        let over = Error::misuse(Misuse::StaleTransfer);
        self.outcome().err().unwrap_or(over)
    }

    /// Returns the error for a transfer that the program has stopped.
    pub(super) fn stopped(&self) -> Error {
        let error = Error::new(ErrorKind::Aborted).with_transferred(self.bytes);
        match self.transfer() {
            Some(transfer) => error.with_command(transfer.verb()),
            None => error,
        }
    }

    /// Turns an error of writing your local file into the error of the download. `left` is how many
    /// bytes had come from the server but were not written.
    pub fn writing_failed(
        &self,
        error: impl Into<Box<dyn core::error::Error + Send + Sync>>,
        left: usize,
    ) -> Error {
        let error = Error::new(ErrorKind::Local)
            .with_source(error)
            .with_subject("writing the local file");
        let left = u64::try_from(left).unwrap_or(u64::MAX);
        error.with_transferred(self.bytes.saturating_sub(left))
    }

    /// Turns an error of reading your local file into the error of the upload.
    pub fn reading_failed(
        &self,
        error: impl Into<Box<dyn core::error::Error + Send + Sync>>,
    ) -> Error {
        let error = Error::new(ErrorKind::Local)
            .with_source(error)
            .with_subject("reading the local file");
        error.with_transferred(self.bytes)
    }

    /// Returns whether the data has ended, so that no more bytes move.
    pub fn has_ended(&self) -> bool {
        self.transfer().is_none()
    }

    /// Queues a NOOP ([`Session::keep_alive`]), as long as the data has not ended. Then write
    /// [`Session::outgoing`] to the control connection at once: the NOOP is useless after the data.
    /// Before you call it, read the control connection, because the reply to the last NOOP may have
    /// come.
    pub fn keep_alive(&mut self, session: &mut Session) {
        self.unlooked = 0;
        if let Some(transfer) = self.transfer() {
            session.keep_alive(transfer);
        }
    }

    /// Turns this data phase into the flow that aborts the transfer.
    ///
    /// # Errors
    /// [`Misuse::StaleTransfer`] if the `Finish` flow has been started.
    pub fn into_abort(self) -> Result<Abort, Error> {
        match self.state {
            State::Moving(transfer) | State::Ended(transfer, _) => Ok(Abort::new(transfer)),
            _ => Err(Error::misuse(Misuse::StaleTransfer)),
        }
    }

    /// Returns how many bytes were moved until now, counted on the wire.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns how much of the file is done.
    pub fn progress(&self) -> Progress {
        Progress::new(self.offset.saturating_add(self.bytes), self.total)
    }

    /// Returns the transfer, as long as its data has not ended. `None` after that.
    pub fn transfer(&self) -> Option<&Transfer> {
        match &self.state {
            State::Moving(transfer) => Some(transfer),
            _ => None,
        }
    }
}
