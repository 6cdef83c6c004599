//! Lists: what a server may put into a listing, and what is no object.

use ftp_proto::simulator::{Action, Fault, Setup};
use object_store::path::Path;
use object_store::{Error, ObjectMeta, ObjectStore as _, ObjectStoreExt as _, Result};
use smol::stream::StreamExt as _;

use crate::{at, content, store, wait};
use ftp_smol::store::FtpStore;

fn list(store: &FtpStore, prefix: Option<&str>) -> Vec<Result<ObjectMeta>> {
    let prefix = prefix.map(at);
    wait(store.list(prefix.as_ref()).collect())
}

fn locations(store: &FtpStore, prefix: Option<&str>) -> Vec<Path> {
    let listed = list(store, prefix).into_iter();
    let mut all: Vec<_> = listed.map(|it| it.expect("listed").location).collect();
    all.sort();
    all
}

#[test]
fn invariant_a_hostile_listing_cannot_leave_the_prefix() {
    let names = [
        "../x",
        "..",
        "/etc/passwd",
        "a/b",
        "./c",
        r"..\x",
        r"c\..\..\x",
        "\u{1}x",
        "good",
    ];
    let facts: String = names
        .map(|name| format!("type=file;size=1;modify=20260102030405; {name}\r\n"))
        .concat();
    let action = Action::Listing(facts.into_bytes());
    for prefix in [None, Some("p")] {
        let setup = Setup::new().directory("/root/p");
        let (store, _) = store(setup.fault(Fault::on("MLSD", action.clone())), 1);
        let store = store.with_root("/root");
        let listed = list(&store, prefix);
        let good = prefix.map_or(at("good"), |prefix| at(prefix).join("good"));
        let objects: Vec<_> = listed.iter().filter_map(|it| it.as_ref().ok()).collect();
        let found: Vec<_> = objects.iter().map(|it| &it.location).collect();
        assert_eq!(found, [&good]);
        // Each of the others is told, except `..`, which is the directory above.
        let errors = listed.iter().filter(|it| it.is_err()).count();
        assert!(errors >= names.len() - 2, "{listed:?}");
    }
}

#[test]
fn invariant_an_unreadable_directory_is_no_empty_one() {
    let refusal = Action::Reply(b"550 Permission denied.\r\n".to_vec());
    let setup = Setup::new().file("/a/b/c", "1").file("/a/d", "1");
    let (store, _) = store(setup.fault(Fault::nth("MLSD", 1, refusal)), 1);
    let listed = list(&store, Some("a"));
    assert_eq!(listed.iter().filter(|it| it.is_ok()).count(), 1);
    assert_eq!(listed.iter().filter(|it| it.is_err()).count(), 1);
}

#[test]
fn a_cut_listing_is_an_error() {
    let cut = Action::At {
        after: 60,
        control: b"426 Cut.\r\n".to_vec(),
        then: ftp_proto::simulator::Then::Reset,
    };
    let setup = Setup::new()
        .file("/a/b", "1")
        .file("/a/c", "1")
        .file("/a/d", "1");
    let (store, _) = store(setup.fault(Fault::nth("MLSD", 0, cut)), 1);
    assert!(list(&store, Some("a")).iter().any(Result::is_err));
    assert_eq!(locations(&store, Some("a")).len(), 3);
}

#[test]
fn a_list_ends_at_a_missing_directory_and_at_an_object() {
    for setup in [Setup::new(), Setup::new().without("MLSD").without("MLST")] {
        let (store, _) = store(setup.file("/a/b", "1"), 1);
        assert_eq!(locations(&store, Some("missing")), []);
        assert_eq!(locations(&store, Some("a/missing/b")), []);
        assert_eq!(locations(&store, Some("a/b")), []);
        let level = wait(store.list_with_delimiter(Some(&at("a/b")))).expect("listed");
        assert_eq!((level.objects.len(), level.common_prefixes.len()), (0, 0));
        let rooted = store.clone().with_root("none");
        assert_eq!(locations(&rooted, None), []);
    }
}

#[test]
fn a_list_says_the_same_as_head() {
    for setup in [Setup::new(), Setup::new().without("MLSD").without("MLST")] {
        let mut setup = setup;
        for number in 0..40 {
            setup = setup.file(format!("/a/{number}"), "x".repeat(number));
        }
        let (store, memory) = store(setup, 1);
        let listed = list(&store, None);
        assert_eq!(listed.len(), 40);
        for meta in listed {
            let meta = meta.expect("listed");
            assert_eq!(wait(store.head(&meta.location)).expect("found"), meta);
        }
        assert_eq!(memory.server().count("USER"), 1);
    }
}

#[test]
fn incomplete_uploads_do_not_show() {
    let setup = Setup::new().file("/a/.0123456789abcdef.ftp-part", "1");
    let (store, _) = store(setup.file("/a/b", "1"), 1);
    assert_eq!(locations(&store, None), [at("a/b")]);
    let level = wait(store.list_with_delimiter(Some(&at("a")))).expect("listed");
    assert_eq!(level.objects.len(), 1);
}

#[test]
fn odd_names_come_back_as_they_went() {
    let names = ["~", "~a/b", " x", "-la/c", "a%2Fb", "[1]*", "ä/ö", "x y/z"];
    for root in ["", "/", "/r", "r s"] {
        let (store, _) = store(Setup::new(), 1);
        let store = store.with_root(root);
        for name in names {
            wait(store.put(&at(name), name.to_owned().into())).expect("stored");
        }
        let mut expected = names.map(at);
        expected.sort();
        assert_eq!(locations(&store, None), expected, "{root}");
        for name in names {
            assert_eq!(wait(content(&store, name)).expect("read"), name);
            wait(store.delete(&at(name))).expect("deleted");
        }
    }
}

#[test]
fn a_dropped_list_leaves_the_pool_usable() {
    let (store, _) = store(Setup::new().file("/a", "1").file("/b", "1"), 1);
    wait(async {
        let mut listed = store.list(None);
        listed.next().await.expect("an item").expect("listed");
        drop(listed);
        store.head(&at("a")).await.expect("found");
    });
}

#[test]
fn a_name_that_is_no_text_is_an_error_and_hides_nothing_else() {
    let mut facts = b"type=file;size=1;modify=20260102030405; \xff\r\n".to_vec();
    facts.extend_from_slice(b"type=file;size=1;modify=20260102030405; b\r\n");
    let fault = Fault::on("MLSD", Action::Listing(facts));
    let (store, _) = store(Setup::new().fault(fault), 1);
    let listed = list(&store, None);
    assert_eq!(listed.len(), 2);
    assert!(matches!(listed[0], Err(Error::Generic { .. })));
    assert_eq!(listed[1].as_ref().expect("listed").location, at("b"));
}
