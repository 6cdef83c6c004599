//! Random trees of directories and files, on this machine's disk.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::ops::Range;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, lchown};
use std::path::Path;
use std::time::{Duration, SystemTime};

use fastrand::Rng;
use ftp_blocking::sync::Change;
use ftp_blocking::wire::Escaped;

use crate::servers::Result;

/// What a directory holds, at any depth: each path, relative to the directory, with what is there.
#[derive(Clone, Default)]
pub(super) struct Tree(pub(super) BTreeMap<Vec<u8>, Node>);

/// What is at a path.
#[derive(Clone)]
pub(super) enum Node {
    Directory,
    File {
        content: Vec<u8>,
        modified: SystemTime,
    },
}

/// How a random tree is made.
pub(super) struct Kinds<'n> {
    pub(super) files: Range<usize>,
    pub(super) directories: Range<usize>,
    /// The most bytes of a file.
    pub(super) largest: usize,
    /// The words that names are made of.
    pub(super) names: &'n [&'n str],
    /// More such words, for files only.
    pub(super) of_files: &'n [&'n str],
}

/// The deepest path, counted in names.
const DEEPEST: usize = 5;

/// Most files are smaller than this, as in real trees.
const SMALL: usize = 8 * 1024;

/// A time of files that counts as old: 2023-11-14, as the time since 1970.
const OLD: Duration = Duration::from_secs(1_700_000_000);

/// The time between two versions of a file. Some listings show the day only.
const BETWEEN: Duration = Duration::from_secs(3 * 86_400);

impl Tree {
    pub(super) fn random(random: &mut Rng, kinds: &Kinds<'_>) -> Self {
        let mut tree = Self::default();
        let mut directories = vec![Vec::new()];
        for _ in 0..random.usize(kinds.directories.clone()) {
            let path = tree.new_path(random, kinds.names, &directories);
            if path.split(|byte| *byte == b'/').count() < DEEPEST {
                directories.push(path.clone());
            }
            tree.0.insert(path, Node::Directory);
        }
        let names = [kinds.names, kinds.of_files].concat();
        for _ in 0..random.usize(kinds.files.clone()) {
            let path = tree.new_path(random, &names, &directories);
            let size = match random.u8(0..10) {
                0 => 0,
                1..7 => random.usize(1..SMALL),
                7..9 => random.usize(SMALL..kinds.largest / 8),
                _ => random.usize(kinds.largest / 8..kinds.largest),
            };
            tree.0.insert(path, file(random, size, OLD));
        }
        tree
    }

    /// Returns a path that the tree does not have, in one of the directories.
    fn new_path(&self, random: &mut Rng, names: &[&str], directories: &[Vec<u8>]) -> Vec<u8> {
        let directory = &directories[random.usize(..directories.len())];
        let mut name = names[random.usize(..names.len())].to_owned();
        loop {
            let path = join(directory, name.as_bytes());
            if !self.0.contains_key(&path) {
                return path;
            }
            name.insert(0, random.digit(10));
        }
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &Vec<u8>> {
        let files = self.0.iter();
        files.filter_map(|(path, node)| matches!(node, Node::File { .. }).then_some(path))
    }

    /// Returns what makes this tree in an empty directory.
    pub(super) fn all_as_new(&self) -> Vec<(Change, Vec<u8>)> {
        let change = |node: &Node| match node {
            Node::Directory => Change::MakeDirectory,
            Node::File { .. } => Change::Create,
        };
        let all = self.0.iter();
        all.map(|(path, node)| (change(node), path.clone()))
            .collect()
    }

    /// Adds a file of this size, or a directory.
    pub(super) fn add(&mut self, random: &mut Rng, path: &[u8], size: Option<usize>) {
        let node = match size {
            Some(size) => file(random, size, OLD),
            None => Node::Directory,
        };
        self.0.insert(path.to_vec(), node);
    }

    /// Returns an earlier state: some files and directories are missing, and some files have other
    /// bytes and an earlier time.
    pub(super) fn before(&self, random: &mut Rng) -> Self {
        let mut before = self.clone();
        for (path, node) in &self.0 {
            match (random.u8(0..8), node) {
                (0..3, _) => before.remove(path),
                (3, Node::File { content, .. }) => {
                    let size = random.usize(0..content.len() + SMALL);
                    let other = file(random, size, OLD - BETWEEN);
                    before.replace(path, other);
                }
                (4, Node::File { content, .. }) => {
                    let other = file(random, content.len(), OLD - BETWEEN);
                    before.replace(path, other);
                }
                _ => {}
            }
        }
        before
    }

    /// Adds what `source` does not have, also in place of what it has. Adds nothing that begins with
    /// a dot, nor below such a directory, because some servers do not list it.
    pub(super) fn add_extras(&mut self, random: &mut Rng, source: &Self) {
        for (path, node) in &source.0 {
            if path
                .split(|byte| *byte == b'/')
                .any(|name| name.starts_with(b"."))
            {
                continue;
            }
            match random.u8(0..16) {
                0 => {
                    let extra = [path.as_slice(), b".extra"].concat();
                    self.add_beside(&extra, file(random, 100, OLD));
                }
                1 => {
                    let extra = [path.as_slice(), b" extra"].concat();
                    self.add_beside(&extra, Node::Directory);
                    self.add_beside(&join(&extra, b"file"), file(random, 10, OLD));
                }
                2 => {
                    self.remove(path);
                    let other = match node {
                        Node::Directory => file(random, 20, OLD),
                        Node::File { .. } => Node::Directory,
                    };
                    self.add_beside(path, other);
                }
                _ => {}
            }
        }
    }

    /// Adds something, if the directory for it is there.
    fn add_beside(&mut self, path: &[u8], node: Node) {
        let parent = path.iter().rposition(|byte| *byte == b'/');
        let parent = parent.map(|end| self.0.get(&path[..end]));
        if parent.is_none_or(|parent| matches!(parent, Some(Node::Directory))) {
            self.0.insert(path.to_vec(), node);
        }
    }

    fn replace(&mut self, path: &[u8], other: Node) {
        if let Some(node) = self.0.get_mut(path) {
            *node = other;
        }
    }

    /// Removes what is at a path, and all below it.
    pub(super) fn remove(&mut self, path: &[u8]) {
        let below = join(path, b"");
        self.0
            .retain(|other, _| other != path && !other.starts_with(&below));
    }

    /// Gives a file new bytes, and a time that is later than those of all files of a random tree.
    pub(super) fn change(&mut self, random: &mut Rng, path: &[u8], size: usize) {
        let other = file(random, size, OLD + BETWEEN);
        self.replace(path, other);
    }

    /// Creates the tree in this directory, which is created too.
    pub(super) fn write(&self, directory: &Path) -> Result<()> {
        fs::create_dir(directory)?;
        for (path, node) in &self.0 {
            let path = directory.join(OsStr::from_bytes(path));
            match node {
                Node::Directory => fs::create_dir(path)?,
                Node::File { content, modified } => {
                    fs::write(&path, content)?;
                    let file = File::options().write(true).open(path)?;
                    file.set_modified(*modified)?;
                }
            }
        }
        Ok(())
    }

    /// Reads what is in this directory. If it does not exist, the tree is empty.
    pub(super) fn read(directory: &Path) -> Result<Self> {
        let mut tree = Self::default();
        if directory.exists() {
            tree.read_below(directory, b"")?;
        }
        Ok(tree)
    }

    fn read_below(&mut self, directory: &Path, above: &[u8]) -> Result<()> {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let path = join(above, entry.file_name().as_bytes());
            let metadata = entry.metadata()?;
            if metadata.is_dir() {
                self.read_below(&entry.path(), &path)?;
                self.0.insert(path, Node::Directory);
            } else {
                let content = fs::read(entry.path())?;
                let modified = metadata.modified()?;
                self.0.insert(path, Node::File { content, modified });
            }
        }
        Ok(())
    }

    /// Checks that another tree has the same paths, and that its files have the same bytes.
    pub(super) fn check(&self, what: &str, found: &Self) -> Result<()> {
        for (path, node) in &self.0 {
            let shown = Escaped::new(path);
            match found.0.get(path) {
                Some(other) if node.is_same(other) => {}
                Some(other) => {
                    let (other, node) = (other.name(), node.name());
                    return Err(format!("{what}: {shown} is {other}, and not {node}").into());
                }
                None => return Err(format!("{what}: {shown} is missing").into()),
            }
        }
        match found.0.keys().find(|path| !self.0.contains_key(*path)) {
            None => Ok(()),
            Some(path) => Err(format!("{what}: {} is left", Escaped::new(path)).into()),
        }
    }
}

impl Node {
    /// Returns whether both are directories, or files of the same bytes.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Directory, Self::Directory) => true,
            (Self::File { content, .. }, Self::File { content: other, .. }) => content == other,
            _ => false,
        }
    }

    pub(super) fn name(&self) -> String {
        match self {
            Self::Directory => "a directory".to_owned(),
            Self::File { content, .. } => format!("a file of {} bytes", content.len()),
        }
    }
}

/// Gives a directory and everything below it to the owner of something else.
pub(super) fn give(directory: &Path, owner: &Metadata) -> Result<()> {
    let one = |path: &Path| lchown(path, Some(owner.uid()), Some(owner.gid()));
    one(directory)?;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => give(&entry.path(), owner)?,
            false => one(&entry.path())?,
        }
    }
    Ok(())
}

/// Makes a file of random bytes. Its time is this one, or a little later.
fn file(random: &mut Rng, size: usize, time: Duration) -> Node {
    let mut content = vec![0; size];
    random.fill(&mut content);
    let later = Duration::from_secs(random.u64(0..86_400));
    Node::File {
        content,
        modified: SystemTime::UNIX_EPOCH + time + later,
    }
}

fn join(directory: &[u8], name: &[u8]) -> Vec<u8> {
    match directory {
        b"" => name.to_vec(),
        _ => [directory, b"/", name].concat(),
    }
}
