//! Runs the test in `alone/exhausted.rs`, in which the descriptors run out.
#![cfg(target_os = "linux")]

mod face;
mod support;

#[path = "alone/exhausted.rs"]
mod alone;
