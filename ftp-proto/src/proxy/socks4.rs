//! SOCKS4 and SOCKS4a: one request, and an answer of eight bytes. No RFC defines them.

use alloc::format;
use alloc::vec::Vec;
use core::net::{Ipv4Addr, SocketAddr};

use nom::branch::alt;
use nom::bytes::streaming::{tag, take};
use nom::combinator::value;
use nom::number::streaming::u8;
use nom::sequence::preceded;
use nom::{IResult, Parser as _};

use super::answer::{Halt, Next, read};
use super::{Destination, Login, failure};
use crate::error::{Error, ProxyFailure};

/// The length of an answer, in bytes.
pub(super) const ANSWER: usize = 8;

/// The address that tells a SOCKS4a proxy that a name follows.
const NAME_FOLLOWS: Ipv4Addr = Ipv4Addr::new(0, 0, 0, 1);

/// Returns the request.
pub(super) fn begin(
    login: Option<&Login>,
    destination: &Destination<'_>,
) -> Result<Vec<u8>, Error> {
    let (address, name, port) = match *destination {
        Destination::Name(name, port) => (NAME_FOLLOWS, Some(name), port),
        Destination::Address(SocketAddr::V4(address)) => (*address.ip(), None, address.port()),
        Destination::Address(SocketAddr::V6(address)) => {
            let why = format!("SOCKS4 cannot name the IPv6 address {}", address.ip());
            return Err(failure(ProxyFailure::Unsupported, why));
        }
    };
    let mut request = Vec::from([4, 1]);
    request.extend(port.to_be_bytes());
    request.extend(address.octets());
    request.extend(login.iter().flat_map(|login| &login.user));
    request.push(0);
    if let Some(name) = name {
        request.extend(name.as_bytes());
        request.push(0);
    }
    Ok(request)
}

pub(super) fn answer<S>(bytes: &[u8]) -> Result<Next<S>, Halt> {
    let code = read(answer_code(bytes))?;
    let (failed, means) = match code {
        90 => return Ok(Next::Done),
        91 => (ProxyFailure::Failed, "rejected or failed"),
        92 => (ProxyFailure::Login, "no ident server on this machine"),
        93 => (ProxyFailure::Login, "the ident server names another user"),
        _ => (ProxyFailure::Failed, "unknown"),
    };
    Err(failure(failed, format!("SOCKS4 answer {code}, {means}")).into())
}

/// Reads the code. A refusal is read without the six bytes after it.
fn answer_code(bytes: &[u8]) -> IResult<&[u8], u8> {
    // The version of an answer is 0. Some proxies send 4.
    let version = alt((tag(&b"\0"[..]), tag(&b"\x04"[..])));
    let (rest, code) = preceded(version, u8).parse(bytes)?;
    match code {
        90 => value(code, take(6_usize)).parse(rest),
        _ => Ok((rest, code)),
    }
}
