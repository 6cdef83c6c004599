//! Counts round trips, in a log of both connections.
//!
//! A round trip begins when the client *says* something, and ends when something *comes* from the
//! server that waited for it. If the client says nothing more, everything else that comes belongs
//! to the same round trip. With one command at a time, this means:
//!
//! * each TCP connection is one: the client sends SYN, and the connection is made;
//! * the greeting is one more, since it waits for the last packet of that TCP handshake;
//! * each command with a reply is one;
//! * data that comes with 150 and 226 belongs to the round trip of RETR;
//! * the data of an upload and its end are sent together, and 226 comes: one.
//!
//! If the client closes a connection after it has read the end, nothing waits for that.
//!
//! A TLS handshake is counted in the same way, since the log holds the bytes on the wire:
//!
//! * the client sends ClientHello, and the server's first messages come: one;
//! * the client sends Finished. The server waits for it before it sends a download or believes
//!   anything. On the control connection Finished is sent together with the next command, and for
//!   an upload together with the data. So only a download needs a round trip for it, in which the
//!   data comes;
//! * session tickets answer Finished, but nothing waits for them. They come with the next round
//!   trip;
//! * the client's close_notify answers the server's close_notify. The final reply does not wait for
//!   it. A server that waits for it, as TLS 1.2 strictly demands, adds a round trip to a download.

use std::cell::Cell;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The log of both connections of a session, with the number of round trips.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    lines: Vec<String>,
    connections: usize,
    trips: usize,
    /// Whether the client has said something since the last byte came.
    said: bool,
}

/// One connection in the log.
#[derive(Clone)]
pub(crate) struct Line {
    log: Log,
    name: String,
    is_control: bool,
    last: Cell<Last>,
    is_tls: Cell<bool>,
}

/// The last event on a connection.
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

    /// Adds a connection that is being made. The first one is the control connection.
    pub(crate) fn connection(&self) -> Line {
        let number = {
            let mut state = self.state();
            state.connections += 1;
            state.connections - 1
        };
        let line = Line {
            log: self.clone(),
            name: match number {
                0 => "control".to_owned(),
                number => format!("data {number}"),
            },
            is_control: number == 0,
            last: Cell::new(Last::Said),
            is_tls: Cell::new(false),
        };
        line.say("SYN");
        line
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// Notes that the connection is made. The server learns of it next.
    pub(crate) fn made(&self) {
        self.come("SYN, ACK");
        self.say("ACK");
    }

    /// Notes that the client sends bytes.
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

    /// Notes that the client sends its end.
    pub(crate) fn ended(&self) {
        self.say("end");
    }

    /// Notes that bytes come, or the end.
    pub(crate) fn received(&self, bytes: &[u8]) {
        // On the control connection a server sends only answers. Before any command, these must be
        // tickets.
        if self.is_control && self.last.replace(Last::Came) == Last::Finished {
            return self.remark(&format!("{}, tickets", self.shown(bytes)));
        }
        self.come(&self.shown(bytes));
    }

    /// Notes that the client closes a connection. `at_end`: the client has read the server's end.
    pub(crate) fn closed(&self, at_end: bool) {
        // Under TLS, the last thing that comes is the end.
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
        state.said = true;
        state.lines.push(format!("  -> {}: {what}", self.name));
    }

    fn come(&self, what: &str) {
        self.last.set(Last::Came);
        let mut state = self.log.state();
        if std::mem::take(&mut state.said) {
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

/// Returns whether the bytes hold Finished. TLS 1.3 sends it after a ChangeCipherSpec, which exists
/// for old middleboxes.
fn is_finished(bytes: &[u8]) -> bool {
    matches!(bytes, [20, 3, 3, ..])
}

/// Recognises an alert of TLS 1.3 by its length: two bytes, a type byte and a tag of 16 bytes.
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
