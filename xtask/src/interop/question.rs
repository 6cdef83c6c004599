//! The questions that the tests put to each server: rows of the contract table, and the tasks of
//! `tasks.rs`.

use std::fmt::{self, Write as _};

use ftp_proto::simulator::cases;
use ftp_proto::simulator::contract::{Case, Operation};

use super::tasks::{TASKS, Task};
use super::way::Way;
use crate::servers::foreign::Kind;

/// A question to a server, which fills one row of the report.
pub(super) struct Question {
    pub(super) name: &'static str,
    pub(super) what: QuestionKind,
    /// The `Debug` text of each step, cut after about [`BRIEF`] bytes. Most tasks are a single step
    /// with an empty text; the others name their steps.
    pub(super) steps: Vec<String>,
}

pub(super) enum QuestionKind {
    Row(Box<Case>),
    Task(Task),
}

impl Question {
    /// Returns all questions: first the rows of the contract table, then the tasks. Leaves out each
    /// row in which the simulator makes a fault, because a real server does not make a fault on
    /// demand.
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
            steps: task.steps(),
            what: QuestionKind::Task(*task),
        });
        rows.chain(tasks).collect()
    }

    /// Returns whether rarely used servers get this question even without `--full`. Returns `false`
    /// for a question that is not asked in every way of connecting. Most such questions are asked
    /// only in the first way (passive mode over IPv4 in clear text), because they take a minute
    /// with some servers.
    pub(super) fn is_asked_briefly(&self) -> bool {
        match &self.what {
            QuestionKind::Row(case) => case.is_asked_in_every_way(),
            QuestionKind::Task(task) => Way::ALL.into_iter().all(|way| task.is_done(way)),
        }
    }

    /// Returns whether the question takes so long that the gate asks it only in the first way of
    /// connecting.
    pub(super) fn is_long(&self) -> bool {
        matches!(
            self.what,
            QuestionKind::Task(Task::AnyName | Task::WholeFiles | Task::Trees)
        )
    }

    /// Returns whether the question is asked in this way of connecting. A question that takes long,
    /// or sets the data mode itself, is asked only in the first way: passive mode over IPv4 in
    /// clear text.
    ///
    /// simple-ftpd does not get the task [`Task::Trees`]: its LIST ignores the path, and always lists
    /// the current directory, so no tree can be compared.
    ///
    /// ftp-srv needs half a second for each data connection under TLS. The task [`Task::AnyName`]
    /// makes hundreds of data connections, so ftp-srv gets this task in the first way only.
    pub(super) fn is_asked(&self, kind: Kind, way: Way) -> bool {
        let is_first = way == Way::ALL[0];
        if let (QuestionKind::Task(Task::Trees), Kind::SimpleFtpd) = (&self.what, kind) {
            return false;
        }
        if let (QuestionKind::Task(Task::AnyName), Kind::FtpSrv, false) =
            (&self.what, kind, is_first)
        {
            return false;
        }
        match &self.what {
            QuestionKind::Row(case) => is_first || case.is_asked_in_every_way(),
            QuestionKind::Task(task) => is_first || task.is_done(way),
        }
    }
}

/// Returns whether the row sends a raw USER command. Such a row cannot run with a real server,
/// because only the simulator knows the row's user name.
fn names_a_user(case: &Case) -> bool {
    let is_user =
        |step: &Operation| matches!(step, Operation::Raw(line) if line.starts_with("USER "));
    case.operations().iter().any(|(step, _)| is_user(step))
}

/// The length in bytes after which the text of a step is cut.
const BRIEF: usize = 60;

fn brief(value: &impl fmt::Debug) -> String {
    struct Brief(String);

    impl fmt::Write for Brief {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.push_str(text);
            // Ends the formatting by an error when the text is long enough, because some steps
            // contain whole files.
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
