//! Tests of TLS with a server that makes no mistakes, and of which certificates the client trusts.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use ftp_proto::simulator::contract::TlsEnds;
use ftp_proto::simulator::{Setup, Simulator};

use crate::face::{Client, Error, ErrorKind, Memory, Options, Resumption, Security};
use crate::support::options::options_to;
use crate::support::tls::{other_tls, tls};

fn server(ends: &TlsEnds) -> Memory {
    let setup = Setup::new().tls(ends.server.clone()).require_reuse();
    Memory::new(Simulator::new(setup.file("/five", "12345")))
}

fn logged_in(memory: &Memory, options: Options) -> Result<Client, Error> {
    let mut client = Client::connect_over(memory.clone(), options)?;
    client.login("user", "secret")?;
    Ok(client)
}

#[test]
fn invariant_7_no_credentials_for_another_host_or_another_authority() {
    let [ends, others] = [tls(), other_tls()];
    let wrong_name = options_to("elsewhere").with_tls(ends[0].client.clone());
    let wrong_authority = options_to("localhost").with_tls(others[0].client.clone());
    for options in [wrong_name, wrong_authority] {
        let memory = server(&ends[0]);
        let error = logged_in(&memory, options).expect_err("not to be trusted");
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
        assert_eq!(memory.server().commands(), [b"AUTH TLS"]);
        assert_eq!(memory.server().open_links(), 0);
    }
}

#[test]
fn every_data_connection_resumes_uploads_in_a_row_included() {
    for ends in tls() {
        let memory = server(ends);
        let options = options_to("localhost")
            .with_tls(ends.client.clone())
            .with_resumption(Resumption::Required);
        let mut client = logged_in(&memory, options).expect("logged in");
        for round in 0..40 {
            let mut upload = client.upload("/up").expect("resumed");
            assert_eq!(upload.resumed(), Some(true), "upload {round}");
            upload.write_all(b"content").expect("written");
            upload.finish().expect("confirmed");
        }
        for _ in 0..10 {
            let mut content = Vec::new();
            let mut download = client.download("/five").expect("resumed");
            download.read_to_end(&mut content).expect("confirmed");
            assert_eq!(content, b"12345");
            client
                .store("/empty", [])
                .expect("an empty file shakes hands, too");
            assert_eq!(client.names(None).expect("listed").len(), 3);
        }
        let server = memory.server();
        assert_eq!(server.transfers().len(), 70);
        assert!(
            server
                .transfers()
                .iter()
                .all(|transfer| transfer.resumed == Some(true))
        );
        assert!(
            server
                .transfers()
                .iter()
                .all(|transfer| transfer.close_notify)
        );
    }
}

#[test]
fn two_logins_at_once_do_not_share_their_sessions() {
    for ends in tls() {
        let [one, two] = [server(ends), server(ends)];
        let options = || {
            options_to("localhost")
                .with_tls(ends.client.clone())
                .with_resumption(Resumption::Required)
        };
        let mut first = logged_in(&one, options()).expect("logged in");
        let mut second = logged_in(&two, options()).expect("logged in");
        for _ in 0..10 {
            for client in [&mut first, &mut second] {
                client
                    .store("/up", "content")
                    .expect("resumed its own session");
            }
        }
    }
}

#[test]
fn a_login_in_clear_by_choice_and_tls_after_it() {
    for ends in tls() {
        let setup = Setup::new().tls(ends.server.clone());
        let memory = Memory::new(Simulator::new(setup.file("/five", "12345")));
        let options = options_to("localhost").with_tls(ends.client.clone());
        let mut client = logged_in(&memory, options.with_login_in_clear()).expect("logged in");
        let fetch = |client: &mut Client| {
            let mut content = String::new();
            let mut download = client.download("/five").expect("begun");
            download.read_to_string(&mut content).expect("confirmed");
            (content, download.tls_info().is_some())
        };
        assert_eq!(fetch(&mut client), ("12345".to_owned(), false));
        client.secure().expect("under TLS");
        client.login("user", "secret").expect("again");
        assert_eq!(fetch(&mut client), ("12345".to_owned(), true));
        client.reconnect().expect("under TLS before the login");
        assert_eq!(fetch(&mut client), ("12345".to_owned(), true));
        let heard = memory.server().commands().to_vec();
        let verbs: Vec<_> = heard
            .iter()
            .map(|line| String::from_utf8_lossy(&line[..4]).into_owned())
            .filter(|verb| ["USER", "AUTH", "PROT"].contains(&verb.as_str()))
            .collect();
        let in_order = "USER AUTH USER PROT AUTH USER PROT";
        assert_eq!(verbs.join(" "), in_order);
        // The other order of the options is the safe one.
        let options = options_to("localhost").with_login_in_clear();
        let options = options.with_tls(ends.client.clone());
        assert_eq!(options.config.security, Security::Explicit);
    }
}

/// The client has sent HOST under TLS. A reconnect must send HOST again, but only after AUTH TLS.
#[test]
fn host_sent_under_tls_is_repeated_only_under_tls() {
    for ends in tls() {
        let memory = Memory::new(Simulator::new(Setup::new().tls(ends.server.clone())));
        let options = options_to("localhost").with_tls(ends.client.clone());
        let mut client = Client::connect_over(memory.clone(), options).unwrap();
        client.secure().unwrap();
        client.host("ftp.example.org").unwrap();
        client.login("user", "secret").unwrap();
        client.reconnect().unwrap();
        let heard = memory.server().commands().to_vec();
        let at = |verb: &[u8]| heard.iter().rposition(|line| line.starts_with(verb));
        assert!(at(b"HOST") > at(b"AUTH"), "{heard:?}");
        assert!(at(b"USER") > at(b"HOST"), "{heard:?}");
    }
}

/// The test starts its own program again as a second process and sets `SSLKEYLOGFILE` there. In
/// this process, the variable would affect other tests.
#[test]
fn keys_are_logged_only_by_option() {
    const ASKED: &str = "FTP_TEST_KEY_LOG";
    if let Some(asked) = env::var_os(ASKED) {
        for ends in tls() {
            let config = ends.client.clone();
            let config = match asked == "yes" {
                true => config.with_key_log_file(),
                false => config,
            };
            let options = options_to("localhost").with_tls(config);
            let mut client = logged_in(&server(ends), options).expect("logged in");
            client.store("/new", b"12345").expect("stored");
        }
        return;
    }
    for (asked, is_logged) in [("yes", true), ("no", false)] {
        let name = format!("keys-{}-{asked}", std::process::id());
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let child = Command::new(env::current_exe().expect("this program"))
            .args(["keys_are_logged_only_by_option", "--quiet"])
            .env(ASKED, asked)
            .env("SSLKEYLOGFILE", &log)
            .output()
            .expect("started");
        assert!(child.status.success(), "{child:?}");
        let keys = fs::read_to_string(&log).unwrap_or_default();
        let logs = |label: &str| keys.lines().any(|line| line.starts_with(label));
        assert_eq!(logs("CLIENT_RANDOM "), is_logged, "TLS 1.2");
        assert_eq!(logs("CLIENT_TRAFFIC_SECRET_0 "), is_logged, "TLS 1.3");
        let _ = fs::remove_file(&log);
    }
}
