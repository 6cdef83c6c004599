//! Runs one of the clients that the benchmark measures, in a process of its own: an adapter of this
//! project, the library suppaftp, or a transfer without FTP.
//!
//! ```text
//! xtask bench-client NAME get URL FILE          downloads one file
//! xtask bench-client NAME put FILE URL          uploads one file
//! xtask bench-client NAME getmany URL FILE DIR  downloads the paths in a file, in one session
//! xtask bench-client NAME list URL              prints how many lines the command LIST returns
//! xtask bench-client NAME entries URL VERB      prints how many entries a directory has, by MLSD or
//!                                               LIST, the largest resident memory in
//!                                               KiB, and how much of it belongs to files
//! xtask bench-client NAME plan URL DIR          prints what a download of a tree would do
//! xtask bench-client NAME idle URL COUNT        opens COUNT sessions, and prints what each costs
//! ```
//!
//! A URL is `ftp://user:password@host:port/path`, or `ftpes://` for explicit TLS, whose roots are
//! in the PEM file that `BENCH_ROOTS` names. `BENCH_PIPELINING` names how an adapter pipelines, and
//! `BENCH_RELAYED` is set if a relay is between the client and the server.

use std::env;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use ftp_blocking::{Options, Pipelining, TlsConfig};
use ftp_proto::tls::{TlsInfo, rustls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use suppaftp::list::{ListParser, ParseResult};

use crate::console::say;
use crate::servers::Result;

use super::site::SUITE;
use super::{bare, measure, trees};

/// The exit status if the client cannot do what the arguments ask for.
pub(crate) const CANNOT: u8 = 64;

/// The variable that names how an adapter pipelines: `default`, `always` or `never`.
pub(super) const PIPELINING: &str = "BENCH_PIPELINING";

/// The variable that is set if a relay is between the client and the server.
pub(super) const RELAYED: &str = "BENCH_RELAYED";

/// The size in bytes of the buffer of the clients whose names end in `-256k`.
const LARGE: usize = 256 * 1024;

/// Runs a client.
pub(crate) fn run(arguments: &[&str]) -> Result<ExitCode> {
    let [name, call @ ..] = arguments else {
        return Ok(ExitCode::from(CANNOT));
    };
    match (*name, call) {
        ("bare", ["get", url, into]) => bare::receive(Url::parse(url)?.address()?, into.as_ref())?,
        ("bare", ["put", from, url]) => bare::send(from.as_ref(), Url::parse(url)?.address()?)?,
        ("bare-served", ["get", url, into]) => {
            bare::receive_served(&Url::parse(url)?, into.as_ref())?;
        }
        ("bare-served", ["put", from, url]) => {
            bare::send_served(from.as_ref(), &Url::parse(url)?)?;
        }
        ("blocking" | "smol", ["plan", url, into]) => {
            trees::plan(name, &Url::parse(url)?, into.as_ref())?;
        }
        ("blocking-kernel", call) => return Blocking(Way::Kernel).call(call),
        ("blocking-copy", call) => return Blocking(Way::Copy).call(call),
        ("blocking-256k", call) => return Blocking(Way::Large).call(call),
        ("smol-kernel", call) => return Smol(Way::Kernel).call(call),
        ("smol-copy", call) => return Smol(Way::Copy).call(call),
        ("smol-256k", call) => return Smol(Way::Large).call(call),
        ("suppaftp", call) => return Suppaftp(Way::Copy).call(call),
        ("suppaftp-256k", call) => return Suppaftp(Way::Large).call(call),
        _ => return Ok(ExitCode::from(CANNOT)),
    }
    Ok(ExitCode::SUCCESS)
}

/// How bytes move between the library and a local file.
#[derive(Clone, Copy)]
enum Way {
    /// The library's own method for files, which uses the kernel's fast paths, moves the bytes.
    Kernel,
    /// The copying function of the standard library or of smol moves the bytes.
    Copy,
    /// The bytes are read and written through a buffer of [`LARGE`] bytes.
    Large,
}

/// The parts of a URL: a server, a user and a path.
pub(super) struct Url {
    is_secure: bool,
    pub(super) user: String,
    pub(super) password: String,
    host: String,
    port: u16,
    pub(super) path: String,
}

impl Url {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let wrong = || format!("not a URL of this job: {text}");
        let (scheme, rest) = text.split_once("://").ok_or_else(wrong)?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, server) = authority.rsplit_once('@').unwrap_or((":", authority));
        let (user, password) = login.split_once(':').ok_or_else(wrong)?;
        let (host, port) = server.rsplit_once(':').ok_or_else(wrong)?;
        Ok(Self {
            is_secure: scheme == "ftpes",
            user: user.to_owned(),
            password: password.to_owned(),
            host: host.to_owned(),
            port: port.parse()?,
            path: format!("/{path}"),
        })
    }

    pub(super) fn address(&self) -> Result<SocketAddr> {
        let mut addresses = (self.host.as_str(), self.port).to_socket_addrs()?;
        Ok(addresses.next().ok_or("no address")?)
    }

    pub(super) fn options(&self) -> Result<Options> {
        let pipelining = pipelining()?;
        let options = Options::new(&self.host)
            .with_port(self.port)
            .with_config(|config| config.with_pipelining(pipelining));
        if !self.is_secure {
            return Ok(options);
        }
        Ok(options.with_tls(TlsConfig::with_roots_pem(roots()?)?))
    }
}

/// Returns what the variable `BENCH_PIPELINING` asks for.
fn pipelining() -> Result<Pipelining> {
    let name = env::var(PIPELINING).unwrap_or_default();
    match name.as_str() {
        "" | "default" => Ok(Pipelining::default()),
        "always" => Ok(Pipelining::always()),
        "never" => Ok(Pipelining::never()),
        name => Err(format!("{name:?} is no way of pipelining").into()),
    }
}

fn roots() -> Result<Vec<u8>> {
    let path = env::var_os("BENCH_ROOTS").ok_or("BENCH_ROOTS names no file")?;
    Ok(fs::read(path)?)
}

/// Returns a configuration of rustls that trusts the certificates in `pem`, for suppaftp.
fn trusting(pem: &[u8]) -> Result<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate?)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Checks that TLS uses the cipher suite [`SUITE`], so that all clients do the same work.
fn check_suite(url: &Url, tls: Option<TlsInfo>) -> Result<()> {
    let spoken = tls.map(|tls| tls.cipher_suite);
    if url.is_secure && spoken != Some(SUITE) {
        return Err(format!("{spoken:?} is spoken instead of {SUITE}").into());
    }
    Ok(())
}

/// What the comparison needs from an FTP library. The functions are async, because the functions of
/// ftp-smol are.
trait Library: Sized {
    type Session;

    async fn open(&self, url: &Url) -> Result<Self::Session>;
    async fn get(&self, session: &mut Self::Session, path: &str, into: &Path) -> Result<()>;
    async fn put(&self, session: &mut Self::Session, from: &Path, path: &str) -> Result<()>;
    async fn list(&self, session: &mut Self::Session, path: &str) -> Result<usize>;
    /// Counts the entries of a directory. A library that chooses the command itself ignores `verb`.
    async fn entries(&self, session: &mut Self::Session, path: &str, verb: &str) -> Result<usize>;
    async fn quit(&self, session: Self::Session) -> Result<()>;

    fn call(&self, call: &[&str]) -> Result<ExitCode> {
        smol::block_on(async {
            let (["put", _, url] | [_, url, ..]) = call else {
                return Ok(ExitCode::from(CANNOT));
            };
            let url = Url::parse(url)?;
            if let ["idle", _, count] = call {
                self.idle(&url, count.parse()?).await?;
                return Ok(ExitCode::SUCCESS);
            }
            let mut session = self.open(&url).await?;
            match call {
                ["get", _, into] => self.get(&mut session, &url.path, into.as_ref()).await?,
                ["put", from, _] => self.put(&mut session, from.as_ref(), &url.path).await?,
                ["getmany", _, list, directory] => {
                    for path in fs::read_to_string(list)?.lines() {
                        let name = path.rsplit('/').next().unwrap_or(path);
                        let into = Path::new(directory).join(name);
                        self.get(&mut session, path, &into).await?;
                    }
                }
                ["entries", _, verb] => {
                    let count = self.entries(&mut session, &url.path, verb).await?;
                    let (peak, of_files) = measure::own_peak();
                    say(&format!("{count} {peak} {of_files}"));
                }
                ["list", _] => say(&self.list(&mut session, &url.path).await?),
                _ => return Ok(ExitCode::from(CANNOT)),
            }
            self.quit(session).await?;
            Ok(ExitCode::SUCCESS)
        })
    }

    async fn idle(&self, url: &Url, count: usize) -> Result<()> {
        let mut sessions = Vec::with_capacity(count);
        let (resident, cpu, begin) = (measure::resident(), measure::own()?, Instant::now());
        for _ in 0..count {
            sessions.push(self.open(url).await?);
        }
        let wall = begin.elapsed().as_secs_f64();
        let each = |total: f64| total / count as f64;
        say(&format!(
            "{{\"sessions\":{count},\"kib_per_session\":{:.2},\"cpu_ms_per_open\":{:.3},\
             \"wall_ms_per_open\":{:.3}}}",
            each(measure::resident().saturating_sub(resident) as f64),
            each((measure::own()? - cpu) * 1e3),
            each(wall * 1e3),
        ));
        drop(sessions);
        Ok(())
    }
}

/// Implements [`Library`] for an adapter. `$wait` follows each call of the adapter: `.await`, or
/// nothing. `$down` and `$up` are the code that copies a file for [`Way::Copy`], as programs with
/// this adapter would.
macro_rules! adapter {
    (
        $name:ident, $client:ty, $read:path, $write:path, { $($wait:tt)* },
        |$download:ident, $into:ident| $down:block, |$upload:ident, $from:ident| $up:block
    ) => {
        struct $name(Way);

        impl Library for $name {
            type Session = $client;

            async fn open(&self, url: &Url) -> Result<Self::Session> {
                let mut client = <$client>::connect(url.options()?)$($wait)*?;
                client.login(&url.user, &url.password)$($wait)*?;
                check_suite(url, client.tls_info())?;
                Ok(client)
            }

            async fn get(&self, client: &mut Self::Session, path: &str, $into: &Path) -> Result<()> {
                use $read as _;
                let mut $download = client.download(path)$($wait)*?;
                match self.0 {
                    Way::Kernel => {
                        $download.save_to(&File::create($into)?, |_| {})$($wait)*?;
                        return Ok(());
                    }
                    Way::Copy => $down,
                    Way::Large => {
                        let mut file = File::create($into)?;
                        let mut buffer = vec![0; LARGE];
                        loop {
                            match $download.read(&mut buffer)$($wait)*? {
                                0 => break,
                                count => file.write_all(&buffer[..count])?,
                            }
                        }
                    }
                }
                $download.finish()$($wait)*?;
                Ok(())
            }

            async fn put(&self, client: &mut Self::Session, $from: &Path, path: &str) -> Result<()> {
                use $write as _;
                let mut $upload = client.upload(path)$($wait)*?;
                match self.0 {
                    Way::Kernel => {
                        $upload.send_from(&File::open($from)?, |_| {})$($wait)*?;
                        return Ok(());
                    }
                    Way::Copy => $up,
                    Way::Large => {
                        let mut file = File::open($from)?;
                        let mut buffer = vec![0; LARGE];
                        loop {
                            match file.read(&mut buffer)? {
                                0 => break,
                                count => $upload.write_all(&buffer[..count])$($wait)*?,
                            }
                        }
                    }
                }
                $upload.finish()$($wait)*?;
                Ok(())
            }

            async fn list(&self, client: &mut Self::Session, path: &str) -> Result<usize> {
                Ok(client.list(path)$($wait)*?.len())
            }

            async fn entries(
                &self,
                client: &mut Self::Session,
                path: &str,
                _verb: &str,
            ) -> Result<usize> {
                let mut entries = client.read_dir(path)$($wait)*?;
                let mut count = 0;
                while let Some(entry) = entries.next_entry()$($wait)*? {
                    black_box((entry.name(), entry.size(), entry.modified()));
                    count += 1;
                }
                entries.finish()$($wait)*?;
                Ok(count)
            }

            async fn quit(&self, client: Self::Session) -> Result<()> {
                client.quit()$($wait)*?;
                Ok(())
            }
        }
    };
}

adapter!(
    Blocking,
    ftp_blocking::Client,
    std::io::Read,
    std::io::Write,
    {},
    |download, into| {
        let _ = io::copy(&mut download, &mut File::create(into)?)?;
    },
    |upload, from| {
        let _ = io::copy(&mut File::open(from)?, &mut upload)?;
    }
);
adapter!(
    Smol,
    ftp_smol::Client,
    smol::io::AsyncReadExt,
    smol::io::AsyncWriteExt,
    { .await },
    |download, into| {
        let mut file = smol::fs::File::create(into).await?;
        smol::io::copy(&mut download, &mut file).await?;
        smol::io::AsyncWriteExt::flush(&mut file).await?;
    },
    |upload, from| {
        let mut file = smol::fs::File::open(from).await?;
        smol::io::copy(&mut file, &mut upload).await?;
    }
);

/// The library suppaftp, used with `io::copy` as its documentation shows, or with a large buffer.
struct Suppaftp(Way);

impl Library for Suppaftp {
    type Session = suppaftp::RustlsFtpStream;

    async fn open(&self, url: &Url) -> Result<Self::Session> {
        let mut stream = suppaftp::RustlsFtpStream::connect(url.address()?)?;
        // Connects to the relay, and not to the server's address in its reply to PASV.
        stream.set_passive_nat_workaround(env::var_os(RELAYED).is_some());
        if url.is_secure {
            let connector = suppaftp::RustlsConnector::from(Arc::new(trusting(&roots()?)?));
            stream = stream.into_secure(connector, &url.host)?;
        }
        stream.login(url.user.as_str(), url.password.as_str())?;
        stream.transfer_type(suppaftp::types::FileType::Binary)?;
        Ok(stream)
    }

    async fn get(&self, stream: &mut Self::Session, path: &str, into: &Path) -> Result<()> {
        let mut file = File::create(into)?;
        let mut download = stream.retr_as_stream(path)?;
        match self.0 {
            Way::Large => copy_by(LARGE, &mut download, &mut file)?,
            _ => drop(io::copy(&mut download, &mut file)?),
        }
        download.finish()?;
        Ok(())
    }

    async fn put(&self, stream: &mut Self::Session, from: &Path, path: &str) -> Result<()> {
        let mut file = File::open(from)?;
        match self.0 {
            Way::Large => {
                let mut upload = stream.put_with_stream(path)?;
                copy_by(LARGE, &mut file, &mut upload)?;
                upload.finish()?;
            }
            _ => drop(stream.put_file(path, &mut file)?),
        }
        Ok(())
    }

    async fn list(&self, stream: &mut Self::Session, path: &str) -> Result<usize> {
        Ok(stream.list(Some(path))?.len())
    }

    async fn entries(&self, stream: &mut Self::Session, path: &str, verb: &str) -> Result<usize> {
        let (lines, parse): (_, fn(&str) -> ParseResult<suppaftp::list::File>) = match verb {
            "MLSD" => (stream.mlsd(Some(path))?, ListParser::parse_mlsd),
            _ => (stream.list(Some(path))?, ListParser::parse_posix),
        };
        let files = lines.iter().filter_map(|line| parse(line).ok());
        let files = files.filter(|file| !matches!(file.name(), "." | ".."));
        Ok(files
            .map(|file| {
                black_box((file.name(), file.size(), file.modified()));
            })
            .count())
    }

    async fn quit(&self, mut stream: Self::Session) -> Result<()> {
        stream.quit()?;
        Ok(())
    }
}

/// Copies all bytes with a buffer of `size` bytes.
pub(super) fn copy_by(size: usize, from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let mut buffer = vec![0; size];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(()),
            count => to.write_all(&buffer[..count])?,
        }
    }
}
