//! What can go wrong, and when.

use std::string::String;
use std::vec::Vec;

/// One scripted deviation from the behaviour of a well-meaning server.
///
/// Occurrences are counted over the whole life of the [`Simulator`](crate::simulator::Simulator),
/// not per control connection. Several faults may match the same occurrence; they all apply.
///
/// Besides command verbs there are three pseudo verbs: `GREETING` is the greeting, `CONNECT` is
/// the making of a data connection (by the client in passive mode, by the server in active mode),
/// `HANDSHAKE` is the TLS handshake on a data connection.
#[derive(Clone, Debug)]
pub struct Fault {
    verb: String,
    nth: Option<usize>,
    action: Action,
}

impl Fault {
    /// The action on every occurrence of the verb.
    #[must_use]
    pub fn on(verb: &str, action: Action) -> Self {
        Self {
            verb: verb.to_ascii_uppercase(),
            nth: None,
            action,
        }
    }

    /// The action on one occurrence of the verb only; the first one is 0.
    #[must_use]
    pub fn nth(verb: &str, nth: usize, action: Action) -> Self {
        Self {
            nth: Some(nth),
            ..Self::on(verb, action)
        }
    }

    /// The action, if this fault is about the given occurrence of the given verb.
    pub(super) fn matching(&self, verb: &str, occurrence: usize) -> Option<&Action> {
        let hit = self.verb == verb && self.nth.is_none_or(|nth| nth == occurrence);
        hit.then_some(&self.action)
    }
}

/// What the server does instead of, or besides, what it should do.
///
/// Raw bytes are sent as they are, without a line end added. A line in them that starts with
/// `421 ` makes the server close the control connection once the bytes have been read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Action {
    /// These raw bytes instead of handling the command, which has no effect. A passive listener
    /// and a data connection stay as they are.
    Reply(Vec<u8>),
    /// For transfer verbs: these raw bytes at once, although the data connection has not been
    /// made or accepted yet, and the command is over. The passive listener goes away, a data
    /// connection is closed (a pending one as soon as it is accepted).
    ReplyBeforeAccept(Vec<u8>),
    /// The command is handled, but its last reply is these raw bytes.
    Words(Vec<u8>),
    /// For transfer verbs: the preliminary reply is these raw bytes.
    Announcing(Vec<u8>),
    /// For LIST, NLST and MLSD: these raw bytes are the listing.
    Listing(Vec<u8>),
    /// Raw bytes behind the last reply, and outside TLS if there is TLS.
    InClear(Vec<u8>),
    /// Raw bytes ahead of the first reply.
    Before(Vec<u8>),
    /// Raw bytes behind the last reply, in the same segment.
    After(Vec<u8>),
    /// Raw bytes after the last reply, held until
    /// [`Simulator::idle`](crate::simulator::Simulator::idle); later replies pass them.
    Unasked(Vec<u8>),
    /// Raw bytes directly after the last reply, but a read never yields both.
    Stray(Vec<u8>),
    /// The command is handled, but every reply to it is swallowed.
    Silent,
    /// The last reply (the one that is not 1xx) is swallowed.
    SilentFinal,
    /// A multi-line reply is ended early, by a line that is its code alone. Another last line, which
    /// has the word `stray` in it, is held as with [`Action::Unasked`]. Other replies stay as they
    /// are.
    BareEnd,
    /// The last reply is sent twice.
    Twice,
    /// The replies are held until [`Simulator::idle`](crate::simulator::Simulator::idle), and all
    /// that the server sends later waits behind them.
    Hold,
    /// The last reply is held, likewise.
    HoldFinal,
    /// The control connection is closed instead of an answer (FIN, over TLS without
    /// `close_notify`).
    Hangup,
    /// The control connection is reset instead of an answer; replies sent earlier stay readable.
    ResetControl,
    /// These raw bytes, then as with [`Action::Hangup`].
    PartialThenHangup(Vec<u8>),
    /// On `CONNECT`: the data connection is accepted (in active mode: made) on
    /// [`Simulator::idle`](crate::simulator::Simulator::idle).
    AcceptLate,
    /// On `CONNECT`, in active mode: the server connects from 127.0.0.2, another one of its
    /// addresses.
    FromElsewhere,
    /// On `CONNECT`: the passive port refuses and is gone; in active mode 425.
    RefuseConnect,
    /// 226 right behind the 150, before any data.
    FinalFirst,
    /// 226 without the 150.
    NoPreliminary,
    /// Something happens in the middle of a transfer.
    At {
        /// It happens when this many bytes of plaintext have moved; never, if the transfer is
        /// shorter than that.
        after: usize,
        /// Raw bytes to send on the control connection; may be empty. If they contain a final
        /// reply, the usual one is not sent.
        control: Vec<u8>,
        /// What becomes of the data connection.
        then: Then,
    },
    /// A download whose data are complete, but over TLS FIN comes without `close_notify`.
    NoCloseNotify,
    /// After an upload the server does not close its side of the data connection.
    KeepOpen,
    /// For transfer verbs, as pyftpdlib does it while it is slow to accept the data connection: the
    /// preliminary reply comes at once, and the transfer begins on
    /// [`Simulator::idle`](crate::simulator::Simulator::idle). An ABOR before that is answered by
    /// 225 alone, and the transfer stays queued. The next data connection carries the queued file
    /// instead of its own: a transfer command on it is answered by 125, the queued file and 226; if
    /// none comes, the file and an unasked 226 come on
    /// [`Simulator::idle`](crate::simulator::Simulator::idle). A queued upload gives way to the
    /// next transfer command. USER, REIN and QUIT empty the queue.
    QueueAborted,
    /// After an upload the server resets the data connection instead of ending it.
    ResetEnd,
    /// On `HANDSHAKE`: the preliminary reply comes once the handshake is done, as ftp-srv does it; 425
    /// where that fails.
    ReplyAfterHandshake,
    /// On `HANDSHAKE`: a fatal alert and FIN instead of a `ServerHello`, and a 522.
    RefuseHandshake,
}

/// What becomes of a data connection after [`Action::At`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Then {
    /// The transfer goes on.
    Continue,
    /// The same, but the rest of an upload is not stored.
    Discard,
    /// The server neither reads nor writes any more, but leaves the connection open. The command
    /// stays under way unless the control bytes contain a final reply; that the client closes or
    /// resets the connection is still noticed (426).
    Stall,
    /// FIN, over TLS without `close_notify` but at the end of a record. The usual final reply is
    /// that of a successful transfer, because that is what truncation looks like.
    Fin,
    /// As [`Then::Fin`], but over TLS in the middle of one more record.
    FinInsideRecord,
    /// The data end as if the file were over: FIN, over TLS after `close_notify`. The final reply is
    /// 451, because that is what a file that cannot be read any further looks like. An upload goes
    /// on.
    End,
    /// RST, which the client meets once it has read what was sent before. The final reply is as
    /// with [`Then::Fin`].
    Reset,
}
