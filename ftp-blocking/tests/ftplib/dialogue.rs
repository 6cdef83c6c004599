//! A dialogue as data: the calls that both clients make, and what the server does.

use std::time::Duration;

use crate::server::{LIMIT, Script, Step};

/// One dialogue between a client and a server. Each of the two clients gets a server of its own,
/// and both servers follow the same script.
pub(crate) struct Dialogue {
    pub(crate) name: &'static str,
    /// The calls that the client makes, each with its arguments. The calls of
    /// [`opening`](Self::opening) come before them.
    pub(crate) calls: Vec<Vec<&'static str>>,
    pub(crate) script: Script,
    /// The script of the second server, to which a file is copied. `None` if the dialogue copies
    /// nothing between servers.
    pub(crate) target: Option<Script>,
    pub(crate) setting: Setting,
    /// The result also shows the commands with these verbs, as the server received them.
    pub(crate) watched: &'static [&'static str],
    /// Whether the result shows long values in full.
    pub(crate) in_full: bool,
    /// The result, if both clients have the same. `None` if the results differ:
    /// [`DIFFERENCES`](crate::differences::DIFFERENCES) then lists both of them.
    pub(crate) result: Option<&'static str>,
}

/// The settings that both clients use in a dialogue.
#[derive(Clone)]
pub(crate) struct Setting {
    pub(crate) mode: Mode,
    pub(crate) encoding: Encoding,
    pub(crate) timeout: Duration,
    /// The local address that the client connects from. `None` lets the system choose it.
    pub(crate) source: Option<&'static str>,
    /// Whether the client connects to the address in a 227 reply, instead of the control
    /// connection's address.
    pub(crate) trust: bool,
    /// Whether the clients connect to a port at which no server listens.
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

/// Creates a dialogue with these calls. The server follows the default script.
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
        in_full: false,
        result: None,
    }
}

impl Dialogue {
    pub(crate) fn greet<const N: usize>(mut self, steps: [Step; N]) -> Self {
        self.script.greet(steps.into());
        self
    }

    /// Sets what the server does each time it gets `command`, which is a verb or a whole command
    /// line.
    pub(crate) fn on<const N: usize>(mut self, command: &str, steps: [Step; N]) -> Self {
        self.script.set(command, steps.into());
        self
    }

    /// Adds what the server does when it gets `command` once more, after the steps that are set
    /// already.
    pub(crate) fn then<const N: usize>(mut self, command: &str, steps: [Step; N]) -> Self {
        self.script.add(command, steps.into());
        self
    }

    /// Sets what the second server (the target of a copy) does when it gets `command`. The first
    /// call of this method adds the second server.
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

    /// Shortens the time-out to half a second, for dialogues in which a client waits for something
    /// that never comes.
    pub(crate) fn impatient(self) -> Self {
        self.set(|setting| setting.timeout = Duration::from_millis(500))
    }

    /// Makes the result also show the commands with these verbs, as the server received them. The
    /// word `from` in the list adds the address that the client connects from, and `target` adds
    /// the addresses in PORT and EPRT.
    pub(crate) fn watch(mut self, verbs: &'static [&'static str]) -> Self {
        self.watched = verbs;
        self
    }

    /// Makes the result show long values in full.
    pub(crate) fn in_full(mut self) -> Self {
        self.in_full = true;
        self
    }

    /// Sets the result that both clients must have.
    pub(crate) fn both(mut self, result: &'static str) -> Self {
        self.result = Some(result);
        self
    }

    /// Returns whether the dialogue needs a server. A dialogue that calls only a parser does not
    /// need one.
    pub(crate) fn needs_server(&self) -> bool {
        !self.first().starts_with("parse") && self.first() != "constant"
    }

    /// Returns the calls that the client makes before the calls of the dialogue: usually `connect`
    /// and `login`.
    pub(crate) fn opening(&self) -> &'static [&'static str] {
        match self.first() {
            "connect" => &[],
            "login" | "debug" => &["connect"],
            _ if self.needs_server() => &["connect", "login"],
            _ => &[],
        }
    }

    /// Returns the name of the first call. For `printing`, this is the call inside it.
    fn first(&self) -> &'static str {
        match self.calls[0][..] {
            ["printing", _, name, ..] => name,
            ref call => call[0],
        }
    }
}
