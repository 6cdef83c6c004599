//! Tests of the simulator's transfers: downloads, uploads, listings and ABOR.

use super::*;

#[test]
fn a_download() {
    let mut b = Bench::ready(Setup::new().file("/d/f", "0123456789"));
    assert!(b.cmd("RETR /d/f").starts_with("425 "));
    let (data, text) = b.start("RETR d/f");
    assert_eq!(text, [OPENING, COMPLETE].concat());
    assert_eq!(b.drain(data), (b"0123456789".to_vec(), Read::Eof));
    let record = &b.sim.transfers()[0];
    assert_eq!(
        (record.verb.as_str(), record.path.as_slice()),
        ("RETR", &b"/d/f"[..])
    );
    assert_eq!(
        (record.bytes, record.resumed, record.complete),
        (10, None, true)
    );
    assert!(b.cmd("RETR /d/f").starts_with("425 "));
}

#[test]
fn a_download_from_the_middle() {
    let mut b = Bench::ready(Setup::new().file("/f", "0123456789"));
    b.cmd("REST 7");
    let (data, text) = b.start("RETR f");
    assert!(text.contains("(3 bytes)"));
    assert_eq!(b.drain(data).0, b"789");
    // The offset of a REST is used by one transfer. The next transfer starts at byte 0.
    let (data, _) = b.start("RETR f");
    assert_eq!(b.drain(data).0, b"0123456789");
    b.cmd("REST 11");
    assert!(b.start("RETR f").1.starts_with("554 "));
}

#[test]
fn what_is_refused_leaves_the_data_connection() {
    let mut b = Bench::ready(Setup::new().file("/f", "0123456789").directory("/d"));
    let data = b.passive();
    assert!(b.cmd("RETR none").starts_with("550 "));
    assert!(b.cmd("RETR").starts_with("501 "));
    assert!(b.cmd("STOR d").starts_with("553 "));
    assert!(b.cmd("LIST none").starts_with("550 "));
    assert!(b.cmd("RETR f").ends_with(COMPLETE));
    assert_eq!(b.drain(data).0, b"0123456789");
}

#[test]
fn a_download_waits_for_its_connection() {
    let mut b = Bench::ready(Setup::new().file("/f", "0123456789"));
    let port = b.epsv();
    assert_eq!(b.cmd("RETR f"), "");
    assert!(!b.sim.release_held());
    let data = open(b.sim.connect(port));
    assert_eq!(b.text(), [OPENING, COMPLETE].concat());
    assert_eq!(b.drain(data).0, b"0123456789");
}

#[test]
fn a_download_is_made_as_it_is_read() {
    let mut b = Bench::ready(Setup::new().file("/f", "0123456789").window(4));
    let (data, text) = b.start("RETR f");
    assert_eq!(text, OPENING);
    assert!(b.sim.readable(data));
    assert_eq!(b.sim.read(data, &mut [0; 100]), Read::Bytes(4));
    assert_eq!(b.text(), "");
    assert_eq!(b.drain(data).0, b"456789");
    assert_eq!(b.text(), COMPLETE);
}

#[test]
fn a_download_that_the_client_leaves() {
    for reset in [false, true] {
        let mut b = Bench::ready(Setup::new().file("/f", "0123456789").window(4));
        let (data, _) = b.start("RETR f");
        if reset {
            b.sim.reset(data);
        } else {
            b.sim.close(data);
        }
        assert_eq!(b.text(), ABORTED);
        assert!(!b.sim.transfers()[0].complete);
    }
}

#[test]
fn uploads() {
    let mut b = Bench::ready(Setup::new());
    let (data, text) = b.start("STOR f");
    assert_eq!(text, "150 Opening BINARY mode data connection.\r\n");
    assert_eq!(b.sim.write(data, b"hello"), Write::Bytes(5));
    assert_eq!(b.sim.write(data, b" you"), Write::Bytes(4));
    b.sim.shutdown(data);
    assert_eq!(b.text(), COMPLETE);
    assert_eq!(b.sim.read(data, &mut [0; 1]), Read::Eof);
    assert_eq!(b.sim.file("/f"), Some(&b"hello you"[..]));

    let (data, _) = b.start("APPE f");
    b.sim.write(data, b"!!");
    b.sim.close(data);
    assert_eq!(b.text(), COMPLETE);
    assert_eq!(b.sim.file("/f"), Some(&b"hello you!!"[..]));

    b.cmd("REST 6");
    let (data, _) = b.start("STOR f");
    b.sim.write(data, b"all");
    b.sim.close(data);
    assert_eq!(b.sim.file("/f"), Some(&b"hello all!!"[..]));

    let (data, _) = b.start("STOR f");
    b.sim.close(data);
    assert_eq!(b.sim.file("/f"), Some(&b""[..]));
    let moved: Vec<usize> = b.sim.transfers().iter().map(|t| t.bytes).collect();
    assert_eq!(moved, [9, 2, 3, 0]);
}

#[test]
fn an_upload_from_the_middle_keeps_the_tail() {
    let mut b = Bench::ready(Setup::new().file("/f", "0123456789"));
    assert!(b.cmd("REST 2").starts_with("350 "));
    let (data, _) = b.start("STOR f");
    b.sim.write(data, b"ab");
    b.sim.close(data);
    assert_eq!(b.sim.file("/f"), Some(&b"01ab456789"[..]));
    assert!(b.cmd("REST 11").ends_with("(11).\r\n"));
    assert!(b.start("STOR f").1.starts_with("554 "));
}

#[test]
fn uploads_under_a_name_of_the_server() {
    let mut b = Bench::ready(Setup::new().directory("/d").file("/taken", "x"));
    b.cmd("CWD d");
    for (line, name, path) in [
        ("STOU", "stou.0001", "/d/stou.0001"),
        ("STOU", "stou.0002", "/d/stou.0002"),
        ("STOU new", "new", "/d/new"),
        ("STOU new", "stou.0003", "/d/stou.0003"),
        ("STOU /taken", "stou.0004", "/d/stou.0004"),
    ] {
        let (data, text) = b.start(line);
        assert_eq!(text, ["150 FILE: ", name, "\r\n"].concat());
        b.sim.write(data, line.as_bytes());
        b.sim.close(data);
        assert_eq!(b.text(), COMPLETE);
        assert_eq!(b.sim.file(path), Some(line.as_bytes()));
        let record = b.sim.transfers().last().unwrap();
        assert_eq!(
            (record.verb.as_str(), record.path.as_slice()),
            ("STOU", path.as_bytes())
        );
    }
    assert_eq!(b.sim.file("/taken"), Some(&b"x"[..]));
    assert!(b.start("STOU none/x").1.starts_with("553 "));
}

#[test]
fn an_upload_before_its_150_and_its_window() {
    let mut b = Bench::ready(Setup::new().window(4));
    let data = b.passive();
    assert_eq!(b.sim.write(data, b"012345"), Write::Bytes(4));
    assert!(!b.sim.writable(data));
    assert_eq!(b.sim.write(data, b"45"), Write::Full);
    assert_eq!(b.sim.write(data, b"45"), Write::Full);
    b.cmd("STOR f");
    assert!(b.sim.writable(data));
    assert_eq!(b.sim.write(data, b"456789"), Write::Bytes(4));
    // The last write took only a part of its bytes, so the next write returns `Full` once, although
    // there is room again.
    assert_eq!(b.sim.write(data, b"89"), Write::Full);
    assert_eq!(b.sim.write(data, b"89"), Write::Bytes(2));
    b.sim.close(data);
    assert_eq!(b.sim.file("/f"), Some(&b"0123456789"[..]));
}

#[test]
fn an_upload_that_is_reset_keeps_what_came() {
    let mut b = Bench::ready(Setup::new());
    let (data, _) = b.start("STOR f");
    b.sim.write(data, b"part");
    b.sim.reset(data);
    assert_eq!(b.text(), ABORTED);
    assert_eq!(b.sim.file("/f"), Some(&b"part"[..]));
    assert_eq!(b.sim.write(data, b"x"), Write::Broken);
}

#[test]
fn listings() {
    let mut b = Bench::ready(
        Setup::new()
            .file("/d/b", "xyz")
            .file("/d/c/e", "")
            .file("/a", "1"),
    );
    let (data, text) = b.start("NLST");
    assert!(text.starts_with("150 ") && text.ends_with(COMPLETE));
    assert_eq!(b.drain(data).0, b"a\r\nd\r\n");
    let (data, _) = b.start("NLST d");
    assert_eq!(b.drain(data).0, b"b\r\nc\r\n");
    let (data, _) = b.start("LIST -la /d");
    let expected = "-rw-r--r--   1 user     group           3 Jan 01  2024 b\r\n\
                    drwxr-xr-x   2 user     group        4096 Jan 01  2024 c\r\n";
    assert_eq!(String::from_utf8(b.drain(data).0).unwrap(), expected);
    let (data, _) = b.start("NLST a");
    assert_eq!(b.drain(data).0, b"a\r\n");
    assert_eq!(b.sim.transfers()[2].path, b"/d");
}

#[test]
fn active_mode() {
    let mut b = Bench::ready(Setup::new().file("/f", "0123456789"));
    let port = b.sim.listen();
    let [high, low] = port.to_be_bytes();
    assert!(
        b.cmd(&std::format!("PORT 127,0,0,1,{high},{low}"))
            .starts_with("200 ")
    );
    assert_eq!(b.sim.accept(port), None);
    assert_eq!(b.cmd("RETR f"), [OPENING, COMPLETE].concat());
    assert_eq!(b.sim.open_links(), 1);
    let data = b.sim.accept(port).unwrap();
    assert_eq!(b.sim.open_links(), 2);
    assert_eq!(b.drain(data), (b"0123456789".to_vec(), Read::Eof));
    b.cmd(&std::format!("EPRT |1|127.0.0.1|{port}|"));
    b.cmd("STOR g");
    b.sim.close_listener(port);
    assert_eq!(b.text(), ABORTED);
    b.cmd(&std::format!("EPRT |1|127.0.0.1|{port}|"));
    assert!(b.cmd("STOR g").starts_with("425 "));
}

#[test]
fn commands_wait_for_the_transfer() {
    let mut b = Bench::ready(Setup::new().file("/f", "0123456789").window(4));
    let (data, _) = b.start("RETR f");
    assert_eq!(b.cmd("NOOP"), "");
    let abort = b"\xff\xf4\xff\xf2ABOR\r\n";
    assert_eq!(b.sim.write(b.control, abort), Write::Bytes(10));
    assert_eq!(b.text(), "");
    assert_eq!(b.sim.commands().last().unwrap(), b"ABOR");
    b.drain(data);
    let expected = "200 NOOP ok.\r\n225 No transfer to ABOR.\r\n";
    assert_eq!(b.text(), [COMPLETE, expected].concat());
}

#[test]
fn abor_and_noop_at_once() {
    let setup = Setup::new().during_transfer(DuringTransfer::Immediate);
    let mut b = Bench::ready(setup.file("/f", "0123456789").window(4));
    let (data, _) = b.start("RETR f");
    assert_eq!(b.cmd("NOOP"), "200 NOOP ok.\r\n");
    assert_eq!(
        b.cmd("ABOR"),
        [ABORTED, "226 ABOR command successful.\r\n"].concat()
    );
    assert_eq!(b.drain(data), (b"0123".to_vec(), Read::Eof));
    assert_eq!(b.cmd("ABOR"), "225 No transfer to ABOR.\r\n");
    // During a transfer, the server handles only ABOR and NOOP. PWD must wait, and so must the NOOP
    // that the client has sent after it.
    let (data, _) = b.start("RETR f");
    assert_eq!(b.cmd("PWD\r\nNOOP"), "");
    b.drain(data);
    assert!(b.text().ends_with("directory\r\n200 NOOP ok.\r\n"));
    // ABOR also ends a transfer whose data connection is not made yet.
    let port = b.epsv();
    assert_eq!(b.cmd("RETR f"), "");
    assert!(b.cmd("ABOR").starts_with(ABORTED));
    assert_eq!(b.sim.connect(port), Connected::Refused);
}

#[test]
fn a_lost_control_connection_takes_the_transfer_along() {
    let mut b = Bench::ready(Setup::new().file("/f", "0123456789").window(4));
    let (data, _) = b.start("RETR f");
    b.sim.reset(b.control);
    assert_eq!(b.drain(data), (b"0123".to_vec(), Read::Reset));
}
