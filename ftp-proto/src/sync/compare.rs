//! Decides whether one file is transferred.

use core::cmp::Ordering;

use super::action::Reason;
use super::options::Compare;
use super::times::Between;

/// Two files with the same name, as far as they are known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) source: Known,
    pub(super) target: Known,
    /// Whether the two files must have the same bytes. Text has other line ends on both sides.
    pub(super) is_exact: bool,
    /// Whether the server can tell more about its file than its listing does.
    pub(super) may_ask: bool,
    /// How wrong the time of the listing may be for its zone.
    pub(super) doubt: ZoneDoubt,
    /// Whether the hashes are the same. `None` if they are not compared, or not yet.
    pub(super) hash: Hashes,
}

/// What is known about a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) size: Option<u64>,
    pub(super) time: Option<Between>,
}

/// How the hashes of two files compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hashes {
    /// They are not known yet.
    Unknown,
    Same,
    Differ,
    /// There are none.
    Unavailable,
}

/// How wrong the time of a listing may be for its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ZoneDoubt {
    /// It is right, or asking would not help.
    None,
    /// By an hour, since the zone was learnt from another file.
    Hour,
    /// The zone is unknown.
    Zone,
}

/// What a comparison has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Transfer(Reason),
    Stay(Reason),
    /// The listing is not exact enough. Ask the server about the file, then compare again.
    Ask,
    /// Compute both hashes, then compare again.
    Hash,
}

impl Pair {
    pub(super) fn compare(&self, how: Compare) -> Verdict {
        match how {
            Compare::Never => Verdict::Transfer(Reason::Always),
            Compare::Existence => Verdict::Stay(Reason::Same),
            Compare::Size => self.by_size(|_| Verdict::Stay(Reason::Same)),
            Compare::SizeOrNewer => self.by_size(Self::by_newer),
            Compare::SizeOrTime => self.by_size(|pair| match pair.order() {
                Some(Ordering::Equal) => pair.unless_doubtful(Verdict::Stay(Reason::Same)),
                Some(_) => pair.unless_asking(Verdict::Transfer(Reason::TimeDiffers)),
                None => pair.unless_asking(Verdict::Stay(Reason::Same)),
            }),
            Compare::Newer => match self.order() {
                Some(Ordering::Greater) => self.unless_asking(Verdict::Transfer(Reason::Newer)),
                Some(Ordering::Equal) => self.unless_doubtful(Verdict::Stay(Reason::Same)),
                Some(Ordering::Less) => self.unless_doubtful(Verdict::Stay(Reason::Older)),
                None if self.may_ask => Verdict::Ask,
                None => self.by_size(|_| Verdict::Stay(Reason::Same)),
            },
            Compare::Hash if self.is_exact => self.by_size(|pair| match pair.hash {
                Hashes::Unknown => Verdict::Hash,
                Hashes::Same => Verdict::Stay(Reason::Same),
                Hashes::Differ => Verdict::Transfer(Reason::HashDiffers),
                Hashes::Unavailable => pair.by_newer(),
            }),
            Compare::Hash => self.by_newer(),
        }
    }

    /// Compares the sizes, and goes on with `then` if they do not differ.
    fn by_size(&self, then: impl FnOnce(&Self) -> Verdict) -> Verdict {
        match (self.source.size, self.target.size) {
            _ if !self.is_exact => then(self),
            (Some(source), Some(target)) if source != target => {
                Verdict::Transfer(Reason::SizeDiffers)
            }
            (Some(_), Some(_)) => then(self),
            _ if self.may_ask => Verdict::Ask,
            _ => then(self),
        }
    }

    fn by_newer(&self) -> Verdict {
        match self.order() {
            Some(Ordering::Greater) => self.unless_asking(Verdict::Transfer(Reason::Newer)),
            Some(_) => self.unless_doubtful(Verdict::Stay(Reason::Same)),
            None => self.unless_asking(Verdict::Stay(Reason::Same)),
        }
    }

    fn order(&self) -> Option<Ordering> {
        Some(self.source.time?.compare(self.target.time?))
    }

    /// Asks the server first, if the zone may hide that the source is newer.
    fn unless_doubtful(&self, verdict: Verdict) -> Verdict {
        let is_doubtful = match (self.source.time, self.target.time, self.doubt) {
            (Some(source), Some(target), ZoneDoubt::Hour) => source.is_hardly_before(target),
            (Some(source), Some(target), ZoneDoubt::Zone) => source.compare(target).is_eq(),
            _ => false,
        };
        match is_doubtful {
            true => self.unless_asking(verdict),
            false => verdict,
        }
    }

    /// Asks the server first, if it can tell more.
    fn unless_asking(&self, verdict: Verdict) -> Verdict {
        match self.may_ask {
            true => Verdict::Ask,
            false => verdict,
        }
    }
}
