//! The dialogues that both clients have. Each function returns those of one test.

mod control;
mod debug_levels;
mod files;
mod parsers;
mod transfers;

pub(crate) use control::{commands, connections, framing, greetings, logins};
pub(crate) use debug_levels::debug_levels;
pub(crate) use files::{directories, files, injections};
pub(crate) use parsers::parsers;
pub(crate) use transfers::{aborts, copies, data_connections, downloads, lines, listings, uploads};
