//! Uploads this directory and all below it to the directory of a URL: what is missing there, has
//! another size, or is newer here.
//!
//! ```text
//! cargo run --example upload-tree-smol -- ftp://ada:secret@ftp.example.org/site
//! ```

fn main() -> Result<(), ftp_smol::Error> {
    smol::block_on(async {
        let url = ftp_smol::Url::parse(&std::env::args().nth(1).unwrap_or_default())?;
        let mut client = ftp_smol::Client::connect(url.options()?).await?;
        let report = client.upload_tree(".", url.directory()).await?;
        report.into_result().map(|report| print!("{report}"))
    })
}
