//! Transfers many small files in one session with each server, with pipelining forced on
//! (`Pipelining::always`) and with the default, and compares every byte. No two files have the same
//! content, so a file under another file's name is noticed.
//!
//! With the default, every server serves every file. Forced on, the servers that bear pipelining do
//! so too. With the others (`exceptions/many.rs`), a file may fail with an error of the library.
//! Even then no file has wrong bytes, and the session is in step or known to be dead.

use std::fmt;
use std::time::{Duration, Instant};

use ftp_blocking::{Error, Pipelining, Timeouts, TransferOptions};

use super::cell::{Cell, confirmed};
use super::exceptions::another_login_helps;
use super::exceptions::many::OVERTAXED;
use super::in_lanes;
use super::suite::start;
use super::trust::{Secured, Trust};
use super::way::Way;
use crate::console::{chain, complain, say};
use crate::job::Adapter;
use crate::job::client::{Stop, Storing, ask};
use crate::job::content::{self, Comparison, Content};
use crate::servers::Result;
use crate::servers::foreign::{Kind, Program};
use crate::servers::tls::TlsVersion;

/// The sizes of the files in bytes, in turn. Some are around the size of a segment, of a TLS record
/// and of the buffers.
const SIZES: [usize; 12] = [
    0, 1, 700, 1_024, 1_448, 4_097, 16_384, 33, 65_537, 0, 9_000, 100_003,
];

/// The time limit of each wait for a server that does not bear pipelining. It may leave commands
/// without a reply.
const PATIENCE: Duration = Duration::from_secs(3);

/// After this many failures, the rest of the files is left out.
const MOST_FAILURES: usize = 10;

/// How many of the last commands and replies are shown after a failure.
const TAIL: usize = 40;

const WAYS: [Way; 2] = [Way::ALL[0], Way::over(Secured::new(TlsVersion::Tls13))];

/// How the client pipelines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pipelined {
    Forced,
    Adaptive,
}

/// How one transfer went, as the library says.
type Transferred = std::result::Result<(), Error>;

/// How the transfers of one adapter in one way went.
#[derive(Default)]
struct Tally {
    served: usize,
    failed: usize,
    /// How many sessions have ended too early, or did not begin.
    lost: usize,
    /// How often another login was needed ([`another_login_helps`]).
    logins: usize,
    /// The first error.
    first: Option<String>,
}

/// A line of the printed table, and what it says about a server.
struct Line {
    kind: Kind,
    pipelined: Pipelined,
    text: String,
    outcome: Outcome,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Every file was served.
    Complete,
    /// Some files failed, with errors of the library.
    Incomplete,
    /// Something happened that never may.
    Wrong,
}

/// Transfers `count` files down and up, with each server in each way.
pub(super) fn run(programs: &[Program], trust: &Trust, count: usize) -> Result<()> {
    let lines = in_lanes(programs, |program| all_of(program, trust, count))?;
    let mut failures = Vec::new();
    for line in &lines {
        say(&line.text);
        let may_fail = line.pipelined == Pipelined::Forced && reason(line.kind).is_some();
        if line.outcome == Outcome::Wrong || line.outcome == Outcome::Incomplete && !may_fail {
            failures.push(line.text.clone());
        }
    }
    for kind in programs.iter().map(|program| program.kind) {
        let Some(reason) = reason(kind) else {
            continue;
        };
        let name = kind.name();
        say(&format!("{name}: {reason}"));
        let mut own = lines.iter().filter(|line| line.kind == kind);
        if own.all(|line| line.outcome == Outcome::Complete) {
            failures.push(format!("{name}: this exception did not occur: {reason}"));
        }
    }
    match failures.as_slice() {
        [] => Ok(()),
        failures => Err(format!("{} failures:\n{}", failures.len(), failures.join("\n")).into()),
    }
}

/// Returns why a server does not serve all files with pipelining forced on. `None` if it must.
fn reason(kind: Kind) -> Option<&'static str> {
    let mut all = OVERTAXED.iter();
    all.find(|(servers, _)| servers.contains(&kind))
        .map(|(_, reason)| *reason)
}

fn all_of(program: &Program, trust: &Trust, count: usize) -> Result<Vec<Line>> {
    let kind = program.kind;
    let mut lines = Vec::new();
    for way in WAYS.into_iter().filter(|way| way.is_offered(kind)) {
        let server = start(program, trust, way)?;
        for pipelined in [Pipelined::Forced, Pipelined::Adaptive] {
            for adapter in Adapter::ALL {
                let mut cell = Cell::new(&server, adapter, way, trust, &[])?;
                if pipelined == Pipelined::Forced {
                    if reason(kind).is_some() {
                        let timeouts = Timeouts::default().with_all(PATIENCE);
                        cell.options = cell.options.with_timeouts(timeouts);
                    }
                    let always = Pipelining::always();
                    let config = |config: ftp_blocking::Config| config.with_pipelining(always);
                    cell.options = cell.options.with_config(config);
                }
                let begin = Instant::now();
                let mut tally = Tally::default();
                let ran = tally.run(&mut cell, count);
                let (text, outcome) = match ran {
                    Ok(()) if tally.failed + tally.lost == 0 => {
                        ("ok".to_owned(), Outcome::Complete)
                    }
                    Ok(()) => ("errors".to_owned(), Outcome::Incomplete),
                    Err(error) => {
                        let (dialogue, log) = (cell.dialogue.tail(TAIL), server.log_tail());
                        complain(&format!("{error}\n{dialogue}\nThe server's log:\n{log}\n"));
                        (format!("FAILED: {error}"), Outcome::Wrong)
                    }
                };
                let text = format!(
                    "{:<11} {:<13} {:<8} {:<13} {text}: {tally} {:.1} s",
                    kind.name(),
                    way.name(),
                    match pipelined {
                        Pipelined::Forced => "forced",
                        Pipelined::Adaptive => "default",
                    },
                    adapter.name(),
                    begin.elapsed().as_secs_f64()
                );
                lines.push(Line {
                    kind,
                    pipelined,
                    text,
                    outcome,
                });
                cell.end();
            }
        }
    }
    Ok(lines)
}

impl Tally {
    /// Downloads `count` files, and uploads as many. An error here means that something happened
    /// that never may.
    fn run(&mut self, cell: &mut Cell<'_>, count: usize) -> Result<()> {
        cell.clear()?;
        for number in 0..count {
            cell.put(&name("down", number), &bytes(number))?;
        }
        for transfer in [download, upload] {
            for number in 0..count {
                if self.failed + self.lost >= MOST_FAILURES {
                    return Ok(());
                }
                if let Err(error) = cell.begin() {
                    self.lost += 1;
                    self.first.get_or_insert_with(|| error.to_string());
                    continue;
                }
                let mut result = transfer(cell, number)?;
                if self.logs_in_again(cell, &result)? {
                    result = transfer(cell, number)?;
                }
                self.note(cell, result)?;
            }
        }
        Ok(())
    }

    /// Logs in again, if that helps a server that has refused this transfer's data connection.
    fn logs_in_again(&mut self, cell: &mut Cell<'_>, result: &Transferred) -> Result<bool> {
        let refused = |error: &Error| error.code().is_some_and(|code| code.value() == 425);
        let helps = another_login_helps(cell.server.kind, cell.way);
        if !helps || !result.as_ref().is_err_and(refused) {
            return Ok(false);
        }
        self.logins += 1;
        cell.drop_session();
        cell.begin()?;
        Ok(true)
    }

    /// Notes how a transfer ended. After an error, checks that the session is in step or known to be
    /// dead.
    fn note(&mut self, cell: &mut Cell<'_>, result: Transferred) -> Result<()> {
        let Err(error) = result else {
            self.served += 1;
            return Ok(());
        };
        self.failed += 1;
        self.first.get_or_insert_with(|| chain(&error));
        // The first answer may be an error too: then it says what the transfer has left behind.
        let mut is_in_step = || {
            let client = cell.client();
            let path = ask!(client.open(), it => it.pwd());
            path.is_ok_and(|path| path.as_bytes() == b"/")
        };
        if is_in_step() || is_in_step() {
            return Ok(());
        }
        if !cell.client().session().is_dead() {
            return Err(format!("out of step after this error: {}", chain(&error)).into());
        }
        self.lost += 1;
        cell.drop_session();
        Ok(())
    }
}

/// Downloads a file. The outer error means wrong bytes.
fn download(cell: &mut Cell<'_>, number: usize) -> Result<Transferred> {
    let bytes = bytes(number);
    let name = name("down", number);
    let mut comparison = Comparison::new(Content::of(&bytes));
    let mut into = |piece: &[u8]| comparison.add(piece);
    let client = cell.client();
    match client.download(&name, &TransferOptions::new(), Stop::Never, &mut into) {
        Ok(moved) => {
            confirmed(&moved)?;
            let what = format!("downloading file {number}");
            comparison.end(&what).map(Ok)
        }
        Err(error) => Ok(Err(error)),
    }
}

/// Uploads a file. The outer error means wrong bytes.
fn upload(cell: &mut Cell<'_>, number: usize) -> Result<Transferred> {
    // Differs from the downloads.
    let bytes = bytes(number + 100_000);
    let name = name("up", number);
    match cell.send(Storing::Store(&name), Content::of(&bytes), Stop::Never) {
        Ok(moved) => {
            confirmed(&moved)?;
            cell.has(&name, &bytes).map(Ok)
        }
        Err(error) => Ok(Err(error)),
    }
}

fn name(direction: &str, number: usize) -> Vec<u8> {
    format!("{direction}-{number:04}").into_bytes()
}

fn bytes(number: usize) -> Vec<u8> {
    content::bytes(number as u64, SIZES[number % SIZES.len()])
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} served", self.served)?;
        if self.logins > 0 {
            write!(f, ", {} more logins", self.logins)?;
        }
        if self.failed + self.lost > 0 {
            write!(f, ", {} failed, {} sessions lost", self.failed, self.lost)?;
        }
        match &self.first {
            Some(first) => write!(f, ", the first: {first}"),
            None => Ok(()),
        }
    }
}
