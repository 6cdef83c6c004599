//! `mirror`, down and up.

use crate::program::Program;
use crate::server::{Server, Setup};

#[test]
fn a_tree_comes_down_and_the_second_time_nothing_moves() {
    let (server, program) = (Server::new(), Program::new());
    for number in 0..20 {
        server.files.write(
            &format!("d/{}/f{number}", number % 3),
            vec![b'x'; number * 100],
        );
    }
    program
        .run(["mirror", "-q", "-j", "3", &server.at("d"), "to"])
        .ok();
    for number in 0..20 {
        let bytes = program.place.read(&format!("to/{}/f{number}", number % 3));
        assert_eq!(bytes.len(), number * 100);
    }
    let said = program
        .run(["mirror", "--json", &server.at("d"), "to"])
        .ok();
    let report = said.json();
    assert_eq!(
        (&report["skipped"], &report["created"]),
        // 20 files and 3 directories.
        (&23.into(), &0.into())
    );
    assert_eq!(report["is_complete"], true);
}

#[test]
fn a_tree_goes_up_and_deletes_only_on_request() {
    let (server, program) = (Server::new(), Program::new());
    program.place.write("site/a/b.html", "b");
    program.place.write("site/skip.tmp", "t");
    server.files.write("www/old.html", "old");
    let up = ["mirror", "--up", "site", &server.at("www"), "-X", "*.tmp"];
    let said = program
        .run(up.iter().chain(&["--dry-run", "--delete"]))
        .ok();
    assert!(said.text().contains("delete  old.html"), "{}", said.text());
    assert!(!server.files.has("www/a"));
    program.run(up).ok();
    assert_eq!(server.files.read("www/a/b.html"), b"b");
    assert!(server.files.has("www/old.html") && !server.files.has("www/skip.tmp"));
    program.run(up.iter().chain(&["--delete"])).ok();
    assert!(!server.files.has("www/old.html"));
}

#[test]
fn include_takes_back_what_exclude_leaves_out() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("d/a.csv", "1");
    server.files.write("d/b.txt", "1");
    server.files.write("d/e/c.csv", "1");
    let target = server.at("d");
    let words = [
        "mirror", &target, "to", "-X", "*", "-I", "*/", "-I", "*.csv",
    ];
    program.run(words).ok();
    assert!(program.place.has("to/a.csv") && program.place.has("to/e/c.csv"));
    assert!(!program.place.has("to/b.txt"));
    program.run(["mirror", &target, "to", "-X", "[a"]).failed(2);
}

#[test]
fn the_wrong_order_says_what_would_be_right() {
    let program = Program::new();
    let said = program
        .run(["mirror", "here", "ftp://host/there"])
        .failed(2);
    assert!(said.err.contains("--up"), "{}", said.err);
    program.run(["mirror", "--up", "here"]).failed(2);
    program.place.write("no..such/a", "");
    let said = program.run(["mirror", "no..such", "there"]).failed(6);
    assert!(said.err.contains("--up"), "{}", said.err);
}

#[test]
fn a_file_that_fails_makes_the_exit_code() {
    let server = Setup::new().reply("RETR", "550 no").start();
    server.files.write("d/a", "1");
    let said = Program::new()
        .run(["mirror", &server.at("d"), "to"])
        .failed(78);
    assert!(said.err.contains("a (create)"), "{}", said.err);
    Program::new()
        .run(["mirror", &server.at("missing"), "to"])
        .failed(9);
}

#[test]
fn files_are_compared_as_the_user_wants() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("d/a", "12345");
    program.place.write("to/a", "54321");
    let target = server.at("d");
    let mirror = |how| {
        let words = ["mirror", "--by", how, "--json", &target, "to"];
        let said = program.run(words).ok();
        let report = said.json();
        report["updated"].as_u64().expect("a number")
    };
    assert_eq!((mirror("size"), mirror("missing")), (0, 0));
    assert_eq!(program.place.read("to/a"), b"54321");
    assert_eq!(mirror("all"), 1);
    assert_eq!(program.place.read("to/a"), b"12345");
    assert_eq!((mirror("size-or-time"), mirror("newer")), (0, 0));
    program
        .run(["mirror", "--by", "name", &target, "to"])
        .failed(2);
}

#[test]
fn a_depth_limits_what_is_read() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("d/a", "a");
    server.files.write("d/e/f/b", "b");
    program.run(["mirror", "--max-depth", "1", &server.at("d"), "to"]);
    assert!(program.place.has("to/a") && !program.place.has("to/e/f/b"));
}

#[test]
fn links_are_followed_on_request() {
    let (server, program) = (Server::new(), Program::new());
    program.place.write("site/a", "a");
    let place = program.place.path();
    std::os::unix::fs::symlink("a", place.join("site/link")).expect("a link");
    let target = server.at("www");
    program.run(["mirror", "--up", "site", &target]);
    assert!(server.files.has("www/a") && !server.files.has("www/link"));
    program
        .run(["mirror", "--up", "--follow-links", "site", &target])
        .ok();
    assert_eq!(server.files.read("www/link"), b"a");
}

#[test]
fn the_case_of_letters_can_be_ignored() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("www/A.TXT", "a");
    program.place.write("site/a.txt", "a");
    let words = [
        "mirror",
        "--up",
        "--ignore-case",
        "--by",
        "missing",
        "--delete",
        "site",
    ];
    program.run(words.iter().chain(&[server.at("www").as_str()]));
    assert!(server.files.has("www/A.TXT") && !server.files.has("www/a.txt"));
}

#[test]
fn a_directory_that_is_missing_is_9_if_its_listing_is_empty_too() {
    // As vsftpd lists what is not there.
    let server = Setup::new()
        .reply("MLSD", "500 no")
        .reply("MLST", "500 no")
        .listing(b"")
        .start();
    let said = Program::new()
        .run(["mirror", &server.at("missing"), "to"])
        .failed(9);
    assert!(said.err.contains("does not exist"), "{}", said.err);
}

#[test]
fn one_is_singular() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("d/a", "1");
    let words = ["mirror", "--dry-run", &server.at("d"), "to"];
    let said = program.run(words).ok();
    let last = "1 file to transfer, 1 byte\n";
    assert!(said.text().ends_with(last), "{}", said.text());
    let words = ["mirror", &server.at("d"), "to"];
    let said = program.run(words).ok();
    assert!(said.text().ends_with("; 1 byte\n"), "{}", said.text());
    let said = program.run(words).ok();
    assert!(said.text().contains(" 1 as it was, "), "{}", said.text());
    let said = program.run(["du", &server.at("d"), &server.at("")]).ok();
    let expected = "           1         1 file         0 directories  d\n           \
                    1         1 file         1 directory    .\n";
    assert_eq!(said.text(), expected);
    let said = program.run(["du", "-H", &server.at("d")]).ok();
    assert!(said.text().contains("  1 byte  "), "{}", said.text());
    let server = Setup::new()
        .reply("MLSD", "500 no")
        .listing(b"what is this?\r\n");
    let said = program.run(["ls", &server.start().at("")]).failed(8);
    assert!(
        said.err.contains("1 line of the listing is "),
        "{}",
        said.err
    );
}
