//! Prints to the terminal, and formats errors for it.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write as _};

/// The result of a job of xtask. `main` prints the text of the error.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Prints a line to standard output. Errors are ignored, so that the program continues even if its
/// reader has ended, as in `xtask ... | head`.
pub(crate) fn say(line: &(impl Display + ?Sized)) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Prints a line to standard error.
pub(crate) fn complain(line: &(impl Display + ?Sized)) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Returns an error's text with all its causes.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Leaves out a cause that the text already ends with, because some errors repeat their
        // cause.
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
