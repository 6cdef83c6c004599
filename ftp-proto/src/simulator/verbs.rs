//! The commands that the server knows, and its replies to FEAT and HELP.

use std::format;
use std::string::String;
use std::vec::Vec;

use crate::simulator::extensions::EXTENSIONS;
use crate::simulator::server::Simulator;
use crate::simulator::state::FACTS;

/// The commands that a client may send before the login.
const BEFORE_LOGIN: [&str; 16] = [
    "USER", "PASS", "ACCT", "AUTH", "CLNT", "FEAT", "HOST", "LANG", "OPTS", "QUIT", "NOOP", "HELP",
    "SYST", "PBSZ", "PROT", "REIN",
];

/// The commands to which the server replies 532 until the client has sent the account of
/// [`Setup::account_to_store`](super::Setup::account_to_store).
const FOR_ACCOUNTS: [&str; 5] = ["STOR", "STOU", "APPE", "RNFR", "DELE"];

/// All commands that the server knows, each with its line in FEAT. An empty line means that FEAT
/// does not list the command.
const VERBS: [(&str, &str); 55] = [
    ("ABOR", ""),
    ("ACCT", ""),
    ("ALLO", ""),
    ("APPE", ""),
    ("AUTH", "AUTH TLS"),
    ("CCC", "CCC"),
    ("CDUP", ""),
    ("CLNT", "CLNT"),
    ("CWD", ""),
    ("DELE", ""),
    ("EPRT", "EPRT"),
    ("EPSV", "EPSV"),
    ("FEAT", ""),
    ("HELP", ""),
    ("HOST", "HOST"),
    ("LANG", "LANG EN*"),
    ("LIST", ""),
    ("MDTM", "MDTM"),
    ("MFMT", "MFMT"),
    ("MKD", ""),
    ("MLSD", ""),
    ("MLST", "MLST "),
    ("MODE", ""),
    ("NLST", ""),
    ("NOOP", ""),
    ("OPTS", ""),
    ("PASS", ""),
    ("PASV", "PASV"),
    ("PBSZ", "PBSZ"),
    ("PORT", ""),
    ("PRET", "PRET"),
    ("PROT", "PROT"),
    ("PWD", ""),
    ("QUIT", ""),
    ("REIN", ""),
    ("REST", "REST STREAM"),
    ("RETR", ""),
    ("RMD", ""),
    ("RNFR", ""),
    ("RNTO", ""),
    ("SITE", ""),
    ("SIZE", "SIZE"),
    ("SMNT", ""),
    ("STAT", ""),
    ("STOR", ""),
    ("STOU", ""),
    ("STRU", ""),
    ("SYST", ""),
    ("TYPE", ""),
    ("USER", ""),
    ("XCUP", ""),
    ("XCWD", ""),
    ("XMKD", ""),
    ("XPWD", ""),
    ("XRMD", ""),
];

/// Features that FEAT lists although they are no commands.
const PROPERTIES: [&str; 2] = ["TVFS", "UTF8"];

impl Simulator {
    /// Returns the reply that refuses a command: it is unknown (500), it comes before the login
    /// (530), or it needs an account (532). `None` if the server may handle the command.
    pub(super) fn refusal(&self, s: usize, verb: &str) -> Option<&'static str> {
        let session = &self.sessions[s];
        if !self.knows(verb) {
            Some("500 Unknown command.")
        } else if !session.login.is_complete() && !BEFORE_LOGIN.contains(&verb) {
            Some("530 Please login with USER and PASS.")
        } else if self.setup.account_to_store.is_some()
            && !session.may_store
            && FOR_ACCOUNTS.contains(&verb)
        {
            Some("532 Need account for storing files.")
        } else {
            None
        }
    }

    pub(super) fn knows(&self, verb: &str) -> bool {
        let offered = match verb {
            "AUTH" | "PBSZ" | "PROT" | "CCC" => self.setup.tls.is_some(),
            "PRET" => self.setup.pret,
            _ => true,
        };
        let is_extension = || EXTENSIONS.iter().any(|(known, _)| *known == verb);
        let known = VERBS.iter().any(|(known, _)| *known == verb);
        offered && !self.lacks(verb) && (known || self.setup.extensions && is_extension())
    }

    /// Returns whether [`Setup::without`](super::Setup::without) has removed this command or
    /// feature.
    pub(super) fn lacks(&self, verb: &str) -> bool {
        self.setup.without.iter().any(|without| without == verb)
    }

    pub(super) fn features(&self, s: usize) -> Vec<u8> {
        let mut text = String::from("211-Features:\r\n");
        for (verb, feature) in VERBS.iter().filter(|v| !v.1.is_empty() && self.knows(v.0)) {
            text += &format!(" {feature}");
            if *verb == "MLST" {
                // In FEAT, a star marks each fact that MLSD and MLST send, for example `MLST
                // type*;size;`.
                let chosen = |fact| self.sessions[s].facts.contains(fact);
                let facts = FACTS.iter();
                text.extend(facts.map(|f| format!("{f}{};", if chosen(f) { "*" } else { "" })));
            }
            text += "\r\n";
        }
        let extensions = EXTENSIONS.iter().filter(|_| self.setup.extensions);
        for (_, feature) in extensions.filter(|(verb, _)| self.knows(verb)) {
            text += &format!(" {feature}\r\n");
        }
        for property in PROPERTIES.iter().filter(|property| !self.lacks(property)) {
            text += &format!(" {property}\r\n");
        }
        text += "211 End";
        text.into_bytes()
    }

    pub(super) fn help(&self, argument: &[u8]) -> Vec<u8> {
        if !argument.is_empty() {
            let verb = String::from_utf8_lossy(&argument.to_ascii_uppercase()).into_owned();
            return if self.knows(&verb) {
                format!("214 Syntax: {verb}").into()
            } else {
                "502 Unknown command.".into()
            };
        }
        let mut text = String::from("214-Commands:\r\n");
        for (verb, _) in VERBS.iter().filter(|v| self.knows(v.0)) {
            text += &format!(" {verb}\r\n");
        }
        text += "214 End";
        text.into_bytes()
    }
}
