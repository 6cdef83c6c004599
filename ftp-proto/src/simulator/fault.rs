//! What can go wrong, and when.

use std::string::String;
use std::vec::Vec;

/// One scripted deviation from a server that behaves well.
///
/// Occurrences are counted over the whole life of the [`Simulator`](crate::simulator::Simulator),
/// not for each control connection. If several faults match an occurrence, they all apply.
///
/// Apart from the verbs of commands, there are three pseudo verbs. `GREETING` is the greeting.
/// `CONNECT` is the making of a data connection, by the client in passive mode, by the server in
/// active mode. `HANDSHAKE` is the TLS handshake on a data connection.
#[derive(Clone, Debug)]
pub struct Fault {
    verb: String,
    nth: Option<usize>,
    action: Action,
}

impl Fault {
    /// Makes a fault that acts on every occurrence of the verb.
    #[must_use]
    pub fn on(verb: &str, action: Action) -> Self {
        Self {
            verb: verb.to_ascii_uppercase(),
            nth: None,
            action,
        }
    }

    /// Makes a fault that acts on one occurrence of the verb only; the first one is 0.
    #[must_use]
    pub fn nth(verb: &str, nth: usize, action: Action) -> Self {
        Self {
            nth: Some(nth),
            ..Self::on(verb, action)
        }
    }

    /// The action, if this fault matches this occurrence of this verb.
    pub(super) fn matching(&self, verb: &str, occurrence: usize) -> Option<&Action> {
        let hit = self.verb == verb && self.nth.is_none_or(|nth| nth == occurrence);
        hit.then_some(&self.action)
    }
}

/// What the server does instead of its normal behaviour, or in addition to it.
///
/// Raw bytes are sent as they are; no line end is added. If a line in them starts with `421 `, the
/// server closes the control connection after the client has read the bytes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Action {
    /// The server sends these raw bytes and does not handle the command. A passive listener and a
    /// data connection stay as they are.
    Reply(Vec<u8>),
    /// For transfer verbs: the server sends these raw bytes at once, although the data connection
    /// has not been made or accepted yet. The command is then over. The passive listener is closed,
    /// and so is the data connection (as soon as it is accepted, if it is pending).
    ReplyBeforeAccept(Vec<u8>),
    /// The command is handled, but these raw bytes replace its last reply.
    Words(Vec<u8>),
    /// For transfer verbs: these raw bytes replace the preliminary reply.
    Announcing(Vec<u8>),
    /// For LIST, NLST and MLSD: these raw bytes are the listing.
    Listing(Vec<u8>),
    /// Raw bytes after the last reply, in clear text even under TLS.
    InClear(Vec<u8>),
    /// Raw bytes before the first reply.
    Before(Vec<u8>),
    /// Raw bytes after the last reply, in the same segment.
    After(Vec<u8>),
    /// Raw bytes after the last reply, held until
    /// [`Simulator::release_held`](crate::simulator::Simulator::release_held). Later replies
    /// overtake them.
    Unasked(Vec<u8>),
    /// Raw bytes directly after the last reply. No single read returns both.
    Stray(Vec<u8>),
    /// The command is handled, but the server sends no reply to it.
    Silent,
    /// The command is handled, but the last reply (the one that is not 1xx) is not sent.
    SilentFinal,
    /// A multi-line reply ends early, by a line that is its code alone. Its real last line, which
    /// has the word `stray` in it, is held as with [`Action::Unasked`]. Replies of one line stay as
    /// they are.
    BareEnd,
    /// The last reply is sent twice.
    Twice,
    /// The replies are held until
    /// [`Simulator::release_held`](crate::simulator::Simulator::release_held), and so is everything
    /// that the server sends after them.
    Hold,
    /// As `Hold`, but only for the last reply.
    HoldFinal,
    /// The server closes the control connection instead of sending a reply (FIN; under TLS without
    /// `close_notify`).
    Hangup,
    /// The server resets the control connection instead of sending a reply. Replies sent before
    /// stay readable.
    ResetControl,
    /// The server sends these raw bytes, then closes as with [`Action::Hangup`].
    PartialThenHangup(Vec<u8>),
    /// On `CONNECT`: the data connection is accepted (in active mode: made) on
    /// [`Simulator::release_held`](crate::simulator::Simulator::release_held).
    AcceptLate,
    /// On `CONNECT`, in active mode: the server connects from another of its addresses, 127.0.0.2.
    FromElsewhere,
    /// On `CONNECT`: the passive port refuses the connection and is then closed; in active mode,
    /// the server sends 425.
    RefuseConnect,
    /// 226 directly after the 150, before any data.
    FinalFirst,
    /// The final reply comes without a preliminary reply before it.
    NoPreliminary,
    /// Something happens in the middle of a transfer.
    At {
        /// How many bytes of plaintext move before it happens. It never happens if the transfer is
        /// shorter.
        after: usize,
        /// Raw bytes to send on the control connection; may be empty. If they contain a final
        /// reply, the usual final reply is not sent.
        control: Vec<u8>,
        /// What happens to the data connection.
        then: Then,
    },
    /// A complete download that ends, under TLS, by FIN without `close_notify`.
    NoCloseNotify,
    /// After an upload the server does not close its side of the data connection.
    KeepOpen,
    /// For transfer verbs: the server behaves like pyftpdlib when it is slow to accept the data
    /// connection. The preliminary reply comes at once, and the transfer begins on
    /// [`Simulator::release_held`](crate::simulator::Simulator::release_held). An ABOR before that
    /// gets only 225, and the transfer stays queued.
    ///
    /// The next data connection then carries the queued file, not its own. If a transfer command is
    /// sent for it, the replies are 125 and 226, with the queued file between them. If no command
    /// is sent, the file and a 226 come on
    /// [`Simulator::release_held`](crate::simulator::Simulator::release_held). A queued upload is
    /// replaced by the next transfer command. USER, REIN and QUIT empty the queue.
    QueueAborted,
    /// After an upload, the server resets the data connection instead of ending it.
    ResetEnd,
    /// On `HANDSHAKE`: the preliminary reply comes after the handshake, as with ftp-srv; 425 if the
    /// handshake fails.
    ReplyAfterHandshake,
    /// On `HANDSHAKE`: the server sends a fatal alert and FIN in place of a `ServerHello`, and a
    /// 522.
    RefuseHandshake,
}

/// What happens to a data connection after [`Action::At`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Then {
    /// The transfer goes on.
    Continue,
    /// The transfer goes on, but the rest of an upload is not stored.
    Discard,
    /// The server stops reading and writing, but leaves the connection open. The command stays
    /// under way unless the control bytes contain a final reply. If the client closes or resets the
    /// connection, the server still notices it (426).
    Stall,
    /// FIN; under TLS without `close_notify`, but at the end of a record. The final reply is that
    /// of a successful transfer, because a truncated transfer looks like this.
    Fin,
    /// As [`Then::Fin`], but under TLS in the middle of another record.
    FinInsideRecord,
    /// The data ends as if the file were over: FIN, under TLS after `close_notify`. The final reply
    /// is 451, as if the server could not read the rest of the file. An upload goes on.
    End,
    /// RST. The client first reads what was sent before. The final reply is as with [`Then::Fin`].
    Reset,
}
