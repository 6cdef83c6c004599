//! Tests of the simulator's commands that get one reply and move no data.

use super::*;

#[test]
fn greeting_and_login() {
    let mut b = Bench::new(
        Setup::new()
            .user("anna", "pw")
            .banner("220-Hello\r\n220 there"),
    );
    assert_eq!(b.text(), "220-Hello\r\n220 there\r\n");
    assert!(b.cmd("PASS pw").starts_with("503 "));
    assert!(b.cmd("USER anna").starts_with("331 "));
    assert!(b.cmd("PASS no").starts_with("530 "));
    assert!(b.cmd("USER bert").starts_with("331 "));
    assert!(b.cmd("PASS pw").starts_with("530 "));
    assert!(!b.sim.logged_in());
    assert!(b.cmd("user anna").starts_with("331 "));
    assert!(b.cmd("pass pw").starts_with("230 "));
    assert!(b.sim.logged_in());
    assert!(b.cmd("ACCT x").starts_with("202 "));
    assert!(b.cmd("REIN").starts_with("220 "));
    assert!(!b.sim.logged_in());
}

#[test]
fn an_account_completes_the_login() {
    let mut b = Bench::new(Setup::new().account("acme"));
    b.text();
    b.cmd("USER user");
    assert!(b.cmd("PASS secret").starts_with("332 "));
    assert!(!b.sim.logged_in());
    assert!(b.cmd("ACCT wrong").starts_with("530 "));
    b.cmd("USER user");
    b.cmd("PASS secret");
    assert!(b.cmd("ACCT acme").starts_with("230 "));
    assert!(b.sim.logged_in());
}

#[test]
fn an_account_to_store_with() {
    let mut b = Bench::ready(
        Setup::new()
            .account_to_store("acme")
            .file("/f", "0123456789"),
    );
    let data = b.passive();
    let missing = "532 Need account for storing files.\r\n";
    for line in ["STOR g", "STOU", "APPE f", "RNFR f", "DELE f"] {
        assert_eq!(b.cmd(line), missing, "{line}");
    }
    assert_eq!(b.cmd("ACCT umbrella"), "530 Account incorrect.\r\n");
    assert_eq!(b.cmd("STOR g"), missing);
    assert_eq!(b.cmd("ACCT acme"), "230 Account accepted.\r\n");
    // The server has refused the earlier commands, and the data connection can still be used.
    assert!(b.cmd("STOR g").starts_with("150 "));
    b.sim.close(data);
    assert_eq!(b.text(), COMPLETE);
    assert!(b.cmd("DELE f").starts_with("250 "));
    // After REIN and a new login, the server demands the account again.
    b.cmd("REIN");
    b.cmd("USER user");
    b.cmd("PASS secret");
    assert_eq!(b.cmd("DELE g"), missing);
}

#[test]
fn before_the_login_little_is_allowed() {
    let mut b = Bench::new(Setup::new());
    b.text();
    for line in ["PWD", "RETR x", "EPSV", "SIZE x", "ABOR", "TYPE I"] {
        assert!(b.cmd(line).starts_with("530 "), "{line}");
    }
    assert!(b.cmd("NOOP").starts_with("200 "));
    assert_eq!(b.cmd("SYST"), "215 UNIX Type: L8\r\n");
    assert!(b.cmd("HELP").starts_with("214-"));
    assert!(b.cmd("FEAT").starts_with("211-"));
    assert!(b.cmd("AUTH TLS").starts_with("500 "));
    assert!(b.cmd("XYZZY").starts_with("500 "));
    assert_eq!(b.cmd("QUIT"), "221 Goodbye.\r\n");
    assert_eq!(b.end(), Read::Eof);
    assert_eq!(b.sim.write(b.control, b"NOOP\r\n"), Write::Broken);
    assert_eq!(b.sim.commands().last().unwrap(), b"QUIT");
}

#[test]
fn directories() {
    let mut b = Bench::ready(Setup::new().directory("/a/b").home("/a"));
    assert_eq!(b.cmd("PWD"), "257 \"/a\" is the current directory\r\n");
    assert!(b.cmd("CWD b").starts_with("250 "));
    assert!(b.cmd("CWD nowhere").starts_with("550 "));
    assert!(b.cmd("CDUP").starts_with("250 "));
    assert_eq!(b.cmd("MKD q\"q"), "257 \"/a/q\"\"q\" created\r\n");
    assert!(b.cmd("MKD q\"q").starts_with("550 "));
    assert!(b.cmd("CWD ../a/./q\"q/").starts_with("250 "));
    assert_eq!(
        b.cmd("XPWD"),
        "257 \"/a/q\"\"q\" is the current directory\r\n"
    );
    assert!(b.cmd("RMD /a").starts_with("550 "));
    assert!(b.cmd("RMD /a/b").starts_with("250 "));
    assert!(b.cmd("CWD").starts_with("501 "));
}

#[test]
fn files() {
    let mut b = Bench::ready(Setup::new().file("/d/f", "abc").file("/d/g", ""));
    assert_eq!(b.cmd("SIZE /d/f"), "213 3\r\n");
    assert!(b.cmd("SIZE /d").starts_with("550 "));
    assert_eq!(b.cmd("MDTM /d/f"), "213 20240101000000\r\n");
    assert!(b.cmd("MDTM /d/h").starts_with("550 "));
    assert!(b.cmd("RNTO x").starts_with("503 "));
    assert!(b.cmd("RNFR /nothing").starts_with("550 "));
    assert!(b.cmd("RNFR /d/f").starts_with("350 "));
    assert!(b.cmd("RNTO /d/g").starts_with("250 "));
    assert_eq!(b.sim.file("/d/f"), None);
    assert_eq!(b.sim.file("/d/g"), Some(&b"abc"[..]));
    assert!(b.cmd("RNFR /d").starts_with("350 "));
    assert!(b.cmd("RNTO /e").starts_with("250 "));
    assert_eq!(b.sim.file("/e/g"), Some(&b"abc"[..]));
    assert!(b.cmd("RNFR /e").starts_with("350 "));
    assert!(b.cmd("RNTO /e/x").starts_with("550 "));
    assert!(b.cmd("DELE /e/g").starts_with("250 "));
    assert!(b.cmd("DELE /e/g").starts_with("550 "));
    b.sim.put_file("/new/file", "x");
    assert_eq!(b.cmd("SIZE /new/file"), "213 1\r\n");
    assert_eq!(b.sim.remove_file("/new/file"), Some(b"x".to_vec()));
    assert_eq!(b.sim.remove_file("/new/file"), None);
}

#[test]
fn restart_and_status() {
    let mut b = Bench::ready(Setup::new().file("/f", "abc"));
    assert!(b.cmd("TYPE A").starts_with("200 "));
    assert!(b.cmd("SIZE /f").starts_with("550 "));
    assert!(b.cmd("REST 1").starts_with("501 "));
    assert!(b.cmd("TYPE L 8").starts_with("200 "));
    assert!(b.cmd("REST one").starts_with("501 "));
    assert!(b.cmd("REST 1").starts_with("350 "));
    assert_eq!(b.cmd("STAT"), "211-Status:\r\n TYPE: BINARY\r\n211 End\r\n");
    let listing = b.cmd("STAT /f");
    assert!(listing.starts_with("213-") && listing.ends_with("f\r\n213 End\r\n"));
    assert_eq!(b.cmd("STAT -la /f"), listing);
    assert_eq!(b.cmd("STAT /g"), "550 No such file or directory.\r\n");
}

#[test]
fn features_leave_out_what_is_missing() {
    let mut b = Bench::ready(Setup::new().without("epsv").without("SIZE"));
    let features = b.cmd("FEAT");
    assert!(features.contains("\r\n REST STREAM\r\n") && features.ends_with("211 End\r\n"));
    assert!(!features.contains("EPSV") && !features.contains("SIZE") && !features.contains("AUTH"));
    assert!(b.cmd("EPSV").starts_with("500 "));
    assert!(b.cmd("SIZE f").starts_with("500 "));
    let mut b = Bench::new(Setup::new().without("FEAT"));
    b.text();
    assert!(b.cmd("FEAT").starts_with("500 "));
}

#[test]
fn data_ports() {
    let mut b = Bench::ready(Setup::new().pasv_address([10, 0, 0, 9]));
    assert_eq!(
        b.cmd("EPSV"),
        "229 Entering Extended Passive Mode (|||50001|)\r\n"
    );
    assert_eq!(
        b.cmd("PASV"),
        "227 Entering Passive Mode (10,0,0,9,195,82).\r\n"
    );
    assert_eq!(b.sim.connect(50_001), Connected::Refused);
    let data = open(b.sim.connect(50_002));
    assert_eq!(b.sim.connect(50_002), Connected::Refused);
    assert!(b.cmd("EPSV 3").starts_with("522 "));
    assert!(b.cmd("EPSV ALL").starts_with("200 "));
    assert!(b.sim.is_open(data));
    assert!(b.cmd("PORT 127,0,0,1,4,1").starts_with("200 "));
    assert!(!b.sim.is_open(data));
    assert!(b.cmd("PORT 1,2,3").starts_with("501 "));
    assert!(b.cmd("EPRT |2|::1|1025|").starts_with("200 "));
    assert!(b.cmd("EPRT |3|x|1025|").starts_with("522 "));
    assert_eq!(b.sim.open_links(), 2);
    b.sim.close(data);
    b.sim.close(b.control);
    assert_eq!(b.sim.open_links(), 0);
}

#[test]
fn announced_addresses() {
    let mut b = Bench::ready(Setup::new());
    assert_eq!(b.sim.announced(), None);
    let told = "200 PORT command successful.\r\n";
    assert_eq!(b.cmd("PORT 192,0,2,1,4,1"), told);
    let first = "192.0.2.1:1025".parse().ok();
    assert_eq!(b.sim.announced(), first);
    for line in [
        "PORT 192,0,2,1,0,0",
        "PORT 192,0,2,1,4",
        "PORT 192,0,2,256,4,1",
        "EPRT |1|::1|1025|",
        "EPRT |2|192.0.2.1|1025|",
        "EPRT |1|192.0.2.1|0|",
        "EPRT |1|192.0.2.1|65536|",
        "EPRT |1|192.0.2.1|1025",
        "EPRT ||192.0.2.1|1025|",
        "EPRT",
    ] {
        assert_eq!(b.cmd(line), "501 Illegal address.\r\n", "{line}");
    }
    let reply = b.cmd("EPRT |3|x|1025|");
    assert_eq!(reply, "522 Protocol not supported, use (1,2)\r\n");
    assert_eq!(b.sim.announced(), first);
    let told = "200 EPRT command successful.\r\n";
    assert_eq!(b.cmd("EPRT |2|2001:db8::1|65535|"), told);
    assert_eq!(b.sim.announced(), "[2001:db8::1]:65535".parse().ok());
    assert_eq!(b.cmd("EPRT !1!192.0.2.7!1025!"), told);
    assert_eq!(b.sim.announced(), "192.0.2.7:1025".parse().ok());
}

#[test]
fn pret_comes_before_passive_mode() {
    let mut b = Bench::ready(Setup::new());
    assert!(b.cmd("PRET LIST").starts_with("500 "));
    assert!(!b.cmd("FEAT").contains("PRET"));
    let mut b = Bench::ready(Setup::new().pret().file("/f", "0123456789"));
    assert!(b.cmd("FEAT").contains("\r\n PRET\r\n"));
    assert_eq!(b.cmd("EPSV"), "500 PRET comes first.\r\n");
    assert_eq!(b.cmd("PASV"), "500 PRET comes first.\r\n");
    assert!(b.cmd("PRET RETR").starts_with("501 "));
    assert!(b.cmd("PRET NOOP").starts_with("501 "));
    assert_eq!(b.cmd("PRET RETR f"), "200 Ready for the transfer.\r\n");
    let (data, text) = b.start("RETR f");
    assert_eq!(text, [OPENING, COMPLETE].concat());
    assert_eq!(b.drain(data).0, b"0123456789");
    assert!(b.cmd("EPSV").starts_with("500 "));
    assert!(b.cmd("PRET LIST").starts_with("200 "));
    // After one PRET, the server accepts EPSV and PASV several times.
    assert!(b.cmd("EPSV").starts_with("229 "));
    assert!(b.cmd("PASV").starts_with("227 "));
    assert!(b.cmd("PORT 127,0,0,1,4,1").starts_with("200 "));
}

#[test]
fn names_of_old() {
    let mut b = Bench::ready(Setup::new());
    assert!(b.cmd("XMKD d").starts_with("257 \"/d\""));
    assert!(b.cmd("XCWD d").starts_with("250 "));
    assert!(b.cmd("XCUP").starts_with("250 "));
    assert!(b.cmd("XRMD d").starts_with("250 "));
    assert!(b.cmd("XRMD d").starts_with("550 "));
    let mut b = Bench::ready(Setup::new().directory("/d").home("/d").without("CDUP"));
    assert_eq!(b.cmd("CDUP"), "500 Unknown command.\r\n");
    assert!(b.cmd("CWD ..").starts_with("250 "));
    assert!(b.cmd("PWD").starts_with("257 \"/\""));
}

#[test]
fn pipelined_commands_are_handled_in_order() {
    let mut b = Bench::new(Setup::new());
    b.text();
    let text = b.cmd("USER user\r\nPASS secret\r\nPWD");
    let codes: Vec<&str> = text.lines().map(|line| &line[..3]).collect();
    assert_eq!(codes, ["331", "230", "257"]);
    // The client sends a command in two pieces. The server replies only after the line end.
    assert_eq!(b.sim.write(b.control, b"NO"), Write::Bytes(2));
    assert_eq!(b.text(), "");
    assert_eq!(b.cmd("OP"), "200 NOOP ok.\r\n");
    assert!(
        b.sim
            .control_plaintext_received()
            .ends_with(b"PWD\r\nNOOP\r\n")
    );
}

#[test]
fn segments_and_a_cut() {
    let mut b = Bench::new(Setup::new().segment(7));
    assert_eq!(b.segment(), "220 sim");
    assert_eq!(b.segment(), "ulator ");
    let mut b = Bench::new(Setup::new().cut_at(22));
    assert_eq!(b.segment(), "220 simulator ready\r\n");
    assert_eq!(b.sim.read(b.control, &mut [0; 9]), Read::Empty);
    b.send("NOOP");
    b.send("NOOP");
    assert_eq!(b.segment(), "2");
    assert_eq!(b.segment(), "00 NOOP ok.\r\n200 NOOP ok.\r\n");
}

#[test]
fn sessions_are_separate_and_files_stay() {
    let mut b = Bench::ready(Setup::new().directory("/d"));
    b.cmd("CWD d");
    b.cmd("MKD e");
    b.sim.shutdown(b.control);
    assert_eq!(b.end(), Read::Eof);
    b.sim.close(b.control);
    assert!(!b.sim.logged_in());
    b.control = open(b.sim.connect(21));
    assert_eq!(b.text(), "220 simulator ready\r\n");
    b.cmd("USER user");
    b.cmd("PASS secret");
    assert!(b.cmd("PWD").starts_with("257 \"/\""));
    assert!(b.cmd("CWD d/e").starts_with("250 "));
    assert_eq!(b.sim.connect(4711), Connected::Refused);
}

#[test]
fn what_was_meant_and_what_was_said() {
    let setup = Setup::new()
        .fault(Fault::on("CWD", Action::Words(b"226 Stray.\r\n".to_vec())))
        .fault(Fault::on(
            "DELE",
            Action::Reply(b"250 Not done.\r\n".to_vec()),
        ));
    let mut b = Bench::ready(setup.file("/d/f", "12345"));
    assert_eq!(b.cmd("CWD d"), "226 Stray.\r\n");
    assert_eq!(b.cmd("DELE f"), "250 Not done.\r\n");
    let last: Vec<_> = b.sim.dialogue().rev().take(2).collect();
    let moved = &b"250 Directory successfully changed.\r\n"[..];
    assert_eq!(last, [(&b"DELE f"[..], None), (b"CWD d", Some(moved))]);
    assert_eq!(b.sim.directory(), Some(&b"/d"[..]));
    assert_eq!(b.sim.listing("/d", false), Some(b"f\r\n".to_vec()));
}
