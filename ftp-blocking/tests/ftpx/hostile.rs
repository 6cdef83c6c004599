//! Servers whose listings and replies are made to harm: nothing leaves the destination, nothing
//! moves the cursor, and nothing else is deleted.

use std::os::unix::fs::symlink;

use crate::program::Program;
use crate::server::{Server, Setup};

/// Names that would leave the directory, move the cursor, or change the direction of text.
const NAMES: &[u8] = b"type=file;size=1; ../../escape\r\n\
    type=file;size=1; \x1b[2J\x1b[Hcleared\r\n\
    type=file;size=1; /etc/passwd\r\n\
    type=file;size=1; ..\r\n\
    type=dir; ../up\r\n\
    type=file;size=1; txt.\xe2\x80\xaeexe\r\n\
    type=file;size=1; \xe6\x97\xa5\xe6\x9c\xac\r\n";

/// Links, as servers write them.
const LINKS: &[u8] = b"type=OS.unix=slink:/etc/passwd; link\r\n\
    type=OS.unix=slink:../../up; up\r\n";

fn moves_cursor(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    text.chars()
        .any(|c| matches!(c, '\x1b' | '\u{202e}' | '\u{9b}'))
}

#[test]
fn names_move_no_cursor() {
    let server = Setup::new().listing(NAMES).start();
    let program = Program::new();
    let said = program.run(["ls", "-l", &server.at("")]);
    assert!(!moves_cursor(&said.out), "{}", said.text());
    assert!(said.text().contains("日本"), "{}", said.text());
    for words in [["ls", "--json"], ["find", "--json"], ["find", "--long"]] {
        let said = program.run(words.iter().chain(&[server.at("").as_str()]));
        assert!(!moves_cursor(&said.out), "{words:?}: {}", said.text());
        assert!(
            !moves_cursor(said.err.as_bytes()),
            "{words:?}: {}",
            said.err
        );
    }
    let words = ["mirror", "--dry-run", &server.at(""), "to"];
    let said = program.run(words);
    assert!(!moves_cursor(&said.out) && !moves_cursor(said.err.as_bytes()));
}

#[test]
fn names_write_nothing_outside_of_the_destination() {
    let server = Setup::new().listing(NAMES).start();
    let program = Program::new();
    program.place.write("inner/keep", "");
    for words in [
        ["mirror", &server.at(""), "inner/to"],
        ["get", &server.at("*"), "--directory=inner/to"],
    ] {
        let said = program.run(words);
        assert_ne!(said.code, Some(0), "{}", said.err);
        assert!(!moves_cursor(said.err.as_bytes()), "{}", said.err);
    }
    assert_eq!(program.place.names(), ["inner"]);
}

#[test]
fn a_name_with_a_zero_byte_is_no_other_name() {
    let server = Setup::new().listing(b"type=file;size=1; a\0b\r\n").start();
    let program = Program::new();
    let said = program.run(["mirror", &server.at(""), "to"]);
    assert_ne!(said.code, Some(0), "{}", said.err);
    assert!(!program.place.has("to/a"));
}

#[test]
fn links_of_a_server_become_no_links_here() {
    let server = Setup::new().listing(LINKS).start();
    let program = Program::new();
    program.run(["mirror", &server.at(""), "to"]);
    assert!(!program.place.has("to/link") && !program.place.has("to/up"));
    assert!(program.place.names().iter().all(|name| name == "to"));
}

#[test]
fn nothing_is_written_through_a_link_in_the_destination() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("d/sub/a", "new");
    program.place.write("outside/a", "old");
    program.place.write("to/keep", "");
    let place = program.place.path();
    symlink(place.join("outside"), place.join("to/sub")).expect("a link");
    program.run(["mirror", &server.at("d"), "to"]);
    assert_eq!(program.place.read("outside/a"), b"old");
}

#[test]
fn a_listing_deletes_nothing_outside_of_its_directory() {
    let server = Setup::new().listing(NAMES).start();
    server.files.write("d/a", "");
    let said = Program::new().run(["rm", "-r", &server.at("d")]);
    assert_ne!(said.code, Some(0), "{}", said.err);
    let told = server.told();
    let mut deleting = told
        .iter()
        .filter(|it| it.starts_with("DELE") || it.starts_with("RMD"));
    assert!(
        deleting.all(|it| !it.contains("..") && !it.contains("/etc")),
        "{told:?}"
    );
}

#[test]
fn replies_move_no_cursor() {
    let setup = Setup::new()
        .reply("greeting", "220 \x1b[2Jready")
        .reply("DELE", "550 \x1b[31mno");
    let server = setup.start();
    let said = Program::new()
        .run(["rm", "-vv", &server.at("a")])
        .failed(21);
    assert!(!moves_cursor(said.err.as_bytes()), "{}", said.err);
}

/// The server lists the same directory in itself, without an end.
#[test]
fn a_directory_without_a_bottom_is_63() {
    let server = Setup::new().listing(b"type=dir; d\r\n").start();
    let program = Program::new();
    for command in [["ls", "-R"], ["find", "-L"], ["du", "--json"]] {
        let said = program.run(command.iter().chain(&[server.at("d").as_str()]));
        let said = said.failed(63);
        assert!(said.err.contains("deeper"), "{}", said.err);
    }
    let words = ["watch", "-n", "1", &server.at("")];
    program.run(words).failed(63);
    program
        .run(["find", "--max-depth", "3", &server.at("")])
        .ok();
}
