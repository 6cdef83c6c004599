//! The code that the tests of both adapters share, apart from the module `face`: servers, files,
//! certificates, and the driver that runs the contract table.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub(crate) use crate::face;

pub(crate) mod addresses;
pub(crate) mod certificates;
pub(crate) mod contract;
pub(crate) mod counting;
pub(crate) mod failing_calls;
pub(crate) mod files;
pub(crate) mod forwarding;
pub(crate) mod middlebox;
pub(crate) mod old_certificates;
pub(crate) mod options;
pub(crate) mod recording_server;
pub(crate) mod round_trips;
pub(crate) mod server_process;
pub(crate) mod stranger;
pub(crate) mod tcp_server;
pub(crate) mod tls;
