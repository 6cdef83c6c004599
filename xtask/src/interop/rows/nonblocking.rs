//! The files of the adapters' tests that run the operations of a contract row through `ftp-smol`.
//! The interop tests include them.
#![allow(dead_code, reason = "the tests use all of it")]
#![allow(clippy::duplicate_mod, reason = "one for each adapter")]

#[path = "../../../../ftp-blocking/tests/support/contract.rs"]
pub(crate) mod contract;
#[path = "../../../../ftp-smol/tests/face/client.rs"]
pub(crate) mod face;

use smol::block_on as wait;
