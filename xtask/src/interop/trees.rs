//! The task about whole trees: what `plan_upload`, `plan_download` and `sync` make on both disks.
//! After each sync, the plan must be empty when it is made again.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;

use fastrand::Rng;
use ftp_blocking::sync::{Change, Extra};
use ftp_blocking::wire::Escaped;
use ftp_blocking::{Error, RetryPolicy, SyncOptions, SyncPlan, SyncReport};

use super::cell::Cell;
use super::random_tree::{Kinds, Tree, give};
use crate::job::client::ask;
use crate::job::content::equal;
use crate::job::during;
use crate::servers::Result;
use crate::servers::foreign::Kind;
use crate::servers::tree::CLOSED;

/// A step of the task: its name, and the method that runs it.
type Step = (&'static str, fn(&mut Cell<'_>, &mut Scene) -> Result<()>);

const STEPS: &[Step] = &[
    ("upload: into nothing", |cell, scene| {
        cell.syncs(scene, Way::Up)
    }),
    ("upload: changes", |cell, scene| {
        cell.changes(scene, Way::Up)
    }),
    ("upload: extras", |cell, scene| cell.deletes(scene, Way::Up)),
    ("upload: a failure", |cell, scene| cell.fails_up(scene)),
    ("download: into nothing", |cell, scene| {
        cell.syncs(scene, Way::Down)
    }),
    ("download: changes", |cell, scene| {
        cell.changes(scene, Way::Down)
    }),
    ("download: extras", |cell, scene| {
        cell.deletes(scene, Way::Down)
    }),
    ("download: a failure", |cell, scene| cell.fails_down(scene)),
];

/// Names that every server takes as they are.
const NAMES: &[&str] = &["a", "B", "data.csv", "b.tar.gz", "read me.txt", "a;b=c"];

/// The direction of a sync.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

/// What a step begins with.
struct Scene {
    random: Rng,
    /// The source.
    tree: Tree,
}

pub(super) fn steps() -> Vec<String> {
    STEPS.iter().map(|(name, _)| (*name).to_owned()).collect()
}

impl Scene {
    fn new(kind: Kind, seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let of_files: &[&str] = match kind {
            // It reads commands as Latin-1, and stores names as UTF-8.
            Kind::Twisted => &[],
            _ => &["käse", "奶酪"],
        };
        let tree = Tree::random(
            &mut random,
            &Kinds {
                files: 8..9,
                directories: 3..4,
                largest: 300_000,
                names: NAMES,
                of_files,
            },
        );
        Self { random, tree }
    }
}

impl Cell<'_> {
    /// Does the task. Returns each step with an unexpected result, and this result.
    pub(super) fn trees(&mut self) -> Result<Vec<(usize, String)>> {
        let mut different = Vec::new();
        for (step, (_, run)) in STEPS.iter().enumerate() {
            self.clear()?;
            let _ = fs::remove_dir_all(self.side(Way::Up));
            self.begin()?;
            let seed = self.seed(step);
            let mut scene = Scene::new(self.server.kind, seed);
            let done = run(self, &mut scene).and_then(|()| self.check_in_step("the step"));
            if let Err(error) = done {
                different.push((step, format!("seed {seed}: {error}")));
                self.drop_session();
            }
            let _ = fs::remove_dir_all(self.side(Way::Up));
        }
        Ok(different)
    }

    /// The seed of a step's tree. Each step of each cell has another tree, but all runs have the
    /// same trees, so that their exceptions are the same.
    fn seed(&self, step: usize) -> u64 {
        let mut hasher = DefaultHasher::new();
        let cell = [
            self.server.kind.name(),
            self.adapter.name(),
            self.way.name(),
        ];
        (cell, step).hash(&mut hasher);
        hasher.finish()
    }

    /// The directory from which a sync in this direction reads: on this machine's disk outside the
    /// directory that clients see, or on the server's disk.
    fn side(&self, way: Way) -> PathBuf {
        match way {
            Way::Up => self.disk(b"../trees"),
            Way::Down => self.disk(b"tree"),
        }
    }

    /// Writes a tree, and replaces what is there.
    fn write_tree(&self, tree: &Tree, side: Way) -> Result<()> {
        let directory = self.side(side);
        if directory.exists() {
            fs::remove_dir_all(&directory)?;
        }
        tree.write(&directory)?;
        match side {
            Way::Up => Ok(()),
            Way::Down => give(&directory, &fs::metadata(self.server.root())?),
        }
    }

    fn plan(&mut self, way: Way, options: &SyncOptions) -> std::result::Result<SyncPlan, Error> {
        let here = self.side(Way::Up);
        match way {
            Way::Up => ask!(self.client().open(), it => it.plan_upload(&here, "tree", options)),
            Way::Down => ask!(self.client().open(), it => it.plan_download("tree", &here, options)),
        }
    }

    fn carry_out(&mut self, plan: SyncPlan) -> SyncReport {
        ask!(self.client().open(), it => it.sync(plan))
    }

    /// Makes a plan that must have exactly these changes, and carries it out. Nothing may fail.
    fn makes(
        &mut self,
        way: Way,
        options: &SyncOptions,
        expected: &mut [(Change, Vec<u8>)],
    ) -> Result<()> {
        let plan = during("planning", self.plan(way, options))?;
        expected.sort();
        let changes = plan.changes();
        let mut found: Vec<_> = changes.map(|it| (it.change, it.local.to_vec())).collect();
        found.sort();
        let failures: Vec<_> = plan.failures().iter().map(ToString::to_string).collect();
        equal(
            "what cannot be planned",
            &String::new(),
            &failures.join(", "),
        )?;
        equal("the plan", &shown(expected), &shown(&found))?;
        let report = self.carry_out(plan);
        match report.is_complete() && report.undone == 0 {
            true => Ok(()),
            false => Err(report.to_string().into()),
        }
    }

    /// Checks that both sides have this tree, and that there is nothing left to do.
    fn is_synced(&mut self, tree: &Tree, way: Way, options: &SyncOptions) -> Result<()> {
        tree.check("here", &Tree::read(&self.side(Way::Up))?)?;
        tree.check("there", &Tree::read(&self.side(Way::Down))?)?;
        let again = during("planning again", self.plan(way, options))?;
        let failures = again.failure_count();
        equal("the plan, made again", &String::new(), &again.to_string())?;
        equal("its failures", &0, &failures)
    }

    // The steps.

    /// Makes the target, which does not exist.
    fn syncs(&mut self, scene: &Scene, way: Way) -> Result<()> {
        self.write_tree(&scene.tree, way)?;
        let options = SyncOptions::new();
        let mut expected = scene.tree.all_as_new();
        expected.push((Change::MakeDirectory, Vec::new()));
        self.makes(way, &options, &mut expected)?;
        self.is_synced(&scene.tree, way, &options)
    }

    /// Changes files of the source: one gets another size, and one is newer. One file and a
    /// directory are new.
    fn changes(&mut self, scene: &mut Scene, way: Way) -> Result<()> {
        let options = SyncOptions::new();
        let before = scene.tree.clone();
        let other = if way == Way::Up { Way::Down } else { Way::Up };
        self.write_tree(&before, other)?;
        let files: Vec<_> = before.files().cloned().collect();
        let [newer, larger, ..] = files.as_slice() else {
            return Err("the random tree has too few files".into());
        };
        let size = fs::read(
            self.side(other)
                .join(String::from_utf8_lossy(newer).as_ref()),
        )?
        .len();
        scene.tree.change(&mut scene.random, newer, size);
        scene.tree.change(&mut scene.random, larger, 7_777);
        scene.tree.add(&mut scene.random, b"new", None);
        scene.tree.add(&mut scene.random, b"new/file", Some(999));
        self.write_tree(&scene.tree, way)?;
        self.makes(
            way,
            &options,
            &mut [
                (Change::Update, newer.clone()),
                (Change::Update, larger.clone()),
                (Change::MakeDirectory, b"new".to_vec()),
                (Change::Create, b"new/file".to_vec()),
            ],
        )?;
        self.is_synced(&scene.tree, way, &options)
    }

    /// Deletes what the target has in addition.
    fn deletes(&mut self, scene: &mut Scene, way: Way) -> Result<()> {
        let options = SyncOptions::new().with_extra(Extra::Delete);
        self.write_tree(&scene.tree, way)?;
        let mut target = scene.tree.clone();
        for directory in [b"extra".as_slice(), b"extra/empty", b"extra/full"] {
            target.add(&mut scene.random, directory, None);
        }
        target.add(&mut scene.random, b"extra/full/file", Some(10));
        target.add(&mut scene.random, b"more", Some(20));
        let other = if way == Way::Up { Way::Down } else { Way::Up };
        self.write_tree(&target, other)?;
        self.makes(
            way,
            &options,
            &mut [
                (Change::RemoveDirectory, b"extra".to_vec()),
                (Change::RemoveDirectory, b"extra/empty".to_vec()),
                (Change::RemoveDirectory, b"extra/full".to_vec()),
                (Change::Delete, b"extra/full/file".to_vec()),
                (Change::Delete, b"more".to_vec()),
            ],
        )?;
        self.is_synced(&scene.tree, way, &options)
    }

    /// Uploads into a directory of the server that nobody may write to, among others.
    fn fails_up(&mut self, scene: &mut Scene) -> Result<()> {
        let refused = [CLOSED.as_bytes(), b"/file"].concat();
        self.put_directory(CLOSED.as_bytes(), 0o755)?;
        scene.tree.add(&mut scene.random, CLOSED.as_bytes(), None);
        let rest = scene.tree.clone();
        scene.tree.add(&mut scene.random, &refused, Some(50));
        self.write_tree(&scene.tree, Way::Up)?;
        let here = self.side(Way::Up);
        let options = once();
        let plan = ask!(self.client().open(), it => it.plan_upload(&here, "/", &options));
        self.fails_only(during("planning", plan)?, &refused)?;
        rest.check("there", &Tree::read(&self.server.root())?)
    }

    /// Downloads a file, among others, where a directory is.
    fn fails_down(&mut self, scene: &mut Scene) -> Result<()> {
        let rest = scene.tree.clone();
        scene.tree.add(&mut scene.random, b"refused", Some(50));
        self.write_tree(&scene.tree, Way::Down)?;
        let mut target = Tree::default();
        target.add(&mut scene.random, b"refused", None);
        self.write_tree(&target, Way::Up)?;
        let plan = during("planning", self.plan(Way::Down, &once()))?;
        self.fails_only(plan, b"refused")?;
        let rest = Tree([target.0, rest.0].into_iter().flatten().collect());
        rest.check("here", &Tree::read(&self.side(Way::Up))?)
    }

    /// Checks that a sync fails for this path only.
    fn fails_only(&mut self, plan: SyncPlan, refused: &[u8]) -> Result<()> {
        let report = self.carry_out(plan);
        let paths: Vec<_> = report.failures.iter().map(|it| &*it.path).collect();
        match *paths.as_slice() {
            [path] if path == refused && report.undone == 0 => Ok(()),
            _ => {
                let refused = Escaped::new(refused);
                Err(format!("only {refused} should fail: {report}").into())
            }
        }
    }
}

/// Options that try nothing again: aioftp refuses by replies that promise a later success.
fn once() -> SyncOptions {
    SyncOptions::new().with_retry(RetryPolicy::never())
}

/// Shows changes for a comparison.
fn shown(changes: &[(Change, Vec<u8>)]) -> String {
    let line = |(change, path): &(Change, Vec<u8>)| format!("{change} {}", Escaped::new(path));
    changes.iter().map(line).collect::<Vec<_>>().join(", ")
}
