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
use crate::wire;

/// The most bytes of all heads before the tunnel.
const LONGEST: usize = 16 * 1024;

/// The length of the shortest status line, `HTTP/1.1 200`, in bytes.
const SHORTEST_LINE: usize = 12;

/// The length of the shortest head, in bytes: that line and two line ends.
pub(super) const SHORTEST: usize = SHORTEST_LINE + 2;

/// The head of the proxy's answer.
pub(super) struct Head {
    /// The bytes of earlier heads, whose status was 1xx.
    earlier: usize,
    /// What an error must not show, even if the proxy sends it back: the password, and the login in
    /// base64.
    secrets: Vec<Vec<u8>>,
}

/// Returns the request, and the answer that comes next.
pub(super) fn begin(login: Option<&Login>, destination: &Destination<'_>) -> (Vec<u8>, Head) {
    let authority = match *destination {
        Destination::Name(name, port) => format!("{name}:{port}"),
        // An IPv6 address gets its brackets here.
        Destination::Address(address) => format!("{address}"),
    };
    let mut head = Head {
        earlier: 0,
        secrets: Vec::new(),
    };
    let mut authorization = String::new();
    if let Some(login) = login {
        let both = base64::encode(&[&login.user[..], b":", &login.password].concat());
        authorization = format!("Proxy-Authorization: Basic {both}\r\n");
        head.secrets = Vec::from([both.into_bytes(), login.password.clone()]);
    }
    let request =
        format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{authorization}\r\n");
    (request.into_bytes(), head)
}

impl Head {
    pub(super) fn answer(&mut self, bytes: &[u8]) -> Result<Next<Self>, Halt> {
        let length = bytes.len().saturating_add(self.earlier);
        // A shorter line is refused at once. If it were read to its empty line, the result would
        // depend on how the bytes are cut, because a read may end after that line.
        let is_short = start(bytes, SHORTEST_LINE).contains(&b'\n');
        if is_short || !b"HTTP/".starts_with(start(bytes, 5)) {
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
                let next = Self {
                    earlier: length,
                    secrets: core::mem::take(&mut self.secrets),
                };
                Ok(Next::Send(Vec::new(), next))
            }
            200..=299 => Ok(Next::Done),
            status => {
                let masked = |line: Vec<u8>, secret: &Vec<u8>| wire::masked(&line, secret);
                let line = self.secrets.iter().fold(line.to_vec(), masked);
                Err(refusal(status, &line).into())
            }
        }
    }
}

/// Returns the first bytes, at most this many.
fn start(bytes: &[u8], count: usize) -> &[u8] {
    bytes.get(..count).unwrap_or(bytes)
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
