//! Numbers with their nouns, for people: `1 byte`, `2 bytes`.

use core::fmt;

/// A number, and the singular of its noun. The plural has an `s` at its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted(pub(crate) u64, pub(crate) &'static str);

impl Counted {
    /// Makes a number of bytes.
    pub(crate) const fn bytes(count: u64) -> Self {
        Self(count, "byte")
    }

    /// Makes the number of things in memory.
    pub(crate) fn of(count: usize, noun: &'static str) -> Self {
        Self(u64::try_from(count).unwrap_or(u64::MAX), noun)
    }

    /// Returns `was` or `were`.
    pub(crate) const fn was(self) -> &'static str {
        match self.0 {
            1 => "was",
            _ => "were",
        }
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count, noun) = self;
        match count {
            1 => write!(f, "1 {noun}"),
            _ => write!(f, "{count} {noun}s"),
        }
    }
}
