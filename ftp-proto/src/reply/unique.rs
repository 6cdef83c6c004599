//! Reads the name that the server chose for a file that was uploaded by STOU (RFC 1123, section
//! 4.1.2.9).

use crate::path::RemotePath;
use crate::wire::{Code, Reply};
use memchr::memmem;

/// Reads the name that the server chose for a file that was uploaded by STOU, from a 125, 150, 226
/// or 250. `None` if the reply has no name: many servers never send it.
///
/// RFC 1123 demands exactly `125 FILE: name` or `150 FILE: name`. Pure-FTPd sends this text in the
/// first of two lines. Older BSD servers send `(unique file name:name)` after the file was stored.
/// The name is returned byte for byte, and may be a path.
///
/// ```
/// use ftp_proto::{reply::unique_name, wire::Reply};
///
/// let reply = Reply::parse(b"150 FILE: stou.a1b2\r\n").unwrap();
/// assert_eq!(unique_name(&reply).unwrap().as_bytes(), b"stou.a1b2");
/// ```
#[must_use]
pub fn unique_name(reply: &Reply) -> Option<RemotePath> {
    match reply.code() {
        Code::TRANSFER_STARTING
        | Code::OPENING_DATA
        | Code::TRANSFER_COMPLETE
        | Code::FILE_ACTION_OKAY => {}
        _ => return None,
    }
    let name = reply
        .text_lines()
        .find_map(|text| labelled(text).or_else(|| bsd(text)))?;
    RemotePath::new(name).ok()
}

/// Returns the name after `FILE:`. At the start of a line, upper and lower case are the same.
/// Within a line, only ` FILE:` in upper case is accepted, because a sentence about a file could
/// hold `file:`.
fn labelled(text: &[u8]) -> Option<&[u8]> {
    let name = match text.split_at_checked(5) {
        Some((label, name)) if label.eq_ignore_ascii_case(b"FILE:") => name,
        _ => after(text, b" FILE:")?,
    };
    Some(name.strip_prefix(b" ").unwrap_or(name))
}

/// Returns the name in a text such as `Transfer complete (unique file name:x).`
fn bsd(text: &[u8]) -> Option<&[u8]> {
    let name = after(text, b"(unique file name:")?;
    let name = name.strip_suffix(b".").unwrap_or(name);
    name.strip_suffix(b")")
}

fn after<'t>(text: &'t [u8], mark: &[u8]) -> Option<&'t [u8]> {
    let begin = memmem::find(text, mark)?.checked_add(mark.len())?;
    text.get(begin..)
}
