//! The contract table of `ftp-proto`, through this adapter.

mod support;

ftp_proto::contract_tests!(support::Blocking, support::tls());
