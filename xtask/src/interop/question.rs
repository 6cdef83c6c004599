//! The questions that servers are asked: rows of the contract table, and tasks beyond it.

use std::fmt::{self, Write as _};

use ftp_proto::simulator::cases;
use ftp_proto::simulator::contract::{Case, Operation};

use super::tasks::{TASKS, Task};
use super::way::Way;

/// A row of the report.
pub(super) struct Question {
    pub(super) name: &'static str,
    pub(super) what: QuestionKind,
    /// Each step as `Debug` shows it, in brief. A task has one, which has no name.
    pub(super) steps: Vec<String>,
}

pub(super) enum QuestionKind {
    Row(Box<Case>),
    Task(Task),
}

impl Question {
    /// Rows of the table come first, as far as a real server can be asked them.
    pub(super) fn all() -> Vec<Self> {
        let steps = |case: &Case| {
            case.operations()
                .iter()
                .map(|(step, _)| brief(step))
                .collect()
        };
        let rows = cases::ALL
            .iter()
            .map(|(name, case)| (*name, case()))
            .filter(|(_, case)| case.is_well_behaved() && !names_a_user(case))
            .map(|(name, case)| Self {
                name,
                steps: steps(&case),
                what: QuestionKind::Row(Box::new(case)),
            });
        let tasks = TASKS.iter().map(|(name, task)| Self {
            name,
            steps: vec![String::new()],
            what: QuestionKind::Task(*task),
        });
        rows.chain(tasks).collect()
    }

    /// Whether those that are seldom met are asked it each time. What is asked in the first way alone
    /// takes a minute with some of them.
    pub(super) fn is_asked_briefly(&self) -> bool {
        match &self.what {
            QuestionKind::Row(case) => case.is_asked_in_every_way(),
            QuestionKind::Task(task) => Way::ALL.into_iter().all(|way| task.is_done(way)),
        }
    }

    /// Whether it is asked in this way. A question that takes long, or brings its own mode, is asked
    /// in the first way only.
    pub(super) fn is_asked(&self, way: Way) -> bool {
        let is_first = way == Way::ALL[0];
        match &self.what {
            QuestionKind::Row(case) => is_first || case.is_asked_in_every_way(),
            QuestionKind::Task(task) => is_first || task.is_done(way),
        }
    }
}

/// Whether it logs in by raw commands, as a user whom the simulator alone knows.
fn names_a_user(case: &Case) -> bool {
    let is_user =
        |step: &Operation| matches!(step, Operation::Raw(line) if line.starts_with("USER "));
    case.operations().iter().any(|(step, _)| is_user(step))
}

/// How many characters of a step are shown.
const BRIEF: usize = 60;

fn brief(value: &impl fmt::Debug) -> String {
    struct Brief(String);

    impl fmt::Write for Brief {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.push_str(text);
            // Some steps hold whole files.
            if self.0.len() < BRIEF {
                Ok(())
            } else {
                Err(fmt::Error)
            }
        }
    }

    let mut brief = Brief(String::new());
    let _ = write!(brief, "{value:?}");
    brief.0
}
