//! The face of this adapter: the module through which the shared tests use the adapter. Each
//! adapter has such a module, so that the same tests run with both.
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
