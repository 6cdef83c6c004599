//! Which session tickets a handshake may use.

/// Which session tickets a handshake on a data connection may use. In TLS 1.3 each ticket is good
/// for one handshake. If the server refuses the transfer after the handshake, the ticket is used up
/// and no new ticket comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tickets {
    /// All tickets.
    #[default]
    All,
    /// All but the last ticket, because the server may still refuse the transfer. If there is
    /// exactly one ticket, do not begin the handshake, but answer
    /// [`SecureData::kept_last_ticket`](crate::SecureData::kept_last_ticket). If there is no
    /// ticket, or a TLS 1.2 session, begin the handshake: a TLS 1.2 session can be used any number
    /// of times.
    AllButLast,
}
