//! The only loop of this adapter: it does what a flow wants, and gives the flow the answer. To
//! write your own driver, start from this file.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Instant;

use ftp_proto::data::Interruption;
use ftp_proto::{
    Accept, Answer, Clock, CloseData, Closing, Connect, Error, ErrorKind, Flow, Listen, Running,
    SecureData, Step, Wait, Want,
};

use crate::client::Client;
use crate::data_connection::{DataConnection, EarlyClose};

/// A running flow. The client records what the flow has done, so this value may be dropped.
#[derive(Debug)]
pub(crate) struct Operation<F> {
    running: Running<F>,
    /// When the operation began. An error says how long the operation took.
    begun: Instant,
    next: Option<Served>,
}

/// The answer to a want; or a want that is not done yet, and whether it has begun.
type Served = Result<Answer, (Want, bool)>;

impl Client {
    /// Runs any flow to its end. All other methods use this one. You may drop the future at any
    /// point; the next operation then first cleans up.
    ///
    /// # Errors
    /// The errors of the flow. After an error the session is dead, or the next operation first
    /// cleans up after this operation.
    pub async fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        self.run_as(EarlyClose::Resets, flow).await
    }

    /// Runs any flow to its end. If it opens a data connection, `early` says how this connection
    /// ends if it is closed too early.
    pub(crate) async fn run_as<F: Flow>(
        &mut self,
        early: EarlyClose,
        flow: F,
    ) -> Result<F::Output, Error> {
        self.early_close = early;
        if let Some(error) = self.stopped() {
            return Err(error);
        }
        let mut operation = self.start(flow);
        poll_fn(|cx| self.poll_run(cx, &mut operation)).await
    }

    pub(crate) fn start<F: Flow>(&mut self, flow: F) -> Operation<F> {
        let (running, answer) = self.session.start(flow);
        let (begun, next) = (self.network.now(), Some(Ok(answer)));
        Operation {
            running,
            begun,
            next,
        }
    }

    pub(crate) fn poll_run<F: Flow>(
        &mut self,
        cx: &mut Context<'_>,
        operation: &mut Operation<F>,
    ) -> Poll<Result<F::Output, Error>> {
        let result = loop {
            match operation.next.take() {
                Some(Ok(answer)) => match self.session.step(&mut operation.running, answer) {
                    Ok(Step::Want(want)) => {
                        self.set_clocks(&want);
                        operation.next = Some(Err((want, false)));
                    }
                    Ok(Step::Done(output)) => break Ok(output),
                    Err(error) => {
                        let error = error.with_limits(&self.options.timeouts);
                        let elapsed = self.network.now().duration_since(operation.begun);
                        break Err(error.with_elapsed(elapsed));
                    }
                },
                Some(Err((want, begun))) => {
                    let served = operation.next.insert(self.serve(cx, want, begun));
                    // The flow is dropped, so that the next operation cleans up.
                    if let Some(error) = self.cut.take() {
                        self.session.note_stopped(&error);
                        break Err(error);
                    }
                    if served.is_err() {
                        return Poll::Pending;
                    }
                }
                None => break Err(Error::new(ErrorKind::OutOfStep)),
            }
        };
        self.tidy_up(result.is_err());
        Poll::Ready(result)
    }

    /// Cleans up after an operation: frees unused buffers, and closes the data connection if the
    /// session is dead.
    pub(crate) fn tidy_up(&mut self, failed: bool) {
        self.control.shrink();
        if failed && self.session.is_dead() {
            self.data = DataConnection::None;
        }
    }

    pub(crate) fn set_clocks(&mut self, want: &Want) {
        if want.clock() == Clock::Starts {
            self.start_waiting(want.wait());
        }
        self.start_sending();
    }

    pub(crate) fn serve(&mut self, cx: &mut Context<'_>, want: Want, begun: bool) -> Served {
        match self.poll_flush(cx) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(error)) => return Ok(want.broken(error)),
            Poll::Pending => return Err((want, begun)),
        }
        let first = !begun && want.clock() == Clock::Starts;
        /// Polls a want that needs only the control connection. Returns the answer or the want.
        macro_rules! alone {
            ($variant:ident, $want:ident, $poll:expr, $done:ident) => {
                match $poll {
                    Poll::Ready(Ok(())) => Ok($want.$done()),
                    Poll::Ready(Err(error)) => Ok($want.broken(error)),
                    Poll::Pending if self.poll_deadline(cx).is_ready() => Ok($want.timed_out()),
                    Poll::Pending => Err((Want::$variant($want), true)),
                }
            };
        }
        match want {
            Want::Receive(want) if want.wait() == Wait::Arrived => Ok(match self.look() {
                Ok(true) => want.received(),
                Ok(false) => want.timed_out(),
                Err(error) => want.broken(error),
            }),
            Want::Receive(want) => alone!(Receive, want, self.poll_await_bytes(cx), received),
            Want::SecureControl(want) => {
                alone!(SecureControl, want, self.poll_secure_control(cx), secured)
            }
            Want::ClearControl(want) => {
                alone!(ClearControl, want, self.control.poll_clear(cx), cleared)
            }
            Want::Connect(want) => self.connect_data(cx, want, first),
            Want::Listen(want) => Ok(self.listen_for_data(want)),
            Want::Accept(want) => self.accept_data(cx, want),
            Want::SecureData(want) => self.secure_data(cx, want, first),
            Want::CloseData(want) => self.close_data(cx, want),
        }
    }

    fn connect_data(&mut self, cx: &mut Context<'_>, want: Connect, first: bool) -> Served {
        if first {
            self.dial(want.endpoint());
        }
        let early = self.early_close;
        match self.poll_watch(cx, |data, cx| data.poll_connect(cx, early)) {
            Poll::Pending => Err((Want::Connect(want), true)),
            Poll::Ready(Ok(())) => Ok(want.connected()),
            Poll::Ready(Err(by)) => Ok(want.interrupted(by)),
        }
    }

    fn listen_for_data(&mut self, want: Listen) -> Answer {
        match self.network.listen(self.control.stream()) {
            Ok(listener) => {
                let address = listener.address();
                (self.data, self.data_tls) = (DataConnection::Listening(listener), None);
                want.listening(address)
            }
            Err(error) => want.failed(error),
        }
    }

    fn accept_data(&mut self, cx: &mut Context<'_>, want: Accept) -> Served {
        let (peer, early) = (self.peer, self.early_close);
        match self.poll_watch(cx, |data, cx| data.poll_accept(cx, &want, peer, early)) {
            Poll::Pending => Err((Want::Accept(want), true)),
            Poll::Ready(Ok(what)) => Ok(want.accepted_or_turned_away(what)),
            Poll::Ready(Err(by)) => Ok(want.interrupted(by)),
        }
    }

    fn secure_data(&mut self, cx: &mut Context<'_>, want: SecureData, first: bool) -> Served {
        if first {
            match self.start_data_tls(want.tickets()) {
                Ok(true) => {}
                Ok(false) => return Ok(want.kept_last_ticket()),
                Err(error) => return Ok(want.failed(error)),
            }
        }
        match self.poll_watch(cx, DataConnection::poll_handshake) {
            Poll::Pending => Err((Want::SecureData(want), true)),
            Poll::Ready(Ok(())) => {
                self.data_tls = self.data.tls_info();
                self.session.note_tls(|| self.data_tls.clone());
                Ok(want.secured_with(self.data_tls.as_ref(), self.options.resumption))
            }
            Poll::Ready(Err(by)) => Ok(want.interrupted(by)),
        }
    }

    fn close_data(&mut self, cx: &mut Context<'_>, want: CloseData) -> Served {
        let closing = want.closing();
        let closed = loop {
            let closed = match self.poll_watch(cx, |data, cx| data.poll_close(cx, closing)) {
                Poll::Pending => return Err((Want::CloseData(want), true)),
                Poll::Ready(closed) => closed,
            };
            let late = matches!(closed, Err(Interruption::TimedOut));
            if !late || closing != Closing::AwaitEnd || self.cut.is_some() {
                break closed;
            }
            match self.data.more_time() {
                Some(wait) => self.start_waiting(wait),
                None => break closed,
            }
        };
        let goes_on = matches!(closed, Err(Interruption::ControlFirst));
        if !goes_on && !closing.leaves_it_open() {
            self.data = DataConnection::None;
        }
        Ok(match closed {
            Ok(end) => want.closed(end),
            Err(by) => want.interrupted(by),
        })
    }

    /// Repeats `attempt` on the data connection until it is done. Meanwhile, gives the session all
    /// bytes from the control connection, because the server may send a reply first.
    pub(crate) fn poll_watch<T>(
        &mut self,
        cx: &mut Context<'_>,
        mut attempt: impl FnMut(&mut DataConnection, &mut Context<'_>) -> Poll<Result<T, Error>>,
    ) -> Poll<Result<T, Interruption>> {
        if let Poll::Ready(done) = attempt(&mut self.data, cx) {
            return Poll::Ready(done.map_err(Interruption::Failed));
        }
        if !self.session.is_dead() {
            if let Poll::Ready(received) = self.poll_await_bytes(cx) {
                let by =
                    received.map_or_else(Interruption::Broken, |()| Interruption::ControlFirst);
                return Poll::Ready(Err(by));
            }
        }
        self.poll_deadline(cx).map(|()| Err(Interruption::TimedOut))
    }
}
