//! FTP through a SOCKS or HTTP proxy: downloads a file to the standard output.
//!
//! ```text
//! cargo run --features proxy --example proxy-smol -- socks5h://proxy.example.org:1080 ftp.example.org pub/file > file
//! ```

use std::error::Error;

use ftp_smol::{Client, Options, Proxy};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [proxy, host, path] = &arguments[..] else {
        return Err("usage: proxy <URL of the proxy> <FTP host> <path>".into());
    };
    let options = Options::new(host).with_proxy(Proxy::from_url(proxy)?);
    smol::block_on(async {
        let mut client = Client::connect(options).await?;
        client.login("anonymous", "anonymous@").await?;
        let mut stdout = smol::Unblock::new(std::io::stdout());
        smol::io::copy(&mut client.download(path).await?, &mut stdout).await?;
        client.quit().await?;
        Ok(())
    })
}
