//! Prints an entry as a line in columns, and a time as far as the listing gives it.

use alloc::format;
use core::fmt::{self, Write as _};

use super::directory::Directory;
use super::entry::Entry;
use super::kind::Kind;
use super::modified::{Modified, Precision, Zone};
use crate::wire::Escaped;

/// Prints the entry as one line in columns: kind and permissions, size in bytes, time, name, and
/// the target of a link. A field that the listing does not say is blank. The line is safe to print:
/// control characters and bytes that are not UTF-8 are escaped.
///
/// ```
/// use ftp_proto::listing::Entry;
///
/// let line = "type=file;size=1024;modify=20261127093000;UNIX.mode=0644; notes.txt";
/// let entry = Entry::from_facts(line).unwrap();
/// assert_eq!(
///     entry.to_string(),
///     "-rw-r--r--         1024  2026-11-27T09:30:00Z  notes.txt"
/// );
/// ```
impl fmt::Display for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char(letter(self.kind()))?;
        match self.mode() {
            Some(mode) => permissions(mode, f)?,
            None => write!(f, "{:9}", "")?,
        }
        match self.size() {
            Some(size) => write!(f, " {size:>12}")?,
            None => write!(f, " {:>12}", "")?,
        }
        match self.modified() {
            Some(modified) => write!(f, "  {modified:<20}")?,
            None => write!(f, "  {:20}", "")?,
        }
        write!(f, "  {}", self.display_name())?;
        match self.link_target() {
            Some(target) => write!(f, " -> {}", Escaped::new(target)),
            None => Ok(()),
        }
    }
}

/// Prints the directory: each entry as one line in columns, and then the lines that are no entries,
/// with control characters escaped. There is no line end after the last line.
impl fmt::Display for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut end = "";
        for entry in self.entries() {
            write!(f, "{end}{entry}")?;
            end = "\n";
        }
        for line in self.unparsed() {
            write!(f, "{end}{}", Escaped::new(line))?;
            end = "\n";
        }
        Ok(())
    }
}

/// Prints those parts of the time that the listing gives: `2026-11-27`, `2026-11-27T09:30` or
/// `2026-11-27T09:30:00`. A `Z` follows if the time is in UTC.
impl fmt::Display for Modified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = format!("{}", self.time());
        text.truncate(match self.precision() {
            Precision::Day => 10,
            Precision::Minute => 16,
            Precision::Second => text.len(),
        });
        if self.zone() == Zone::Utc {
            text.push('Z');
        }
        f.pad(&text)
    }
}

/// Returns the first letter of a line of `ls -l`, which shows the kind of the entry.
const fn letter(kind: Kind) -> char {
    match kind {
        Kind::File => '-',
        Kind::Directory | Kind::Current | Kind::Parent => 'd',
        Kind::Link => 'l',
        Kind::Other | Kind::Unknown => '?',
    }
}

/// Writes the permission bits as `ls -l` does: `rwxr-xr-x`, with `s`, `S`, `t` and `T` for the bits
/// set-user-ID, set-group-ID and sticky.
fn permissions(mode: u16, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (shift, special, marks) in [(6, 0o4000, "sS"), (3, 0o2000, "sS"), (0, 0o1000, "tT")] {
        let bits = mode >> shift;
        let executable = bits & 0o1 != 0;
        let mark = match (mode & special != 0, executable) {
            (false, true) => "x",
            (false, false) => "-",
            (true, true) => marks.get(..1).unwrap_or_default(),
            (true, false) => marks.get(1..).unwrap_or_default(),
        };
        f.write_char(if bits & 0o4 != 0 { 'r' } else { '-' })?;
        f.write_char(if bits & 0o2 != 0 { 'w' } else { '-' })?;
        f.write_str(mark)?;
    }
    Ok(())
}
