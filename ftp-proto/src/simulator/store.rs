//! The server's files and directories, which are kept in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::format;
use std::vec::Vec;

/// The modification time of every file and directory whose time no command has set. It is constant,
/// because the simulator has no clock.
const MODIFIED: &[u8] = b"20240101000000";

/// The files and directories of the server. All paths are absolute, without a slash at the end, and
/// without `.` or `..`.
#[derive(Clone, Debug, Default)]
pub(super) struct Store {
    pub(super) files: BTreeMap<Vec<u8>, Vec<u8>>,
    directories: BTreeSet<Vec<u8>>,
    links: BTreeMap<Vec<u8>, Link>,
    /// The modification times that commands such as MFMT have set, by path. All other times are
    /// [`MODIFIED`].
    times: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// A symbolic link.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) target: Vec<u8>,
    /// Whether listings show the link's target and not the link.
    pub(super) is_hidden: bool,
}

/// How many symbolic links the simulator follows in one path, so that a loop of links ends.
const MOST_LINKS: usize = 40;

/// Makes an absolute path from a path that a client has sent. `base` is the client's current
/// directory.
pub(super) fn resolve(base: &[u8], path: &[u8]) -> Vec<u8> {
    let base = if path.starts_with(b"/") { b"" } else { base };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in [base, path]
        .into_iter()
        .flat_map(|p| p.split(|b| *b == b'/'))
    {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    if parts.is_empty() {
        return b"/".to_vec();
    }
    parts.iter().fold(Vec::new(), |mut path, part| {
        path.push(b'/');
        path.extend_from_slice(part);
        path
    })
}

/// Returns the directory that contains this path.
fn parent(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|b| *b == b'/') {
        None | Some(0) => b"/",
        Some(slash) => &path[..slash],
    }
}

/// Whether an entry is in a directory or in one of its subdirectories.
fn is_below(entry: &[u8], directory: &[u8]) -> bool {
    let rest = entry.strip_prefix(directory);
    rest.is_some_and(|rest| directory == b"/" || rest.starts_with(b"/"))
}

/// Returns the last part of a path, for example `c` of `/a/b/c`.
pub(super) fn name(path: &[u8]) -> &[u8] {
    let slash = path.iter().rposition(|b| *b == b'/');
    &path[slash.map_or(0, |slash| slash + 1)..]
}

impl Store {
    pub(super) fn directories(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.directories.iter()
    }

    pub(super) fn put(&mut self, path: &[u8], content: Vec<u8>) {
        let path = resolve(b"/", path);
        self.make_directories(parent(&path));
        self.files.insert(path, content);
    }

    pub(super) fn put_link(&mut self, path: &[u8], link: Link) {
        let path = resolve(b"/", path);
        self.make_directories(parent(&path));
        self.links.insert(path, link);
    }

    /// Returns the link at this path. `None` if there is no link, or if listings show its target.
    pub(super) fn shown_link(&self, path: &[u8]) -> Option<&Link> {
        self.links.get(path).filter(|link| !link.is_hidden)
    }

    /// Follows all symbolic links in this path, and returns the path of the file or directory that
    /// it leads to.
    pub(super) fn follow(&self, path: &[u8]) -> Vec<u8> {
        let mut path = path.to_vec();
        for _ in 0..MOST_LINKS {
            let through = |link: &&Vec<u8>| {
                let rest = path.strip_prefix(link.as_slice());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
            };
            let Some(link) = self.links.keys().find(through) else {
                break;
            };
            let rest = path[link.len()..].to_vec();
            let target = resolve(parent(link), &self.links[link].target);
            path = resolve(b"/", &[target, rest].concat());
        }
        path
    }

    /// Follows the symbolic links in the directories of this path. If the path itself is a link, it
    /// is not followed.
    pub(super) fn place(&self, path: &[u8]) -> Vec<u8> {
        match name(path) {
            b"" => path.to_vec(),
            name => resolve(&self.follow(parent(path)), name),
        }
    }

    /// Returns the path that LIST shows. For a link to a directory, it is the path of the
    /// directory. For any other link, it is the path of the link itself.
    pub(super) fn listed(&self, path: &[u8]) -> Vec<u8> {
        let target = self.follow(path);
        match self.is_directory(&target) {
            true => target,
            false => self.place(path),
        }
    }

    pub(super) fn remove_link(&mut self, path: &[u8]) -> bool {
        self.links.remove(path).is_some()
    }

    pub(super) fn make_directories(&mut self, path: &[u8]) -> Vec<u8> {
        let path = resolve(b"/", path);
        let mut above = path.as_slice();
        while above != b"/" {
            self.directories.insert(above.to_vec());
            above = parent(above);
        }
        path
    }

    pub(super) fn is_directory(&self, path: &[u8]) -> bool {
        path == b"/" || self.directories.contains(path)
    }

    pub(super) fn exists(&self, path: &[u8]) -> bool {
        self.files.contains_key(path) || self.links.contains_key(path) || self.is_directory(path)
    }

    /// Returns whether a file may be written at this path: its parent directory exists, and the
    /// path is not a directory.
    pub(super) fn can_hold(&self, path: &[u8]) -> bool {
        !self.is_directory(path) && self.is_directory(parent(path))
    }

    pub(super) fn make_directory(&mut self, path: &[u8]) -> bool {
        let possible = !self.exists(path) && self.is_directory(parent(path));
        if possible {
            self.directories.insert(path.to_vec());
        }
        possible
    }

    pub(super) fn remove_directory(&mut self, path: &[u8]) -> bool {
        let possible = self.entries(path).is_empty() && self.directories.remove(path);
        if possible {
            self.times.remove(path);
        }
        possible
    }

    /// Returns how many bytes all files below this directory have together.
    pub(super) fn size_below(&self, path: &[u8]) -> usize {
        let files = self.files.iter().filter(|(file, _)| is_below(file, path));
        files.map(|(_, content)| content.len()).sum()
    }

    /// Removes a directory with all its files and subdirectories.
    pub(super) fn remove_tree(&mut self, path: &[u8]) {
        let stays = |entry: &Vec<u8>| entry != path && !is_below(entry, path);
        self.files.retain(|file, _| stays(file));
        self.directories.retain(stays);
        self.times.retain(|entry, _| stays(entry));
    }

    pub(super) fn rename(&mut self, from: &[u8], to: &[u8]) -> bool {
        let below = |path: &[u8]| {
            path.strip_prefix(from)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        };
        if !self.exists(from) || below(to) || !self.can_hold(to) {
            return false;
        }
        let moved = |path: Vec<u8>| {
            if below(&path) {
                [to, &path[from.len()..]].concat()
            } else {
                path
            }
        };
        let files = core::mem::take(&mut self.files);
        // A file that already has the new name is removed, because the renamed file replaces it.
        self.files = files
            .into_iter()
            .filter(|(path, _)| path != to)
            .map(|(path, content)| (moved(path), content))
            .collect();
        let directories = core::mem::take(&mut self.directories);
        self.directories = directories.into_iter().map(moved).collect();
        let times = core::mem::take(&mut self.times);
        self.times = times
            .into_iter()
            .filter(|(path, _)| path != to)
            .map(|(path, time)| (moved(path), time))
            .collect();
        true
    }

    pub(super) fn remove_file(&mut self, path: &[u8]) -> Option<Vec<u8>> {
        self.times.remove(path);
        self.files.remove(path)
    }

    /// Replaces a file by an empty one, or creates an empty file.
    pub(super) fn truncate(&mut self, path: &[u8]) {
        self.times.remove(path);
        self.files.insert(path.to_vec(), Vec::new());
    }

    /// Returns the modification time as MDTM shows it, for example `20240101000000`.
    pub(super) fn modified(&self, path: &[u8]) -> &[u8] {
        self.times.get(path).map_or(MODIFIED, Vec::as_slice)
    }

    pub(super) fn set_modified(&mut self, path: &[u8], time: Vec<u8>) {
        self.times.insert(path.to_vec(), time);
    }

    /// Writes bytes into a file from this position on. They overwrite the old bytes there.
    pub(super) fn write_at(&mut self, path: &[u8], position: usize, bytes: &[u8]) {
        self.times.remove(path);
        let content = self.files.entry(path.to_vec()).or_default();
        let end = position + bytes.len();
        if content.len() < end {
            content.resize(end, 0);
        }
        content[position..end].copy_from_slice(bytes);
    }

    /// Returns the paths of the entries of a directory. If the path is a file, returns only this
    /// path.
    pub(super) fn entries(&self, path: &[u8]) -> Vec<&[u8]> {
        let mut all: Vec<&[u8]> = self
            .directories
            .iter()
            .chain(self.files.keys())
            .chain(self.links.keys())
            .map(Vec::as_slice)
            .filter(|entry| parent(entry) == path || (*entry == path && !self.is_directory(path)))
            .collect();
        all.sort_unstable();
        all
    }

    /// Returns what LIST (if `long` is true) or NLST (if it is false) sends for this path. `None`
    /// if the path does not exist. `hides` leaves out the names that begin with a dot.
    pub(super) fn listing(&self, path: &[u8], long: bool, hides: bool) -> Option<Vec<u8>> {
        if !self.exists(path) {
            return None;
        }
        let mut text = Vec::new();
        for entry in self.entries(path) {
            if hides && name(entry).starts_with(b".") {
                continue;
            }
            if long {
                let link = self.shown_link(entry);
                let (mode, links, size) = match (link, self.files.get(&self.follow(entry))) {
                    (Some(link), _) => ("lrwxrwxrwx", 1, link.target.len()),
                    (None, Some(content)) => ("-rw-r--r--", 1, content.len()),
                    (None, None) => ("drwxr-xr-x", 2, 4096),
                };
                let line = format!("{mode} {links:3} user     group    {size:8} Jan 01  2024 ");
                text.extend_from_slice(line.as_bytes());
            }
            text.extend_from_slice(name(entry));
            if let Some(link) = self.shown_link(entry).filter(|_| long) {
                text.extend_from_slice(b" -> ");
                text.extend_from_slice(&link.target);
            }
            text.extend_from_slice(b"\r\n");
        }
        Some(text)
    }
}
