//! File names that are not UTF-8, not ASCII, or not safe.
//!
//! On a server, a name is bytes. Give a name as text, and the client encodes it; give bytes, and it
//! sends them as they are. Names from the server are bytes.
//!
//! # A server with names in another encoding
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::{Client, Encoding, Options};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     smol::block_on(run())
//! }
//!
//! async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! #   use simulated::Client;
//! #   let _here = simulated::start_with(|setup| setup.file(b"/\xb1\xa8\xb8\xe6/a.txt", "a"));
//!     let gbk = Encoding::for_label("gbk").ok_or("an unknown label")?; // feature `encoding_rs`
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?
//!         .with_password("secret")?
//!         .with_encoding(gbk);
//!     let mut client = Client::connect(options).await?;
//!     client.cwd("报告").await?; // sent in GBK
//!     for name in client.names(None).await? {
//!         println!("{}", client.encoding().decode(&name));
//!     }
//! #   assert_eq!(client.names(None).await?, [b"a.txt"]);
//!     client.quit().await?;
//!     Ok(())
//! }
//! ```
//!
//! [`Encoding::Latin1`](crate::Encoding::Latin1) needs no feature. For an encoding that
//! `encoding_rs` does not have, implement [`Codec`](crate::Codec). A text that the encoding cannot
//! express is an error, before anything is sent.
//!
//! # Do not know the encoding? Keep the bytes
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
//! #   let _here = simulated::start_with(|setup| setup.file(b"/old/caf\xe9.txt", "espresso"));
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?.with_password("secret")?;
//!     let mut client = Client::connect(options).await?;
//!     client.cwd("old").await?;
//!     for entry in client.entries(None).await?.entries() {
//!         println!("{}", entry.display_name()); // caf\xe9.txt
//!         let size = client.size(entry.name()).await?; // the same bytes go back
//! #       assert_eq!(size, Some(8));
//! #       assert_eq!(entry.display_name().to_string(), r"caf\xe9.txt");
//!     }
//!     client.quit().await?;
//!     Ok(())
//! }
//! ```
//!
//! # Names that must not reach your disk
//!
//! A server can send the name `../../.bashrc`. [`LocalName`](crate::LocalName) refuses it, and all
//! that some system takes for a device, a drive or another file. `get_file` with a directory as the
//! target uses it by itself. With your own code:
//!
//! ```
//! use std::path::PathBuf;
//!
//! use ftp_smol::{Encoding, Entry, LocalName, UnsafeName};
//!
//! fn target(entry: &Entry) -> Result<PathBuf, UnsafeName> {
//!     Ok(LocalName::new(entry.name(), &Encoding::Utf8)?.join_to("downloads"))
//! }
//!
//! let bad = Entry::from_facts("type=file; ../../.bashrc").unwrap();
//! assert!(target(&bad).is_err());
//! ```
//!
//! # Names with blanks, brackets and quotation marks
//!
//! You need not quote anything. CR, LF and NUL in a name are an error, because they would end the
//! command. For listings of directories with such names, the client goes into the directory first
//! if the server would misread the name.
//!
//! # `OPTS UTF8 ON`
//!
//! The client sends it by itself, before the first name that is not ASCII, if the server lists
//! UTF8. [`Config::with_utf8_names`](crate::Config::with_utf8_names) changes that.
