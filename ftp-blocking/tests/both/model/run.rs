//! One run of the model test: a user, a client, a network and a server.

use std::io;

use fastrand::Rng;
use ftp_proto::simulator::Simulator;
use ftp_proto::{Error, Timeouts};

use super::action::{Action, Mode, Output};
use super::dialogue_notes::DialogueNotes;
use super::fault::{Kind, any};
use super::scenario::Scenario;
use super::verdict::{Before, Trial, resolve, show};
use crate::face::{Behind, Client, Memory, impatient};
use crate::support::failing_calls::FailingCalls;

/// The number of actions that the user performs in one run. Connecting is one of them.
const ACTIONS: usize = 14;

/// The most transport calls (in `ftp-smol`: polls) that one action may make. An action that reaches
/// this limit would go on for ever, so the test fails.
const ENDLESS: usize = 50_000;

/// The errors that the test may make the network return from a call.
const FAILURES: [io::ErrorKind; 3] = [
    io::ErrorKind::TimedOut,
    io::ErrorKind::ConnectionReset,
    io::ErrorKind::BrokenPipe,
];

/// Runs the model test once, with the random numbers of this seed.
///
/// # Errors
/// A description of what went wrong, with the dialogue if `tracing` is on.
pub(super) fn run(seed: u64, tracing: bool) -> Result<(), String> {
    let mut rng = Rng::with_seed(seed);
    let scenario = Scenario::of_seed(seed, &mut rng);
    let timeouts = Timeouts::default().with_all(core::time::Duration::from_secs(1));
    let mut run = Run {
        memory: Memory::new(Simulator::new(scenario.setup.clone())),
        options: scenario.options.clone().with_timeouts(timeouts),
        scenario,
        rng,
        failing_calls: FailingCalls::default(),
        notes: DialogueNotes::new(tracing),
        place: None,
        logged_in: false,
        logins: 0,
        stranded: false,
        unsure: false,
    };
    run.notes.notes().may_be_silent = run.scenario.kinds.contains(&Kind::Silence);
    let result = run.live();
    result.map_err(|why| {
        let trace = run.notes.notes().trace.take().unwrap_or_default();
        format!("{}\n{}\nWRONG: {why}", run.scenario.told, trace.join("\n"))
    })
}

struct Run {
    scenario: Scenario,
    rng: Rng,
    memory: Memory,
    options: crate::face::Options,
    failing_calls: FailingCalls,
    notes: DialogueNotes,
    /// The directory in which the server must be, from the client's last successful `pwd`, `cwd` or
    /// login. `None` if it is unknown, for example after a failed CWD.
    place: Option<Vec<u8>>,
    logged_in: bool,
    logins: usize,
    /// Whether the last reconnect failed. The client may then refuse operations, since the new
    /// connection is not in the old directory.
    stranded: bool,
    /// Whether the last action failed. The server may then still be performing it.
    unsure: bool,
}

impl Run {
    fn live(&mut self) -> Result<(), String> {
        let mut client = None;
        for number in 0..ACTIONS {
            let Some(live) = &mut client else {
                client = self.connect()?;
                continue;
            };
            let action = match number {
                // Usually the first action after the connect is a login.
                1 if self.rng.u8(..8) > 0 => Action::Login("secret"),
                _ if live.session().is_dead() && self.rng.bool() => Action::Reconnect,
                _ => Action::random(&mut self.rng),
            };
            self.act(live, &action)?;
            if live.session().is_dead() && self.rng.u8(..4) == 0 {
                client = None;
            }
        }
        Ok(())
    }

    fn connect(&mut self) -> Result<Option<Client>, String> {
        let network = Behind {
            middlebox: self.failing_calls.clone(),
            network: self.memory.clone(),
        };
        let options = self.options.clone();
        let connected = impatient(&self.failing_calls, ENDLESS, || {
            Client::connect_over(network, options)
        });
        self.notes.notes().begin_anew();
        self.logged_in = false;
        self.logins = 0;
        self.stranded = false;
        self.place = None;
        match connected {
            Ok(mut client) => {
                self.notes.watch(&mut client);
                self.tell(|| "connected".to_owned());
                Ok(Some(client))
            }
            Err(error) if self.scenario.is_peaceful() => Err(format!("not connected: {error}")),
            Err(error) => {
                self.tell(|| format!("not connected: {error}"));
                Ok(None)
            }
        }
    }

    fn act(&mut self, client: &mut Client, action: &Action) -> Result<(), String> {
        let before = self.before(action);
        let calls = self.failing_calls.calls();
        let reconnects = matches!(action, Action::Reconnect);
        let was_astray = self.notes.notes().is_led_astray;
        if reconnects {
            self.notes.notes().begin_anew();
        }
        let result = self.perform(client, action);
        let endless = self.failing_calls.calls() - calls >= ENDLESS;
        if endless {
            return Err(format!("{action:?} does not end"));
        }
        let mut notes = self.notes.notes();
        notes.tell(|| told(&result));
        notes.is_raw = false;
        // If the reconnect failed, the client may have kept the old connection.
        notes.is_led_astray |= reconnects && result.is_err() && was_astray;
        let astray = notes.is_led_astray;
        drop(notes);
        let memory = self.memory.clone();
        let server = memory.server();
        let trial = Trial {
            server: &server,
            scenario: &self.scenario,
            before: &before,
        };
        match &result {
            Ok(got) if !astray => trial.judge(action, got)?,
            Err(error) if self.scenario.is_peaceful() => trial.excuse(action, error)?,
            _ => {}
        }
        self.believe(action, result.is_ok(), server.directory());
        self.unsure = result.is_err();
        Ok(())
    }

    /// Performs the action. In a restless scenario, the test may stop the action halfway or make
    /// one transport call fail.
    fn perform(&mut self, client: &mut Client, action: &Action) -> Result<Output, Error> {
        let (restless, rng) = (self.scenario.restless, &mut self.rng);
        let luck = if restless { rng.u8(..16) } else { u8::MAX };
        let after = rng.usize(..60).min(rng.usize(..60));
        let mut notes = self.notes.notes();
        notes.is_raw = matches!(action, Action::Raw(_));
        notes.tell(|| match luck {
            0..=3 => format!("{action:?}, given up after {after}"),
            4 => format!("{action:?}, failing after {after}"),
            _ => format!("{action:?}"),
        });
        drop(notes);
        match luck {
            0..=3 => impatient(&self.failing_calls, after, || action.perform(client)),
            4 => {
                self.failing_calls.fail_after(after, any(rng, &FAILURES));
                let result = action.perform(client);
                self.failing_calls.stop_failing();
                result
            }
            _ => impatient(&self.failing_calls, ENDLESS, || action.perform(client)),
        }
    }

    fn before(&self, action: &Action) -> Before {
        let server = self.memory.server();
        let content = match action {
            Action::Upload {
                path,
                mode: Mode::Append,
                ..
            } => {
                let place = self.place.as_deref().or(server.directory());
                let path = resolve(place, path).unwrap_or_default();
                server.file(path).map(<[u8]>::to_vec)
            }
            _ => None,
        };
        Before {
            commands: server.commands().len(),
            transfers: server.transfers().len(),
            content,
            place: self.place.clone(),
            logged_in: self.logged_in,
            logins: self.logins,
            stranded: self.stranded,
            unsure: self.unsure,
        }
    }

    /// After an action, updates what the user knows: the directory, and whether the client is
    /// logged in. `there` is the server's directory.
    fn believe(&mut self, action: &Action, succeeded: bool, there: Option<&[u8]>) {
        self.stranded = match action {
            Action::Reconnect => !succeeded,
            _ => self.stranded,
        };
        match action {
            // After the first login, the directory is the home directory. After a further login,
            // the directory depends on the server, so it is unknown.
            Action::Login(_) => {
                self.place = (succeeded && self.logins == 0).then(|| b"/".to_vec());
                self.logged_in = succeeded;
                self.logins += 1;
            }
            Action::Reconnect if succeeded => {
                self.place = self.place.take().filter(|_| self.logins == 1);
                self.logins = 1;
            }
            Action::Cwd(_) | Action::Raw(_) | Action::Reconnect if !succeeded => self.place = None,
            Action::Cwd(_) | Action::Pwd if succeeded => self.place = there.map(<[u8]>::to_vec),
            Action::Raw(line) if line.starts_with("CWD") => self.place = there.map(<[u8]>::to_vec),
            _ => {}
        }
    }

    fn tell(&self, line: impl FnOnce() -> String) {
        self.notes.notes().tell(line);
    }
}

fn told(result: &Result<Output, Error>) -> String {
    match result {
        Ok(Output::Bytes(bytes)) => format!("  Ok, {} bytes", bytes.len()),
        Ok(Output::Lines(lines)) => {
            let lines: Vec<_> = lines.iter().map(show).collect();
            format!("  Ok, {lines:?}")
        }
        Ok(Output::Path(Some(path))) => format!("  Ok, {}", show(path)),
        Ok(got) => format!("  Ok, {got:.100?}"),
        Err(error) => format!("  {error}"),
    }
}
