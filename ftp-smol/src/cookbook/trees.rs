//! Whole trees: upload, download, sync, mirror.
//!
//! # Upload a tree
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
//! #   std::fs::create_dir_all("site/images").unwrap();
//! #   std::fs::write("site/index.html", "<p>Hello").unwrap();
//! #   std::fs::write("site/images/a.png", "PNG").unwrap();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options).await?;
//!     let report = client.upload_tree("site", "htdocs").await?;
//!     print!("{report}"); // a line for each failure, and a line with the numbers
//!     client.quit().await?;
//! #   assert_eq!(simulated::server().file("/htdocs/images/a.png"), Some(&b"PNG"[..]));
//! #   assert!(report.is_complete());
//!     Ok(())
//! }
//! ```
//!
//! It makes directories that are missing, and sends files that are missing, that have another size,
//! or that are newer here. It deletes nothing. A file that fails does not end the rest: the report
//! has each failure, with its path and its error. To end your program by the first of them, call
//! [`into_result`](crate::SyncReport::into_result). [`download_tree`](crate::Client::download_tree)
//! is the way back.
//!
//! If the program is killed, run it again: what is done is not done again, and the file that was
//! interrupted goes on where it ended.
//!
//! # Sync newer files down
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::sync::Compare;
//! use ftp_smol::{Client, Error, Options, SyncOptions};
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
//!     let newer = SyncOptions::new().with_compare(Compare::Newer);
//!     let report = client.download_tree_with("pub", "data", &newer).await?;
//!     print!("{report}");
//!     client.quit().await?;
//! #   assert_eq!((report.created, report.failure_count), (3, 0));
//! #   assert_eq!(std::fs::read("data/image.iso").unwrap(), simulated::image());
//!     Ok(())
//! }
//! ```
//!
//! [`Compare`](crate::sync::Compare) has the ways to compare: by size and time (the default), by
//! time alone, by size alone, by hash, and others. Many servers list times without seconds, or in
//! their own zone. The client knows how exact a time is, so the second run transfers nothing.
//!
//! # See what would happen (dry run)
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::{Client, Error, Options, SyncOptions};
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
//!
//!     let plan = client.plan_download("pub", "data", &SyncOptions::new()).await?;
//!     print!("{plan}"); // update  old/notes.txt  (newer)
//!     println!("{} files, {} bytes", plan.transfers(), plan.bytes());
//! #   assert_eq!(plan.transfers(), 3);
//! #   assert!(!std::fs::exists("data").unwrap());
//!
//!     if std::env::args().any(|argument| argument == "--now") {
//!         print!("{}", client.sync(plan).await);
//!     }
//!     client.quit().await?;
//!     Ok(())
//! }
//! ```
//!
//! A [`SyncPlan`](crate::SyncPlan) is a value: look at its [`actions`](crate::SyncPlan::actions),
//! each with its reason, and drop some with [`retain`](crate::SyncPlan::retain). Nothing is changed
//! before [`sync`](crate::Client::sync).
//!
//! # Mirror: delete what the source does not have
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::sync::{Extra, Filter};
//! use ftp_smol::{Client, Error, Options, SyncOptions};
//!
//! fn main() -> Result<(), Error> {
//!     smol::block_on(run())
//! }
//!
//! async fn run() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start();
//! #   std::fs::create_dir("data").unwrap();
//! #   std::fs::write("data/gone.txt", "").unwrap();
//! #   std::fs::write("data/my.log", "").unwrap();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options).await?;
//!     let mirror = SyncOptions::new()
//!         .with_extra(Extra::Delete)
//!         .with_filter(Filter::new().exclude("*.log")?.exclude("cache/")?);
//!     let report = client.download_tree_with("pub", "data", &mirror).await?;
//!     println!("{} deleted", report.deleted);
//!     client.quit().await?;
//! #   assert_eq!(report.deleted, 1);
//! #   assert!(std::fs::exists("data/my.log").unwrap());
//!     Ok(())
//! }
//! ```
//!
//! Nothing is deleted that the filter leaves out, and nothing in a directory whose source could not
//! be read to its end: a listing that breaks off deletes no file. Links are not followed.
//! [`Filter`](crate::sync::Filter) says how patterns fit.
//!
//! # Mirror a directory every hour, and mail what failed
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use std::process::ExitCode;
//!
//! use ftp_smol::sync::Extra;
//! use ftp_smol::{Client, Error, Options, RetryPolicy, SyncOptions, SyncReport};
//!
//! async fn mirror() -> Result<SyncReport, Error> {
//! #   use simulated::Client;
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect_retrying(options, &RetryPolicy::new()).await?;
//!     let mirror = SyncOptions::new().with_extra(Extra::Delete);
//!     let report = client.download_tree_with("pub", "data", &mirror).await?;
//!     let _ = client.quit().await;
//!     Ok(report)
//! }
//!
//! fn main() -> ExitCode {
//! #   let _here = simulated::start();
//!     match smol::block_on(mirror()) {
//!         Ok(report) if report.is_complete() => return ExitCode::SUCCESS, // says nothing
//!         Ok(report) => eprint!("{report}"), // a line for each failure
//!         Err(error) => eprintln!("{error}"), // no connection, no login, no such directory
//!     }
//! #   panic!("nothing has failed");
//! #   #[allow(unreachable_code)]
//!     ExitCode::FAILURE
//! }
//! ```
//!
//! `cron` mails all that a program prints. Give it this line. `flock` leaves out a run while the
//! last one is still at work:
//!
//! ```text
//! MAILTO=ada@example.org
//! 17 * * * *  flock -n /run/lock/mirror mirror
//! ```
//!
//! Without `cron`, hand the text to `sendmail`:
//!
//! ```
//! use std::io::{Result, Write as _};
//! use std::process::{Command, Stdio};
//!
//! fn mail(what: &str) -> Result<()> {
//!     let mut sendmail = Command::new("sendmail")
//!         .arg("ada@example.org")
//!         .stdin(Stdio::piped())
//!         .spawn()?;
//!     if let Some(mut letter) = sendmail.stdin.take() {
//!         write!(letter, "Subject: The mirror is not complete\n\n{what}")?;
//!     }
//!     sendmail.wait().map(drop)
//! }
//! ```
//!
//! What may pass, such as a lost connection, has been tried again before it is in the report:
//! [`SyncOptions::retry`](crate::SyncOptions) says how often, and the policy of
//! [`connect_retrying`](crate::Client::connect_retrying) does so for the first connection. Keep the
//! password [out of the program](super::connections#the-password-from-netrc-or-the-environment). To
//! mirror in the other direction, call [`upload_tree_with`](crate::Client::upload_tree_with).
//!
//! # Show the progress
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::{Client, Error, Options, SyncOptions, SyncProgress};
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
//!     let plan = client.plan_download("pub", "data", &SyncOptions::new()).await?;
//!     // 3 of 10: update  data/a.csv  (newer), 1.5 MiB of 3.0 MiB, 50 %
//!     let show = |progress: SyncProgress<'_>| eprint!("\r{progress}  ");
//!     let report = client.sync_with(plan, show).await;
//!     client.quit().await?;
//!     report.into_result().map(drop)
//! }
//! ```
//!
//! If the function returns `ControlFlow::Break(())`, the sync ends, and the report says so.
//!
//! # Directories
//!
//! [`make_directories`](crate::Client::make_directories) makes a directory and all that is missing
//! above it. [`delete_tree`](crate::Client::delete_tree) deletes a directory and all below it.
