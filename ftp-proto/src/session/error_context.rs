//! What an operation notes for the text of its error.

use core::net::{IpAddr, SocketAddr};

use crate::wire::{Command, Verb};

/// Notes that make the errors of one operation clearer.
#[derive(Debug)]
pub(super) struct ErrorContext {
    /// The last two commands that were sent. Two are kept because a rename sends RNFR and RNTO, and
    /// its error may be about either.
    commands: [Option<Command>; 2],
    /// The command of the transfer under way. A later operation may be the one that ends the
    /// transfer.
    transfer: Option<Command>,
    /// The first bytes that the server has sent before its greeting was complete.
    words: [u8; WORDS],
    heard: usize,
    /// In active mode, a connection came from this address, and the driver dropped it. `None` if
    /// there was no such connection.
    pub(super) rejected_peer: Option<SocketAddr>,
    /// A 227 named this address, and the client ignored it. `None` if no address was ignored.
    pub(super) ignored_address: Option<IpAddr>,
}

/// How many bytes of a wrong greeting an error quotes.
const WORDS: usize = 64;

impl Default for ErrorContext {
    fn default() -> Self {
        Self {
            commands: [None, None],
            transfer: None,
            words: [0; WORDS],
            heard: 0,
            rejected_peer: None,
            ignored_address: None,
        }
    }
}

impl ErrorContext {
    /// Forgets everything.
    pub(super) fn forget(&mut self) {
        self.commands = [None, None];
        self.transfer = None;
        self.heard = 0;
        self.rejected_peer = None;
        self.ignored_address = None;
    }

    /// Notes bytes that came before the greeting was complete.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        let room = self.words.get_mut(self.heard..).unwrap_or_default();
        let count = bytes.len().min(room.len());
        for (place, byte) in room.iter_mut().zip(bytes) {
            *place = *byte;
        }
        self.heard = self.heard.saturating_add(count);
    }

    /// What the server has sent in place of a greeting. `None` if it has sent nothing.
    pub(super) fn words(&self) -> Option<&[u8]> {
        let words = self.words.get(..self.heard)?;
        Some(words.trim_ascii_end()).filter(|words| !words.is_empty())
    }

    /// Notes a command that was sent.
    pub(super) fn sent(&mut self, command: Command) {
        if Verb::is_transfer(command.verb()) {
            self.transfer = Some(command);
        } else {
            self.commands.rotate_right(1);
            self.commands[0] = Some(command);
        }
    }

    pub(super) fn command(&self, verb: &str) -> Option<&Command> {
        let all = self.commands.iter().chain([&self.transfer]).flatten();
        let mut such = all.filter(|command| command.verb() == verb);
        such.next()
    }
}
