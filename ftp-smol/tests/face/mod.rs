//! The face of this adapter: what the tests that both adapters share call it by.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test binary uses a part of it"
)]

mod client;
mod network;

pub(crate) use client::*;
pub(crate) use network::*;
