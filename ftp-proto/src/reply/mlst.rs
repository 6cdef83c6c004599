//! The reply to MLST (250; RFC 3659, section 7.3).

use super::Malformed;
use crate::listing::Entry;
use crate::wire::{Code, Reply};

/// Reads the reply to MLST: the entry between the first and the last line.
///
/// The blank that indents the entry may be missing, since some servers forget it. It may also
/// follow a repeated `250-`, and there may be several blanks and tabs. The name of the entry is
/// often a whole path (Pure-FTPd, ProFTPD, pyftpdlib). If no line in between is an entry, any line
/// with facts is taken. Such an entry may have an empty name.
///
/// # Errors
///
/// [`Malformed::Code`], and [`NoEntry`](Malformed::NoEntry): ProFTPD answers like that for a hidden
/// file.
///
/// ```
/// use ftp_proto::{reply::entry, wire::Reply};
///
/// let reply = b"250-Listing\r\n type=file;size=5; /pub/my file\r\n250 End\r\n";
/// let entry = entry(&Reply::parse(reply).unwrap()).unwrap();
/// assert_eq!(entry.fact("size"), Some(&b"5"[..]));
/// assert_eq!(entry.name(), b"/pub/my file");
/// ```
pub fn entry(reply: &Reply) -> Result<Entry<'static>, Malformed> {
    let code = reply.code();
    if code != Code::FILE_ACTION_OKAY {
        return Err(Malformed::Code { code });
    }
    inner_entry(reply)
        .or_else(|| {
            reply
                .text_lines()
                .filter_map(Entry::from_facts)
                .find(|entry| entry.facts().next().is_some())
                .map(Entry::into_owned)
        })
        .ok_or(Malformed::NoEntry)
}

/// The first entry between the first line and the last.
///
/// A blank before the name shows whether there are facts, so this code removes a code or blank at
/// the start of a line with more care than `text_lines` does.
fn inner_entry(reply: &Reply) -> Option<Entry<'static>> {
    let mut lines = reply.lines();
    let opening = lines.next()?.get(..4);
    let mut lines = lines.peekable();
    core::iter::from_fn(|| {
        let line = lines.next()?;
        lines.peek().is_some().then_some(line)
    })
    .map(|line| match line.split_at_checked(4) {
        Some((code, line)) if Some(code) == opening => line,
        _ => line,
    })
    .filter_map(|line| Entry::from_facts(line.strip_prefix(b" ").unwrap_or(line)))
    .find(|entry| !matches!(entry.name().last(), None | Some(b'\r')))
    .map(Entry::into_owned)
}
