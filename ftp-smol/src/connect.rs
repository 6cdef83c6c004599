//! Connects to one address, or to the first of several addresses that answers.

use std::future::{Future as _, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Poll, ready};
use std::time::Instant;

use ftp_blocking::sys::addresses;
use ftp_blocking::sys::race::Race;
use ftp_blocking::sys::socket::{self, SocketOptions};
use smol::{Async, Timer};

use crate::socket::Socket;
use crate::transport::{BoxFuture, Stream};

/// Returns the addresses of a host, each with this port.
pub(crate) async fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    match addresses::with_zone(host, port) {
        Some(address) => Ok(vec![address?]),
        None => smol::net::resolve((host, port)).await,
    }
}

/// Connects to the first of `addresses` that answers.
///
/// # Errors
/// If no address answers: the error that [`Race`] chooses from the errors of all attempts.
pub(crate) async fn race(
    addresses: impl IntoIterator<Item = SocketAddr>,
    options: SocketOptions,
) -> io::Result<Box<dyn Stream>> {
    let mut race: Race<BoxFuture<io::Result<Box<dyn Stream>>>> =
        Race::new(addresses, options.source);
    let mut timer = Timer::never();
    poll_fn(|cx| {
        loop {
            let connected = race.check(|attempt| match attempt.as_mut().poll(cx) {
                Poll::Ready(result) => result.map(Some),
                Poll::Pending => Ok(None),
            });
            if let Some(stream) = connected {
                return Poll::Ready(Ok(stream));
            }
            let begin = |address| Ok(Box::pin(connect(address, options)) as _);
            if race.begin(Instant::now(), begin)? {
                continue;
            }
            let Some(next) = race.next() else {
                return Poll::Pending;
            };
            timer.set_at(next);
            ready!(Pin::new(&mut timer).poll(cx));
        }
    })
    .await
}

/// Connects to `address`.
pub(crate) async fn connect(
    address: SocketAddr,
    options: SocketOptions,
) -> io::Result<Box<dyn Stream>> {
    let socket = socket::connect(address, &options)?;
    // A server that is near has already answered. The reactor then need not know the socket.
    if socket::is_connected(&socket)? {
        socket::prepare(&socket, &options);
        return Ok(Box::new(Socket::from(socket)));
    }
    let socket = Async::new_nonblocking(socket)?;
    socket.writable().await?;
    socket::check_connected(socket.get_ref())?;
    socket::prepare(socket.get_ref(), &options);
    Ok(Box::new(Socket::from(socket)))
}

#[cfg(test)]
mod tests;
