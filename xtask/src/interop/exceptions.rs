//! Where a server does not do what was expected of it. Reviewed: each with its reason, and one
//! that does not occur any more is a failure too.

use super::operation::{Operation, Way};
use crate::servers::foreign::Kind;

/// One that is known.
pub(super) struct Exception {
    pub(super) server: Kind,
    pub(super) operation: Operation,
    /// In which ways; all of them in which the operation is done, if there is none.
    pub(super) ways: &'static [Way],
    /// What the failure says, in part.
    pub(super) says: &'static str,
    pub(super) reason: &'static str,
}

pub(super) const EXCEPTIONS: &[Exception] = &[];

/// The place in the list of the exception for this cell.
pub(super) fn of(server: Kind, operation: Operation, way: Way) -> Option<usize> {
    EXCEPTIONS.iter().position(|exception| {
        exception.server == server
            && exception.operation == operation
            && (exception.ways.is_empty() || exception.ways.contains(&way))
    })
}
