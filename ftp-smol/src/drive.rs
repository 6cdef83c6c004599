//! The only loop: wants in, answers out. Whoever writes a driver of his own imitates this file.

use std::future::poll_fn;
use std::task::{Context, Poll};

use ftp_proto::{Answer, Clock, DataEnd, Error, ErrorKind, Flow, Running, Step, Wait, Want};

use crate::channel::Got;
use crate::client::Client;
use crate::data_connection::Data;

/// A flow under way. All that it has done is in the client; dropping it loses nothing.
#[derive(Debug)]
pub(crate) struct Operation<F> {
    running: Running<F>,
    next: Next,
}

#[derive(Debug)]
enum Next {
    Answer(Answer),
    /// `true`: what the want asks for has been begun.
    Serve(Want, bool),
    Nothing,
}

/// How a wait for one thing that watches the control connection meanwhile came out.
pub(crate) enum Watched<T> {
    Ready(T),
    Failed(Error),
    ControlFirst,
    TimedOut,
    Broken(Error),
}

/// Room for what one read from the control connection brings.
const CONTROL_READ: usize = 2048;

impl Client {
    /// Runs any flow to its end: what all other methods do. The future may be dropped at any
    /// point; the next operation then pays what this one left owing.
    ///
    /// # Errors
    /// Those of the flow; the session is then in step, in debt that the next operation pays, or
    /// dead and says so.
    pub async fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        let mut operation = self.start(flow);
        poll_fn(|cx| self.poll_run(cx, &mut operation)).await
    }

    pub(crate) fn start<F: Flow>(&mut self, flow: F) -> Operation<F> {
        let (running, answer) = self.session.start(flow);
        let next = Next::Answer(answer);
        Operation { running, next }
    }

    pub(crate) fn poll_run<F: Flow>(
        &mut self,
        cx: &mut Context<'_>,
        operation: &mut Operation<F>,
    ) -> Poll<Result<F::Output, Error>> {
        let result = loop {
            match std::mem::replace(&mut operation.next, Next::Nothing) {
                Next::Answer(answer) => match self.session.step(&mut operation.running, answer) {
                    Ok(Step::Want(want)) => {
                        self.set_clocks(&want);
                        operation.next = Next::Serve(want, false);
                    }
                    Ok(Step::Done(output)) => break Ok(output),
                    Err(error) => break Err(error.with_limits(&self.options.timeouts)),
                },
                Next::Serve(want, begun) => match self.serve(cx, want, begun) {
                    Ok(answer) => operation.next = Next::Answer(answer),
                    Err((want, begun)) => {
                        operation.next = Next::Serve(want, begun);
                        return Poll::Pending;
                    }
                },
                Next::Nothing => break Err(Error::new(ErrorKind::OutOfStep)),
            }
        };
        self.tidy_up(result.is_err());
        Poll::Ready(result)
    }

    /// Behind each operation: no room that is not used, no data connection of a dead session.
    pub(crate) fn tidy_up(&mut self, failed: bool) {
        self.control.shrink();
        if failed && self.session.is_dead() {
            self.data = Data::None;
        }
    }

    pub(crate) fn set_clocks(&mut self, want: &Want) {
        if want.clock() == Clock::Starts {
            self.start_waiting(want.wait());
        }
        self.start_sending();
    }

    /// The answer, or the want again where it is not served yet.
    pub(crate) fn serve(
        &mut self,
        cx: &mut Context<'_>,
        want: Want,
        begun: bool,
    ) -> Result<Answer, (Want, bool)> {
        match self.poll_flush(cx) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(error)) => return Ok(want.broken(error)),
            Poll::Pending => return Err((want, begun)),
        }
        let first = !begun && want.clock() == Clock::Starts;
        /// What a watched attempt came to, told by its ticket.
        macro_rules! watched {
            ($variant:ident, $want:ident, $attempt:expr, |$value:pat_param| $done:expr) => {
                match self.poll_watch(cx, $attempt) {
                    Poll::Pending => return Err((Want::$variant($want), true)),
                    Poll::Ready(Watched::Ready($value)) => $done,
                    Poll::Ready(Watched::Failed(error)) => $want.failed(error),
                    Poll::Ready(Watched::ControlFirst) => $want.control_first(),
                    Poll::Ready(Watched::TimedOut) => $want.timed_out(),
                    Poll::Ready(Watched::Broken(error)) => $want.broken(error),
                }
            };
        }
        /// What an attempt on the control connection came to.
        macro_rules! alone {
            ($variant:ident, $want:ident, $poll:expr, $done:ident) => {
                match $poll {
                    Poll::Ready(Ok(())) => $want.$done(),
                    Poll::Ready(Err(error)) => $want.broken(error),
                    Poll::Pending if self.poll_deadline(cx).is_ready() => $want.timed_out(),
                    Poll::Pending => return Err((Want::$variant($want), true)),
                }
            };
        }
        Ok(match want {
            Want::Receive(want) => alone!(Receive, want, self.poll_receive(cx), received),
            Want::Connect(want) => {
                if first {
                    self.dial(want.endpoint());
                }
                watched!(Connect, want, Data::poll_connect, |()| want.connected())
            }
            Want::Listen(want) => match self.network.listen(self.control.stream()) {
                Ok(listener) => {
                    let address = listener.address();
                    (self.data, self.data_tls) = (Data::Listening(listener), None);
                    want.listening(address)
                }
                Err(error) => want.failed(error),
            },
            Want::Accept(want) => {
                let peer = self.control.peer_address().map(|address| address.ip());
                let accept = |data: &mut Data, cx: &mut Context<'_>| data.poll_accept(cx, peer);
                watched!(Accept, want, accept, |()| want.accepted())
            }
            Want::SecureControl(want) => {
                alone!(SecureControl, want, self.poll_secure_control(cx), secured)
            }
            Want::ClearControl(want) => {
                alone!(ClearControl, want, self.control.poll_clear(cx), cleared)
            }
            Want::SecureData(want) => {
                if first {
                    if let Err(error) = self.start_data_tls() {
                        return Ok(want.failed(error));
                    }
                }
                watched!(SecureData, want, Data::poll_handshake, |()| {
                    match self.check_resumption() {
                        Ok(true) => want.resumed(),
                        Ok(false) => want.secured(),
                        Err(error) => want.failed(error),
                    }
                })
            }
            Want::CloseData(want) => {
                let closing = want.closing();
                let close = |data: &mut Data, cx: &mut Context<'_>| data.poll_close(cx, closing);
                let answer = match self.poll_watch(cx, close) {
                    Poll::Pending => return Err((Want::CloseData(want), true)),
                    Poll::Ready(Watched::ControlFirst) => return Ok(want.control_first()),
                    Poll::Ready(Watched::Ready(end)) => want.closed(end),
                    Poll::Ready(Watched::Failed(error)) => want.closed(DataEnd::Failed(error)),
                    Poll::Ready(Watched::TimedOut) => want.timed_out(),
                    Poll::Ready(Watched::Broken(error)) => want.broken(error),
                };
                if !closing.leaves_it_open() {
                    self.data = Data::None;
                }
                answer
            }
        })
    }

    /// Attempts something on the data connection until it is done, and meanwhile feeds the
    /// session what comes on the control connection: neither waits behind the other.
    pub(crate) fn poll_watch<T>(
        &mut self,
        cx: &mut Context<'_>,
        mut attempt: impl FnMut(&mut Data, &mut Context<'_>) -> Poll<Result<T, Error>>,
    ) -> Poll<Watched<T>> {
        match attempt(&mut self.data, cx) {
            Poll::Ready(Ok(value)) => return Poll::Ready(Watched::Ready(value)),
            Poll::Ready(Err(error)) => return Poll::Ready(Watched::Failed(error)),
            Poll::Pending => {}
        }
        if !self.session.is_dead() {
            match self.poll_receive(cx) {
                Poll::Ready(Ok(())) => return Poll::Ready(Watched::ControlFirst),
                Poll::Ready(Err(error)) => return Poll::Ready(Watched::Broken(error)),
                Poll::Pending => {}
            }
        }
        self.poll_deadline(cx).map(|()| Watched::TimedOut)
    }

    /// Feeds the session what comes, or the end.
    pub(crate) fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let mut buffer = [0; CONTROL_READ];
        self.control
            .poll_read(cx, &mut buffer)
            .map_ok(|got| match got {
                Got::Bytes(count) => self.session.receive(&buffer[..count]),
                Got::End | Got::Cut => self.session.receive_eof(),
            })
    }

    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let result = self.poll_flush_all(cx);
        if result.is_pending() && self.sending.poll(&*self.network, cx).is_ready() {
            return Poll::Ready(Err(Error::new(ErrorKind::Timeout(Wait::Send))));
        }
        result
    }

    fn poll_flush_all(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        while !self.session.outgoing().is_empty() {
            let urgent = self.session.urgent();
            let bytes = self.session.outgoing();
            let bytes = &bytes[..urgent.unwrap_or(bytes.len())];
            let written = match (bytes, self.session.outgoing().first()) {
                ([], Some(byte)) => self.control.poll_write_urgent(cx, *byte).map_ok(|()| 1),
                _ => self.control.poll_write(cx, bytes),
            };
            self.session.advance(std::task::ready!(written)?);
        }
        self.control.poll_flush(cx)
    }

    pub(crate) fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.deadline.poll(&*self.network, cx)
    }

    pub(crate) fn start_waiting(&mut self, wait: Wait) {
        let limit = self.options.timeouts.of(wait);
        self.deadline.restart(self.network.now(), limit);
    }

    pub(crate) fn start_sending(&mut self) {
        let limit = self.options.timeouts.of(Wait::Send);
        self.sending.restart(self.network.now(), limit);
    }
}
