//! The TLS settings of a server.

use std::fs;

use super::Result;
use super::authority::Identity;
use super::process::Process;
use super::tree::secret_file;

/// The TLS versions that a server may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TlsVersion {
    /// TLS 1.2 only.
    Tls12,
    /// TLS 1.3 only.
    Tls13,
    /// TLS 1.2 and TLS 1.3, which servers offer by default.
    Both,
}

/// When TLS begins on the control connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// After AUTH TLS.
    Explicit,
    /// At the first byte.
    Implicit,
}

/// How data connections must be protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Data {
    /// By TLS.
    Private,
    /// Data connections may use TLS or clear text, as the client chooses.
    Any,
}

/// The TLS settings of a server. The server refuses a login without TLS.
#[derive(Clone, Copy)]
pub(crate) struct Tls<'a> {
    pub(crate) version: TlsVersion,
    pub(crate) start: Start,
    pub(crate) data: Data,
    /// The server's certificate and key.
    pub(crate) identity: &'a Identity,
    /// The root certificate, as PEM, that must have signed a client's certificate; `None` if
    /// clients need no certificate.
    pub(crate) clients: Option<&'a str>,
    /// The only cipher suite of TLS 1.3, by OpenSSL's name; `None` for OpenSSL's defaults.
    pub(crate) suite: Option<&'static str>,
}

// The names of files in a server's directory.
const OPENSSL: &str = "openssl.cnf";
const CERTIFICATE: &str = "certificate.pem";
pub(super) const KEY: &str = "key.pem";
const CLIENTS: &str = "clients.pem";

impl<'a> Tls<'a> {
    /// Creates settings for explicit TLS, with data connections under TLS.
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

    /// Writes the certificate, the key and OpenSSL's configuration into the server's directory.
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

/// The paths of the files that [`Tls::write`] has written.
pub(super) struct Files {
    pub(super) certificate: String,
    pub(super) key: String,
    /// The root certificate that must have signed the clients' certificates; `None` if clients need
    /// none.
    pub(super) clients: Option<String>,
    /// The path of OpenSSL's configuration file, for the environment variable [`OPENSSL_CONF`].
    pub(super) openssl: String,
}

/// The environment variable that names OpenSSL's configuration file.
pub(super) const OPENSSL_CONF: &str = "OPENSSL_CONF";

impl TlsVersion {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
            Self::Both => "TLS 1.2 or 1.3",
        }
    }

    /// Returns OpenSSL's names of the oldest and of the newest TLS version that the server may use.
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

/// Returns an OpenSSL configuration that allows only the TLS versions from `oldest` to `newest`. It
/// is for servers that cannot limit the version by their own settings: Pure-FTPd has no such
/// settings. Debian's vsftpd has settings for versions up to TLS 1.0 only, and does not start if it
/// finds a setting that it does not know.
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
