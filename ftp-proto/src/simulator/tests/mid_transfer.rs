//! Tests of [`Action::At`]: faults in the middle of a transfer.

use super::*;

fn at(after: usize, control: &str, then: Then) -> Action {
    Action::At {
        after,
        control: control.into(),
        then,
    }
}

#[test]
fn replies_in_the_wrong_order() {
    let setup = Setup::new().file("/f", "0123456789").window(4);
    let fault = Fault::on("RETR", Action::FinalFirst);
    let mut b = Bench::ready(setup.clone().fault(fault));
    let (data, text) = b.start("RETR f");
    assert_eq!(text, [OPENING, COMPLETE].concat());
    assert_eq!(b.drain(data), (b"0123456789".to_vec(), Read::Eof));
    assert_eq!(b.text(), "");
    let mut b = Bench::ready(setup.fault(Fault::on("RETR", Action::NoPreliminary)));
    let (data, text) = b.start("RETR f");
    assert_eq!(text, "");
    b.drain(data);
    assert_eq!(b.text(), COMPLETE);
}

#[test]
fn control_bytes_in_the_middle() {
    let mut b = Bench::with_fault("RETR", at(4, "112 Busy.\r\n", Then::Continue));
    let (data, text) = b.start("RETR f");
    assert_eq!(text, [OPENING, "112 Busy.\r\n", COMPLETE].concat());
    assert_eq!(b.drain(data).0, b"0123456789");
    // If the raw bytes of the fault contain a final reply, the server does not send 226 after it.
    let mut b = Bench::with_fault("RETR", at(4, "451 Disk.\r\n", Then::Continue));
    let (data, text) = b.start("RETR f");
    assert_eq!(text, [OPENING, "451 Disk.\r\n"].concat());
    assert_eq!(b.drain(data), (b"0123456789".to_vec(), Read::Eof));
    assert!(b.sim.transfers()[0].complete);
}

#[test]
fn a_421_in_the_middle() {
    let mut b = Bench::with_fault("RETR", at(4, "421 Bye.\r\n", Then::Reset));
    let (data, text) = b.start("RETR f");
    assert_eq!(text, [OPENING, "421 Bye.\r\n"].concat());
    assert_eq!(b.end(), Read::Eof);
    assert_eq!(b.drain(data), (b"0123".to_vec(), Read::Reset));
}

#[test]
fn a_truncated_download() {
    for then in [Then::Fin, Then::FinInsideRecord] {
        let mut b = Bench::with_fault("RETR", at(4, "", then));
        let (data, text) = b.start("RETR f");
        assert_eq!(text, [OPENING, COMPLETE].concat());
        assert_eq!(b.drain(data), (b"0123".to_vec(), Read::Eof));
        let record = &b.sim.transfers()[0];
        assert_eq!((record.bytes, record.complete), (4, false));
    }
    let mut b = Bench::with_fault("RETR", at(0, "426 No.\r\n", Then::Fin));
    let (data, text) = b.start("RETR f");
    assert_eq!(text, [OPENING, "426 No.\r\n"].concat());
    assert_eq!(b.drain(data), (Vec::new(), Read::Eof));
}

#[test]
fn a_reset_download() {
    let mut b = Bench::with_fault("RETR", at(10, "", Then::Reset));
    let (data, text) = b.start("RETR f");
    assert_eq!(text, [OPENING, COMPLETE].concat());
    assert_eq!(b.drain(data), (b"0123456789".to_vec(), Read::Reset));
    assert!(!b.sim.is_open(data));
}

#[test]
fn an_upload_that_the_server_ends() {
    for (then, end) in [(Then::Fin, Read::Eof), (Then::Reset, Read::Reset)] {
        let mut b = Bench::with_fault("STOR", at(4, "452 Full.\r\n", then));
        let (data, _) = b.start("STOR f");
        assert_eq!(b.sim.write(data, b"abcdef"), Write::Bytes(6));
        assert_eq!(b.text(), "452 Full.\r\n");
        assert!(b.sim.writable(data));
        assert_eq!(b.sim.write(data, b"gh"), Write::Broken);
        assert_eq!(b.drain(data), (Vec::new(), end));
        assert_eq!(b.sim.file("/f"), Some(&b"abcd"[..]));
        assert_eq!(b.sim.transfers()[0].bytes, 4);
    }
}

#[test]
fn a_stalled_upload() {
    let action = at(4, "", Then::Stall);
    let mut b = Bench::ready(Setup::new().window(8).fault(Fault::on("STOR", action)));
    let (data, _) = b.start("STOR f");
    assert_eq!(b.sim.write(data, b"abcd"), Write::Bytes(4));
    assert_eq!(b.sim.write(data, b"0123456789"), Write::Bytes(8));
    assert_eq!(b.sim.write(data, b"89"), Write::Full);
    assert_eq!(b.sim.write(data, b"89"), Write::Full);
    assert!(!b.sim.writable(data) && b.sim.is_open(data));
    assert_eq!(b.cmd("NOOP"), "");
    assert!(!b.sim.release_held());
    b.sim.shutdown(data);
    assert_eq!(b.text(), "");
    b.sim.close(data);
    assert_eq!(b.text(), [ABORTED, "200 NOOP ok.\r\n"].concat());
    assert_eq!(b.sim.file("/f"), Some(&b"abcd"[..]));
}

#[test]
fn a_stalled_download() {
    let mut b = Bench::with_fault("RETR", at(4, "", Then::Stall));
    let (data, text) = b.start("RETR f");
    assert_eq!(text, OPENING);
    assert_eq!(b.drain(data), (b"0123".to_vec(), Read::Empty));
    assert!(!b.sim.release_held());
    // If the raw bytes of the fault contain a final reply, the server handles the next command,
    // although the data connection stays open.
    let mut b = Bench::with_fault("RETR", at(4, "426 No.\r\n", Then::Stall));
    let (data, _) = b.start("RETR f");
    assert_eq!(b.drain(data), (b"0123".to_vec(), Read::Empty));
    assert_eq!(b.cmd("NOOP"), "200 NOOP ok.\r\n");
    assert!(b.sim.is_open(data));
}

#[test]
fn a_stalled_download_is_aborted() {
    let setup = Setup::new().during_transfer(DuringTransfer::Immediate);
    let fault = Fault::on("RETR", at(4, "", Then::Stall));
    let mut b = Bench::ready(setup.file("/f", "0123456789").fault(fault));
    let (data, _) = b.start("RETR f");
    assert!(b.cmd("ABOR").starts_with(ABORTED));
    assert_eq!(b.drain(data), (b"0123".to_vec(), Read::Eof));
}

#[test]
fn an_upload_that_stays_open() {
    let mut b = Bench::with_fault("STOR", Action::KeepOpen);
    let (data, _) = b.start("STOR g");
    b.sim.write(data, b"x");
    b.sim.shutdown(data);
    assert_eq!(b.text(), COMPLETE);
    assert_eq!(b.drain(data).1, Read::Empty);
    assert!(b.sim.is_open(data));
    b.sim.close(data);
    assert_eq!(b.sim.open_links(), 1);
}

#[test]
fn a_file_that_cannot_be_read_any_further() {
    let mut b = Bench::with_fault("RETR", at(4, "", Then::End));
    let (data, text) = b.start("RETR f");
    assert_eq!(text, [OPENING, "451 Read error.\r\n"].concat());
    assert_eq!(b.drain(data), (b"0123".to_vec(), Read::Eof));
    assert!(!b.sim.transfers()[0].complete);
}
