//! Several sessions at once, from a pool.
//!
//! # Twenty files in parallel
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::{Error, Options, Pool};
//!
//! fn main() -> Result<(), Error> {
//!     smol::block_on(run())
//! }
//!
//! async fn run() -> Result<(), Error> {
//! #   use simulated::Pool;
//! #   let _here = simulated::start_with(|mut setup| {
//! #       for day in 1..=20 { setup = setup.file(format!("/logs/{day}.gz"), format!("day {day}")); }
//! #       setup
//! #   });
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let pool = Pool::new(options, 4); // four sessions at most
//!     let files = (1..=20).map(|day| (format!("logs/{day}.gz"), format!("{day}.gz")));
//!     let report = pool.get_files(files).await;
//!     print!("{report}"); // a line for each file that failed, and the numbers
//!     pool.close().await;
//! #   assert_eq!((report.created, std::fs::read("20.gz").unwrap()), (20, b"day 20".to_vec()));
//!     Ok(())
//! }
//! ```
//!
//! [`put_files`](crate::Pool::put_files) uploads. Each file goes on where it was interrupted, and
//! what may pass is tried again. A file that fails does not end the rest.
//!
//! # A tree, by several sessions
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::{Error, Options, Pool};
//!
//! fn main() -> Result<(), Error> {
//!     smol::block_on(run())
//! }
//!
//! async fn run() -> Result<(), Error> {
//! #   use simulated::Pool;
//! #   let _here = simulated::start();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let pool = Pool::new(options, 4);
//!     let report = pool.download_tree("pub", "data").await?;
//!     pool.close().await;
//! #   assert_eq!(report.created, 3);
//!     report.into_result().map(drop)
//! }
//! ```
//!
//! A pool has the methods for [whole trees](super::trees) that a client has.
//!
//! The pool opens one session first, and tries again what may pass, as
//! [`SyncOptions::retry`](crate::SyncOptions::retry) says. The others come after that. The time of
//! [`with_total_time`](crate::Options::with_total_time) begins anew for each session, when it
//! connects.
//!
//! # Work of your own
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::{Error, Options, Pool};
//! use smol::future;
//!
//! fn main() -> Result<(), Error> {
//!     smol::block_on(run())
//! }
//!
//! async fn run() -> Result<(), Error> {
//! #   use simulated::Pool;
//! #   let _here = simulated::start();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let pool = Pool::new(options, 4);
//!     let both = future::try_zip(size(&pool, "pub/image.iso"), size(&pool, "pub/report.csv"));
//!     println!("{:?}", both.await?);
//!     pool.close().await;
//!     Ok(())
//! }
//!
//! async fn size(pool: &Pool, path: &str) -> Result<Option<u64>, Error> {
//!     pool.get().await?.size(path).await // waits for a session
//! }
//! ```
//!
//! A [`PooledClient`](crate::PooledClient) is a [`Client`](crate::Client) that goes back to its pool
//! when you drop it. If you have changed its directory or other settings, or have left a transfer
//! unfinished, its session is closed instead.
//!
//! # How many sessions?
//!
//! Servers often allow from two to eight for one user. If the server says that there are too many
//! (421, or 530 to a login that works in another session), the pool goes on with those that it has.
//! So a number that is too large does no harm. [`PoolOptions`](crate::PoolOptions) says when an idle
//! session is checked and closed, and how long [`get`](crate::Pool::get) waits.
