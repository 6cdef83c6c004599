//! The result of one attempt to move bytes over a data connection: how many bytes, or the end.

use crate::session::transfer::DataEnd;

/// The result of one attempt of a driver to move bytes over a data connection.
///
/// ```
/// use std::io::Read;
///
/// use ftp_proto::data::DataProgress;
/// use ftp_proto::{DataEnd, Error, ErrorKind};
///
/// fn read(data: &mut impl Read, buffer: &mut [u8]) -> DataProgress {
///     let failed = |error| Error::new(ErrorKind::Io).with_source(error);
///     match data.read(buffer) {
///         Ok(0) => DataProgress::End(DataEnd::Clean),
///         Ok(count) => DataProgress::Bytes(count),
///         Err(error) => DataProgress::End(DataEnd::Failed(failed(error))),
///     }
/// }
///
/// assert!(matches!(read(&mut &b"hello"[..], &mut [0; 80]), DataProgress::Bytes(5)));
/// ```
#[derive(Debug)]
pub enum DataProgress {
    /// This many bytes were moved.
    Bytes(usize),
    /// The data has ended. The field says how: cleanly, without close_notify, or with an error.
    End(DataEnd),
}
