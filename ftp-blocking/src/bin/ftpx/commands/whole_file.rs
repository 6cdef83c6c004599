//! What `get` and `put` share: the bar of a file, its report, and what an interrupted transfer has
//! left.

use std::time::Instant;

use ftp_blocking::files::Resume;
use ftp_blocking::{Error, FileOptions, FileReport, Progress, TransferOptions, UrlType};

use crate::context::Context;
use crate::exit::Doing;
use crate::failure::Failure;
use crate::names::{last_name, shown};
use crate::progress::Bars;
use crate::reports::FileDone;

/// A file that moves, and how.
pub(super) struct WholeFile<'f> {
    /// The name that the bar and the failure show.
    pub(super) name: &'f [u8],
    pub(super) doing: Doing,
    pub(super) options: FileOptions,
    begun: Instant,
}

impl<'f> WholeFile<'f> {
    /// Takes the options of the command line, and those of the URL.
    pub(super) fn new(
        name: &'f [u8],
        doing: Doing,
        kind: Option<UrlType>,
        context: &Context,
    ) -> Result<Self, Failure> {
        let options = context.settings.common.transfer.file_options();
        Ok(Self {
            name,
            doing,
            options: match kind {
                Some(UrlType::Ascii) => options.with_transfer(TransferOptions::text()),
                Some(UrlType::Directory) => return Err(names_directory()),
                _ => options,
            },
            begun: Instant::now(),
        })
    }

    /// Transfers the file with a bar.
    pub(super) fn with_bar(
        &self,
        bars: &Bars,
        transfer: impl FnOnce(&FileOptions, &mut dyn FnMut(Progress)) -> Result<FileReport, Error>,
    ) -> Result<FileReport, Failure> {
        let mut bar = bars.file(self.name);
        let mut moved = 0;
        let result = transfer(&self.options, &mut |progress| {
            moved = progress.done;
            bar.show(progress);
        });
        bar.finish();
        result.map_err(|error| self.failed(&error, moved))
    }

    /// Returns the report as JSON.
    pub(super) fn done<'r>(&self, report: &'r FileReport) -> FileDone<'r> {
        FileDone::new(report, self.begun.elapsed())
    }

    /// Says what an interrupted transfer has left.
    fn failed(&self, error: &Error, moved: u64) -> Failure {
        let failure = Failure::of(error, self.doing);
        if !failure.is_interruption() || moved == 0 || self.options.resume == Resume::Never {
            return failure;
        }
        let (name, moved) = (shown(last_name(self.name)), Progress::new(moved, None));
        failure.with_hint(format!(
            "{moved} of {name} have moved: the same command goes on from there"
        ))
    }
}

/// The failure for the URL of a directory.
pub(super) fn names_directory() -> Failure {
    Failure::usage("this URL names a directory (;type=d)")
}
