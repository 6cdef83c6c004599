//! The ways in which clients reach a server.

use ftp_blocking::DataMode;

use super::trust::Secured;
use crate::servers::foreign::Kind;
use crate::servers::listening::Family;
use crate::servers::tls::{Start, TlsVersion};

/// How a client reaches a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) mode: DataMode,
    pub(super) family: Family,
    /// In clear when nothing.
    pub(super) secured: Option<Secured>,
}

impl Way {
    /// In the order of the report. Most is asked in the first one.
    pub(super) const ALL: [Self; 7] = [
        Self::new(DataMode::Passive, Family::V4),
        Self::new(DataMode::Active, Family::V4),
        Self::new(DataMode::Passive, Family::V6),
        Self::new(DataMode::Active, Family::V6),
        Self::over(Secured::new(TlsVersion::Tls12)),
        Self::over(Secured::new(TlsVersion::Tls13)),
        Self::over(Secured::IMPLICIT),
    ];

    const fn new(mode: DataMode, family: Family) -> Self {
        Self {
            mode,
            family,
            secured: None,
        }
    }

    const fn over(secured: Secured) -> Self {
        Self {
            secured: Some(secured),
            ..Self::new(DataMode::Passive, Family::V4)
        }
    }

    /// Whether one server will do for both.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        (self.family, self.secured) == (other.family, other.secured)
    }

    pub(super) fn secured_by(self, kind: Kind) -> Option<Secured> {
        self.secured.map(|secured| secured.suited(kind))
    }

    pub(super) fn is_offered(self, kind: Kind) -> bool {
        let start = self.secured.map(|secured| secured.start);
        let is_extended = (self.mode, self.family) == (DataMode::Active, Family::V6);
        (start != Some(Start::Implicit) || kind.offers_implicit())
            && (!is_extended || kind.knows_eprt())
    }

    pub(super) const fn name(self) -> &'static str {
        match self.secured {
            Some(secured) if matches!(secured.start, Start::Implicit) => return "implicit TLS",
            Some(secured) => return secured.version.name(),
            None => {}
        }
        match (self.mode, self.family) {
            (DataMode::Passive, Family::V4) => "passive, IPv4",
            (DataMode::Active, Family::V4) => "active, IPv4",
            (DataMode::Passive, Family::V6) => "passive, IPv6",
            (DataMode::Active, Family::V6) => "active, IPv6",
        }
    }
}
