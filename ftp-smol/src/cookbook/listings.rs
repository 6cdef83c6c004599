//! Directories: list, find, ask whether something is there.
//!
//! # List a directory with kinds, sizes and dates
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::listing::Kind;
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
//! #   let mut lines = Vec::new();
//!
//!     let mut entries = client.read_dir("pub").await?;
//!     while let Some(entry) = entries.next_entry().await? {
//!         let kind = match entry.kind() {
//!             Kind::File => "file",
//!             Kind::Directory => "directory",
//!             Kind::Link => "link",
//!             _ => "something else",
//!         };
//!         let size = entry.size().map_or("-".into(), |size| size.to_string());
//!         let date = entry.modified().map_or("-".into(), |modified| modified.time().to_string());
//!         println!("{kind:<9} {size:>9} {date:<19} {}", entry.display_name());
//! #       lines.push(format!("{kind:<9} {size:>9} {date:<19} {}", entry.display_name()));
//!     }
//!
//!     client.quit().await?;
//! #   assert!(lines.contains(&"file         300000 2024-01-01T00:00:00 image.iso".into()), "{lines:?}");
//!     Ok(())
//! }
//! ```
//!
//! The client sends MLSD if the server has it, and LIST otherwise. It reads the listings of Unix,
//! Windows, mainframes and others. The loop ends without an error only if the server has confirmed
//! that the listing is complete. [`entries`](crate::Client::entries) returns all entries at once,
//! and its result prints as a table: `println!("{}", client.entries("pub")?)`.
//!
//! * A name is [bytes](crate::Entry::name). [`display_name`](crate::Entry::display_name) is for
//!   people. Send the bytes back, not the shown text: `client.delete(entry.path()?)`.
//! * A date has a [precision](crate::listing::Modified::precision) and a
//!   [zone](crate::listing::Modified::zone). LIST often says only the minute or the day, in the
//!   local time of the server. MLSD says the second, in UTC.
//! * A line that the client cannot read is not lost: see
//!   [`ReadDir::unparsed`](crate::ReadDir::unparsed).
//!
//! # Take the newest file
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::{Client, Entry, Error, Options};
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
//!     client.cwd("pub").await?;
//!     let listing = client.entries(ftp_smol::HERE).await?;
//!     let files = listing.entries().iter().filter(|entry| entry.is_file());
//!     let newest = files.max_by_key(|entry| entry.modified().map(|modified| modified.time()));
//!     if let Some(path) = newest.map(Entry::path).transpose()? {
//!         client.get_file(path, ".").await?;
//!     }
//!     client.quit().await?;
//! #   assert_eq!(std::fs::read_dir(".").unwrap().count(), 1);
//!     Ok(())
//! }
//! ```
//!
//! # Find files by a pattern, at any depth
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::{Client, Options};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     smol::block_on(run())
//! }
//!
//! async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! #   use simulated::Client;
//! #   let _here = simulated::start();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options).await?;
//! #   let mut found = 0;
//!     let mut entries = client.glob("pub/**/*.txt")?;
//!     while let Some(entry) = entries.next().await {
//!         match entry {
//!             Ok(entry) => println!("{}, {:?} bytes", entry.path, entry.entry.size()),
//!             Err(error) => eprintln!("{error}"), // a directory that cannot be read: the rest goes on
//!         }
//! #       found += 1;
//!     }
//!     let size = client.tree_size("pub").await?;
//!     println!("{} files, {} bytes", size.files, size.bytes);
//!     client.quit().await?;
//! #   assert_eq!((found, size.files), (1, 3));
//!     Ok(())
//! }
//! ```
//!
//! [`walk`](crate::Client::walk) visits all that is below a directory.
//! [`delete_tree`](crate::Client::delete_tree) deletes it. Both know loops and links.
//!
//! # Is it there?
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::{Client, Error, Existence, Options};
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
//!     match client.exists("pub/image.iso").await? {
//!         Existence::Exists => {
//!             let metadata = client.metadata("pub/image.iso").await?;
//!             println!("{:?}, {:?} bytes", metadata.kind, metadata.size);
//! #           assert_eq!(metadata.size, Some(300_000));
//!         }
//!         Existence::Absent => println!("there is nothing of this name"),
//!         Existence::Forbidden | Existence::Unknown => println!("the server does not tell"),
//!     }
//!     client.quit().await?;
//!     Ok(())
//! }
//! ```
//!
//! A 550 alone does not say whether a file is missing or forbidden. `exists` asks with further
//! commands, and never reads the text of a reply.
//!
//! # What the server has sent, line by line
//!
//! [`list`](crate::Client::list) (LIST), [`names`](crate::Client::names) (NLST) and
//! [`mlsd`](crate::Client::mlsd) (MLSD) each send the one command, and return lines of bytes or
//! their facts. With options of the server's `ls`, write the command yourself:
//! `client.download_command("NLST -a", &TransferOptions::text())`.
