//! Resumes a download that was cut off, over a new connection if the old one is lost.
//!
//! ```text
//! cargo run --example resume-smol -- ftp.example.org pub/image.iso image.iso
//! ```

use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom};

use ftp_smol::{Client, Completion, Credentials, Error, Options, TransferOptions};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [host, path, file] = &arguments[..] else {
        return Err("usage: resume <host> <path> <file>".into());
    };
    let mut file = OpenOptions::new().append(true).create(true).open(file)?;
    let options = Options::new(host).with_credentials(Credentials::anonymous());
    smol::block_on(async {
        let mut client = Client::connect(options).await?;
        let done = fetch(&mut client, path, &mut file).await?;
        println!("{} bytes, {}", done.bytes, done.reply);
        client.quit().await?;
        Ok(())
    })
}

/// Downloads the file. If a try fails with a temporary error, makes another one, which begins after
/// the bytes saved so far. Gives up after two failed tries that began at the same offset.
pub(crate) async fn fetch(
    client: &mut Client,
    path: &str,
    file: &mut File,
) -> Result<Completion, Error> {
    let mut before = None;
    loop {
        let offset = file.seek(SeekFrom::End(0))?;
        let rest = TransferOptions::new().with_offset(offset);
        let saved = match client.download_with(path, &rest).await {
            Ok(download) => download.save_to(&*file, |_| ()).await,
            Err(error) => Err(error),
        };
        match saved {
            Ok(done) => return Ok(done),
            Err(error) if before == Some(offset) || !error.is_temporary() => return Err(error),
            Err(error) => eprintln!("{error}: once more from {offset}"),
        }
        before = Some(offset);
        if client.session().is_dead() {
            client.reconnect().await?;
        }
    }
}
