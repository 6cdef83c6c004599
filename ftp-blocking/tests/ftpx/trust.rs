//! TLS: whom the program trusts.

use crate::program::Program;
use crate::server::{Server, Setup};

fn server() -> Server {
    let server = Setup::new().tls().start();
    server.files.write("a", "over TLS");
    server
}

/// Returns the key that the program has shown.
fn key_of(server: &Server) -> String {
    let said = Program::new()
        .run(["cat", &server.url("ftpes", "a")])
        .failed(60);
    let word = said
        .err
        .lines()
        .find_map(|line| line.strip_prefix("ftpx:   --pin "));
    word.expect("it says how to pin").to_owned()
}

#[test]
fn an_unknown_server_shows_its_key_and_gets_no_password() {
    let server = server();
    let url = format!("ftpes://ada:hush@127.0.0.1:{}/a", server.port);
    let said = Program::new().run(["cat", &url]).failed(60);
    assert!(said.err.contains("--trust-first-use"), "{}", said.err);
    assert!(!server.told().iter().any(|line| line.starts_with("PASS")));
    let key = key_of(&server);
    let said = Program::new()
        .run(["cat", "--pin", &key, &server.at("a")])
        .ok();
    assert_eq!(said.text(), "over TLS");
}

#[test]
fn a_server_that_is_trusted_once_is_known() {
    let (server, program) = (server(), Program::new());
    let url = server.url("ftpes", "a");
    let said = program.run(["cat", "--trust-first-use", &url]);
    assert_eq!((said.code, said.text().as_str()), (Some(0), "over TLS"));
    assert!(said.err.contains("known_servers"), "{}", said.err);
    program.run(["cat", &url]).ok();
    // Another server at this port has another key.
    let known = program.place.read("home/.config/ftpx/known_servers");
    let known = String::from_utf8(known).expect("it is text");
    let other = known.trim_end().chars().rev().enumerate();
    let other: Vec<char> = other
        .map(|(at, c)| {
            if at == 0 && c == '0' {
                '1'
            } else if at == 0 {
                '0'
            } else {
                c
            }
        })
        .collect();
    let other: String = other.into_iter().rev().collect();
    program
        .place
        .write("home/.config/ftpx/known_servers", other);
    let said = program.run(["cat", &url]).failed(90);
    assert!(said.err.contains("known_servers"), "{}", said.err);
    program.run(["cat", "--trust-first-use", &url]).failed(90);
    program
        .place
        .write("home/.config/ftpx/known_servers", "what is this\n");
    program.run(["cat", &url]).failed(2);
}

#[test]
fn a_root_a_pin_and_no_check_at_all() {
    let (server, program) = (server(), Program::new());
    program.place.write("root.pem", server.certificate());
    let url = server.url("ftpes", "a");
    assert_eq!(
        program
            .run(["cat", "--cacert", "root.pem", &url])
            .ok()
            .text(),
        "over TLS"
    );
    assert_eq!(
        program.run(["cat", "-k", &server.at("a")]).ok().text(),
        "over TLS"
    );
    let other = "00".repeat(32);
    program.run(["cat", "--pin", &other, &url]).failed(90);
    program.place.write("root.pem", "no certificate");
    program
        .run(["cat", "--cacert", "root.pem", &url])
        .failed(77);
    program.run(["cat", "-k", "--pin", &other, &url]).failed(2);
}

#[test]
fn a_client_certificate_is_read_with_its_key() {
    let (server, program) = (server(), Program::new());
    let made = rcgen::generate_simple_self_signed(["ada".to_owned()]).expect("a certificate");
    program.place.write("ada.pem", made.cert.pem());
    program
        .place
        .write("ada.key", made.signing_key.serialize_pem());
    let words = [
        "cat",
        "--insecure",
        "--cert",
        "ada.pem",
        "--key",
        "ada.key",
        &server.at("a"),
    ];
    assert_eq!(program.run(words).ok().text(), "over TLS");
    program
        .run(["cat", "-k", "--cert", "ada.pem", &server.at("a")])
        .failed(58);
    program
        .run(["cat", "--key", "ada.key", &server.at("a")])
        .failed(2);
}

#[test]
fn a_quiet_program_does_not_tell_whom_it_trusts() {
    let (server, program) = (server(), Program::new());
    let url = server.url("ftpes", "a");
    program.run(["cat", "-q", "--trust-first-use", &url]).ok();
    program.run(["cat", &url]).ok();
}

/// A copy has two sides, and only one of them may have TLS.
#[test]
fn options_about_tls_demand_it_from_each_side_of_a_copy_but_one_with_ftp() {
    let (secured, plain, program) = (server(), Server::new(), Program::new());
    program.place.write("root.pem", secured.certificate());
    let (url, pin) = (secured.url("ftpes", "a"), key_of(&secured));
    for (number, words) in [
        &["--cacert", "root.pem"][..],
        &["--pin", &pin],
        &["--insecure"],
        &["--trust-first-use", "-q"],
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("b{number}");
        let sides = ["cp", &url, &plain.url("ftp", &name)];
        program.run(sides.iter().chain(words)).ok();
        assert_eq!(plain.files.read(&name), b"over TLS");
        let sides = ["cp", &plain.url("ftp", &name), &secured.url("ftpes", &name)];
        program.run(sides.iter().chain(words)).ok();
        assert_eq!(secured.files.read(&name), b"over TLS");
        let sides = ["cp", &plain.url("ftp", &name), &secured.at("c")];
        program.run(sides.iter().chain(words)).ok();
        assert_eq!(secured.files.read("c"), b"over TLS");
        let sides = ["cp", &plain.url("ftp", &name), &plain.url("ftp", "c")];
        let said = program.run(sides.iter().chain(words)).failed(2);
        assert!(said.err.contains("--tls required"), "{}", said.err);
    }
    assert!(!plain.told().iter().any(|line| line.starts_with("AUTH")));
    // A password that may be for both sides must not travel in clear text.
    let logins = || {
        plain
            .told()
            .iter()
            .filter(|it| it.starts_with("USER"))
            .count()
    };
    let before = logins();
    let bare = ["cp", "-k", &plain.at("b0"), &secured.url("ftpes", "d")];
    program.run(bare).failed(64);
    assert_eq!(logins(), before);
    let both = ["cp", "-k", "--tls", "required", &url, &plain.at("d")];
    program.run(both).failed(64);
    assert!(!plain.files.has("d"));
}

/// ProFTPD demands that TLS resumes, and gives no new ticket for an upload. Whatever comes next logs
/// in again if the tickets are used up.
#[test]
fn a_server_that_demands_resumption_takes_many_files() {
    let (server, program) = (Setup::new().demands_resumption().start(), Program::new());
    let names: Vec<String> = (0..8).map(|number| format!("f{number}")).collect();
    for name in &names {
        program.place.write(&format!("d/{name}"), name);
        program.place.write(name, name);
    }
    let target = server.url("ftpes", "");
    let many = |first: &[&str]| {
        let words = first
            .iter()
            .copied()
            .chain(names.iter().map(String::as_str));
        let words: Vec<String> = words.chain([&*target]).map(str::to_owned).collect();
        program.run(words).ok();
    };
    many(&["put", "-k"]);
    many(&["put", "-k", "--append"]);
    assert_eq!(server.files.read("f7"), b"f7f7");
    let new: Vec<String> = (0..8)
        .map(|it| server.url("ftpes", &format!("t{it}")))
        .collect();
    program
        .run(
            ["touch", "-k"]
                .into_iter()
                .chain(new.iter().map(String::as_str)),
        )
        .ok();
    assert!(server.files.has("t7"));
    let words = ["mirror", "-k", "--up", "d", &server.url("ftpes", "m"), "-j"];
    std::fs::create_dir(server.files.path().join("m")).expect("a directory");
    program.run(words.iter().chain(&["4"])).ok();
    assert!(
        names
            .iter()
            .all(|name| server.files.has(&format!("m/{name}")))
    );
}

/// The tickets run out before each of these commands.
#[test]
fn a_session_without_tickets_logs_in_again_for_each_command() {
    for command in [
        "ls",
        "ls t*",
        "cat f0",
        "stat f0",
        "du m",
        "rm -r m",
        "get f0",
        "put f0 new",
        "touch new",
    ] {
        let (server, program) = (Setup::new().demands_resumption().start(), Program::new());
        program.place.write("f0", "f0");
        server.files.write("f0", "f0");
        server.files.write("t0", "");
        server.files.write("m/a", "");
        for uploads in 1..4 {
            let lines = format!("{}{command}\n", "put f0 up\n".repeat(uploads));
            program.place.write("lines", lines);
            let words = ["batch", "-k", &server.url("ftpes", ""), "lines"];
            let said = program.run(words);
            assert_eq!(
                said.code,
                Some(0),
                "{command}, {uploads} uploads: {}",
                said.err
            );
            server.files.write("m/a", "");
        }
    }
}
