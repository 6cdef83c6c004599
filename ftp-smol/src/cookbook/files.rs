//! Files: download, upload, progress, resume, streams.
//!
//! # Download a file and show the progress
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::{Client, Error, FileOptions, Options, Progress};
//!
//! fn main() -> Result<(), Error> {
//!     smol::block_on(run())
//! }
//!
//! async fn run() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options).await?; // also logs in
//!
//!     let show = |progress: Progress| eprint!("\r{progress}  "); // 1.5 MiB of 3.0 MiB, 50 %
//!     let report = client.get_file_with("pub/image.iso", "image.iso", &FileOptions::new(), show).await?;
//!     eprintln!("\n{} bytes, last changed {:?}", report.size, report.modified);
//!
//!     client.quit().await?;
//! #   assert_eq!(std::fs::read("image.iso").unwrap(), simulated::image());
//!     Ok(())
//! }
//! ```
//!
//! The file `image.iso` appears when all bytes are there, the server has confirmed them, and the
//! size is right. Until then the bytes are in a partial file beside it. An older `image.iso` is
//! replaced in one step, and an error leaves it as it was. Without progress, call
//! [`get_file`](crate::Client::get_file). If the local path is a directory, such as `.`, the file
//! gets the name that it has on the server, if that name is [safe](crate::LocalName).
//!
//! [`Progress`](crate::Progress) has the numbers for a progress bar of yours: `done`, `total` and
//! `fraction()`.
//!
//! # Upload a file
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
//! #   std::fs::write("report.csv", "day,count\n2,5\n").unwrap();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options).await?;
//!     client.put_file("report.csv", "in/report.csv").await?;
//!     client.quit().await?;
//! #   assert_eq!(simulated::server().file("/in/report.csv"), Some(&b"day,count\n2,5\n"[..]));
//!     Ok(())
//! }
//! ```
//!
//! The upload goes to `in/.report.csv.ftp-part`. The client renames it when it is complete and the
//! size is right. So a program that watches the directory `in` never sees half a file. If the
//! server does not let you rename, the file is stored under its name at once, and
//! [`FileReport::placed`](crate::FileReport::placed) says so. A remote path that ends with `/` is a
//! directory: the file keeps its name there.
//!
//! # Go on with an interrupted transfer
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::{Client, Error, FileOptions, Options};
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
//! #   use std::ops::ControlFlow::{Break, Continue};
//! #   let stop = |progress: ftp_smol::Progress| if progress.done > 0 { Break(()) } else { Continue(()) };
//! #   client.get_file_with("pub/image.iso", "image.iso", &FileOptions::resuming(), stop).await.unwrap_err();
//!
//!     let resuming = FileOptions::resuming();
//!     let report = client.get_file_with("pub/image.iso", "image.iso", &resuming, |_| ()).await?;
//!     println!("{} bytes came, {:?}", report.transferred, report.resumed);
//!
//!     client.quit().await?;
//! #   assert_eq!(std::fs::read("image.iso").unwrap(), simulated::image());
//! #   assert_ne!(report.resumed, ftp_smol::files::Resumed::No);
//!     Ok(())
//! }
//! ```
//!
//! Run it again after an interruption: it goes on where the last run ended. `put_file_with` and
//! [`resume`](crate::resume), which takes a URL, do the same. Before the client goes on, it compares
//! size and time of the file, and the last block on both sides. If they differ, it begins at the
//! start. [`Resumed`](crate::files::Resumed) says what happened, and whether the server's hash has
//! proven the file.
//!
//! # One file by its URL
//!
//! ```no_run
//! fn main() -> Result<(), ftp_smol::Error> {
//!     smol::block_on(run())
//! }
//!
//! async fn run() -> Result<(), ftp_smol::Error> {
//!     ftp_smol::get("ftp://ftp.example.org/pub/image.iso", "image.iso").await?;
//!     ftp_smol::put("report.csv", "ftpes://ada:secret@ftp.example.org/in/").await?;
//!     println!("{}", ftp_smol::list("ftp://ftp.example.org/pub").await?);
//!     Ok(())
//! }
//! ```
//!
//! Each call connects, logs in and quits. [`Url`](crate::Url) says how a URL is read.
//!
//! # A file in memory
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
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options).await?;
//!     let report = client.fetch("pub/report.csv").await?;
//!     let longer = [report, b"2,5\n".to_vec()].concat();
//!     client.store("in/report.csv", longer).await?;
//!     client.quit().await?;
//! #   assert_eq!(simulated::server().file("/in/report.csv").unwrap().len(), 19);
//!     Ok(())
//! }
//! ```
//!
//! `fetch` takes files of up to [`Options::fetch_limit`](crate::Options::fetch_limit) bytes.
//! `store` writes to the final name at once.
//!
//! # Read and write while the bytes move
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::{Client, Error, Options};
//! use smol::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
//! use smol::stream::StreamExt as _;
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
//!     let mut sum = 0;
//!     let mut lines = BufReader::new(client.download("pub/report.csv").await?).lines().skip(1);
//!     while let Some(line) = lines.next().await {
//!         let line = line?; // an error too if the server does not confirm the file
//!         sum += line.split(',').nth(1).and_then(|n| n.parse::<u32>().ok()).unwrap_or(0);
//!     }
//!
//!     let mut upload = client.upload("in/sum.txt").await?;
//!     upload.write_all(format!("{sum}\n").as_bytes()).await?;
//!     upload.finish().await?; // without this call the upload is aborted
//!     client.quit().await?;
//! #   assert_eq!(simulated::server().file("/in/sum.txt"), Some(&b"17\n"[..]));
//!     Ok(())
//! }
//! ```
//!
//! A [`Download`](crate::Download) implements `AsyncRead`, an [`Upload`](crate::Upload)
//! implements `AsyncWrite`. The end of file comes only after the server has confirmed the download. You may
//! drop either, and every future, at any point: the next operation cleans up. To start in the middle of a file, pass
//! [`TransferOptions::with_offset`](crate::TransferOptions::with_offset). To return a transfer from
//! a function, take [`into_download`](crate::Client::into_download), which owns its client.
//!
//! # Text with the right line ends
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::{Client, Error, FileOptions, Options, TransferOptions};
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
//!     let text = FileOptions::new().with_transfer(TransferOptions::text()); // TYPE A
//!     client.get_file_with("pub/report.csv", "report.csv", &text, |_| ()).await?;
//!     client.quit().await?;
//! #   assert_eq!(std::fs::read("report.csv").unwrap(), b"day,count\n1,17\n");
//!     Ok(())
//! }
//! ```
//!
//! All transfers are binary (TYPE I) unless you ask for text.
