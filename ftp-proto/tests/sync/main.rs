//! Tests of plans of syncs, against a server and a local tree in memory.

#[path = "../support/mod.rs"]
mod support;

mod compare;
mod current_directory;
mod filter;
mod host;
mod incomplete;
mod kinds;
mod names;
mod property;
mod roots;
