//! Runs the tests that both adapters share, with `ftp-smol`. The tests are in `ftp-blocking`.

mod face;
#[path = "../../ftp-blocking/tests/support/mod.rs"]
mod support;

#[path = "../examples/resolve.rs"]
#[allow(dead_code, reason = "its main function")]
mod resolve_example;
#[path = "../examples/resume.rs"]
#[allow(dead_code, reason = "its main function")]
mod resume_example;

/// The code of the examples, such as `resume.rs`, that the shared tests run.
mod examples {
    use std::fs::File;

    use crate::face::{Client, Completion, Error};

    pub(crate) use crate::resolve_example::Resolved;

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
