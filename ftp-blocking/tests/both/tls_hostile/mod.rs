//! Servers that attack the client, or that have faults in TLS. `SECURITY.md` lists the classes of
//! attacks, B1 to B10.

use std::io::{Read as _, Write as _};
use std::sync::Arc;

use ftp_proto::simulator::{Action, Fault, Setup, Simulator, Then};
use ftp_proto::tls::{KeyPin, Reason, TlsConfig, TlsInfo, TlsVersion, rustls};
use ftp_proto::{
    Auth, Config, DataCommand, DataMode, Error, ErrorKind, MissingCloseNotify, Misuse, Options,
    ProtectWhen, Resumption, Wait,
};
use rustls::SupportedProtocolVersion;

use crate::face::{Client, Memory};
use crate::support::certificates::{CA, FLAWS, Flaw, Identity, Names, OTHER_CA, VERSIONS};
use crate::support::old_certificates::{OLD, OLD_CAS, Old};
use crate::support::options::options_to;

mod downgrade;
mod endings;
mod identity;
mod others;
mod resumption;
mod retried;
mod upgrade;

type Version = &'static SupportedProtocolVersion;

fn trusting() -> TlsConfig {
    TlsConfig::with_roots_pem(&CA.pem).expect("a root")
}

fn explicit() -> Options {
    options_to("localhost").with_tls(trusting())
}

fn implicit() -> Options {
    options_to("localhost").with_implicit_tls(trusting())
}

fn setup(version: Version) -> Setup {
    files().tls(Identity::good().server(version))
}

fn files() -> Setup {
    Setup::new().file("/five", "12345").file("/empty", "")
}

fn memory(setup: Setup) -> Memory {
    Memory::new(Simulator::new(setup))
}

fn logged_in(memory: &Memory, options: Options) -> Result<Client, Error> {
    let mut client = Client::connect_over(memory.clone(), options)?;
    client.login("user", "secret")?;
    Ok(client)
}

fn fetched(client: &mut Client, path: &str) -> Result<Vec<u8>, Error> {
    let mut content = Vec::new();
    client.download(path)?.read_to_end(&mut content)?;
    Ok(content)
}

/// Downloads a file, and returns the `TlsInfo` of its data connection.
fn info_of_download(client: &mut Client, path: &str) -> Result<Option<TlsInfo>, Error> {
    let mut download = client.download(path)?;
    let info = download.tls_info().cloned();
    download.read_to_end(&mut Vec::new())?;
    assert_eq!(info.as_ref(), download.tls_info(), "kept to the end");
    Ok(info)
}

fn abort_upload(client: &mut Client, path: &str) -> Result<(), Error> {
    let mut upload = client.upload(path)?;
    upload.write_all(b"half")?;
    upload.flush()?;
    upload.abort().map(|_| ())
}

/// Checks that the client sent no credentials and no data in clear text.
fn told_nothing_in_clear(memory: &Memory, context: &str) {
    let server = memory.server();
    let clear = server.control_plaintext_received();
    for secret in ["USER", "PASS", "user", "secret"] {
        let found = clear.windows(secret.len()).any(|w| w == secret.as_bytes());
        assert!(!found, "{context}: {secret} in clear");
    }
    // If the server agrees to protect data but does not begin TLS, it stores the client's first
    // bytes as file content. These bytes must be the start of a ClientHello, whose first byte is
    // 0x16.
    let stored = server.file("/up").unwrap_or_default();
    let is_tls = stored.is_empty() || stored.first() == Some(&0x16);
    let protected = server.transfers().iter().all(|t| t.resumed.is_some());
    assert!(protected || is_tls, "{context}: data in clear");
}

fn sent_no_credentials(memory: &Memory, context: &str) {
    told_nothing_in_clear(memory, context);
    let server = memory.server();
    for line in server.commands() {
        let credentials = line.starts_with(b"USER") || line.starts_with(b"PASS");
        assert!(!credentials, "{context}: {}", String::from_utf8_lossy(line));
    }
}

fn is_named(error: &Error, flaw: Flaw) {
    assert_eq!(error.kind(), ErrorKind::Tls, "{flaw:?}: {error}");
    let reason = error
        .tls_reason()
        .unwrap_or_else(|| panic!("{flaw:?}: {error}"));
    let named = match flaw {
        Flaw::None | Flaw::SelfSignedAndExpired => false,
        Flaw::SelfSigned | Flaw::SelfSignedAuthority | Flaw::SelfSignedNamesake => {
            *reason == Reason::SelfSigned
        }
        Flaw::Expired => *reason == Reason::Expired,
        Flaw::NotYetValid => *reason == Reason::NotYetValid,
        Flaw::WrongHost => matches!(
            reason,
            Reason::WrongName { expected, presented }
                if expected == "localhost" && presented == &["other.example"]
        ),
        Flaw::WrongAuthority | Flaw::NamesakeOfAuthority => *reason == Reason::UnknownIssuer,
    };
    assert!(named, "{flaw:?}: {reason:?}");
    assert!(error.to_string().contains(&reason.to_string()), "{error}");
}
