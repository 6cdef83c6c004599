//! Every question, of every server, in every way, through both adapters.

use std::thread;
use std::time::Instant;

use super::cell::{Answer, Cell};
use super::question::Question;
use super::report::Report;
use super::tasks::IDLE;
use super::trust::Trust;
use super::way::Way;
use super::{idle, in_lanes};
use crate::console::say;
use crate::job::{Adapter, content};
use crate::servers::Result;
use crate::servers::foreign::{Kind, Program, Setting};
use crate::servers::tree::Room;

/// What files are made of, the largest over and over again.
const BLOCK: usize = 16 * 1024 * 1024;

/// Where a question was asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) question: usize,
    pub(super) kind: Kind,
    pub(super) adapter: Adapter,
    /// Its place among all ways.
    pub(super) way: usize,
}

/// Runs it and prints the table.
///
/// # Errors
///
/// When a server does not start, or not all comes out as expected.
pub(super) fn run(programs: &[Program], trust: &Trust) -> Result<()> {
    let questions = Question::all();
    let block = content::bytes(3, BLOCK);
    let mut report = Report::new(&questions);
    let is_idle = |question: &Question| question.name == IDLE;
    let idle_question = questions.iter().position(is_idle).ok_or("no such task")?;
    thread::scope(|scope| {
        let mut silent = Vec::new();
        for program in programs {
            for adapter in Adapter::ALL {
                let place = Place {
                    question: idle_question,
                    kind: program.kind(),
                    adapter,
                    way: 0,
                };
                let closed = move || {
                    let closed = idle::is_closed(program, adapter);
                    closed.map_err(|error| error.to_string())
                };
                silent.push((place, scope.spawn(closed)));
            }
        }
        let answers = in_lanes(programs, |program| {
            all_of(program, trust, &questions, &block)
        })?;
        for (place, answer) in answers {
            report.add(place, answer);
        }
        for (place, closed) in silent {
            let closed = closed.join().unwrap_or_else(|_| Err("panicked".to_owned()));
            let different = closed.err().map(|why| (0, why));
            report.add(
                place,
                Answer {
                    different: different.into_iter().collect(),
                    dialogue: String::new(),
                },
            );
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    let kinds: Vec<Kind> = programs.iter().map(Program::kind).collect();
    report.print(&kinds)
}

fn all_of(
    program: &Program,
    trust: &Trust,
    questions: &[Question],
    block: &[u8],
) -> Result<Vec<(Place, Answer)>> {
    let kind = program.kind();
    let mut answers = Vec::new();
    for ways in Way::ALL.chunk_by(Way::is_beside) {
        let mut ways = ways.iter().filter(|way| way.is_offered(kind)).peekable();
        let Some(first) = ways.peek() else {
            continue;
        };
        let server = program.start(&Setting {
            family: first.family,
            room: Room::Root,
            tls: first.secured_by(kind).map(|secured| trust.server(secured)),
            ..Setting::default()
        })?;
        if !server.is_confined() {
            let name = kind.name();
            return Err(
                format!("{name} shows the machine's own root, unless root starts it").into(),
            );
        }
        for &way in ways {
            for adapter in Adapter::ALL {
                let begin = Instant::now();
                let mut cell = Cell::new(&server, adapter, way, trust, block)?;
                let before = answers.len();
                let number = Way::ALL.iter().position(|other| *other == way);
                for (question, asked) in questions.iter().enumerate() {
                    // This one is asked beside the others.
                    if asked.name == IDLE || !asked.is_asked(way) {
                        continue;
                    }
                    let place = Place {
                        question,
                        kind,
                        adapter,
                        way: number.unwrap_or_default(),
                    };
                    answers.push((place, cell.ask(asked)?));
                }
                cell.end();
                say(&format!(
                    "{:<9} {:<13} {:<13} {:>3} questions {:>6.1} s",
                    kind.name(),
                    way.name(),
                    adapter.name(),
                    answers.len() - before,
                    begin.elapsed().as_secs_f64()
                ));
            }
        }
    }
    Ok(answers)
}
