//! Which commands may leave before the replies to earlier ones have come.

use super::setters::setters;

/// Which commands the client sends together, without waiting for the reply to each of them
/// (pipelining). Commands that leave together are a *flight*. Every flight saves round trips, which
/// is what a user far from the server feels.
///
/// By default, each part is [`When::Adaptive`]: the client waits for each reply until the server has
/// shown what it can bear. The first reply that is odd, missing or late ends pipelining for the rest
/// of the session. Nothing is lost then: the client finds out which reply belongs to which command
/// before it goes on.
///
/// ```
/// use ftp_proto::{Options, Pipelining, When};
///
/// // One command at a time, as in the oldest clients.
/// let options = Options::new("ftp.example.org")
///     .with_config(|config| config.with_pipelining(Pipelining::never()));
///
/// // This server is known to bear everything.
/// let all = Pipelining::always().with_next_port(When::Adaptive);
/// # let _ = (options, all);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Pipelining {
    /// Commands that do not depend on each other leave together: TYPE with EPSV, and PBSZ with PROT
    /// after a login. To a server that is known by its greeting or from an earlier session, also
    /// REST with RETR, RNFR with RNTO, PASS with PBSZ and PROT, the questions about up to 16 paths
    /// (MLST, or SIZE and MDTM), and in active mode EPRT with the data command.
    pub flights: When,
    /// The EPSV (or PASV) for the next transfer leaves together with the data command of this one,
    /// so that the port is known when this transfer ends.
    pub next_port: When,
    /// The TLS handshake on a data connection begins directly after the data command, and not after
    /// the 150.
    pub early_handshake: When,
    /// You promise that a transfer in TYPE I is the first operation after the login. TYPE I and EPSV
    /// then leave in the flight of PASS or of PROT. Some servers reply to nothing else between EPSV
    /// and the transfer. Default: false.
    pub transfer_next: bool,
    /// PASS leaves together with USER. Only under TLS, because the password is then sent before the
    /// server has asked for it. Default: false.
    pub password_with_user: bool,
    /// The client does not wait for the reply to QUIT. Default: false.
    pub quit_without_reply: bool,
}

/// When the client pipelines the commands of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum When {
    /// Never.
    Never,
    /// After the server has shown that it bears it: by its greeting, by how it has behaved in this
    /// session, or by [capabilities](crate::Capabilities) that you have saved from an earlier one.
    #[default]
    Adaptive,
    /// From the beginning, until the first odd reply.
    Always,
}

impl Pipelining {
    /// Each command waits for the reply to the command before it.
    #[must_use]
    pub const fn never() -> Self {
        Self::all(When::Never)
    }

    /// Everything is pipelined from the beginning, for a server that is known to bear it. What is
    /// false by default stays false.
    #[must_use]
    pub const fn always() -> Self {
        Self::all(When::Always)
    }

    const fn all(when: When) -> Self {
        Self {
            flights: when,
            next_port: when,
            early_handshake: when,
            transfer_next: false,
            password_with_user: false,
            quit_without_reply: false,
        }
    }
}

setters! { Pipelining
    /// Sets [`Pipelining::flights`].
    with_flights => flights: When;
    /// Sets [`Pipelining::next_port`].
    with_next_port => next_port: When;
    /// Sets [`Pipelining::early_handshake`].
    with_early_handshake => early_handshake: When;
    /// Sets [`Pipelining::transfer_next`].
    with_transfer_next => transfer_next: bool;
    /// Sets [`Pipelining::password_with_user`].
    with_password_with_user => password_with_user: bool;
    /// Sets [`Pipelining::quit_without_reply`].
    with_quit_without_reply => quit_without_reply: bool;
}
