//! Records the dialogue on the control connection, as an observer of the client sees it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ftp_proto::wire::Reply;

use crate::face::{Client, Observed};

/// Records the dialogue of one client.
#[derive(Clone, Debug, Default)]
pub(super) struct DialogueNotes(Arc<Mutex<Notes>>);

/// What a [`DialogueNotes`] has recorded.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// The lines of the dialogue and the actions; `None` if they will not be printed.
    pub(super) trace: Option<Vec<String>>,
    /// Whether the server may lose replies. A stray 226 may then be the only reply to a transfer.
    pub(super) may_be_silent: bool,
    /// Whether the running action sends its command with `raw`.
    pub(super) is_raw: bool,
    /// Whether a stray reply has arrived that could be the reply to the running command. From then
    /// on, no client can know which reply belongs to which command, until the next connection.
    pub(super) is_led_astray: bool,
    /// The verb of the command that waits for its reply, and whether a preliminary reply has
    /// arrived; `None` if no command waits.
    awaited: Option<(String, bool)>,
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
                    notes.awaited = Some((command.verb().to_owned(), false));
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

    /// Starts the notes of a new connection, on which no command waits for a reply.
    pub(super) fn begin_anew(&mut self) {
        self.is_led_astray = false;
        self.awaited = None;
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
        match &mut self.awaited {
            Some((verb, begun)) if is_stray => {
                let begun = *begun || self.may_be_silent;
                self.is_led_astray |= self.is_raw || fits(code, verb, begun);
            }
            Some((_, begun)) if code < 200 => *begun = true,
            Some(_) if !is_stray => self.awaited = None,
            _ => {}
        }
    }
}

/// Returns whether a stray reply with this code could be the reply to the command `verb`. If so, no
/// client can tell the two apart.
fn fits(code: u16, verb: &str, begun: bool) -> bool {
    match verb {
        // After every abort the client sends a fence (an extra PWD), so a stray reply after ABOR
        // does no harm.
        "ABOR" => false,
        // A refusal can answer any command, and so can 200, 202 and 250.
        _ if code >= 400 || matches!(code, 200 | 202 | 250) => true,
        // Before the 150, a 225 or 226 cannot be the final reply of a transfer.
        "RETR" | "STOR" | "APPE" | "STOU" | "LIST" | "NLST" | "MLSD" => {
            begun && matches!(code, 225 | 226)
        }
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
