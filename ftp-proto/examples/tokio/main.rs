//! Downloads a URL to standard output, on tokio.
//!
//! ```text
//! cargo run -p ftp-proto --features ring --example tokio [ftp://user:password@host/path]
//! ```
//!
//! Without a URL, the example downloads from a server of its own. For `ftpes` and `ftps`, add the
//! feature `platform-verifier`.
//!
//! `ftp_proto::embedding::Driver` serves the wants of the core on streams that never wait.
//! `network.rs` gives it the sockets of tokio, and `client.rs` waits for them.

#[allow(dead_code, reason = "this program uploads nothing")]
mod client;
mod network;
#[path = "../server/mod.rs"]
mod server;

use std::error::Error;

use ftp_proto::Url;
use ftp_proto::flows::{Credentials, Quit};
use tokio::io::{AsyncWriteExt as _, copy, stdout};
use tokio::net::lookup_host;

use crate::client::Client;
use crate::network::Tcp;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = match std::env::args().nth(1) {
        Some(url) => url,
        None => {
            let server = server::start(b"Hello from a server in the same process.\n".to_vec())?;
            format!("ftp://ada:secret@{server}/hello")
        }
    };
    let url = Url::parse(&url)?;
    let options = url.options()?;
    let credentials = options
        .credentials
        .clone()
        .unwrap_or(Credentials::anonymous());

    let mut connected = Err("the host has no address".into());
    for address in lookup_host(options.control_peer()).await? {
        let attempt = Client::connect(Tcp::new(), address, options.clone()).await;
        connected = attempt.map_err(Box::<dyn Error>::from);
        if connected.is_ok() {
            break;
        }
    }
    let mut client = connected?;
    client.login(credentials).await?;

    let mut download = client.download(url.path(), &url.transfer_options()).await?;
    let mut out = stdout();
    copy(&mut download, &mut out).await?;
    out.flush().await?;
    let done = download.finish()?;
    eprintln!("{} bytes", done.bytes);
    client.run(Quit::new()).await?;
    Ok(())
}
