//! What a reviewer found, each as a test: uploads that end too soon, replies that come too late.

mod support;

use ftp_proto::{Config, DataEnd};
use support::*;

#[test]
fn invariant_4_an_upload_whose_end_cannot_be_sent_is_no_success() {
    let stuck = Item::Serve(SEND_END, Reaction::TimesOut);
    let mut driver = uploading([stuck, serve("close abandon"), say("226 Thank you")]);
    let outcome = driver.outcome(&Op::Finish(200_000, DataEnd::Clean));
    assert!(outcome.starts_with("Timeout(DataIdle)"), "{outcome}");
    driver.server.assert_over();
}

#[test]
fn invariant_4_a_completion_ahead_of_the_data_confirms_no_upload() {
    let mut driver = uploading([serve("close abandon"), say("452 Disk full")]);
    driver.session.receive(b"226 left over\r\n");
    let outcome = driver.outcome(&Op::Finish(7, DataEnd::Clean));
    assert!(outcome.starts_with("Unconfirmed"), "{outcome}");
    // What the server really thinks of it is swallowed by the fence.
    driver.server.extend(fence());
    driver.server.extend([hear("DELE a"), say("550 No")]);
    assert_eq!(driver.outcome(&Op::Raw("DELE a")), "550 No");
}

#[test]
fn invariant_2_a_late_257_is_not_the_fence() {
    let mut driver = logged_in(Config::default(), [hear("MKD a"), Item::Silence]);
    driver.outcome(&Op::Raw("MKD a"));
    let late = [
        Item::Silence,
        hear("SYST"),
        say("257 \"a\""),
        say("215 UNIX"),
    ];
    driver.server.extend(late);
    driver.server.extend([hear("DELE a"), say("550 no")]);
    assert_eq!(driver.outcome(&Op::Raw("DELE a")), "550 no");
    assert_eq!(driver.wire, ["MKD a", "SYST", "DELE a"]);
}

/// After the answer to a fence something comes that nobody owes: another fence, and after three of
/// them the end.
#[test]
fn invariant_2_a_stray_after_the_fence_is_fenced_and_a_third_one_fatal() {
    let stray = [hear("PWD"), bytes(b"257 \"/fence\"\r\n250 another\r\n")];
    for (strays, outcome) in [(1, "250 gone"), (2, "250 gone"), (3, "OutOfStep")] {
        let mut driver = logged_in(Config::default(), []);
        driver.session.receive(b"250 stray\r\n");
        for _ in 0..strays {
            driver.server.extend(stray.clone());
        }
        if strays < 3 {
            driver.server.extend(fence());
            driver.server.extend([hear("DELE a"), say("250 gone")]);
        }
        let told = driver.outcome(&Op::Raw("DELE a"));
        assert!(told.starts_with(outcome), "{strays}: {told}");
        driver.server.assert_over();
    }
}

#[test]
fn invariant_3_what_was_given_up_may_have_happened() {
    let ascii = [hear("TYPE I"), say("200 I"), hear("TYPE A"), Item::Silence];
    let mut driver = logged_in(Config::default(), ascii);
    driver.outcome(&Op::Type(ftp_proto::TransferType::Image));
    driver.outcome(&Op::Type(ftp_proto::TransferType::TEXT));
    driver.server.extend([Item::Silence]);
    // The server's 200 for TYPE A comes behind the fence's PWD.
    driver
        .server
        .extend([hear("PWD"), say("200 A"), say("257 \"/fence\"")]);
    driver.server.extend([hear("TYPE I"), say("200 I")]);
    driver.outcome(&Op::Type(ftp_proto::TransferType::Image));
    driver.server.assert_over();
}

#[test]
fn invariant_6_a_blank_line_behind_a_refused_auth_is_fatal_however_it_is_cut() {
    for pieces in [&["502 no\r\n\r\n"][..], &["502 no\r\n", "\r\n"]] {
        let mut driver = scripted(explicit(), [say("220 ready"), hear("AUTH TLS")]);
        driver.outcome(&Op::Greeting);
        driver
            .server
            .extend(pieces.iter().map(|piece| bytes(piece.as_bytes())));
        let outcome = driver.outcome(&Op::Login);
        assert!(outcome.starts_with("Injection"), "{pieces:?}: {outcome}");
    }
}

#[test]
fn invariant_4_a_completion_held_for_a_keep_alive_confirms_no_upload() {
    let mut driver = uploading([hear("NOOP")]);
    driver.outcome(&Op::KeepAlive);
    driver.session.receive(b"226 left over\r\n");
    driver.server.extend([serve("close abandon")]);
    let outcome = driver.outcome(&Op::Finish(7, DataEnd::Clean));
    assert!(outcome.starts_with("Unconfirmed"), "{outcome}");
    driver.server.extend([say("200 NOOP"), say("452 full")]);
    driver.server.extend(fence());
    driver.server.extend([hear("DELE a"), say("550 No")]);
    assert_eq!(driver.outcome(&Op::Raw("DELE a")), "550 No");
}

#[test]
fn invariant_4_a_completion_that_waits_unread_confirms_no_upload() {
    // Due before the client waits for anything: the look at the start of the end finds it.
    let mut driver = uploading([say("226 left over"), serve("close abandon")]);
    let outcome = driver.outcome(&Op::Finish(7, DataEnd::Clean));
    assert!(outcome.starts_with("Unconfirmed"), "{outcome}");
    driver.server.assert_over();
}

#[test]
fn invariant_2_half_a_stray_after_the_fence_is_fenced() {
    let mut driver = logged_in(Config::default(), []);
    driver.session.receive(b"250 stray\r\n");
    let both = bytes(b"257 \"/fence\"\r\n250 ano");
    let rest = [hear("PWD"), bytes(b"ther\r\n257 \"/fence\"\r\n")];
    driver.server.extend([hear("PWD"), both]);
    driver.server.extend(rest);
    driver.server.extend([hear("DELE a"), say("550 no")]);
    assert_eq!(driver.outcome(&Op::Raw("DELE a")), "550 no");
    driver.server.assert_over();
}

#[test]
fn invariant_6_an_auth_that_is_given_up_leaves_the_session_dead() {
    let mut driver = logged_in(Config::default(), [hear("AUTH TLS"), Item::Silence]);
    driver.outcome(&Op::Secure);
    driver.server.extend([Item::Silence]);
    driver.outcome(&Op::Noop);
    assert!(driver.session.is_dead());
    assert_eq!(driver.wire, ["AUTH TLS"]);
}
