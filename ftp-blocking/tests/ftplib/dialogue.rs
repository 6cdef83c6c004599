//! Dialogues as data: the calls of both clients, and the behaviour of the server.

use std::time::Duration;

use crate::server::{LIMIT, Script, Step};

/// One dialogue. Each client has it with a server of its own that follows the same script.
pub(crate) struct Dialogue {
    pub(crate) name: &'static str,
    /// Each call with its arguments. The calls of [`opening`](Self::opening) come before them.
    pub(crate) calls: Vec<Vec<&'static str>>,
    pub(crate) script: Script,
    /// The second server of a copy.
    pub(crate) target: Option<Script>,
    pub(crate) setting: Setting,
    /// The verbs of the commands that are compared too, as the server received them.
    pub(crate) watched: &'static [&'static str],
    /// The result of both clients. `None` if they differ;
    /// [`DIFFERENCES`](crate::differences::DIFFERENCES) then lists both results.
    pub(crate) result: Option<&'static str>,
}

/// The settings of both clients.
#[derive(Clone)]
pub(crate) struct Setting {
    pub(crate) mode: Mode,
    pub(crate) encoding: Encoding,
    pub(crate) timeout: Duration,
    /// The local address that connections come from.
    pub(crate) source: Option<&'static str>,
    /// Whether the client connects to the address in a 227 reply.
    pub(crate) trust: bool,
    /// Whether no server listens at the port that the clients connect to.
    pub(crate) absent: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Mode {
    Passive,
    Active,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Encoding {
    Utf8,
    Latin1,
}

/// Creates a dialogue of these calls, with the default server.
pub(crate) fn dialogue(name: &'static str, calls: &[&[&'static str]]) -> Dialogue {
    Dialogue {
        name,
        calls: calls.iter().map(|call| call.to_vec()).collect(),
        script: Script::default(),
        target: None,
        setting: Setting {
            mode: Mode::Passive,
            encoding: Encoding::Utf8,
            timeout: LIMIT,
            source: None,
            trust: false,
            absent: false,
        },
        watched: &[],
        result: None,
    }
}

impl Dialogue {
    pub(crate) fn greet<const N: usize>(mut self, steps: [Step; N]) -> Self {
        self.script.greet(steps.into());
        self
    }

    /// Sets what the server does on a verb, or on a whole command.
    pub(crate) fn on<const N: usize>(mut self, command: &str, steps: [Step; N]) -> Self {
        self.script.set(command, steps.into());
        self
    }

    /// Adds what the server does when the command comes the next time.
    pub(crate) fn then<const N: usize>(mut self, command: &str, steps: [Step; N]) -> Self {
        self.script.add(command, steps.into());
        self
    }

    /// Sets what the second server does on a command. The first call adds that server.
    pub(crate) fn on_target<const N: usize>(mut self, command: &str, steps: [Step; N]) -> Self {
        let target = self.target.get_or_insert_with(Script::default);
        target.set(command, steps.into());
        self
    }

    pub(crate) fn set(mut self, change: impl FnOnce(&mut Setting)) -> Self {
        change(&mut self.setting);
        self
    }

    pub(crate) fn active(self) -> Self {
        self.set(|setting| setting.mode = Mode::Active)
    }

    pub(crate) fn over_ipv6(mut self) -> Self {
        self.script.over_ipv6();
        self
    }

    /// Shortens the time-out, for dialogues in which one of the clients waits in vain.
    pub(crate) fn impatient(self) -> Self {
        self.set(|setting| setting.timeout = Duration::from_millis(500))
    }

    /// Also compares the received commands with these verbs. With `from` in the list, it compares
    /// the client's address, and with `target` the addresses in PORT and EPRT.
    pub(crate) fn watch(mut self, verbs: &'static [&'static str]) -> Self {
        self.watched = verbs;
        self
    }

    /// Sets the result of both clients.
    pub(crate) fn both(mut self, result: &'static str) -> Self {
        self.result = Some(result);
        self
    }

    /// Returns whether the dialogue needs a server. A dialogue that calls only a parser does not
    /// need one.
    pub(crate) fn needs_server(&self) -> bool {
        !self.first().starts_with("parse") && self.first() != "constant"
    }

    /// Returns the calls that are made before the calls of the dialogue.
    pub(crate) fn opening(&self) -> &'static [&'static str] {
        match self.first() {
            "connect" => &[],
            "login" | "debug" => &["connect"],
            _ if self.needs_server() => &["connect", "login"],
            _ => &[],
        }
    }

    fn first(&self) -> &'static str {
        self.calls[0][0]
    }
}
