//! What a person at a terminal gets to see.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ftp_blocking::Observed;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::servers::Result;

/// Prints a line; a reader that has gone away, as in `| head`, is no reason to stop.
pub(crate) fn say(line: &(impl Display + ?Sized)) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Prints a line where errors go.
pub(crate) fn complain(line: &(impl Display + ?Sized)) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// An error with all that caused it.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Some errors repeat their cause in their own text.
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

/// Whether a dialogue is shown while it takes place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    /// Each line at once, and a progress bar.
    Live,
    /// Not unless something fails.
    Kept,
}

/// The commands and replies of a session, as the library shows them: secrets masked and control
/// characters escaped.
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
            // Otherwise the bar and the line would end up in each other.
            self.bars.suspend(|| say(&line));
        }
        self.lines().push(line);
    }

    /// What a client is to be observed with.
    pub(crate) fn observer(&self) -> impl FnMut(Observed<'_>) + Send + Sync + 'static {
        let dialogue = self.clone();
        move |observed| match observed {
            Observed::Sent(command) => dialogue.line(format!("  > {command}")),
            Observed::Received(reply) => dialogue.line(format!("  < {reply}")),
            _ => {}
        }
    }

    /// The last lines.
    pub(crate) fn tail(&self, lines: usize) -> String {
        let all = self.lines();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    /// A bar for a transfer of this many bytes; hidden where stderr is no terminal.
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
