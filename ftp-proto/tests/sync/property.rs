//! Random trees: a plan that was carried out leaves nothing to do.

use ftp_proto::listing::{Entry, Line};
use ftp_proto::sync::{
    Change, Compare, Extra, LetterCase, LocalTree, PlanSync, SyncOptions, SyncPlan,
};
use ftp_proto::tree::{Outcome, Plan, Todo, WalkOptions};
use ftp_proto::{Encoding, Error, ErrorKind};
use proptest::prelude::*;

use crate::host::{Host, NOW, Node, Tree, scan, shown};

/// A tree of few names, so that the two sides of a sync often meet.
fn any_tree() -> impl Strategy<Value = Tree> {
    let name = prop::sample::select(vec!["a", "b", ".c", "a-b", "é"]);
    let path = prop::collection::vec(name, 1..4);
    let node = prop_oneof![
        4 => ("[xy]{0,2}", -200_i64..200).prop_map(|(text, time)| {
            Node::File(text.into_bytes(), NOW + time)
        }),
        2 => Just(Node::Directory),
        1 => Just(Node::Link("elsewhere")),
    ];
    prop::collection::vec((path, node), 0..12).prop_map(|entries| {
        let mut tree = Tree::new();
        for (path, node) in entries {
            let path = path.join("/").into_bytes();
            let ends = (0..path.len()).filter(|at| path[*at] == b'/');
            let above: Vec<Vec<u8>> = ends.map(|end| path[..end].to_vec()).collect();
            let is_free = above
                .iter()
                .all(|above| matches!(tree.get(above), None | Some(Node::Directory)));
            if is_free && !tree.contains_key(&path) {
                for above in above {
                    tree.insert(above, Node::Directory);
                }
                tree.insert(path, node);
            }
        }
        tree
    })
}

/// A line of MLSD from a server that may be hostile.
fn any_line() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(vec![
        "file",
        "dir",
        "OS.unix=slink:/top/a",
        "OS.unix=chr",
        "cdir",
        "what",
    ]);
    let name = prop::sample::select(vec![
        "a",
        "A",
        "b",
        "..",
        ".",
        "",
        "../x",
        "a/b",
        "/etc/passwd",
        "c:",
        "nul",
        ".a.ftp-part",
        "a-b",
        "é",
        "É",
        r"..\x",
        ".c",
    ]);
    let time = prop::sample::select(vec!["", "modify=20260102120001;", "modify=99999999999999;"]);
    (kind, time, 0_u64..3, name)
        .prop_map(|(kind, time, size, name)| format!("type={kind};{time}size={size}; {name}"))
}

/// Carries a plan out in the order of its phases.
fn apply(plan: &SyncPlan, source: &Tree, target: &mut Tree, keeps_times: bool, now: i64) {
    use ftp_proto::sync::Reason;
    let removes = |change| matches!(change, Change::Delete | Change::RemoveDirectory);
    let actions = plan.actions();
    let of = |phase: usize| {
        actions.iter().filter(move |action| match action.change {
            Change::Skip => false,
            change if removes(change) => {
                (phase == 0) == (action.reason == Reason::OtherKind) && (phase == 0 || phase == 3)
            }
            Change::MakeDirectory => phase == 1,
            _ => phase == 2,
        })
    };
    for phase in 0..4 {
        let mut work: Vec<_> = of(phase).collect();
        if phase != 1 {
            work.reverse();
        }
        for action in work {
            let path = action.local.to_vec();
            match action.change {
                Change::Delete => {
                    let old = target.remove(&path);
                    assert!(!matches!(old, None | Some(Node::Directory)), "{action}");
                }
                Change::RemoveDirectory => {
                    let below = [&path[..], b"/"].concat();
                    assert!(
                        !target.keys().any(|other| other.starts_with(&below)),
                        "{action}"
                    );
                    assert_eq!(target.remove(&path), Some(Node::Directory), "{action}");
                }
                Change::MakeDirectory => {
                    assert_eq!(target.insert(path, Node::Directory), None, "{action}");
                }
                _ => {
                    let Some(Node::File(content, time)) = source.get(&path) else {
                        panic!("{action}");
                    };
                    let time = if keeps_times { *time } else { now };
                    let old = target.insert(path, Node::File(content.clone(), time));
                    assert!(matches!(old, None | Some(Node::File(..))), "{action}");
                    assert_eq!(old.is_some(), action.change == Change::Update, "{action}");
                }
            }
        }
    }
}

fn any_options() -> impl Strategy<Value = SyncOptions> {
    let compare = prop::sample::select(vec![
        Compare::SizeOrNewer,
        Compare::Newer,
        Compare::Size,
        Compare::Existence,
    ]);
    let extra = prop::sample::select(vec![Extra::Keep, Extra::Delete]);
    (compare, extra).prop_map(|(compare, extra)| {
        SyncOptions::new()
            .with_compare(compare)
            .with_extra(extra)
            .with_walk(WalkOptions::new())
    })
}

/// A server: whether it has LIST only, its zone, whether it tells times, and whether files keep
/// their times.
fn any_server() -> impl Strategy<Value = (bool, [i64; 2], bool, bool)> {
    let zone = prop::sample::select(vec![[0, 0], [60, 120], [-480, -420], [840, 840]]);
    (any::<bool>(), zone, any::<bool>(), any::<bool>())
}

fn server(tree: &Tree, (is_old, zone, tells_times, _): (bool, [i64; 2], bool, bool)) -> Host {
    Host {
        tree: tree.clone(),
        is_old,
        zone,
        // A server that hides names and tells nothing about them cannot be mirrored.
        tells_times: tells_times || is_old,
        ..Host::default()
    }
}

/// What a listing of the server shows, if it hides names.
fn visible(tree: &Tree, is_old: bool) -> Tree {
    let is_hidden = |path: &[u8]| {
        path.split(|byte| *byte == b'/')
            .any(|name| name.starts_with(b"."))
    };
    let all = tree.iter().filter(|(path, _)| !(is_old && is_hidden(path)));
    all.map(|(path, node)| (path.clone(), node.clone()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_download_that_was_carried_out_leaves_nothing_to_do(
        remote in any_tree(),
        mut local in any_tree(),
        options in any_options(),
        can in any_server(),
    ) {
        let mut host = server(&remote, can);
        let plan = host.plan_download(&local, &options);
        apply(&plan, &remote, &mut local, can.3, NOW + 1000);
        let again = host.plan_download(&local, &options);
        prop_assert!(again.is_empty(), "{:?} {:?}", shown(&plan), shown(&again));
        prop_assert_eq!(plan.failures().len(), again.failures().len());
        if options.extra == Extra::Delete {
            prop_assert_eq!(plan.failures().len(), 0);
            let files = |tree: &Tree| -> Vec<Vec<u8>> {
                let files = tree.iter().filter(|(_, node)| matches!(node, Node::File(..)));
                files.map(|(path, _)| path.clone()).collect()
            };
            for path in files(&visible(&remote, can.0)) {
                prop_assert!(local.contains_key(&path));
            }
        }
    }

    #[test]
    fn a_plan_repeats_a_step_that_was_given_up(
        remote in any_tree(),
        local in any_tree(),
        options in any_options(),
        can in any_server(),
    ) {
        let mut host = server(&remote, can);
        let down = shown(&host.plan_download(&local, &options));
        let up = shown(&host.plan_upload(&local, &options));
        host.gives_up = true;
        prop_assert_eq!(down, shown(&host.plan_download(&local, &options)));
        prop_assert_eq!(up, shown(&host.plan_upload(&local, &options)));
    }

    #[test]
    fn no_listing_makes_a_plan_leave_its_root_or_run_for_ever(
        listings in prop::collection::vec(prop::collection::vec(any_line(), 0..6), 1..8),
        local in any_tree(),
        ignores_case in any::<bool>(),
        is_upload in any::<bool>(),
    ) {
        let case = match ignores_case {
            true => LetterCase::Ignored,
            false => LetterCase::Matters,
        };
        let options = SyncOptions::new().with_extra(Extra::Delete).with_letter_case(case);
        let tree = scan(LocalTree::new(&options), &local);
        let mut plan = match is_upload {
            true => PlanSync::upload(tree, "top", &Encoding::Utf8, &options),
            false => PlanSync::download("top", tree, &Encoding::Utf8, &options),
        }.expect("a path");
        let mut listings = listings.into_iter();
        let mut steps = 0;
        let end = loop {
            steps += 1;
            prop_assert!(steps < 10_000);
            let result = match plan.next_step() {
                Todo::Yield(end) => break end,
                Todo::Done => panic!("no result"),
                Todo::Read(_) => {
                    for line in listings.next().unwrap_or_default() {
                        let entry = Entry::from_facts(&line).expect("an entry");
                        plan.take_line(Line::Entry(entry)).expect("no limit");
                    }
                    Ok(Outcome::Done)
                }
                Todo::Run(_) | Todo::HashLocal(_) => Err(Error::new(ErrorKind::Permanent)),
            };
            plan.finished(result);
        };
        let Ok(plan) = end else {
            return Ok(());
        };
        for action in plan.actions() {
            let path = String::from_utf8(action.local.to_vec()).expect("text");
            let is_safe = |name: &str| !matches!(name, "" | "." | "..");
            // The empty path is the root.
            prop_assert!(path.is_empty() || path.split('/').all(is_safe), "{}", action);
        }
        let deletes = |action: &&ftp_proto::sync::Action| action.change == Change::Delete;
        if !is_upload {
            for action in plan.actions().iter().filter(deletes) {
                prop_assert!(local.contains_key(&*action.local), "{}", action);
            }
        }
        for pair in plan.actions().windows(2) {
            if let [one, two] = pair {
                let is_replaced = matches!(one.change, Change::Delete | Change::RemoveDirectory);
                prop_assert!(one.local != two.local || is_replaced, "{}", one);
            }
        }
    }

    #[test]
    fn an_upload_that_was_carried_out_leaves_nothing_to_do(
        mut remote in any_tree(),
        local in any_tree(),
        options in any_options(),
        can in any_server(),
    ) {
        // A server that hides names hides extras too.
        remote = visible(&remote, can.0);
        let mut host = server(&remote, can);
        let plan = host.plan_upload(&local, &options);
        apply(&plan, &local, &mut remote, can.3, NOW + 1000);
        host.tree = remote;
        let again = host.plan_upload(&local, &options);
        prop_assert!(again.is_empty(), "{:?} {:?}", shown(&plan), shown(&again));
    }
}
