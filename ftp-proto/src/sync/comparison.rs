//! The comparison of one file on the server with its local counterpart, which may take questions to
//! the server.

use alloc::vec::Vec;

use super::compare::{Hashes, Known, Pair, Verdict, ZoneDoubt};
use super::draft::Met;
use super::local_tree::LocalEntry;
use super::options::{Compare, SyncOptions};
use super::times::{Between, ServerZone, is_exact};
use crate::error::Error;
use crate::files::Hasher;
use crate::flows::{HashOf, Inspect};
use crate::listing::{Modified, Precision, Zone};
use crate::reply::{Algorithm, FileHash};
use crate::session::transfer::Direction;
use crate::tree::{HashLocal, Inspected, Outcome, Task};

/// The comparison of one file.
#[derive(Debug)]
pub(super) struct Comparison {
    pub(super) met: Met,
    pub(super) at: usize,
    local: LocalEntry,
    asked: Asked,
    hash: Hashes,
    theirs: Option<FileHash>,
    /// The last question.
    question: Question,
    /// Whether it is unknown if the server has the file.
    is_doubtful: bool,
}

/// What the server has told besides its listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Nothing,
    Everything,
}

/// A question that a comparison asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    /// The size and the time on the server.
    Facts,
    /// The server's hash.
    Theirs,
    /// The hash of the local file.
    Ours,
}

/// What all comparisons of a plan have learnt about the server.
#[derive(Debug)]
pub(super) struct Learnt {
    zone: ServerZone,
    /// Whether the server answers no question about a file.
    is_mute: bool,
    /// The algorithms that the server may still know. The first one is used.
    algorithms: Vec<Algorithm>,
}

/// How a comparison goes on.
#[derive(Debug)]
pub(super) enum Way {
    Run(Task),
    HashLocal(HashLocal),
    Done(Verdict),
    /// The server does not have the file.
    Absent,
    Failed(Error),
}

impl Learnt {
    pub(super) fn new() -> Self {
        Self {
            zone: ServerZone::Unasked(0),
            is_mute: false,
            algorithms: Hasher::algorithms().collect(),
        }
    }
}

impl Comparison {
    pub(super) fn new(met: Met, at: usize, local: LocalEntry) -> Self {
        Self {
            met,
            at,
            local,
            asked: Asked::Nothing,
            hash: Hashes::Unknown,
            theirs: None,
            question: Question::Facts,
            is_doubtful: false,
        }
    }

    /// Makes a comparison with a file that the server may have, although no listing has shown it.
    pub(super) fn doubtful(met: Met, at: usize, local: LocalEntry) -> Self {
        Self {
            is_doubtful: true,
            ..Self::new(met, at, local)
        }
    }

    /// Returns what to do next. `root` is the local directory of the sync.
    pub(super) fn way(
        &mut self,
        direction: Direction,
        options: &SyncOptions,
        learnt: &Learnt,
        root: &[u8],
    ) -> Way {
        let how = options.compare;
        let verdict = match self.is_doubtful || self.wants_zone(how, learnt) {
            true => Verdict::Ask,
            false => self.pair(direction, options, learnt).compare(how),
        };
        let way = match verdict {
            Verdict::Ask => {
                self.question = Question::Facts;
                Inspect::new(&self.met.path).map(|flow| Way::Run(flow.into()))
            }
            Verdict::Hash => self.hash(learnt, root),
            verdict => Ok(Way::Done(verdict)),
        };
        way.unwrap_or_else(Way::Failed)
    }

    /// Whether this file can show how far the server's zone is from UTC.
    fn wants_zone(&self, how: Compare, learnt: &Learnt) -> bool {
        let uses_times = match how {
            Compare::SizeOrNewer | Compare::Newer | Compare::SizeOrTime => true,
            Compare::Hash => learnt.algorithms.is_empty() || self.hash == Hashes::Unavailable,
            _ => false,
        };
        uses_times
            && matches!(learnt.zone, ServerZone::Unasked(_))
            && self.asked == Asked::Nothing
            && !learnt.is_mute
            && self.met.modified.is_some_and(shows_zone)
    }

    fn pair(&self, direction: Direction, options: &SyncOptions, learnt: &Learnt) -> Pair {
        let ours = Known {
            size: Some(self.local.size()),
            time: self.local.modified().map(Between::exactly),
        };
        // A guess at the order of day and month is no time.
        let modified = self.met.modified.filter(|time| !time.is_order_assumed());
        // If the server does not tell this file's time, daylight saving time may have another
        // offset.
        let zone = match self.asked {
            Asked::Nothing => learnt.zone,
            Asked::Everything => ServerZone::Unknown,
        };
        let theirs = Known {
            size: self.met.size,
            time: modified.map(|time| Between::listed(time, zone)),
        };
        let (source, target) = match direction {
            Direction::Download => (theirs, ours),
            Direction::Upload => (ours, theirs),
        };
        let is_complete = self.met.size.is_some() && self.met.modified.is_some_and(is_exact);
        Pair {
            source,
            target,
            is_exact: options.files.compares_sizes(),
            doubt: match (self.asked, learnt.zone) {
                _ if !modified.is_some_and(shows_zone) => ZoneDoubt::None,
                (Asked::Nothing, ServerZone::Offset(_)) => ZoneDoubt::Hour,
                (Asked::Nothing, ServerZone::Unknown) => ZoneDoubt::Zone,
                _ => ZoneDoubt::None,
            },
            may_ask: self.asked == Asked::Nothing && !learnt.is_mute && !is_complete,
            hash: match learnt.algorithms.is_empty() {
                true => Hashes::Unavailable,
                false => self.hash,
            },
        }
    }

    /// Asks for the hash of the server, and then for the local one.
    fn hash(&mut self, learnt: &Learnt, root: &[u8]) -> Result<Way, Error> {
        if let Some(theirs) = &self.theirs {
            self.question = Question::Ours;
            let path = match root {
                b"" => self.met.local.clone(),
                root => [root, b"/", &self.met.local].concat(),
            };
            return Ok(Way::HashLocal(HashLocal::new(path, theirs.algorithm())));
        }
        self.question = Question::Theirs;
        match learnt.algorithms.first() {
            Some(algorithm) => Ok(Way::Run(HashOf::new(&self.met.path, *algorithm)?.into())),
            None => Ok(Way::Done(Verdict::Hash)),
        }
    }

    /// Takes the answer to the last question. Returns how the comparison ends, if it does.
    pub(super) fn answered(
        &mut self,
        learnt: &mut Learnt,
        result: Result<Outcome, Error>,
    ) -> Option<Way> {
        match result {
            Ok(Outcome::Inspected(inspected)) => return self.inspected(learnt, inspected),
            Ok(Outcome::Hash(Some(hash))) => self.theirs = Some(hash),
            // The next algorithm may work.
            Ok(Outcome::Hash(None)) => {
                learnt.algorithms.drain(..1);
            }
            Ok(Outcome::LocalHash(ours)) => {
                let theirs = self.theirs.as_ref().map(FileHash::as_bytes);
                self.hash = match theirs == Some(&*ours) {
                    true => Hashes::Same,
                    false => Hashes::Differ,
                };
            }
            Ok(Outcome::Done | Outcome::Checked { .. } | Outcome::AllInspected(_)) => {}
            Err(error) if self.is_doubtful => return Some(Way::Failed(error)),
            Err(error) => match self.question {
                Question::Facts => self.asked = Asked::Everything,
                Question::Theirs => self.hash = Hashes::Unavailable,
                Question::Ours => return Some(Way::Failed(error)),
            },
        }
        None
    }

    fn inspected(&mut self, learnt: &mut Learnt, inspected: Inspected) -> Option<Way> {
        self.asked = Asked::Everything;
        let is_doubtful = core::mem::take(&mut self.is_doubtful);
        let listed = self.met.modified;
        let (size, modified) = match inspected {
            Inspected::Facts(entry) => (entry.size(), entry.modified()),
            Inspected::File { size, modified } => (size, modified.map(Modified::utc)),
            Inspected::Refused(_) if is_doubtful => return Some(Way::Absent),
            Inspected::Refused(_) => (None, None),
            Inspected::Unasked => {
                learnt.is_mute = true;
                if is_doubtful {
                    return Some(Way::Absent);
                }
                (None, None)
            }
        };
        let exact = modified.filter(|modified| is_exact(*modified));
        if let Some(listed) = listed {
            learnt.zone.learn(listed, exact.map(Modified::time));
        }
        self.met.size = size.or(self.met.size);
        self.met.modified = exact.or(self.met.modified);
        None
    }
}

/// Whether a time of a listing can show how far the server's zone is from UTC. A day cannot.
fn shows_zone(modified: Modified) -> bool {
    modified.zone() == Zone::Server && modified.precision() != Precision::Day
}
