//! The pathname of a file or directory on the server.

use crate::wire::Escaped;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A pathname on the server: the bytes by which the server knows the file, not decoded.
///
/// A path is not empty. It holds no CR, LF or NUL, which FTP cannot carry. The server alone decides
/// what a `/` means. `Display` and `Debug` escape as [`Escaped`] does; to send a path, use its
/// bytes.
///
/// ```
/// use ftp_proto::RemotePath;
///
/// let path = RemotePath::new(b"caf\xe9".as_slice())?;
/// assert_eq!(path.as_bytes(), b"caf\xe9");
/// assert_eq!(path.to_string(), r"caf\xe9");
/// assert!(RemotePath::new("a\nb").is_err());
/// # Ok::<(), ftp_proto::InvalidPath>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemotePath(Vec<u8>);

/// Stands for the current directory in methods whose path may be left out: `client.list(HERE)` does
/// the same as `client.list(None)`.
pub const HERE: Option<&str> = None;

/// Why bytes are not a valid [`RemotePath`].
///
/// ```
/// use ftp_proto::{InvalidPath, RemotePath};
///
/// let text = match RemotePath::new("two\nlines") {
///     Ok(path) => path.to_string(),
///     Err(InvalidPath::Byte { byte, at }) => format!("byte {byte} at {at} cannot be sent"),
///     Err(invalid) => invalid.to_string(),
/// };
/// assert_eq!(text, "byte 10 at 3 cannot be sent");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidPath {
    /// The path has no bytes.
    Empty,
    /// A byte that FTP cannot carry.
    Byte {
        /// CR, LF or NUL.
        byte: u8,
        /// The position of the byte, counted in bytes from 0.
        at: usize,
    },
}

impl RemotePath {
    /// Makes a path of these bytes.
    ///
    /// # Errors
    ///
    /// [`InvalidPath`] if the bytes are empty or hold CR, LF or NUL.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, InvalidPath> {
        let bytes = bytes.into();
        if bytes.is_empty() {
            return Err(InvalidPath::Empty);
        }
        match memchr::memchr3(b'\r', b'\n', 0, &bytes) {
            Some(at) => Err(InvalidPath::Byte {
                byte: bytes.get(at).copied().unwrap_or_default(),
                at,
            }),
            None => Ok(Self(bytes)),
        }
    }

    /// Returns the path `.`, which means the current directory.
    pub(crate) fn here() -> Self {
        Self(b".".to_vec())
    }

    /// Returns the path as the bytes that the server uses for it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the path as text, or `None` if it is not UTF-8.
    #[must_use]
    pub fn to_str(&self) -> Option<&str> {
        core::str::from_utf8(&self.0).ok()
    }

    /// Returns the path as text that can be shown. Bytes that are not UTF-8 become U+FFFD, so you
    /// cannot turn the text back into the path. Control characters are not escaped.
    #[must_use]
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

impl AsRef<[u8]> for RemotePath {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<RemotePath> for Vec<u8> {
    fn from(path: RemotePath) -> Self {
        path.0
    }
}

impl TryFrom<Vec<u8>> for RemotePath {
    type Error = InvalidPath;

    fn try_from(bytes: Vec<u8>) -> Result<Self, InvalidPath> {
        Self::new(bytes)
    }
}

impl TryFrom<&[u8]> for RemotePath {
    type Error = InvalidPath;

    fn try_from(bytes: &[u8]) -> Result<Self, InvalidPath> {
        Self::new(bytes)
    }
}

impl TryFrom<&str> for RemotePath {
    type Error = InvalidPath;

    fn try_from(text: &str) -> Result<Self, InvalidPath> {
        Self::new(text)
    }
}

impl core::str::FromStr for RemotePath {
    type Err = InvalidPath;

    fn from_str(text: &str) -> Result<Self, InvalidPath> {
        Self::new(text)
    }
}

impl fmt::Display for RemotePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Escaped::new(&self.0), f)
    }
}

impl fmt::Debug for RemotePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Escaped::new(&self.0), f)
    }
}

impl fmt::Display for InvalidPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the path is empty"),
            Self::Byte { byte, at } => write!(
                f,
                "the path holds byte 0x{byte:02x} at {at}, which FTP cannot carry"
            ),
        }
    }
}

impl core::error::Error for InvalidPath {}
