//! SIZE, MDTM and MLST.

use ftp_proto::Config;

use crate::support::*;

#[test]
fn size_sets_type_i_first() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("SIZE a b"),
        say("213 12"),
    ];
    assert_eq!(plain(Op::Size("a b"), script), "Some(12)");
}

#[test]
fn size_unknown_to_the_server_is_remembered() {
    for refusal in ["500 what", "502 no", "504 no"] {
        let script = [hear("TYPE I"), say("200 I"), hear("SIZE a"), say(refusal)];
        let ops = [Op::Size("a"), Op::Size("b")];
        let outcomes = play(logged_in(Config::default(), script), &ops);
        assert_eq!(outcomes, ["None", "None"]);
    }
}

#[test]
fn size_answers_that_are_errors_and_leave_the_session_in_step() {
    for (reply, kind) in [
        ("550 no file", "Permanent"),
        ("213 18446744073709551616", "Protocol"),
        ("213 many", "Protocol"),
        ("213 12 bytes", "Protocol"),
        ("250 12", "Protocol"),
    ] {
        let script = [hear("TYPE I"), say("200 I"), hear("SIZE a"), say(reply)];
        let script = [&script[..], &pwd()].concat();
        let outcomes = play(
            logged_in(Config::default(), script),
            &[Op::Size("a"), Op::Pwd],
        );
        assert_eq!(
            outcomes,
            [
                format!("{kind} Some(\"SIZE\") Some(\"{reply}\") None"),
                "/here".into()
            ]
        );
    }
}

#[test]
fn size_cut_by_the_end_of_the_connection_is_never_a_size() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("SIZE a"),
        bytes(b"213 12"),
        Item::Eof,
    ];
    assert_eq!(plain(Op::Size("a"), script), "Closed None None None");
}
