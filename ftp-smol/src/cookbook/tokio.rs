//! Use this crate in a program on tokio.
//!
//! Take the feature `tokio`, and connect over `TokioTcp`. The sockets are then on the reactor of your
//! runtime, and smol's reactor does not run. The runtime needs its I/O and time drivers
//! (`enable_all`), as `#[tokio::main]` has them.
//!
//! ```
//! # #[cfg(feature = "tokio")] {
//! use ftp_smol::{Client, Error, Options, TokioTcp};
//!
//! async fn connect(options: Options) -> Result<Client, Error> {
//!     Client::connect_over(TokioTcp::new(), options).await
//! }
//! # }
//! ```
//!
//! Without the feature, everything works too: the futures of this crate run under any executor. A
//! thread of smol, the reactor, then watches the sockets and the time. It starts when it is needed.
//! [`Client::connect`](crate::Client::connect) and [`Pool`](crate::Pool) always use it.
//!
//! Work on the local disk that may take long, such as fsync and hashes, has threads of its own, and
//! so has the resolution of host names. But `get_file`, `put_file`, `save_to` and `send_from` read
//! and write the data itself in your task: a slow disk holds up one worker of the runtime.
//!
//! # In a task
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! # mod tokio { // stands in for the crate
//! #     pub fn spawn<T: Send + 'static>(
//! #         task: impl Future<Output = T> + Send + 'static,
//! #     ) -> impl Future<Output = Result<T, std::convert::Infallible>> {
//! #         async { Ok(task.await) }
//! #     }
//! # }
//! use ftp_smol::{Client, Error, FileReport, Options};
//!
//! async fn download(path: String, target: String) -> Result<FileReport, Error> {
//! #   use simulated::Client;
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options).await?;
//!     let report = client.get_file(path, target).await?;
//!     client.quit().await?;
//!     Ok(report)
//! }
//!
//! async fn both() -> Result<(), Error> {
//!     let first = tokio::spawn(download("pub/image.iso".into(), ".".into()));
//!     let second = tokio::spawn(download("pub/report.csv".into(), ".".into()));
//!     first.await.expect("the task does not panic")?;
//!     second.await.expect("the task does not panic")?;
//!     Ok(())
//! }
//! # let _here = simulated::start();
//! # smol::block_on(both()).unwrap();
//! ```
//!
//! # Time-outs and `select!`
//!
//! You may drop every future at any point, so `tokio::time::timeout` and `tokio::select!` are safe.
//! The next operation of the client cleans up first:
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! # mod tokio { // stands in for the crate
//! #     pub mod time {
//! #         pub async fn timeout<T>(_: std::time::Duration, task: impl Future<Output = T>) -> Result<T, ()> {
//! #             smol::future::or(async { Ok(task.await) }, async { smol::future::yield_now().await; Err(()) }).await
//! #         }
//! #     }
//! # }
//! use std::time::Duration;
//!
//! use ftp_smol::{Client, Error, Options};
//! use tokio::time::timeout;
//!
//! async fn size_or_content() -> Result<(), Error> {
//! #   use simulated::Client;
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options).await?;
//!     match timeout(Duration::from_secs(5), client.fetch("pub/image.iso")).await {
//!         Ok(content) => println!("{} bytes", content?.len()),
//!         Err(_) => println!("{:?} bytes are too many", client.size("pub/image.iso").await?),
//!     }
//!     client.quit().await?;
//!     Ok(())
//! }
//! # let _here = simulated::start();
//! # smol::block_on(size_or_content()).unwrap();
//! ```
//!
//! # Tokio's `AsyncRead` and `AsyncWrite`
//!
//! A [`Download`](crate::Download) implements `AsyncRead` of the crate `futures-io`, and an
//! [`Upload`](crate::Upload) its `AsyncWrite`. For functions that want tokio's traits, convert them
//! with the crate `tokio-util` (feature `compat`):
//!
//! ```ignore
//! use tokio_util::compat::FuturesAsyncReadCompatExt as _;
//!
//! let mut download = client.download("pub/image.iso").await?.compat();
//! tokio::io::copy(&mut download, &mut file).await?;
//! ```
//!
//! # Or take `ftp-blocking`
//!
//! If your program moves a few files now and then, `ftp-blocking` in `tokio::task::spawn_blocking`
//! is simpler: its cookbook says how.
