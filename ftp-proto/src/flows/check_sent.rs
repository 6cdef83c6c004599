//! Checks a file that was sent, and sets its time: SIZE (or MLST) and MFMT as one flight.
//!
//! ```text
//! Begin -+-> Together: the question, PWD and MFMT -+-> done
//!        |                                         | the replies do not fit, or tell nothing
//!        +-> Alone: Inspect, without MFMT <--------+
//! ```

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::Inspect;
use super::compose::inner;
use super::exchange::Exchange;
use super::extension::timed;
use super::inspect::{Inspected, prefers_facts};
use super::questions::{Ask, Questions, Said};
use crate::capabilities::{Capability, Support};
use crate::error::Error;
use crate::flow::{Answer, Flow, Step};
use crate::reply::Timestamp;
use crate::session::Session;
use crate::wire::{Class, Verb};

/// Asks for the size of a file, and sets its time in the same flight if the server bears that and
/// has accepted MFMT before.
#[derive(Debug)]
pub(crate) struct CheckSent {
    path: Vec<u8>,
    time: Timestamp,
    is_dated: bool,
    state: State,
}

/// What the server has said about a file that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) found: Inspected,
    /// Whether the time of the file is set.
    pub(crate) is_dated: bool,
}

#[derive(Debug)]
enum State {
    Begin,
    Together(Questions),
    Alone(Box<Inspect>),
}

impl CheckSent {
    pub(crate) fn new(path: &[u8], time: Timestamp) -> Result<Self, Error> {
        timed(Verb::MFMT, time, path)?;
        Ok(Self {
            path: path.to_vec(),
            time,
            is_dated: false,
            state: State::Begin,
        })
    }

    fn begin(&self, session: &Session) -> Result<State, Error> {
        let ask = match prefers_facts(session) {
            true => Ask::Facts,
            false => Ask::Size,
        };
        let is_known =
            session.features().is_some() || session.support(Capability::Mlst) != Support::Unknown;
        if is_known && session.support(Capability::Mfmt) == Support::Verified {
            let date = Exchange::new(timed(Verb::MFMT, self.time, &self.path)?);
            if let Some(questions) = Questions::before(date, &self.path, ask, session)? {
                return Ok(State::Together(questions));
            }
        }
        self.alone()
    }

    fn alone(&self) -> Result<State, Error> {
        Ok(State::Alone(Box::new(
            Inspect::new(&self.path)?.without_time(),
        )))
    }
}

impl Flow for CheckSent {
    type Output = Checked;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Checked>, Error> {
        Step::run(answer, |answer| {
            loop {
                self.state = match &mut self.state {
                    State::Begin => self.begin(session)?,
                    State::Together(questions) => match questions.ask(session, answer)? {
                        Some(said) => {
                            let reply = questions.last_reply();
                            let is_dated = reply.is_some_and(|it| it.class() == Class::Completion);
                            self.is_dated = is_dated;
                            match said.into_iter().next() {
                                Some(Said::Told(found)) => return Ok(Checked { found, is_dated }),
                                // For example, ProFTPD tells no facts about a hidden file.
                                Some(Said::Nothing) | None => self.alone()?,
                            }
                        }
                        None => self.alone()?,
                    },
                    State::Alone(inspect) => {
                        return Ok(Checked {
                            found: inner(&mut **inspect, session, answer)?,
                            is_dated: self.is_dated,
                        });
                    }
                };
            }
        })
    }
}
