//! The data connection, from the first attempt to its end.

use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll, ready};

use ftp_proto::tls::{PlainRead, Tickets, TlsInfo};
use ftp_proto::{Accept, Closing, DataEnd, Endpoint, Error, Wait};

use crate::channel::Channel;
use crate::client::Client;
use crate::control::ControlSeen;
use crate::transport::{BoxFuture, Listener, Stream, Target};

/// The data connection of a client. The client owns it, so that the next operation finds and closes
/// the connection of a forgotten download.
#[derive(Default)]
pub(crate) enum DataConnection {
    #[default]
    None,
    Dialling(BoxFuture<io::Result<Box<dyn Stream>>>),
    Listening(Box<dyn Listener>),
    Open(Channel),
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

/// Methods that connect, accept, do a handshake or close. The driver polls such a method until it
/// is done.
impl DataConnection {
    pub(crate) fn channel(&mut self) -> Result<&mut Channel, Error> {
        match self {
            Self::Open(channel) => Ok(channel),
            _ => Err(io::Error::from(io::ErrorKind::NotConnected).into()),
        }
    }

    pub(crate) fn poll_connect(
        &mut self,
        cx: &mut Context<'_>,
        early: EarlyClose,
    ) -> Poll<Result<(), Error>> {
        if let Self::Dialling(dialling) = self {
            let stream = ready!(dialling.as_mut().poll(cx))?;
            *self = Self::open(stream, early);
        }
        Poll::Ready(self.channel().map(|_| ()))
    }

    fn open(stream: Box<dyn Stream>, early: EarlyClose) -> Self {
        let mut channel = Channel::new(stream);
        channel.reset_on_close(early == EarlyClose::Resets);
        Self::Open(channel)
    }

    /// Accepts a connection. If its peer has an address that `want` does not allow, drops the
    /// connection and returns the address as the inner error.
    pub(crate) fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
        want: &Accept,
        peer: Option<SocketAddr>,
        early: EarlyClose,
    ) -> Poll<Result<Result<(), Option<SocketAddr>>, Error>> {
        let Self::Listening(listener) = self else {
            return Poll::Ready(self.channel().map(|_| Ok(())));
        };
        let stream = ready!(listener.poll_accept(cx))?;
        let from = stream.peer_address();
        if !want.admits(from, peer) {
            return Poll::Ready(Ok(Err(from)));
        }
        *self = Self::open(stream, early);
        Poll::Ready(Ok(Ok(())))
    }

    pub(crate) fn poll_handshake(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.channel()?.poll_handshake(cx)
    }

    pub(crate) fn poll_close(
        &mut self,
        cx: &mut Context<'_>,
        closing: Closing,
    ) -> Poll<Result<DataEnd, Error>> {
        let Self::Open(channel) = self else {
            return Poll::Ready(Ok(DataEnd::Clean));
        };
        let done = match closing {
            Closing::SendEnd => channel.poll_send_end(cx),
            Closing::Acknowledge => channel.poll_close_notify(cx),
            Closing::Harvest => channel.poll_harvest(cx),
            Closing::AwaitEnd => {
                return channel.poll_await_end(cx).map_ok(|end| match end {
                    PlainRead::Cut => DataEnd::NoCloseNotify,
                    _ => DataEnd::Clean,
                });
            }
            Closing::Abandon | Closing::Discard => {
                // Under TLS 1.3 the next data connection needs a session ticket from this one. The
                // ticket may have arrived already, so the client reads once, without waiting.
                let _ = channel.poll_read(cx, &mut [0; 512]);
                channel.reset_on_close(closing == Closing::Abandon);
                return Poll::Ready(Ok(DataEnd::Stopped));
            }
        };
        done.map_ok(|()| DataEnd::Clean)
    }

    /// Returns how much longer to wait until the peer closes the connection. `None` if the wait is
    /// over.
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
}

/// The methods that open the data connection, and begin TLS on the control connection and on the
/// data connection.
impl Client {
    pub(crate) fn dial(&mut self, endpoint: Endpoint) {
        self.data_tls = None;
        let target = match endpoint {
            Endpoint::ControlPeer(port) => Target::ControlPeer {
                host: self.options.control_peer().0,
                address: self.peer,
                port: port.get(),
            },
            Endpoint::Address(address) => Target::Address(address),
        };
        self.data = DataConnection::Dialling(self.network.dial(&target));
    }

    pub(crate) fn poll_secure_control(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if !self.control.is_tls() {
            let login = self.tls()?.clone();
            self.control.start_tls(&login)?;
        }
        std::task::ready!(self.control.poll_handshake(cx))?;
        // The last read of the handshake may have brought what comes after it.
        self.control_seen = ControlSeen::More;
        self.session.note_tls(|| self.control.tls_info());
        Poll::Ready(Ok(()))
    }

    /// Begins TLS on the data connection, if it has not begun yet. Returns `false`, without
    /// beginning TLS, if the client has only one session ticket left and `tickets` says to keep it.
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
