//! Finds which files of a crate import each other, by reading their text. Each path that begins
//! with `crate` or `super` is an import, in a `use` or in other code, except in unit tests.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Files, code, is_test};

/// How many re-exports (`pub use`) are followed from a name to the file that defines it.
const MOST_REEXPORTS: usize = 8;

/// Returns the circles of imports below a directory, the largest first. A circle is a set of files.
/// Each file of the set imports all others, directly or through other files.
pub(super) fn circles<'f>(files: &'f Files, directory: &str) -> Vec<Vec<&'f str>> {
    let tree = Tree::new(files, directory);
    let reached: BTreeMap<_, _> = tree
        .0
        .keys()
        .map(|from| (from, tree.reached(from)))
        .collect();
    let mut circles = BTreeSet::new();
    for (from, others) in &reached {
        let back = others.iter().filter(|other| reached[other].contains(*from));
        let circle: Vec<_> = back.map(|other| tree.0[other].file).collect();
        if circle.len() > 1 {
            circles.insert(circle);
        }
    }
    let mut circles: Vec<_> = circles.into_iter().collect();
    circles.sort_by_key(|circle| Reverse(circle.len()));
    circles
}

/// The modules of a crate, by their paths, for example `crate::session`.
struct Tree<'f>(BTreeMap<String, Module<'f>>);

/// A module that has its own file.
struct Module<'f> {
    file: &'f str,
    /// The paths that the module imports.
    imports: Vec<String>,
    /// The paths in the module's `pub use`. A re-export alone is no import.
    exports: Vec<String>,
}

impl<'f> Tree<'f> {
    fn new(files: &'f Files, directory: &str) -> Self {
        let modules = files.iter().filter_map(|(name, text)| {
            let file = name.strip_prefix(directory).filter(|_| !is_test(name))?;
            let path = file.trim_end_matches(".rs").trim_end_matches("/mod");
            let path = match path {
                "lib" => "crate".to_owned(),
                path => format!("crate::{}", path.replace('/', "::")),
            };
            Some((path, Module::new(file, text)))
        });
        Self(modules.collect())
    }

    /// Returns all modules that the module `from` imports, directly or through other modules. The
    /// result contains `from` only if `from` is in a circle of imports.
    fn reached(&self, from: &str) -> BTreeSet<String> {
        let (mut reached, mut next) = (BTreeSet::new(), vec![from.to_owned()]);
        while let Some(module) = next.pop() {
            for path in &self.0[&module].imports {
                let other = self.resolve(&module, path, MOST_REEXPORTS);
                if other != module && reached.insert(other.clone()) {
                    next.push(other);
                }
            }
        }
        reached
    }

    /// Finds the item that the module `from` imports as `path`, and returns the module that defines
    /// this item. Follows at most `depth` re-exports.
    fn resolve(&self, from: &str, path: &str, depth: usize) -> String {
        let mut module = from.to_owned();
        for segment in path.split("::") {
            let next = match segment {
                "crate" => segment.to_owned(),
                "self" => continue,
                "super" => module
                    .rsplit_once("::")
                    .map_or("", |(above, _)| above)
                    .to_owned(),
                name => format!("{module}::{name}"),
            };
            if !self.0.contains_key(&next) {
                // `segment` names no module. So it is an item of `module`, or of a module that a
                // `pub use` in `module` names.
                let mut exports = self.0[&module].exports.iter();
                let export = exports.find(|export| export.rsplit("::").next() == Some(segment));
                return match export.filter(|_| depth > 0) {
                    Some(export) => self.resolve(&module, export, depth - 1),
                    None => module,
                };
            }
            module = next;
        }
        module
    }
}

impl<'f> Module<'f> {
    fn new(file: &'f str, text: &str) -> Self {
        // Leaves out the unit tests, which are at the end of a file.
        let text = text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default();
        let text = code(text).collect::<Vec<_>>().join("\n");
        let (mut imports, mut exports) = (Vec::new(), Vec::new());
        for statement in text.split(';') {
            let (mut code, tree) = statement.rsplit_once("use ").unwrap_or((statement, ""));
            match code.rsplit('\n').next().unwrap_or_default().trim_start() {
                "" => imports.extend(leaves(tree)),
                public if public.starts_with("pub") => exports.extend(leaves(tree)),
                _ => code = statement,
            }
            for (at, _) in code
                .match_indices("crate::")
                .chain(code.match_indices("super::"))
            {
                let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
                let path = code[at..].split(|c| !is_path(c)).next().unwrap_or_default();
                imports.push(path.trim_end_matches(':').to_owned());
            }
        }
        Self {
            file,
            imports,
            exports,
        }
    }
}

/// Returns the paths that a `use` names: for `a::{b, c}` these are `a::b` and `a::c`.
fn leaves(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((head, group)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().filter(|path| !path.is_empty());
        return path.map(str::to_owned).into_iter().collect();
    };
    let mut depth = 0;
    let group = group.strip_suffix('}').unwrap_or(group);
    let parts = group.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    let leaves = parts.flat_map(leaves);
    leaves.map(|leaf| format!("{head}{leaf}")).collect()
}
