//! Runs the tests that both adapters share, with `ftp-smol`. The tests are in `ftp-blocking`.

mod face;
#[path = "../../ftp-blocking/tests/support/mod.rs"]
mod support;

#[path = "../examples/proxy.rs"]
#[allow(dead_code, reason = "its main function")]
mod proxy_example;
#[path = "../examples/resume.rs"]
#[allow(dead_code, reason = "its main function")]
mod resume_example;

/// The code of the examples, such as `resume.rs`, that the shared tests run.
mod examples {
    use std::fs::File;

    use crate::face::{Client, Completion, Error};

    pub(crate) use crate::proxy_example::Proxy;

    pub(crate) fn fetch(
        client: &mut Client,
        path: &str,
        file: &mut File,
    ) -> Result<Completion, Error> {
        smol::block_on(crate::resume_example::fetch(&mut client.0, path, file))
    }
}

#[path = "../../ftp-blocking/tests/both/mod.rs"]
mod both;
