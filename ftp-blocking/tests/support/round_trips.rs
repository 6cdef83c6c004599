//! Counts round trips, in a log of the control connection and the data connections.
//!
//! A round trip begins when the client *says* something (sends bytes), and ends when something
//! *comes* from the server. If the client says nothing more, everything else that comes belongs to
//! the same round trip. With one command at a time, this means:
//!
//! * Each TCP connection takes one round trip: the client sends SYN, and the connection is made.
//! * A connection that the server makes (active mode) takes one too, although the server begins: its
//!   SYN comes with the replies to the client's commands. Only after the client's SYN, ACK can the
//!   server send data, which then ends a round trip. A reply that comes in between does not end it,
//!   since the server may have sent the reply together with the SYN.
//! * The greeting takes another one, since the server sends it after the client's ACK.
//! * Each command takes one, in which its reply comes.
//! * Data that comes with 150 and 226 belongs to the round trip of RETR.
//! * The data of an upload and its end take one: both are sent together, and 226 comes.
//! * The client closes a connection after it has read the end. This takes none, since no server
//!   waits for it.
//!
//! A TLS handshake is counted in the same way, since the log holds the bytes on the wire:
//!
//! * The client sends ClientHello, and the server's first messages come. This takes one round trip.
//! * The client sends Finished, and the server waits for this message. On the control connection,
//!   Finished is sent together with the next command, and in an upload together with the data. Only
//!   in a download does Finished take a round trip, in which the data comes.
//! * The server answers Finished with session tickets, but the client does not wait for them. They
//!   come with the next round trip.
//! * The client answers the server's close_notify with its own. The server sends its final reply
//!   without waiting for that. A server that waits for it, as TLS 1.2 strictly demands, adds a
//!   round trip to a download.

use std::cell::Cell;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The log of all connections of a session. It also counts the session's round trips.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    lines: Vec<String>,
    connections: usize,
    trips: usize,
    /// Whether the client has sent something after the last bytes that came from the server. If it
    /// has, the next bytes from the server end a round trip.
    said: bool,
    /// Whether the last thing that the client has sent is its SYN, ACK for a connection that the
    /// server makes. If it is, the next bytes on a data connection end a round trip.
    answered: bool,
}

/// One connection of the session. Its events are written to the log.
#[derive(Clone)]
pub(crate) struct Line {
    log: Log,
    name: String,
    is_control: bool,
    last: Cell<Last>,
    is_tls: Cell<bool>,
}

/// The last event on a connection: the client has sent bytes, the client has sent its TLS Finished
/// message, or bytes came from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    Said,
    Finished,
    Came,
}

impl Log {
    /// Returns the number of round trips so far.
    pub(crate) fn trips(&self) -> usize {
        self.state().trips
    }

    /// Adds a connection to the log, which begins with the client's SYN. The first connection of a
    /// session is the control connection.
    pub(crate) fn connection(&self) -> Line {
        let line = self.line();
        line.say("SYN");
        line
    }

    /// Adds a connection to the log that the server has made, up to the client's SYN, ACK.
    pub(crate) fn accepted(&self) -> Line {
        let line = self.line();
        line.come("SYN");
        let mut state = self.state();
        state.answered = true;
        state.lines.push(format!("  -> {}: SYN, ACK", line.name));
        drop(state);
        line
    }

    fn line(&self) -> Line {
        let number = {
            let mut state = self.state();
            state.connections += 1;
            state.connections - 1
        };
        Line {
            log: self.clone(),
            name: match number {
                0 => "control".to_owned(),
                number => format!("data {number}"),
            },
            is_control: number == 0,
            last: Cell::new(Last::Said),
            is_tls: Cell::new(false),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// Records that the connection is made: the server's SYN, ACK comes, and the client's ACK goes
    /// out.
    pub(crate) fn made(&self) {
        self.come("SYN, ACK");
        self.say("ACK");
    }

    /// Records that the client sends bytes.
    pub(crate) fn sent(&self, bytes: &[u8]) {
        if !self.is_control && self.last.get() == Last::Came && is_alert(bytes) {
            return self.remark("close_notify in answer");
        }
        self.say(&self.shown(bytes));
        if is_finished(bytes) {
            self.last.set(Last::Finished);
            self.is_tls.set(true);
        }
    }

    /// Records that the client half-closes the connection.
    pub(crate) fn ended(&self) {
        self.say("end");
    }

    /// Records that bytes came from the server. No bytes mean the end of the connection.
    pub(crate) fn received(&self, bytes: &[u8]) {
        // After its Finished, the client has sent no command yet. So these bytes on the control
        // connection can only be session tickets, which end no round trip.
        if self.is_control && self.last.replace(Last::Came) == Last::Finished {
            return self.remark(&format!("{}, tickets", self.shown(bytes)));
        }
        self.come(&self.shown(bytes));
    }

    /// Records that the client closes a connection. `at_end` says whether the client has read the
    /// server's end of the connection before.
    pub(crate) fn closed(&self, at_end: bool) {
        // Under TLS, the server ends by its close_notify. If the last event is bytes from the
        // server, they are this close_notify, so the client has read the server's end.
        if at_end || (self.is_tls.get() && self.last.get() == Last::Came) {
            self.remark("closed");
        } else {
            self.say("closed");
        }
    }

    fn remark(&self, what: &str) {
        let line = format!("  -  {}: {what}", self.name);
        self.log.state().lines.push(line);
    }

    fn say(&self, what: &str) {
        self.last.set(Last::Said);
        let mut state = self.log.state();
        (state.said, state.answered) = (true, false);
        state.lines.push(format!("  -> {}: {what}", self.name));
    }

    fn come(&self, what: &str) {
        self.last.set(Last::Came);
        let mut state = self.log.state();
        if state.said || state.answered && !self.is_control {
            (state.said, state.answered) = (false, false);
            state.trips += 1;
        }
        let line = format!("{:2} <- {}: {what}", state.trips, self.name);
        state.lines.push(line);
    }

    fn shown(&self, bytes: &[u8]) -> String {
        match bytes {
            [] => "end".to_owned(),
            [20..=23, 3, ..] => format!("{} bytes of TLS", bytes.len()),
            bytes if self.is_control => String::from_utf8_lossy(bytes)
                .trim_end()
                .escape_debug()
                .to_string(),
            bytes => format!("{} bytes", bytes.len()),
        }
    }
}

/// Returns whether these bytes contain the client's Finished message. Finished is encrypted. But
/// for the sake of old middleboxes, a TLS 1.3 client sends a ChangeCipherSpec record (type 20) just
/// before Finished, and the bytes begin with this record.
fn is_finished(bytes: &[u8]) -> bool {
    matches!(bytes, [20, 3, 3, ..])
}

/// Returns whether the bytes are a TLS 1.3 alert. It is encrypted, but its length shows it: an
/// alert of two bytes, a type byte and a tag of 16 bytes.
fn is_alert(bytes: &[u8]) -> bool {
    matches!(bytes, [23, 3, 3, 0, 19, rest @ ..] if rest.len() == 19)
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        writeln!(f, "{} round trips", state.trips)?;
        state
            .lines
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}
