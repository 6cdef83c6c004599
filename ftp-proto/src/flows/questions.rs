//! Questions about several paths that leave as one flight: MLST, or SIZE and MDTM, about each path.
//!
//! The replies to SIZE and MDTM have the same code, and none of these replies names its path for
//! certain. So PWD follows the questions about each path, as a checkpoint: no other command of the
//! flight can get its 257. If one reply is lost, or comes twice, each later reply seems to belong to
//! another command, and then a 257 comes in the wrong place. If two neighbours are swapped, one of
//! them gets a code or a text that it cannot get. If anything does not fit, nothing of the flight
//! counts.

use alloc::vec::Vec;
use core::mem;

use super::exchange::Exchange;
use super::inspect::{Attempt, Inspected, attempt};
use super::{Facts, Modified, Size, Type};
use crate::capabilities::{Capability, Support};
use crate::error::{Error, ErrorKind};
use crate::flow::{Answer, Halt};
use crate::reply::Timestamp;
use crate::representation::TransferType;
use crate::session::Session;
use crate::wait::Wait;
use crate::wire::{Class, Reply};

/// The most paths in a flight.
const MOST_PATHS: usize = 16;

/// The most bytes of commands in a flight, unless it is about one path. The buffers of any system
/// hold as many, so that neither side waits for the other one to read.
const MOST_BYTES: usize = 2048;

/// How many bytes a checkpoint has: `PWD` and its line end.
const CHECKPOINT: usize = 5;

/// Questions about several paths that leave as one flight.
#[derive(Debug)]
pub(super) struct Questions {
    paths: Vec<AboutPath>,
    /// A command that leaves after the questions.
    last: Option<Exchange>,
    binary: Option<Type>,
    /// How many commands were sent. 0 before that.
    sent: usize,
    replies: Vec<Reply>,
    /// Whether the replies do not fit, so that the rest of them is thrown away.
    failed: bool,
}

/// The questions about one path. A question that is not asked is `None`.
#[derive(Debug)]
struct AboutPath {
    path: Vec<u8>,
    facts: Option<Facts>,
    size: Option<Size>,
    modified: Option<Modified>,
}

/// What the replies of a flight say about one path.
#[derive(Debug)]
pub(super) enum Said {
    Told(Inspected),
    /// The reply cannot be read, or the server does not know the command. Other questions are left.
    Nothing,
}

/// Which questions are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Facts,
    Size,
    SizeAndTime,
}

impl Questions {
    /// Makes a flight of questions about the first of these paths, as many as one flight may have.
    /// Returns `None` if the session allows no such flight, or if there is only one question.
    pub(super) fn about(
        paths: &[Vec<u8>],
        ask: Ask,
        session: &Session,
    ) -> Result<Option<Self>, Error> {
        if !session.bears_flights() {
            return Ok(None);
        }
        let (mut chosen, mut commands, mut bytes) = (Vec::new(), 0_usize, 0_usize);
        for path in paths.iter().take(MOST_PATHS) {
            let mut questions = AboutPath::new(path, ask, session)?;
            for exchange in questions.asked() {
                commands = commands.saturating_add(1);
                bytes = bytes.saturating_add(exchange.length());
            }
            bytes = bytes.saturating_add(CHECKPOINT);
            if bytes > MOST_BYTES && !chosen.is_empty() {
                break;
            }
            chosen.push(questions);
        }
        Ok((commands > 1).then(|| Self::new(chosen, ask, None)))
    }

    /// Makes a flight of the question about one path, and then this command. Returns `None` if the
    /// session allows no such flight, or if there is no question.
    pub(super) fn before(
        last: Exchange,
        path: &[u8],
        ask: Ask,
        session: &Session,
    ) -> Result<Option<Self>, Error> {
        let mut about = AboutPath::new(path, ask, session)?;
        let may = session.bears_flights() && about.asked().next().is_some();
        Ok(may.then(|| Self::new(alloc::vec![about], ask, Some(last))))
    }

    fn new(paths: Vec<AboutPath>, ask: Ask, last: Option<Exchange>) -> Self {
        Self {
            paths,
            last,
            binary: (ask != Ask::Facts).then(|| Type::new(TransferType::Image)),
            sent: 0,
            replies: Vec::new(),
            failed: false,
        }
    }

    /// Returns the reply to the command after the questions.
    pub(super) fn last_reply(&self) -> Option<&Reply> {
        self.replies.first()
    }

    /// Asks, and returns what the server has said about each path. `None` if the replies do not fit
    /// the questions: then nothing is known, and the session sends one command at a time.
    pub(super) fn ask(
        &mut self,
        session: &mut Session,
        answer: &mut Answer,
    ) -> Result<Option<Vec<Said>>, Halt> {
        if self.sent == 0 {
            let questions = self.paths.iter_mut().flat_map(AboutPath::asked);
            for command in questions.chain(&mut self.last) {
                command.settle_names(session, answer)?;
            }
            self.sent = self.queue(session)?;
        }
        while self.replies.len() < self.sent && !self.failed {
            match session.next_reply(answer, Wait::Reply) {
                Ok(reply) => self.replies.push(reply),
                Err(Halt::Error(_)) if !session.is_dead() => self.fail(session)?,
                Err(halt) => return Err(halt),
            }
        }
        if !self.failed {
            match self.judge(session)? {
                Some(said) => return Ok(Some(said)),
                None => self.fail(session)?,
            }
        }
        session.await_discarded(answer)?;
        Ok(None)
    }

    fn fail(&mut self, session: &mut Session) -> Result<(), Error> {
        self.failed = true;
        session.doubt_questions()
    }

    /// Queues all commands, and returns how many they are.
    fn queue(&mut self, session: &mut Session) -> Result<usize, Error> {
        let binary = match &mut self.binary {
            Some(binary) => binary.queue(session)?,
            None => false,
        };
        if !binary {
            self.binary = None;
        }
        let mut count = usize::from(binary);
        for about in &mut self.paths {
            for question in about.asked() {
                question.queue_question(session)?;
                count = count.saturating_add(1);
            }
            session.send_checkpoint()?;
            count = count.saturating_add(1);
        }
        if let Some(last) = &mut self.last {
            last.queue(session)?;
            count = count.saturating_add(1);
        }
        Ok(count)
    }

    /// Reads the replies. Returns `None` if one of them does not fit its command.
    fn judge(&mut self, session: &mut Session) -> Result<Option<Vec<Said>>, Halt> {
        let mut replies = mem::take(&mut self.replies).into_iter();
        if self.binary.is_some() {
            let binary = replies.next();
            if binary.is_none_or(|reply| reply.class() != Class::Completion) {
                return Ok(None);
            }
        }
        let mut lessons = Vec::new();
        let mut said = Vec::with_capacity(self.paths.len());
        for about in &self.paths {
            let answers = about.pick(&mut replies);
            lessons.extend(answers.lessons(session));
            match about.read(answers, session)? {
                Some(it) => said.push(it),
                None => return Ok(None),
            }
        }
        for (capability, reply) in lessons {
            session.learn_from_answer(capability, &reply);
        }
        self.replies = replies.collect();
        Ok(Some(said))
    }
}

/// The replies to the questions about one path.
struct Answers {
    facts: Option<Reply>,
    size: Option<Reply>,
    modified: Option<Reply>,
}

impl Answers {
    /// Returns the replies that show something new about what the server can do.
    fn lessons(&self, session: &Session) -> Vec<(Capability, Reply)> {
        let all = [
            (Capability::Mlst, &self.facts),
            (Capability::Size, &self.size),
            (Capability::Mdtm, &self.modified),
        ];
        let replies = all
            .into_iter()
            .filter_map(|(kind, it)| Some((kind, it.as_ref()?)));
        let is_new = |(kind, reply): &(Capability, &Reply)| {
            reply.is_not_implemented() || session.support(*kind) != Support::Verified
        };
        let new = replies.filter(is_new);
        new.map(|(kind, reply)| (kind, reply.clone())).collect()
    }
}

impl AboutPath {
    fn new(path: &[u8], ask: Ask, session: &Session) -> Result<Self, Error> {
        let sizes = ask != Ask::Facts && !session.lacks(Capability::Size);
        let times = ask == Ask::SizeAndTime && !session.lacks(Capability::Mdtm);
        Ok(Self {
            path: path.to_vec(),
            facts: match ask {
                Ask::Facts => Some(Facts::new(Some(path))?),
                Ask::Size | Ask::SizeAndTime => None,
            },
            size: sizes.then(|| Size::new(path)).transpose()?,
            modified: times.then(|| Modified::new(path)).transpose()?,
        })
    }

    /// Returns the commands in their order.
    fn asked(&mut self) -> impl Iterator<Item = &mut Exchange> {
        let facts = self.facts.as_mut().map(Facts::exchange);
        let size = self.size.as_mut().map(Size::exchange);
        let modified = self.modified.as_mut().map(Modified::exchange);
        [facts, size, modified].into_iter().flatten()
    }

    /// Takes the replies to these questions and to the checkpoint after them.
    fn pick(&self, replies: &mut impl Iterator<Item = Reply>) -> Answers {
        let answers = Answers {
            facts: self.facts.as_ref().and_then(|_| replies.next()),
            size: self.size.as_ref().and_then(|_| replies.next()),
            modified: self.modified.as_ref().and_then(|_| replies.next()),
        };
        // The session has checked the reply to the checkpoint.
        replies.next();
        answers
    }

    /// Reads the replies. Returns `None` if one of them does not fit.
    fn read(&self, answers: Answers, session: &Session) -> Result<Option<Said>, Halt> {
        if let Some(reply) = answers.facts {
            let facts = Facts::read(reply).map_err(Halt::Error);
            return Ok(Some(match attempt(facts, &self.path, session)? {
                Attempt::Told(entry) => Said::Told(Inspected::Facts(entry)),
                Attempt::Refused(error) => Said::Told(Inspected::Refused(error)),
                Attempt::Useless => Said::Nothing,
            }));
        }
        if answers.size.as_ref().is_some_and(is_time) {
            return Ok(None);
        }
        let size = answers.size.map_or(Ok(None), Size::read);
        let modified = answers.modified.map_or(Ok(None), Modified::read);
        if is_unreadable(&size) || is_unreadable(&modified) {
            return Ok(None);
        }
        let size = attempt(size.map_err(Halt::Error), &self.path, session)?;
        let modified = attempt(modified.map_err(Halt::Error), &self.path, session)?;
        Ok(Some(Said::Told(Inspected::of(size, modified))))
    }
}

/// Whether this reply to SIZE may be the reply to MDTM: its number is a time too.
fn is_time(reply: &Reply) -> bool {
    let text = reply.text_lines().last().unwrap_or_default();
    Timestamp::parse(text.trim_ascii()).is_ok()
}

/// Whether a reply with a positive code holds no size or time.
fn is_unreadable<T>(read: &Result<T, Error>) -> bool {
    matches!(read, Err(error) if error.kind() == ErrorKind::Protocol)
}
