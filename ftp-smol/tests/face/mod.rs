//! The face of this adapter: everything of it that the shared tests use.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test binary uses a part of it"
)]

mod client;
mod network;
mod patience;

pub(crate) use client::*;
pub(crate) use network::*;
pub(crate) use patience::impatient;
use patience::wait;
