//! Facts that an operation collects, such as its last two commands, so that its error can mention
//! them.

use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::wire::{Command, Verb};

/// Facts about one operation that its error can mention.
#[derive(Debug, Default)]
pub(super) struct ErrorContext {
    /// The last two commands that were sent, except data commands. A rename sends RNFR and RNTO,
    /// and its error may be about either.
    commands: [Option<Command>; 2],
    /// The data command of the transfer under way. It is kept apart, because a later operation with
    /// other commands may be the one that ends the transfer.
    transfer: Option<Command>,
    /// The first bytes that the server has sent before its greeting was complete.
    words: Vec<u8>,
    /// The address of a connection that came in active mode and that the driver dropped, because it
    /// was not the server's address. `None` if the driver dropped no connection.
    pub(super) rejected_peer: Option<SocketAddr>,
    /// The address in a 227 that the client ignored. It connected to the server's own address
    /// instead. `None` if no address was ignored.
    pub(super) ignored_address: Option<IpAddr>,
}

/// How many bytes an error quotes of what the server sent in place of a greeting.
const WORDS: usize = 64;

impl ErrorContext {
    /// Forgets everything.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Keeps the first bytes that came before the greeting was complete, so that an error can quote
    /// them.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        let room = WORDS.saturating_sub(self.words.len());
        self.words.extend(bytes.iter().take(room));
    }

    /// Returns the first bytes that the server sent in place of a greeting. `None` if it has sent
    /// nothing.
    pub(super) fn words(&self) -> Option<&[u8]> {
        Some(self.words.trim_ascii_end()).filter(|words| !words.is_empty())
    }

    /// Keeps a command that was sent, so that an error can mention it.
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
