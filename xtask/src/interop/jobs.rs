//! Runs whole jobs, such as hundreds of transfers in one login, in clear text and with every kind
//! of TLS that a server offers.

use ftp_blocking::{Options, Resumption, tls};

use super::exceptions::{Tickets, tickets};
use super::trust::{Clients, Secured, Trust};
use super::{Extent, in_lanes, way};
use crate::console::{chain, complain, say};
use crate::job::client::{Client, ask};
use crate::job::content::equal;
use crate::job::dialogue::{Dialogue, Show};
use crate::job::{self, Adapter, Job, Report};
use crate::servers::Result;
use crate::servers::foreign::{Foreign, Kind, Program, Setting};
use crate::servers::tls::{Data, TlsVersion};
use crate::servers::tree::WRITABLE;

const LARGE: usize = 16 * 1024 * 1024;

/// How many of the last commands and replies are shown after a failure.
const TAIL: usize = 40;

/// A way to start a server, and the jobs to run with it: the name of the row in the printed table,
/// the TLS of the server (`None` for clear text), and the jobs. Each job fills one line of the
/// table for each adapter.
type Row = (&'static str, Option<Secured>, &'static [NamedJob]);

/// A job, with its name in the printed table.
type NamedJob = (&'static str, fn(&Job, Adapter) -> Result<Report>);

const MAIN: NamedJob = ("main job", job::main_job::run);
const MANY: &[NamedJob] = &[
    MAIN,
    ("endurance", job::endurance::run),
    ("aborts", job::endurance::aborts),
];

const TLS_1_2: Secured = Secured::new(TlsVersion::Tls12);
const TLS_1_3: Secured = Secured::new(TlsVersion::Tls13);
const TLS: Secured = Secured::new(TlsVersion::Both);
const CLEAR_DATA: Secured = Secured {
    data: Data::Any,
    ..TLS_1_3
};
const CERTIFIED: Secured = Secured {
    clients: Clients::Certified,
    ..TLS_1_3
};

const ROWS: [Row; 7] = [
    ("none", None, &[MAIN, ("series", job::series::run)]),
    ("TLS", Some(TLS), MANY),
    ("TLS 1.2", Some(TLS_1_2), MANY),
    ("TLS 1.3", Some(TLS_1_3), MANY),
    ("implicit", Some(Secured::IMPLICIT), &[MAIN]),
    ("PROT C", Some(CLEAR_DATA), &[MAIN]),
    ("certified", Some(CERTIFIED), &[MAIN]),
];

/// A line of the printed table, and whether the job succeeded.
type Line = (String, bool);

/// Runs all jobs with all servers, and prints a table. After a failed job, the remaining jobs still
/// run.
pub(super) fn run(programs: &[Program], trust: &Trust, extent: Extent) -> Result<()> {
    let lines: Vec<Line> = in_lanes(programs, |program| {
        let mut lines = Vec::new();
        let kind = program.kind;
        for row in ROWS.iter().filter(|_| kind.knows_all_of_the_jobs()) {
            if row.1.is_none() || !extent.is_brief(kind) {
                lines.extend(all_of(row, program, trust)?);
            }
        }
        Ok(lines)
    })?;
    say(HEAD);
    lines.iter().for_each(|(line, _)| say(line));
    for program in programs {
        for version in [TLS, TLS_1_3] {
            let Tickets { reason, .. } = tickets(program.kind, version);
            if !reason.is_empty() {
                let (server, version) = (program.kind.name(), version.version.name());
                say(&format!("{server}, {version}: {reason}"));
            }
        }
    }
    match lines.iter().filter(|(_, passed)| !passed).count() {
        0 => Ok(()),
        failures => Err(format!("{failures} of {} jobs failed", lines.len()).into()),
    }
}

/// Starts a server with the setting of this row, and runs the row's jobs through both adapters.
/// Returns no lines if the server does not offer the row's TLS.
fn all_of((row, secured, jobs): &Row, program: &Program, trust: &Trust) -> Result<Vec<Line>> {
    let kind = program.kind;
    let secured = secured.map(|secured| secured.suited(kind));
    if secured.is_some_and(|secured| !secured.is_offered(kind)) {
        return Ok(Vec::new());
    }
    let server = program.start(&Setting {
        tls: secured.map(|secured| trust.server(secured)),
        ..Setting::default()
    })?;
    let mut options = way::options(&server);
    if let Some(secured) = secured {
        options = trust.options(options, secured)?;
        if tickets(kind, secured).resumes {
            options = options.with_resumption(Resumption::Required);
        }
    }
    let mut lines = Vec::new();
    for adapter in Adapter::ALL {
        let mut add = |what: &str, result: Result<String>, dialogue: &Dialogue| {
            let (kind, adapter) = (kind.name(), adapter.name());
            let begin = format!("{kind:<9} {row:<10} {adapter:<13} {what:<9}");
            lines.push(match result {
                Ok(counts) => (format!("{begin} ok {counts}").trim_end().to_owned(), true),
                Err(error) => {
                    complain(&format!(
                        "{begin}: the end of the dialogue\n{}\nand of the server's log\n{}\n",
                        dialogue.tail(TAIL),
                        server.log_tail(),
                    ));
                    (format!("{begin} FAILED: {error}"), false)
                }
            });
        };
        if secured.is_some_and(|secured| secured.clients == Clients::Certified) {
            let options = options.clone().with_tls(trust.nobody());
            let refused = nobody(adapter, options, &server).map(|()| String::new());
            add("nobody", refused, &Dialogue::new(Show::Kept));
        }
        for (name, run) in *jobs {
            let job = Job {
                options: options.clone(),
                user: server.user(),
                password: server.password().to_owned(),
                directory: WRITABLE,
                large: LARGE,
                dialogue: Dialogue::new(Show::Kept),
            };
            let report = run(&job, adapter);
            let checked = report.and_then(|report| {
                secured.map_or(Ok(()), |secured| check(kind, secured, &report))?;
                Ok(counts(&report))
            });
            add(name, checked, &job.dialogue);
        }
    }
    Ok(lines)
}
/// Checks how the job used TLS: the version, the number of further logins, and how many data
/// connections were under TLS and resumed the session.
fn check(kind: Kind, secured: Secured, report: &Report) -> Result<()> {
    let known = tickets(kind, secured);
    if !known.logins.contains(&report.reconnects) {
        let (found, expected) = (report.reconnects, known.logins);
        return Err(format!("{found} more logins, not {expected:?}").into());
    }
    let version = report.tls.as_ref().map(|tls| tls.version);
    let spoken = match secured.version {
        TlsVersion::Both if report.reconnects > 0 => tls::TlsVersion::V1_2,
        _ => secured.spoken(),
    };
    equal("the version", &Some(spoken), &version)?;
    let protected = report.resumed + report.not_resumed;
    let expected = match secured.data {
        Data::Private => report.files + report.listings,
        Data::Any => 0,
    };
    equal("data connections under TLS", &expected, &protected)?;
    let resumed = if known.resumes { protected } else { 0 };
    equal("data connections that resumed", &resumed, &report.resumed)
}

/// Checks that the server refuses a client without the certificate that it demands, and that the
/// client's error says why.
fn nobody(adapter: Adapter, options: Options, server: &Foreign) -> Result<()> {
    let (user, password) = (server.user(), server.password());
    let login = Client::connect(adapter, options)
        .and_then(|mut client| ask!(client.open(), it => it.login(user, password)));
    match login {
        Ok(reply) => Err(format!("a client without a certificate: {reply}").into()),
        Err(error) if error.tls_reason() == Some(&tls::Reason::CertificateDemanded) => Ok(()),
        Err(error) => Err(format!("a client without a certificate: {}", chain(&error)).into()),
    }
}

const HEAD: &str = "\
server    protection adapter       job       result  files aborted listings  resumed  again      sent  received      time";

fn counts(report: &Report) -> String {
    let resumed = match report.resumed + report.not_resumed {
        0 => "-".to_owned(),
        protected => format!("{}/{protected}", report.resumed),
    };
    format!(
        "    {:>6} {:>7} {:>8} {resumed:>8} {:>6} {:>9} {:>9} {:>7.1} s",
        report.files,
        report.aborted,
        report.listings,
        report.reconnects,
        report.sent,
        report.received,
        report.elapsed.as_secs_f64(),
    )
}
