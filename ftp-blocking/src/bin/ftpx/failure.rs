//! Why the program fails: one sentence, what the user can do, and an exit code.

use std::fmt;
use std::io;

use ftp_blocking::Error;
use ftp_blocking::sync::SyncFailure;
use ftp_blocking::tree::WalkError;
use ftp_blocking::wire::Escaped;

use crate::advice;
use crate::exit::{Doing, Exit};
use crate::streams::tell;

/// Why the program fails. `Display` is the sentence. It is safe to show on a terminal.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    exit: Exit,
    text: String,
    /// What the user can do, a line each.
    hints: Vec<String>,
    /// Whether there is nothing to show.
    is_silent: bool,
}

impl Failure {
    /// Makes a failure with a sentence of the program.
    pub(crate) fn new(exit: Exit, text: impl AsRef<str>) -> Self {
        Self {
            exit,
            text: safe(text.as_ref()),
            hints: Vec::new(),
            is_silent: false,
        }
    }

    /// Makes a failure for wrong words.
    pub(crate) fn usage(text: impl AsRef<str>) -> Self {
        Self::new(Exit::Usage, text)
    }

    /// Makes a failure that needs no sentence, because the failures were shown one by one.
    pub(crate) fn shown_before(exit: Exit) -> Self {
        Self {
            is_silent: true,
            ..Self::new(exit, "some of it failed")
        }
    }

    /// Makes a failure from an error of the library.
    pub(crate) fn of(error: &Error, doing: Doing) -> Self {
        let failure = Self::new(Exit::of(error, doing), format!("{error:#}"));
        failure.with_hints(advice::lines(error))
    }

    /// Makes a failure from an error of a download.
    pub(crate) fn downloading(error: Error) -> Self {
        Self::of(&error, Doing::Download)
    }

    /// Makes a failure from what a sync could not do.
    pub(crate) fn syncing(failed: &SyncFailure, doing: Doing) -> Self {
        Self {
            text: safe(&format!("{failed:#}")),
            ..Self::of(&failed.error, doing)
        }
    }

    /// Adds a line that says what the user can do.
    pub(crate) fn with_hint(self, hint: impl AsRef<str>) -> Self {
        self.with_hints([safe(hint.as_ref())])
    }

    /// Puts a path before the sentence.
    pub(crate) fn about(self, path: &[u8]) -> Self {
        Self {
            text: format!("{}: {}", Escaped::new(path), self.text),
            ..self
        }
    }

    pub(crate) fn without_hints(mut self) -> Self {
        self.hints.clear();
        self
    }

    pub(crate) fn with_exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// Whether something ended in the middle: a part of it may be done.
    pub(crate) fn is_interruption(&self) -> bool {
        matches!(
            self.exit,
            Exit::Interrupted | Exit::Partial | Exit::Time | Exit::Receive | Exit::Send
        )
    }

    pub(crate) fn hints(&self) -> &[String] {
        &self.hints
    }

    /// Leaves out these hints.
    pub(crate) fn leave_out(&mut self, known: &[String]) {
        self.hints.retain(|hint| !known.contains(hint));
    }

    /// Writes the sentence and the hints to standard error.
    pub(crate) fn show(&self) {
        if self.is_silent {
            return;
        }
        tell(format_args!("ftpx: {}\n", self.text));
        for hint in &self.hints {
            tell(format_args!("ftpx: {hint}\n"));
        }
    }

    fn with_hints(mut self, hints: impl IntoIterator<Item = String>) -> Self {
        self.hints.extend(hints);
        self
    }
}

/// Escapes what could move the cursor.
fn safe(text: &str) -> String {
    Escaped::new(text).to_string()
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::of(&error, Doing::Other)
    }
}

impl From<WalkError> for Failure {
    fn from(error: WalkError) -> Self {
        Self {
            text: safe(&format!("{error:#}")),
            ..Self::from(Error::from(error))
        }
    }
}

/// Standard output has failed. If its reader has gone, nobody needs to be told.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let text = format!("standard output cannot be written: {error}");
        Self {
            is_silent: error.kind() == io::ErrorKind::BrokenPipe,
            ..Self::new(Exit::Write, text)
        }
    }
}
