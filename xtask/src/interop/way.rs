//! The ways in which the tests connect to a server: the data mode, the IP version, and TLS.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ftp_blocking::{AbortClose, DataMode, Options, Pipelining, Timeouts};

use super::trust::Secured;
use crate::servers::foreign::{Foreign, Kind};
use crate::servers::listening::Family;
use crate::servers::tls::{Start, TlsVersion};

/// One way of connecting to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) mode: DataMode,
    pub(super) family: Family,
    /// The TLS of all connections; `None` means clear text.
    pub(super) secured: Option<Secured>,
}

impl Way {
    /// All ways, in the order in which the report shows them. All questions are asked in the first
    /// way, and fewer in the others.
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

    pub(super) const fn over(secured: Secured) -> Self {
        Self {
            secured: Some(secured),
            ..Self::new(DataMode::Passive, Family::V4)
        }
    }

    /// Returns whether a running server for the way `self` can also serve the way `other`: the two
    /// may differ only in the data mode.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        (self.family, self.secured) == (other.family, other.secured)
    }

    pub(super) fn secured_by(self, kind: Kind) -> Option<Secured> {
        self.secured.map(|secured| secured.suited(kind))
    }

    pub(super) fn is_offered(self, kind: Kind) -> bool {
        let connects = match self.family {
            Family::V4 => kind.knows_port(),
            Family::V6 => kind.knows_eprt(),
        };
        self.secured.is_none_or(|secured| secured.is_offered(kind))
            && (self.mode == DataMode::Passive || connects)
            && (self.family == Family::V4 || kind.knows_ipv6())
    }

    /// Returns whether rarely used servers are asked in this way even without `--full`. There are
    /// two such ways: the first one, in clear text, and implicit TLS.
    pub(super) fn is_asked_briefly(self) -> bool {
        self == Self::ALL[0] || self.secured == Some(Secured::IMPLICIT)
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

/// The time limit of each wait. On loopback a wait takes this long only if something has gone
/// wrong.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether all clients pipeline everything from the beginning.
static PIPELINED: AtomicBool = AtomicBool::new(false);

/// Makes all clients pipeline everything from the beginning.
pub(super) fn pipeline_everything() {
    PIPELINED.store(true, Ordering::Relaxed);
}

/// Returns whether all clients pipeline everything from the beginning.
pub(super) fn is_everything_pipelined() -> bool {
    PIPELINED.load(Ordering::Relaxed)
}

/// Returns the options of a client that connects to this server in clear text and passive mode.
pub(super) fn options(server: &Foreign) -> Options {
    let abort_close = match server.kind {
        Kind::Aioftp => AbortClose::AfterReply,
        _ => AbortClose::AtOnce,
    };
    Options::new(server.host())
        .with_port(server.port())
        .with_timeouts(Timeouts::default().with_all(PATIENCE))
        .with_config(|config| {
            let pipelining = match server.kind {
                _ if is_everything_pipelined() => Pipelining::always(),
                // It takes all that comes in one segment for one command, so that the first EPSV of
                // each session would wait for its time limit.
                Kind::SimpleFtpd => Pipelining::never(),
                _ => Pipelining::default(),
            };
            config
                .with_abort_close(abort_close)
                .with_pipelining(pipelining)
        })
}
