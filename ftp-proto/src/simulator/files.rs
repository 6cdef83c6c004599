//! The commands about files and directories that use no data connection, such as DELE and MKD.

use std::format;
use std::vec::Vec;

use crate::simulator::extensions::has_time;
use crate::simulator::server::Simulator;
use crate::simulator::state::Representation;
use crate::simulator::store::resolve;
use crate::simulator::transfer::without_options;

impl Simulator {
    pub(super) fn file_command(&mut self, s: usize, verb: &str, argument: &[u8]) -> Vec<u8> {
        let path = resolve(&self.sessions[s].directory, argument);
        let path = match verb {
            "MKD" | "XMKD" | "RMD" | "XRMD" | "DELE" | "RNFR" | "RNTO" => self.store.place(&path),
            _ => self.store.follow(&path),
        };
        let bare = matches!(verb, "PWD" | "XPWD" | "CDUP" | "XCUP" | "STAT" | "MLST");
        if argument.is_empty() && !bare {
            return "501 An argument, please.".into();
        }
        match verb {
            "PWD" | "XPWD" => {
                let here = quoted(&self.sessions[s].directory);
                [b"257 ", here.as_slice(), b" is the current directory"].concat()
            }
            "CWD" | "XCWD" => self.change_directory(s, path),
            "CDUP" | "XCUP" => {
                let above = resolve(&self.sessions[s].directory, b"..");
                self.change_directory(s, above)
            }
            "SIZE" if !self.is_binary(s) => "550 SIZE not allowed in ASCII mode.".into(),
            "SIZE" => match self.store.files.get(&path) {
                Some(content) => format!("213 {}", content.len()).into(),
                None => "550 Could not get file size.".into(),
            },
            "MDTM" if self.setup.sets_time_by_mdtm && has_time(argument) => {
                self.set_by_mdtm(s, argument)
            }
            "MDTM" if self.store.files.contains_key(&path) => {
                [b"213 ", self.store.modified(&path)].concat()
            }
            "MDTM" => "550 Could not get file modification time.".into(),
            "MKD" | "XMKD" if self.store.make_directory(&path) => {
                [b"257 ", quoted(&path).as_slice(), b" created"].concat()
            }
            "MKD" | "XMKD" => "550 Create directory operation failed.".into(),
            "RMD" | "XRMD" if self.store.remove_directory(&path) => "250 Directory removed.".into(),
            "RMD" | "XRMD" => "550 Remove directory operation failed.".into(),
            "DELE" if self.store.remove_link(&path) => "250 Link removed.".into(),
            "DELE" if self.store.remove_file(&path).is_some() => "250 File removed.".into(),
            "DELE" => "550 Delete operation failed.".into(),
            "RNFR" | "RNTO" => self.rename(s, verb, path).into(),
            "REST" => self.restart(s, argument),
            "STAT" => self.status(s, without_options(argument)),
            "MLST" => self.machine_entry(s, argument),
            "MFMT" => self.set_time_of(s, argument, "Modify"),
            _ if self.knows(verb) => self.extension(s, verb, argument),
            _ => "500 Unknown command.".into(),
        }
    }

    fn is_binary(&self, s: usize) -> bool {
        self.sessions[s].representation == Representation::Image
    }

    fn change_directory(&mut self, s: usize, path: Vec<u8>) -> Vec<u8> {
        if !self.store.is_directory(&path) {
            return "550 Failed to change directory.".into();
        }
        self.sessions[s].directory = path;
        "250 Directory successfully changed.".into()
    }

    fn rename(&mut self, s: usize, verb: &str, path: Vec<u8>) -> &'static str {
        let from = self.sessions[s].rename_from.take();
        if verb == "RNFR" {
            if !self.store.files.contains_key(&path) && !self.store.is_directory(&path) {
                return "550 RNFR command failed.";
            }
            self.sessions[s].rename_from = Some(path);
            return "350 Ready for RNTO.";
        }
        match from {
            None => "503 RNFR required first.",
            Some(from) if self.store.rename(&from, &path) => "250 Rename successful.",
            Some(_) => "550 Rename failed.",
        }
    }

    fn restart(&mut self, s: usize, argument: &[u8]) -> Vec<u8> {
        if !self.is_binary(s) {
            return "501 Resuming transfers not allowed in ASCII mode.".into();
        }
        let number = core::str::from_utf8(argument).map(str::parse);
        match number {
            Ok(Ok(offset)) => {
                self.sessions[s].restart = offset;
                format!("350 Restart position accepted ({offset}).").into()
            }
            _ => "501 A number, please.".into(),
        }
    }

    fn status(&self, s: usize, argument: &[u8]) -> Vec<u8> {
        if argument.is_empty() {
            let mode = self.sessions[s].representation.name();
            return format!("211-Status:\r\n TYPE: {mode}\r\n211 End").into();
        }
        let path = resolve(&self.sessions[s].directory, argument);
        let listing = self.store.listing(&path, true, false);
        match listing {
            Some(lines) => [b"213-Status follows:\r\n", lines.as_slice(), b"213 End"].concat(),
            None => "550 No such file or directory.".into(),
        }
    }
}

/// Returns the path in double quotes. Quotes within the path are doubled, as in the reply to PWD.
fn quoted(path: &[u8]) -> Vec<u8> {
    let mut text = b"\"".to_vec();
    for byte in path {
        text.push(*byte);
        if *byte == b'"' {
            text.push(b'"');
        }
    }
    text.push(b'"');
    text
}
