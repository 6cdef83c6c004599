//! Logs: see what is sent, in a terminal or in your program's log.
//!
//! Secrets are masked everywhere.
//!
//! # Print the dialogue
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_blocking::{Client, Error, Options};
//!
//! fn main() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?
//!         .with_password("secret")?
//!         .with_observer(|seen| eprintln!("{seen}")); // > PASS ***, < 230 Login successful.
//!     let mut client = Client::connect(options)?;
//!     client.quit()?;
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
//! ftp-blocking = { version = "0.1", features = ["tracing"] }
//! tracing-subscriber = { version = "0.3", features = ["env-filter"] }
//! ```
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! # mod tracing_subscriber { pub mod fmt { pub fn init() {} } } // stands in for the crate
//! use ftp_blocking::{Client, Error, Options};
//!
//! fn main() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start();
//!     tracing_subscriber::fmt::init();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options)?;
//!     client.get_file("pub/image.iso", "image.iso")?;
//!     client.quit()?;
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
