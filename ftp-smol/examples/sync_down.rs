//! Downloads the files of a URL's directory that are newer there than in this directory, or missing
//! here. A file that fails does not end the rest.
//!
//! ```text
//! cargo run --example sync-down-smol -- ftp://ftp.example.org/pub/data
//! ```

use ftp_smol::{Client, Compare, Error, SyncOptions, Url};

fn main() -> Result<(), Error> {
    smol::block_on(async {
        let url = Url::parse(&std::env::args().nth(1).unwrap_or_default())?;
        let newer = SyncOptions::new().with_compare(Compare::Newer);
        let mut client = Client::connect(url.options()?).await?;
        let tree = client.download_tree_with(url.directory(), ".", &newer);
        tree.await?.into_result().map(|report| print!("{report}"))
    })
}
