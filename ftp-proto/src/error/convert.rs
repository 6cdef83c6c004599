//! Errors of other types as an [`Error`], and an [`Error`] as an `std::io::Error`.

#[cfg(feature = "std")]
use super::Cause;
use super::{Error, ErrorKind};

/// For each line `Cause => Kind`, implements `From<Cause>` for [`Error`]: the error has this kind,
/// and the value is its cause.
macro_rules! causes {
    ($($cause:ty => $kind:ident;)*) => {$(
        impl From<$cause> for Error {
            fn from(cause: $cause) -> Self {
                Self::new(ErrorKind::$kind).with_source(cause)
            }
        }
    )*};
}

causes! {
    crate::wire::DecodeError => Protocol;
    crate::reply::Malformed => Protocol;
    crate::wire::InvalidCommand => InvalidArgument;
    crate::path::InvalidPath => InvalidArgument;
    crate::reply::TimeOutOfRange => InvalidArgument;
    crate::data::LineTooLong => TooLarge;
}

/// If an adapter had put an [`Error`] inside the `io::Error`, returns that error. Otherwise makes
/// an [`ErrorKind::Io`].
#[cfg(feature = "std")]
impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(inner) => inner,
            Err(error) => Self::new(ErrorKind::Io).with_source(error),
        }
    }
}

/// Puts this error inside an `io::Error`. `Error::from` or [`std::io::Error::downcast`] returns it
/// again.
#[cfg(feature = "std")]
impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        Self::new(io_kind(&error), error)
    }
}

/// The kind of `std::io::Error` that fits. It is never `Interrupted` or `WouldBlock`, because `std`
/// and other callers try again after these.
#[cfg(feature = "std")]
fn io_kind(error: &Error) -> std::io::ErrorKind {
    use std::io::ErrorKind as Io;
    match (error.kind(), error.cause()) {
        (ErrorKind::Timeout(_) | ErrorKind::TooSlow | ErrorKind::OutOfTime, _) => Io::TimedOut,
        (ErrorKind::Closed, _) => Io::ConnectionAborted,
        // Not `ConnectionAborted`, because programs try again after it.
        (ErrorKind::Aborted, _) => Io::Other,
        (ErrorKind::Io | ErrorKind::Unresolved | ErrorKind::Local, _) => kind_underneath(error),
        (ErrorKind::Proxy(failure), _) => {
            failure.io_kind().unwrap_or_else(|| kind_underneath(error))
        }
        (ErrorKind::InvalidArgument | ErrorKind::Misuse(_), _) => Io::InvalidInput,
        (ErrorKind::Protocol | ErrorKind::Injection | ErrorKind::OutOfStep, _) => Io::InvalidData,
        _ if error.is_surplus() => Io::InvalidData,
        (_, Cause::Incomplete) => Io::UnexpectedEof,
        (_, Cause::NotFound) => Io::NotFound,
        (_, Cause::Denied | Cause::LoginRefused) => Io::PermissionDenied,
        (_, Cause::NoSpace) => Io::StorageFull,
        (_, Cause::Temporary) => Io::ResourceBusy,
        (_, Cause::Unsupported) => Io::Unsupported,
        _ => Io::Other,
    }
}

/// The kind of the `std::io::Error` underneath.
#[cfg(feature = "std")]
fn kind_underneath(error: &Error) -> std::io::ErrorKind {
    use std::io::ErrorKind as Io;
    let inner = error
        .inner()
        .and_then(|it| it.downcast_ref::<std::io::Error>());
    match inner.map(std::io::Error::kind) {
        None | Some(Io::Interrupted | Io::WouldBlock) => Io::Other,
        Some(kind) => kind,
    }
}
