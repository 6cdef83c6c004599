//! The fuzz targets of listings, one for each family of dialects. The parser must lose no line, and
//! must return the same lines however the bytes are cut into pieces. If an entry is written as
//! facts and these are parsed, the result must have the same fields.

use ftp_proto::ListingLimits;
use ftp_proto::listing::{
    DateOrder, Dialect, Directory, Entry, Kind, Line, Parser, Permission, Precision, Reader, Zone,
};
use ftp_proto::reply::Timestamp;

use super::facts::cut;

/// Reads a listing of MLSD.
pub fn listing_mlsx(data: &[u8]) {
    listing(data, &[Dialect::Mlsx]);
}

/// Reads a listing in the form of `ls -l` on Unix, or in EPLF, the format of some servers on Unix.
pub fn listing_unix(data: &[u8]) {
    listing(data, &[Dialect::Unix, Dialect::Eplf]);
}

/// Reads a listing of the systems of personal computers.
pub fn listing_pc(data: &[u8]) {
    let family = [Dialect::Dos, Dialect::Os2, Dialect::NetWare, Dialect::Mac];
    listing(data, &family);
}

/// Reads a listing of the systems of large computers.
pub fn listing_mainframe(data: &[u8]) {
    let family = [Dialect::Vms, Dialect::Zos, Dialect::Os400, Dialect::NonStop];
    listing(data, &family);
}

/// The current time, as the parser is told. From this time, the parser finds the year of a date
/// that has none. Most corpora use the same time.
const NOW: &str = "20261127120000";

/// A limit for the length of a line in bytes. It is so small that an input of a few hundred bytes
/// can reach it.
const SMALL: usize = 80;

/// The limit for the length of a line that [`Parser::new`] sets, in bytes.
const LIMIT: usize = 64 * 1024;

/// Parses the input as a listing several times: first the parser finds the dialect itself, then it
/// is told each dialect of the family. Each time, the input comes in one piece, byte by byte, and
/// in pieces that the input chooses.
///
/// The bytes before the first `|` are the lengths of the pieces. After the last length, the first
/// is used again. If a `#` follows, the byte after it chooses the parser's settings. Without a `#`,
/// the settings are those of most corpora, so that a plain listing is a good input.
fn listing(data: &[u8], family: &[Dialect]) {
    let (cuts, data) = match data.iter().take(32).position(|byte| *byte == b'|') {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (&data[..0], data),
    };
    let (parser, limit, bytes) = parser(data);
    let whole = lines(bytes, limit);
    for dialect in std::iter::once(None).chain(family.iter().copied().map(Some)) {
        let parser = match dialect {
            Some(dialect) => parser.clone().with_dialect(dialect),
            None => parser.clone(),
        };
        let found = run(parser.clone(), &[bytes]);
        nothing_is_lost(&found, &whole);
        for line in &found {
            one_line(line, dialect);
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(run(parser.clone(), &single), found, "byte by byte");
        let pieces = cut(bytes, cuts);
        assert_eq!(run(parser.clone(), &pieces), found, "in {cuts:?}");
        entries_of_a_reader(parser, &pieces, &found);
    }
}

/// Returns a parser, the limit for its lines, and the bytes that it will read.
fn parser(data: &[u8]) -> (Parser, usize, &[u8]) {
    let (settings, rest) = match data {
        [b'#', settings, rest @ ..] => (*settings, rest),
        _ => (b'0', data),
    };
    let mut parser = Parser::new();
    if settings & 1 == 0 {
        parser = parser.with_now(NOW.parse().expect("a time"));
    }
    let limit = if settings & 2 == 2 { SMALL } else { LIMIT };
    let order = match settings & 12 {
        4 => DateOrder::DayFirst,
        8 => DateOrder::YearFirst,
        _ => DateOrder::MonthFirst,
    };
    (parser.with_limit(limit).with_date_order(order), limit, rest)
}

fn run(mut parser: Parser, pieces: &[&[u8]]) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for piece in pieces {
        let mut rest = *piece;
        while let Some(line) = parser.next_line(&mut rest) {
            lines.push(line.into_owned());
        }
        assert!(rest.is_empty(), "not taken: {rest:?}");
    }
    while let Some(line) = parser.finish() {
        lines.push(line.into_owned());
    }
    lines
}

/// Divides a listing into lines in a simple way, to check the parser. Returns each line without its
/// line end, and whether the line was cut at the limit.
fn lines(bytes: &[u8], limit: usize) -> Vec<(&[u8], bool)> {
    let mut lines = Vec::new();
    // Whether all lines so far have ended with CR CR LF.
    let mut doubled = true;
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n');
        let mut line = &rest[..end.unwrap_or(rest.len())];
        rest = end.map_or(&[], |end| &rest[end + 1..]);
        let is_cut = line.len() >= limit;
        if is_cut {
            line = &line[..limit];
        } else if end.is_some() {
            line = line.strip_suffix(b"\r").unwrap_or(line);
            doubled &= line.ends_with(b"\r");
            line = line.strip_suffix(b"\r").filter(|_| doubled).unwrap_or(line);
        }
        lines.push((line, is_cut));
    }
    lines
}

/// Checks that the parser returned all lines of the listing (`whole`) in their order. Only an entry
/// of VMS may consist of two lines.
fn nothing_is_lost(found: &[Line<'_>], whole: &[(&[u8], bool)]) {
    let mut whole = whole.iter();
    for line in found {
        let raw = raw(line);
        let (first, is_cut) = *whole.next().expect("a line too many");
        assert_eq!(matches!(line, Line::Cut(_)), is_cut, "{line:?}");
        if raw == first {
            continue;
        }
        let (second, _) = whole.next().expect("the second line");
        assert_eq!(raw, [first, b"\n", second].concat());
        assert!(matches!(line, Line::Entry(entry) if entry.dialect() == Dialect::Vms));
    }
    assert_eq!(whole.next(), None, "a line is lost");
}

fn raw<'l>(line: &'l Line<'_>) -> &'l [u8] {
    match line {
        Line::Entry(entry) => entry.raw(),
        Line::Noise(line) | Line::Unparsed(line) | Line::Cut(line) => line,
    }
}

fn one_line(line: &Line<'_>, dialect: Option<Dialect>) {
    if let Line::Entry(entry) = line {
        assert!(dialect.is_none_or(|dialect| dialect == entry.dialect()));
        parts(entry);
        time(entry);
        is_safe(&format!("{entry:?}"));
        is_safe(&entry.display_name().to_string());
        reads_again(entry);
    }
}

/// Checks that all texts of an entry are parts of its line, that its mode is at most 0o7777, and
/// that it has a size only if it is a file or of unknown kind.
fn parts(entry: &Entry<'_>) {
    let line = entry.raw().as_ptr_range();
    let texts = [
        Some(entry.name()),
        entry.link_target(),
        entry.owner(),
        entry.group(),
        entry.unique(),
    ];
    for text in texts.into_iter().flatten() {
        let text = text.as_ptr_range();
        assert!(!text.is_empty(), "an empty text: {entry:?}");
        assert!(line.start <= text.start && text.end <= line.end);
    }
    assert!(entry.mode().is_none_or(|mode| mode <= 0o7777));
    let has_size = matches!(entry.kind(), Kind::File | Kind::Unknown);
    assert!(has_size || entry.size().is_none(), "a size: {entry:?}");
    if entry.name() == b"." || entry.name() == b".." {
        assert!(!entry.is_dir(), "{entry:?}");
    }
    if let Ok(path) = entry.path() {
        let path = path.as_bytes();
        assert_eq!(
            path.strip_prefix(b"./")
                .filter(|_| path != entry.name())
                .unwrap_or(path),
            entry.name()
        );
    }
    let is_mlsx = entry.dialect() == Dialect::Mlsx;
    assert!(is_mlsx || entry.facts().next().is_none());
    assert!(is_mlsx || entry.allows(Permission::List).is_none());
}

fn time(entry: &Entry<'_>) {
    let Some(modified) = entry.modified() else {
        return;
    };
    let time = modified.time();
    match modified.precision() {
        Precision::Day => assert_eq!((time.hour(), time.minute(), time.second()), (0, 0, 0)),
        Precision::Minute => assert_eq!(time.second(), 0),
        _ => {}
    }
    if modified.is_year_resolved() && entry.dialect() != Dialect::Mlsx {
        let tomorrow: Timestamp = "20261128120000".parse().expect("a time");
        assert!(time <= tomorrow, "{time} is in the future");
    }
    if modified.zone() == Zone::Utc {
        assert_eq!(modified.to_utc(60), Some(time));
    } else if let Some(utc) = modified.to_utc(60) {
        assert_eq!(time.unix_time() - utc.unix_time(), 3_600);
    }
}

/// Checks that the text is safe on a terminal: it has no control character, and no character that
/// changes the direction of the text.
fn is_safe(text: &str) {
    let is_unsafe =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!text.contains(is_unsafe), "{text:?}");
}

/// Checks that an entry that is written as facts has the same fields when it is read again.
fn reads_again(entry: &Entry<'_>) {
    let facts = entry.to_facts();
    let again = Entry::from_facts(&facts).expect("facts and a name");
    assert_eq!(again.dialect(), Dialect::Mlsx);
    let facts_of = |entry: &Entry<'_>| -> Vec<(Vec<u8>, Vec<u8>)> {
        let owned = |(name, value): (&[u8], &[u8])| (name.to_vec(), value.to_vec());
        entry.facts().map(owned).collect()
    };
    if entry.dialect() == Dialect::Mlsx {
        assert_eq!(facts_of(&again), facts_of(entry));
    }
    assert_eq!(again.to_facts(), facts, "the second time");
    // Leaves out a text with one of these bytes, because a fact cannot contain them.
    let held = |text: Option<&[u8]>| {
        let text = text.filter(|text| !text.iter().any(|byte| b";\r\n".contains(byte)));
        text.map(<[u8]>::to_vec)
    };
    let fields = |entry: &Entry<'_>| {
        let texts = [
            Some(entry.name().to_vec()),
            held(entry.link_target()),
            held(entry.owner()),
            held(entry.group()),
            held(entry.unique()),
        ];
        let numbers = (entry.size(), entry.mode(), entry.modified());
        (entry.kind(), texts, numbers, allowed(entry))
    };
    assert_eq!(fields(&again), fields(entry), "{again:?} of {entry:?}");
}

/// Returns for each permission whether the entry's `perm` fact allows it. `None` if the entry has
/// no such fact.
fn allowed(entry: &Entry<'_>) -> Vec<Option<bool>> {
    let all = [
        Permission::Append,
        Permission::Create,
        Permission::Delete,
        Permission::Enter,
        Permission::Rename,
        Permission::List,
        Permission::MakeDirectory,
        Permission::Purge,
        Permission::Retrieve,
        Permission::Store,
    ];
    all.map(|permission| entry.allows(permission)).to_vec()
}

/// Checks that a `Reader` returns the entries that the parser has found (`found`), without `.` and
/// `..`. Also checks that a `Directory` of these lines has the same number of entries.
fn entries_of_a_reader(parser: Parser, pieces: &[&[u8]], found: &[Line<'static>]) {
    let is_entry = |line: &&Line<'static>| matches!(line, Line::Entry(entry) if !matches!(entry.kind(), Kind::Current | Kind::Parent));
    let is_unparsed = |line: &&Line<'static>| matches!(line, Line::Unparsed(_) | Line::Cut(_));
    let mut wanted = found.iter().filter(is_entry);
    let mut reader = Reader::new(parser);
    let mut pieces = pieces.iter().copied();
    let mut piece: &[u8] = &[];
    loop {
        while let Some(entry) = reader.next_entry() {
            assert_eq!(wanted.next(), Some(&Line::Entry(entry.into_owned())));
        }
        if reader.has_ended() {
            break;
        }
        while piece.is_empty() {
            match pieces.next() {
                Some(next) => piece = next,
                None => break,
            }
        }
        let space = reader.space();
        let (begin, rest) = piece.split_at(piece.len().min(space.len()));
        space[..begin.len()].copy_from_slice(begin);
        reader.filled(begin.len());
        piece = rest;
    }
    assert_eq!(wanted.next(), None, "an entry is lost");
    let unparsed = found.iter().filter(is_unparsed).count();
    assert_eq!(reader.unparsed_count(), unparsed as u64);

    let mut directory = Directory::new();
    for line in found {
        directory
            .push(line.clone(), &ListingLimits::default())
            .expect("below the limits");
    }
    assert_eq!(directory.len(), found.iter().filter(is_entry).count());
    assert_eq!(directory.unparsed().len(), unparsed);
}
