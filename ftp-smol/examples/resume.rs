//! Downloads the file of a URL to this directory. If the download is interrupted, the same command
//! goes on with it.
//!
//! ```text
//! cargo run --example resume-smol -- ftp://ftp.example.org/pub/image.iso
//! ```

fn main() -> Result<(), ftp_smol::Error> {
    let url = std::env::args().nth(1).unwrap_or_default();
    smol::block_on(ftp_smol::resume(&url, ".")).map(drop)
}
