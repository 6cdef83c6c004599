//! Every flow against a scripted server: the exact bytes on the wire, and the outcome.

#[path = "../support/mod.rs"]
mod support;

mod abort;
mod attributes;
mod capabilities;
mod clear_control;
mod confirmed;
mod contract;
mod copy;
mod copy_faults;
mod data_phase;
mod directories;
mod drops;
mod early_handshake;
mod extensions;
mod features;
mod files;
mod finish;
mod greeting;
mod hash;
mod injection;
mod inspect;
mod inspect_many;
mod keep_alive;
mod login;
mod login_in_clear;
mod open;
mod open_active;
mod open_commands;
mod open_passive;
mod open_protected;
mod open_with_connect;
mod pipelining;
mod pipelining_active;
#[cfg(feature = "proxy")]
mod proxied;
mod proxy_login;
mod purge;
mod quit;
mod raw;
mod read_directory;
mod reinitialize;
mod representation;
mod restart;
mod restore;
mod secure;
mod set_modified;
mod sizes;
mod text_replies;
mod utf8;
