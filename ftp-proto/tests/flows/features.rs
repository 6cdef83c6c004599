//! FEAT: the client asks the server for its features.

use ftp_proto::Config;

use crate::support::*;

#[test]
fn feat_is_asked_once() {
    let script = [hear("FEAT"), say("211-Features:\r\n SIZE\r\n211 End")];
    let outcomes = play(logged_in(Config::default(), script), &[Op::Feat, Op::Feat]);
    assert!(outcomes[0].contains("SIZE"), "{outcomes:?}");
    assert_eq!(outcomes[0], outcomes[1]);
}

#[test]
fn feat_unknown_to_the_server_is_no_features_and_is_remembered() {
    for refusal in ["500 what", "502 no"] {
        let script = [hear("FEAT"), say(refusal)];
        let outcomes = play(logged_in(Config::default(), script), &[Op::Feat, Op::Feat]);
        assert_eq!(outcomes, ["[]", "[]"]);
    }
}

#[test]
fn feat_before_login_is_refused_and_asked_again() {
    let script = [
        hear("FEAT"),
        say("530 log in"),
        hear("FEAT"),
        say("211-F\r\n211-UTF8\r\n211 End"),
    ];
    let outcomes = play(logged_in(Config::default(), script), &[Op::Feat, Op::Feat]);
    assert!(outcomes[0].starts_with("Permanent Some(\"FEAT\")"));
    assert!(outcomes[1].contains("UTF8"), "{outcomes:?}");
}

#[test]
fn feat_in_clear_does_not_count_under_tls() {
    let mut script = secure_login();
    script.splice(1..1, [hear("FEAT"), say("211-F\r\n EVIL\r\n211 End")]);
    script.extend([hear("FEAT"), say("211-F\r\n GOOD\r\n211 End")]);
    let ops = [Op::Greeting, Op::Feat, Op::Login, Op::Feat];
    let outcomes = play(scripted(explicit(), script), &ops);
    assert!(outcomes[3].contains("GOOD") && !outcomes[3].contains("EVIL"));
}
