//! The dialogues: one function for each test, which returns a list.

mod control;
mod files;
mod parsers;
mod transfers;

pub(crate) use control::{commands, connections, framing, greetings, logins};
pub(crate) use files::{directories, files, injections};
pub(crate) use parsers::parsers;
pub(crate) use transfers::{aborts, copies, data_connections, downloads, lines, listings, uploads};
