//! `get`, `put`, `cat` and the commands that change what is on the server.

use std::fs::File;
use std::io::Write as _;

use crate::program::Program;
use crate::server::{Server, Setup};

#[test]
fn a_file_comes_and_goes() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("pub/a.txt", "hello");
    program.run(["get", &server.at("pub/a.txt")]).ok();
    assert_eq!(program.place.read("a.txt"), b"hello");
    program.run(["put", "a.txt", &server.at("pub/b.txt")]).ok();
    assert_eq!(server.files.read("pub/b.txt"), b"hello");
    let said = program
        .run(["cat", &server.at("pub/a.txt"), &server.at("pub/b.txt")])
        .ok();
    assert_eq!(said.text(), "hellohello");
    let said = program
        .run(["get", "-o", "-", &server.at("pub/a.txt")])
        .ok();
    assert_eq!(said.text(), "hello");
}

#[test]
fn a_pattern_means_all_files_that_fit() {
    let (server, program) = (Server::new(), Program::new());
    for name in ["a.csv", "b.csv", "c.txt"] {
        server.files.write(name, name);
    }
    program.run(["get", "-d", "new", &server.at("*.csv")]).ok();
    assert!(program.place.has("new/a.csv") && program.place.has("new/b.csv"));
    assert!(!program.place.has("new/c.txt"));
    program.run(["get", &server.at("*.zip")]).failed(78);
    server.files.write("[x]", "brackets");
    program
        .run(["get", "--no-glob", &server.at("%5Bx%5D")])
        .ok();
    assert_eq!(program.place.read("[x]"), b"brackets");
}

#[test]
fn standard_input_is_a_file() {
    let (server, program) = (Server::new(), Program::new());
    let source = File::open(program.place.write("source", "from a pipe")).expect("it is there");
    program
        .run_with(["put", "-", &server.at("new")], source)
        .ok();
    assert_eq!(server.files.read("new"), b"from a pipe");
    let source = File::open(program.place.write("source", ", and more")).expect("it is there");
    program
        .run_with(["put", "--append", "-", &server.at("new")], source)
        .ok();
    assert_eq!(server.files.read("new"), b"from a pipe, and more");
    program.run(["put", "-", &server.at("")]).failed(2);
}

#[test]
fn several_files_go_into_a_directory_that_is_made() {
    let (server, program) = (Server::new(), Program::new());
    program.place.write("a", "a");
    program.place.write("b", "b");
    program
        .run(["put", "-p", "a", "b", &server.at("x/y/")])
        .ok();
    assert_eq!(
        (server.files.read("x/y/a"), server.files.read("x/y/b")),
        (b"a".into(), b"b".into())
    );
    program.run(["put", "a", "b", &server.at("x")]).failed(2);
    // One that fails does not keep the other from being tried.
    program
        .run(["put", "missing", "b", &server.at("z/")])
        .failed(26);
}

#[test]
fn a_report_is_a_line_of_json() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("a", "12345");
    let said = program.run(["get", "--json", &server.at("a")]).ok();
    let report = said.json();
    assert_eq!(
        (&report["remote"], &report["size"]),
        (&"a".into(), &5.into())
    );
    assert_eq!(report["is_size_checked"], true);
    let said = program.run(["put", "--json", "a", &server.at("b")]).ok();
    let report = said.json();
    assert_eq!(
        (&report["remote"], &report["transferred"]),
        (&"b".into(), &5.into())
    );
}

#[test]
fn a_report_and_a_file_do_not_share_standard_output() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("a", "12345");
    program
        .run(["get", "--json", "-o", "-", &server.at("a")])
        .failed(2);
    program
        .run(["put", "--json", "-", &server.at("b")])
        .failed(2);
    program.place.write("a", "a");
    let words = ["put", "--json", "--append", "a", &server.at("a")];
    program.run(words).failed(2);
    assert_eq!(server.files.read("a"), b"12345");
}

#[test]
fn a_report_tells_where_the_file_is() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("d/a", "12345");
    program.place.write("to/keep", "");
    let local = |words: &[&str]| {
        let target = server.at("d/a");
        let said = program.run(["get", "--json", &target].iter().chain(words));
        said.ok().json()["local"].clone()
    };
    // The second time, the file is there already.
    for _ in 0..2 {
        assert_eq!(local(&[]), "a");
        assert_eq!(local(&["-d", "to"]), "to/a");
        assert_eq!(local(&["-o", "to"]), "to/a");
        assert_eq!(local(&["-o", "b"]), "b");
    }
    let said = program.run(["put", "--json", "b", &server.at("d/")]).ok();
    let report = said.json();
    assert_eq!(
        (&report["remote"], &report["local"]),
        (&"d/b".into(), &"b".into())
    );
}

#[test]
fn a_file_that_is_cut_leaves_no_half_file_under_its_name_and_goes_on() {
    let server = Setup::new().cut(100_000).start();
    let bytes: Vec<u8> = (0..200_000_u32)
        .map(|number| (number % 251) as u8)
        .collect();
    server.files.write("a", &bytes);
    let program = Program::new();
    let said = program.run(["get", "--retries", "0", &server.at("a")]);
    assert_ne!(said.code, Some(0));
    assert!(!program.place.has("a"));
    assert!(said.err.contains("goes on from there"), "{}", said.err);
    // The other half is not longer than the server sends.
    program.run(["get", &server.at("a")]);
    assert_eq!(program.place.read("a"), bytes);
    assert!(server.told().iter().any(|line| line.starts_with("REST ")));
}

#[test]
fn names_change_and_go() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("a", "a");
    program.run(["mkdir", "-p", &server.at("x/y")]).ok();
    program.run(["mv", &server.at("a"), "x/y/"]).ok();
    assert!(server.files.has("x/y/a"));
    program
        .run(["mv", &server.at("x/y/a"), &server.url("ftp", "b")])
        .ok();
    assert!(server.files.has("b"));
    program
        .run(["mv", &server.at("b"), "ftp://other.example/b"])
        .failed(2);
    program.run(["rmdir", &server.at("x/y")]).ok();
    assert!(!server.files.has("x/y"));
    program.run(["rm", &server.at("b")]).ok();
    assert!(!server.files.has("b"));
    program.run(["rm", "-f", &server.at("b")]).ok();
    server.files.write("t/u/v", "v");
    program.run(["rm", "-r", &server.at("t")]).ok();
    assert!(!server.files.has("t"));
    program.run(["rm", "-r", &server.at("")]).failed(2);
}

#[test]
fn permissions_and_times_are_set() {
    use std::os::unix::fs::PermissionsExt as _;
    let (server, program) = (Server::new(), Program::new());
    let path = server.files.write("a", "a");
    program.run(["chmod", "600", &server.at("a")]).ok();
    assert_eq!(
        path.metadata().expect("it is there").permissions().mode() & 0o777,
        0o600
    );
    program
        .run(["touch", "-t", "2020-01-02T03:04:05", &server.at("a")])
        .ok();
    let said = program.run(["stat", &server.at("a")]).ok();
    assert_eq!(
        said.text().trim_end(),
        "-rw-------            1  2020-01-02T03:04:05Z  a"
    );
    program.run(["touch", "-c", &server.at("b")]).ok();
    assert!(!server.files.has("b"));
    program.run(["touch", &server.at("b")]).ok();
    assert!(server.files.has("b"));
}

#[test]
fn a_copy_passes_this_machine_if_the_servers_do_not_talk() {
    let (one, program) = (Server::new(), Program::new());
    let two = Setup::new().reply("EPRT", "500 no").reply("PORT", "500 no");
    let two = two.start();
    one.files.write("a", "to copy");
    program.run(["cp", &one.at("a"), &two.at("")]).ok();
    assert_eq!(two.files.read("a"), b"to copy");
    assert_eq!(two.files.names(), ["a"]);
    let words = ["cp", "--direct", &one.at("a"), &two.at("b")];
    program.run(words).failed(30);
    program
        .run(["cp", &one.at("missing"), &two.at("b")])
        .failed(78);
}

#[test]
fn servers_that_talk_copy_without_this_machine() {
    let (one, two, program) = (Server::new(), Server::new(), Program::new());
    one.files.write("a", "to copy");
    let words = ["cp", "--direct", &one.at("a"), &two.at("b")];
    program.run(words).ok();
    assert_eq!(two.files.read("b"), b"to copy");
    let told = [one.told(), two.told()].concat();
    assert!(told.iter().any(|line| line.starts_with("EPRT")), "{told:?}");
}

#[test]
fn a_reader_that_goes_away_ends_cat_quietly() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("a", vec![b'x'; 4 << 20]);
    let mut child = program
        .command(["cat", &server.at("a")])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(23));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn a_password_is_never_shown() {
    let server = Server::new();
    server.files.write("a", "a");
    let program = Program::new();
    let mut source = File::create(program.place.path().join("secret")).expect("a file");
    source.write_all(b"hush-hush\n").expect("it is written");
    let secret = File::open(program.place.path().join("secret")).expect("it is there");
    let words = [
        "cat",
        "-vv",
        "-u",
        "ada",
        "--password-fd",
        "0",
        &server.at("a"),
    ];
    let said = program.run_with(words, secret);
    assert_eq!((said.code, said.text().as_str()), (Some(0), "a"));
    assert!(
        said.err.contains("*cmd*") && !said.err.contains("hush"),
        "{}",
        said.err
    );
    assert!(server.told().contains(&"PASS hush-hush".to_owned()));
}

/// No command tells what is there, so nothing may be emptied.
#[test]
fn touch_empties_no_file() {
    let server = Setup::new()
        .reply("MLST", "500 no")
        .reply("SIZE", "550 no")
        .reply("MDTM", "550 no")
        .reply("CWD", "550 no")
        .reply("MLSD", "550 no")
        .reply("LIST", "550 no")
        .reply("NLST", "550 no")
        .start();
    server.files.write("a", "full");
    let program = Program::new();
    program
        .run(["touch", &server.at("a"), &server.at("b")])
        .ok();
    assert_eq!(server.files.read("a"), b"full");
    assert_eq!(server.files.read("b"), b"");
}
