//! The demo: uploads, downloads, resumes and aborts transfers over TLS. The server is libunftp, a
//! crate of another project, which runs inside this process, so that nothing else must be
//! installed.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use ftp_blocking::{Options, Timeouts, TlsConfig};
use libunftp::options::{FtpsRequired, TlsFlags};
use tokio::runtime::Builder;

use crate::console::say;
use crate::drivers;
use crate::examples;
use crate::job::dialogue::{Dialogue, Show};
use crate::job::{Adapter, Job, content, main_job};
use crate::servers::Result;
use crate::servers::authority::Authority;
use crate::servers::embedded::{Embedded, Secured, Service};
use crate::servers::scratch::Scratch;
use crate::workspace;

const HOST: &str = "localhost";
/// Some example drivers try only the first address of a name.
const LOOPBACK: &str = "127.0.0.1";
const USER: &str = "demo";
const PASSWORD: &str = "not a secret, but masked all the same";
const DIRECTORY: &str = "open";
const LARGE: usize = 16 * 1024 * 1024;

/// The time limit of each wait. On loopback a wait takes this long only if something has gone
/// wrong.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs the demo.
pub(crate) fn run() -> Result<()> {
    let scratch = Scratch::new(&workspace::root()?.join("target"), "demo")?;
    let files = scratch.0.join("files");
    fs::create_dir_all(files.join(DIRECTORY))?;
    let authority = Authority::new()?;
    let identity = authority.issue(&[HOST, LOOPBACK])?;
    let (certificate, key) = (scratch.0.join("certificate.pem"), scratch.0.join("key.pem"));
    fs::write(&certificate, &identity.certificate_pem)?;
    fs::write(&key, &identity.key_pem)?;
    let server = serve(
        &files,
        Some(Secured {
            certificate,
            key,
            clients: None,
            versions: TlsFlags::LATEST_VERSIONS,
            data: FtpsRequired::All,
        }),
    )?;
    let options = Options::new(HOST)
        .with_port(server.port())
        .with_tls(TlsConfig::with_roots_pem(authority.root_pem())?)
        .with_timeouts(Timeouts::default().with_all(PATIENCE));

    say("> is a command, < a reply, # a note about files and TLS");
    let mut summaries = Vec::new();
    for adapter in Adapter::ALL {
        say(&format!("\n{} and libunftp, over TLS:", adapter.name()));
        let job = Job {
            options: options.clone(),
            user: USER,
            password: PASSWORD.to_owned(),
            directory: DIRECTORY,
            large: LARGE,
            dialogue: Dialogue::new(Show::Live),
        };
        let report =
            main_job::run(&job, adapter).map_err(|error| format!("{}: {error}", adapter.name()))?;
        summaries.push(format!("{:<13} {report}", adapter.name()));
    }
    say("");
    for summary in &summaries {
        say(summary);
    }
    let root = scratch.0.join("root.pem");
    fs::write(&root, authority.root_pem())?;
    examples::run(&examples::Scene {
        url: url("ftpes", HOST, server.port()),
        files: files.join(DIRECTORY),
        certificate: &root,
        here: scratch.0.join("here"),
    })?;
    let clear = serve(&files, None)?;
    drivers::run(&drivers::Scene {
        secured: url("ftpes", LOOPBACK, server.port()),
        clear: url("ftp", LOOPBACK, clear.port()),
        files: files.join(DIRECTORY),
        certificate: &root,
    })?;
    under_tokio(&options)?;
    say(
        "\nProven: both adapters logged in over verified TLS, sent and received files whole, continued \
         a download that was cut, aborted transfers and stayed in step, and every byte agreed.",
    );
    Ok(())
}

fn serve(files: &Path, tls: Option<Secured>) -> Result<Embedded> {
    Embedded::start(Service {
        address: (Ipv4Addr::LOCALHOST, 0).into(),
        root: files.to_owned(),
        user: USER.to_owned(),
        password: PASSWORD.to_owned(),
        passive_ports: 49_152..=65_535,
        idle: PATIENCE,
        tls,
    })
}

fn url(scheme: &str, host: &str, port: u16) -> String {
    format!("{scheme}://{USER}:{PASSWORD}@{host}:{port}/{DIRECTORY}").replace(' ', "%20")
}

/// Runs sessions of `ftp-smol` in tasks of tokio, as the cookbook of `ftp-smol` says that one can.
/// The runtime has no drivers: smol's reactor watches the sockets and the time.
fn under_tokio(options: &Options) -> Result<()> {
    let runtime = Builder::new_multi_thread().worker_threads(2).build()?;
    runtime.block_on(async {
        let begin = |number| tokio::spawn(session_in_task(options.clone(), number));
        let tasks: Vec<_> = (0..4).map(begin).collect();
        for task in tasks {
            if !task.await?? {
                return Err("a session under tokio has read other bytes than it has stored".into());
            }
        }
        say("four sessions of ftp-smol ran in tasks of tokio, and one dropped future in each");
        Ok(())
    })
}

/// Stores a file, drops a download of it, and returns whether another download brings the same
/// bytes.
async fn session_in_task(
    options: Options,
    number: u64,
) -> std::result::Result<bool, ftp_smol::Error> {
    let (path, sent) = (
        format!("{DIRECTORY}/tokio-{number}"),
        content::bytes(number, 300_000),
    );
    let mut client = ftp_smol::Client::connect(options).await?;
    client.login(USER, PASSWORD).await?;
    client.store(&path, &sent).await?;
    let _ = smol::future::poll_once(client.fetch(&path)).await;
    let received = client.fetch(&path).await?;
    client.quit().await?;
    Ok(received == sent)
}
