//! Runs the contract table of `ftp-proto` over a network in memory.

use crate::support::contract::InMemory;
use crate::support::tls::tls;

ftp_proto::contract_tests!(InMemory, tls());
