//! From suppaftp: what you wrote there, and what you write here.
//!
//! This page compares with suppaftp 12.2.
//!
//! # A whole program
//!
//! With suppaftp:
//!
//! ```ignore
//! let connector = AsyncRustlsConnector::from(TlsConnector::from(Arc::new(config)));
//! let mut ftp = AsyncRustlsFtpStream::connect("ftp.example.org:21").await?
//!     .into_secure(connector, "ftp.example.org").await?;
//! ftp.login("ada", "secret").await?;
//! ftp.transfer_type(FileType::Binary).await?;
//! let mut stream = ftp.retr_as_stream("pub/image.iso").await?;
//! io::copy(&mut stream, &mut File::create("image.iso").await?).await?;
//! stream.finish().await?;
//! for line in ftp.list(Some("pub")).await? {
//!     let file = ListParser::parse_posix(&line)?;
//!     println!("{} {}", file.name(), file.size());
//! }
//! ftp.quit().await?;
//! ```
//!
//! Here:
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_smol::{Client, Error, Options, TlsConfig};
//!
//! fn main() -> Result<(), Error> {
//!     smol::block_on(run())
//! }
//!
//! async fn run() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start_with(|setup| setup.tls(simulated::certificate()));
//!     let tls = TlsConfig::with_roots_pem(std::fs::read("company-ca.pem")?)?;
//!     let mut client = Client::connect(Options::new("ftp.example.org").with_tls(tls)).await?;
//!     client.login("ada", "secret").await?;
//!     client.get_file("pub/image.iso", "image.iso").await?;
//!     for entry in client.entries("pub").await?.entries() {
//!         println!("{} {:?}", entry.display_name(), entry.size());
//!     }
//!     client.quit().await?;
//! #   assert_eq!(std::fs::read("image.iso").unwrap(), simulated::image());
//!     Ok(())
//! }
//! ```
//!
//! `TlsConfig::from` takes a `rustls::ClientConfig` that you have already.
//!
//! # Call by call
//!
//! | suppaftp | here |
//! |---|---|
//! | `FtpStream::connect("host:21")` | [`Client::connect`](crate::Client::connect)`(Options::new("host"))`; another port by [`with_port`](crate::Options::with_port) |
//! | `connect_timeout`, `get_ref().set_read_timeout` | [`Options::with_timeout`](crate::Options::with_timeout), [`Timeouts`](crate::Timeouts) |
//! | `connect_with_stream` | [`Client::connect_over`](crate::Client::connect_over) a network of yours |
//! | `into_secure` | [`Options::with_tls`](crate::Options::with_tls) |
//! | `connect_secure_implicit` | [`Options::with_implicit_tls`](crate::Options::with_implicit_tls) |
//! | `login` | [`login`](crate::Client::login) |
//! | `transfer_type(Binary)` | nothing: transfers are binary. For text, [`TransferOptions::text`](crate::TransferOptions::text) |
//! | `retr(name, function)`, `retr_as_stream` | [`download`](crate::Client::download), which implements `AsyncRead` |
//! | `retr_as_buffer` | [`fetch`](crate::Client::fetch) |
//! | `put_file(name, &mut reader)` | [`put_file`](crate::Client::put_file)`(local path, name)` for a file, [`store`](crate::Client::store) for bytes, `smol::io::copy` into [`upload`](crate::Client::upload) for a reader |
//! | `put_with_stream` … `finish` | [`upload`](crate::Client::upload) … [`finish`](crate::Upload::finish) |
//! | `append_file`, `append_with_stream` | [`append`](crate::Client::append) |
//! | `resume_transfer(offset)`, then the transfer | [`FileOptions::resuming`](crate::FileOptions::resuming), or [`TransferOptions::with_offset`](crate::TransferOptions::with_offset) for a stream |
//! | `abort(stream)` | [`Download::abort`](crate::Download::abort), or drop it |
//! | `list` with `ListParser` or `File` | [`read_dir`](crate::Client::read_dir), [`entries`](crate::Client::entries) |
//! | `nlst`, `mlsd`, `mlst` | [`names`](crate::Client::names), [`mlsd`](crate::Client::mlsd), [`mlst`](crate::Client::mlst) |
//! | `size`, `mdtm` | [`size`](crate::Client::size), [`modified`](crate::Client::modified), or both by [`metadata`](crate::Client::metadata) |
//! | `cwd`, `cdup`, `pwd` | [`cwd`](crate::Client::cwd), `cwd("..")`, [`pwd`](crate::Client::pwd) |
//! | `mkdir`, `rmdir`, `rm`, `rename` | [`mkd`](crate::Client::mkd), [`rmd`](crate::Client::rmd), [`delete`](crate::Client::delete), [`rename`](crate::Client::rename) |
//! | `site`, `feat`, `opts`, `noop` | [`site`](crate::Client::site), [`features`](crate::Client::features), [`opts`](crate::Client::opts), [`noop`](crate::Client::noop) |
//! | `custom_command(line, codes)` | [`raw`](crate::Client::raw), and look at the reply's code |
//! | `custom_data_command` | [`download_command`](crate::Client::download_command), [`upload_command`](crate::Client::upload_command) |
//! | `set_mode(ExtendedPassive)`, `set_mode(Passive)` | nothing: EPSV comes first, then PASV. [`PassiveCommand`](crate::PassiveCommand) forces one |
//! | `set_passive_nat_workaround(true)` | nothing: the address in the reply to PASV is not used |
//! | `active_mode(timeout)`, `set_active_peer_check` | [`with_active_mode`](crate::Options::with_active_mode), [`ActivePeer`](crate::ActivePeer) |
//! | `passive_stream_builder` | `Options::with_proxy`, or a [`Network`](crate::transport::Network) |
//! | `set_encoding` | [`Options::with_encoding`](crate::Options::with_encoding) |
//! | `clear_command_channel` | [`clear_control`](crate::Client::clear_control) |
//! | `get_welcome_msg` | `client.session().greeting()` |
//! | `FtpError::UnexpectedResponse(response)` | [`Error::reply`](crate::Error::reply), [`Error::code`](crate::Error::code), [`Error::cause`](crate::Error::cause) |
//! | the `smol` module, the sync client | this crate; `ftp-blocking` has the same names |
//! | the `tokio` module | this crate, under tokio: see [`tokio`](super::tokio) |
//!
//! # What differs
//!
//! * **Type.** suppaftp sends no TYPE before you call `transfer_type`, and the default of FTP is
//!   text. Here each transfer sets its type.
//! * **The end of a download.** There, the end of file says nothing about the transfer: `finish`
//!   does. Here a read returns the end of file only after the server has confirmed the transfer, so
//!   you cannot forget it.
//! * **Drop.** There, dropping a transfer ends it as `finish` does, may wait for the server, and
//!   logs errors. Here `Drop` does no I/O, and a dropped upload is *aborted*: without
//!   [`finish`](crate::Upload::finish) nothing is stored for certain.
//! * **Time.** There, reads wait for ever unless you set a limit on the socket. Here each wait has a
//!   limit.
//! * **Names.** There, names are `String`. Here names from the server are bytes, so a file whose
//!   name is not UTF-8 can be fetched too.
//! * **Replies.** There, each call accepts a list of codes. Here each reply must also belong to its
//!   command: a late or doubled reply is noticed, and the next command does not take it for its own.
//! * **TLS.** There, TLS begins when you call `into_secure`. Here the options demand it, and the
//!   client refuses to send a password in clear text. Data connections resume the session of the
//!   login, in a store of its own for each login.
//! * **Logs.** There, the log at the level TRACE holds the password. Here secrets are masked.
//! * **After a lost connection.** [`reconnect`](crate::Client::reconnect) logs in again and restores
//!   the directory and the settings.
