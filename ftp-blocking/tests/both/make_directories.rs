//! Directories that are made together with those above them.

use ftp_proto::simulator::{Action, Fault, Setup, Simulator};

use crate::face::{Client, ErrorKind, Existence, Memory, Options};

fn logged_in(setup: Setup) -> (Client, Memory) {
    let memory = Memory::new(Simulator::new(setup));
    let mut client = Client::connect_over(memory.clone(), Options::new("localhost")).unwrap();
    client.login("user", "secret").unwrap();
    (client, memory)
}

/// Returns the commands by which directories are made.
fn made(memory: &Memory) -> Vec<String> {
    let server = memory.server();
    let commands = server.commands().iter();
    let lines = commands.map(|line| String::from_utf8_lossy(line).into_owned());
    lines.filter(|line| line.starts_with("MKD")).collect()
}

/// Servers that tell what a path is in different ways: by MLST, by SIZE and LIST, by LIST alone.
fn servers() -> [Setup; 3] {
    let without = |setup: Setup| setup.without("MLST").without("MLSD");
    [
        Setup::new(),
        without(Setup::new()),
        without(Setup::new()).without("SIZE").without("MDTM"),
    ]
}

#[test]
fn all_that_is_missing_is_made_from_above() {
    for setup in servers() {
        let (mut client, memory) = logged_in(setup.directory("/a"));
        client.make_directories("a/b//c/d/").expect("made");
        assert_eq!(client.exists("/a/b/c/d").unwrap(), Existence::Exists);
        let expected = ["a/b//c/d", "a/b//c", "a/b", "a/b//c", "a/b//c/d"];
        let sent: Vec<String> = expected.map(|path| format!("MKD {path}")).into();
        assert_eq!(made(&memory), sent);
        client.noop().expect("in step");
    }
}

#[test]
fn a_single_directory_takes_one_command() {
    let (mut client, memory) = logged_in(Setup::new());
    client.make_directories("/a").expect("made");
    assert_eq!(made(&memory), ["MKD /a"]);
}

#[test]
fn a_directory_that_is_there_is_no_error() {
    for setup in servers() {
        let (mut client, memory) = logged_in(setup.directory("/a/b").file("/a/b/f", "1"));
        for path in ["a/b", "/a/b/", "a", "/"] {
            client.make_directories(path).expect(path);
        }
        assert_eq!(made(&memory).len(), 4);
        assert_eq!(memory.server().file("/a/b/f"), Some(&b"1"[..]));
    }
}

/// vsftpd leaves the name out of LIST, and refuses SIZE for a directory.
#[test]
fn a_hidden_directory_that_is_there_is_no_error() {
    let setup = Setup::new().without("MLST").without("MLSD");
    let setup = setup.hides_dot_names().directory("/a/.h/.i");
    let (mut client, memory) = logged_in(setup.file("/a/.f", "1"));
    for path in ["a/.h", "/a/.h/.i", "a/.h/.i/j/k"] {
        client.make_directories(path).expect(path);
    }
    assert_eq!(client.exists("/a/.h/.i/j/k").unwrap(), Existence::Exists);
    assert_eq!(client.pwd().unwrap().to_string(), "/");
    let error = client.make_directories("a/.f").expect_err("a file");
    assert!(error.to_string().contains("a file has this name"));
    assert_eq!(memory.server().file("/a/.f"), Some(&b"1"[..]));
}

#[test]
fn a_file_in_the_way_is_an_error_that_names_it() {
    for setup in servers() {
        let (mut client, memory) = logged_in(setup.file("/a", "1"));
        for path in ["/a", "/a/b/c"] {
            let error = client.make_directories(path).expect_err("a file");
            assert_eq!(error.kind(), ErrorKind::Permanent);
            assert_eq!(error.path(), Some(&b"/a"[..]));
            assert!(
                error.to_string().contains("a file has this name"),
                "{error}"
            );
        }
        assert_eq!(memory.server().file("/a"), Some(&b"1"[..]));
        client.noop().expect("in step");
    }
}

#[test]
fn a_refusal_of_the_first_missing_directory_is_the_error() {
    let denied = Fault::on("MKD", Action::Reply(b"550 Permission denied.\r\n".to_vec()));
    let (mut client, memory) = logged_in(Setup::new().directory("/a").fault(denied));
    let error = client.make_directories("/a/b/c").expect_err("denied");
    assert_eq!(error.path(), Some(&b"/a/b"[..]));
    assert!(made(&memory).len() <= 4, "it does not go round in circles");
}

#[test]
fn a_server_that_shows_nothing_refuses_for_its_first_reason() {
    let mut setup = Setup::new();
    for verb in ["MLST", "MLSD", "SIZE", "MDTM", "LIST"] {
        setup = setup.without(verb);
    }
    let denied = Fault::on("MKD", Action::Reply(b"550 Permission denied.\r\n".to_vec()));
    let (mut client, memory) = logged_in(setup.fault(denied));
    let error = client.make_directories("a/b/c").expect_err("denied");
    assert_eq!(error.path(), Some(&b"a/b/c"[..]));
    assert_eq!(made(&memory), ["MKD a/b/c", "MKD a/b", "MKD a"]);
}
