//! Puts every question to every server, in every way of connecting and through both adapters.

use std::thread;
use std::time::Instant;

use super::cell::{Answer, Cell};
use super::question::Question;
use super::report::Report;
use super::tasks::IDLE;
use super::trust::Trust;
use super::way::Way;
use super::{Extent, idle, in_lanes};
use crate::console::say;
use crate::job::{Adapter, content};
use crate::servers::Result;
use crate::servers::foreign::{Foreign, Kind, Program, Setting};
use crate::servers::tree::Room;

/// The size in bytes of the block from which the tests cut the content of their files. The largest
/// file repeats the block.
const BLOCK: usize = 16 * 1024 * 1024;

/// The place of a result in the report: the index of the question, the server, the adapter, and the
/// index of the way in [`Way::ALL`].
pub(super) type Place = (usize, Kind, Adapter, usize);

/// Puts all questions to all servers, and prints the table of results.
pub(super) fn run(programs: &[Program], trust: &Trust, extent: Extent) -> Result<()> {
    let questions = Question::all();
    let block = content::bytes(3, BLOCK);
    let mut report = Report::new(&questions);
    let is_idle = |question: &Question| question.name == IDLE;
    let idle_question = questions.iter().position(is_idle).ok_or("no such task")?;
    thread::scope(|scope| {
        let mut silent = Vec::new();
        for program in programs {
            for adapter in Adapter::ALL {
                if extent.is_brief(program.kind) {
                    continue;
                }
                let closed = move || {
                    let closed = idle::is_closed(program, adapter);
                    closed.map_err(|error| error.to_string())
                };
                let place = (idle_question, program.kind, adapter, 0);
                silent.push((place, scope.spawn(closed)));
            }
        }
        let answers = in_lanes(programs, |program| {
            all_of(program, trust, &questions, &block, extent)
        })?;
        for (place, answer) in answers {
            report.add(place, &answer);
        }
        for (place, closed) in silent {
            let closed = closed.join().unwrap_or_else(|_| Err("panicked".to_owned()));
            let different = closed.err().map(|why| (0, why)).into_iter().collect();
            report.add(place, &Answer::new(different));
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    let kinds: Vec<Kind> = programs.iter().map(|program| program.kind).collect();
    report.print(&kinds, |kind| !extent.is_brief(kind))
}

fn all_of(
    program: &Program,
    trust: &Trust,
    questions: &[Question],
    block: &[u8],
    extent: Extent,
) -> Result<Vec<(Place, Answer)>> {
    let kind = program.kind;
    let is_brief = extent.is_brief(kind);
    let mut answers = Vec::new();
    let mut running: Option<(Way, Foreign)> = None;
    for (number, way) in Way::ALL.into_iter().enumerate() {
        if !way.is_offered(kind) || is_brief && !way.is_asked_briefly() {
            continue;
        }
        // The server that was started for the previous way of connecting is used again if it can
        // also serve this one. Otherwise it is stopped, and then another server is started.
        let running = match running.take().filter(|(before, _)| before.is_beside(&way)) {
            Some(there) => running.insert(there),
            None => running.insert((way, start(program, trust, way)?)),
        };
        for adapter in Adapter::ALL {
            let begin = Instant::now();
            let mut cell = Cell::new(&running.1, adapter, way, trust, block)?;
            let before = answers.len();
            for (question, asked) in questions.iter().enumerate() {
                // Leaves out the question about idle sessions: `run` starts a separate thread and
                // server for it.
                let is_left_out = is_brief && !asked.is_asked_briefly()
                    || extent == Extent::Gate && asked.is_long() && number > 0;
                if asked.name != IDLE && asked.is_asked(kind, way) && !is_left_out {
                    let place = (question, kind, adapter, number);
                    answers.push((place, cell.ask(asked)?));
                }
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
    Ok(answers)
}

/// Starts a server for this way of connecting, and checks that clients see only its directory.
pub(super) fn start(program: &Program, trust: &Trust, way: Way) -> Result<Foreign> {
    let kind = program.kind;
    let server = program.start(&Setting {
        family: way.family,
        room: Room::Root,
        tls: way.secured_by(kind).map(|secured| trust.server(secured)),
        ..Setting::default()
    })?;
    if server.is_confined() {
        return Ok(server);
    }
    let name = kind.name();
    Err(format!("{name} shows the machine's own root, unless root starts it").into())
}
