//! HPE NonStop (Tandem): the files of a Guardian subvolume.
//!
//! ```text
//! File         Code             EOF  Last Modification    Owner  RWEP
//! GENOME        101           16354 27-Nov-26 09:30:05 155,106 "nunu"
//! ALIGN    O    100         5160960  3-Jan-26 17:44:00 255, 99 "oooo"
//! ```
//!
//! The owner is a group and a user by number. The four letters say who may read, write, execute and
//! purge the file: they are no permission bits of Unix.

use nom::bytes::complete::{tag, take_while_m_n};
use nom::character::complete::{char, digit1, one_of, space0, space1};
use nom::combinator::{all_consuming, map_opt, opt, recognize};
use nom::sequence::{delimited, preceded, separated_pair, terminated};
use nom::{IResult, Parser};

use super::found::{Context, Found, Meaning};
use super::kind::Kind;
use super::scan;

pub(super) fn read<'a>(line: &'a [u8], _context: &mut Context) -> Option<Meaning<'a>> {
    if is_heading(line) {
        return Some(Meaning::Noise);
    }
    let (_, found) = all_consuming(terminated(file, space0)).parse(line).ok()?;
    Some(Meaning::Entry(found))
}

fn is_heading(line: &[u8]) -> bool {
    scan::words::<8>(line).is_some_and(|words| {
        matches!(
            words.as_slice(),
            [b"File", b"Code", b"EOF", b"Last", b"Modification", ..]
        )
    })
}

fn file(input: &[u8]) -> IResult<&[u8], Found<'_>> {
    let (input, name) = name(input)?;
    let (input, _) = terminated(opt(state), space1).parse(input)?;
    let (input, _) = terminated((digit1, opt(one_of("+*"))), space1).parse(input)?;
    let (input, eof) = terminated(digit1, space1).parse(input)?;
    let (input, date) = terminated(map_opt(word, scan::date_with_dashes), space1).parse(input)?;
    let (input, clock) = map_opt(word, |word| scan::clock(word, b':')).parse(input)?;
    let (input, (group, owner)) = preceded(space1, owner).parse(input)?;
    let (input, _) = preceded(space1, security).parse(input)?;
    let found = Found {
        kind: Kind::File,
        name,
        size: scan::number(eof),
        modified: clock.on(date),
        owner: Some(owner),
        group: Some(group),
        ..Found::default()
    };
    Ok((input, found))
}

/// Reads a name: a letter and up to seven letters and digits, or, for a temporary file, `#` and up
/// to seven digits.
fn name(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let letter = take_while_m_n(1, 1, |byte: u8| byte.is_ascii_alphabetic() || byte == b'#');
    let rest = take_while_m_n(0, 7, |byte: u8| byte.is_ascii_alphanumeric());
    recognize((letter, rest)).parse(input)
}

/// Reads a one-letter mark between the name and the code, which says that the file is open, broken,
/// licensed, or has a trigger.
fn state(input: &[u8]) -> IResult<&[u8], char> {
    preceded(space1, one_of("OBCLPRT?*+-")).parse(input)
}

fn word(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while_m_n(1, 16, |byte: u8| byte.is_ascii_graphic()).parse(input)
}

/// Reads the numbers of the owner's group and of the owner, such as `155,106` or `255, 99`.
fn owner(input: &[u8]) -> IResult<&[u8], (&[u8], &[u8])> {
    separated_pair(number, (char(','), space0), number).parse(input)
}

fn number(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while_m_n(1, 3, |byte: u8| byte.is_ascii_digit()).parse(input)
}

fn security(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let letter = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'*' | b'?');
    delimited(tag("\""), take_while_m_n(4, 4, letter), tag("\"")).parse(input)
}
