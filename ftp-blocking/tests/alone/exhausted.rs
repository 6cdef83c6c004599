//! Opens sessions until the process has no descriptor left. Each error is typed, and the open
//! sessions go on. The test is alone in its process, because it lowers the limit of descriptors.

use std::io;
use std::sync::Arc;

use ftp_proto::{Error, ErrorKind};
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::face::{Client, Options, TlsConfig};
use crate::support::server_process::{HOST, SMALL_FILE, ServerProcess, serve_if_asked};

/// How many sessions are open in clear text, and how many under TLS, when the descriptors run out.
const SESSIONS: [u64; 2] = [1_000, 100];

#[test]
fn open_sessions_go_on_after_the_descriptors_have_run_out() {
    serve_if_asked();
    // The server inherits this limit. It has up to three descriptors for a session.
    set_limit(4 * SESSIONS[0]);
    let server = ServerProcess::start().expect("a server");
    let clear = Options::new(HOST).with_port(server.port());
    let trusted = TlsConfig::with_roots_pem(server.certificate()).expect("a certificate");
    let tls = clear.clone().with_tls(trusted);
    for (options, sessions) in [clear, tls].into_iter().zip(SESSIONS) {
        run_out(&Arc::new(options), sessions);
    }
}

fn run_out(options: &Arc<Options>, sessions: u64) {
    // The first session opens the descriptors that a process opens only once.
    let mut clients = vec![session(options).expect("a session")];
    fetch(&mut clients[0]).expect("a file");
    let before = getrlimit(Resource::Nofile);
    set_limit(highest_descriptor() + sessions);
    let refused = loop {
        match session(options) {
            Ok(client) => clients.push(client),
            Err(error) => break error,
        }
    };
    assert_is_about_descriptors(&refused);
    assert!(clients.len() as u64 >= sessions, "{}", clients.len());
    // A data connection needs a descriptor too.
    for client in &mut clients {
        assert_is_about_descriptors(&fetch(client).expect_err("no descriptor is left"));
        client.noop().expect("in step");
    }
    drop(clients.pop());
    for client in &mut clients {
        fetch(client).expect("one descriptor is left");
    }
    println!(
        "{} sessions have gone on, {}",
        clients.len(),
        if options.tls.is_some() {
            "under TLS"
        } else {
            "in clear"
        }
    );
    setrlimit(Resource::Nofile, before).expect("the limit from before");
}

fn session(options: &Arc<Options>) -> Result<Client, Error> {
    let mut client = Client::connect(options.clone())?;
    client.login("somebody", "a password of some length")?;
    Ok(client)
}

fn fetch(client: &mut Client) -> Result<(), Error> {
    assert_eq!(client.fetch("small")?.len(), SMALL_FILE);
    Ok(())
}

fn assert_is_about_descriptors(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    let why = io::Error::from(Errno::MFILE).to_string();
    assert!(error.to_string().contains(&why), "{error}");
}

/// Returns the highest number of an open descriptor.
fn highest_descriptor() -> u64 {
    let open = std::fs::read_dir("/proc/self/fd").expect("the open descriptors");
    let numbers = open.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    // The descriptor of this directory is closed again.
    numbers.max().map_or(0, |highest: u64| highest)
}

/// Sets how many descriptors this process may have.
fn set_limit(descriptors: u64) {
    let limit = Rlimit {
        current: Some(descriptors),
        ..getrlimit(Resource::Nofile)
    };
    setrlimit(Resource::Nofile, limit).expect("`ulimit -Hn` allows some thousands");
}
