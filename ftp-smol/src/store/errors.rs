//! The errors of the library as those of object stores.

use ftp_proto::{Cause, ErrorKind};
use object_store::path::Path;
use object_store::{Error, Result};

use super::STORE;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// What a refusal by 550 or 553 means if nothing shows whether the path exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unclear {
    /// There is no such object: the operation reads or deletes one.
    Missing,
    /// It is not allowed: the operation writes an object, and its directory is there.
    Denied,
}

/// Makes the error of an object store from an error of the library, which becomes its source.
pub(super) fn told(error: ftp_proto::Error, location: &Path, unclear: Unclear) -> Error {
    let path = location.to_string();
    let cause = match error.cause() {
        Cause::NotFoundOrDenied if unclear == Unclear::Missing => Cause::NotFound,
        Cause::NotFoundOrDenied => Cause::Denied,
        // The name cannot be sent in the encoding of the session.
        _ if error.kind() == ErrorKind::InvalidArgument => Cause::Unsupported,
        cause => cause,
    };
    let source = Source::from(error);
    match cause {
        Cause::NotFound => Error::NotFound { path, source },
        Cause::Denied => Error::PermissionDenied { path, source },
        Cause::LoginRefused => Error::Unauthenticated { path, source },
        Cause::Unsupported => Error::NotSupported { source },
        _ => generic(source),
    }
}

/// The error of an object that is not there, in words of its own.
pub(super) fn missing(location: &Path, reason: &str) -> Error {
    Error::NotFound {
        path: location.to_string(),
        source: reason.into(),
    }
}

pub(super) fn generic(source: impl Into<Source>) -> Error {
    Error::Generic {
        store: STORE,
        source: source.into(),
    }
}

pub(super) fn unsupported(reason: impl Into<Source>) -> Error {
    Error::NotSupported {
        source: reason.into(),
    }
}

/// The error of an operation, or of a part of one, that the store does not have.
pub(super) fn not_implemented<T>(operation: &str) -> Result<T> {
    Err(Error::NotImplemented {
        operation: operation.to_owned(),
        implementer: "FtpStore".to_owned(),
    })
}
