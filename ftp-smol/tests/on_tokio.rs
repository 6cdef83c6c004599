//! Runs cases of the contract table over real sockets on the reactor of tokio, and drops operations
//! at random points there.

mod face {
    #![allow(dead_code, unused_imports, reason = "a part of the shared tests")]

    #[path = "client.rs"]
    mod client;

    use std::future::Future;
    use std::sync::LazyLock;

    use tokio::runtime::{Builder, Runtime};

    pub(crate) use client::*;

    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        let mut builder = Builder::new_multi_thread();
        let builder = builder.worker_threads(2).enable_all();
        builder.build().expect("a runtime")
    });

    pub(crate) fn wait<T, E>(future: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        RUNTIME.block_on(future)
    }
}
#[path = "../../ftp-blocking/tests/support/mod.rs"]
mod support;

use std::future::{Future, poll_fn};
use std::io;
use std::net::TcpStream;
use std::pin::pin;
use std::task::Poll;
use std::time::Instant;

use fastrand::Rng;
use ftp_proto::simulator::contract::{Driver, Operation, Outcome};
use ftp_proto::simulator::{Setup, Simulator};
use ftp_smol::TokioTcp;
use ftp_smol::transport::{BoxFuture, Network, Stream, Target};
use smol::io::AsyncReadExt as _;

use crate::face::{Client, Error, Options, Timeouts, wait};
use crate::support::contract::perform_on;
use crate::support::tcp_server::TcpServer;

/// A TCP network that maps the ports of a simulated server to real ports.
struct Bridge {
    tcp: TokioTcp,
    hosted: TcpServer,
}

impl Network for Bridge {
    fn dial(&mut self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
        match self.hosted.open(target.port()) {
            Ok(address) => self.tcp.dial(&Target::Address(address)),
            Err(error) => Box::pin(async { Err(error) }),
        }
    }

    fn sleep_until(&self, deadline: Instant) -> BoxFuture<()> {
        self.tcp.sleep_until(deadline)
    }
}

struct OnTokio {
    client: Option<Client>,
    hosted: TcpServer,
}

impl Driver for OnTokio {
    fn connect(server: Simulator, options: Options) -> Result<Self, Error> {
        let hosted = TcpServer::new(server);
        let network = Bridge {
            tcp: TokioTcp::new(),
            hosted: hosted.clone(),
        };
        // Real sockets on a busy machine need more than the simulated second of the table.
        let options = options.with_timeouts(Timeouts::default());
        let client = Some(Client::connect_over(network, options)?);
        Ok(Self { client, hosted })
    }

    fn perform(&mut self, operation: &Operation) -> Outcome {
        perform_on(&mut self.client, operation)
    }

    fn with_server<T>(&self, look: impl FnOnce(&mut Simulator) -> T) -> T {
        look(&mut self.hosted.server())
    }
}

macro_rules! on_tokio {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            if let Err(why) = cases::$name().run::<OnTokio>(tls()) {
                panic!("{why}");
            }
        }
    )*};
}

/// In a module, because the job for Windows leaves out one row, and not the core's of the same name.
mod over_sockets {
    use ftp_proto::simulator::cases;

    use super::OnTokio;
    use crate::support::tls::tls;

    on_tokio! {
        a_whole_session
        epsv_refused_then_pasv
        refusals_leave_the_session_in_step
        hard_02_upload_refused_with_552_half_way
        hard_04_download_given_up_in_every_way
        hard_04_upload_given_up_in_every_way
        hard_08_noop_answered_before_226
        hard_12_no_close_notify
        implicit_tls_a_whole_session
        directories_and_files
        texts_both_ways
        uploads_of_all_kinds
        reconnected_where_it_stood
    }
}

/// Active mode needs the listener of tokio.
#[test]
fn a_listener_on_tokio_accepts_a_connection() {
    let server = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = server.local_addr().expect("an address");
    let came = wait(async {
        let mut network = TokioTcp::new();
        let control = network.dial(&Target::Address(address)).await?;
        let mut listener = network.listen(&*control)?;
        let made = TcpStream::connect(listener.address())?;
        let mut data = poll_fn(|cx| listener.poll_accept(cx)).await?;
        let mut nothing = [0; 8];
        let look = data.look(&mut nothing).map_err(|error| error.kind());
        assert_eq!(look, Err(io::ErrorKind::WouldBlock));
        io::Write::write_all(&mut &made, b"data")?;
        let mut buffer = [0; 8];
        let count = poll_fn(|cx| data.poll_read(cx, &mut buffer)).await?;
        Ok::<_, io::Error>(buffer[..count].to_vec())
    });
    assert_eq!(came.expect("it comes"), b"data");
}

/// `select!` and `timeout` drop futures at any poll. The session stays in step, or is dead.
#[test]
fn operations_that_are_dropped_on_tokio_leave_the_session_in_step() {
    let content = vec![b'x'; 100_000];
    for seed in 0..40 {
        let mut rng = Rng::with_seed(seed);
        let setup = Setup::new().file("/big", content.clone()).window(4096);
        let mut driver =
            OnTokio::connect(Simulator::new(setup), Options::new("localhost")).expect("connects");
        let mut client = driver.client.take().expect("it is there");
        client.login("user", "secret").expect("logs in");
        for _ in 0..6 {
            let polls = rng.usize(1..60);
            let dropped = wait(async {
                let mut come = Vec::new();
                let work = async {
                    let mut download = client.0.download("/big").await?;
                    download.read_to_end(&mut come).await?;
                    Ok::<_, Error>(())
                };
                let result = first_polls(work, polls).await;
                assert!(content.starts_with(&come), "other bytes came");
                Ok::<_, Error>(result)
            });
            if let Ok(Some(result)) = dropped {
                result.expect("it was not dropped");
            }
            let directory = client.pwd().expect("in step");
            assert_eq!(directory.as_bytes(), b"/", "FTP_SEED={seed}");
        }
        client.quit().expect("quits");
    }
}

/// Polls a future this many times, and then drops it. `None` if it had not ended by then.
async fn first_polls<T>(future: impl Future<Output = T>, mut polls: usize) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if polls == 0 => Poll::Ready(None),
        Poll::Pending => {
            polls -= 1;
            Poll::Pending
        }
    })
    .await
}
