//! A random server and the options of its client.

use fastrand::Rng;
use ftp_proto::simulator::{Action, DuringTransfer, Fault, Setup};
use ftp_proto::{DataMode, Pipelining};

use super::fault::{Kind, VERBS, any, injected};
use crate::face::Options;
use crate::support::tls::tls;

/// What one run starts with: the server, the client's options and the faults.
pub(super) struct Scenario {
    pub(super) setup: Setup,
    pub(super) options: Options,
    /// The settings that are not usual, and the kinds of faults, as text for a failure report.
    pub(super) told: String,
    pub(super) under_tls: bool,
    /// The kinds of faults that the server has in this run. If the list is empty, the server has no
    /// faults.
    pub(super) kinds: Vec<Kind>,
    /// Whether, in this run, the user stops some operations halfway and some calls to the network
    /// fail.
    pub(super) restless: bool,
    /// Whether the server keeps each reply back until the client sends its next command or waits
    /// for the reply.
    pub(super) lag: bool,
    pub(super) without_size: bool,
}

impl Scenario {
    pub(super) fn of_seed(seed: u64, rng: &mut Rng) -> Self {
        let kinds = match rng.u8(..10) {
            0 => Vec::new(),
            few => some_kinds(usize::from(few % 3) + 1, rng),
        };
        let lag = rng.u8(..4) == 0 || kinds.iter().any(|kind| kind.wants_lag());
        let mut scenario = Self {
            setup: well_meaning(rng),
            options: Options::new("localhost"),
            told: String::new(),
            under_tls: false,
            kinds,
            restless: rng.u8(..3) != 0,
            lag,
            without_size: false,
        };
        if seed % 10 == 9 {
            scenario.protect(seed / 10 % 2);
        }
        scenario.take_away(rng);
        scenario.pipeline(rng);
        scenario.add_faults(rng);
        scenario.told += &format!(
            "kinds {:?}, lag {lag}, TLS {}, restless {}",
            scenario.kinds, scenario.under_tls, scenario.restless
        );
        scenario
    }

    /// Returns whether the server and the network have no faults. Only a mistake of the user can
    /// then cause an error, for example a wrong password.
    pub(super) fn is_peaceful(&self) -> bool {
        self.kinds.is_empty() && !self.restless
    }

    fn protect(&mut self, version: u64) {
        let ends = &tls()[usize::from(version == 1)];
        self.setup = self.setup.clone().tls(ends.server.clone());
        self.options = self.options.clone().with_tls(ends.client.clone());
        self.under_tls = true;
    }

    /// In some runs, chooses active mode or makes the server refuse some commands as unknown.
    fn take_away(&mut self, rng: &mut Rng) {
        if rng.u8(..5) == 0 {
            let active = |config: ftp_proto::Config| config.with_data_mode(DataMode::Active);
            self.options = self.options.clone().with_config(active);
            self.told += "active, ";
        }
        for verb in ["EPSV", "SIZE", "FEAT", "EPRT", "MLST"] {
            if rng.u8(..12) == 0 {
                self.setup = self.setup.clone().without(verb);
                self.without_size |= verb == "SIZE";
                self.told += &format!("without {verb}, ");
            }
        }
    }

    /// Chooses which commands the client sends together. In some runs, the server's greeting names a
    /// server that bears that.
    fn pipeline(&mut self, rng: &mut Rng) {
        let (pipelining, told) = match rng.u8(..4) {
            0 => (Pipelining::never(), "never"),
            1 => (Pipelining::default(), "adaptive"),
            _ => (Pipelining::always(), "always"),
        };
        let pipelining = pipelining
            .with_transfer_next(rng.u8(..3) == 0)
            .with_password_with_user(rng.bool());
        let config = |config: ftp_proto::Config| config.with_pipelining(pipelining);
        self.options = self.options.clone().with_config(config);
        self.told += &format!("pipelining {told}, ");
        if rng.u8(..4) == 0 {
            self.setup = self.setup.clone().banner("220 (vsFTPd 3.0.5)");
            self.told += "known, ";
        }
    }

    fn add_faults(&mut self, rng: &mut Rng) {
        for kind in self.kinds.clone() {
            self.setup = kind.add_to(self.setup.clone(), rng);
        }
        if self.lag {
            for verb in VERBS {
                self.setup = self.setup.clone().fault(Fault::on(verb, Action::Hold));
            }
        }
    }
}

fn some_kinds(count: usize, rng: &mut Rng) -> Vec<Kind> {
    let injected = injected();
    let mut kinds: Vec<Kind> = (0..count).map(|_| any(rng, &injected)).collect();
    // With `Order` the server sends 226 before the data. If the transfer then failed, the server
    // would have reported a success that did not happen, and no client could notice this.
    if kinds.contains(&Kind::Order) {
        kinds.retain(|kind| !kind.fails_a_transfer());
    }
    // With `Beside` the server may end a transfer without a reply. If a stray came in the place of
    // this reply, no client could notice it.
    if kinds.contains(&Kind::Beside) {
        kinds.retain(|kind| !matches!(kind, Kind::Stray | Kind::LateStray));
    }
    kinds
}

/// Creates a server with some files and without faults. It may send its replies in pieces.
fn well_meaning(rng: &mut Rng) -> Setup {
    let mut setup = Setup::new()
        .directory("/d")
        .directory("/d/e")
        .file("/five", "12345")
        .file("/empty", "")
        .file("/d/five", "54321")
        .window(any(rng, &[100, 700, 4096]));
    for (path, length) in [("/a", 700), ("/b", 1500), ("/d/a", 900)] {
        setup = setup.file(path, content(length, rng));
    }
    match rng.u8(..6) {
        0 => setup = setup.segment(rng.usize(1..9)),
        1 | 2 => setup = setup.cut_at(rng.usize(..3000)),
        _ => {}
    }
    let behaviours = [DuringTransfer::Deferred, DuringTransfer::Immediate];
    setup.during_transfer(any(rng, &behaviours))
}

/// Returns random bytes without CR. If TYPE A turns each LF into CRLF and back, such bytes stay the
/// same.
pub(super) fn content(length: usize, rng: &mut Rng) -> Vec<u8> {
    let byte = |_| match rng.u8(..) {
        b'\r' => b'\n',
        byte => byte,
    };
    (0..length).map(byte).collect()
}
