//! The commands that change the settings of a session (TYPE, MODE, STRU, OPTS, LANG), and commands
//! that change nothing but get a reply (CLNT, ALLO).

use std::format;
use std::vec::Vec;

use crate::simulator::server::Simulator;
use crate::simulator::state::{Login, Representation, split};
use crate::simulator::store::resolve;

impl Simulator {
    pub(super) fn set_type(&mut self, s: usize, argument: &[u8]) -> &'static str {
        let argument = argument.to_ascii_uppercase();
        let words: Vec<&[u8]> = argument.split(|b| *b == b' ').collect();
        let (representation, text) = match *words.as_slice() {
            [b"A"] | [b"A", b"N" | b"T" | b"C"] => {
                (Representation::Ascii, "200 Switching to ASCII mode.")
            }
            [b"E"] | [b"E", b"N" | b"T" | b"C"] => {
                (Representation::Ebcdic, "200 Switching to EBCDIC mode.")
            }
            [b"I"] | [b"L", b"8"] => (Representation::Image, "200 Switching to Binary mode."),
            [b""] => return "501 Which type?",
            _ => return "504 Unknown type.",
        };
        self.sessions[s].representation = representation;
        text
    }

    /// Handles a command that changes a setting, such as MODE, or that changes nothing, such as
    /// CLNT. Returns the reply.
    pub(super) fn setting(&mut self, s: usize, verb: &str, argument: &[u8]) -> Vec<u8> {
        let upper = argument.to_ascii_uppercase();
        let text = match (verb, upper.as_slice()) {
            ("OPTS", _) => return self.option(s, argument),
            ("SITE", _) => self.site(s, argument),
            ("LANG", b"" | b"EN") => "200 Using language EN.",
            ("LANG", _) => "504 Unknown language.",
            ("HOST", _) if self.sessions[s].login != Login::None => "503 HOST comes before USER.",
            ("SMNT", _) => "502 SMNT not implemented.",
            (_, b"") => "501 An argument, please.",
            ("HOST", _) => "220 Host accepted.",
            ("CLNT", _) => "200 Noted.",
            ("MODE", b"S") => "200 Mode set to S.",
            ("MODE", _) => "504 Unknown mode.",
            ("STRU", b"F") => "200 Structure set to F.",
            ("STRU", _) => "504 Unknown structure.",
            ("ALLO", argument) if is_allocation(argument) => "202 No allocation needed.",
            ("ALLO", _) => "501 A number, please.",
            _ => "500 Unknown command.",
        };
        text.into()
    }

    fn option(&mut self, s: usize, argument: &[u8]) -> Vec<u8> {
        let (name, value) = split(argument);
        let utf8 = !self.lacks("UTF8");
        match (name.as_str(), value.to_ascii_uppercase().as_slice()) {
            ("UTF8", b"ON") if utf8 => "200 UTF8 is on.".into(),
            ("UTF8", b"OFF") if utf8 => "200 UTF8 is off.".into(),
            ("MLST", _) if self.knows("MLST") => self.choose_facts(s, value),
            _ => "501 Unknown option.".into(),
        }
    }

    fn site(&mut self, s: usize, argument: &[u8]) -> &'static str {
        let (command, rest) = split(argument);
        match command.as_str() {
            "" => "501 An argument, please.",
            known if self.lacks(&format!("SITE {known}")) => "500 Unknown SITE command.",
            "UTIME" | "SYMLINK" if self.setup.extensions => self.site_extension(s, &command, rest),
            "HELP" => "200 CHMOD HELP",
            "CHMOD" => {
                let (mode, name) = split(rest);
                let path = resolve(&self.sessions[s].directory, name);
                let octal = mode.bytes().all(|b| matches!(b, b'0'..=b'7'));
                if !octal || !matches!(mode.len(), 3 | 4) || name.is_empty() {
                    "501 SITE CHMOD takes a mode and a name."
                } else if self.store.exists(&path) {
                    "200 SITE CHMOD command successful."
                } else {
                    "550 No such file or directory."
                }
            }
            _ => "500 Unknown SITE command.",
        }
    }
}

/// Returns whether the argument of ALLO has the form `n` (a number of bytes) or `n R m` (with the
/// largest size `m` of a record).
fn is_allocation(argument: &[u8]) -> bool {
    let is_number = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_digit);
    let words: Vec<&[u8]> = argument.split(|b| *b == b' ').collect();
    match *words.as_slice() {
        [bytes] => is_number(bytes),
        [bytes, b"R", record] => is_number(bytes) && is_number(record),
        _ => false,
    }
}
