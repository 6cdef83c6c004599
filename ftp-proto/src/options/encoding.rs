//! Translates the text of a name into bytes to send, and the bytes of a name into text to show.

use alloc::borrow::{Cow, ToOwned};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::atomics::Arc;
use crate::error::{Error, ErrorKind};
use crate::path::RemotePath;

/// How text becomes the bytes of a name, and how bytes become text.
///
/// A name on the server is a sequence of bytes. RFC 2640, section 3.1, wants UTF-8, but many
/// servers have names in other encodings. An encoding only shows these bytes as text. If you send
/// back a name from a listing, send its bytes, not the text that you have shown for them.
///
/// ```
/// use ftp_proto::Encoding;
///
/// assert_eq!(Encoding::Utf8.encode("café")?, &b"caf\xc3\xa9"[..]);
/// assert_eq!(Encoding::Latin1.encode("café")?, &b"caf\xe9"[..]);
/// assert_eq!(Encoding::Latin1.decode(b"caf\xe9"), "café");
/// # Ok::<(), ftp_proto::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8 (RFC 2640), which is also `ftplib`'s default since Python 3.9.
    #[default]
    Utf8,
    /// ISO 8859-1, which encodes the first 256 characters of Unicode as one byte each. Every byte
    /// is a character, so decoding loses nothing.
    Latin1,
    /// An encoding of your own.
    Custom(Arc<dyn Codec>),
}

/// An encoding of your own, for [`Encoding::Custom`]. Most encodings are in the feature `encoding_rs`:
/// `Encoding::for_label("gbk")`.
///
/// ```
/// use ftp_proto::{Codec, Encoding};
/// use std::sync::Arc;
///
/// /// IBM's code page 437, of which this example knows two letters.
/// #[derive(Debug)]
/// struct Cp437;
///
/// impl Codec for Cp437 {
///     fn encode(&self, text: &str) -> Option<Vec<u8>> {
///         text.chars()
///             .map(|c| match c {
///                 'ä' => Some(0x84),
///                 'ö' => Some(0x94),
///                 _ => u8::try_from(c).ok().filter(u8::is_ascii),
///             })
///             .collect()
///     }
///
///     fn decode(&self, bytes: &[u8]) -> String {
///         bytes
///             .iter()
///             .map(|byte| match byte {
///                 0x84 => 'ä',
///                 0x94 => 'ö',
///                 0x80.. => char::REPLACEMENT_CHARACTER,
///                 _ => char::from(*byte),
///             })
///             .collect()
///     }
/// }
///
/// let encoding = Encoding::Custom(Arc::new(Cp437));
/// assert_eq!(encoding.encode("öd")?, &b"\x94d"[..]);
/// assert_eq!(encoding.decode(b"\x84h"), "äh");
/// assert!(encoding.encode("œ").is_err());
/// # Ok::<(), ftp_proto::Error>(())
/// ```
pub trait Codec: fmt::Debug + Send + Sync {
    /// Returns the bytes of this text. `None` if the encoding has no bytes for one of its
    /// characters.
    ///
    /// You need not check for CR, LF and NUL, because the client refuses a command that holds them.
    fn encode(&self, text: &str) -> Option<Vec<u8>>;

    /// Returns these bytes as text that can be shown. A byte that is no character in this encoding
    /// becomes U+FFFD.
    fn decode(&self, bytes: &[u8]) -> String;
}

/// The error for a text that has a character which the [`Encoding`] cannot express in bytes. The
/// error never shows the text, because it may be a password.
///
/// ```
/// use ftp_proto::{Encoding, Unencodable};
///
/// let error = Encoding::Latin1.encode("5 €").expect_err("Latin-1 has no euro sign");
/// let cause = error.inner().and_then(|inner| inner.downcast_ref::<Unencodable>());
/// assert_eq!(cause.and_then(|cause| cause.at), Some(2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unencodable {
    /// The position of the first character that cannot be encoded, counted in bytes of the text
    /// from 0. `None` if the encoding is a [`Codec`], which does not tell the position.
    pub at: Option<usize>,
}

impl Encoding {
    /// Whether both are the same encoding. Two values of your own are the same only if they are
    /// clones of each other.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Utf8, Self::Utf8) | (Self::Latin1, Self::Latin1) => true,
            (Self::Custom(one), Self::Custom(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// Returns the bytes of this text.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] if the encoding has no bytes for a character.
    /// [`Error::inner`] is then [`Unencodable`].
    pub fn encode<'a>(&self, text: &'a str) -> Result<Cow<'a, [u8]>, Error> {
        match self {
            Self::Utf8 => Ok(Cow::Borrowed(text.as_bytes())),
            Self::Latin1 if text.is_ascii() => Ok(Cow::Borrowed(text.as_bytes())),
            Self::Latin1 => {
                let byte = |(at, c)| u8::try_from(c).map_err(|_| Unencodable { at: Some(at) });
                let bytes: Result<Vec<u8>, Unencodable> = text.char_indices().map(byte).collect();
                Ok(Cow::Owned(bytes?))
            }
            Self::Custom(codec) => match codec.encode(text) {
                Some(bytes) => Ok(Cow::Owned(bytes)),
                None => Err(Unencodable { at: None }.into()),
            },
        }
    }

    /// Returns these bytes as text that can be shown. Bytes that are not UTF-8 become U+FFFD, so
    /// you cannot turn the text back into the bytes. Control characters stay as they are: before
    /// you write the text to a terminal, see [`Escaped`](crate::wire::Escaped).
    #[must_use]
    pub fn decode<'a>(&self, bytes: &'a [u8]) -> Cow<'a, str> {
        match self {
            // ASCII bytes are the same in Latin-1 and UTF-8, so the next arm returns them without a
            // copy.
            Self::Latin1 if !bytes.is_ascii() => {
                Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect())
            }
            Self::Utf8 | Self::Latin1 => String::from_utf8_lossy(bytes),
            Self::Custom(codec) => Cow::Owned(codec.decode(bytes)),
        }
    }

    /// Returns these bytes as text, if the text becomes the same bytes again. `None` if it does not:
    /// the bytes are no text in this encoding, or the encoding has several ways to write it.
    ///
    /// ```
    /// use ftp_proto::Encoding;
    ///
    /// assert_eq!(Encoding::Utf8.decode_lossless(b"caf\xc3\xa9").as_deref(), Some("café"));
    /// assert_eq!(Encoding::Utf8.decode_lossless(b"caf\xe9"), None);
    /// assert_eq!(Encoding::Latin1.decode_lossless(b"caf\xe9").as_deref(), Some("café"));
    /// ```
    #[must_use]
    pub fn decode_lossless<'a>(&self, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
        match self {
            Self::Utf8 => core::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Latin1 => Some(self.decode(bytes)),
            Self::Custom(codec) => {
                let text = codec.decode(bytes);
                let is_same = codec.encode(&text).as_deref() == Some(bytes);
                is_same.then_some(Cow::Owned(text))
            }
        }
    }
}

/// A name of something on the server: text, which the [`Encoding`] turns into bytes, or bytes,
/// which are sent as they are.
///
/// `&str`, `String`, `&[u8]`, `b"…"`, `Vec<u8>`, [`RemotePath`] and references to them are names. A
/// name is checked when it becomes a command: CR, LF, NUL and the empty name are refused then.
///
/// ```
/// use ftp_proto::{Encoding, Error, Name, RemotePath};
///
/// fn sent(name: impl Name) -> Result<Vec<u8>, Error> {
///     Ok(name.bytes(&Encoding::Latin1)?.into_owned())
/// }
///
/// assert_eq!(sent("café")?, b"caf\xe9");
/// assert_eq!(sent(String::from("café"))?, b"caf\xe9");
/// // Bytes are sent as they are, in any encoding.
/// assert_eq!(sent(b"caf\xc3\xa9")?, b"caf\xc3\xa9");
/// let listed = RemotePath::new(b"caf\xff".as_slice())?;
/// assert_eq!(sent(&listed)?, b"caf\xff");
/// # Ok::<(), Error>(())
/// ```
pub trait Name {
    /// Returns the bytes to send.
    ///
    /// # Errors
    ///
    /// The errors of [`Encoding::encode`], if the name is text. A name of bytes causes no error.
    fn bytes(&self, encoding: &Encoding) -> Result<Cow<'_, [u8]>, Error>;
}

impl Name for str {
    fn bytes(&self, encoding: &Encoding) -> Result<Cow<'_, [u8]>, Error> {
        encoding.encode(self)
    }
}

impl Name for String {
    fn bytes(&self, encoding: &Encoding) -> Result<Cow<'_, [u8]>, Error> {
        encoding.encode(self)
    }
}

impl Name for [u8] {
    fn bytes(&self, _: &Encoding) -> Result<Cow<'_, [u8]>, Error> {
        Ok(Cow::Borrowed(self))
    }
}

impl<const N: usize> Name for [u8; N] {
    fn bytes(&self, _: &Encoding) -> Result<Cow<'_, [u8]>, Error> {
        Ok(Cow::Borrowed(self))
    }
}

impl Name for Vec<u8> {
    fn bytes(&self, _: &Encoding) -> Result<Cow<'_, [u8]>, Error> {
        Ok(Cow::Borrowed(self))
    }
}

impl Name for RemotePath {
    fn bytes(&self, _: &Encoding) -> Result<Cow<'_, [u8]>, Error> {
        Ok(Cow::Borrowed(self.as_bytes()))
    }
}

impl<T: Name + ?Sized> Name for &T {
    fn bytes(&self, encoding: &Encoding) -> Result<Cow<'_, [u8]>, Error> {
        T::bytes(self, encoding)
    }
}

impl<T: Name + ToOwned + ?Sized> Name for Cow<'_, T> {
    fn bytes(&self, encoding: &Encoding) -> Result<Cow<'_, [u8]>, Error> {
        T::bytes(self, encoding)
    }
}

impl fmt::Display for Unencodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the encoding has no byte for a character of the text")?;
        match self.at {
            Some(at) => write!(f, ", at {at}"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for Unencodable {}

impl From<Unencodable> for Error {
    fn from(error: Unencodable) -> Self {
        Self::new(ErrorKind::InvalidArgument).with_source(error)
    }
}
