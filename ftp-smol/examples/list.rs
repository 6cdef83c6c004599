//! Lists the directory of a URL: kind, permissions, size, time and name of each entry.
//!
//! ```text
//! cargo run --example list-smol -- ftp://ftp.example.org/pub
//! ```

fn main() -> Result<(), ftp_smol::Error> {
    let url = std::env::args().nth(1).unwrap_or_default();
    println!("{}", smol::block_on(ftp_smol::list(&url))?);
    Ok(())
}
