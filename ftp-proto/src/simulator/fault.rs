//! Faults: what a simulated server does wrong, and at which command.

use std::string::String;
use std::vec::Vec;

/// One deviation of the server from its normal behaviour, scripted for a command.
///
/// Occurrences of a command are counted over the whole life of the
/// [`Simulator`](crate::simulator::Simulator), not for each control connection. If several faults
/// match an occurrence, the server applies all of them.
///
/// Three names are not commands of FTP: `GREETING` stands for the server's greeting. `CONNECT`
/// stands for making a data connection, which the client does in passive mode and the server in
/// active mode. `HANDSHAKE` stands for the TLS handshake on a data connection.
#[derive(Clone, Debug)]
pub struct Fault {
    verb: String,
    nth: Option<usize>,
    action: Action,
}

impl Fault {
    /// Makes a fault that changes every occurrence of this command, for example `RETR`.
    #[must_use]
    pub fn on(verb: &str, action: Action) -> Self {
        Self {
            verb: verb.to_ascii_uppercase(),
            nth: None,
            action,
        }
    }

    /// Makes a fault that changes only one occurrence of this command. The first occurrence is
    /// number 0.
    #[must_use]
    pub fn nth(verb: &str, nth: usize, action: Action) -> Self {
        Self {
            nth: Some(nth),
            ..Self::on(verb, action)
        }
    }

    /// Returns the action if this fault is for this occurrence of the command.
    pub(super) fn matching(&self, verb: &str, occurrence: usize) -> Option<&Action> {
        let hit = self.verb == verb && self.nth.is_none_or(|nth| nth == occurrence);
        hit.then_some(&self.action)
    }
}

/// What the server does instead of its normal behaviour, or in addition to it.
///
/// The server sends raw bytes as they are and adds no line end. If a line in them starts with
/// `421 `, the server closes the control connection after the client has read the bytes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Action {
    /// The server sends these raw bytes and does not handle the command. A passive port and a data
    /// connection stay as they are.
    Reply(Vec<u8>),
    /// For transfer commands: the server sends these raw bytes at once, although the data
    /// connection has not been made or accepted yet. The command is then over. The server closes
    /// the passive port and the data connection. If the data connection is not accepted yet, the
    /// server closes it as soon as it is accepted.
    ReplyBeforeAccept(Vec<u8>),
    /// The server handles the command, but sends these raw bytes instead of the final reply.
    Words(Vec<u8>),
    /// For transfer commands: the server sends these raw bytes instead of the preliminary reply.
    Announcing(Vec<u8>),
    /// For LIST, NLST and MLSD: the server sends these raw bytes as the listing.
    Listing(Vec<u8>),
    /// The server sends these raw bytes after the final reply, in clear text even under TLS.
    InClear(Vec<u8>),
    /// The server sends these raw bytes before the first reply to the command.
    Before(Vec<u8>),
    /// The server sends these raw bytes directly after the final reply, so that one read of the
    /// client may return both.
    After(Vec<u8>),
    /// After the final reply, the server keeps these raw bytes back until
    /// [`Simulator::release_held`](crate::simulator::Simulator::release_held) is called. Replies to
    /// later commands may therefore come before these bytes.
    Unasked(Vec<u8>),
    /// The server sends these raw bytes directly after the final reply, but no read of the client
    /// returns bytes of both.
    Stray(Vec<u8>),
    /// The server handles the command, but sends no reply to it.
    Silent,
    /// The server handles the command, but does not send the final reply (the one that is not 1xx).
    SilentFinal,
    /// The server ends a multi-line reply too early, by a line that is only the code, for example
    /// `211`. Later it sends another last line with the word `stray`, held back as with
    /// [`Action::Unasked`]. Replies of one line stay as they are.
    BareEnd,
    /// The server sends the final reply twice.
    Twice,
    /// The server keeps back the replies, and everything that it sends after them, until
    /// [`Simulator::release_held`](crate::simulator::Simulator::release_held) is called.
    Hold,
    /// The server keeps back only the final reply and everything after it, as with
    /// [`Action::Hold`].
    HoldFinal,
    /// The server closes the control connection instead of sending a reply. It sends FIN, under TLS
    /// without `close_notify`.
    Hangup,
    /// The server resets the control connection instead of sending a reply. The client can still
    /// read earlier replies.
    ResetControl,
    /// The server sends these raw bytes instead of a reply, then closes the control connection as
    /// with [`Action::Hangup`].
    PartialThenHangup(Vec<u8>),
    /// On `CONNECT`: the server accepts the data connection (in active mode: connects) only when
    /// [`Simulator::release_held`](crate::simulator::Simulator::release_held) is called.
    AcceptLate,
    /// On `CONNECT`, in active mode: the server connects from another of its addresses, 127.0.0.2.
    FromElsewhere,
    /// On `CONNECT`: in passive mode, the port refuses the connection and is then closed; in active
    /// mode, the server does not connect and replies 425.
    RefuseConnect,
    /// For transfer commands: the server sends 226 directly after the 150, before any data.
    FinalFirst,
    /// For transfer commands: the server sends the final reply, but no preliminary reply before it.
    NoPreliminary,
    /// For transfer commands: in the middle of the transfer, the server sends extra bytes on the
    /// control connection, and changes or ends the data connection.
    At {
        /// After how many bytes of plaintext it happens. If the transfer is shorter, it never
        /// happens.
        after: usize,
        /// Raw bytes that the server sends on the control connection; may be empty. If they contain
        /// a final reply, the server does not send its usual final reply.
        control: Vec<u8>,
        /// What the server does with the data connection.
        then: Then,
    },
    /// For downloads under TLS: the server sends the whole file, then ends the data connection by
    /// FIN without `close_notify`.
    NoCloseNotify,
    /// After an upload, the server does not close its side of the data connection.
    KeepOpen,
    /// For transfer commands: the server behaves like pyftpdlib when pyftpdlib is slow to accept
    /// the data connection. The server sends the preliminary reply at once, but begins the transfer
    /// only when [`Simulator::release_held`](crate::simulator::Simulator::release_held) is called.
    /// If the client sends ABOR before that, the server replies only 225 and keeps the transfer in
    /// a queue.
    ///
    /// The next data connection then carries the queued file instead of its own. If the client
    /// sends a transfer command for this connection, the server replies 125, sends the queued file
    /// and replies 226. If the client sends no command, the server sends the file and a 226 when
    /// [`Simulator::release_held`](crate::simulator::Simulator::release_held) is called. A queued
    /// upload is different: the next transfer command replaces it. USER, REIN and QUIT empty the
    /// queue.
    QueueAborted,
    /// After an upload, the server resets the data connection instead of ending it by FIN.
    ResetEnd,
    /// On `HANDSHAKE`: the server sends the preliminary reply only after the handshake, as ftp-srv
    /// does. If the handshake fails, the server replies 425.
    ReplyAfterHandshake,
    /// On `HANDSHAKE`: the server sends a fatal alert and FIN instead of a `ServerHello`, and
    /// replies 522.
    RefuseHandshake,
}

/// What happens to a data connection in the middle of a transfer; see [`Action::At`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Then {
    /// The transfer goes on.
    Continue,
    /// The transfer goes on, but the rest of an upload is not stored.
    Discard,
    /// The server stops reading and writing, but leaves the data connection open. If the bytes in
    /// `control` of [`Action::At`] contain a final reply, the command ends with that reply.
    /// Otherwise the server replies 426 as soon as the client closes or resets the data connection.
    Stall,
    /// The server closes the data connection by FIN; under TLS, it sends no `close_notify`, and the
    /// last record is complete. The server then replies 226, because the case is a transfer that
    /// was cut although the server reports success.
    Fin,
    /// As [`Then::Fin`], but under TLS the server sends half of another record before the FIN.
    FinInsideRecord,
    /// The server ends the data as at the end of the file: by FIN, under TLS after `close_notify`.
    /// It then replies 451, as if it could not read the rest of the file. An upload is not changed.
    End,
    /// The server resets the data connection. The client can still read what was sent before. The
    /// final reply is 226, as with [`Then::Fin`].
    Reset,
}
