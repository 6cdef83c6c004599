//! Prints the results of all questions as a table: a line for each question, a column for each
//! server and adapter. The known exceptions follow the table.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::Answer;
use super::exceptions::{EXCEPTIONS, Occurs, judge};
use super::question::Question;
use super::suite::Place;
use super::way::Way;
use crate::console::{complain, say};
use crate::job::Adapter;
use crate::servers::Result;
use crate::servers::foreign::Kind;

/// The results of all questions.
pub(super) struct Report<'q> {
    questions: &'q [Question],
    marks: BTreeMap<Place, char>,
    /// The known exceptions that occurred: the index into [`EXCEPTIONS`], and the server.
    occurred: BTreeSet<(usize, Kind)>,
    failures: Vec<String>,
    steps: usize,
}

const PASSED: char = '+';
const EXCEPTED: char = 'x';
const FAILED: char = 'F';
const NOT_ASKED: char = '.';

impl<'q> Report<'q> {
    pub(super) fn new(questions: &'q [Question]) -> Self {
        Self {
            questions,
            marks: BTreeMap::new(),
            occurred: BTreeSet::new(),
            failures: Vec::new(),
            steps: 0,
        }
    }

    /// Adds the result of a question. If the question failed, also prints the failures and the last
    /// commands and replies.
    pub(super) fn add(&mut self, place: Place, answer: &Answer) {
        let (question, kind, adapter, way) = place;
        let (question, way) = (&self.questions[question], Way::ALL[way]);
        let judged = judge(kind, way, question, &answer.different);
        self.steps += question.steps.len();
        let mark = match (judged.failures.is_empty(), judged.excepted.is_empty()) {
            (true, true) => PASSED,
            (true, false) => EXCEPTED,
            (false, _) => FAILED,
        };
        self.marks.insert(place, mark);
        let occurred = judged.excepted.iter().map(|number| (*number, kind));
        self.occurred.extend(occurred);
        let (kind, adapter) = (kind.name(), adapter.name());
        let (way, name) = (way.name(), question.name);
        for failure in &judged.failures {
            let what = format!("{kind}, {way}, {adapter}, {name}: {failure}");
            complain(&what);
            self.failures.push(what);
        }
        if mark == FAILED {
            complain(&format!("{}\n", answer.dialogue));
        }
    }

    /// Prints the table. Returns an error if a question failed. Also returns an error if a known
    /// exception of a server did not occur although that server was asked every question
    /// (`is_whole`).
    pub(super) fn print(mut self, kinds: &[Kind], is_whole: impl Fn(Kind) -> bool) -> Result<()> {
        let ways: Vec<_> = Way::ALL.iter().map(|way| way.name()).collect();
        say(&format!(
            "\nEach column has a place for each way: {}.\n\
             {PASSED} passed   {EXCEPTED} a reviewed exception   {FAILED} FAILED   \
             {NOT_ASKED} not asked in this way\n",
            ways.join("; ")
        ));
        let mut head = [format!("{:<46}", ""), format!("{:<46}", "question")];
        for kind in kinds {
            head[0] += &format!(" {:<17}", kind.name());
            for adapter in Adapter::ALL {
                head[1] += &format!(" {:<8}", adapter.name().trim_start_matches("ftp-"));
            }
        }
        head.iter().for_each(|line| say(line.trim_end()));
        for (question, asked) in self.questions.iter().enumerate() {
            let mut line = format!("{:<46}", asked.name);
            for &kind in kinds {
                for adapter in Adapter::ALL {
                    let mark = |way| {
                        let mark = self.marks.get(&(question, kind, adapter, way));
                        mark.copied().unwrap_or(NOT_ASKED)
                    };
                    let marks: String = (0..Way::ALL.len()).map(mark).collect();
                    line += &format!(" {marks:<8}");
                }
            }
            say(line.trim_end());
        }
        self.print_exceptions(kinds, is_whole);
        let (cells, steps) = (self.marks.len(), self.steps);
        match self.failures.as_slice() {
            [] => {
                say(&format!(
                    "\n{cells} cells of {steps} steps, all as expected"
                ));
                Ok(())
            }
            failures => {
                let count = failures.len();
                Err(format!(
                    "{count} failures in {cells} cells:\n{}",
                    failures.join("\n")
                )
                .into())
            }
        }
    }

    fn print_exceptions(&mut self, kinds: &[Kind], is_whole: impl Fn(Kind) -> bool) {
        say("\nReviewed exceptions:");
        let mut said = BTreeSet::new();
        for (number, exception) in EXCEPTIONS.iter().enumerate() {
            let servers = exception.servers.iter().filter(|kind| kinds.contains(kind));
            let names: Vec<_> = servers.clone().map(|kind| kind.name()).collect();
            let line = format!("  {}: {}", names.join(", "), exception.reason);
            if !names.is_empty() && said.insert(line.clone()) {
                say(&line);
            }
            for &kind in servers {
                let is_due = exception.occurs != Occurs::Perhaps && is_whole(kind);
                if is_due && !self.occurred.contains(&(number, kind)) {
                    let (name, reason) = (kind.name(), exception.reason);
                    let what = format!("{name}: this exception did not occur: {reason}");
                    complain(&what);
                    self.failures.push(what);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::{Answer, Report};
    use crate::interop::exceptions::EXCEPTIONS;
    use crate::interop::question::Question;
    use crate::interop::way::Way;
    use crate::job::Adapter;
    use crate::servers::foreign::Kind;

    const KIND: Kind = Kind::Vsftpd;

    static QUESTIONS: LazyLock<Vec<Question>> = LazyLock::new(Question::all);

    /// Prints a report as if vsftpd had shown its known exceptions and nothing else. Only the
    /// question named `of` gets the results in `different` instead.
    fn printed(of: &str, different: &[(usize, &str)]) -> Result<(), String> {
        let mut report = Report::new(&QUESTIONS);
        for (question, asked) in QUESTIONS.iter().enumerate() {
            let known = |step: &String| {
                let mut here = EXCEPTIONS
                    .iter()
                    .filter(|one| one.includes(KIND, Way::ALL[0], asked.name));
                here.find(|one| step.starts_with(one.step))
                    .map(|one| one.says.to_owned())
            };
            let steps = asked.steps.iter().enumerate();
            let mut found: Vec<_> = steps
                .filter_map(|(place, step)| known(step).map(|why| (place, why)))
                .collect();
            if asked.name == of {
                found = different
                    .iter()
                    .map(|(at, why)| (*at, (*why).to_owned()))
                    .collect();
            }
            let place = (question, KIND, Adapter::Smol, 0);
            report.add(place, &Answer::new(found));
        }
        report
            .print(&[KIND], |_| true)
            .map_err(|error| error.to_string())
    }

    const EXCEPTED: &str = "directory with 0xFF, PWD";

    #[test]
    fn known_exceptions_are_green() {
        assert_eq!(printed("", &[]), Ok(()));
    }

    #[test]
    fn anything_else_is_red() {
        for (question, different) in [
            ("a_whole_session", &[(3, "no reply")][..]),
            (EXCEPTED, &[(0, "something else")]),
            (EXCEPTED, &[]),
        ] {
            assert!(printed(question, different).is_err(), "{question}");
        }
    }

    #[test]
    fn an_exception_that_does_not_occur_is_red() {
        assert!(Report::new(&QUESTIONS).print(&[KIND], |_| true).is_err());
    }

    #[test]
    fn each_exception_is_of_a_question_that_is_asked() {
        for exception in EXCEPTIONS.iter() {
            let is_asked = QUESTIONS.iter().any(|question| {
                let mut steps = question.steps.iter();
                question.name.starts_with(exception.question)
                    && steps.any(|step| step.starts_with(exception.step))
            });
            assert!(is_asked, "{}, {}", exception.question, exception.step);
        }
    }
}
