//! Servers that cannot be trusted, or do TLS badly: the tests of both adapters, which each lend a
//! client. The classes B1 to B10 are those of the project's index of security problems.

use std::sync::Arc;

use ftp_proto::simulator::{Action, Fault, Setup, Simulator, Then};
use ftp_proto::tls::{KeyPin, Reason, TlsConfig, TlsVersion, rustls};
use ftp_proto::{
    Auth, Config, DataCommand, DataMode, Error, ErrorKind, MissingCloseNotify, Misuse, Options,
    ProtectWhen, Resumption, Wait,
};
use rustls::SupportedProtocolVersion;

use crate::adapter::{Memory, Tested};
use crate::certificates::{CA, FLAWS, Flaw, Identity, Names, OTHER_CA, VERSIONS};

type Version = &'static SupportedProtocolVersion;

fn trusting() -> TlsConfig {
    TlsConfig::with_roots_pem(&CA.pem).expect("a root")
}

fn explicit() -> Options {
    Options::new("localhost").with_tls(trusting())
}

fn implicit() -> Options {
    Options::new("localhost").with_implicit_tls(trusting())
}

fn setup(version: Version) -> Setup {
    files().tls(Identity::good().server(version))
}

fn files() -> Setup {
    Setup::new().file("/five", "12345").file("/empty", "")
}

fn memory(setup: Setup) -> Memory {
    Memory::new(Simulator::new(setup))
}

fn logged_in(memory: &Memory, options: Options) -> Result<Tested, Error> {
    let mut client = Tested::connect(memory, options)?;
    client.login()?;
    Ok(client)
}

/// What nobody on the path may have seen.
fn told_nothing_in_clear(memory: &Memory, context: &str) {
    let server = memory.server();
    let clear = server.control_plaintext_received();
    for secret in ["USER", "PASS", "user", "secret"] {
        let found = clear.windows(secret.len()).any(|w| w == secret.as_bytes());
        assert!(!found, "{context}: {secret} in clear");
    }
    // A server that only claims to protect data hears a ClientHello, and nothing else.
    let stored = server.file("/up").unwrap_or_default();
    let is_tls = stored.is_empty() || stored.first() == Some(&0x16);
    let protected = server.transfers().iter().all(|t| t.resumed.is_some());
    assert!(protected || is_tls, "{context}: data in clear");
}

fn sent_no_credentials(memory: &Memory, context: &str) {
    told_nothing_in_clear(memory, context);
    let server = memory.server();
    for line in server.commands() {
        let credentials = line.starts_with(b"USER") || line.starts_with(b"PASS");
        assert!(!credentials, "{context}: {}", String::from_utf8_lossy(line));
    }
}

fn is_named(error: &Error, flaw: Flaw) {
    assert_eq!(error.kind(), ErrorKind::Tls, "{flaw:?}: {error}");
    let reason = error
        .tls_reason()
        .unwrap_or_else(|| panic!("{flaw:?}: {error}"));
    let named = match flaw {
        Flaw::None | Flaw::SelfSignedAndExpired => false,
        Flaw::SelfSigned | Flaw::SelfSignedAuthority => *reason == Reason::SelfSigned,
        Flaw::Expired => *reason == Reason::Expired,
        Flaw::NotYetValid => *reason == Reason::NotYetValid,
        Flaw::WrongHost => matches!(
            reason,
            Reason::WrongName { expected, presented }
                if expected == "localhost" && presented == &["other.example"]
        ),
        Flaw::WrongAuthority => *reason == Reason::UnknownIssuer,
    };
    assert!(named, "{flaw:?}: {reason:?}");
    assert!(error.to_string().contains(&reason.to_string()), "{error}");
}

/// Class B1: whatever stands behind the reply to AUTH, however it is cut, ends the session.
#[test]
fn b1_bytes_behind_auth_in_every_segmentation() {
    const BEHIND: &[u8] = b"331 x\r\n230 y\r\n200 z\r\n";
    for accepted in [true, false] {
        for cut in 0..BEHIND.len() + 60 {
            let action = match accepted {
                true => Action::After(BEHIND.to_vec()),
                false => Action::Reply([b"500 no\r\n", BEHIND].concat()),
            };
            let setup = setup(VERSIONS[1])
                .fault(Fault::on("AUTH", action))
                .cut_at(cut);
            let memory = memory(setup);
            let mut client = Tested::connect(&memory, explicit()).expect("a greeting");
            let error = client.login().expect_err("an injection");
            assert_eq!(error.kind(), ErrorKind::Injection, "cut at {cut}: {error}");
            assert_eq!(
                memory.server().control_plaintext_received(),
                b"AUTH TLS\r\n"
            );
            assert_eq!(
                client.names().expect_err("dead").kind(),
                ErrorKind::Injection
            );
            assert_eq!(memory.server().commands(), [b"AUTH TLS"]);
        }
    }
}

/// Class B1: the same behind AUTH SSL, which is a second try.
#[test]
fn b1_bytes_behind_the_second_try() {
    const BEHIND: &[u8] = b"331 x\r\n230 y\r\n";
    for accepted in [true, false] {
        for cut in 0..BEHIND.len() + 80 {
            let action = match accepted {
                true => Action::After(BEHIND.to_vec()),
                false => Action::Reply([b"534 no\r\n", BEHIND].concat()),
            };
            let setup = setup(VERSIONS[1])
                .without("AUTH TLS")
                .fault(Fault::nth("AUTH", 1, action))
                .cut_at(cut);
            let memory = memory(setup);
            let options = explicit().with_config(|config| config.with_auth(Auth::TlsThenSsl));
            let error = logged_in(&memory, options).err().expect("an injection");
            assert_eq!(error.kind(), ErrorKind::Injection, "cut at {cut}: {error}");
            let clear = memory.server().control_plaintext_received().to_vec();
            assert_eq!(clear, b"AUTH TLS\r\nAUTH SSL\r\n", "cut at {cut}");
        }
    }
}

/// Class B1: and behind AUTH once more after CCC, where there is a login to lose.
#[test]
fn b1_bytes_behind_auth_after_clear_control() {
    const BEHIND: &[u8] = b"331 x\r\n230 y\r\n";
    for accepted in [true, false] {
        for behind in (1..=BEHIND.len()).map(|end| &BEHIND[..end]) {
            let action = match accepted {
                true => Action::After(behind.to_vec()),
                false => Action::Reply([b"500 no\r\n", behind].concat()),
            };
            let memory = memory(setup(VERSIONS[1]).fault(Fault::nth("AUTH", 1, action)));
            let mut client = logged_in(&memory, explicit()).expect("logged in");
            client.clear_control().expect("in clear");
            let error = client.login().expect_err("an injection");
            assert_eq!(error.kind(), ErrorKind::Injection, "{behind:?}: {error}");
            client.download("/five").expect_err("dead");
            assert!(memory.server().transfers().is_empty());
            let clear = memory.server().control_plaintext_received().to_vec();
            assert_eq!(clear, b"AUTH TLS\r\nAUTH TLS\r\n", "{behind:?}");
        }
    }
}

/// Classes B1 to B3, B8: commands sent by hand are held to the same.
#[test]
fn b3_raw_commands_get_around_nothing() {
    let memory = memory(setup(VERSIONS[1]));
    let mut client = Tested::connect(&memory, explicit()).expect("a greeting");
    let refused = |client: &mut Tested, lines: &[&str], kind| {
        for line in lines {
            let error = client.raw(line).expect_err(line);
            assert_eq!(error.kind(), kind, "{line}: {error}");
        }
    };
    const CREDENTIALS: [&str; 5] = ["USER x", "user x", "PASS secret", "Pass secret", "ACCT x"];
    const DATA: [&str; 6] = [
        "EPSV",
        "pasv",
        "PORT 1,2,3,4,5,6",
        "EPRT |1|1.2.3.4|5|",
        "LPSV",
        "CPSV",
    ];
    let misuse = ErrorKind::Misuse(Misuse::Option);
    refused(&mut client, &CREDENTIALS, ErrorKind::Insecure);
    refused(&mut client, &DATA, ErrorKind::Insecure);
    refused(
        &mut client,
        &["PBSZ 0", "PROT P", "PWD", "REIN"],
        ErrorKind::Insecure,
    );
    refused(
        &mut client,
        &["AUTH TLS", "auth tls", "CCC", "RETR a"],
        misuse,
    );
    assert!(memory.server().commands().is_empty());

    client.secure().expect("under TLS");
    // Before PROT no data connection, and so after a PROT that takes it back.
    refused(&mut client, &DATA, ErrorKind::Insecure);
    client.login().expect("logged in");
    for (level, words) in [("PROT C", 200), ("PROT S", 536), ("prot c", 200)] {
        assert_eq!(client.raw(level).expect("answered"), words, "{level}");
        if words == 200 {
            refused(&mut client, &DATA, ErrorKind::Insecure);
            assert_eq!(client.names().expect_err(level).kind(), ErrorKind::Insecure);
            assert_eq!(client.raw("PROT P").expect("answered"), 200);
        }
        assert_eq!(client.download("/five").expect("under TLS"), b"12345");
    }
    let misused = ErrorKind::Misuse(Misuse::AlreadySecured);
    refused(&mut client, &["REIN", "rein"], misused);
    refused(&mut client, &["AUTH TLS", "auth ssl", "CCC"], misuse);

    client.clear_control().expect("in clear");
    refused(&mut client, &CREDENTIALS, ErrorKind::Insecure);
    refused(&mut client, &["REIN"], misused);
    refused(&mut client, &["AUTH TLS", "CCC"], misuse);
    told_nothing_in_clear(&memory, "by hand");
}

/// Class B1, implicit TLS: bytes ahead of the ServerHello are no TLS.
#[test]
fn b1_bytes_ahead_of_the_server_hello() {
    for greeting in ["220 Welcome\r\n", "230 In\r\n", "HTTP/1.1 400 Bad\r\n"] {
        let memory = memory(files().fault(Fault::on("GREETING", Action::Reply(greeting.into()))));
        let error = logged_in(&memory, implicit().with_port(21))
            .err()
            .expect("no TLS");
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
        assert_eq!(error.tls_reason(), Some(&Reason::PlainServer), "{error}");
        sent_no_credentials(&memory, greeting);
    }
}

/// Class B2: what the greeting says does not do without TLS.
#[test]
fn b2_logged_in_by_the_greeting() {
    for refusal in ["500 no\r\n", "230 in\r\n", "421 bye\r\n"] {
        let setup = setup(VERSIONS[1])
            .banner("230 Logged in, TLS or not")
            .fault(Fault::on("AUTH", Action::Reply(refusal.into())));
        let memory = memory(setup);
        let mut client = Tested::connect(&memory, explicit()).expect("a greeting");
        assert_eq!(
            client.names().expect_err("no TLS").kind(),
            ErrorKind::Insecure
        );
        client.login().expect_err("no TLS");
        client.names().expect_err("no TLS");
        assert_eq!(memory.server().commands(), [b"AUTH TLS"]);
        sent_no_credentials(&memory, refusal);
    }
}

/// Class B3: AUTH, PBSZ and PROT, refused, closed and garbled, wherever they are sent.
#[test]
fn b3_refused_closed_and_garbled_in_every_combination() {
    let answers = || {
        [
            Action::Reply(b"431 later\r\n".to_vec()),
            Action::Reply(b"500 unknown\r\n".to_vec()),
            Action::Reply(b"534 not here\r\n".to_vec()),
            Action::Reply(b"200 fine\r\n".to_vec()),
            Action::Reply(b"331 password\r\n".to_vec()),
            Action::Reply(b"421 bye\r\n".to_vec()),
            Action::Reply(b"\x00\xff garbage\r\n".to_vec()),
            Action::PartialThenHangup(b"20".to_vec()),
            Action::Hangup,
            Action::ResetControl,
            Action::Silent,
        ]
    };
    let first: fn(Config) -> Config = |config| config.with_protect_when(ProtectWhen::BeforeLogin);
    let later: fn(Config) -> Config = |config| config;
    for verb in ["AUTH", "PBSZ", "PROT"] {
        for answer in answers() {
            for order in [first, later] {
                for is_implicit in [false, true] {
                    if is_implicit && verb == "AUTH" {
                        continue;
                    }
                    let context = format!("{verb} {answer:?}, implicit {is_implicit}");
                    let identity = Identity::good().server(VERSIONS[1]);
                    let (setup, options) = match is_implicit {
                        true => (files().implicit_tls(identity), implicit()),
                        false => (files().tls(identity), explicit()),
                    };
                    let memory = memory(setup.fault(Fault::on(verb, answer.clone())));
                    let options = options.with_config(order);
                    let mut client = Tested::connect(&memory, options).expect("a greeting");
                    let login = client.login();
                    let data = [client.names().is_ok(), client.store("/up", b"x").is_ok()];
                    told_nothing_in_clear(&memory, &context);
                    match verb {
                        "AUTH" => {
                            login.expect_err(&context);
                            assert_eq!(data, [false, false], "{context}");
                            sent_no_credentials(&memory, &context);
                            assert!(memory.server().transfers().is_empty(), "{context}");
                        }
                        // PROT is answered well, or its refusal is what counts.
                        "PBSZ" if login.is_ok() => assert_eq!(data, [true, true], "{context}"),
                        // A 200 is a 200; implied where PROT is unknown and TLS implicit.
                        "PROT" if login.is_ok() => {
                            let said = format!("{answer:?}");
                            let good = Action::Reply(b"200 fine\r\n".to_vec());
                            let unknown = Action::Reply(b"500 unknown\r\n".to_vec());
                            let implied = is_implicit && said == format!("{unknown:?}");
                            assert!(implied || said == format!("{good:?}"), "{context}");
                            // This server protects what it says it does under implicit TLS alone.
                            assert_eq!(data, [is_implicit; 2], "{context}");
                        }
                        _ => {
                            assert_eq!(data, [false, false], "{context}");
                            assert!(memory.server().transfers().is_empty(), "{context}");
                            let sent =
                                memory.server().commands().iter().any(|line| {
                                    line.starts_with(b"EPSV") || line.starts_with(b"PASV")
                                });
                            assert!(!sent, "{context}: a data connection was asked for");
                        }
                    }
                }
            }
        }
    }
}

/// Class B4, control connection: each flaw is refused and named, and nothing is told.
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
                let error = logged_in(&memory, options)
                    .err()
                    .expect("not to be trusted");
                is_named(&error, flaw);
                assert_eq!(memory.server().commands(), sent);
                sent_no_credentials(&memory, "a bad certificate");
                assert_eq!(memory.server().open_links(), 0);
            }
        }
    }
}

/// Class B4, data connection alone: another certificate than the good one of the login.
#[test]
fn b4_certificates_on_the_data_connection_alone() {
    for version in VERSIONS {
        for flaw in FLAWS {
            let shown = Identity::new("localhost", flaw).server(version);
            let memory = memory(setup(version).data_tls(shown));
            let mut client = logged_in(&memory, explicit()).expect("a good certificate");
            is_named(&client.download("/five").expect_err("not trusted"), flaw);
            is_named(
                &client.store("/up", b"content").expect_err("not trusted"),
                flaw,
            );
            is_named(&client.names().expect_err("not trusted"), flaw);
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

/// Class B4: verified against what the user typed, a name or an address, which SNI tells too.
#[test]
fn b4_names_and_addresses() {
    for version in VERSIONS {
        for (host, sni) in [
            ("localhost", Some("localhost")),
            ("127.0.0.1", None),
            ("::1", None),
        ] {
            let names = Names::default();
            let identity = Identity::new(host, Flaw::None).listening_server(version, &names);
            let memory = memory(files().tls(identity));
            let options = Options::new(host).with_tls(trusting());
            let mut client = logged_in(&memory, options).expect("a good certificate");
            assert_eq!(client.download("/five").expect("the same name"), b"12345");
            let names = names.lock().expect("no panic");
            assert!(names.len() >= 2 && names.iter().all(|name| name.as_deref() == sni));
        }
        let identity = Identity::good().server(version);
        let options = Options::new("127.0.0.1").with_tls(trusting());
        let error = logged_in(&memory(files().tls(identity)), options).err();
        let error = error.expect("another name");
        let wrong = |reason: &Reason| matches!(reason, Reason::WrongName { .. });
        assert!(error.tls_reason().is_some_and(wrong), "{error}");
    }
}

/// Class B5: a download cut anywhere, between records and inside them, is no success.
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
                let error = client.download("/long").expect_err("cut");
                assert_eq!(
                    error.kind(),
                    ErrorKind::Truncated,
                    "{after} {then:?}: {error}"
                );
                assert_eq!(error.transferred(), Some(after as u64), "{then:?}: {error}");
                if after < 10 {
                    let error = client.names().expect_err("cut");
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

/// Class B5: a server that reads slowly and goes away early: no byte is lost without an error.
#[test]
fn b5_uploads_cut_everywhere() {
    // The last record is left whole: with it the end of the data is on its way, and a server that
    // then confirms what it did not keep can be told by nobody.
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

/// Class B5: inside the last record, too, or behind it, as long as the server does not lie.
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

/// Classes B4 and B5 in active mode, and where the command goes out ahead of the connection.
#[test]
fn b4_b5_whoever_connects_and_whatever_goes_first() {
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
                assert_eq!(client.download("/five").expect("resumed"), b"12345");
                client.store("/up", b"content").expect("resumed");
                client.store("/empty", b"").expect("resumed");
                client.names().expect("listed");
                client.abort_upload("/half").expect("aborted");
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
                is_named(&client.download("/five").expect_err("not trusted"), flaw);
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
                let error = client.download("/five").expect_err("cut");
                assert_eq!(error.kind(), ErrorKind::Truncated, "{then:?}: {error}");
            }

            let refusing =
                setup(version).fault(Fault::on("PROT", Action::Reply(b"534 no\r\n".to_vec())));
            let memory = memory(refusing);
            let options = explicit().with_config(change);
            let mut client = Tested::connect(&memory, options).expect("a greeting");
            client.login().expect_err("no PROT");
            client.download("/five").expect_err("no PROT");
            client.store("/up", b"x").expect_err("no PROT");
            assert!(memory.server().transfers().is_empty());
            for line in memory.server().commands() {
                let address = [&b"EPSV"[..], b"EPRT", b"RETR", b"STOR"];
                assert!(!address.iter().any(|verb| line.starts_with(verb)));
            }
        }
    }
}

/// Class B6: 300 transfers of all kinds in one login, each one resumed; another login in the same
/// process, in between, does not take its tickets.
#[test]
fn b6_hundreds_of_transfers_resume_and_two_logins_do_not_share() {
    for version in VERSIONS {
        // One login with explicit TLS, one with implicit, each against a server of its own.
        let identity = || Identity::good().server(version);
        let memories = [
            memory(files().tls(identity()).require_reuse()),
            memory(files().implicit_tls(identity()).require_reuse()),
        ];
        // Of one configuration, so that only a store of its own keeps each login apart.
        let tls = trusting();
        let options = [
            Options::new("localhost").with_tls(tls.clone()),
            Options::new("localhost").with_implicit_tls(tls),
        ];
        let mut clients: Vec<Tested> = memories
            .iter()
            .zip(options)
            .map(|(memory, options)| {
                let required = options.with_resumption(Resumption::Required);
                logged_in(memory, required).expect("logged in")
            })
            .collect();
        for round in 0..60 {
            for client in &mut clients {
                client.names().expect("listed");
                assert_eq!(client.download("/five").expect("resumed"), b"12345");
                client.store("/up", b"content").expect("resumed");
                client.store("/nothing", b"").expect("an empty file, too");
                client.abort_upload("/half").unwrap_or_else(|error| {
                    panic!("aborted in round {round}: {error}");
                });
            }
        }
        for memory in &memories {
            let server = memory.server();
            assert_eq!(server.transfers().len(), 300);
            assert!(server.transfers().iter().all(|t| t.resumed == Some(true)));
        }
    }
}

/// Class B6: sessions that the server keeps, sessions that it hands out, and as few of them as there
/// can be.
#[test]
fn b6_by_session_id_by_ticket_and_with_a_single_one() {
    for version in VERSIONS {
        for (stateless, tickets) in [(false, 1), (true, 1), (true, 2)] {
            let mut config = rustls::ServerConfig::clone(&Identity::good().server(version));
            config.send_tls13_tickets = tickets;
            if stateless {
                config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
                config.ticketer = rustls::crypto::ring::Ticketer::new().expect("a ticketer");
            }
            let memory = memory(files().tls(Arc::new(config)).require_reuse());
            let required = explicit().with_resumption(Resumption::Required);
            let mut client = logged_in(&memory, required).expect("logged in");
            let context = format!("{version:?}, stateless {stateless}, {tickets} tickets");
            for _ in 0..30 {
                client.store("/up", b"content").expect(&context);
                client.store("/nothing", b"").expect(&context);
                assert_eq!(client.download("/empty").expect(&context), b"");
                client.names().expect(&context);
                // Refused ahead of the handshake, it costs nothing.
                client.download("/none").expect_err("there is none");
            }
            assert!(client.tls_info().is_some_and(|info| !info.resumed));
        }
    }
}

/// Class B6: what is refused for lack of resumption says so, and reconnecting is what is left.
#[test]
fn b6_resumption_demanded_by_the_server() {
    for version in VERSIONS {
        // Another store of sessions: as a server that has forgotten the login's.
        let forgetful = Identity::good().server(version);
        let server = || memory(setup(version).data_tls(forgetful.clone()).require_reuse());
        let mut other = logged_in(&server(), explicit()).expect("logged in");
        let mut client = logged_in(&server(), explicit()).expect("logged in");
        for error in [
            other.download("/five").expect_err("refused"),
            client.store("/up", &[7; 100_000]).expect_err("refused"),
        ] {
            assert_eq!(error.kind(), ErrorKind::Permanent, "{error}");
            assert_eq!(
                error.tls_reason(),
                Some(&Reason::ResumptionDemanded),
                "{error}"
            );
            assert!(error.to_string().contains("reconnect"), "{error}");
        }
        client.reconnect().expect("another login");
        client.pwd().expect("in step");
    }
}

/// Class B6: as ProFTPD does it under TLS 1.3, which gives no ticket with an upload and lets only
/// those in that resume. The tickets of the login are spent soon; reconnecting helps for good.
#[test]
fn b6_tickets_that_run_out() {
    for resumption in [Resumption::Preferred, Resumption::Required] {
        let server = Identity::good().server_of(&VERSIONS);
        let mut stingy = rustls::ServerConfig::clone(&server);
        stingy.send_tls13_tickets = 0;
        let setup = files().tls(server).data_tls(stingy.into()).require_reuse();
        let memory = memory(setup);
        let options = explicit().with_resumption(resumption);
        let mut client = logged_in(&memory, options).expect("logged in");
        let version = |client: &Tested| client.tls_info().expect("TLS").version;
        assert_eq!(version(&client), TlsVersion::V1_3);
        let stored = (1..=10).map_while(|_| client.store("/up", b"content").ok());
        let spent = stored.count();
        assert!((1..10).contains(&spent), "{spent} tickets");
        let error = client.store("/up", b"content").expect_err("no ticket");
        let reason = match resumption {
            Resumption::Required => Reason::NotResumed,
            _ => Reason::ResumptionDemanded,
        };
        assert_eq!(error.tls_reason(), Some(&reason), "{error}");
        client.reconnect().expect("another login");
        assert_eq!(version(&client), TlsVersion::V1_2);
        for number in 0..100 {
            let stored = client.store("/up", b"content");
            stored.unwrap_or_else(|error| panic!("upload {number}: {error}"));
        }
        client.reconnect().expect("for another reason");
        assert_eq!(version(&client), TlsVersion::V1_2, "not learned again");
    }
}

/// The same where there is no TLS 1.2 to go back to, by the server's choice or by ours: a new
/// login has new tickets all the same.
#[test]
fn b6_tickets_that_run_out_without_another_version() {
    for ours in [false, true] {
        let versions = if ours { &VERSIONS[..] } else { &VERSIONS[1..] };
        let server = Identity::good().server_of(versions);
        let mut stingy = rustls::ServerConfig::clone(&server);
        stingy.send_tls13_tickets = 0;
        let setup = files().tls(server).data_tls(stingy.into()).require_reuse();
        let memory = memory(setup);
        let options = match ours {
            true => Options::new("localhost").with_tls(
                trusting()
                    .with_only_version(TlsVersion::V1_3)
                    .expect("a version"),
            ),
            false => explicit(),
        };
        let mut client = logged_in(&memory, options).expect("logged in");
        let failed = (0..10).find_map(|_| client.store("/up", b"content").err());
        let error = failed.expect("tickets run out");
        assert_eq!(error.tls_reason(), Some(&Reason::ResumptionDemanded));
        client.reconnect().expect("another login");
        let version = client.tls_info().expect("TLS").version;
        assert_eq!(version, TlsVersion::V1_3);
        client.store("/up", b"content").expect("with a new ticket");
    }
}

/// Class B6: refused in the middle of the handshake, as ProFTPD does it; the next one goes well.
#[test]
fn b6_refused_in_the_handshake() {
    for version in VERSIONS {
        let refusal = Fault::nth("HANDSHAKE", 0, Action::RefuseHandshake);
        let memory = memory(setup(version).fault(refusal));
        let mut client = logged_in(&memory, explicit()).expect("logged in");
        let error = client.download("/five").expect_err("refused");
        let reply = error.reply().map(|reply| reply.code().value());
        assert_eq!((error.kind(), reply), (ErrorKind::Permanent, Some(522)));
        assert_eq!(
            error.tls_reason(),
            Some(&Reason::ResumptionDemanded),
            "{error}"
        );
        assert_eq!(client.download("/five").expect("once more"), b"12345");
    }
}

/// Class B3: AUTH accepted, and then no TLS.
#[test]
fn b3_accepted_and_then_no_tls() {
    let garbage = [
        Action::Reply(b"234 Go ahead.\r\n".to_vec()),
        Action::PartialThenHangup(b"234 Go ahead.\r\n".to_vec()),
        Action::PartialThenHangup(b"234 Go ah".to_vec()),
    ];
    for answer in garbage {
        let memory = memory(setup(VERSIONS[1]).fault(Fault::on("AUTH", answer.clone())));
        let mut client = Tested::connect(&memory, explicit()).expect("a greeting");
        client.login().expect_err("no TLS");
        client.login().expect_err("dead");
        client.names().expect_err("dead");
        sent_no_credentials(&memory, &format!("{answer:?}"));
        assert!(memory.server().transfers().is_empty());
    }
}

/// Class B6: required by the client, on the first data connection already.
#[test]
fn b6_resumption_required_by_the_client() {
    for version in VERSIONS {
        let forgetful = Identity::good().server(version);
        let memory = memory(setup(version).data_tls(forgetful));
        let required = explicit().with_resumption(Resumption::Required);
        let mut client = logged_in(&memory, required).expect("logged in");
        let error = client.store("/up", b"content").expect_err("not resumed");
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
        assert_eq!(error.tls_reason(), Some(&Reason::NotResumed), "{error}");
        client.pwd().expect("in step");
        assert!(memory.server().transfers().iter().all(|t| t.bytes == 0));
    }
}

/// Class B7: a TLS server of another protocol, with a good certificate.
#[test]
fn b7_another_protocol_behind_a_good_certificate() {
    for banner in [
        "HTTP/1.1 400 Bad Request",
        "* OK IMAP4rev1",
        "SSH-2.0-x",
        "+OK POP3",
    ] {
        let setup = files()
            .implicit_tls(Identity::good().server(VERSIONS[1]))
            .banner(banner);
        let memory = memory(setup);
        let error = Tested::connect(&memory, implicit()).err().expect("no FTP");
        assert_eq!(error.kind(), ErrorKind::Protocol, "{banner}: {error}");
        assert!(memory.server().commands().is_empty(), "{banner}");
    }
}

/// Class B8: CCC, and what is refused and protected afterwards.
#[test]
fn b8_clear_control_keeps_data_private_and_credentials_back() {
    for version in VERSIONS {
        let memory = memory(setup(version));
        let mut client = logged_in(&memory, explicit()).expect("logged in");
        let misuse = client.secure().expect_err("secured already");
        assert_eq!(misuse.kind(), ErrorKind::Misuse(Misuse::AlreadySecured));
        assert!(client.tls_info().is_some());
        client.clear_control().expect("in clear");
        assert!(client.tls_info().is_none());
        assert_eq!(client.download("/five").expect("under TLS"), b"12345");
        let last = memory.server().transfers().last().map(|t| t.resumed);
        assert_eq!(last, Some(Some(true)));
        // AUTH again, and a login behind it: nothing of that in clear.
        client.login().expect("secured first");
        assert!(client.tls_info().is_some());
        assert_eq!(client.download("/five").expect("under TLS"), b"12345");
        told_nothing_in_clear(&memory, "around CCC");
    }
}

/// Class B8: bytes in clear instead of close_notify.
#[test]
fn b8_forged_bytes_instead_of_close_notify() {
    for forged in ["226 forged\r\n", "200 ok\r\n", "2"] {
        let fault = Fault::on("CCC", Action::Words(b"200 ok\r\n".to_vec()));
        let forging = Fault::on("CCC", Action::InClear(forged.into()));
        let memory = memory(setup(VERSIONS[1]).fault(fault).fault(forging));
        let mut client = logged_in(&memory, explicit()).expect("logged in");
        let error = client.clear_control().expect_err("no close_notify");
        assert!(
            matches!(error.kind(), ErrorKind::Tls | ErrorKind::Injection),
            "{error}"
        );
        let again = client.pwd().expect_err("dead");
        assert_eq!(again.kind(), error.kind());
    }
}

/// Class B9: another connection is another login: its sessions are its own.
#[test]
fn b9_another_connection_begins_anew() {
    for version in VERSIONS {
        let memory = memory(setup(version).require_reuse());
        let required = explicit().with_resumption(Resumption::Required);
        let mut client = logged_in(&memory, required).expect("logged in");
        client.download("/five").expect("resumed");
        client.reconnect().expect("another login");
        let info = client.tls_info().expect("under TLS");
        assert!(!info.resumed, "a session of the login before");
        client.download("/five").expect("resumed");
    }
}

/// Class B9: a connection in the place of another is secured before anything is told, or nothing is.
#[test]
fn b9_a_reconnect_that_cannot_be_secured_fails_closed() {
    let answers = [
        Action::Reply(b"500 unknown\r\n".to_vec()),
        Action::Reply(b"200 fine\r\n".to_vec()),
        Action::Reply(b"234 Go ahead.\r\n".to_vec()),
        Action::After(b"230 in\r\n".to_vec()),
        Action::Hangup,
        Action::Silent,
    ];
    for (verb, credentials) in [("AUTH", false), ("PBSZ", true), ("PROT", true)] {
        for answer in &answers {
            // A PBSZ that nobody understands is passed over, and a 200 is a 200.
            let context = format!("{verb} {answer:?}");
            let memory = memory(setup(VERSIONS[1]).fault(Fault::nth(verb, 1, answer.clone())));
            let mut client = logged_in(&memory, explicit()).expect("logged in");
            let before = memory.server().commands().len();
            let reconnected = client.reconnect();
            let data = client.download("/five");
            let transfers = memory.server().transfers().to_vec();
            let protected = transfers.iter().all(|transfer| transfer.resumed.is_some());
            assert!(protected || data.is_err(), "{context}: data in clear");
            told_nothing_in_clear(&memory, &context);
            if verb == "AUTH" {
                reconnected.expect_err(&context);
            }
            if !credentials {
                data.expect_err(&context);
                client.login().expect_err("only another reconnect helps");
                client.names().expect_err("only another reconnect helps");
                let server = memory.server();
                let mut sent = server.commands()[before..].iter();
                assert_eq!(sent.next(), Some(&b"AUTH TLS".to_vec()), "{context}");
                // What only claims to do TLS takes a ClientHello for lines.
                let told = |line: &Vec<u8>| [b"USER", b"PASS"].iter().any(|v| line.starts_with(*v));
                assert!(!sent.any(told), "{context}");
            }
        }
    }
}

/// Class B10: versions before 1.2 are refused, in words; so is one that nobody shares.
#[test]
fn b10_old_versions() {
    let alert = b"\x15\x03\x01\x00\x02\x02\x46".to_vec();
    let hello = [
        &b"\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01"[..],
        &[7; 32],
        &b"\x00\x00\x2f\x00"[..],
    ]
    .concat();
    for answer in [alert, hello] {
        let memory = memory(files().fault(Fault::on("GREETING", Action::Reply(answer))));
        let error = Tested::connect(&memory, implicit().with_port(21))
            .err()
            .expect("old");
        assert_eq!(
            error.tls_reason(),
            Some(&Reason::NoCommonVersion),
            "{error}"
        );
        assert!(error.to_string().contains("1.0 and 1.1"), "{error}");
    }
    for (version, only) in VERSIONS
        .into_iter()
        .zip([TlsVersion::V1_3, TlsVersion::V1_2])
    {
        let tls = trusting().with_only_version(only).expect("supported");
        let options = Options::new("localhost").with_tls(tls);
        let memory = memory(setup(version));
        let error = logged_in(&memory, options)
            .err()
            .expect("no common version");
        assert_eq!(
            error.tls_reason(),
            Some(&Reason::NoCommonVersion),
            "{error}"
        );
        sent_no_credentials(&memory, "no common version");
    }
}

/// The wrong kind of server for the mode, both ways, in words.
#[test]
fn the_other_kind_of_server() {
    let plain = memory(files());
    let error = Tested::connect(&plain, implicit().with_port(21))
        .err()
        .expect("no TLS");
    assert_eq!(error.tls_reason(), Some(&Reason::PlainServer), "{error}");
    assert!(error.to_string().contains("port 21"), "{error}");

    let tls = memory(files().implicit_tls(Identity::good().server(VERSIONS[1])));
    let error = Tested::connect(&tls, explicit().with_port(990))
        .err()
        .expect("silence");
    assert_eq!(error.kind(), ErrorKind::Timeout(Wait::Greeting), "{error}");
    assert_eq!(error.tls_reason(), Some(&Reason::SilentServer), "{error}");
    assert!(error.to_string().contains("port 990"), "{error}");

    let alert = Action::Reply(b"\x15\x03\x01\x00\x02\x02\x0a".to_vec());
    let tls = memory(files().fault(Fault::on("GREETING", alert)));
    let error = Tested::connect(&tls, explicit()).err().expect("TLS");
    assert_eq!(error.tls_reason(), Some(&Reason::TlsServer), "{error}");
}

#[test]
fn pinned_keys_stand_in_for_everything_else() {
    for version in VERSIONS {
        for flaw in FLAWS {
            let identity = Identity::new("localhost", flaw);
            let setup = || files().tls(identity.server(version));
            let options = |keys: &[KeyPin]| {
                let tls = TlsConfig::with_pinned_keys(keys.iter().copied()).expect("keys");
                Options::new("localhost").with_tls(tls)
            };
            let memory_of_wrong = memory(setup());
            let error = logged_in(&memory_of_wrong, options(&[[1; 32].into()])).err();
            let error = error.expect("another key");
            sent_no_credentials(&memory_of_wrong, "another key");
            let Some(Reason::OtherKey { presented }) = error.tls_reason() else {
                panic!("{error}");
            };
            let memory_of_right = memory(setup());
            let right = options(&[[1; 32].into(), *presented]);
            let mut client = logged_in(&memory_of_right, right.clone()).expect("the key");
            assert_eq!(client.download("/five").expect("the key"), b"12345");

            // The data connection alone has another key.
            let other = Identity::good().server(version);
            let memory_of_other = memory(setup().data_tls(other));
            let mut client = logged_in(&memory_of_other, right).expect("the key");
            let error = client.download("/five").expect_err("another key");
            let other = |reason: &Reason| matches!(reason, Reason::OtherKey { .. });
            assert!(error.tls_reason().is_some_and(other), "{error}");
        }
    }
    let none = TlsConfig::with_pinned_keys([]).expect_err("nobody to trust");
    assert_eq!(none.kind(), ErrorKind::Misuse(Misuse::Option));
}

#[test]
fn any_certificate_is_accepted_on_demand_alone() {
    for flaw in FLAWS {
        let memory = memory(files().tls(Identity::new("localhost", flaw).server(VERSIONS[1])));
        let tls = TlsConfig::dangerous_accept_any_certificate().expect("a config");
        let options = Options::new("localhost").with_tls(tls);
        let mut client = logged_in(&memory, options).expect("accepted");
        assert_eq!(client.download("/five").expect("accepted"), b"12345");
    }
}

#[test]
fn client_certificates() {
    for version in VERSIONS {
        let setup = || files().tls(Identity::good().demanding_server(version));
        let ours = Identity::new("client.example", Flaw::None);
        let tls = trusting().with_client_certificate(&ours.pem, &ours.key_pem);
        let options = Options::new("localhost").with_tls(tls.expect("they belong together"));
        let mut client = logged_in(&memory(setup()), options).expect("accepted");
        assert_eq!(client.download("/five").expect("on data, too"), b"12345");

        let nobody = memory(setup());
        let error = logged_in(&nobody, explicit())
            .err()
            .expect("none was shown");
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
        assert_eq!(
            error.tls_reason(),
            Some(&Reason::CertificateDemanded),
            "{error}"
        );

        let stranger = Identity::new("client.example", Flaw::WrongAuthority);
        let tls = trusting().with_client_certificate(&stranger.pem, &stranger.key_pem);
        let options = Options::new("localhost").with_tls(tls.expect("they belong together"));
        let error = logged_in(&memory(setup()), options)
            .err()
            .expect("a stranger's");
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

#[test]
fn what_tls_came_to() {
    for (version, spoken) in VERSIONS
        .into_iter()
        .zip([TlsVersion::V1_2, TlsVersion::V1_3])
    {
        let memory = memory(setup(version));
        let mut client = Tested::connect(&memory, explicit()).expect("a greeting");
        assert_eq!(client.tls_info(), None);
        client.login().expect("logged in");
        let control = client.tls_info().expect("under TLS");
        assert_eq!((control.version, control.resumed), (spoken, false));
        assert!(
            control.cipher_suite.starts_with("TLS"),
            "{}",
            control.cipher_suite
        );
        assert_eq!(control.certificates.len(), 1);
        let data = client.info_of_download("/five").expect("downloaded");
        let data = data.expect("under TLS");
        assert_eq!((data.version, data.resumed), (spoken, true));
        assert_eq!(data.certificates, control.certificates);
    }
    let mut plain = logged_in(&memory(files()), Options::new("localhost")).expect("in clear");
    assert_eq!(plain.tls_info(), None);
    assert_eq!(plain.info_of_download("/five").expect("downloaded"), None);
}

/// A server's own certificate, given as a root: accepted, but not with a wrong date or name.
#[test]
fn a_certificate_of_the_servers_own_making_as_root() {
    for version in VERSIONS {
        for flaw in [Flaw::SelfSigned, Flaw::SelfSignedAuthority] {
            let own = Identity::new("localhost", flaw);
            let options = |host| {
                let tls = TlsConfig::with_roots_pem(&own.pem).expect("a root");
                Options::new(host).with_tls(tls)
            };
            let server = || memory(files().tls(own.server(version)));
            let mut client = logged_in(&server(), options("localhost")).expect("trusted");
            assert_eq!(client.download("/five").expect("trusted"), b"12345");
            let error = logged_in(&server(), options("other.example")).err();
            let error = error.expect("another name");
            let wrong = |reason: &Reason| matches!(reason, Reason::WrongName { .. });
            assert!(error.tls_reason().is_some_and(wrong), "{error}");
        }
        let old = Identity::new("localhost", Flaw::SelfSignedAndExpired);
        let tls = TlsConfig::with_roots_pem(&old.pem).expect("a root");
        let options = Options::new("localhost").with_tls(tls);
        let error = logged_in(&memory(files().tls(old.server(version))), options).err();
        let error = error.expect("an old one");
        assert_eq!(error.tls_reason(), Some(&Reason::Expired), "{error}");
    }
}

#[test]
fn the_other_authority_is_trusted_where_it_is_meant() {
    let identity = Identity::new("localhost", Flaw::WrongAuthority).server(VERSIONS[1]);
    let both = [OTHER_CA.pem.as_str(), CA.pem.as_str()].concat();
    let tls = TlsConfig::with_roots_pem(both).expect("two roots");
    let options = Options::new("localhost").with_tls(tls);
    logged_in(&memory(files().tls(identity)), options).expect("trusted");
}
