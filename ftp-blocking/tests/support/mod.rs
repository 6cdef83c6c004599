//! What the tests of this adapter share: the driver under test, and two ends of TLS.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::io::{Read as _, Write as _};
use std::sync::{Arc, LazyLock};

use ftp_blocking::tls::rustls;
use ftp_blocking::{Client, Error, Memory, Options, TlsConfig, TransferOptions};
use ftp_proto::simulator::Simulator;
use ftp_proto::simulator::contract::{Driver, Ending, Operation, Outcome, TlsEnds};

/// This adapter as the contract table sees it.
pub(crate) struct Blocking {
    client: Option<Client>,
    memory: Memory,
}

impl Driver for Blocking {
    fn connect(server: Simulator, options: Options) -> Result<Self, Error> {
        let memory = Memory::new(server);
        let client = Client::connect_over(memory.clone(), options)?;
        Ok(Self {
            client: Some(client),
            memory,
        })
    }

    fn perform(&mut self, operation: &Operation) -> Outcome {
        perform_on(&mut self.client, operation)
    }

    fn with_server<T>(&self, look: impl FnOnce(&mut Simulator) -> T) -> T {
        look(&mut self.memory.server())
    }
}

/// One operation on a client, which QUIT takes away.
pub(crate) fn perform_on(client: &mut Option<Client>, operation: &Operation) -> Outcome {
    if *operation == Operation::Quit {
        return match client.take().expect("still connected").quit() {
            Ok(_) => Outcome::Done,
            Err(error) => Outcome::failed(&error),
        };
    }
    let client = client.as_mut().expect("still connected");
    let mut came = Vec::new();
    perform(client, operation, &mut came)
        .unwrap_or_else(|error| Outcome::Failed((&error).into(), came))
}

fn perform(
    client: &mut Client,
    operation: &Operation,
    came: &mut Vec<u8>,
) -> Result<Outcome, Error> {
    Ok(match operation {
        Operation::Login => client.login("user", "secret").map(|_| Outcome::Done)?,
        Operation::Pwd => Outcome::Bytes(client.pwd()?.as_bytes().to_vec()),
        Operation::Size(path) => Outcome::Size(client.size(path)?),
        Operation::Features => {
            let names = client.features()?;
            let names = names.iter().flat_map(|(name, _)| [name, b" "].concat());
            Outcome::Bytes(names.collect())
        }
        Operation::Noop => Outcome::Code(client.noop()?.code().value()),
        Operation::Raw(line) => Outcome::Code(client.raw(line)?.code().value()),
        Operation::List => Outcome::Count(client.list(None::<&str>)?.len()),
        Operation::Names => Outcome::Lines(client.names(None::<&str>)?),
        Operation::Download(path, offset) => {
            let options = TransferOptions::new().with_offset(*offset);
            download(client, path, &options, came)?
        }
        Operation::DownloadExpecting(path, size) => {
            let options = TransferOptions::new().with_expected(*size);
            download(client, path, &options, came)?
        }
        Operation::DownloadKeptAlive(path, after) => {
            let mut download = client.download(path)?;
            let mut first = vec![0; *after];
            download.read_exact(&mut first)?;
            came.extend(first);
            download.keep_alive()?;
            download.read_to_end(came)?;
            Outcome::Bytes(came.clone())
        }
        Operation::Begin(path, bytes, ending) => {
            let mut download = client.download(path)?;
            download.read_exact(&mut vec![0; *bytes])?;
            match ending {
                Ending::Abort => drop(download.abort()?),
                Ending::Drop => drop(download),
                Ending::Forget => std::mem::forget(download),
            }
            Outcome::Done
        }
        Operation::Upload(path, content) => {
            let completion = client.store(path, content)?;
            Outcome::Count(completion.bytes as usize)
        }
        Operation::BeginUpload(path, content, ending) => {
            let mut upload = client.upload(path)?;
            upload.write_all(content)?;
            match ending {
                Ending::Abort => drop(upload.abort()?),
                Ending::Drop => drop(upload),
                Ending::Forget => std::mem::forget(upload),
            }
            Outcome::Done
        }
        other => panic!("no such operation here: {other:?}"),
    })
}

fn download(
    client: &mut Client,
    path: &str,
    options: &TransferOptions,
    came: &mut Vec<u8>,
) -> Result<Outcome, Error> {
    let mut download = client.download_with(path, options)?;
    download.read_to_end(came)?;
    download.finish()?;
    Ok(Outcome::Bytes(came.clone()))
}

/// TLS 1.2 and TLS 1.3, with one private CA.
pub(crate) fn tls() -> &'static [TlsEnds] {
    static ENDS: LazyLock<Vec<TlsEnds>> = LazyLock::new(both_versions);
    &ENDS
}

/// The same with another CA.
pub(crate) fn other_tls() -> &'static [TlsEnds] {
    static ENDS: LazyLock<Vec<TlsEnds>> = LazyLock::new(both_versions);
    &ENDS
}

fn both_versions() -> Vec<TlsEnds> {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()])
        .expect("a certificate can be made");
    [&rustls::version::TLS12, &rustls::version::TLS13]
        .map(|version| ends(&certified, version))
        .into()
}

fn ends(
    certified: &rcgen::CertifiedKey<rcgen::KeyPair>,
    version: &'static rustls::SupportedProtocolVersion,
) -> TlsEnds {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    let certificate = certified.cert.der().clone();
    roots.add(certificate.clone()).expect("it is its own root");
    let client = rustls::ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[version])
        .expect("the provider knows it")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let key = rustls::pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der())
        .expect("a key of ours");
    let server = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .expect("the provider knows it")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("certificate and key belong together");
    TlsEnds {
        server: Arc::new(server),
        client: TlsConfig::from(client),
    }
}
