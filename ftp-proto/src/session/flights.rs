//! What a session knows about its flights of several commands, and about the port that it has asked
//! for ahead.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::effect::Effect;
use crate::error::Error;
use crate::wire::{Reply, Verb};

/// What a session knows about its flights of several commands.
#[derive(Debug, Default)]
pub(super) struct Flights {
    /// Whether a flight of several commands is under way.
    pub(super) several: bool,
    /// What the commands of this flight change. Commands that change nothing are left out.
    pub(super) effects: Vec<Effect>,
    /// What the commands of the last flight have changed, until the next flight leaves.
    pub(super) last: Vec<Effect>,
    /// Whether a reply has come that fits no command of the flight under way.
    pub(super) doubted: bool,
    /// The last reply to a command of the flight under way.
    pub(super) newest: Option<Box<Reply>>,
    /// Whether a reply has come twice in this flight, and no reply after it shows that each of the
    /// two answers a command of its own.
    pub(super) repeated: bool,
    /// Whether the greeting names a server that bears every kind of pipelining.
    pub(super) robust: bool,
    /// Whether any flight of several commands has left.
    pub(super) used: bool,
    /// Whether an odd, missing or late reply has ended pipelining for this session.
    pub(super) over: bool,
    /// Whether a 229 or 227 may still come for the EPSV or PASV that left beside the last transfer:
    /// late, or for the second time.
    pub(super) port_may_follow: bool,
    /// Whether a transfer of this session was confirmed.
    pub(super) has_transferred: bool,
    /// The reply to an EPSV or PASV that was sent ahead. The next transfer uses it.
    pub(super) port: Option<Box<Port>>,
}

/// The reply to an EPSV or PASV that was sent ahead.
#[derive(Debug)]
pub(super) struct Port {
    pub(super) verb: Verb,
    pub(super) reply: Result<Reply, Error>,
    /// The number of the operation that has asked for the port.
    pub(super) operation: u64,
}
