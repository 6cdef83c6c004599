//! Faults: what a simulated server does wrong, and at which command.

use std::string::String;
use std::vec::Vec;

/// A deviation of the server from its normal behaviour that a test scripts for one command.
///
/// A fault is for every occurrence of its command or for one of them. Occurrences are counted over
/// the whole life of the [`Simulator`](crate::simulator::Simulator), not for each control
/// connection. If several faults match an occurrence, the server applies all of them.
///
/// In place of a command, a fault can name an event: `GREETING` is the server's greeting. `CONNECT`
/// is the making of a data connection, which the client does in passive mode and the server in
/// active mode. `HANDSHAKE` is the TLS handshake on a data connection.
///
/// ```
/// use ftp_proto::simulator::{Action, Connected, Fault, Read, Setup, Simulator};
///
/// let full = Action::Reply(b"421 Too many users\r\n".to_vec());
/// let mut server = Simulator::new(Setup::new().fault(Fault::on("GREETING", full)));
/// let Connected::Open(control) = server.connect(21) else {
///     panic!("refused")
/// };
/// let mut buffer = [0; 80];
/// assert_eq!(server.read(control, &mut buffer), Read::Bytes(20));
/// assert_eq!(&buffer[..20], b"421 Too many users\r\n");
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    verb: String,
    nth: Option<usize>,
    action: Action,
}

impl Fault {
    /// Makes a fault for every occurrence of this command, for example `RETR`.
    #[must_use]
    pub fn on(verb: &str, action: Action) -> Self {
        Self {
            verb: verb.to_ascii_uppercase(),
            nth: None,
            action,
        }
    }

    /// Makes a fault for a single occurrence of this command. The first occurrence is number 0.
    #[must_use]
    pub fn nth(verb: &str, nth: usize, action: Action) -> Self {
        Self {
            nth: Some(nth),
            ..Self::on(verb, action)
        }
    }

    pub(super) fn is_slow_line(&self) -> bool {
        matches!(self.action, Action::SlowLine(_))
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
    /// The server sends these raw bytes and does nothing else with the command. It leaves its
    /// passive port and data connection open.
    Reply(Vec<u8>),
    /// For transfer commands: the server sends these raw bytes at once, although the data
    /// connection has not been made or accepted yet. The command is then over. The server closes
    /// the passive port and the data connection. If the data connection is not accepted yet, the
    /// server closes it as soon as it is accepted.
    ReplyBeforeAccept(Vec<u8>),
    /// The server carries out the command, but sends these raw bytes in place of the final reply.
    Words(Vec<u8>),
    /// For transfer commands: the server sends these raw bytes instead of the preliminary reply.
    Announcing(Vec<u8>),
    /// For LIST, NLST and MLSD: the server sends these raw bytes as the listing.
    Listing(Vec<u8>),
    /// After the final reply, the server sends these raw bytes. They are not encrypted, even under
    /// TLS.
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
    /// The server carries out the command, but sends no reply to it.
    Silent,
    /// The server carries out the command, but sends no final reply. It does send a preliminary
    /// reply (1xx).
    SilentFinal,
    /// The server ends a multi-line reply too early: after the first line, it sends a line that is
    /// only the code, for example `211`. It keeps back another closing line, `211 A stray end.`, as
    /// [`Action::Unasked`] does. Replies of one line are not changed.
    BareEnd,
    /// The server sends the final reply twice.
    Twice,
    /// The server sends the final reply after its next reply, so that the two come in the wrong
    /// order.
    Swap,
    /// The server keeps back its replies to the command, and everything that it sends after them,
    /// until [`Simulator::release_held`](crate::simulator::Simulator::release_held) is called.
    Hold,
    /// The server keeps back its final reply to the command, and everything that it sends after
    /// this reply, until [`Simulator::release_held`](crate::simulator::Simulator::release_held) is
    /// called.
    HoldFinal,
    /// The server sends no reply and closes the control connection by FIN. Under TLS it sends no
    /// `close_notify`.
    Hangup,
    /// The server sends no reply and resets the control connection. The client can still read the
    /// replies to earlier commands.
    ResetControl,
    /// The server sends these raw bytes in place of a reply, and closes the control connection by
    /// FIN. Under TLS it sends no `close_notify`.
    PartialThenHangup(Vec<u8>),
    /// For `CONNECT`: the server accepts the data connection (in active mode, it connects) only
    /// after [`Simulator::release_held`](crate::simulator::Simulator::release_held) was called.
    AcceptLate,
    /// For `CONNECT` in active mode: the server connects from the address 127.0.0.2, and not from
    /// the address of the control connection.
    FromElsewhere,
    /// For `CONNECT`: in passive mode, the server refuses the connection to its port and closes the
    /// port. In active mode, the server does not connect and replies 425.
    RefuseConnect,
    /// For transfer commands: the server sends 226 directly after the 150, before any data.
    FinalFirst,
    /// For transfer commands: the server sends the final reply, but no preliminary reply before it.
    NoPreliminary,
    /// For transfer commands: in the middle of the transfer, the server sends extra bytes on the
    /// control connection, and changes or ends the data connection.
    At {
        /// After how many bytes of the file the server does this. If the transfer is shorter, the
        /// server never does it.
        after: usize,
        /// Raw bytes that the server sends on the control connection; may be empty. If they contain
        /// a final reply, the server sends no other final reply.
        control: Vec<u8>,
        /// What the server then does with the data connection.
        then: Then,
    },
    /// For downloads under TLS: the server sends the whole file, then ends the data connection by
    /// FIN without `close_notify`.
    NoCloseNotify,
    /// After an upload, the server does not end its direction of the data connection, so that the
    /// client waits for the end in vain.
    KeepOpen,
    /// For transfer commands: the server behaves like pyftpdlib when pyftpdlib is slow to accept
    /// the data connection. The server sends the preliminary reply at once, but begins the transfer
    /// only when [`Simulator::release_held`](crate::simulator::Simulator::release_held) is called.
    /// If the client sends ABOR before that, the server replies only 225 and keeps the transfer in
    /// a queue.
    ///
    /// The server then sends the queued file over the next data connection, even if the client
    /// makes this connection for another file. If the client sends a transfer command for this
    /// connection, the server replies 125, sends the queued file and replies 226. If the client
    /// sends no command, the server sends the file and a 226 when
    /// [`Simulator::release_held`](crate::simulator::Simulator::release_held) is called. A queued
    /// upload is different: the next transfer command replaces it. USER, REIN and QUIT empty the
    /// queue.
    QueueAborted,
    /// After an upload, the server resets the data connection and does not end it by FIN.
    ResetEnd,
    /// For uploads: the client's line is slow. What it writes to the data connection arrives at the
    /// server at this number of bytes a second, and its end after that. Only the clock of a
    /// [`World`](crate::simulator::World) lets them arrive.
    SlowLine(usize),
    /// For `HANDSHAKE`: the server sends the preliminary reply only after the handshake on the data
    /// connection, as ftp-srv does. If the handshake fails, the server replies 425.
    ReplyAfterHandshake,
    /// For `HANDSHAKE`: the server answers the client's first handshake bytes by a fatal alert and
    /// FIN, and replies 522.
    RefuseHandshake,
}

/// What the server does with a data connection in the middle of a transfer; see [`Action::At`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Then {
    /// The transfer goes on.
    Continue,
    /// The transfer goes on, but the server does not store the rest of an upload.
    Discard,
    /// The server stops reading and writing, but leaves the data connection open. If the raw bytes
    /// in [`Action::At`] contain a final reply, the transfer is over for the server. If not, the
    /// server replies 426 after the client has closed or reset the data connection.
    Stall,
    /// The server closes the data connection by FIN, and then replies 226 although the data was
    /// cut. Under TLS, the last record is complete, but the server sends no `close_notify`.
    Fin,
    /// The server does the same as for [`Then::Fin`]. But under TLS it sends half of another record
    /// before the FIN.
    FinInsideRecord,
    /// In a download, the server ends the data as at the end of the file: by FIN, under TLS after
    /// `close_notify`. It then replies 451, because it could not read the rest of the file. An
    /// upload goes on.
    End,
    /// The server resets the data connection, and then replies 226. The client can still read what
    /// was sent before the reset.
    Reset,
}
