//! Where it takes place: a server and its files, all in memory.

use std::fs::{self, File};
use std::io::{BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process;

use crate::servers::Result;
use crate::servers::authority::Authority;
use crate::servers::tls::{Tls, TlsVersion};
use crate::servers::tree::WRITABLE;
use crate::servers::vsftpd::{Vsftpd, VsftpdOptions};
use crate::workspace;

use super::bare::FarEnd;

/// A file system in memory, so that no disk is measured.
const MEMORY: &str = "/dev/shm";

const CONTENT: &str = "content";
const UPLOADED: &str = "uploaded";
const ROOTS: &str = "roots.pem";

/// What all connections are protected by, if anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protection {
    Clear,
    /// TLS 1.3 with [`SUITE`] and a certificate for an ECDSA key, sessions to be resumed.
    Tls,
}

/// By OpenSSL's name. Nothing else is offered by the server, and by those clients that can be told.
pub(super) const SUITE: &str = "TLS_AES_128_GCM_SHA256";

/// One direction and one target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// A download to /dev/null.
    DownToNowhere,
    /// A download to a new file in memory.
    DownToFile,
    /// An upload of a file in memory.
    Up,
}

impl Case {
    /// What is compared under this protection. Under TLS a file that comes is written as any
    /// other, so that there is nothing more to be learnt.
    pub(super) const fn all(protection: Protection) -> &'static [Self] {
        match protection {
            Protection::Clear => &[Self::DownToNowhere, Self::DownToFile, Self::Up],
            Protection::Tls => &[Self::DownToNowhere, Self::Up],
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::DownToNowhere => "down, to nowhere",
            Self::DownToFile => "down, to a file in memory",
            Self::Up => "up, from a file in memory",
        }
    }
}

/// A running server, and the files on both sides.
pub(super) struct Site {
    // Dropped first: the server's directory is inside the other.
    server: Vsftpd,
    scratch: Scratch,
    protection: Protection,
}

impl Site {
    /// With a file of this many MiB. The only place that knows the server.
    pub(super) fn start(mib: usize, protection: Protection) -> Result<Self> {
        let binary = Vsftpd::fetch(&programs()?)?;
        let scratch = Scratch::new()?;
        let identity = match protection {
            Protection::Tls => {
                let authority = Authority::new()?;
                fs::write(scratch.0.join(ROOTS), authority.root_pem())?;
                Some(authority.issue(&["127.0.0.1"])?)
            }
            _ => None,
        };
        let options = VsftpdOptions {
            tls: identity.as_ref().map(|identity| Tls {
                suite: Some(SUITE),
                ..Tls::new(TlsVersion::Tls13, identity)
            }),
            ..VsftpdOptions::default()
        };
        let server = Vsftpd::start(&binary, &scratch.0, &options)?;
        let site = Self {
            server,
            scratch,
            protection,
        };
        fill(&site.content(), mib)?;
        Ok(site)
    }

    pub(super) fn port(&self) -> u16 {
        self.server.port()
    }

    pub(super) fn protection(&self) -> Protection {
        self.protection
    }

    /// Whom to trust, under TLS.
    pub(super) fn roots(&self) -> PathBuf {
        self.scratch.0.join(ROOTS)
    }

    /// What is downloaded and uploaded, on disk.
    pub(super) fn content(&self) -> PathBuf {
        self.server.root().join(CONTENT)
    }

    /// Where it stands for clients.
    pub(super) fn content_url(&self) -> String {
        self.url(CONTENT)
    }

    /// Where clients upload to.
    pub(super) fn upload_url(&self) -> String {
        self.url(&format!("{WRITABLE}/{UPLOADED}"))
    }

    fn url(&self, path: &str) -> String {
        let scheme = match self.protection {
            Protection::Clear => "ftp",
            Protection::Tls => "ftpes",
        };
        format!(
            "{scheme}://anonymous:bench@127.0.0.1:{}/{path}",
            self.port()
        )
    }

    /// Where downloads of this kind go.
    pub(super) fn target(&self, case: Case) -> PathBuf {
        match case {
            Case::DownToNowhere => PathBuf::from("/dev/null"),
            Case::DownToFile => self.scratch.0.join("downloaded"),
            Case::Up => self.server.root().join(WRITABLE).join(UPLOADED),
        }
    }

    /// The other end of a transfer without FTP.
    pub(super) fn far_end(&self, case: Case) -> Result<FarEnd> {
        match case {
            Case::Up => FarEnd::receiving(self.target(case)),
            _ => FarEnd::sending(self.content()),
        }
    }

    /// Whether all has arrived, or of everything only the size; then takes it away, so that all
    /// find the same.
    pub(super) fn take_away(&self, case: Case, thorough: bool) -> Result<()> {
        if case == Case::DownToNowhere {
            return Ok(());
        }
        let (from, to) = (self.content(), self.target(case));
        let complete = fs::metadata(&from)?.len() == fs::metadata(&to)?.len();
        let result = if complete && (!thorough || same(&from, &to)?) {
            Ok(())
        } else {
            Err("what arrived is not what was sent".into())
        };
        fs::remove_file(to)?;
        result
    }
}

/// Where programs out of packages are unpacked.
pub(super) fn programs() -> Result<PathBuf> {
    Ok(workspace::root()?.join("target/interop"))
}

/// Nothing that could be compressed, or stored as a hole.
fn fill(path: &Path, mib: usize) -> Result<()> {
    let mut file = File::create(path)?;
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut piece = vec![0; 1024 * 1024];
    for _ in 0..mib {
        for word in piece.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(&piece)?;
    }
    Ok(())
}

fn same(one: &Path, other: &Path) -> Result<bool> {
    const PIECE: usize = 256 * 1024;
    let mut one = BufReader::with_capacity(PIECE, File::open(one)?);
    let mut other = File::open(other)?;
    let (mut left, mut right) = (vec![0; PIECE], vec![0; PIECE]);
    loop {
        let count = one.read(&mut left)?;
        if count == 0 {
            return Ok(other.read(&mut right)? == 0);
        }
        other.read_exact(&mut right[..count])?;
        if left[..count] != right[..count] {
            return Ok(false);
        }
    }
}

/// A directory in memory that is new, and goes with its owner.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let path = Path::new(MEMORY).join(format!("ftp-bench-{}", process::id()));
        fs::create_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
