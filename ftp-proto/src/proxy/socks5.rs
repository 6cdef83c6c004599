//! SOCKS5 (RFC 1928), with a user name and a password (RFC 1929).
//!
//! ```text
//! methods -> method [-> login -> status] -> request -> reply
//! ```

use alloc::format;
use alloc::vec::Vec;
use core::net::SocketAddr;

use nom::bytes::streaming::{tag, take};
use nom::combinator::{fail, value};
use nom::multi::length_data;
use nom::number::streaming::u8;
use nom::sequence::{pair, preceded};
use nom::{IResult, Parser as _};

use super::answer::{Halt, Next, read, unlike};
use super::{Destination, Login, failure};
use crate::error::{Error, ProxyFailure};

/// The length of the shortest answer, in bytes: the version and a code.
pub(super) const SHORTEST: usize = 2;

const VERSION: u8 = 5;
const NO_LOGIN: u8 = 0;
const PASSWORD: u8 = 2;
const NO_METHOD: u8 = 0xFF;

/// The answer that comes next, and what the client sends after it.
pub(super) enum Stage {
    /// The method. `login` is the message for the method of RFC 1929; `None` without a login.
    Method {
        login: Option<Vec<u8>>,
        request: Vec<u8>,
    },
    /// The status of the login.
    Login { request: Vec<u8> },
    /// The reply to the request.
    Reply,
}

/// Returns the methods to send, and the answer that comes next.
pub(super) fn begin(
    login: Option<&Login>,
    destination: &Destination<'_>,
) -> Result<(Vec<u8>, Stage), Error> {
    let methods = match login {
        None => Vec::from([VERSION, 1, NO_LOGIN]),
        Some(_) => Vec::from([VERSION, 2, NO_LOGIN, PASSWORD]),
    };
    let login = login.map(|login| {
        let mut message = Vec::from([1]);
        push_counted(&mut message, &login.user);
        push_counted(&mut message, &login.password);
        message
    });
    let request = request(destination)?;
    Ok((methods, Stage::Method { login, request }))
}

fn request(destination: &Destination<'_>) -> Result<Vec<u8>, Error> {
    let mut request = Vec::from([VERSION, 1, 0]);
    let port = match *destination {
        Destination::Address(SocketAddr::V4(address)) => {
            request.push(1);
            request.extend(address.ip().octets());
            address.port()
        }
        Destination::Address(SocketAddr::V6(address)) => {
            request.push(4);
            request.extend(address.ip().octets());
            address.port()
        }
        Destination::Name(name, _) if name.len() > 255 => {
            let why = "SOCKS5 cannot name a host of more than 255 bytes";
            return Err(failure(ProxyFailure::Unsupported, why));
        }
        Destination::Name(name, port) => {
            request.push(3);
            push_counted(&mut request, name.as_bytes());
            port
        }
    };
    request.extend(port.to_be_bytes());
    Ok(request)
}

/// Adds the length as one byte, and the bytes. The length was checked before.
fn push_counted(message: &mut Vec<u8>, bytes: &[u8]) {
    message.push(u8::try_from(bytes.len()).unwrap_or(u8::MAX));
    message.extend(bytes.iter().take(usize::from(u8::MAX)));
}

impl Stage {
    pub(super) fn answer(&mut self, bytes: &[u8]) -> Result<Next<Self>, Halt> {
        match self {
            Self::Method { login, request } => {
                let method = read(method(bytes))?;
                let request = core::mem::take(request);
                match (method, login.take()) {
                    (NO_LOGIN, _) => Ok(Next::Send(request, Self::Reply)),
                    (PASSWORD, Some(login)) => Ok(Next::Send(login, Self::Login { request })),
                    (NO_METHOD, None) => {
                        let why = "it may want a user name and a password: Proxy::with_login";
                        Err(failure(ProxyFailure::Login, why).into())
                    }
                    (NO_METHOD, Some(_)) => {
                        let why = "it wants neither a password nor a client without a login";
                        Err(failure(ProxyFailure::Login, why).into())
                    }
                    _ => Err(unlike().into()),
                }
            }
            Self::Login { request } => match read(status(bytes))? {
                0 => Ok(Next::Send(core::mem::take(request), Self::Reply)),
                status => {
                    let why = format!("SOCKS5 status {status} to the user name and the password");
                    Err(failure(ProxyFailure::Login, why).into())
                }
            },
            Self::Reply => match read(reply(bytes))? {
                0 => Ok(Next::Done),
                code => Err(refusal(code).into()),
            },
        }
    }
}

fn method(bytes: &[u8]) -> IResult<&[u8], u8> {
    preceded(tag(&[VERSION][..]), u8).parse(bytes)
}

fn status(bytes: &[u8]) -> IResult<&[u8], u8> {
    // The version is 1. Some proxies send 5.
    preceded(take(1_usize), u8).parse(bytes)
}

/// Reads the code of a reply. A refusal is read without its address, because some proxies leave the
/// address out.
fn reply(bytes: &[u8]) -> IResult<&[u8], u8> {
    let (rest, code) = preceded(tag(&[VERSION][..]), u8).parse(bytes)?;
    if code != 0 {
        return Ok((rest, code));
    }
    let (rest, kind) = preceded(take(1_usize), u8).parse(rest)?;
    let port = take(2_usize);
    match kind {
        1 => value(code, pair(take(4_usize), port)).parse(rest),
        3 => value(code, pair(length_data(u8), port)).parse(rest),
        4 => value(code, pair(take(16_usize), port)).parse(rest),
        _ => fail().parse(rest),
    }
}

fn refusal(code: u8) -> Error {
    let (failed, means) = match code {
        1 => (ProxyFailure::Failed, "general failure"),
        2 => (ProxyFailure::NotAllowed, "not allowed by the rules"),
        3 => (ProxyFailure::Unreachable, "network unreachable"),
        4 => (ProxyFailure::Unreachable, "host unreachable"),
        5 => (ProxyFailure::Refused, "connection refused"),
        6 => (ProxyFailure::Unreachable, "time to live expired"),
        7 => (ProxyFailure::Unsupported, "command not supported"),
        8 => (ProxyFailure::Unsupported, "kind of address not supported"),
        _ => (ProxyFailure::Failed, "unknown"),
    };
    failure(failed, format!("SOCKS5 reply {code}, {means}"))
}
