//! Dialogues as data: what is asked of both clients, and what the server says to it.

use std::time::Duration;

use crate::server::{LIMIT, Script, Step};

/// One dialogue, which both clients have with the same server.
pub(crate) struct Dialogue {
    pub(crate) name: &'static str,
    /// Each call with its arguments; what has to stand ahead of them is [`opening`](Self::opening).
    pub(crate) calls: Vec<Vec<&'static str>>,
    pub(crate) script: Script,
    /// The second server of a copy.
    pub(crate) target: Option<Script>,
    pub(crate) setting: Setting,
    /// Verbs of which the server's account is compared too.
    pub(crate) watched: &'static [&'static str],
    /// What both come to; where they differ, [`DIFFERENCES`](crate::differences::DIFFERENCES)
    /// says it.
    pub(crate) result: Option<&'static str>,
}

/// How both clients are set.
#[derive(Clone)]
pub(crate) struct Setting {
    pub(crate) mode: Mode,
    pub(crate) encoding: Encoding,
    pub(crate) timeout: Duration,
    /// The source address.
    pub(crate) source: Option<&'static str>,
    /// Whether the address in 227 is trusted.
    pub(crate) trust: bool,
    /// Nobody listens where the clients connect to.
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

/// A dialogue of these calls, before anything is said of the server.
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

    /// What a verb, or a whole command, gets.
    pub(crate) fn on<const N: usize>(mut self, command: &str, steps: [Step; N]) -> Self {
        self.script.set(command, steps.into());
        self
    }

    /// And what it gets the next time.
    pub(crate) fn then<const N: usize>(mut self, command: &str, steps: [Step; N]) -> Self {
        self.script.add(command, steps.into());
        self
    }

    /// What a command gets from the second server, which is there from now on.
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

    /// For dialogues in which one of the two waits in vain.
    pub(crate) fn impatient(self) -> Self {
        self.set(|setting| setting.timeout = Duration::from_millis(500))
    }

    /// Compares which commands of these verbs the server saw; `from` stands for the address that
    /// the client had, `target` for those that PORT and EPRT named.
    pub(crate) fn watch(mut self, verbs: &'static [&'static str]) -> Self {
        self.watched = verbs;
        self
    }

    /// What both come to.
    pub(crate) fn both(mut self, result: &'static str) -> Self {
        self.result = Some(result);
        self
    }

    /// Whether it asks for a parser alone.
    pub(crate) fn needs_server(&self) -> bool {
        !self.first().starts_with("parse") && self.first() != "constant"
    }

    /// The calls that stand ahead of those that are compared.
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
