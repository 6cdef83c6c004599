//! TYPE, MODE and STRU.

use ftp_proto::{Config, TransferType};

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
