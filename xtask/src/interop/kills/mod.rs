//! Kills programs in the middle of their transfers, and checks that the same call then succeeds and
//! leaves nothing else. The server is vsftpd under TLS.
//!
//! `files.rs` kills programs that transfer one file, and `trees.rs` programs that make one
//! directory like another.

mod files;
mod ground;
mod trees;

use std::{env, fs};

use ftp_blocking::{Credentials, Options, Pipelining, TlsConfig};

use crate::console::say;
use crate::servers::Result;

pub(crate) use ground::VICTIM;
use ground::{Ground, PIPELINED};

/// What the victims do.
#[derive(Clone, Copy)]
pub(super) enum Prey {
    Files,
    Trees,
}

/// Kills `count` programs at random times.
pub(super) fn run(prey: Prey, count: usize) -> Result<()> {
    let seed = fastrand::u64(..);
    say(&format!("the seed is {seed}"));
    let ground = Ground::new(seed)?;
    match prey {
        Prey::Files => files::run(ground, count),
        Prey::Trees => trees::run(ground, count),
    }
}

/// The program that is killed: makes one call, and prints how it went.
pub(crate) fn victim(arguments: &[&str]) -> Result<()> {
    let [host, port, certificate, user, password, local, what @ ..] = arguments else {
        return Err("this job is for `cargo xtask interop --kills`".into());
    };
    let pipelining = match env::var_os(PIPELINED) {
        Some(_) => Pipelining::always(),
        None => Pipelining::default(),
    };
    let options = Options::new(*host)
        .with_port(port.parse()?)
        .with_config(|config| config.with_pipelining(pipelining))
        .with_credentials(Credentials::new(user, password)?)
        .with_tls(TlsConfig::with_roots_pem(fs::read(certificate)?)?);
    match what {
        ["file", direction, adapter, how] => {
            files::transfer(options, direction, adapter, how, local)
        }
        ["tree", direction, adapter, extra, until] => {
            trees::sync(options, direction, adapter, extra, until, local.as_ref())
        }
        _ => Err("such a victim is unknown".into()),
    }
}
