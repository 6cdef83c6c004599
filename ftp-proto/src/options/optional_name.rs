//! The trait for arguments that are a name or may be left out.

use alloc::borrow::Cow;

use super::encoding::{Encoding, Name};
use crate::error::Error;

/// A name that may be left out, such as the directory of a listing.
///
/// Every [`Name`] is an optional name, and so are `None` and `Some("text")`. Without a name, a
/// command means the current directory, or what its documentation says.
///
/// Of the `Option`s, only `Option<&str>` is an optional name: this is why a plain `None` compiles.
/// From an `Option<String>`, call `as_deref`. For an `Option` of bytes, use a `match`, or implement
/// this trait for a type of your own.
///
/// ```
/// use ftp_proto::{Encoding, Error, HERE, OptionalName, RemotePath};
///
/// fn sent(path: impl OptionalName) -> Result<Option<Vec<u8>>, Error> {
///     Ok(path.optional_bytes(&Encoding::Utf8)?.map(Vec::from))
/// }
///
/// assert_eq!(sent("pub")?.as_deref(), Some(&b"pub"[..]));
/// assert_eq!(sent(Some("pub"))?.as_deref(), Some(&b"pub"[..]));
/// assert_eq!(sent(b"caf\xe9")?.as_deref(), Some(&b"caf\xe9"[..]));
/// assert_eq!(sent(&RemotePath::new("pub")?)?.as_deref(), Some(&b"pub"[..]));
/// assert_eq!(sent(None)?, None);
/// assert_eq!(sent(HERE)?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a name nor `None`",
    note = "pass `None`, or the name without `Some`: text, bytes or a `RemotePath`",
    note = "of the `Option`s, only `Option<&str>` fits: call `as_deref` on an `Option<String>`"
)]
pub trait OptionalName {
    /// Returns the bytes to send. `None` if the name is left out.
    ///
    /// # Errors
    ///
    /// The errors of [`Name::bytes`].
    fn optional_bytes(&self, encoding: &Encoding) -> Result<Option<Cow<'_, [u8]>>, Error>;
}

impl<T: Name> OptionalName for T {
    fn optional_bytes(&self, encoding: &Encoding) -> Result<Option<Cow<'_, [u8]>>, Error> {
        self.bytes(encoding).map(Some)
    }
}

// Of all `Option` types, only `Option<&str>` implements the trait. If a second one did, the
// compiler could not infer the type of a plain `None`.
impl OptionalName for Option<&str> {
    fn optional_bytes(&self, encoding: &Encoding) -> Result<Option<Cow<'_, [u8]>>, Error> {
        self.map(|name| encoding.encode(name)).transpose()
    }
}
