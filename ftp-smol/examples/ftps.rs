//! FTPS with a private CA: prints the TLS parameters, downloads a file and uploads a file.
//!
//! ```text
//! FTP_PASSWORD=secret cargo run --example ftps-smol -- \
//!     [--implicit] ftp.example.org[:port] company-ca.pem ada genome.fa report.csv
//! ```

use std::error::Error;
use std::fs::{self, File};
use std::path::Path;

use ftp_smol::tls::TlsInfo;
use ftp_smol::{Client, Options, TlsConfig};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let implicit = arguments.first().is_some_and(|first| first == "--implicit");
    if implicit {
        arguments.remove(0);
    }
    let [host, ca, user, theirs, ours] = &arguments[..] else {
        return Err("usage: ftps [--implicit] <host[:port]> <ca.pem> <user> <get> <put>".into());
    };
    let password = std::env::var("FTP_PASSWORD").map_err(|_| "FTP_PASSWORD is not set")?;

    let tls = TlsConfig::with_roots_pem(fs::read(ca)?)?;
    let (host, port) = match host.split_once(':') {
        Some((host, port)) => (host, Some(port.parse()?)),
        None => (host.as_str(), None),
    };
    let mut options = match implicit {
        false => Options::new(host).with_tls(tls),
        true => Options::new(host).with_implicit_tls(tls),
    };
    if let Some(port) = port {
        options = options.with_port(port);
    }
    smol::block_on(run(options, user, &password, theirs, ours))
}

async fn run(
    options: Options,
    user: &str,
    password: &str,
    theirs: &str,
    ours: &str,
) -> Result<(), Box<dyn Error>> {
    let mut client = Client::connect(options).await?;
    client.login(user, password).await?;
    show("control", client.tls_info().as_ref());

    let file = File::create(name(theirs)?)?;
    let download = client.download(theirs).await?;
    show("data", download.tls_info());
    let done = download
        .save_to(&file, |progress| eprint!("\r{progress}"))
        .await?;
    eprintln!("\n{theirs}: {} bytes, {}", done.bytes, done.reply);

    let upload = client.upload(name(ours)?).await?;
    show("data", upload.tls_info());
    let done = upload
        .send_from(&File::open(ours)?, |progress| eprint!("\r{progress}"))
        .await?;
    eprintln!("\n{ours}: {} bytes, {}", done.bytes, done.reply);

    client.quit().await?;
    Ok(())
}

/// Returns the last part of a path. A download or upload gives the copy this name.
fn name(path: &str) -> Result<&str, Box<dyn Error>> {
    let name = Path::new(path).file_name().and_then(|name| name.to_str());
    Ok(name.ok_or("the path names no file")?)
}

fn show(connection: &str, info: Option<&TlsInfo>) {
    match info {
        Some(info) => eprintln!(
            "{connection}: {}, {}, {} certificates, resumed: {}",
            info.version,
            info.cipher_suite,
            info.certificates.len(),
            info.resumed
        ),
        None => eprintln!("{connection}: in clear"),
    }
}
