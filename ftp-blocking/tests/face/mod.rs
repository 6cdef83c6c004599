//! Everything of this adapter that the shared tests use. Each adapter has its own module `face`, so
//! that the same tests run with both.
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
