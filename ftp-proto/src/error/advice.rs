//! What an error's text ends with.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use super::{Error, ErrorKind};
use crate::remedy::{Remedy, write_after};
use crate::wire::DecodeError;

/// What the text of an error ends with: a note on the cause, and what you can do.
#[derive(Clone, Debug)]
pub(crate) struct Advice {
    note: Cow<'static, str>,
    remedies: Vec<Remedy>,
}

impl Advice {
    /// Makes advice that begins with this text.
    pub(crate) fn new(note: impl Into<Cow<'static, str>>) -> Self {
        Self {
            note: note.into(),
            remedies: Vec::new(),
        }
    }

    /// Adds what you can do.
    pub(crate) fn with(mut self, remedies: impl IntoIterator<Item = Remedy>) -> Self {
        self.remedies.extend(remedies);
        self
    }

    /// Whether `Display` writes anything.
    pub(super) fn has_text(&self, is_alternate: bool) -> bool {
        !self.note.is_empty() || !is_alternate
    }

    pub(super) fn remedies(&self) -> &[Remedy] {
        &self.remedies
    }
}

/// Writes the remedies too, unless the format is `{:#}`.
impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&*self.note, &*self.remedies) {
            ("", [first, rest @ ..]) => {
                write!(f, "{first}")?;
                write_after(rest, f)
            }
            (note, remedies) => {
                f.write_str(note)?;
                write_after(remedies, f)
            }
        }
    }
}

impl Error {
    /// Adds what your program can do, unless the error has advice already. It is for those who
    /// write a driver.
    ///
    /// ```
    /// use ftp_proto::{Error, ErrorKind, Remedy};
    ///
    /// let error = Error::new(ErrorKind::Local)
    ///     .with_source("it is no regular file")
    ///     .with_remedy(Remedy::SendFrom);
    /// assert_eq!(error.to_string(), "it is no regular file; use `Upload::send_from`");
    /// assert_eq!(format!("{error:#}"), "it is no regular file");
    /// ```
    #[must_use]
    pub fn with_remedy(self, remedy: Remedy) -> Self {
        self.or_advice(Advice::new("").with([remedy]))
    }

    /// Returns what you can do, as values: the parts of this error's text that `{:#}` leaves out.
    /// See [`Remedy`] for an example.
    #[must_use]
    pub fn remedies(&self) -> Vec<Remedy> {
        let mut remedies = Vec::new();
        self.add_remedies(&mut remedies);
        remedies
    }

    fn add_remedies(&self, remedies: &mut Vec<Remedy>) {
        let of_kind = match self.kind() {
            ErrorKind::Timeout(wait) => Some(Remedy::RaiseLimit(wait)),
            ErrorKind::OutOfTime => Some(Remedy::RaiseTotalTime),
            _ => None,
        };
        let of_reason = self.tls_reason().into_iter().flat_map(|it| it.remedies());
        let of_advice = self.0.advice.iter().flat_map(Advice::remedies);
        let told = self.told();
        let decode: Option<&DecodeError> = told.and_then(|told| told.downcast_ref());
        let of_decode = decode.into_iter().flat_map(|it| it.remedies());
        let all = of_reason.chain(of_decode).chain(of_advice).chain(&of_kind);
        for remedy in all {
            if !remedies.contains(remedy) {
                remedies.push(*remedy);
            }
        }
        if let Some(inner) = told.and_then(|told| told.downcast_ref::<Self>()) {
            inner.add_remedies(remedies);
        }
    }
}
