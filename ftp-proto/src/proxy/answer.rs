//! What an answer of a proxy leads to.

use alloc::vec::Vec;
use core::num::NonZeroUsize;

use nom::{Err, IResult, Needed};

use super::failure;
use crate::error::{Error, ProxyFailure};

/// What follows an answer. `S` says which answer comes next.
pub(super) enum Next<S> {
    /// The tunnel is made.
    Done,
    /// These bytes are sent, and another answer comes.
    Send(Vec<u8>, S),
}

impl<S> Next<S> {
    pub(super) fn map<T>(self, stage: impl FnOnce(S) -> T) -> Next<T> {
        match self {
            Self::Done => Next::Done,
            Self::Send(bytes, next) => Next::Send(bytes, stage(next)),
        }
    }
}

/// Why an answer has no result.
pub(super) enum Halt {
    /// At least this many bytes are missing.
    Lacks(NonZeroUsize),
    Error(Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Returns what a streaming grammar has read. The grammar says how many bytes are missing.
pub(super) fn read<T>(parsed: IResult<&[u8], T>) -> Result<T, Halt> {
    match parsed {
        Ok((_, answer)) => Ok(answer),
        Err(Err::Incomplete(Needed::Size(count))) => Err(Halt::Lacks(count)),
        Err(Err::Incomplete(Needed::Unknown)) => Err(Halt::Lacks(NonZeroUsize::MIN)),
        Err(_) => Err(unlike().into()),
    }
}

/// Makes the error for an answer of another protocol.
pub(super) fn unlike() -> Error {
    failure(
        ProxyFailure::Protocol,
        "perhaps it is a proxy of another kind",
    )
}
