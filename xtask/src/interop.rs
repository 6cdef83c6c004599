//! The main job, and many transfers in one login, against a server that is strict about TLS.

use crate::servers::Result;

/// Runs it.
#[cfg(not(unix))]
pub(crate) fn run() -> Result<()> {
    Err("the servers of this job run on Debian and its relatives".into())
}

/// Runs it.
#[cfg(unix)]
pub(crate) fn run() -> Result<()> {
    vsftpd::run()
}

#[cfg(unix)]
mod vsftpd {
    use std::path::Path;
    use std::time::Duration;

    use ftp_blocking::{Options, Resumption, Timeouts, TlsConfig};

    use crate::console::{Dialogue, Show, complain, say};
    use crate::job::{Adapter, Job, Report};
    use crate::servers::Result;
    use crate::servers::authority::{Authority, Identity};
    use crate::servers::vsftpd::{TlsVersion, Vsftpd, VsftpdOptions, WRITABLE};
    use crate::workspace;

    const HOST: &str = "127.0.0.1";
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

    pub(super) fn run() -> Result<()> {
        let workdir = workspace::root()?.join("target/interop");
        let binary = Vsftpd::fetch(&workdir)?;
        let authority = Authority::new()?;
        let identity = authority.issue(&[HOST])?;
        let trust = TlsConfig::with_roots_pem(authority.root_pem())?;

        let mut table = vec![HEAD.to_owned()];
        let mut failures = 0;
        for (protection, version) in PROTECTIONS {
            let server = start(&binary, &workdir, version, &identity)?;
            let mut options = Options::new(HOST)
                .with_port(server.port())
                .with_timeouts(Timeouts::default().with_all(PATIENCE));
            if version.is_some() {
                options = options
                    .with_tls(trust.clone())
                    .with_resumption(Resumption::Required);
            }
            for adapter in Adapter::ALL {
                for what in [What::Job, What::Series] {
                    let begin = format!(
                        "{:<8} {protection:<10} {:<13} {:<8}",
                        "vsftpd",
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
        for line in &table {
            say(line);
        }
        match failures {
            0 => Ok(()),
            _ => Err(format!("{failures} of {} failed", table.len() - 1).into()),
        }
    }

    fn start(
        binary: &Path,
        workdir: &Path,
        version: Option<TlsVersion>,
        identity: &Identity,
    ) -> Result<Vsftpd> {
        let options = VsftpdOptions {
            tls: version,
            require_session_reuse: true,
            ..VsftpdOptions::default()
        };
        Vsftpd::start(binary, workdir, &options, Some(identity))
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
        fn run(self, adapter: Adapter, options: &Options, server: &Vsftpd) -> Result<Report> {
            let job = Job {
                options: options.clone(),
                user: "anonymous",
                password: "interop@example.org".to_owned(),
                directory: WRITABLE,
                large: LARGE,
                dialogue: Dialogue::new(Show::Kept),
            };
            let result = match self {
                Self::Job => job.main(adapter),
                Self::Series => job.series(adapter),
            };
            if result.is_err() {
                let log = server.log();
                let lines: Vec<_> = log.lines().collect();
                let tail = lines[lines.len().saturating_sub(TAIL)..].join("\n");
                complain(&format!(
                    "{}, {}: the end of the dialogue\n{}\nand of the server's log\n{tail}\n",
                    adapter.name(),
                    self.name(),
                    job.dialogue.tail(TAIL),
                ));
            }
            result
        }
    }

    const HEAD: &str = "\
server   protection adapter       job      result  files aborted listings resumed      sent  received      time";

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
}
