//! Records the commands and replies of a job, which are printed at once, or only after a failure.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ftp_blocking::Observed;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::console::{Result, say};

/// When the commands and replies of a job are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    /// The commands and replies are printed at once, line by line, with a progress bar.
    Live,
    /// The commands and replies are printed only if the job fails.
    Kept,
}

/// The commands and replies of a session, as the library shows them: with secrets masked and
/// control characters escaped.
#[derive(Clone)]
pub(crate) struct Dialogue {
    show: Show,
    bars: MultiProgress,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Dialogue {
    pub(crate) fn new(show: Show) -> Self {
        Self {
            show,
            bars: MultiProgress::new(),
            lines: Arc::default(),
        }
    }

    /// Adds a line.
    pub(crate) fn line(&self, line: String) {
        if self.show == Show::Live {
            // Hides the progress bars while the line is printed, so that the line is not printed
            // into a bar.
            self.bars.suspend(|| say(&line));
        }
        self.lines().push(line);
    }

    /// Returns an observer that adds the commands and replies of a client to this dialogue.
    pub(crate) fn observer(&self) -> impl FnMut(Observed<'_>) + Send + Sync + 'static {
        let dialogue = self.clone();
        move |observed| dialogue.line(format!("  {observed}"))
    }

    /// Returns the last `lines` lines of the dialogue, for an error.
    pub(crate) fn tail(&self, lines: usize) -> String {
        let all = self.lines();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    /// Returns a progress bar for a transfer of this many bytes. The bar is hidden if standard
    /// error is no terminal, or if the dialogue is printed only after a failure.
    pub(crate) fn bar(&self, what: &str, bytes: usize) -> Result<ProgressBar> {
        if self.show == Show::Kept {
            return Ok(ProgressBar::hidden());
        }
        let style = ProgressStyle::with_template(
            "  {msg:24} [{bar:32}] {bytes:>10} of {total_bytes:10} {binary_bytes_per_sec}",
        )?
        .progress_chars("=> ");
        let bar = ProgressBar::new(bytes as u64).with_style(style);
        Ok(self.bars.add(bar.with_message(what.to_owned())))
    }

    fn lines(&self) -> MutexGuard<'_, Vec<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
