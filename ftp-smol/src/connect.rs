//! Connects to one address, or to the first of several addresses that answers.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::task::{Poll, ready};
use std::time::Instant;

use ftp_blocking::sys::addresses;
use ftp_blocking::sys::race::Race;
use ftp_blocking::sys::socket::{self, SocketOptions};

use crate::reactor::{Reactor, Watched as _};
use crate::socket::Socket;
use crate::transport::{BoxFuture, Stream};

/// Returns the addresses of a host, each with this port.
pub(crate) async fn resolve<R: Reactor>(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    match addresses::with_zone(host, port) {
        Some(address) => Ok(vec![address?]),
        None => R::resolve(host.to_owned(), port).await,
    }
}

/// Connects to the first of `addresses` that answers.
///
/// # Errors
/// If no address answers: the error that [`Race`] chooses from the errors of all attempts.
pub(crate) async fn race<R: Reactor>(
    addresses: impl IntoIterator<Item = SocketAddr>,
    options: SocketOptions,
) -> io::Result<Box<dyn Stream>> {
    let mut race: Race<BoxFuture<io::Result<Box<dyn Stream>>>> =
        Race::new(addresses, options.source);
    let mut timer: Option<(Instant, BoxFuture<()>)> = None;
    poll_fn(|cx| {
        loop {
            let connected = race.check(|attempt| match attempt.as_mut().poll(cx) {
                Poll::Ready(result) => result.map(Some),
                Poll::Pending => Ok(None),
            });
            if let Some(stream) = connected {
                return Poll::Ready(Ok(stream));
            }
            let begin = |address| Ok(Box::pin(connect::<R>(address, options)) as _);
            if race.begin(Instant::now(), begin)? {
                continue;
            }
            let Some(next) = race.next() else {
                return Poll::Pending;
            };
            timer.take_if(|(at, _)| *at != next);
            let (_, sleep) = timer.get_or_insert_with(|| (next, R::sleep_until(next)));
            ready!(sleep.as_mut().poll(cx));
            timer = None;
        }
    })
    .await
}

/// Connects to `address`.
pub(crate) async fn connect<R: Reactor>(
    address: SocketAddr,
    options: SocketOptions,
) -> io::Result<Box<dyn Stream>> {
    let socket = socket::connect(address, &options)?;
    // A server that is near has already answered. The reactor then need not know the socket.
    if socket::is_connected(&socket)? {
        socket::prepare(&socket, &options);
        return Ok(Box::new(Socket::<R::Socket>::from(socket)));
    }
    let socket = R::Socket::watch(socket)?;
    poll_fn(|cx| socket.poll_writable(cx)).await?;
    socket::check_connected(socket.get())?;
    socket::prepare(socket.get(), &options);
    Ok(Box::new(Socket::watched(socket)))
}

#[cfg(test)]
mod tests;
