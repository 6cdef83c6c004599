//! Tests of the simulator's translation of line ends in TYPE A.

use super::*;
use crate::simulator::lines::{FromWire, to_wire};

use proptest::prelude::*;

const OPENING: &str = "150 Opening ASCII mode data connection (6 bytes).\r\n";

fn stored(pieces: &[Vec<u8>]) -> Vec<u8> {
    let mut lines = FromWire::default();
    let mut all = Vec::new();
    for piece in pieces {
        let (back, text) = lines.translate(piece);
        all.truncate(all.len() - back);
        all.extend(text);
    }
    all
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(b"\r\na".to_vec()), 0..20)
}

proptest! {
    #[test]
    fn there_and_back(content in bytes(), cuts in prop::collection::vec(0..40_usize, 0..4)) {
        let wire = to_wire(&content);
        let mut pieces = Vec::from([wire]);
        for cut in cuts {
            let last = pieces.last_mut().unwrap();
            let rest = last.split_off(cut.min(last.len()));
            pieces.push(rest);
        }
        prop_assert_eq!(stored(&pieces), content);
    }

    #[test]
    fn splits_make_no_difference(wire in bytes()) {
        let bytewise: Vec<Vec<u8>> = wire.iter().map(|b| Vec::from([*b])).collect();
        let whole = stored(&[wire]);
        prop_assert_eq!(stored(&bytewise), whole);
    }
}

#[test]
fn a_download() {
    let mut b = Bench::text_mode(Setup::new().file("/f", "a\n\nb\rc").window(3));
    let (data, text) = b.start("RETR f");
    assert_eq!(text, OPENING);
    assert_eq!(b.drain(data), (b"a\r\n\r\nb\rc".to_vec(), Read::Eof));
    assert_eq!(b.text(), COMPLETE);
    // The transfer's record counts the bytes on the data connection, so it counts the CRs too.
    assert_eq!(b.sim.transfers()[0].bytes, 8);
    b.cmd("TYPE E");
    let (data, _) = b.start("RETR f");
    assert_eq!(b.drain(data).0, b"a\n\nb\rc");
}

#[test]
fn an_upload() {
    let mut b = Bench::text_mode(Setup::new());
    let (data, text) = b.start("STOR f");
    assert_eq!(text, "150 Opening ASCII mode data connection.\r\n");
    for piece in ["a\r", "\n\r", "\r\nb\n", "c\r"] {
        let bytes = piece.as_bytes();
        assert_eq!(b.sim.write(data, bytes), Write::Bytes(bytes.len()));
    }
    b.sim.close(data);
    assert_eq!(b.text(), COMPLETE);
    assert_eq!(b.sim.file("/f"), Some(&b"a\n\r\nb\nc\r"[..]));
    assert_eq!(b.sim.transfers()[0].bytes, 10);
    let (data, _) = b.start("APPE f");
    b.sim.write(data, b"\r\n");
    b.sim.close(data);
    // The first upload ended with a CR. The LF that begins the second one comes after this CR, so
    // the file ends with CR LF.
    assert_eq!(b.sim.file("/f"), Some(&b"a\n\r\nb\nc\r\n"[..]));
}

#[test]
fn an_upload_that_is_reset_keeps_its_last_cr() {
    let mut b = Bench::text_mode(Setup::new());
    let (data, _) = b.start("STOR f");
    b.sim.write(data, b"a\r");
    b.sim.reset(data);
    assert_eq!(b.text(), ABORTED);
    assert_eq!(b.sim.file("/f"), Some(&b"a\r"[..]));
}

#[test]
fn listings_end_with_crlf_as_ever() {
    let mut b = Bench::text_mode(Setup::new().file("/f", "").file("/g", ""));
    let (data, _) = b.start("NLST");
    assert_eq!(b.drain(data).0, b"f\r\ng\r\n");
    let (data, _) = b.start("MLSD");
    assert!(b.drain(data).0.ends_with(b" g\r\n"));
}

#[test]
fn faults_count_what_is_on_the_wire() {
    let at = Action::At {
        after: 2,
        control: Vec::new(),
        then: Then::Fin,
    };
    let setup = Setup::new().file("/f", "a\nb");
    let faults = [Fault::on("RETR", at.clone()), Fault::on("STOR", at)];
    let mut b = Bench::text_mode(faults.into_iter().fold(setup, Setup::fault));
    let (data, _) = b.start("RETR f");
    assert_eq!(b.drain(data), (b"a\r".to_vec(), Read::Eof));
    let (data, _) = b.start("STOR g");
    b.sim.write(data, b"a\r\nb");
    assert_eq!(b.text(), COMPLETE);
    assert_eq!(b.sim.file("/g"), Some(&b"a\r"[..]));
}

#[test]
fn immediate_commands_are_heard_in_between() {
    let setup = Setup::new().during_transfer(DuringTransfer::Immediate);
    let mut b = Bench::text_mode(setup.file("/f", "a\n\nb\rc").window(4));
    let (data, _) = b.start("RETR f");
    assert_eq!(b.cmd("NOOP"), "200 NOOP ok.\r\n");
    assert!(b.cmd("ABOR").starts_with(ABORTED));
    assert_eq!(b.drain(data).0, b"a\r\n\r");
}
