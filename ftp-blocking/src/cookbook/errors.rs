//! Errors: what they say, and what is worth another try.
//!
//! There is one error type, [`Error`](crate::Error). It prints as one line that you can show to
//! people: the command, what went wrong, the words of the server, and what to do.
//!
//! # Decide by the cause
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use std::process::ExitCode;
//!
//! use ftp_blocking::{Cause, Client, Error, Options};
//!
//! fn run() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options)?;
//!     if let Err(error) = client.get_file("pub/missing.iso", "missing.iso") {
//!         return Err(client.explain(error)); // missing, or forbidden?
//!     }
//!     client.quit()?;
//!     Ok(())
//! }
//!
//! fn main() -> ExitCode {
//!     let Err(error) = run() else {
//!         return ExitCode::SUCCESS;
//!     };
//!     eprintln!("{error}");
//!     let code = match error.cause() {
//!         Cause::NotFound => 2,
//!         Cause::Denied | Cause::NotFoundOrDenied | Cause::LoginRefused => 3,
//!         Cause::NoSpace => 4,
//!         Cause::Security => 5,
//!         _ if error.is_temporary() => 75, // EX_TEMPFAIL: the same may work later
//!         _ => 1,
//!     };
//! #   assert_eq!(code, 2);
//! #   let code = 0;
//!     ExitCode::from(code)
//! }
//! ```
//!
//! # What is worth another try
//!
//! | [`Cause`](crate::Cause) | another try |
//! |---|---|
//! | `Temporary` | yes, after a pause |
//! | `Incomplete` | yes: the transfer is not whole. [Resume](super::files#go-on-with-an-interrupted-transfer) it |
//! | `Connection` | yes, over a new connection: [`reconnect`](crate::Client::reconnect) |
//! | `NotFound`, `Denied`, `NotFoundOrDenied`, `LoginRefused`, `NoSpace`, `Refused`, `Unsupported` | no: ask a person, or do something else |
//! | `Security`, `Protocol` | no: find out why |
//! | `Local` | no: your file, your argument, your option or your limit |
//! | `Aborted` | as you like: your program stopped it |
//!
//! [`is_temporary`](crate::Error::is_temporary) is true for the first three. The page
//! [`retry`](super::retry) has a program that pauses and tries again. An operation that may have
//! been done although its reply was lost needs care: look first, or use `get_file` and `put_file`,
//! which compare sizes.
//!
//! # Is the client still usable?
//!
//! After a refusal, a time-out or a broken transfer, it is: the next operation first cleans up. If
//! the session has ended, every method says so:
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! # use ftp_proto::simulator::{Action, Fault};
//! use ftp_blocking::{Client, Error, Options};
//!
//! fn main() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start_with(|setup| setup.fault(Fault::nth("SIZE", 0, Action::Hangup)));
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options)?;
//!     client.cwd("pub")?;
//!     let size = match client.size("image.iso") {
//!         Err(_) if client.session().is_dead() => {
//!             client.reconnect()?; // logs in again, and goes back to the directory `pub`
//!             client.size("image.iso")?
//!         }
//!         size => size?,
//!     };
//!     println!("{size:?}");
//!     client.quit()?;
//! #   assert_eq!(size, Some(300_000));
//!     Ok(())
//! }
//! ```
//!
//! # Details
//!
//! | you want | call |
//! |---|---|
//! | the code and the words of the server | [`code`](crate::Error::code), [`reply`](crate::Error::reply) |
//! | the path in the command | [`path`](crate::Error::path) |
//! | how many bytes have moved, and how many should have | [`transferred`](crate::Error::transferred), [`expected`](crate::Error::expected) |
//! | which time limit has passed | [`kind`](crate::Error::kind), [`waited`](crate::Error::waited) |
//! | why TLS failed | [`tls_reason`](crate::Error::tls_reason) |
//! | the key of a server whose certificate was refused | [`server_key`](crate::Error::server_key) |
//! | what you can do, as values | [`remedies`](crate::Error::remedies), and `{:#}` for the text without it |
//! | whether a name could not be resolved | [`kind`](crate::Error::kind): `Unresolved` |
//! | the `io::Error` underneath | [`inner`](crate::Error::inner) |
//!
//! Reads and writes of a transfer return an `io::Error`. `Error::from(io_error)` takes ours out of
//! it, and `?` does so by itself in a function that returns [`Error`](crate::Error).
