//! The clients of `cargo xtask scale`, each in a process of its own:
//!
//! ```text
//! xtask scale-client ADAPTER idle COUNT PORT [PEM]   prints what COUNT idle sessions hold
//! xtask scale-client ADAPTER all COUNT PORT [PEM]    opens COUNT sessions at once; each transfers
//! ```

use std::fs;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use ftp_blocking::{Credentials, Error, Options, TlsConfig};
use smol::LocalExecutor;
use smol::lock::{Barrier, Semaphore};

use super::server_process::{FILE, HOST, SMALL_FILE};
use crate::console::{Result, chain, say};

pub(crate) const ADAPTERS: [&str; 2] = ["blocking", "smol"];

/// How many sessions of ftp-smol open, transfer or close at the same time. All others are idle
/// meanwhile. The server has a thread for each session.
const BUSY: usize = 256;

/// Runs a client.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let [adapter, what, count, port, roots @ ..] = arguments else {
        return Err("this is a part of `scale`".into());
    };
    let credentials = Credentials::new("somebody", "a password of some length")?;
    let options = Options::new(HOST)
        .with_port(port.parse()?)
        .with_credentials(credentials);
    let options = Arc::new(match roots {
        [pem, ..] => options.with_tls(TlsConfig::with_roots_pem(fs::read(pem)?)?),
        [] => options,
    });
    let count = count.parse()?;
    match (*adapter, *what) {
        ("blocking", "idle") => smol::block_on(idle::<Blocking>(&options, count)),
        ("smol", "idle") => smol::block_on(idle::<Smol>(&options, count)),
        ("blocking", "all") => smol::block_on(one_by_one::<Blocking>(&options, count)),
        ("smol", "all") => smol::block_on(at_once::<Smol>(options, count)),
        _ => Err("no such client".into()),
    }
}

/// What the job needs of an adapter.
trait Adapter: 'static {
    type Client;

    async fn open(options: &Arc<Options>) -> std::result::Result<Self::Client, Error>;
    async fn fetch(client: &mut Self::Client, name: &str) -> std::result::Result<usize, Error>;
    async fn quit(client: Self::Client) -> std::result::Result<(), Error>;
}

macro_rules! adapter {
    ($name:ident, $client:ty, { $($wait:tt)* }) => {
        struct $name;

        impl Adapter for $name {
            type Client = $client;

            async fn open(options: &Arc<Options>) -> std::result::Result<Self::Client, Error> {
                <$client>::connect(options.clone())$($wait)*
            }

            async fn fetch(
                client: &mut Self::Client,
                name: &str,
            ) -> std::result::Result<usize, Error> {
                Ok(client.fetch(name)$($wait)*?.len())
            }

            async fn quit(client: Self::Client) -> std::result::Result<(), Error> {
                client.quit()$($wait)*.map(drop)
            }
        }
    };
}

adapter!(Blocking, ftp_blocking::Client, {});
adapter!(Smol, ftp_smol::Client, { .await });

/// Opens sessions, and prints how much memory each holds. The sessions share their options. The
/// first session allocates what exists only once in the process, so it is not counted.
async fn idle<A: Adapter>(options: &Arc<Options>, count: usize) -> Result<()> {
    let mut first = A::open(options).await?;
    A::fetch(&mut first, "small").await?;
    drop(first);
    let mut clients = Vec::with_capacity(count);
    let before = resident()?;
    let each = |resident: usize| resident.saturating_sub(before) as f64 / count as f64;
    for _ in 0..count {
        clients.push(A::open(options).await?);
    }
    let logged_in = each(resident()?);
    for client in &mut clients {
        has_come(A::fetch(client, "small").await?, SMALL_FILE)?;
    }
    let after = each(resident()?);
    say(&format!(
        "{logged_in:.2} KiB resident each of {count} idle sessions, {after:.2} after a small file"
    ));
    Ok(())
}

/// Opens all sessions, then transfers a file in each, and then ends each.
async fn one_by_one<A: Adapter>(options: &Arc<Options>, count: usize) -> Result<()> {
    let begin = Instant::now();
    let mut clients = Vec::with_capacity(count);
    for _ in 0..count {
        clients.push(A::open(options).await?);
    }
    for client in &mut clients {
        has_come(A::fetch(client, "file").await?, FILE)?;
    }
    for client in clients {
        A::quit(client).await?;
    }
    report(count, begin);
    Ok(())
}

/// Does the same with a task for each session, all on this thread.
async fn at_once<A: Adapter>(options: Arc<Options>, count: usize) -> Result<()> {
    let begin = Instant::now();
    let executor = LocalExecutor::new();
    let busy = Rc::new(Semaphore::new(BUSY));
    let all_are_open = Rc::new(Barrier::new(count));
    let tasks: Vec<_> = (0..count)
        .map(|_| {
            let (options, busy) = (options.clone(), busy.clone());
            let all_are_open = all_are_open.clone();
            executor.spawn(async move {
                let turn = busy.acquire().await;
                let opened = A::open(&options).await;
                drop(turn);
                all_are_open.wait().await;
                let _turn = busy.acquire().await;
                let mut client = opened.map_err(|error| chain(&error))?;
                let come = A::fetch(&mut client, "file").await;
                has_come(come.map_err(|error| chain(&error))?, FILE)?;
                A::quit(client).await.map_err(|error| chain(&error))
            })
        })
        .collect();
    let failed: Vec<String> = executor
        .run(async {
            let mut failed = Vec::new();
            for task in tasks {
                failed.extend(task.await.err());
            }
            failed
        })
        .await;
    if let Some(first) = failed.first() {
        return Err(format!("{} of {count} sessions: {first}", failed.len()).into());
    }
    report(count, begin);
    Ok(())
}

fn has_come(bytes: usize, all: usize) -> std::result::Result<(), String> {
    match bytes == all {
        true => Ok(()),
        false => Err(format!("{bytes} bytes came of {all}")),
    }
}

fn report(count: usize, begin: Instant) {
    say(&format!(
        "{count} sessions were open at once, and all have transferred {FILE} bytes and closed, \
         0 errors, {:.1} s",
        begin.elapsed().as_secs_f64()
    ));
}

/// Returns the resident memory of this process in KiB.
fn resident() -> Result<usize> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no VmRSS")?.parse()?)
}
