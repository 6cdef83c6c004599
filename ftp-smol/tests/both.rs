//! Runs the tests that both adapters share, with `ftp-smol`. The tests are in `ftp-blocking`.

mod face;
#[path = "../../ftp-blocking/tests/support/mod.rs"]
mod support;

#[path = "../examples/resolve.rs"]
#[allow(dead_code, reason = "its main function")]
mod resolve_example;
/// The example that the shared tests run.
mod examples {
    pub(crate) use crate::resolve_example::Resolved;
}

#[path = "../../ftp-blocking/tests/both/mod.rs"]
mod both;
