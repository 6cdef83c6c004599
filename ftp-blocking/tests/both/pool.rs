//! Pools: how many sessions are opened, which of them come back, and what a server gets that allows
//! few sessions. The decisions have tests of their own (`ftp-proto/tests/pool.rs`).

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use ftp_proto::simulator::{Action, Fault, Setup, Simulator};

use crate::face::transport::Network as _;
use crate::face::{
    AbortHandle, Client, Credentials, DataMode, Encoding, Error, ErrorKind, HERE, Memory, Options,
    Pool, PoolOptions, PooledClient, RetryPolicy, TransferOptions, TransferType, Wait,
};
use crate::support::tcp_server::TcpServer;

fn options() -> Options {
    let credentials = Credentials::new("user", "secret").expect("credentials");
    Options::new("ftp.test").with_credentials(credentials)
}

/// Makes a pool with a server of its own.
fn pool(setup: Setup, options: PoolOptions) -> (Pool, Memory) {
    let memory = Memory::new(Simulator::new(setup));
    let network = memory.clone();
    let connect = move || Client::connect_over(network.clone(), self::options());
    (Pool::over(connect, options), memory)
}

#[track_caller]
fn check_is_full(result: Result<PooledClient, Error>) {
    let error = result.expect_err("no place is free");
    assert_eq!(error.kind(), ErrorKind::Timeout(Wait::Session));
}

#[test]
fn sessions_are_opened_when_they_are_needed_and_used_again() {
    let (pool, memory) = pool(Setup::new(), PoolOptions::new(2));
    assert_eq!(memory.server().open_sessions(), 0);
    for _ in 0..3 {
        let mut client = pool.get().expect("a session");
        client.store("f", "12345").expect("stored");
        client.list(HERE).expect("listed");
        client.pwd().expect("the directory");
    }
    assert_eq!(memory.server().count("USER"), 1);
    let (first, second) = (pool.get(), pool.get());
    assert_eq!(memory.server().count("USER"), 2);
    check_is_full(pool.try_get());
    drop((first, second));
    assert_eq!(memory.server().open_sessions(), 2);
    pool.close();
    assert_eq!(memory.server().open_sessions(), 0);
    assert_eq!(memory.server().count("QUIT"), 2);
    pool.get().expect("a closed pool can be used again");
}

#[test]
fn who_waits_longer_than_the_patience_gets_an_error() {
    let options = PoolOptions::new(1).with_patience(Duration::ZERO);
    let (pool, _memory) = pool(Setup::new(), options);
    let _first = pool.get().expect("a session");
    check_is_full(pool.get());
}

#[test]
fn an_idle_session_is_checked_and_a_dead_one_is_replaced() {
    let setup = Setup::new().fault(Fault::nth("NOOP", 1, Action::Hangup));
    let options = PoolOptions::new(1).with_check_after(Duration::ZERO);
    let (pool, memory) = pool(setup, options);
    for (noops, logins) in [(0, 1), (1, 1), (2, 2)] {
        pool.get().expect("a session").pwd().expect("it works");
        assert_eq!(
            ["NOOP", "USER"].map(|verb| memory.server().count(verb)),
            [noops, logins]
        );
    }
    assert_eq!(memory.server().open_sessions(), 1);
}

#[test]
fn a_session_whose_check_gets_no_reply_is_replaced() {
    let setup = Setup::new().fault(Fault::on("NOOP", Action::Silent));
    let options = PoolOptions::new(1).with_check_after(Duration::ZERO);
    let (pool, memory) = pool(setup, options);
    pool.get().expect("a session").pwd().expect("it works");
    pool.get().expect("a session").pwd().expect("it works");
    assert_eq!(memory.server().count("USER"), 2);
}

#[test]
fn a_session_that_is_idle_for_too_long_is_closed() {
    let options = PoolOptions::new(2).with_close_after(Duration::ZERO);
    let (pool, memory) = pool(Setup::new(), options);
    let (first, second) = (pool.get(), pool.get());
    drop((first, second));
    let _third = pool.get().expect("a session");
    assert_eq!(memory.server().open_sessions(), 1);
    assert_eq!(memory.server().count("USER"), 3);
}

fn done(code: &str) -> Action {
    Action::Reply(format!("{code} Done.\r\n").into_bytes())
}

/// What a user of the pool may leave.
type Use = fn(&mut PooledClient);

#[test]
fn a_session_that_is_not_as_after_its_login_does_not_come_back() {
    let uses: [(&str, Use); 15] = [
        ("directory", |it| drop(it.cwd("d").expect("there"))),
        ("setting", |it| drop(it.opts("MLST type;").expect("known"))),
        ("restart", |it| {
            it.set_type(TransferType::Image).expect("known");
            assert!(it.raw("REST 3").expect("known").code().value() == 350);
        }),
        ("mode", |it| drop(it.raw("MODE B"))),
        ("raw", |it| drop(it.raw("NOOP").expect("known"))),
        ("SITE", |it| drop(it.site("UMASK 077").expect("known"))),
        ("mount", |it| drop(it.mount("other").expect("known"))),
        ("login", |it| drop(it.raw("USER other"))),
        ("data mode", |it| it.set_data_mode(DataMode::Active)),
        ("encoding", |it| it.set_encoding(Encoding::Latin1)),
        ("observer", |it| it.observe(|_| ())),
        ("handle", |it| drop(it.abort_handle())),
        ("dropped download", |it| {
            let _ = it.download("/f").expect("begun");
        }),
        ("dropped upload", |it| {
            let mut upload = it.upload("/g").expect("begun");
            upload.write_all(b"12").expect("taken");
            upload.flush().expect("sent");
        }),
        ("dead", |it| drop(it.raw("QUIT"))),
    ];
    for (what, act) in uses {
        let block = Action::Reply(b"200 Block mode.\r\n".to_vec());
        let setup = Setup::new()
            .file("/f", "12345")
            .directory("/d")
            .fault(Fault::on("MODE", block))
            .fault(Fault::on("SITE", done("200")))
            .fault(Fault::on("SMNT", done("250")));
        let (pool, memory) = pool(setup, PoolOptions::new(1));
        let mut client = pool.get().expect("a session");
        act(&mut client);
        drop(client);
        assert_eq!(memory.server().open_sessions(), 0, "{what}");
        let mut client = pool.get().expect("a session");
        assert_eq!(client.pwd().expect("the directory").as_bytes(), b"/");
        assert_eq!(memory.server().count("USER user"), 2, "{what}");
    }
}

#[test]
fn ordinary_work_and_refusals_leave_a_session_that_comes_back() {
    let uses: [(&str, Use); 11] = [
        ("download", |it| drop(it.fetch("/f").expect("there"))),
        ("upload", |it| drop(it.store("/g", "12").expect("stored"))),
        ("a part of a file", |it| {
            let options = TransferOptions::new().with_offset(2);
            let part = it.download_with("/f", &options).expect("begun");
            part.abort().expect("aborted");
            it.noop().expect("in step");
        }),
        ("listing", |it| drop(it.names(HERE).expect("listed"))),
        ("type", |it| it.set_type(TransferType::TEXT).expect("known")),
        ("refusal", |it| {
            drop(it.fetch("/none").expect_err("not there"))
        }),
        ("refused CWD", |it| {
            drop(it.cwd("none").expect_err("not there"))
        }),
        ("name", |it| drop(it.size("/ä"))),
        ("permissions", |it| {
            drop(it.chmod("/f", 0o644).expect("known"))
        }),
        ("features", |it| drop(it.features().expect("known"))),
        ("discovery", |it| drop(it.discover().expect("known"))),
    ];
    for (what, act) in uses {
        let setup = Setup::new().file("/f", "12345").directory("/d");
        let (pool, memory) = pool(setup, PoolOptions::new(1));
        let mut client = pool.get().expect("a session");
        act(&mut client);
        drop(client);
        let mut client = pool.get().expect("a session");
        assert_eq!(client.fetch("/f").expect("there"), b"12345", "{what}");
        assert_eq!(memory.server().count("USER"), 1, "{what}");
    }
}

#[test]
fn a_session_comes_back_as_the_function_that_opens_sessions_has_left_it() {
    let memory = Memory::new(Simulator::new(Setup::new().directory("/d")));
    let network = memory.clone();
    let connect = move || {
        let mut client = Client::connect_over(network.clone(), options())?;
        client.cwd("/d")?;
        Ok(client)
    };
    let pool = Pool::over(connect, PoolOptions::new(1));
    for _ in 0..2 {
        let mut client = pool.get().expect("a session");
        client.store("f", "12345").expect("stored");
    }
    pool.get().expect("a session").cwd("/").expect("there");
    pool.get()
        .expect("a session")
        .store("g", "1")
        .expect("stored");
    assert_eq!(memory.server().count("USER"), 2);
    assert!(memory.server().file("/d/g").is_some());
}

#[test]
fn a_session_with_another_observer_does_not_come_back() {
    let memory = Memory::new(Simulator::new(Setup::new()));
    let network = memory.clone();
    let connect = move || Client::connect_over(network.clone(), options().with_observer(|_| ()));
    let pool = Pool::over(connect, PoolOptions::new(1));
    pool.get().expect("a session").noop().expect("it works");
    let mut client = pool.get().expect("a session");
    assert_eq!(memory.server().count("USER"), 1);
    client.reconnect().expect("a login");
    drop(client);
    let mut client = pool.get().expect("the same session");
    assert_eq!(memory.server().count("USER"), 2);
    client.observe(|_| ());
    client.reconnect().expect("a login");
    drop(client);
    pool.get().expect("another session");
    assert_eq!(memory.server().count("USER"), 4);
}

#[test]
fn the_total_time_begins_anew_for_each_user_of_a_session() {
    let busy = Action::Reply(b"450 Busy.\r\n".to_vec());
    let setup = Setup::new()
        .file("/f", "12345")
        .fault(Fault::nth("SIZE", 0, busy.clone()))
        .fault(Fault::nth("SIZE", 2, busy));
    let memory = Memory::new(Simulator::new(setup));
    let network = memory.clone();
    let total = Duration::from_secs(10);
    let connect = move || Client::connect_over(network.clone(), options().with_total_time(total));
    let pool = Pool::over(connect, PoolOptions::new(1));
    let policy = RetryPolicy::new()
        .with_first_pause(Duration::from_secs(6))
        .with_jitter(0);
    // The pauses of another client let the time pass.
    let mut other = Client::connect_over(memory.clone(), options()).expect("a login");
    let begun = memory.now();
    for _ in 0..2 {
        let mut client = pool.get().expect("a session");
        let size = other.retrying(&policy).run(|other| other.size("/f"));
        assert_eq!(size.expect("it works"), Some(5));
        client.noop().expect("there is time left");
    }
    assert_eq!(memory.now() - begun, Duration::from_secs(12));
    assert_eq!(memory.server().count("USER"), 2);
}

#[test]
fn a_client_that_is_taken_out_makes_room() {
    let (pool, memory) = pool(Setup::new(), PoolOptions::new(1));
    let client = pool.get().expect("a session").into_client();
    let _other = pool.try_get().expect("another session");
    assert_eq!(memory.server().open_sessions(), 2);
    client.quit().expect("in step");
}

#[test]
fn a_server_that_allows_two_sessions_gets_two() {
    let (pool, memory) = pool(Setup::new().most_sessions(2), PoolOptions::new(4));
    let first = pool.get().expect("a session");
    let _second = pool.get().expect("a session");
    check_is_full(pool.try_get());
    // The pool knows it now.
    check_is_full(pool.try_get());
    assert_eq!(memory.server().count("USER"), 2);
    drop(first);
    pool.try_get()
        .expect("the first one")
        .noop()
        .expect("it works");
    assert_eq!(memory.server().count("USER"), 2);
}

#[test]
fn a_login_that_works_in_one_session_only_means_too_many() {
    let refused = Action::Reply(b"530 Sorry, no more.\r\n".to_vec());
    let setup = Setup::new().fault(Fault::nth("PASS", 1, refused.clone()));
    let (pool, _memory) = pool(setup, PoolOptions::new(4));
    let first = pool.get().expect("a session");
    check_is_full(pool.try_get());
    drop(first);
    pool.try_get().expect("the first one");
    // Without another session, it is a wrong password.
    let setup = Setup::new().fault(Fault::nth("PASS", 0, refused));
    let (pool, memory) = self::pool(setup, PoolOptions::new(4));
    assert!(pool.get().expect_err("refused").is_login_refused());
    assert_eq!(memory.server().open_sessions(), 0);
    pool.get().expect("a session");
}

#[test]
fn if_the_server_allows_no_session_at_all_its_refusal_is_the_error() {
    let (pool, _memory) = pool(Setup::new().most_sessions(0), PoolOptions::new(4));
    let error = pool.get().expect_err("no session");
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert_eq!(error.code().map(|code| code.value()), Some(421));
}

#[test]
fn who_waits_gets_the_session_that_another_thread_gives_back() {
    let (pool, memory) = pool(Setup::new(), PoolOptions::new(1));
    let first = pool.get().expect("a session");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| pool.get().and_then(|mut client| client.pwd()));
        drop(first);
        waiting.join().expect("no panic").expect("a session");
    });
    assert_eq!(memory.server().count("USER"), 1);
}

#[test]
fn many_threads_share_the_sessions_that_the_server_allows() {
    let (pool, memory) = pool(Setup::new().most_sessions(2), PoolOptions::new(8));
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= 40 {
                        return;
                    }
                    let mut client = pool.get().expect("a session");
                    client.pwd().expect("it works");
                }
            });
        }
    });
    assert_eq!(memory.server().count("PWD"), 40);
    assert!(memory.server().open_sessions() <= 2);
}

#[test]
fn a_pool_over_tcp_logs_in_and_its_abort_handle_ends_the_wait_for_a_session() {
    let hosted = TcpServer::new(Simulator::new(Setup::new()));
    let address = hosted.open(21).expect("a port");
    let handle = AbortHandle::new();
    let mut options = options()
        .with_port(address.port())
        .with_abort_handle(handle.clone());
    options.host = address.ip().to_string();
    let pool = Pool::new(options, 1);
    let mut client = pool.get().expect("a session");
    client.noop().expect("it works");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| pool.get());
        handle.abort();
        let error = waiting.join().expect("no panic").expect_err("stopped");
        assert_eq!(error.kind(), ErrorKind::Aborted);
    });
    // A client that must not go on is of no use to others.
    drop(client);
    hosted.join();
    assert_eq!(hosted.server().open_sessions(), 0);
}
