//! Every flow is dropped at every step, and timed out at every want. The session must then work or
//! be dead (invariant 3).

use std::collections::BTreeSet;

use ftp_proto::reply::{Algorithm, Timestamp};
use ftp_proto::{
    Config, DataEnd, DataMode, Direction, FileStructure, Pipelining, Protection, Standing,
    TransferType, TransmissionMode, flows,
};
use proptest::prelude::*;

use crate::support::*;

/// A flow to test, with its configuration and the operations that run before it.
struct Case {
    flow: &'static str,
    config: fn() -> Config,
    before: &'static [Op],
    /// Runs the flow. Returns `false` if the flow was dropped.
    run: fn(&mut Driver<Model>) -> bool,
}

macro_rules! cases {
    ($($flow:ident, $config:expr, $before:expr, |$driver:ident| $make:expr;)*) => {
        &[$(Case {
            flow: stringify!($flow),
            config: $config,
            before: $before,
            run: |$driver| {
                let flow: flows::$flow = $make;
                match $driver.try_run(flow) {
                    Err(Stop::Dropped) => false,
                    // The flow may succeed or fail, because other tests check its outcome.
                    Ok(_) | Err(Stop::Failed(_)) => true,
                }
            },
        },)*]
    };
}

const CONNECTED: &[Op] = &[Op::Greeting];
const LOGGED_IN: &[Op] = &[Op::Greeting, Op::Login];
const IN_DOWNLOAD: &[Op] = &[Op::Greeting, Op::Login, Op::Retrieve("a", 0)];
const IN_UPLOAD: &[Op] = &[Op::Greeting, Op::Login, Op::Store("a")];

const CASES: &[Case] = cases! {
    Greeting, plain_config, &[], |_driver| flows::Greeting::new();
    Secure, explicit, CONNECTED, |_driver| flows::Secure::new();
    Login, plain_config, CONNECTED, |_driver| flows::Login::new(credentials());
    Login, explicit, CONNECTED, |_driver| flows::Login::new(credentials());
    Protect, by_choice, LOGGED_IN, |_driver| flows::Protect::new(Protection::Private);
    Protect, by_choice, LOGGED_IN, |_driver| flows::Protect::new(Protection::Clear);
    ClearControl, explicit, LOGGED_IN, |_driver| flows::ClearControl::new();
    Discover, plain_config, LOGGED_IN, |_driver| flows::Discover::new();
    Feat, plain_config, LOGGED_IN, |_driver| flows::Feat::new();
    Pwd, plain_config, LOGGED_IN, |_driver| flows::Pwd::new();
    Noop, explicit, LOGGED_IN, |_driver| flows::Noop::new();
    ChangeDirectory, plain_config, LOGGED_IN, |_driver| made(flows::ChangeDirectory::new("a"));
    ChangeDirectory, explicit, LOGGED_IN, |_driver| made(flows::ChangeDirectory::new(".."));
    MakeDirectory, plain_config, LOGGED_IN, |_driver| made(flows::MakeDirectory::new("a"));
    RemoveDirectory, plain_config, LOGGED_IN, |_driver| made(flows::RemoveDirectory::new("a"));
    Delete, plain_config, LOGGED_IN, |_driver| made(flows::Delete::new("a"));
    Rename, plain_config, LOGGED_IN, |_driver| made(flows::Rename::new("a", "b"));
    Size, plain_config, LOGGED_IN, |_driver| made(flows::Size::new("a"));
    Modified, plain_config, LOGGED_IN, |_driver| made(flows::Modified::new("a"));
    Facts, plain_config, LOGGED_IN, |_driver| made(flows::Facts::new(Some("a")));
    Inspect, plain_config, LOGGED_IN, |_driver| made(flows::Inspect::new("a"));
    Inspect, pipelined, LOGGED_IN, |_driver| made(flows::Inspect::new("a"));
    InspectMany, plain_config, LOGGED_IN, |_driver| made(flows::InspectMany::new(["a", "b"]));
    InspectMany, pipelined, LOGGED_IN, |_driver| made(flows::InspectMany::new(["a", "b"]));
    System, plain_config, LOGGED_IN, |_driver| flows::System::new();
    SetModified, plain_config, LOGGED_IN, |_driver| made(flows::SetModified::new("a", time()));
    SetCreated, plain_config, LOGGED_IN, |_driver| made(flows::SetCreated::new("a", time()));
    SetFacts, plain_config, LOGGED_IN, |_driver| made(flows::SetFacts::new("a", [("b", "c")]));
    Chmod, plain_config, LOGGED_IN, |_driver| made(flows::Chmod::new("a", 0o644));
    Symlink, plain_config, LOGGED_IN, |_driver| made(flows::Symlink::new("a", "b"));
    Combine, plain_config, LOGGED_IN, |_driver| made(flows::Combine::new("a", ["b"]));
    RemoveDirectoryTree, plain_config, LOGGED_IN, |_driver| made(flows::RemoveDirectoryTree::new("a"));
    ClientId, plain_config, LOGGED_IN, |_driver| made(flows::ClientId::new("a", "1"));
    Available, plain_config, LOGGED_IN, |_driver| made(flows::Available::new("a"));
    DirectorySize, plain_config, LOGGED_IN, |_driver| made(flows::DirectorySize::new("a"));
    HashOf, plain_config, LOGGED_IN, |_driver| made(flows::HashOf::new("a", Algorithm::Md5));
    Status, plain_config, LOGGED_IN, |_driver| made(flows::Status::new(None::<&str>));
    Help, plain_config, LOGGED_IN, |_driver| made(flows::Help::new(None::<&str>));
    Site, plain_config, LOGGED_IN, |_driver| made(flows::Site::new("CHMOD 644 a"));
    Allocate, plain_config, LOGGED_IN, |_driver| flows::Allocate::new(12);
    Account, explicit, LOGGED_IN, |_driver| made(flows::Account::new("research"));
    Mount, plain_config, LOGGED_IN, |_driver| made(flows::Mount::new("/mnt"));
    Reinitialize, plain_config, LOGGED_IN, |_driver| flows::Reinitialize::new();
    ChooseFacts, plain_config, LOGGED_IN, |_driver| made(flows::ChooseFacts::new(["type"]));
    SetOption, plain_config, LOGGED_IN, |_driver| made(flows::SetOption::new("UTF8 ON"));
    Host, explicit, CONNECTED, |_driver| made(flows::Host::new("ftp.example.org"));
    Host, plain_config, LOGGED_IN, |_driver| made(flows::Host::new("ftp.example.org"));
    Language, plain_config, LOGGED_IN, |_driver| made(flows::Language::new(Some("fr")));
    ClientName, plain_config, LOGGED_IN, |_driver| made(flows::ClientName::new("ftp"));
    Type, plain_config, LOGGED_IN, |_driver| flows::Type::new(TransferType::TEXT);
    Mode, plain_config, LOGGED_IN, |_driver| flows::Mode::new(TransmissionMode::Stream);
    Structure, plain_config, LOGGED_IN, |_driver| flows::Structure::new(FileStructure::File);
    Open, plain_config, LOGGED_IN, |_driver| made(flows::Open::retrieve("a")).with_offset(7);
    Open, explicit, LOGGED_IN, |_driver| made(flows::Open::store_unique(None::<&str>));
    Open, active_config, LOGGED_IN, |_driver| made(flows::Open::append("a")).with_offset(7);
    Open, with_connect, LOGGED_IN, |_driver| made(flows::Open::facts(None::<&str>));
    Open, plain_config, LOGGED_IN, |_driver| made(flows::Open::command(
        Direction::Download,
        "NLST -a",
        TransferType::TEXT
    ));
    // Rows with IN_UPLOAD or IN_DOWNLOAD begin while a transfer is open. `Finish` and `Abort` end
    // this transfer. Any other flow must first abort it.
    ReadDirectory, plain_config, LOGGED_IN, |_driver| made(flows::ReadDirectory::new(Some("a")));
    Open, plain_config, IN_UPLOAD, |_driver| made(flows::Open::names(None::<&str>));
    Delete, explicit, IN_DOWNLOAD, |_driver| made(flows::Delete::new("a"));
    Finish, plain_config, IN_DOWNLOAD, |driver| finish_of(driver);
    Finish, explicit, IN_UPLOAD, |driver| finish_of(driver);
    Abort, plain_config, IN_UPLOAD, |driver| flows::Abort::new(token(driver));
    Abort, explicit, IN_DOWNLOAD, |driver| flows::Abort::new(token(driver));
    Raw, plain_config, LOGGED_IN, |_driver| made(flows::Raw::new("MKD a"));
    Raw, plain_config, LOGGED_IN, |_driver| made(flows::Raw::new("REST 7"));
    Restore, plain_config, CONNECTED, |_driver| restore();
    Restore, explicit, CONNECTED, |_driver| restore();
    Quit, plain_config, LOGGED_IN, |_driver| flows::Quit::new();
};

fn time() -> Timestamp {
    Timestamp::parse(b"20260102030405").expect("a time")
}

fn plain_config() -> Config {
    Config::default()
}

fn pipelined() -> Config {
    Config::default().with_pipelining(Pipelining::always())
}

fn active_config() -> Config {
    Config::default().with_data_mode(DataMode::Active)
}

/// Returns a configuration with TLS that allows clear data connections.
fn by_choice() -> Config {
    explicit().with_protection(Protection::Clear)
}

fn made<F>(flow: Result<F, ftp_proto::Error>) -> F {
    flow.expect("it can be sent")
}

fn token(driver: &mut Driver<Model>) -> ftp_proto::Transfer {
    driver.transfer.take().expect("a transfer")
}

fn finish_of(driver: &mut Driver<Model>) -> flows::Finish {
    let transfer = token(driver);
    if transfer.direction() == Direction::Download {
        driver.server.data_ended();
    }
    flows::Finish::new(transfer, 12, DataEnd::Clean)
}

fn restore() -> flows::Restore {
    made(flows::Restore::new(credentials(), standing()))
}

/// Returns the standing of a session (what a new connection must be told) after several commands
/// that change it.
fn standing() -> Standing {
    let mut driver = model(false, Pace::Eager, ABORTS[0]);
    for line in ["HOST b", "OPTS UTF8 ON", "TYPE A", "CWD a", "CDUP"] {
        if line == "HOST b" {
            run_until_dropped(&mut driver, LOGGED_IN);
        }
        driver
            .run(made(flows::Raw::new(line)))
            .expect("it is taken");
    }
    driver.session.standing()
}

impl Case {
    /// Returns a driver that is ready to start the flow: the operations before the flow are done.
    fn ready(&self, pace: Pace) -> Driver<Model> {
        let config = (self.config)();
        let tls = config.security == explicit().security;
        let mut driver = Driver::new(config, Model::new(tls, pace, ABORTS[0]));
        assert!(!run_until_dropped(&mut driver, self.before));
        driver.forget();
        driver
    }

    fn check(&self, driver: &mut Driver<Model>, what: &str) {
        driver.drop_after = usize::MAX;
        driver.patience = usize::MAX;
        let checked = check_pwd(driver).and_then(|()| check_work(driver));
        let wire = &driver.wire;
        assert_eq!(checked, Ok(()), "{}, {what}: {wire:?}", self.flow);
        assert!(driver.breaches.is_empty(), "{:?}", driver.breaches);
    }
}

/// Returns the names that `flows` exports, read from its source.
fn exported() -> BTreeSet<&'static str> {
    include_str!("../../src/flows/mod.rs")
        .split(';')
        .filter_map(|statement| statement.trim().strip_prefix("pub use "))
        .flat_map(|path| {
            let names = path.rsplit("::").next().unwrap_or_default();
            names.trim_matches(['{', '}']).split(',')
        })
        .map(str::trim)
        .filter(|name| !["", "Batch", "Credentials"].contains(name))
        .collect()
}

#[test]
fn every_flow_is_listed() {
    let cases: BTreeSet<_> = CASES.iter().map(|case| case.flow).collect();
    assert!(cases.len() > 30);
    assert_eq!(cases, exported());
}

#[test]
fn every_flow_runs_to_its_end() {
    for case in CASES {
        for pace in [Pace::Eager, Pace::Lazy] {
            let mut driver = case.ready(pace);
            assert!((case.run)(&mut driver), "{}", case.flow);
            let idle = matches!(case.flow, "Finish" | "Greeting");
            assert!(
                idle || !driver.wire.is_empty(),
                "{} sends nothing",
                case.flow
            );
            assert!(
                !driver.session.is_dead() || case.flow == "Quit",
                "{}",
                case.flow
            );
            case.check(&mut driver, "whole");
        }
    }
}

#[test]
fn invariant_3_every_flow_dropped_at_every_step_then_pwd() {
    let mut points = 0;
    for case in CASES {
        for pace in [Pace::Eager, Pace::Lazy] {
            let mut whole = case.ready(pace);
            (case.run)(&mut whole);
            for point in 0..whole.points {
                let mut driver = case.ready(pace);
                driver.drop_after = point;
                assert!(!(case.run)(&mut driver), "{}", case.flow);
                case.check(&mut driver, &format!("{pace:?}, dropped at {point}"));
            }
            points += whole.points;
        }
    }
    println!("{points} points");
    assert!(points > 1_000);
}

#[test]
fn invariant_3_every_flow_timed_out_at_every_want_then_pwd() {
    for case in CASES {
        for pace in [Pace::Eager, Pace::Lazy] {
            let mut whole = case.ready(pace);
            (case.run)(&mut whole);
            for want in 0..whole.served {
                let mut driver = case.ready(pace);
                driver.patience = want;
                assert!((case.run)(&mut driver), "{}", case.flow);
                case.check(&mut driver, &format!("{pace:?}, want {want} timed out"));
            }
        }
    }
}

#[test]
fn invariant_3_every_flow_after_every_other_one_that_was_dropped() {
    // The first flow is dropped after the client has sent its command and before the reply arrives.
    for dropped in CASES {
        for then in CASES {
            // Only flows that start right after the login and need no transfer can be combined.
            let together = (dropped.config)() == (then.config)()
                && dropped.before.len() == LOGGED_IN.len()
                && then.before.len() == LOGGED_IN.len();
            if !together {
                continue;
            }
            let mut driver = dropped.ready(Pace::Lazy);
            driver.drop_after = 4 * 2 - 1;
            (dropped.run)(&mut driver);
            driver.drop_after = usize::MAX;
            (then.run)(&mut driver);
            then.check(&mut driver, &format!("after {}", dropped.flow));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(300), failure_persistence: None, ..ProptestConfig::default() })]

    /// Runs flows in random order. Each flow may be dropped, and each flow may time out. The
    /// replies arrive at random times, in random pieces.
    #[test]
    fn invariant_3_any_flows_dropped_and_timed_out_anywhere(
        tls in any::<bool>(),
        seed in any::<u64>(),
        aborting in 0..ABORTS.len(),
        runs in proptest::collection::vec(
            (
                any::<proptest::sample::Index>(),
                proptest::option::of(0..40_usize),
                proptest::option::of(0..12_usize),
            ),
            1..10,
        ),
    ) {
        let after_login: Vec<_> = CASES
            .iter()
            .filter(|case| case.before.len() == LOGGED_IN.len())
            .collect();
        let mut driver = model(tls, Pace::Random(seed), ABORTS[aborting]);
        prop_assert!(!run_until_dropped(&mut driver, LOGGED_IN));
        driver.forget();
        for (which, drop_after, patience) in runs {
            driver.drop_after = drop_after.unwrap_or(usize::MAX);
            driver.patience = patience.unwrap_or(usize::MAX);
            (which.get(&after_login).run)(&mut driver);
        }
        driver.drop_after = usize::MAX;
        driver.patience = usize::MAX;
        let checked = check_pwd(&mut driver);
        prop_assert_eq!(checked, Ok(()), "{:?}", driver.wire);
        // If a MODE or STRU got no reply, the client does not know the mode and refuses transfers.
        // These two commands set mode and structure again.
        driver.tell(flows::Mode::new(TransmissionMode::Stream));
        driver.tell(flows::Structure::new(FileStructure::File));
        let checked = check_work(&mut driver);
        prop_assert_eq!(checked, Ok(()), "{:?}", driver.wire);
        prop_assert!(driver.breaches.is_empty(), "{:?}", driver.breaches);
    }
}
