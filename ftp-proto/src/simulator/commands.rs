//! What the commands do, apart from files and transfers.

use std::format;
use std::string::String;
use std::vec::Vec;

use crate::simulator::outbox::{Ctx, Item};
use crate::simulator::server::Simulator;
use crate::simulator::session::{DataSource, Login, split};

/// What a client may send before it has logged in.
const BEFORE_LOGIN: [&str; 12] = [
    "USER", "PASS", "ACCT", "AUTH", "FEAT", "QUIT", "NOOP", "HELP", "SYST", "PBSZ", "PROT", "REIN",
];

/// Every verb there is; FEAT announces those that have a second part.
const VERBS: [(&str, &str); 40] = [
    ("ABOR", ""),
    ("ACCT", ""),
    ("APPE", ""),
    ("AUTH", "AUTH TLS"),
    ("CCC", "CCC"),
    ("CDUP", ""),
    ("CWD", ""),
    ("DELE", ""),
    ("EPRT", "EPRT"),
    ("EPSV", "EPSV"),
    ("FEAT", ""),
    ("HELP", ""),
    ("LIST", ""),
    ("MDTM", "MDTM"),
    ("MKD", ""),
    ("NLST", ""),
    ("NOOP", ""),
    ("OPTS", ""),
    ("PASS", ""),
    ("PASV", "PASV"),
    ("PBSZ", "PBSZ"),
    ("PORT", ""),
    ("PROT", "PROT"),
    ("PWD", ""),
    ("QUIT", ""),
    ("REIN", ""),
    ("REST", "REST STREAM"),
    ("RETR", ""),
    ("RMD", ""),
    ("RNFR", ""),
    ("RNTO", ""),
    ("SIZE", "SIZE"),
    ("STAT", ""),
    ("STOR", ""),
    ("SYST", ""),
    ("TYPE", ""),
    ("USER", ""),
    ("XCUP", ""),
    ("XCWD", ""),
    ("XPWD", ""),
];

impl Simulator {
    pub(super) fn handle(&mut self, s: usize, line: &[u8]) {
        let (verb, argument) = split(line);
        let mut ctx = Ctx::new(self.faults(&verb));
        if !self.instead(s, &mut ctx) {
            if let Some(refusal) = self.refusal(s, &verb) {
                self.say(s, &mut ctx, refusal);
            } else {
                self.execute(s, &verb, argument, ctx);
            }
        }
        if verb == "AUTH" && self.sessions[s].upgrading && !self.sessions[s].starting_tls() {
            self.sessions[s].upgrading = false;
        }
    }

    /// The verb is unknown or comes too early.
    fn refusal(&self, s: usize, verb: &str) -> Option<&'static str> {
        if !self.knows(verb) {
            return Some("500 Unknown command.");
        }
        let early = !self.sessions[s].login.is_complete() && !BEFORE_LOGIN.contains(&verb);
        early.then_some("530 Please login with USER and PASS.")
    }

    fn knows(&self, verb: &str) -> bool {
        let is_tls = matches!(verb, "AUTH" | "PBSZ" | "PROT" | "CCC");
        VERBS.iter().any(|(known, _)| *known == verb)
            && !self.setup.without.iter().any(|w| w == verb)
            && (!is_tls || self.setup.tls.is_some())
    }

    fn execute(&mut self, s: usize, verb: &str, argument: &[u8], mut ctx: Ctx) {
        let mut then = None;
        let text = match verb {
            "RETR" | "STOR" | "APPE" | "LIST" | "NLST" => {
                return self.begin_transfer(s, verb, argument, ctx);
            }
            "ABOR" => return self.abort_transfer(s, ctx),
            "USER" | "PASS" | "ACCT" | "REIN" => self.log_in(s, verb, argument).into(),
            "AUTH" => match argument.to_ascii_uppercase().as_slice() {
                _ if self.is_secure(s) => "503 Already secure.".into(),
                b"TLS" | b"TLS-C" => {
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
            "FEAT" => self.features(),
            "HELP" => self.help(),
            "OPTS" if argument.eq_ignore_ascii_case(b"UTF8 ON") => "200 UTF8 is on.".into(),
            "OPTS" => "501 Unknown option.".into(),
            "TYPE" => self.set_type(s, argument).into(),
            "EPSV" | "PASV" | "EPRT" | "PORT" => self.data_port(s, verb, argument),
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
            ("USER", _) => (
                Login::User(argument == self.setup.user),
                "331 Please specify the password.",
            ),
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
            ("ACCT", Login::Complete) => (login, "202 No account needed."),
            ("ACCT", _) => (login, "503 Login with USER first."),
            _ => {
                self.drop_data(s);
                self.sessions[s].begin_anew(&self.setup.home);
                (Login::None, "220 Ready for a new user.")
            }
        };
        self.sessions[s].login = login;
        text
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

    fn features(&self) -> Vec<u8> {
        let mut text = String::from("211-Features:\r\n");
        for (_, feature) in VERBS.iter().filter(|v| !v.1.is_empty() && self.knows(v.0)) {
            text += &format!(" {feature}\r\n");
        }
        text += " UTF8\r\n211 End";
        text.into_bytes()
    }

    fn help(&self) -> Vec<u8> {
        let mut text = String::from("214-Commands:\r\n");
        for (verb, _) in VERBS.iter().filter(|v| self.knows(v.0)) {
            text += &format!(" {verb}\r\n");
        }
        text += "214 End";
        text.into_bytes()
    }

    fn set_type(&mut self, s: usize, argument: &[u8]) -> &'static str {
        let (binary, text) = match argument.to_ascii_uppercase().as_slice() {
            b"A" | b"A N" => (false, "200 Switching to ASCII mode."),
            b"I" | b"L 8" => (true, "200 Switching to Binary mode."),
            b"" => return "501 Which type?",
            _ => return "504 Unknown type.",
        };
        self.sessions[s].binary = binary;
        text
    }

    fn data_port(&mut self, s: usize, verb: &str, argument: &[u8]) -> Vec<u8> {
        let text = match (verb, argument.to_ascii_uppercase().as_slice()) {
            ("EPSV", b"ALL") => "200 EPSV only.",
            ("EPSV", b"" | b"1" | b"2") => {
                self.drop_data(s);
                let port = self.passive_port(s);
                self.sessions[s].data = DataSource::Listening(port);
                return format!("229 Entering Extended Passive Mode (|||{port}|)").into();
            }
            ("EPSV", _) => "522 Protocol not supported, use (1,2)",
            ("PASV", _) => {
                self.drop_data(s);
                let port = self.passive_port(s);
                self.sessions[s].data = DataSource::Listening(port);
                let [a, b, c, d] = self.setup.pasv_address;
                let [high, low] = port.to_be_bytes();
                let address = format!("{a},{b},{c},{d},{high},{low}");
                return format!("227 Entering Passive Mode ({address}).").into();
            }
            (_, argument) => {
                let port = if verb == "PORT" {
                    port_of_port(argument)
                } else {
                    port_of_eprt(argument)
                };
                match port {
                    Some(port) => {
                        self.drop_data(s);
                        self.sessions[s].data = DataSource::Active(port);
                        return format!("200 {verb} command successful.").into();
                    }
                    None => "501 Illegal address.",
                }
            }
        };
        text.into()
    }
}

/// The port in `h1,h2,h3,h4,p1,p2`.
fn port_of_port(argument: &[u8]) -> Option<u16> {
    let text = core::str::from_utf8(argument).ok()?;
    let numbers: Option<Vec<u8>> = text.split(',').map(|n| n.parse().ok()).collect();
    match *numbers?.as_slice() {
        [_, _, _, _, high, low] => Some(u16::from_be_bytes([high, low])),
        _ => None,
    }
}

/// The port in `|1|address|port|`, with any delimiter.
fn port_of_eprt(argument: &[u8]) -> Option<u16> {
    let text = core::str::from_utf8(argument).ok()?;
    let parts: Vec<&str> = text.split(text.chars().next()?).collect();
    match *parts.as_slice() {
        ["", "1" | "2", address, port, ""] if !address.is_empty() => port.parse().ok(),
        _ => None,
    }
}
