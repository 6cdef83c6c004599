//! The contract table of `ftp-proto`.

use crate::support::contract::InMemory;
use crate::support::tls::tls;

ftp_proto::contract_tests!(InMemory, tls());
