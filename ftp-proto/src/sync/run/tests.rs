//! Tests of a run without a server: the order of jobs, what waits, what is tried again, and what a
//! failure leaves out.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "these are tests"
)]

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::time::Duration;

use super::super::action::{Action, Change, Reason};
use super::super::job::{Job, JobDone, Work};
use super::super::options::SyncOptions;
use super::super::plan::{Places, SyncPlan};
use super::super::report::SyncFailure;
use super::super::stages::Step;
use super::super::worker::{SessionState, SyncWorker};
use super::{MOST_PATHS, SyncRun, SyncStep};
use crate::data::Progress;
use crate::error::{Error, ErrorKind};
use crate::files::{FilePlan as _, FileReport, FileStep, Placed, Resumed};
use crate::options::Options;
use crate::retry::RetryPolicy;
use crate::session::transfer::Direction;
use crate::tree::{Inspected, Outcome, Plan as _, Todo};
use crate::wire::Reply;

const START: Duration = Duration::ZERO;

fn plan(direction: Direction, actions: &[(Change, Reason, &str)]) -> SyncPlan {
    let action = |(change, reason, path): &(Change, Reason, &str)| Action {
        change: *change,
        reason: *reason,
        local: path.as_bytes().into(),
        remote: None,
        size: matches!(change, Change::Create | Change::Update).then_some(10),
        listed: None,
        has_no_part: false,
    };
    let retry = RetryPolicy::new().with_jitter(0);
    SyncPlan {
        direction,
        local_root: b"here".to_vec(),
        places: Places::InRoots,
        remote_root: b"/there".to_vec(),
        options: SyncOptions::new().with_retry(retry),
        actions: actions.iter().map(action).collect(),
        failures: Vec::new(),
        failure_count: 0,
        leftovers: Vec::new(),
        targets: alloc::collections::BTreeSet::new(),
    }
}

fn run(plan: SyncPlan) -> SyncRun {
    SyncRun::new(plan, &Options::new("ftp.test"), 1)
}

fn creates(paths: &[&str]) -> SyncPlan {
    let actions = paths.iter();
    let actions = actions.map(|path| (Change::Create, Reason::Missing, *path));
    plan(Direction::Upload, &actions.collect::<Vec<_>>())
}

fn refusal(line: &str) -> Error {
    Error::from_reply(Reply::parse(format!("{line}\r\n").as_bytes()).expect("a reply"))
}

fn done(job: &Job, run: &SyncRun) -> JobDone {
    match run.plan.actions[job.number].change {
        Change::Create | Change::Update => JobDone::File(FileReport {
            size: 10,
            transferred: 10,
            resumed: Resumed::No,
            is_size_checked: true,
            verified: None,
            modified: None,
            placed: Placed::Renamed,
            reply: None,
            remote: Vec::new(),
            #[cfg(feature = "std")]
            local: Default::default(),
        }),
        _ => JobDone::Changed,
    }
}

fn name(job: &Job) -> String {
    String::from_utf8_lossy(&job.local.path).into_owned()
}

/// Takes the next job, which must be there at once.
fn next(run: &mut SyncRun, worker: &mut SyncWorker, now: Duration) -> Box<Job> {
    match run.next_step(worker, SessionState::Alive, now) {
        SyncStep::Run(job) => job,
        step => panic!("{step:?}"),
    }
}

fn succeed(run: &mut SyncRun, worker: &mut SyncWorker, job: Job) {
    let result = Ok(done(&job, run));
    run.finished(worker, job, result, SessionState::Alive, START);
}

fn fail(run: &mut SyncRun, worker: &mut SyncWorker, job: Job, error: Error, now: Duration) -> bool {
    let ended = run.finished(worker, job, Err(error), SessionState::Alive, now);
    ended.is_some()
}

#[test]
fn what_must_be_there_first_is_made_first_and_extras_go_last() {
    use Change::{Create, Delete, MakeDirectory, RemoveDirectory, Skip, Update};
    use Reason::{Extra, Missing, Newer, OtherKind, Same};
    let mut run = run(plan(
        Direction::Download,
        &[
            (Update, Newer, "a"),
            (MakeDirectory, Missing, "b/c"),
            (MakeDirectory, Missing, "b"),
            (Create, Missing, "b/c/d"),
            (Delete, Extra, "old/x/y"),
            (RemoveDirectory, Extra, "old"),
            (RemoveDirectory, Extra, "old/x"),
            (RemoveDirectory, OtherKind, "t"),
            (Delete, Extra, "t/u/v"),
            (RemoveDirectory, Extra, "t/u"),
            (Create, Missing, "t"),
            (Skip, Same, "z"),
        ],
    ));
    let mut worker = run.worker();
    let mut order = Vec::new();
    while let SyncStep::Run(job) = run.next_step(&mut worker, SessionState::Alive, START) {
        if job.step == Step::Look {
            succeed(&mut run, &mut worker, *job);
            continue;
        }
        order.push(format!(
            "{:?} {}",
            run.plan.actions[job.number].change,
            name(&job)
        ));
        succeed(&mut run, &mut worker, *job);
    }
    let expected = [
        "Delete t/u/v",
        "RemoveDirectory t/u",
        "RemoveDirectory t",
        "MakeDirectory b",
        "MakeDirectory b/c",
        "Update a",
        "Create b/c/d",
        "Create t",
        "Delete old/x/y",
        "RemoveDirectory old/x",
        "RemoveDirectory old",
    ];
    assert_eq!(order, expected);
    let report = run.into_report();
    assert!(report.is_complete(), "{report}");
    assert_eq!((report.created, report.updated, report.deleted), (2, 1, 2));
    assert_eq!(
        (report.directories_made, report.directories_removed),
        (2, 4)
    );
    assert_eq!(
        (report.skipped, report.transferred, report.undone),
        (1, 30, 0)
    );
}

#[test]
fn a_stage_waits_for_the_jobs_of_the_stage_before() {
    let mut plan = creates(&["d/a"]);
    plan.actions.push(Action {
        change: Change::MakeDirectory,
        reason: Reason::Missing,
        local: b"d"[..].into(),
        remote: None,
        size: None,
        listed: None,
        has_no_part: false,
    });
    let mut run = run(plan);
    let (mut first, mut second) = (run.worker(), run.worker());
    let job = next(&mut run, &mut first, START);
    assert_eq!(name(&job), "d");
    let step = run.next_step(&mut second, SessionState::Alive, START);
    assert!(matches!(step, SyncStep::Wait), "{step:?}");
    succeed(&mut run, &mut first, *job);
    assert_eq!(name(&next(&mut run, &mut second, START)), "d/a");
}

#[test]
fn a_directory_that_cannot_be_made_fails_all_below_it_without_a_command() {
    use Change::{Create, MakeDirectory};
    let mut run = run(plan(
        Direction::Upload,
        &[
            (MakeDirectory, Reason::Missing, "d"),
            (MakeDirectory, Reason::Missing, "d/e"),
            (Create, Reason::Missing, "d/e/f"),
            (Create, Reason::Missing, "da"),
        ],
    ));
    let mut worker = run.worker();
    let job = next(&mut run, &mut worker, START);
    assert!(fail(&mut run, &mut worker, *job, refusal("550 No."), START));
    let job = next(&mut run, &mut worker, START);
    assert_eq!(name(&job), "da");
    succeed(&mut run, &mut worker, *job);
    let step = run.next_step(&mut worker, SessionState::Alive, START);
    assert!(matches!(step, SyncStep::Done), "{step:?}");
    let report = run.into_report();
    assert_eq!(
        (report.failure_count, report.created, report.undone),
        (3, 1, 0)
    );
    let text = report.failures[2].to_string();
    assert!(
        text.contains("d/e/f") && text.contains("making the directory d"),
        "{text}"
    );
}

#[test]
fn a_directory_that_is_not_empty_is_not_removed() {
    use Change::{Delete, RemoveDirectory};
    let mut run = run(plan(
        Direction::Upload,
        &[
            (RemoveDirectory, Reason::Extra, "d"),
            (RemoveDirectory, Reason::Extra, "d/e"),
            (Delete, Reason::Extra, "d/e/f"),
            (Delete, Reason::Extra, "d/g"),
        ],
    ));
    let mut worker = run.worker();
    are_directories(&mut run, &mut worker, &["d", "d/e"]);
    let job = next(&mut run, &mut worker, START);
    assert!(fail(&mut run, &mut worker, *job, refusal("550 No."), START));
    let job = next(&mut run, &mut worker, START);
    succeed(&mut run, &mut worker, *job);
    let step = run.next_step(&mut worker, SessionState::Alive, START);
    assert!(matches!(step, SyncStep::Done), "{step:?}");
    let report = run.into_report();
    assert_eq!((report.failure_count, report.deleted), (3, 1));
}

/// Refuses the DELE of each of these directories, which come first in this order.
fn are_directories(run: &mut SyncRun, worker: &mut SyncWorker, paths: &[&str]) {
    for path in paths {
        let job = next(run, worker, START);
        assert_eq!(name(&job), *path);
        assert!(!fail(run, worker, *job, refusal("550 No."), START));
    }
}

/// The actions of two extra directories, `d` and `e`, that hold something.
fn two_extras() -> SyncPlan {
    use Change::{Delete, RemoveDirectory};
    let actions = [
        (RemoveDirectory, "d"),
        (Delete, "d/a"),
        (RemoveDirectory, "d/b"),
        (Delete, "d/b/c"),
        (RemoveDirectory, "e"),
        (Delete, "e/a"),
    ];
    let actions = actions.map(|(change, path)| (change, Reason::Extra, path));
    plan(Direction::Upload, &actions)
}

/// pyftpdlib lists a link to a directory as a directory.
#[test]
fn what_a_link_leads_to_is_not_deleted() {
    let mut run = run(two_extras());
    let (mut worker, mut other) = (run.worker(), run.worker());
    let d = next(&mut run, &mut worker, START);
    are_directories(&mut run, &mut other, &["e"]);
    let step = run.next_step(&mut other, SessionState::Alive, START);
    assert!(matches!(step, SyncStep::Wait), "{step:?}");
    assert_eq!(name(&d), "d");
    let result = Ok(JobDone::Changed);
    let progress = run.finished(&mut worker, *d, result, SessionState::Alive, START);
    let progress = progress.expect("it has ended");
    assert_eq!((progress.done, progress.total), (4, 6));
    for path in ["e/a", "e"] {
        let job = next(&mut run, &mut worker, START);
        assert_eq!(name(&job), path);
        succeed(&mut run, &mut worker, *job);
    }
    let step = run.next_step(&mut worker, SessionState::Alive, START);
    assert!(matches!(step, SyncStep::Done), "{step:?}");
    let report = run.into_report();
    assert!(report.is_complete(), "{report}");
    assert_eq!(
        (report.deleted, report.directories_removed, report.undone),
        (2, 1, 0)
    );
}

#[test]
fn without_an_answer_whether_it_is_a_link_nothing_in_a_directory_is_deleted() {
    let mut run = run(two_extras());
    let mut worker = run.worker();
    let mut now = START;
    let mut left = Vec::new();
    loop {
        match run.next_step(&mut worker, SessionState::Alive, now) {
            SyncStep::Run(job) if name(&job) == "d" => {
                let lost = Err(Error::new(ErrorKind::Closed));
                let ended = run.finished(&mut worker, *job, lost, SessionState::Dead, now);
                assert!(ended.is_none());
                run.connected(&mut worker, Ok(()), now);
            }
            SyncStep::Run(job) if left.is_empty() => {
                left.push(name(&job));
                fail(&mut run, &mut worker, *job, refusal("550 No."), now);
            }
            SyncStep::Run(job) => {
                left.push(name(&job));
                succeed(&mut run, &mut worker, *job);
            }
            SyncStep::Pause(pause) => now += pause,
            SyncStep::Done => break,
            step => panic!("{step:?}"),
        }
    }
    assert_eq!(left, ["e", "e/a", "e"]);
    let report = run.into_report();
    assert_eq!((report.failure_count, report.undone), (4, 0), "{report}");
}

#[test]
fn a_failure_that_may_pass_is_tried_again_later_and_others_go_on() {
    let mut run = run(creates(&["a", "b"]));
    let mut worker = run.worker();
    let second = Duration::from_secs(1);
    let job = next(&mut run, &mut worker, START);
    assert!(!fail(
        &mut run,
        &mut worker,
        *job,
        refusal("450 Busy."),
        START
    ));
    let job = next(&mut run, &mut worker, START);
    assert_eq!(name(&job), "b");
    succeed(&mut run, &mut worker, *job);
    let step = run.next_step(&mut worker, SessionState::Alive, START);
    assert!(
        matches!(step, SyncStep::Pause(pause) if pause == second),
        "{step:?}"
    );
    let job = next(&mut run, &mut worker, second);
    assert_eq!(name(&job), "a");
    succeed(&mut run, &mut worker, *job);
    let report = run.into_report();
    assert_eq!(
        (report.created, report.retries, report.failure_count),
        (2, 1, 0)
    );
}

#[test]
fn attempts_have_an_end_but_progress_counts_afresh() {
    let mut run = run(creates(&["a"]));
    let mut worker = run.worker();
    let mut now = START;
    let mut attempts = 0;
    loop {
        attempts += 1;
        now += Duration::from_secs(100);
        let job = next(&mut run, &mut worker, now);
        // Only the first three attempts get further than those before.
        let bytes = 100 * attempts.min(3);
        run.moved(job.id(), Progress::new(bytes, None));
        if fail(&mut run, &mut worker, *job, refusal("426 Cut."), now) {
            break;
        }
    }
    assert_eq!(attempts, 3 + 4);
    let report = run.into_report();
    assert_eq!((report.failure_count, report.retries), (1, 6));
}

/// Each attempt sends a file that grows all the time to its end.
#[test]
fn a_whole_file_that_proves_wrong_does_not_count_afresh() {
    let mut run = run(creates(&["a"]));
    let mut worker = run.worker();
    let mut now = START;
    for attempt in 1..=5 {
        now += Duration::from_secs(100);
        let job = next(&mut run, &mut worker, now);
        run.moved(job.id(), Progress::new(100 * attempt, None));
        let wrong = Error::new(ErrorKind::Unconfirmed);
        let has_ended = fail(&mut run, &mut worker, *job, wrong, now);
        assert_eq!(has_ended, attempt == 5, "{attempt}");
    }
}

#[test]
fn a_dead_session_connects_again_only_for_work() {
    let mut run = run(creates(&["a"]));
    let (mut first, mut second) = (run.worker(), run.worker());
    let step = run.next_step(&mut first, SessionState::Dead, START);
    assert!(matches!(step, SyncStep::Connect), "{step:?}");
    run.connected(&mut first, Ok(()), START);
    let job = next(&mut run, &mut first, START);
    let step = run.next_step(&mut second, SessionState::Dead, START);
    assert!(matches!(step, SyncStep::Wait), "{step:?}");
    succeed(&mut run, &mut first, *job);
    let step = run.next_step(&mut second, SessionState::Dead, START);
    assert!(matches!(step, SyncStep::Done), "{step:?}");
}

#[test]
fn a_session_that_cannot_be_replaced_leaves_its_work_to_the_others() {
    let mut run = run(creates(&["a", "b"]));
    let (mut first, mut second) = (run.worker(), run.worker());
    let refused = || refusal("530 Too many users.").with_command("PASS");
    let mut now = START;
    let mut attempts = 0;
    loop {
        match run.next_step(&mut first, SessionState::Dead, now) {
            SyncStep::Connect => {
                attempts += 1;
                run.connected(&mut first, Err(refused()), now);
            }
            SyncStep::Pause(pause) => now += pause,
            SyncStep::Done => break,
            step => panic!("{step:?}"),
        }
    }
    assert_eq!(attempts, 5);
    for _ in 0..2 {
        let job = next(&mut run, &mut second, now);
        succeed(&mut run, &mut second, *job);
    }
    assert!(run.into_report().is_complete());
}

#[test]
fn without_any_session_the_run_ends_and_says_what_it_has_not_done() {
    let mut run = run(creates(&["a", "b", "c"]));
    let mut worker = run.worker();
    let job = next(&mut run, &mut worker, START);
    succeed(&mut run, &mut worker, *job);
    run.lose(Error::new(ErrorKind::Closed));
    let step = run.next_step(&mut worker, SessionState::Alive, START);
    assert!(matches!(step, SyncStep::Done), "{step:?}");
    let report = run.into_report();
    assert_eq!(
        (report.created, report.undone, report.failure_count),
        (1, 2, 1)
    );
    assert!(report.failures[0].path.is_empty());
    assert!(report.to_string().contains("2 not done"), "{report}");
}

#[test]
fn a_server_that_ends_every_session_ends_the_run() {
    let paths: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let mut run = run(creates(&paths));
    let mut worker = run.worker();
    let mut sessions = 0;
    let mut now = START;
    let mut session = SessionState::Alive;
    loop {
        match run.next_step(&mut worker, session, now) {
            SyncStep::Run(job) => {
                let lost = Err(Error::new(ErrorKind::Closed));
                session = SessionState::Dead;
                run.finished(&mut worker, *job, lost, session, now);
            }
            SyncStep::Connect => {
                sessions += 1;
                session = SessionState::Alive;
                run.connected(&mut worker, Ok(()), now);
            }
            SyncStep::Pause(pause) => now += pause,
            SyncStep::Wait => panic!("nobody else works"),
            SyncStep::Done => break,
        }
    }
    assert_eq!(sessions, 5);
    assert_eq!(run.into_report().undone, 100);
}

#[test]
fn sessions_that_each_get_some_work_done_are_replaced_without_end() {
    let paths: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let mut run = run(creates(&paths));
    let mut worker = run.worker();
    let mut now = START;
    let mut session = SessionState::Alive;
    loop {
        match run.next_step(&mut worker, session, now) {
            SyncStep::Run(job) => {
                let result = match job.number % 2 == 1 && job.attempts.is_none() {
                    true => Err(Error::new(ErrorKind::Closed)),
                    // The server says 421 after it has confirmed the file.
                    false => Ok(done(&job, &run)),
                };
                session = SessionState::Dead;
                run.finished(&mut worker, *job, result, session, now);
            }
            SyncStep::Connect => {
                session = SessionState::Alive;
                run.connected(&mut worker, Ok(()), now);
            }
            SyncStep::Pause(pause) => now += pause,
            SyncStep::Wait => panic!("nobody else works"),
            SyncStep::Done => break,
        }
    }
    assert!(run.into_report().is_complete());
}

#[test]
fn sessions_that_each_bring_a_file_further_are_replaced_without_end() {
    let mut run = run(creates(&["a"]));
    let mut worker = run.worker();
    let mut now = START;
    let mut session = SessionState::Alive;
    let mut attempts = 0;
    loop {
        match run.next_step(&mut worker, session, now) {
            SyncStep::Run(job) => {
                attempts += 1;
                run.moved(job.id(), Progress::new(attempts, None));
                let result = match attempts < 20 {
                    true => Err(Error::new(ErrorKind::Closed)),
                    false => Ok(done(&job, &run)),
                };
                session = SessionState::Dead;
                run.finished(&mut worker, *job, result, session, now);
            }
            SyncStep::Connect => {
                session = SessionState::Alive;
                run.connected(&mut worker, Ok(()), now);
            }
            SyncStep::Pause(pause) => now += pause,
            SyncStep::Wait => panic!("nobody else works"),
            SyncStep::Done => break,
        }
    }
    let report = run.into_report();
    assert!(report.is_complete(), "{report}");
    assert_eq!((attempts, report.retries), (20, 19));
}

#[test]
fn a_stopped_run_counts_the_bytes_of_files_that_were_to_be_tried_again() {
    let mut run = run(creates(&["a", "b"]));
    let mut worker = run.worker();
    let job = next(&mut run, &mut worker, START);
    let cut = refusal("426 Cut.").with_transferred(7);
    assert!(!fail(&mut run, &mut worker, *job, cut, START));
    run.stop(Error::new(ErrorKind::Aborted));
    let report = run.into_report();
    assert_eq!((report.transferred, report.undone), (7, 2));
}

#[test]
fn a_report_keeps_the_reason_of_the_end_after_any_number_of_failures() {
    let mut plan = creates(&["a"]);
    let failure = SyncFailure {
        path: b"x"[..].into(),
        change: None,
        error: Error::new(ErrorKind::Closed),
    };
    plan.failures = alloc::vec![failure; 10_000];
    plan.failure_count = 10_005;
    let mut run = run(plan);
    run.stop(Error::new(ErrorKind::Aborted));
    let report = run.into_report();
    assert_eq!(
        (report.failure_count, report.failures.len()),
        (10_006, 10_001)
    );
    let last = report.failures.last().expect("a failure");
    assert_eq!(last.error.kind(), ErrorKind::Aborted);
}

#[test]
fn a_stopped_run_reports_no_more_progress() {
    let mut run = run(creates(&["a", "b"]));
    let (mut first, mut second) = (run.worker(), run.worker());
    let a = next(&mut run, &mut first, START);
    let b = next(&mut run, &mut second, START);
    run.stop(Error::new(ErrorKind::Aborted));
    assert!(run.moved(a.id(), Progress::new(3, None)).is_none());
    let result = Ok(done(&b, &run));
    let ended = run.finished(&mut second, *b, result, SessionState::Alive, START);
    assert!(ended.is_none());
    assert_eq!(run.into_report().created, 1);
}

#[test]
fn a_stop_ends_the_run_with_one_failure() {
    let mut run = run(creates(&["a", "b"]));
    let (mut first, mut second) = (run.worker(), run.worker());
    let a = next(&mut run, &mut first, START);
    let b = next(&mut run, &mut second, START);
    let stop = || Error::new(ErrorKind::Aborted).with_transferred(7);
    assert!(!fail(&mut run, &mut first, *a, stop(), START));
    assert!(!fail(&mut run, &mut second, *b, stop(), START));
    let report = run.into_report();
    assert_eq!(
        (report.failure_count, report.undone, report.transferred),
        (1, 2, 14)
    );
    assert_eq!(report.failures[0].error.kind(), ErrorKind::Aborted);
}

#[test]
fn the_progress_counts_the_files_under_way() {
    let mut run = run(creates(&["a", "b"]));
    let (mut first, mut second) = (run.worker(), run.worker());
    let a = next(&mut run, &mut first, START);
    let b = next(&mut run, &mut second, START);
    run.moved(a.id(), Progress::new(4, Some(10)));
    let progress = run
        .moved(b.id(), Progress::new(3, Some(10)))
        .expect("a job");
    assert_eq!((progress.bytes_done, progress.bytes_total), (7, 20));
    assert_eq!((progress.done, progress.total), (0, 2));
    assert_eq!(
        progress.to_string(),
        "0 of 2: create  b  (missing), 3 bytes of 10 bytes, 30 %"
    );
    let result = Ok(done(&a, &run));
    let alive = SessionState::Alive;
    let progress = run.finished(&mut first, *a, result, alive, START);
    let progress = progress.expect("it has ended");
    assert_eq!((progress.done, progress.bytes_done), (1, 13));
    assert!(matches!(progress.outcome, Some(Ok(()))));
}

#[test]
fn the_report_keeps_ten_thousand_failures_and_counts_all() {
    let paths: Vec<String> = (0..10_001).map(|number| number.to_string()).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let mut run = run(creates(&paths));
    let mut worker = run.worker();
    for _ in 0..10_001 {
        let job = next(&mut run, &mut worker, START);
        fail(&mut run, &mut worker, *job, refusal("550 No."), START);
    }
    let report = run.into_report();
    assert_eq!(
        (report.failure_count, report.failures.len()),
        (10_001, 10_000)
    );
}

fn downloads(count: usize) -> SyncPlan {
    let names: Vec<_> = (0..count).map(|number| format!("f{number:02}")).collect();
    let actions = names.iter();
    let actions = actions.map(|name| (Change::Create, Reason::Missing, &**name));
    plan(Direction::Download, &actions.collect::<Vec<_>>())
}

/// Whether the download begins by a question about its file.
fn asks(job: &mut Job) -> bool {
    match &mut job.work {
        Work::Get(plan) => matches!(plan.next_step(), FileStep::Run(_)),
        other => panic!("{other:?}"),
    }
}

/// Answers the questions of this job: the server has a file of 10 bytes for each.
fn answer(job: &mut Job) {
    let Work::Remote(plan) = &mut job.work else {
        panic!("no questions");
    };
    assert!(matches!(plan.next_step(), Todo::Run(_)));
    let found = Inspected::File {
        size: Some(10),
        modified: None,
    };
    plan.finished(Ok(Outcome::AllInspected(alloc::vec![found; MOST_PATHS])));
    assert!(matches!(plan.next_step(), Todo::Yield(Ok(()))));
}

#[test]
fn files_are_asked_about_in_flights_before_they_are_downloaded() {
    let mut run = run(downloads(18));
    let mut worker = run.worker();
    let mut order = Vec::new();
    while let SyncStep::Run(mut job) = run.next_step(&mut worker, SessionState::Alive, START) {
        match job.step {
            Step::Look => {
                order.push("look".to_string());
                answer(&mut job);
            }
            _ => {
                assert!(!asks(&mut job), "{}", name(&job));
                order.push(name(&job));
            }
        }
        succeed(&mut run, &mut worker, *job);
    }
    let files = |all: core::ops::Range<usize>| all.map(|number| format!("f{number:02}"));
    let first = core::iter::once("look".to_string()).chain(files(0..16));
    let second = core::iter::once("look".to_string()).chain(files(16..18));
    assert_eq!(order, first.chain(second).collect::<Vec<_>>());
    let report = run.into_report();
    assert!(report.is_complete() && report.created == 18, "{report}");
}

#[test]
fn one_file_asks_for_itself() {
    let mut run = run(downloads(1));
    let mut worker = run.worker();
    let mut job = next(&mut run, &mut worker, START);
    assert!(asks(&mut job));
}

/// The questions change nothing about the files: each of them is downloaded, and asks for itself.
#[test]
fn files_are_downloaded_although_the_questions_have_failed() {
    let mut run = run(downloads(3));
    let (mut first, mut second) = (run.worker(), run.worker());
    let look = next(&mut run, &mut first, START);
    assert_eq!(look.step, Step::Look);
    let step = run.next_step(&mut second, SessionState::Alive, START);
    assert!(matches!(step, SyncStep::Wait), "{step:?}");
    let lost = Error::new(ErrorKind::Closed);
    assert!(!fail(&mut run, &mut first, *look, lost, START));
    for number in 0..3 {
        let mut job = next(&mut run, &mut second, START);
        assert_eq!(name(&job), format!("f{number:02}"));
        assert!(asks(&mut job));
        succeed(&mut run, &mut second, *job);
    }
    let report = run.into_report();
    assert!(report.is_complete() && report.created == 3, "{report}");
}

#[test]
fn a_stop_during_the_questions_ends_the_run() {
    let mut run = run(downloads(3));
    let mut worker = run.worker();
    let look = next(&mut run, &mut worker, START);
    let stop = Error::new(ErrorKind::Aborted);
    fail(&mut run, &mut worker, *look, stop, START);
    assert!(run.is_stopped());
    let report = run.into_report();
    assert_eq!(report.undone, 3);
}

/// The last transfer of each session does not ask for another port.
#[test]
fn a_transfer_is_followed_if_each_session_gets_another_one() {
    let mut run = run(creates(&["a", "b", "c", "d"]));
    let mut workers = [run.worker(), run.worker()];
    let mut told = Vec::new();
    for number in 0..4 {
        let worker = &mut workers[number % 2];
        let job = next(&mut run, worker, START);
        told.push(run.has_more_for_each());
        succeed(&mut run, worker, *job);
    }
    assert_eq!(told, [true, true, false, false]);
}
