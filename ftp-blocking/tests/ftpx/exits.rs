//! Each exit code comes from its cause.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use crate::program::Program;
use crate::server::{Server, Setup};

/// Lists the root of a server that differs from a good one, and returns the exit code.
#[track_caller]
fn listing(setup: Setup, code: i32) {
    let server = setup.start();
    Program::new().run(["ls", &server.at("")]).failed(code);
}

#[test]
fn a_wrong_url_is_told_from_a_wrong_scheme() {
    let program = Program::new();
    program.run(["ls", "http://host/"]).failed(1);
    program.run(["ls", "ftp://host:99999/"]).failed(3);
    program.run(["ls", "ftp://host/%0a"]).failed(3);
    program.run(["ls", "two words"]).failed(3);
}

#[test]
fn wrong_words_say_what_would_be_right() {
    let program = Program::new();
    let said = program.run(["lss", "host"]).failed(2);
    assert!(said.err.contains("'ls'"), "{}", said.err);
    program.run(["get"]).failed(2);
    program.run(["ls"]).failed(2);
    let said = program
        .run(["--limit-rate", "fast", "ls", "host"])
        .failed(2);
    assert!(said.err.contains("500k"), "{}", said.err);
    program
        .run(["get", "host/a", "-o", "-", "-d", "x"])
        .failed(2);
    program.run(["--tls", "off", "ls", "ftps://host"]).failed(2);
    program.run(["--pin", "12", "ls", "host"]).failed(2);
}

#[test]
fn a_name_that_cannot_be_resolved_is_6_and_a_closed_port_is_7() {
    let program = Program::new();
    program.run(["ls", "no..such"]).failed(6);
    program
        .run(["ls", "host", "-x", "socks5h://no..such"])
        .failed(5);
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = closed.local_addr().expect("an address").port();
    drop(closed);
    program.run(["ls", &format!("127.0.0.1:{port}")]).failed(7);
}

#[test]
fn what_is_not_ftp_is_8() {
    listing(Setup::new().reply("greeting", "SSH-2.0-OpenSSH_9.9"), 8);
    listing(Setup::new().reply("greeting", "421 too many"), 8);
    listing(Setup::new().reply("greeting", "530 go away"), 8);
}

#[test]
fn a_refused_login_is_67() {
    listing(Setup::new().reply("PASS", "530 no"), 67);
    listing(Setup::new().reply("USER", "530 no"), 67);
}

#[test]
fn a_directory_that_is_not_there_is_9() {
    let server = Server::new();
    Program::new().run(["ls", &server.at("missing")]).failed(9);
}

#[test]
fn a_file_that_is_not_there_is_78_and_another_refusal_19() {
    let server = Server::new();
    Program::new()
        .run(["get", &server.at("missing")])
        .failed(78);
    let server = Setup::new().reply("RETR", "451 not now").start();
    server.files.write("a", "a");
    let words = ["get", &server.at("a"), "--retries", "0"];
    Program::new().run(words).failed(19);
}

#[test]
fn a_refused_upload_is_25_and_a_full_server_70() {
    let program = Program::new();
    program.place.write("a", "a");
    let server = Setup::new().reply("STOR", "553 no").start();
    program.run(["put", "a", &server.at("")]).failed(25);
    let server = Setup::new().reply("STOR", "452 full").start();
    program
        .run(["put", "a", &server.at(""), "--retries", "0"])
        .failed(70);
}

#[test]
fn no_passive_mode_is_13_and_no_active_mode_30() {
    let setup = Setup::new().reply("EPSV", "500 no").reply("PASV", "500 no");
    listing(setup, 13);
    let server = Setup::new()
        .reply("EPRT", "500 no")
        .reply("PORT", "500 no")
        .start();
    Program::new().run(["ls", "-P", &server.at("")]).failed(30);
}

#[test]
fn a_server_that_does_not_connect_is_12() {
    let server = Setup::new()
        .reply("EPRT", "200 ok")
        .reply("MLSD", "150 soon")
        .start();
    let words = ["ls", "--active", "--timeout", "0.3", &server.at("")];
    Program::new().run(words).failed(12);
}

#[test]
fn a_refused_type_is_17() {
    let server = Setup::new().reply("TYPE", "504 no").start();
    server.files.write("a", "a");
    Program::new().run(["cat", &server.at("a")]).failed(17);
}

#[test]
fn a_cut_transfer_is_18_and_a_refused_command_21() {
    let server = Setup::new().cut(3).start();
    server.files.write("a", "abcdef");
    let said = Program::new().run(["get", &server.at("a"), "--retries", "0"]);
    assert!(
        matches!(said.code, Some(18 | 19)),
        "{} {:?}",
        said.err,
        said.code
    );
    let server = Setup::new().reply("DELE", "550 no").start();
    server.files.write("a", "a");
    Program::new().run(["rm", &server.at("a")]).failed(21);
}

#[test]
fn a_directory_that_is_read_only_is_23_and_a_missing_local_file_26() {
    let server = Server::new();
    server.files.write("a", "a");
    let program = Program::new();
    // A file in the place of a directory: this fails for root too.
    program.place.write("plain", "");
    program
        .run(["get", &server.at("a"), "-o", "plain/a"])
        .failed(23);
    program.run(["put", "missing", &server.at("")]).failed(26);
    program
        .run(["get", &server.at("a"), "-d", "plain"])
        .failed(23);
}

#[test]
fn a_time_limit_is_28() {
    // The greeting never comes.
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let target = format!("127.0.0.1:{port}");
    let said = Program::new()
        .run(["ls", "--timeout", "0.2", &target])
        .failed(28);
    assert!(said.err.contains("--timeout"), "{}", said.err);
    let said = Program::new()
        .run(["ls", "--max-time", "0.2", &target])
        .failed(28);
    assert!(said.err.contains("--max-time"), "{}", said.err);
}

#[test]
fn a_server_without_tls_is_64_and_a_missing_ca_file_77() {
    let server = Setup::new().reply("AUTH", "502 no").start();
    Program::new()
        .run(["ls", "--tls", "required", &server.at("")])
        .failed(64);
    Program::new()
        .run(["ls", "--cacert", "missing.pem", &server.at("")])
        .failed(77);
    Program::new()
        .run(["ls", "--cert", "missing.pem", &server.at("")])
        .failed(58);
}

#[test]
fn a_lost_connection_is_56() {
    listing(Setup::new().reply("MLSD", ""), 56);
}

#[test]
fn a_source_address_of_another_machine_is_45() {
    let server = Server::new();
    let words = ["ls", "--source-address", "192.0.2.1", &server.at("")];
    Program::new().run(words).failed(45);
}

#[test]
fn an_odd_reply_is_8_unless_it_is_allowed() {
    let server = Setup::new().reply("DELE", "226 done").start();
    server.files.write("a", "a");
    let program = Program::new();
    program.run(["rm", &server.at("a")]).failed(8);
    program
        .run(["rm", "--allow", "odd-replies", &server.at("a")])
        .ok();
}

#[test]
fn an_odd_reply_to_the_password_is_67_and_a_refused_account_11() {
    listing(Setup::new().reply("PASS", "350 what?"), 67);
    let server = Setup::new()
        .reply("PASS", "332 account?")
        .reply("ACCT", "532 no")
        .start();
    let words = ["ls", "-u", "ada", "--account", "x", &server.at("")];
    Program::new().run(words).failed(11);
}

#[test]
fn a_handshake_that_ends_is_35() {
    let server = Setup::new().ends_in_handshake().start();
    let words = ["ls", "-k", &server.url("ftpes", "")];
    Program::new().run(words).failed(35);
}

#[test]
fn a_proxy_that_refuses_is_97() {
    let proxy = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = proxy.local_addr().expect("an address").port();
    let refusing = thread::spawn(move || {
        let (mut client, _) = proxy.accept().expect("a client");
        let mut first = [0; 1];
        client.read_exact(&mut first).expect("a request");
        let refusal = client.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n");
        refusal.expect("the client waits");
        // Until the client ends: closing earlier would reset what it has not read.
        let _ = client.read_to_end(&mut Vec::new());
    });
    let proxy = format!("http://127.0.0.1:{port}");
    let words = ["ls", "--proxy", &proxy, "ftp.example.org"];
    Program::new().run(words).failed(97);
    refusing.join().expect("no panic");
}
