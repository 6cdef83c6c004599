//! Asks a server what it knows about many paths.
//!
//! ```text
//! Features: FEAT, if it is not known whether the server has MLST
//!   v
//! Next -+-> Together: the questions about the next paths, as one flight ---> Next
//!       +-> One: Inspect for a path about which no flight has told --------> Next
//!       +-> all is known
//! ```

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::Feat;
use super::compose::{inner, unless_refused};
use super::inspect::{Inspect, Inspected, prefers_facts};
use super::questions::{Ask, Questions, Said};
use crate::capabilities::{Capability, Support};
use crate::error::Error;
use crate::flow::{Answer, Flow, Step};
use crate::session::Session;

/// Asks the server about many paths, as [`Inspect`] does about one: by MLST, or by SIZE and MDTM. A
/// path that the server refuses gives [`Inspected::Refused`] in its place, and the flow goes on.
///
/// To a server that is known to bear it, the questions leave as flights of up to 16 paths
/// ([`Pipelining::flights`](crate::Pipelining::flights)), so that 16 paths take one round trip.
///
/// Returns one result for each path, in the order of the paths.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::InspectMany;
///
/// let mut server = Server::new([
///     "211-Features:\r\n MLST type*;size*;\r\n211 End",
///     "250-Facts:\r\n type=file;size=5; a.csv\r\n250 End",
///     "550 No such file",
/// ]);
/// let found = drive(&mut session, InspectMany::new(["a.csv", "b.csv"])?, &mut server)?;
/// let sizes: Vec<Option<u64>> = found.iter().map(|it| it.size()).collect();
/// assert_eq!(sizes, [Some(5), None]);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct InspectMany {
    paths: Vec<Vec<u8>>,
    /// What is known about each path.
    found: Vec<Option<Inspected>>,
    /// How many paths were in a flight.
    asked: usize,
    /// Whether nothing is asked if the session allows no flight of questions.
    only_in_flights: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Begin,
    Features(Feat),
    Next,
    /// Sending the questions about the next paths as one flight.
    Together(Questions),
    /// Asking about the path with this number alone.
    One(usize, Box<Inspect>),
}

impl InspectMany {
    /// Makes the flow that asks about these paths.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if one of the paths cannot be sent.
    pub fn new(paths: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Self, Error> {
        let paths = paths.into_iter().map(|path| {
            let path = path.as_ref();
            Inspect::new(path).map(|_| path.to_vec())
        });
        let paths: Vec<_> = paths.collect::<Result<_, _>>()?;
        Ok(Self {
            found: paths.iter().map(|_| None).collect(),
            paths,
            asked: 0,
            only_in_flights: false,
            state: State::Begin,
        })
    }

    /// Asks only if the session allows a flight of questions. What is not asked is
    /// [`Inspected::Unasked`].
    pub(crate) fn only_in_flights(mut self) -> Self {
        self.only_in_flights = true;
        self
    }

    /// Returns the state of the next question. `None` if all is known.
    fn next(&self, session: &Session) -> Result<Option<State>, Error> {
        let ask = match prefers_facts(session) {
            true => Ask::Facts,
            false => Ask::SizeAndTime,
        };
        let rest = self.paths.get(self.asked..).unwrap_or_default();
        if let Some(questions) = Questions::about(rest, ask, session)? {
            return Ok(Some(State::Together(questions)));
        }
        if self.only_in_flights {
            return Ok(None);
        }
        let number = self.found.iter().position(Option::is_none);
        let Some((number, path)) = number.and_then(|at| Some((at, self.paths.get(at)?))) else {
            return Ok(None);
        };
        Ok(Some(State::One(number, Box::new(Inspect::new(path)?))))
    }

    fn results(&mut self) -> Vec<Inspected> {
        let found = self.found.drain(..);
        found.map(|it| it.unwrap_or(Inspected::Unasked)).collect()
    }

    /// Takes what was said in a flight about the next paths.
    fn take(&mut self, said: Vec<Said>) {
        let places = self.found.iter_mut().skip(self.asked);
        self.asked = self.asked.saturating_add(said.len());
        for (place, said) in places.zip(said) {
            if let Said::Told(inspected) = said {
                *place = Some(inspected);
            }
        }
    }
}

impl Flow for InspectMany {
    type Output = Vec<Inspected>;

    fn step(
        &mut self,
        session: &mut Session,
        answer: Answer,
    ) -> Result<Step<Vec<Inspected>>, Error> {
        Step::run(answer, |answer| {
            loop {
                self.state = match &mut self.state {
                    State::Begin if self.paths.is_empty() => return Ok(Vec::new()),
                    State::Begin if self.only_in_flights && !session.bears_flights() => {
                        return Ok(self.results());
                    }
                    State::Begin => match session.support(Capability::Mlst) {
                        Support::Unknown => State::Features(Feat::new()),
                        _ => State::Next,
                    },
                    State::Features(feat) => {
                        unless_refused(inner(feat, session, answer), session)?;
                        State::Next
                    }
                    State::Next => match self.next(session)? {
                        Some(state) => state,
                        None => return Ok(self.results()),
                    },
                    State::Together(questions) => {
                        if let Some(said) = questions.ask(session, answer)? {
                            self.take(said);
                        }
                        State::Next
                    }
                    State::One(number, inspect) => {
                        let inspected = inner(&mut **inspect, session, answer)?;
                        if let Some(place) = self.found.get_mut(*number) {
                            *place = Some(inspected);
                        }
                        State::Next
                    }
                };
            }
        })
    }
}
