//! Whole trees: what a sync changes, what its report says, and what happens if something fails on
//! the way. The pure parts have tests of their own (`ftp-proto/tests/sync`, `sync/run/tests.rs`).

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use ftp_proto::simulator::{Action, Fault, Setup, Simulator, Then};

use crate::face::sync::{Change, Compare, Extra, SyncFailure};
use crate::face::{
    Client, Credentials, ErrorKind, Memory, Options, RetryPolicy, SyncOptions, SyncProgress,
};
use crate::support::files::{Room, big, symlink};

/// What a tree holds: for each path the content of a file, or `None` for a directory.
type Tree = BTreeMap<String, Option<Vec<u8>>>;

fn logged_in(setup: Setup) -> (Client, Memory) {
    let memory = Memory::new(Simulator::new(setup));
    (session(&memory), memory)
}

fn session(memory: &Memory) -> Client {
    let credentials = Credentials::new("user", "secret").expect("credentials");
    let options = Options::new("ftp.test").with_credentials(credentials);
    Client::connect_over(memory.clone(), options).expect("a login")
}

fn local_tree(root: &Path) -> Tree {
    fn read(directory: &Path, prefix: &str, tree: &mut Tree) {
        for entry in fs::read_dir(directory).expect("a directory") {
            let entry = entry.expect("an entry");
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().expect("a kind");
            if kind.is_dir() {
                read(&entry.path(), &format!("{name}/"), tree);
                tree.insert(name, None);
            } else {
                let content = fs::read(entry.path()).expect("a file");
                tree.insert(name, Some(content));
            }
        }
    }
    let mut tree = Tree::new();
    read(root, "", &mut tree);
    tree
}

fn remote_tree(memory: &Memory, root: &str) -> Tree {
    fn read(server: &Simulator, directory: &str, prefix: &str, tree: &mut Tree) {
        let names = server.listing(directory, false).expect("a directory");
        let names = String::from_utf8(names).expect("names");
        for name in names.lines() {
            let (path, name) = (format!("{directory}/{name}"), format!("{prefix}{name}"));
            if let Some(content) = server.file(&path) {
                tree.insert(name, Some(content.to_vec()));
            } else {
                read(server, &path, &format!("{name}/"), tree);
                tree.insert(name, None);
            }
        }
    }
    let mut tree = Tree::new();
    read(&memory.server(), root, "", &mut tree);
    tree
}

fn example() -> Setup {
    Setup::new()
        .file("/t/a", "1")
        .file("/t/b c", big(300_000))
        .file("/t/d/e", "")
        .file("/t/d/f/g", "22")
        .directory("/t/empty")
}

fn mirror() -> SyncOptions {
    SyncOptions::new().with_extra(Extra::Delete)
}

fn reply(text: &str) -> Action {
    Action::Reply(format!("{text}\r\n").into_bytes())
}

fn paths(failures: &[SyncFailure]) -> Vec<String> {
    let path = |failure: &SyncFailure| String::from_utf8_lossy(&failure.path).into_owned();
    failures.iter().map(path).collect()
}

#[test]
fn a_tree_comes_down_whole_and_the_next_plan_is_empty() {
    for setup in [example(), example().without("MLST").without("MLSD")] {
        let (mut client, memory) = logged_in(setup);
        let room = Room::new();
        let root = room.path("new/t");
        let report = client.download_tree("/t", &root).expect("planned");
        assert!(report.is_complete(), "{report}");
        assert_eq!((report.created, report.directories_made), (4, 4));
        assert_eq!(local_tree(&root), remote_tree(&memory, "/t"));
        let plan = client
            .plan_download("/t", &root, &mirror())
            .expect("planned");
        assert!(plan.is_empty(), "{plan}");
        let report = client.sync(plan);
        assert_eq!((report.created, report.skipped), (0, 7), "{report}");
        client.noop().expect("in step");
    }
}

#[test]
fn a_tree_goes_up_whole_and_the_next_plan_is_empty() {
    for setup in [Setup::new(), Setup::new().without("MLST").without("MFMT")] {
        let (mut client, memory) = logged_in(setup);
        let room = Room::new();
        fs::create_dir_all(room.path("d/f")).expect("made");
        fs::create_dir(room.path("empty")).expect("made");
        for (name, content) in [("a", &b"1"[..]), ("d/f/g", b"22"), ("b c", &big(300_000))] {
            room.write(name, content);
        }
        let report = client.upload_tree(room.root(), "/new/t").expect("planned");
        assert!(report.is_complete(), "{report}");
        assert_eq!((report.created, report.directories_made), (3, 4));
        assert_eq!(remote_tree(&memory, "/new/t"), local_tree(room.root()));
        let plan = client.plan_upload(room.root(), "/new/t", &mirror());
        let plan = plan.expect("planned");
        assert!(plan.is_empty(), "{plan}");
        client.noop().expect("in step");
    }
}

/// Such a server (vsftpd) tells only by CWD whether it has a hidden directory.
#[test]
fn hidden_directories_go_up_and_the_next_plan_is_empty() {
    let setup = Setup::new().without("MLST").without("MLSD");
    let setup = setup.hides_dot_names().directory("/t/.there");
    let (mut client, memory) = logged_in(setup.directory("/t/.half/.d"));
    let room = Room::new();
    for directory in [".there", ".empty", ".half/.d", ".new/.n"] {
        fs::create_dir_all(room.path(directory)).expect("made");
    }
    for name in [".half/.d/f", ".new/.n/.f", ".there/.x", "a"] {
        room.write(name, b"1");
    }
    let plan = client.plan_upload(room.root(), "/t", &mirror());
    let plan = plan.expect("planned");
    let made = plan
        .changes()
        .filter(|it| it.change == Change::MakeDirectory);
    assert_eq!(made.count(), 3, "{plan}");
    let report = client.sync(plan);
    assert!(report.is_complete(), "{report}");
    assert_eq!(remote_tree(&memory, "/t"), local_tree(room.root()));
    let plan = client.plan_upload(room.root(), "/t", &mirror());
    let plan = plan.expect("planned");
    assert!(plan.is_empty(), "{plan}");
    client.noop().expect("in step");
}

#[test]
fn a_mirror_replaces_other_kinds_and_deletes_what_is_extra() {
    let (mut client, memory) = logged_in(example());
    let room = Room::new();
    fs::create_dir_all(room.path("a/deep")).expect("made");
    fs::create_dir_all(room.path("old/x")).expect("made");
    for name in ["a/deep/file", "d", "old/x/y", "z"] {
        room.write(name, b"local");
    }
    let report = client.download_tree_with("/t", room.root(), &mirror());
    let report = report.expect("planned");
    assert!(report.is_complete(), "{report}");
    assert_eq!(local_tree(room.root()), remote_tree(&memory, "/t"));

    let other = Room::new();
    fs::create_dir_all(other.path("b c/deep")).expect("made");
    for name in ["b c/deep/file", "d", "new"] {
        other.write(name, b"local");
    }
    let report = client.upload_tree_with(other.root(), "/t", &mirror());
    let report = report.expect("planned");
    assert!(report.is_complete(), "{report}");
    assert_eq!(remote_tree(&memory, "/t"), local_tree(other.root()));
}

#[test]
fn without_a_request_nothing_is_deleted() {
    let (mut client, memory) = logged_in(example());
    let room = Room::new();
    room.write("extra", b"mine");
    client.download_tree("/t", room.root()).expect("planned");
    assert_eq!(room.content("extra"), b"mine");
    let before = remote_tree(&memory, "/t");
    let other = Room::new();
    client.upload_tree(other.root(), "/t").expect("planned");
    assert_eq!(remote_tree(&memory, "/t"), before);
}

#[test]
fn a_file_that_is_refused_does_not_end_the_rest() {
    let refused = Fault::nth("RETR", 1, reply("550 Permission denied."));
    let (mut client, _memory) = logged_in(example().fault(refused));
    let room = Room::new();
    let report = client.download_tree("/t", room.root()).expect("planned");
    assert_eq!(
        (report.created, report.failure_count, report.retries),
        (3, 1, 0)
    );
    assert_eq!(report.failures[0].change, Some(Change::Create));
    let report = client.download_tree("/t", room.root()).expect("planned");
    assert!(report.is_complete() && report.created == 1, "{report}");
}

#[test]
fn what_may_pass_is_tried_again() {
    let busy = |verb| Fault::nth(verb, 0, reply("450 Busy."));
    let (mut client, memory) = logged_in(example().fault(busy("RETR")).fault(busy("STOR")));
    let room = Room::new();
    let report = client.download_tree("/t", room.root()).expect("planned");
    assert!(report.is_complete() && report.retries == 1, "{report}");
    let report = client.upload_tree(room.root(), "/new").expect("planned");
    assert!(report.is_complete() && report.retries == 1, "{report}");
    assert_eq!(remote_tree(&memory, "/new"), remote_tree(&memory, "/t"));
}

#[test]
fn a_lost_session_is_replaced_and_files_go_on_where_they_ended() {
    let cut = |verb| {
        let then = Action::At {
            after: 100_000,
            control: Vec::new(),
            then: Then::Reset,
        };
        Fault::nth(verb, 1, then)
    };
    for verb in ["RETR", "STOR", "MKD", "RNTO"] {
        for fault in [
            Fault::nth(verb, 1, Action::Hangup),
            Fault::nth(verb, 1, reply("421 Going down.")),
            cut(verb),
        ] {
            let (mut client, memory) = logged_in(example().fault(fault.clone()));
            let room = Room::new();
            let report = client.download_tree("/t", room.root()).expect("planned");
            assert!(report.is_complete(), "{fault:?}: {report}");
            let report = client.upload_tree(room.root(), "/new").expect("planned");
            assert!(report.is_complete(), "{fault:?}: {report}");
            assert_eq!(remote_tree(&memory, "/new"), remote_tree(&memory, "/t"));
            assert_eq!(local_tree(room.root()), remote_tree(&memory, "/t"));
        }
    }
}

#[test]
fn a_session_that_is_lost_while_planning_is_replaced() {
    for verb in ["MLSD", "MLST"] {
        let (mut client, memory) = logged_in(example().fault(Fault::nth(verb, 1, Action::Hangup)));
        let room = Room::new();
        let report = client.download_tree("/t", room.root()).expect("planned");
        assert!(report.is_complete(), "{report}");
        assert_eq!(local_tree(room.root()), remote_tree(&memory, "/t"));
    }
}

/// Some servers allow only so many transfers in a session. Each new session gets further.
#[test]
fn a_server_that_ends_every_session_after_a_while_lets_the_sync_end() {
    let mut setup = Setup::new();
    for number in 0..30 {
        setup = setup.file(format!("/t/d{number}/f"), "1");
    }
    for number in (2..60).step_by(3) {
        setup = setup.fault(Fault::nth("MLSD", number, Action::Hangup));
        setup = setup.fault(Fault::nth("RETR", number, reply("421 Too many transfers.")));
    }
    let (mut client, memory) = logged_in(setup);
    let room = Room::new();
    let report = client.download_tree("/t", room.root()).expect("planned");
    assert!(report.is_complete(), "{report}");
    assert_eq!(local_tree(room.root()), remote_tree(&memory, "/t"));
}

#[test]
fn the_total_time_ends_the_pauses_and_the_sync() {
    let busy = Fault::on("RETR", reply("450 Busy."));
    let memory = Memory::new(Simulator::new(example().fault(busy)));
    let credentials = Credentials::new("user", "secret").expect("credentials");
    let options = Options::new("ftp.test")
        .with_credentials(credentials)
        .with_total_time(Duration::from_secs(60));
    let mut client = Client::connect_over(memory, options).expect("a login");
    let room = Room::new();
    let patient = RetryPolicy::new().with_attempts(100);
    let options = SyncOptions::new().with_retry(patient);
    let report = client.download_tree_with("/t", room.root(), &options);
    let report = report.expect("planned");
    assert_eq!(paths(&report.failures), [""], "{report}");
    assert_eq!(report.failures[0].error.kind(), ErrorKind::OutOfTime);
    assert_eq!(report.undone, 4, "{report}");
}

#[test]
fn a_server_that_does_not_come_back_ends_the_sync_with_its_reason() {
    let mut setup = example().fault(Fault::nth("RETR", 1, Action::Hangup));
    for again in 1..9 {
        setup = setup.fault(Fault::nth("PASS", again, reply("530 Too many users.")));
    }
    let (mut client, memory) = logged_in(setup);
    let room = Room::new();
    let report = client.download_tree("/t", room.root()).expect("planned");
    assert_eq!((report.created, report.undone), (1, 3), "{report}");
    assert_eq!(paths(&report.failures), [""]);
    let server = memory.server();
    let logins = server.commands().iter();
    let logins = logins.filter(|line| line.starts_with(b"PASS")).count();
    assert_eq!(logins, 1 + 5, "as often as the policy says");
}

#[test]
fn a_listing_that_breaks_is_a_failure_and_nothing_there_is_deleted() {
    let broken = Fault::nth("MLSD", 1, reply("450 Cannot read it."));
    let (mut client, _memory) = logged_in(example().fault(broken));
    let room = Room::new();
    for directory in ["d", "empty"] {
        fs::create_dir(room.path(directory)).expect("made");
        room.write(&format!("{directory}/extra"), b"mine");
    }
    let options = mirror().with_retry(RetryPolicy::never());
    let report = client.download_tree_with("/t", room.root(), &options);
    let report = report.expect("planned");
    assert_eq!(report.failure_count, 1, "{report}");
    let broken = paths(&report.failures).remove(0);
    for directory in ["d", "empty"] {
        let is_there = room.path(&format!("{directory}/extra")).exists();
        assert_eq!(is_there, directory == broken, "{report}");
    }
    assert!(room.path("a").exists(), "the rest goes on");
}

#[test]
fn a_progress_function_can_stop_the_sync_at_any_call() {
    let (mut client, memory) = logged_in(example());
    for calls in 0..8 {
        let room = Room::new();
        let plan = client.plan_download("/t", room.root(), &SyncOptions::new());
        let mut left = calls;
        let report = client.sync_with(plan.expect("planned"), |_: SyncProgress<'_>| {
            left -= 1;
            match left < 0 {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        });
        assert_eq!(report.failure_count, 1, "{report}");
        assert_eq!(report.failures[0].error.kind(), ErrorKind::Aborted);
        assert!(report.undone > 0 && report.failures[0].path.is_empty());
        let report = client.download_tree("/t", room.root()).expect("planned");
        assert!(report.is_complete(), "{report}");
        assert_eq!(local_tree(room.root()), remote_tree(&memory, "/t"));
    }
}

#[test]
fn an_abort_ends_the_sync() {
    let (mut client, _memory) = logged_in(example());
    let room = Room::new();
    let plan = client.plan_download("/t", room.root(), &SyncOptions::new());
    let handle = client.abort_handle();
    let report = client.sync_with(plan.expect("planned"), |_: SyncProgress<'_>| handle.abort());
    assert_eq!(report.failure_count, 1, "{report}");
    assert_eq!(report.failures[0].error.kind(), ErrorKind::Aborted);
    client.abort_handle().reset();
    let report = client.download_tree("/t", room.root()).expect("planned");
    assert!(report.is_complete(), "{report}");
}

#[test]
fn the_progress_ends_with_all_actions_and_bytes() {
    let (mut client, _memory) = logged_in(example());
    let room = Room::new();
    let plan = client.plan_download("/t", room.root(), &SyncOptions::new());
    let plan = plan.expect("planned");
    let (bytes, mut last) = (plan.bytes(), (0, 0, 0, 0));
    assert_eq!(bytes, 300_003);
    client.sync_with(plan, |now: SyncProgress<'_>| {
        assert!(now.done >= last.0 && now.bytes_done >= last.2, "{now}");
        last = (now.done, now.total, now.bytes_done, now.bytes_total);
    });
    assert_eq!(last, (7, 7, bytes, bytes));
}

#[test]
fn names_that_lead_elsewhere_are_failures_and_nothing_is_outside_the_root() {
    let lines = b"type=file;size=1; ../up\r\ntype=file;size=1; /abs\r\n\
                  type=dir; ..\\back\r\ntype=file;size=1; CON\r\ntype=file;size=1; good\r\n";
    let hostile = Fault::nth("MLSD", 0, Action::Listing(lines.to_vec()));
    let (mut client, _memory) = logged_in(Setup::new().file("/t/good", "1").fault(hostile));
    let room = Room::new();
    let root = room.path("deep/root");
    let report = client.download_tree("/t", &root).expect("planned");
    assert_eq!((report.created, report.failure_count), (1, 4), "{report}");
    let expected = Tree::from([
        ("deep".to_owned(), None),
        ("deep/root".to_owned(), None),
        ("deep/root/good".to_owned(), Some(b"1".to_vec())),
    ]);
    assert_eq!(local_tree(room.root()), expected);
}

#[test]
fn a_link_in_the_target_is_never_written_through() {
    let (mut client, memory) = logged_in(example());
    let (room, outside) = (Room::new(), Room::new());
    outside.write("a", b"outside");
    symlink(outside.root(), room.path("d")).expect("a link");
    symlink(outside.path("a"), room.path("a")).expect("a link");
    let report = client.download_tree("/t", room.root()).expect("planned");
    assert_eq!(outside.names(), ["a"], "{report}");
    assert_eq!(outside.content("a"), b"outside");
    let report = client.download_tree_with("/t", room.root(), &mirror());
    let report = report.expect("planned");
    assert!(report.is_complete(), "{report}");
    assert_eq!(outside.content("a"), b"outside");
    assert_eq!(local_tree(room.root()), remote_tree(&memory, "/t"));
}

/// pyftpdlib lists a link to a directory as a directory.
#[test]
fn a_link_that_looks_like_a_directory_is_deleted_and_not_what_it_leads_to() {
    let setup = Setup::new()
        .file("/keep/precious", "1")
        .file("/keep/sub/precious", "1")
        .file("/t/real/x", "1")
        .hidden_link("/t/real/deep", "/keep/sub")
        .hidden_link("/t/extra", "/keep")
        .hidden_link("/t/other", "/keep");
    for setup in [setup.clone(), setup.without("MLST").without("MLSD")] {
        let (mut client, memory) = logged_in(setup);
        let room = Room::new();
        room.write("other", b"local");
        let report = client.upload_tree_with(room.root(), "/t", &mirror());
        let report = report.expect("planned");
        assert!(report.is_complete(), "{report}");
        assert_eq!((report.deleted, report.directories_removed), (4, 1));
        let server = memory.server();
        for path in ["/keep/precious", "/keep/sub/precious"] {
            assert_eq!(server.file(path), Some(&b"1"[..]));
        }
        drop(server);
        assert_eq!(remote_tree(&memory, "/t"), local_tree(room.root()));
    }
}

#[test]
fn a_link_that_appears_after_the_plan_is_refused() {
    let (mut client, _memory) = logged_in(example());
    let (room, outside) = (Room::new(), Room::new());
    let plan = client.plan_download("/t", room.root(), &SyncOptions::new());
    symlink(outside.root(), room.path("d")).expect("a link");
    let report = client.sync(plan.expect("planned"));
    assert!(outside.names().is_empty(), "{report}");
    assert_eq!(paths(&report.failures), ["d", "d/f", "d/e", "d/f/g"]);
}

#[test]
fn a_file_that_becomes_a_directory_after_the_plan_is_a_failure() {
    let (mut client, memory) = logged_in(example());
    let room = Room::new();
    let plan = client.plan_download("/t", room.root(), &SyncOptions::new());
    memory.server().remove_file("/t/a");
    client.mkd("/t/a").expect("made");
    let report = client.sync(plan.expect("planned"));
    assert_eq!(paths(&report.failures), ["a"], "{report}");
    assert_eq!(report.created, 3);
    let report = client.download_tree("/t", room.root()).expect("planned");
    assert!(report.is_complete(), "{report}");
}

#[test]
fn a_dropped_action_leaves_its_path_alone() {
    let (mut client, _memory) = logged_in(example());
    let room = Room::new();
    let options = SyncOptions::new().with_compare(Compare::Size);
    let plan = client.plan_download("/t", room.root(), &options);
    let mut plan = plan.expect("planned");
    plan.retain(|action| &*action.local != b"d");
    let report = client.sync(plan);
    assert!(!room.path("d").exists());
    assert_eq!(report.created, 2, "{report}");
    assert_eq!(report.failure_count, 3, "what goes into it fails: {report}");
}

/// A random tree, for one side. `names` are the names that its entries may have.
fn random(random: &mut fastrand::Rng, names: &[&str]) -> Tree {
    let mut tree = Tree::new();
    let mut directories = vec![String::new()];
    for _ in 0..random.usize(0..12) {
        let above = random.choice(&directories).cloned().unwrap_or_default();
        let name = random.choice(names).expect("a name");
        let path = format!("{above}{name}");
        if tree.contains_key(&path) {
            continue;
        }
        if random.bool() {
            directories.push(format!("{path}/"));
            tree.insert(path, None);
        } else {
            let content = random.choice([0, 1, 2, 70_000]).map(big);
            tree.insert(path, Some(content.unwrap_or_default()));
        }
    }
    tree
}

/// All names, and those that every server lists. Many leave out names with a dot from LIST, and a
/// sync then keeps them.
const NAMES: [&str; 7] = ["a", "b", "c d", "-e", "ü", "g[1]", ".f"];
const LISTED: &[&str] = NAMES.split_at(6).0;

fn write_local(root: &Path, tree: &Tree) {
    for (path, content) in tree {
        match content {
            None => fs::create_dir_all(root.join(path)).expect("made"),
            Some(content) => fs::write(root.join(path), content).expect("written"),
        }
    }
}

fn on_server(mut setup: Setup, tree: &Tree) -> Setup {
    for (path, content) in tree {
        let path = format!("/t/{path}");
        setup = match content {
            None => setup.directory(path),
            Some(content) => setup.file(path, content.clone()),
        };
    }
    setup.directory("/t")
}

/// Plan, run, plan again: the second plan is empty, and both sides are the same.
#[test]
fn after_a_mirror_of_random_trees_the_next_plan_is_empty() {
    for seed in 0..60 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let (setup, names) = match rng.bool() {
            true => (Setup::new(), &NAMES[..]),
            false => (
                Setup::new().without("MLST").without("MLSD").without("MFMT"),
                LISTED,
            ),
        };
        let (here, there) = (random(&mut rng, names), random(&mut rng, names));
        let (mut client, memory) = logged_in(on_server(setup, &there));
        let room = Room::new();
        write_local(room.root(), &here);
        let options = mirror().with_compare(Compare::Size);
        let is_upload = rng.bool();
        let (report, next) = if is_upload {
            let report = client.upload_tree_with(room.root(), "/t", &options);
            (report, client.plan_upload(room.root(), "/t", &options))
        } else {
            let report = client.download_tree_with("/t", room.root(), &options);
            (report, client.plan_download("/t", room.root(), &options))
        };
        let (report, next) = (report.expect("planned"), next.expect("planned"));
        assert!(report.is_complete(), "seed {seed}: {report}");
        assert!(next.is_empty(), "seed {seed}: {next}");
        let expected = if is_upload { here } else { there };
        assert_eq!(local_tree(room.root()), expected, "seed {seed}");
        assert_eq!(remote_tree(&memory, "/t"), expected, "seed {seed}");
    }
}

/// Whatever fails once, the next call completes the trees.
#[test]
fn after_random_faults_the_same_call_completes_the_trees() {
    for seed in 0..60 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let there = random(&mut rng, &NAMES);
        let mut setup = on_server(Setup::new(), &there);
        for _ in 0..rng.usize(1..4) {
            let verbs = [
                "RETR", "STOR", "MLSD", "MKD", "MLST", "RNFR", "RNTO", "EPSV",
            ];
            let verb = rng.choice(verbs).unwrap_or("NOOP");
            let action = match rng.u8(0..5) {
                0 => Action::Hangup,
                1 => reply("421 Going down."),
                2 => reply("450 Busy."),
                3 => reply("550 No."),
                _ => Action::Silent,
            };
            setup = setup.fault(Fault::nth(verb, rng.usize(0..4), action));
        }
        let (mut client, memory) = logged_in(setup);
        let room = Room::new();
        let mut calls = 0;
        loop {
            calls += 1;
            assert!(calls < 6, "seed {seed}");
            let down = client.download_tree("/t", room.root());
            let up = client.upload_tree(room.root(), "/copy");
            let are_complete = [&down, &up].map(|it| it.as_ref().is_ok_and(|it| it.is_complete()));
            if are_complete == [true, true] {
                break;
            }
        }
        assert_eq!(local_tree(room.root()), there, "seed {seed}");
        assert_eq!(remote_tree(&memory, "/copy"), there, "seed {seed}");
    }
}

#[test]
fn a_pause_between_attempts_takes_simulated_time_only() {
    let busy = Fault::on("RETR", reply("450 Busy."));
    let (mut client, _memory) = logged_in(Setup::new().file("/t/a", "1").fault(busy));
    let room = Room::new();
    let hours = RetryPolicy::new().with_first_pause(Duration::from_secs(60));
    let options = SyncOptions::new().with_retry(hours);
    let report = client.download_tree_with("/t", room.root(), &options);
    let report = report.expect("planned");
    assert_eq!((report.failure_count, report.retries), (1, 4), "{report}");
}
