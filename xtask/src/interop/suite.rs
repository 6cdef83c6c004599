//! Every operation with every server, in every way, through both adapters.

use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use super::cell::{self, Outcome};
use super::idle::Idle;
use super::operation::{Operation, Way};
use super::report::Matrix;
use super::trust::Trust;
use crate::console::say;
use crate::job::{Adapter, content};
use crate::servers::Result;
use crate::servers::foreign::{Kind, Program, Setting};

/// What files are made of, the largest over and over again.
const BLOCK: usize = 16 * 1024 * 1024;

/// Runs it and prints the table.
///
/// # Errors
///
/// When a server does not start, or not all comes out as expected.
pub(super) fn run(programs: &[Program], trust: &Trust) -> Result<()> {
    let block = content::bytes(3, BLOCK);
    let mut matrix = Matrix::default();
    thread::scope(|scope| {
        let idle: Vec<_> = programs
            .iter()
            .map(|program| (program.kind(), Idle::start(scope, program)))
            .collect();
        // Two at a time: some of the time is spent waiting.
        let (sender, done) = mpsc::channel();
        let lanes: Vec<_> = programs
            .rchunks(programs.len().div_ceil(2))
            .rev()
            .map(|lane| {
                let (sender, block) = (sender.clone(), &block);
                scope.spawn(move || -> std::result::Result<(), String> {
                    let with = |program| with(program, trust, block, &sender);
                    lane.iter()
                        .try_for_each(with)
                        .map_err(|error| error.to_string())
                })
            })
            .collect();
        drop(sender);
        for (kind, way, adapter, outcome) in done {
            matrix.add(kind, way, adapter, outcome);
        }
        for lane in lanes {
            lane.join().map_err(|_| "a lane panicked")??;
        }
        for (kind, idle) in idle {
            for (adapter, result) in idle.end() {
                let outcome = Outcome {
                    operation: Operation::Idle,
                    result: result.map_err(|why| (why, String::new())),
                };
                matrix.add(kind, Way::ALL[0], adapter, outcome);
            }
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    let kinds: Vec<Kind> = programs.iter().map(Program::kind).collect();
    matrix.print(&kinds)
}

/// What came of one operation, and where.
type Done = (Kind, Way, Adapter, Outcome);

fn with(program: &Program, trust: &Trust, block: &[u8], done: &mpsc::Sender<Done>) -> Result<()> {
    for ways in Way::ALL.chunk_by(Way::is_beside) {
        let [first, ..] = ways else {
            continue;
        };
        if !first.is_offered(program.kind()) {
            continue;
        }
        let server = program.start(&Setting {
            family: first.family,
            tls: first
                .secured_by(program.kind())
                .map(|secured| trust.server(secured)),
            ..Setting::default()
        })?;
        for &way in ways.iter().filter(|way| way.is_offered(program.kind())) {
            let options = cell::options(&server, way, trust)?;
            for adapter in Adapter::ALL {
                let begin = Instant::now();
                let outcomes = match adapter {
                    Adapter::Blocking => smol::block_on(cell::run::<ftp_blocking::Client>(
                        &server, &options, way, block,
                    )),
                    Adapter::Smol => {
                        smol::block_on(cell::run::<ftp_smol::Client>(&server, &options, way, block))
                    }
                };
                say(&format!(
                    "{:<9} {:<13} {:<13} {:>3} operations {:>6.1} s",
                    program.kind().name(),
                    way.name(),
                    adapter.name(),
                    outcomes.len(),
                    begin.elapsed().as_secs_f64()
                ));
                for outcome in outcomes {
                    done.send((program.kind(), way, adapter, outcome))?;
                }
            }
        }
    }
    Ok(())
}
