//! The kind and the cause of an error as text for `serde`.

use serde::ser::{Serialize, Serializer};

use super::{Cause, ErrorKind};

/// Writes [`ErrorKind::name`].
impl Serialize for ErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Writes [`Cause::name`].
///
/// ```
/// use ftp_proto::{Cause, ErrorKind};
///
/// let log = (Cause::NotFound, ErrorKind::Permanent);
/// assert_eq!(serde_json::to_string(&log)?, r#"["not_found","permanent"]"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
