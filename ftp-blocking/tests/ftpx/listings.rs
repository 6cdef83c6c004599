//! `ls`, `stat`, `find`, `du`, `features`, `raw`, `hash` and `watch`.

use crate::program::Program;
use crate::server::{Server, Setup};

#[test]
fn a_directory_is_a_name_on_each_line() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("b.txt", "22");
    server.files.write("a.txt", "1");
    server.files.write("d/e.txt", "333");
    assert_eq!(
        program.run(["ls", &server.at("")]).ok().text(),
        "a.txt\nb.txt\nd\n"
    );
    let said = program.run(["ls", "-R", &server.at("")]).ok();
    let mut lines: Vec<_> = said.text().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["a.txt", "b.txt", "d", "d/e.txt"]);
    let said = program.run(["ls", "-l", &server.at("d")]).ok();
    assert!(said.text().starts_with("-rw-"), "{}", said.text());
    assert!(said.text().ends_with("  e.txt\n"), "{}", said.text());
    let said = program.run(["ls", "--json", &server.at("d")]).ok();
    let entry = said.json();
    assert_eq!(
        (&entry["path"], &entry["size"]),
        (&"d/e.txt".into(), &3.into())
    );
    assert_eq!(
        (&entry["name"], &entry["kind"]),
        (&"e.txt".into(), &"file".into())
    );
    assert_eq!(
        program.run(["ls", &server.at("*.txt")]).ok().text(),
        "a.txt\nb.txt\n"
    );
    program.run(["ls", &server.at("*.zip")]).failed(78);
}

#[test]
fn an_anonymous_login_needs_no_option() {
    let (server, program) = (Server::new(), Program::new());
    program.run(["ls", &server.at("")]).ok();
    assert!(server.told().contains(&"USER anonymous".to_owned()));
}

#[test]
fn stat_tells_a_file_from_a_directory() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("d/a", "123");
    let said = program
        .run(["stat", "--json", &server.at("d"), &server.at("d/a")])
        .ok();
    let text = said.text();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(
        (&lines[0]["kind"], &lines[1]["kind"]),
        (&"directory".into(), &"file".into())
    );
    assert_eq!(lines[1]["size"], 3);
    program.run(["stat", &server.at("missing")]).failed(78);
}

#[test]
fn find_shows_what_fits_all_conditions() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("a.txt", "1");
    server.files.write("d/b.txt", "22222");
    server.files.write("d/c.bin", "22222");
    let find = |words: &[&str]| {
        let target = server.at("");
        let words = ["find", &target].into_iter().chain(words.iter().copied());
        let said = program.run(words).ok();
        let mut lines: Vec<_> = said.text().lines().map(str::to_owned).collect();
        lines.sort();
        lines.join(" ")
    };
    assert_eq!(find(&["--name", "*.txt"]), "a.txt d/b.txt");
    assert_eq!(find(&["--name", "*.txt", "--min-size", "2"]), "d/b.txt");
    assert_eq!(find(&["-t", "d"]), "d");
    assert_eq!(find(&["-t", "f", "--max-depth", "1"]), "a.txt");
    assert_eq!(find(&["--older", "2000-01-01"]), "");
    program
        .run(["find", &server.at(""), "--name", "[a"])
        .failed(2);
}

#[test]
fn du_counts_bytes() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("d/b", "22222");
    server.files.write("d/e/c", "333");
    let said = program.run(["du", "--json", &server.at("d")]).ok();
    let size = said.json();
    assert_eq!((&size["bytes"], &size["files"]), (&8.into(), &2.into()));
    assert_eq!(size["directories"], 1);
}

#[test]
fn features_and_raw_commands_show_what_the_server_says() {
    let server = Setup::new()
        .reply("SITE", "214-Known:\r\n \x1b[31mCHMOD\r\n214 end")
        .start();
    let program = Program::new();
    let said = program.run(["features", &server.at("")]).ok();
    assert!(said.text().contains("feature   MFMT\n"), "{}", said.text());
    let said = program.run(["features", "--json", &server.at("")]).ok();
    let known = said.json();
    assert_eq!(known["system"], "UNIX Type: L8");
    let said = program.run(["raw", &server.at(""), "SITE", "HELP"]).ok();
    assert!(
        said.text().contains("CHMOD") && !said.out.contains(&0x1b),
        "{}",
        said.text()
    );
    let said = program.run(["raw", &server.at(""), "NOSUCH"]);
    assert_eq!(
        (said.code, said.text().as_str()),
        (Some(21), "502 unknown\n")
    );
    program.run(["raw", &server.at("")]).failed(2);
}

#[test]
fn a_server_without_hashes_says_so() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("a", "a");
    program.run(["hash", &server.at("a")]).failed(21);
    program
        .run(["hash", "-a", "rot13", &server.at("a")])
        .failed(2);
}

#[test]
fn watch_tells_what_is_there_and_ends_after_its_rounds() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("d/a", "1");
    let said = program
        .run(["watch", "-n", "1", "--existing", &server.at("")])
        .ok();
    let event = said.json();
    assert_eq!(
        (&event["event"], &event["path"]),
        (&"new".into(), &"d/a".into())
    );
    let words = ["watch", "-n", "2", "-i", "0.1", &server.at("")];
    assert_eq!(program.run(words).ok().text(), "");
}

#[test]
fn one_name_on_each_line_is_the_default() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("a", "");
    server.files.write("b", "");
    assert_eq!(
        program.run(["ls", "-1", &server.at("")]).ok().text(),
        "a\nb\n"
    );
}

#[test]
fn a_heading_shows_no_password() {
    let server = Server::new();
    server.files.write("d/a", "");
    let url = format!("ftp://ada:secret@127.0.0.1:{}/d", server.port);
    let said = Program::new().run(["ls", &url, &url]).ok();
    assert!(said.text().contains("ada:***@") && !said.text().contains("secret"));
}

#[test]
fn find_knows_sizes_times_and_other_forms() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("small", "1");
    server.files.write("d/large", "22222");
    let target = server.at("");
    let find = |words: &[&str]| {
        let said = program.run(["find", &target].iter().chain(words)).ok();
        said.text()
    };
    assert_eq!(find(&["--max-size", "1", "--type", "f"]), "small\n");
    assert_eq!(find(&["--newer", "2000-01-01", "-n", "small"]), "small\n");
    assert_eq!(find(&["--newer", "2999-01-01"]), "");
    assert_eq!(find(&["-n", "small", "--null"]), "small\0");
    assert_eq!(find(&["-n", "small", "--follow-links"]), "small\n");
    assert!(find(&["-n", "small", "--long"]).starts_with("-rw-"));
    let found = find(&["-n", "small", "--json"]);
    let entry: serde_json::Value = serde_json::from_str(&found).expect("JSON");
    assert_eq!(
        (&entry["path"], &entry["size"]),
        (&"small".into(), &1.into())
    );
    program.run(["find", &target, "--null", "--json"]).failed(2);
}

#[test]
fn du_shows_units_on_request() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("d/a", vec![b'x'; 3 << 19]);
    let said = program.run(["du", "--human", &server.at("d")]).ok();
    assert!(said.text().contains("1.5 MiB"), "{}", said.text());
}

/// An upload under way has another size at each look.
#[test]
fn watch_tells_a_settled_file_at_the_second_look() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("d/e/deep", "1");
    server.files.write("d/a", "1");
    let words = [
        "--existing",
        "--settled",
        "--max-depth",
        "1",
        "-i",
        "0.1",
        "-n",
    ];
    let watch = |rounds| {
        let all = ["watch", &server.at("d")].map(str::to_owned).into_iter();
        let all = all
            .chain(words.map(str::to_owned))
            .chain([String::from(rounds)]);
        program.run(all).ok().text()
    };
    assert_eq!(watch("1"), "");
    let event: serde_json::Value = serde_json::from_str(&watch("2")).expect("one line of JSON");
    assert_eq!(
        (&event["event"], &event["path"]),
        (&"new".into(), &"d/a".into())
    );
}

#[test]
fn a_file_that_the_server_lists_has_its_path_once() {
    // Servers without MLSD list a file as a directory of one entry.
    let server = Setup::new()
        .reply("MLSD", "500 no")
        .reply("MLST", "500 no")
        .start();
    server.files.write("d/a.txt", "12345");
    let program = Program::new();
    let said = program.run(["ls", &server.at("d/a.txt")]).ok();
    assert_eq!(said.text(), "d/a.txt\n");
    let said = program.run(["ls", "--json", &server.at("d/a.txt")]).ok();
    let entry: serde_json::Value = serde_json::from_slice(&said.out).expect("JSON");
    assert_eq!(entry["path"], "d/a.txt");
}

/// Servers without MLSD list a file as a directory of one entry, and its path is not below itself.
#[test]
fn a_walk_that_begins_with_a_file_finds_this_file() {
    let server = Setup::new().reply("MLSD", "500 no").start();
    server.files.write("d/a.txt", "12345");
    let program = Program::new();
    let path = server.at("d/a.txt");
    assert_eq!(program.run(["find", &path]).ok().text(), "d/a.txt\n");
    assert_eq!(program.run(["ls", "-R", &path]).ok().text(), "d/a.txt\n");
    let said = program.run(["watch", "-n", "1", "-e", &path]).ok();
    assert_eq!(said.json()["path"], "d/a.txt");
    // A directory may hold a file of its own name.
    let server = Server::new();
    server.files.write("e/e", "1");
    let said = program.run(["find", &server.at("e")]).ok();
    assert_eq!(said.text(), "e/e\n");
}
