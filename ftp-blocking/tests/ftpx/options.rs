//! The options that all commands share. Those about logins, TLS and exit codes are in the files of
//! these subjects.

use std::fs;
use std::net::Ipv4Addr;
use std::time::SystemTime;

use socket2::{Domain, Socket, Type};

use crate::program::Program;
use crate::server::{Server, Setup};

/// Uploads a file of 3 bytes with these words, and returns what the server was told.
fn put(setup: Setup, words: &[&str]) -> Vec<String> {
    let (server, program) = (setup.start(), Program::new());
    program.place.write("a", "abc");
    let target = server.at("b");
    let all = ["put", "a", &target]
        .into_iter()
        .chain(words.iter().copied());
    program.run(all).ok();
    assert_eq!(server.files.read("b"), b"abc");
    server.told()
}

fn has(told: &[String], begin: &str) -> bool {
    told.iter().any(|line| line.starts_with(begin))
}

#[test]
fn a_verbose_program_shows_the_dialogue_and_a_quiet_one_nothing() {
    let (server, program) = (Server::new(), Program::new());
    let said = program.run(["ls", "-v", &server.at("")]);
    assert!(said.err.contains("*cmd* 'MLSD"), "{}", said.err);
    assert!(!said.err.contains("*put*"), "{}", said.err);
    let said = program.run(["ls", "--verbose", "--verbose", &server.at("")]);
    assert!(said.err.contains("*put*"), "{}", said.err);
    server.files.write("d/a", "a");
    let said = program.run(["mirror", "--quiet", &server.at("d"), "to"]);
    assert_eq!(
        (said.ok().text(), program.place.has("to/a")),
        ("".into(), true)
    );
}

#[test]
fn an_account_is_sent_if_the_server_asks() {
    let setup = Setup::new()
        .reply("PASS", "332 account?")
        .reply("ACCT", "230 in");
    let server = setup.start();
    let url = format!("ftp://ada:pw@127.0.0.1:{}/", server.port);
    let program = Program::new();
    program.run(["ls", "--account", "sales", &url]).ok();
    assert!(has(&server.told(), "ACCT sales"));
    program.run(["ls", &url]).failed(67);
}

#[test]
fn active_mode_tells_the_address_and_the_ports_that_were_chosen() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("a", "active");
    let target = server.at("a");
    let said = program.run(["cat", "--active", &target]).ok();
    assert_eq!(said.text(), "active");
    let words = [
        "--active-address",
        "192.0.2.7",
        "--active-ports",
        "42000-42999",
    ];
    let said = program.run(["cat", "-P", &target].iter().chain(&words));
    assert_eq!(said.ok().text(), "active");
    assert!(
        has(&server.told(), "EPRT |1|192.0.2.7|42"),
        "{:?}",
        server.told()
    );
    program
        .run(["cat", "--active-ports", "5-4", &target])
        .failed(2);
    program
        .run(["cat", "--active-address", "192.0.2.7", &target])
        .failed(2);
}

#[test]
fn a_source_address_of_this_machine_works() {
    let server = Server::new();
    let words = ["ls", "--source-address", "127.0.0.1", &server.at("")];
    Program::new().run(words).ok();
}

/// The listener has room for no more connections, so the system drops further attempts.
#[test]
fn a_server_that_does_not_answer_is_28() {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let any = (Ipv4Addr::LOCALHOST, 0);
    listener
        .bind(&std::net::SocketAddr::from(any).into())
        .expect("a port");
    listener.listen(0).expect("a listener");
    let address = listener.local_addr().expect("an address");
    let waiting: Vec<_> = (0..4)
        .map(|_| {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
            socket.set_nonblocking(true).expect("a socket");
            // It is under way, or waits.
            let _ = socket.connect(&address);
            socket
        })
        .collect();
    let port = address.as_socket().expect("an address").port();
    let target = format!("127.0.0.1:{port}");
    let words = ["ls", "--connect-timeout", "0.3", &target];
    let said = Program::new().run(words).failed(28);
    assert!(said.err.contains("--connect-timeout"), "{}", said.err);
    drop(waiting);
}

#[test]
fn data_that_moves_too_slowly_is_28() {
    let server = Setup::new().stall(1000).start();
    server.files.write("a", vec![b'x'; 5000]);
    let limits = [
        "--speed-limit",
        "100k",
        "--speed-time",
        "0.3",
        "--retries",
        "0",
    ];
    let target = server.at("a");
    let said = Program::new()
        .run(["get", &target].iter().chain(&limits))
        .failed(28);
    assert!(said.err.contains("too slowly"), "{}", said.err);
    let words = ["-Y", "0", "-y", "3", "ls", &server.at("")];
    Program::new().run(words).ok();
}

#[test]
fn a_rate_limit_changes_nothing_but_the_rate() {
    put(Setup::new(), &["--limit-rate", "10M"]);
}

#[test]
fn uploads_have_temporary_names_unless_this_is_not_wanted() {
    assert!(has(&put(Setup::new(), &["--no-sync"]), "RNTO b"));
    let told = put(Setup::new(), &["--no-temporary-name"]);
    assert!(has(&told, "STOR b") && !has(&told, "RNTO"), "{told:?}");
}

#[test]
fn times_are_kept_unless_this_is_not_wanted() {
    let (server, program) = (Server::new(), Program::new());
    let old = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    let path = server.files.write("a", "a");
    let file = fs::File::options().append(true).open(path).expect("a file");
    file.set_modified(old).expect("it is ours");
    let time = |name: &str| {
        let metadata = fs::metadata(program.place.path().join(name));
        metadata.and_then(|it| it.modified()).expect("a time")
    };
    program.run(["get", &server.at("a")]).ok();
    assert_eq!(time("a"), old);
    program
        .run(["get", "--no-times", "-o", "b", &server.at("a")])
        .ok();
    assert_ne!(time("b"), old);
}

/// The SHA-256 of `abc`.
const HASH: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn hashing(reply: &'static str) -> Setup {
    let features = "211-Features:\r\n SIZE\r\n XSHA256\r\n211 End";
    Setup::new().reply("FEAT", features).reply("XSHA256", reply)
}

#[test]
fn hashes_are_compared_if_this_is_wanted() {
    let right = "250 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let wrong = "250 0000000000000000000000000000000000000000000000000000000000000000";
    assert!(has(&put(hashing(right), &["--verify"]), "XSHA256"));
    put(hashing(right), &["--verify=required"]);
    assert!(!has(&put(hashing(wrong), &[]), "XSHA256"));
    let program = Program::new();
    program.place.write("a", "abc");
    let server = hashing(wrong).start();
    program
        .run(["put", "--verify", "--retries", "0", "a", &server.at("b")])
        .failed(18);
    assert!(!server.files.has("b"));
    let words = ["put", "--verify=required", "a", &Server::new().at("b")];
    program.run(words).failed(21);
    // The command `hash` asks for the same.
    let server = hashing(right).start();
    let said = program.run(["hash", "-a", "sha256", &server.at("b")]).ok();
    assert_eq!(said.text(), format!("{HASH}  b\n"));
    let said = program.run(["hash", "--json", &server.at("b")]).ok();
    let hash = said.json();
    assert_eq!(
        (&hash["hash"], &hash["algorithm"]),
        (&HASH.into(), &"SHA-256".into())
    );
}

#[test]
fn a_transfer_goes_on_unless_this_is_not_wanted() {
    for (option, is_resumed) in [("--resume", true), ("--no-resume", false)] {
        let server = Setup::new().cut(100_000).start();
        server.files.write("a", vec![b'x'; 200_000]);
        let program = Program::new();
        let target = server.at("a");
        let said = program.run(["get", option, "--retries", "0", &target]);
        assert_eq!(
            said.err.contains("goes on from there"),
            is_resumed,
            "{}",
            said.err
        );
        program.run(["get", option, &target]).ok();
        assert_eq!(program.place.read("a").len(), 200_000);
        assert_eq!(has(&server.told(), "REST "), is_resumed);
    }
}

#[test]
fn the_directory_of_the_own_files_can_be_another() {
    let (server, program) = (Server::new(), Program::new());
    server.files.write("a", "a");
    let text = format!("[work]\nurl = \"{}\"\n", server.url("ftp", ""));
    program.place.write("own/bookmarks.toml", text);
    let said = program.run(["ls", "--config-dir", "own", "work"]).ok();
    assert_eq!(said.text(), "a\n");
}
