//! The commands that bring a session back into step.

use alloc::vec::Vec;

use crate::wire::{Class, Code, Reply, Verb};

/// A command whose reply no other command can have. Every reply that comes before its reply belongs
/// to something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fence {
    /// The server answers PWD with 257.
    Pwd,
    /// The server answers SYST with 215. It is sent to servers that refuse PWD.
    Syst,
    /// The server answers FEAT with 211. It is sent to servers that refuse PWD and SYST.
    Feat,
}

/// Which fences cannot be used on this session.
#[derive(Debug, Default)]
pub(super) struct Fences {
    /// Fences that the server refuses.
    refused: Vec<Fence>,
    /// Fences whose reply would be ambiguous, because a reply with the same code may still come.
    /// One entry for each such reply.
    doubtful: Vec<Fence>,
}

/// What has come since the session last began to fence, that is, since it sent the first of PWD,
/// SYST and FEAT.
#[derive(Debug, Default)]
pub(super) struct Fencing {
    /// How many replies were thrown away.
    pub(super) swallowed: usize,
    /// The last reply that was thrown away.
    pub(super) last: Option<Reply>,
    /// How many of the replies that were thrown away may be refusals of a fence.
    pub(super) refusals: usize,
    /// How many fences were sent whose own reply has not come.
    pub(super) unanswered: usize,
}

impl Fencing {
    /// Removes and returns the last reply that was thrown away, if more replies came than refusals
    /// of fences can explain: then a reply came that belongs to no command.
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

    /// The fence whose command has this verb. `None` if no fence has it.
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
    /// Returns the next usable fence after `last`, or the first one.
    pub(super) fn next(&self, last: Option<Fence>) -> Option<Fence> {
        let mut all = Fence::ALL.into_iter();
        if let Some(last) = last {
            all.find(|fence| *fence == last);
        }
        all.find(|fence| !self.refused.contains(fence) && !self.doubtful.contains(fence))
    }

    /// Notes from the reply to an ordinary PWD, SYST or FEAT whether the server would refuse it as
    /// a fence. A 530 only means that a login is missing, so it says nothing.
    pub(super) fn learn(&mut self, verb: &str, reply: &Reply) {
        let Some(fence) = Fence::of(verb) else {
            return;
        };
        let other = reply.class() == Class::Completion && reply.code() != fence.code();
        if other || refuses_a_fence(reply) && reply.code() != Code::NOT_LOGGED_IN {
            self.refused.push(fence);
        }
    }

    /// Notes that the client stopped waiting for the reply to this command, or that another reply
    /// came in its place. If the real reply comes late, it must not be taken for a fence's reply.
    pub(super) fn mark_doubtful(&mut self, verb: &str, raw: bool) {
        match verb {
            "PWD" | "XPWD" | "MKD" | "XMKD" | "RMD" | "XRMD" => self.doubtful.push(Fence::Pwd),
            "SYST" => self.doubtful.push(Fence::Syst),
            "FEAT" | "STAT" | "HELP" | "SITE" | "OPTS" | "LANG" | "CLNT" => {
                self.doubtful.push(Fence::Feat);
            }
            "ALLO" | "CDUP" | "CWD" | "DELE" | "MDTM" | "MFMT" | "MLST" | "MODE" | "NOOP"
            | "REST" | "RNFR" | "RNTO" | "SIZE" | "STRU" | "TYPE" => {}
            // The reply to an unknown raw command may have any code.
            _ if raw => {
                self.doubtful.extend(Fence::ALL);
            }
            _ => {}
        }
    }

    /// Notes a reply that is not owed. It may be the late reply because of which a fence was
    /// doubtful, so that fence can be used again.
    pub(super) fn clear_doubt(&mut self, reply: &Reply) {
        let mut doubtful = self.doubtful.iter();
        if let Some(at) = doubtful.position(|fence| fence.code() == reply.code()) {
            self.doubtful.swap_remove(at);
        }
    }
}

/// Whether servers send this code for a command that they do not know or do not allow.
pub(super) fn refuses_a_fence(reply: &Reply) -> bool {
    reply.class() == Class::Permanent
        && matches!(reply.code().value(), 500..=504 | 521 | 530..=534 | 550)
}
