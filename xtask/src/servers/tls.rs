//! What a server is to demand of TLS.

use std::fs;

use super::Result;
use super::authority::Identity;
use super::process::Process;
use super::tree::secret_file;

/// The versions of TLS to hold a server to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TlsVersion {
    /// TLS 1.2 only.
    Tls12,
    /// TLS 1.3 only.
    Tls13,
    /// Either, as servers offer it by themselves.
    Both,
}

/// Where TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// After AUTH TLS.
    Explicit,
    /// With the first byte.
    Implicit,
}

/// What data connections have to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Data {
    /// Under TLS.
    Private,
    /// What the client chooses.
    Any,
}

/// TLS without which nobody logs in.
#[derive(Clone, Copy)]
pub(crate) struct Tls<'a> {
    pub(crate) version: TlsVersion,
    pub(crate) start: Start,
    pub(crate) data: Data,
    /// Who the server is.
    pub(crate) identity: &'a Identity,
    /// The root, as PEM, that has to have signed the certificate which a client has to show; none
    /// is asked for otherwise.
    pub(crate) clients: Option<&'a str>,
    /// The one cipher suite of TLS 1.3, by OpenSSL's name; its defaults when nothing.
    pub(crate) suite: Option<&'static str>,
}

// Names within the directory of a server.
const OPENSSL: &str = "openssl.cnf";
const CERTIFICATE: &str = "certificate.pem";
pub(super) const KEY: &str = "key.pem";
const CLIENTS: &str = "clients.pem";

impl<'a> Tls<'a> {
    /// Explicit, and for data too.
    pub(crate) const fn new(version: TlsVersion, identity: &'a Identity) -> Self {
        Self {
            version,
            start: Start::Explicit,
            data: Data::Private,
            identity,
            clients: None,
            suite: None,
        }
    }

    /// Writes what a server needs of it to files in its directory.
    pub(super) fn write(&self, process: &Process) -> Result<Files> {
        fs::write(process.path(CERTIFICATE), &self.identity.certificate_pem)?;
        secret_file(&process.path(KEY), &self.identity.key_pem)?;
        fs::write(
            process.path(OPENSSL),
            openssl_configuration(self.version.openssl_names(), self.suite),
        )?;
        let clients = self.clients.map(|root| {
            fs::write(process.path(CLIENTS), root)?;
            process.text(CLIENTS)
        });
        Ok(Files {
            certificate: process.text(CERTIFICATE)?,
            key: process.text(KEY)?,
            clients: clients.transpose()?,
            openssl: process.text(OPENSSL)?,
        })
    }
}

/// Where it was written.
pub(super) struct Files {
    pub(super) certificate: String,
    pub(super) key: String,
    /// The root of clients' certificates.
    pub(super) clients: Option<String>,
    /// For the environment variable [`OPENSSL_CONF`].
    pub(super) openssl: String,
}

/// Where OpenSSL looks for its configuration.
pub(super) const OPENSSL_CONF: &str = "OPENSSL_CONF";

impl TlsVersion {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
            Self::Both => "TLS 1.2 or 1.3",
        }
    }

    /// The oldest and the newest, as OpenSSL and those built on it call them.
    pub(super) const fn openssl_names(self) -> [&'static str; 2] {
        const TLS_1_2: &str = "TLSv1.2";
        const TLS_1_3: &str = "TLSv1.3";
        match self {
            Self::Tls12 => [TLS_1_2, TLS_1_2],
            Self::Tls13 => [TLS_1_3, TLS_1_3],
            Self::Both => [TLS_1_2, TLS_1_3],
        }
    }
}

/// Holds the library to these versions, for servers that have no switch for it: vsftpd's own end at
/// TLS 1.0 in the release that Debian has, and unknown ones are fatal; Pure-FTPd has none.
fn openssl_configuration([oldest, newest]: [&str; 2], suite: Option<&str>) -> String {
    let suites = suite.map_or_else(String::new, |suite| format!("Ciphersuites = {suite}\n"));
    format!(
        "openssl_conf = main\n\
         [main]\n\
         ssl_conf = modules\n\
         [modules]\n\
         system_default = defaults\n\
         [defaults]\n\
         MinProtocol = {oldest}\n\
         MaxProtocol = {newest}\n\
         {suites}"
    )
}
