//! The data phase: moves the bytes of a transfer.

use std::io;

use ftp_proto::data::{DataPhase, DataStep};
use ftp_proto::flows::Finish;
use ftp_proto::tls::{PlainRead, TlsChannel};
use ftp_proto::{DataEnd, Error, Wait};

use super::{Client, Link, Network, Operation};

/// Where a data phase is between two turns.
#[derive(Default)]
pub(crate) struct Transfer {
    /// What the running time limit is for.
    waiting: Option<Wait>,
    finishing: Option<Operation<Finish>>,
}

/// Each of these methods returns `None` if it has to wait.
impl<N: Network> Client<N> {
    /// Reads a download. 0 if the phase is over.
    pub(crate) fn receive(
        &mut self,
        phase: &mut DataPhase,
        transfer: &mut Transfer,
        buffer: &mut [u8],
    ) -> Option<usize> {
        loop {
            match self.move_some(phase, transfer, |link, _| link.read(buffer))? {
                // 0 is not the end: half a line end waits for the other half.
                Some(PlainRead::Bytes(count)) => match phase.received(&mut buffer[..count]) {
                    0 => {}
                    count => return Some(count),
                },
                Some(PlainRead::Closed) => phase.end(DataEnd::Clean),
                Some(PlainRead::Cut) => phase.end(DataEnd::NoCloseNotify),
                None => return Some(0),
            }
        }
    }

    /// Takes some bytes of an upload. The inner `None` says that the phase is over.
    pub(crate) fn send(
        &mut self,
        phase: &mut DataPhase,
        transfer: &mut Transfer,
        bytes: &[u8],
    ) -> Option<Option<usize>> {
        if self.send_text(phase, transfer)?.is_none() {
            return Some(None);
        }
        if let Some(translated) = phase.fill(bytes) {
            return Some(Some(translated));
        }
        let sent = self.move_some(phase, transfer, |link, _| link.write(bytes))?;
        Some(sent.inspect(|count| phase.moved(*count)))
    }

    /// Sends all that an upload has taken. The inner `None` says that the phase is over.
    pub(crate) fn send_rest(
        &mut self,
        phase: &mut DataPhase,
        transfer: &mut Transfer,
    ) -> Option<Option<()>> {
        match self.send_text(phase, transfer)? {
            Some(()) => self.move_some(phase, transfer, |link, _| link.secure(TlsChannel::flush)),
            None => Some(None),
        }
    }

    /// Runs the rest of a phase whose data has ended.
    pub(crate) fn finish(&mut self, phase: &mut DataPhase, transfer: &mut Transfer) -> Option<()> {
        self.move_some(phase, transfer, |_, _| Ok(None::<()>))
            .map(drop)
    }

    /// Sends text whose line ends are translated.
    fn send_text(&mut self, phase: &mut DataPhase, transfer: &mut Transfer) -> Option<Option<()>> {
        while !phase.unsent().is_empty() {
            let write = |link: &mut Link<_>, phase: &DataPhase| link.write(phase.unsent());
            match self.move_some(phase, transfer, write)? {
                Some(count) => phase.moved(count),
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
        transfer: &mut Transfer,
        mut attempt: impl FnMut(&mut Link<N::Stream>, &DataPhase) -> Result<Option<T>, Error>,
    ) -> Option<Option<T>> {
        loop {
            if let Some(finishing) = &mut transfer.finishing {
                let finished = self.turn(finishing)?;
                transfer.finishing = None;
                phase.finished(finished);
            }
            match phase.step(&self.session) {
                DataStep::Look => {
                    if let (false, Err(error)) = (self.session.is_dead(), self.feed()) {
                        self.session.kill(error);
                    }
                    continue;
                }
                DataStep::Move(wait) => {
                    if transfer.waiting.replace(wait) != Some(wait) {
                        self.start_waiting(wait);
                    }
                }
                DataStep::TakeIn => self.deadline = self.network.now(),
                DataStep::Finish(flow) => {
                    transfer.finishing = Some(self.start(flow));
                    continue;
                }
                DataStep::Rest(_) => {
                    phase.stop(io::Error::other("this driver keeps no speed limit").into());
                }
                DataStep::Over => return Some(None),
            }
            // A NOOP of `DataPhase::keep_alive`, for example.
            if !self.session.is_dead() {
                if let Err(error) = self.flush() {
                    self.session.kill(error);
                }
            }
            match self.watch(|client| attempt(client.data_link()?, phase))? {
                Ok(moved) => {
                    transfer.waiting = None;
                    return Some(Some(moved));
                }
                Err(by) => phase.interrupted(&mut self.session, by),
            }
        }
    }
}
