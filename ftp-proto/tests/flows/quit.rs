//! QUIT: the end of a session.

use ftp_proto::Config;

use crate::support::*;

#[test]
fn quit_221() {
    let mut driver = logged_in(Config::default(), [hear("QUIT"), say("221 bye")]);
    assert_eq!(driver.outcome(&Op::Quit), "Some(Reply(221 bye))");
    assert!(driver.session.is_dead());
    assert!(driver.outcome(&Op::Pwd).starts_with("Closed"));
    driver.server.assert_over();
}

#[test]
fn quit_from_a_server_that_just_closes() {
    assert_eq!(plain(Op::Quit, [hear("QUIT"), Item::Eof]), "None");
}

#[test]
fn quit_221_without_its_line_end() {
    let script = [hear("QUIT"), bytes(b"221 bye"), Item::Eof];
    assert_eq!(plain(Op::Quit, script), "Some(Reply(221 bye))");
}

#[test]
fn quit_with_an_unexpected_reply() {
    assert_eq!(
        plain(Op::Quit, [hear("QUIT"), say("500 what")]),
        "Permanent Some(\"QUIT\") Some(\"500 what\") None"
    );
    assert_eq!(
        plain(Op::Quit, [hear("QUIT"), Item::Silence]),
        "Timeout(Reply) Some(\"QUIT\") None None"
    );
    assert_eq!(
        plain(Op::Quit, [hear("QUIT"), Item::Broken]),
        "Io None None None"
    );
}

#[test]
fn quit_by_a_raw_command() {
    let mut driver = logged_in(
        Config::default(),
        [hear("QUIT"), bytes(b"221 bye"), Item::Eof],
    );
    assert_eq!(driver.outcome(&Op::Raw("quit")), "221 bye");
    assert!(driver.session.is_dead());
}
