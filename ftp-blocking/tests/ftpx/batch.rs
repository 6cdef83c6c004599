//! `batch` and `ftplib`.

use std::fs::File;

use crate::program::Program;
use crate::server::Server;

#[test]
fn a_batch_is_one_session() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("pub/two words", "found");
    program.place.write("up", "up");
    let lines =
        "# a comment\n\ncd pub\ncat 'two words'\nmkdir new\nput up new/up\npwd\nmv new/up u\n";
    let batch = program.place.write("batch", lines);
    let said = program.run(["batch", &server.at(""), "batch"]).ok();
    assert_eq!(said.text(), "found/pub\n");
    assert_eq!(server.files.read("pub/u"), b"up");
    let users = server
        .told()
        .iter()
        .filter(|line| line.starts_with("USER"))
        .count();
    assert_eq!(users, 1);
    server.files.write("pub/new/x", "");
    let stdin = File::open(batch).expect("it is there");
    program
        .run_with(["batch", &server.at("")], stdin)
        .failed(21);
}

#[test]
fn the_first_failure_ends_a_batch_unless_it_should_go_on() {
    let (server, program) = (Server::new(), Program::new());
    program
        .place
        .write("batch", "rm missing\nmkdir made\nexit\nmkdir late\n");
    let said = program.run(["batch", &server.at(""), "batch"]).failed(21);
    assert!(said.err.contains("line 1 failed"), "{}", said.err);
    assert!(!server.files.has("made"));
    program
        .run(["batch", "--keep-going", &server.at(""), "batch"])
        .failed(21);
    assert!(server.files.has("made") && !server.files.has("late"));
    program.place.write("batch", "frobnicate\n");
    program.run(["batch", &server.at(""), "batch"]).failed(2);
    program.place.write("batch", "cat 'open\n");
    program.run(["batch", &server.at(""), "batch"]).failed(2);
    program.run(["batch", &server.at(""), "missing"]).failed(26);
}

#[test]
fn ftplib_keeps_its_spelling() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("pub/a", "of ftplib");
    program
        .place
        .write("rc", "machine 127.0.0.1 login ada password hush\n");
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(program.place.path().join("rc"), private).expect("it is ours");
    let host = format!("127.0.0.1:{}", server.port);
    let words = ["ftplib", "-d", "-d", "-rrc", &host, "-dpub", "a", "-l"];
    let said = program.run(words);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(
        said.text(),
        "of ftplib-rw-r--r-- 1 a a 5 Jan 2 2020 a.txt\n"
    );
    assert!(
        said.err.contains("*cmd* 'CWD pub'") && !said.err.contains("hush"),
        "{}",
        said.err
    );
    assert!(server.told().contains(&"USER ada".to_owned()));
    let said = program.run(["ftplib", "-rmissing", &host]);
    assert_eq!(said.code, Some(0));
    assert!(said.err.contains("using anonymous login"), "{}", said.err);
    program.run(["ftplib", "-d"]).failed(2);
}

#[test]
fn a_shell_goes_on_after_a_failure() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("pub/a", "a");
    let lines = "cd pub\nrm missing\npwd\n!echo here\nls\nshell\nlcd missing\nquit\nmkdir late\n";
    let stdin = File::open(program.place.write("lines", lines)).expect("it is there");
    let said = program.run_with(["shell", &server.at("")], stdin);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(said.text(), "/pub\nhere\na\n");
    assert!(said.err.contains("DELE missing"), "{}", said.err);
    assert!(!server.files.has("pub/late"));
}

#[test]
fn a_wrong_line_of_a_batch_shows_no_password() {
    let (server, program) = (Server::new(), Program::new());
    program
        .place
        .write("batch", "mv a b ftp://ada:secret@host/c\n");
    let said = program.run(["batch", &server.at(""), "batch"]).failed(2);
    assert!(said.err.contains("ada:***@"), "{}", said.err);
    assert!(!said.err.contains("secret"), "{}", said.err);
    program.place.write("batch", "ls --help\n");
    let said = program.run(["batch", &server.at(""), "batch"]).ok();
    assert!(said.text().contains("Usage: ls"), "{}", said.text());
}

/// `cp` and `mirror` have sessions of their own, which begin in the directory of the login.
#[test]
fn commands_with_sessions_of_their_own_know_the_directory() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("a", "of the login");
    server.files.write("pub/a", "of the directory");
    server.files.write("pub/d/b", "b");
    program
        .place
        .write("batch", "cd pub\ncp a c\nmirror d to\n");
    let said = program.run(["batch", &server.at(""), "batch"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(server.files.read("pub/c"), b"of the directory");
    assert_eq!(program.place.read("to/b"), b"b");
}
