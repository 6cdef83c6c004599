//! Sequential round trips, counted in a log of both connections.
//!
//! One trip is: the client *says* something that the server has to hear of, and something *comes*
//! that waited for it. What comes next without the client having said anything in between came
//! with the same trip. Hence, in lock-step:
//!
//! * each TCP connection is one: the client says SYN, and the connection comes;
//! * whatever waits for the last packet of that handshake is one more: the greeting;
//! * each command whose reply is awaited is one;
//! * data that comes with 150 and 226 belongs to the trip of RETR;
//! * the data of an upload and its end are said together, and 226 comes: one.
//!
//! Closing a connection of which the end was read says nothing that anybody waits for.
//!
//! A TLS handshake is counted in the same way, since what is logged is what travels:
//!
//! * ClientHello is said, and the server's flight comes: one;
//! * our Finished is said, and the server waits for it before it sends a download or believes
//!   anything. On the control connection it goes out together with the next command, and on the
//!   data connection of an upload with the data: it costs only a download the trip in which the
//!   data come;
//! * session tickets answer our Finished, but nobody waits for them: they come with the trip of
//!   what comes next;
//! * close_notify that answers the server's says nothing that the final reply waits for; a server
//!   that does wait for it, strictly by TLS 1.2, adds one trip to a download.

use std::cell::Cell;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What both connections of one session said, and how many trips that took.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    lines: Vec<String>,
    connections: usize,
    trips: usize,
    /// Whether the client has said something since anything came.
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

/// What was said or came last on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    Said,
    Finished,
    Came,
}

impl Log {
    /// Trips so far.
    pub(crate) fn trips(&self) -> usize {
        self.state().trips
    }

    /// A connection is being made: the first is the control connection.
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
    /// The connection is there, and the server is about to know.
    pub(crate) fn made(&self) {
        self.come("SYN, ACK");
        self.say("ACK");
    }

    /// The client sends bytes.
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

    /// The client sends its end.
    pub(crate) fn ended(&self) {
        self.say("end");
    }

    /// Bytes come, or the end.
    pub(crate) fn received(&self, bytes: &[u8]) {
        // A server speaks here only when it is spoken to.
        if self.is_control && self.last.replace(Last::Came) == Last::Finished {
            return self.remark(&format!("{}, tickets", self.shown(bytes)));
        }
        self.come(&self.shown(bytes));
    }

    /// The client closes a connection, whose end it may have read before.
    pub(crate) fn closed(&self, at_end: bool) {
        // Under TLS the end is what came last.
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

/// TLS 1.3 sends Finished after a ChangeCipherSpec, which is there for old middleboxes.
fn is_finished(bytes: &[u8]) -> bool {
    matches!(bytes, [20, 3, 3, ..])
}

/// Of TLS 1.3, by its length: two bytes, their type and a tag.
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
