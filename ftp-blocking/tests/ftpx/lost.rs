//! Disks that are full or read-only, servers that vanish, and files that change: one sentence, the
//! right exit code, and no half file under the name of the whole one.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use crate::program::{Program, Said};
use crate::server::{Server, Setup};

/// Checks that there is one sentence, and perhaps lines that say what the user can do.
#[track_caller]
fn is_one_sentence(said: &Said) {
    let lines = said.err.lines().count();
    assert!((1..=3).contains(&lines), "{}", said.err);
    assert!(said.err.starts_with("ftpx: "), "{}", said.err);
}

/// Runs the program with a limit for the size of new files, which is what a full disk looks like.
fn with_little_room(program: &Program, words: &[&str]) -> Said {
    let inner = program.command(words);
    let mut command = Command::new("sh");
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"";
    command
        .args(["-c", script])
        .arg(inner.get_program())
        .args(inner.get_args());
    command.current_dir(program.place.path()).env_clear();
    let output = command.stdin(Stdio::null()).output();
    Said::from(output.expect("there is a shell"))
}

#[test]
fn a_full_disk_is_23_and_leaves_no_half_file() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("a", vec![b'x'; 100_000]);
    let said = with_little_room(&program, &["get", &server.at("a")]).failed(23);
    is_one_sentence(&said);
    assert!(!program.place.has("a"));
    server.files.write("d/a", vec![b'x'; 100_000]);
    with_little_room(&program, &["mirror", &server.at("d"), "to"]).failed(23);
    assert!(!program.place.has("to/a"));
}

/// Runs the program on a disk of 128 KiB. Returns what it has said, and the names on the disk. `None`
/// if this process may make no such disk, as in many containers.
fn on_small_disk(program: &Program, words: &[&str]) -> Option<(Said, Vec<String>)> {
    let inner = program.command(words);
    let script = "mount -t tmpfs -o size=128k none . && cd \"$PWD\" || exit 99
                  \"$0\" \"$@\" >/dev/null; code=$?; find . -type f; exit $code";
    fs::create_dir_all(program.place.path().join("disk")).expect("a directory");
    let is_root = rustix::process::geteuid().is_root();
    let mut command = Command::new("unshare");
    if !is_root {
        command.args(["--user", "--map-root-user"]);
    }
    command
        .args(["--mount", "sh", "-c", script])
        .arg(inner.get_program())
        .args(inner.get_args())
        .env_clear()
        .envs(
            inner
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("LC_ALL", "C");
    command.current_dir(program.place.path().join("disk"));
    let output = command.stdin(Stdio::null()).output();
    let said = match output {
        Ok(output) => Said::from(output),
        Err(error) => {
            eprintln!("left out, because there is no small disk: unshare: {error}");
            return None;
        }
    };
    let has_no_disk = said.code == Some(99) || said.err.starts_with("unshare:");
    if has_no_disk {
        let is_refused = said.err.to_ascii_lowercase().contains("permi");
        assert!(!is_root || is_refused, "{}", said.err);
        eprintln!("left out, because there is no small disk: {}", said.err);
        return None;
    }
    let names = said.text().lines().map(str::to_owned).collect();
    Some((said, names))
}

/// A disk that is really full: the error comes from where the kernel moves the bytes.
#[test]
fn a_disk_without_room_is_23_and_leaves_no_half_file() {
    let (server, program) = (Setup::new().tls().start(), Program::new());
    server.files.write("a", vec![b'x'; 1 << 20]);
    server.files.write("d/b", vec![b'x'; 1 << 20]);
    server.files.write("d/small", "small");
    for scheme in ["ftp", "ftpes"] {
        let tls = match scheme {
            "ftp" => "--quiet",
            _ => "--insecure",
        };
        let words = ["get", tls, &server.url(scheme, "a")];
        let Some((said, names)) = on_small_disk(&program, &words) else {
            return;
        };
        let said = said.failed(23);
        is_one_sentence(&said);
        assert!(said.err.contains("No space left"), "{}", said.err);
        assert!(
            names.iter().all(|name| name.ends_with(".ftp-part")),
            "{names:?}"
        );
        let words = ["mirror", tls, &server.url(scheme, "d"), "to"];
        let (said, names) = on_small_disk(&program, &words).expect("as before");
        let said = said.failed(23);
        assert!(said.err.contains("No space left"), "{}", said.err);
        assert!(!names.contains(&"./to/b".to_owned()), "{names:?}");
    }
}

#[test]
fn a_full_standard_output_is_23() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("a", "abc");
    for words in [["cat", &server.at("a")], ["ls", &server.at("")]] {
        let full = File::options()
            .write(true)
            .open("/dev/full")
            .expect("a device");
        let output = program
            .command(words)
            .stdin(Stdio::null())
            .stdout(full)
            .output();
        let said = Said::from(output.expect("it runs")).failed(23);
        is_one_sentence(&said);
    }
}

#[test]
fn a_device_is_no_place_for_a_file() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("a", "abc");
    let said = program
        .run(["get", "-o", "/dev/full", &server.at("a")])
        .failed(23);
    assert!(said.err.contains("ftpx cat"), "{}", said.err);
    let said = program
        .run(["put", "/dev/null", &server.at("b")])
        .failed(26);
    assert!(said.err.contains("ftpx put -"), "{}", said.err);
}

#[test]
fn a_directory_that_is_read_only_is_23() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("a", "abc");
    program.place.write("to/keep", "");
    let to = program.place.path().join("to");
    fs::set_permissions(&to, fs::Permissions::from_mode(0o555)).expect("it is ours");
    let words = ["get", "-d", "to", &server.at("a")];
    match rustix::process::geteuid().is_root() {
        // Permissions do not bind root.
        true => drop(program.run(words).ok()),
        false => is_one_sentence(&program.run(words).failed(23)),
    }
    fs::set_permissions(&to, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

#[test]
fn a_server_that_vanishes_leaves_a_download_that_can_go_on() {
    let server = Setup::new().vanish(100_000).start();
    server.files.write("a", vec![b'x'; 200_000]);
    let program = Program::new();
    let said = program
        .run(["get", "--retries", "0", &server.at("a")])
        .failed(18);
    is_one_sentence(&said);
    assert!(said.err.contains("goes on from there"), "{}", said.err);
    assert!(!program.place.has("a"));
    program.run(["get", &server.at("a")]).ok();
    assert_eq!(program.place.read("a").len(), 200_000);
    assert_eq!(program.place.names(), ["a"]);
}

#[test]
fn a_server_that_comes_back_is_tried_again() {
    let server = Setup::new().vanish(100_000).start();
    server.files.write("a", vec![b'x'; 200_000]);
    let program = Program::new();
    program.run(["get", &server.at("a")]).ok();
    assert_eq!(program.place.names(), ["a"]);
}

#[test]
fn a_server_that_vanishes_in_an_upload_is_55() {
    let program = Program::new();
    // More than the buffers of the system hold.
    let path = program.place.write("a", "");
    let file = File::options().write(true).open(path).expect("it is there");
    file.set_len(64 << 20).expect("there is room");
    for words in [["put", "--retries=0", "a"], ["put", "--append", "a"]] {
        let server = Setup::new().vanish(100_000).start();
        let said = program
            .run(words.iter().chain(&[server.at("b").as_str()]))
            .failed(55);
        is_one_sentence(&said);
    }
    let server = Setup::new().vanish(100_000).start();
    let source = File::open(program.place.path().join("a")).expect("it is there");
    let said = program
        .run_with(["put", "-", &server.at("b")], source)
        .failed(55);
    is_one_sentence(&said);
    assert!(said.err.contains(".b.ftp-part"), "{}", said.err);
    assert!(!server.files.has("b"));
}

#[test]
fn what_a_full_server_may_have_kept_is_told() {
    let (server, program) = (Setup::new().room(100_000).start(), Program::new());
    let path = program.place.write("a", "");
    let file = File::options().write(true).open(path).expect("it is there");
    file.set_len(64 << 20).expect("there is room");
    for (words, hint) in [
        (["--no-temporary-name", "-"], "may be incomplete"),
        (["--append", "-"], "twice"),
    ] {
        let source = File::open(program.place.path().join("a")).expect("it is there");
        let target = server.at("b");
        let words = ["put", words[0], words[1], &target];
        let said = program.run_with(words, source).failed(70);
        is_one_sentence(&said);
        assert!(said.err.contains(hint), "{}", said.err);
    }
}

#[test]
fn a_name_that_is_not_refused_needs_no_other_way() {
    for (reply, code) in [("", 56), ("553 no", 21)] {
        let server = Setup::new().reply("RNTO", reply).start();
        let input = Program::new();
        let source = File::open(input.place.write("a", "a")).expect("it is there");
        let said = input
            .run_with(["put", "-", &server.at("b")], source)
            .failed(code);
        let has_hint = said.err.contains("--no-temporary-name");
        assert_eq!(has_hint, code == 21, "{}", said.err);
    }
}

#[test]
fn a_copy_that_breaks_has_not_the_name_of_the_whole_one() {
    let (one, two) = (Setup::new().vanish(100_000).start(), Server::new());
    one.files.write("a", vec![b'x'; 200_000]);
    let words = ["cp", "--relay", &one.at("a"), &two.at("b")];
    let said = Program::new().run(words);
    assert_ne!(said.code, Some(0), "{}", said.err);
    assert!(!two.files.has("b"));
}

#[test]
fn a_file_that_has_changed_is_not_joined_with_its_old_part() {
    let server = Setup::new().cut(100_000).start();
    server.files.write("a", vec![b'x'; 200_000]);
    let program = Program::new();
    let said = program.run(["get", "--retries", "0", &server.at("a")]);
    assert_ne!(said.code, Some(0), "{}", said.err);
    server.files.write("a", vec![b'y'; 150_000]);
    program.run(["get", &server.at("a")]).ok();
    assert_eq!(program.place.read("a"), vec![b'y'; 150_000]);
    assert_eq!(program.place.names(), ["a"]);
}
