//! Compares what a session costs on tokio (`TokioTcp`), on smol, and with the driver for tokio that
//! is an example of `ftp-proto`: 2,000 NOOPs and 100 files of 1 KiB.
//!
//! ```text
//! cargo bench -p ftp-smol --bench on_tokio [-- ROUNDS]
//! ```
//!
//! Each client is a process of its own, and they take turns. The figures are the medians of all
//! rounds: CPU time, duration, and the ratio of the CPU time to that of the example in the same
//! round.

#[path = "../../ftp-proto/examples/tokio/client.rs"]
#[allow(dead_code, reason = "this program uploads nothing")]
mod client;
#[path = "../../ftp-proto/examples/tokio/network.rs"]
mod network;
#[path = "../../ftp-blocking/tests/support/server_process.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod server_process;

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use ftp_proto::TransferOptions;
use ftp_proto::flows::{Credentials, Noop, Quit};
use ftp_smol::transport::Network;
use ftp_smol::{Options, Tcp, TlsConfig, TokioTcp};
use rustix::time::{ClockId, clock_gettime};
use tokio::io::AsyncReadExt as _;
use tokio::runtime::Builder;

use server_process::{HOST, SMALL_FILE, ServerProcess, serve_if_asked};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const NOOPS: usize = 2_000;
const FILES: usize = 100;

/// How many rounds are run if the arguments do not say it.
const ROUNDS: usize = 15;

/// The clients. The others are compared with the first.
const CLIENTS: [&str; 3] = ["example", "tokio", "smol"];

/// The most that ftp-smol on tokio may take of the example's CPU time.
const MOST: f64 = 1.2;

/// The CPU time and the duration of a run, in milliseconds.
type Cost = [f64; 2];

fn main() -> Result<()> {
    serve_if_asked();
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["run", client, port, ref roots @ ..] => run(client, port.parse()?, roots.first()),
        [rounds, ..] if rounds != "--bench" => compare(rounds.parse()?),
        _ => compare(ROUNDS),
    }
}

/// Runs all clients in clear text and under TLS 1.3, and prints what they cost.
fn compare(rounds: usize) -> Result<()> {
    let server = ServerProcess::start()?;
    let certificate = env::temp_dir().join(format!("on-tokio-{}.pem", server.port()));
    fs::write(&certificate, server.certificate())?;
    for channel in ["clear", "TLS 1.3"] {
        let mut costs = vec![Vec::new(); CLIENTS.len()];
        for round in 0..rounds {
            for turn in 0..CLIENTS.len() {
                let number = (round + turn) % CLIENTS.len();
                let mut command = Command::new(env::current_exe()?);
                command.args(["run", CLIENTS[number], &server.port().to_string()]);
                if channel != "clear" {
                    command.arg(&certificate);
                }
                costs[number].push(cost(&mut command)?);
            }
        }
        for (number, client) in CLIENTS.into_iter().enumerate() {
            let of = |which: usize| median(costs[number].iter().map(|cost| cost[which]));
            let pairs = costs[number].iter().zip(&costs[0]);
            let ratio = median(pairs.map(|(own, first)| own[0] / first[0]));
            println!(
                "{channel:<8} {client:<8} {:>7.1} ms CPU {:>7.1} ms {ratio:>6.2} of the example's CPU{}",
                of(0),
                of(1),
                if client == "tokio" && ratio > MOST {
                    ", more than wanted"
                } else {
                    ""
                },
            );
        }
    }
    fs::remove_file(certificate)?;
    Ok(())
}

/// Runs a client, and returns what it has printed.
fn cost(command: &mut Command) -> Result<Cost> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let said = String::from_utf8(output.stdout)?;
    let mut words = said.split_whitespace().map(str::parse);
    match (words.next(), words.next()) {
        (Some(cpu), Some(wall)) => Ok([cpu?, wall?]),
        _ => Err(said.into()),
    }
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Runs a client, and prints its cost.
fn run(client: &str, port: u16, roots: Option<&&str>) -> Result<()> {
    let options = Options::new(HOST).with_port(port);
    let options = match roots {
        Some(pem) => options.with_tls(TlsConfig::with_roots_pem(fs::read(pem)?)?),
        None => options,
    };
    let tokio = Builder::new_current_thread().enable_all().build()?;
    match client {
        "example" => tokio.block_on(example(options)),
        "tokio" => tokio.block_on(ours(TokioTcp::new(), options)),
        "smol" => smol::block_on(ours(Tcp::new(), options)),
        _ => Err("no such client".into()),
    }
}

async fn example(options: Options) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    let mut client = client::Client::connect(network::Tcp::new(), address, options).await?;
    client.login(Credentials::new("ada", "secret")?).await?;
    let begin = Begin::now();
    for _ in 0..NOOPS {
        client.run(Noop::new()).await?;
    }
    for _ in 0..FILES {
        let mut content = Vec::new();
        let mut download = client.download("small", &TransferOptions::new()).await?;
        download.read_to_end(&mut content).await?;
        download.finish()?;
        assert_eq!(content.len(), SMALL_FILE);
    }
    begin.print();
    client.run(Quit::new()).await?;
    Ok(())
}

async fn ours(network: impl Network + 'static, options: Options) -> Result<()> {
    let mut client = ftp_smol::Client::connect_over(network, options).await?;
    client.login("ada", "secret").await?;
    let begin = Begin::now();
    for _ in 0..NOOPS {
        client.noop().await?;
    }
    for _ in 0..FILES {
        let mut content = Vec::new();
        let mut download = client.download("small").await?;
        smol::io::AsyncReadExt::read_to_end(&mut download, &mut content).await?;
        download.finish().await?;
        assert_eq!(content.len(), SMALL_FILE);
    }
    begin.print();
    client.quit().await?;
    Ok(())
}

/// When the measured part began.
struct Begin {
    cpu: Duration,
    wall: Instant,
}

impl Begin {
    fn now() -> Self {
        Self {
            cpu: cpu(),
            wall: Instant::now(),
        }
    }

    fn print(&self) {
        let cost = [cpu() - self.cpu, self.wall.elapsed()].map(|time| time.as_secs_f64() * 1e3);
        println!("{} {}", cost[0], cost[1]);
    }
}

/// The CPU time of this process so far.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let (seconds, nanoseconds) = (time.tv_sec.unsigned_abs(), time.tv_nsec);
    Duration::new(seconds, u32::try_from(nanoseconds).unwrap_or_default())
}
