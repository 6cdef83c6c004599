//! FTPS: explicit, implicit, a private CA, pinned keys, client certificates, session resumption.
//!
//! The client never falls back to clear text. With TLS in the options it sends no password, and
//! opens no data connection, without TLS.
//!
//! # Explicit TLS, with a certificate that your system trusts
//!
//! ```no_run
//! use ftp_blocking::{Client, Error, Options, TlsConfig};
//!
//! fn main() -> Result<(), Error> {
//!     let tls = TlsConfig::platform()?;
//!     let mut client = Client::connect(Options::new("ftp.example.org").with_tls(tls))?;
//!     client.login("ada", "secret")?; // AUTH TLS comes first, PBSZ and PROT P follow
//!     client.get_file("pub/image.iso", "image.iso")?;
//!     client.quit()?;
//!     Ok(())
//! }
//! ```
//!
//! This is the usual kind of FTPS: port 21, and the command AUTH TLS. In a URL it is `ftpes://`.
//!
//! # A private CA, or the server's own certificate
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_blocking::{Client, Error, Options, TlsConfig};
//!
//! fn main() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start_with(|setup| setup.tls(simulated::certificate()));
//!     let tls = TlsConfig::with_roots_pem(std::fs::read("company-ca.pem")?)?;
//!     let mut client = Client::connect(Options::new("ftp.example.org").with_tls(tls))?;
//!     client.login("ada", "secret")?;
//!     if let Some(info) = client.tls_info() {
//!         println!("{}, {}", info.version, info.cipher_suite);
//!     }
//!     client.get_file("pub/image.iso", "image.iso")?;
//!     client.quit()?;
//! #   assert!(simulated::server().transfers().iter().all(|transfer| transfer.resumed.is_some()));
//!     Ok(())
//! }
//! ```
//!
//! The file may hold the certificate of a CA, or the self-signed certificate of one server. The
//! name in the server's certificate must be the host that you give. If it is not, pin the key.
//!
//! # Implicit TLS
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_blocking::{Client, Error, Options, TlsConfig};
//!
//! fn main() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start_with(|setup| setup.implicit_tls(simulated::certificate()));
//!     let tls = TlsConfig::with_roots_pem(std::fs::read("company-ca.pem")?)?;
//!     let options = Options::new("ftp.example.org").with_implicit_tls(tls); // port 990
//!     let mut client = Client::connect(options)?;
//!     client.login("ada", "secret")?;
//!     client.store("in/hello.txt", "hello")?;
//!     client.quit()?;
//! #   assert!(simulated::server().file("/in/hello.txt").is_some());
//!     Ok(())
//! }
//! ```
//!
//! In a URL it is `ftps://`. The first byte is TLS, so a server that waits for AUTH TLS never
//! answers. If you get a time-out while the client waits for the greeting or the handshake, try the
//! other kind.
//!
//! # Pin the server's key
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_blocking::{Client, Error, Options, TlsConfig};
//!
//! fn main() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start_with(|setup| setup.tls(simulated::certificate()));
//!     // openssl x509 -in cert.pem -pubkey -noout | openssl pkey -pubin -outform der | sha256sum
//!     let key = "5a91fa5d2a4d1e2e8a9d6d1ee6f1f2b5d2e5f6a7b8c9d0e1f2a3b4c5d6e7f809".parse()?;
//!     let tls = TlsConfig::with_pinned_keys([key])?;
//!     let mut client = Client::connect(Options::new("printer.example.org").with_tls(tls))?;
//!     if let Err(error) = client.login("ada", "secret") {
//!         if let Some(key) = error.server_key() {
//!             eprintln!("the server has the key {key}"); // is this the one you mean?
//! #           return Ok(());
//!         }
//!         return Err(error);
//!     }
//! #   assert!(!client.session().is_logged_in(), "it has another key");
//!     Ok(())
//! }
//! ```
//!
//! Name, dates and issuer of the certificate do not matter then. That suits devices that make their
//! own certificates. Pin two keys to change the key later.
//!
//! # A client certificate
//!
//! ```no_run
//! use std::fs::read;
//!
//! use ftp_blocking::{Client, Error, Options, TlsConfig};
//!
//! fn main() -> Result<(), Error> {
//!     let tls = TlsConfig::with_roots_pem(read("company-ca.pem")?)?
//!         .with_client_certificate(read("ada.pem")?, read("ada.key")?)?;
//!     let mut client = Client::connect(Options::new("ftp.example.org").with_tls(tls))?;
//!     client.login("ada", "")?;
//!     client.quit()?;
//!     Ok(())
//! }
//! ```
//!
//! # Session resumption
//!
//! Many servers (vsftpd, ProFTPD, FileZilla Server) refuse a data connection that does not resume
//! the TLS session of the login. The client always tries to resume, so you need no option for them.
//! To demand it yourself, so that no stranger can take over a data connection:
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_blocking::{Client, Error, Options, Resumption, TlsConfig};
//!
//! fn main() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start_with(|setup| setup.tls(simulated::certificate()).require_reuse());
//!     let tls = TlsConfig::with_roots_pem(std::fs::read("company-ca.pem")?)?;
//!     let options = Options::new("ftp.example.org")
//!         .with_tls(tls)
//!         .with_resumption(Resumption::Required);
//!     let mut client = Client::connect(options)?;
//!     client.login("ada", "secret")?;
//!     client.get_file("pub/image.iso", "image.iso")?;
//!     println!("resumed: {:?}", client.data_tls_info().map(|info| info.resumed));
//!     client.quit()?;
//!     Ok(())
//! }
//! ```
//!
//! ProFTPD 1.3.8 with TLS 1.3 gives out too few tickets for several uploads in a row. Either call
//! [`reconnect`](crate::Client::reconnect) after the refusal, which then takes TLS 1.2 by itself,
//! or take TLS 1.2 from the start:
//!
//! ```
//! use ftp_blocking::tls::TlsVersion;
//! use ftp_blocking::{Error, TlsConfig};
//!
//! fn tls() -> Result<TlsConfig, Error> {
//!     TlsConfig::platform()?.with_only_version(TlsVersion::V1_2)
//! }
//! ```
//!
//! # Why does TLS fail?
//!
//! Print the error: its line names the cause and what you can do.
//! [`Error::tls_reason`](crate::Error::tls_reason) has the cause for your code.
//!
//! | you read | do this |
//! |---|---|
//! | the certificate is self-signed, or its issuer is unknown | get the CA's certificate from the operator: [`TlsConfig::with_roots_pem`](crate::TlsConfig) |
//! | the certificate is for another name | connect to the name in the certificate, or pin the key |
//! | the certificate is old or weak (X.509 version 1, RSA 1024) | pin the key |
//! | no answer, or clear text where TLS should begin | take explicit TLS instead of implicit, or the other way round |
//! | the server refuses data connections (425, 522) | see [session resumption](#session-resumption) |
//!
//! # More
//!
//! | you want | use |
//! |---|---|
//! | Mozilla's list of authorities, compiled in | `TlsConfig::webpki_roots` (feature `webpki-roots`) |
//! | your own rustls configuration | `TlsConfig::from(ClientConfig)`; [`tls::rustls`](crate::tls::rustls) is the version of rustls that this crate uses |
//! | the version, the cipher suite and the certificates of the control connection | [`Client::tls_info`](crate::Client::tls_info) |
//! | the same for a data connection | [`Download::tls_info`](crate::Download::tls_info), [`Upload::tls_info`](crate::Upload::tls_info); after the transfer [`Client::data_tls_info`](crate::Client::data_tls_info) |
//! | some data under TLS and some in clear text | [`Client::protect`](crate::Client::protect) |
//!
//! # Less security, on purpose
//!
//! | you want | use |
//! |---|---|
//! | data connections in clear text | [`Config::with_protection`](crate::Config::with_protection) |
//! | the control connection in clear text after the login (CCC) | [`Client::clear_control`](crate::Client::clear_control) |
//! | the password in clear text, TLS later | [`Options::with_login_in_clear`](crate::Options::with_login_in_clear) |
//! | a server that ends without close_notify | [`Config::with_missing_close_notify`](crate::Config::with_missing_close_notify) |
//! | any certificate | `TlsConfig::dangerous_accept_any_certificate` |
//! | the keys in a file for Wireshark | [`TlsConfig::with_key_log_file`](crate::TlsConfig::with_key_log_file) |
