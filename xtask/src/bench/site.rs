//! The server of the comparison and its files, all in memory.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::job::content::{self, Comparison, Content, equal};
use crate::servers::Result;
use crate::servers::authority::Authority;
use crate::servers::foreign::{Foreign, Kind, Ports, Setting};
use crate::servers::scratch::Scratch;
use crate::servers::tls::{Tls, TlsVersion};
use crate::servers::tree::WRITABLE;
use crate::workspace;

use super::bare::FarEnd;
use super::one_cpu::OneCpu;

/// A directory in memory, so that the speed of the disk is not measured.
pub(super) const MEMORY: &str = "/dev/shm";

const NOWHERE: &str = "/dev/null";
pub(super) const CONTENT: &str = "content";
pub(super) const UPLOADED: &str = "uploaded";
pub(super) const ROOTS: &str = "roots.pem";

/// How all connections are protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protection {
    Clear,
    /// TLS 1.3 with [`SUITE`], an ECDSA certificate and resumed sessions.
    Tls,
}

impl Protection {
    /// Returns the scheme of URLs, as this job's clients read them.
    pub(super) const fn scheme(self) -> &'static str {
        match self {
            Self::Clear => "ftp",
            Self::Tls => "ftpes",
        }
    }
}

/// The cipher suite of all TLS connections, by OpenSSL's name. The server offers only this suite.
/// So does each client that has a setting for cipher suites.
pub(super) const SUITE: &str = "TLS_AES_128_GCM_SHA256";

/// The direction of a transfer, and where its bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// A download to /dev/null.
    DownToNowhere,
    /// A download to /dev/null, with the server and the client on one CPU.
    DownOnOneCpu,
    /// A download to a new file in memory.
    DownToFile,
    /// An upload of a file in memory.
    Up,
    /// The same, with the server and the client on one CPU.
    UpOnOneCpu,
}

impl Case {
    /// Returns the cases for this protection. Under TLS there is no download to a file: a client
    /// writes received data to a file as it does to /dev/null, so this case would show nothing new.
    pub(super) const fn all(protection: Protection) -> &'static [Self] {
        match protection {
            Protection::Clear => &[
                Self::DownToNowhere,
                Self::DownOnOneCpu,
                Self::DownToFile,
                Self::Up,
                Self::UpOnOneCpu,
            ],
            Protection::Tls => &[Self::DownToNowhere, Self::Up],
        }
    }

    pub(super) const fn is_up(self) -> bool {
        matches!(self, Self::Up | Self::UpOnOneCpu)
    }

    pub(super) const fn is_on_one_cpu(self) -> bool {
        matches!(self, Self::DownOnOneCpu | Self::UpOnOneCpu)
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::DownToNowhere => "down, to nowhere",
            Self::DownOnOneCpu => "down, to nowhere, on one CPU",
            Self::DownToFile => "down, to a file in memory",
            Self::Up => "up, from a file in memory",
            Self::UpOnOneCpu => "up, from a file in memory, on one CPU",
        }
    }
}

/// A running server, and the files on both sides.
pub(super) struct Site {
    // The server must be dropped before `scratch`, because its directory is inside `scratch`. Rust
    // drops fields in their order, so `server` comes first.
    server: Foreign,
    scratch: Scratch,
    protection: Protection,
    /// The block of bytes that the file repeats. The bytes look random, so that no file system can
    /// compress them or store them as a hole. Their number is odd: if a piece of a buffer is lost
    /// or doubled, all later bytes differ.
    block: Vec<u8>,
    length: u64,
}

impl Site {
    /// Starts the server, which is vsftpd, with a file of `mib` MiB.
    pub(super) fn start(mib: usize, protection: Protection) -> Result<Self> {
        let length = (mib * 1024 * 1024) as u64;
        let (scratch, server) = serve(protection, Ports::Many)?;
        let site = Self {
            server,
            scratch,
            protection,
            block: content::bytes(1, 1024 * 1024 - 4_099),
            length,
        };
        let mut file = File::create(site.content())?;
        for chunk in site.bytes().chunks() {
            file.write_all(chunk)?;
        }
        Ok(site)
    }

    pub(super) fn port(&self) -> u16 {
        self.server.port()
    }

    pub(super) fn protection(&self) -> Protection {
        self.protection
    }

    /// Returns the path of the PEM file with the root certificate that clients trust under TLS.
    pub(super) fn roots(&self) -> PathBuf {
        self.scratch.0.join(ROOTS)
    }

    /// Returns the path of the file that clients download and upload.
    pub(super) fn content(&self) -> PathBuf {
        self.server.root().join(CONTENT)
    }

    /// Returns the URL from which clients download the file.
    pub(super) fn content_url(&self) -> String {
        self.url(CONTENT)
    }

    /// Returns the URL to which clients upload the file.
    pub(super) fn upload_url(&self) -> String {
        self.url(&format!("{WRITABLE}/{UPLOADED}"))
    }

    fn url(&self, path: &str) -> String {
        let (scheme, port) = (self.protection.scheme(), self.port());
        format!("{scheme}://anonymous:bench@127.0.0.1:{port}/{path}")
    }

    /// Returns the local path to which a transfer writes: the client's file in a download, the
    /// server's file in an upload.
    pub(super) fn target(&self, case: Case) -> PathBuf {
        match case {
            Case::DownToNowhere | Case::DownOnOneCpu => PathBuf::from(NOWHERE),
            Case::DownToFile => self.scratch.0.join("downloaded"),
            Case::Up | Case::UpOnOneCpu => self.server.root().join(WRITABLE).join(UPLOADED),
        }
    }

    /// Prepares the machine for a case, until the returned value is dropped.
    pub(super) fn prepare(&self, case: Case) -> Result<Option<OneCpu>> {
        case.is_on_one_cpu().then(|| self.on_one_cpu()).transpose()
    }

    /// Keeps the server and the programs that this thread starts on one CPU, until the returned
    /// value is dropped.
    pub(super) fn on_one_cpu(&self) -> Result<OneCpu> {
        let server = self.server.id().ok_or("the server has not started")?;
        OneCpu::with(server)
    }

    /// Starts the peer of a transfer without FTP: a thread that sends the file in a download, and
    /// receives it in an upload.
    pub(super) fn far_end(&self, case: Case) -> Result<FarEnd> {
        match case.is_up() {
            true => FarEnd::receiving(self.target(case)),
            false => FarEnd::sending(self.content()),
        }
    }

    /// Checks the size of the file that has arrived and, if `thorough`, every byte. Then deletes
    /// the file, so that the next program finds no file of the last one.
    pub(super) fn take_away(&self, case: Case, thorough: bool) -> Result<()> {
        let arrived = self.target(case);
        if arrived == Path::new(NOWHERE) {
            return Ok(());
        }
        equal(
            "bytes that arrived",
            &self.length,
            &fs::metadata(&arrived)?.len(),
        )?;
        if thorough {
            let mut comparison = Comparison::new(self.bytes());
            let (mut file, mut piece) = (File::open(&arrived)?, vec![0; 256 * 1024]);
            loop {
                match file.read(&mut piece)? {
                    0 => break,
                    count => comparison.add(&piece[..count]),
                }
            }
            comparison.end("what arrived")?;
        }
        Ok(fs::remove_file(arrived)?)
    }

    fn bytes(&self) -> Content<'_> {
        Content::repeated(&self.block, self.length)
    }
}

/// Starts vsftpd in a new directory in memory, which also gets the root certificate for clients. The
/// caller must drop the server before the directory.
pub(super) fn serve(protection: Protection, ports: Ports) -> Result<(Scratch, Foreign)> {
    let scratch = Scratch::new(Path::new(MEMORY), "ftp-bench")?;
    let identity = match protection {
        Protection::Tls => {
            let authority = Authority::new()?;
            fs::write(scratch.0.join(ROOTS), authority.root_pem())?;
            Some(authority.issue(&["127.0.0.1", "127.0.0.2"])?)
        }
        _ => None,
    };
    let setting = Setting {
        tls: identity.as_ref().map(|identity| Tls {
            suite: Some(SUITE),
            ..Tls::new(TlsVersion::Tls13, identity)
        }),
        ports,
        ..Setting::default()
    };
    let program = Kind::Vsftpd.fetch(&programs()?)?;
    let server = program.within(&scratch.0).start(&setting)?;
    Ok((scratch, server))
}

/// Returns the directory into which the packages of the servers and of lftp are unpacked.
pub(super) fn programs() -> Result<PathBuf> {
    Ok(workspace::root()?.join("target/interop"))
}
