//! How a [`Driver`] moves the bytes of a transfer.

use std::time::Instant;

use super::driver::{Driver, Operation};
use super::link::Link;
use super::network::Network;
use crate::data::{DataPhase, DataStep};
use crate::error::Error;
use crate::flows::Finish;
use crate::options::transfer::TransferOptions;
use crate::session::transfer::{DataEnd, Transfer};
use crate::tls::PlainRead;
use crate::wait::Wait;

/// Where the data phase is between two calls of a [`Driver`]. Each data connection begins a new one.
#[derive(Default)]
pub(super) struct Moving {
    /// What the running time limit is for.
    waiting: Option<Wait>,
    /// When the transfer began.
    begun: Option<Instant>,
    finishing: Option<Operation<Finish>>,
}

/// The data phase. Each of these methods returns `None` if it has to wait.
impl<N: Network> Driver<N> {
    /// Makes the data phase of a transfer that [`Open`](crate::flows::Open) has returned. It keeps
    /// the speed limits of these options, or else those of the driver's options.
    pub fn data_phase(&self, transfer: Transfer, options: &TransferOptions) -> DataPhase {
        DataPhase::new(transfer, options).or_limits(options, &self.options.transfer_limits)
    }

    /// Reads some bytes of a download into `buffer`, and returns how many. 0 if the phase is over,
    /// or if the buffer is empty.
    pub fn receive(&mut self, phase: &mut DataPhase, buffer: &mut [u8]) -> Option<usize> {
        while !buffer.is_empty() {
            let read = self.move_some(phase, |link, phase| link.read(phase.some_room(buffer)));
            match read? {
                Some(PlainRead::Bytes(count)) => {
                    phase.paced(count);
                    // 0 is not the end: half a line end waits for the other half.
                    match phase.received(buffer.get_mut(..count).unwrap_or_default()) {
                        0 => {}
                        count => return Some(count),
                    }
                }
                Some(PlainRead::Closed) => phase.end(DataEnd::Clean),
                Some(PlainRead::Cut) => phase.end(DataEnd::NoCloseNotify),
                None => break,
            }
        }
        Some(0)
    }

    /// Takes some bytes of an upload, and returns how many. The inner `None` says that the phase is
    /// over.
    pub fn send(&mut self, phase: &mut DataPhase, bytes: &[u8]) -> Option<Option<usize>> {
        if self.send_text(phase)?.is_none() {
            return Some(None);
        }
        if let Some(translated) = phase.fill(bytes) {
            return Some(Some(translated));
        }
        let write = |link: &mut Link<_>, phase: &DataPhase| link.write(phase.some_of(bytes));
        let sent = self.move_some(phase, write)?;
        Some(sent.inspect(|count| moved(phase, *count)))
    }

    /// Sends all that an upload has taken. The inner `None` says that the phase is over.
    pub fn send_rest(&mut self, phase: &mut DataPhase) -> Option<Option<()>> {
        match self.send_text(phase)? {
            Some(()) => self.move_some(phase, |link, _| link.flush()),
            None => Some(None),
        }
    }

    /// Runs a phase whose data [has ended](DataPhase::end) to its end. Its
    /// [`outcome`](DataPhase::outcome) is then known.
    pub fn finish(&mut self, phase: &mut DataPhase) -> Option<()> {
        let nothing = |_: &mut Link<_>, _: &DataPhase| Ok(None::<()>);
        self.move_some(phase, nothing).map(drop)
    }

    /// Sends text whose line ends are translated.
    fn send_text(&mut self, phase: &mut DataPhase) -> Option<Option<()>> {
        while !phase.unsent().is_empty() {
            let write =
                |link: &mut Link<_>, phase: &DataPhase| link.write(phase.some_of(phase.unsent()));
            match self.move_some(phase, write)? {
                Some(count) => moved(phase, count),
                None => return Some(None),
            }
        }
        Some(Some(()))
    }

    /// Moves bytes by `attempt`, and does what the phase wants. The inner `None` says that the
    /// phase is over: the server has confirmed the transfer, or it has failed.
    fn move_some<T>(
        &mut self,
        phase: &mut DataPhase,
        mut attempt: impl FnMut(&mut Link<N::Stream>, &DataPhase) -> Result<Option<T>, Error>,
    ) -> Option<Option<T>> {
        loop {
            if let Some(mut finishing) = self.moving.finishing.take() {
                match self.turn(&mut finishing) {
                    Some(finished) => phase.finished(finished),
                    None => {
                        self.moving.finishing = Some(finishing);
                        return None;
                    }
                }
            }
            if let Some(error) = self.stopped() {
                phase.stop(error);
            }
            self.tick(phase);
            match phase.step(&self.session) {
                DataStep::Look => {
                    self.watch_control();
                    continue;
                }
                DataStep::Move(wait) => {
                    if self.moving.waiting.replace(wait) != Some(wait) {
                        self.start_waiting(wait);
                    }
                    self.check = phase.patience().map(|time| self.after(time));
                }
                DataStep::TakeIn => self.deadline = self.network.now(),
                DataStep::Finish(flow) => {
                    self.moving.finishing = Some(self.start(flow));
                    continue;
                }
                DataStep::Rest(time) => {
                    self.moving.waiting = None;
                    self.deadline = self.after(time);
                    match self.watch_control() {
                        true => continue,
                        false => return self.wait(),
                    }
                }
                DataStep::Over => return Some(None),
            }
            self.write_commands();
            match self.watch(|driver| attempt(driver.data_link()?, phase)) {
                None => return self.wait(),
                Some(Ok(moved)) => {
                    self.moving.waiting = None;
                    return Some(Some(moved));
                }
                Some(Err(by)) => phase.interrupted(&mut self.session, by),
            }
        }
    }

    /// Tells the speed limits the time.
    fn tick(&mut self, phase: &mut DataPhase) {
        self.check = None;
        let now = self.network.now();
        let begun = self.moving.begun.get_or_insert(now);
        phase.tick(now.saturating_duration_since(*begun));
    }

    /// Writes what the session has to say during a transfer: a NOOP of `DataPhase::keep_alive`, for
    /// example.
    fn write_commands(&mut self) {
        if !self.session.is_dead() {
            if let Err(error) = self.flush() {
                self.session.kill(error);
            }
        }
    }

    /// Gives the session what has come. Returns whether something has, or whether the connection
    /// has failed.
    fn watch_control(&mut self) -> bool {
        self.write_commands();
        if self.session.is_dead() {
            return true;
        }
        match self.feed() {
            Ok(fed) => fed.is_some(),
            Err(error) => {
                self.session.kill(error);
                true
            }
        }
    }
}

/// Notes that these bytes of an upload were taken.
fn moved(phase: &mut DataPhase, bytes: usize) {
    phase.paced(bytes);
    phase.moved(bytes);
}
