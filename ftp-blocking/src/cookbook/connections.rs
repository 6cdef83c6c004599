//! Connections: active mode, passwords, proxies, local addresses, servers with odd addresses.
//!
//! # Active mode
//!
//! In passive mode, the default, the client opens data connections. In active mode the server opens
//! them, to this machine. You need it only for servers that do not do passive mode.
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use ftp_blocking::{Client, Error, Options};
//!
//! fn main() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start();
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?
//!         .with_password("secret")?
//!         .with_active_mode();
//!     let mut client = Client::connect(options)?;
//!     client.get_file("pub/image.iso", "image.iso")?;
//!     client.quit()?;
//! #   assert!(simulated::server().commands().iter().any(|line| line.starts_with(b"EPRT")));
//!     Ok(())
//! }
//! ```
//!
//! If a firewall or a router is in between, say on which ports the client may listen, and which address the
//! server shall connect to:
//!
//! ```
//! use ftp_blocking::Options;
//!
//! let options = Options::new("ftp.example.org")
//!     .with_active_mode()
//!     .with_active_ports(50_000..=50_099) // which the router forwards to this machine
//!     .with_active_address([192, 0, 2, 7]); // of the router
//! # let _ = options;
//! ```
//!
//! Only the server may connect. Another machine that connects is turned away, and the wait goes on.
//!
//! # The password from `.netrc` or the environment
//!
//! ```no_run
//! use ftp_blocking::{Client, Error, Netrc, Options};
//!
//! fn main() -> Result<(), Error> {
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?;
//!     let options = match std::env::var("FTP_PASSWORD") {
//!         Ok(password) => options.with_password(password)?,
//!         Err(_) => options.with_netrc(&Netrc::read()?), // only if others cannot read the file
//!     };
//!     let client = Client::connect(options)?;
//!     client.quit()?;
//!     Ok(())
//! }
//! ```
//!
//! # A SOCKS or HTTP proxy
//!
//! ```no_run
//! use ftp_blocking::{Client, Error, Options, Proxy};
//!
//! fn main() -> Result<(), Error> {
//!     // Also socks4://, socks4a://, socks5:// (this machine resolves names) and http:// (CONNECT).
//!     let proxy = Proxy::from_url("socks5h://pat:word@proxy.example.org:1080")?;
//!     let options = Options::from_url("ftp://ada@ftp.example.org")?
//!         .with_password("secret")?
//!         .with_proxy(proxy);
//!     let mut client = Client::connect(options)?;
//!     client.get_file("pub/image.iso", "image.iso")?;
//!     client.quit()?;
//!     Ok(())
//! }
//! ```
//!
//! This needs the feature `proxy`. Control and data connections go through the proxy, and TLS goes
//! from this machine to the server. Active mode is not possible there.
//!
//! # A proxy that speaks FTP
//!
//! ```no_run
//! use ftp_blocking::{Client, Error, FtpProxy, FtpProxyKind, Options};
//!
//! fn main() -> Result<(), Error> {
//!     let proxy = FtpProxy::new("proxy.example.org", FtpProxyKind::UserAtHost);
//!     let options = Options::new("ftp.example.org").with_ftp_proxy(proxy);
//!     let mut client = Client::connect(options)?;
//!     client.login("ada", "secret")?; // USER ada@ftp.example.org
//!     client.quit()?;
//!     Ok(())
//! }
//! ```
//!
//! [`FtpProxyKind`](crate::FtpProxyKind) lists the ways in which such proxies want the login. The
//! proxy can read all, so this is not possible together with TLS.
//!
//! # From which address, with which buffers
//!
//! ```
//! use std::net::Ipv4Addr;
//! use std::time::Duration;
//!
//! use ftp_blocking::Options;
//!
//! let vpn = Ipv4Addr::new(192, 0, 2, 9);
//! let options = Options::new("ftp.example.org")
//!     .with_port(2121)
//!     .with_source_address((vpn, 0)) // IPv4 only, from this address, from any port
//!     .with_keep_alive(Duration::from_secs(60)) // TCP keep-alive, against firewalls that forget
//!     .with_receive_buffer(4 * 1024 * 1024); // for fast lines over long distances
//! # let _ = options;
//! ```
//!
//! # Servers with odd addresses
//!
//! The client sends EPSV first, and PASV if that does not work. It connects to the server's own
//! address, and ignores the address in the reply to PASV: so a private address there does no harm.
//! The exceptions are options:
//!
//! ```
//! use ftp_blocking::{Options, PassiveAddress, PassiveCommand};
//!
//! let options = Options::new("ftp.example.org").with_config(|config| {
//!     config
//!         .with_passive_command(PassiveCommand::Pasv) // a firewall that swallows EPSV
//!         .with_passive_address(PassiveAddress::TrustServer) // data comes from another machine
//! });
//! # let _ = options;
//! ```
//!
//! To connect to another address than the name has, as curl's `--resolve` does, or through a tunnel
//! of your own, write a [`Network`](crate::transport::Network). The example `resolve` in the
//! repository is one.
