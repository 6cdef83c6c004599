//! Try again: back-off, what may be repeated, exit codes.
//!
//! # Retry with back-off, then exit codes
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! # use ftp_proto::simulator::{Action, Fault, Then};
//! use std::process::ExitCode;
//!
//! use ftp_smol::{Cause, Client, Error, Options, RetryPolicy};
//!
//! async fn run() -> Result<(), Error> {
//! #   use simulated::Client;
//!     let policy = RetryPolicy::new().with_attempts(8); // after pauses of 1, 2, 4 … seconds
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect_retrying(options, &policy).await?;
//!     client.retrying(&policy).get_file("pub/image.iso", "image.iso").await?;
//!     let _ = client.quit().await;
//!     Ok(())
//! }
//!
//! fn main() -> ExitCode {
//! #   let _here = simulated::start_with(|setup| {
//! #       let busy = Action::Reply(b"421 Too many users.\r\n".to_vec());
//! #       let lost = Action::At { after: 100_000, control: Vec::new(), then: Then::Reset };
//! #       setup.fault(Fault::nth("GREETING", 0, busy)).fault(Fault::nth("RETR", 0, lost))
//! #   });
//!     let Err(error) = smol::block_on(run()) else {
//! #       assert_eq!(std::fs::read("image.iso").unwrap(), simulated::image());
//!         return ExitCode::SUCCESS;
//!     };
//!     eprintln!("{error}");
//!     match error.cause() {
//!         Cause::NotFound | Cause::NotFoundOrDenied => ExitCode::from(2),
//!         _ if error.is_temporary() => ExitCode::from(75), // EX_TEMPFAIL: even so, no luck
//!         _ => ExitCode::FAILURE,
//!     }
//! }
//! ```
//!
//! Repeated is what [may pass](super::errors#what-is-worth-another-try): a lost connection, a
//! time-out, a reply 4xx, a transfer that is not whole. A wrong password or a missing file ends the
//! attempts at once. Before another attempt the client connects again if it must, and goes back to
//! the directory and the settings.
//!
//! * A file goes on where the last attempt ended. An attempt that got further begins the count
//!   anew, so a large file arrives over a line that breaks again and again.
//! * If the last reply to an upload was lost, the next attempt first looks whether the file is
//!   there.
//! * A random part of each pause is left out, so that many programs do not come back at the same
//!   moment. The longest pause is a minute, unless you change
//!   [`RetryPolicy::longest_pause`](crate::RetryPolicy).
//! * [`RetryPolicy::total_time`](crate::RetryPolicy) is a limit in time.
//!   [`RetryPolicy::never`](crate::RetryPolicy::never) repeats nothing.
//!
//! # Operations of your own
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! # use ftp_proto::simulator::{Action, Fault};
//! use ftp_smol::{Client, Error, Existence, Options, RetryPolicy};
//!
//! fn main() -> Result<(), Error> {
//!     smol::block_on(run())
//! }
//!
//! async fn run() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start_with(|setup| setup.fault(Fault::nth("DELE", 0, Action::Hangup)));
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options).await?;
//!     let mut retrying = client.retrying(&RetryPolicy::new());
//!     let listing = retrying.run(async |client| client.entries("pub/old").await).await?;
//!     for entry in listing.entries() {
//!         let path = [b"pub/old/", entry.name()].concat();
//!         retrying.run(async |client| delete(client, &path).await).await?;
//!     }
//!     client.quit().await?;
//! #   assert!(simulated::server().file("/pub/old/notes.txt").is_none());
//!     Ok(())
//! }
//!
//! async fn delete(client: &mut Client, path: &[u8]) -> Result<(), Error> {
//!     match client.delete(path).await {
//!         Err(_) if client.exists(path).await? == Existence::Absent => Ok(()), // done before
//!         result => result.map(drop),
//!     }
//! }
//! ```
//!
//! If the connection is lost before the reply, the server may have done the command. So `run`
//! wants an operation that may be done twice, or that looks first, as this one does.
//!
//! # Trees and pools
//!
//! They repeat by themselves: [`SyncOptions::retry`](crate::SyncOptions::retry) is their policy.
//!
//! # With a loop or a scheduler of your own
//!
//! [`Attempts`](crate::retry::Attempts) decides after each failure whether another attempt follows,
//! and after which pause. It has no clock: you give it the time.
