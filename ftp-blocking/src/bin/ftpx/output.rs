//! Standard output: lines, names, JSON, and the bytes of files.

use std::fs::File;
use std::io::{BufWriter, IsTerminal as _, Write as _};

use ftp_blocking::wire::Escaped;
use serde::Serialize;

use crate::failure::Failure;
use crate::json;
use crate::streams;

/// Standard output. On a terminal, names are escaped, so that they cannot move the cursor. Into a
/// pipe or a file, names go as they are.
pub(crate) struct Output {
    file: BufWriter<File>,
    is_terminal: bool,
}

impl Output {
    pub(crate) fn new() -> Result<Self, Failure> {
        // Not `Stdout` itself, which looks for line ends in all bytes of a file.
        let file = streams::output()?;
        let is_terminal = file.is_terminal();
        Ok(Self {
            file: BufWriter::new(file),
            is_terminal,
        })
    }

    /// Writes a line that is safe to show already.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) -> Result<(), Failure> {
        writeln!(self.file, "{}", text.as_ref())?;
        self.tell()
    }

    /// Writes a name as a line.
    pub(crate) fn name(&mut self, name: &[u8]) -> Result<(), Failure> {
        self.after("", name)
    }

    /// Writes a text and a name as a line.
    pub(crate) fn after(&mut self, text: &str, name: &[u8]) -> Result<(), Failure> {
        self.file.write_all(text.as_bytes())?;
        match self.is_terminal {
            true => write!(self.file, "{}", Escaped::new(name))?,
            false => self.file.write_all(name)?,
        }
        self.file.write_all(b"\n")?;
        self.tell()
    }

    /// Writes a name and a zero byte, whatever standard output is.
    pub(crate) fn ended_by_zero(&mut self, name: &[u8]) -> Result<(), Failure> {
        self.file.write_all(name)?;
        self.file.write_all(b"\0")?;
        self.tell()
    }

    /// Writes a value as one line of JSON.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        json::write(&mut self.file, value)?;
        self.file.write_all(b"\n")?;
        self.tell()
    }

    /// Returns standard output, for the bytes of a file.
    pub(crate) fn file(&mut self) -> Result<&File, Failure> {
        self.flush()?;
        Ok(self.file.get_ref())
    }

    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.file.flush()?)
    }

    /// A person sees each line at once. A pipe gets many lines at a time.
    fn tell(&mut self) -> Result<(), Failure> {
        match self.is_terminal {
            true => self.flush(),
            false => Ok(()),
        }
    }
}
