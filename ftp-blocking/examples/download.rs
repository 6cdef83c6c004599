//! Downloads the file of a URL to this directory, and shows the progress. The file appears when it
//! is complete.
//!
//! ```text
//! cargo run --example download-blocking -- ftp://ftp.example.org/pub/image.iso
//! ```

use ftp_blocking::{Client, Error, FileOptions, Progress, Url};

fn main() -> Result<(), Error> {
    let url = Url::parse(&std::env::args().nth(1).unwrap_or_default())?;
    let mut client = Client::connect(url.options()?)?;
    let show = |progress: Progress| eprint!("\r{progress}  ");
    client.get_file_with(url.path(), ".", &FileOptions::new(), show)?;
    client.quit().map(drop)
}
