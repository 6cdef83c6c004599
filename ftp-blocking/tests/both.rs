//! Runs the tests that both adapters share, with `ftp-blocking`.

mod face;
mod support;

#[path = "../examples/resolve.rs"]
#[allow(dead_code, reason = "its main function")]
mod resolve_example;

/// The example that the shared tests run.
mod examples {
    pub(crate) use crate::resolve_example::Resolved;
}

#[path = "both/mod.rs"]
mod both;
