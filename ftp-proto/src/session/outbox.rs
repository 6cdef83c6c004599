//! The outbox: whether a command may be sent, the bytes to send, and the ledger entry that each
//! sent command gets.

use alloc::vec::Vec;

use super::effect::Effect;
use super::ledger::{Owed, Shape};
use super::negotiated::Channel;
use super::{Session, baseline};
use crate::error::{Error, ErrorKind, Misuse};
use crate::observer::Observed;
use crate::options::config::Protection;
use crate::trace;
use crate::wire::{Command, Verb};

/// The commands that name the address of a data connection. If the settings demand PROT P, they are
/// refused until the server has accepted it, even as raw commands.
const ADDRESSES: [&str; 7] = ["EPSV", "PASV", "CPSV", "LPSV", "EPRT", "PORT", "LPRT"];

impl Session {
    /// Returns the bytes that the driver must write on the control connection before it does what a
    /// want demands.
    pub fn outgoing(&self) -> &[u8] {
        &self.outgoing
    }

    /// Returns the index in [`outgoing`](Self::outgoing) of the byte to send as urgent data: the
    /// data mark of a Telnet Synch ([`AbortSignal`](crate::AbortSignal)). `None` if there is no
    /// such byte.
    pub fn urgent(&self) -> Option<usize> {
        self.urgent
    }

    /// Notes that the driver has written this many bytes of [`outgoing`](Self::outgoing).
    pub fn advance(&mut self, written: usize) {
        let written = written.min(self.outgoing.len());
        self.outgoing.drain(..written);
        self.urgent = self.urgent.and_then(|at| at.checked_sub(written));
        if self.outgoing.is_empty() {
            // The buffer is freed, so that an idle session keeps no memory for it.
            self.outgoing = Vec::new();
        }
    }

    /// Takes the bytes of [`outgoing`](Self::outgoing) out of the session, for a driver that gives
    /// the buffer to the operating system, such as io_uring. They count as written, as after
    /// [`advance`](Self::advance). So write all of them, in this order, before you serve the want,
    /// and answer `broken` if that fails. Ask for [`urgent`](Self::urgent) before.
    ///
    /// ```
    /// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
    /// # use scripted::logged_in;
    /// # let mut session = logged_in()?;
    /// use ftp_proto::flows::Noop;
    /// use ftp_proto::Step;
    ///
    /// let (mut running, first) = session.start(Noop::new());
    /// let Step::Want(look) = session.step(&mut running, first)? else {
    ///     panic!("a look comes first")
    /// };
    /// let Step::Want(_) = session.step(&mut running, look.timed_out())? else {
    ///     panic!("a NOOP waits for its reply")
    /// };
    /// assert_eq!(session.take_outgoing(), b"NOOP\r\n");
    /// assert!(session.outgoing().is_empty());
    /// # Ok::<(), ftp_proto::Error>(())
    /// ```
    #[must_use = "the bytes count as written"]
    pub fn take_outgoing(&mut self) -> Vec<u8> {
        self.urgent = None;
        core::mem::take(&mut self.outgoing)
    }

    /// Queues a command. The session sends it after the flow has returned its next want.
    pub(super) fn stage(&mut self, command: Command, shape: Shape) -> Result<(), Error> {
        self.permit(&command, shape)?;
        if baseline::may_change_setting(&command) {
            self.note_unknown_change();
        }
        let owed = Owed::new(&command, shape, self.operation);
        self.staged.push((command, owed));
        self.clock = None;
        Ok(())
    }

    /// Adds the command's bytes to what the driver must write, and its entry to the ledger. Every
    /// command goes through this function.
    pub(super) fn release(&mut self, command: &Command, owed: Owed) {
        if let Some(secret) = command.secret_part() {
            self.keep_secret(secret, command.verb() == Verb::SITE.as_str());
        }
        match owed.shape {
            Shape::Fence(_) => trace::sent_fence(command),
            _ => trace::sent(command),
        }
        if let Some(observer) = &mut self.observer {
            let command = command.masked_for_observer();
            observer(match owed.shape {
                Shape::Fence(_) => Observed::Fence(&command),
                _ => Observed::Sent(&command),
            });
        }
        if owed.shape != Shape::Port && ends_a_port(command.verb()) {
            self.drop_port();
        }
        command.encode(self.config.telnet, &mut self.outgoing);
        self.ledger.push_back(owed);
    }

    /// Remembers a secret, such as a password, so that it is masked in replies, errors and logs
    /// from now on. If `words` is true (for SITE), each word of the argument is a secret.
    pub(super) fn keep_secret(&mut self, secret: &[u8], words: bool) {
        let is_end = |byte: &u8| words && *byte == b' ';
        for secret in secret.split(is_end) {
            if !self.secrets.iter().any(|known| known == secret) {
                self.secrets.push(secret.to_vec());
            }
        }
    }

    /// Queues a Telnet Synch before ABOR. Its urgent data makes a server read the control
    /// connection even if it is busy with a transfer.
    pub(super) fn release_synch(&mut self) {
        /// The bytes IAC IP IAC DM (RFC 854). The last one is sent as urgent data.
        const SYNCH: [u8; 4] = [0xFF, 0xF4, 0xFF, 0xF2];
        self.outgoing.extend_from_slice(&SYNCH);
        self.urgent = self.outgoing.len().checked_sub(1);
    }

    /// Fails if this command may not be sent now. For example, the settings demand TLS, TLS has not
    /// begun, and the command is PASS or RETR.
    fn permit(&self, command: &Command, shape: Shape) -> Result<(), Error> {
        self.check_alive()?;
        let verb = command.verb();
        let refuse = |kind| Err(Error::new(kind).with_command(verb));
        let insecure = |why: &str| {
            let held = Error::new(ErrorKind::Insecure).with_command(verb);
            Err(held.with_source(why))
        };
        let unsent = self
            .staged
            .iter()
            .map(|(staged, _)| staged.wire_length())
            .sum::<usize>();
        let all = [self.outgoing.len(), unsent, command.wire_length()];
        if all.into_iter().fold(0, usize::saturating_add) > self.config.max_unsent {
            return refuse(ErrorKind::Misuse(Misuse::TooMuchUnsent));
        }
        let secured = match self.state.channel {
            Channel::Secured => true,
            Channel::Clear if !self.config.security.demands_tls() => false,
            Channel::Clear => {
                let harmless = ["AUTH", "FEAT", "HOST", "QUIT", "NOOP", "HELP"];
                return if harmless.contains(&verb) {
                    Ok(())
                } else {
                    insecure("TLS has not begun: call `login` or `secure` first")
                };
            }
            Channel::Cleared if ["USER", "PASS", "ACCT"].contains(&verb) => {
                return insecure(
                    "the control connection is in clear text after CCC: call `secure` first",
                );
            }
            Channel::Cleared => true,
            Channel::Due | Channel::Securing | Channel::Clearing => {
                return refuse(ErrorKind::Misuse(Misuse::NotSecured));
            }
        };
        if secured && verb == "REIN" {
            // REIN is refused under TLS: some servers end TLS after REIN and others do not, so
            // nobody would know how to go on.
            return refuse(ErrorKind::Misuse(Misuse::AlreadySecured));
        }
        // A port may be asked for in the flight of PROT P: no transfer uses it if PROT is refused.
        let mut staged = self.staged.iter().map(|(_, owed)| &owed.effect);
        let promised = staged.any(|it| *it == Effect::Protect(Protection::Private));
        let unmet = secured
            && !(promised && shape == Shape::Port)
            && self.config.protection == Protection::Private
            && self.state.protection != Some(Protection::Private);
        let is_of_data =
            || shape == Shape::Transfer || Verb::is_transfer(verb) || ADDRESSES.contains(&verb);
        if unmet && is_of_data() {
            return insecure(
                "data connections are not under TLS, because the server has not accepted PROT P: \
                 call `login` or `protect` first",
            );
        }
        Ok(())
    }
}

/// Whether the server forgets a port that it has named when it gets this command, because the
/// command asks for another one or begins another login.
fn ends_a_port(verb: &str) -> bool {
    ADDRESSES.contains(&verb) || ["AUTH", "CCC", "REIN", "USER"].contains(&verb)
}
