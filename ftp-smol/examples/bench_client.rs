//! A client for benchmarks beside other clients, with the defaults of this library.
//!
//! ```text
//! bench-client-smol get URL FILE | put FILE URL | list URL | mlsd URL | idle URL COUNT
//! bench-client-smol getmany URL LIST DIR    downloads the paths in the file LIST, in one session
//! bench-client-smol getfiles URL LIST DIR   the same by `get_file`
//! ```
//!
//! `FTPBENCH_CA` names a PEM file of trusted certificates. `FTPBENCH_TLS` (`12` or `13`) and
//! `FTPBENCH_AES128` limit TLS. `FTPBENCH_PIPELINING` (`always` or `never`) replaces the default. Exit status 64: this library cannot do that.

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use ftp_smol::listing::{Parser, Reader};
use ftp_smol::tls::{TlsVersion, rustls};
use ftp_smol::{Client, Options, Pipelining, Security, TlsConfig, TransferOptions, Url};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use rustls::version::{TLS12, TLS13};
use rustls::{ALL_VERSIONS, ClientConfig, RootCertStore};
use smol::io::AsyncReadExt as _;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let call: Vec<&str> = arguments.iter().map(String::as_str).collect();
    smol::block_on(run(&call))
}

async fn run(call: &[&str]) -> Result<ExitCode> {
    let (["put", _, url] | [_, url, ..]) = call else {
        return Ok(ExitCode::from(64));
    };
    let url = Url::parse(url)?;
    let options = match url.security() {
        Security::Plain => url.options()?,
        // A login always resumes its TLS session.
        _ if env::var_os("FTPBENCH_NO_RESUME").is_some() => return Ok(ExitCode::from(64)),
        _ => url.options_with_tls(tls()?)?,
    };
    let options = match env::var("FTPBENCH_PIPELINING").as_deref() {
        Ok("always") => options.with_config(|it| it.with_pipelining(Pipelining::always())),
        Ok("never") => options.with_config(|it| it.with_pipelining(Pipelining::never())),
        _ => options,
    };
    if let ["idle", _, count] = call {
        return idle(options, count.parse()?).await;
    }
    let mut client = Client::connect(options).await?;
    match call {
        ["get", _, into] => {
            let download = client.download(url.path()).await?;
            download.save_to(&File::create(into)?, |_| ()).await?;
        }
        ["put", from, _] => {
            let upload = client.upload(url.path()).await?;
            upload.send_from(&File::open(from)?, |_| ()).await?;
        }
        ["getmany", _, list, directory] => {
            let list = fs::read_to_string(list)?;
            let mut batch = client.download_many(list.lines());
            for path in list.lines() {
                let download = batch.next().await.ok_or(path)??;
                let name = Path::new(path).file_name().ok_or(path)?;
                let file = File::create(Path::new(directory).join(name))?;
                download.save_to(&file, |_| ()).await?;
            }
        }
        ["getfiles", _, list, directory] => {
            for path in fs::read_to_string(list)?.lines() {
                client.get_file(path, directory).await?;
            }
        }
        ["list", _] => println!("{}", list(&mut client, url.directory()).await?),
        ["mlsd", _] => println!("{}", client.mlsd(url.directory()).await?.entries().len()),
        _ => return Ok(ExitCode::from(64)),
    }
    client.quit().await?;
    Ok(ExitCode::SUCCESS)
}

/// Counts the entries by LIST. `read_dir` would take MLSD from a server that has it.
async fn list(client: &mut Client, path: &[u8]) -> Result<usize> {
    let (line, options) = ([b"LIST ", path].concat(), TransferOptions::new());
    let mut download = client.download_command(line, &options).await?;
    let (mut reader, mut count) = (Reader::new(Parser::new()), 0);
    while !reader.has_ended() {
        let bytes = download.read(reader.space()).await?;
        reader.filled(bytes);
        count += std::iter::from_fn(|| reader.next_entry().map(drop)).count();
    }
    Ok(count)
}

fn tls() -> Result<TlsConfig> {
    let pem = fs::read(env::var("FTPBENCH_CA")?)?;
    let version = match env::var("FTPBENCH_TLS").as_deref() {
        Ok("12") => Some((TlsVersion::V1_2, &TLS12)),
        Ok("13") => Some((TlsVersion::V1_3, &TLS13)),
        _ => None,
    };
    if env::var_os("FTPBENCH_AES128").is_none() {
        let tls = TlsConfig::with_roots_pem(pem)?;
        return Ok(match version {
            Some((version, _)) => tls.with_only_version(version)?,
            None => tls,
        });
    }
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&pem)?)?;
    let mut provider = ring::default_provider();
    let suites = &mut provider.cipher_suites;
    suites.retain(|suite| format!("{suite:?}").contains("AES_128"));
    let config = ClientConfig::builder_with_provider(provider.into());
    let versions = version.map_or(ALL_VERSIONS.to_vec(), |(_, version)| vec![version]);
    let config = config.with_protocol_versions(&versions)?;
    let config = config.with_root_certificates(roots).with_no_client_auth();
    Ok(config.into())
}

async fn idle(options: Options, count: usize) -> Result<ExitCode> {
    let (begin, before, mut sessions) = (Instant::now(), cost()?, Vec::new());
    for _ in 0..count {
        sessions.push(Client::connect(options.clone()).await?);
    }
    let (wall, after) = (begin.elapsed().as_secs_f64() * 1e3, cost()?);
    let costs = [after.0 - before.0, after.1 - before.1, wall];
    let [memory, cpu, wall] = costs.map(|all| all / count as f64);
    print!(r#"{{"sessions":{count},"kib_per_session":{memory:.2},"#);
    println!(r#""cpu_ms_per_open":{cpu:.3},"wall_ms_per_open":{wall:.3}}}"#);
    Ok(ExitCode::SUCCESS)
}

/// Returns the resident memory in KiB, and the CPU time of all threads in milliseconds.
fn cost() -> Result<(f64, f64)> {
    let number = |text: &str| text.split_whitespace().next().unwrap_or("0").parse::<f64>();
    let mut cpu = 0.0;
    for thread in fs::read_dir("/proc/self/task")? {
        cpu += number(&fs::read_to_string(thread?.path().join("schedstat"))?)? / 1e6;
    }
    let status = fs::read_to_string("/proc/self/status")?;
    let resident = status.split("VmRSS:").nth(1).unwrap_or_default();
    Ok((number(resident)?, cpu))
}
