//! Runs the contract table with a driver that was written from `ftp_proto::embedding` alone. It has
//! no methods for operations: the table performs them by flows.
#![cfg(all(feature = "simulator", feature = "ring"))]

mod link;
mod memory;
#[path = "../../../ftp-blocking/tests/support/tls.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod tls;

use ftp_proto::simulator::ByFlows;

use crate::memory::Memory;
use crate::tls::tls;

ftp_proto::contract_tests!(ByFlows<Memory>, tls());
