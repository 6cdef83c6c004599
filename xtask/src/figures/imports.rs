//! Which files of a crate import each other, as their text says it: every path that begins with
//! `crate` or `super`, in a `use` or in the code, unit tests apart.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::servers::Result;

/// How many re-exports are followed from a name to the file that defines it.
const MOST_REEXPORTS: usize = 8;

/// The circles: sets of files of which each reaches all others, the largest first.
pub(super) fn circles(root: &Path) -> Result<Vec<Vec<String>>> {
    let tree = Tree::read(root)?;
    let mut reached = tree.imports();
    // As many rounds as there are files are enough for the longest way.
    loop {
        let before = reached.clone();
        for files in reached.values_mut() {
            let further: Vec<_> = files.iter().filter_map(|file| before.get(file)).collect();
            let further: BTreeSet<PathBuf> = further.into_iter().flatten().cloned().collect();
            files.extend(further);
        }
        if reached == before {
            break;
        }
    }
    let mut circles = BTreeSet::new();
    for (file, files) in &reached {
        let comes_back = |other: &&PathBuf| reached.get(*other).is_some_and(|it| it.contains(file));
        let circle: Vec<String> = files
            .iter()
            .filter(comes_back)
            .map(|other| {
                other
                    .strip_prefix(root)
                    .unwrap_or(other)
                    .display()
                    .to_string()
            })
            .collect();
        if circle.len() > 1 {
            circles.insert(circle);
        }
    }
    let mut circles: Vec<_> = circles.into_iter().collect();
    circles.sort_by_key(|circle| std::cmp::Reverse(circle.len()));
    Ok(circles)
}

/// The files of a crate, comments taken out.
struct Tree {
    root: PathBuf,
    texts: BTreeMap<PathBuf, String>,
}

impl Tree {
    fn read(root: &Path) -> Result<Self> {
        let mut texts = BTreeMap::new();
        for path in super::sources(root)? {
            let text = fs::read_to_string(&path)?;
            // Unit tests in the file itself stand at its end.
            let text = text
                .split("#[cfg(test)]\nmod tests {")
                .next()
                .unwrap_or_default();
            let lines = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            texts.insert(path, lines.collect::<Vec<_>>().join("\n"));
        }
        Ok(Self {
            root: root.to_owned(),
            texts,
        })
    }

    /// For each file those that it names, itself apart. Re-exports are no need of their file's.
    fn imports(&self) -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
        let files = self.texts.iter().map(|(file, text)| {
            let named = paths(text, |public| !public).into_iter();
            let imported = named.filter_map(|path| self.resolve(file, &path, MOST_REEXPORTS));
            (
                file.clone(),
                imported.filter(|other| other != file).collect(),
            )
        });
        files.collect()
    }

    /// The file in which what a path names is defined.
    fn resolve(&self, from: &Path, path: &[String], depth: usize) -> Option<PathBuf> {
        let mut file = from.to_owned();
        let mut segments = path.iter();
        for segment in segments.by_ref() {
            let next = match segment.as_str() {
                "crate" => Some(self.root.join("lib.rs")),
                "self" => continue,
                "super" => self.parent(&file),
                name => self.child(&file, name),
            };
            match next {
                Some(next) => file = next,
                None => return Some(self.definition(&file, segment, depth).unwrap_or(file)),
            }
        }
        Some(file)
    }

    /// Follows `pub use` from the file that is named to the one that has it.
    fn definition(&self, file: &Path, name: &str, depth: usize) -> Option<PathBuf> {
        let depth = depth.checked_sub(1)?;
        let exports = paths(self.texts.get(file)?, |public| public);
        let export = exports
            .iter()
            .find(|path| path.last().is_some_and(|last| last == name))?;
        self.resolve(file, export, depth)
    }

    fn child(&self, file: &Path, name: &str) -> Option<PathBuf> {
        let directory = directory_of(file);
        [
            directory.join(format!("{name}.rs")),
            directory.join(name).join("mod.rs"),
        ]
        .into_iter()
        .find(|path| self.texts.contains_key(path))
    }

    fn parent(&self, file: &Path) -> Option<PathBuf> {
        let directory = directory_of(file);
        let above = directory.parent()?;
        [
            above.join("mod.rs"),
            above.join("lib.rs"),
            above.with_extension("rs"),
        ]
        .into_iter()
        .find(|path| self.texts.contains_key(path))
    }
}

/// Where the modules of a file are.
fn directory_of(file: &Path) -> PathBuf {
    if file.ends_with("mod.rs") || file.ends_with("lib.rs") {
        file.parent().unwrap_or(file).to_owned()
    } else {
        file.with_extension("")
    }
}

/// The paths in a text: those of each `use` whose publicity is wanted, and with the private ones
/// those that stand in the code.
fn paths(text: &str, wanted: impl Fn(bool) -> bool) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut code = String::new();
    for statement in text.split_inclusive(';') {
        let begin = statement
            .match_indices("use ")
            .map(|(at, _)| at)
            .find(|at| {
                let line = statement[..*at].rsplit('\n').next().unwrap_or_default();
                line.trim_start().is_empty() || line.trim_start().starts_with("pub")
            });
        let Some(begin) = begin.filter(|_| statement.ends_with(';')) else {
            code.push_str(statement);
            continue;
        };
        let line = statement[..begin].rsplit('\n').next().unwrap_or_default();
        code.push_str(&statement[..begin]);
        if wanted(line.trim_start().starts_with("pub")) {
            let tree: String = statement[begin + 4..]
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            expand(&[], tree.trim_end_matches(';'), &mut found);
        }
    }
    if wanted(false) {
        for begin in ["crate::", "super::"] {
            for (at, _) in code.match_indices(begin) {
                let path = code[at..].split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
                let segments = path.take(1).flat_map(|path| path.split("::"));
                found.push(
                    segments
                        .filter(|it| !it.is_empty())
                        .map(str::to_owned)
                        .collect(),
                );
            }
        }
    }
    found
}

/// One path for each leaf of a tree of a `use`.
fn expand(prefix: &[String], tree: &str, found: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    let mut path = prefix.to_vec();
    match tree.split_once('{') {
        Some((head, group)) => {
            path.extend(
                head.split("::")
                    .map(str::trim)
                    .filter(|it| !it.is_empty())
                    .map(str::to_owned),
            );
            let group = group.strip_suffix('}').unwrap_or(group);
            let (mut depth, mut begin) = (0_usize, 0);
            for (at, byte) in group.bytes().enumerate() {
                match byte {
                    b'{' => depth += 1,
                    b'}' => depth = depth.saturating_sub(1),
                    b',' if depth == 0 => {
                        expand(&path, &group[begin..at], found);
                        begin = at + 1;
                    }
                    _ => {}
                }
            }
            expand(&path, &group[begin..], found);
        }
        None if tree.is_empty() => {}
        None => {
            let name = tree.split(" as ").next().unwrap_or(tree);
            path.extend(name.split("::").map(|it| it.trim().to_owned()));
            found.push(path);
        }
    }
}
