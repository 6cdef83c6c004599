//! Downloads the file of a URL to this directory. If the download is interrupted, the same command
//! goes on with it.
//!
//! ```text
//! cargo run --example resume-blocking -- ftp://ftp.example.org/pub/image.iso
//! ```

fn main() -> Result<(), ftp_blocking::Error> {
    let url = std::env::args().nth(1).unwrap_or_default();
    ftp_blocking::resume(&url, ".").map(drop)
}
