//! The main job with every server, and many transfers in one login with one that is strict about
//! TLS.

use std::time::Duration;

use ftp_blocking::{Options, Resumption, Timeouts, TlsConfig};

use crate::console::{Dialogue, Show, complain, say};
use crate::job::{Adapter, Job, Report};
use crate::servers::Result;
use crate::servers::authority::Authority;
use crate::servers::foreign::{Foreign, Kind, Program, Setting};
use crate::servers::process::Family;
use crate::servers::vsftpd::{TlsVersion, WRITABLE};

const LARGE: usize = 16 * 1024 * 1024;

/// Nothing takes long on loopback; what does has gone wrong.
const PATIENCE: Duration = Duration::from_secs(20);

/// How much of a dialogue and of a log a failure shows.
const TAIL: usize = 40;

const PROTECTIONS: [(&str, Option<TlsVersion>); 3] = [
    ("none", None),
    ("TLS 1.2", Some(TlsVersion::Tls12)),
    ("TLS 1.3", Some(TlsVersion::Tls13)),
];

/// Runs them all and prints a table.
///
/// # Errors
///
/// When a server does not start, or a job fails; the others are run all the same.
pub(super) fn run(programs: &[Program]) -> Result<()> {
    let authority = Authority::new()?;
    let identity = authority.issue(&[&Family::V4.address().to_string()])?;
    let trust = TlsConfig::with_roots_pem(authority.root_pem())?;

    let mut table = vec![HEAD.to_owned()];
    let mut failures = 0;
    for program in programs {
        for (protection, version) in PROTECTIONS {
            if version.is_some() && program.kind() != Kind::Vsftpd {
                continue;
            }
            let server = program.start(&Setting {
                tls: version.map(|version| (version, &identity)),
                ..Setting::default()
            })?;
            let mut options = options(&server);
            if version.is_some() {
                options = options
                    .with_tls(trust.clone())
                    .with_resumption(Resumption::Required);
            }
            for adapter in Adapter::ALL {
                for what in [What::Job, What::Series] {
                    let begin = format!(
                        "{:<9} {protection:<10} {:<13} {:<8}",
                        program.kind().name(),
                        adapter.name(),
                        what.name()
                    );
                    match what.run(adapter, &options, &server) {
                        Ok(report) => table.push(format!("{begin} {}", counts(&report))),
                        Err(error) => {
                            failures += 1;
                            table.push(format!("{begin} FAILED: {error}"));
                        }
                    }
                }
            }
        }
    }
    for line in &table {
        say(line);
    }
    match failures {
        0 => Ok(()),
        _ => Err(format!("{failures} of {} failed", table.len() - 1).into()),
    }
}

/// How to reach a server.
pub(super) fn options(server: &Foreign) -> Options {
    Options::new(server.host())
        .with_port(server.port())
        .with_timeouts(Timeouts::default().with_all(PATIENCE))
}

#[derive(Clone, Copy)]
enum What {
    Job,
    Series,
}

impl What {
    const fn name(self) -> &'static str {
        match self {
            Self::Job => "main job",
            Self::Series => "series",
        }
    }

    /// A failure is reported with what both sides have to say.
    fn run(self, adapter: Adapter, options: &Options, server: &Foreign) -> Result<Report> {
        let job = Job {
            options: options.clone(),
            user: server.user(),
            password: server.password().to_owned(),
            directory: WRITABLE,
            large: LARGE,
            dialogue: Dialogue::new(Show::Kept),
        };
        let result = match self {
            Self::Job => job.main(adapter),
            Self::Series => job.series(adapter),
        };
        if result.is_err() {
            complain(&format!(
                "{}, {}: the end of the dialogue\n{}\nand of the server's log\n{}\n",
                adapter.name(),
                self.name(),
                job.dialogue.tail(TAIL),
                tail(&server.log()),
            ));
        }
        result
    }
}

/// The end of a log.
pub(super) fn tail(log: &str) -> String {
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(TAIL)..].join("\n")
}

const HEAD: &str = "\
server    protection adapter       job      result  files aborted listings resumed      sent  received      time";

fn counts(report: &Report) -> String {
    let resumed = match report.resumed + report.not_resumed {
        0 => "-".to_owned(),
        protected => format!("{}/{protected}", report.resumed),
    };
    format!(
        "ok     {:>6} {:>7} {:>8} {resumed:>7} {:>9} {:>9} {:>7.1} s",
        report.files,
        report.aborted,
        report.listings,
        report.sent,
        report.received,
        report.elapsed.as_secs_f64(),
    )
}
