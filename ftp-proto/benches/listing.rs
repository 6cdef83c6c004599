//! Measures how many lines of a listing the core turns into entries in one second of a CPU. Run it
//! by `cargo bench --bench listing`: it prints the number for `ls -l` and for MLSD.

use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::time::Instant;

use ftp_proto::listing::{Dialect, Line, Parser};

const LINES: usize = 100_000;
const ROUNDS: usize = 20;
/// How many bytes the parser gets at a time.
const PIECE: usize = 64 * 1024;

fn main() {
    let now = "20261127120000".parse().expect("a time");
    measure("unix", &unix(), &Parser::new().with_now(now));
    let mlsx = Parser::new().with_dialect(Dialect::Mlsx);
    measure("mlsd, 3 facts", &mlsd(""), &mlsx);
    let others = "perm=adfrw;unique=801U1C5;UNIX.group=100;UNIX.mode=0644;UNIX.owner=1000;";
    measure("mlsd, 8 facts", &mlsd(others), &mlsx);
}

/// Returns a listing as `ls -l` prints it. Half of the entries show a time of day, and the other
/// half a year.
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

/// Returns an MLSD listing. Each entry has the facts `type`, `size` and `modify`, and the facts in
/// `others`.
fn mlsd(others: &str) -> String {
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

/// Parses the listing several times, and prints the speed of the fastest run.
fn measure(name: &str, text: &str, parser: &Parser) {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let before = cpu_seconds();
        let entries = parse(text.as_bytes(), parser.clone());
        best = best.min(cpu_seconds() - before);
        assert_eq!(entries, LINES);
    }
    let rate = LINES as f64 / best / 1e6;
    let nanoseconds = best / LINES as f64 * 1e9;
    println!("{name}: {rate:.2} million lines per CPU second, {nanoseconds:.0} ns each");
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
    assert!(parser.finish().is_none());
    entries
}

/// Returns the CPU time of this process in seconds. If the system does not tell it (only Linux
/// does), returns the time that has passed since the first call.
fn cpu_seconds() -> f64 {
    thread_local!(static START: Instant = Instant::now());
    fs::read_to_string("/proc/self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok())
        .map_or_else(
            || START.with(|start| start.elapsed().as_secs_f64()),
            |nanoseconds| nanoseconds / 1e9,
        )
}
