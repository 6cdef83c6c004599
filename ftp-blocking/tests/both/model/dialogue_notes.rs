//! Records the commands and replies on the control connection, as an observer of the client sees
//! them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ftp_proto::wire::Reply;

use crate::face::{Client, Observed};

/// Records the commands and replies of one client.
#[derive(Clone, Debug, Default)]
pub(super) struct DialogueNotes(Arc<Mutex<Notes>>);

/// What a [`DialogueNotes`] has recorded.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// The commands, the replies and the user's actions, one per line. `None` if they will not be
    /// printed.
    pub(super) trace: Option<Vec<String>>,
    /// Whether the server may leave out replies. If it leaves out both replies to a transfer, a
    /// stray 226 looks like the reply to the transfer.
    pub(super) may_be_silent: bool,
    /// Whether the user's current action sends its command with `raw`.
    pub(super) is_raw: bool,
    /// Whether a stray reply has arrived that could be the reply to the command under way. After
    /// that, no client can know which reply belongs to which command. So the test checks no more
    /// successes on this connection.
    pub(super) is_led_astray: bool,
    /// The verbs of the commands whose final replies have not arrived, in the order of sending, and
    /// whether a preliminary reply (1xx) has arrived.
    awaited: VecDeque<(String, bool)>,
}

impl DialogueNotes {
    pub(super) fn new(tracing: bool) -> Self {
        let witness = Self::default();
        witness.notes().trace = tracing.then(Vec::new);
        witness
    }

    pub(super) fn notes(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn watch(&self, client: &mut Client) {
        let witness = self.clone();
        client.observe(move |observed| {
            let mut notes = witness.notes();
            match observed {
                Observed::Sent(command) | Observed::Fence(command) => {
                    notes.tell(|| format!("    > {command}"));
                    notes.awaited.push_back((command.verb().to_owned(), false));
                }
                Observed::Received(reply) => notes.hear(reply),
                _ => {}
            }
        });
    }
}

impl Notes {
    pub(super) fn tell(&mut self, line: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(line());
        }
    }

    /// Prepares the notes for a new connection, on which no command waits for a reply yet.
    pub(super) fn begin_anew(&mut self) {
        self.is_led_astray = false;
        self.awaited.clear();
    }

    fn hear(&mut self, reply: &Reply) {
        self.tell(|| {
            format!(
                "    < {:.100}",
                String::from_utf8_lossy(&reply.lines().collect::<Vec<_>>().join(&b'|'))
            )
        });
        let code = reply.code().value();
        let is_stray = reply
            .lines()
            .any(|line| line.windows(5).any(|word| word == b"stray"));
        if is_stray {
            let (is_silent, is_raw) = (self.may_be_silent, self.is_raw);
            let mut awaited = self.awaited.iter();
            let could = |(verb, begun): &(String, bool)| fits(code, verb, *begun || is_silent);
            self.is_led_astray |= awaited.any(|it| is_raw || could(it));
        } else if code < 200 {
            let mut transfers = self.awaited.iter_mut();
            if let Some((_, begun)) = transfers.find(|(verb, _)| TRANSFERS.contains(&&verb[..])) {
                *begun = true;
            }
        } else {
            self.answered(code);
        }
    }

    /// Removes the command that this reply answers. The reply to a fence comes after all others.
    fn answered(&mut self, code: u16) {
        let mut awaited = self.awaited.iter();
        let at = awaited.position(|(verb, begun)| fits(code, verb, *begun));
        match at.and_then(|at| self.awaited.get(at)) {
            Some((verb, _)) if matches!(&verb[..], "PWD" | "SYST" | "FEAT") => {
                self.awaited.drain(..=at.unwrap_or_default());
            }
            _ => {
                self.awaited.remove(at.unwrap_or_default());
            }
        }
    }
}

/// The commands that have a preliminary reply.
const TRANSFERS: [&str; 7] = ["RETR", "STOR", "APPE", "STOU", "LIST", "NLST", "MLSD"];

/// Returns whether a stray reply with this code could be the reply to the command `verb`. If it
/// could, no client can tell the stray reply from the right one. `begun` says whether a preliminary
/// reply has arrived.
fn fits(code: u16, verb: &str, begun: bool) -> bool {
    match verb {
        // After every abort the client sends a fence (an extra PWD) and reads up to its 257, so a
        // stray reply after ABOR does no harm.
        "ABOR" => false,
        // A refusal (4xx or 5xx) can be the reply to any command. The codes 200, 202 and 250 can be
        // too.
        _ if code >= 400 || matches!(code, 200 | 202 | 250) => true,
        // As long as no preliminary reply (150) has come, the client does not take a 225 or 226 for
        // the final reply of a transfer.
        _ if TRANSFERS.contains(&verb) => begun && matches!(code, 225 | 226),
        "PWD" | "MKD" => code == 257,
        "USER" => matches!(code, 230..=232 | 331 | 332),
        "PASS" | "ACCT" => matches!(code, 230..=232),
        "SIZE" | "MDTM" | "STAT" | "FEAT" | "SYST" | "HELP" | "MLST" => matches!(code, 211..=215),
        "EPSV" => code == 229,
        "PASV" => code == 227,
        "REST" | "RNFR" => code == 350,
        "QUIT" => code == 221,
        "HOST" | "REIN" => code == 220,
        _ => false,
    }
}
