//! Runs the main job through proxies of other projects, in clear text and under TLS.

use std::path::Path;
use std::time::Instant;

use ftp_blocking::proxy::Resolver;
use ftp_blocking::{FtpProxy, FtpProxyKind, Options, Proxy};

use super::trust::{Secured, Trust};
use super::way;
use crate::console::{complain, say};
use crate::job::client::Adapter;
use crate::job::dialogue::{Dialogue, Show};
use crate::job::{Job, brief_job, main_job};
use crate::servers::Result;
use crate::servers::foreign::{self, Foreign, Setting};
use crate::servers::process::Process;
use crate::servers::proxies::{Kind, PASSWORD, Program, USER};
use crate::servers::tls::TlsVersion;
use crate::servers::tree::WRITABLE;

/// The size of the job's large file, in bytes. It is small, because this test is part of the gate.
const LARGE: usize = 1024 * 1024;

/// How many of the last commands and replies are shown after a failure.
const TAIL: usize = 40;

/// A way through a running proxy: its name, the proxy, what runs, and the options.
type Way = (
    &'static str,
    Kind,
    Runs,
    fn(Options, String, u16) -> Options,
);

/// What runs through a proxy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Runs {
    /// The main job, in clear text and under TLS.
    UnderTlsToo,
    /// The main job, in clear text.
    InClear,
    /// A few transfers without an abort. ftp-proxy 1.9.2.4 sometimes sends no reply to ABOR.
    WithoutAborts,
}

const WAYS: [Way; 7] = [
    (
        "SOCKS5, login",
        Kind::Microsocks,
        Runs::UnderTlsToo,
        |options, host, port| {
            options.with_proxy(Proxy::socks5(host, port).with_login(USER, PASSWORD))
        },
    ),
    (
        "SOCKS5",
        Kind::Dante,
        Runs::UnderTlsToo,
        |options, host, port| options.with_proxy(Proxy::socks5(host, port)),
    ),
    (
        "SOCKS5, resolved here",
        Kind::Dante,
        Runs::InClear,
        |options, host, port| {
            options.with_proxy(Proxy::socks5(host, port).with_resolver(Resolver::Here))
        },
    ),
    (
        "SOCKS4",
        Kind::Dante,
        Runs::InClear,
        |options, host, port| options.with_proxy(Proxy::socks4(host, port)),
    ),
    (
        "SOCKS4a",
        Kind::Twisted,
        Runs::InClear,
        |options, host, port| options.with_proxy(Proxy::socks4a(host, port)),
    ),
    (
        "HTTP, login",
        Kind::Tinyproxy,
        Runs::UnderTlsToo,
        |options, host, port| {
            options.with_proxy(Proxy::http_connect(host, port).with_login(USER, PASSWORD))
        },
    ),
    (
        "USER user@host",
        Kind::FtpProxy,
        Runs::WithoutAborts,
        |options, host, port| {
            let proxy = FtpProxy::new(host, FtpProxyKind::UserAtHost);
            options.with_ftp_proxy(proxy.with_port(port))
        },
    ),
];

/// Runs the main job through each proxy with both adapters, and prints a table. After a failed job,
/// the remaining jobs still run.
pub(super) fn run(workdir: &Path, trust: &Trust) -> Result<()> {
    let server = foreign::Kind::Pyftpdlib.fetch(workdir)?;
    let secured = Secured::new(TlsVersion::Tls13);
    let clear = server.start(&Setting::default())?;
    let private = server.start(&Setting {
        tls: Some(trust.server(secured)),
        ..Setting::default()
    })?;
    let programs = Kind::ALL.map(|kind| kind.fetch(workdir));
    let programs = programs.into_iter().collect::<Result<Vec<Program>>>()?;
    let mut failures = 0;
    for program in programs {
        let running = program.start()?;
        for way in WAYS.iter().filter(|(_, kind, ..)| *kind == program.kind) {
            // The name is resolved by the proxy. The certificate is for the address alone.
            let options = by_name(way::options(&clear));
            failures += through(way, &running, &clear, "clear", &options);
            if way.2 == Runs::UnderTlsToo {
                let options = trust.options(way::options(&private), secured)?;
                failures += through(way, &running, &private, "TLS 1.3", &options);
            }
        }
    }
    match failures {
        0 => Ok(()),
        count => Err(format!("{count} jobs through proxies failed").into()),
    }
}

fn by_name(mut options: Options) -> Options {
    options.host = "localhost".to_owned();
    options
}

/// Runs the main job through one proxy with both adapters. Returns how many have failed.
fn through(
    (name, kind, runs, set): &Way,
    running: &Process,
    server: &Foreign,
    protection: &str,
    options: &Options,
) -> usize {
    let address = running.address();
    let failed = Adapter::ALL.iter().filter(|adapter| {
        let job = Job {
            options: set(options.clone(), address.ip().to_string(), address.port()),
            user: server.user(),
            password: server.password().to_owned(),
            directory: WRITABLE,
            large: LARGE,
            dialogue: Dialogue::new(Show::Kept),
        };
        let begin = Instant::now();
        let run = match runs {
            Runs::WithoutAborts => brief_job::run,
            _ => main_job::run,
        };
        let result = run(&job, **adapter);
        let (kind, adapter) = (kind.name(), adapter.name());
        let line = format!("{kind:<10} {name:<21} {protection:<8} {adapter:<13}");
        match &result {
            Ok(_) => say(&format!("{line} ok {:.1} s", begin.elapsed().as_secs_f64())),
            Err(error) => {
                complain(&format!(
                    "{line}: the end of the dialogue\n{}\nand of the logs\n{}\n{}\n",
                    job.dialogue.tail(TAIL),
                    server.log_tail(),
                    running.log(),
                ));
                say(&format!("{line} FAILED: {error}"));
            }
        }
        result.is_err()
    });
    failed.count()
}
