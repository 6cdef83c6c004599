//! The model test: random users, servers, networks and faults. The test checks one law: if the
//! client reports a success, exactly that has happened on the simulated server.
//!
//! A seed is one run. One run in ten uses TLS, with versions 1.2 and 1.3 in turn. More such runs
//! would take too long, because of the handshakes.
//!
//! * `FTP_MODEL_SEEDS`: the number of seeds to run, from 0.
//! * `FTP_MODEL_SEED`: runs only this seed, and prints everything that happened.
//! * `FTP_MODEL_KINDS`: injects only these kinds of faults, separated by commas.

mod action;
mod dialogue_notes;
mod fault;
mod run;
mod scenario;
mod verdict;

use std::env;
use std::panic;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use run::run;

/// The number of seeds that `cargo test` runs, if `FTP_MODEL_SEEDS` is not set.
const SEEDS: u64 = 2_000;

/// The most failed seeds that are printed, each with its commands and replies.
const TOLD: usize = 5;

#[test]
fn rule_7_never_a_success_with_a_wrong_result() {
    if let Some(seed) = number("FTP_MODEL_SEED") {
        return run(seed, true).unwrap_or_else(|why| panic!("{}\n{why}", reproduction(seed)));
    }
    let seeds = number("FTP_MODEL_SEEDS").unwrap_or(SEEDS);
    let failures = run_all(seeds);
    let count = failures.len();
    let told: Vec<String> = failures.into_iter().take(TOLD).map(tell).collect();
    assert!(
        count == 0,
        "{count} of {seeds} seeds failed:\n\n{}",
        told.join("\n\n")
    );
}

/// Runs the seeds from 0 to `seeds`, on all processors. Returns the seeds that failed.
fn run_all(seeds: u64) -> Vec<u64> {
    let next = AtomicU64::new(0);
    let failures = Mutex::new(Vec::new());
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        return;
                    }
                    if !matches!(panic::catch_unwind(|| run(seed, false)), Ok(Ok(()))) {
                        failures.lock().expect("no panic").push(seed);
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("no panic");
    failures.sort_unstable();
    failures
}

/// Runs a failed seed again with a record, and returns what happened as text.
fn tell(seed: u64) -> String {
    let why = match panic::catch_unwind(|| run(seed, true)) {
        Ok(Err(why)) => why,
        Ok(Ok(())) => "it went well the second time".to_owned(),
        Err(_) => "it panicked, as said above".to_owned(),
    };
    format!("{}\n{why}", reproduction(seed))
}

/// Returns the shell command that runs a seed again.
fn reproduction(seed: u64) -> String {
    let kinds = env::var("FTP_MODEL_KINDS").map(|kinds| format!("FTP_MODEL_KINDS={kinds} "));
    format!(
        "{}FTP_MODEL_SEED={seed} cargo test -p {} --test both rule_7",
        kinds.unwrap_or_default(),
        env!("CARGO_PKG_NAME")
    )
}

fn number(variable: &str) -> Option<u64> {
    let value = env::var(variable).ok()?;
    Some(value.parse().expect("a number"))
}
