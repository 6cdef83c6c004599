//! The main job, against any server and through either adapter: everything that a client is
//! for, once, with every byte compared.

pub(crate) mod content;
pub(crate) mod driver;
mod endurance;
mod report;
mod series;

use std::cell::Cell;
use std::fmt::Display;
use std::time::Instant;

use ftp_blocking::tls::Reason;
use ftp_blocking::{
    Completion, Error, Options, Protection, Resumption, TransferOptions, TransferType,
};
use indicatif::ProgressBar;

use crate::console::{Dialogue, chain};
use crate::servers::Result;

use content::{Content, compare, equal};
use driver::{Driver, End, Listed, Listing, Moved, Stop, Storing};
pub(crate) use report::Report;

/// The large file: more than socket buffers hold, so that a transfer is really under way when it
/// is aborted.
const LARGE: &str = "large.bin";
const SMALL: &str = "small.bin";
const EMPTY: &str = "empty.bin";
const ABORTED: &str = "aborted.bin";

const SMALL_BYTES: usize = 5_000;

/// Whom to talk to, and about what.
pub(crate) struct Job {
    /// The server's address, its TLS and the time-outs.
    pub(crate) options: Options,
    pub(crate) user: &'static str,
    pub(crate) password: String,
    /// A directory on the server in which everything is permitted, as the client names it.
    pub(crate) directory: &'static str,
    /// The size of the large file in bytes.
    pub(crate) large: usize,
    pub(crate) dialogue: Dialogue,
}

/// An adapter to do a job with.
#[derive(Clone, Copy)]
pub(crate) enum Adapter {
    Blocking,
    Smol,
}

impl Adapter {
    pub(crate) const ALL: [Self; 2] = [Self::Blocking, Self::Smol];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Blocking => <ftp_blocking::Client as Driver>::NAME,
            Self::Smol => <ftp_smol::Client as Driver>::NAME,
        }
    }
}

impl Job {
    /// Everything once: up, list, down in part, resumed, aborted, empty, deleted.
    ///
    /// # Errors
    ///
    /// Says what failed, or what came out different from what was expected.
    pub(crate) fn main(&self, adapter: Adapter) -> Result<Report> {
        match adapter {
            Adapter::Blocking => smol::block_on(main::<ftp_blocking::Client>(self)),
            Adapter::Smol => smol::block_on(main::<ftp_smol::Client>(self)),
        }
    }

    /// Fifty transfers in one login, of which twenty uploads in a row.
    ///
    /// # Errors
    ///
    /// As [`main`](Self::main).
    pub(crate) fn series(&self, adapter: Adapter) -> Result<Report> {
        match adapter {
            Adapter::Blocking => smol::block_on(series::run::<ftp_blocking::Client>(self)),
            Adapter::Smol => smol::block_on(series::run::<ftp_smol::Client>(self)),
        }
    }

    /// Five hundred transfers, a hundred of them between those of another login.
    ///
    /// # Errors
    ///
    /// As [`main`](Self::main).
    pub(crate) fn endurance(&self, adapter: Adapter) -> Result<Report> {
        match adapter {
            Adapter::Blocking => smol::block_on(endurance::run::<ftp_blocking::Client>(self)),
            Adapter::Smol => smol::block_on(endurance::run::<ftp_smol::Client>(self)),
        }
    }

    /// Twenty aborted uploads in a row.
    ///
    /// # Errors
    ///
    /// As [`main`](Self::main).
    pub(crate) fn aborts(&self, adapter: Adapter) -> Result<Report> {
        match adapter {
            Adapter::Blocking => smol::block_on(endurance::aborts::<ftp_blocking::Client>(self)),
            Adapter::Smol => smol::block_on(endurance::aborts::<ftp_smol::Client>(self)),
        }
    }

    /// Whether data connections are to be under TLS.
    fn protects_data(&self) -> bool {
        self.options.tls.is_some() && self.options.config.protection == Protection::Private
    }

    fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.directory)
    }
}

/// A login under way.
struct Run<'j, D> {
    job: &'j Job,
    client: D,
    report: Report,
    began: Instant,
    /// What the small file holds.
    small: Vec<u8>,
    /// Where the login began: nothing in a job changes it.
    home: Vec<u8>,
}

/// A transfer, and where it is refused because its data connection did not resume TLS, once more
/// in another login.
macro_rules! mending {
    ($run:expr, $operation:ident($($argument:expr),* $(,)?)) => {
        match $run.client.$operation($($argument),*).await {
            Err(error) if resumption_failed(&error) => {
                $run.reconnect().await?;
                $run.client.$operation($($argument),*).await
            }
            result => result,
        }
    };
}

fn resumption_failed(error: &Error) -> bool {
    matches!(
        error.tls_reason(),
        Some(Reason::ResumptionDemanded | Reason::NotResumed)
    )
}

async fn main<D: Driver>(job: &Job) -> Result<Report> {
    let large = content::bytes(1, job.large);
    let mut run = Run::<D>::begin(job).await?;

    run.upload(LARGE, &large).await?;
    run.upload_small().await?;
    run.listed(&[LARGE, SMALL]).await?;
    let size = during(
        "asking for the size",
        run.client.size(job.path(LARGE).as_bytes()).await,
    )?;
    equal("the size", &Some(large.len() as u64), &size)?;

    // In two parts.
    let mut copy = Vec::new();
    run.abort_download(LARGE, large.len() / 3, &mut copy)
        .await?;
    let offset = copy.len();
    run.same("the first part", &large[..offset.min(large.len())], &copy)?;
    run.resume(LARGE, &mut copy, large.len()).await?;
    run.same("the resumed download", &large, &copy)?;
    run.is_in_step("the resumed download").await?;

    // Not wanted after all.
    let mut part = Vec::new();
    run.abort_download(LARGE, large.len() / 2, &mut part)
        .await?;
    run.same(
        "the aborted part",
        &large[..part.len().min(large.len())],
        &part,
    )?;
    run.is_in_step("an aborted download").await?;
    run.abort_upload(ABORTED, &large).await?;
    run.is_in_step("an aborted upload").await?;

    run.upload(EMPTY, &[]).await?;
    run.download(EMPTY, &[]).await?;

    run.delete(&[LARGE, SMALL, EMPTY, ABORTED]).await?;
    run.end().await
}

impl<'j, D: Driver> Run<'j, D> {
    async fn begin(job: &'j Job) -> Result<Self> {
        let began = Instant::now();
        let mut client = during("connecting", D::connect(job.options.clone()).await)?;
        if let Some(greeting) = client.session().greeting() {
            job.dialogue.line(format!("  < {greeting}"));
        }
        client.observe(job.dialogue.observer());
        during("logging in", client.login(job.user, &job.password).await)?;
        equal(
            "whether the control connection is secured",
            &job.options.tls.is_some(),
            &client.session().is_secured(),
        )?;
        during("asking for features", client.features().await)?;
        let home = during("asking for the directory", client.pwd().await)?;
        Ok(Self {
            job,
            report: Report {
                tls: client.tls(),
                ..Report::default()
            },
            client,
            began,
            small: content::bytes(2, SMALL_BYTES),
            home: home.as_bytes().to_vec(),
        })
    }

    async fn upload(&mut self, name: &str, content: &[u8]) -> Result<()> {
        let what = format!("uploading {name}");
        let (path, meter) = (self.job.path(name), self.meter(&what, content.len())?);
        let progress = |bytes| meter.add(bytes);
        let moved = mending!(
            self,
            upload(
                Storing::Store(path.as_bytes()),
                &TransferOptions::new(),
                Content::of(content),
                Stop::Never,
                &progress,
            )
        );
        meter.finish(&mut self.report.sent);
        let completion = self.confirmed(&what, moved)?;
        self.note(&format!("{what}: {} bytes", content.len()));
        equal(&what, &(content.len() as u64), &completion.bytes)
    }

    async fn upload_small(&mut self) -> Result<()> {
        let small = std::mem::take(&mut self.small);
        let result = self.upload(SMALL, &small).await;
        self.small = small;
        result
    }

    /// Downloads a file and compares it.
    async fn download(&mut self, name: &str, expected: &[u8]) -> Result<()> {
        let mut content = Vec::new();
        self.resume(name, &mut content, expected.len()).await?;
        self.same(&format!("{name}, downloaded"), expected, &content)
    }

    /// Downloads what is missing in `content`, of a file of `length` bytes.
    async fn resume(&mut self, name: &str, content: &mut Vec<u8>, length: usize) -> Result<()> {
        let missing = length.saturating_sub(content.len());
        let mut options = TransferOptions::new().with_expected(missing as u64);
        let mut what = format!("downloading {name}");
        if !content.is_empty() {
            options = options.with_offset(content.len() as u64);
            what = format!("resuming {name}");
        }
        let (path, meter) = (self.job.path(name), self.meter(&what, missing)?);
        let mut into = |bytes: &[u8]| {
            content.extend_from_slice(bytes);
            meter.add(bytes.len());
        };
        let moved = mending!(
            self,
            download(path.as_bytes(), &options, Stop::Never, &mut into)
        );
        meter.finish(&mut self.report.received);
        let completion = self.confirmed(&what, moved)?;
        equal(&what, &(missing as u64), &completion.bytes)
    }

    /// Downloads `bytes` bytes or a little more, and aborts.
    async fn abort_download(
        &mut self,
        name: &str,
        bytes: usize,
        content: &mut Vec<u8>,
    ) -> Result<()> {
        let what = format!("{name}, in part");
        let (path, meter) = (self.job.path(name), self.meter(&what, bytes)?);
        let (options, stop) = (TransferOptions::new(), Stop::After(bytes as u64));
        let mut into = |bytes: &[u8]| {
            content.extend_from_slice(bytes);
            meter.add(bytes.len());
        };
        let moved = mending!(self, download(path.as_bytes(), &options, stop, &mut into));
        meter.finish(&mut self.report.received);
        self.aborted(&what, moved)
    }

    /// Uploads half of the content, and aborts.
    async fn abort_upload(&mut self, name: &str, content: &[u8]) -> Result<()> {
        let what = format!("{name}, in part");
        let half = content.len() / 2;
        let (path, meter) = (self.job.path(name), self.meter(&what, half)?);
        let progress = |bytes| meter.add(bytes);
        let moved = mending!(
            self,
            upload(
                Storing::Store(path.as_bytes()),
                &TransferOptions::new(),
                Content::of(content),
                Stop::After(half as u64),
                &progress,
            )
        );
        meter.finish(&mut self.report.sent);
        self.aborted(&what, moved)
    }

    async fn reconnect(&mut self) -> Result<()> {
        during("reconnecting", self.client.reconnect().await)?;
        self.report.reconnects += 1;
        self.report.tls = self.client.tls();
        self.note("TLS was not resumed: another login");
        Ok(())
    }

    /// Whether the session still answers what it is asked.
    async fn is_in_step(&mut self, after: &str) -> Result<()> {
        let pwd = during(&format!("PWD after {after}"), self.client.pwd().await)?;
        equal(
            &format!("the directory after {after}"),
            &String::from_utf8_lossy(&self.home),
            &pwd.to_string_lossy(),
        )?;
        let small = std::mem::take(&mut self.small);
        let result = self.download(SMALL, &small).await;
        self.small = small;
        result.map_err(|error| format!("after {after}: {error}").into())
    }

    /// Whether LIST shows all of these.
    async fn listed(&mut self, names: &[&str]) -> Result<()> {
        let directory = Some(self.job.directory.as_bytes());
        let listed = mending!(self, listing(Listing::List, directory));
        let lines = self.listing("listing", listed)?;
        for name in names {
            // The one thing that all formats of listings agree on.
            if !lines.iter().any(|line| line.ends_with(name.as_bytes())) {
                return Err(format!("the listing lacks {name}: {}", shown(&lines)).into());
            }
        }
        Ok(())
    }

    /// The names in the directory, without it.
    async fn names(&mut self) -> Result<Vec<Vec<u8>>> {
        let directory = Some(self.job.directory.as_bytes());
        let listed = mending!(self, listing(Listing::Names, directory));
        let names = self.listing("asking for names", listed)?;
        let last = |name: Vec<u8>| {
            // Some servers put the directory in front, some do not.
            let begin = name.iter().rposition(|&byte| byte == b'/');
            name[begin.map_or(0, |at| at + 1)..].to_vec()
        };
        // Pure-FTPd lists the directory itself and the one above, too.
        let is_entry = |name: &Vec<u8>| !matches!(name.as_slice(), b"." | b"..");
        Ok(names.into_iter().map(last).filter(is_entry).collect())
    }

    /// Deletes these, as far as they are there, and looks whether they are gone.
    async fn delete(&mut self, names: &[&str]) -> Result<()> {
        let present = self.names().await?;
        // What became of an aborted upload is the server's choice.
        let is_present = |name: &&&str| present.iter().any(|other| *other == name.as_bytes());
        for name in names.iter().filter(is_present) {
            let path = self.job.path(name);
            let deleted = self.client.delete(path.as_bytes()).await;
            during(&format!("DELE {path}"), deleted)?;
        }
        // Not NLST, which pyftpdlib ends without close_notify where there is nothing.
        let directory = Some(self.job.directory.as_bytes());
        let listed = mending!(self, listing(Listing::List, directory));
        let mut left = self.listing("listing what is left", listed)?;
        left.retain(|line| !line.starts_with(b"total") && !line.ends_with(b"."));
        if left.is_empty() {
            return Ok(());
        }
        Err(format!("not deleted: {}", shown(&left)).into())
    }

    async fn end(self) -> Result<Report> {
        during("QUIT", self.client.quit().await)?;
        Ok(Report {
            elapsed: self.began.elapsed(),
            ..self.report
        })
    }

    fn confirmed(
        &mut self,
        what: &str,
        moved: std::result::Result<Moved, Error>,
    ) -> Result<Completion> {
        let moved = during(what, moved)?;
        self.moved(what, &moved)?;
        match moved.end {
            End::Confirmed(completion) => Ok(completion),
            _ => Err(format!("{what}: given up, which nobody asked for").into()),
        }
    }

    fn aborted(&mut self, what: &str, moved: std::result::Result<Moved, Error>) -> Result<()> {
        let moved = during(what, moved)?;
        self.moved(what, &moved)?;
        let End::Aborted(aborted) = moved.end else {
            return Err(format!("{what}: ended before the abort").into());
        };
        self.report.aborted += 1;
        let reply = aborted.reply.map_or_else(
            || "which the server says nothing of".to_owned(),
            |reply| format!("of which the server says {reply}"),
        );
        self.note(&format!("{what}: aborted, {reply}"));
        Ok(())
    }

    fn listing(
        &mut self,
        what: &str,
        listed: std::result::Result<Listed, Error>,
    ) -> Result<Vec<Vec<u8>>> {
        let listed = during(what, listed)?;
        self.report.listings += 1;
        self.protected(what, listed.resumed)?;
        Ok(listed.lines)
    }

    /// How many there were.
    fn transfers(&self) -> usize {
        (self.report.files + self.report.listings) as usize
    }

    fn same(&self, what: &str, expected: &[u8], actual: &[u8]) -> Result<()> {
        compare(what, expected, actual)?;
        self.note(&format!("{what}: all {} bytes agree", expected.len()));
        Ok(())
    }

    /// Says what the dialogue does not show.
    fn note(&self, text: &str) {
        self.job.dialogue.line(format!("  # {text}"));
    }

    /// Counts a file.
    fn moved(&mut self, what: &str, moved: &Moved) -> Result<()> {
        self.report.files += 1;
        self.protected(what, moved.resumed)?;
        // Whatever came in between, a transfer has left the type that it needs.
        let type_now = self.client.session().transfer_type();
        equal("the type", &Some(TransferType::Image), &type_now)
    }

    /// Counts a data connection, and looks whether it was protected as it should be.
    fn protected(&mut self, what: &str, resumed: Option<bool>) -> Result<()> {
        let report = &mut self.report;
        let required = self.job.options.resumption == Resumption::Required;
        match (resumed, self.job.protects_data()) {
            (Some(true), true) => report.resumed += 1,
            (Some(false), true) if required => {
                return Err(format!("{what}: the data connection did not resume TLS").into());
            }
            (Some(false), true) => report.not_resumed += 1,
            (None, false) => {}
            (found, _) => {
                return Err(format!("{what}: wrong protection of the data, {found:?}").into());
            }
        }
        Ok(())
    }

    fn meter(&self, what: &str, bytes: usize) -> Result<Meter> {
        Ok(Meter {
            bar: self.job.dialogue.bar(what, bytes)?,
            bytes: Cell::new(0),
        })
    }
}

/// Counts the bytes of a transfer and shows them.
struct Meter {
    bar: ProgressBar,
    bytes: Cell<u64>,
}

impl Meter {
    fn add(&self, bytes: usize) {
        self.bytes.set(self.bytes.get() + bytes as u64);
        self.bar.inc(bytes as u64);
    }

    fn finish(&self, total: &mut u64) {
        *total += self.bytes.get();
        self.bar.finish_and_clear();
    }
}

/// Says at what a step failed, with all causes.
pub(crate) fn during<T>(what: &str, result: std::result::Result<T, Error>) -> Result<T> {
    result.map_err(|error| format!("{what}: {}", chain(&error)).into())
}

pub(crate) fn shown(names: &[Vec<u8>]) -> impl Display {
    let names: Vec<_> = names
        .iter()
        .map(|name| format!("{:?}", String::from_utf8_lossy(name)))
        .collect();
    names.join(", ")
}
