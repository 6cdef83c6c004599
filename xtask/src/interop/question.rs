//! The questions to the servers: rows of the contract table, and further tasks.

use std::fmt::{self, Write as _};

use ftp_proto::simulator::cases;
use ftp_proto::simulator::contract::{Case, Operation};

use super::tasks::{TASKS, Task};
use super::way::Way;

/// A row of the report.
pub(super) struct Question {
    pub(super) name: &'static str,
    pub(super) what: QuestionKind,
    /// Each step as `Debug` shows it, cut short. A task is a single step without a name.
    pub(super) steps: Vec<String>,
}

pub(super) enum QuestionKind {
    Row(Box<Case>),
    Task(Task),
}

impl Question {
    /// Returns all questions. First come those rows of the contract table that need no fault, so
    /// that a real server can answer them.
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

    /// Returns whether rarely used servers are asked this in every run. Questions that are asked
    /// only in the first way are left out, since they take a minute with some servers.
    pub(super) fn is_asked_briefly(&self) -> bool {
        match &self.what {
            QuestionKind::Row(case) => case.is_asked_in_every_way(),
            QuestionKind::Task(task) => Way::ALL.into_iter().all(|way| task.is_done(way)),
        }
    }

    /// Returns whether the question is asked in this way. A question that takes long, or sets its
    /// own mode, is asked in the first way only.
    pub(super) fn is_asked(&self, way: Way) -> bool {
        let is_first = way == Way::ALL[0];
        match &self.what {
            QuestionKind::Row(case) => is_first || case.is_asked_in_every_way(),
            QuestionKind::Task(task) => is_first || task.is_done(way),
        }
    }
}

/// Returns whether the row logs in by raw commands, with a user that only the simulator knows.
fn names_a_user(case: &Case) -> bool {
    let is_user =
        |step: &Operation| matches!(step, Operation::Raw(line) if line.starts_with("USER "));
    case.operations().iter().any(|(step, _)| is_user(step))
}

/// The number of characters of a step that are shown.
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
