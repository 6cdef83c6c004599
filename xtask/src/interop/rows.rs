//! Runs a row of the contract table with a real server instead of the simulator.

use std::fs;
use std::time::Duration;

use ftp_blocking::wire::Escaped;
use ftp_blocking::{ErrorKind, Timeouts};
use ftp_proto::simulator::contract::{Case, Expect, Operation, Outcome, has_entries, has_words};

use super::cell::Cell;
use super::exceptions;
use crate::job::client::{Client, Either};
use crate::job::shown;
use crate::servers::Result;

mod blocking;
mod nonblocking;

/// The time limit of each wait. It is shorter than in the other tests, because pyftpdlib sometimes
/// stops answering.
const PATIENCE: Duration = Duration::from_secs(10);

impl Cell<'_> {
    /// Runs the row. Returns each step with an unexpected result: the step's number, and the result
    /// as text.
    pub(super) fn row(&self, case: &Case) -> Result<Vec<(usize, String)>> {
        for path in case.directories() {
            self.put_directory(path, 0o777)?;
        }
        for (path, content) in case.files() {
            self.put(path, content)?;
        }
        let patience = Timeouts::default().with_all(PATIENCE);
        let options = case.options(self.options.clone().with_timeouts(patience));
        let mut client = Some(self.connected(options)?);
        let mut different = Vec::new();
        for (number, (operation, expected)) in case.operations().iter().enumerate() {
            let mut outcome = self.step(&mut client, operation);
            let kind = self.server.kind;
            // ProFTPD refuses a data connection if the session tickets of the login have run out.
            // Another login brings new tickets, so that the rest of the row can run.
            if exceptions::another_login_helps(kind, self.way) && has_code(&outcome, 425) {
                let why = format!("{}, and another login", told(&outcome));
                different.push((number, why));
                self.step(&mut client, &Operation::Reconnect);
                outcome = self.step(&mut client, operation);
            }
            if !agrees(operation, &outcome, expected) {
                let why = format!("{} instead of {expected:?}", told(&outcome));
                different.push((number, why.chars().take(300).collect()));
            }
        }
        if let (Some(client), []) = (client, different.as_slice()) {
            // Waits for the reply to QUIT, so that the server is done with this session before the
            // next one begins.
            let _ = client.quit();
        }
        Ok(different)
    }

    fn step(&self, client: &mut Option<Client>, operation: &Operation) -> Outcome {
        if let Operation::Stored(path) = operation {
            let path = self.disk(path.as_bytes());
            return match fs::read(&path) {
                Ok(content) => Outcome::Bytes(content),
                Err(_) if path.is_dir() => Outcome::Done,
                Err(_) => Outcome::Size(None),
            };
        }
        let Some(open) = client else {
            return Outcome::Lines(vec![b"nobody is connected any more".to_vec()]);
        };
        match operation {
            // Logs in with the user name of this server, which does not know the simulator's user
            // name.
            Operation::Login => match self.login(open) {
                Ok(()) => match self.is_secured(open) {
                    Ok(()) => Outcome::Done,
                    Err(why) => Outcome::Lines(vec![why.to_string().into_bytes()]),
                },
                Err(error) => Outcome::failed(&error),
            },
            Operation::Quit => match client.take().map(Client::quit) {
                Some(Ok(Some(reply))) if reply.code().value() == 221 => Outcome::Done,
                Some(Err(error)) => Outcome::failed(&error),
                other => Outcome::Lines(vec![format!("{other:?}").into_bytes()]),
            },
            Operation::Reconnect => self.behind_a_closed_root(|| perform(open, operation)),
            operation => perform(open, operation),
        }
    }
}

fn perform(client: &mut Client, operation: &Operation) -> Outcome {
    match &mut client.0 {
        Either::Blocking(client) => blocking::contract::perform_on(client, operation),
        Either::Smol(client) => {
            let mut face = client.take().map(nonblocking::face::Client);
            let outcome = nonblocking::contract::perform_on(&mut face, operation);
            *client = face.map(|face| face.0);
            outcome
        }
    }
}

fn has_code(outcome: &Outcome, code: u16) -> bool {
    matches!(outcome, Outcome::Failed(failure, _) if failure.code == Some(code))
}

/// Formats an outcome for the report.
fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Bytes(bytes) if bytes.len() > 200 => format!("{} bytes", bytes.len()),
        Outcome::Bytes(bytes) => format!("{:?}", Escaped::new(bytes)),
        Outcome::Lines(lines) => shown(lines),
        outcome => format!("{outcome:?}"),
    }
}

/// Returns whether the outcome is what the row expects. A real server may choose the second and
/// third digit of most reply codes, and whether a refusal is permanent (5yz) or transient (4yz). It
/// may also choose the order of names, additional facts, the name of a file that STOU creates, and
/// whether a directory lists itself.
fn agrees(operation: &Operation, outcome: &Outcome, expected: &Expect) -> bool {
    match (outcome, expected) {
        (Outcome::Code(found), Expect::Is(Outcome::Code(expected))) => {
            found / 100 == expected / 100
        }
        (Outcome::Code(found), Expect::Code(codes)) => codes.contains(found),
        (Outcome::Bytes(found), Expect::Words(words)) => has_words(found, words),
        (Outcome::Lines(found), Expect::Entries(entries)) => has_entries(found, entries),
        (Outcome::Lines(found), Expect::Is(Outcome::Lines(expected))) => match operation {
            Operation::Facts(_) => last(found) == last(expected),
            Operation::Names | Operation::FactsOfAll => names(found) == names(expected),
            _ => found == expected,
        },
        (Outcome::Count(found), Expect::Is(Outcome::Count(expected))) => match operation {
            // The listing may have up to three more lines: a heading, the directory itself, and its
            // parent.
            Operation::List => (*expected..=expected + 3).contains(found),
            _ => found == expected,
        },
        (Outcome::Bytes(found), Expect::Is(Outcome::Bytes(expected))) => match operation {
            Operation::UploadUnique(_) => !found.is_empty(),
            Operation::MakeDirectory(_) => name(found) == name(expected),
            _ => found == expected,
        },
        (Outcome::Failed(found, _), Expect::Fails(kind, code)) => {
            let refusal =
                |kind: ErrorKind| matches!(kind, ErrorKind::Permanent | ErrorKind::Transient);
            match code {
                // If the row expects the code 530 (not logged in), the server must send 530. For
                // any other refusal, the server may send another code than the row expects.
                Some(530) => (found.kind, found.code) == (*kind, *code),
                _ => found.kind == *kind || (refusal(found.kind) && refusal(*kind)),
            }
        }
        (outcome, Expect::Is(expected)) => outcome == expected,
        _ => false,
    }
}

/// Returns the last part of a path, for example `c` of `/b/c`.
fn name(path: &[u8]) -> Option<&[u8]> {
    path.rsplit(|byte| *byte == b'/').next()
}

/// Returns the last part of the path in the first of these lines, for example `c` of `/b/c`.
fn last(lines: &[Vec<u8>]) -> Option<&[u8]> {
    name(lines.first().map_or(&[], Vec::as_slice))
}

/// Returns the names in sorted order, without `.` and `..`, which only some servers list.
fn names(lines: &[Vec<u8>]) -> Vec<&[u8]> {
    let names = lines.iter().map(Vec::as_slice);
    let mut names: Vec<_> = names
        .filter(|name| !matches!(*name, b"." | b".."))
        .collect();
    names.sort_unstable();
    names
}
