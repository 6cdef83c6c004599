//! Downloads the file of a URL to this directory, and shows the progress. The file appears when it
//! is complete.
//!
//! ```text
//! cargo run --example download-smol -- ftp://ftp.example.org/pub/image.iso
//! ```

use ftp_smol::{Client, Error, FileOptions, Progress, Url};

fn main() -> Result<(), Error> {
    smol::block_on(async {
        let url = Url::parse(&std::env::args().nth(1).unwrap_or_default())?;
        let mut client = Client::connect(url.options()?).await?;
        let show = |progress: Progress| eprint!("\r{progress}  ");
        let options = FileOptions::new();
        client
            .get_file_with(url.path(), ".", &options, show)
            .await?;
        client.quit().await.map(drop)
    })
}
