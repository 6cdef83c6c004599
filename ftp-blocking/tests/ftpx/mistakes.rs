//! What people type wrong, and what the program says then.

use crate::program::Program;
use crate::server::{Server, Setup};

/// A local file, whose name no resolver is asked for: a part of it is empty.
const NO_HOST: &str = "no..such";

/// Runs the program, which must fail with this code and say this.
#[track_caller]
fn says(words: &[&str], code: i32, text: &str) {
    let program = Program::new();
    program.place.write("a", "a");
    program.place.write(NO_HOST, "a");
    let said = program.run(words).failed(code);
    assert!(said.err.contains(text), "{words:?}: {}", said.err);
}

#[test]
fn a_server_alone_is_no_path() {
    let server = Server::new();
    let host = &server.at("");
    for words in [
        &["touch", host][..],
        &["mkdir", host],
        &["mkdir", "-p", host],
        &["rmdir", host],
        &["hash", host],
        &["chmod", "644", host],
        &["mv", host, "x"],
        &["rm", host],
        &["rm", "-r", host],
    ] {
        says(words, 2, "this names a whole server");
    }
    says(&["cat", host], 2, "names a directory");
    says(&["cat", &server.at("d/")], 2, "names a directory");
    let deletes = |line: &&String| line.starts_with("DELE") || line.starts_with("RMD");
    assert_eq!(server.told().iter().find(deletes), None);
}

#[test]
fn a_pattern_that_is_wrong_is_not_sent() {
    let server = Server::new();
    let text = "the `[` at 0 of the pattern has no `]`";
    let said = ["mirror", &server.at("d"), "to", "-I"];
    says(&[said[0], said[1], said[2], said[3], "[a"], 2, text);
    says(&["find", &server.at("d"), "-n", "[a"], 2, text);
    says(&["rm", &server.at("%5Ba")], 3, "--no-glob");
    says(&["ls", &server.at("%5Ba")], 3, text);
}

#[test]
fn a_directory_as_the_name_of_a_new_file_is_told() {
    let server = Setup::new().start();
    server.files.write("d/keep", "");
    server.files.write("a", "a");
    let hint = "end the target with `/`";
    says(
        &["cp", "--relay", &server.at("a"), &server.at("d")],
        21,
        hint,
    );
    assert_eq!(server.files.names(), ["a", "d"]);
    let server = Setup::new().reply("STOR", "550 Is a directory.").start();
    server.files.write("d/keep", "");
    says(&["put", "a", &server.at("d")], 25, hint);
    let said = Program::new();
    said.place.write("a", "a");
    let said = said.run(["put", "a", &server.at("e")]).failed(25);
    assert!(!said.err.contains(hint), "{}", said.err);
}

#[test]
fn a_copy_is_from_server_to_server() {
    let server = Server::new();
    server.files.write("a", "a");
    says(&["cp", NO_HOST, &server.at("b")], 6, "`ftpx put`");
    says(&["cp", "/a", &server.at("b")], 3, "`ftpx put`");
    says(&["cp", &server.at("a"), NO_HOST], 6, "`ftpx get`");
}

#[test]
fn a_raw_command_that_is_none_is_told() {
    let server = Server::new();
    says(&["raw", &server.at(""), "N"], 2, "not a command");
    says(&["raw", &server.at(""), "NOOP\r\nDELE a"], 2, "cannot");
    for words in [&["RETR", "a"][..], &["stor a"], &["MLSD"]] {
        let host = server.at("");
        let words = [&["raw", host.as_str()], words].concat();
        says(&words, 2, "`ftpx get`");
    }
    for verb in ["AUTH TLS", "CCC", "ABOR"] {
        let said = Program::new().run(["raw", &server.at(""), verb]).failed(2);
        assert!(!said.err.contains("`ftpx get`"), "{verb}: {}", said.err);
    }
}

#[test]
fn no_levels_and_no_rounds_are_refused() {
    let server = Server::new();
    let text = "is not a number of levels above 0";
    says(&["find", "--max-depth", "0", &server.at("")], 2, text);
    says(&["mirror", "--max-depth", "x", &server.at("")], 2, text);
    says(&["watch", "--max-depth", "0", &server.at("")], 2, text);
    says(&["watch", "--rounds", "0", &server.at("")], 2, "--rounds");
}

#[test]
fn a_line_of_a_batch_that_is_no_text_has_a_number() {
    let (server, program) = (Server::new(), Program::new());
    program.place.write("lines", b"pwd\nls \xff\n");
    let said = program.run(["batch", &server.at(""), "lines"]).failed(26);
    assert!(said.err.contains("line 2 is not UTF-8"), "{}", said.err);
}

#[test]
fn a_name_that_cannot_be_sent_is_told() {
    let (server, program) = (Server::new(), Program::new());
    program.place.write("new\nline", "a");
    let said = program.run(["put", "new\nline", &server.at("")]).failed(3);
    assert!(!said.err.contains("URL"), "{}", said.err);
    assert!(server.files.names().is_empty());
}
