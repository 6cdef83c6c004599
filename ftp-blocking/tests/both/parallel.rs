//! Whole trees and many files by several sessions of a pool.

use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use ftp_proto::simulator::{Action, Fault, Setup, Simulator};

use crate::face::sync::Extra;
use crate::face::{
    Client, Credentials, ErrorKind, Memory, Options, Pool, PoolOptions, RetryPolicy, SyncOptions,
    SyncProgress,
};
use crate::support::files::{Room, big};

fn pool(setup: Setup, sessions: usize) -> (Pool, Memory) {
    let memory = Memory::new(Simulator::new(setup));
    let network = memory.clone();
    let connect = move || {
        let credentials = Credentials::new("user", "secret")?;
        let options = Options::new("ftp.test").with_credentials(credentials);
        Client::connect_over(network.clone(), options)
    };
    (Pool::over(connect, PoolOptions::new(sessions)), memory)
}

/// A server with so many files in a few directories.
fn many(files: usize) -> Setup {
    (0..files).fold(Setup::new(), |setup, file| {
        let path = format!("/t/d{}/f{file}", file % 3);
        setup.file(path, big(1000 + file))
    })
}

fn local_files(root: &Path) -> BTreeSet<(String, Vec<u8>)> {
    let mut files = BTreeSet::new();
    for directory in fs::read_dir(root).expect("a directory") {
        let directory = directory.expect("an entry").path();
        for file in fs::read_dir(directory).expect("a directory") {
            let path = file.expect("an entry").path();
            let name = path.strip_prefix(root).expect("below the root");
            let content = fs::read(&path).expect("a file");
            files.insert((name.to_string_lossy().replace('\\', "/"), content));
        }
    }
    files
}

fn expected(files: usize) -> BTreeSet<(String, Vec<u8>)> {
    let file = |file| (format!("d{}/f{file}", file % 3), big(1000 + file));
    (0..files).map(file).collect()
}

/// Returns how many sessions have logged in.
fn logins(memory: &Memory) -> usize {
    let server = memory.server();
    let commands = server.commands().iter();
    commands.filter(|line| line.starts_with(b"PASS")).count()
}

fn mirror() -> SyncOptions {
    SyncOptions::new().with_extra(Extra::Delete)
}

#[test]
fn a_tree_moves_over_several_sessions() {
    let (pool, memory) = pool(many(60), 4);
    let room = Room::new();
    let report = pool.download_tree("/t", room.root()).expect("planned");
    assert!(report.is_complete() && report.created == 60, "{report}");
    assert_eq!(local_files(room.root()), expected(60));
    assert!(logins(&memory) <= 4);
    let plan = pool.plan_download("/t", room.root(), &mirror());
    assert!(plan.expect("planned").is_empty());
    let report = pool.upload_tree(room.root(), "/new/copy").expect("planned");
    assert!(report.is_complete() && report.created == 60, "{report}");
    let plan = pool.plan_upload(room.root(), "/new/copy", &mirror());
    assert!(plan.expect("planned").is_empty());
    pool.close();
    assert_eq!(memory.server().open_links(), 0, "all sessions were idle");
}

#[test]
fn files_come_and_go_several_at_a_time() {
    let (pool, memory) = pool(many(20), 4);
    let room = Room::new();
    let name = |file| format!("/t/d{}/f{file}", file % 3);
    let report = pool.get_files((0..20).map(|file| (name(file), room.path(&file.to_string()))));
    assert!(report.is_complete() && report.created == 20, "{report}");
    for file in 0..20 {
        assert_eq!(room.content(&file.to_string()), big(1000 + file));
    }
    // A directory as the target: the file keeps its name.
    let report = pool.put_files((0..20).map(|file| (room.path(&file.to_string()), "/t/")));
    assert!(report.is_complete(), "{report}");
    assert_eq!(memory.server().file("/t/19"), Some(&big(1019)[..]));
}

#[test]
fn a_file_that_cannot_be_moved_is_a_failure_and_the_others_move() {
    let (pool, _memory) = pool(many(3), 2);
    let room = Room::new();
    let files = ["/t/d0/f0", "/t/none", "bad\nname", "/t/d1/f1"];
    let report = pool.get_files(files.map(|file| (file, room.path(&file.replace('/', "-")))));
    assert_eq!((report.created, report.failure_count), (2, 2), "{report}");
    let kinds: BTreeSet<_> = report
        .failures
        .iter()
        .map(|failure| format!("{:?}", failure.error.kind()))
        .collect();
    assert_eq!(
        kinds,
        ["InvalidArgument", "Permanent"].map(str::to_owned).into()
    );
}

/// A server like vsftpd, which bears flights and lists only by LIST. So the files are asked about
/// together, whatever goes wrong with one of the questions.
#[test]
fn files_that_are_asked_about_together_come_whole() {
    let faults = [
        None,
        Some(Fault::nth("SIZE", 5, Action::Hangup)),
        Some(Fault::nth("MDTM", 5, Action::Twice)),
        Some(Fault::nth("SIZE", 3, Action::Swap)),
        Some(Fault::nth("PWD", 2, Action::Reply(b"550 no\r\n".to_vec()))),
    ];
    for fault in faults {
        let told = format!("{fault:?}");
        let setup = many(40).banner("220 (vsFTPd 3.0.5)");
        let setup = setup.without("MLST").without("MLSD");
        let (pool, _memory) = pool(fault.into_iter().fold(setup, Setup::fault), 3);
        let room = Room::new();
        let name = |file: usize| match file {
            7 => "/t/none".to_owned(),
            _ => format!("/t/d{}/f{file}", file % 3),
        };
        let files = (0..40).map(|file| (name(file), room.path(&file.to_string())));
        let report = pool.get_files_with(files, &impatient(), |_: SyncProgress<'_>| ());
        assert_eq!(
            (report.created, report.failure_count),
            (39, 1),
            "{told} {report}"
        );
        for file in (0..40).filter(|file| *file != 7) {
            assert_eq!(room.content(&file.to_string()), big(1000 + file), "{told}");
        }
    }
}

#[test]
fn a_server_that_allows_one_session_gets_the_work_of_all() {
    let mut setup = many(20);
    for login in 1..20 {
        let refusal = Action::Reply(b"530 Too many users.\r\n".to_vec());
        setup = setup.fault(Fault::nth("PASS", login, refusal));
    }
    let (pool, _memory) = pool(setup, 4);
    let room = Room::new();
    let report = pool.download_tree("/t", room.root()).expect("planned");
    assert!(report.is_complete() && report.created == 20, "{report}");
    assert_eq!(local_files(room.root()), expected(20));
}

#[test]
fn sessions_that_are_lost_are_replaced_or_leave_their_work_to_others() {
    let mut setup = many(40);
    for transfer in [3, 9, 10, 17, 25] {
        setup = setup.fault(Fault::nth("RETR", transfer, Action::Hangup));
    }
    let busy = Action::Reply(b"421 Too many sessions.\r\n".to_vec());
    let (pool, _memory) = pool(setup.fault(Fault::nth("PASS", 5, busy)), 4);
    let room = Room::new();
    let report = pool.download_tree("/t", room.root()).expect("planned");
    assert!(report.is_complete(), "{report}");
    assert_eq!(report.retries, 5, "{report}");
    assert_eq!(local_files(room.root()), expected(40));
}

#[test]
fn a_server_that_lets_nobody_in_is_an_error_of_the_plan_and_a_failure_of_the_files() {
    let refused = Fault::on("PASS", Action::Reply(b"530 No.\r\n".to_vec()));
    let (pool, _memory) = pool(many(3).fault(refused), 4);
    let room = Room::new();
    let options = SyncOptions::new().with_retry(RetryPolicy::never());
    let error = pool.download_tree_with("/t", room.root(), &options);
    assert_eq!(error.expect_err("refused").kind(), ErrorKind::Permanent);
    let files = [("/t/d0/f0", room.path("a")), ("/t/d1/f1", room.path("b"))];
    let report = pool.get_files_with(files, &options, |_: SyncProgress<'_>| ());
    assert_eq!((report.undone, report.failure_count), (2, 1), "{report}");
    assert!(report.failures[0].path.is_empty());
}

/// The default policy without its pauses.
fn impatient() -> SyncOptions {
    SyncOptions::new().with_retry(RetryPolicy::new().with_first_pause(Duration::ZERO))
}

#[test]
fn a_wrong_password_is_sent_once() {
    let (pool, memory) = pool(many(3).user("user", "other"), 4);
    let room = Room::new();
    let files = [("/t/d0/f0", room.path("a")), ("/t/d1/f1", room.path("b"))];
    let report = pool.get_files_with(files, &impatient(), |_: SyncProgress<'_>| ());
    assert_eq!((report.undone, report.failure_count), (2, 1), "{report}");
    assert!(report.failures[0].error.is_login_refused(), "{report}");
    assert_eq!(logins(&memory), 1);
    let error = pool.download_tree_with("/t", room.root(), &impatient());
    assert!(error.expect_err("refused").is_login_refused());
    assert_eq!(logins(&memory), 2);
}

#[test]
fn the_first_session_is_tried_again_if_the_server_has_no_room() {
    let full = Action::PartialThenHangup(b"421 Too many users.\r\n".to_vec());
    let setup = [0, 1, 4].into_iter().fold(many(20), |setup, nth| {
        setup.fault(Fault::nth("GREETING", nth, full.clone()))
    });
    let (pool, _memory) = pool(setup.clone(), 1);
    let room = Room::new();
    let files = [("/t/d0/f0", room.path("a"))];
    let report = pool.get_files_with(files, &impatient(), |_: SyncProgress<'_>| ());
    assert!(report.is_complete(), "{report}");
    let (pool, _memory) = self::pool(setup, 4);
    let room = Room::new();
    let report = pool.download_tree_with("/t", room.root(), &impatient());
    let report = report.expect("planned");
    assert!(report.is_complete(), "{report}");
    assert_eq!(local_files(room.root()), expected(20));
}

#[test]
fn a_progress_function_that_has_stopped_the_sync_is_not_called_again() {
    let (pool, _memory) = pool(many(60), 4);
    let room = Room::new();
    let plan = pool.plan_download("/t", room.root(), &SyncOptions::new());
    let mut calls = 0;
    let report = pool.sync_with(plan.expect("planned"), |_: SyncProgress<'_>| {
        calls += 1;
        ControlFlow::Break(())
    });
    assert_eq!(calls, 1, "{report}");
    assert_eq!(report.failure_count, 1, "{report}");
}

#[test]
fn a_progress_function_stops_all_sessions() {
    let (pool, _memory) = pool(many(60), 4);
    let room = Room::new();
    let plan = pool.plan_download("/t", room.root(), &SyncOptions::new());
    let mut ended = 0;
    let report = pool.sync_with(plan.expect("planned"), |progress: SyncProgress<'_>| {
        ended += u64::from(progress.outcome.is_some());
        match ended < 10 {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    });
    assert_eq!(report.failure_count, 1, "{report}");
    assert_eq!(report.failures[0].error.kind(), ErrorKind::Aborted);
    assert!(report.undone > 40, "{report}");
    let report = pool.download_tree("/t", room.root()).expect("planned");
    assert!(report.is_complete(), "{report}");
    assert_eq!(local_files(room.root()), expected(60));
}
