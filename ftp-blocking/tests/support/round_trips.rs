//! Sequential round trips, counted in a log of both connections: for the tests of both adapters.
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
//! * our Finished is said, and whatever comes next waited for it. Nobody waits for it alone: on
//!   the control connection the next command goes out behind it, on the data connection of a
//!   download the data come behind it, and those of an upload go out behind it. Hence it costs a
//!   download the second trip of its connection, and nothing else any;
//! * session tickets come with what comes behind them;
//! * close_notify is said, and counts if something that comes afterwards may have waited for it.

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
}

impl Log {
    /// Trips so far.
    pub(crate) fn trips(&self) -> usize {
        self.state().trips
    }

    /// A connection is being made: the first is the control connection.
    pub(crate) fn dial(&self) -> Line {
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
        self.say(&self.shown(bytes));
    }

    /// The client sends its end.
    pub(crate) fn ended(&self) {
        self.say("end");
    }

    /// Bytes come, or the end.
    pub(crate) fn received(&self, bytes: &[u8]) {
        self.come(&self.shown(bytes));
    }

    /// The client closes a connection, whose end it may have read before.
    pub(crate) fn closed(&self, at_end: bool) {
        if at_end {
            self.log
                .state()
                .lines
                .push(format!("  -  {} closed", self.name));
        } else {
            self.say("closed");
        }
    }

    fn say(&self, what: &str) {
        let mut state = self.log.state();
        state.said = true;
        state.lines.push(format!("  -> {}: {what}", self.name));
    }

    fn come(&self, what: &str) {
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
