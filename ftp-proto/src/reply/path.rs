//! 257: a pathname in quotes (RFC 959, appendix II).

use super::Malformed;
use crate::path::RemotePath;
use crate::wire::{Code, Reply};
use alloc::vec::Vec;
use nom::branch::alt;
use nom::bytes::complete::{is_not, tag, take_until};
use nom::character::complete::char;
use nom::combinator::{opt, value};
use nom::multi::fold_many0;
use nom::sequence::preceded;
use nom::{IResult, Parser};

/// Reads the pathname in the reply to PWD or MKD; `None` where nothing is quoted.
///
/// The first quote opens, the first one that is not doubled closes, whatever stands around them
/// (some servers put words before the path). 257 is the code; 250 and 200 occur on embedded
/// servers. Old ones quote nothing, or quote nothing between two quotes: success without a path; and
/// where a path stands there without them, any quotes are its own.
///
/// inetutils, Twisted and aioftp do not double the quotes of a name. It shows where a quote has no
/// partner, or where neither a blank nor the end of the line follows the one that closes: the path then
/// ends at the first quote before either of these.
///
/// # Errors
///
/// [`Malformed::Code`], [`UnterminatedQuote`](Malformed::UnterminatedQuote), and
/// [`Control`](Malformed::Control) for a C0 control or DEL in the path, as in curl.
///
/// ```
/// use ftp_proto::{reply::pathname, wire::Reply};
///
/// let reply = Reply::parse(b"257 \"/a\"\"b\" created\r\n").unwrap();
/// assert_eq!(pathname(&reply).unwrap().unwrap().as_bytes(), b"/a\"b");
/// ```
pub fn pathname(reply: &Reply) -> Result<Option<RemotePath>, Malformed> {
    match reply.code() {
        Code::PATHNAME | Code::FILE_ACTION_OKAY | Code::OKAY => {}
        code => return Err(Malformed::Code { code }),
    }
    let Some(path) = reply
        .text_lines()
        .filter(|text| !text.trim_ascii_start().starts_with(b"/"))
        .find_map(first_quoted)
    else {
        return Ok(None);
    };
    let path = path.ok_or(Malformed::UnterminatedQuote)?;
    if let Some(&byte) = path.iter().find(|byte| byte.is_ascii_control()) {
        return Err(Malformed::Control { byte });
    }
    // What is left to refuse is the empty path.
    Ok(RemotePath::new(path).ok())
}

/// The path in the first quotes of a line: nothing where there are none, and no path where they do
/// not end.
fn first_quoted(text: &[u8]) -> Option<Option<Vec<u8>>> {
    let (rest, (path, end)) = quoted(text).ok()?;
    let left_over = memchr::memchr_iter(b'"', rest).count();
    let path = Some(path).filter(|_| end.is_some() && left_over % 2 == 0);
    if path.is_some() && matches!(rest.first(), None | Some(b' ')) {
        return Some(path);
    }
    let (inside, _) = take_until::<_, _, ()>("\"")(text).ok()?;
    let inside = inside.get(1..)?;
    let ends = |at: &usize| matches!(inside.get(at.saturating_add(1)), None | Some(b' '));
    let end = memchr::memchr_iter(b'"', inside).find(ends);
    let bounded = end.and_then(|end| inside.get(..end)).map(<[u8]>::to_vec);
    Some(bounded.or(path))
}

/// What follows the first quote, un-doubled, and the closing quote if there is one.
fn quoted(text: &[u8]) -> IResult<&[u8], (Vec<u8>, Option<char>)> {
    let piece = alt((is_not("\""), value(&b"\""[..], tag("\"\""))));
    let path = fold_many0(piece, Vec::new, |mut path, piece: &[u8]| {
        path.extend_from_slice(piece);
        path
    });
    preceded((take_until("\""), char('"')), (path, opt(char('"')))).parse(text)
}
