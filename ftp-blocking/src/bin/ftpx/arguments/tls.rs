//! Whether the connection is encrypted, and which servers are trusted.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ftp_blocking::tls::KeyPin;
use serde::Deserialize;

/// Whether the connection is encrypted, and which servers are trusted.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "TLS")]
pub(crate) struct Tls {
    /// Demands TLS, whatever the URL says, or uses none
    #[arg(long = "tls", value_enum, value_name = "WHEN", global = true)]
    pub(crate) demand: Option<Demand>,
    /// Trusts only the certificates in this PEM file, and those that they have signed
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) cacert: Option<PathBuf>,
    /// Trusts only a server with this public key: its SHA-256 in hexadecimal digits, or sha256//
    /// and base64. You can give it several times
    #[arg(long, value_name = "KEY", global = true)]
    pub(crate) pin: Vec<KeyPin>,
    /// Trusts an unknown server, and pins its key for later connections, as ssh does
    #[arg(long, global = true)]
    pub(crate) trust_first_use: bool,
    /// Trusts every server. Anybody in the network can then read and change all data
    #[arg(short = 'k', long, global = true, conflicts_with_all = ["cacert", "pin", "trust_first_use"])]
    pub(crate) insecure: bool,
    /// Sends this client certificate (PEM)
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) cert: Option<PathBuf>,
    /// The private key of the client certificate (PEM), if it is not in the same file
    #[arg(long, value_name = "FILE", global = true, requires = "cert")]
    pub(crate) key: Option<PathBuf>,
}

/// Whether there must be TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Demand {
    /// All is encrypted, or nothing is sent
    Required,
    /// Nothing is encrypted
    Off,
}

impl Tls {
    /// Returns the options without those that are about servers with TLS only.
    pub(crate) fn for_clear_text(&self) -> Self {
        Self {
            demand: self.demand,
            ..Self::default()
        }
    }

    /// Whether an option says which servers to trust. Then nothing is sent in clear text, except on
    /// a side of a copy whose URL begins with `ftp://`.
    pub(crate) fn says_whom_to_trust(&self) -> bool {
        let names = [
            self.cacert.is_some(),
            !self.pin.is_empty(),
            self.insecure,
            self.trust_first_use,
            self.cert.is_some(),
        ];
        names.contains(&true)
    }
}
