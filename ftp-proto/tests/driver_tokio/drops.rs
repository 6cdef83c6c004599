//! Futures that are dropped at each await, as `select!` may do.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::pin;
use std::task::Poll;

use ftp_proto::flows::{Credentials, Pwd};
use ftp_proto::simulator::contract::TlsEnds;
use ftp_proto::simulator::{Setup, Simulator, World};
use ftp_proto::{Error, Options, TransferOptions};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::client::Client;
use crate::tls::tls;
use crate::world::Simulated;

type InWorld = Client<Simulated<true>>;

/// After each drop, the session is in step: the next command gets its own reply. The server has not
/// taken a part of an upload for the whole.
#[tokio::test]
async fn a_client_survives_a_drop_at_each_await() -> Result<(), Error> {
    let mut drops = 0;
    for ends in [None].into_iter().chain(tls().iter().map(Some)) {
        for active in [false, true] {
            for upload in [false, true] {
                for polls in 0.. {
                    if survive(ends, active, upload, polls).await? {
                        break;
                    }
                    drops += 1;
                }
            }
        }
    }
    println!("{drops} drops");
    assert!(drops > 100, "{drops}");
    Ok(())
}

/// Drops a transfer after this many polls. Returns `true` if it was over before.
async fn survive(
    ends: Option<&TlsEnds>,
    active: bool,
    upload: bool,
    polls: usize,
) -> Result<bool, Error> {
    let mut setup = Setup::new().reluctant();
    setup = setup.file("/file", [7; 50_000]).window(2048);
    let mut options = Options::new("localhost");
    if let Some(ends) = ends {
        setup = setup.tls(ends.server.clone());
        options = options.with_tls(ends.client.clone());
    }
    if active {
        options = options.with_active_mode();
    }
    let world = World::new(Simulator::new(setup));
    let peer = SocketAddr::from(([127, 0, 0, 1], 21));
    let mut client = Client::connect(Simulated(world.clone()), peer, options).await?;
    client.login(Credentials::new("user", "secret")?).await?;

    let done = match upload {
        false => some_polls(polls, download(&mut client)).await,
        true => some_polls(polls, store(&mut client)).await,
    };
    let is_over = done.transpose()?.is_some();
    assert_eq!(client.run(Pwd::new()).await?.as_bytes(), b"/");
    let server = world.server();
    let kept = |it: &ftp_proto::simulator::TransferRecord| it.path == b"/new" && it.complete;
    let is_kept = server.transfers().iter().any(kept);
    assert!(!is_kept || server.file("/new").is_some_and(|file| file.len() == 50_000));
    Ok(is_over)
}

async fn download(client: &mut InWorld) -> Result<(), Error> {
    let mut download = client.download("/file", &TransferOptions::new()).await?;
    let mut file = Vec::new();
    download.read_to_end(&mut file).await?;
    assert_eq!((file.len(), download.finish()?.bytes), (50_000, 50_000));
    Ok(())
}

async fn store(client: &mut InWorld) -> Result<(), Error> {
    let mut upload = client.upload("/new", &TransferOptions::new()).await?;
    upload.write_all(&[7; 50_000]).await?;
    assert_eq!(upload.finish().await?.bytes, 50_000);
    Ok(())
}

/// Polls a future this many times, and drops it.
async fn some_polls<T>(mut polls: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|cx| match polls {
        0 => Poll::Ready(None),
        _ => {
            polls -= 1;
            future.as_mut().poll(cx).map(Some)
        }
    })
    .await
}
