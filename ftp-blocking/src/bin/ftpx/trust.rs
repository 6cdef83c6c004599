//! Whether a connection is encrypted, and which servers are trusted.

use std::fs;
use std::path::Path;

use ftp_blocking::tls::{KeyPin, Reason};
use ftp_blocking::{Error, Options, Security, TlsConfig, Url};

use crate::arguments::tls::{Demand, Tls};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::known_servers::KnownServers;
use crate::names::shown_path;

/// Who has decided whom to trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// There is no TLS.
    Nobody,
    /// An option or a bookmark.
    Option,
    /// The file of pins.
    Pins,
    /// The operating system's authorities. An unknown server can be trusted at first use.
    System,
}

/// Makes the options for a URL, without credentials of the user's.
pub(crate) fn options(
    url: &Url,
    tls: &Tls,
    known_servers: &KnownServers,
) -> Result<(Options, Trust), Failure> {
    let demanded = url.security() != Security::Plain;
    match tls.demand {
        Some(Demand::Off) if demanded => {
            let why = "--tls off: this URL demands TLS; for clear text write ftp://";
            return Err(Failure::usage(why));
        }
        Some(Demand::Off) if tls.says_whom_to_trust() => {
            let why = "--tls off, and an option that says whom to trust under TLS: choose one";
            return Err(Failure::usage(why));
        }
        Some(Demand::Required) => {}
        _ if demanded || tls.says_whom_to_trust() => {}
        _ => return Ok((url.options()?, Trust::Nobody)),
    }
    let (config, trust) = config(url, tls, known_servers)?;
    let config = with_certificate(config, tls)?;
    Ok((url.options_with_tls(config)?, trust))
}

/// Returns the key of a server that is unknown, which a user may trust after a look at the key. A
/// revoked certificate is never trusted.
pub(crate) fn unknown_key(error: &Error) -> Option<KeyPin> {
    match error.tls_reason()? {
        Reason::Revoked | Reason::RevocationUnknown | Reason::BadCertificate => None,
        _ => error.server_key(),
    }
}

fn config(
    url: &Url,
    tls: &Tls,
    known_servers: &KnownServers,
) -> Result<(TlsConfig, Trust), Failure> {
    if tls.insecure {
        return Ok((
            TlsConfig::dangerous_accept_any_certificate()?,
            Trust::Option,
        ));
    }
    if let Some(path) = &tls.cacert {
        let pem = read(path, Exit::CaFile)?;
        let config = TlsConfig::with_roots_pem(pem).map_err(|error| {
            let why = format!("{}: {error}", shown_path(path));
            Failure::new(Exit::CaFile, why)
        })?;
        return Ok((config, Trust::Option));
    }
    if !tls.pin.is_empty() {
        let config = TlsConfig::with_pinned_keys(tls.pin.iter().copied())?;
        return Ok((config, Trust::Option));
    }
    let known = known_servers.keys_of(url.host(), url.port())?;
    if !known.is_empty() {
        return Ok((TlsConfig::with_pinned_keys(known)?, Trust::Pins));
    }
    match TlsConfig::platform() {
        Ok(config) => Ok((config, Trust::System)),
        // Without authorities every server is unknown. No key has this hash.
        Err(_) if tls.trust_first_use => {
            let nobody = TlsConfig::with_pinned_keys([KeyPin::from([0; 32])])?;
            Ok((nobody, Trust::System))
        }
        Err(error) => Err(Failure::from(error)
            .with_exit(Exit::CaFile)
            .with_hint("this machine has no list of certificate authorities: install one, or use")
            .with_hint("--cacert, --pin or --trust-first-use")),
    }
}

fn with_certificate(config: TlsConfig, tls: &Tls) -> Result<TlsConfig, Failure> {
    let Some(path) = &tls.cert else {
        return Ok(config);
    };
    let chain = read(path, Exit::ClientCertificate)?;
    let key = match &tls.key {
        Some(key) => read(key, Exit::ClientCertificate)?,
        None => chain.clone(),
    };
    config.with_client_certificate(chain, key).map_err(|error| {
        let why = format!("{}: {error}", shown_path(path));
        Failure::new(Exit::ClientCertificate, why)
    })
}

fn read(path: &Path, exit: Exit) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::new(exit, format!("{}: {error}", shown_path(path))))
}
