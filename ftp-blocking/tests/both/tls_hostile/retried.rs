//! Servers that demand resumption, and whose tickets run out: what is retried goes on over a new
//! login, which has new tickets (class B6 of SECURITY.md).

use super::*;
use crate::face::transport::Network as _;
use crate::face::{Pool, PoolOptions, RetryPolicy, SyncOptions};
use crate::support::files::{Room, big};

/// Like ProFTPD, the server sends no ticket on data connections.
fn stingy(versions: &[Version]) -> Setup {
    let server = Identity::good().server_of(versions);
    let mut stingy = rustls::ServerConfig::clone(&server);
    stingy.send_tls13_tickets = 0;
    files().tls(server).data_tls(stingy.into()).require_reuse()
}

/// The server finds no session of the login, whatever the client does.
fn forgetful() -> Setup {
    let other = Identity::good().server_of(&VERSIONS);
    let server = Identity::good().server_of(&VERSIONS);
    files().tls(server).data_tls(other).require_reuse()
}

fn logins(memory: &Memory) -> usize {
    memory.server().count("PASS")
}

fn policy() -> RetryPolicy {
    RetryPolicy::new().with_jitter(0)
}

/// A room with a tree of so many files.
fn room(files: usize) -> Room {
    let room = Room::new();
    for file in 0..files {
        room.write(&format!("f{file}"), &big(100 + file));
    }
    room
}

#[test]
fn b6_files_go_up_one_after_the_other_although_tickets_run_out() {
    for resumption in [Resumption::Preferred, Resumption::Required] {
        // Without TLS 1.2, each login has tickets for a few files only.
        for (versions, most) in [(&VERSIONS[..], 2), (&VERSIONS[1..], 10)] {
            let memory = memory(stingy(versions));
            let options = explicit().with_resumption(resumption);
            let mut client = logged_in(&memory, options).expect("logged in");
            let (room, begun) = (room(12), memory.now());
            for file in 0..12 {
                let name = format!("f{file}");
                let mut retrying = client.retrying(&policy());
                let report = retrying.put_file(room.path(&name), name.as_str());
                report.unwrap_or_else(|error| panic!("{name}: {error}"));
                let server = memory.server();
                assert_eq!(server.file(format!("/{name}")), Some(&big(100 + file)[..]));
            }
            let logins = logins(&memory);
            assert!((2..=most).contains(&logins), "{logins} logins");
            // A new login helps at once, so there is nothing to wait for.
            assert!(memory.now() - begun < SECOND);
        }
    }
}

const SECOND: std::time::Duration = std::time::Duration::from_secs(1);

#[test]
fn b6_an_operation_of_the_user_is_repeated_over_a_new_login() {
    let memory = memory(stingy(&VERSIONS));
    let mut client = logged_in(&memory, explicit()).expect("logged in");
    for _ in 0..10 {
        let stored = client
            .retrying(&policy())
            .run(|client| client.store("/up", b"content"));
        stored.expect("stored");
        let names = client.retrying(&policy()).run(|client| client.names(None));
        names.expect("listed");
    }
    assert!(logins(&memory) <= 2);
}

#[test]
fn b6_a_tree_goes_up_and_comes_down_although_tickets_run_out() {
    for versions in [&VERSIONS[..], &VERSIONS[1..]] {
        let memory = memory(stingy(versions));
        let mut client = logged_in(&memory, explicit()).expect("logged in");
        let room = room(20);
        let report = client.upload_tree(room.root(), "/t").expect("planned");
        assert!(report.is_complete() && report.created == 20, "{report}");
        // The listing of another plan needs a ticket too.
        for _ in 0..5 {
            let report = client.upload_tree(room.root(), "/t").expect("planned");
            assert!(report.is_complete() && report.skipped == 20, "{report}");
        }
        let there = Room::new();
        let report = client.download_tree("/t", there.root()).expect("planned");
        assert!(report.is_complete() && report.created == 20, "{report}");
        assert_eq!(there.content("f7"), big(107));
    }
}

fn pool(setup: Setup, sessions: usize) -> (Pool, Memory) {
    let memory = memory(setup);
    let network = memory.clone();
    let connect = move || logged_in(&network, explicit());
    (Pool::over(connect, PoolOptions::new(sessions)), memory)
}

/// All sessions run out of tickets at about the same time, so a file may meet several of them.
#[test]
fn b6_a_tree_goes_up_over_several_sessions_although_tickets_run_out() {
    for versions in [&VERSIONS[..], &VERSIONS[1..]] {
        let (pool, _memory) = pool(stingy(versions), 8);
        let room = room(100);
        let options = SyncOptions::new().with_retry(policy().with_attempts(2));
        let report = pool.upload_tree_with(room.root(), "/t", &options);
        let report = report.expect("planned");
        assert!(report.is_complete() && report.created == 100, "{report}");
    }
}

#[test]
fn b6_a_session_without_tickets_does_not_go_back_to_its_pool() {
    let (pool, memory) = pool(stingy(&VERSIONS[1..]), 1);
    for _ in 0..10 {
        let mut client = pool.get().expect("a session");
        let failed = (0..10).find_map(|_| client.store("/up", b"content").err());
        let error = failed.expect("tickets run out");
        assert!(client.session().needs_reconnect() && !client.session().is_dead());
        assert_eq!(error.tls_reason(), Some(&Reason::ResumptionDemanded));
    }
    assert_eq!(logins(&memory), 10);
}

/// A server that resumes nothing is no reason to go on for ever.
#[test]
fn b6_a_server_that_resumes_nothing_ends_the_attempts() {
    let memory = memory(forgetful());
    let mut client = logged_in(&memory, explicit()).expect("logged in");
    let room = room(3);
    let mut retrying = client.retrying(&policy());
    let error = retrying.put_file(room.path("f0"), "f0").expect_err("no");
    assert_eq!(error.tls_reason(), Some(&Reason::ResumptionDemanded));
    assert_eq!(logins(&memory), 5);
    let report = client
        .upload_tree(room.root(), "/")
        .expect_err("no listing");
    assert_eq!(report.tls_reason(), Some(&Reason::ResumptionDemanded));
    let files = ["f0", "f1", "f2"].map(|name| (room.path(name), name));
    let report = pool(forgetful(), 2).0.put_files(files);
    assert!(!report.is_complete() && report.created == 0, "{report}");
}
