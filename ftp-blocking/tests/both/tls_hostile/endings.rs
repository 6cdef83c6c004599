//! Transfers under TLS whose data ends too early (class B5 of SECURITY.md).

use super::*;

/// A download is cut between two TLS records or inside a record. The client must report an error
/// (class B5 of SECURITY.md).
#[test]
fn b5_downloads_cut_everywhere() {
    let content: Vec<u8> = (0..=255).cycle().take(40_000).collect();
    let places = (0..40).chain([16_383, 16_384, 16_385, 32_768, 39_999]);
    let tolerances = [
        MissingCloseNotify::Refused,
        MissingCloseNotify::IfSizeAgrees,
    ];
    for after in places {
        for then in [Then::Fin, Then::FinInsideRecord, Then::Reset] {
            for (version, tolerance) in VERSIONS.into_iter().zip(tolerances) {
                let at = || Action::At {
                    after,
                    control: Vec::new(),
                    then,
                };
                let setup = setup(version)
                    .file("/long", content.clone())
                    .fault(Fault::on("RETR", at()))
                    .fault(Fault::on("NLST", at()));
                let options =
                    explicit().with_config(|config| config.with_missing_close_notify(tolerance));
                let mut client = logged_in(&memory(setup), options).expect("logged in");
                let error = fetched(&mut client, "/long").expect_err("cut");
                assert_eq!(
                    error.kind(),
                    ErrorKind::Truncated,
                    "{after} {then:?}: {error}"
                );
                assert_eq!(error.transferred(), Some(after as u64), "{then:?}: {error}");
                if after < 10 {
                    let error = client.names(None).expect_err("cut");
                    assert_eq!(
                        error.kind(),
                        ErrorKind::Truncated,
                        "{after} {then:?}: {error}"
                    );
                }
                client.pwd().expect("still in step");
            }
        }
    }
}

/// The server closes the data connection before it has read the whole upload. The client must
/// report an error (class B5 of SECURITY.md).
#[test]
fn b5_uploads_cut_everywhere() {
    // In each case the server closes before it has received the last TLS record, with which the
    // client also sends close_notify. If the server had received that record, threw data away and
    // still confirmed the upload, no client could notice.
    let content = vec![7; 50_000];
    for after in [0, 1, 100, 16_383, 16_384, 16_385, 40_000, 49_152] {
        for then in [Then::Fin, Then::Reset] {
            for control in ["", "226 Done.\r\n", "426 Cut.\r\n"] {
                for version in VERSIONS {
                    let action = Action::At {
                        after,
                        control: control.into(),
                        then,
                    };
                    let memory = memory(
                        setup(version)
                            .window(1000)
                            .fault(Fault::nth("STOR", 0, action)),
                    );
                    let mut client = logged_in(&memory, explicit()).expect("logged in");
                    let error = client.store("/up", &content).expect_err("cut");
                    let context = format!("{after} {then:?} {control:?}: {error}");
                    assert!(error.transferred().is_some(), "{context}");
                    client.store("/again", &content).expect(&context);
                    let server = memory.server();
                    assert_eq!(server.file("/again"), Some(&content[..]), "{context}");
                }
            }
        }
    }
}

/// The server closes the data connection inside the last TLS record or after it, and replies that
/// the upload failed. The client must report the failure (class B5 of SECURITY.md).
#[test]
fn b5_uploads_cut_in_the_last_record() {
    let content = vec![7; 50_000];
    for after in [49_153, 49_999, 50_000] {
        for then in [Then::Fin, Then::Reset] {
            for control in ["426 Cut.\r\n", "451 Cut.\r\n", "421 Bye.\r\n"] {
                for version in VERSIONS {
                    let action = Action::At {
                        after,
                        control: control.into(),
                        then,
                    };
                    let memory = memory(setup(version).fault(Fault::on("STOR", action)));
                    let mut client = logged_in(&memory, explicit()).expect("logged in");
                    let error = client.store("/up", &content).expect_err("cut");
                    let context = format!("{after} {then:?} {control:?}: {error}");
                    assert!(error.reply().is_some(), "{context}");
                }
            }
        }
    }
}
