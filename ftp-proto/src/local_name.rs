//! Turns the name of a file on the server into a safe name of a local file.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::error::{Error, ErrorKind};
use crate::options::encoding::Encoding;
use crate::wire::Escaped;

/// The most bytes of UTF-8 that common file systems allow in a name. A name within this limit has
/// at most 255 units of UTF-16 too, which is the limit on Windows.
const LONGEST: usize = 255;

/// Names of devices on Windows. If you open such a name in any directory, Windows opens the device
/// instead of a file.
const DEVICES: [&str; 7] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"];

/// Each of these with one digit after it is a name of a device too, such as `COM1`.
const PORTS: [&str; 2] = ["COM", "LPT"];

/// A name of something on the server that is safe as the name of a local file.
///
/// The server chooses the names in a listing: `../../etc/passwd`, `C:\boot.ini` and `nul` are names
/// that it can send. A local name names one file of the directory to which you
/// [join](Self::join_to) it. The rules are the same on every system, so that a tree which was
/// stored under Linux can be copied to Windows. [`UnsafeRule`] lists them.
///
/// Two different names on the server never become the same local name, because a name that the
/// encoding cannot decode without loss is refused. But a file system that ignores the case of
/// letters takes `a` and `A` for one file, and a server may list a name twice. To notice both,
/// create the file with `File::create_new`.
///
/// ```
/// use ftp_proto::{Encoding, LocalName};
///
/// let name = LocalName::new(b"caf\xe9.txt", &Encoding::Latin1)?;
/// assert_eq!(name.as_str(), "café.txt");
/// # #[cfg(feature = "std")]
/// assert_eq!(name.join_to("mirror"), std::path::Path::new("mirror/café.txt"));
///
/// for bad in ["../up", r"C:\boot.ini", "nul.txt", "a ", "", ".."] {
///     assert!(LocalName::new(bad, &Encoding::Utf8).is_err());
/// }
/// # Ok::<(), ftp_proto::UnsafeName>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalName(String);

/// The error for a name that is not safe as the name of a local file.
///
/// ```
/// use ftp_proto::{Encoding, LocalName, UnsafeRule};
///
/// let error = LocalName::new("a\x1b[2J/b", &Encoding::Utf8).unwrap_err();
/// assert_eq!(error.rule(), UnsafeRule::Character { character: '\x1b', at: 1 });
/// assert_eq!(
///     error.to_string(),
///     r#""a\x1b[2J/b" is not safe as the name of a local file: it has '\x1b' at byte 1"#,
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnsafeName {
    name: Vec<u8>,
    rule: UnsafeRule,
}

/// Why a name is not safe as the name of a local file, either on some system or for a person who
/// reads it.
///
/// ```
/// use ftp_proto::{Encoding, LocalName, UnsafeRule};
///
/// let unsafe_name = LocalName::new("a/b", &Encoding::Utf8).expect_err("it has a slash");
/// let text = match unsafe_name.rule() {
///     UnsafeRule::Character { character, at } => format!("{character:?} at {at}"),
///     UnsafeRule::Device => "the name of a device".into(),
///     rule => format!("{rule:?}"),
/// };
/// assert_eq!(text, "'/' at 1");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnsafeRule {
    /// The name is empty.
    Empty,
    /// The name is `.` or `..`. Both name directories.
    Directory,
    /// The encoding cannot decode the name, or does not give the same bytes when it encodes the
    /// decoded name again.
    Undecodable,
    /// The name has a character that separates directories or drives (`/`, `\` and `:`), that
    /// Windows forbids (`<`, `>`, `"`, `|`, `?` and `*`), or that can hide what the name is:
    /// controls (C0, DEL and C1), line separators, and characters that change the direction of
    /// text.
    Character {
        /// The first such character.
        character: char,
        /// The position of the character in the decoded name, counted in bytes from 0.
        at: usize,
    },
    /// The name is that of a device on Windows, with or without an extension: `nul`, `COM1`,
    /// `con.txt`.
    Device,
    /// The name ends with a dot or a blank. Windows drops it, so the name would become that of
    /// another file.
    Ending,
    /// The name has more than 255 bytes in UTF-8, which common file systems refuse.
    TooLong,
}

impl LocalName {
    /// Makes a local name from the bytes of a name on the server.
    ///
    /// Give it only the last part of a path. If your server sends whole paths in NLST, split them
    /// first.
    ///
    /// # Errors
    ///
    /// [`UnsafeName`] if the name breaks a [rule](UnsafeRule).
    pub fn new(name: impl AsRef<[u8]>, encoding: &Encoding) -> Result<Self, UnsafeName> {
        let name = name.as_ref();
        let unsafe_by = |rule| UnsafeName {
            name: name.to_vec(),
            rule,
        };
        let decoded = encoding.decode_lossless(name);
        let text = decoded.ok_or_else(|| unsafe_by(UnsafeRule::Undecodable))?;
        match broken_rule(&text) {
            Some(rule) => Err(unsafe_by(rule)),
            None => Ok(Self(text.into_owned())),
        }
    }

    /// Returns the name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the path of a file with this name in `directory`.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn join_to(&self, directory: impl AsRef<std::path::Path>) -> std::path::PathBuf {
        directory.as_ref().join(&self.0)
    }
}

impl UnsafeName {
    /// Returns the refused name, as the server sent it.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Returns the rule that the name breaks.
    #[must_use]
    pub fn rule(&self) -> UnsafeRule {
        self.rule
    }
}

fn broken_rule(name: &str) -> Option<UnsafeRule> {
    if name.is_empty() {
        return Some(UnsafeRule::Empty);
    }
    if matches!(name, "." | "..") {
        return Some(UnsafeRule::Directory);
    }
    if let Some((at, character)) = name.char_indices().find(|(_, c)| is_forbidden(*c)) {
        return Some(UnsafeRule::Character { character, at });
    }
    if name.ends_with(['.', ' ']) {
        return Some(UnsafeRule::Ending);
    }
    if is_device(name) {
        return Some(UnsafeRule::Device);
    }
    (name.len() > LONGEST).then_some(UnsafeRule::TooLong)
}

fn is_forbidden(character: char) -> bool {
    match character {
        '/' | '\\' | ':' | '<' | '>' | '"' | '|' | '?' | '*' => true,
        // Line separators, paragraph separators, and Unicode's controls of the direction of text.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            true
        }
        _ => character.is_control(),
    }
}

fn is_device(name: &str) -> bool {
    // Windows also opens the device for a name such as `nul.txt` or `nul .txt`.
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.trim_end_matches(' ');
    if DEVICES
        .iter()
        .any(|device| stem.eq_ignore_ascii_case(device))
    {
        return true;
    }
    let Some((port, digit)) = stem.split_at_checked(3) else {
        return false;
    };
    let mut digits = digit.chars();
    let is_digit = matches!(
        digits.next(),
        Some('0'..='9' | '\u{b9}' | '\u{b2}' | '\u{b3}')
    );
    let is_port = PORTS.iter().any(|name| port.eq_ignore_ascii_case(name));
    is_port && is_digit && digits.next().is_none()
}

impl AsRef<str> for LocalName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(feature = "std")]
impl AsRef<std::path::Path> for LocalName {
    fn as_ref(&self) -> &std::path::Path {
        self.0.as_ref()
    }
}

impl From<LocalName> for String {
    fn from(name: LocalName) -> Self {
        name.0
    }
}

/// Writes the name unchanged, because it holds no character that must be escaped.
impl fmt::Display for LocalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for LocalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for UnsafeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The message shows at most 255 bytes of the name, because a name can be as long as a line
        // of a listing.
        match self.name.split_at_checked(LONGEST) {
            Some((begin, rest)) if !rest.is_empty() => write!(f, "{:?}...", Escaped::new(begin))?,
            _ => write!(f, "{:?}", Escaped::new(&self.name))?,
        }
        write!(f, " is not safe as the name of a local file: {}", self.rule)
    }
}

impl fmt::Debug for UnsafeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnsafeName({self})")
    }
}

impl core::error::Error for UnsafeName {}

impl From<UnsafeName> for Error {
    fn from(error: UnsafeName) -> Self {
        Self::new(ErrorKind::InvalidArgument).with_source(error)
    }
}

impl fmt::Display for UnsafeRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty",
            Self::Directory => "it names a directory",
            Self::Undecodable => "the encoding cannot decode it without loss",
            Self::Character { character, at } => {
                let mut bytes = [0; 4];
                let shown = character.encode_utf8(&mut bytes);
                return write!(f, "it has '{}' at byte {at}", Escaped::new(shown));
            }
            Self::Device => "Windows has a device with this name",
            Self::Ending => "Windows drops the dot or blank at its end",
            Self::TooLong => "it is longer than 255 bytes",
        })
    }
}
