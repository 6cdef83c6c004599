//! Lists a directory of an anonymous server: kind, permissions, size, time and name of each entry.
//!
//! ```text
//! cargo run --example list-smol -- ftp.example.org pub
//! ```

use ftp_smol::{Client, Error, Options};

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let host = arguments.next().unwrap_or_default();
    smol::block_on(async {
        let mut client = Client::connect(Options::new(host)).await?;
        client.login("anonymous", "anonymous@").await?;
        let mut entries = client.read_dir(arguments.next().as_deref()).await?;
        while let Some(entry) = entries.next_entry().await? {
            println!("{entry}");
        }
        entries.finish().await?;
        client.quit().await.map(drop)
    })
}
