//! Random trees: a plan that was carried out leaves nothing to do.

use ftp_proto::sync::{Change, Compare, Extra, SyncOptions, SyncPlan};
use ftp_proto::tree::WalkOptions;
use proptest::prelude::*;

use crate::host::{Host, NOW, Node, Tree, shown};

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
        let changes: Vec<_> = again
            .changes()
            // Whether an empty hidden directory exists cannot be asked.
            .filter(|action| !(can.0 && action.change == Change::MakeDirectory))
            .collect();
        prop_assert!(changes.is_empty(), "{:?} {:?}", shown(&plan), shown(&again));
    }
}
