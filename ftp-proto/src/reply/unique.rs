//! The name that the server chose for a STOU (RFC 1123, section 4.1.2.9).

use crate::path::RemotePath;
use crate::wire::{Code, Reply};
use memchr::memmem;

/// Reads the name that the server gave to what STOU stores, from a 125, 150, 226 or 250.
///
/// RFC 1123 wants `125 FILE: name` or `150 FILE: name` to the letter; Pure-FTPd says it on the
/// first of two lines. The BSD servers, older than that, say `(unique file name:name)` when it is
/// stored. The name is what stands there, byte for byte, and may be a path. Many servers never
/// say it.
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

/// What follows `FILE:`, in either case where the line begins with it; within a line in upper-case
/// and behind a blank, so that a sentence about a file is not taken for it.
fn labelled(text: &[u8]) -> Option<&[u8]> {
    let name = match text.split_at_checked(5) {
        Some((label, name)) if label.eq_ignore_ascii_case(b"FILE:") => name,
        _ => after(text, b" FILE:")?,
    };
    Some(name.strip_prefix(b" ").unwrap_or(name))
}

/// `Transfer complete (unique file name:x).`
fn bsd(text: &[u8]) -> Option<&[u8]> {
    let name = after(text, b"(unique file name:")?;
    let name = name.strip_suffix(b".").unwrap_or(name);
    name.strip_suffix(b")")
}

fn after<'t>(text: &'t [u8], mark: &[u8]) -> Option<&'t [u8]> {
    let begin = memmem::find(text, mark)?.checked_add(mark.len())?;
    text.get(begin..)
}
