//! Names on the server.

use crate::wire::Escaped;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A pathname on the server: the bytes that the server knows it by, and nothing decoded.
///
/// It is not empty, and holds no CR, LF or NUL, which the protocol cannot carry. What a `/` means
/// is the server's affair. `Display` and `Debug` escape as [`Escaped`] does; to send a path, use
/// its bytes.
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

/// The current directory, where a path may be left out: `client.list(HERE)`.
pub const HERE: Option<&str> = None;

/// Why bytes are no [`RemotePath`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidPath {
    /// No bytes at all.
    Empty,
    /// A byte that the protocol cannot carry.
    Byte {
        /// CR, LF or NUL.
        byte: u8,
        /// Its place, counted in bytes from 0.
        at: usize,
    },
}

impl RemotePath {
    /// A path of these bytes.
    ///
    /// # Errors
    ///
    /// [`InvalidPath`] where they are empty or hold CR, LF or NUL.
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

    /// The bytes, as the server knows them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path as text, where it is UTF-8.
    #[must_use]
    pub fn to_str(&self) -> Option<&str> {
        core::str::from_utf8(&self.0).ok()
    }

    /// The path as text; what is not UTF-8 becomes U+FFFD. Not escaped, and not a way back.
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
