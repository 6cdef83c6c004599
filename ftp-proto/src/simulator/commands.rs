//! The simulated server's handling of commands that concern neither files nor transfers, such as
//! login, TLS and QUIT.

use std::format;
use std::string::String;

use crate::simulator::server::Simulator;
use crate::simulator::state::{Ctx, Item, Login, split};

impl Simulator {
    pub(super) fn handle(&mut self, s: usize, command: usize) {
        let line = self.commands[command].clone();
        let (verb, argument) = split(&line);
        let mut ctx = Ctx::new(self.faults(&verb));
        ctx.command = Some(command);
        if !self.run_scripted(s, &mut ctx) {
            let under_way = self.meet_transfer(s, &verb);
            if let Some(refusal) = under_way.or_else(|| self.refusal(s, &verb)) {
                self.say(s, &mut ctx, refusal);
            } else {
                self.execute(s, &verb, argument, ctx);
            }
        }
        if verb == "AUTH" && self.sessions[s].upgrading && !self.sessions[s].starting_tls() {
            self.sessions[s].upgrading = false;
        }
    }

    fn execute(&mut self, s: usize, verb: &str, argument: &[u8], mut ctx: Ctx) {
        let mut then = None;
        let text = match verb {
            "RETR" | "STOR" | "STOU" | "APPE" | "LIST" | "NLST" | "MLSD" => {
                return self.begin_transfer(s, verb, argument, ctx);
            }
            "ABOR" => return self.abort_transfer(s, ctx),
            "USER" | "PASS" | "ACCT" | "REIN" => self.log_in(s, verb, argument).into(),
            "AUTH" => match argument.to_ascii_uppercase().as_slice() {
                _ if self.is_secure(s) => "503 Already secure.".into(),
                b"TLS" | b"TLS-C" | b"SSL" if !self.lacks(&mechanism(argument)) => {
                    then = Some(Item::StartTls);
                    self.sessions[s].login = Login::None;
                    "234 Proceed with negotiation.".into()
                }
                _ => "504 Unknown mechanism.".into(),
            },
            "CCC" if !self.is_secure(s) => "533 Not protected.".into(),
            "CCC" => {
                then = Some(Item::EndTls);
                "200 Clear from here.".into()
            }
            "PBSZ" | "PROT" => self.protect(s, verb, argument).into(),
            "QUIT" => {
                then = Some(Item::Close { notify: true });
                self.sessions[s].closing = true;
                "221 Goodbye.".into()
            }
            "NOOP" => "200 NOOP ok.".into(),
            "SYST" => "215 UNIX Type: L8".into(),
            "FEAT" => self.features(s),
            "HELP" => self.help(argument),
            "TYPE" => self.set_type(s, argument).into(),
            "OPTS" | "SITE" | "LANG" | "HOST" | "CLNT" | "MODE" | "STRU" | "ALLO" | "SMNT" => {
                self.setting(s, verb, argument)
            }
            "EPSV" | "PASV" | "EPRT" | "PORT" => self.data_port(s, verb, argument),
            "PRET" => self.announce_transfer(s, argument).into(),
            _ => self.file_command(s, verb, argument),
        };
        self.say(s, &mut ctx, text);
        if let Some(item) = then {
            self.push(s, item);
        }
    }

    pub(super) fn is_secure(&self, s: usize) -> bool {
        self.wires[self.sessions[s].link.0].tls.is_some()
    }

    fn log_in(&mut self, s: usize, verb: &str, argument: &[u8]) -> &'static str {
        let login = self.sessions[s].login;
        let account = self.setup.account.as_deref();
        let (login, text) = match (verb, login) {
            ("USER", _) => {
                self.sessions[s].queued = None;
                (
                    Login::User(argument == self.setup.user),
                    "331 Please specify the password.",
                )
            }
            ("PASS", Login::User(known)) if known && argument == self.setup.password => {
                if account.is_some() {
                    (Login::Account, "332 Need account for login.")
                } else {
                    (Login::Complete, "230 Login successful.")
                }
            }
            ("PASS", Login::User(_)) => (Login::None, "530 Login incorrect."),
            ("PASS", _) => (login, "503 Login with USER first."),
            ("ACCT", Login::Account) if account == Some(argument) => {
                (Login::Complete, "230 Login successful.")
            }
            ("ACCT", Login::Account) => (Login::None, "530 Login incorrect."),
            ("ACCT", Login::Complete) => return self.account(s, argument),
            ("ACCT", _) => (login, "503 Login with USER first."),
            _ => {
                self.drop_data(s);
                self.sessions[s].begin_anew(&self.setup.home, self.setup.implicit);
                (Login::None, "220 Ready for a new user.")
            }
        };
        self.sessions[s].login = login;
        text
    }

    /// Handles an ACCT that the client sends after its login, and returns the reply.
    fn account(&mut self, s: usize, argument: &[u8]) -> &'static str {
        match self.setup.account_to_store.as_deref() {
            None => "202 No account needed.",
            Some(account) if account == argument => {
                self.sessions[s].may_store = true;
                "230 Account accepted."
            }
            Some(_) => "530 Account incorrect.",
        }
    }

    fn protect(&mut self, s: usize, verb: &str, argument: &[u8]) -> &'static str {
        let secure = self.is_secure(s);
        let session = &mut self.sessions[s];
        match (verb, argument.to_ascii_uppercase().as_slice()) {
            _ if !secure => "503 AUTH TLS first.",
            ("PBSZ", argument) => {
                let number = core::str::from_utf8(argument).map(str::parse::<u32>);
                if !matches!(number, Ok(Ok(_))) {
                    return "501 A number, please.";
                }
                session.pbsz = true;
                "200 PBSZ=0"
            }
            _ if !session.pbsz => "503 PBSZ first.",
            (_, level @ (b"C" | b"P")) => {
                session.protected = level == b"P";
                "200 PROT now set."
            }
            (_, b"S" | b"E") => "536 Level not supported.",
            _ => "504 Unknown level.",
        }
    }
}

/// Returns the name, for example `AUTH TLS`, by which [`Setup::without`](super::Setup::without)
/// makes the server refuse this mechanism of AUTH.
fn mechanism(argument: &[u8]) -> String {
    let argument = String::from_utf8_lossy(argument);
    format!("AUTH {}", argument.to_ascii_uppercase())
}
