//! Runs the tests in `alone/tracing.rs`, which collect the events of the feature `tracing`.
#![cfg(feature = "tracing")]

mod face;
mod support;

#[path = "alone/tracing.rs"]
mod alone;
