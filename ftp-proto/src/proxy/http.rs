//! HTTP CONNECT (RFC 9110 section 9.3.6), with basic authentication (RFC 7617).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::num::NonZeroUsize;

use nom::bytes::complete::{tag, take_while_m_n};
use nom::character::complete::{digit1, space1};
use nom::combinator::map_opt;
use nom::sequence::{delimited, separated_pair};
use nom::{IResult, Parser as _};

use super::answer::{Halt, Next, unlike};
use super::{Destination, Login, base64, failure};
use crate::error::{Error, ProxyFailure};
use crate::reply::number::decimal;

/// The most bytes of all heads before the tunnel.
const LONGEST: usize = 16 * 1024;

/// The length of the shortest head, `HTTP/1.1 200` and two line ends, in bytes.
pub(super) const SHORTEST: usize = 14;

/// The head of the proxy's answer.
#[derive(Default)]
pub(super) struct Head {
    /// The bytes of earlier heads, whose status was 1xx.
    earlier: usize,
}

/// Returns the request.
pub(super) fn begin(login: Option<&Login>, destination: &Destination<'_>) -> Vec<u8> {
    let authority = match *destination {
        Destination::Name(name, port) => format!("{name}:{port}"),
        // An IPv6 address gets its brackets here.
        Destination::Address(address) => format!("{address}"),
    };
    let authorization = login.map(|login| {
        let both = [&login.user[..], b":", &login.password].concat();
        format!("Proxy-Authorization: Basic {}\r\n", base64::encode(&both))
    });
    let authorization = authorization.unwrap_or_default();
    let request =
        format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{authorization}\r\n");
    request.into_bytes()
}

impl Head {
    pub(super) fn answer(&mut self, bytes: &[u8]) -> Result<Next<Self>, Halt> {
        let length = bytes.len().saturating_add(self.earlier);
        if !b"HTTP/".starts_with(bytes.get(..5).unwrap_or(bytes)) {
            return Err(unlike().into());
        }
        if let Some(lacking) = lacking(bytes) {
            let why = "its answer is longer than 16 KiB";
            return Err(match length.saturating_add(lacking.get()) > LONGEST {
                true => failure(ProxyFailure::Protocol, why).into(),
                false => Halt::Lacks(lacking),
            });
        }
        let line = bytes
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Ok((_, status)) = status(line) else {
            return Err(unlike().into());
        };
        match status {
            // 101 switches to another protocol, which nobody has asked for.
            100 | 102..=199 => {
                let next = Self { earlier: length };
                Ok(Next::Send(Vec::new(), next))
            }
            200..=299 => Ok(Next::Done),
            status => Err(refusal(status, line).into()),
        }
    }
}

/// Returns how many bytes the head lacks at least. `None` if it is complete: it ends with an empty
/// line. Line ends may be CRLF or LF (RFC 9112 section 2.2).
fn lacking(head: &[u8]) -> Option<NonZeroUsize> {
    if head.ends_with(b"\n\r\n") || head.ends_with(b"\n\n") {
        return None;
    }
    let least = match head.ends_with(b"\n") || head.ends_with(b"\n\r") {
        true => 1,
        false => 2,
    };
    NonZeroUsize::new(least.max(SHORTEST.saturating_sub(head.len())))
}

/// Reads the status of a line such as `HTTP/1.1 200 Connection established`.
fn status(line: &[u8]) -> IResult<&[u8], u64> {
    let version = separated_pair(digit1, tag(&b"."[..]), digit1);
    let digits = take_while_m_n(3, 3, |byte: u8| byte.is_ascii_digit());
    let code = map_opt(digits, decimal);
    delimited((tag(&b"HTTP/"[..]), version, space1), code, end_or_blank).parse(line)
}

fn end_or_blank(rest: &[u8]) -> IResult<&[u8], ()> {
    match rest.first() {
        None | Some(b' ' | b'\t') => Ok((rest, ())),
        Some(_) => nom::combinator::fail().parse(rest),
    }
}

fn refusal(status: u64, line: &[u8]) -> Error {
    let failed = match status {
        407 => ProxyFailure::Login,
        401 | 403 | 405 | 451 => ProxyFailure::NotAllowed,
        404 | 502..=504 => ProxyFailure::Unreachable,
        501 | 505 => ProxyFailure::Unsupported,
        _ => ProxyFailure::Failed,
    };
    failure(failed, String::from_utf8_lossy(line))
}
