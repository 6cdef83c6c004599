//! How the server proves its identity to the client (class B4 of SECURITY.md), and the client its
//! identity to the server.

use super::*;
use crate::support::options::options_to;

/// The certificate of the control connection has a flaw, for example a wrong date. The client must
/// refuse it, name the flaw, and send no credentials (class B4 of SECURITY.md).
#[test]
fn b4_certificates_on_the_control_connection() {
    for version in VERSIONS {
        for flaw in FLAWS {
            let identity = Identity::new("localhost", flaw).server(version);
            for (setup, options, sent) in [
                (
                    files().tls(identity.clone()),
                    explicit(),
                    &[b"AUTH TLS".to_vec()][..],
                ),
                (files().implicit_tls(identity), implicit(), &[]),
            ] {
                let memory = memory(setup);
                let error = logged_in(&memory, options).expect_err("not to be trusted");
                is_named(&error, flaw);
                assert_eq!(memory.server().commands(), sent);
                sent_no_credentials(&memory, "a bad certificate");
                assert_eq!(memory.server().open_links(), 0);
            }
        }
    }
}

/// The certificate of the control connection is good, but the one of the data connection has a
/// flaw. The client must refuse the data connection (class B4 of SECURITY.md).
#[test]
fn b4_certificates_on_the_data_connection_alone() {
    for version in VERSIONS {
        for flaw in FLAWS {
            let shown = Identity::new("localhost", flaw).server(version);
            let memory = memory(setup(version).data_tls(shown));
            let mut client = logged_in(&memory, explicit()).expect("a good certificate");
            is_named(
                &fetched(&mut client, "/five").expect_err("not trusted"),
                flaw,
            );
            is_named(
                &client.store("/up", b"content").expect_err("not trusted"),
                flaw,
            );
            is_named(&client.names(None).expect_err("not trusted"), flaw);
            client.pwd().expect("still in step");
            let server = memory.server();
            assert!(
                server
                    .transfers()
                    .iter()
                    .all(|transfer| transfer.bytes == 0)
            );
        }
    }
}

/// The client verifies the certificate against the host name or address in the options, and sends a
/// host name as SNI (class B4 of SECURITY.md).
#[test]
fn b4_the_certificate_must_match_the_name_or_address() {
    for version in VERSIONS {
        for (host, sni) in [
            ("localhost", Some("localhost")),
            ("127.0.0.1", None),
            ("::1", None),
        ] {
            let names = Names::default();
            let identity = Identity::new(host, Flaw::None).listening_server(version, &names);
            let memory = memory(files().tls(identity));
            let options = options_to(host).with_tls(trusting());
            let mut client = logged_in(&memory, options).expect("a good certificate");
            assert_eq!(
                fetched(&mut client, "/five").expect("the same name"),
                b"12345"
            );
            let names = names.lock().expect("no panic");
            assert!(names.len() >= 2 && names.iter().all(|name| name.as_deref() == sni));
        }
        let identity = Identity::good().server(version);
        let options = options_to("127.0.0.1").with_tls(trusting());
        let error = logged_in(&memory(files().tls(identity)), options).err();
        let error = error.expect("another name");
        let wrong = |reason: &Reason| matches!(reason, Reason::WrongName { .. });
        assert!(error.tls_reason().is_some_and(wrong), "{error}");
    }
}

/// Bad certificates (class B4 of SECURITY.md) and cut data (class B5) again, in active mode, and
/// with an option that sends the data command before the data connection is made.
#[test]
fn b4_b5_in_active_mode_and_with_the_command_before_the_connection() {
    let active: fn(Config) -> Config = |config| config.with_data_mode(DataMode::Active);
    let early: fn(Config) -> Config = |config| config.with_data_command(DataCommand::WithConnect);
    for change in [active, early] {
        for version in VERSIONS {
            let options = || {
                let options = explicit().with_config(change);
                options.with_resumption(Resumption::Required)
            };
            let good = memory(setup(version).require_reuse());
            let mut client = logged_in(&good, options()).expect("logged in");
            for _ in 0..10 {
                assert_eq!(fetched(&mut client, "/five").expect("resumed"), b"12345");
                client.store("/up", b"content").expect("resumed");
                client.store("/empty", b"").expect("resumed");
                client.names(None).expect("listed");
                abort_upload(&mut client, "/half").expect("aborted");
            }
            told_nothing_in_clear(&good, "a good server");
            assert!(
                good.server()
                    .transfers()
                    .iter()
                    .all(|t| t.resumed == Some(true))
            );

            for flaw in FLAWS {
                let shown = Identity::new("localhost", flaw).server(version);
                let memory = memory(setup(version).data_tls(shown));
                let options = explicit().with_config(change);
                let mut client = logged_in(&memory, options).expect("a good certificate");
                is_named(
                    &fetched(&mut client, "/five").expect_err("not trusted"),
                    flaw,
                );
                is_named(
                    &client.store("/up", b"content").expect_err("not trusted"),
                    flaw,
                );
                client.pwd().expect("still in step");
                assert!(memory.server().transfers().iter().all(|t| t.bytes == 0));
            }

            for then in [Then::Fin, Then::FinInsideRecord, Then::Reset] {
                let action = Action::At {
                    after: 3,
                    control: Vec::new(),
                    then,
                };
                let memory = memory(setup(version).fault(Fault::on("RETR", action)));
                let options = explicit().with_config(change);
                let mut client = logged_in(&memory, options).expect("logged in");
                let error = fetched(&mut client, "/five").expect_err("cut");
                assert_eq!(error.kind(), ErrorKind::Truncated, "{then:?}: {error}");
            }

            let refusing =
                setup(version).fault(Fault::on("PROT", Action::Reply(b"534 no\r\n".to_vec())));
            let memory = memory(refusing);
            let options = explicit().with_config(change);
            let mut client = Client::connect_over(memory.clone(), options).expect("a greeting");
            client.login("user", "secret").expect_err("no PROT");
            fetched(&mut client, "/five").expect_err("no PROT");
            client.store("/up", b"x").expect_err("no PROT");
            assert!(memory.server().transfers().is_empty());
            for line in memory.server().commands() {
                let address = [&b"EPSV"[..], b"EPRT", b"RETR", b"STOR"];
                assert!(!address.iter().any(|verb| line.starts_with(verb)));
            }
        }
    }
}

#[test]
fn a_pinned_key_replaces_all_other_checks() {
    for version in VERSIONS {
        for flaw in FLAWS {
            let identity = Identity::new("localhost", flaw);
            let setup = || files().tls(identity.server(version));
            let options = |keys: &[KeyPin]| {
                let tls = TlsConfig::with_pinned_keys(keys.iter().copied()).expect("keys");
                options_to("localhost").with_tls(tls)
            };
            let memory_of_wrong = memory(setup());
            let error = logged_in(&memory_of_wrong, options(&[[1; 32].into()])).err();
            let error = error.expect("another key");
            sent_no_credentials(&memory_of_wrong, "another key");
            let Some(Reason::OtherKey { presented }) = error.tls_reason() else {
                panic!("{error}");
            };
            assert_eq!(error.server_key(), Some(*presented));
            let flawed = logged_in(&memory(setup()), explicit()).expect_err("a flaw");
            assert_eq!(flawed.server_key(), Some(*presented), "{flawed}");
            let memory_of_right = memory(setup());
            let right = options(&[[1; 32].into(), *presented]);
            let mut client = logged_in(&memory_of_right, right.clone()).expect("the key");
            assert_eq!(fetched(&mut client, "/five").expect("the key"), b"12345");

            // On the data connection, the server shows a certificate with another key than the
            // pinned one.
            let other = Identity::good().server(version);
            let memory_of_other = memory(setup().data_tls(other));
            let mut client = logged_in(&memory_of_other, right).expect("the key");
            let error = fetched(&mut client, "/five").expect_err("another key");
            let other = |reason: &Reason| matches!(reason, Reason::OtherKey { .. });
            assert!(error.tls_reason().is_some_and(other), "{error}");
        }
    }
    let none = TlsConfig::with_pinned_keys([]).expect_err("nobody to trust");
    assert_eq!(none.kind(), ErrorKind::Misuse(Misuse::Option));
}

#[test]
fn any_certificate_is_accepted_only_by_the_dangerous_option() {
    for flaw in FLAWS {
        let memory = memory(files().tls(Identity::new("localhost", flaw).server(VERSIONS[1])));
        let tls = TlsConfig::dangerous_accept_any_certificate().expect("a config");
        let options = options_to("localhost").with_tls(tls);
        let mut client = logged_in(&memory, options).expect("accepted");
        assert_eq!(fetched(&mut client, "/five").expect("accepted"), b"12345");
    }
}

/// The server has an old kind of certificate. With `dangerous_accept_any_certificate`, the client
/// accepts it. With a pinned key, the client compares only the key. With a CA, the client refuses
/// the certificate and names the reason.
#[test]
fn old_certificates() {
    for version in VERSIONS {
        for old in OLD {
            let server = || memory(files().tls(old.server(version)));
            let with = |tls| options_to("localhost").with_tls(tls);
            let any = TlsConfig::dangerous_accept_any_certificate().expect("a config");
            let mut client = logged_in(&server(), with(any)).expect("accepted");
            assert_eq!(fetched(&mut client, "/five").expect("accepted"), b"12345");

            let authority = || with(TlsConfig::with_roots_pem(OLD_CAS).expect("roots"));
            let memory = server();
            let error = logged_in(&memory, authority()).expect_err("too old");
            sent_no_credentials(&memory, "an old certificate");
            let (reason, words) = match old {
                Old::Version1 | Old::Version1SelfSigned => {
                    (Reason::OldCertificate { version: 1 }, "version 1")
                }
                Old::Rsa1024 | Old::SignedByRsa1024 => {
                    (Reason::WeakKey { bits: 1024 }, "1024-bit key")
                }
                Old::SignedBySha1 => (Reason::WeakSignature { hash: "SHA-1" }, "SHA-1"),
                Old::SignedByMd5 => (Reason::WeakSignature { hash: "MD5" }, "MD5"),
            };
            assert_eq!(error.tls_reason(), Some(&reason), "{old:?}: {error}");
            assert!(error.to_string().contains(words), "{error}");
            let key = error.server_key();

            let pinned = |key| with(TlsConfig::with_pinned_keys([key]).expect("a key"));
            let error = logged_in(&server(), pinned([1; 32].into())).expect_err("another key");
            let Some(Reason::OtherKey { presented }) = error.tls_reason() else {
                panic!("{old:?}: {error}");
            };
            assert_eq!(key, Some(*presented), "{old:?}");
            let client = logged_in(&server(), pinned(*presented));
            if old == Old::Rsa1024 {
                // The simulated server does not have the key of this certificate. So the server's
                // signature in the handshake is wrong, and the client must refuse the server.
                let error = client.expect_err("no signature of that key's");
                assert_eq!(error.tls_reason(), Some(&reason), "{error}");
                continue;
            }
            let fetched = fetched(&mut client.expect("the key"), "/five");
            assert_eq!(fetched.expect("the key"), b"12345", "{old:?}");
        }
    }
}

#[test]
fn client_certificates() {
    for version in VERSIONS {
        let setup = || files().tls(Identity::good().demanding_server(version));
        let ours = Identity::new("client.example", Flaw::None);
        let tls = trusting().with_client_certificate(&ours.pem, &ours.key_pem);
        let options = options_to("localhost").with_tls(tls.expect("they belong together"));
        let mut client = logged_in(&memory(setup()), options).expect("accepted");
        assert_eq!(
            fetched(&mut client, "/five").expect("on data, too"),
            b"12345"
        );

        let nobody = memory(setup());
        let error = logged_in(&nobody, explicit()).expect_err("none was shown");
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
        assert_eq!(
            error.tls_reason(),
            Some(&Reason::CertificateDemanded),
            "{error}"
        );

        let stranger = Identity::new("client.example", Flaw::WrongAuthority);
        let tls = trusting().with_client_certificate(&stranger.pem, &stranger.key_pem);
        let options = options_to("localhost").with_tls(tls.expect("they belong together"));
        let error = logged_in(&memory(setup()), options).expect_err("a stranger's");
        assert_eq!(
            error.tls_reason(),
            Some(&Reason::CertificateRefused),
            "{error}"
        );
    }
    let [one, other] = [(); 2].map(|()| Identity::new("client.example", Flaw::None));
    let mixed = trusting().with_client_certificate(&one.pem, &other.key_pem);
    assert_eq!(mixed.expect_err("not a pair").kind(), ErrorKind::Tls);
    trusting()
        .with_client_certificate(&one.pem, "")
        .expect_err("no key");
    trusting()
        .with_client_certificate("", &one.key_pem)
        .expect_err("no certificate");
}

/// The client trusts the server's own self-signed certificate as a root. The client accepts the
/// certificate, but not if its date or name is wrong.
#[test]
fn a_self_signed_certificate_can_be_trusted_as_a_root() {
    for version in VERSIONS {
        for flaw in [Flaw::SelfSigned, Flaw::SelfSignedAuthority] {
            let own = Identity::new("localhost", flaw);
            let options = |host| {
                let tls = TlsConfig::with_roots_pem(&own.pem).expect("a root");
                options_to(host).with_tls(tls)
            };
            let server = || memory(files().tls(own.server(version)));
            let mut client = logged_in(&server(), options("localhost")).expect("trusted");
            assert_eq!(fetched(&mut client, "/five").expect("trusted"), b"12345");
            let error = logged_in(&server(), options("other.example")).err();
            let error = error.expect("another name");
            let wrong = |reason: &Reason| matches!(reason, Reason::WrongName { .. });
            assert!(error.tls_reason().is_some_and(wrong), "{error}");
        }
        let old = Identity::new("localhost", Flaw::SelfSignedAndExpired);
        let tls = TlsConfig::with_roots_pem(&old.pem).expect("a root");
        let options = options_to("localhost").with_tls(tls);
        let error = logged_in(&memory(files().tls(old.server(version))), options).err();
        let error = error.expect("an old one");
        assert_eq!(error.tls_reason(), Some(&Reason::Expired), "{error}");
    }
}

#[test]
fn another_authority_is_trusted_if_it_is_a_root() {
    let identity = Identity::new("localhost", Flaw::WrongAuthority).server(VERSIONS[1]);
    let both = [OTHER_CA.pem.as_str(), CA.pem.as_str()].concat();
    let tls = TlsConfig::with_roots_pem(both).expect("two roots");
    let options = options_to("localhost").with_tls(tls);
    logged_in(&memory(files().tls(identity)), options).expect("trusted");
}
