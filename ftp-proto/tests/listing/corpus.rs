//! The corpora of `src/listing/*.corpus`: lines of each dialect, and the fields expected of them.
//!
//! A corpus is a text. `#` begins a comment. `<` and a blank begin a line of a listing, and `>` and
//! a blank begin the expected result of that line. `\xNN` is a byte, `\\` a backslash. The other
//! lines are directives:
//!
//! ```text
//! reset                        a new listing begins (every corpus begins with one)
//! now 2026-11-27T12:00:00      the time for dates without a year; before the listing's first line
//! dialect mlsx                 the dialect is fixed; before the listing's first line
//! order day                    the day (or the year) comes first; before the listing's first line
//! ```
//!
//! The expected result is `noise`, `unparsed`, `unfinished` (the next line completes it), or an
//! entry: its kind, its name in quotes, and those of its fields that are there, in the order of
//! `describe_entry` below.

use std::fmt::Write as _;
use std::path::Path;

use ftp_proto::listing::{DateOrder, Dialect, Entry, Kind, Line, Parser, Precision, Zone};
use ftp_proto::wire::Escaped;

use crate::unescape::unescape;

/// One listing of a corpus.
pub(crate) struct Listing {
    pub(crate) parser: Parser,
    /// For each line of the listing: its line number in the corpus, its bytes, and the expected
    /// result.
    pub(crate) cases: Vec<(usize, Vec<u8>, String)>,
    dialect: Option<Dialect>,
}

/// Parses every line of a corpus and compares the result with the expected one. Returns how many
/// lines are entries, and how many are not.
fn check(name: &str) -> (usize, usize) {
    let mut failures = String::new();
    let (mut good, mut other) = (0, 0);
    for listing in listings(name) {
        for (number, line, expected, found) in answers(&listing) {
            if expected == "noise" || expected == "unparsed" || expected == "unfinished" {
                other += 1;
            } else {
                good += 1;
            }
            if found != expected {
                let line = Escaped::new(&line).to_string();
                let _ = write!(
                    failures,
                    "\n{name}.corpus:{number}\n< {line}\n> {found}\n(expected)\n> {expected}\n"
                );
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
    (good, other)
}

/// Parses each line of the listing. Returns the line's number, its bytes, the expected result, and
/// the parser's result.
fn answers(listing: &Listing) -> Vec<(usize, Vec<u8>, String, String)> {
    let mut parser = listing.parser.clone();
    let mut answers = Vec::new();
    for (number, line, expected) in &listing.cases {
        let mut input = line.clone();
        input.extend_from_slice(b"\r\n");
        let mut rest = &input[..];
        let found = match parser.next_line(&mut rest) {
            Some(found) => describe(&found, listing.dialect.is_none()),
            None => "unfinished".to_owned(),
        };
        answers.push((*number, line.clone(), expected.clone(), found));
    }
    assert!(
        parser.finish().is_none(),
        "the corpus ends in the middle of an entry"
    );
    answers
}

/// The listings of a corpus.
pub(crate) fn listings(name: &str) -> Vec<Listing> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/listing/{name}.corpus"));
    let text = std::fs::read_to_string(path).expect("the corpus is there");
    let new = || Listing {
        parser: Parser::new(),
        cases: Vec::new(),
        dialect: None,
    };
    let mut listings = vec![new()];
    let mut line = None;
    for (number, text) in text.lines().enumerate() {
        let listing = listings.last_mut().expect("there is one");
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        match word {
            "" | "#" => {}
            "reset" => listings.push(new()),
            "now" => {
                let now = rest.replace(['-', 'T', ':'], "").parse().expect("a time");
                listing.parser = listing.parser.clone().with_now(now);
            }
            "dialect" => {
                listing.dialect = Some(dialect(rest));
                listing.parser = listing.parser.clone().with_dialect(dialect(rest));
            }
            "order" => {
                let order = match rest {
                    "day" => DateOrder::DayFirst,
                    "year" => DateOrder::YearFirst,
                    _ => DateOrder::MonthFirst,
                };
                listing.parser = listing.parser.clone().with_date_order(order);
            }
            "<" => line = Some((number + 1, unescape(rest))),
            ">" => {
                let (number, line) = line.take().expect("a line before `>`");
                listing.cases.push((number, line, rest.to_owned()));
            }
            _ => panic!("line {} of the corpus: {text}", number + 1),
        }
    }
    listings
}

pub(crate) fn dialect(name: &str) -> Dialect {
    match name {
        "mlsx" => Dialect::Mlsx,
        "unix" => Dialect::Unix,
        "dos" => Dialect::Dos,
        "eplf" => Dialect::Eplf,
        "netware" => Dialect::NetWare,
        "os2" => Dialect::Os2,
        "vms" => Dialect::Vms,
        "zos" => Dialect::Zos,
        "os400" => Dialect::Os400,
        "nonstop" => Dialect::NonStop,
        "mac" => Dialect::Mac,
        _ => panic!("no such dialect: {name}"),
    }
}

/// Describes the parser's result in the words of the corpora, for example `noise`.
pub(crate) fn describe(line: &Line<'_>, with_dialect: bool) -> String {
    match line {
        Line::Entry(entry) => describe_entry(entry, with_dialect),
        Line::Noise(_) => "noise".to_owned(),
        Line::Unparsed(_) => "unparsed".to_owned(),
        Line::Cut(_) => "cut".to_owned(),
    }
}

fn describe_entry(entry: &Entry<'_>, with_dialect: bool) -> String {
    let kind = match entry.kind() {
        Kind::File => "file",
        Kind::Directory => "dir",
        Kind::Link => "link",
        Kind::Current => "current",
        Kind::Parent => "parent",
        Kind::Unknown => "unknown",
        _ => "other",
    };
    let mut text = format!("{kind} {:?}", Escaped::new(entry.name()));
    let mut bytes = |name: &str, value: Option<&[u8]>| {
        if let Some(value) = value {
            let _ = write!(text, " {name}={:?}", Escaped::new(value));
        }
    };
    bytes("target", entry.link_target());
    bytes("owner", entry.owner());
    bytes("group", entry.group());
    bytes("unique", entry.unique());
    if let Some(size) = entry.size() {
        let _ = write!(text, " size={size}");
    }
    if let Some(mode) = entry.mode() {
        let _ = write!(text, " mode={mode:04o}");
    }
    if let Some(modified) = entry.modified() {
        let precision = match modified.precision() {
            Precision::Day => "day",
            Precision::Minute => "minute",
            _ => "second",
        };
        let zone = if modified.zone() == Zone::Utc {
            "utc"
        } else {
            "server"
        };
        let _ = write!(text, " time={} {precision} {zone}", modified.time());
        if modified.is_year_resolved() {
            text.push_str(" year-resolved");
        }
        if modified.is_order_assumed() {
            text.push_str(" order-assumed");
        }
    }
    if with_dialect {
        let _ = write!(text, " ({:?})", entry.dialect());
    }
    text
}

/// Makes one test for each corpus. The corpus must have at least this many lines that are entries,
/// and at least this many other lines.
macro_rules! corpora {
    ($($name:ident: $good:literal good, $other:literal others;)*) => {$(
        #[test]
        fn $name() {
            let (good, other) = check(stringify!($name));
            println!("{}: {good} good lines, {other} others", stringify!($name));
            let wanted: (usize, usize) = ($good, $other);
            assert!(good >= wanted.0 && other >= wanted.1, "{wanted:?} are wanted");
        }
    )*};
}

corpora! {
    mlsx: 95 good, 35 others;
    unix: 190 good, 80 others;
    dos: 60 good, 50 others;
    vms: 46 good, 39 others;
    zos: 75 good, 49 others;
    os400: 59 good, 19 others;
    nonstop: 21 good, 18 others;
    netware: 26 good, 16 others;
    os2: 27 good, 11 others;
    mac: 23 good, 14 others;
    eplf: 27 good, 10 others;
}
