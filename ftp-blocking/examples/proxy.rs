//! FTP through a SOCKS or HTTP proxy: downloads a file to the standard output.
//!
//! ```text
//! cargo run --features proxy --example proxy-blocking -- socks5h://proxy.example.org:1080 ftp.example.org pub/file > file
//! ```

use std::error::Error;
use std::io;

use ftp_blocking::{Client, Options, Proxy};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [proxy, host, path] = &arguments[..] else {
        return Err("usage: proxy <URL of the proxy> <FTP host> <path>".into());
    };
    let options = Options::new(host).with_proxy(Proxy::from_url(proxy)?);
    let mut client = Client::connect(options)?;
    client.login("anonymous", "anonymous@")?;
    io::copy(&mut client.download(path)?, &mut io::stdout().lock())?;
    client.quit()?;
    Ok(())
}
