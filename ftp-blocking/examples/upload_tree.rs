//! Uploads this directory and all below it to the directory of a URL: what is missing there, has
//! another size, or is newer here.
//!
//! ```text
//! cargo run --example upload-tree-blocking -- ftp://ada:secret@ftp.example.org/site
//! ```

fn main() -> Result<(), ftp_blocking::Error> {
    let url = std::env::args().nth(1).unwrap_or_default();
    let report = ftp_blocking::put_tree(".", &url)?;
    report.into_result().map(|report| print!("{report}"))
}
