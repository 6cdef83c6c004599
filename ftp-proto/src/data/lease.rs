//! The client that a transfer uses: lent to it, or its own.

use alloc::boxed::Box;
use core::error;
use core::fmt;
use core::ops::{Deref, DerefMut};

use crate::error::Error;

/// The client of a transfer, for an adapter whose transfers can borrow their client or own it.
///
/// A transfer that owns its client can be returned from a function, and moved to another thread. If
/// it is dropped, the client is dropped with it, and its connections close.
#[derive(Debug)]
pub enum Lease<'c, C> {
    /// The client belongs to your caller.
    Lent(&'c mut C),
    /// The client belongs to the transfer.
    Owned(Box<C>),
}

/// An error of an operation that took a client, and this client, which you can use again.
///
/// In a function that returns an [`Error`] or an `std::io::Error`, `?` turns this error into one of
/// them, and drops the client. Call [`into_parts`](Self::into_parts) for other types of errors.
///
/// ```
/// use ftp_proto::data::Returned;
/// use ftp_proto::{Error, ErrorKind};
///
/// fn open() -> Result<(), Returned<&'static str>> {
///     Err(Returned::new("the client", Error::new(ErrorKind::Permanent)))
/// }
///
/// let (client, error) = open().unwrap_err().into_parts();
/// assert_eq!((client, error.kind()), ("the client", ErrorKind::Permanent));
/// ```
pub struct Returned<C>(Box<(C, Error)>);

impl<C> Lease<'static, C> {
    /// Returns the client of a transfer that owns it. `None` if the client was lent.
    pub fn into_owned(self) -> Option<C> {
        match self {
            Self::Lent(_) => None,
            Self::Owned(client) => Some(*client),
        }
    }
}

impl<'c, C> From<&'c mut C> for Lease<'c, C> {
    fn from(client: &'c mut C) -> Self {
        Self::Lent(client)
    }
}

impl<C> Deref for Lease<'_, C> {
    type Target = C;

    fn deref(&self) -> &C {
        match self {
            Self::Lent(client) => client,
            Self::Owned(client) => client,
        }
    }
}

impl<C> DerefMut for Lease<'_, C> {
    fn deref_mut(&mut self) -> &mut C {
        match self {
            Self::Lent(client) => client,
            Self::Owned(client) => client,
        }
    }
}

impl<C> Returned<C> {
    /// Puts a client and an error together.
    pub fn new(client: C, error: Error) -> Self {
        Self(Box::new((client, error)))
    }

    /// Returns the error.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.0.1
    }

    /// Returns the client and the error.
    #[must_use]
    pub fn into_parts(self) -> (C, Error) {
        *self.0
    }
}

impl<C> fmt::Debug for Returned<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.error(), f)
    }
}

impl<C> fmt::Display for Returned<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.error(), f)
    }
}

impl<C> error::Error for Returned<C> {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.error().source()
    }
}

impl<C> From<Returned<C>> for Error {
    fn from(returned: Returned<C>) -> Self {
        returned.into_parts().1
    }
}

#[cfg(feature = "std")]
impl<C> From<Returned<C>> for std::io::Error {
    fn from(returned: Returned<C>) -> Self {
        Error::from(returned).into()
    }
}
