//! Listings of real servers, as `cargo xtask interop --capture` has captured them: LIST, MLSD and
//! NLST as they came over the data connection, STAT as it came over the control connection.
//!
//! `captured/<server>.corpus` has what is expected of them, reviewed by hand:
//!
//! ```text
//! now 2026-11-27T12:00:00  when the listings were captured
//! capture vsftpd.list      the file of a listing; what follows is about this file
//! missing ".hidden"        a member of the directory that the server leaves out
//! differs "latest"         a member that the server shows as something else, such as a link as
//!                          what it leads to
//! > noise                  what is expected of a line, in the words of `corpus.rs`; in a `.nlst`
//!                          a name
//! ```
//!
//! Besides, each listing must show the members of the directory as they are.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use ftp_proto::listing::{Entry, Kind, Line, Parser, Precision};
use ftp_proto::reply::Timestamp;
use ftp_proto::wire::{Escaped, Reply};

use super::corpus::describe;

/// A member of the directory that the servers have listed: its name, its kind, the size of a file,
/// its modification time, and the target of a link.
type Member = (
    &'static str,
    Kind,
    Option<u64>,
    &'static str,
    Option<&'static str>,
);

const OLD: &str = "20010909014640";
const LEAP_DAY: &str = "20240229123456";
const RECENT: &str = "20261120103015";

/// The members, as `xtask/src/interop/capture.rs` has created them.
const MEMBERS: [Member; 16] = [
    ("notes.txt", Kind::File, Some(5), OLD, None),
    ("empty", Kind::File, Some(0), LEAP_DAY, None),
    ("genome.fa", Kind::File, Some(1_234_567), RECENT, None),
    ("run.sh", Kind::File, Some(42), LEAP_DAY, None),
    (".hidden", Kind::File, Some(3), OLD, None),
    ("sub", Kind::Directory, None, LEAP_DAY, None),
    ("shared", Kind::Directory, None, RECENT, None),
    ("latest", Kind::Link, None, OLD, Some("genome.fa")),
    ("folder", Kind::Link, None, OLD, Some("sub")),
    ("nowhere", Kind::Link, None, OLD, Some("gone to rest")),
    ("a name  with blanks", Kind::File, Some(7), OLD, None),
    (" leading", Kind::File, Some(8), OLD, None),
    ("trailing ", Kind::File, Some(9), OLD, None),
    ("a -> b", Kind::File, Some(10), OLD, None),
    ("semi; colon=1", Kind::File, Some(11), OLD, None),
    ("käse-奶酪.txt", Kind::File, Some(12), RECENT, None),
];

/// One captured listing, and what is expected of it.
#[derive(Default)]
struct Capture {
    file: String,
    now: Option<Timestamp>,
    missing: BTreeSet<String>,
    differing: BTreeSet<String>,
    expected: Vec<String>,
}

#[test]
fn captured_listings() {
    let mut failures = String::new();
    let mut count = 0;
    for capture in captures() {
        count += 1;
        let bytes = read(&capture.file);
        let (found, entries) = match capture.file.rsplit_once('.') {
            Some((_, "nlst")) => (names(&bytes), None),
            Some((_, "stat")) => of_lines(&stat_lines(&bytes), &capture),
            _ => of_bytes(&bytes, bytes.len(), &capture),
        };
        if found != capture.expected {
            let _ = write!(failures, "\ncapture {}\n", capture.file);
            let lines = found.iter().map(|line| format!("> {line}\n"));
            failures.extend(lines);
        }
        let unparsed = found.iter().filter(|line| *line == "unparsed").count();
        // The first and the last line of STAT are not of the listing, but text of the reply.
        let allowed = if capture.file.ends_with(".stat") {
            2
        } else {
            0
        };
        assert!(unparsed <= allowed, "{}: {unparsed} lines", capture.file);
        failures += &check_members(&capture, &found, entries.as_deref());
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(count >= 30, "{count} listings");
}

#[test]
fn captured_listings_in_pieces() {
    let is_raw =
        |capture: &Capture| capture.file.ends_with("list") || capture.file.ends_with("mlsd");
    for capture in captures().into_iter().filter(is_raw) {
        let bytes = read(&capture.file);
        let whole = of_bytes(&bytes, bytes.len(), &capture);
        for size in [1, 7, 64] {
            let (found, _) = of_bytes(&bytes, size, &capture);
            assert_eq!(found, whole.0, "{}, {size} bytes at a time", capture.file);
        }
    }
}

#[test]
fn every_capture_has_its_expectations_and_no_trace_of_a_machine() {
    let known: BTreeSet<_> = captures().into_iter().map(|capture| capture.file).collect();
    let names = fs::read_dir(directory()).expect("the captured listings are there");
    let names = names.map(|entry| entry.expect("an entry").file_name());
    let names = names.map(|name| name.into_string().expect("plain names"));
    let is_capture = |name: &String| !name.starts_with('.') && !name.ends_with(".corpus");
    let files: BTreeSet<_> = names.filter(is_capture).collect();
    assert_eq!(files, known);
    for file in files {
        let text = String::from_utf8(read(&file)).expect("UTF-8");
        for trace in ["/work", "/root", "/home", "/tmp", "/target"] {
            assert!(!text.contains(trace), "{file}: {trace}");
        }
    }
}

fn directory() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests/listing/captured"]
        .iter()
        .collect()
}

fn read(file: &str) -> Vec<u8> {
    let bytes = fs::read(directory().join(file));
    bytes.unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Reads all corpora.
fn captures() -> Vec<Capture> {
    let entries = fs::read_dir(directory()).expect("the captured listings are there");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "corpus")
    });
    paths.sort();
    let mut captures: Vec<Capture> = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).expect("a corpus is text");
        let mut now = None;
        for line in text.lines() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            let unquoted = || rest.trim_matches('"').to_owned();
            match (word, captures.last_mut()) {
                ("" | "#", _) => {}
                ("now", _) => {
                    let digits = rest.replace(['-', 'T', ':'], "");
                    now = Some(digits.parse().expect("a time"));
                }
                ("capture", _) => captures.push(Capture {
                    file: rest.to_owned(),
                    now,
                    ..Capture::default()
                }),
                ("missing", Some(capture)) => drop(capture.missing.insert(unquoted())),
                ("differs", Some(capture)) => drop(capture.differing.insert(unquoted())),
                (">", Some(capture)) => capture.expected.push(rest.to_owned()),
                _ => panic!("{}: {line}", path.display()),
            }
        }
    }
    captures
}

fn names(bytes: &[u8]) -> Vec<String> {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let names = lines.map(|line| line.strip_suffix(b"\r\n").expect("CRLF"));
    names
        .map(|name| format!("{:?}", Escaped::new(name)))
        .collect()
}

/// Returns the lines of a reply to STAT without the codes.
fn stat_lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    let reply = Reply::parse(bytes).expect("a reply");
    reply.text_lines().map(<[u8]>::to_vec).collect()
}

/// What the parser finds in a listing: each line in the words of [`describe`], and the entries.
/// `None` for NLST, which has only names.
type Found = (Vec<String>, Option<Vec<Entry<'static>>>);

fn of_lines(lines: &[Vec<u8>], capture: &Capture) -> Found {
    let lines = lines.iter().map(|line| [line, &b"\r\n"[..]].concat());
    let bytes = lines.collect::<Vec<_>>().concat();
    of_bytes(&bytes, bytes.len(), capture)
}

/// Gives the listing to the parser in pieces of `size` bytes. The parser finds out the dialect.
fn of_bytes(bytes: &[u8], size: usize, capture: &Capture) -> Found {
    let mut parser = Parser::new().with_now(capture.now.expect("`now` is above the capture"));
    let mut words = Vec::new();
    let mut entries = Vec::new();
    let mut add = |line: Line<'_>| {
        words.push(describe(&line, true));
        if let Line::Entry(entry) = line {
            entries.push(entry.into_owned());
        }
    };
    for mut piece in bytes.chunks(size) {
        while let Some(line) = parser.next_line(&mut piece) {
            add(line);
        }
    }
    while let Some(line) = parser.finish() {
        add(line);
    }
    (words, Some(entries))
}

/// Checks that the listing shows each member, and nothing else but `.` and `..`. NLST shows only
/// names (`entries` is `None`).
fn check_members(capture: &Capture, found: &[String], entries: Option<&[Entry<'_>]>) -> String {
    let mut failures = String::new();
    let mut fail = |name: &str, what: &str| {
        let _ = writeln!(failures, "{}, {name:?}: {what}", capture.file);
    };
    let quoted = |name: &str| format!("{:?}", Escaped::new(name.as_bytes()));
    for member in MEMBERS {
        let name = member.0;
        let is_there = match entries {
            None => found.contains(&quoted(name)),
            Some(entries) => match entries.iter().find(|entry| entry.name() == name.as_bytes()) {
                None => false,
                Some(entry) => {
                    let different = difference(&member, entry);
                    if different.is_some() != capture.differing.contains(name) {
                        fail(name, different.unwrap_or("it does not differ"));
                    }
                    true
                }
            },
        };
        if is_there == capture.missing.contains(name) {
            fail(
                name,
                if is_there {
                    "it is not missing"
                } else {
                    "it is missing"
                },
            );
        }
    }
    let listed = match entries {
        None => found
            .iter()
            .filter(|name| !matches!(name.as_str(), "\".\"" | "\"..\""))
            .count(),
        Some(entries) => {
            let is_dot = |entry: &&Entry<'_>| matches!(entry.kind(), Kind::Current | Kind::Parent);
            entries.iter().filter(|entry| !is_dot(entry)).count()
        }
    };
    if listed + capture.missing.len() != MEMBERS.len() {
        fail("", "it has other members");
    }
    failures
}

/// Compares an entry with the member of its name.
fn difference(member: &Member, entry: &Entry<'_>) -> Option<&'static str> {
    let (_, kind, size, time, target) = *member;
    if entry.kind() != kind {
        return Some("another kind");
    }
    if kind != Kind::Link && entry.size() != size {
        return Some("another size");
    }
    let time: Timestamp = time.parse().expect("a time");
    let Some(modified) = entry.modified() else {
        return Some("no time");
    };
    let unit = match modified.precision() {
        Precision::Day => 86_400,
        Precision::Minute => 60,
        _ => 1,
    };
    if modified.time().unix_time() != time.unix_time() - time.unix_time() % unit {
        return Some("another time");
    }
    (entry.link_target() != target.map(str::as_bytes)).then_some("another target")
}
