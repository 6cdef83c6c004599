//! Logs: see what is sent, in a terminal or in your program's log.
//!
//! Secrets are masked everywhere.
//!
//! # Print the dialogue
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::{Client, Error, Options};
//!
//! fn main() -> Result<(), Error> {
//!     smol::block_on(run())
//! }
//!
//! async fn run() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?
//!         .with_password("secret")?
//!         .with_observer(|seen| eprintln!("{seen}")); // > PASS ***, < 230 Login successful.
//!     let mut client = Client::connect(options).await?;
//!     client.quit().await?;
//!     Ok(())
//! }
//! ```
//!
//! [`with_debug_level`](crate::Options::with_debug_level) prints what Python's ftplib prints.
//! [`observe`](crate::Client::observe) begins later, for one client.
//!
//! # With `tracing`
//!
//! Turn on the feature `tracing`:
//!
//! ```toml
//! [dependencies]
//! ftp-smol = { version = "0.1", features = ["tracing"] }
//! tracing-subscriber = { version = "0.3", features = ["env-filter"] }
//! ```
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! # mod tracing_subscriber { pub mod fmt { pub fn init() {} } } // stands in for the crate
//! use ftp_smol::{Client, Error, Options};
//!
//! fn main() -> Result<(), Error> {
//!     smol::block_on(run())
//! }
//!
//! async fn run() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start();
//!     tracing_subscriber::fmt::init();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options).await?;
//!     client.get_file("pub/image.iso", "image.iso").await?;
//!     client.quit().await?;
//!     Ok(())
//! }
//! ```
//!
//! Then run your program with `RUST_LOG=ftp_proto::control=debug` to see commands and replies, or
//! with `RUST_LOG=ftp_proto=info` to see transfers, TLS and errors. Each operation is a span. [The
//! landing page](crate#logs) lists the targets.
//!
//! # With `log`
//!
//! The crate `tracing` hands its events to `log` if your program turns on its feature `log` and sets
//! no subscriber:
//!
//! ```toml
//! tracing = { version = "0.1", features = ["log"] }
//! ```
