//! OpenVMS: `DIRECTORY` as the servers of DEC, MultiNet and TCPware print it.
//!
//! ```text
//! Directory DISK$USER:[ADA]
//!
//! GENOME.FASTA;3             12/15  27-NOV-2026 09:30:05  [SCIENCE,ADA]  (RWED,RWED,RE,)
//! NOTES.DIR;1                    2   3-JAN-2026 17:44     [ADA]          (RWE,RE,,)
//! NUCLEOTIDES_OF_THE_FIRST_SAMPLE.TXT;12
//!                              9/9  27-NOV-2026 09:31:12  [SCIENCE,ADA]  (RWED,RWED,,)
//!
//! Total of 3 files, 23/26 blocks.
//! ```
//!
//! The sizes count blocks of 512 bytes, so an entry has none.

use nom::branch::alt;
use nom::bytes::complete::{take_till1, take_while, take_while1};
use nom::character::complete::{char, digit1, multispace0, multispace1};
use nom::combinator::{eof, map_opt, opt, peek, verify};
use nom::sequence::{delimited, preceded, separated_pair, terminated};
use nom::{IResult, Parser};

use super::found::{Context, Found, Meaning};
use super::kind::Kind;
use super::modified::Modified;
use super::scan;

pub(super) fn read<'a>(line: &'a [u8], _context: &mut Context) -> Option<Meaning<'a>> {
    if is_heading(line) || is_total(line) {
        return Some(Meaning::Noise);
    }
    let name = Name::at_start(line)?;
    let rest = line.get(name.end..)?;
    let mut found = Found {
        kind: name.kind(line),
        name: name.without_directory_type(line)?,
        ..Found::default()
    };
    if rest.iter().all(u8::is_ascii_whitespace) {
        // The line holds only a name, so the other fields follow on the next line.
        return Some(Meaning::Unfinished);
    }
    if !is_refusal(rest) {
        let (_, columns) = columns(rest).ok()?;
        found.modified = columns.modified;
        (found.group, found.owner) = columns.owner.map(split_owner).unwrap_or_default();
    }
    Some(Meaning::Entry(found))
}

/// The positions in a name such as `GENOME.FASTA;3`: its last dot, and its end.
struct Name {
    dot: usize,
    end: usize,
}

impl Name {
    /// Finds the name at the beginning of the line. A name always has a dot and a version. VMS
    /// prints a `^` before each character that it does not normally allow in a name, for example a
    /// blank.
    fn at_start(line: &[u8]) -> Option<Self> {
        let mut dot = None;
        let mut bytes = line.iter().enumerate();
        let semicolon = loop {
            let (at, byte) = bytes.next()?;
            match byte {
                b';' => break at,
                b'.' => dot = Some(at),
                b'^' => {
                    bytes.next().filter(|(_, byte)| !byte.is_ascii_control())?;
                }
                b' ' | b'"' | b'*' | b'\\' | b':' | b'<' | b'>' | b'/' | b'?' | b'|' | b','
                | b'[' | b']' | b'=' => return None,
                byte if byte.is_ascii_control() => return None,
                _ => {}
            }
        };
        let version = line.get(semicolon.checked_add(1)?..)?;
        let digits = version.iter().take_while(|byte| byte.is_ascii_digit());
        let digits = digits.count();
        let follows = version.get(digits).is_none_or(u8::is_ascii_whitespace);
        ((1..=5).contains(&digits) && follows).then_some(Self {
            dot: dot?,
            end: semicolon.checked_add(1)?.checked_add(digits)?,
        })
    }

    /// Returns the kind of the entry. In VMS, a directory is a file with the type `DIR` and the
    /// version 1.
    fn kind(&self, line: &[u8]) -> Kind {
        let is_directory = line
            .get(self.dot..self.end)
            .is_some_and(|end| end.eq_ignore_ascii_case(b".DIR;1"));
        if is_directory && self.dot > 0 {
            Kind::Directory
        } else {
            Kind::File
        }
    }

    /// Returns the name in the form that commands need. It is the whole name, except that `.DIR;1`
    /// is removed from the name of a directory.
    fn without_directory_type<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        match self.kind(line) {
            Kind::Directory => line.get(..self.dot),
            _ => line.get(..self.end),
        }
    }
}

/// The fields of an entry after its name.
struct Columns<'a> {
    modified: Option<Modified>,
    /// The owner, as in `SCIENCE,ADA` or `ADA`. `None` if it is missing. If the server has cut it
    /// off, only its beginning is here.
    owner: Option<&'a [u8]>,
}

/// Reads size, date, owner and protection, in this order. Each column may be missing, but a line
/// without size and date is no entry.
fn columns(input: &[u8]) -> IResult<&[u8], Columns<'_>> {
    let (input, blocks) = opt(preceded(multispace1, blocks)).parse(input)?;
    let (input, modified) = opt(preceded(multispace1, date_and_time)).parse(input)?;
    let (input, owner) = opt(preceded(multispace0, owner)).parse(input)?;
    let (input, _) = opt(preceded(multispace0, protection)).parse(input)?;
    let (input, _) = terminated(multispace0, eof).parse(input)?;
    let has_one = blocks.is_some() || modified.is_some();
    let (input, _) = verify(nom::combinator::success(()), |()| has_one).parse(input)?;
    let modified = modified.flatten();
    Ok((input, Columns { modified, owner }))
}

/// Reads the number of used blocks, and of allocated blocks if the server prints it: `12/15`, or
/// `12` alone.
fn blocks(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let allocated = opt(preceded(char('/'), digit1));
    terminated(terminated(digit1, allocated), peek(alt((multispace1, eof)))).parse(input)
}

/// Reads a date and a time of day. The result is `None` if they do not exist, such as 31 February.
fn date_and_time(input: &[u8]) -> IResult<&[u8], Option<Modified>> {
    let word = || take_till1(|byte: u8| byte.is_ascii_whitespace());
    let date = map_opt(word(), scan::date_with_dashes);
    let clock = map_opt(word(), |text| scan::clock(text, b':'));
    let (input, (date, clock)) = separated_pair(date, multispace1, clock).parse(input)?;
    Ok((input, clock.on(date)))
}

fn owner(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let of_owner = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'[' | b']' | b'(' | b')');
    delimited(char('['), take_while1(of_owner), opt(char(']'))).parse(input)
}

fn protection(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let of_protection = |byte: u8| byte.is_ascii_alphabetic() || byte == b',';
    delimited(char('('), take_while(of_protection), opt(char(')'))).parse(input)
}

/// Splits `SCIENCE,ADA` into the owner `ADA` and the group `SCIENCE`.
fn split_owner(owner: &[u8]) -> (Option<&[u8]>, Option<&[u8]>) {
    let Some(comma) = memchr::memchr(b',', owner) else {
        return (None, Some(owner));
    };
    let (group, owner) = owner.split_at(comma);
    let owner = owner.get(1..).filter(|owner| !owner.is_empty());
    (Some(group).filter(|group| !group.is_empty()), owner)
}

/// Whether the text after the name is an error, such as `no privilege`: the server does not show
/// the other fields to this login.
fn is_refusal(rest: &[u8]) -> bool {
    const REFUSALS: [&[u8]; 3] = [b"%", b"no privilege", b"insufficient privilege"];
    let rest = rest.trim_ascii_start();
    REFUSALS.iter().any(|refusal| {
        rest.get(..refusal.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(refusal))
    })
}

/// Whether the line is a heading such as `Directory DISK$USER:[ADA]`.
fn is_heading(line: &[u8]) -> bool {
    let path = line.strip_prefix(b"Directory ").map(scan::trim_end);
    path.is_some_and(|path| match path.last() {
        Some(b']') => path.contains(&b'['),
        Some(b'>') => path.contains(&b'<'),
        _ => false,
    })
}

/// Whether the line is `Total of 3 files, 23/26 blocks.` or
/// `Grand total of 2 directories, 7 files, 40/60 blocks.`
fn is_total(line: &[u8]) -> bool {
    let total = line
        .strip_prefix(b"Total of ")
        .or_else(|| line.strip_prefix(b"Grand total of "));
    let has = |total: &[u8], word: &[u8]| memchr::memmem::find(total, word).is_some();
    total.is_some_and(|total| {
        total.first().is_some_and(u8::is_ascii_digit)
            && has(total, b" file")
            && scan::trim_end(total).ends_with(b".")
    })
}
