//! Kills the program in the middle of mirrors of a large tree, over TLS, and starts it again until the
//! mirror is complete.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;

use super::large_tree::{LargeTree, State};
use super::site::{Scheme, Site, holds, paths_below, values};
use super::{Ground, with_directory};
use crate::console::say;
use crate::servers::Result;
use crate::servers::foreign::Program;

/// How large the tree is, and how often the program is killed in all.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    pub(super) files: usize,
    pub(super) bytes: u64,
    pub(super) kills: usize,
}

/// The tree of the issue.
pub(super) const WHOLE: Extent = Extent {
    files: 2_000,
    bytes: 1 << 30,
    kills: 200,
};

/// What is killed in the gate.
pub(super) const BRIEF: Extent = Extent {
    files: 120,
    bytes: 24 << 20,
    kills: 6,
};

/// How a round mirrors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Down,
    Up,
}

struct Hunt<'h> {
    site: &'h Site<'h>,
    tree: LargeTree,
    random: Rng,
    extent: Extent,
    /// How long a mirror takes that is not killed.
    usual: Duration,
    tally: Tally,
}

/// How the kills went.
#[derive(Default)]
struct Tally {
    kills: usize,
    /// Kills that left a partial file.
    partial: usize,
    /// Files that went on in their middle, in all runs: REST with an offset, and APPE.
    resumed: usize,
    /// Mirrors that were completed, down and up.
    rounds: [usize; 2],
}

/// The name of both directories.
const TREE: &str = "tree";

/// The files for what the program writes.
const OUT: &str = "out";
const ERR: &str = "err";

/// Kills mirrors with this server.
pub(super) fn run(ground: &Ground<'_>, program: &Program, extent: Extent) -> Result<()> {
    let seed = fastrand::u64(..);
    let name = program.kind.name();
    say(&format!("{name}: the seed of the kills is {seed}"));
    let server = ground.start(program, Scheme::Explicit)?;
    with_directory(ground, &server, &server, Scheme::Explicit, |site| {
        let mut hunt = Hunt {
            site,
            tree: LargeTree::new(18, extent.files, extent.bytes),
            random: Rng::with_seed(seed),
            extent,
            usual: Duration::ZERO,
            tally: Tally::default(),
        };
        let result = hunt.all();
        result
            .map_err(|error| format!("{name}, seed {seed}: {error}\n{}", server.log_tail()).into())
    })
}

impl Direction {
    const BOTH: [Self; 2] = [Self::Down, Self::Up];
}

impl Hunt<'_> {
    /// Mirrors down and up, over nothing and over an older tree, until enough runs were killed.
    fn all(&mut self) -> Result<()> {
        let begin = Instant::now();
        for direction in Direction::BOTH {
            self.place_source(direction)?;
            let whole = self.round(direction, 0, false)?;
            self.usual += whole / 2;
        }
        say(&format!("a mirror takes {:.1} s", self.usual.as_secs_f64()));
        let share = self.extent.kills.div_ceil(2);
        for (direction, kills) in Direction::BOTH.into_iter().zip([share, self.extent.kills]) {
            self.place_source(direction)?;
            let mut is_over_older = false;
            while self.tally.kills < kills {
                self.round(direction, kills, is_over_older)?;
                is_over_older = !is_over_older;
            }
        }
        let Tally {
            kills,
            partial,
            resumed,
            rounds: [down, up],
        } = self.tally;
        holds(
            partial > 0 && resumed > 0,
            "no kill was in the middle of a file",
        )?;
        say(&format!(
            "{}: {kills} kills, {partial} of them with a partial file; {kills} times started again; {resumed} \
             files went on in their middle. {down} mirrors down and {up} up of {} files, {} bytes, all \
             complete: equal trees, nothing else left, {:.0} s",
            self.site.kind().name(),
            self.extent.files,
            self.tree.bytes(),
            begin.elapsed().as_secs_f64()
        ));
        Ok(())
    }

    /// Makes one mirror, and kills it until `kills` were killed in all. Returns how long the last run
    /// took.
    fn round(
        &mut self,
        direction: Direction,
        kills: usize,
        is_over_older: bool,
    ) -> Result<Duration> {
        let (source, target) = (
            self.directory(direction, true),
            self.directory(direction, false),
        );
        remove(&target)?;
        if is_over_older {
            self.tree.write_older(&target)?;
            self.site.give_to_sessions()?;
        }
        let mut whole = BTreeSet::new();
        let duration = loop {
            let begin = Instant::now();
            let mut program = self.spawn(direction)?;
            let ended = match self.tally.kills < kills {
                true => self.kill(&mut program)?,
                false => Some(program.wait()?),
            };
            self.tally.resumed += self.resumed()?;
            match ended {
                Some(status) => {
                    self.is_complete(status)?;
                    break begin.elapsed();
                }
                None => {
                    let partial = self.is_between(&target, is_over_older, &mut whole)?;
                    self.tally.partial += usize::from(partial > 0);
                }
            }
        };
        self.tree.check("the target", &target)?;
        self.tree.check("the source", &source)?;
        self.tally.rounds[direction as usize] += 1;
        Ok(duration)
    }

    /// Starts the program. It shows its dialogue, in which resumed files can be counted.
    fn spawn(&self, direction: Direction) -> Result<Child> {
        let target = self.site.url(TREE);
        let sides = match direction {
            Direction::Down => vec![target.as_str(), TREE],
            Direction::Up => vec!["--up", TREE, &target],
        };
        let words = ["mirror", "-v", "-j", "4", "--delete", "--json"];
        let mut command = self.site.command(words.into_iter().chain(sides));
        let program = command
            .stdout(File::create(self.site.here(OUT))?)
            .stderr(File::create(self.site.here(ERR))?)
            .spawn()?;
        Ok(program)
    }

    /// Kills the program at a random moment. Returns how it has ended if it was faster.
    fn kill(&mut self, program: &mut Child) -> Result<Option<ExitStatus>> {
        // Many kills would never let a mirror end, if each came at any moment of a whole one.
        let span = match self.extent.kills {
            0..50 => self.usual,
            _ => self.usual / 4,
        };
        thread::sleep(span.mul_f64(self.random.f64()));
        if let Some(status) = program.try_wait()? {
            return Ok(Some(status));
        }
        program.kill()?;
        program.wait()?;
        self.tally.kills += 1;
        if self.tally.kills.is_multiple_of(50) {
            say(&format!("{} kills", self.tally.kills));
        }
        Ok(None)
    }

    /// Checks how a run has ended that was not killed.
    fn is_complete(&self, status: ExitStatus) -> Result<()> {
        let text = fs::read_to_string(self.site.here(OUT))?;
        let report = values(&text)?;
        let is_complete = report
            .first()
            .is_some_and(|report| report["is_complete"] == true);
        let dialogue = String::from_utf8_lossy(&fs::read(self.site.here(ERR))?).into_owned();
        let last: Vec<_> = dialogue.lines().rev().take(40).collect();
        let last: Vec<_> = last.into_iter().rev().collect();
        let what = format!("{status}: {text}\n{}", last.join("\n"));
        holds(status.success() && is_complete, what)
    }

    /// Checks that each file of the target is partial, or is whole in its old or its new state.
    /// Returns how many are partial. `whole` has the files that were new already.
    fn is_between(
        &self,
        target: &Path,
        is_over_older: bool,
        whole: &mut BTreeSet<String>,
    ) -> Result<usize> {
        let mut partial = 0;
        if !target.exists() {
            return Ok(0);
        }
        for path in paths_below(target)? {
            let file = target.join(&path);
            if whole.contains(&path) || file.is_dir() {
                continue;
            }
            if path.ends_with(".ftp-part") {
                partial += 1;
                continue;
            }
            match self.tree.state(target, &path)? {
                State::New => drop(whole.insert(path)),
                State::Old if is_over_older => {}
                state => return Err(format!("{path} is {state:?} after a kill").into()),
            }
        }
        Ok(partial)
    }

    /// Counts the files that went on in their middle, in the dialogue of the last run.
    fn resumed(&self) -> Result<usize> {
        let dialogue = fs::read(self.site.here(ERR))?;
        let dialogue = String::from_utf8_lossy(&dialogue);
        let is_resumed = |line: &&str| {
            let command = line
                .split_once("*cmd* '")
                .map_or("", |(_, command)| command);
            command.starts_with("APPE ") || command.starts_with("REST ") && command != "REST 0'"
        };
        Ok(dialogue.lines().filter(is_resumed).count())
    }

    fn place_source(&self, direction: Direction) -> Result<()> {
        for is_source in [true, false] {
            remove(&self.directory(direction, is_source))?;
        }
        self.tree.write(&self.directory(direction, true))?;
        self.site.give_to_sessions()
    }

    fn directory(&self, direction: Direction, is_source: bool) -> PathBuf {
        match (direction == Direction::Down) == is_source {
            true => self.site.there(TREE),
            false => self.site.here(TREE),
        }
    }
}

fn remove(directory: &Path) -> Result<()> {
    match directory.exists() {
        true => Ok(fs::remove_dir_all(directory)?),
        false => Ok(()),
    }
}
