//! Whole trees: upload, download, sync, mirror.
//!
//! # Upload a tree
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_blocking::{Client, Error, Options};
//!
//! fn main() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start();
//! #   std::fs::create_dir_all("site/images").unwrap();
//! #   std::fs::write("site/index.html", "<p>Hello").unwrap();
//! #   std::fs::write("site/images/a.png", "PNG").unwrap();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options)?;
//!     let report = client.upload_tree("site", "htdocs")?;
//!     print!("{report}"); // a line for each failure, and a line with the numbers
//!     client.quit()?;
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
//! use ftp_blocking::sync::Compare;
//! use ftp_blocking::{Client, Error, Options, SyncOptions};
//!
//! fn main() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options)?;
//!     let newer = SyncOptions::new().with_compare(Compare::Newer);
//!     let report = client.download_tree_with("pub", "data", &newer)?;
//!     print!("{report}");
//!     client.quit()?;
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
//! use ftp_blocking::{Client, Error, Options, SyncOptions};
//!
//! fn main() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options)?;
//!
//!     let plan = client.plan_download("pub", "data", &SyncOptions::new())?;
//!     print!("{plan}"); // update  old/notes.txt  (newer)
//!     println!("{} files, {} bytes", plan.transfers(), plan.bytes());
//! #   assert_eq!(plan.transfers(), 3);
//! #   assert!(!std::fs::exists("data").unwrap());
//!
//!     if std::env::args().any(|argument| argument == "--now") {
//!         print!("{}", client.sync(plan));
//!     }
//!     client.quit()?;
//!     Ok(())
//! }
//! ```
//!
//! A [`SyncPlan`](crate::SyncPlan) is a value: look at its [`actions`](crate::SyncPlan::actions),
//! each with its reason, and drop some with [`retain`](crate::SyncPlan::retain). Nothing is changed
//! before [`sync`](crate::Client::sync). For an upload, call
//! [`plan_upload`](crate::Client::plan_upload).
//!
//! # Mirror: delete what the source does not have
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_blocking::sync::{Extra, Filter};
//! use ftp_blocking::{Client, Error, Options, SyncOptions};
//!
//! fn main() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start();
//! #   std::fs::create_dir("data").unwrap();
//! #   std::fs::write("data/gone.txt", "").unwrap();
//! #   std::fs::write("data/my.log", "").unwrap();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options)?;
//!     let mirror = SyncOptions::new()
//!         .with_extra(Extra::Delete)
//!         .with_filter(Filter::new().exclude("*.log")?.exclude("cache/")?);
//!     let report = client.download_tree_with("pub", "data", &mirror)?;
//!     println!("{} deleted", report.deleted);
//!     client.quit()?;
//! #   assert_eq!(report.deleted, 1);
//! #   assert!(std::fs::exists("data/my.log").unwrap());
//!     Ok(())
//! }
//! ```
//!
//! Nothing is deleted that the filter leaves out, and nothing in a directory whose source could not
//! be read to its end: a listing that breaks off deletes no file. Links are not followed.
//! [`Filter`](crate::sync::Filter) says how patterns fit. If the source is empty, all is deleted
//! that the filter does not leave out: [a guard](#an-exact-copy-every-hour-with-a-guard) stops
//! that.
//!
//! # Mirror a directory every hour, and mail what failed
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use std::process::ExitCode;
//!
//! use ftp_blocking::{Client, Error, Options, RetryPolicy, SyncReport};
//!
//! fn mirror() -> Result<SyncReport, Error> {
//! #   use simulated::Client;
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect_retrying(options, &RetryPolicy::new())?;
//!     let local = "/srv/mirror"; // cron starts a program in the home directory
//! #   let local = "data";
//!     let report = client.download_tree("pub", local)?;
//!     let _ = client.quit();
//!     Ok(report)
//! }
//!
//! fn main() -> ExitCode {
//! #   let _here = simulated::start();
//!     match mirror() {
//!         Ok(report) if report.is_complete() => return ExitCode::SUCCESS, // says nothing
//!         Ok(report) => eprint!("{report}"), // a line for each failure
//!         Err(error) => eprintln!("{error}"), // no connection, no login, no such directory
//!     }
//!     ExitCode::FAILURE
//! }
//! ```
//!
//! It deletes nothing. Files that the server no longer has stay here.
//!
//! `cron` mails all that a program prints. Give it these lines, with the whole path of your
//! program, because `cron` looks in few directories. `flock` leaves out a run while the last one is
//! still at work:
//!
//! ```text
//! MAILTO=ada@example.org
//! 17 * * * *  flock -n /run/lock/mirror /usr/local/bin/mirror
//! ```
//!
//! The mail looks like this:
//!
//! ```text
//! failed  old/a.txt (create): RETR pub/old/a.txt: the server refused: 550 Permission denied.
//! 3 created, 1 updated, 0 deleted, 12 skipped, 1 failed, 48213 bytes
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
//! * What may pass, such as a lost connection, has been tried again before it is in the report:
//!   [`SyncOptions::retry`](crate::SyncOptions::retry) says how often. The policy of
//!   [`connect_retrying`](crate::Client::connect_retrying) does so for the first connection.
//! * Keep the password [out of the
//!   program](super::connections#the-password-from-netrc-or-the-environment): in the environment or
//!   in `.netrc`.
//! * For `ftps://` or `ftpes://` with a private CA, make the options by
//!   [`Url::options_with_tls`](crate::Url::options_with_tls), as in [this
//!   recipe](super::tls#a-private-ca-or-the-servers-own-certificate).
//! * Links and special files are skipped, and are no failures. To see them, make a plan, and look
//!   in [`actions`](crate::SyncPlan::actions) for [`Reason::Link`](crate::sync::Reason::Link) and
//!   [`Reason::Special`](crate::sync::Reason::Special).
//! * Several sessions are faster for many small files: a [`Pool`](crate::Pool) has the same methods
//!   for trees ([recipe](super::parallel#a-tree-by-several-sessions)).
//! * In the other direction, call [`upload_tree`](crate::Client::upload_tree), or
//!   [`plan_upload`](crate::Client::plan_upload) for a plan.
//!
//! # An exact copy every hour, with a guard
//!
//! [`Extra::Delete`](crate::sync::Extra::Delete) also deletes what the server no longer has. If the
//! directory on the server is empty by mistake, it deletes all that is here. So make a plan first,
//! and stop if it deletes too much. This replaces the function `mirror` of the last program:
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use std::error::Error;
//!
//! use ftp_blocking::sync::{Change, Compare, Extra};
//! use ftp_blocking::{Client, Options, RetryPolicy, SyncOptions, SyncReport};
//!
//! fn mirror() -> Result<SyncReport, Box<dyn Error>> {
//! #   use simulated::Client;
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect_retrying(options, &RetryPolicy::new())?;
//!     let exact = SyncOptions::new()
//!         .with_extra(Extra::Delete)
//!         .with_compare(Compare::SizeOrTime);
//!     let local = "/srv/mirror";
//! #   let local = "data";
//!     let plan = client.plan_download("pub", local, &exact)?;
//!     let deletes = plan.changes().filter(|action| action.change == Change::Delete);
//!     let deletes = deletes.count();
//!     if deletes > 100 {
//!         return Err(format!("nothing done: {deletes} files would be deleted").into());
//!     }
//!     let report = client.sync(plan);
//!     let _ = client.quit();
//!     Ok(report)
//! }
//! #
//! # fn main() {
//! #   let _here = simulated::start();
//! #   std::fs::create_dir("data").unwrap();
//! #   std::fs::write("data/gone", "").unwrap();
//! #   let run = || mirror();
//! #   let report = run().unwrap();
//! #   assert_eq!((report.created, report.deleted, report.failure_count), (3, 1, 0));
//! #   for number in 0..101 { std::fs::write(format!("data/{number}"), "").unwrap(); }
//! #   assert_eq!(run().unwrap_err().to_string(), "nothing done: 101 files would be deleted");
//! # }
//! ```
//!
//! [`Compare::SizeOrTime`](crate::sync::Compare::SizeOrTime) also notices a file that was replaced
//! by an older one of the same size, which the default does not. For an upload, it needs a server
//! that lets the client set times.
//!
//! # Show the progress
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_blocking::{Client, Error, Options, SyncOptions, SyncProgress};
//!
//! fn main() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options)?;
//!     let plan = client.plan_download("pub", "data", &SyncOptions::new())?;
//!     // 3 of 10: update  data/a.csv  (newer), 1.5 MiB of 3.0 MiB, 50 %
//!     let show = |progress: SyncProgress<'_>| eprint!("\r{progress}  ");
//!     let report = client.sync_with(plan, show);
//!     client.quit()?;
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
//!
//! # From lftp's `mirror`
//!
//! | lftp | here |
//! |---|---|
//! | `mirror pub data` | [`download_tree`](crate::Client::download_tree)`("pub", "data")` |
//! | `mirror -R site htdocs` | [`upload_tree`](crate::Client::upload_tree)`("site", "htdocs")` |
//! | `--delete` | [`Extra::Delete`](crate::sync::Extra::Delete) |
//! | `--only-newer` | [`Compare::Newer`](crate::sync::Compare::Newer) |
//! | `--ignore-time` | [`Compare::Size`](crate::sync::Compare::Size) |
//! | `--parallel=4` | a [`Pool`](crate::Pool) of 4 sessions |
//! | `-c` | the default; [`FileOptions::new`](crate::FileOptions::new) turns it off |
//! | `--dry-run` | [`plan_download`](crate::Client::plan_download), [`plan_upload`](crate::Client::plan_upload) |
//! | `-X '*.tmp'`, `-I '*.csv'` | [`Filter::exclude`](crate::sync::Filter::exclude), [`Filter::include`](crate::sync::Filter::include) |
//! | `-r` (no subdirectories) | [`Filter::exclude`](crate::sync::Filter::exclude)`("*/")` |
//! | `-L` | [`Links::Follow`](crate::tree::Links::Follow) |
//!
//! lftp makes local links where the server has links. Here links are skipped.
