//! An FTP client for tokio: waits where the driver would block.
//!
//! You may drop each of its futures at any point, for example in a `select!`. The next call cleans
//! up.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use ftp_proto::data::DataPhase;
use ftp_proto::embedding::{DataSide, Driver, Network, Stream as _};
use ftp_proto::flows::{Credentials, Greeting, Login, Open};
use ftp_proto::{Completion, DataEnd, Error, Flow, Options, TransferOptions};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Wakes a task when a stream or a listener can go on after it would have blocked. Ready only once
/// for each time that it would have blocked: otherwise the client would not wait at all.
pub(crate) trait Ready {
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<()>;
}

/// A network that can wait.
pub(crate) trait Sleeps: Network<Stream: Ready, Listener: Ready> {
    fn poll_sleep(&mut self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()>;
}

pub(crate) struct Client<N: Network>(pub(crate) Driver<N>);

/// A running download. The end of the file comes only after the server has confirmed it.
pub(crate) struct Download<'c, N: Network>(Running<'c, N>);

/// A running upload. The file is stored if `shutdown` or [`finish`](Self::finish) returns `Ok`.
pub(crate) struct Upload<'c, N: Network>(Running<'c, N>);

struct Running<'c, N: Network> {
    client: &'c mut Client<N>,
    phase: DataPhase,
}

impl<N: Sleeps> Client<N> {
    /// Connects to this address of `options.host`, and waits for the greeting.
    pub(crate) async fn connect(
        network: N,
        address: SocketAddr,
        options: Options,
    ) -> Result<Self, Error> {
        let (network, control) = dial(network, address, &options).await;
        let mut client = Self(Driver::new(network, control?, address, options)?);
        client.run(Greeting::new()).await?;
        Ok(client)
    }

    pub(crate) async fn login(&mut self, credentials: Credentials) -> Result<(), Error> {
        self.run(Login::new(credentials)).await.map(drop)
    }

    /// Runs any flow to its end.
    pub(crate) async fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        let mut operation = self.0.start(flow);
        poll_fn(|cx| self.poll(cx, |driver| driver.turn(&mut operation))).await
    }

    pub(crate) async fn download(
        &mut self,
        path: impl AsRef<[u8]>,
        options: &TransferOptions,
    ) -> Result<Download<'_, N>, Error> {
        Ok(Download(self.begin(Open::retrieve(path)?, options).await?))
    }

    pub(crate) async fn upload(
        &mut self,
        path: impl AsRef<[u8]>,
        options: &TransferOptions,
    ) -> Result<Upload<'_, N>, Error> {
        Ok(Upload(self.begin(Open::store(path)?, options).await?))
    }

    async fn begin(
        &mut self,
        open: Open,
        options: &TransferOptions,
    ) -> Result<Running<'_, N>, Error> {
        let transfer = self.run(open.with_options(options)).await?;
        Ok(Running {
            phase: self.0.data_phase(transfer, options),
            client: self,
        })
    }

    /// Repeats a step of the driver until it need not wait.
    pub(crate) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        mut step: impl FnMut(&mut Driver<N>) -> Option<T>,
    ) -> Poll<T> {
        loop {
            if let Some(done) = step(&mut self.0) {
                return Poll::Ready(done);
            }
            let deadline = self.0.deadline();
            let (network, control, data) = self.0.parts();
            // All are asked, so that each can wake the task.
            let control = control.poll_ready(cx).is_ready();
            let data = data.is_some_and(|data| match data {
                DataSide::Listener(listener) => listener.poll_ready(cx).is_ready(),
                DataSide::Stream(stream) => stream.poll_ready(cx).is_ready(),
            });
            if !control && !data {
                ready!(network.poll_sleep(deadline, cx));
            }
        }
    }
}

/// Connects within the time limit, and gives the network back.
async fn dial<N: Sleeps>(
    mut network: N,
    address: SocketAddr,
    options: &Options,
) -> (N, io::Result<N::Stream>) {
    let deadline = network.now() + options.timeouts.connect;
    let mut stream = match network.connect(address) {
        Ok(stream) => stream,
        Err(error) => return (network, Err(error)),
    };
    let connected = poll_fn(|cx| {
        loop {
            match stream.is_connected() {
                Ok(false) if network.now() >= deadline => {
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
                Ok(false) if stream.poll_ready(cx).is_ready() => {}
                Ok(false) => ready!(network.poll_sleep(deadline, cx)),
                connected => return Poll::Ready(connected.map(drop)),
            }
        }
    });
    let connected = connected.await;
    (network, connected.map(|()| stream))
}

impl<N: Sleeps> Download<'_, N> {
    /// Returns the server's confirmation. Call it after you have read to the end.
    pub(crate) fn finish(self) -> Result<Completion, Error> {
        self.0.phase.into_outcome()
    }
}

impl<N: Sleeps> AsyncRead for Download<'_, N> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Running { client, phase } = &mut self.0;
        let room = buffer.initialize_unfilled();
        if room.is_empty() {
            return Poll::Ready(Ok(()));
        }
        let read = client.poll(cx, |driver| driver.receive(phase, room));
        let count = match ready!(read) {
            0 => phase.read_end(room)?,
            count => count,
        };
        buffer.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl<N: Sleeps> Upload<'_, N> {
    /// Sends the rest, and returns the server's confirmation.
    pub(crate) async fn finish(mut self) -> Result<Completion, Error> {
        // The outcome has the error, too.
        let _ = poll_fn(|cx| Pin::new(&mut self).poll_shutdown(cx)).await;
        self.0.phase.into_outcome()
    }
}

impl<N: Sleeps> AsyncWrite for Upload<'_, N> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Running { client, phase } = &mut self.0;
        let sent = client.poll(cx, |driver| driver.send(phase, bytes));
        Poll::Ready(ready!(sent).ok_or_else(|| phase.refusal().into()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Running { client, phase } = &mut self.0;
        let sent = client.poll(cx, |driver| driver.send_rest(phase));
        Poll::Ready(ready!(sent).ok_or_else(|| phase.refusal().into()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.0.phase.has_ended() {
            ready!(self.as_mut().poll_flush(cx))?;
        }
        let Running { client, phase } = &mut self.0;
        phase.end(DataEnd::Clean);
        ready!(client.poll(cx, |driver| driver.finish(phase)));
        Poll::Ready(phase.outcome().map(drop).map_err(io::Error::from))
    }
}
