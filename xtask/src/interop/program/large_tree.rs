//! A large tree on this machine's disk. Its bytes follow from a seed, so nobody has to hold them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use fastrand::Rng;

use super::site::{holds, paths_below};
use crate::servers::Result;

/// The files of a tree, by their paths.
pub(super) struct LargeTree {
    files: BTreeMap<String, Content>,
}

/// What a file holds: random bytes from a seed.
#[derive(Clone, Copy)]
struct Content {
    seed: u64,
    size: u64,
}

/// What is at a path of the target during a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The file of the source, to the last byte.
    New,
    /// The file that was there before.
    Old,
    /// Neither of them.
    Other,
}

const SMALL: u64 = 16 * 1024;
const MEDIUM: u64 = 1024 * 1024;

/// How many bytes are made, written or compared at a time.
const CHUNK: usize = 64 * 1024;

/// The time of the files: 2023-11-14, as the time since 1970. That of older files is a year earlier.
const TIME: Duration = Duration::from_secs(1_700_000_000);
const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// What the files of an older tree hold, which are every fourth.
const OLD: &[u8] = b"the content of an older tree";
const OLD_ONES: usize = 4;

/// A directory, and a file in it, that only an older tree has.
const EXTRA: &str = "extra/of the older tree";

impl LargeTree {
    /// Makes a tree of this many files and bytes. Four files in five are small. One in 64 is large:
    /// these files have most of the bytes.
    pub(super) fn new(seed: u64, count: usize, bytes: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let large = (count / 64).max(2);
        let mut sizes: Vec<u64> = (large..count)
            .map(|index| match index % 5 {
                0 => random.u64(SMALL..MEDIUM),
                _ => random.u64(0..SMALL),
            })
            .collect();
        let mut rest = bytes.saturating_sub(sizes.iter().sum());
        for left in (1..=large as u64).rev() {
            let share = rest / left;
            let size = match left {
                1 => rest,
                _ => random.u64(share / 2..=share + share / 2),
            };
            sizes.push(size);
            rest -= size;
        }
        random.shuffle(&mut sizes);
        let files = sizes.into_iter().enumerate().map(|(index, size)| {
            let seed = random.u64(..);
            (path(index), Content { seed, size })
        });
        Self {
            files: files.collect(),
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.files.values().map(|content| content.size).sum()
    }

    /// Writes the tree into this directory, which is created.
    pub(super) fn write(&self, directory: &Path) -> Result<()> {
        for (path, content) in &self.files {
            let path = directory.join(path);
            make_above(&path)?;
            let mut file = BufWriter::new(File::create(path)?);
            content.pieces(|piece| file.write_all(piece))?;
            file.into_inner()?.set_modified(UNIX_EPOCH + TIME)?;
        }
        Ok(())
    }

    /// Writes an older tree: every fourth file, with another content, and one that is not in this
    /// tree.
    pub(super) fn write_older(&self, directory: &Path) -> Result<()> {
        let some = self.files.keys().map(String::as_str).step_by(OLD_ONES);
        for path in some.chain([EXTRA]) {
            let path = directory.join(path);
            make_above(&path)?;
            fs::write(&path, OLD)?;
            let file = File::options().write(true).open(path)?;
            file.set_modified(UNIX_EPOCH + TIME - YEAR)?;
        }
        Ok(())
    }

    /// Compares a file of a target with this tree.
    pub(super) fn state(&self, directory: &Path, path: &str) -> Result<State> {
        let mut file = File::open(directory.join(path))?;
        let size = file.metadata()?.len();
        if size == OLD.len() as u64 && fs::read(directory.join(path))? == OLD {
            return Ok(State::Old);
        }
        let Some(content) = self.files.get(path).filter(|content| content.size == size) else {
            return Ok(State::Other);
        };
        let (mut is_same, mut buffer) = (true, vec![0; CHUNK]);
        content.pieces(|piece| {
            let found = &mut buffer[..piece.len()];
            file.read_exact(found)?;
            is_same &= found == piece;
            Ok(())
        })?;
        Ok(match is_same {
            true => State::New,
            false => State::Other,
        })
    }

    /// Checks that a directory holds this tree and nothing else.
    pub(super) fn check(&self, what: &str, directory: &Path) -> Result<()> {
        let mut count = 0;
        for path in paths_below(directory)? {
            if directory.join(&path).is_dir() {
                let is_known = self.files.keys().any(|file| is_below(file, &path));
                holds(is_known, format!("{what}: the directory {path} is left"))?;
                continue;
            }
            let state = self.state(directory, &path)?;
            holds(state == State::New, format!("{what}: {path} is {state:?}"))?;
            count += 1;
        }
        let all = self.files.len();
        holds(count == all, format!("{what}: {count} of {all} files"))
    }
}

impl Content {
    /// Hands out the bytes, piece by piece.
    fn pieces(self, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> Result<()> {
        let mut random = Rng::with_seed(self.seed);
        let mut buffer = vec![0; CHUNK];
        let mut left = self.size;
        while left > 0 {
            random.fill(&mut buffer);
            let piece = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
            each(&buffer[..piece])?;
            left -= piece as u64;
        }
        Ok(())
    }
}

fn path(index: usize) -> String {
    let name = match index % 50 {
        0 => format!("two  blanks {index}"),
        1 => format!("käse {index}.bin"),
        2 => format!("[{index}]"),
        3 => format!("%41#{index}"),
        _ => format!("{index}.bin"),
    };
    match index % 10 {
        0 => name,
        rest if rest < 5 => format!("d{rest}/{name}"),
        rest => format!("d{rest}/e{}/{name}", index / 10 % 4),
    }
}

fn is_below(path: &str, directory: &str) -> bool {
    let rest = path.strip_prefix(directory);
    rest.is_some_and(|rest| rest.starts_with('/'))
}

fn make_above(path: &Path) -> Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    Ok(())
}
