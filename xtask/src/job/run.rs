//! One login of a job. Its methods transfer files, compare their bytes, and count what was done.

use std::time::Instant;

use ftp_blocking::tls::Reason;
use ftp_blocking::{Completion, Error, Resumption, TransferOptions, TransferType};

use super::client::{Adapter, Client, End, Listing, Moved, Stop, Storing, ask};
use super::content::{self, Content, compare, equal};
use super::{Job, Report, SMALL, during, shown};
use crate::servers::Result;

/// One login of a job, with its client and its counts.
pub(super) struct Run<'j> {
    job: &'j Job,
    pub(super) client: Client,
    report: Report,
    began: Instant,
    /// The current directory after the login, as PWD returns it. No job changes the directory.
    home: Vec<u8>,
}

/// Returns the content of the small file: 5,000 bytes.
fn small() -> Vec<u8> {
    content::bytes(2, 5_000)
}

impl<'j> Run<'j> {
    pub(super) fn begin(job: &'j Job, adapter: Adapter) -> Result<Self> {
        let began = Instant::now();
        let mut client = Client::connect_shown(adapter, job.options.clone(), &job.dialogue)?;
        let login = ask!(client.open(), it => it.login(job.user, &job.password));
        during("logging in", login)?;
        equal(
            "whether the control connection is secured",
            &job.options.tls.is_some(),
            &client.session().is_secured(),
        )?;
        let features = ask!(client.open(), it => it.features());
        during("asking for features", features)?;
        let home = ask!(client.open(), it => it.pwd());
        let home = during("asking for the directory", home)?;
        let tls = client.tls();
        let run = Self {
            job,
            report: Report {
                tls: tls.clone(),
                ..Report::default()
            },
            client,
            began,
            home: home.as_bytes().to_vec(),
        };
        if let Some(tls) = tls {
            run.note(&format!("{}, {}", tls.version, tls.cipher_suite));
        }
        Ok(run)
    }

    pub(super) fn end(self) -> Result<Report> {
        during("QUIT", self.client.quit())?;
        Ok(Report {
            elapsed: self.began.elapsed(),
            ..self.report
        })
    }

    // Methods that transfer files.

    pub(super) fn upload(&mut self, name: &str, content: &[u8]) -> Result<()> {
        let what = format!("uploading {name}");
        let moved = self.send(&what, name, content, Stop::Never)?;
        let completion = confirmed(&what, moved)?;
        self.note(&format!("{what}: {} bytes", content.len()));
        equal(&what, &(content.len() as u64), &completion.bytes)
    }

    pub(super) fn upload_small(&mut self) -> Result<()> {
        self.upload(SMALL, &small())
    }

    /// Uploads the first half of the content, and then aborts the upload.
    pub(super) fn abort_upload(&mut self, name: &str, content: &[u8]) -> Result<()> {
        let what = format!("{name}, in part");
        let moved = self.send(&what, name, content, Stop::After(content.len() as u64 / 2))?;
        self.aborted(&what, moved)
    }

    /// Downloads a file, and compares it with `expected`.
    pub(super) fn download(&mut self, name: &str, expected: &[u8]) -> Result<()> {
        let mut content = Vec::new();
        self.resume(name, &mut content, expected.len())?;
        self.same(&format!("{name}, downloaded"), expected, &content)
    }

    /// Downloads the rest of a file of `length` bytes. `content` holds the beginning of the file,
    /// and gets the rest.
    pub(super) fn resume(
        &mut self,
        name: &str,
        content: &mut Vec<u8>,
        length: usize,
    ) -> Result<()> {
        let missing = length.saturating_sub(content.len()) as u64;
        let mut options = TransferOptions::new().with_expected(missing);
        let mut what = format!("downloading {name}");
        if !content.is_empty() {
            options = options.with_offset(content.len() as u64);
            what = format!("resuming {name}");
        }
        let moved = self.receive(&what, name, &options, Stop::Never, content)?;
        equal(&what, &missing, &confirmed(&what, moved)?.bytes)
    }

    /// Downloads at least `bytes` bytes, aborts the download, and compares the bytes with those of
    /// `whole`. Returns the bytes.
    pub(super) fn abort_download(
        &mut self,
        name: &str,
        bytes: usize,
        whole: &[u8],
    ) -> Result<Vec<u8>> {
        let what = format!("{name}, in part");
        let (options, stop) = (TransferOptions::new(), Stop::After(bytes as u64));
        let mut part = Vec::new();
        let moved = self.receive(&what, name, &options, stop, &mut part)?;
        self.aborted(&what, moved)?;
        self.same(&what, &whole[..part.len().min(whole.len())], &part)?;
        Ok(part)
    }

    fn send(&mut self, what: &str, name: &str, content: &[u8], stop: Stop) -> Result<Moved> {
        let path = self.job.path(name);
        let bar = self.job.dialogue.bar(what, content.len())?;
        let (how, options) = (Storing::Store(path.as_bytes()), TransferOptions::new());
        let progress = |bytes| bar.inc(bytes as u64);
        let moved = self
            .mending(|client| client.upload(how, &options, Content::of(content), stop, &progress));
        bar.finish_and_clear();
        let moved = during(what, moved?)?;
        self.report.sent += moved.bytes;
        self.moved(what, moved)
    }

    fn receive(
        &mut self,
        what: &str,
        name: &str,
        options: &TransferOptions,
        stop: Stop,
        content: &mut Vec<u8>,
    ) -> Result<Moved> {
        let path = self.job.path(name);
        let bytes = match stop {
            Stop::Never => options.expected.unwrap_or_default(),
            Stop::After(bytes) | Stop::DropAfter(bytes) => bytes,
        };
        let bar = self.job.dialogue.bar(what, bytes as usize)?;
        let moved = self.mending(|client| {
            client.download(path.as_bytes(), options, stop, &mut |bytes: &[u8]| {
                content.extend_from_slice(bytes);
                bar.inc(bytes.len() as u64);
            })
        });
        bar.finish_and_clear();
        let moved = during(what, moved?)?;
        self.report.received += moved.bytes;
        self.moved(what, moved)
    }

    /// Runs `transfer`. If it fails because its data connection did not resume the TLS session,
    /// logs in again and runs `transfer` once more.
    fn mending<T>(
        &mut self,
        mut transfer: impl FnMut(&mut Client) -> std::result::Result<T, Error>,
    ) -> Result<std::result::Result<T, Error>> {
        let result = transfer(&mut self.client);
        let reason = result.as_ref().err().and_then(Error::tls_reason);
        if !matches!(
            reason,
            Some(Reason::ResumptionDemanded | Reason::NotResumed)
        ) {
            return Ok(result);
        }
        let reconnected = ask!(self.client.open(), it => it.reconnect());
        during("reconnecting", reconnected)?;
        self.report.reconnects += 1;
        self.report.tls = self.client.tls();
        self.note("TLS was not resumed: another login");
        Ok(transfer(&mut self.client))
    }

    // Methods that list and check the directory, and delete files.

    /// Checks that replies still match the commands, by PWD and a download of the small file.
    /// `after` says what came before, for the error.
    pub(super) fn check_in_step(&mut self, after: &str) -> Result<()> {
        let pwd = ask!(self.client.open(), it => it.pwd());
        let pwd = during(&format!("PWD after {after}"), pwd)?;
        equal(
            &format!("the directory after {after}"),
            &String::from_utf8_lossy(&self.home),
            &pwd.to_string_lossy(),
        )?;
        self.download(SMALL, &small())
            .map_err(|error| format!("after {after}: {error}").into())
    }

    /// Checks that LIST shows all of `names`.
    pub(super) fn listed(&mut self, names: &[&str]) -> Result<()> {
        let lines = self.listing("listing", Listing::List)?;
        for name in names {
            // Looks only at the end of each line: all listing formats have the name there, and
            // nothing else in common.
            if !lines.iter().any(|line| line.ends_with(name.as_bytes())) {
                return Err(format!("the listing lacks {name}: {}", shown(&lines)).into());
            }
        }
        Ok(())
    }

    /// Returns the names that NLST lists in the job's directory, without paths and without `.` and
    /// `..`.
    fn names(&mut self) -> Result<Vec<Vec<u8>>> {
        let names = self.listing("asking for names", Listing::Names)?;
        let last = |name: Vec<u8>| {
            // Keeps only the last part, because some servers put the directory's path before each
            // name.
            let begin = name.iter().rposition(|&byte| byte == b'/');
            name[begin.map_or(0, |at| at + 1)..].to_vec()
        };
        // Removes `.` and `..`, which Pure-FTPd lists.
        let is_entry = |name: &Vec<u8>| !matches!(name.as_slice(), b"." | b"..");
        Ok(names.into_iter().map(last).filter(is_entry).collect())
    }

    /// Checks that NLST shows `names` and no other names.
    pub(super) fn named(&mut self, names: &[&str]) -> Result<()> {
        let mut found = self.names()?;
        found.sort();
        let mut expected: Vec<Vec<u8>> = names.iter().map(|&name| name.into()).collect();
        expected.sort();
        equal("the names", &shown(&expected), &shown(&found))
    }

    /// Deletes each file of `names` that exists, and checks that the directory is then empty.
    pub(super) fn delete(&mut self, names: &[&str]) -> Result<()> {
        let present = self.names()?;
        // The file of an aborted upload may be missing, because some servers delete it after the
        // abort.
        let is_present = |name: &&&str| present.iter().any(|other| *other == name.as_bytes());
        for name in names.iter().filter(is_present) {
            let path = self.job.path(name);
            let deleted = ask!(self.client.open(), it => it.delete(&path));
            during(&format!("DELE {path}"), deleted)?;
        }
        // Lists by LIST and not by NLST, because pyftpdlib ends an empty NLST without close_notify.
        let mut left = self.listing("listing what is left", Listing::List)?;
        left.retain(|line| !line.starts_with(b"total") && !line.ends_with(b"."));
        if left.is_empty() {
            return Ok(());
        }
        Err(format!("not deleted: {}", shown(&left)).into())
    }

    fn listing(&mut self, what: &str, listing: Listing) -> Result<Vec<Vec<u8>>> {
        let directory = Some(self.job.directory);
        let listed = self.mending(|client| client.listing(listing, directory));
        let listed = during(what, listed?)?;
        self.report.listings += 1;
        self.protected(what, listed.resumed)?;
        Ok(listed.lines)
    }

    // Methods that compare, count and record.

    /// Returns how many files and listings were transferred.
    pub(super) fn transfers(&self) -> usize {
        (self.report.files + self.report.listings) as usize
    }

    pub(super) fn same(&self, what: &str, expected: &[u8], actual: &[u8]) -> Result<()> {
        compare(what, expected, actual)?;
        self.note(&format!("{what}: all {} bytes agree", expected.len()));
        Ok(())
    }

    fn aborted(&mut self, what: &str, moved: Moved) -> Result<()> {
        let End::Aborted(aborted) = moved.end else {
            return Err(format!("{what}: ended before the abort").into());
        };
        self.report.aborted += 1;
        let reply = aborted.reply.map_or_else(
            || "the server says nothing about it".to_owned(),
            |reply| format!("the server says {reply}"),
        );
        self.note(&format!("{what}: aborted, {reply}"));
        Ok(())
    }

    /// Adds a line to the dialogue that is neither a command nor a reply.
    fn note(&self, text: &str) {
        self.job.dialogue.line(format!("  # {text}"));
    }

    /// Counts a file's transfer, and checks its data connection and the transfer type.
    fn moved(&mut self, what: &str, moved: Moved) -> Result<Moved> {
        self.report.files += 1;
        self.protected(what, moved.resumed)?;
        // A file is transferred in TYPE I, and the session must know that this type is still set.
        let type_now = self.client.session().transfer_type();
        equal("the type", &Some(TransferType::Image), &type_now)?;
        Ok(moved)
    }

    /// Counts a data connection, and checks that it used TLS if the job demands it. Also checks
    /// that the connection resumed the TLS session, if the options require resumption.
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
}

fn confirmed(what: &str, moved: Moved) -> Result<Completion> {
    match moved.end {
        End::Confirmed(completion) => Ok(completion),
        _ => Err(format!("{what}: given up, which nobody asked for").into()),
    }
}
