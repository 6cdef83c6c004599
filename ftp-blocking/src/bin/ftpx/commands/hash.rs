//! `ftpx hash`: asks a server for the hashes of files.

use clap::Args;
use ftp_blocking::reply::{Algorithm, FileHash};
use ftp_blocking::{Client, Error};
use serde::Serialize;

use super::paths;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::JsonName;

/// Shows hashes that the server computes, as `sha256sum` shows them
#[derive(Args, Debug)]
pub(crate) struct Hash {
    /// Files, or patterns
    #[arg(value_name = "TARGET", required = true)]
    targets: Vec<String>,
    /// SHA-256, SHA-512, SHA-1, MD5 or CRC32 [default: the first of them that the server has]
    #[arg(short, long, value_name = "NAME", value_parser = algorithm)]
    algorithm: Option<Algorithm>,
    /// Writes a line of JSON for each file
    #[arg(long)]
    json: bool,
}

/// A hash in JSON.
#[derive(Serialize)]
struct Hashed<'h> {
    path: JsonName<'h>,
    algorithm: &'static str,
    hash: String,
}

/// The order in which algorithms are asked for.
const ORDER: [Algorithm; 5] = [
    Algorithm::Sha256,
    Algorithm::Sha512,
    Algorithm::Sha1,
    Algorithm::Md5,
    Algorithm::Crc32,
];

impl Hash {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        paths::for_each(&self.targets, context, |target, context| {
            paths::for_each_file(target, context, |path, context| {
                let client = context.sessions.at(target)?.client;
                let hash = self.ask(client, path)?.ok_or_else(|| {
                    let what = self.algorithm.map_or("hash", |it| it.name());
                    Failure::new(Exit::Command, format!("the server computes no {what}"))
                })?;
                match self.json {
                    true => context.out.json(&Hashed {
                        path: JsonName::new(path),
                        algorithm: hash.algorithm().name(),
                        hash: hash.to_string(),
                    }),
                    false => context.out.after(&format!("{hash}  "), path),
                }
            })
        })
    }

    /// Asks for the hash that is wanted, or for the first that the server has.
    fn ask(&self, client: &mut Client, path: &[u8]) -> Result<Option<FileHash>, Error> {
        let wanted = match &self.algorithm {
            Some(algorithm) => std::slice::from_ref(algorithm),
            None => &ORDER,
        };
        for algorithm in wanted {
            if let Some(hash) = client.hash(path, *algorithm)? {
                return Ok(Some(hash));
            }
        }
        Ok(None)
    }
}

/// Reads the name of an algorithm, in any case and with or without `-`.
fn algorithm(text: &str) -> Result<Algorithm, String> {
    let plain = |name: &str| name.replace('-', "").to_ascii_lowercase();
    let found = ORDER
        .iter()
        .find(|known| plain(known.name()) == plain(text));
    found.copied().ok_or_else(|| {
        let names: Vec<_> = ORDER.iter().map(|known| known.name()).collect();
        format!("`{text}` is none of {}", names.join(", "))
    })
}
