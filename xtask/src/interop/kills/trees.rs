//! Kills programs in the middle of a sync of whole trees by four sessions.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ftp_blocking::sync::Extra;
use ftp_blocking::wire::Escaped;
use ftp_blocking::{Options, Pool, SyncOptions, SyncPlan, SyncReport};

use super::super::random_tree::{Kinds, Tree};
use super::ground::{Ground, Tally};
use crate::console::say;
use crate::servers::Result;
use crate::servers::tree::WRITABLE;

/// How many sessions a victim has.
const SESSIONS: usize = 4;

/// The name of both directories.
const TREE: &str = "tree";

/// How many runs of each case find out how long a sync takes.
const MEASURED: usize = 3;

/// One sync: what the victim does.
#[derive(Clone, Copy)]
struct Case {
    direction: &'static str,
    adapter: &'static str,
    extra: &'static str,
}

const CASES: [Case; 8] = [
    case("download", "blocking", "keep"),
    case("upload", "blocking", "keep"),
    case("download", "smol", "keep"),
    case("upload", "smol", "keep"),
    case("download", "blocking", "delete"),
    case("upload", "blocking", "delete"),
    case("download", "smol", "delete"),
    case("upload", "smol", "delete"),
];

const fn case(direction: &'static str, adapter: &'static str, extra: &'static str) -> Case {
    Case {
        direction,
        adapter,
        extra,
    }
}

/// The source and the target before a sync.
struct Trees {
    source: Tree,
    target: Tree,
}

/// Names that are hard to send, to list or to match.
const NAMES: &[&str] = &[
    "a",
    "A",
    "data.csv",
    "b.tar.gz",
    "read me.txt",
    "two  blanks",
    " leading",
    "-la",
    "käse",
    "奶酪",
    "a;b=c; d",
    "'quoted'",
    "[x]",
    "{a,b}",
    "%41",
    "~",
    "#1",
    "ftp-part",
    "x.ftp-part",
];

/// More names, for uploads only: a download refuses those that Windows could not store.
const MORE: &[&str] = &["a \"quoted\" name", "*", "wh?t", "back\\slash", "trailing "];

/// Names that vsftpd leaves out of its listings, for uploaded files only.
const HIDDEN: &[&str] = &[".hidden", "..a", ".ftp-parts"];

impl Case {
    /// What the victim of this case does.
    fn what<'a>(&'a self, until: &'a str) -> [&'a str; 5] {
        ["tree", self.direction, self.adapter, self.extra, until]
    }
}

/// The victim ends after the sync.
const SYNC: &str = "sync";
/// The victim makes the plan again after the sync.
const PLAN: &str = "plan";

/// Kills `count` syncs.
pub(super) fn run(mut ground: Ground, count: usize) -> Result<()> {
    ground.measure_trees()?;
    let mut tally = Tally::default();
    for number in 0..count {
        let case = CASES[number % CASES.len()];
        let outcome = ground.kill_tree(case, &mut tally);
        outcome
            .map_err(|error| format!("kill {number} ({}): {error}", case.what(SYNC).join(", ")))?;
        if number % 50 == 49 {
            say(&format!("{} of {count}", number + 1));
        }
    }
    tally.end("syncs")
}

impl Ground {
    /// Finds out how long a sync takes on average.
    fn measure_trees(&mut self) -> Result<()> {
        let mut all = Duration::ZERO;
        for case in [CASES; MEASURED].as_flattened() {
            self.place_trees(*case)?;
            let begin = Instant::now();
            self.repeat(&case.what(SYNC), &self.local_tree())?;
            all += begin.elapsed();
        }
        self.usual = all / (CASES.len() * MEASURED) as u32;
        let usual = self.usual.as_millis();
        say(&format!("a sync takes {usual} ms on average"));
        Ok(())
    }

    fn kill_tree(&mut self, case: Case, tally: &mut Tally) -> Result<()> {
        let trees = self.place_trees(case)?;
        self.kill_one(&case.what(SYNC), &self.local_tree(), tally)?;
        let partial = self.is_between(case, &trees)?;
        let printed = self.repeat(&case.what(PLAN), &self.local_tree())?;
        tally.partial += usize::from(partial > 0);
        tally.resumed += usize::from(partial > 0 && !printed.starts_with("0 resumed"));
        trees.source.check("the source", &self.tree(case, true)?)?;
        trees.source.check("the target", &self.tree(case, false)?)
    }

    /// Writes a random source, and a target that is older or missing.
    fn place_trees(&mut self, case: Case) -> Result<Trees> {
        self.clear()?;
        let random = &mut self.random;
        let (names, of_files) = match case.direction {
            "upload" => ([NAMES, MORE].concat(), HIDDEN),
            _ => (NAMES.to_vec(), [].as_slice()),
        };
        let source = Tree::random(
            random,
            &Kinds {
                files: 30..80,
                directories: 3..12,
                largest: 4 * 1024 * 1024,
                names: &names,
                of_files,
            },
        );
        let mut target = Tree::default();
        if random.bool() {
            target = source.before(random);
            if case.extra == "delete" {
                target.add_extras(random, &source);
            }
            target.write(&self.directory(case, false))?;
        }
        source.write(&self.directory(case, true))?;
        self.give_to_sessions()?;
        Ok(Trees { source, target })
    }

    /// Checks that each file of the target is partial, or is whole in its old or its new state.
    /// Returns how many are partial.
    fn is_between(&self, case: Case, trees: &Trees) -> Result<usize> {
        let mut partial = 0;
        for (path, node) in self.tree(case, false)?.0 {
            let states = [trees.source.0.get(&path), trees.target.0.get(&path)];
            if states
                .into_iter()
                .flatten()
                .any(|state| state.is_same(&node))
            {
                continue;
            }
            if !path.ends_with(b".ftp-part") {
                let (path, node) = (Escaped::new(&path), node.name());
                return Err(format!("{path} is {node} after the kill").into());
            }
            partial += 1;
        }
        Ok(partial)
    }

    fn tree(&self, case: Case, is_source: bool) -> Result<Tree> {
        Tree::read(&self.directory(case, is_source))
    }

    fn directory(&self, case: Case, is_source: bool) -> PathBuf {
        match (case.direction == "download") == is_source {
            true => self.remote.join(TREE),
            false => self.local_tree(),
        }
    }

    fn local_tree(&self) -> PathBuf {
        self.local.join(TREE)
    }
}

/// Makes one sync, and prints how many files were resumed. Fails if anything has failed, or if the
/// plan is not empty when it is made again.
pub(super) fn sync(
    options: Options,
    direction: &str,
    adapter: &str,
    extra: &str,
    until: &str,
    local: &Path,
) -> Result<()> {
    let how = SyncOptions::new().with_extra(match extra {
        "delete" => Extra::Delete,
        _ => Extra::Keep,
    });
    let (report, again) = match adapter {
        "smol" => smol::block_on(asynchronous(options, direction, &how, until, local))?,
        _ => blocking(options, direction, &how, until, local)?,
    };
    if !report.is_complete() || report.undone > 0 {
        return Err(report.to_string().into());
    }
    match again {
        Some(plan) if !plan.is_empty() || plan.failure_count() > 0 => {
            Err(format!("the plan is not empty afterwards:\n{plan}").into())
        }
        _ => {
            say(&format!("{} resumed", report.resumed));
            Ok(())
        }
    }
}

fn remote() -> String {
    format!("{WRITABLE}/{TREE}")
}

type Synced = Result<(SyncReport, Option<SyncPlan>)>;

fn blocking(
    options: Options,
    direction: &str,
    how: &SyncOptions,
    until: &str,
    local: &Path,
) -> Synced {
    let pool = Pool::new(options, SESSIONS);
    let plan = || match direction {
        "download" => pool.plan_download(remote(), local, how),
        _ => pool.plan_upload(local, remote(), how),
    };
    let report = pool.sync(plan()?);
    let again = (until == PLAN).then(plan).transpose()?;
    pool.close();
    Ok((report, again))
}

async fn asynchronous(
    options: Options,
    direction: &str,
    how: &SyncOptions,
    until: &str,
    local: &Path,
) -> Synced {
    let pool = ftp_smol::Pool::new(options, SESSIONS);
    let plan = async || match direction {
        "download" => pool.plan_download(remote(), local, how).await,
        _ => pool.plan_upload(local, remote(), how).await,
    };
    let report = pool.sync(plan().await?).await;
    let again = match until {
        PLAN => Some(plan().await?),
        _ => None,
    };
    pool.close().await;
    Ok((report, again))
}
