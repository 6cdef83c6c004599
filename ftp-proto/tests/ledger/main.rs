//! The ledger under attack: strays, late replies, dropped operations, the boundary to TLS, and
//! what must not be printed.

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod attribution;
mod boundary;
mod codes;
mod drops;
mod fence;
mod secrets;
