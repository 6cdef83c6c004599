//! TYPE, MODE and STRU, which set how data is represented in transfers.

use std::num::NonZeroU8;

use ftp_proto::flows::Open;
use ftp_proto::{Config, Direction, FileStructure, Format, TransferType, TransmissionMode, flows};

use crate::support::*;

#[test]
fn type_is_sent_only_when_it_is_not_in_force() {
    let (image, ascii) = (Op::Type(TransferType::Image), Op::Type(TransferType::TEXT));
    let ops = [
        image.clone(),
        image.clone(),
        ascii.clone(),
        ascii,
        image.clone(),
        image,
    ];
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("TYPE A"),
        say("200 A"),
        hear("TYPE I"),
        say("504 no"),
        hear("TYPE I"),
        say("200 I"),
    ];
    let outcomes = play(logged_in(Config::default(), script), &ops);
    assert!(outcomes[4].starts_with("Permanent Some(\"TYPE\")"));
    assert_eq!(outcomes[5], "()");
}

#[test]
fn type_by_a_raw_command_is_known() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("TYPE A"),
        say("200 A"),
        hear("TYPE I"),
        say("200 I"),
        hear("TYPE E"),
        say("200 E"),
        hear("TYPE I"),
        say("200 I"),
    ];
    let image = || Op::Type(TransferType::Image);
    let ops = [
        image(),
        Op::Raw("TYPE A"),
        image(),
        Op::Raw("type E"),
        image(),
    ];
    play(logged_in(Config::default(), script), &ops);
}

#[test]
fn type_with_every_format_control() {
    let bits = |bits| TransferType::Local(NonZeroU8::new(bits).expect("more than none"));
    for (transfer_type, line) in [
        (TransferType::Ascii(Format::NonPrint), "TYPE A"),
        (TransferType::Ascii(Format::Telnet), "TYPE A T"),
        (TransferType::Ascii(Format::CarriageControl), "TYPE A C"),
        (TransferType::Ebcdic(Format::NonPrint), "TYPE E"),
        (TransferType::Ebcdic(Format::Telnet), "TYPE E T"),
        (TransferType::Ebcdic(Format::CarriageControl), "TYPE E C"),
        (TransferType::Image, "TYPE I"),
        (bits(8), "TYPE L 8"),
        (bits(36), "TYPE L 36"),
        (bits(255), "TYPE L 255"),
    ] {
        // After the 200, the client knows the type and does not send the same TYPE again.
        let script = [hear(line), say("200 fine")];
        let mut driver = logged_in(Config::default(), script);
        let op = Op::Type(transfer_type);
        assert_eq!([driver.outcome(&op), driver.outcome(&op)], ["()", "()"]);
        assert_eq!(driver.session.transfer_type(), Some(transfer_type));
        driver.server.assert_over();
        // A transfer in this type must not send TYPE again.
        driver.server.extend(opening("RETR a").drain(2..));
        let open = Open::retrieve("a").expect("a path");
        let transfer = driver.run(open.with_type(transfer_type)).expect("it opens");
        assert_eq!(transfer.transfer_type(), transfer_type);
        driver.server.assert_over();
        assert_eq!(
            flow_outcome(
                flows::Type::new(transfer_type),
                [hear(line), say("504 not here")]
            ),
            "Permanent Some(\"TYPE\") Some(\"504 not here\") None"
        );
    }
}

#[test]
fn type_whose_answer_was_given_up_is_sent_again() {
    let script = [hear("TYPE I"), Item::Silence, Item::Silence];
    let again = [hear("TYPE I"), say("200 I")];
    let mut driver = logged_in(Config::default(), [&script[..], &fence(), &again].concat());
    let op = Op::Type(TransferType::Image);
    assert!(driver.outcome(&op).starts_with("Timeout"));
    assert_eq!(driver.outcome(&op), "()");
    driver.server.assert_over();
}

// Tests of MODE and STRU. The client opens transfers only in MODE S and STRU F.

fn mode(mode: TransmissionMode) -> flows::Mode {
    flows::Mode::new(mode)
}

fn structure(structure: FileStructure) -> flows::Structure {
    flows::Structure::new(structure)
}

/// Returns every way to open a transfer.
fn opens() -> Vec<Open> {
    let none = None::<&str>;
    let any = |direction, line| Open::command(direction, line, TransferType::Image);
    [
        Open::retrieve("a"),
        Open::store("a"),
        Open::append("a"),
        Open::store_unique(none),
        Open::list(none),
        Open::names(none),
        Open::facts(none),
        any(Direction::Download, "LIST -a"),
        any(Direction::Upload, "XPUT a"),
    ]
    .into_iter()
    .map(|open| open.expect("it can be sent"))
    .collect()
}

/// Checks that the client refuses every transfer without sending a command, and that the session
/// still works.
#[track_caller]
fn assert_framed(driver: &mut Driver<Script>) {
    let sent = driver.wire.len();
    for open in opens() {
        let outcome = driver.tell(open);
        assert!(outcome.starts_with("Misuse(Framing)"), "{outcome}");
    }
    assert_eq!(driver.wire.len(), sent, "{:?}", driver.wire);
    driver.server.extend(pwd());
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
}

/// Checks that the client opens a transfer. It does so only in MODE S and STRU F.
#[track_caller]
fn assert_unframed(driver: &mut Driver<Script>) {
    driver.server.extend(opening("RETR a"));
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();
}

#[test]
fn mode_and_structure_are_sent_each_time() {
    for (value, line) in [
        (TransmissionMode::Stream, "MODE S"),
        (TransmissionMode::Block, "MODE B"),
        (TransmissionMode::Compressed, "MODE C"),
    ] {
        assert_eq!(flow_outcome(mode(value), [hear(line), say("200 ok")]), "()");
        assert_eq!(
            flow_outcome(mode(value), [hear(line), say("504 no")]),
            "Permanent Some(\"MODE\") Some(\"504 no\") None"
        );
    }
    for (value, line) in [
        (FileStructure::File, "STRU F"),
        (FileStructure::Record, "STRU R"),
        (FileStructure::Page, "STRU P"),
    ] {
        assert_eq!(
            flow_outcome(structure(value), [hear(line), say("200 ok")]),
            "()"
        );
        assert_eq!(
            flow_outcome(structure(value), [hear(line), say("504 no")]),
            "Permanent Some(\"STRU\") Some(\"504 no\") None"
        );
    }
}

#[test]
fn mode_and_structure_other_than_s_and_f_refuse_transfers_until_they_are_back() {
    for (value, line) in [
        (TransmissionMode::Block, "MODE B"),
        (TransmissionMode::Compressed, "MODE C"),
    ] {
        let mut driver = logged_in(Config::default(), [hear(line), say("200 ok")]);
        assert_eq!(driver.tell(mode(value)), "()");
        assert_framed(&mut driver);
        driver.server.extend([hear("MODE S"), say("200 ok")]);
        assert_eq!(driver.tell(mode(TransmissionMode::Stream)), "()");
        assert_unframed(&mut driver);
    }
    for (value, line) in [
        (FileStructure::Record, "STRU R"),
        (FileStructure::Page, "STRU P"),
    ] {
        let mut driver = logged_in(Config::default(), [hear(line), say("200 ok")]);
        assert_eq!(driver.tell(structure(value)), "()");
        assert_framed(&mut driver);
        driver.server.extend([hear("STRU F"), say("200 ok")]);
        assert_eq!(driver.tell(structure(FileStructure::File)), "()");
        assert_unframed(&mut driver);
    }
}

#[test]
fn mode_and_structure_are_separate() {
    let script = [
        hear("MODE B"),
        say("200 ok"),
        hear("STRU R"),
        say("200 ok"),
        hear("MODE S"),
        say("200 ok"),
    ];
    let mut driver = logged_in(Config::default(), script);
    driver.tell(mode(TransmissionMode::Block));
    driver.tell(structure(FileStructure::Record));
    driver.tell(mode(TransmissionMode::Stream));
    assert_framed(&mut driver);
    driver.server.extend([hear("STRU F"), say("200 ok")]);
    driver.tell(structure(FileStructure::File));
    assert_unframed(&mut driver);
}

#[test]
fn mode_and_structure_by_a_raw_command_are_known() {
    for (there, back) in [
        ("MODE B", "MODE S"),
        ("MODE Z", "MODE s"),
        ("STRU R", "STRU f"),
        ("MODE", "MODE S"),
    ] {
        let script = [hear(there), say("200 ok")];
        let mut driver = logged_in(Config::default(), script);
        assert_eq!(driver.outcome(&Op::Raw(there)), "200 ok");
        assert_framed(&mut driver);
        driver.server.extend([hear(back), say("200 ok")]);
        assert_eq!(driver.outcome(&Op::Raw(back)), "200 ok");
        assert_unframed(&mut driver);
    }
}

#[test]
fn mode_that_is_refused_changes_nothing() {
    for refusal in ["504 no", "502 what", "450 later"] {
        let script = [hear("MODE B"), say(refusal), hear("STRU P"), say(refusal)];
        let mut driver = logged_in(Config::default(), script);
        driver.tell(mode(TransmissionMode::Block));
        driver.tell(structure(FileStructure::Page));
        assert_unframed(&mut driver);
        // If the server refuses to return to MODE S, the mode stays B.
        let script = [hear("MODE B"), say("200 ok"), hear("MODE S"), say(refusal)];
        let mut driver = logged_in(Config::default(), script);
        driver.tell(mode(TransmissionMode::Block));
        driver.tell(mode(TransmissionMode::Stream));
        assert_framed(&mut driver);
    }
}

/// The reply to MODE B is 350, so the server may or may not have changed the mode. The client sends
/// MODE S before the next transfer.
#[test]
fn mode_with_an_unexpected_reply_is_set_before_the_next_transfer() {
    let misfit = "350 hm";
    let script = [hear("MODE B"), say(misfit)];
    let mut driver = logged_in(Config::default(), [&script[..], &fence()].concat());
    driver.tell(mode(TransmissionMode::Block));
    driver.server.extend([hear("MODE S"), say("200 ok")]);
    assert_unframed(&mut driver);

    let script = [hear("STRU P"), say(misfit)];
    let mut driver = logged_in(Config::default(), [&script[..], &fence()].concat());
    driver.tell(structure(FileStructure::Page));
    driver.server.extend([hear("STRU F"), say("200 ok")]);
    assert_unframed(&mut driver);
}

#[test]
fn mode_dropped_before_its_answer_is_settled_first() {
    for (reply, framed) in [("200 ok", true), ("504 no", false)] {
        let mut driver = logged_in(Config::default(), [hear("MODE B")]);
        driver.drop_after = 4 * 2 - 1;
        assert_eq!(driver.tell(mode(TransmissionMode::Block)), "dropped");
        driver.server.extend([say(reply)]);
        if framed {
            assert_framed(&mut driver);
        } else {
            assert_unframed(&mut driver);
        }
    }
}

#[test]
fn mode_whose_answer_was_given_up_is_set_before_the_next_transfer() {
    // The server does not reply to MODE. The client then does not know the mode, even if it asked
    // for MODE S.
    for value in [TransmissionMode::Block, TransmissionMode::Stream] {
        let line = match value {
            TransmissionMode::Stream => "MODE S",
            _ => "MODE B",
        };
        let script = [hear(line), Item::Silence, Item::Silence];
        let mut driver = logged_in(Config::default(), script);
        assert!(driver.tell(mode(value)).starts_with("Timeout(Reply)"));
        // Before the next transfer, the client sends a fence (an extra PWD) and MODE S.
        driver.server.extend(fence());
        driver.server.extend([hear("MODE S"), say("200 ok")]);
        assert_unframed(&mut driver);
    }
}
