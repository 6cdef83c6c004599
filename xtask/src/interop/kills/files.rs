//! Kills programs in the middle of `get_file` and `put_file`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ftp_blocking::{Client, FileOptions, FileReport, Options};

use super::ground::{Ground, Tally};
use crate::console::say;
use crate::servers::Result;

/// The most bytes of a file. Over the loopback interface, such a file takes longer than the login.
const LARGEST: usize = 24 * 1024 * 1024;

/// A file is transferred over this one.
const OLD: &[u8] = b"the old content";

/// One transfer: what the victim does.
#[derive(Clone, Copy)]
struct Case {
    direction: &'static str,
    adapter: &'static str,
    resume: &'static str,
}

const CASES: [Case; 8] = [
    case("get", "blocking", "from-start"),
    case("put", "blocking", "from-start"),
    case("get", "smol", "from-start"),
    case("put", "smol", "from-start"),
    case("get", "blocking", "resume"),
    case("put", "blocking", "resume"),
    case("get", "smol", "resume"),
    case("put", "smol", "resume"),
];

const fn case(direction: &'static str, adapter: &'static str, resume: &'static str) -> Case {
    Case {
        direction,
        adapter,
        resume,
    }
}

impl Case {
    /// What the victim of this case does.
    fn what(&self) -> [&str; 4] {
        ["file", self.direction, self.adapter, self.resume]
    }
}

/// Kills `count` transfers.
pub(super) fn run(mut ground: Ground, count: usize) -> Result<()> {
    ground.measure_files()?;
    let mut tally = Tally::default();
    for number in 0..count {
        let case = CASES[number % CASES.len()];
        let outcome = ground.kill_file(case, &mut tally);
        outcome.map_err(|error| format!("kill {number} ({}): {error}", case.what().join(", ")))?;
    }
    tally.end("transfers")
}

impl Ground {
    /// Finds out how long the transfer of a file takes at least.
    fn measure_files(&mut self) -> Result<()> {
        let content = self.content(LARGEST);
        self.usual = Duration::MAX;
        for case in CASES {
            self.place(case, &content, false)?;
            let begin = Instant::now();
            self.repeat(&case.what(), &self.file())?;
            self.usual = self.usual.min(begin.elapsed());
        }
        Ok(())
    }

    fn kill_file(&mut self, case: Case, tally: &mut Tally) -> Result<()> {
        let length = self.random.usize(LARGEST / 2..LARGEST);
        let content = self.content(length);
        let has_old = self.random.bool();
        self.place(case, &content, has_old)?;
        self.kill_one(&case.what(), &self.file(), tally)?;
        let target = self.target(case);
        match fs::read(&target) {
            Ok(found) if found == content || has_old && found == OLD => {}
            Ok(found) => return Err(format!("{} bytes under the final name", found.len()).into()),
            Err(_) if !has_old => {}
            Err(error) => return Err(error.into()),
        }
        tally.partial += usize::from(self.strays(case)? > 0);
        let report = self.repeat(&case.what(), &self.file())?;
        let resumed = report.starts_with("Proven") || report.starts_with("Unproven");
        tally.resumed += usize::from(resumed);
        if fs::read(&target)? != content {
            return Err("the files differ after the call was repeated".into());
        }
        match self.strays(case)? {
            0 => Ok(()),
            _ => Err("a partial file is left".into()),
        }
    }

    fn content(&mut self, length: usize) -> Vec<u8> {
        let mut content = vec![0; length];
        self.random.fill(&mut content);
        content
    }

    /// Writes the source, and removes everything else. With `has_old`, the target exists.
    fn place(&self, case: Case, content: &[u8], has_old: bool) -> Result<()> {
        self.clear()?;
        let source = self.source(case);
        fs::write(&source, content)?;
        if has_old {
            fs::write(self.target(case), OLD)?;
        }
        self.give_to_sessions()
    }

    /// The local file.
    fn file(&self) -> PathBuf {
        self.local.join("file.bin")
    }

    fn source(&self, case: Case) -> PathBuf {
        match case.direction {
            "get" => self.remote.join("file.bin"),
            _ => self.file(),
        }
    }

    fn target(&self, case: Case) -> PathBuf {
        match case.direction {
            "get" => self.file(),
            _ => self.remote.join("file.bin"),
        }
    }

    /// How many files lie beside the target.
    fn strays(&self, case: Case) -> Result<usize> {
        let target = self.target(case);
        let directory = target.parent().unwrap_or(Path::new("."));
        let mut count = 0;
        for entry in fs::read_dir(directory)? {
            count += usize::from(entry?.path() != target);
        }
        Ok(count)
    }
}

/// Makes one transfer, and prints whether it was resumed.
pub(super) fn transfer(
    options: Options,
    direction: &str,
    adapter: &str,
    resume: &str,
    local: &str,
) -> Result<()> {
    let how = match resume {
        "resume" => FileOptions::resuming(),
        _ => FileOptions::new(),
    };
    let report = match adapter {
        "smol" => smol::block_on(asynchronous(options, direction, local, &how))?,
        _ => blocking(options, direction, local, &how)?,
    };
    say(&format!("{:?}", report.resumed));
    Ok(())
}

const REMOTE: &str = "open/file.bin";

fn blocking(
    options: Options,
    direction: &str,
    local: &str,
    how: &FileOptions,
) -> Result<FileReport> {
    let mut client = Client::connect(options)?;
    let report = match direction {
        "get" => client.get_file_with(REMOTE, local, how, |_| ())?,
        _ => client.put_file_with(local, REMOTE, how, |_| ())?,
    };
    client.quit()?;
    Ok(report)
}

async fn asynchronous(
    options: Options,
    direction: &str,
    local: &str,
    how: &FileOptions,
) -> Result<FileReport> {
    let mut client = ftp_smol::Client::connect(options).await?;
    let report = match direction {
        "get" => client.get_file_with(REMOTE, local, how, |_| ()).await?,
        _ => client.put_file_with(local, REMOTE, how, |_| ()).await?,
    };
    client.quit().await?;
    Ok(report)
}
