//! Runs the contract table, which is `ftp-proto`'s table of test cases for all adapters, over a
//! network in memory.

use crate::support::options::Switched;
use crate::support::tls::tls;

ftp_proto::contract_tests!(Switched, tls());
