//! The reply to CSID: what a server says about itself.

use alloc::vec::Vec;
use core::fmt;

use crate::wire::{Escaped, Reply};

/// What a server says about itself in the reply to CSID: pairs of a name and a value, in the
/// server's order. Common names are `Name`, `Version`, `OS`, `CaseSensitive` and `DirSep`.
///
/// ```
/// use ftp_proto::reply::identity;
/// use ftp_proto::wire::Reply;
///
/// let reply = Reply::parse(b"200 Name=Example FTP; Version=3.1;\r\n")?;
/// for (name, value) in identity(&reply).iter() {
///     println!("{}: {}", name.escape_ascii(), value.escape_ascii());
/// }
/// assert_eq!(identity(&reply).get("version"), Some(&b"3.1"[..]));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Identity(Vec<(Vec<u8>, Vec<u8>)>);

/// Reads the reply to CSID. Semicolons separate the pairs, with or without a blank. A part
/// without a name or without `=` is left out.
///
/// ```
/// use ftp_proto::{reply::identity, wire::Reply};
///
/// let reply = Reply::parse(b"200 Name=Serv-U; Version=15.1; CaseSensitive=0;\r\n").unwrap();
/// let server = identity(&reply);
/// assert_eq!(server.get("name"), Some(&b"Serv-U"[..]));
/// assert_eq!(server.iter().count(), 3);
/// ```
#[must_use]
pub fn identity(reply: &Reply) -> Identity {
    let mut pairs = Vec::new();
    for line in reply.text_lines() {
        for pair in line.split(|byte| *byte == b';') {
            let mut parts = pair.trim_ascii().splitn(2, |byte| *byte == b'=');
            if let (Some(name @ [_, ..]), Some(value)) = (parts.next(), parts.next()) {
                pairs.push((name.trim_ascii().to_vec(), value.trim_ascii().to_vec()));
            }
        }
    }
    Identity(pairs)
}

impl Identity {
    /// Returns the value of the first pair with this name. Upper and lower case are the same.
    /// `None` if there is no such pair.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        let mut pairs = self.iter();
        let found = pairs.find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()));
        found.map(|(_, value)| value)
    }

    /// Returns all pairs.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let pairs = self.0.iter();
        pairs.map(|(name, value)| (name.as_slice(), value.as_slice()))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.iter();
        f.debug_map()
            .entries(pairs.map(|(name, value)| (Escaped::new(name), Escaped::new(value))))
            .finish()
    }
}
