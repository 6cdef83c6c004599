//! When to begin the TLS handshake on a data connection: some servers do it before their first
//! reply to the data command.
//!
//! Most servers send 150 and then do the handshake. ftp-srv sends 150 only after the handshake, and
//! sends 425 if the client does not begin the handshake. But a handshake uses up a session ticket,
//! which is wasted if the server then refuses the transfer. So a handshake before the reply does
//! not use the last ticket, if that is possible.
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

use crate::error::Error;
use crate::session::transfer::DataTls;
use crate::session::{FirstOnData, Session};
use crate::tls::Tickets;
use crate::wait::Wait;
use crate::wire::Reply;

/// How far a transfer is with a handshake that begins before the reply to the data command.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum EarlyHandshake {
    /// The data command was just sent.
    #[default]
    Undecided,
    /// The client waits one second for the server's reply, before it begins the handshake.
    Waiting,
    /// The handshake has begun: either `at_once` after the data command, or after the one second of
    /// `Waiting`.
    Begun { at_once: bool },
    /// The handshake is done, with this result. The server's reply may have come meanwhile, but
    /// nobody has read it yet.
    Done(DataTls),
    /// The handshake is done, with this result. The driver now reads, without waiting, whether the
    /// server's reply has come.
    Looking(DataTls),
    /// The handshake is done, with this result. No reply had come by then, so the client waits for
    /// it.
    Awaiting(DataTls),
    /// No early handshake is to come: the handshake comes after the reply, or the data connection
    /// is in clear text.
    Never,
}

/// What the flow does next, while the server has not replied to the data command.
pub(super) enum NextMove {
    /// Wait for the reply.
    Wait(Wait),
    /// Look whether the reply has arrived.
    Look,
    Begin,
    /// Fail, because no reply has come within the time limit.
    Fail,
}

impl EarlyHandshake {
    /// Decides what to do next, because the server has not replied to the data command yet. `late`
    /// says whether the last wait has timed out.
    pub(super) fn without_reply(&mut self, session: &Session, late: bool) -> NextMove {
        let at_once = session.first_on_data() == Some(FirstOnData::Handshake)
            || session.may_begin_handshake_ahead();
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

    /// Returns which session tickets the handshake may use. The last ticket is kept if the server
    /// is known to reply first, or if the handshake has begun at once after the data command.
    /// Otherwise the handshake may use all tickets.
    pub(super) fn tickets(&self, session: &Session) -> Tickets {
        let replies_first = session.first_on_data() == Some(FirstOnData::Reply);
        match self {
            Self::Begun { at_once } if *at_once || replies_first => Tickets::AllButLast,
            _ => Tickets::All,
        }
    }

    /// Changes the state after the driver has not begun the handshake, because only the last ticket
    /// was left.
    pub(super) fn kept_last_ticket(&mut self) {
        *self = match self {
            Self::Begun { at_once: true } => Self::Waiting,
            _ => Self::Never,
        };
    }

    /// Whether a handshake that began before the reply is still running.
    pub(super) fn is_under_way(&self) -> bool {
        matches!(self, Self::Begun { .. })
    }

    /// Changes the state after the handshake is done. If the handshake began after the reply,
    /// returns the result of the handshake. If it began before the reply, keeps the result until
    /// the reply comes, and returns `None`.
    pub(super) fn done(&mut self, secured: DataTls) -> Option<DataTls> {
        match self.is_under_way() {
            true => {
                *self = Self::Done(secured);
                None
            }
            false => Some(secured),
        }
    }

    /// Changes the state after a positive reply has come, and notes in the session whether this
    /// server replies first or does the handshake first. Returns the result of a handshake that was
    /// done before, or `None`.
    pub(super) fn replied(&mut self, session: &mut Session) -> Option<DataTls> {
        let (first, secured) = match *self {
            Self::Awaiting(secured) => (Some(FirstOnData::Handshake), Some(secured)),
            // The client read the reply only after the handshake, so it does not know which came
            // first.
            Self::Done(secured) | Self::Looking(secured) => (None, Some(secured)),
            _ => (Some(FirstOnData::Reply), None),
        };
        if let Some(first) = first.filter(|_| session.preliminary_reply().is_some()) {
            session.note_first_on_data(first);
        }
        *self = Self::Never;
        secured
    }

    /// Whether this refusal, after a handshake that was done before the reply, says that the server
    /// demands the resumption of the TLS session.
    pub(super) fn is_demanded(&self, refusal: &Error) -> bool {
        let full = matches!(
            self,
            Self::Done(DataTls::FullHandshake)
                | Self::Looking(DataTls::FullHandshake)
                | Self::Awaiting(DataTls::FullHandshake)
        );
        full && refusal.reply().is_some_and(Reply::is_about_resumption)
    }

    /// Handles a refusal of the transfer that comes during the handshake. The handshake has then
    /// wasted a session ticket. If the client did not know whether this server replies before the
    /// handshake, it now assumes so. So the next handshake before a reply will not use the last
    /// ticket. A handshake that began at once shows nothing: even a quick refusal comes during it.
    pub(super) fn refused(&self, session: &mut Session) {
        let was_slow = matches!(self, Self::Begun { at_once: false });
        if was_slow && session.first_on_data().is_none() {
            session.note_first_on_data(FirstOnData::Reply);
        }
    }
}
