//! A handshake on the data connection before the first reply, for servers that want it in that order.
//!
//! Most servers say 150 and then shake hands. ftp-srv says 150 only after the handshake, and 425 where
//! none comes. A transfer that is refused after its handshake has begun has used a session ticket up,
//! so the last ticket is kept for a transfer that has begun, wherever that is possible.
//!
//! ```text
//!   this server was seen to shake hands first?
//!         no |                  | yes
//!         Waiting              Begun, with a ticket to spare ---+ there is none to spare
//!            | a second          |                              |
//!            | without a reply   |   <-------- Waiting ---------+
//!          Begun                 |
//!            |    \ 150 comes, or there is no ticket to spare
//!          Done    Never
//!            | a look at what has arrived
//!        Looking
//!            | no 150 yet: this server shakes hands first
//!        Awaiting
//! ```

use crate::session::transfer::Secured;
use crate::session::{FirstOnData, Session};
use crate::tls::Tickets;
use crate::wait::Wait;

/// How far the handshake before the first reply is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum EarlyHandshake {
    /// The data command has just left.
    #[default]
    Undecided,
    /// A reply may come first, within a second.
    Waiting,
    /// It has begun, at once or after that second.
    Begun { at_once: bool },
    /// It came to this. The reply may be here unread, from before.
    Done(Secured),
    /// The reply is looked for.
    Looking(Secured),
    /// It was done before there was a reply.
    Awaiting(Secured),
    /// It is not for this transfer.
    Never,
}

/// What to do where there is no reply yet.
pub(super) enum Instead {
    /// Wait for it.
    Wait(Wait),
    /// See whether it has arrived.
    Look,
    Begin,
    /// It is too late.
    Fail,
}

impl EarlyHandshake {
    /// There is no reply to the data command yet. `late` says that the last wait is over.
    pub(super) fn without_reply(&mut self, session: &Session, late: bool) -> Instead {
        let at_once = session.first_on_data() == Some(FirstOnData::Handshake);
        let (next, instead) = match (*self, late) {
            (Self::Undecided, _) if !session.protects_data() => {
                (Self::Never, Instead::Wait(Wait::Preliminary))
            }
            (Self::Undecided, _) if at_once => (Self::Begun { at_once }, Instead::Begin),
            (Self::Undecided, _) | (Self::Waiting, false) => {
                (Self::Waiting, Instead::Wait(Wait::EarlyHandshake))
            }
            (Self::Waiting, true) => (Self::Begun { at_once: false }, Instead::Begin),
            (Self::Done(secured), _) => (Self::Looking(secured), Instead::Look),
            (Self::Looking(secured), _) => {
                (Self::Awaiting(secured), Instead::Wait(Wait::Preliminary))
            }
            (other, false) => (other, Instead::Wait(Wait::Preliminary)),
            (other, true) => (other, Instead::Fail),
        };
        *self = next;
        instead
    }

    /// Which tickets the handshake may use. All of them, where it is the only way: nothing is known
    /// of the server, or it shakes hands first and has not refused within a second.
    pub(super) fn tickets(&self, session: &Session) -> Tickets {
        let replies_first = session.first_on_data() == Some(FirstOnData::Reply);
        match self {
            Self::Begun { at_once } if *at_once || replies_first => Tickets::AllButLast,
            _ => Tickets::All,
        }
    }

    /// The driver has not begun it: only the last ticket is left.
    pub(super) fn spared(&mut self) {
        *self = match self {
            Self::Begun { at_once: true } => Self::Waiting,
            _ => Self::Never,
        };
    }

    /// Whether a handshake is under way that began before there was a reply.
    pub(super) fn is_under_way(&self) -> bool {
        matches!(self, Self::Begun { .. })
    }

    /// The handshake is done. Gives it back where it began after the reply.
    pub(super) fn done(&mut self, secured: Secured) -> Option<Secured> {
        match self.is_under_way() {
            true => {
                *self = Self::Done(secured);
                None
            }
            false => Some(secured),
        }
    }

    /// A reply is in that does not refuse. Gives what the handshake came to, where it was done before.
    pub(super) fn replied(&mut self, session: &mut Session) -> Option<Secured> {
        let (first, secured) = match *self {
            Self::Awaiting(secured) => (Some(FirstOnData::Handshake), Some(secured)),
            // Nobody can tell.
            Self::Done(secured) | Self::Looking(secured) => (None, Some(secured)),
            _ => (Some(FirstOnData::Reply), None),
        };
        if let Some(first) = first.filter(|_| session.preliminary_reply().is_some()) {
            session.saw_first_on_data(first);
        }
        *self = Self::Never;
        secured
    }

    /// The transfer is refused, and the ticket of its handshake is lost. The next transfer spares the
    /// last one, unless this server is known to shake hands first.
    pub(super) fn refused(&self, session: &mut Session) {
        if self.is_under_way() && session.first_on_data().is_none() {
            session.saw_first_on_data(FirstOnData::Reply);
        }
    }
}
