//! The task about whole files: what `get_file`, `put_file` and `fetch` make on both disks, from the
//! beginning and resumed.

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use ftp_blocking::files::{Placed, Resumed, Verify};
use ftp_blocking::{Error, ErrorKind, FileOptions, FileReport, Progress};

use super::cell::{Cell, MODIFIED};
use crate::job::client::ask;
use crate::job::content::equal;
use crate::job::during;
use crate::servers::Result;

/// A step of the task: its name, and the method that runs it.
type Step = (&'static str, fn(&mut Cell<'_>) -> Result<()>);

const STEPS: &[Step] = &[
    ("get: from the beginning", |cell| cell.gets()),
    ("get: the time", |cell| cell.gets_the_time()),
    ("get: resumed", |cell| cell.resumes_a_get()),
    ("get: nothing", |cell| cell.gets_nothing()),
    ("put: from the beginning", |cell| cell.puts()),
    ("put: over an old file", |cell| cell.puts_over()),
    ("put: the time", |cell| cell.puts_the_time()),
    ("put: resumed", |cell| cell.resumes_a_put()),
    ("put: stopped", |cell| cell.stops_a_put()),
    ("put: below nothing", |cell| cell.puts_below_nothing()),
    ("hash", |cell| cell.verifies()),
    ("fetch", |cell| cell.fetches()),
];

/// The size of the file in bytes. Socket buffers hold less, so that a transfer can be stopped.
const SIZE: usize = 12 * 1024 * 1024;

const OLD: &[u8] = b"the old content";

pub(super) fn steps() -> Vec<String> {
    STEPS.iter().map(|(name, _)| (*name).to_owned()).collect()
}

fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Stops a transfer in its middle. Socket buffers hold less than this, so the server has got a part
/// of an upload then.
fn stop(progress: Progress) -> ControlFlow<()> {
    match progress.done {
        0..10_000_000 => ControlFlow::Continue(()),
        _ => ControlFlow::Break(()),
    }
}

impl Cell<'_> {
    /// Does the task. Returns each step with an unexpected result, and this result.
    pub(super) fn whole_files(&mut self) -> Result<Vec<(usize, String)>> {
        let mut different = Vec::new();
        for (step, (_, run)) in STEPS.iter().enumerate() {
            self.clear()?;
            let here = self.here("");
            let _ = fs::remove_dir_all(&here);
            fs::create_dir(&here)?;
            self.begin()?;
            let done = run(self).and_then(|()| self.check_in_step("the step"));
            if let Err(error) = done {
                different.push((step, error.to_string()));
                self.drop_session();
            }
            fs::remove_dir_all(&here)?;
        }
        Ok(different)
    }

    /// The path of a local file. It is outside the directory that clients see, next to it.
    fn here(&self, name: &str) -> PathBuf {
        self.disk(b"../whole-files").join(name)
    }

    fn content(&self) -> &[u8] {
        &self.block[..SIZE]
    }

    fn get_with(
        &mut self,
        options: FileOptions,
        progress: fn(Progress) -> ControlFlow<()>,
    ) -> std::result::Result<FileReport, Error> {
        let here = self.here("file");
        ask!(self.client().open(), it => it.get_file_with("file", &here, &options, progress))
    }

    fn put_with(
        &mut self,
        options: FileOptions,
        progress: fn(Progress) -> ControlFlow<()>,
    ) -> std::result::Result<FileReport, Error> {
        let here = self.here("file");
        ask!(self.client().open(), it => it.put_file_with(&here, "file", &options, progress))
    }

    /// Writes the local file, with a time before that of anything on the server.
    fn write(&self) -> Result<()> {
        let path = self.here("file");
        fs::write(&path, self.content())?;
        let file = fs::File::options().write(true).open(path)?;
        file.set_modified(UNIX_EPOCH + MODIFIED - Duration::from_secs(3600))?;
        Ok(())
    }

    /// Checks that the local directory holds the file and nothing else.
    fn is_here(&self) -> Result<()> {
        match fs::read(self.here("file"))? == self.content() {
            true => self.are_here(&["file"]),
            false => Err("the local file has other bytes".into()),
        }
    }

    fn are_here(&self, names: &[&str]) -> Result<()> {
        let mut found = Vec::new();
        for entry in fs::read_dir(self.here(""))? {
            found.push(entry?.file_name().to_string_lossy().into_owned());
        }
        equal("the local files", &names.join(", "), &found.join(", "))
    }

    /// Checks that the server's disk holds the file and nothing else.
    fn is_there(&self) -> Result<()> {
        self.has(b"file", self.content())?;
        self.are_there(&["file"])
    }

    fn are_there(&self, names: &[&str]) -> Result<()> {
        let found = self.entries()?;
        let found: Vec<_> = found
            .iter()
            .map(|name| String::from_utf8_lossy(name))
            .collect();
        equal("the server's files", &names.join(", "), &found.join(", "))
    }

    // Steps about `get_file`.

    fn gets(&mut self) -> Result<()> {
        self.put(b"file", self.content())?;
        fs::write(self.here("file"), OLD)?;
        let report = during("get_file", self.get_with(FileOptions::new(), go_on))?;
        equal("the size", &(SIZE as u64), &report.size)?;
        equal("resumed", &Resumed::No, &report.resumed)?;
        self.is_here()
    }

    fn gets_the_time(&mut self) -> Result<()> {
        self.put(b"file", self.content())?;
        let report = during("get_file", self.get_with(FileOptions::new(), go_on))?;
        let time = fs::metadata(self.here("file"))?.modified()?;
        let kept = time == UNIX_EPOCH + MODIFIED && report.modified.is_some();
        equal("the time is kept", &true, &kept)
    }

    fn resumes_a_get(&mut self) -> Result<()> {
        self.put(b"file", self.content())?;
        let options = FileOptions::resuming();
        is_stopped(self.get_with(options, stop))?;
        let report = during("get_file, again", self.get_with(options, go_on))?;
        self.is_here()?;
        is_resumed(&report)
    }

    fn gets_nothing(&mut self) -> Result<()> {
        match self.get_with(FileOptions::new(), go_on) {
            Ok(_) => Err("there was a file".into()),
            Err(error) if error.reply().is_some() => self.are_here(&[]),
            Err(error) => Err(error.into()),
        }
    }

    // Steps about `put_file`.

    fn puts(&mut self) -> Result<()> {
        self.write()?;
        let report = during("put_file", self.put_with(FileOptions::new(), go_on))?;
        equal("the size", &(SIZE as u64), &report.size)?;
        self.is_there()?;
        equal("placed", &Placed::Renamed, &report.placed)
    }

    fn puts_over(&mut self) -> Result<()> {
        self.write()?;
        self.put(b"file", OLD)?;
        let report = during("put_file", self.put_with(FileOptions::new(), go_on))?;
        self.is_there()?;
        equal("placed", &Placed::Renamed, &report.placed)
    }

    fn puts_the_time(&mut self) -> Result<()> {
        self.write()?;
        let report = during("put_file", self.put_with(FileOptions::new(), go_on))?;
        let time = fs::metadata(self.here("file"))?.modified()?;
        let kept = fs::metadata(self.disk(b"file"))?.modified()? == time;
        equal(
            "the time is kept",
            &true,
            &(kept && report.modified.is_some()),
        )
    }

    fn resumes_a_put(&mut self) -> Result<()> {
        self.write()?;
        let options = FileOptions::resuming();
        is_stopped(self.put_with(options, stop))?;
        let report = during("put_file, again", self.put_with(options, go_on))?;
        self.is_there()?;
        is_resumed(&report)
    }

    fn stops_a_put(&mut self) -> Result<()> {
        self.write()?;
        self.put(b"file", OLD)?;
        is_stopped(self.put_with(FileOptions::new(), stop))?;
        self.has(b"file", OLD)?;
        self.are_there(&["file"])
    }

    fn puts_below_nothing(&mut self) -> Result<()> {
        self.write()?;
        let here = self.here("file");
        let put = ask!(self.client().open(), it => it.put_file(&here, "none/file"));
        match put {
            Ok(_) => Err("there was a directory".into()),
            Err(error) if error.reply().is_some() => self.are_there(&[]),
            Err(error) => Err(error.into()),
        }
    }

    // Steps about both.

    fn verifies(&mut self) -> Result<()> {
        self.write()?;
        let verify = FileOptions::new().with_verify(Verify::Required);
        let put = during("put_file", self.put_with(verify, go_on))?;
        let get = during("get_file", self.get_with(verify, go_on))?;
        self.is_here()?;
        let verified = (put.verified.is_some(), get.verified.is_some());
        equal("verified", &(true, true), &verified)
    }

    fn fetches(&mut self) -> Result<()> {
        self.put(b"file", self.content())?;
        let fetched = ask!(self.client().open(), it => it.fetch("file"));
        let same = during("fetch", fetched)? == self.content();
        equal("the bytes are the same", &true, &same)
    }
}

fn is_stopped(result: std::result::Result<FileReport, Error>) -> Result<()> {
    match result {
        Ok(_) => Err("the transfer was not stopped".into()),
        Err(error) if error.kind() == ErrorKind::Aborted => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn is_resumed(report: &FileReport) -> Result<()> {
    match report.resumed {
        Resumed::Proven { .. } | Resumed::Unproven { .. } => Ok(()),
        other => Err(format!("not resumed: {other:?}").into()),
    }
}
