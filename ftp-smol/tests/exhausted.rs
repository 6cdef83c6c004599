//! Runs the test in `alone/exhausted.rs` of `ftp-blocking`, in which the descriptors run out.
#![cfg(target_os = "linux")]

mod face;
#[path = "../../ftp-blocking/tests/support/mod.rs"]
mod support;

#[path = "../../ftp-blocking/tests/alone/exhausted.rs"]
mod alone;
