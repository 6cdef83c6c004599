//! Downloads the files of a URL's directory that are newer there than in this directory, or missing
//! here. A file that fails does not end the rest.
//!
//! ```text
//! cargo run --example sync-down-blocking -- ftp://ftp.example.org/pub/data
//! ```

use ftp_blocking::{Client, Compare, Error, SyncOptions, Url};

fn main() -> Result<(), Error> {
    let url = Url::parse(&std::env::args().nth(1).unwrap_or_default())?;
    let newer = SyncOptions::new().with_compare(Compare::Newer);
    let mut client = Client::connect(url.options()?)?;
    let report = client.download_tree_with(url.directory(), ".", &newer)?;
    report.into_result().map(|report| print!("{report}"))
}
