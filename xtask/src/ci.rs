//! Runs all checks that a change or a release must pass, such as lints, tests and fuzzing.

use std::fs::{self, File};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::console::{Result, say};
use crate::workspace;

/// Which checks run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The checks that each change must pass. The run stops at the first failure, and may take half
    /// an hour on two cores.
    Gate,
    /// The checks of the gate, and others that take hours. A release must pass them, and so must
    /// the change that resolves an issue. The run prints a line for each check, and continues after
    /// a failure.
    Full,
}

/// One check, which is one call of cargo.
struct Step {
    name: &'static str,
    /// The arguments of cargo, separated by spaces.
    arguments: &'static str,
    environment: &'static [(&'static str, &'static str)],
    /// Tests that are left out, each group with the reason.
    left_out: &'static [(&'static str, &'static [&'static str])],
}

const fn step(name: &'static str, arguments: &'static str) -> Step {
    Step {
        name,
        arguments,
        environment: &[],
        left_out: &[],
    }
}

impl Step {
    const fn with(self, environment: &'static [(&'static str, &'static str)]) -> Self {
        Self {
            environment,
            ..self
        }
    }

    const fn without(self, left_out: &'static [(&'static str, &'static [&'static str])]) -> Self {
        Self { left_out, ..self }
    }
}

/// The checks of the gate, the quickest first.
const GATE: [Step; 19] = [
    step("formatting", "fmt --all --check"),
    // With the program `ftpx`. No code is compiled only without `cli`.
    step(
        "lints, the whole workspace",
        "clippy --workspace --all-targets --features ftp-blocking/cli-papers -- -D warnings",
    ),
    step(
        "lints, the core alone",
        "clippy --package ftp-proto --all-targets --no-default-features -- -D warnings",
    ),
    step("structure", "xtask figures"),
    // Only rustdoc gets the flag `-D warnings`. As a flag of the compiler, it would make cargo
    // build everything else again.
    step(
        "documentation",
        "doc --workspace --no-deps --features ftp-proto/simulator,ftp-proto/webpki-roots",
    )
    .with(&[("RUSTDOCFLAGS", "-D warnings")]),
    // With these variables, the comparison with CPython's ftplib fails instead of being skipped if
    // Python is missing, the tests of io_uring fail where the kernel refuses it, and the model test
    // runs 1,000 seeds.
    step("tests", "test").with(&[
        ("FTP_REQUIRE_PYTHON", "1"),
        ("FTP_REQUIRE_IO_URING", "1"),
        ("FTP_MODEL_SEEDS", "1000"),
    ]),
    step(
        "tests of the program, its man page and its completions",
        "test --package ftp-blocking --features cli-papers --bin ftpx --test ftpx",
    ),
    step(
        "tests of faults, everything pipelined",
        "test --test both --test flows --test ledger -- --exact",
    )
    .with(&[("FTP_TEST_PIPELINING", "always")])
    .without(OTHER_DIALOGUES),
    step(
        "tests of the jobs",
        "test --package xtask --features embedded",
    ),
    step("instructions", "xtask counts --check"),
    step("features", "xtask features"),
    step("no_std", "xtask no-std"),
    step("demo", "xtask demo"),
    step("interop", "xtask interop"),
    step("object store, vsftpd and pyftpdlib", "xtask interop store"),
    step("ftpx with two servers", "xtask interop program --quick"),
    step(
        "50 small files, everything pipelined",
        "xtask interop --many 50 vsftpd proftpd",
    ),
    step(
        "150 operations, dropped at any poll",
        "xtask interop --dropped 1 150",
    ),
    step("fuzzing, 3 s a target", "xtask fuzz"),
];

/// The tests whose exact dialogue is another one if everything is pipelined. Each of them has a test
/// of its own for pipelining, or says nothing about it.
const OTHER_DIALOGUES: &[(&str, &[&str])] = &[
    (
        "the test chooses a way of pipelining itself",
        &[
            "attribution::rule_421_in_the_flight_of_a_login_fails_the_login",
            "codes::a_reply_that_is_one_command_late_opens_no_data_connection",
            "inspect_many::an_unknown_server_gets_one_question_at_a_time",
            "pipelining::invariant_a_completion_without_150_of_a_dropped_transfer_is_followed_by_a_fence",
            "pipelining::invariant_a_doubled_refusal_of_pass_answers_no_later_command",
            "pipelining::invariant_a_login_that_a_stray_has_accepted_fails_if_pwd_is_refused_by_530",
            "pipelining::invariant_a_missing_reply_of_a_flight_leaves_no_wrong_type",
            "pipelining::invariant_a_server_that_falls_silent_ends_a_doubted_login_by_a_time_out",
            "pipelining::invariant_a_stray_250_accepts_no_password_in_a_flight",
            "pipelining::invariant_the_reply_to_pbsz_accepts_no_password",
            "pipelining::never_sends_one_command_at_a_time",
            "pipelining::pass_leaves_with_all_that_a_transfer_needs_to_a_known_server",
            "pipelining::pass_leaves_with_user_under_tls_only",
            "pipelining::quirk_a_server_drops_prot_after_pbsz",
            "pipelining::quirk_a_server_drops_retr_after_rest",
            "pipelining::quirk_epsv_after_the_login_is_swallowed",
            "pipelining::quirk_rnto_waits_for_rnfr_if_only_type_and_epsv_have_shared_a_flight",
            "pipelining::quit_without_reply_waits_for_nothing",
            "pipelining::rule_332_to_pass_in_a_flight_leads_to_acct_and_the_rest_again",
            "pipelining::rule_530_to_pass_in_a_flight_refuses_the_login_and_the_next_one_is_in_step",
            "pipelining::rule_a_doubled_230_to_pass_in_a_flight_accepts_the_login_after_a_fence",
            "pipelining::rule_a_flight_without_any_reply_costs_the_wait_of_one_command",
            "pipelining::type_and_epsv_leave_together_to_any_server",
            "pipelining_active::an_unknown_server_gets_one_command_at_a_time",
            "pipelining_active::invariant_a_stray_before_eprt_leaves_no_wrong_type",
        ],
    ),
    (
        "the handshake begins directly after the data command, and not a second later",
        &[
            "early_handshake::a_refusal_during_an_early_handshake",
            "early_handshake::a_reply_that_has_arrived_during_the_handshake",
            "early_handshake::a_second_slow_refusal_does_not_cost_the_last_ticket",
            "early_handshake::a_second_without_a_reply_begins_the_handshake_and_the_next_begins_at_once",
            "early_handshake::a_server_that_replies_first_gets_no_last_ticket_early",
            "early_handshake::the_last_ticket_waits_for_a_refusal",
            "early_handshake::the_reply_comes_during_the_handshake",
            "open_protected::open_under_tls_does_the_handshake_after_the_150",
        ],
    ),
    (
        "the EPSV for the next transfer leaves with the data command",
        &[
            "both::contract::reset_upload_at_an_offset",
            "both::contract::reset_upload_whose_size_agrees",
            "both::contract::utf8_before_the_first_listing",
            "open::open_falls_back_to_pasv_where_epsv_is_refused_and_remembers",
            "open::open_falls_back_to_pasv_where_the_port_of_epsv_is_filtered_and_remembers",
            "open::open_knows_the_type_and_takes_the_size_hint",
            "open_commands::a_listing_comes_in_type_i_where_type_a_is_refused",
            "restart::rest_that_no_transfer_used_up_is_taken_back_with_rest_0",
        ],
    ),
    (
        "SIZE, MDTM and PWD leave together",
        &[
            "inspect::a_refusal_is_a_result",
            "inspect::mdtm_is_asked_where_size_is_unknown",
            "inspect::mlst_that_the_server_does_not_know_is_remembered",
            "inspect::mlst_without_an_entry_is_followed_by_size",
        ],
    ),
    (
        "RNTO leaves with RNFR",
        &[
            "files::rename_does_not_send_rnto_after_a_refused_rnfr",
            "files::rename_dropped_between_its_commands_sends_no_rnto",
        ],
    ),
    (
        "the server holds the reply to PASS and answers PBSZ, so the login fails before its time",
        &["both::stopping::all_that_a_client_does_ends_in_the_total_time"],
    ),
];

/// The checks that take too long for the gate.
const REST: [Step; 24] = [
    step(
        "lints, the core with all but aws-lc-rs",
        "clippy --package ftp-proto --all-targets \
         --features ring,simulator,platform-verifier,webpki-roots -- -D warnings",
    ),
    // Names the whole workspace again: cargo can then reuse results of the gate's lints.
    step(
        "lints, libunftp, the bench and the fuzz target of TLS",
        "clippy --workspace --all-targets \
         --features ftp-blocking/cli-papers,xtask/embedded,xtask/bench,ftp-fuzz/ring \
         -- -D warnings",
    ),
    step(
        "interop, everything of every server",
        "xtask interop --full",
    ),
    step(
        "500 kills of programs that transfer whole files",
        "xtask interop --kills 500",
    ),
    step(
        "1,000 kills of programs that sync whole trees",
        "xtask interop --kills-of-trees 1000",
    ),
    step("ftpx, all of ProFTPD too", "xtask interop program --full"),
    step(
        "200 kills of ftpx while it mirrors 1 GiB",
        "xtask interop program --kills 200",
    ),
    step(
        "1,000 small files with each server, everything pipelined",
        "xtask interop --many 1000",
    ),
    step(
        "12,000 operations in each way, dropped at any poll",
        "xtask interop --dropped 8 1500",
    ),
    step("thousands of sessions at once", "xtask scale"),
    step("targets, macOS and FreeBSD too", "xtask targets --every"),
    step("the tests on Windows, under Wine", "xtask windows"),
    step("packages, docs.rs, semantic versions", "xtask release"),
    step("the program as people get it", "xtask dist"),
    step("features, every combination", "xtask features --every"),
    step(
        "properties, 100,000 cases each",
        "test --release --package ftp-proto --test ledger --test flows --test cuts",
    )
    .with(&[("PROPTEST_CASES", "100000")]),
    step(
        "model, a million seeds for each adapter",
        "test --release --package ftp-blocking --package ftp-smol --test both rule_7",
    )
    .with(&[("FTP_MODEL_SEEDS", "1000000")]),
    step("speed in clear", "xtask bench --check"),
    step("speed under TLS", "xtask bench --tls --check"),
    step("speed of listings", "xtask bench --listings --check"),
    step("speed of plans of trees", "xtask bench --trees --check"),
    step(
        "small files: round trips, system calls",
        "xtask bench --small --check",
    ),
    step(
        "the program beside curl, wget and lftp",
        "xtask bench --program --check",
    ),
    step("fuzzing, 10 minutes a target", "xtask fuzz 600"),
];

/// Runs the checks. The error names the checks that failed.
pub(crate) fn run(extent: Extent) -> Result<()> {
    match extent {
        Extent::Gate => gate(),
        Extent::Full => full(),
    }
}

fn gate() -> Result<()> {
    let begin = Instant::now();
    let mut lines = Vec::new();
    let mut failure = None;
    for (number, step) in GATE.iter().enumerate() {
        if failure.is_some() {
            lines.push(format!("{:>6} {:>9}  {}", "-", "not run", step.name));
            continue;
        }
        let (number, all) = (number + 1, GATE.len());
        say(&format!("\n=== {number}/{all} {}: {step}", step.name));
        let begin = Instant::now();
        failure = step
            .command()?
            .status()
            .map(|it| !it.success())?
            .then_some(step.name);
        lines.push(line(failure.is_none(), begin.elapsed(), step.name));
    }
    say("\n=== summary");
    for line in lines {
        say(&line);
    }
    say(&line(failure.is_none(), begin.elapsed(), "all"));
    match failure {
        Some(name) => Err(format!("{name}: failed").into()),
        None => Ok(()),
    }
}

fn full() -> Result<()> {
    let logs = workspace::root()?.join("target/ci");
    fs::create_dir_all(&logs)?;
    say(&format!("what each part prints goes to {}", logs.display()));
    let mut failed = Vec::new();
    for (number, step) in GATE.iter().chain(&REST).enumerate() {
        let log = logs.join(format!("{:02}.log", number + 1));
        let output = File::create(&log)?;
        let errors = output.try_clone()?;
        let begin = Instant::now();
        let status = step.command()?.stdout(output).stderr(errors).status()?;
        let name = format!("{:02} {}", number + 1, step.name);
        say(&line(status.success(), begin.elapsed(), &name));
        if !status.success() {
            failed.push(name);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(format!("failed: {}", failed.join("; ")).into())
}

fn line(passed: bool, duration: Duration, name: &str) -> String {
    let result = if passed { "ok" } else { "FAILED" };
    format!("{result:>6} {:>7.1} s  {name}", duration.as_secs_f64())
}

impl Step {
    fn command(&self) -> Result<Command> {
        let mut cargo = workspace::cargo()?;
        cargo.args(self.arguments.split_whitespace());
        for (_, names) in self.left_out {
            cargo.args(names.iter().flat_map(|name| ["--skip", name]));
        }
        cargo.envs(self.environment.iter().copied());
        Ok(cargo)
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (name, value) in self.environment {
            write!(f, "{name}=\"{value}\" ")?;
        }
        write!(f, "cargo {}", self.arguments)
    }
}
