//! The reply to MLST (250; RFC 3659, section 7.3).

use super::Malformed;
use crate::listing::Entry;
use crate::wire::{Code, Reply};

/// Reads the reply to MLST. The entry is on a line between the first and the last line.
///
/// The RFC demands one blank before the entry. Some servers forget the blank, others send several
/// blanks or tabs, and others repeat `250-` before them. All of these are accepted. The name of the
/// entry is often a whole path (Pure-FTPd, ProFTPD, pyftpdlib). If there is no entry between the
/// first and the last line, any line with facts is read as the entry. Such an entry may have an
/// empty name.
///
/// # Errors
///
/// [`Malformed::Code`] if the code is not 250, and [`NoEntry`](Malformed::NoEntry) if no line has
/// facts: ProFTPD sends such a reply for a hidden file.
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

/// Finds the first entry on the lines between the first and the last line of the reply.
///
/// By the RFC, each of these lines begins with one blank. On a line without facts, a second blank
/// and the name follow. `text_lines` does not remove the first blank if the server repeats the code
/// (`250-`) before it. So this function itself removes the code and the first blank.
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
