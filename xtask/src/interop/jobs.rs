//! The main job with every server, in clear and in every way of TLS that the server offers, and
//! hundreds of transfers in one login.

use std::ops::RangeInclusive;
use std::time::Duration;

use ftp_blocking::{Options, Protection, Resumption, Timeouts, tls};

use super::in_lanes;
use super::trust::{Clients, Secured, Trust};
use crate::console::{Dialogue, Show, chain, complain, say};
use crate::job::client::{Client, ask};
use crate::job::content::equal;
use crate::job::{Adapter, Job, Report};
use crate::servers::Result;
use crate::servers::foreign::{Foreign, Kind, Program, Setting};
use crate::servers::tls::{Data, Start, TlsVersion};
use crate::servers::tree::WRITABLE;

const LARGE: usize = 16 * 1024 * 1024;

/// Nothing takes long on loopback; what does has gone wrong.
const PATIENCE: Duration = Duration::from_secs(20);

/// How much of a dialogue and of a log a failure shows.
const TAIL: usize = 40;

/// A row of the table for each adapter and each job.
struct Row {
    name: &'static str,
    secured: Option<Secured>,
    whats: &'static [What],
}

const TLS_1_2: Secured = Secured::new(TlsVersion::Tls12);
const TLS_1_3: Secured = Secured::new(TlsVersion::Tls13);
const TLS: Secured = Secured::new(TlsVersion::Both);

const ROWS: [Row; 7] = [
    row("none", None, &[What::Job, What::Series]),
    row("TLS", Some(TLS), MANY),
    row("TLS 1.2", Some(TLS_1_2), MANY),
    row("TLS 1.3", Some(TLS_1_3), MANY),
    row("implicit", Some(Secured::IMPLICIT), &[What::Job]),
    row(
        "PROT C",
        Some(Secured {
            data: Data::Any,
            ..TLS_1_3
        }),
        &[What::Job],
    ),
    row(
        "certified",
        Some(Secured {
            clients: Clients::Certified,
            ..TLS_1_3
        }),
        &[What::Nobody, What::Job],
    ),
];

const MANY: &[What] = &[What::Job, What::Endurance, What::Aborts];

const fn row(name: &'static str, secured: Option<Secured>, whats: &'static [What]) -> Row {
    Row {
        name,
        secured,
        whats,
    }
}

/// A server whose data connections resume nothing. Reviewed: one that resumes after all is a
/// failure too.
struct NeverResumes {
    server: Kind,
    version: TlsVersion,
    reason: &'static str,
}

const NEVER_RESUME: &[NeverResumes] = &[NeverResumes {
    server: Kind::PureFtpd,
    version: TlsVersion::Tls13,
    reason: "it asks OpenSSL for no tickets (SSL_CTX_set_num_tickets, 0)",
}];

/// A server that runs out of tickets: where it has no TLS 1.2 either, there is no end of other
/// logins. Reviewed: a job that needs none is a failure too.
struct RunsOut {
    server: Kind,
    version: TlsVersion,
    reconnects: RangeInclusive<u32>,
}

const RUN_OUT: &[RunsOut] = &[
    RunsOut {
        server: Kind::ProFtpd,
        version: TlsVersion::Both,
        // The last job has two logins.
        reconnects: 1..=2,
    },
    RunsOut {
        server: Kind::ProFtpd,
        version: TlsVersion::Tls13,
        reconnects: 1..=u32::MAX,
    },
];

/// Traced with 1.3.8 on OpenSSL 3.0. The server's side of it is `TLSOptions NoSessionReuseRequired`.
pub(super) const NO_TICKET: &str = "under TLS 1.3 it deliberately sends a new ticket with a download \
     and none with an upload, and expects an old one to be used again, which rustls does not do: the \
     two of the login are good for two uploads; another login helps, and for good in TLS 1.2";

fn reconnects(server: Kind, secured: Secured) -> RangeInclusive<u32> {
    let is_known = |known: &&RunsOut| known.server == server && known.version == secured.version;
    let known = RUN_OUT.iter().find(is_known);
    known
        .filter(|_| secured.data == Data::Private)
        .map_or(0..=0, |known| known.reconnects.clone())
}

fn never_resumes(server: Kind, secured: Secured) -> Option<&'static NeverResumes> {
    NEVER_RESUME
        .iter()
        .find(|known| known.server == server && spoken(known.version) == spoken(secured.version))
}

/// Runs them all and prints a table.
///
/// # Errors
///
/// When a server does not start, or a job fails; the others are run all the same.
pub(super) fn run(programs: &[Program], trust: &Trust) -> Result<()> {
    let lines = in_lanes(programs, |program| {
        let mut lines = Vec::new();
        for row in &ROWS {
            lines.extend(row.run(program, trust)?);
        }
        Ok(lines)
    })?;
    say(HEAD);
    lines.iter().for_each(|(line, _)| say(line));
    let failures = lines.iter().filter(|(_, passed)| !passed).count();
    let runs = |server| programs.iter().any(|program| program.kind() == server);
    for known in NEVER_RESUME {
        if runs(known.server) {
            let (server, version) = (known.server.name(), known.version.name());
            say(&format!(
                "{server}, {version}: nothing is resumed: {}",
                known.reason
            ));
        }
    }
    for known in RUN_OUT {
        if runs(known.server) {
            let (server, version) = (known.server.name(), known.version.name());
            say(&format!("{server}, {version}: {NO_TICKET}"));
        }
    }
    match failures {
        0 => Ok(()),
        _ => Err(format!("{failures} of {} jobs failed", lines.len()).into()),
    }
}

impl Row {
    /// Lines of the table, and whether they are as they should be; none where the server does not
    /// offer this.
    fn run(&self, program: &Program, trust: &Trust) -> Result<Vec<(String, bool)>> {
        let kind = program.kind();
        let secured = self.secured.map(|secured| secured.suited(kind));
        let is_offered = secured.is_none_or(|secured| {
            (secured.start == Start::Explicit || kind.offers_implicit())
                && (secured.clients == Clients::Anybody || kind.asks_for_certificates())
        });
        if !is_offered {
            return Ok(Vec::new());
        }
        let server = program.start(&Setting {
            tls: secured.map(|secured| trust.server(secured)),
            ..Setting::default()
        })?;
        let mut options = options(&server);
        if let Some(secured) = secured {
            options = secured_options(options, secured, trust)?;
            if never_resumes(kind, secured).is_none() {
                options = options.with_resumption(Resumption::Required);
            }
        }
        let mut lines = Vec::new();
        for adapter in Adapter::ALL {
            for what in self.whats {
                let begin = format!(
                    "{:<9} {:<10} {:<13} {:<9}",
                    kind.name(),
                    self.name,
                    adapter.name(),
                    what.name()
                );
                let job = what.job(&options, &server);
                let result = what.run(adapter, &job, &server, trust);
                let result = result.and_then(|report| {
                    check(kind, secured, report.as_ref())?;
                    Ok(report)
                });
                lines.push(match result {
                    Ok(Some(report)) => (format!("{begin} {}", counts(&report)), true),
                    Ok(None) => (format!("{begin} ok"), true),
                    Err(error) => {
                        complain(&format!(
                            "{begin}: the end of the dialogue\n{}\nand of the server's log\n{}\n",
                            job.dialogue.tail(TAIL),
                            tail(&server.log()),
                        ));
                        (format!("{begin} FAILED: {error}"), false)
                    }
                });
            }
        }
        Ok(lines)
    }
}

/// Whether TLS was as it was meant to be.
fn check(kind: Kind, secured: Option<Secured>, report: Option<&Report>) -> Result<()> {
    let (Some(report), Some(secured)) = (report, secured) else {
        return Ok(());
    };
    let expected = reconnects(kind, secured);
    if !expected.contains(&report.reconnects) {
        return Err(format!("{} more logins, not {expected:?}", report.reconnects).into());
    }
    let version = report.tls.as_ref().map(|tls| tls.version);
    let spoken = match secured.version {
        TlsVersion::Both if report.reconnects > 0 => tls::TlsVersion::V1_2,
        version => spoken(version),
    };
    equal("the version", &Some(spoken), &version)?;
    let protected = report.resumed + report.not_resumed;
    let expected = match secured.data {
        Data::Private => report.files + report.listings,
        Data::Any => 0,
    };
    equal("data connections under TLS", &expected, &protected)?;
    let resumed = match never_resumes(kind, secured) {
        Some(_) => 0,
        None => protected,
    };
    equal("data connections that resumed", &resumed, &report.resumed)
}

/// How to reach a server.
pub(super) fn options(server: &Foreign) -> Options {
    Options::new(server.host())
        .with_port(server.port())
        .with_timeouts(Timeouts::default().with_all(PATIENCE))
}

/// The same under TLS.
///
/// # Errors
///
/// Those of a certificate.
pub(super) fn secured_options(
    options: Options,
    secured: Secured,
    trust: &Trust,
) -> Result<Options> {
    let config = trust.client(secured)?;
    let options = match secured.start {
        Start::Explicit => options.with_tls(config),
        Start::Implicit => options.with_implicit_tls(config),
    };
    Ok(match secured.data {
        Data::Private => options,
        Data::Any => options.with_config(|config| config.with_protection(Protection::Clear)),
    })
}

/// The newest of them, as the library calls it.
pub(super) const fn spoken(version: TlsVersion) -> tls::TlsVersion {
    match version {
        TlsVersion::Tls12 => tls::TlsVersion::V1_2,
        TlsVersion::Tls13 | TlsVersion::Both => tls::TlsVersion::V1_3,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Job,
    Series,
    Endurance,
    Aborts,
    /// A client without the certificate that it has to show.
    Nobody,
}

impl What {
    const fn name(self) -> &'static str {
        match self {
            Self::Job => "main job",
            Self::Series => "series",
            Self::Endurance => "endurance",
            Self::Aborts => "aborts",
            Self::Nobody => "nobody",
        }
    }

    fn job(self, options: &Options, server: &Foreign) -> Job {
        Job {
            options: options.clone(),
            user: server.user(),
            password: server.password().to_owned(),
            directory: WRITABLE,
            large: LARGE,
            dialogue: Dialogue::new(Show::Kept),
        }
    }

    fn run(
        self,
        adapter: Adapter,
        job: &Job,
        server: &Foreign,
        trust: &Trust,
    ) -> Result<Option<Report>> {
        match self {
            Self::Job => job.main(adapter).map(Some),
            Self::Series => job.series(adapter).map(Some),
            Self::Endurance => job.endurance(adapter).map(Some),
            Self::Aborts => job.aborts(adapter).map(Some),
            Self::Nobody => nobody(adapter, &job.options, server, trust).map(|()| None),
        }
    }
}

/// Whether a client without a certificate is refused, and told why.
fn nobody(adapter: Adapter, options: &Options, server: &Foreign, trust: &Trust) -> Result<()> {
    let options = options.clone().with_tls(trust.nobody());
    let (user, password) = (server.user(), server.password());
    let login = Client::connect(adapter, options)
        .and_then(|mut client| ask!(client.open(), it => it.login(user, password)));
    match login {
        Ok(reply) => Err(format!("a client without a certificate: {reply}").into()),
        Err(error) if error.tls_reason() == Some(&tls::Reason::CertificateDemanded) => Ok(()),
        Err(error) => Err(format!("a client without a certificate: {}", chain(&error)).into()),
    }
}

/// The end of a log.
pub(super) fn tail(log: &str) -> String {
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(TAIL)..].join("\n")
}

const HEAD: &str = "\
server    protection adapter       job       result  files aborted listings  resumed  again      sent  received      time";

fn counts(report: &Report) -> String {
    let resumed = match report.resumed + report.not_resumed {
        0 => "-".to_owned(),
        protected => format!("{}/{protected}", report.resumed),
    };
    format!(
        "ok     {:>6} {:>7} {:>8} {resumed:>8} {:>6} {:>9} {:>9} {:>7.1} s",
        report.files,
        report.aborted,
        report.listings,
        report.reconnects,
        report.sent,
        report.received,
        report.elapsed.as_secs_f64(),
    )
}
