//! Use this crate in a program on tokio.
//!
//! Run a whole job on one of tokio's threads for blocking work. The rest of the program goes on
//! meanwhile.
//!
//! # A job in `spawn_blocking`
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! # mod tokio { // stands in for the crate
//! #     pub mod task {
//! #         pub async fn spawn_blocking<T: Send + 'static>(
//! #             job: impl FnOnce() -> T + Send + 'static,
//! #         ) -> Result<T, std::convert::Infallible> {
//! #             Ok(job())
//! #         }
//! #     }
//! # }
//! use ftp_blocking::{Client, Error, Options};
//!
//! async fn fetch(path: String) -> Result<Vec<u8>, Error> {
//! #   use simulated::Client;
//!     let job = move || {
//!         let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!         let mut client = Client::connect(options)?;
//!         let content = client.fetch(path)?;
//!         client.quit()?;
//!         Ok(content)
//!     };
//!     tokio::task::spawn_blocking(job).await.expect("the job does not panic")
//! }
//! # let _here = simulated::start();
//! # assert_eq!(simulated::block_on(fetch("pub/report.csv".into())).unwrap().len(), 15);
//! ```
//!
//! A [`Client`](crate::Client) is `Send`: you may keep it in your program and move it into one job
//! after the other.
//!
//! # Stop the job when its task is dropped
//!
//! If you drop the future of `spawn_blocking`, the job goes on. A guard can stop it:
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! # mod tokio { // stands in for the crate
//! #     pub mod task {
//! #         pub async fn spawn_blocking<T: Send + 'static>(
//! #             job: impl FnOnce() -> T + Send + 'static,
//! #         ) -> Result<T, std::convert::Infallible> {
//! #             Ok(job())
//! #         }
//! #     }
//! # }
//! use ftp_blocking::{AbortHandle, Client, Error, FileReport, Options};
//!
//! struct StopOnDrop(AbortHandle);
//!
//! impl Drop for StopOnDrop {
//!     fn drop(&mut self) {
//!         self.0.abort();
//!     }
//! }
//!
//! /// You may drop this future, for example by `tokio::time::timeout`.
//! async fn download(path: String, target: String) -> Result<FileReport, Error> {
//! #   use simulated::Client;
//!     let handle = AbortHandle::new();
//!     let _stop = StopOnDrop(handle.clone());
//!     let job = move || {
//!         let options = Options::from_url("ftp://ada@ftp.example.org")?
//!             .with_password("secret")?
//!             .with_abort_handle(handle);
//!         Client::connect(options)?.get_file(path, target)
//!     };
//!     tokio::task::spawn_blocking(job).await.expect("the job does not panic")
//! }
//! # let _here = simulated::start();
//! # let report = simulated::block_on(download("pub/image.iso".into(), ".".into())).unwrap();
//! # assert_eq!(report.size, 300_000);
//! ```
//!
//! The job ends within 100 ms.
//!
//! # Or take `ftp-smol`
//!
//! The futures of `ftp-smol` run under tokio too: its cookbook says how. That suits programs with
//! very many sessions, because a waiting session then takes no thread.
