//! Cancel a transfer, limit times and speeds.
//!
//! # Stop by the progress function
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use std::ops::ControlFlow::{Break, Continue};
//!
//! use ftp_blocking::{Cause, Client, Error, FileOptions, Options, Progress};
//!
//! fn main() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options)?;
//!     let not_too_large = |progress: Progress| match progress.total {
//!         Some(total) if total > 100_000 => Break(()), // more than 100 kB
//!         _ => Continue(()),
//!     };
//!     let options = FileOptions::new();
//!     match client.get_file_with("pub/image.iso", "image.iso", &options, not_too_large) {
//!         Err(error) if error.cause() == Cause::Aborted => println!("left out"),
//!         result => println!("{} bytes", result?.size),
//!     }
//!     client.get_file("pub/report.csv", "report.csv")?; // the client works on
//!     client.quit()?;
//! #   assert!(!std::fs::exists("image.iso").unwrap());
//!     Ok(())
//! }
//! ```
//!
//! # Stop from another thread, or by Ctrl-C
//!
//! ```no_run
//! use ftp_blocking::{AbortHandle, Client, Error, FileOptions, Options};
//!
//! fn main() -> Result<(), Error> {
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
//!     let mut client = Client::connect(options)?;
//!     let resuming = FileOptions::resuming(); // keeps what has come
//!     let result = client.get_file_with("pub/image.iso", "image.iso", &resuming, |_| ());
//!     handle.reset();
//!     client.quit()?;
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
//! use ftp_blocking::{Client, Error, ErrorKind, Options};
//!
//! fn main() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start_with(|setup| setup.fault(Fault::nth("SIZE", 0, Action::Silent)));
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?
//!         .with_password("secret")?
//!         .with_timeout(Duration::from_secs(20)) // each single wait
//!         .with_total_time(Duration::from_secs(600)); // all that the client does
//!     let mut client = Client::connect(options)?;
//!     match client.size("pub/image.iso") {
//!         Err(error) if matches!(error.kind(), ErrorKind::Timeout(_)) => println!("{error}"),
//! #       Ok(_) => panic!("it did not wait"),
//!         size => println!("{:?}", size?),
//!     }
//!     client.quit()?;
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
//! use ftp_blocking::{Options, TransferLimits};
//!
//! let limits = TransferLimits::new()
//!     .with_rate(500_000) // at most 500 kB per second
//!     .with_low_speed(1_000, Duration::from_secs(30)); // and at least 1 kB, or it fails
//! let options = Options::new("ftp.example.org").with_transfer_limits(limits);
//! # let _ = options;
//! ```
