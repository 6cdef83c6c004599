//! TLS session resumption, by which client and server prove to each other that a data connection
//! belongs to the login (class B6 of SECURITY.md).

use super::*;
use crate::support::options::options_to;

/// A client makes 300 transfers of all kinds after one login, and each data connection resumes the
/// login's TLS session. A second login in the same process must not take the tickets of the first
/// (class B6 of SECURITY.md).
#[test]
fn b6_hundreds_of_transfers_resume_and_two_logins_do_not_share() {
    for version in VERSIONS {
        // One login uses explicit TLS, the other one implicit TLS, each with its own server.
        let identity = || Identity::good().server(version);
        let memories = [
            memory(files().tls(identity()).require_reuse()),
            memory(files().implicit_tls(identity()).require_reuse()),
        ];
        // Both logins share one configuration, but each login has its own store of tickets.
        let tls = trusting();
        let options = [
            options_to("localhost").with_tls(tls.clone()),
            options_to("localhost").with_implicit_tls(tls),
        ];
        let mut clients: Vec<Client> = memories
            .iter()
            .zip(options)
            .map(|(memory, options)| {
                let required = options.with_resumption(Resumption::Required);
                logged_in(memory, required).expect("logged in")
            })
            .collect();
        for round in 0..60 {
            for client in &mut clients {
                client.names(None).expect("listed");
                assert_eq!(fetched(client, "/five").expect("resumed"), b"12345");
                client.store("/up", b"content").expect("resumed");
                client.store("/nothing", b"").expect("an empty file, too");
                abort_upload(client, "/half").unwrap_or_else(|error| {
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

/// Data connections must resume in three cases: the server keeps the session and finds it by its
/// ID, the server puts the session into a ticket, or the server sends only one ticket (class B6 of
/// SECURITY.md).
#[test]
fn b6_resumption_by_session_id_by_ticket_and_with_one_ticket() {
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
                assert_eq!(fetched(&mut client, "/empty").expect(&context), b"");
                client.names(None).expect(&context);
                // The server refuses this download before the data handshake, so no ticket is used
                // up.
                fetched(&mut client, "/none").expect_err("there is none");
            }
            assert!(client.tls_info().is_some_and(|info| !info.resumed));
        }
    }
}

/// The server refuses data connections that do not resume a session. The error must say so and
/// advise to reconnect (class B6 of SECURITY.md).
#[test]
fn b6_resumption_demanded_by_the_server() {
    for version in VERSIONS {
        // The server looks up the sessions of data connections in another store. So it finds no
        // session to resume, as if it had forgotten the login's session.
        let forgetful = Identity::good().server(version);
        let server = || memory(setup(version).data_tls(forgetful.clone()).require_reuse());
        let mut other = logged_in(&server(), explicit()).expect("logged in");
        let mut client = logged_in(&server(), explicit()).expect("logged in");
        for error in [
            fetched(&mut other, "/five").expect_err("refused"),
            client.store("/up", [7; 100_000]).expect_err("refused"),
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

/// Like ProFTPD under TLS 1.3, the server demands resumption but sends no ticket during an upload,
/// so the tickets run out. A reconnect must then use TLS 1.2, whose session can be resumed many
/// times (class B6 of SECURITY.md).
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
        let version = |client: &Client| client.tls_info().expect("TLS").version;
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

/// The client's tickets run out, but the server or the client does not allow TLS 1.2. A reconnect
/// must then use TLS 1.3, which brings new tickets.
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
            true => options_to("localhost").with_tls(
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

/// The client's tickets run out. The server knows TLS 1.2, but shares no TLS 1.2 cipher suite with
/// the client, so it sends another alert than a server without TLS 1.2. The reconnect must use TLS
/// 1.3 after all.
#[test]
fn b6_tickets_that_run_out_without_another_cipher_suite() {
    let mut stingy = rustls::ServerConfig::clone(&Identity::good().server_sharing_13_alone());
    let server = Arc::new(stingy.clone());
    stingy.send_tls13_tickets = 0;
    let setup = files().tls(server).data_tls(stingy.into()).require_reuse();
    let mut client = logged_in(&memory(setup), explicit()).expect("logged in");
    let failed = (0..10).find_map(|_| client.store("/up", b"content").err());
    let error = failed.expect("tickets run out");
    assert_eq!(error.tls_reason(), Some(&Reason::ResumptionDemanded));
    client.reconnect().expect("another login");
    client.store("/up", b"content").expect("with a new ticket");
}

/// The client's tickets run out, and the server closes the connection when the client tries TLS
/// 1.2. The reconnect must use TLS 1.3 after all.
#[test]
fn b6_tickets_that_run_out_with_a_server_that_hangs_up() {
    let server = Identity::good().server(VERSIONS[1]);
    let mut stingy = rustls::ServerConfig::clone(&server);
    stingy.send_tls13_tickets = 0;
    let hangs_up = Action::PartialThenHangup(b"234 Go ahead.\r\n".to_vec());
    let setup = files().tls(server).data_tls(stingy.into()).require_reuse();
    let setup = setup.fault(Fault::nth("AUTH", 1, hangs_up));
    let mut client = logged_in(&memory(setup), explicit()).expect("logged in");
    let failed = (0..10).find_map(|_| client.store("/up", b"content").err());
    let error = failed.expect("tickets run out");
    assert_eq!(error.tls_reason(), Some(&Reason::ResumptionDemanded));
    client.reconnect().expect("another login");
    client.store("/up", b"content").expect("with a new ticket");
}

/// An attacker who has no key cuts data connections, or redirects them to another TLS server with
/// the same certificate. After a reconnect, the login must still use TLS 1.3 (class B6 of
/// SECURITY.md).
#[test]
fn b6_redirected_data_connections_do_not_choose_the_tls_version() {
    let astray = || files().data_tls(Identity::good().server_of(&VERSIONS));
    let cut = || (0..2).map(|nth| Fault::nth("HANDSHAKE", nth, Action::RefuseHandshake));
    let setups = [
        astray(),
        // The attacker first cuts two data handshakes. Each of them has used up a ticket.
        cut().fold(files(), Setup::fault),
        cut().fold(astray(), Setup::fault),
    ];
    for resumption in [Resumption::Preferred, Resumption::Required] {
        for setup in setups.clone() {
            let server = Identity::good().server_of(&VERSIONS);
            let memory = memory(setup.tls(server).require_reuse());
            let options = explicit().with_resumption(resumption);
            let mut client = logged_in(&memory, options).expect("logged in");
            for round in 0..3 {
                let mut failed = 0;
                for _ in 0..4 {
                    failed += usize::from(fetched(&mut client, "/five").is_err());
                    failed += usize::from(client.store("/up", b"content").is_err());
                    failed += usize::from(client.names(None).is_err());
                }
                assert!(failed > 0 || round > 0, "{resumption:?}");
                client.reconnect().expect("another login");
                let version = client.tls_info().expect("TLS").version;
                assert_eq!(version, TlsVersion::V1_3, "{resumption:?}");
            }
        }
    }
}

/// The server demands resumption, and replies to RETR only after the data handshake. A refused
/// download therefore uses up a ticket, but a ticket must be left for the next transfer.
#[test]
fn b6_a_reply_after_the_handshake_leaves_a_ticket() {
    for version in VERSIONS {
        for tickets in [1, 2] {
            let mut config = rustls::ServerConfig::clone(&Identity::good().server(version));
            config.send_tls13_tickets = tickets;
            let order = Fault::on("HANDSHAKE", Action::ReplyAfterHandshake);
            let setup = files().tls(config.into()).require_reuse().fault(order);
            let memory = memory(setup);
            let mut client = logged_in(&memory, explicit()).expect("logged in");
            for round in 0..5 {
                for _ in 0..5 {
                    let error = fetched(&mut client, "/none").expect_err("not there");
                    assert_eq!(error.kind(), ErrorKind::Permanent, "{round}: {error}");
                }
                assert_eq!(fetched(&mut client, "/five").expect("resumed"), b"12345");
                client.store("/up", b"content").expect("resumed");
                client.names(None).expect("resumed");
            }
            let server = memory.server();
            let mut transfers = server.transfers().iter();
            assert!(transfers.all(|transfer| transfer.resumed == Some(true)));
        }
    }
}

/// Like ProFTPD, the server ends the data handshake with an alert and refuses the transfer. The
/// next transfer must work (class B6 of SECURITY.md).
#[test]
fn b6_a_refusal_in_the_data_handshake() {
    for version in VERSIONS {
        let refusal = Fault::nth("HANDSHAKE", 0, Action::RefuseHandshake);
        let memory = memory(setup(version).fault(refusal));
        let mut client = logged_in(&memory, explicit()).expect("logged in");
        let error = fetched(&mut client, "/five").expect_err("refused");
        let reply = error.reply().map(|reply| reply.code().value());
        assert_eq!((error.kind(), reply), (ErrorKind::Permanent, Some(522)));
        assert_eq!(
            error.tls_reason(),
            Some(&Reason::ResumptionDemanded),
            "{error}"
        );
        assert_eq!(fetched(&mut client, "/five").expect("once more"), b"12345");
    }
}

/// With `Resumption::Required`, the client must refuse a data connection that did not resume the
/// login's TLS session, even the first one (class B6 of SECURITY.md).
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
