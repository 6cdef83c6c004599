//! The test files of `ftp-smol` that run the contract table.
#![allow(dead_code, reason = "the tests use all of it")]
#![allow(clippy::duplicate_mod, reason = "one for each adapter")]

#[path = "../../../../ftp-blocking/tests/support/contract.rs"]
pub(crate) mod contract;
#[path = "../../../../ftp-smol/tests/face/client.rs"]
pub(crate) mod face;

use smol::block_on as wait;
