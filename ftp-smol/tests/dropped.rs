//! Futures dropped at every point where they can be: hard cases 3, 9 and 10.

mod support;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use ftp_proto::simulator::contract::TlsEnds;
use ftp_proto::simulator::{DuringTransfer, Setup, Simulator};
use ftp_smol::{Client, Error, ErrorKind, Memory, Options, TransferOptions};
use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Polls at most so many times and then drops; `None` when it was dropped unfinished.
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

/// In clear, under TLS 1.2, under TLS 1.3.
fn channels() -> impl Iterator<Item = Option<&'static TlsEnds>> {
    [None].into_iter().chain(support::tls().iter().map(Some))
}

/// A whole session but for the connecting and the end.
async fn session(client: &mut Client) -> Result<(), Error> {
    client.login("user", "secret").await?;
    client.features().await?;
    client.pwd().await?;
    client.size("/big").await?;
    let mut all = Vec::new();
    let mut download = client.download("/big").await?;
    download.read_to_end(&mut all).await?;
    download.finish().await?;
    client.list(None::<&str>).await?;
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
    upload.abort().await?;
    client.noop().await?;
    client.names(None::<&str>).await?;
    client.mkd("/d").await?;
    client.cwd("d").await?;
    client.rename("/new", "moved").await?;
    client.modified("moved").await?;
    client.mlst(Some("moved")).await?;
    client.mlsd(None::<&str>).await?;
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

/// Returns the number of points.
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
        let dead = match smol::block_on(client.pwd()) {
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
            // And whatever else it may do is right, too.
            let content = smol::block_on(async {
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
                // Dropped between login and PROT: fails closed.
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
    for tls in support::tls() {
        let mut dead = 0;
        for times in 1.. {
            let memory = server(protected(Setup::new(), Some(tls)));
            let mut client =
                smol::block_on(Client::connect_over(memory.clone(), options(Some(tls))))
                    .expect("the server greets");
            if poll_times(times, client.secure()).is_some() {
                break;
            }
            let sent = memory.server().control_plaintext_received().len();
            let asked = memory.server().commands().len() == 1;
            let outcome = smol::block_on(client.pwd());
            let error = outcome.expect_err("PWD needs TLS");
            if client.session().is_dead() {
                dead += 1;
                assert_eq!(error.kind(), ErrorKind::Tls);
                // AUTH itself, queued but not gone when the future was dropped, still goes out.
                let now = memory.server().control_plaintext_received().len();
                let late = if asked { 0 } else { b"AUTH TLS\r\n".len() };
                assert_eq!(
                    now,
                    sent + late,
                    "poll {times}: sent something to a dead session"
                );
            } else {
                assert_eq!(error.kind(), ErrorKind::Insecure, "poll {times}");
                // AUTH may have been on its way; its answer then waits, unread or not.
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
            let mut client = smol::block_on(async {
                let mut client = Client::connect_over(memory.clone(), options(tls)).await?;
                client.login("user", "secret").await?;
                Ok::<_, Error>(client)
            })
            .expect("logged in");
            let offset = TransferOptions::new().with_offset(3);
            let dropped = poll_times(times, client.download_with("/five", &offset)).is_none();
            let content = smol::block_on(async {
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
