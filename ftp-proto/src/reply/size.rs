//! Reads sizes from the reply to SIZE (213; RFC 3659, section 4), and from the text of a 125 or
//! 150.

use super::Malformed;
use super::number::decimal;
use crate::wire::{Code, Reply};
use nom::bytes::complete::{tag_no_case, take_until};
use nom::character::complete::{char, digit1, space0, space1};
use nom::combinator::{all_consuming, opt};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

/// Reads the reply to SIZE: the number of bytes that a transfer would move.
///
/// Blanks may surround the number. Any other text is an error. Two numbers are an error too,
/// because it is unknown which one is the size. 0 is accepted, although it is often wrong.
///
/// # Errors
///
/// [`Malformed::Code`] if the code is not 213, [`NoNumber`](Malformed::NoNumber) if the text is not
/// a number, and [`Overflow`](Malformed::Overflow) for 2^64 and more.
///
/// ```
/// use ftp_proto::{reply::size, wire::Reply};
///
/// assert_eq!(size(&Reply::parse(b"213  1048576 \r\n").unwrap()), Ok(1 << 20));
/// ```
pub fn size(reply: &Reply) -> Result<u64, Malformed> {
    let code = reply.code();
    if code != Code::FILE_STATUS {
        return Err(Malformed::Code { code });
    }
    let text = reply.text_lines().last().unwrap_or_default();
    let number = all_consuming(delimited(space0::<_, ()>, digit1, space0));
    let (_, digits) = { number }.parse(text).map_err(|_| Malformed::NoNumber)?;
    decimal(digits).ok_or(Malformed::Overflow)
}

/// Reads a number of bytes in the reply to AVBL or DSIZ. The number is the first word; words such as
/// `bytes` may follow.
///
/// # Errors
///
/// The errors of [`size`]. The code may also be 200 or 250.
///
/// ```
/// use ftp_proto::{reply::count, wire::Reply};
///
/// assert_eq!(count(&Reply::parse(b"213 1048576 bytes free\r\n").unwrap()), Ok(1 << 20));
/// ```
pub fn count(reply: &Reply) -> Result<u64, Malformed> {
    let code = reply.code();
    if !matches!(code.value(), 200 | 213 | 250) {
        return Err(Malformed::Code { code });
    }
    let text = reply.text_lines().last().unwrap_or_default().trim_ascii();
    let number = text.split(u8::is_ascii_whitespace).next();
    let number = number.filter(|word| !word.is_empty() && word.iter().all(u8::is_ascii_digit));
    decimal(number.ok_or(Malformed::NoNumber)?).ok_or(Malformed::Overflow)
}

/// Reads the size in the text of a 125 or 150: the last `(n bytes)`, in upper or lower case.
///
/// Returns `None` if there is no such number, or if it does not fit into 64 bits. The size is a
/// hint, because the server may send any text, and the name of the file may hold such a number. A
/// download of a file in TYPE I [relies](crate::SizeCheck) on it.
///
/// ```
/// use ftp_proto::{reply::transfer_size, wire::Reply};
///
/// let reply = Reply::parse(b"150 Opening for (0.0.0.0,0) (545 bytes)\r\n").unwrap();
/// assert_eq!(transfer_size(&reply), Some(545));
/// ```
#[must_use]
pub fn transfer_size(reply: &Reply) -> Option<u64> {
    if !matches!(reply.code(), Code::TRANSFER_STARTING | Code::OPENING_DATA) {
        return None;
    }
    decimal(reply.text_lines().filter_map(last_hint).last()?)
}

/// Reads the size in the text of a 125 or 150. `None` if the name of the file holds the same `(n
/// bytes)`, because the text then may only repeat the name.
pub(crate) fn announced_size(reply: &Reply, name: &[u8]) -> Option<u64> {
    transfer_size(reply).filter(|size| last_hint(name).and_then(decimal) != Some(*size))
}

fn last_hint(mut text: &[u8]) -> Option<&[u8]> {
    let mut last = None;
    while let Ok((rest, group)) = next_group(text) {
        text = rest;
        last = group.or(last);
    }
    last
}

/// Skips the text up to and including the next `(`. Returns `n` if the text after it is `n bytes)`,
/// and otherwise `None`.
fn next_group(text: &[u8]) -> IResult<&[u8], Option<&[u8]>> {
    let unit = (space1, tag_no_case("byte"), opt(tag_no_case("s")));
    let group = delimited(space0, digit1, (unit, char(')')));
    preceded((take_until("("), char('(')), opt(group)).parse(text)
}
