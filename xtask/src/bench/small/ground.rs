//! The server with the small files, and the directory into which clients download them.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::job::content::{self, compare};
use crate::servers::Result;
use crate::servers::foreign::{FEW_PASSIVE_PORTS, Foreign, Ports};
use crate::servers::scratch::Scratch;

use super::super::measure;
use super::super::site::{Protection, ROOTS, serve};
use super::client::Client;
use super::relay::{DELAY, Relay};

/// The size of a file in bytes.
pub(super) const SIZE: usize = 1024;

/// A running server, and a directory in memory.
pub(super) struct Ground {
    // The server must be dropped before `scratch`, because its directory is inside `scratch`.
    server: Foreign,
    scratch: Scratch,
    pub(super) protection: Protection,
    files: usize,
}

impl Ground {
    /// Starts vsftpd with this many files.
    pub(super) fn start(protection: Protection, files: usize) -> Result<Self> {
        let (scratch, server) = serve(protection, Ports::Few)?;
        let ground = Self {
            server,
            scratch,
            protection,
            files,
        };
        for number in 0..files {
            fs::write(ground.server.root().join(name(number)), bytes(number))?;
        }
        fs::create_dir(ground.downloads())?;
        Ok(ground)
    }

    /// Returns the address of the server.
    pub(super) fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.server.port()))
    }

    /// Starts a relay to the server, for one session.
    pub(super) fn relay(&self) -> Result<Relay> {
        Relay::start(self.address(), FEW_PASSIVE_PORTS, DELAY)
    }

    /// Returns a directory for lists and scripts.
    pub(super) fn local(&self) -> PathBuf {
        self.scratch.0.clone()
    }

    /// Returns the directory into which clients download.
    pub(super) fn downloads(&self) -> PathBuf {
        self.scratch.0.join("downloads")
    }

    /// Returns the path of the PEM file with the root certificate that clients trust under TLS.
    pub(super) fn roots(&self) -> PathBuf {
        self.scratch.0.join(ROOTS)
    }

    /// Downloads all files once, and compares every byte.
    pub(super) fn check(&self, client: &Client) -> Result<()> {
        let relay = client.needs_relay().then(|| self.relay()).transpose()?;
        measure::run(&mut client.command(self, relay.as_ref(), self.files)?)?;
        for number in 0..self.files {
            let path = self.downloads().join(name(number));
            let found = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            compare(&name(number), &bytes(number), &found)?;
            fs::remove_file(path)?;
        }
        Ok(())
    }
}

/// Returns the name of a file.
pub(super) fn name(number: usize) -> String {
    format!("small-{number:04}")
}

/// Returns the content of a file. No two files have the same content.
fn bytes(number: usize) -> Vec<u8> {
    content::bytes(number as u64, SIZE)
}
