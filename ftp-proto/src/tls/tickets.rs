//! Session tickets that are spared.

/// Which session tickets a handshake on a data connection may use. Under TLS 1.3 each is good for one
/// handshake, and a transfer that is then refused brings no other one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tickets {
    /// All.
    #[default]
    All,
    /// All but the last one: nobody knows yet whether the transfer takes place. Where there is just
    /// one, the handshake is not begun, and the want is answered by [`SecureData::spared`](crate::SecureData::spared). Where there
    /// is none, or a session of TLS 1.2, which has no end, there is nothing to spare.
    AllButLast,
}
