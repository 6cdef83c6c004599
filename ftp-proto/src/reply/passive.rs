//! Reads the port at which the server listens, and the address if there is one, from a 227 or 229
//! (RFC 959, RFC 1123 section 4.1.2.6, RFC 2428 section 3).

use super::Malformed;
use super::number::decimal;
use crate::wire::{Code, Reply};
use core::num::NonZeroU16;
use nom::bytes::complete::{take_till, take_while_m_n};
use nom::character::complete::{char, digit1};
use nom::combinator::{map, opt};
use nom::multi::fold_many0;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

/// The port, and perhaps the address, at which the server says that it listens.
///
/// Do not rely on the address: behind NAT it is often wrong, and a hostile server may name another
/// host. Usually you should connect to the host to which the control connection goes.
///
/// ```
/// use ftp_proto::reply::extended_passive;
/// use ftp_proto::wire::Reply;
///
/// let reply = Reply::parse(b"229 Entering extended passive mode (|||6446|)\r\n")?;
/// let passive = extended_passive(&reply)?;
/// assert_eq!((passive.address, passive.port.get()), (None, 6446));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Passive {
    /// The IPv4 address in a 227. `None` for a 229, which has no address.
    pub address: Option<[u8; 4]>,
    /// The port.
    pub port: NonZeroU16,
}

/// Reads the reply to PASV: a 227, or a 229, which some servers send instead.
///
/// The six numbers may be anywhere in the text, with or without parentheses, and with or without
/// one blank after each comma (freebox sends only the numbers). The first sequence of six numbers
/// from 0 to 255 is used, so digits in the words before it do no harm. If a sequence is longer, its
/// first six numbers are used.
///
/// # Errors
///
/// [`Malformed::Code`]; [`NoAddress`](Malformed::NoAddress) if there are no six numbers;
/// [`Octet`](Malformed::Octet) if every sequence of six has a number above 255 or with more than
/// three digits; [`Port`](Malformed::Port) for port 0. For a 229, the errors of
/// [`extended_passive`].
///
/// ```
/// use ftp_proto::{reply::passive, wire::Reply};
///
/// let reply = Reply::parse(b"227 v1.2 at=192,0,2,1,4,1.\r\n").unwrap();
/// let passive = passive(&reply).unwrap();
/// assert_eq!(passive.address, Some([192, 0, 2, 1]));
/// assert_eq!(passive.port.get(), 1025);
/// ```
pub fn passive(reply: &Reply) -> Result<Passive, Malformed> {
    match reply.code() {
        Code::PASSIVE => address_and_port(reply),
        Code::EXTENDED_PASSIVE => port_alone(reply),
        code => Err(Malformed::Code { code }),
    }
}

/// Reads the port in the reply to EPSV: a 229, or a 227, which some servers send instead.
///
/// The form is `(|||6446|)`. Another printable character that is not a digit may replace `|`, if
/// all four are equal. CEPR servers also send the protocol and the address, which are ignored. If
/// the parentheses are missing, the delimiter must be punctuation.
///
/// # Errors
///
/// [`Malformed::Code`]; [`NoPort`](Malformed::NoPort) if there is no such form, for example because
/// BulletProof FTP leaves out a delimiter; [`Port`](Malformed::Port) for port 0 and ports above
/// 65535. For a 227, the errors of [`passive`].
///
/// ```
/// use ftp_proto::{reply::extended_passive, wire::Reply};
///
/// let reply = Reply::parse(b"229 Extended Passive Mode Entered (|||6446|)\r\n").unwrap();
/// assert_eq!(extended_passive(&reply).unwrap().port.get(), 6446);
/// ```
pub fn extended_passive(reply: &Reply) -> Result<Passive, Malformed> {
    let passive = passive(reply)?;
    Ok(Passive {
        address: None,
        ..passive
    })
}

fn address_and_port(reply: &Reply) -> Result<Passive, Malformed> {
    let mut failure = Malformed::NoAddress;
    for mut text in reply.text_lines() {
        while let Ok((rest, run)) = next_run(text) {
            text = rest;
            if run.count < 6 {
                continue;
            }
            let [Some(a), Some(b), Some(c), Some(d), Some(high), Some(low)] = run.octets else {
                failure = Malformed::Octet;
                continue;
            };
            let port = NonZeroU16::new(u16::from_be_bytes([high, low])).ok_or(Malformed::Port)?;
            return Ok(Passive {
                address: Some([a, b, c, d]),
                port,
            });
        }
    }
    Err(failure)
}

/// The first six numbers of a sequence with commas, such as `192,0,2,1,4,1`. An octet is `None` if
/// its number is above 255. `count` is how many numbers were found, up to six.
#[derive(Clone, Copy, Default)]
struct Run {
    octets: [Option<u8>; 6],
    count: usize,
}

impl Run {
    fn push(mut self, octet: Option<u8>) -> Self {
        if let Some(place) = self.octets.get_mut(self.count) {
            *place = octet;
            self.count = self.count.saturating_add(1);
        }
        self
    }
}

/// Finds the next sequence of numbers, and returns it and the text after it. The search continues
/// after the sequence, so each byte is read only once.
fn next_run(text: &[u8]) -> IResult<&[u8], Run> {
    let (text, first) = preceded(take_till(|byte: u8| byte.is_ascii_digit()), octet).parse(text)?;
    let separator = (char(','), opt(char(' ')));
    let init = || Run::default().push(first);
    fold_many0(preceded(separator, octet), init, Run::push).parse(text)
}

fn octet(text: &[u8]) -> IResult<&[u8], Option<u8>> {
    let value = |digits: &[u8]| match digits.len() {
        ..=3 => decimal(digits).and_then(|value| u8::try_from(value).ok()),
        _ => None,
    };
    map(digit1, value).parse(text)
}

fn port_alone(reply: &Reply) -> Result<Passive, Malformed> {
    for text in reply.text_lines() {
        let mut rest = text;
        let mut before = b' ';
        while let Some((&delimiter, tail)) = rest.split_first() {
            if may_delimit(delimiter, before) {
                if let Ok((_, digits)) = port_between(delimiter, rest) {
                    let port = decimal(digits).and_then(|port| u16::try_from(port).ok());
                    return match port.and_then(NonZeroU16::new) {
                        Some(port) => Ok(Passive {
                            address: None,
                            port,
                        }),
                        None => Err(Malformed::Port),
                    };
                }
            }
            before = delimiter;
            rest = tail;
        }
    }
    Err(Malformed::NoPort)
}

fn may_delimit(delimiter: u8, before: u8) -> bool {
    if before == b'(' {
        delimiter.is_ascii_graphic() && !delimiter.is_ascii_digit()
    } else {
        // Some servers send a 229 with the text of a 227, such as `192,0,2,1,4,1`. So punctuation
        // after a digit, such as a comma, is not taken for a delimiter.
        delimiter.is_ascii_punctuation()
            && !matches!(delimiter, b'(' | b')')
            && !before.is_ascii_digit()
    }
}

/// Parses `d [protocol] d [address] d port d`, where `d` is the delimiter, as in `|||6446|`. Each
/// part has a limited length, so that trying this at each position of a text takes linear time. The
/// limit of 64 bytes leaves room for an IPv6 address with a zone.
fn port_between(delimiter: u8, text: &[u8]) -> IResult<&[u8], &[u8]> {
    let bar = || char(char::from(delimiter));
    let digits = |least, most| take_while_m_n(least, most, |byte: u8| byte.is_ascii_digit());
    let address = take_while_m_n(0, 64, |byte| byte != delimiter);
    delimited(
        (bar(), digits(0, 3), bar(), address, bar()),
        digits(1, 20),
        bar(),
    )
    .parse(text)
}
