//! The face of this adapter: the module through which the tests of both adapters use this adapter.
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
