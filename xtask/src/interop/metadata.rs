//! The task about metadata: what `read_dir`, `metadata` and `exists` say of known files, and what
//! `set_modified` and `chmod` change. Each step begins with the same files.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::time::UNIX_EPOCH;

use ftp_blocking::listing::{Kind, Modified, Precision, Zone};
use ftp_blocking::reply::Timestamp;
use ftp_blocking::tree::{Existence, Metadata};
use ftp_blocking::{Capability, Entry, Error, ErrorKind};

use super::cell::{Cell, MODIFIED};
use crate::console::chain;
use crate::job::client::ask;
use crate::job::content::equal;
use crate::job::{during, shown};
use crate::servers::Result;

/// A step of the task: its name, and the method that runs it.
type Step = (&'static str, fn(&mut Cell<'_>) -> Result<()>);

const STEPS: &[Step] = &[
    ("read_dir: names", |cell| cell.shows_names()),
    ("read_dir: kinds and sizes", |cell| cell.shows_kinds()),
    ("read_dir: times", |cell| cell.shows_times()),
    ("read_dir: links", |cell| cell.shows_links()),
    ("read_dir: of a path", |cell| cell.shows_a_path()),
    ("read_dir: of nothing", |cell| cell.refuses_nothing()),
    ("metadata: a file", |cell| cell.knows_a_file()),
    ("metadata: a directory", |cell| cell.knows_a_directory()),
    ("metadata: nothing", |cell| cell.knows_nothing()),
    ("exists: a file", |cell| {
        cell.finds("five", Existence::Exists)
    }),
    ("exists: a file below", |cell| {
        cell.finds("sub/inner", Existence::Exists)
    }),
    ("exists: a directory", |cell| {
        cell.finds("sub", Existence::Exists)
    }),
    ("exists: a hidden file", |cell| {
        cell.finds(".hidden", Existence::Exists)
    }),
    ("exists: nothing", |cell| {
        cell.finds("none", Existence::Absent)
    }),
    ("exists: nothing below", |cell| {
        cell.finds("sub/none", Existence::Absent)
    }),
    ("exists: below nothing", |cell| {
        cell.finds("none/none", Existence::Absent)
    }),
    ("set_modified: done", |cell| cell.sets_a_time("five")),
    ("set_modified: blanks", |cell| cell.sets_a_time("two words")),
    ("set_modified: listed", |cell| cell.lists_a_set_time()),
    ("set_modified: MDTM", |cell| cell.tells_a_set_time()),
    ("set_modified: nothing", |cell| {
        cell.sets_no_time_of_nothing()
    }),
    ("chmod: done", |cell| cell.sets_a_mode("five")),
    ("chmod: blanks", |cell| cell.sets_a_mode("two words")),
    ("chmod: listed", |cell| cell.lists_a_set_mode()),
    ("chmod: nothing", |cell| cell.sets_no_mode_of_nothing()),
];

/// The files of the root directory, in the order of their names. `sub` is a directory with the file
/// `inner`, and `link` leads to `five`.
const NAMES: [&str; 6] = [".hidden", "five", "large", "link", "sub", "two words"];

const LARGE: usize = 70_000;

/// The time that `set_modified` sets: 2003-02-01T04:05:06.
const SET: i64 = 1_044_072_306;

/// The mode that `chmod` sets.
const MODE: u32 = 0o640;

pub(super) fn steps() -> Vec<String> {
    STEPS.iter().map(|(name, _)| (*name).to_owned()).collect()
}

impl Cell<'_> {
    /// Does the task. Returns each step with an unexpected result, and this result.
    pub(super) fn metadata(&mut self) -> Result<Vec<(usize, String)>> {
        let mut different = Vec::new();
        for (step, (_, run)) in STEPS.iter().enumerate() {
            self.clear()?;
            self.fill()?;
            self.begin()?;
            let done = run(self).and_then(|()| self.check_in_step("the step"));
            if let Err(error) = done {
                different.push((step, error.to_string()));
                self.drop_session();
            }
        }
        Ok(different)
    }

    fn fill(&self) -> Result<()> {
        self.put(b"five", b"12345")?;
        self.put(b"two words", b"12345")?;
        self.put(b".hidden", b"")?;
        self.put(b"large", &self.block[..LARGE])?;
        self.put_directory(b"sub", 0o755)?;
        self.put(b"sub/inner", b"")?;
        symlink("five", self.disk(b"link"))?;
        Ok(())
    }

    // Steps about `read_dir`.

    fn read(&mut self, path: Option<&str>) -> Result<Vec<Entry<'static>>> {
        let read = self.client().read_dir(path.map(str::as_bytes));
        let read = during("read_dir", read)?;
        equal("unparsed lines", &String::new(), &shown(&read.unparsed))?;
        Ok(read.entries)
    }

    fn read_entry(&mut self, name: &str) -> Result<Entry<'static>> {
        let entries = self.read(None)?;
        let entry = entries
            .into_iter()
            .find(|entry| entry.name() == name.as_bytes());
        entry.ok_or_else(|| format!("read_dir: {name} is missing").into())
    }

    fn shows_names(&mut self) -> Result<()> {
        let entries = self.read(None)?;
        let mut found: Vec<_> = entries.iter().map(|entry| entry.name().to_vec()).collect();
        found.sort();
        let expected = NAMES.map(|name| name.as_bytes().to_vec());
        equal("the names", &shown(&expected), &shown(&found))
    }

    fn shows_kinds(&mut self) -> Result<()> {
        let five = self.read_entry("five")?;
        equal("five", &(Kind::File, Some(5)), &(five.kind(), five.size()))?;
        let large = self.read_entry("large")?;
        let size = Some(LARGE as u64);
        equal("large", &(Kind::File, size), &(large.kind(), large.size()))?;
        let sub = self.read_entry("sub")?;
        equal("sub", &(Kind::Directory, None), &(sub.kind(), sub.size()))
    }

    fn shows_times(&mut self) -> Result<()> {
        let entry = self.read_entry("five")?;
        is_at(entry.modified(), modified())
    }

    fn shows_links(&mut self) -> Result<()> {
        let link = self.read_entry("link")?;
        let target = link.link_target().map(|target| shown(&[target.to_vec()]));
        let expected = (Kind::Link, Some("\"five\"".to_owned()));
        equal("link", &expected, &(link.kind(), target))
    }

    fn shows_a_path(&mut self) -> Result<()> {
        let entries = self.read(Some("sub"))?;
        let found: Vec<_> = entries.iter().map(|entry| entry.name().to_vec()).collect();
        equal("the names", &"\"inner\"".to_owned(), &shown(&found))
    }

    fn refuses_nothing(&mut self) -> Result<()> {
        match self.client().read_dir(Some(b"none")) {
            Ok(read) => Err(format!("{} entries", read.entries.len()).into()),
            Err(error) => is_refused(&error),
        }
    }

    // Steps about `metadata` and `exists`.

    fn look_up(&mut self, name: &str) -> std::result::Result<Metadata, Error> {
        ask!(self.client().open(), it => it.metadata(name))
    }

    fn knows_a_file(&mut self) -> Result<()> {
        let found = during("metadata", self.look_up("large"))?;
        let expected = (Kind::File, Some(LARGE as u64));
        equal("large", &expected, &(found.kind, found.size))?;
        is_at(found.modified, modified())
    }

    fn knows_a_directory(&mut self) -> Result<()> {
        let found = during("metadata", self.look_up("sub"))?;
        equal("sub", &Kind::Directory, &found.kind)
    }

    fn knows_nothing(&mut self) -> Result<()> {
        match self.look_up("none") {
            Ok(found) => Err(format!("{found:?}").into()),
            Err(error) => is_refused(&error),
        }
    }

    fn finds(&mut self, path: &str, expected: Existence) -> Result<()> {
        let found = ask!(self.client().open(), it => it.exists(path));
        equal(path, &expected, &during("exists", found)?)
    }

    // Steps about `set_modified`.

    fn set_time(&mut self, name: &str) -> Result<Capability> {
        let set = ask!(self.client().open(), it => it.set_modified(name, set()));
        set.map_err(|error| with_kind(&error).into())
    }

    fn sets_a_time(&mut self, name: &str) -> Result<()> {
        let by = self.set_time(name)?;
        self.dialogue.line(format!("  # by {}", by.name()));
        let time = fs::metadata(self.disk(name.as_bytes()))?.modified()?;
        let seconds = time.duration_since(UNIX_EPOCH)?.as_secs();
        equal("the time on the disk", &SET, &i64::try_from(seconds)?)
    }

    fn lists_a_set_time(&mut self) -> Result<()> {
        if self.set_time("five").is_err() {
            return Ok(());
        }
        let entry = self.read_entry("five")?;
        is_at(entry.modified(), set())
    }

    fn tells_a_set_time(&mut self) -> Result<()> {
        if self.set_time("five").is_err() {
            return Ok(());
        }
        let told = during(
            "MDTM",
            ask!(self.client().open(), it => it.modified("five")),
        )?;
        equal("MDTM", &Some(set()), &told)
    }

    fn sets_no_time_of_nothing(&mut self) -> Result<()> {
        match ask!(self.client().open(), it => it.set_modified("none", set())) {
            Ok(by) => Err(format!("it went well, by {}", by.name()).into()),
            Err(error) => is_refused(&error),
        }
    }

    // Steps about `chmod`.

    fn set_mode(&mut self, name: &str) -> Result<()> {
        let set = ask!(self.client().open(), it => it.chmod(name, MODE));
        set.map(drop).map_err(|error| with_kind(&error).into())
    }

    fn sets_a_mode(&mut self, name: &str) -> Result<()> {
        let path = self.disk(name.as_bytes());
        fs::set_permissions(&path, Permissions::from_mode(0o644))?;
        self.set_mode(name)?;
        let mode = fs::metadata(path)?.permissions().mode() & 0o7777;
        equal("the mode on the disk", &octal(MODE), &octal(mode))
    }

    fn lists_a_set_mode(&mut self) -> Result<()> {
        if self.set_mode("five").is_err() {
            return Ok(());
        }
        let entry = self.read_entry("five")?;
        let mode = entry.mode().map(|mode| octal(mode.into()));
        equal("the mode in the listing", &Some(octal(MODE)), &mode)
    }

    fn sets_no_mode_of_nothing(&mut self) -> Result<()> {
        match ask!(self.client().open(), it => it.chmod("none", MODE)) {
            Ok(reply) => Err(format!("it went well: {reply}").into()),
            Err(error) => is_refused(&error),
        }
    }
}

/// Returns the modification time that all files have at the beginning of a step.
fn modified() -> Timestamp {
    time(i64::try_from(MODIFIED.as_secs()).unwrap_or_default())
}

fn set() -> Timestamp {
    time(SET)
}

fn time(seconds: i64) -> Timestamp {
    Timestamp::from_unix_time(seconds, 0).expect("the years have four digits")
}

fn octal(mode: u32) -> String {
    format!("{mode:04o}")
}

/// Checks that the time from a listing is the expected one. If the listing shows no seconds, or
/// only days, only the shown part is compared. If the listing shows the server's local time, the
/// difference to UTC may be any number of quarters of an hour, up to a day.
fn is_at(found: Option<Modified>, expected: Timestamp) -> Result<()> {
    let Some(found) = found else {
        return Err("there is no time".into());
    };
    let unit = match found.precision() {
        Precision::Day => 86_400,
        Precision::Minute => 60,
        _ => 1,
    };
    let whole = |time: Timestamp| time.unix_time().div_euclid(unit) * unit;
    let ahead = whole(found.time()) - whole(expected);
    let is_right = match found.zone() {
        Zone::Utc => ahead == 0,
        _ => ahead.abs() <= 86_400 && ahead % 900 == 0,
    };
    match is_right {
        true => Ok(()),
        false => Err(format!("the time: {expected} expected, {found:?} found").into()),
    }
}

/// Checks that the error is a refusal by the server. If a listing shows that a file is missing, the
/// error has the same kind (`Permanent`) and is accepted too.
fn is_refused(error: &Error) -> Result<()> {
    match error.kind() {
        ErrorKind::Permanent | ErrorKind::Transient => Ok(()),
        _ => Err(with_kind(error).into()),
    }
}

fn with_kind(error: &Error) -> String {
    format!("{:?}: {}", error.kind(), chain(error))
}
