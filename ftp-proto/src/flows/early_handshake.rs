//! The handshake on a data connection before the first reply, for servers that want this order.
//!
//! Most servers send 150 and then begin the handshake. ftp-srv sends 150 only after the handshake,
//! and 425 if there is none. If the handshake has begun and the server then refuses the transfer, a
//! session ticket was wasted. So the last ticket is kept for a transfer that the server has
//! accepted, if that is possible.
//!
//! ```text
//!   does this server begin with the handshake, as far as we have seen?
//!         no |                  | yes
//!         Waiting              Begun, if a ticket to spare ------+ there is none to spare
//!            | a second          |                              |
//!            | without a reply   |   <-------- Waiting ---------+
//!          Begun                 |
//!            |    \ 150 comes, or there is no ticket to spare
//!          Done    Never
//!            | a look at what has arrived
//!        Looking
//!            | no 150 yet: this server begins with the handshake
//!        Awaiting
//! ```

use crate::session::transfer::DataTls;
use crate::session::{FirstOnData, Session};
use crate::tls::Tickets;
use crate::wait::Wait;

/// The progress of a data handshake that begins before the first reply to the data command.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum EarlyHandshake {
    /// The data command was just sent.
    #[default]
    Undecided,
    /// The client waits a second, in which the server may reply first.
    Waiting,
    /// The handshake has begun: `at_once` after the data command, or after the second of `Waiting`.
    Begun { at_once: bool },
    /// The handshake is done, with this result. The server's reply may have arrived during the
    /// handshake and not be read yet.
    Done(DataTls),
    /// The driver looks whether the server's reply has arrived. The handshake is done, with this
    /// result.
    Looking(DataTls),
    /// The look has found no reply, so the client waits for it. The handshake is done, with this
    /// result.
    Awaiting(DataTls),
    /// This transfer has no early handshake.
    Never,
}

/// What the flow does while there is no reply to the data command.
pub(super) enum NextMove {
    /// Wait for the reply.
    Wait(Wait),
    /// Look whether the reply has arrived.
    Look,
    Begin,
    /// Fail: the time is over.
    Fail,
}

impl EarlyHandshake {
    /// Decides what to do, since there is no reply to the data command yet. `late` says whether the
    /// last wait has timed out.
    pub(super) fn without_reply(&mut self, session: &Session, late: bool) -> NextMove {
        let at_once = session.first_on_data() == Some(FirstOnData::Handshake);
        let (next, next_move) = match (*self, late) {
            (Self::Undecided, _) if !session.protects_data() => {
                (Self::Never, NextMove::Wait(Wait::Preliminary))
            }
            (Self::Undecided, _) if at_once => (Self::Begun { at_once }, NextMove::Begin),
            (Self::Undecided, _) | (Self::Waiting, false) => {
                (Self::Waiting, NextMove::Wait(Wait::EarlyHandshake))
            }
            (Self::Waiting, true) => (Self::Begun { at_once: false }, NextMove::Begin),
            (Self::Done(secured), _) => (Self::Looking(secured), NextMove::Look),
            (Self::Looking(secured), _) => {
                (Self::Awaiting(secured), NextMove::Wait(Wait::Preliminary))
            }
            (other, false) => (other, NextMove::Wait(Wait::Preliminary)),
            (other, true) => (other, NextMove::Fail),
        };
        *self = next;
        next_move
    }

    /// Which TLS session tickets the handshake may use. It may use all of them if there is no other
    /// way: if it is unknown what the server does first, or if the server begins with the handshake
    /// and has not refused within a second.
    pub(super) fn tickets(&self, session: &Session) -> Tickets {
        let replies_first = session.first_on_data() == Some(FirstOnData::Reply);
        match self {
            Self::Begun { at_once } if *at_once || replies_first => Tickets::AllButLast,
            _ => Tickets::All,
        }
    }

    /// Notes that the driver has not begun the handshake, because only the last ticket is left.
    pub(super) fn kept_last_ticket(&mut self) {
        *self = match self {
            Self::Begun { at_once: true } => Self::Waiting,
            _ => Self::Never,
        };
    }

    /// Whether a handshake is under way that began before the reply.
    pub(super) fn is_under_way(&self) -> bool {
        matches!(self, Self::Begun { .. })
    }

    /// Notes that the handshake is done. If it began after the reply, returns its result. The
    /// result of an early handshake is kept until the reply comes.
    pub(super) fn done(&mut self, secured: DataTls) -> Option<DataTls> {
        match self.is_under_way() {
            true => {
                *self = Self::Done(secured);
                None
            }
            false => Some(secured),
        }
    }

    /// Notes that a reply has come that does not refuse. Returns the result of an early handshake,
    /// or `None` if there was no early handshake.
    pub(super) fn replied(&mut self, session: &mut Session) -> Option<DataTls> {
        let (first, secured) = match *self {
            Self::Awaiting(secured) => (Some(FirstOnData::Handshake), Some(secured)),
            // It is unknown whether the reply or the end of the handshake came first.
            Self::Done(secured) | Self::Looking(secured) => (None, Some(secured)),
            _ => (Some(FirstOnData::Reply), None),
        };
        if let Some(first) = first.filter(|_| session.preliminary_reply().is_some()) {
            session.note_first_on_data(first);
        }
        *self = Self::Never;
        secured
    }

    /// Notes that the server has refused the transfer during the handshake, so the handshake's
    /// ticket is lost. The next transfer keeps the last ticket, unless this server is known to
    /// begin with the handshake.
    pub(super) fn refused(&self, session: &mut Session) {
        if self.is_under_way() && session.first_on_data().is_none() {
            session.note_first_on_data(FirstOnData::Reply);
        }
    }
}
