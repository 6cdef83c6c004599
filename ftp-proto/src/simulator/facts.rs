//! The commands MLSD and MLST, which describe files by facts such as `type=file;size=5;`.

use std::format;
use std::string::String;
use std::vec::Vec;

use crate::simulator::server::Simulator;
use crate::simulator::state::FACTS;
use crate::simulator::store::{name, resolve};

impl Simulator {
    /// Handles OPTS MLST, by which the client chooses the facts that MLSD and MLST send. Returns
    /// the reply.
    pub(super) fn choose_facts(&mut self, s: usize, argument: &[u8]) -> Vec<u8> {
        let argument = argument.to_ascii_lowercase();
        let Some(names) = argument.strip_suffix(b";") else {
            if argument.is_empty() {
                self.sessions[s].facts.clear();
                return "200 MLST OPTS".into();
            }
            return "501 Facts end with a semicolon.".into();
        };
        let wanted = |fact: &&str| {
            names
                .split(|b| *b == b';')
                .any(|name| name == fact.as_bytes())
        };
        let chosen: Vec<&'static str> = FACTS.into_iter().filter(wanted).collect();
        let mut text = String::from("200 MLST OPTS");
        if !chosen.is_empty() {
            text += " ";
        }
        text.extend(chosen.iter().map(|fact| format!("{fact};")));
        self.sessions[s].facts = chosen;
        text.into()
    }

    /// Returns the chosen facts about one file or directory, with the blank that ends them, for
    /// example `type=file;size=5; `.
    fn facts(&self, s: usize, path: &[u8], kind: &str) -> Vec<u8> {
        let mut text = Vec::new();
        for fact in &self.sessions[s].facts {
            let value = match *fact {
                "type" => kind.into(),
                "size" => match self.store.files.get(&self.store.follow(path)) {
                    Some(content) => format!("{}", content.len()).into(),
                    None => continue,
                },
                _ => self.store.modified(path).to_vec(),
            };
            text.extend([fact.as_bytes(), b"=", &value, b";"].concat());
        }
        text.push(b' ');
        text
    }

    fn kind(&self, path: &[u8]) -> String {
        if let Some(link) = self.store.shown_link(path) {
            format!("OS.unix=slink:{}", String::from_utf8_lossy(&link.target))
        } else if self.store.is_directory(&self.store.follow(path)) {
            "dir".into()
        } else {
            "file".into()
        }
    }

    /// Returns what MLSD sends for a directory: a line for the directory itself, and then one for
    /// each of its entries.
    pub(super) fn machine_listing(&self, s: usize, path: &[u8]) -> Result<Vec<u8>, &'static str> {
        if !self.store.is_directory(path) {
            return Err(if self.store.exists(path) {
                "501 Not a directory."
            } else {
                "550 No such file or directory."
            });
        }
        let mut text = [self.facts(s, path, "cdir").as_slice(), b".\r\n"].concat();
        for entry in self.store.entries(path) {
            text.extend(self.facts(s, entry, &self.kind(entry)));
            text.extend_from_slice(name(entry));
            text.extend_from_slice(b"\r\n");
        }
        Ok(text)
    }

    /// Returns the reply to MLST.
    pub(super) fn machine_entry(&self, s: usize, argument: &[u8]) -> Vec<u8> {
        let path = self
            .store
            .place(&resolve(&self.sessions[s].directory, argument));
        if !self.store.exists(&self.store.follow(&path)) {
            return "550 No such file or directory.".into();
        }
        let kind = if argument.is_empty() {
            "cdir".into()
        } else {
            self.kind(&path)
        };
        let facts = self.facts(s, &path, &kind);
        let entry = [b" ", facts.as_slice(), &path].concat();
        [b"250-Listing:\r\n", entry.as_slice(), b"\r\n250 End"].concat()
    }
}
