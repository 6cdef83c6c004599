//! Tests of futures, which only this adapter has. The tests drop a future at every await point
//! (hard cases 3, 9 and 10 of the contract table), or send it to another thread.

mod face;
#[path = "../../ftp-blocking/tests/support/mod.rs"]
mod support;

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use ftp_proto::simulator::contract::TlsEnds;
use ftp_proto::simulator::{Action, DuringTransfer, Fault, Setup, Simulator};
use ftp_smol::{
    Client, Credentials, Error, ErrorKind, Memory, Options, Pool, PoolOptions, RetryPolicy,
    SyncOptions, SyncPlan, SyncReport, TransferOptions, TransferType, WalkOptions,
};
use smol::block_on;
use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};

use face::{Behind, Bridge};
use support::counting::{BOTH, Copied, Counting, Way};
use support::files::{Room, big, content, holding};
use support::tcp_server::TcpServer;
use support::tls::tls;

/// Polls a future at most `times` times, and then drops it. Returns `None` if the future did not
/// finish.
fn poll_times<T>(times: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..times {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
    }
    None
}

fn server(setup: Setup) -> Memory {
    let big: Vec<u8> = (0..30_000_u32).map(|n| (n / 7) as u8).collect();
    Memory::new(Simulator::new(
        setup.window(8192).file("/five", "12345").file("/big", big),
    ))
}

fn options(tls: Option<&TlsEnds>) -> Options {
    let options = Options::new("localhost");
    match tls {
        Some(ends) => options.with_tls(ends.client.clone()),
        None => options,
    }
}

fn protected(setup: Setup, tls: Option<&TlsEnds>) -> Setup {
    match tls {
        Some(ends) => setup.tls(ends.server.clone()),
        None => setup,
    }
}

/// Returns every kind of connection to test: clear text (`None`), TLS 1.2 and TLS 1.3.
fn channels() -> impl Iterator<Item = Option<&'static TlsEnds>> {
    [None].into_iter().chain(tls().iter().map(Some))
}

/// Runs a whole session from the login to the last transfer. The test connects before it, and sends
/// QUIT after it.
async fn session(client: &mut Client) -> Result<(), Error> {
    client.login("user", "secret").await?;
    client.features().await?;
    client.pwd().await?;
    client.size("/big").await?;
    let mut all = Vec::new();
    let mut download = client.download("/big").await?;
    download.read_to_end(&mut all).await?;
    download.finish().await?;
    client.list(None).await?;
    let mut upload = client.upload("/new").await?;
    upload.write_all(&all).await?;
    upload.finish().await?;
    let offset = TransferOptions::new().with_offset(29_000);
    let mut download = client.download_with("/big", &offset).await?;
    download.read_exact(&mut [0; 10]).await?;
    download.keep_alive().await?;
    download.abort().await?;
    let mut upload = client.upload("/aborted").await?;
    upload.write_all(&all[..9000]).await?;
    upload.flush().await?;
    upload.abort().await?;
    client.noop().await?;
    client.names(None).await?;
    client.mkd("/d").await?;
    client.cwd("d").await?;
    client.rename("/new", "moved").await?;
    client.modified("moved").await?;
    client.mlst("moved").await?;
    client.mlsd(None).await?;
    let mut upload = client.append("moved").await?;
    upload.write_all(b"more").await?;
    upload.finish().await?;
    let mut upload = client.upload_with("text", &TransferOptions::text()).await?;
    upload.write_all(&b"line\n".repeat(3000)).await?;
    upload.finish().await?;
    client.download_lines("text").await?.next_line().await?;
    client.opts("UTF8 ON").await?;
    client.reconnect().await?;
    client.delete("moved").await?;
    client.cwd("..").await?;
    Ok(())
}

#[test]
fn hard_10_every_future_dropped_at_every_await_point() {
    let setups = [
        Setup::new(),
        Setup::new().during_transfer(DuringTransfer::Immediate),
        Setup::new().without("EPSV").segment(7),
    ];
    for (number, setup) in setups.into_iter().enumerate() {
        for tls in channels() {
            let points = drop_everywhere(&setup, tls);
            let channel = if tls.is_some() {
                "under TLS"
            } else {
                "in clear"
            };
            println!("server {number}, {channel}: {points} await points");
            assert!(
                points > 60,
                "the session has become too simple to prove anything"
            );
        }
    }
}

/// Runs session after session. Drops the session's future after one poll, then after two polls, and
/// so on. Returns the number of polls of a session that is not dropped.
fn drop_everywhere(setup: &Setup, tls: Option<&TlsEnds>) -> usize {
    for times in 1.. {
        let memory = server(protected(setup.clone(), tls));
        let connecting = Client::connect_over(memory.clone(), options(tls));
        let Some(client) = poll_times(times, connecting) else {
            assert_eq!(
                memory.server().open_links(),
                0,
                "dropped while connecting, poll {times}"
            );
            continue;
        };
        let mut client = client.expect("the server greets");
        let outcome = poll_times(times, session(&mut client));
        if let Some(outcome) = &outcome {
            outcome.as_ref().expect("the session goes through");
        }
        let dead = match block_on(client.pwd()) {
            Ok(path) => {
                assert!(
                    [&b"/"[..], b"/d"].contains(&path.as_bytes()),
                    "out of step after poll {times}"
                );
                false
            }
            Err(error) => {
                let known = client.session().is_dead() || not_logged_in(&error);
                assert!(known, "poll {times}: neither in step nor dead: {error}");
                client.session().is_dead()
            }
        };
        if !dead && client.session().is_logged_in() {
            // A download must still work after the drop.
            let content = block_on(async {
                let mut content = Vec::new();
                client
                    .download("/five")
                    .await?
                    .read_to_end(&mut content)
                    .await?;
                Ok::<_, Error>(content)
            });
            match content {
                Ok(content) => assert_eq!(content, b"12345", "after poll {times}"),
                // The future was dropped during the login, between PASS and PROT. Data connections
                // would be in clear text, so the client refuses to open one.
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Insecure, "poll {times}: {error}")
                }
            }
        }
        drop(client);
        assert_eq!(
            memory.server().open_links(),
            0,
            "left open after poll {times}"
        );
        if outcome.is_some() {
            return times;
        }
    }
    unreachable!("the range has no end")
}

fn not_logged_in(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Insecure)
        || error
            .reply()
            .is_some_and(|reply| reply.code().value() == 530)
}

#[test]
fn hard_03_dropped_between_the_answer_to_auth_and_the_handshake() {
    for tls in tls() {
        let mut dead = 0;
        for times in 1.. {
            let memory = server(protected(Setup::new(), Some(tls)));
            let mut client = block_on(Client::connect_over(memory.clone(), options(Some(tls))))
                .expect("the server greets");
            if poll_times(times, client.secure()).is_some() {
                break;
            }
            let sent = memory.server().control_plaintext_received().len();
            let asked = memory.server().commands().len() == 1;
            let outcome = block_on(client.pwd());
            let error = outcome.expect_err("PWD needs TLS");
            if client.session().is_dead() {
                dead += 1;
                assert_eq!(error.kind(), ErrorKind::Tls);
                // If the client had queued AUTH when the future was dropped, it sends AUTH now. It
                // must send nothing else.
                let now = memory.server().control_plaintext_received().len();
                let late = if asked { 0 } else { b"AUTH TLS\r\n".len() };
                assert_eq!(
                    now,
                    sent + late,
                    "poll {times}: sent something to a dead session"
                );
            } else {
                assert_eq!(error.kind(), ErrorKind::Insecure, "poll {times}");
                // The session still lives, so the handshake had not begun. At most AUTH has been
                // sent.
                assert!(!asked || memory.server().commands() == [b"AUTH TLS"]);
            }
        }
        assert!(
            dead > 2,
            "the handshake has several await points, {dead} were met"
        );
    }
}

#[test]
fn hard_09_rest_answered_transfer_dropped_next_download_starts_at_byte_0() {
    for tls in channels() {
        let mut points = 0;
        for times in 1.. {
            let memory = server(protected(Setup::new(), tls));
            let mut client = block_on(async {
                let mut client = Client::connect_over(memory.clone(), options(tls)).await?;
                client.login("user", "secret").await?;
                Ok::<_, Error>(client)
            })
            .expect("logged in");
            let offset = TransferOptions::new().with_offset(3);
            let dropped = poll_times(times, client.download_with("/five", &offset)).is_none();
            let content = block_on(async {
                let mut content = Vec::new();
                client
                    .download("/five")
                    .await?
                    .read_to_end(&mut content)
                    .await?;
                Ok::<_, Error>(content)
            });
            assert_eq!(
                content.expect("in step"),
                b"12345",
                "dropped at poll {times}"
            );
            points = times;
            if !dropped {
                break;
            }
        }
        println!("{points} points");
    }
}

/// The future of `reconnect` is dropped after some polls. The client must then work in its old
/// directory, or refuse every operation (invariant 3).
#[test]
fn a_client_whose_reconnect_was_dropped_is_never_in_another_directory() {
    for times in 0.. {
        let setup = Setup::new().directory("/a").directory("/b").segment(3);
        let memory = Memory::new(Simulator::new(setup));
        let done = block_on(async {
            let connecting = Client::connect_over(memory.clone(), Options::new("localhost"));
            let mut client = connecting.await.unwrap();
            client.login("user", "secret").await.unwrap();
            client.cwd("/a").await.unwrap();
            if poll_times(times, client.reconnect()).is_some() {
                return true;
            }
            if client.store("one", "1").await.is_ok() {
                assert!(memory.server().file("/a/one").is_some(), "poll {times}");
            }
            let moved = client.cwd("/b").await.is_ok();
            client.reconnect().await.unwrap();
            client.store("two", "2").await.unwrap();
            let place = if moved { "/b/two" } else { "/a/two" };
            assert!(memory.server().file(place).is_some(), "poll {times}");
            false
        });
        if done {
            assert!(times > 5, "it was dropped {times} times alone");
            return;
        }
    }
}

#[test]
fn hard_10_saving_and_sending_dropped_at_every_await_point() {
    let mut points = 0;
    for tls in [None].into_iter().chain(tls().iter().map(Some)) {
        points += dropped_everywhere(tls, true) + dropped_everywhere(tls, false);
    }
    println!("{points} points");
    assert!(points > 30, "too simple to prove anything");
}

/// Downloads or uploads a file again and again. Drops the transfer's future after one poll, then
/// after two polls, and so on. Returns the number of polls of a transfer that is not dropped.
fn dropped_everywhere(tls: Option<&TlsEnds>, downloading: bool) -> usize {
    let all = big(30_000);
    for times in 1.. {
        let setup = Setup::new().window(8192).file("/file", all.clone());
        let setup = setup.fault(Fault::nth("RETR", 0, Action::HoldFinal));
        let options = Options::new("localhost");
        let (setup, options) = match tls {
            Some(ends) => (
                setup.tls(ends.server.clone()),
                options.with_tls(ends.client.clone()),
            ),
            None => (setup, options),
        };
        let memory = Memory::new(Simulator::new(setup));
        let connecting = Client::connect_over(memory.clone(), options);
        let mut client = block_on(connecting).expect("greeted");
        block_on(client.login("user", "secret")).expect("logged in");
        let target = holding(b"");
        let mut told = 0;
        let moved = if downloading {
            let download = block_on(client.download("/file")).expect("opened");
            poll_times(
                times,
                download.save_to(&target, |progress| told = progress.done),
            )
        } else {
            let upload = block_on(client.upload("/new")).expect("opened");
            poll_times(
                times,
                upload.send_from(holding(&all), |progress| told = progress.done),
            )
        };
        if downloading {
            assert_eq!(content(&target).len() as u64, told, "after poll {times}");
        }
        assert_eq!(block_on(client.pwd()).expect("in step").as_bytes(), b"/");
        if let Some(moved) = moved {
            assert_eq!(moved.expect("confirmed").bytes, 30_000);
            return times;
        }
    }
    unreachable!("the range has no end")
}

fn over_sockets(way: Way, setup: Setup) -> Client {
    let network = Behind {
        middlebox: Counting {
            copied: Copied::default(),
            way,
        },
        network: Bridge::to(&TcpServer::new(Simulator::new(setup))),
    };
    let connecting = Client::connect_over(network, Options::new("localhost"));
    let mut client = block_on(connecting).expect("greeted");
    block_on(client.login("user", "secret")).expect("logged in");
    client
}

#[test]
fn a_transfer_that_never_waits_can_be_dropped_in_its_middle() {
    for way in BOTH {
        let all = big(20_000_000);
        let setup = Setup::new().window(1 << 20).file("/file", all.clone());
        let mut client = over_sockets(way, setup);
        let target = holding(b"");
        let (mut told, mut polls) = (0, 0);
        let download = block_on(client.download("/file")).expect("opened");
        {
            let mut saving = pin!(download.save_to(&target, |progress| told = progress.done));
            block_on(poll_fn(|cx| {
                polls += 1;
                match saving.as_mut().poll(cx) {
                    Poll::Pending if polls < 3 => Poll::Pending,
                    Poll::Pending => Poll::Ready(()),
                    Poll::Ready(done) => panic!("all at once: {done:?}"),
                }
            }));
        }
        let saved = content(&target);
        assert_eq!(saved.len() as u64, told);
        assert!(saved.len() < all.len() && all.starts_with(&saved));
        assert_eq!(block_on(client.pwd()).expect("in step").as_bytes(), b"/");
    }
}

/// The test drops the future of `next` after some polls, and calls `next` again. The walk must
/// still yield each entry once.
#[test]
fn a_walk_whose_futures_are_dropped_loses_no_entry() {
    let mut drops = 0;
    for times in 1..30 {
        let memory = server(Setup::new().file("/a/b/c", "1").file("/d/e", ""));
        let mut client = block_on(Client::connect_over(memory, options(None))).expect("a session");
        block_on(client.login("user", "secret")).expect("logged in");
        let mut walk = client.walk("/", &WalkOptions::new()).expect("a walk");
        let mut paths = Vec::new();
        loop {
            let item = poll_times(times, walk.next()).unwrap_or_else(|| {
                drops += 1;
                block_on(walk.next())
            });
            match item {
                Some(entry) => paths.push(entry.expect("an entry").path.to_string()),
                None => break,
            }
        }
        let expected = ["/a", "/a/b", "/a/b/c", "/big", "/d", "/d/e", "/five"];
        assert_eq!(paths, expected, "dropped after {times} polls");
    }
    assert!(drops > 20, "{drops}");
}

fn sendable<T>(_: &(impl Future<Output = T> + Send)) {}

/// This test passes if it compiles. `sendable` accepts only a future that can be sent to another
/// thread.
#[test]
fn all_futures_are_send() {
    fn all(client: &mut Client, other: &mut Client) {
        sendable(&client.metadata("a"));
        sendable(&client.exists("a"));
        sendable(&client.tree_size("a"));
        sendable(&client.delete_tree("a"));
        if let Ok(mut walk) = client.walk("a", &WalkOptions::new()) {
            sendable(&walk.next());
        }
        sendable(&Client::connect(Options::new("localhost")));
        sendable(&client.login("a", "b"));
        sendable(&client.reconnect());
        sendable(&client.secure());
        sendable(&client.clear_control());
        sendable(&client.noop());
        sendable(&client.rename("a", "b"));
        sendable(&client.mlsd(None));
        sendable(&client.inspect_many(["a", "b"]));
        sendable(&client.download_many(["a", "b"]).next());
        sendable(&client.upload_many(["a", "b"]).next());
        sendable(&client.store("a", "b"));
        sendable(&client.store_lines("a", ["b"]));
        sendable(&client.upload_unique("a"));
        sendable(&client.copy_to("a", other, "b", TransferType::Image));
        let policy = RetryPolicy::new();
        sendable(&Client::connect_retrying(
            Options::new("localhost"),
            &policy,
        ));
        let mut retrying = client.retrying(&policy);
        sendable(&retrying.get_file("a", "b"));
        sendable(&retrying.put_file("a", "b"));
        sendable(&retrying.run(async |client| client.noop().await));
        let pool = Pool::new(Options::new("localhost"), 1);
        sendable(&pool.get());
        sendable(&pool.try_get());
        sendable(&pool.close());
    }
    let _ = all;
    fn trees(client: &mut Client, pool: &Pool, plan: &SyncPlan, options: &SyncOptions) {
        sendable(&client.plan_download("a", "b", options));
        sendable(&client.plan_upload("a", "b", options));
        sendable(&client.sync_with(plan.clone(), |_| ()));
        sendable(&client.download_tree("a", "b"));
        sendable(&client.upload_tree("a", "b"));
        sendable(&client.make_directories("a"));
        sendable(&client.retrying(&RetryPolicy::new()).upload_tree("a", "b"));
        sendable(&pool.plan_download("a", "b", options));
        sendable(&pool.sync_with(plan.clone(), |_| ()));
        sendable(&pool.download_tree("a", "b"));
        sendable(&pool.get_files([("a", "b")]));
        sendable(&pool.put_files([("a", "b")]));
    }
    let _ = trees;
}

/// Repeats a sync until it is complete. A step on the disk that had begun before a drop still ends,
/// on another thread, and holds the lock of its file until then.
fn complete(mut sync: impl FnMut() -> Result<SyncReport, Error>) {
    let reports = std::iter::repeat_with(|| sync().expect("planned"));
    let is_local = |report: &SyncReport| {
        let mut failures = report.failures.iter();
        failures.all(|failure| failure.error.is_local())
    };
    let mut reports = reports.inspect(|report| assert!(is_local(report), "{report}"));
    assert!(reports.any(|report| report.is_complete()));
}

/// A sync whose future is dropped leaves a session that can go on, and later calls complete the
/// tree.
#[test]
fn a_sync_that_is_dropped_anywhere_is_completed_later() {
    for polls in (0..12).map(|power| 1 << power) {
        let setup = (0..6).fold(Setup::new(), |setup, file| {
            setup.file(format!("/t/d{}/f{file}", file % 2), big(10_000))
        });
        let memory = Memory::new(Simulator::new(setup.window(8192)));
        let network = memory.clone();
        let connect = move || {
            let network = network.clone();
            async move {
                let mut client = Client::connect_over(network, Options::new("localhost")).await?;
                client.login("user", "secret").await?;
                Ok(client)
            }
        };
        let pool = Pool::over(connect, PoolOptions::new(3));
        let (room, copy) = (Room::new(), Room::new());
        let mut client = block_on(pool.get()).expect("a session");
        let _ = poll_times(polls, client.download_tree("/t", room.root()));
        complete(|| block_on(client.download_tree("/t", room.root())));
        drop(client);
        let _ = poll_times(polls, pool.download_tree("/t", copy.root()));
        complete(|| block_on(pool.download_tree("/t", copy.root())));
        for file in 0..6 {
            let name = format!("d{}/f{file}", file % 2);
            assert_eq!(room.content(&name), big(10_000));
            assert_eq!(copy.content(&name), big(10_000));
        }
    }
}

/// Makes a pool of one session with this server.
fn pool_of_one(memory: &Memory, options: PoolOptions) -> Pool {
    let memory = memory.clone();
    let connect = move || {
        let credentials = Credentials::new("user", "secret").expect("credentials");
        let options = Options::new("localhost").with_credentials(credentials);
        Client::connect_over(memory.clone(), options)
    };
    Pool::over(connect, options)
}

#[test]
fn a_dropped_wait_for_a_session_of_a_pool_costs_no_place() {
    for opens in [true, false] {
        let options = PoolOptions::new(1).with_check_after(std::time::Duration::ZERO);
        let memory = server(Setup::new());
        let pool = pool_of_one(&memory, options);
        let mut dropped = 0;
        for times in 0..50 {
            let got = poll_times(times, pool.get());
            dropped += usize::from(got.is_none());
            drop(got);
            let mut client = block_on(pool.try_get()).expect("a session");
            block_on(client.noop()).expect("it works");
            assert_eq!(memory.server().open_sessions(), 1);
            if opens {
                // The next call opens a session. Otherwise it checks this one.
                drop(client.into_client());
            }
        }
        assert!(dropped > 2, "{dropped}");
    }
}

#[test]
fn a_task_that_does_not_wait_any_more_takes_no_session_from_those_that_do() {
    let memory = server(Setup::new());
    let pool = pool_of_one(&memory, PoolOptions::new(1));
    let first = block_on(pool.get()).expect("a session");
    let mut gives_up = Box::pin(pool.get());
    let mut waits = Box::pin(pool.get());
    let mut context = Context::from_waker(Waker::noop());
    assert!(gives_up.as_mut().poll(&mut context).is_pending());
    assert!(waits.as_mut().poll(&mut context).is_pending());
    drop(gives_up);
    drop(first);
    assert!(matches!(
        waits.as_mut().poll(&mut context),
        Poll::Ready(Ok(_))
    ));
}

#[test]
fn futures_of_whole_transfers_can_be_sent_to_other_threads() {
    let setup = Setup::new().file("/file", "content");
    let mut client = over_sockets(Way::Kernel, setup);
    let target = holding(b"");
    let download = block_on(client.download("/file")).expect("opened");
    let saving = download.save_to(&target, |_| {});
    sendable(&saving);
    block_on(saving).expect("confirmed");
    let upload = block_on(client.upload("/new")).expect("opened");
    let sending = upload.send_from(&target, |_| {});
    sendable(&sending);
    block_on(sending).expect("confirmed");
}

/// The server always has the next bytes ready. Each poll must still return after a limited number
/// of bytes, so that the thread can run other tasks.
#[test]
fn x2_no_poll_moves_more_than_a_bounded_amount() {
    const MOST: usize = 1024 * 1024 + 256 * 1024;
    let text: Vec<u8> = b"a line of some length\n".repeat(300_000);
    let whole = text.len();
    let memory = Memory::new(Simulator::new(
        Setup::new().window(1 << 20).file("/text", text),
    ));
    for by_lines in [false, true] {
        let moved = Cell::new(0);
        let memory = memory.clone();
        let mut reading = pin!(async {
            let mut client = Client::connect_over(memory, options(None)).await?;
            client.login("user", "secret").await?;
            if by_lines {
                let mut lines = client.download_lines("/text").await?;
                while let Some(line) = lines.next_line().await? {
                    moved.set(moved.get() + line.len() + 1);
                }
                return Ok::<_, Error>(());
            }
            let mut download = client.download("/text").await?;
            let mut buffer = vec![0; 16 * 1024];
            loop {
                match download.read(&mut buffer).await? {
                    0 => return download.finish().await.map(|_| ()),
                    count => moved.set(moved.get() + count),
                }
            }
        });
        let mut context = Context::from_waker(Waker::noop());
        let mut before = 0;
        loop {
            let poll = reading.as_mut().poll(&mut context);
            let step = moved.get() - before;
            assert!(step <= MOST, "{step} bytes in one poll");
            before += step;
            if let Poll::Ready(result) = poll {
                break result.expect("it comes");
            }
        }
        assert_eq!(moved.get(), whole);
    }
}
