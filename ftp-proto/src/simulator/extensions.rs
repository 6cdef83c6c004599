//! Commands that few servers have: hashes, setting the times of files, links, and others.

use std::format;
use std::vec::Vec;

use crate::simulator::server::Simulator;
use crate::simulator::state::split;
use crate::simulator::store::resolve;

/// The commands that [`Setup::extensions`](super::Setup::extensions) adds: the verb, and the line
/// that FEAT shows for it.
pub(super) const EXTENSIONS: [(&str, &str); 10] = [
    ("AVBL", "AVBL"),
    ("COMB", "COMB"),
    ("CSID", "CSID"),
    ("DSIZ", "DSIZ"),
    ("HASH", "HASH CRC32*"),
    ("MFCT", "MFCT"),
    ("MFF", "MFF Modify;"),
    ("RMDA", "RMDA"),
    ("XCRC", "XCRC"),
    ("SITE", "SITE CHMOD;SYMLINK;UTIME"),
];

/// The number of free bytes in every directory, as AVBL returns it.
const AVAILABLE: u64 = 1 << 40;

impl Simulator {
    /// Handles a command of [`EXTENSIONS`], and returns the reply.
    pub(super) fn extension(&mut self, s: usize, verb: &str, argument: &[u8]) -> Vec<u8> {
        let path = resolve(&self.sessions[s].directory, argument);
        match verb {
            "CSID" => "200 Name=simulator; Version=1.0; CaseSensitive=1; DirSep=/;".into(),
            "AVBL" if self.store.is_directory(&path) => format!("213 {AVAILABLE}").into(),
            "DSIZ" if self.store.is_directory(&path) => {
                format!("213 {}", self.store.size_below(&path)).into()
            }
            "RMDA" if self.store.is_directory(&path) => {
                self.store.remove_tree(&path);
                "250 Directory and its content removed.".into()
            }
            "HASH" => match self.checksum(s, argument) {
                Some((sum, length)) => [
                    format!("213 CRC32 0-{length} {sum:08x} ").as_bytes(),
                    argument,
                ]
                .concat(),
                None => "550 No such file.".into(),
            },
            "XCRC" => match self.checksum(s, without_quotes(argument)) {
                Some((sum, _)) => format!("250-Computing\r\n250 {sum:08X}").into(),
                None => "550 No such file.".into(),
            },
            "MFCT" => self.set_time_of(s, argument, "Create"),
            "MFF" => self.set_facts(s, argument),
            "COMB" => self.combine(s, argument),
            _ => "550 No such directory.".into(),
        }
    }

    /// Handles SITE UTIME and SITE SYMLINK, which only
    /// [`Setup::extensions`](super::Setup::extensions) adds.
    pub(super) fn site_extension(&mut self, s: usize, command: &str, rest: &[u8]) -> &'static str {
        let set = |simulator: &mut Self, time: &[u8], name: &[u8]| {
            let path = resolve(&simulator.sessions[s].directory, name);
            match simulator.store.exists(&path) {
                true => {
                    simulator.store.set_modified(&path, time.to_vec());
                    "200 SITE UTIME command successful."
                }
                false => "550 No such file or directory.",
            }
        };
        let words: Vec<&[u8]> = rest.split(|byte| *byte == b' ').collect();
        match (command, words.as_slice()) {
            ("UTIME", [name @ .., time, _, _, b"UTC"]) if !name.is_empty() => {
                set(self, time, &name.join(&b' '))
            }
            ("UTIME", [time, name @ ..]) if is_time(time) && !name.is_empty() => {
                set(self, time, &name.join(&b' '))
            }
            ("SYMLINK", [target, link]) => {
                let [target, link] =
                    [target, link].map(|name| resolve(&self.sessions[s].directory, name));
                // The simulator stores a copy of the file in place of the link.
                match self.store.files.get(&target).cloned() {
                    Some(content) if self.store.can_hold(&link) => {
                        self.store.put(&link, content);
                        "200 SITE SYMLINK command successful."
                    }
                    _ => "550 Could not make the link.",
                }
            }
            _ => "501 Wrong arguments.",
        }
    }

    /// Handles `MDTM <time> <path>`, by which some servers set the modification time, and returns
    /// the reply.
    pub(super) fn set_by_mdtm(&mut self, s: usize, argument: &[u8]) -> Vec<u8> {
        match self.set_time_of(s, argument, "Modify") {
            reply if reply.starts_with(b"213") => "213 File modification time set.".into(),
            _ => "550 Could not set file modification time.".into(),
        }
    }

    /// Handles a command with the argument `<time> <path>`: sets the time of the path, and returns
    /// the reply. `fact` is `Modify` or `Create`; the simulator does not store a creation time.
    pub(super) fn set_time_of(&mut self, s: usize, argument: &[u8], fact: &str) -> Vec<u8> {
        let (time, name) = split(argument);
        let path = resolve(&self.sessions[s].directory, name);
        if !is_time(time.as_bytes()) || name.is_empty() {
            return "501 A time and a name, please.".into();
        }
        if !self.store.exists(&path) {
            return "550 No such file or directory.".into();
        }
        let text = [format!("213 {fact}={time}; ").as_bytes(), &path].concat();
        if fact == "Modify" {
            self.store.set_modified(&path, time.into());
        }
        text
    }

    fn set_facts(&mut self, s: usize, argument: &[u8]) -> Vec<u8> {
        let mut words = argument.splitn(2, |byte| *byte == b' ');
        let facts = words.next().unwrap_or_default().to_ascii_lowercase();
        let name = words.next().unwrap_or_default();
        match facts
            .strip_prefix(b"modify=")
            .and_then(|rest| rest.strip_suffix(b";"))
        {
            Some(time) => self.set_time_of(s, &[time, b" ", name].concat(), "Modify"),
            None => "504 Cannot modify this fact.".into(),
        }
    }

    fn combine(&mut self, s: usize, argument: &[u8]) -> Vec<u8> {
        let mut all = Vec::new();
        let mut names = argument.split(|byte| *byte == b' ').map(without_quotes);
        let target = names.next().unwrap_or_default();
        let target = resolve(&self.sessions[s].directory, target);
        for name in names {
            let path = resolve(&self.sessions[s].directory, name);
            match self.store.files.get(&path) {
                Some(content) => all.extend_from_slice(content),
                None => return "550 No such part.".into(),
            }
        }
        self.store.put(&target, all);
        "250 Files combined.".into()
    }

    /// Returns the CRC-32 and the length of a file. `None` if there is no such file.
    fn checksum(&self, s: usize, name: &[u8]) -> Option<(u32, usize)> {
        let path = resolve(&self.sessions[s].directory, name);
        let content = self.store.files.get(&path)?;
        Some((crc32(content), content.len()))
    }
}

/// Whether the argument's first word is a time: 14 digits.
pub(super) fn has_time(argument: &[u8]) -> bool {
    is_time(split(argument).0.as_bytes())
}

fn is_time(word: &[u8]) -> bool {
    word.len() == 14 && word.iter().all(u8::is_ascii_digit)
}

fn without_quotes(name: &[u8]) -> &[u8] {
    let inner = name
        .strip_prefix(b"\"")
        .and_then(|name| name.strip_suffix(b"\""));
    inner.unwrap_or(name)
}

/// CRC-32 of ISO 3309.
fn crc32(content: &[u8]) -> u32 {
    !content.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| match sum & 1 {
            1 => sum >> 1 ^ 0xEDB8_8320,
            _ => sum >> 1,
        })
    })
}
