//! Uploads this directory and all below it to the directory of a URL: what is missing there, has
//! another size, or is newer here.
//!
//! ```text
//! cargo run --example upload-tree-smol -- ftp://ada:secret@ftp.example.org/site
//! ```

fn main() -> Result<(), ftp_smol::Error> {
    let url = std::env::args().nth(1).unwrap_or_default();
    let report = smol::block_on(ftp_smol::put_tree(".", &url))?;
    report.into_result().map(|report| print!("{report}"))
}
