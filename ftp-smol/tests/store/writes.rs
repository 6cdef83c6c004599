//! Writing: nothing shows before it is complete, and nothing is lost.

use ftp_proto::simulator::{Action, Fault, Setup, Then};
use object_store::{
    Attribute, Attributes, Error, MultipartUpload, ObjectStore as _, ObjectStoreExt as _, PutMode,
    PutPayload,
};
use smol::future;
use smol::stream::StreamExt as _;

use crate::{at, big, content, store, wait};
use ftp_smol::Memory;
use ftp_smol::store::{Create, FtpStore};

const SIZE: u32 = 400_000;

/// What the server does wrong in each longer STOR, after some bytes.
fn broken(after: usize, control: &str, then: Then) -> Setup {
    let action = Action::At {
        after,
        control: control.into(),
        then,
    };
    old().fault(Fault::on("STOR", action))
}

fn old() -> Setup {
    Setup::new().file("/d/old", "12345")
}

/// Checks that there is only the old object, and that it is as before.
fn check_unchanged(store: &FtpStore, memory: &Memory) {
    let listed: Vec<_> = wait(store.list(None).collect());
    let listed: Vec<_> = listed
        .into_iter()
        .map(|it| it.expect("listed").location)
        .collect();
    assert_eq!(listed, [at("d/old")]);
    assert_eq!(memory.server().file("/d/old"), Some(&b"12345"[..]));
}

#[test]
fn invariant_a_broken_put_leaves_no_object_and_the_old_one() {
    for (control, then) in [
        ("", Then::Reset),
        ("426 Cut.\r\n", Then::Reset),
        ("452 Disk full.\r\n", Then::Stall),
        ("552 Quota exceeded.\r\n", Then::Stall),
        ("421 Bye.\r\n", Then::Reset),
    ] {
        for location in ["d/new", "d/old", "e/f/new"] {
            let (store, memory) = store(broken(100_000, control, then), 1);
            let put = wait(store.put(&at(location), big(SIZE).into()));
            assert!(put.is_err(), "{control} {then:?}");
            check_unchanged(&store, &memory);
            wait(store.put(&at(location), "again".into())).expect("stored");
            assert_eq!(wait(content(&store, location)).expect("read"), "again");
        }
    }
}

#[test]
fn invariant_a_dropped_put_leaves_no_object() {
    for polls in [1, 5, 20, 40, 60] {
        let (store, memory) = store(old(), 1);
        let location = at("d/old");
        let mut put = Box::pin(store.put(&location, big(SIZE).into()));
        let stored = wait(async {
            for _ in 0..polls {
                if let Some(stored) = future::poll_once(&mut put).await {
                    return Some(stored);
                }
            }
            None
        });
        drop(put);
        match stored {
            Some(stored) => drop(stored.expect("stored")),
            None => check_unchanged(&store, &memory),
        }
    }
}

#[test]
fn a_put_replaces_an_object_and_makes_directories() {
    let (store, memory) = store(old(), 1);
    wait(store.put(&at("d/old"), "new".into())).expect("stored");
    wait(store.put(&at("x/y/z"), "deep".into())).expect("stored");
    assert_eq!(memory.server().file("/d/old"), Some(&b"new"[..]));
    assert_eq!(memory.server().file("/x/y/z"), Some(&b"deep"[..]));
    assert_eq!(memory.server().count("USER"), 1);
    // Nothing is at the final name before the upload is complete.
    let server = memory.server();
    let mut stored = server
        .commands()
        .iter()
        .filter(|it| it.starts_with(b"STOR"));
    assert!(stored.all(|it| it.ends_with(b".ftp-part")));
}

#[test]
fn quirk_a_server_does_not_overwrite_by_rnto() {
    let refusal = Action::Reply(b"553 It is there already.\r\n".to_vec());
    let (store, memory) = store(old().fault(Fault::nth("RNTO", 0, refusal)), 1);
    wait(store.put(&at("d/old"), "new".into())).expect("stored");
    assert_eq!(memory.server().file("/d/old"), Some(&b"new"[..]));
}

#[test]
fn a_refused_rename_deletes_no_object() {
    let refusal = Action::Reply(b"553 No.\r\n".to_vec());
    let (store, memory) = store(old().fault(Fault::on("RNTO", refusal)), 1);
    let error = wait(store.put(&at("d/new"), "new".into())).expect_err("refused");
    assert!(matches!(error, Error::PermissionDenied { .. }), "{error}");
    check_unchanged(&store, &memory);
}

#[test]
fn create_is_refused_unless_it_was_chosen() {
    let (store, memory) = store(old(), 1);
    let store = store.with_create(Create::Refused);
    let put = wait(store.put_opts(&at("d/new"), "1".into(), PutMode::Create.into()));
    assert!(matches!(put, Err(Error::NotImplemented { .. })), "{put:?}");
    let copied = wait(store.copy_if_not_exists(&at("d/old"), &at("d/new")));
    assert!(matches!(copied, Err(Error::NotImplemented { .. })));
    let renamed = wait(store.rename_if_not_exists(&at("d/old"), &at("d/new")));
    assert!(matches!(renamed, Err(Error::NotImplemented { .. })));
    check_unchanged(&store, &memory);
}

#[test]
fn a_checked_create_keeps_what_is_there() {
    let (store, memory) = store(old(), 1);
    let put = wait(store.put_opts(&at("d/old"), "1".into(), PutMode::Create.into()));
    assert!(matches!(put, Err(Error::AlreadyExists { .. })), "{put:?}");
    wait(store.put(&at("other"), "1".into())).expect("stored");
    let renamed = wait(store.rename_if_not_exists(&at("other"), &at("d/old")));
    assert!(matches!(renamed, Err(Error::AlreadyExists { .. })));
    wait(store.delete(&at("other"))).expect("deleted");
    check_unchanged(&store, &memory);
}

#[test]
fn attributes_are_refused() {
    let (store, memory) = store(old(), 1);
    let attributes = Attributes::from_iter([(Attribute::ContentType, "text/csv")]);
    let put = wait(store.put_opts(&at("d/new"), "1".into(), attributes.into()));
    assert!(matches!(put, Err(Error::NotImplemented { .. })), "{put:?}");
    assert_eq!(memory.server().open_sessions(), 0);
}

#[test]
fn names_that_lead_elsewhere_or_are_reserved_are_refused() {
    let (store, memory) = store(old(), 1);
    let store = store.with_root("/d");
    for name in [r"a\..\b", r"..\x", ".0123.ftp-part", "e/.x.ftp-part", ""] {
        let location = at(name);
        let put = wait(store.put(&location, "1".into()));
        let is_typed = |error: &Error| {
            matches!(
                error,
                Error::InvalidPath { .. } | Error::NotSupported { .. }
            )
        };
        assert!(is_typed(&put.expect_err("refused")), "{name}");
        assert!(is_typed(&wait(store.head(&location)).expect_err("refused")));
        assert!(is_typed(
            &wait(store.delete(&location)).expect_err("refused")
        ));
        let copied = wait(store.copy(&at("old"), &location));
        assert!(is_typed(&copied.expect_err("refused")), "{name}");
        let renamed = wait(store.rename(&at("old"), &location));
        assert!(is_typed(&renamed.expect_err("refused")), "{name}");
    }
    assert_eq!(memory.server().count("STOR"), 0);
    assert_eq!(memory.server().count("RNFR"), 0);
}

async fn begin(store: &FtpStore, path: &str) -> Box<dyn MultipartUpload> {
    store.put_multipart(&at(path)).await.expect("an upload")
}

#[test]
fn parts_are_stored_in_their_order_in_any_order_of_polls() {
    let (store, memory) = store(old(), 2);
    let parts: Vec<Vec<u8>> = (0..5_u8).map(|number| vec![number; 150_000]).collect();
    wait(async {
        let mut upload = begin(&store, "d/new").await;
        let mut waits: Vec<_> = parts
            .iter()
            .map(|part| upload.put_part(PutPayload::from(part.clone())))
            .collect();
        // No task waits for the second part, and the last is waited for first.
        drop(waits.remove(1));
        waits.pop().expect("a part").await.expect("stored");
        assert!(store.head(&at("d/new")).await.is_err());
        for wait in waits {
            wait.await.expect("stored");
        }
        upload.complete().await.expect("complete");
        assert!(upload.complete().await.is_err());
        assert!(upload.put_part("more".into()).await.is_err());
        upload.abort().await.expect("nothing is left to abort");
    });
    assert_eq!(memory.server().file("/d/new"), Some(&parts.concat()[..]));
    assert_eq!(memory.server().count("STOR"), 1);
}

#[test]
fn an_upload_without_parts_is_an_empty_object() {
    let (store, _) = store(old(), 1);
    wait(async {
        begin(&store, "d/new")
            .await
            .complete()
            .await
            .expect("complete");
        assert!(content(&store, "d/new").await.expect("read").is_empty());
    });
}

#[test]
fn an_aborted_upload_leaves_nothing() {
    for polled in [false, true] {
        let (store, memory) = store(old(), 1);
        wait(async {
            let mut upload = begin(&store, "d/old").await;
            upload.put_part("first".into()).await.expect("stored");
            let mut second = upload.put_part(big(SIZE).into());
            if polled {
                // The abort comes in the middle of the part.
                let _ = future::poll_once(&mut second).await;
            }
            upload.abort().await.expect("aborted");
            assert!(upload.complete().await.is_err());
        });
        check_unchanged(&store, &memory);
        let server = memory.server();
        let listing = server.listing("/d", true).expect("a directory");
        assert!(!String::from_utf8_lossy(&listing).contains("ftp-part"));
    }
}

#[test]
fn a_broken_upload_fails_in_each_part_and_at_its_end() {
    let (store, memory) = store(broken(100_000, "452 Disk full.\r\n", Then::Stall), 1);
    wait(async {
        let mut upload = begin(&store, "d/old").await;
        let first = upload.put_part(big(SIZE).into());
        let second = upload.put_part(big(SIZE).into());
        assert!(first.await.is_err() | second.await.is_err());
        assert!(upload.complete().await.is_err());
        upload.abort().await.err();
    });
    check_unchanged(&store, &memory);
}

#[test]
fn an_upload_that_is_dropped_leaves_no_object() {
    let (store, memory) = store(old(), 1);
    wait(async {
        let mut upload = begin(&store, "d/old").await;
        upload.put_part("first".into()).await.expect("stored");
    });
    check_unchanged(&store, &memory);
}

#[test]
fn a_large_copy_takes_two_sessions() {
    let large = big(9_000_000);
    let setup = || old().window(1024 * 1024).file("/large", large.clone());
    let (two, memory) = store(setup(), 2);
    wait(async {
        // One after the other, or they would wait for each other.
        let (first, second) = (at("x/1"), at("x/2"));
        let source = at("large");
        let copies = future::zip(two.copy(&source, &first), two.copy(&source, &second));
        let (first, second) = copies.await;
        first.and(second).expect("copied");
    });
    assert!(memory.server().file("/x/1") == Some(&large[..]));
    assert!(memory.server().file("/x/2") == Some(&large[..]));
    let (one, _) = store(setup(), 1);
    let copied = wait(one.copy(&at("large"), &at("x/1")));
    assert!(
        matches!(copied, Err(Error::NotSupported { .. })),
        "{copied:?}"
    );
    wait(one.copy(&at("d/old"), &at("x/1"))).expect("copied");
}

#[test]
fn a_deleted_object_leaves_its_directory() {
    let (store, _) = store(old(), 1);
    wait(store.delete(&at("d/old"))).expect("deleted");
    assert_eq!(wait(store.list(None).count()), 0);
    let level = wait(store.list_with_delimiter(None)).expect("listed");
    assert_eq!(level.common_prefixes, [at("d")]);
    let again = wait(store.delete(&at("d/old")));
    assert!(matches!(again, Err(Error::NotFound { .. })), "{again:?}");
}
