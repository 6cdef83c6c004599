//! The data connection, from the first attempt to its end.

use std::net::SocketAddr;
use std::time::Instant;

use ftp_proto::tls::{PlainRead, Tickets, TlsInfo};
use ftp_proto::{Accept, Closing, DataEnd, Endpoint, Error, Wait};

use crate::channel::Channel;
use crate::client::Client;
use crate::sys::socket::BorrowedFd;
use crate::transport::{Dialled, Dialling, Listener, Stream, Target};

/// The data connection of a client. Its owner is the client, and not the download or upload. So if
/// you forget a download (`mem::forget`), the next operation still finds the connection and closes
/// it.
#[derive(Default)]
pub(crate) enum DataConnection {
    #[default]
    None,
    Dialling(Box<dyn Dialling>, Dial),
    Listening(Box<dyn Listener>),
    Open(Channel),
}

/// How far an attempt to connect is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dial {
    /// It has begun just now, so that nothing but `poll` can say more.
    Begun,
    Waiting,
    /// `poll` has found the connection.
    Made,
}

/// Whether a data connection is reset if this side closes it before it has sent the end of the
/// data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EarlyClose {
    /// It is reset, even if this process dies. So the server cannot take half an upload for the
    /// whole.
    Resets,
    /// It ends as usual: a download sends no data.
    Ends,
}

/// A method that waits makes one attempt, and returns `None` at the deadline. The driver then calls
/// the method again.
impl DataConnection {
    pub(crate) fn channel(&mut self) -> Result<&mut Channel, Error> {
        match self {
            Self::Open(channel) => Ok(channel),
            _ => Err(std::io::Error::from(std::io::ErrorKind::NotConnected).into()),
        }
    }

    pub(crate) fn connect(
        &mut self,
        early: EarlyClose,
        until: Instant,
    ) -> Result<Option<()>, Error> {
        if let Self::Dialling(dialling, dial) = self {
            let stream = match std::mem::replace(dial, Dial::Waiting) {
                Dial::Begun if dialling.descriptor().is_some() => None,
                Dial::Made => dialling.finish_writable()?,
                _ => dialling.finish(until)?,
            };
            let Some(stream) = stream else {
                return Ok(None);
            };
            *self = Self::open(stream, early);
        }
        self.channel().map(|_| Some(()))
    }

    /// Notes that `poll` has found the descriptor ready, and without an error.
    pub(crate) fn note_ready(&mut self) {
        if let Self::Dialling(_, dial) = self {
            *dial = Dial::Made;
        }
    }

    fn open(stream: Box<dyn Stream>, early: EarlyClose) -> Self {
        let mut channel = Channel::new(stream);
        channel.reset_on_close(early == EarlyClose::Resets);
        Self::Open(channel)
    }

    /// Accepts a connection. `want` says which addresses may connect. A connection from another
    /// address is dropped, and its address is returned as `Err`.
    pub(crate) fn accept(
        &mut self,
        want: &Accept,
        peer: Option<SocketAddr>,
        early: EarlyClose,
        until: Instant,
    ) -> Result<Option<Result<(), Option<SocketAddr>>>, Error> {
        let Self::Listening(listener) = self else {
            return self.channel().map(|_| Some(Ok(())));
        };
        let Some(stream) = listener.accept(until)? else {
            return Ok(None);
        };
        let from = stream.peer_address();
        if !want.admits(from, peer) {
            return Ok(Some(Err(from)));
        }
        *self = Self::open(stream, early);
        Ok(Some(Ok(())))
    }

    pub(crate) fn handshake(&mut self, until: Instant) -> Result<Option<()>, Error> {
        self.channel()?.handshake(until)
    }

    pub(crate) fn close(
        &mut self,
        closing: Closing,
        until: Instant,
    ) -> Result<Option<DataEnd>, Error> {
        let Self::Open(channel) = self else {
            return Ok(Some(DataEnd::Clean));
        };
        let done = match closing {
            Closing::SendEnd => channel.send_end(until)?,
            Closing::Acknowledge => channel.close_notify(until)?,
            Closing::Harvest => channel.harvest(until)?,
            Closing::AwaitEnd => {
                return Ok(channel.await_end(until)?.map(|end| match end {
                    PlainRead::Cut => DataEnd::NoCloseNotify,
                    _ => DataEnd::Clean,
                }));
            }
            Closing::Abandon | Closing::Discard => {
                // Under TLS 1.3 the next data connection needs a session ticket from this one. A
                // ticket may have arrived already, so the client reads once, without waiting.
                let _ = channel.read(&mut [0; 512], until);
                channel.reset_on_close(closing == Closing::Abandon);
                return Ok(Some(DataEnd::Stopped));
            }
        };
        Ok(done.map(|()| DataEnd::Clean))
    }

    /// Returns how much longer to wait for the peer to close the connection. `None` means to stop
    /// waiting.
    pub(crate) fn more_time(&mut self) -> Option<Wait> {
        match self {
            Self::Open(channel) => channel.more_time(),
            _ => None,
        }
    }

    pub(crate) fn tls_info(&self) -> Option<TlsInfo> {
        match self {
            Self::Open(channel) => channel.tls_info(),
            _ => None,
        }
    }

    pub(crate) fn has_unsent(&self) -> bool {
        matches!(self, Self::Open(channel) if channel.has_unsent())
    }

    pub(crate) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::None => None,
            Self::Dialling(dialling, _) => dialling.descriptor(),
            Self::Listening(listener) => listener.descriptor(),
            Self::Open(channel) => channel.stream().descriptor(),
        }
    }
}

/// The methods that open the data connection, and that begin TLS on either connection.
impl Client {
    pub(crate) fn dial(&mut self, endpoint: Endpoint) -> Result<(), Error> {
        self.data = DataConnection::None;
        self.data_tls = None;
        let target = match endpoint {
            Endpoint::ControlPeer(port) => Target::ControlPeer {
                host: self.options.control_peer().0,
                address: self.peer,
                port: port.get(),
            },
            Endpoint::Address(address) => Target::Address(address),
        };
        self.data = match self.network.dial(&target, self.deadline)? {
            Dialled::Connected(stream) => DataConnection::open(stream, self.early_close),
            Dialled::Pending(dialling) => DataConnection::Dialling(dialling, Dial::Begun),
        };
        Ok(())
    }

    pub(crate) fn secure_control(&mut self, until: Instant) -> Result<Option<()>, Error> {
        if !self.control.is_tls() {
            let login = self.tls()?.clone();
            self.control.start_tls(&login)?;
        }
        let done = self.control.handshake(until)?;
        if done.is_some() {
            // The last read of the handshake may have brought what comes after it.
            self.seen.more = true;
            self.session.note_tls(|| self.control.tls_info());
        }
        Ok(done)
    }

    /// Begins TLS on the data connection, if TLS has not begun there. Returns `false` and does
    /// nothing if the handshake would use the last session ticket, which the flow wants to keep.
    pub(crate) fn start_data_tls(&mut self, tickets: Tickets) -> Result<bool, Error> {
        let login = self.tls()?.clone();
        let channel = self.data.channel()?;
        if channel.is_tls() {
            return Ok(true);
        }
        if login.must_keep_last_ticket(tickets) {
            return Ok(false);
        }
        channel.start_tls(&login).map(|()| true)
    }
}
