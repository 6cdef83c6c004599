//! Fences: PWD, SYST and FEAT, which the client sends to find out which replies are old.

use alloc::vec::Vec;

use crate::wire::{Class, Code, Reply, Verb};

/// A command whose reply has a code of its own, such as PWD's 257. Every reply that comes before
/// the reply to the fence belongs to an earlier command, and is thrown away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fence {
    /// The server answers PWD with 257.
    Pwd,
    /// The server answers SYST with 215. The client sends it to a server that refuses PWD.
    Syst,
    /// The server answers FEAT with 211. The client sends it to a server that refuses PWD and SYST.
    Feat,
}

/// Which fences cannot be used in this session.
#[derive(Debug, Default)]
pub(super) struct Fences {
    /// Fences that the server refuses.
    refused: Vec<Fence>,
    /// Fences that cannot be used now, because the late reply to an earlier command may have the
    /// same code: a late reply to MKD has 257, as the reply to PWD has. There is one entry for each
    /// late reply.
    doubtful: Vec<Fence>,
}

/// The replies that have come while the client waits for the reply to a fence.
#[derive(Debug, Default)]
pub(super) struct Fencing {
    /// How many replies the session has thrown away while it waited for the fence's reply.
    pub(super) swallowed: usize,
    /// The last reply that was thrown away. `None` if none was.
    pub(super) last: Option<Reply>,
    /// How many of the replies that were thrown away have a code, such as 500, by which servers
    /// refuse a fence.
    pub(super) refusals: usize,
    /// How many fences were sent without getting their own reply (257, 215 or 211).
    pub(super) unanswered: usize,
    /// In which order fences are tried.
    pub(super) order: Order,
}

/// In which order fences are tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    #[default]
    PwdFirst,
    /// Before a command that can have a 257 too, such as MKD. If a stray 257 answers PWD, the 257 of
    /// PWD itself would be taken for the reply to MKD.
    PwdLast,
    /// Before a login, when servers refuse PWD and SYST.
    FeatOnly,
}

impl Fencing {
    /// Removes and returns the last reply that was thrown away. `None` if each reply that was
    /// thrown away may be the refusal of a fence. If there were more replies than fences that the
    /// server may have refused, at least one belonged to no command.
    pub(super) fn take_stray(&mut self) -> Option<Reply> {
        let refused = self.unanswered.min(self.refusals);
        let last = self.last.take();
        last.filter(|_| self.swallowed > refused)
    }
}

impl Fence {
    const ALL: [Self; 3] = [Self::Pwd, Self::Syst, Self::Feat];

    fn in_order(order: Order) -> impl Iterator<Item = Self> {
        let (skipped, again) = match order {
            Order::PwdFirst => (0, None),
            Order::PwdLast => (1, Some(Self::Pwd)),
            Order::FeatOnly => (2, None),
        };
        Self::ALL.into_iter().skip(skipped).chain(again)
    }

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

    /// Returns the fence whose command has this verb. `None` if no fence has this verb.
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
    /// Returns the next fence after `last` that can be used, or the first one if `last` is `None`.
    pub(super) fn next(&self, order: Order, last: Option<Fence>) -> Option<Fence> {
        let mut all = Fence::in_order(order);
        if let Some(last) = last {
            all.find(|fence| *fence == last);
        }
        all.find(|fence| !self.refused.contains(fence) && !self.doubtful.contains(fence))
    }

    /// Learns from the reply to an ordinary PWD, SYST or FEAT whether the server would refuse this
    /// command as a fence. A 530 shows nothing, because it only means that the client is not logged
    /// in.
    pub(super) fn learn(&mut self, verb: &str, reply: &Reply) {
        let Some(fence) = Fence::of(verb) else {
            return;
        };
        let other = reply.class() == Class::Completion && reply.code() != fence.code();
        if other || refuses_a_fence(reply) && reply.code() != Code::NOT_LOGGED_IN {
            self.refused.push(fence);
        }
    }

    /// Notes that the real reply to this command may still come late: the client stopped waiting
    /// for this reply, or the reply to another command came first. Until the real reply has come, a
    /// fence whose reply has the same code cannot be used.
    pub(super) fn mark_doubtful(&mut self, verb: &str, raw: bool) {
        match verb {
            "PWD" | "XPWD" | "MKD" | "XMKD" | "RMD" | "XRMD" => self.doubtful.push(Fence::Pwd),
            "SYST" => self.doubtful.push(Fence::Syst),
            "FEAT" | "STAT" | "HELP" | "SITE" | "OPTS" | "LANG" | "CLNT" => {
                self.doubtful.push(Fence::Feat);
            }
            "ALLO" | "CDUP" | "CWD" | "DELE" | "MDTM" | "MFMT" | "MLST" | "MODE" | "NOOP"
            | "REST" | "RNFR" | "RNTO" | "SIZE" | "STRU" | "TYPE" => {}
            // The late reply to a raw command that is not listed above may have any code, so it
            // could be taken for the reply to any fence.
            _ if raw => {
                self.doubtful.extend(Fence::ALL);
            }
            _ => {}
        }
    }

    /// Notes a reply that no command waits for. It may be the late reply because of which a fence
    /// could not be used. The fence can then be used again.
    pub(super) fn clear_doubt(&mut self, reply: &Reply) {
        let mut doubtful = self.doubtful.iter();
        if let Some(at) = doubtful.position(|fence| fence.code() == reply.code()) {
            self.doubtful.swap_remove(at);
        }
    }
}

/// Whether the reply has a code that servers send for a command that they do not know or do not
/// allow.
pub(super) fn refuses_a_fence(reply: &Reply) -> bool {
    reply.class() == Class::Permanent
        && matches!(reply.code().value(), 500..=504 | 521 | 530..=534 | 550)
}
