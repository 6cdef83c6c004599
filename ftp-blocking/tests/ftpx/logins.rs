//! Where user and password come from.

use std::os::unix::fs::PermissionsExt as _;

use crate::program::Program;
use crate::server::{Server, Setup};

/// Logs in with these words, and returns what the server was told about it.
fn login(program: &Program, server: &Server, words: &[&str]) -> String {
    program.run(["ls"].iter().chain(words)).ok();
    let told = server.told();
    let of_login = told
        .iter()
        .filter(|line| line.starts_with("USER") || line.starts_with("PASS"));
    let last: Vec<_> = of_login.cloned().collect();
    last[last.len() - 2..].join(" ")
}

#[test]
fn the_url_counts_more_than_the_environment_and_the_option_more_than_both() {
    let server = Server::new();
    let program = Program::new()
        .with_variable("FTPX_USER", "eve")
        .with_variable("FTPX_PASSWORD", "of-eve");
    let at = |login: &str| format!("ftp://{login}127.0.0.1:{}/", server.port);
    assert_eq!(login(&program, &server, &[&at("")]), "USER eve PASS of-eve");
    assert_eq!(
        login(&program, &server, &[&at("ada:p%40ss@")]),
        "USER ada PASS p@ss"
    );
    // The password of one user goes to no other.
    assert_eq!(login(&program, &server, &[&at("bob@")]), "USER bob PASS ");
    assert_eq!(
        login(&program, &server, &[&at("ada:pw@"), "-u", "eve"]),
        "USER eve PASS of-eve"
    );
}

#[test]
fn netrc_is_read_if_it_is_private() {
    let (server, program) = (Server::new(), Program::new());
    let path = program
        .place
        .write("home/.netrc", "machine 127.0.0.1 login ada password hush\n");
    let private = |mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&path, permissions).expect("it is ours");
    };
    private(0o644);
    let said = program.run(["ls", &server.at("")]).failed(26);
    assert!(
        said.err.contains("chmod 600") && !said.err.contains("hush"),
        "{}",
        said.err
    );
    private(0o600);
    assert_eq!(
        login(&program, &server, &[&server.at("")]),
        "USER ada PASS hush"
    );
    let anonymous = "USER anonymous PASS anonymous@";
    assert_eq!(
        login(&program, &server, &["--no-netrc", &server.at("")]),
        anonymous
    );
    program
        .run(["ls", "--netrc-file", "missing", &server.at("")])
        .failed(26);
}

#[test]
fn a_password_without_a_user_is_a_mistake() {
    let server = Server::new();
    let program = Program::new();
    program
        .run(["ls", "--password-fd", "0", &server.at("")])
        .failed(2);
    program
        .run(["ls", "-u", "ada", "--password-fd", "99", &server.at("")])
        .failed(26);
}

#[test]
fn a_bookmark_is_a_url_with_a_name() {
    let server = Setup::new().start();
    server.files.write("in/a.txt", "a");
    let program = Program::new();
    let url = format!("ftp://ada:pw@127.0.0.1:{}/in", server.port);
    let path = program.place.write(
        "home/.config/ftpx/bookmarks.toml",
        format!("[work]\nurl = \"{url}\"\n"),
    );
    let said = program.run(["ls", "work"]).failed(2);
    assert!(
        said.err.contains("chmod 600") && !said.err.contains("pw@"),
        "{}",
        said.err
    );
    let permissions = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&path, permissions).expect("it is ours");
    assert_eq!(program.run(["ls", "work"]).ok().text(), "a.txt\n");
    assert_eq!(program.run(["cat", "work/a.txt"]).ok().text(), "a");
    program
        .place
        .write("home/.config/ftpx/bookmarks.toml", "[work]\nurl = 5\n");
    program.run(["ls", "work"]).failed(2);
    program.place.write(
        "home/.config/ftpx/bookmarks.toml",
        "[work]\nuri = \"ftp://h\"\n",
    );
    let said = program.run(["ls", "work"]).failed(2);
    assert!(said.err.contains("uri"), "{}", said.err);
}

#[test]
fn one_password_serves_two_servers() {
    let (one, two, program) = (Server::new(), Server::new(), Program::new());
    one.files.write("a", "a");
    let secret = program.place.write("secret", "hush\n");
    let secret = std::fs::File::open(secret).expect("it is there");
    let words = [
        "cp",
        "--user",
        "ada",
        "--password-fd",
        "0",
        &one.at("a"),
        &two.at("b"),
    ];
    program.run_with(words, secret).ok();
    for server in [one, two] {
        assert!(server.told().contains(&"PASS hush".to_owned()));
    }
}

/// The account belongs to a user, wherever that user comes from.
#[test]
fn an_account_without_a_user_is_a_mistake() {
    let setup = Setup::new()
        .reply("PASS", "332 account?")
        .reply("ACCT", "230 in");
    let (server, program) = (setup.start(), Program::new());
    let said = program
        .run(["ls", "--account", "sales", &server.at("")])
        .failed(2);
    assert!(said.err.contains("--user"), "{}", said.err);
    assert!(server.told().is_empty(), "{:?}", server.told());
    let path = program
        .place
        .write("home/.netrc", "machine 127.0.0.1 login ada password hush\n");
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&path, private).expect("it is ours");
    program
        .run(["ls", "--account", "sales", &server.at("")])
        .ok();
    let program = Program::new().with_variable("FTPX_USER", "ada");
    program
        .run(["ls", "--account", "sales", &server.at("")])
        .ok();
    let told = server.told();
    let accounts = told.iter().filter(|line| *line == "ACCT sales");
    assert_eq!(accounts.count(), 2, "{told:?}");
}
