//! The data phase of a transfer: from its first byte to the server's word on the whole.

use core::mem;

use super::{AsciiDecoder, AsciiOutbox, Interruption};
use crate::error::{Error, ErrorKind, Misuse};
use crate::flows::{Abort, Finish};
use crate::options::transfer::{LineEnds, TransferOptions};
use crate::session::Session;
use crate::session::transfer::{Completion, DataEnd, Direction, Transfer, Verdict};
use crate::wait::Wait;

/// A transfer while its bytes move, and what became of it.
///
/// The bytes are the driver's: it asks by [`step`](Self::step) what to do, does it, and tells what
/// happened. A download in full, with a data connection and a control connection on arrays:
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
/// An upload gives each piece to its data connection, tells by [`moved`](Self::moved) how much that
/// took, and calls [`end`](Self::end) after the last one. With [translated](LineEnds::Lf) line ends
/// it gives text to [`fill`](Self::fill) and sends [`unsent`](Self::unsent).
///
/// Dropping it leaves a transfer that the session's next operation aborts first.
#[derive(Debug)]
#[must_use = "nothing is confirmed before its `Finish` is run"]
pub struct DataPhase {
    state: State,
    bytes: u64,
    /// Bytes moved since the control connection was last looked at.
    unlooked: usize,
    expected: Option<u64>,
    text: Option<Text>,
}

#[derive(Debug)]
enum State {
    Moving(Transfer),
    Ended(Transfer, DataEnd),
    /// The driver has the [`Finish`].
    Finishing,
    Over(Result<Completion, Error>),
}

/// Translates line ends.
#[derive(Debug)]
enum Text {
    Coming(AsciiDecoder),
    Going(AsciiOutbox),
}

/// What a driver does next in the [data phase](DataPhase).
#[derive(Debug)]
#[must_use]
#[allow(
    clippy::large_enum_variant,
    reason = "a box would be one more allocation for each transfer"
)]
pub enum DataStep {
    /// Read what has come on the control connection, without waiting, and feed it to the session.
    Look,
    /// Move bytes, and watch the control connection meanwhile. This class of waiting limits the
    /// time until some have moved: [`Wait::DataIdle`], and [`Wait::DataClose`] from the moment when
    /// the server has said its last word on a download.
    Move(Wait),
    /// The server has given up a download: move what has already come, without waiting. Where
    /// nothing has, the time is over.
    TakeIn,
    /// Run this, and tell by [`DataPhase::finished`] what came of it.
    Finish(Finish),
    /// Nothing any more: there is an [outcome](DataPhase::outcome), or its `Finish` still runs.
    Over,
}

/// After how many bytes the control connection is looked at, though the data connection never
/// makes the driver wait.
const LOOK_EVERY: usize = 256 * 1024;

impl DataPhase {
    /// Before the first byte.
    pub fn new(transfer: Transfer, options: &TransferOptions) -> Self {
        let direction = transfer.direction();
        let text = match (options.line_ends, direction) {
            (LineEnds::AsSent, _) => None,
            (LineEnds::Lf, Direction::Download) => Some(Text::Coming(AsciiDecoder::new())),
            (LineEnds::Lf, Direction::Upload) => Some(Text::Going(AsciiOutbox::new())),
        };
        Self {
            state: State::Moving(transfer),
            bytes: 0,
            unlooked: 0,
            expected: options
                .expected
                .filter(|_| direction == Direction::Download),
            text,
        }
    }

    /// What to do next.
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
            (Verdict::Confirmed, _) => DataStep::Move(Wait::DataClose),
            (Verdict::Open, _) => DataStep::Move(Wait::DataIdle),
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

    /// These bytes came: translates them in place, and says how many at the front are the text. 0
    /// is no end, but a CR whose LF is still to come.
    pub fn received(&mut self, bytes: &mut [u8]) -> usize {
        self.moved(bytes.len());
        match &mut self.text {
            Some(Text::Coming(decoder)) => decoder.decode(bytes),
            _ => bytes.len(),
        }
    }

    /// So many bytes went out, from the front of [`unsent`](Self::unsent) where line ends are
    /// translated; or they came by a way on which they were never seen here, as the kernel's is.
    pub fn moved(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes as u64);
        self.unlooked = self.unlooked.saturating_add(bytes);
        if let Some(Text::Going(outbox)) = &mut self.text {
            outbox.advance(bytes);
        }
    }

    /// Translates text that is to be sent, once nothing is [unsent](Self::unsent), and says how
    /// much it took; `None` where the bytes go out as they are.
    pub fn fill(&mut self, text: &[u8]) -> Option<usize> {
        match &mut self.text {
            Some(Text::Going(outbox)) => Some(outbox.fill(text)),
            _ => None,
        }
    }

    /// What was translated and is to be sent.
    pub fn unsent(&self) -> &[u8] {
        match &self.text {
            Some(Text::Going(outbox)) => outbox.unsent(),
            _ => &[],
        }
    }

    /// Whether line ends are translated, so that the bytes here are not those of the wire.
    pub fn is_translated(&self) -> bool {
        self.text.is_some()
    }

    /// The data has ended in this way. The first end counts.
    pub fn end(&mut self, end: DataEnd) {
        match mem::replace(&mut self.state, State::Finishing) {
            State::Moving(transfer) => self.state = State::Ended(transfer, end),
            state => self.state = state,
        }
    }

    /// An attempt to move bytes was not done.
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

    /// What the [`Finish`] came to.
    pub fn finished(&mut self, outcome: Result<Completion, Error>) {
        self.state = State::Over(outcome);
    }

    /// The server's confirmation.
    ///
    /// # Errors
    /// Why there is none; [`Misuse::NotAtEnd`] before its end.
    pub fn outcome(&self) -> Result<&Completion, Error> {
        match &self.state {
            State::Over(Ok(completion)) => Ok(completion),
            State::Over(Err(error)) => Err(error.clone()),
            _ => Err(Error::misuse(Misuse::NotAtEnd)),
        }
    }

    /// The same, to keep.
    ///
    /// # Errors
    /// As [`outcome`](Self::outcome).
    pub fn into_outcome(self) -> Result<Completion, Error> {
        match self.state {
            State::Over(outcome) => outcome,
            _ => Err(Error::misuse(Misuse::NotAtEnd)),
        }
    }

    /// What a reader gets after a confirmed end: the byte that the translation held back, if there
    /// is one, and then 0 bytes, the end of file.
    ///
    /// # Errors
    /// As [`outcome`](Self::outcome).
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

    /// Why a writer can write nothing any more: what [`outcome`](Self::outcome) says, or
    /// [`Misuse::StaleTransfer`] after a confirmed end.
    pub fn refusal(&self) -> Error {
        let over = Error::misuse(Misuse::StaleTransfer);
        self.outcome().err().unwrap_or(over)
    }

    /// The failure of the caller's own file, with so many bytes that came and did not reach it.
    pub fn writing_failed(&self, error: impl Into<Error>, left: usize) -> Error {
        let error = error.into().with_subject("writing the local file");
        let left = u64::try_from(left).unwrap_or(u64::MAX);
        error.with_transferred(self.bytes.saturating_sub(left))
    }

    /// The failure of the file that was to be sent.
    pub fn reading_failed(&self, error: impl Into<Error>) -> Error {
        let error = error.into().with_subject("reading the local file");
        error.with_transferred(self.bytes)
    }

    /// Whether no bytes are moved any more.
    pub fn has_ended(&self) -> bool {
        self.transfer().is_none()
    }

    /// Queues a NOOP ([`Session::keep_alive`]) while bytes are moved. Look at the control
    /// connection first: the reply to the last one may be in.
    pub fn keep_alive(&mut self, session: &mut Session) {
        self.unlooked = 0;
        if let Some(transfer) = self.transfer() {
            session.keep_alive(transfer);
        }
    }

    /// The flow that aborts it.
    ///
    /// # Errors
    /// [`Misuse::StaleTransfer`] after the end.
    pub fn into_abort(self) -> Result<Abort, Error> {
        match self.state {
            State::Moving(transfer) | State::Ended(transfer, _) => Ok(Abort::new(transfer)),
            _ => Err(Error::misuse(Misuse::StaleTransfer)),
        }
    }

    /// Bytes moved so far, as they are on the wire.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The transfer, while bytes are moved.
    pub fn transfer(&self) -> Option<&Transfer> {
        match &self.state {
            State::Moving(transfer) => Some(transfer),
            _ => None,
        }
    }
}
