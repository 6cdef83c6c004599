//! The reply to FEAT (RFC 2389, section 3.2).

use crate::wire::{Escaped, Reply};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

/// The features that the server says it supports, in the server's order. Names that this crate does
/// not know are included.
///
/// Use the list only as a hint: servers omit features that work, and list features that do not.
/// Names are compared without regard to case.
///
/// ```
/// use ftp_proto::{reply::features, wire::Reply};
///
/// let reply = Reply::parse(b"211-Ext:\r\n EPSV\r\n auth TLS;SSL\r\n211 End\r\n").unwrap();
/// let features = features(&reply);
/// assert!(features.supports("epsv"));
/// assert_eq!(features.parameters("AUTH"), Some(&b"TLS;SSL"[..]));
/// assert!(features.lists("AUTH", "tls"));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Features(
    /// All lines in one text, with LF between them. Every session keeps such a list, and one
    /// allocation for all lines needs half the memory of one allocation for each line.
    Box<[u8]>,
);

/// Reads the features from the lines between the first and the last line of a reply to FEAT. The
/// code of the reply does not matter.
///
/// The lines may be indented or begin with `211-` (ProFTPD), and may end with blanks. A reply of
/// one line (`211 no features`, or a refusal) gives an empty list.
///
/// ```
/// use ftp_proto::reply::features;
/// use ftp_proto::wire::Reply;
///
/// let reply = Reply::parse(b"211-Features:\r\n SIZE\r\n REST STREAM\r\n211 End\r\n")?;
/// let features = features(&reply);
/// assert!(features.supports("SIZE"));
/// assert!(features.lists("REST", "STREAM"));
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[must_use]
pub fn features(reply: &Reply) -> Features {
    let lines: Vec<&[u8]> = reply.text_lines().collect();
    match lines.as_slice() {
        [_, inner @ .., _] => Features::from_lines(inner),
        _ => Features::default(),
    }
}

impl Features {
    /// Makes a list of features from lines such as `MLST type*;size*;`, for example from a saved
    /// profile. Blanks around each line, and empty lines, are left out.
    pub fn from_lines<L: AsRef<[u8]>>(lines: impl IntoIterator<Item = L>) -> Self {
        let mut text = Vec::new();
        for line in lines {
            for line in line.as_ref().split(|byte| *byte == b'\n') {
                match line.trim_ascii() {
                    [] => continue,
                    line if text.is_empty() => text.extend_from_slice(line),
                    line => {
                        text.push(b'\n');
                        text.extend_from_slice(line);
                    }
                }
            }
        }
        Self(text.into_boxed_slice())
    }

    /// Returns whether the server lists a feature of this name.
    #[must_use]
    pub fn supports(&self, name: &str) -> bool {
        self.parameters(name).is_some()
    }

    /// Returns the text after the name in the first line with this name, without blanks around it.
    /// The text may be empty. `None` if the server does not list the name.
    #[must_use]
    pub fn parameters(&self, name: &str) -> Option<&[u8]> {
        self.all(name).next()
    }

    /// Returns whether any line with this name has this word as a parameter. `;`, `,` and blanks
    /// separate the parameters of a line. Some servers send `AUTH TLS;SSL` in one line, others send
    /// `AUTH TLS` and `AUTH SSL` in two.
    #[must_use]
    pub fn lists(&self, name: &str, word: &str) -> bool {
        self.all(name).any(|parameters| {
            parameters
                .split(|byte| matches!(byte, b';' | b',' | b' ' | b'\t'))
                .any(|found| !found.is_empty() && found.eq_ignore_ascii_case(word.as_bytes()))
        })
    }

    /// Returns whether the server lists AUTH TLS, or TLS-C, which is another name of TLS (RFC 4217,
    /// section 4).
    #[must_use]
    pub fn auth_tls(&self) -> bool {
        self.lists("AUTH", "TLS") || self.lists("AUTH", "TLS-C")
    }

    /// Returns all features as pairs of the name and the parameters. The parameters may be empty.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.lines().map(|line| {
            let end = memchr::memchr2(b' ', b'\t', line).unwrap_or(line.len());
            let (name, parameters) = line.split_at_checked(end).unwrap_or((line, &[]));
            (name, parameters.trim_ascii_start())
        })
    }

    /// Returns whether the server lists no feature.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let lines = self.0.split(|byte| *byte == b'\n');
        lines.filter(|line| !line.is_empty())
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.iter()
            .filter(move |(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, parameters)| parameters)
    }
}

impl fmt::Debug for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.lines().map(Escaped::new))
            .finish()
    }
}
