//! The commands that bring a session back into step.

use alloc::vec::Vec;

use crate::wire::{Class, Code, Reply, Verb};

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

/// Which of them cannot be used.
#[derive(Debug, Default)]
pub(super) struct Fences {
    /// The server refuses it.
    refused: Vec<Fence>,
    /// A reply that would be taken for its own may still come: one entry for each.
    doubtful: Vec<Fence>,
}

/// What came after the first fence was sent.
#[derive(Debug, Default)]
pub(super) struct Fencing {
    /// Replies that were thrown away.
    pub(super) swallowed: usize,
    /// The last one of them.
    pub(super) last: Option<Reply>,
    /// Those among them that may have refused a fence.
    pub(super) refusals: usize,
    /// Fences that were sent and not answered by their own code.
    pub(super) unanswered: usize,
}

impl Fencing {
    /// The last reply, where one came that neither a fence nor anything else asked for.
    pub(super) fn take_stray(&mut self) -> Option<Reply> {
        let refused = self.unanswered.min(self.refusals);
        let last = self.last.take();
        last.filter(|_| self.swallowed > refused)
    }
}

impl Fence {
    const ALL: [Self; 3] = [Self::Pwd, Self::Syst, Self::Feat];

    pub(super) fn verb(self) -> Verb {
        match self {
            Self::Pwd => Verb::PWD,
            Self::Syst => Verb::SYST,
            Self::Feat => Verb::FEAT,
        }
    }

    pub(super) fn code(self) -> Code {
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
    pub(super) fn next(&self, last: Option<Fence>) -> Option<Fence> {
        let mut all = Fence::ALL.into_iter();
        if let Some(last) = last {
            all.find(|fence| *fence == last);
        }
        all.find(|fence| !self.refused.contains(fence) && !self.doubtful.contains(fence))
    }

    /// What a reply says that came in step. One that there is no login says nothing.
    pub(super) fn learn(&mut self, verb: &str, reply: &Reply) {
        let Some(fence) = Fence::of(verb) else {
            return;
        };
        let other = reply.class() == Class::Completion && reply.code() != fence.code();
        if other || refuses_a_fence(reply) && reply.code() != Code::NOT_LOGGED_IN {
            self.refused.push(fence);
        }
    }

    /// The reply to this command was given up, or another one came in its place. Where it comes late,
    /// it must not be taken for a fence's.
    pub(super) fn doubt(&mut self, verb: &str, raw: bool) {
        match verb {
            "PWD" | "XPWD" | "MKD" | "XMKD" | "RMD" | "XRMD" => self.doubtful.push(Fence::Pwd),
            "SYST" => self.doubtful.push(Fence::Syst),
            "FEAT" | "STAT" | "HELP" | "SITE" | "OPTS" | "LANG" | "CLNT" => {
                self.doubtful.push(Fence::Feat);
            }
            "ALLO" | "CDUP" | "CWD" | "DELE" | "MDTM" | "MFMT" | "MLST" | "MODE" | "NOOP"
            | "REST" | "RNFR" | "RNTO" | "SIZE" | "STRU" | "TYPE" => {}
            // A raw command that nobody here knows may be answered like any of them.
            _ if raw => {
                self.doubtful.extend(Fence::ALL);
            }
            _ => {}
        }
    }

    /// A reply came that nobody owes: perhaps the one that was given up.
    pub(super) fn came(&mut self, reply: &Reply) {
        let mut doubtful = self.doubtful.iter();
        if let Some(at) = doubtful.position(|fence| fence.code() == reply.code()) {
            self.doubtful.swap_remove(at);
        }
    }
}

/// What a server says that does not know a command, or not from this user.
pub(super) fn refuses_a_fence(reply: &Reply) -> bool {
    reply.class() == Class::Permanent
        && matches!(reply.code().value(), 500..=504 | 521 | 530..=534 | 550)
}
