//! The commands and replies of a job, shown as they happen or kept for a failure.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ftp_blocking::Observed;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::console::{Result, say};

/// When a dialogue is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    /// At once, line by line, with a progress bar.
    Live,
    /// Only if something fails.
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
            // Otherwise the line would be printed into the bar.
            self.bars.suspend(|| say(&line));
        }
        self.lines().push(line);
    }

    /// Returns an observer for a client.
    pub(crate) fn observer(&self) -> impl FnMut(Observed<'_>) + Send + Sync + 'static {
        let dialogue = self.clone();
        move |observed| dialogue.line(format!("  {observed}"))
    }

    /// Returns the last lines.
    pub(crate) fn tail(&self, lines: usize) -> String {
        let all = self.lines();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    /// Returns a progress bar for a transfer of this many bytes. It is hidden if stderr is no
    /// terminal.
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
