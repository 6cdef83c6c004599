// What the programs of the cookbook run against: a simulated server, and an empty directory, which
// becomes the current one. This file is no module of the library: each program includes it, by a
// line that its page does not show. `Client` stands in for the client of the library.

use std::fs;
use std::ops::DerefMut;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use ::ftp_smol::tls::rustls;
use ::ftp_smol::{Error, Memory, Options};
use ftp_proto::simulator::{Setup, Simulator};

static NETWORK: OnceLock<Memory> = OnceLock::new();

pub struct Client;

impl Client {
    pub async fn connect(options: Options) -> Result<::ftp_smol::Client, Error> {
        let network = NETWORK.get().expect("the server has started");
        ::ftp_smol::Client::connect_over(network.clone(), options).await
    }

    pub async fn connect_retrying(
        options: Options,
        policy: &::ftp_smol::RetryPolicy,
    ) -> Result<::ftp_smol::Client, Error> {
        let network = NETWORK.get().expect("the server has started");
        ::ftp_smol::Client::connect_over_retrying(network.clone(), options, policy).await
    }
}

pub struct Pool;

impl Pool {
    #[allow(clippy::new_ret_no_self, reason = "it stands in for the pool of the library")]
    pub fn new(options: Options, sessions: usize) -> ::ftp_smol::Pool {
        let connect = move || Client::connect(options.clone());
        ::ftp_smol::Pool::over(connect, ::ftp_smol::PoolOptions::new(sessions))
    }
}

/// The directory of the program. It is deleted when this is dropped.
pub struct Here(PathBuf);

/// Starts the server with some files.
pub fn start() -> Here {
    start_with(|setup| setup)
}

/// Starts the server with some files and with other changes.
pub fn start_with(change: impl FnOnce(Setup) -> Setup) -> Here {
    let here = std::env::temp_dir().join(format!("ftp-cookbook-{}", std::process::id()));
    fs::create_dir_all(&here).expect("a directory can be made");
    std::env::set_current_dir(&here).expect("it is there");
    let setup = Setup::new()
        .user("ada", "secret")
        .directory("/in")
        .file("/pub/image.iso", image())
        .file("/pub/report.csv", "day,count\n1,17\n")
        .file("/pub/old/notes.txt", "Nothing new.\n");
    let network = Memory::new(Simulator::new(change(setup)));
    assert!(NETWORK.set(network).is_ok(), "one server for one program");
    Here(here)
}

/// The content of `/pub/image.iso`.
pub fn image() -> Vec<u8> {
    (0..300_000_u32).map(|at| at.to_le_bytes()[1]).collect()
}

/// Returns the server, to look at what the program has done.
pub fn server() -> impl DerefMut<Target = Simulator> {
    NETWORK.get().expect("the server has started").server()
}

/// Makes a certificate for `ftp.example.org`, and writes it to `company-ca.pem`. Returns the
/// settings of a server that has it.
pub fn certificate() -> Arc<rustls::ServerConfig> {
    let certified = rcgen::generate_simple_self_signed(["ftp.example.org".to_owned()])
        .expect("a certificate can be made");
    let key = rustls::pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der())
        .expect("a key of ours");
    fs::write("company-ca.pem", certified.cert.pem()).expect("a file can be written");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows both")
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key);
    Arc::new(config.expect("certificate and key belong together"))
}

impl Drop for Here {
    fn drop(&mut self) {
        let _ = std::env::set_current_dir("/");
        let _ = fs::remove_dir_all(&self.0);
    }
}
