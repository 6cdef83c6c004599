//! The types of the contract table, which holds test cases for every driver (an adapter of this
//! crate).
//!
//! A driver under test implements [`Driver`]. [`contract_tests!`](crate::contract_tests) then makes
//! one test for each case. Every case runs in clear text, under TLS 1.2 and under TLS 1.3, unless
//! the case is limited to some of these. Each of these runs is done three times: the server's
//! replies arrive whole in the first run, and byte by byte in the second. In the third run, every
//! connection is [reluctant](Setup::reluctant).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::simulator::{Setup, Simulator};
use crate::{
    AbortSignal, Config, DataMode, Error, ErrorKind, FileStructure, FtpProxy, Options, Protection,
    Timeouts, TransferOptions, TransferType, TransmissionMode,
};

/// An operation that a test case runs. For each operation, the driver calls one of its public
/// methods.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// Log in with the user name `user` and the password `secret`.
    Login,
    /// Log in with this user name and password. The outcome is [`Outcome::Done`].
    LoginAs(&'static str, &'static str),
    /// Ask for the current directory. The outcome is [`Outcome::Bytes`].
    Pwd,
    /// Ask for the size of a file. The outcome is [`Outcome::Size`].
    Size(&'static str),
    /// Ask for the server's features. The outcome is [`Outcome::Bytes`]: the names of the features
    /// in order, with a blank after each name.
    Features,
    /// Send NOOP. The outcome is [`Outcome::Code`].
    Noop,
    /// Send this command line as it is. The outcome is [`Outcome::Code`].
    Raw(&'static str),
    /// List the current directory by LIST. The outcome is [`Outcome::Count`], the number of lines.
    List,
    /// List the current directory by NLST. The outcome is [`Outcome::Lines`].
    Names,
    /// Download a file from this offset to its end. The outcome is [`Outcome::Bytes`].
    Download(&'static str, u64),
    /// Download a file that must have this size in bytes. The outcome is [`Outcome::Bytes`].
    DownloadExpecting(&'static str, u64),
    /// Download a file with these options. The outcome is [`Outcome::Bytes`].
    DownloadWith(&'static str, TransferOptions),
    /// Download a file, and send NOOP after this many bytes. The outcome is [`Outcome::Bytes`].
    DownloadKeptAlive(&'static str, usize),
    /// Begin a download, read this many bytes, and then abort, drop or forget the transfer, as
    /// [`Ending`] says. The outcome is [`Outcome::Done`].
    Begin(&'static str, usize, Ending),
    /// Upload these bytes to a file. The outcome is [`Outcome::Count`], the number of bytes.
    Upload(&'static str, Vec<u8>),
    /// Begin an upload, write these bytes, and then abort, drop or forget the transfer, as
    /// [`Ending`] says. The outcome is [`Outcome::Done`].
    BeginUpload(&'static str, Vec<u8>, Ending),
    /// Call the driver's method that [`Call`] names, with this argument. An empty text means that
    /// the method is called without an argument. The outcome is [`Outcome::Code`].
    Call(Call, &'static str),
    /// Make a directory (MKD). The outcome is [`Outcome::Bytes`], the path in the server's reply.
    MakeDirectory(&'static str),
    /// Rename the first path to the second one (RNFR and RNTO). The outcome is [`Outcome::Code`].
    Rename(&'static str, &'static str),
    /// Ask for the modification time of a file (MDTM). The outcome is [`Outcome::Bytes`], the time
    /// as [`Timestamp`](crate::reply::Timestamp) shows it, for example `2024-01-01T00:00:00`.
    Modified(&'static str),
    /// Ask the server what it supports (FEAT and SYST). The outcome is [`Outcome::Bytes`], the text
    /// of the reply to SYST.
    Discover,
    /// Set the modification time of a file. The time is given by 14 digits, `YYYYMMDDhhmmss`. The
    /// outcome is [`Outcome::Bytes`], the name of the [`Capability`](crate::Capability) by which
    /// the driver has set the time, for example `MFMT`.
    SetModified(&'static str, &'static str),
    /// Set the creation time of a file (MFCT). The time is given by 14 digits. The outcome is
    /// [`Outcome::Code`].
    SetCreated(&'static str, &'static str),
    /// Set one fact of a file (MFF): the path, the name of the fact, and its value. The outcome is
    /// [`Outcome::Code`].
    SetFact(&'static str, &'static str, &'static str),
    /// Change the permissions of a file (SITE CHMOD). The outcome is [`Outcome::Code`].
    Chmod(&'static str, u32),
    /// Make a symbolic link (SITE SYMLINK). The first path is the target, the second one the link.
    /// The outcome is [`Outcome::Code`].
    Symlink(&'static str, &'static str),
    /// Join parts into one file (COMB). The first path is the new file, the others are the parts.
    /// The outcome is [`Outcome::Code`].
    Combine(&'static str, &'static [&'static str]),
    /// Ask for the CRC-32 of a file. The outcome is [`Outcome::Bytes`]: the hexadecimal digits, or
    /// no bytes if the driver got no checksum.
    Checksum(&'static str),
    /// Exchange names with the server (CSID). The outcome is [`Outcome::Bytes`]: the server's name,
    /// or no bytes if the server has sent none.
    ClientId,
    /// Ask how many bytes can be stored in a directory (AVBL). The outcome is [`Outcome::Size`].
    Available(&'static str),
    /// Ask for the size of everything in a directory (DSIZ). The outcome is [`Outcome::Size`].
    DirectorySize(&'static str),
    /// Ask for the facts about a path (MLST). The outcome is [`Outcome::Lines`]: the first line is
    /// the name, and each further line is a fact, for example `type=file`.
    Facts(&'static str),
    /// List the current directory by MLSD. The outcome is [`Outcome::Lines`], only the names.
    FactsOfAll,
    /// List a directory or describe a path, by the command that [`Look`] names. An empty path means
    /// the current directory. The outcome is [`Outcome::Lines`], the lines as the server sent them.
    Look(Look, &'static str),
    /// Look up what the server has stored under this absolute path. The outcome is
    /// [`Outcome::Bytes`] for a file, [`Outcome::Done`] for a directory, and [`Outcome::Size`] of
    /// `None` if the path does not exist. [`Case`] looks into the simulator itself and does not
    /// call the driver.
    Stored(&'static str),
    /// Reserve this many bytes (ALLO). The outcome is [`Outcome::Code`].
    Allocate(u64),
    /// Set the transfer type (TYPE). The outcome is [`Outcome::Done`].
    Type(TransferType),
    /// Set the transmission mode (MODE). The outcome is [`Outcome::Done`].
    Mode(TransmissionMode),
    /// Set the file structure (STRU). The outcome is [`Outcome::Done`].
    Structure(FileStructure),
    /// Download a file as text: the driver turns each CRLF into LF. The outcome is
    /// [`Outcome::Bytes`].
    DownloadText(&'static str),
    /// Download a file as text, line by line. The outcome is [`Outcome::Lines`].
    DownloadLines(&'static str),
    /// Send this data command, for example `NLST /raw`, in TYPE A, and read what the server sends.
    /// The outcome is [`Outcome::Bytes`].
    DownloadCommand(&'static str),
    /// Upload these bytes so that the server stores the first one at this offset of the file. The
    /// outcome is [`Outcome::Count`], the number of bytes.
    UploadAt(&'static str, u64, Vec<u8>),
    /// Upload these bytes to a file with these options. The outcome is [`Outcome::Count`], the
    /// number of bytes.
    UploadWith(&'static str, TransferOptions, Vec<u8>),
    /// Upload these bytes as text: the driver turns each line end into CRLF. The outcome is
    /// [`Outcome::Count`], the number of bytes on the data connection.
    UploadText(&'static str, Vec<u8>),
    /// Upload a text in TYPE A whose lines already end with CRLF. The outcome is
    /// [`Outcome::Count`], the number of bytes.
    UploadAscii(&'static str, &'static str),
    /// Upload these lines as text; the driver adds the line ends. The outcome is
    /// [`Outcome::Count`], the number of bytes on the data connection.
    StoreLines(&'static str, &'static [&'static str]),
    /// Send this data command, for example `STOR /raw`, in TYPE I, and upload these bytes. The
    /// outcome is [`Outcome::Count`], the number of bytes.
    UploadCommand(&'static str, Vec<u8>),
    /// Append these bytes to a file (APPE). The outcome is [`Outcome::Count`], the number of bytes.
    Append(&'static str, Vec<u8>),
    /// Upload these bytes under a name that the server chooses (STOU). The outcome is
    /// [`Outcome::Bytes`], the name.
    UploadUnique(Vec<u8>),
    /// Set the protection of data connections (PBSZ and PROT). The outcome is [`Outcome::Done`].
    Protect(Protection),
    /// Set whether the client (passive mode) or the server (active mode) makes the data connections
    /// from now on. The outcome is [`Outcome::Done`].
    DataMode(DataMode),
    /// Replace the control connection by a new one. The outcome is [`Outcome::Done`].
    Reconnect,
    /// End the session by QUIT. The outcome is [`Outcome::Done`].
    Quit,
}

/// The methods of a driver that take one argument or none, and return a reply.
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
    RemoveDirectoryTree,
}

/// The commands by which a client lists a directory or describes a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names of the commands")]
pub enum Look {
    List,
    Nlst,
    Mlsd,
    Mlst,
    Stat,
}

/// How a driver gives up a transfer before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The driver sends ABOR and waits for the server's reply.
    Abort,
    /// The driver drops its transfer object.
    Drop,
    /// The driver passes its transfer object to `mem::forget`, so that no destructor runs.
    Forget,
}

/// The result of an operation.
///
/// ```
/// use ftp_proto::simulator::contract::Outcome;
/// use ftp_proto::{Error, ErrorKind};
///
/// /// What a driver returns for `Operation::Size`.
/// fn sized(result: Result<Option<u64>, Error>) -> Outcome {
///     match result {
///         Ok(size) => Outcome::Size(size),
///         Err(error) => Outcome::failed(&error),
///     }
/// }
///
/// assert_eq!(sized(Ok(Some(5))), Outcome::Size(Some(5)));
/// assert!(matches!(sized(Err(Error::new(ErrorKind::Closed))), Outcome::Failed(..)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The operation succeeded, and returned nothing that a case could compare.
    Done,
    /// The bytes of a file, or of a path.
    Bytes(Vec<u8>),
    /// Lines of a listing.
    Lines(Vec<Vec<u8>>),
    /// A number of lines or a number of bytes, depending on the operation.
    Count(usize),
    /// A size in bytes. `None` if the server does not know it, or if the file does not exist.
    Size(Option<u64>),
    /// The code of a reply.
    Code(u16),
    /// The operation failed with this error, after the driver had read these bytes of the file.
    Failed(Failure, Vec<u8>),
    /// The driver has no such operation. The rest of the row is then left out.
    Unsupported,
}

/// The parts of an error that a test case compares.
///
/// ```
/// use ftp_proto::simulator::contract::Failure;
/// use ftp_proto::wire::Reply;
/// use ftp_proto::{Error, ErrorKind};
///
/// let error = Error::from_reply(Reply::parse(b"550 No such file\r\n")?);
/// let failure = Failure::from(&error);
/// assert_eq!((failure.kind, failure.code), (ErrorKind::Permanent, Some(550)));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind of the error.
    pub kind: ErrorKind,
    /// The code of the server's reply in the error. `None` if the error holds no reply.
    pub code: Option<u16>,
    /// How many bytes of the file were moved before the error. `None` if the error does not say it.
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
    /// Makes the outcome of an operation that failed before the driver read any byte of a file.
    pub fn failed(error: &Error) -> Self {
        Self::Failed(error.into(), Vec::new())
    }
}

/// What a case expects.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Expect {
    /// The outcome must be exactly this one.
    Is(Outcome),
    /// The operation must fail with an error of this kind. The code is that of the reply in the
    /// error. `None` means that the error must hold no reply.
    Fails(ErrorKind, Option<u16>),
    /// The operation must fail with an error of this kind and this code, as for [`Expect::Fails`].
    /// The number is how many bytes of the file have come before: the driver has read them, and the
    /// error reports their number.
    FailsAfter(ErrorKind, Option<u16>, usize),
    /// The outcome must be a reply with one of these codes. With a real server, only the first
    /// digit is compared.
    Code(&'static [u16]),
    /// The outcome must be bytes that contain each of these words, with blanks between the words.
    Words(&'static [&'static str]),
    /// The outcome must be lines that describe exactly these entries, in any order. An entry is a
    /// list of words: its line must end with the first word, which is the name. The line must
    /// contain the other words, in upper or lower case.
    Entries(&'static [&'static [&'static str]]),
}

/// Returns whether these lines fulfil [`Expect::Entries`]. Lines that are no entry are ignored, for
/// example `total 4`, and so are the lines of the directory itself and of its parent.
///
/// ```
/// use ftp_proto::simulator::contract::has_entries;
///
/// let lines = [b"total 4".to_vec(), b"-rw-r--r-- 1 ada ada 5 Jan 1 2024 hello".to_vec()];
/// assert!(has_entries(&lines, &[&["hello", "5"]]));
/// assert!(!has_entries(&lines, &[&["hello"], &["world"]]));
/// ```
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

/// Returns whether these bytes fulfil [`Expect::Words`].
///
/// ```
/// use ftp_proto::simulator::contract::has_words;
///
/// assert!(has_words(b"size=5; type=file;", &["type=file;"]));
/// assert!(!has_words(b"size=50;", &["size=5;"]));
/// ```
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

/// A driver under test. An implementation translates each [`Operation`] to a call of the driver's
/// own method.
pub trait Driver: Sized {
    /// Connects to a server in memory and waits for the greeting.
    ///
    /// # Errors
    /// The error of the driver's own connect method.
    fn connect(server: Simulator, options: Options) -> Result<Self, Error>;

    /// Runs one operation.
    fn perform(&mut self, operation: &Operation) -> Outcome;

    /// Passes the server to `look`, and returns what `look` returns.
    fn with_server<T>(&self, look: impl FnOnce(&mut Simulator) -> T) -> T;

    /// Returns whether the driver can follow these options. A minimal driver may lack active mode
    /// ([`Config::data_mode`]) or TLS, for example. Runs with options that it cannot follow are left
    /// out. By default, the driver can follow all.
    fn supports(_options: &Options) -> bool {
        true
    }

    /// Returns whether the driver learns from its system how many bytes the server has not
    /// acknowledged ([`Backlog`](crate::data::Backlog)). If not, uploads over slow lines fail, and
    /// the rows that need them are left out. By default, it does.
    fn knows_backlog() -> bool {
        true
    }
}

/// The TLS configurations of the server and of the client. Both use the same single version of TLS.
#[cfg(feature = "rustls")]
#[derive(Clone, Debug)]
pub struct TlsEnds {
    /// The server's configuration. Its certificate is valid for `localhost`.
    pub server: alloc::sync::Arc<rustls::ServerConfig>,
    /// The client's configuration, which trusts the server's certificate.
    pub client: crate::tls::TlsConfig,
}

/// One row of the contract table: the settings of the server, and the operations to run, each with
/// the outcome that it must have.
///
/// ```
/// use ftp_proto::simulator::cases;
///
/// let case = cases::listings();
/// assert!(case.is_well_behaved());
/// assert!(case.files().any(|(path, content)| (path, content) == (b"/d/one", b"1")));
/// let (operation, _expect) = &case.operations()[0];
/// println!("{operation:?}");
/// ```
#[derive(Clone, Debug)]
pub struct Case {
    pub(super) setup: Setup,
    pub(super) in_every_way: bool,
    pub(super) config: fn(Config) -> Config,
    /// What the options have that is no setting of the session.
    pub(super) options: fn(Options) -> Options,
    pub(super) resumes: Resumes,
    pub(super) channels: Channels,
    pub(super) connects: Option<Expect>,
    pub(super) steps: Vec<(Operation, Expect)>,
    pub(super) commands: Option<&'static [&'static str]>,
    pub(super) ftp_proxy: Option<FtpProxy>,
}

/// Whether a case runs with control connections in clear text, under TLS, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channels {
    Both,
    Clear,
    /// Explicit TLS.
    Tls,
    Implicit,
}

/// Which TLS sessions the server lets data connections resume. Unless it is none, the server demands
/// that they resume one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resumes {
    Nothing,
    /// Under TLS 1.3, the server sends one ticket on each connection, so each must be kept.
    OneTicket,
    /// As rustls does it. Under TLS 1.3, it sends two tickets on each connection.
    Usual,
}

/// A way in which each case runs: its name, and what it changes.
type Way = (&'static str, fn(Setup) -> Setup);

/// The Telnet command that ends a Synch.
const DATA_MARK: u8 = 0xF2;

const WAYS: [Way; 3] = [
    ("replies whole", |setup| setup),
    ("replies byte by byte", |setup| setup.segment(1)),
    ("connections reluctant", Setup::reluctant),
];

impl Case {
    /// Runs the case in clear text, and under TLS once for each item of `tls`. Each item stands for
    /// one version of TLS. A case may be limited to clear text or to TLS. Each run is done three
    /// times: the server's replies arrive whole in the first run, and byte by byte in the second. In
    /// the third run, every connection is [reluctant](Setup::reluctant).
    pub fn run<D: Driver>(&self, #[cfg(feature = "rustls")] tls: &[TlsEnds]) -> Result<(), String> {
        for (how, change) in WAYS {
            if matches!(self.channels, Channels::Both | Channels::Clear) {
                self.run_once::<D>(change(self.setup.clone()), options())
                    .map_err(|why| format!("in clear, {how}: {why}"))?;
            }
            #[cfg(feature = "rustls")]
            for ends in tls.iter().filter(|_| self.channels != Channels::Clear) {
                let server = match self.resumes {
                    Resumes::Usual => ends.server.clone(),
                    Resumes::OneTicket => with_one_ticket(&ends.server),
                    Resumes::Nothing => without_resumption(&ends.server),
                };
                let mut setup = self.setup.clone();
                if self.resumes != Resumes::Nothing {
                    setup = setup.require_reuse();
                }
                let (setup, options) = match self.channels {
                    Channels::Implicit => (
                        setup.implicit_tls(server),
                        options().with_implicit_tls(ends.client.clone()),
                    ),
                    _ => (setup.tls(server), options().with_tls(ends.client.clone())),
                };
                self.run_once::<D>(change(setup), options)
                    .map_err(|why| format!("under TLS, {how}: {why}"))?;
            }
        }
        Ok(())
    }

    /// Returns whether the case needs only a server that follows the RFCs, so that a real server
    /// can run it too. Such a case scripts no fault, removes no feature, demands neither an account
    /// nor PRET, has no FTP proxy, keeps the default user, home directory and banner, expects to
    /// connect, works in clear text, and sends no Telnet Synch, which not every server knows.
    pub fn is_well_behaved(&self) -> bool {
        let setup = &self.setup;
        let plain = Setup::new();
        setup.faults.is_empty()
            && setup.without.is_empty()
            && setup.account.is_none()
            && setup.account_to_store.is_none()
            && (self.config)(Config::default()).abort_signal == AbortSignal::None
            && !setup.pret
            && !setup.extensions
            && setup.full_after.is_none()
            && !setup.sets_time_by_mdtm
            && setup.banner == plain.banner
            && setup.home == plain.home
            && (&setup.user, &setup.password) == (&plain.user, &plain.password)
            && self.connects.is_none()
            && self.ftp_proxy.is_none()
            && matches!(self.channels, Channels::Both | Channels::Clear)
    }

    /// Returns whether this case runs with real servers in every combination of passive or active
    /// mode, IPv4 or IPv6, and clear text or TLS. A case for which this is `false` runs only in
    /// passive mode, over IPv4, in clear text.
    pub fn is_asked_in_every_way(&self) -> bool {
        self.in_every_way
    }

    /// Returns the operations of the case, each with the outcome that it must have.
    pub fn operations(&self) -> &[(Operation, Expect)] {
        &self.steps
    }

    /// Returns the files that the server has at the start, as absolute paths and contents.
    pub fn files(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let files = self.setup.store.files.iter();
        files.map(|(path, content)| (path.as_slice(), content.as_slice()))
    }

    /// Returns the directories that the server has at the start, as absolute paths. A parent comes
    /// before its children.
    pub fn directories(&self) -> impl Iterator<Item = &[u8]> {
        self.setup.store.directories().map(Vec::as_slice)
    }

    /// Changes these options as the case needs it, and returns them.
    pub fn options(&self, options: Options) -> Options {
        (self.options)(options.with_config(self.config))
    }

    /// Runs the case in clear text many times. Each run splits the server's replies in two at a
    /// different byte, so that the client gets them by two reads. Returns the number of runs, which
    /// is the number of bytes in the replies.
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

    /// Runs the case once against a server with these settings. Returns how many bytes the client
    /// has read from control connections.
    fn run_once<D: Driver>(&self, setup: Setup, options: Options) -> Result<usize, String> {
        let mut options = self.options(options);
        options.ftp_proxy.clone_from(&self.ftp_proxy);
        if !D::supports(&options) || self.setup.has_slow_line() && !D::knows_backlog() {
            return Ok(0);
        }
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
            if outcome == Outcome::Unsupported {
                return Ok(0);
            }
            meets(&outcome, expected).map_err(|why| {
                let log = driver.with_server(|server| {
                    let lines = server.commands().iter();
                    lines
                        .map(|line| String::from_utf8_lossy(line).into_owned())
                        .collect::<Vec<_>>()
                });
                let habits = driver.with_server(|server| self.check_habits(server));
                let hint = habits.err().map(|hint| format!(" ({hint})"));
                format!(
                    "step {number}, {:.80}: {why}{}; the server heard {log:?}",
                    format!("{operation:?}"),
                    hint.unwrap_or_default(),
                )
            })?;
        }
        driver.with_server(|server| self.check_given_up(server))?;
        driver.with_server(|server| self.check_habits(server))?;
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

impl Case {
    /// Fails for what no outcome shows: a NOOP that leaves only after the data, a second connection
    /// to one passive port, which real servers refuse, an old TLS login, and a Synch without urgent
    /// data.
    fn check_habits(&self, server: &Simulator) -> Result<(), String> {
        let keeps_alive =
            |it: &(Operation, Expect)| matches!(it.0, Operation::DownloadKeptAlive(..));
        // Over real sockets, the system may have taken the whole file before the NOOP.
        let is_missed = server.in_world && server.kept_alive == 0;
        if is_missed && self.steps.iter().any(keeps_alive) {
            return Err(String::from(
                "no NOOP has come during the download: write what the session has to say \
                 (`Session::outgoing`) also while data moves",
            ));
        }
        if server.connected_twice {
            return Err(String::from(
                "the driver has connected twice to one passive port: a `Connect` that comes again \
                 goes on with the connection that is begun",
            ));
        }
        let config = (self.config)(Config::default());
        let signals = match config.abort_signal {
            AbortSignal::TelnetSynch => server.count("ABOR"),
            AbortSignal::None => 0,
        };
        if server.in_world && server.urgent != [DATA_MARK].repeat(signals) {
            return Err(format!(
                "{signals} ABOR have come, and the bytes {:?} as urgent data: before each ABOR, send the \
                 byte at `Session::urgent` as urgent data, and no other byte",
                server.urgent
            ));
        }
        if server.origins.has_mixed() {
            return Err(String::from(
                "the driver has offered a TLS session of an older control connection: make a new TLS \
                 login for each control connection, and use it for the data connections too \
                 (`Session::successor_tls_login`)",
            ));
        }
        Ok(())
    }

    /// Fails if the server takes an upload for complete that was given up. Its data connection was
    /// then ended by FIN and not by a reset, and half a file looks like the whole.
    fn check_given_up(&self, server: &Simulator) -> Result<(), String> {
        for (operation, _) in &self.steps {
            let Operation::BeginUpload(path, ..) = operation else {
                continue;
            };
            let mut records = server.transfers().iter();
            if records.any(|it| it.path == path.as_bytes() && it.complete && it.bytes > 0) {
                return Err(format!(
                    "the server takes the upload of {path} for complete, which was given up: \
                     reset its data connection (`Closing::Abandon`)"
                ));
            }
        }
        Ok(())
    }
}

/// Returns the options that every run starts from. The length of the time-outs does not matter: the
/// simulator has a clock of its own, so no test waits for a time-out. But each time-out must be
/// finite.
fn options() -> Options {
    let timeouts = Timeouts::default().with_all(core::time::Duration::from_secs(1));
    Options::new("localhost").with_timeouts(timeouts)
}

/// Returns the configuration of a server that sends one TLS 1.3 ticket on each connection.
#[cfg(feature = "rustls")]
fn with_one_ticket(server: &rustls::ServerConfig) -> alloc::sync::Arc<rustls::ServerConfig> {
    let mut server = server.clone();
    server.send_tls13_tickets = 1;
    server.into()
}

/// Returns the configuration of a server that does a full handshake on each connection.
#[cfg(feature = "rustls")]
fn without_resumption(server: &rustls::ServerConfig) -> alloc::sync::Arc<rustls::ServerConfig> {
    let mut server = server.clone();
    server.session_storage = alloc::sync::Arc::new(rustls::server::NoServerSessionStorage {});
    server.send_tls13_tickets = 0;
    server.into()
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
