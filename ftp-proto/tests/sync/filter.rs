//! Which paths take part.

use ftp_proto::sync::{Extra, Filter, SyncOptions};
use ftp_proto::tree::{Links, WalkOptions};

use crate::host::{Host, Node};

fn wants(filter: &Filter, paths: &[(&str, bool)]) {
    for (path, wanted) in paths {
        let is_directory = path.ends_with('/');
        let path = path.trim_end_matches('/');
        assert_eq!(filter.wants(path, is_directory), *wanted, "{path}");
    }
}

#[test]
fn a_pattern_without_a_slash_fits_at_any_depth() {
    let filter = Filter::new().exclude("*.tmp").expect("a pattern");
    wants(
        &filter,
        &[
            ("a.tmp", false),
            ("d/a.tmp", false),
            ("a.txt", true),
            ("d/", true),
        ],
    );
    let filter = Filter::new().exclude("/a").expect("a pattern");
    wants(&filter, &[("a", false), ("d/a", true)]);
    let filter = Filter::new().exclude("d/*.o").expect("a pattern");
    wants(
        &filter,
        &[("d/a.o", false), ("e/d/a.o", true), ("a.o", true)],
    );
}

#[test]
fn a_pattern_with_a_final_slash_fits_directories_only() {
    let filter = Filter::new().exclude("build/").expect("a pattern");
    wants(
        &filter,
        &[("build/", false), ("a/build/", false), ("build", true)],
    );
}

#[test]
fn the_last_rule_that_fits_decides() {
    let filter = Filter::new().exclude("*.log").expect("a pattern");
    let filter = filter.include("keep.log").expect("a pattern");
    wants(
        &filter,
        &[("a.log", false), ("keep.log", true), ("d/keep.log", true)],
    );
    let filter = filter.exclude("/d/*").expect("a pattern");
    wants(&filter, &[("d/keep.log", false), ("keep.log", true)]);
}

#[test]
fn a_wrong_pattern_is_an_error() {
    assert!(Filter::new().exclude("[a").is_err());
    assert!(Filter::new().exclude("").is_err());
    assert!(Filter::new().exclude("/").is_err());
}

#[test]
fn a_followed_link_counts_as_what_it_leads_to() {
    let follow = SyncOptions::new().with_walk(WalkOptions::new().with_links(Links::Follow));
    let mut server = Host::with(&["a a", "d/", "d/x x"]);
    for (name, target) in [("l", "top/d"), ("m", "top/a")] {
        server.tree.insert(name.into(), Node::Link(target));
    }
    let filter = Filter::new().exclude("*").expect("a pattern");
    let filter = filter.include("*/").expect("a pattern");
    let filter = filter.include("x").expect("a pattern");
    let options = follow.clone().with_filter(filter);
    let expected = [
        "mkdir d (missing)",
        "create d/x (missing)",
        "mkdir l (missing)",
        "create l/x (missing)",
    ];
    assert_eq!(server.download(&[], &options), expected);
    let filter = Filter::new().exclude("m/").expect("a pattern");
    let options = follow.with_filter(filter.exclude("l/").expect("a pattern"));
    let expected = [
        "create a (missing)",
        "mkdir d (missing)",
        "create d/x (missing)",
        "create m (missing)",
    ];
    assert_eq!(server.download(&[], &options), expected);
}

#[test]
fn what_is_left_out_is_neither_transferred_nor_entered_nor_deleted() {
    let filter = Filter::new().exclude("*.tmp").expect("a pattern");
    let filter = filter.exclude("cache/").expect("a pattern");
    let options = SyncOptions::new()
        .with_extra(Extra::Delete)
        .with_filter(filter);
    let source = ["a x", "a.tmp x", "cache/", "cache/x x"];
    let target = [
        "b.tmp x",
        "old/",
        "old/b.tmp x",
        "old/x x",
        "cache/",
        "cache/y y",
        "z/",
        "z/cache/",
        "z/cache/q q",
    ];
    let expected = ["create a (missing)", "delete old/x (not in the source)"];
    let mut server = Host::with(&source);
    assert_eq!(server.download(&target, &options), expected);
    assert!(!server.has_heard("MLSD top/cache"));
    let mut server = Host::with(&target);
    assert_eq!(server.upload(&source, &options), expected);
    assert!(!server.has_heard("MLSD top/cache"));
}
