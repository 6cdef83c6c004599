//! The data phase: how it ends, what it counts, and when it tells the driver to look at the control
//! connection.

use ftp_proto::data::{DataPhase, DataStep, Interruption};
use ftp_proto::{DataEnd, Error, ErrorKind, Misuse, TransferOptions, Wait};
use proptest::prelude::*;

use crate::support::*;

type Told = Result<String, Error>;

/// Returns the data phase of the driver's transfer.
fn phase(driver: &mut Driver<Script>, options: &TransferOptions) -> DataPhase {
    DataPhase::new(driver.transfer.take().expect("a transfer"), options)
}

fn download(items: &[Item], options: &TransferOptions) -> (Driver<Script>, DataPhase) {
    let mut driver = downloading(items.to_vec());
    let phase = phase(&mut driver, options);
    (driver, phase)
}

fn upload(items: &[Item]) -> (Driver<Script>, DataPhase) {
    let mut driver = uploading(items.to_vec());
    let phase = phase(&mut driver, &TransferOptions::new());
    (driver, phase)
}

/// Runs the `Finish` flow that the data phase returns at its end. Returns the outcome.
#[track_caller]
fn finish(driver: &mut Driver<Script>, mut phase: DataPhase) -> Told {
    let DataStep::Finish(flow) = phase.step(&driver.session) else {
        panic!("no end");
    };
    let early = phase.outcome().expect_err("it is being finished");
    assert_eq!(early.kind(), ErrorKind::Misuse(Misuse::NotAtEnd));
    assert!(matches!(phase.step(&driver.session), DataStep::Over));
    phase.finished(driver.run(flow));
    driver.server.assert_over();
    assert!(matches!(phase.step(&driver.session), DataStep::Over));
    let done = phase.into_outcome()?;
    Ok(format!("{} bytes, {}", done.bytes, done.reply))
}

#[track_caller]
fn moves(driver: &Driver<Script>, phase: &mut DataPhase) {
    assert!(matches!(
        phase.step(&driver.session),
        DataStep::Move(Wait::DataIdle)
    ));
}

const GRACEFUL: &str = "close graceful download";

#[test]
fn a_download_to_its_confirmed_end() {
    let (mut driver, mut phase) = download(
        &[serve(GRACEFUL), say("226 done")],
        &TransferOptions::new().with_expected(12),
    );
    moves(&driver, &mut phase);
    assert_eq!(phase.received(&mut [0; 12]), 12);
    moves(&driver, &mut phase);
    phase.end(DataEnd::Clean);
    phase.end(DataEnd::Stopped); // only the first end counts
    assert_eq!(
        finish(&mut driver, phase).expect("whole"),
        "12 bytes, 226 done"
    );
}

#[test]
fn a_transfer_confirmed_before_its_end_goes_on() {
    let (mut driver, mut phase) = download(&[serve(GRACEFUL)], &TransferOptions::new());
    driver.session.receive(b"226 done\r\n");
    phase.interrupted(&mut driver.session, Interruption::ControlFirst);
    // The 226 arrives before the end of the data. From then on, the wait for the rest of the data
    // has the short limit `DataClose`.
    let step = phase.step(&driver.session);
    assert!(matches!(step, DataStep::Move(Wait::DataClose)), "{step:?}");
    phase.end(DataEnd::Clean);
    assert_eq!(
        finish(&mut driver, phase).expect("whole"),
        "0 bytes, 226 done"
    );
}

#[test]
fn a_download_of_another_length_is_truncated() {
    let (mut driver, mut phase) = download(
        &[serve(GRACEFUL), say("226 done")],
        &TransferOptions::new().with_expected(13),
    );
    let _ = phase.received(&mut [0; 12]);
    phase.end(DataEnd::Clean);
    let error = finish(&mut driver, phase).expect_err("too short");
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert_eq!(error.transferred(), Some(12));
}

#[test]
fn a_cut_download_is_truncated() {
    let options = TransferOptions::new();
    let (mut driver, mut phase) = download(&[serve(GRACEFUL), say("226 done")], &options);
    phase.end(DataEnd::NoCloseNotify);
    let error = finish(&mut driver, phase).expect_err("cut");
    assert_eq!(error.kind(), ErrorKind::Truncated);
}

#[test]
fn a_failed_data_connection_ends_the_data_phase() {
    let script = [serve("close abandon"), say("426 cut")];
    let (mut driver, mut phase) = download(&script, &TransferOptions::new());
    let failed = Interruption::Failed(Error::new(ErrorKind::Io));
    phase.interrupted(&mut driver.session, failed);
    let error = finish(&mut driver, phase).expect_err("failed");
    assert_eq!(error.kind(), ErrorKind::Transient);
}

#[test]
fn a_stalled_data_connection_ends_the_data_phase() {
    let (mut driver, mut phase) = download(&[], &TransferOptions::new());
    moves(&driver, &mut phase);
    phase.interrupted(&mut driver.session, Interruption::TimedOut);
    let error = finish(&mut driver, phase).expect_err("idle");
    assert_eq!(error.kind(), ErrorKind::Timeout(Wait::DataIdle));
}

#[test]
fn data_that_arrived_before_a_refusal_is_read() {
    let (mut driver, mut phase) = download(&[serve("close discard")], &TransferOptions::new());
    driver.session.receive(b"451 no more\r\n");
    phase.interrupted(&mut driver.session, Interruption::ControlFirst);
    assert!(matches!(phase.step(&driver.session), DataStep::TakeIn));
    assert_eq!(phase.received(&mut [0; 5]), 5);
    assert!(matches!(phase.step(&driver.session), DataStep::TakeIn));
    phase.interrupted(&mut driver.session, Interruption::TimedOut);
    let error = finish(&mut driver, phase).expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Transient);
    assert_eq!(error.transferred(), Some(5));
}

#[test]
fn a_refused_upload_stops_at_once() {
    let (mut driver, mut phase) = upload(&[serve("close abandon")]);
    moves(&driver, &mut phase);
    phase.moved(5);
    driver.session.receive(b"552 disk full\r\n");
    let error = finish(&mut driver, phase).expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Permanent);
    assert_eq!(error.transferred(), Some(5));
}

#[test]
fn a_broken_control_connection_kills_the_session() {
    let (mut driver, mut phase) = upload(&[]);
    let broken = Interruption::Broken(Error::new(ErrorKind::Io));
    phase.interrupted(&mut driver.session, broken);
    assert!(driver.session.is_dead());
    assert!(matches!(phase.step(&driver.session), DataStep::Finish(_)));
}

#[test]
fn an_upload_to_its_confirmed_end() {
    let script = [
        serve("close send end"),
        serve("close graceful upload"),
        say("226 done"),
    ];
    let (mut driver, mut phase) = upload(&script);
    assert_eq!(phase.fill(b"text"), None, "as it is");
    phase.moved(4);
    phase.end(DataEnd::Clean);
    assert_eq!(
        finish(&mut driver, phase).expect("whole"),
        "4 bytes, 226 done"
    );
}

#[test]
fn the_errors_of_readers_and_writers() {
    let options = TransferOptions::text();
    let (mut driver, mut phase) = download(&[serve(GRACEFUL), say("226 done")], &options);
    assert!(phase.is_translated());
    let mut bytes = *b"a\r\nb\r";
    assert_eq!(phase.received(&mut bytes), 3);
    assert_eq!(&bytes[..3], b"a\nb");
    let early = phase.read_end(&mut [0; 9]).expect_err("not at the end");
    assert_eq!(early.kind(), ErrorKind::Misuse(Misuse::NotAtEnd));
    phase.end(DataEnd::Clean);
    let DataStep::Finish(flow) = phase.step(&driver.session) else {
        panic!("no end");
    };
    phase.finished(driver.run(flow));
    assert_eq!(phase.read_end(&mut []).expect("confirmed"), 0);
    let mut rest = [0; 9];
    assert_eq!(phase.read_end(&mut rest).expect("confirmed"), 1);
    assert_eq!(rest[0], b'\r', "the last CR is data");
    assert_eq!(phase.read_end(&mut rest).expect("confirmed"), 0);
    assert_eq!(phase.bytes(), 5, "on the wire");
    let refusal = phase.refusal().kind();
    assert_eq!(refusal, ErrorKind::Misuse(Misuse::StaleTransfer));
    let late = phase.into_abort().expect_err("it is over");
    assert_eq!(late.kind(), ErrorKind::Misuse(Misuse::StaleTransfer));
}

#[test]
fn an_abort_uses_up_the_transfer() {
    let script = [
        hear("ABOR"),
        serve("close abandon"),
        say("426 cut"),
        say("226 aborted"),
    ];
    let (mut driver, phase) = download(&script, &TransferOptions::new());
    assert!(!phase.has_ended());
    let abort = phase.into_abort().expect("it is not over");
    let aborted = driver.run(abort).expect("aborted");
    assert_eq!(aborted.reply.expect("a reply").code().value(), 426);
}

#[test]
fn a_dropped_phase_is_aborted_by_the_next_operation() {
    let abort = [
        hear("ABOR"),
        serve("close abandon"),
        say("426 cut"),
        say("226 aborted"),
    ];
    let (driver, phase) = download(
        &[&abort[..], &fenced_pwd()].concat(),
        &TransferOptions::new(),
    );
    drop(phase);
    assert_eq!(play(driver, &[Op::Pwd]), ["/here"]);
}

#[test]
fn a_translated_upload() {
    let mut driver = uploading([]);
    let mut phase = phase(&mut driver, &TransferOptions::text());
    assert_eq!(phase.fill(b"a\nb"), Some(3));
    assert_eq!(
        phase.fill(b"c"),
        Some(0),
        "nothing goes in before all is out"
    );
    let mut wire = Vec::new();
    while let [first, ..] = *phase.unsent() {
        wire.push(first);
        phase.moved(1);
    }
    assert_eq!((wire.as_slice(), phase.bytes()), (&b"a\r\nb"[..], 4));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    /// After each 256 KiB of data, or at most one piece later, the data phase tells the driver to
    /// look at the control connection.
    #[test]
    fn a_look_comes_every_256_kib(pieces in prop::collection::vec(1..200_000_usize, 1..40)) {
        let mut driver = uploading([]);
        let mut phase = phase(&mut driver, &TransferOptions::new());
        let mut unlooked = 0;
        let total: usize = pieces.iter().sum();
        for piece in pieces {
            let due = unlooked >= 256 * 1024;
            let looks = matches!(phase.step(&driver.session), DataStep::Look);
            prop_assert_eq!(looks, due);
            if looks {
                unlooked = 0;
                moves(&driver, &mut phase);
            }
            phase.moved(piece);
            unlooked += piece;
        }
        prop_assert_eq!(phase.bytes(), total as u64);
    }
}
