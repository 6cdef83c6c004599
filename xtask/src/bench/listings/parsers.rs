//! Measures how many lines of a listing a parser turns into typed entries in one second of CPU
//! time. The parsers of this project and of suppaftp read the same lines in the same run.

use std::fmt::Write as _;
use std::hint::black_box;

use ftp_proto::listing::{Dialect, Line, Parser};
use suppaftp::list::{File, ListParser, ParseResult};

use crate::bench::measure;
use crate::bench::report::{Outcome, Verdict, least, median};
use crate::console::say;
use crate::servers::Result;

const LINES: usize = 100_000;

/// How many bytes of the listing this project's parser gets at a time.
const PIECE: usize = 64 * 1024;

/// The limit for this project's parser: it must parse at least this many lines in a second of CPU
/// time.
const LEAST: f64 = 5e6;

struct Case {
    name: &'static str,
    text: String,
    parser: Parser,
    peer: fn(&str) -> ParseResult<File>,
    /// The limit for the ratio of the two CPU times: suppaftp's parser must need at least this many
    /// times the CPU time of this project's parser.
    times: f64,
}

/// Runs both parsers in each round, and prints their rates.
pub(super) fn run(rounds: usize) -> Result<Vec<Verdict>> {
    let now = "20261127120000".parse()?;
    let facts = Parser::new().with_dialect(Dialect::Mlsx);
    let cases = [
        Case {
            name: "Unix lines",
            text: unix(),
            parser: Parser::new().with_now(now),
            peer: ListParser::parse_posix,
            times: 7.0,
        },
        Case {
            name: "MLSD lines with 3 facts",
            text: mlsd(""),
            parser: facts.clone(),
            peer: ListParser::parse_mlsd,
            times: 3.0,
        },
        Case {
            name: "MLSD lines with 8 facts",
            text: mlsd(OTHER_FACTS),
            parser: facts,
            peer: ListParser::parse_mlsd,
            times: 3.0,
        },
    ];
    say(&format!(
        "\nparsers alone, {LINES} lines, {rounds} rounds: millions of lines a CPU second"
    ));
    say(&format!(
        "{:24} {:>7} {:>7} {:>9} {:>7}",
        "", "median", "best", "suppaftp", "times"
    ));
    let verdicts: Result<Vec<_>> = cases.iter().map(|case| case.measure(rounds)).collect();
    Ok(verdicts?.into_iter().flatten().collect())
}

impl Case {
    fn measure(&self, rounds: usize) -> Result<[Verdict; 2]> {
        let mut costs = Vec::with_capacity(rounds);
        // The first round fills the caches, and does not count.
        for round in 0..=rounds {
            let own = timed(|| parse(self.text.as_bytes(), self.parser.clone()))?;
            let peer = timed(|| parse_as_peer(&self.text, self.peer))?;
            if round > 0 {
                costs.push((own, peer));
            }
        }
        let own = || costs.iter().map(|(own, _)| *own);
        let peer = || costs.iter().map(|(_, peer)| *peer);
        let rate = |seconds: f64| LINES as f64 / seconds;
        let (usual, best) = (rate(median(own())), rate(least(own())));
        let times = median(costs.iter().map(|(own, peer)| peer / own));
        let of_least = least(peer()) / least(own());
        say(&format!(
            "{:24} {:7.2} {:7.2} {:9.2} {times:7.1}",
            self.name,
            usual / 1e6,
            best / 1e6,
            rate(median(peer())) / 1e6,
        ));
        let name = self.name;
        Ok([
            Verdict::new(
                Outcome::of(usual >= LEAST, best >= LEAST),
                &format!(
                    "{name}: {:.2} million a CPU second, at least {:.0} ({:.2} at best)",
                    usual / 1e6,
                    LEAST / 1e6,
                    best / 1e6
                ),
            ),
            Verdict::new(
                Outcome::of(times >= self.times, of_least >= self.times),
                &format!(
                    "{name}: {times:.1} times as fast as suppaftp, at least {:.0} \
                     ({of_least:.1} by the least of each)",
                    self.times
                ),
            ),
        ])
    }
}

/// Returns the CPU time of a function that parses all lines, in seconds.
fn timed(parse: impl FnOnce() -> usize) -> Result<f64> {
    let before = measure::own()?;
    let entries = parse();
    let seconds = measure::own()? - before;
    if entries != LINES {
        return Err(format!("{entries} of {LINES} lines are entries").into());
    }
    Ok(seconds)
}

fn parse(text: &[u8], mut parser: Parser) -> usize {
    let mut entries = 0;
    for mut piece in text.chunks(PIECE) {
        while let Some(line) = parser.next_line(&mut piece) {
            if let Line::Entry(entry) = line {
                black_box((entry.name(), entry.size(), entry.modified(), entry.mode()));
                entries += 1;
            }
        }
    }
    entries + usize::from(parser.finish().is_some())
}

/// Parses the lines one by one, because suppaftp's parsers take a single line as a string. The time
/// for finding the lines is also measured, but is small.
fn parse_as_peer(text: &str, parse: fn(&str) -> ParseResult<File>) -> usize {
    let files = text.lines().filter_map(|line| parse(line).ok());
    files
        .map(|file| {
            black_box((file.name(), file.size(), file.modified()));
        })
        .count()
}

/// Returns a listing as `ls -l` prints it. Half of the lines show a time of day, and the other half
/// a year.
fn unix() -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let mut text = String::new();
    for at in 0..LINES {
        let month = MONTHS[at % 12];
        let (day, size) = (at % 28 + 1, at * 7919 % 10_000_000);
        let (hour, minute) = (at % 24, at % 60);
        let time = if at % 2 == 0 {
            format!("{hour:02}:{minute:02}")
        } else {
            format!(" {}", 1990 + at % 35)
        };
        let _ = write!(
            text,
            "-rw-r--r--    1 ada      users    {size:8} {month} {day:2} {time} sample-{at:06}.fastq.gz\r\n"
        );
    }
    text
}

/// The facts that some servers send in addition to the type, the size and the time.
pub(super) const OTHER_FACTS: &str =
    "perm=adfrw;unique=801U1C5;UNIX.group=100;UNIX.mode=0644;UNIX.owner=1000;";

/// Returns a listing by MLSD. Each line has the facts that every server sends (the type, the size
/// and the time), and then `others`.
pub(super) fn mlsd(others: &str) -> String {
    let mut text = String::new();
    for at in 0..LINES {
        let (month, day, size) = (at % 12 + 1, at % 28 + 1, at * 7919 % 10_000_000);
        let _ = write!(
            text,
            "type=file;size={size};modify=2026{month:02}{day:02}093000;{others} \
             sample-{at:06}.fastq.gz\r\n"
        );
    }
    text
}
