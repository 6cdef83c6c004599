//! From Python's ftplib: what you wrote there, and what you write here.
//!
//! # A whole program
//!
//! With ftplib:
//!
//! ```python
//! with FTP_TLS("ftp.example.org", context=ssl.create_default_context(cafile="company-ca.pem")) as ftp:
//!     ftp.login("ada", "secret")
//!     ftp.prot_p()
//!     with open("image.iso", "wb") as file:
//!         ftp.retrbinary("RETR pub/image.iso", file.write)
//!     with open("report.csv", "rb") as file:
//!         ftp.storbinary("STOR in/report.csv", file)
//!     for name, facts in ftp.mlsd("pub"):
//!         print(name, facts.get("size"), facts.get("modify"))
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
//! #   std::fs::write("report.csv", "day,count\n2,5\n").unwrap();
//!     let tls = TlsConfig::with_roots_pem(std::fs::read("company-ca.pem")?)?;
//!     let mut client = Client::connect(Options::new("ftp.example.org").with_tls(tls)).await?;
//!     client.login("ada", "secret").await?;
//!     client.get_file("pub/image.iso", "image.iso").await?;
//!     client.put_file("report.csv", "in/report.csv").await?;
//!     let mut entries = client.read_dir("pub").await?;
//!     while let Some(entry) = entries.next_entry().await? {
//!         println!("{} {:?} {:?}", entry.display_name(), entry.size(), entry.modified());
//!     }
//!     client.quit().await?;
//! #   assert!(simulated::server().file("/in/report.csv").is_some());
//!     Ok(())
//! }
//! ```
//!
//! # Call by call
//!
//! | ftplib | here |
//! |---|---|
//! | `FTP(host, user, passwd)` | `Options::new(host)` with [`with_credentials`](crate::Options::with_credentials), then [`Client::connect`](crate::Client::connect) |
//! | `FTP(timeout=20)` | [`Options::with_timeout`](crate::Options::with_timeout) |
//! | `FTP(source_address=…)`, `FTP(encoding=…)` | [`with_source_address`](crate::Options::with_source_address), [`with_encoding`](crate::Options::with_encoding) |
//! | `FTP_TLS(context=…)`, `auth()`, `prot_p()` | [`Options::with_tls`](crate::Options::with_tls) does all three |
//! | `login()` without arguments | `login_with(`[`Credentials::anonymous()`](crate::Credentials::anonymous)`)` |
//! | `retrbinary("RETR a", file.write)` | [`get_file`](crate::Client::get_file), or [`download`](crate::Client::download) for a stream |
//! | `retrbinary(…, rest=n)` | [`TransferOptions::with_offset`](crate::TransferOptions::with_offset), or [`FileOptions::resuming`](crate::FileOptions::resuming) |
//! | `storbinary("STOR a", file)` | [`put_file`](crate::Client::put_file), [`store`](crate::Client::store), or [`upload`](crate::Client::upload) for a stream |
//! | `storbinary("APPE a", file)` | [`append`](crate::Client::append) |
//! | `os.walk` with `mkd` and `storbinary` | [`upload_tree`](crate::Client::upload_tree): see [trees](super::trees) |
//! | `mlsd` of each directory with `retrbinary` | [`download_tree`](crate::Client::download_tree) |
//! | the callback and `blocksize` | [`Progress`](crate::Progress); the size of your own buffer |
//! | `retrlines("RETR a")`, `storlines` | [`download_lines`](crate::Client::download_lines), [`store_lines`](crate::Client::store_lines) |
//! | `retrlines("LIST")`, `dir()` | [`list`](crate::Client::list), or [`entries`](crate::Client::entries) for typed entries |
//! | `nlst()`, `mlsd()` | [`names`](crate::Client::names), [`mlsd`](crate::Client::mlsd) with [`choose_facts`](crate::Client::choose_facts) |
//! | `size`, `rename`, `delete`, `cwd`, `pwd`, `mkd`, `rmd`, `acct`, `quit` | the same names; `acct` is [`account`](crate::Client::account) |
//! | `voidcmd("MDTM a")` | [`modified`](crate::Client::modified) |
//! | `sendcmd(line)`, `voidcmd(line)` | [`raw`](crate::Client::raw) |
//! | `transfercmd`, `ntransfercmd` | [`download_command`](crate::Client::download_command), [`upload_command`](crate::Client::upload_command) |
//! | `set_pasv(False)` | [`Options::with_active_mode`](crate::Options::with_active_mode) |
//! | `set_debuglevel(1)` | [`Options::with_debug_level`](crate::Options::with_debug_level)`(DebugLevel::Commands)` |
//! | `abort()` | [`Download::abort`](crate::Download::abort), or drop the transfer |
//! | `ccc()` | [`clear_control`](crate::Client::clear_control) |
//! | `error_perm`, `error_temp`, `error_reply`, `error_proto` | kinds of one [`Error`](crate::Error): [`Permanent`](crate::ErrorKind::Permanent), [`Transient`](crate::ErrorKind::Transient), [`UnexpectedReply`](crate::ErrorKind::UnexpectedReply), [`Protocol`](crate::ErrorKind::Protocol) |
//! | `except all_errors` | `Err(error)` |
//! | `ftpcp` | [`copy_to`](crate::Client::copy_to) |
//! | `netrc` | [`Netrc`](crate::Netrc) |
//!
//! The page `docs/FTPLIB.md` in the repository has every call, what differs, and the test that shows
//! it.
//!
//! # What differs
//!
//! * **Certificates.** `FTP_TLS()` without a context verifies nothing. Here certificates are
//!   verified unless you say otherwise, and TLS sends data under TLS without `prot_p`.
//! * **Session resumption.** ftplib's data connections do not resume the TLS session of the login,
//!   so vsftpd and others refuse them. Here they do.
//! * **Half files.** `retrbinary` writes into your file while the bytes come. `get_file` gives the
//!   file its name when it is complete and checked.
//! * **A callback has no bytes.** It gets the progress, and can stop the transfer. To see the bytes,
//!   read a [`Download`](crate::Download).
//! * **Passive mode.** ftplib sends PASV over IPv4. Here EPSV comes first, and PASV if EPSV fails.
//! * **`abort`.** ftplib reads one reply, although servers send two. Here all are read, and the next
//!   command gets its own.
//! * **`size`.** Here TYPE I is sent first, since servers refuse SIZE in text mode. A server without
//!   SIZE is `None`.
//! * **The password of an anonymous login.** ftplib adds `anonymous@` to `''` and `'-'`. Here it is
//!   sent as you give it.
//! * **Leaving a `with` block** sends QUIT. Dropping a client does not: call
//!   [`quit`](crate::Client::quit).
//! * **Errors.** Bad data from a server can raise `ValueError` or `UnicodeDecodeError` in ftplib.
//!   Here all is one [`Error`](crate::Error).
