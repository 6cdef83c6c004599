//! The steps of a plan for a whole file.

use alloc::format;
use alloc::vec::Vec;

use super::local::{LocalFact, LocalStep};
use super::report::FileReport;
use crate::counted::Counted;
use crate::error::{Error, ErrorKind};
use crate::flows::Open;
use crate::options::transfer::TransferOptions;
use crate::session::transfer::Completion;
use crate::tree::{Outcome, Task};

/// The transfer of a whole file, as a value that says what to do next. It does no I/O. The adapters
/// have one loop for all such plans:
///
/// 1. Call [`next_step`](Self::next_step).
/// 2. Do what the step says.
/// 3. Call [`finished`](Self::finished) with the result, even if the session is dead now: the plan
///    may still have to delete a partial file. Go on with 1.
///
/// If the plan has ended with an error that may pass, you may begin another attempt, over a new
/// session if the old one [needs it](crate::Session::needs_reconnect): call
/// [`restart`](Self::restart), and go on with 1. [`Attempts`](crate::retry::Attempts) says whether
/// the error may pass.
///
/// ```
/// use ftp_proto::files::{FileOptions, FilePlan, FileStep, PutFile};
/// use ftp_proto::{Error, ErrorKind};
///
/// let mut plan = PutFile::new("a.txt", &FileOptions::new())?;
/// let result = loop {
///     match plan.next_step() {
///         FileStep::Done(result) => break result,
///         // There is no such local file, so the plan ends.
///         _step => plan.finished(Err(Error::new(ErrorKind::Local))),
///     }
/// };
/// assert!(result.is_err_and(|error| error.kind() == ErrorKind::Local));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
pub trait FilePlan {
    /// Returns what to do next.
    fn next_step(&mut self) -> FileStep;

    /// Takes the result of the step.
    fn finished(&mut self, result: Result<FileFact, Error>);

    /// Begins another attempt, after the plan has ended with an error, or if you have given up a
    /// step in the middle. The plan goes on where the last attempt ended. It remembers which
    /// replies were lost, and asks the server what was done before it does something again. Use a
    /// new disk for each attempt.
    ///
    /// With [`Resume::Never`](super::Resume), a plan goes on only with what it has sent or received
    /// itself, and only `for_retries` of the plan lets a failed attempt keep that.
    fn restart(&mut self);
}

impl<P: FilePlan + ?Sized> FilePlan for &mut P {
    fn next_step(&mut self) -> FileStep {
        (**self).next_step()
    }

    fn finished(&mut self, result: Result<FileFact, Error>) {
        (**self).finished(result);
    }

    fn restart(&mut self) {
        (**self).restart();
    }
}

/// The next step of a [`FilePlan`].
///
/// ```
/// use ftp_proto::files::{FileOptions, FilePlan, FileStep, PutFile};
///
/// fn where_it_happens(step: &FileStep) -> &'static str {
///     match step {
///         FileStep::Run(_) => "control connection",
///         FileStep::Local(_) => "local disk",
///         FileStep::Receive(_) | FileStep::Send(_) | FileStep::Read(_) => "data connection",
///         FileStep::Done(_) => "nowhere",
///     }
/// }
///
/// let mut plan = PutFile::new("a.txt", &FileOptions::new())?;
/// assert_eq!(where_it_happens(&plan.next_step()), "local disk");
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
#[must_use]
#[allow(
    clippy::large_enum_variant,
    reason = "a plan returns a few steps for each file"
)]
pub enum FileStep {
    /// Run this task. Answer: [`FileFact::Task`].
    Run(Task),
    /// Do this on the local disk. Answer: [`FileFact::Local`].
    Local(LocalStep),
    /// Download into the partial file. Answer: [`FileFact::Moved`] or [`FileFact::HeadDiffers`].
    Receive(ReceiveFile),
    /// Upload the file. Answer: [`FileFact::Moved`].
    Send(SendFile),
    /// Download into memory. Answer: [`FileFact::Part`].
    Read(ReadPart),
    /// The plan has ended.
    Done(Result<FileReport, Error>),
}

/// A download into the partial file.
#[derive(Debug)]
pub struct ReceiveFile {
    /// The flow that opens the transfer.
    pub open: Open,
    /// The options of the transfer.
    pub options: TransferOptions,
    /// The bytes with which the data must begin. They are in the partial file already. If the data
    /// begins with others, or ends before, abort the transfer and answer with
    /// [`FileFact::HeadDiffers`].
    pub head: Vec<u8>,
    /// The length of the partial file, where the rest of the data belongs.
    pub position: u64,
    /// The size of the whole file. Pass it to the progress function as the total, unless the server
    /// announces a size. `None` if it is not known.
    pub size: Option<u64>,
}

/// An upload of the local file.
#[derive(Debug)]
pub struct SendFile {
    /// The flow that opens the transfer.
    pub open: Open,
    /// The options of the transfer.
    pub options: TransferOptions,
    /// The position in the local file at which the upload begins.
    pub position: u64,
}

/// A download of the end of a file into memory.
///
/// ```
/// use ftp_proto::files::ReadPart;
///
/// let part = ReadPart::whole("motd.txt", 64 * 1024)?;
/// assert_eq!(part.limit, 65_536);
/// assert!(ReadPart::whole("two\nlines", 80).is_err());
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Debug)]
pub struct ReadPart {
    /// The flow that opens the transfer.
    pub open: Open,
    /// The options of the transfer.
    pub options: TransferOptions,
    /// The most bytes that may come. If more come, the step fails.
    pub limit: usize,
}

impl ReadPart {
    /// Downloads a whole file in TYPE I, up to this limit.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a path that cannot be sent.
    pub fn whole(path: impl AsRef<[u8]>, limit: usize) -> Result<Self, Error> {
        Ok(Self {
            open: Open::retrieve(path)?,
            options: TransferOptions::new(),
            limit,
        })
    }
}

/// The error for a file with more bytes than the limit of a [`ReadPart`].
///
/// ```
/// use ftp_proto::ErrorKind;
/// use ftp_proto::files::above_limit;
///
/// let error = above_limit(1024);
/// assert_eq!(error.kind(), ErrorKind::TooLarge);
/// assert!(error.to_string().contains("more than 1024 bytes"));
/// ```
#[must_use]
pub fn above_limit(limit: usize) -> Error {
    let limit = Counted::of(limit, "byte");
    Error::new(ErrorKind::TooLarge).with_source(format!(
        "the file has more than {limit} (Options::fetch_limit)"
    ))
}

/// Whether the server has refused a command, or its reply cannot be read, so that the session can
/// go on.
pub(super) fn is_refusal(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Permanent
        | ErrorKind::Transient
        | ErrorKind::Unsupported
        | ErrorKind::UnexpectedReply => true,
        ErrorKind::Protocol => error.reply().is_some(),
        _ => false,
    }
}

/// The result of a step of a [`FilePlan`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FileFact {
    /// The task has ended with this outcome.
    Task(Outcome),
    /// The disk has answered.
    Local(LocalFact),
    /// The transfer is confirmed.
    Moved(Completion),
    /// The data does not begin with [`ReceiveFile::head`].
    HeadDiffers,
    /// The bytes that came.
    Part(Vec<u8>),
}
