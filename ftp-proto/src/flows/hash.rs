//! Asking for the hash of a file.
//!
//! ```text
//! FEAT (if not known) ---> OPTS HASH (if not in force) ---> HASH ---> XSHA256, XMD5 ...
//!                          if FEAT lists the algorithm        if FEAT lists them
//! ```

use alloc::collections::VecDeque;

use super::Feat;
use super::compose::inner;
use super::exchange::Exchange;
use super::extension::{Extension, quoted};
use crate::capabilities::{Capability, Support};
use crate::error::Error;
use crate::flow::{Answer, Flow, Halt, Step};
use crate::reply::{Algorithm, Features, FileHash};
use crate::session::Session;
use crate::wire::{Command, Reply, Verb};

/// Asks for the hash of a file: by HASH (draft-bryan-ftpext-hash) if FEAT lists the algorithm, else
/// by XCRC, XMD5, XSHA, XSHA1, XSHA256, XSHA512, MD5 or MMD5, as FEAT lists them. OPTS HASH chooses
/// the algorithm before HASH, unless the server uses this algorithm already.
///
/// Returns `None` if the server lists no command for this algorithm, or says of each listed command
/// that it does not know it. If the server has no FEAT, the flow tries the commands one after the
/// other until one works. The session remembers each command that the server does not know.
///
/// ```
/// # mod scripted { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/scripted.rs")); }
/// # use scripted::{Server, drive, logged_in};
/// # let mut session = logged_in()?;
/// use ftp_proto::flows::HashOf;
/// use ftp_proto::reply::Algorithm;
///
/// let mut server = Server::new([
///     "211-Features:\r\n XMD5\r\n211 End",
///     "250 5d41402abc4b2a76b9719d911017c592",
/// ]);
/// let hash = drive(&mut session, HashOf::new("hello", Algorithm::Md5)?, &mut server)?;
/// let digits = hash.map(|hash| hash.to_string());
/// assert_eq!(digits.as_deref(), Some("5d41402abc4b2a76b9719d911017c592"));
/// assert_eq!(server.heard(), ["FEAT", "XMD5 hello"]);
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct HashOf {
    algorithm: Algorithm,
    hash: Extension,
    others: VecDeque<Extension>,
    state: State,
}

#[derive(Debug)]
enum State {
    Start(Feat),
    /// Sending OPTS HASH. If the server refuses OPTS HASH, the flow still sends HASH if the server
    /// uses the wanted algorithm by default.
    Choosing(Exchange, Chosen),
    Hash,
    Others,
}

/// Whether HASH uses this algorithm by default, or only after OPTS HASH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chosen {
    ByDefault,
    ByOption,
}

impl HashOf {
    /// Makes the flow from the path of the file and the algorithm.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn new(path: impl AsRef<[u8]>, algorithm: Algorithm) -> Result<Self, Error> {
        let path = path.as_ref();
        let mut others = VecDeque::new();
        for capability in commands(algorithm) {
            let verb = Verb::new(capability.name())?;
            // The argument of MD5 is the path and nothing else. The other commands may have numbers
            // after the path, so they need quotation marks around a path with a blank.
            let path = match capability {
                Capability::Md5 => Ok(path.to_vec()),
                _ if !path.contains(&b' ') => Ok(path.to_vec()),
                _ => quoted(&verb, path),
            };
            if let Ok(path) = path {
                others.push_back(Extension::new(*capability, verb.with(path)?));
            }
        }
        Ok(Self {
            algorithm,
            hash: Extension::new(Capability::Hash, Verb::HASH.with(path)?),
            others,
            state: State::Start(Feat::new()),
        })
    }
}

/// Returns the commands other than HASH that compute this algorithm.
fn commands(algorithm: Algorithm) -> &'static [Capability] {
    match algorithm {
        Algorithm::Crc32 => &[Capability::Xcrc],
        Algorithm::Md5 => &[Capability::Xmd5, Capability::Md5, Capability::Mmd5],
        Algorithm::Sha1 => &[Capability::Xsha1, Capability::Xsha],
        Algorithm::Sha256 => &[Capability::Xsha256],
        Algorithm::Sha512 => &[Capability::Xsha512],
    }
}

impl Flow for HashOf {
    type Output = Option<FileHash>;

    fn step(&mut self, session: &mut Session, answer: Answer) -> Result<Step<Self::Output>, Error> {
        Step::run(answer, |answer| {
            loop {
                self.state = match &mut self.state {
                    State::Start(feat) => {
                        let features = inner(feat, session, answer)?;
                        self.start(&features, session)
                    }
                    State::Choosing(options, chosen) => {
                        let accepted = !options.reply(session, answer)?.is_refusal();
                        session.check_alive()?;
                        match accepted || *chosen == Chosen::ByDefault {
                            true => State::Hash,
                            false => State::Others,
                        }
                    }
                    State::Hash => match self.hash.ask(session, answer)? {
                        Some(reply) => {
                            let read = |reply: &Reply| crate::reply::hash(reply, self.algorithm);
                            let hash = self.hash.read(reply, read)?;
                            match hash.algorithm() == self.algorithm {
                                true => return Ok(Some(hash)),
                                false => State::Others,
                            }
                        }
                        None => State::Others,
                    },
                    State::Others => return self.ask_others(session, answer),
                };
            }
        })
    }
}

impl HashOf {
    /// Chooses between HASH and the other commands, depending on what FEAT lists.
    fn start(&mut self, features: &Features, session: &Session) -> State {
        let unlisted = features.is_empty();
        let wanted = |extension: &Extension| match session.support(extension.capability()) {
            Support::Refused => false,
            Support::Unknown => unlisted,
            Support::Advertised | Support::Verified => true,
        };
        self.others.retain(wanted);
        let Some(chosen) = listed(features, self.algorithm) else {
            return State::Others;
        };
        let in_force = session.option_in_force("HASH").and_then(Algorithm::named);
        if !wanted(&self.hash) {
            State::Others
        } else if in_force == Some(self.algorithm) {
            State::Hash
        } else {
            let options = Command::fixed(Verb::OPTS, option(self.algorithm));
            State::Choosing(Exchange::new(options), chosen)
        }
    }

    fn ask_others(
        &mut self,
        session: &mut Session,
        answer: &mut Answer,
    ) -> Result<Option<FileHash>, Halt> {
        while let Some(extension) = self.others.front_mut() {
            if let Some(reply) = extension.ask(session, answer)? {
                let read = |reply: &Reply| crate::reply::hash(reply, self.algorithm);
                return Ok(Some(extension.read(reply, read)?));
            }
            self.others.pop_front();
        }
        Ok(None)
    }
}

/// Reads from FEAT whether HASH supports the algorithm, as in `HASH SHA-1;SHA-256*;MD5`. The star
/// marks the algorithm that HASH uses by default. `None` if the algorithm is not listed.
fn listed(features: &Features, algorithm: Algorithm) -> Option<Chosen> {
    let list = features.parameters("HASH")?;
    let names = || list.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
    let is_alone = names().filter(|name| !name.is_empty()).count() == 1;
    names().find_map(|name| {
        let plain = name.strip_suffix(b"*");
        let found = Algorithm::named(plain.unwrap_or(name)) == Some(algorithm);
        found.then_some(match plain.is_some() || is_alone {
            true => Chosen::ByDefault,
            false => Chosen::ByOption,
        })
    })
}

/// The argument of OPTS that chooses the algorithm.
fn option(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Crc32 => "HASH CRC32",
        Algorithm::Md5 => "HASH MD5",
        Algorithm::Sha1 => "HASH SHA-1",
        Algorithm::Sha256 => "HASH SHA-256",
        Algorithm::Sha512 => "HASH SHA-512",
    }
}
