//! Ctrl-C, and what it leaves.

use std::process::{Child, Command, Stdio};

use crate::program::{Program, Said};
use crate::server::{Server, Setup};

/// Runs the program, sends it SIGINT when the server stalls, and returns what it has said.
fn interrupted(program: &Program, server: &Server, words: &[&str]) -> Said {
    let child = program
        .command(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    server.wait_for_stall();
    signal(&child);
    Said::from(child.wait_with_output().expect("it ends"))
}

fn signal(child: &Child) {
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.expect("there is `kill`").success());
}

#[test]
fn a_download_leaves_no_half_file_under_its_name() {
    let server = Setup::new().stall(100_000).start();
    server.files.write("a", vec![b'x'; 1 << 20]);
    let program = Program::new();
    let said = interrupted(&program, &server, &["get", &server.at("a")]).failed(130);
    assert!(said.err.contains("stopped on request"), "{}", said.err);
    assert!(!program.place.has("a"));
}

#[test]
fn a_mirror_says_how_it_goes_on() {
    let server = Setup::new().stall(10).start();
    server.files.write("d/a", vec![b'x'; 1 << 20]);
    let program = Program::new();
    let words = ["mirror", &server.at("d"), "to"];
    let said = interrupted(&program, &server, &words).failed(130);
    assert!(
        said.err.contains("the same command goes on"),
        "{}",
        said.err
    );
    assert!(said.text().contains(" 0 failed"), "{}", said.text());
    assert!(!program.place.has("to/a"));
}
