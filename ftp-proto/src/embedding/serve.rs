//! How a [`Driver`] serves each want.

use core::net::SocketAddr;
use std::io;

use super::driver::{Data, Driver};
use super::link::{Link, unless_blocked};
use super::moving::Moving;
use super::network::{Network, Stream as _};
use crate::data::{Backlog, Interruption};
use crate::error::Error;
use crate::flow::{Accept, Answer, CloseData, Closing, Endpoint, SecureData, Want};
use crate::session::transfer::DataEnd;
use crate::tls::{PlainRead, TlsChannel};
use crate::wait::Clock;

impl<N: Network> Driver<N> {
    /// Does what must happen once for a want that does not go on with an earlier one.
    pub(super) fn begin(&mut self, want: Want) -> Result<Answer, Want> {
        if want.clock() == Clock::Continues {
            return Err(want);
        }
        self.start_waiting(want.wait());
        self.backlog = Backlog::default();
        if matches!(want, Want::Connect(_) | Want::Listen(_)) {
            self.moving = Moving::default();
        }
        let Want::Connect(want) = want else {
            return Err(want);
        };
        let address = match want.endpoint() {
            Endpoint::ControlPeer(port) => (self.peer.ip(), port.get()).into(),
            Endpoint::Address(address) => address,
        };
        self.data = Data::None;
        match self.network.connect(address) {
            Ok(stream) => {
                self.open(stream);
                Err(Want::Connect(want))
            }
            Err(error) => Ok(want.failed(error)),
        }
    }

    /// Goes on with a want. Returns its answer, or the want if it is not done yet.
    pub(super) fn serve(&mut self, want: Want) -> Result<Answer, Want> {
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
            Want::CloseData(want) => self.close_data(want),
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
        let done = self.control.handshake()?;
        if done.is_some() {
            self.session.note_tls(|| self.control.tls()?.info());
        }
        Ok(done)
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
        match self.watch(|it| it.data_link()?.handshake()) {
            None => Err(Want::SecureData(want)),
            Some(Ok(())) => {
                let info = self.data_link().ok().and_then(|link| link.tls()?.info());
                self.session.note_tls(|| info.clone());
                Ok(want.secured_with(info.as_ref(), self.options.resumption))
            }
            Some(Err(by)) => Ok(want.interrupted(by)),
        }
    }

    fn close_data(&mut self, want: CloseData) -> Result<Answer, Want> {
        let closing = want.closing();
        let Some(closed) = self.watch(|it| it.close(closing)) else {
            return Err(Want::CloseData(want));
        };
        if closing == Closing::AwaitEnd && matches!(closed, Err(Interruption::TimedOut)) {
            let held = self.data_link().ok();
            let held = held.and_then(|link| link.stream.unacknowledged());
            if let Some(wait) = self.backlog.more_time(held) {
                self.start_waiting(wait);
                return Err(Want::CloseData(want));
            }
        }
        let goes_on = matches!(closed, Err(Interruption::ControlFirst));
        if !goes_on && !closing.leaves_it_open() {
            self.data = Data::None;
        }
        Ok(match closed {
            Ok(end) => want.closed(end),
            Err(by) => want.interrupted(by),
        })
    }

    fn close(&mut self, closing: Closing) -> Result<Option<DataEnd>, Error> {
        let Data::Open(link) = &mut self.data else {
            return Ok(Some(DataEnd::Clean));
        };
        let done = match closing {
            Closing::SendEnd | Closing::Acknowledge => {
                let done = link.close()?;
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

    pub(super) fn data_link(&mut self) -> Result<&mut Link<N::Stream>, Error> {
        match &mut self.data {
            Data::Open(link) => Ok(link),
            _ => Err(not_connected()),
        }
    }

    /// Makes an attempt on the data connection, and watches the control connection.
    pub(super) fn watch<T>(
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
}

fn not_connected() -> Error {
    io::Error::from(io::ErrorKind::NotConnected).into()
}
