//! Tests that the reader of each dialect finds no entry in lines that are entries of another
//! dialect.

use std::fmt::Write as _;

use ftp_proto::listing::{Dialect, Line, Parser};
use ftp_proto::wire::Escaped;

use crate::corpus::{dialect, listings};

/// All corpora. The test uses the readers of all but the last: the reader of MLSD (`mlsx`) takes
/// nearly any line for an entry.
const CORPORA: [&str; 11] = [
    "unix", "dos", "eplf", "netware", "os2", "vms", "zos", "os400", "nonstop", "mac", "mlsx",
];

/// The headings of z/OS. The parser expects different columns after each heading. The first text is
/// empty: without a heading, the parser finds only data sets with all columns, members with
/// statistics, and jobs.
const HEADINGS: [&str; 5] = [
    "",
    "Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname",
    " Name     VV.MM   Created       Changed      Size  Init   Mod   Id",
    "JOBNAME  JOBID    OWNER    STATUS CLASS",
    "         ID  STEPNAME PROCSTEP C DDNAME   BYTE-COUNT",
];

#[test]
fn each_dialect_refuses_the_lines_of_all_others() {
    let mut failures = String::new();
    let mut own = [0; CORPORA.len()];
    for (name, number, line, found) in good_lines() {
        for (reader, own) in CORPORA[..10].iter().zip(&mut own) {
            let reader = dialect(reader);
            let headings = if reader == Dialect::Zos { 5 } else { 1 };
            let reads = HEADINGS[..headings]
                .iter()
                .any(|heading| reads(reader, heading, &line));
            if reader == found {
                *own += usize::from(reads);
            } else if reads {
                let line = Escaped::new(&line);
                let _ = write!(
                    failures,
                    "\n{name}.corpus:{number}: {reader:?} reads {line}"
                );
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
    for (name, own) in CORPORA[..10].iter().zip(own) {
        assert!(
            own >= 20,
            "the reader of {name} reads {own} lines of its own"
        );
    }
}

/// The lines of all corpora that are entries: corpus, number, line, dialect.
fn good_lines() -> Vec<(&'static str, usize, Vec<u8>, Dialect)> {
    let mut lines = Vec::new();
    for name in CORPORA {
        for listing in listings(name) {
            let mut parser = listing.parser;
            for (number, line, _) in listing.cases {
                let mut input = &[&line[..], b"\r\n"].concat()[..];
                if let Some(Line::Entry(entry)) = parser.next_line(&mut input) {
                    // An entry of VMS may consist of two lines. It is left out, because this test
                    // needs entries of exactly one line.
                    if entry.raw() == line {
                        lines.push((name, number, line, entry.dialect()));
                    }
                }
            }
        }
    }
    lines
}

/// Gives a parser that knows only this dialect the heading and then the line. Returns whether the
/// line is an entry.
fn reads(reader: Dialect, heading: &str, line: &[u8]) -> bool {
    let now = "20261127120000".parse().expect("a time");
    let mut parser = Parser::new().with_now(now).with_dialect(reader);
    let _ = parser.next_line(&mut format!("{heading}\r\n").as_bytes());
    let mut input = &[line, b"\r\n"].concat()[..];
    matches!(parser.next_line(&mut input), Some(Line::Entry(_)))
}
