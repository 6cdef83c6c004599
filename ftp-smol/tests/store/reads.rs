//! Reading: ranges, conditions, and streams that break or are dropped.

use ftp_proto::simulator::{Action, Fault, Setup, Then};
use ftp_smol::ErrorKind;
use object_store::{Error, GetOptions, GetRange, ObjectStore as _, ObjectStoreExt as _};
use smol::stream::StreamExt as _;

use crate::{at, big, cause, content, store, wait};

const SIZE: u32 = 400_000;

fn holding_big() -> Setup {
    Setup::new().file("/big", big(SIZE)).file("/small", "12345")
}

/// What the server does wrong in the first RETR, after some bytes.
fn broken(after: usize, control: &str, then: Then) -> Setup {
    let control = control.into();
    let action = Action::At {
        after,
        control,
        then,
    };
    holding_big().fault(Fault::nth("RETR", 0, action))
}

#[test]
fn invariant_a_cut_stream_never_looks_like_a_whole_object() {
    for then in [Then::Fin, Then::Reset, Then::End] {
        for after in [0, 1, 100_000, 399_999] {
            for range in [
                None,
                Some(GetRange::Offset(10)),
                Some(GetRange::Suffix(399_000)),
            ] {
                let (store, _) = store(broken(after, "", then), 1);
                let options = GetOptions::new().with_range(range.clone());
                let got = wait(async {
                    let result = store.get_opts(&at("big"), options).await?;
                    let promised = result.range.end - result.range.start;
                    let bytes = result.bytes().await?;
                    assert_eq!(bytes.len() as u64, promised, "{then:?} {after}");
                    Ok::<_, Error>(bytes)
                });
                // The bytes before the cut may hold all of a shorter range.
                if let Err(error) = got {
                    assert!(cause(&error).is_some(), "{error}");
                } else {
                    assert!(range.is_some(), "{then:?} after {after}");
                }
                // The session has recovered, or another has taken its place.
                assert_eq!(&wait(content(&store, "small")).expect("read")[..], b"12345");
            }
        }
    }
}

#[test]
fn invariant_a_range_that_the_server_cuts_is_an_error() {
    let (store, _) = store(broken(50_000, "", Then::Fin), 1);
    let error = wait(store.get_range(&at("big"), 0..100_000)).expect_err("a cut range");
    let kind = cause(&error).map(ftp_smol::Error::kind);
    assert_eq!(kind, Some(ErrorKind::Truncated), "{error}");
}

#[test]
fn a_dropped_stream_leaves_the_pool_usable() {
    let (store, memory) = store(holding_big(), 1);
    wait(async {
        let mut stream = store.get(&at("big")).await.expect("found").into_stream();
        let first = stream.next().await.expect("an item").expect("bytes");
        assert_eq!(&first[..4], [0; 4]);
        drop(stream);
        for _ in 0..3 {
            assert_eq!(content(&store, "big").await.expect("read"), big(SIZE));
        }
    });
    assert!(memory.server().open_sessions() <= 1);
}

#[test]
fn a_range_ends_without_an_end_of_the_session() {
    let (store, memory) = store(holding_big(), 1);
    let all = big(SIZE);
    for (start, end) in [
        (0, 10),
        (5, 100_000),
        (100_000, 200_001),
        (399_000, 400_000),
    ] {
        let range = start as u64..end as u64;
        let got = wait(store.get_range(&at("big"), range)).expect("read");
        assert_eq!(&got[..], &all[start..end]);
    }
    assert_eq!(memory.server().count("USER"), 1);
    assert_eq!(memory.server().count("ABOR"), 3);
}

#[test]
fn a_short_rest_is_read_and_not_aborted() {
    let (store, memory) = store(holding_big(), 1);
    let got = wait(store.get_range(&at("big"), 0..390_000)).expect("read");
    assert_eq!(&got[..], &big(SIZE)[..390_000]);
    assert_eq!(memory.server().count("ABOR"), 0);
    wait(store.head(&at("small"))).expect("found");
    assert_eq!(memory.server().count("USER"), 1);
}

#[test]
fn an_unread_result_holds_no_session() {
    let (store, _) = store(holding_big(), 1);
    wait(async {
        let results = [
            store.get(&at("big")).await.expect("found"),
            store.get(&at("small")).await.expect("found"),
        ];
        for (result, size) in results.into_iter().zip([400_000, 5]) {
            assert_eq!(result.bytes().await.expect("read").len(), size);
        }
    });
}

#[test]
fn a_file_that_changes_before_it_is_read_is_an_error() {
    for (now, range) in [("1234567", None), ("123", None), ("123", Some(1..5))] {
        let (store, memory) = store(holding_big(), 1);
        let options = GetOptions::new().with_range(range.map(GetRange::Bounded));
        let result = wait(store.get_opts(&at("small"), options)).expect("found");
        memory.server().put_file("/small", now);
        let error = wait(result.bytes()).expect_err("another size");
        let kind = cause(&error).map(ftp_smol::Error::kind);
        assert_eq!(kind, Some(ErrorKind::Truncated), "{error}");
    }
}

#[test]
fn conditions_that_nothing_can_answer_are_refused() {
    let (store, _) = store(holding_big(), 1);
    let get = |options: GetOptions| wait(store.get_opts(&at("small"), options));
    let options = GetOptions::new().with_version(Some("1"));
    assert!(matches!(get(options), Err(Error::NotSupported { .. })));
    let options = GetOptions::new().with_if_match(Some("tag"));
    assert!(matches!(get(options), Err(Error::Precondition { .. })));
    let options = GetOptions::new().with_if_none_match(Some("tag"));
    assert!(get(options).is_ok());
    let options = GetOptions::new().with_if_none_match(Some("*"));
    assert!(matches!(get(options), Err(Error::NotModified { .. })));
}

#[test]
fn a_condition_about_a_time_needs_a_server_that_tells_it() {
    let setup = holding_big().without("MDTM").without("MLST");
    let (store, _) = store(setup.without("MLSD"), 1);
    let meta = wait(store.head(&at("small"))).expect("found");
    let options = GetOptions::new().with_if_modified_since(Some(meta.last_modified));
    let got = wait(store.get_opts(&at("small"), options));
    assert!(matches!(got, Err(Error::NotSupported { .. })), "{got:?}");
}

#[test]
fn a_refused_login_is_unauthenticated() {
    let (store, _) = store(holding_big().user("user", "another"), 1);
    let got = wait(store.head(&at("small")));
    assert!(matches!(got, Err(Error::Unauthenticated { .. })), "{got:?}");
}

#[test]
fn a_directory_is_no_object() {
    let (store, _) = store(Setup::new().file("/a/b", "1"), 1);
    let got = wait(store.get(&at("a")));
    assert!(matches!(got, Err(Error::NotFound { .. })), "{got:?}");
    let got = wait(store.delete(&at("a")));
    assert!(matches!(got, Err(Error::NotFound { .. })), "{got:?}");
    let got = wait(store.rename(&at("a"), &at("c")));
    assert!(matches!(got, Err(Error::NotFound { .. })), "{got:?}");
    wait(store.head(&at("a/b"))).expect("it is still there");
}

#[test]
fn a_link_to_a_file_is_an_object() {
    for setup in [Setup::new(), Setup::new().without("MLSD").without("MLST")] {
        let setup = setup.file("/a/b", "12345").link("/link", "/a/b");
        let (store, _) = store(setup.link("/to_a", "/a"), 1);
        let meta = wait(store.head(&at("link"))).expect("found");
        assert_eq!(meta.size, 5);
        let level = wait(store.list_with_delimiter(None)).expect("listed");
        assert_eq!(level.objects, [meta]);
        assert_eq!(level.common_prefixes, [at("a")]);
    }
}
