//! Lists the directory of a URL: kind, permissions, size, time and name of each entry.
//!
//! ```text
//! cargo run --example list-blocking -- ftp://ftp.example.org/pub
//! ```

fn main() -> Result<(), ftp_blocking::Error> {
    let url = std::env::args().nth(1).unwrap_or_default();
    println!("{}", ftp_blocking::list(&url)?);
    Ok(())
}
