//! Reads a pathname in quotation marks from a 257 (RFC 959, appendix II).

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

/// Reads the pathname in the reply to PWD or MKD. Returns `None` if the reply has no quoted path.
///
/// The path begins at the first quote and ends at the next quote that is not doubled. There may be
/// text around it, since some servers send words before the path. The code is 257, but embedded
/// servers also send 250 and 200. Old servers send no quotes, or nothing between them: the command
/// has then succeeded without telling the path. If a line begins with a path without quotes, its
/// quotes belong to the name, so the line is not used.
///
/// inetutils, Twisted and aioftp do not double the quotes in a name. This can be seen if a quote is
/// left over, or if the closing quote is followed by neither a blank nor the end of the line. The
/// path then ends at the first quote before a blank or the end of the line.
///
/// # Errors
///
/// [`Malformed::Code`] if the code is another one;
/// [`UnterminatedQuote`](Malformed::UnterminatedQuote) if the closing quote is missing; and
/// [`Control`](Malformed::Control) if the path has a C0 control or DEL, as in curl.
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
    // Control characters were refused above, so `RemotePath` can refuse only an empty path.
    Ok(RemotePath::new(path).ok())
}

/// Returns the path in the first quotation marks of a line. `None` if the line has no quotation
/// mark. `Some(None)` if the closing quotation mark is missing.
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

/// Parses the text from the first quotation mark to the closing one. Doubled quotation marks in it
/// become single. Returns the text, and the closing quotation mark if there is one.
fn quoted(text: &[u8]) -> IResult<&[u8], (Vec<u8>, Option<char>)> {
    let piece = alt((is_not("\""), value(&b"\""[..], tag("\"\""))));
    let path = fold_many0(piece, Vec::new, |mut path, piece: &[u8]| {
        path.extend_from_slice(piece);
        path
    });
    preceded((take_until("\""), char('"')), (path, opt(char('"')))).parse(text)
}
