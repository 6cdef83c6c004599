//! From curl: which option of the program, or of libcurl, is what here.
//!
//! # Commands
//!
//! | curl | here |
//! |---|---|
//! | `curl -O ftp://host/pub/image.iso` | [`get`](crate::get)`("ftp://host/pub/image.iso", ".")` |
//! | `curl -C - -O ftp://host/pub/image.iso` | [`resume`](crate::resume)`("ftp://host/pub/image.iso", ".")` |
//! | `curl -T report.csv ftp://ada:secret@host/in/` | [`put`](crate::put)`("report.csv", "ftp://ada:secret@host/in/")` |
//! | `curl ftp://host/pub/` | [`list`](crate::list)`("ftp://host/pub")`, with typed entries |
//! | `curl -l ftp://host/pub/` | [`names`](crate::Client::names) |
//! | `curl ftp://host/a ftp://host/b` over one connection | one [`Client`](crate::Client) |
//!
//! # A whole program
//!
//! ```text
//! curl --ssl-reqd --cacert company-ca.pem -u ada:secret -C - --max-time 600 \
//!     --limit-rate 500k -O ftp://ftp.example.org/pub/image.iso
//! ```
//!
//! ```
//! # mod simulated { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cookbook/simulated.rs")); }
//! use std::time::Duration;
//!
//! use ftp_smol::{
//!     Client, Credentials, Error, FileOptions, Options, Progress, TlsConfig, TransferLimits,
//! };
//!
//! fn main() -> Result<(), Error> {
//!     smol::block_on(run())
//! }
//!
//! async fn run() -> Result<(), Error> {
//! #   use simulated::Client;
//! #   let _here = simulated::start_with(|setup| setup.tls(simulated::certificate()));
//!     let options = Options::new("ftp.example.org")
//!         .with_tls(TlsConfig::with_roots_pem(std::fs::read("company-ca.pem")?)?)
//!         .with_credentials(Credentials::new("ada", "secret")?)
//!         .with_total_time(Duration::from_secs(600))
//!         .with_transfer_limits(TransferLimits::new().with_rate(512_000));
//!     let mut client = Client::connect(options).await?;
//!     let show = |progress: Progress| eprint!("\r{progress}  ");
//!     client.get_file_with("pub/image.iso", ".", &FileOptions::resuming(), show).await?;
//!     client.quit().await?;
//! #   assert_eq!(std::fs::read("image.iso").unwrap(), simulated::image());
//!     Ok(())
//! }
//! ```
//!
//! # Options
//!
//! | curl | libcurl | here |
//! |---|---|---|
//! | `-u ada:secret` | `USERPWD` | [`with_credentials`](crate::Options::with_credentials), or the URL |
//! | `-n`, `--netrc` | `NETRC` | [`Netrc`](crate::Netrc), [`Options::with_netrc`](crate::Options::with_netrc) |
//! | `--ssl-reqd` | `USE_SSL` = `ALL` | `ftpes://` in a URL, [`with_tls`](crate::Options::with_tls) |
//! | `--ssl` (TLS if possible) | `USE_SSL` = `TRY` | none: it would send the password in clear text if an attacker wants it |
//! | `ftps://` | | `ftps://`, [`with_implicit_tls`](crate::Options::with_implicit_tls) |
//! | `--cacert` | `CAINFO` | `TlsConfig::with_roots_pem` |
//! | `-E`, `--key` | `SSLCERT`, `SSLKEY` | [`TlsConfig::with_client_certificate`](crate::TlsConfig::with_client_certificate) |
//! | `--pinnedpubkey` | `PINNEDPUBLICKEY` | `TlsConfig::with_pinned_keys` |
//! | `-k` | `SSL_VERIFYPEER` = 0 | `TlsConfig::dangerous_accept_any_certificate` |
//! | `--tls-max 1.2` | `SSLVERSION` | [`TlsConfig::with_only_version`](crate::TlsConfig::with_only_version) |
//! | `--ftp-ssl-ccc` | `FTP_SSL_CCC` | [`clear_control`](crate::Client::clear_control) |
//! | `-C -` | `RESUME_FROM` | [`FileOptions::resuming`](crate::FileOptions::resuming) |
//! | `-r 1000-` | `RANGE` | [`TransferOptions::with_offset`](crate::TransferOptions::with_offset); for an end, read less and [`abort`](crate::Download::abort) |
//! | `-a` | `APPEND` | [`append`](crate::Client::append) |
//! | `-B`, `;type=a` | `TRANSFERTEXT` | [`TransferOptions::text`](crate::TransferOptions::text), or `;type=a` in the URL |
//! | `-R` | `FILETIME` | the default; [`KeepTime`](crate::files::KeepTime) turns it off |
//! | `-P -`, `--ftp-port` | `FTPPORT` | [`with_active_mode`](crate::Options::with_active_mode), [`with_active_ports`](crate::Options::with_active_ports), [`with_active_address`](crate::Options::with_active_address) |
//! | `--disable-epsv` | `FTP_USE_EPSV` = 0 | [`PassiveCommand::Pasv`](crate::PassiveCommand::Pasv) |
//! | `--ftp-skip-pasv-ip` | `FTP_SKIP_PASV_IP` | the default; [`PassiveAddress`](crate::PassiveAddress) changes it |
//! | `--ftp-account` | `FTP_ACCOUNT` | [`Credentials::with_account`](crate::Credentials::with_account) |
//! | `--ftp-method` | `FTP_FILEMETHOD` | none: each path is sent as you give it |
//! | `--ftp-pret` | `FTP_USE_PRET` | nothing: PRET is sent if the server lists it |
//! | `-Q "DELE a"` | `QUOTE` | a method of [`Client`](crate::Client), or [`raw`](crate::Client::raw) |
//! | `-X MLSD` | `CUSTOMREQUEST` | [`mlsd`](crate::Client::mlsd), [`download_command`](crate::Client::download_command) |
//! | `--connect-timeout` | `CONNECTTIMEOUT` | [`Timeouts::connect`](crate::Timeouts::connect) |
//! | `-m`, `--max-time` | `TIMEOUT` | [`with_total_time`](crate::Options::with_total_time) |
//! | `-Y`, `-y` | `LOW_SPEED_LIMIT`, `LOW_SPEED_TIME` | [`with_low_speed`](crate::TransferLimits::with_low_speed) |
//! | `--limit-rate` | `MAX_RECV_SPEED` | [`with_rate`](crate::TransferLimits::with_rate) |
//! | `--keepalive-time` | `TCP_KEEPIDLE` | [`with_keep_alive`](crate::Options::with_keep_alive) |
//! | `--interface` | `INTERFACE` | [`with_source_address`](crate::Options::with_source_address), an address only |
//! | `-x socks5h://…`, `--proxytunnel` | `PROXY` | `Options::with_proxy` (feature `proxy`) |
//! | `--resolve` | `RESOLVE` | a [`Network`](crate::transport::Network): see the example `resolve` |
//! | `--retry 5`, `--retry-delay` | | [`Client::retrying`](crate::Client::retrying), [`RetryPolicy`](crate::RetryPolicy) |
//! | `--ftp-create-dirs` | `FTP_CREATE_MISSING_DIRS` | [`make_directories`](crate::Client::make_directories) |
//! | `-Z`, `--parallel-max 4` | the multi interface | [`Pool`](crate::Pool) |
//! | `-v` | `VERBOSE` | [`with_observer`](crate::Options::with_observer), feature `tracing` |
//! | `-#` | `XFERINFOFUNCTION` | a progress function, for example of [`get_file_with`](crate::Client::get_file_with) |
//!
//! # What differs
//!
//! * **A path in a URL** is sent as one path, relative to the directory of the login. curl changes
//!   into each directory in turn. `ftp://host/%2Fetc/motd` is `/etc/motd` with both.
//! * **`ftps://`** is implicit TLS with both. `ftpes://`, which is explicit TLS, is not known to
//!   curl. `ftp://` never uses TLS here.
//! * **A download** gets its name when it is complete, with an older file replaced in one step. curl
//!   writes into the file.
//! * **`-C -`** trusts the length of the local file. `FileOptions::resuming` also compares size,
//!   time, and the last block.
//! * **An upload** goes to a temporary name and is renamed. For curl's way, set
//!   [`UploadTo::FinalName`](crate::files::UploadTo::FinalName).
//! * **Session resumption** is tried for each data connection, with every TLS version.
//! * **Certificates** of control and data connections are verified against the host of the URL.
