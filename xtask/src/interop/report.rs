//! What came of it all, as a table: server by operation by adapter.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::Outcome;
use super::exceptions::{self, EXCEPTIONS, Occurs};
use super::operation::{Operation, Way};
use crate::console::{complain, say};
use crate::job::Adapter;
use crate::servers::Result;
use crate::servers::foreign::Kind;

/// Everything that was done.
#[derive(Default)]
pub(super) struct Matrix {
    marks: BTreeMap<(Operation, Kind, &'static str), [Mark; Way::ALL.len()]>,
    /// The places of exceptions that occurred, in the list.
    occurred: BTreeSet<usize>,
    failures: Vec<String>,
    done: usize,
}

/// What stands in the table for one operation in one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mark {
    #[default]
    NotDone,
    Passed,
    Excepted,
    Failed,
}

impl Mark {
    const fn letter(self) -> char {
        match self {
            Self::NotDone => '.',
            Self::Passed => '+',
            Self::Excepted => 'x',
            Self::Failed => 'F',
        }
    }
}

impl Matrix {
    /// Adds what came of one operation. What was not expected is told at once, with the dialogue.
    pub(super) fn add(&mut self, kind: Kind, way: Way, adapter: Adapter, outcome: Outcome) {
        let Outcome { operation, result } = outcome;
        let exception = exceptions::of(kind, operation, way);
        let place = format!(
            "{}, {}, {}, {}",
            kind.name(),
            operation.name(),
            way.name(),
            adapter.name()
        );
        let mark = match (result, exception) {
            (Ok(()), None) => Mark::Passed,
            (Err((why, _)), Some(number)) if why.contains(EXCEPTIONS[number].says) => {
                self.occurred.insert(number);
                Mark::Excepted
            }
            (Ok(()), Some(number)) if EXCEPTIONS[number].occurs == Occurs::Sometimes => {
                // Of one operation a race is as good as met; of any, it has to be seen.
                if EXCEPTIONS[number].operation.is_some() {
                    self.occurred.insert(number);
                }
                Mark::Passed
            }
            (Ok(()), Some(number)) => {
                let reason = EXCEPTIONS[number].reason;
                self.fail(
                    &format!("{place}: passed, in spite of the exception: {reason}"),
                    "",
                );
                Mark::Failed
            }
            (Err((why, dialogue)), _) => {
                self.fail(&format!("{place}: {why}"), &dialogue);
                Mark::Failed
            }
        };
        let column = Way::ALL.iter().position(|other| *other == way);
        let marks = self
            .marks
            .entry((operation, kind, adapter.name()))
            .or_default();
        if let Some(there) = column.and_then(|column| marks.get_mut(column)) {
            *there = mark;
        }
        self.done += 1;
    }

    fn fail(&mut self, what: &str, dialogue: &str) {
        complain(&format!("{what}\n{dialogue}\n"));
        self.failures.push(what.to_owned());
    }

    /// Prints the table, and demands that it is green.
    ///
    /// # Errors
    ///
    /// When something failed, or an exception did not occur.
    pub(super) fn print(mut self, kinds: &[Kind]) -> Result<()> {
        let ways: Vec<_> = Way::ALL.iter().map(|way| way.name()).collect();
        say(&format!(
            "\nEach column has a place for each way: {}.\n\
             + passed   x a reviewed exception   F FAILED   . not done in this way\n",
            ways.join("; ")
        ));
        let mut head = [format!("{:<31}", ""), format!("{:<31}", "operation")];
        for kind in kinds {
            head[0] += &format!(" {:<17}", kind.name());
            for adapter in Adapter::ALL {
                head[1] += &format!(" {:<8}", adapter.name().trim_start_matches("ftp-"));
            }
        }
        head.iter().for_each(|line| say(line.trim_end()));
        for &operation in Operation::ALL {
            let mut line = format!("{:<31}", operation.name());
            for &kind in kinds {
                for adapter in Adapter::ALL {
                    let marks = self.marks.get(&(operation, kind, adapter.name()));
                    let marks = marks.copied().unwrap_or_default();
                    let letters: String = marks.into_iter().map(Mark::letter).collect();
                    line += &format!(" {letters:<8}");
                }
            }
            say(line.trim_end());
        }
        say("\nReviewed exceptions:");
        for (number, exception) in EXCEPTIONS.iter().enumerate() {
            if !kinds.contains(&exception.server) {
                continue;
            }
            let operation = exception.operation.map_or("all", Operation::name);
            let server = exception.server.name();
            say(&format!("  {server}, {operation}: {}", exception.reason));
            if !self.occurred.contains(&number) {
                let what = format!("{server}, {operation}: the exception did not occur");
                self.fail(&what, "");
            }
        }
        say("");
        match self.failures.as_slice() {
            [] => {
                say(&format!("{} cells, all as expected", self.done));
                Ok(())
            }
            failures => {
                let count = failures.len();
                Err(format!("{count} of {} cells:\n{}", self.done, failures.join("\n")).into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Matrix, Outcome};
    use crate::interop::exceptions::{self, EXCEPTIONS, Occurs};
    use crate::interop::operation::{Operation, Way};
    use crate::job::Adapter;
    use crate::servers::foreign::Kind;

    fn add(matrix: &mut Matrix, kind: Kind, operation: Operation, result: Result<(), &str>) {
        add_in(matrix, Way::ALL[0], kind, operation, result);
    }

    fn add_in(
        matrix: &mut Matrix,
        way: Way,
        kind: Kind,
        operation: Operation,
        result: Result<(), &str>,
    ) {
        let result = result.map_err(|why| (why.to_owned(), String::new()));
        let outcome = Outcome { operation, result };
        matrix.add(kind, way, Adapter::Smol, outcome);
    }

    /// Everything that is known of vsftpd, as it should be.
    fn as_known() -> Matrix {
        let mut matrix = Matrix::default();
        for exception in EXCEPTIONS {
            if exception.server == Kind::Vsftpd {
                let result = Err(exception.says);
                let operation = exception.operation.expect("vsftpd's are of one operation");
                let ways = Way::ALL.into_iter();
                let way = ways
                    .rev()
                    .find(|way| exceptions::of(Kind::Vsftpd, operation, *way).is_some());
                add_in(
                    &mut matrix,
                    way.expect("a way"),
                    Kind::Vsftpd,
                    operation,
                    result,
                );
            }
        }
        matrix
    }

    #[test]
    fn known_exceptions_are_green() {
        assert!(as_known().print(&[Kind::Vsftpd]).is_ok());
    }

    #[test]
    fn an_unknown_failure_is_red() {
        let mut matrix = as_known();
        add(&mut matrix, Kind::Vsftpd, Operation::Noop, Err("no reply"));
        assert!(matrix.print(&[Kind::Vsftpd]).is_err());
    }

    #[test]
    fn an_exception_that_fails_in_another_way_is_red() {
        let mut matrix = as_known();
        let result = Err("something else");
        add(&mut matrix, Kind::Vsftpd, Operation::SiteHelp, result);
        assert!(matrix.print(&[Kind::Vsftpd]).is_err());
    }

    #[test]
    fn an_exception_that_passes_is_red() {
        let mut matrix = as_known();
        add(&mut matrix, Kind::Vsftpd, Operation::SiteHelp, Ok(()));
        assert!(matrix.print(&[Kind::Vsftpd]).is_err());
    }

    #[test]
    fn an_exception_that_does_not_occur_is_red() {
        assert!(Matrix::default().print(&[Kind::Vsftpd]).is_err());
    }

    #[test]
    fn there_is_one_exception_for_an_operation_with_a_server() {
        for (number, one) in EXCEPTIONS.iter().enumerate() {
            for other in &EXCEPTIONS[number + 1..] {
                let same = (one.server, one.operation) == (other.server, other.operation);
                assert!(!same, "{:?}, {:?}", one.server, one.operation);
            }
            let is_known = matches!(one.server, Kind::Pyftpdlib | Kind::ProFtpd);
            assert!(one.occurs == Occurs::Always || is_known);
        }
    }
}
