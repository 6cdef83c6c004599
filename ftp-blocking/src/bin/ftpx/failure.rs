//! Why the program fails: one sentence, what the user can do, and an exit code.

use std::fmt;
use std::io;

use ftp_blocking::Error;
use ftp_blocking::tree::WalkError;
use ftp_blocking::wire::Escaped;

use crate::exit::{Doing, Exit};
use crate::wording;

/// Why the program fails. `Display` is the sentence. It is safe to show on a terminal.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    exit: Exit,
    text: String,
    /// What the user can do, a line each.
    hints: Vec<String>,
    is_silent: bool,
}

impl Failure {
    /// Makes a failure with a sentence of the program.
    pub(crate) fn new(exit: Exit, text: impl AsRef<str>) -> Self {
        Self {
            exit,
            text: Escaped::new(text.as_ref()).to_string(),
            hints: Vec::new(),
            is_silent: false,
        }
    }

    /// Makes a failure for wrong words.
    pub(crate) fn usage(text: impl AsRef<str>) -> Self {
        Self::new(Exit::Usage, text)
    }

    /// Makes a failure that needs no sentence, because the errors have been shown already.
    pub(crate) fn told(exit: Exit) -> Self {
        Self {
            is_silent: true,
            ..Self::new(exit, "some of it failed")
        }
    }

    /// Makes a failure from an error of the library.
    pub(crate) fn of(error: &Error, doing: Doing) -> Self {
        Self {
            exit: Exit::of(error, doing),
            text: wording::of(error),
            hints: Vec::new(),
            is_silent: false,
        }
    }

    /// Makes a failure from an error of a download.
    pub(crate) fn downloading(error: Error) -> Self {
        Self::of(&error, Doing::Download)
    }

    /// Adds a line that says what the user can do.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    pub(crate) fn with_exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// Writes the sentence and the hints to standard error.
    pub(crate) fn show(&self) {
        if self.is_silent {
            return;
        }
        eprintln!("ftpx: {}", self.text);
        for hint in &self.hints {
            eprintln!("ftpx: {hint}");
        }
    }
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
        let text = wording::in_words_of_the_program(&error.to_string());
        Self {
            text,
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
