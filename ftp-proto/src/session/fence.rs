//! The commands that bring a session back into step.

use alloc::vec::Vec;

use super::Session;
use super::ledger::{Owed, Shape};
use crate::error::{Error, ErrorKind};
use crate::wire::{Class, Code, Command, Reply, Verb};

/// A command whose reply can be taken for no other command's. Everything that comes before that
/// reply belongs to something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fence {
    /// 257.
    Pwd,
    /// 215, of servers that refuse PWD.
    Syst,
    /// 211, of servers that refuse both.
    Feat,
}

/// Which of them this server is known to refuse, or could answer late from an earlier time.
#[derive(Debug, Default)]
pub(super) struct Fences {
    unusable: Vec<Fence>,
}

/// What came after the first fence was sent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fencing {
    /// Replies that were thrown away.
    swallowed: usize,
    /// Those among them that may have refused a fence.
    refusals: usize,
    /// Fences that were sent and not answered by their own code.
    unanswered: usize,
}

impl Fencing {
    /// How many replies came that neither a fence nor anything else asked for.
    pub(super) fn strays(self) -> usize {
        self.swallowed
            .saturating_sub(self.unanswered.min(self.refusals))
    }
}

impl Fence {
    const ALL: [Self; 3] = [Self::Pwd, Self::Syst, Self::Feat];

    fn verb(self) -> Verb {
        match self {
            Self::Pwd => Verb::PWD,
            Self::Syst => Verb::SYST,
            Self::Feat => Verb::FEAT,
        }
    }

    fn code(self) -> Code {
        match self {
            Self::Pwd => Code::PATHNAME,
            Self::Syst => Code::SYSTEM_TYPE,
            Self::Feat => Code::SYSTEM_STATUS,
        }
    }

    /// The fence that this command is, too.
    fn of(verb: &str) -> Option<Self> {
        match verb {
            "PWD" | "XPWD" => Some(Self::Pwd),
            "SYST" => Some(Self::Syst),
            "FEAT" => Some(Self::Feat),
            _ => None,
        }
    }
}

impl Fences {
    /// The first one that can be used after this one.
    fn next(&self, last: Option<Fence>) -> Option<Fence> {
        let mut all = Fence::ALL.into_iter();
        if let Some(last) = last {
            all.find(|fence| *fence == last);
        }
        all.find(|fence| !self.unusable.contains(fence))
    }

    /// What a reply says that came in step. One that there is no login says nothing.
    pub(super) fn learn(&mut self, owed: &Owed, reply: &Reply) {
        let Some(fence) = Fence::of(&owed.verb) else {
            return;
        };
        let other = reply.class() == Class::Completion && reply.code() != fence.code();
        if other || refuses_a_fence(reply) && reply.code() != Code::NOT_LOGGED_IN {
            self.give_up(fence);
        }
    }

    /// The reply to this command was given up. Where it comes late, it must not be taken for a
    /// fence's.
    pub(super) fn doubt(&mut self, owed: &Owed) {
        match owed.verb.as_str() {
            "PWD" | "XPWD" | "MKD" | "XMKD" | "RMD" | "XRMD" => self.give_up(Fence::Pwd),
            "SYST" => self.give_up(Fence::Syst),
            "FEAT" | "STAT" | "HELP" | "SITE" | "OPTS" | "LANG" | "CLNT" => {
                self.give_up(Fence::Feat);
            }
            "ALLO" | "CDUP" | "CWD" | "DELE" | "MDTM" | "MFMT" | "MLST" | "MODE" | "NOOP"
            | "REST" | "RNFR" | "RNTO" | "SIZE" | "STRU" | "TYPE" => {}
            // A raw command that nobody here knows may be answered like any of them.
            _ if owed.shape == Shape::Raw => {
                for fence in Fence::ALL {
                    self.give_up(fence);
                }
            }
            _ => {}
        }
    }

    fn give_up(&mut self, fence: Fence) {
        if !self.unusable.contains(&fence) {
            self.unusable.push(fence);
        }
    }
}

impl Session {
    /// Sends the first fence that this server may answer. Before the login there is none: servers
    /// refuse them all.
    pub(crate) fn send_fence(&mut self) -> Result<(), Error> {
        self.alive()?;
        self.clock = None;
        self.fencing = Fencing::default();
        let first = self.state.fences.next(None);
        match first.filter(|_| self.state.logged_in) {
            Some(fence) => self.release_fence(fence),
            None => return Err(self.dead_of(no_fence())),
        }
        Ok(())
    }

    fn release_fence(&mut self, fence: Fence) {
        let command = Command::from(fence.verb());
        let owed = Owed::fence(&command, fence);
        self.release(&command, owed);
        self.fencing.unanswered = self.fencing.unanswered.saturating_add(1);
    }

    /// The reply is that of a fence, or belongs to something else.
    pub(super) fn attribute_to_fence(&mut self, reply: Reply) {
        let is_answered =
            |owed: &Owed| matches!(owed.shape, Shape::Fence(fence) if fence.code() == reply.code());
        if let Some(at) = self.ledger.iter().position(is_answered) {
            self.pass_fences(at);
            return;
        }
        self.queued &= !reply.ends_a_transfer();
        self.fencing.swallowed = self.fencing.swallowed.saturating_add(1);
        if self.fencing.swallowed > self.config.strays {
            return self.die(Error::new(ErrorKind::OutOfStep).with_reply(reply));
        }
        if !refuses_a_fence(&reply) {
            return;
        }
        self.fencing.refusals = self.fencing.refusals.saturating_add(1);
        // Perhaps this server knows no such command: the next fence comes after it.
        let last = self.ledger.iter().rev().find_map(|owed| match owed.shape {
            Shape::Fence(fence) => Some(fence),
            _ => None,
        });
        match self.state.fences.next(last) {
            Some(next) => self.release_fence(next),
            None if self.fencing.refusals >= self.fencing.unanswered => {
                self.die(no_fence().with_reply(reply));
            }
            None => {}
        }
    }

    /// The fence at this place is answered, and with it all before it. Each one after it has one
    /// reply to come, which counts as that of any command.
    fn pass_fences(&mut self, at: usize) {
        self.ledger.drain(..=at);
        self.fencing.unanswered = at;
        for owed in &mut self.ledger {
            owed.shape = Shape::Single;
        }
        self.out_of_step = false;
        self.strays = 0;
    }
}

/// What a server says that does not know a command, or not from this user.
fn refuses_a_fence(reply: &Reply) -> bool {
    reply.class() == Class::Permanent
        && matches!(reply.code().value(), 500..=504 | 521 | 530..=534 | 550)
}

fn no_fence() -> Error {
    let why = "a reply was lost or came unasked, and neither PWD nor SYST nor FEAT can tell where \
               the replies are now";
    Error::new(ErrorKind::OutOfStep).with_source(why)
}
