//! Tests of the simulator's faults: what the server does wrong if a test scripts it.

use super::*;

const LATE: &str = "421 Timeout.\r\n";
const NOOP: &str = "200 NOOP ok.\r\n";

#[test]
fn a_reply_instead() {
    let mut b = Bench::with_fault("RETR", Action::Reply(b"550 No.\r\n".to_vec()));
    let (data, text) = b.start("RETR f");
    assert_eq!(text, "550 No.\r\n");
    assert!(b.sim.is_open(data) && b.sim.transfers().is_empty());
    assert!(b.cmd("STOR g").starts_with("150 "));
}

#[test]
fn one_occurrence_only() {
    let fault = Fault::nth("noop", 1, Action::Reply(b"500 ?\r\n".to_vec()));
    let mut b = Bench::ready(Setup::new().fault(fault));
    let replies = [b.cmd("NOOP"), b.cmd("NOOP"), b.cmd("NOOP")];
    assert_eq!(replies, [NOOP, "500 ?\r\n", NOOP]);
}

#[test]
fn a_reply_before_the_connection() {
    let mut b = Bench::with_fault("RETR", Action::ReplyBeforeAccept(b"550 No.\r\n".to_vec()));
    let port = b.epsv();
    assert_eq!(b.cmd("RETR f"), "550 No.\r\n");
    assert_eq!(b.sim.connect(port), Connected::Refused);
    let (data, text) = b.start("RETR f");
    assert_eq!(text, "550 No.\r\n");
    assert_eq!(b.drain(data).1, Read::Eof);
    assert_eq!(b.cmd("NOOP"), NOOP);
}

#[test]
fn bytes_before_and_after() {
    let mut b = Bench::with_fault("RETR", Action::Before(b"150-x\r\n".to_vec()));
    assert_eq!(
        b.start("RETR f").1,
        ["150-x\r\n", OPENING, COMPLETE].concat()
    );
    let mut b = Bench::with_fault("RETR", Action::After(b"200 x\r\n".to_vec()));
    let _data = b.passive();
    b.send("RETR f");
    assert_eq!(b.segment(), [OPENING, COMPLETE, "200 x\r\n"].concat());
}

#[test]
fn a_silent_session_is_timed_out() {
    let fault = Fault::on("PASS", Action::Unasked(LATE.into()));
    let mut b = Bench::ready(Setup::new().fault(fault));
    assert!(b.sim.logged_in());
    assert!(b.sim.release_held());
    assert!(!b.sim.logged_in());
    assert_eq!(b.text(), LATE);
    assert_eq!(b.end(), Read::Eof);
}

#[test]
fn unasked_bytes_come_later() {
    let mut b = Bench::with_fault("PWD", Action::Unasked(LATE.into()));
    assert!(b.cmd("PWD").starts_with("257 "));
    assert_eq!(b.cmd("NOOP"), NOOP);
    assert!(b.sim.release_held());
    assert_eq!(b.sim.write(b.control, b"NOOP\r\n"), Write::Bytes(6));
    assert_eq!(b.text(), LATE);
    assert_eq!(b.end(), Read::Eof);
    assert_eq!(b.sim.write(b.control, b"NOOP\r\n"), Write::Broken);
    assert!(!b.sim.release_held());
}

#[test]
fn stray_bytes_come_in_a_read_of_their_own() {
    let mut b = Bench::with_fault("NOOP", Action::Stray(b"226 x\r\n".to_vec()));
    b.send("NOOP");
    assert_eq!(b.segment(), NOOP);
    assert!(b.sim.readable(b.control));
    assert_eq!(b.segment(), "226 x\r\n");
}

#[test]
fn silence() {
    let mut b = Bench::with_fault("RETR", Action::Silent);
    let (data, text) = b.start("RETR f");
    assert_eq!(text, "");
    assert_eq!(b.drain(data), (b"0123456789".to_vec(), Read::Eof));
    assert!(!b.sim.release_held());
    let mut b = Bench::with_fault("RETR", Action::SilentFinal);
    assert_eq!(b.start("RETR f").1, OPENING);
    let mut b = Bench::new(Setup::new().fault(Fault::on("GREETING", Action::Silent)));
    assert_eq!(b.text(), "");
}

#[test]
fn twice() {
    let mut b = Bench::with_fault("RETR", Action::Twice);
    assert_eq!(b.start("RETR f").1, [OPENING, COMPLETE, COMPLETE].concat());
}

#[test]
fn held_replies() {
    let mut b = Bench::with_fault("RETR", Action::Hold);
    let (data, text) = b.start("RETR f");
    assert_eq!(text, "");
    assert_eq!(b.drain(data).0, b"0123456789");
    assert_eq!(b.cmd("NOOP"), "");
    assert!(b.sim.release_held());
    assert_eq!(b.text(), [OPENING, COMPLETE, NOOP].concat());
    let mut b = Bench::with_fault("RETR", Action::HoldFinal);
    assert_eq!(b.start("RETR f").1, OPENING);
    assert!(b.sim.release_held());
    assert_eq!(b.text(), COMPLETE);
    assert!(!b.sim.release_held());
}

#[test]
fn held_things_are_released_one_by_one() {
    let setup = Setup::new().fault(Fault::on("NOOP", Action::Hold));
    let mut b = Bench::ready(setup);
    assert_eq!(b.cmd("NOOP\r\nNOOP"), "");
    assert!(b.sim.release_held());
    assert_eq!(b.text(), NOOP);
    assert!(b.sim.release_held());
    assert_eq!(b.text(), NOOP);
    assert!(!b.sim.release_held());
    // The client has closed the control connection, so the reply that the server keeps back is
    // never sent.
    assert_eq!(b.cmd("NOOP"), "");
    b.sim.close(b.control);
    assert!(!b.sim.release_held());
}

#[test]
fn the_control_connection_ends() {
    let mut b = Bench::with_fault("PWD", Action::Hangup);
    assert_eq!(b.cmd("PWD"), "");
    assert_eq!(b.end(), Read::Eof);
    let mut b = Bench::with_fault("PWD", Action::ResetControl);
    assert_eq!(b.cmd("PWD"), "");
    assert_eq!(b.end(), Read::Reset);
    assert_eq!(b.sim.write(b.control, b"x"), Write::Broken);
    let mut b = Bench::with_fault("PWD", Action::PartialThenHangup(b"257 \"/".to_vec()));
    assert_eq!(b.cmd("PWD"), "257 \"/");
    assert_eq!(b.end(), Read::Eof);
    let mut b = Bench::with_fault("PWD", Action::Reply(b"421-x\r\n421 Bye.\r\n".to_vec()));
    assert_eq!(b.cmd("PWD"), "421-x\r\n421 Bye.\r\n");
    assert_eq!(b.end(), Read::Eof);
    let mut b = Bench::new(Setup::new().fault(Fault::on("GREETING", Action::Hangup)));
    assert_eq!(b.end(), Read::Eof);
}

#[test]
fn a_data_connection_that_goes_with_the_control_connection() {
    let mut b = Bench::with_fault("PWD", Action::Hangup);
    let data = b.passive();
    b.cmd("PWD");
    assert_eq!(b.drain(data).1, Read::Eof);
}

#[test]
fn a_late_accept() {
    let mut b = Bench::with_fault("CONNECT", Action::AcceptLate);
    let port = b.epsv();
    let Connected::Pending(data) = b.sim.connect(port) else {
        panic!("not pending")
    };
    assert_eq!(b.cmd("RETR f"), "");
    assert!(!b.sim.is_open(data) && !b.sim.readable(data) && !b.sim.writable(data));
    assert_eq!(b.sim.read(data, &mut [0; 1]), Read::Empty);
    assert_eq!(b.sim.write(data, b"x"), Write::Full);
    assert!(b.sim.release_held());
    assert!(b.sim.is_open(data));
    assert_eq!(b.text(), [OPENING, COMPLETE].concat());
    assert_eq!(b.drain(data).0, b"0123456789");
}

#[test]
fn a_late_connection_of_active_mode() {
    let mut b = Bench::with_fault("CONNECT", Action::AcceptLate);
    let port = b.sim.listen();
    b.cmd(&std::format!("EPRT |1|127.0.0.1|{port}|"));
    assert_eq!(b.cmd("RETR f"), "");
    assert_eq!(b.sim.accept(port), None);
    assert!(b.sim.release_held());
    let data = b.sim.accept(port).unwrap();
    assert_eq!(b.text(), [OPENING, COMPLETE].concat());
    assert_eq!(b.drain(data).0, b"0123456789");
}

#[test]
fn an_error_before_a_late_accept() {
    let setup = Setup::new().fault(Fault::on("CONNECT", Action::AcceptLate));
    let reply = Action::ReplyBeforeAccept(b"450 Busy.\r\n".to_vec());
    let mut b = Bench::ready(setup.fault(Fault::on("RETR", reply)));
    let port = b.epsv();
    let Connected::Pending(data) = b.sim.connect(port) else {
        panic!("not pending")
    };
    assert_eq!(b.cmd("RETR f"), "450 Busy.\r\n");
    assert!(b.sim.release_held());
    assert_eq!(b.drain(data).1, Read::Eof);
}

#[test]
fn a_refused_connection() {
    let mut b = Bench::with_fault("CONNECT", Action::RefuseConnect);
    let port = b.epsv();
    assert_eq!(b.sim.connect(port), Connected::Refused);
    assert_eq!(b.sim.open_links(), 1);
    let port = b.sim.listen();
    b.cmd(&std::format!("EPRT |1|127.0.0.1|{port}|"));
    assert!(b.cmd("RETR f").starts_with("425 "));
}

const QUEUED: &str = "225 ABOR command successful; data channel closed.\r\n";
const OPEN_ALREADY: &str = "125 Data connection already open. Transfer starting.\r\n";

/// Makes a server with a download that the client has aborted and that the server keeps in its
/// queue.
fn queued() -> Bench {
    let setup = Setup::new().file("/f", "0123456789").file("/g", "other");
    let mut b = Bench::ready(setup.fault(Fault::nth("RETR", 0, Action::QueueAborted)));
    let (data, text) = b.start("RETR f");
    assert_eq!(text, OPENING);
    assert_eq!(b.drain(data), (Vec::new(), Read::Empty));
    assert_eq!(b.cmd("ABOR"), QUEUED);
    assert_eq!(b.drain(data), (Vec::new(), Read::Eof));
    assert!(!b.sim.release_held());
    b
}

#[test]
fn a_slow_accept_without_an_abort() {
    let mut b = Bench::with_fault("RETR", Action::QueueAborted);
    let (data, text) = b.start("RETR f");
    assert_eq!(text, OPENING);
    assert!(b.sim.release_held());
    assert_eq!(b.drain(data), (b"0123456789".to_vec(), Read::Eof));
    assert_eq!(b.text(), COMPLETE);
    let port = b.sim.listen();
    b.cmd(&std::format!("EPRT |1|127.0.0.1|{port}|"));
    assert_eq!(b.cmd("RETR f"), OPENING);
    assert_eq!(b.sim.accept(port), None);
    assert!(b.sim.release_held());
    let data = b.sim.accept(port).unwrap();
    assert_eq!(b.drain(data).0, b"0123456789");
}

#[test]
fn an_aborted_download_is_sent_over_the_next_connection() {
    let mut b = queued();
    let (data, text) = b.start("RETR g");
    assert_eq!(text, [OPEN_ALREADY, COMPLETE].concat());
    assert_eq!(b.drain(data), (b"0123456789".to_vec(), Read::Eof));
    let (data, _) = b.start("RETR g");
    assert_eq!(b.drain(data).0, b"other");
}

#[test]
fn an_aborted_download_is_sent_in_the_place_of_an_upload() {
    let mut b = queued();
    let (data, text) = b.start("STOR new");
    assert_eq!(text, [OPEN_ALREADY, COMPLETE].concat());
    assert_eq!(b.sim.write(data, b"lost"), Write::Bytes(4));
    assert_eq!(b.drain(data).0, b"0123456789");
    assert_eq!(b.sim.file("/new"), Some(&b""[..]));
}

#[test]
fn an_aborted_download_is_sent_unasked() {
    let mut b = queued();
    let data = b.passive();
    assert_eq!(b.drain(data), (Vec::new(), Read::Empty));
    assert!(b.sim.release_held());
    assert_eq!(b.drain(data), (b"0123456789".to_vec(), Read::Eof));
    assert_eq!(b.text(), COMPLETE);
    let mut b = queued();
    let port = b.sim.listen();
    b.cmd(&std::format!("EPRT |1|127.0.0.1|{port}|"));
    let data = b.sim.accept(port).unwrap();
    assert!(b.sim.release_held());
    assert_eq!(b.drain(data), (b"0123456789".to_vec(), Read::Eof));
}

#[test]
fn a_new_login_empties_the_queue() {
    let mut b = queued();
    b.cmd("USER user");
    b.cmd("PASS secret");
    let (data, _) = b.start("RETR g");
    assert_eq!(b.drain(data).0, b"other");
}

#[test]
fn an_aborted_upload_gives_way() {
    let mut b = Bench::with_fault("APPE", Action::QueueAborted);
    let (_, text) = b.start("APPE f");
    assert!(text.starts_with("150 "));
    assert_eq!(b.cmd("ABOR"), QUEUED);
    let (data, _) = b.start("STOR g");
    b.sim.write(data, b"other");
    b.sim.shutdown(data);
    assert_eq!(b.text(), COMPLETE);
    assert_eq!(b.sim.file("/g"), Some(&b"other"[..]));
    assert_eq!(b.sim.file("/f"), Some(&b"0123456789"[..]));
}

#[test]
fn a_bare_end() {
    let mut b = Bench::with_fault("STAT", Action::BareEnd);
    assert_eq!(b.cmd("STAT"), "211-Status:\r\n211\r\n");
    assert!(b.sim.release_held());
    assert_eq!(b.text(), "211 A stray end.\r\n");
    assert!(b.cmd("STAT missing").starts_with("550 "));
    assert!(!b.sim.release_held());
}
