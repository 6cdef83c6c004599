//! A driver for non-blocking streams of any kind. It never waits: [`Client::turn`] does what it can
//! do now. If it returns `None`, wait until a stream is ready or the [deadline](Client::deadline)
//! has passed, and call it again.
//!
//! You may drop an [`Operation`] at any point: everything that must survive is in the [`Client`],
//! and the next flow cleans up.

mod link;
mod transfer;

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use ftp_proto::data::Interruption;
use ftp_proto::flows::Restore;
use ftp_proto::tls::{PlainRead, TlsChannel, TlsLogin};
use ftp_proto::{
    Accept, Answer, Clock, Closing, DataEnd, Endpoint, Error, ErrorKind, Flow, Misuse, Options,
    Running, SecureData, Session, Step, Wait, Want,
};

pub(crate) use self::link::Link;
use self::link::unless_blocked;
pub(crate) use self::transfer::Transfer;

/// Where streams and the time come from.
pub(crate) trait Network {
    type Stream: Stream;
    type Listener;

    /// Begins to connect.
    fn connect(&mut self, to: SocketAddr) -> io::Result<Self::Stream>;

    /// Listens at the local address of this stream, and returns the address of the listener.
    fn listen(&mut self, beside: &Self::Stream) -> io::Result<(Self::Listener, SocketAddr)>;

    fn accept(&mut self, listener: &mut Self::Listener) -> io::Result<Self::Stream>;

    fn now(&self) -> Instant;
}

/// A non-blocking stream. Each call asks the kernel, and not a cache of readiness: the session
/// must learn of everything that has come.
pub(crate) trait Stream {
    fn is_connected(&mut self) -> io::Result<bool>;
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;
    /// Ends this direction (FIN).
    fn shutdown(&mut self) -> io::Result<()>;
    /// Whether the end of this value resets the connection (RST), or closes it (FIN).
    fn reset_on_close(&mut self, reset: bool);
    fn peer(&self) -> Option<SocketAddr>;
}

pub(crate) struct Client<N: Network> {
    pub(crate) session: Session,
    pub(crate) network: N,
    pub(crate) control: Link<N::Stream>,
    pub(crate) data: Data<N>,
    options: Options,
    peer: SocketAddr,
    /// The TLS sessions of this login. `None` without TLS.
    login: Option<TlsLogin>,
    /// The end of the time limit of the want, or of the data that moves.
    deadline: Instant,
    /// The end of the time limit for writing, as long as the control connection is full.
    sending: Option<Instant>,
}

pub(crate) enum Data<N: Network> {
    None,
    Listening(N::Listener),
    Open(Link<N::Stream>),
}

/// A flow that runs.
pub(crate) struct Operation<F> {
    running: Running<F>,
    /// The answer to the last want, or the want that is not done yet.
    next: Option<Result<Answer, Want>>,
}

impl<N: Network> Client<N> {
    /// Takes a control connection that is made. The first flow is `Greeting`.
    pub(crate) fn new(
        network: N,
        control: N::Stream,
        peer: SocketAddr,
        options: Options,
    ) -> Result<Self, Error> {
        let mut session = Session::with_options(&options);
        session.set_peer(Some(peer));
        Ok(Self {
            session,
            control: Link::new(control),
            data: Data::None,
            login: options.tls_login()?,
            deadline: network.now(),
            sending: None,
            options,
            peer,
            network,
        })
    }

    /// Takes a new control connection in place of the old one. Run `Greeting`, and then the
    /// returned flow, which brings the new session to where the old one was.
    pub(crate) fn replace(&mut self, control: N::Stream) -> Result<Restore, Error> {
        let missing = || Error::new(ErrorKind::Misuse(Misuse::NotLoggedIn));
        let credentials = self.session.credentials().ok_or_else(missing)?;
        let restore = Restore::new(credentials.clone(), self.session.standing())?;
        let before = self.login.as_ref();
        self.login = self.session.successor_tls_login(&self.options, before)?;
        self.session = self.session.successor();
        self.session.set_peer(Some(self.peer));
        self.control = Link::new(control);
        (self.data, self.sending) = (Data::None, None);
        Ok(restore)
    }

    /// Returns when to call again at the latest.
    pub(crate) fn deadline(&self) -> Instant {
        match self.sending {
            Some(sending) if !self.session.is_dead() => sending,
            _ => self.deadline,
        }
    }

    pub(crate) fn start<F: Flow>(&mut self, flow: F) -> Operation<F> {
        let (running, answer) = self.session.start(flow);
        Operation {
            running,
            next: Some(Ok(answer)),
        }
    }

    /// Runs the flow as far as it goes without waiting. Returns its result, or `None`.
    pub(crate) fn turn<F: Flow>(
        &mut self,
        operation: &mut Operation<F>,
    ) -> Option<Result<F::Output, Error>> {
        loop {
            let answer = match operation.next.take() {
                Some(Ok(answer)) => answer,
                Some(Err(want)) => match self.serve(want) {
                    Ok(answer) => answer,
                    Err(want) => {
                        operation.next = Some(Err(want));
                        return None;
                    }
                },
                None => return Some(Err(Error::new(ErrorKind::OutOfStep))),
            };
            match self.session.step(&mut operation.running, answer) {
                Ok(Step::Done(output)) => return Some(Ok(output)),
                Ok(Step::Want(want)) => operation.next = Some(self.begin(want)),
                Err(error) => {
                    if self.session.is_dead() {
                        self.data = Data::None;
                    }
                    return Some(Err(error));
                }
            }
        }
    }

    /// Does what must happen once for a want that does not go on with an earlier one.
    fn begin(&mut self, want: Want) -> Result<Answer, Want> {
        if want.clock() == Clock::Starts {
            self.start_waiting(want.wait());
            if let Want::Connect(want) = want {
                let address = match want.endpoint() {
                    Endpoint::ControlPeer(port) => (self.peer.ip(), port.get()).into(),
                    Endpoint::Address(address) => address,
                };
                self.data = Data::None;
                return match self.network.connect(address) {
                    Ok(stream) => {
                        self.open(stream);
                        Err(Want::Connect(want))
                    }
                    Err(error) => Ok(want.failed(error)),
                };
            }
        }
        Err(want)
    }

    fn start_waiting(&mut self, wait: Wait) {
        self.deadline = self.network.now() + self.options.timeouts.of(wait);
    }

    /// Goes on with a want. Returns its answer, or the want if it is not done yet.
    fn serve(&mut self, want: Want) -> Result<Answer, Want> {
        match self.flush() {
            Ok(true) => {}
            Ok(false) => return Err(want),
            Err(error) => return Ok(want.broken(error)),
        }
        match want {
            Want::Connect(want) => match self.watch(Self::is_connected) {
                None => Err(Want::Connect(want)),
                Some(Ok(())) => Ok(want.connected()),
                Some(Err(by)) => Ok(want.interrupted(by)),
            },
            Want::Listen(want) => Ok(match self.network.listen(&self.control.stream) {
                Ok((listener, address)) => {
                    self.data = Data::Listening(listener);
                    want.listening(address)
                }
                Err(error) => want.failed(error),
            }),
            Want::Accept(want) => match self.watch(|it| it.accept(&want)) {
                None => Err(Want::Accept(want)),
                Some(Ok(what)) => Ok(want.accepted_or_turned_away(what)),
                Some(Err(by)) => Ok(want.interrupted(by)),
            },
            Want::SecureData(want) => self.secure_data(want),
            Want::CloseData(want) => {
                let closing = want.closing();
                let Some(closed) = self.watch(|it| it.close(closing)) else {
                    return Err(Want::CloseData(want));
                };
                let goes_on = matches!(closed, Err(Interruption::ControlFirst));
                if !goes_on && !closing.leaves_it_open() {
                    self.data = Data::None;
                }
                Ok(match closed {
                    Ok(end) => want.closed(end),
                    Err(by) => want.interrupted(by),
                })
            }
            want => self.serve_control(want),
        }
    }

    /// Goes on with a want that needs only the control connection.
    fn serve_control(&mut self, want: Want) -> Result<Answer, Want> {
        let done = match &want {
            Want::SecureControl(_) => self.secure_control(),
            Want::ClearControl(_) => self.control.clear(),
            _ => self.feed(),
        };
        match (done, want) {
            (Err(error), want) => Ok(want.broken(error)),
            (Ok(Some(())), Want::Receive(want)) => Ok(want.received()),
            (Ok(Some(())), Want::SecureControl(want)) => Ok(want.secured()),
            (Ok(Some(())), Want::ClearControl(want)) => Ok(want.cleared()),
            // The limit of `Wait::Arrived` is zero.
            (_, want) if self.is_late() => Ok(want.timed_out()),
            (_, want) => Err(want),
        }
    }

    fn secure_control(&mut self) -> Result<Option<()>, Error> {
        if self.control.tls().is_none() {
            let login = self.login.as_ref().ok_or_else(not_connected)?;
            self.control.start_tls(login)?;
        }
        let done = self.control.secure(TlsChannel::handshake)?;
        if done.is_some() {
            self.session.note_tls(|| self.control.tls()?.info());
        }
        Ok(done)
    }

    /// Writes all that the session has to say. Returns `false` if the connection is full.
    fn flush(&mut self) -> Result<bool, Error> {
        while !self.session.outgoing().is_empty() {
            match self.control.write(self.session.outgoing())? {
                Some(count) => self.session.advance(count),
                None => return self.wait_for_room(),
            }
        }
        if self.control.secure(TlsChannel::flush)?.is_none() {
            return self.wait_for_room();
        }
        self.sending = None;
        Ok(true)
    }

    fn wait_for_room(&mut self) -> Result<bool, Error> {
        let now = self.network.now();
        let limit = self.options.timeouts.of(Wait::Send);
        match now < *self.sending.get_or_insert(now + limit) {
            true => Ok(false),
            false => Err(Error::new(ErrorKind::Timeout(Wait::Send))),
        }
    }

    /// Gives the session what has come.
    fn feed(&mut self) -> Result<Option<()>, Error> {
        let mut buffer = [0; 1024];
        let read = self.control.read(&mut buffer)?;
        Ok(read.map(|read| match read {
            PlainRead::Bytes(count) => self.session.receive(&buffer[..count]),
            PlainRead::Closed | PlainRead::Cut => self.session.receive_eof(),
        }))
    }

    fn is_connected(&mut self) -> Result<Option<()>, Error> {
        let connected = self.data_link()?.stream.is_connected()?;
        Ok(connected.then_some(()))
    }

    /// The inner error is the address of a connection that was turned away.
    #[allow(clippy::type_complexity, reason = "the parts are those of the answer")]
    fn accept(&mut self, want: &Accept) -> Result<Option<Result<(), Option<SocketAddr>>>, Error> {
        let Data::Listening(listener) = &mut self.data else {
            return Err(not_connected());
        };
        let Some(stream) = unless_blocked(self.network.accept(listener))? else {
            return Ok(None);
        };
        let from = stream.peer();
        if !want.admits(from, Some(self.peer)) {
            return Ok(Some(Err(from)));
        }
        self.open(stream);
        Ok(Some(Ok(())))
    }

    /// Keeps this stream as the data connection. From now on it is reset if it does not end as it
    /// should, even if the program dies: the server must not take half an upload for the whole.
    fn open(&mut self, mut stream: N::Stream) {
        stream.reset_on_close(true);
        self.data = Data::Open(Link::new(stream));
    }

    fn secure_data(&mut self, want: SecureData) -> Result<Answer, Want> {
        // The want may come again with a new time limit. The handshake then goes on.
        if self.data_link().is_ok_and(|link| link.tls().is_none()) {
            let Some(login) = self.login.clone() else {
                return Ok(want.failed(not_connected()));
            };
            if login.must_keep_last_ticket(want.tickets()) {
                return Ok(want.kept_last_ticket());
            }
            if let Err(error) = self.data_link().and_then(|link| link.start_tls(&login)) {
                return Ok(want.failed(error));
            }
        }
        match self.watch(|it| it.data_link()?.secure(TlsChannel::handshake)) {
            None => Err(Want::SecureData(want)),
            Some(Ok(())) => {
                let info = self.data_link().ok().and_then(|link| link.tls()?.info());
                self.session.note_tls(|| info.clone());
                Ok(want.secured_with(info.as_ref(), self.options.resumption))
            }
            Some(Err(by)) => Ok(want.interrupted(by)),
        }
    }

    fn close(&mut self, closing: Closing) -> Result<Option<DataEnd>, Error> {
        let Data::Open(link) = &mut self.data else {
            return Ok(Some(DataEnd::Clean));
        };
        let done = match closing {
            Closing::SendEnd | Closing::Acknowledge => {
                let done = link.secure(TlsChannel::close)?;
                if done.is_some() {
                    link.stream.reset_on_close(false);
                    if closing == Closing::SendEnd {
                        link.stream.shutdown()?;
                    }
                }
                done
            }
            Closing::AwaitEnd => {
                return Ok(link.read_end()?.map(|end| match end {
                    PlainRead::Cut => DataEnd::NoCloseNotify,
                    _ => DataEnd::Clean,
                }));
            }
            Closing::Harvest => link.secure(TlsChannel::harvest)?,
            Closing::Abandon | Closing::Discard => {
                // A session ticket may have come, and the next data connection may need it.
                let _ = link.read(&mut [0; 4096]);
                link.stream.reset_on_close(closing == Closing::Abandon);
                return Ok(Some(DataEnd::Stopped));
            }
        };
        Ok(done.map(|()| DataEnd::Clean))
    }

    fn data_link(&mut self) -> Result<&mut Link<N::Stream>, Error> {
        match &mut self.data {
            Data::Open(link) => Ok(link),
            _ => Err(not_connected()),
        }
    }

    /// Makes an attempt on the data connection, and watches the control connection.
    fn watch<T>(
        &mut self,
        attempt: impl FnOnce(&mut Self) -> Result<Option<T>, Error>,
    ) -> Option<Result<T, Interruption>> {
        match attempt(self) {
            Ok(Some(done)) => return Some(Ok(done)),
            Ok(None) => {}
            Err(error) => return Some(Err(Interruption::Failed(error))),
        }
        if !self.session.is_dead() {
            match self.feed() {
                Ok(Some(())) => return Some(Err(Interruption::ControlFirst)),
                Ok(None) => {}
                Err(error) => return Some(Err(Interruption::Broken(error))),
            }
        }
        self.is_late().then_some(Err(Interruption::TimedOut))
    }

    fn is_late(&self) -> bool {
        self.network.now() >= self.deadline
    }
}

fn not_connected() -> Error {
    io::Error::from(io::ErrorKind::NotConnected).into()
}
