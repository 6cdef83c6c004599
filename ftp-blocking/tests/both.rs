//! Runs the tests that both adapters share, with `ftp-blocking`.

mod face;
mod support;

#[path = "../examples/proxy.rs"]
#[allow(dead_code, reason = "its main function")]
mod proxy_example;
#[path = "../examples/resume.rs"]
#[allow(dead_code, reason = "its main function")]
mod resume_example;

/// The examples that the shared tests run.
mod examples {
    pub(crate) use crate::proxy_example::Proxy;
    pub(crate) use crate::resume_example::fetch;
}

#[path = "both/mod.rs"]
mod both;
