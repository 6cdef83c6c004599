//! The contract table: operations and their expected outcomes. Every driver can be run through it.
//!
//! A driver under test implements [`Driver`]. [`contract_tests!`](crate::contract_tests) then makes
//! one test of each case. Every case runs in clear text and, if it can, under TLS 1.2 and 1.3. In
//! each of these, the server's replies arrive whole, and then byte by byte.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::simulator::{Setup, Simulator};
use crate::{
    Config, DataMode, Error, ErrorKind, FileStructure, Options, Protection, Timeouts,
    TransferOptions, TransferType, TransmissionMode,
};

/// What a case asks a driver to do. Each operation is one public method.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// Log in as `user` with the password `secret`.
    Login,
    /// Log in with this user name and password. The outcome is [`Outcome::Done`].
    LoginAs(&'static str, &'static str),
    /// The current directory. The outcome is [`Outcome::Bytes`].
    Pwd,
    /// The size of a file. The outcome is [`Outcome::Size`].
    Size(&'static str),
    /// The features. The outcome is [`Outcome::Bytes`], their names in order, each with a blank
    /// after it.
    Features,
    /// NOOP. The outcome is [`Outcome::Code`].
    Noop,
    /// A raw command. The outcome is [`Outcome::Code`].
    Raw(&'static str),
    /// The lines of LIST. The outcome is [`Outcome::Count`].
    List,
    /// The lines of NLST. The outcome is [`Outcome::Lines`].
    Names,
    /// A download from an offset to its end. The outcome is [`Outcome::Bytes`].
    Download(&'static str, u64),
    /// A download of a file that must have this size. The outcome is [`Outcome::Bytes`].
    DownloadExpecting(&'static str, u64),
    /// A download with these options. The outcome is [`Outcome::Bytes`].
    DownloadWith(&'static str, TransferOptions),
    /// A download, with a NOOP after this many bytes. The outcome is [`Outcome::Bytes`].
    DownloadKeptAlive(&'static str, usize),
    /// A download that ends by [`Ending`] after this many bytes were read. The outcome is
    /// [`Outcome::Done`].
    Begin(&'static str, usize, Ending),
    /// An upload. The outcome is [`Outcome::Count`], in bytes.
    Upload(&'static str, Vec<u8>),
    /// An upload that ends by [`Ending`] after these bytes were written. The outcome is
    /// [`Outcome::Done`].
    BeginUpload(&'static str, Vec<u8>, Ending),
    /// A method with one argument; an empty argument means none. The outcome is [`Outcome::Code`].
    Call(Call, &'static str),
    /// MKD. The outcome is [`Outcome::Bytes`], the path.
    MakeDirectory(&'static str),
    /// RNFR and RNTO. The outcome is [`Outcome::Code`].
    Rename(&'static str, &'static str),
    /// MDTM. The outcome is [`Outcome::Bytes`], the time as [`Timestamp`](crate::reply::Timestamp)
    /// shows it.
    Modified(&'static str),
    /// MLST. The outcome is [`Outcome::Lines`], the name and then each fact as `key=value`.
    Facts(&'static str),
    /// MLSD of the current directory. The outcome is [`Outcome::Lines`], the names.
    FactsOfAll,
    /// A description of a path, or of the current directory if the path is empty.
    /// [`Outcome::Lines`], as they came.
    Look(Look, &'static str),
    /// What the server has stored under this absolute path. The outcome is [`Outcome::Bytes`] for a
    /// file, [`Outcome::Done`] for a directory, [`Outcome::Size`] of `None` for nothing. The
    /// table's own code looks at the server's files; the driver is not asked.
    Stored(&'static str),
    /// ALLO. The outcome is [`Outcome::Code`].
    Allocate(u64),
    /// TYPE. The outcome is [`Outcome::Done`].
    Type(TransferType),
    /// MODE. The outcome is [`Outcome::Done`].
    Mode(TransmissionMode),
    /// STRU. The outcome is [`Outcome::Done`].
    Structure(FileStructure),
    /// A download as a text. The outcome is [`Outcome::Bytes`].
    DownloadText(&'static str),
    /// A download line by line. The outcome is [`Outcome::Lines`].
    DownloadLines(&'static str),
    /// A download by this command in TYPE A. The outcome is [`Outcome::Bytes`].
    DownloadCommand(&'static str),
    /// An upload from an offset on. The outcome is [`Outcome::Count`], in bytes.
    UploadAt(&'static str, u64, Vec<u8>),
    /// An upload with these options. The outcome is [`Outcome::Count`], in bytes.
    UploadWith(&'static str, TransferOptions, Vec<u8>),
    /// An upload as a text. The outcome is [`Outcome::Count`], in bytes of the wire.
    UploadText(&'static str, Vec<u8>),
    /// An upload in TYPE A of bytes that already have CRLF line ends. The outcome is
    /// [`Outcome::Count`], in bytes.
    UploadAscii(&'static str, &'static str),
    /// An upload of lines. The outcome is [`Outcome::Count`], in bytes of the wire.
    StoreLines(&'static str, &'static [&'static str]),
    /// An upload by this command in TYPE I. The outcome is [`Outcome::Count`], in bytes.
    UploadCommand(&'static str, Vec<u8>),
    /// APPE. The outcome is [`Outcome::Count`], in bytes.
    Append(&'static str, Vec<u8>),
    /// STOU. The outcome is [`Outcome::Bytes`], the name.
    UploadUnique(Vec<u8>),
    /// PBSZ and PROT. The outcome is [`Outcome::Done`].
    Protect(Protection),
    /// Sets which side makes the data connections from now on. The outcome is [`Outcome::Done`].
    DataMode(DataMode),
    /// A new connection that replaces this one. The outcome is [`Outcome::Done`].
    Reconnect,
    /// QUIT. The outcome is [`Outcome::Done`].
    Quit,
}

/// The methods that take one argument or none, and return a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the names of the methods")]
pub enum Call {
    Cwd,
    Rmd,
    Delete,
    System,
    Status,
    Help,
    Site,
    Opts,
    Account,
    Mount,
    Reinitialize,
    Host,
    Language,
    ClientName,
}

/// The commands that describe files and directories in lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names of the commands")]
pub enum Look {
    List,
    Nlst,
    Mlsd,
    Mlst,
    Stat,
}

/// How a transfer is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The transfer is aborted, and the reply is awaited.
    Abort,
    /// The transfer is dropped.
    Drop,
    /// The transfer is given to `mem::forget`.
    Forget,
}

/// The result of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Success, with nothing to compare.
    Done,
    /// The bytes of a file, or of a path.
    Bytes(Vec<u8>),
    /// Lines of a listing.
    Lines(Vec<Vec<u8>>),
    /// A number of lines or of bytes.
    Count(usize),
    /// A size in bytes, if the server knows it.
    Size(Option<u64>),
    /// The code of a reply.
    Code(u16),
    /// An error, and the bytes that had come before it.
    Failed(Failure, Vec<u8>),
}

/// The parts of an error that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind of the error.
    pub kind: ErrorKind,
    /// The code of the error's reply. `None` if it has no reply.
    pub code: Option<u16>,
    /// How many bytes were moved. In an expectation, `None` means any number.
    pub transferred: Option<u64>,
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Self {
            kind: error.kind(),
            code: error.reply().map(|reply| reply.code().value()),
            transferred: error.transferred(),
        }
    }
}

impl Outcome {
    /// Makes the outcome of an operation that failed before any byte came.
    pub fn failed(error: &Error) -> Self {
        Self::Failed(error.into(), Vec::new())
    }
}

/// What a case expects.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Expect {
    /// Exactly this outcome.
    Is(Outcome),
    /// An error of this kind, with this code in its reply.
    Fails(ErrorKind, Option<u16>),
    /// An error of this kind, with this code in its reply, after this many bytes were moved. The
    /// reader got these bytes before the error.
    FailsAfter(ErrorKind, Option<u16>, usize),
    /// A reply with one of these codes. With a real server, only the first digit counts.
    Code(&'static [u16]),
    /// Bytes that contain each of these words, with blanks between words.
    Words(&'static [&'static str]),
    /// Lines that describe exactly these entries, in any order. The first word of an entry must end
    /// the line. The other words must occur in the line, in upper or lower case.
    Entries(&'static [&'static [&'static str]]),
}

/// Returns whether lines are what [`Expect::Entries`] asks for. The first and last lines of a
/// listing do not count, nor do the directory itself and its parent.
pub fn has_entries(lines: &[Vec<u8>], entries: &[&[&str]]) -> bool {
    let fits = |line: &[u8], entry: &[&str]| {
        let lower = line.to_ascii_lowercase();
        entry.split_first().is_some_and(|(name, words)| {
            line.ends_with(name.as_bytes()) && words.iter().all(|word| has(&lower, word))
        })
    };
    let is_known = |line: &Vec<u8>| {
        is_frame(&line.to_ascii_lowercase()) || entries.iter().any(|entry| fits(line, entry))
    };
    let is_there = |entry: &&[&str]| lines.iter().any(|line| fits(line, entry));
    lines.iter().all(is_known) && entries.iter().all(is_there)
}

/// Returns whether bytes are what [`Expect::Words`] asks for.
pub fn has_words(bytes: &[u8], words: &[&str]) -> bool {
    let found: Vec<_> = bytes.split(|byte| *byte == b' ').collect();
    words.iter().all(|word| found.contains(&word.as_bytes()))
}

fn is_frame(line: &[u8]) -> bool {
    let heads = ["total ", "stat", "end"];
    line.ends_with(b".")
        || heads.iter().any(|word| line.starts_with(word.as_bytes()))
        || has(line, "type=cdir;")
        || has(line, "type=pdir;")
}

fn has(line: &[u8], word: &str) -> bool {
    line.windows(word.len()).any(|part| part == word.as_bytes())
}

/// A driver under test. `perform` is a `match` from operations to the driver's own methods.
pub trait Driver: Sized {
    /// Connects to a server in memory and waits for the greeting.
    ///
    /// # Errors
    /// The error of the driver's own connect method.
    fn connect(server: Simulator, options: Options) -> Result<Self, Error>;

    /// Runs one operation.
    fn perform(&mut self, operation: &Operation) -> Outcome;

    /// Calls `look` with the server.
    fn with_server<T>(&self, look: impl FnOnce(&mut Simulator) -> T) -> T;
}

/// Both sides of TLS for a run: what the server presents, and what the client trusts.
#[cfg(feature = "rustls")]
#[derive(Clone, Debug)]
pub struct TlsEnds {
    /// The server's side; its certificate is valid for `localhost`.
    pub server: alloc::sync::Arc<rustls::ServerConfig>,
    /// The client's side.
    pub client: crate::tls::TlsConfig,
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Case {
    pub(super) setup: Setup,
    pub(super) in_every_way: bool,
    pub(super) config: fn(Config) -> Config,
    pub(super) channels: Channels,
    pub(super) connects: Option<Expect>,
    pub(super) steps: Vec<(Operation, Expect)>,
    pub(super) commands: Option<&'static [&'static str]>,
}

/// The protection under which a case makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channels {
    Both,
    Clear,
    /// Explicit TLS.
    Tls,
    Implicit,
}

impl Case {
    /// Runs the case in all variations. Each of `tls` speaks another version of TLS.
    ///
    /// # Errors
    /// A text for people: what came, and what was expected instead.
    pub fn run<D: Driver>(&self, #[cfg(feature = "rustls")] tls: &[TlsEnds]) -> Result<(), String> {
        for segment in [None, Some(1)] {
            let cut = |setup: Setup| match segment {
                Some(bytes) => setup.segment(bytes),
                None => setup,
            };
            if matches!(self.channels, Channels::Both | Channels::Clear) {
                self.run_once::<D>(cut(self.setup.clone()), options())
                    .map_err(|why| format!("in clear, segments {segment:?}: {why}"))?;
            }
            #[cfg(feature = "rustls")]
            for ends in tls.iter().filter(|_| self.channels != Channels::Clear) {
                let (setup, server) = (self.setup.clone(), ends.server.clone());
                let (setup, options) = match self.channels {
                    Channels::Implicit => (
                        setup.implicit_tls(server),
                        options().with_implicit_tls(ends.client.clone()),
                    ),
                    _ => (setup.tls(server), options().with_tls(ends.client.clone())),
                };
                self.run_once::<D>(cut(setup.require_reuse()), options)
                    .map_err(|why| format!("under TLS, segments {segment:?}: {why}"))?;
            }
        }
        Ok(())
    }

    /// Returns whether the case needs only a server that follows the RFCs, so that it can also be
    /// run with a real server. In such a case no fault is scripted, no feature is removed, nothing
    /// extra is demanded, and the case makes sense in clear text.
    pub fn is_well_behaved(&self) -> bool {
        let setup = &self.setup;
        let plain = Setup::new();
        setup.faults.is_empty()
            && setup.without.is_empty()
            && setup.account.is_none()
            && setup.account_to_store.is_none()
            && !setup.pret
            && setup.banner == plain.banner
            && setup.home == plain.home
            && (&setup.user, &setup.password) == (&plain.user, &plain.password)
            && self.connects.is_none()
            && matches!(self.channels, Channels::Both | Channels::Clear)
    }

    /// Returns whether this case is run with real servers in every way: passive and active mode,
    /// IPv4 and IPv6, clear text and TLS. The other cases are run in passive mode, over IPv4, in
    /// clear text.
    pub fn is_asked_in_every_way(&self) -> bool {
        self.in_every_way
    }

    /// Returns the operations, with what is expected of each.
    pub fn operations(&self) -> &[(Operation, Expect)] {
        &self.steps
    }

    /// Returns the files that exist at the start, by their absolute paths.
    pub fn files(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let files = self.setup.store.files.iter();
        files.map(|(path, content)| (path.as_slice(), content.as_slice()))
    }

    /// Returns the directories that exist at the start, parents first.
    pub fn directories(&self) -> impl Iterator<Item = &[u8]> {
        self.setup.store.directories().map(Vec::as_slice)
    }

    /// Returns the options for this case, based on these options.
    pub fn options(&self, options: Options) -> Options {
        options.with_config(self.config)
    }

    /// Runs the case in clear text with the server's replies cut in two at every position, one run
    /// for each position. Returns the number of runs.
    ///
    /// # Errors
    /// The errors of [`run`](Self::run), with the position of the cut.
    pub fn run_cut_everywhere<D: Driver>(&self) -> Result<usize, String> {
        let mut runs = 0;
        let mut length = usize::MAX;
        while runs < length {
            length = self
                .run_once::<D>(self.setup.clone().cut_at(runs), options())
                .map_err(|why| format!("cut at {runs}: {why}"))?;
            runs += 1;
        }
        Ok(runs)
    }

    /// Returns how many bytes the control connection has carried to the client.
    fn run_once<D: Driver>(&self, setup: Setup, options: Options) -> Result<usize, String> {
        let options = options.with_config(self.config);
        let connected = D::connect(Simulator::new(setup), options);
        let mut driver = match (connected, &self.connects) {
            (Ok(driver), None) => driver,
            (Err(error), Some(expected)) => {
                return meets(&Outcome::failed(&error), expected)
                    .map(|()| 0)
                    .map_err(|why| format!("connecting: {why}"));
            }
            (Ok(_), Some(expected)) => return Err(format!("connected instead of {expected:?}")),
            (Err(error), None) => return Err(format!("not connected: {error}")),
        };
        for (number, (operation, expected)) in self.steps.iter().enumerate() {
            let outcome = match operation {
                Operation::Stored(path) => driver.with_server(|server| stored(server, path)),
                operation => driver.perform(operation),
            };
            meets(&outcome, expected).map_err(|why| {
                let log = driver.with_server(|server| {
                    let lines = server.commands().iter();
                    lines
                        .map(|line| String::from_utf8_lossy(line).into_owned())
                        .collect::<Vec<_>>()
                });
                format!(
                    "step {number}, {:.80}: {why}; the server heard {log:?}",
                    format!("{operation:?}")
                )
            })?;
        }
        if let Some(expected) = self.commands {
            let same = driver.with_server(|server| {
                server
                    .commands()
                    .iter()
                    .map(Vec::as_slice)
                    .eq(expected.iter().map(|c| c.as_bytes()))
            });
            if !same {
                let heard = driver.with_server(|server| format!("{:?}", server.commands()));
                return Err(format!("the server heard {heard} and not {expected:?}"));
            }
        }
        Ok(driver.with_server(|server| server.control_bytes_read()))
    }
}

/// The limits for a run. Time is simulated, so their length does not matter, but they must be
/// finite.
fn options() -> Options {
    let timeouts = Timeouts::default().with_all(core::time::Duration::from_secs(1));
    Options::new("localhost").with_timeouts(timeouts)
}

fn stored(server: &Simulator, path: &str) -> Outcome {
    match server.file(path) {
        Some(content) => Outcome::Bytes(content.to_vec()),
        None if server.store.is_directory(path.as_bytes()) => Outcome::Done,
        None => Outcome::Size(None),
    }
}

fn meets(outcome: &Outcome, expected: &Expect) -> Result<(), String> {
    let met = match (outcome, expected) {
        (outcome, Expect::Is(expected)) => outcome == expected,
        (Outcome::Failed(failure, _), Expect::Fails(kind, code)) => {
            failure.kind == *kind && failure.code == *code
        }
        (Outcome::Failed(failure, came), Expect::FailsAfter(kind, code, bytes)) => {
            failure.kind == *kind
                && failure.code == *code
                && failure.transferred == Some(*bytes as u64)
                && came.len() == *bytes
        }
        (Outcome::Code(code), Expect::Code(codes)) => codes.contains(code),
        (Outcome::Bytes(bytes), Expect::Words(words)) => has_words(bytes, words),
        (Outcome::Lines(lines), Expect::Entries(entries)) => has_entries(lines, entries),
        _ => false,
    };
    if met {
        Ok(())
    } else {
        Err(format!(
            "{} instead of {:.120}",
            brief(outcome),
            format!("{expected:?}")
        ))
    }
}

fn brief(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Bytes(bytes) if bytes.len() > 64 => format!("{} bytes", bytes.len()),
        Outcome::Failed(failure, came) => format!("{failure:?} after {} bytes", came.len()),
        outcome => format!("{outcome:?}"),
    }
}
