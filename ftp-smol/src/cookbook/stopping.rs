//! Cancel a transfer, limit times and speeds.
//!
//! # Stop by the progress function
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use std::ops::ControlFlow::{Break, Continue};
//!
//! use ftp_smol::{Cause, Client, Error, FileOptions, Options, Progress};
//!
//! fn main() -> Result<(), Error> {
//!     smol::block_on(run())
//! }
//!
//! async fn run() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options).await?;
//!     let not_too_large = |progress: Progress| match progress.total {
//!         Some(total) if total > 100_000 => Break(()), // more than 100 kB
//!         _ => Continue(()),
//!     };
//!     let options = FileOptions::new();
//!     match client.get_file_with("pub/image.iso", "image.iso", &options, not_too_large).await {
//!         Err(error) if error.cause() == Cause::Aborted => println!("left out"),
//!         result => println!("{} bytes", result?.size),
//!     }
//!     client.get_file("pub/report.csv", "report.csv").await?; // the client works on
//!     client.quit().await?;
//! #   assert!(!std::fs::exists("image.iso").unwrap());
//!     Ok(())
//! }
//! ```
//!
//! # Drop the future
//!
//! You may drop every future at any point, so all that smol has for time-outs and races works:
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::{Client, Error, Options};
//! use smol::future;
//!
//! fn main() -> Result<(), Error> {
//!     smol::block_on(run())
//! }
//!
//! async fn run() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options).await?;
//!     let patience = async {
//! #       future::yield_now().await;
//! #       return None;
//! #       #[allow(unreachable_code)]
//!         smol::Timer::after(std::time::Duration::from_secs(5)).await;
//!         None
//!     };
//!     let content = async { Some(client.fetch("pub/image.iso").await) };
//!     match future::or(content, patience).await {
//!         Some(content) => println!("{} bytes", content?.len()),
//!         None => println!("left out"),
//!     }
//!     println!("{:?}", client.size("pub/report.csv").await?); // aborts the transfer first
//!     client.quit().await?;
//!     Ok(())
//! }
//! ```
//!
//! # Stop from another thread or task, or by Ctrl-C
//!
//! ```no_run
//! use ftp_smol::{AbortHandle, Client, Error, FileOptions, Options};
//!
//! fn main() -> Result<(), Error> {
//!     smol::block_on(run())
//! }
//!
//! async fn run() -> Result<(), Error> {
//!     let handle = AbortHandle::new();
//!     let stop = handle.clone();
//!     std::thread::spawn(move || {
//!         let _ = std::io::stdin().read_line(&mut String::new());
//!         stop.abort(); // the user has pressed Enter
//!     });
//!
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?
//!         .with_password("secret")?
//!         .with_abort_handle(handle.clone()); // from the first connection on
//!     let mut client = Client::connect(options).await?;
//!     let resuming = FileOptions::resuming(); // keeps what has come
//!     let result = client.get_file_with("pub/image.iso", "image.iso", &resuming, |_| ()).await;
//!     handle.reset();
//!     client.quit().await?;
//!     result.map(drop)
//! }
//! ```
//!
//! The operation ends within 100 ms, with [`Cause::Aborted`](crate::Cause::Aborted). One handle can
//! belong to several clients. For Ctrl-C call `abort` in the handler of the crate `ctrlc`.
//!
//! # Time limits
//!
//! Every wait has a limit already. To change them:
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! # use ftp_proto::simulator::{Action, Fault};
//! use std::time::Duration;
//!
//! use ftp_smol::{Client, Error, ErrorKind, Options};
//!
//! fn main() -> Result<(), Error> {
//!     smol::block_on(run())
//! }
//!
//! async fn run() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start_with(|setup| setup.fault(Fault::nth("SIZE", 0, Action::Silent)));
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?
//!         .with_password("secret")?
//!         .with_timeout(Duration::from_secs(20)) // each single wait
//!         .with_total_time(Duration::from_secs(600)); // all that the client does
//!     let mut client = Client::connect(options).await?;
//!     match client.size("pub/image.iso").await {
//!         Err(error) if matches!(error.kind(), ErrorKind::Timeout(_)) => println!("{error}"),
//! #       Ok(_) => panic!("it did not wait"),
//!         size => println!("{:?}", size?),
//!     }
//!     client.quit().await?;
//!     Ok(())
//! }
//! ```
//!
//! [`Timeouts`](crate::Timeouts) has a limit for each kind of wait, for example
//! [`preliminary`](crate::Timeouts::preliminary) for a server that fetches the file from a tape.
//!
//! # Speed limits
//!
//! ```
//! use std::time::Duration;
//!
//! use ftp_smol::{Options, TransferLimits};
//!
//! let limits = TransferLimits::new()
//!     .with_rate(500_000) // at most 500 kB per second
//!     .with_low_speed(1_000, Duration::from_secs(30)); // and at least 1 kB, or it fails
//! let options = Options::new("ftp.example.org").with_transfer_limits(limits);
//! # let _ = options;
//! ```
