//! What a session learns about the server, and what it gives to the next session.

use ftp_proto::{Capabilities, Capability, Config, Options, Session, Support, flows};

use crate::support::*;

fn support(driver: &Driver<Script>, capability: Capability) -> Support {
    driver.session.capabilities().support(capability)
}

/// Sends each raw command, to which the server sends the given reply.
fn raw(driver: &mut Driver<Script>, commands: &[(&str, &str)]) {
    for (line, reply) in commands {
        driver.server.extend([hear(line), say(reply)]);
        let raw = flows::Raw::new(line).expect("a command");
        driver.run(raw).expect("a reply");
    }
    driver.server.assert_over();
}

const FEATURES: &str = "211-Features:\r\n SIZE\r\n MLST type*;size*;\r\n REST STREAM\r\n \
                        SITE CHMOD;UTIME\r\n AUTH TLS\r\n211 End";

#[test]
fn what_is_listed_is_advertised() {
    let mut driver = logged_in(Config::default(), []);
    assert_eq!(support(&driver, Capability::Size), Support::Unknown);
    raw(&mut driver, &[("FEAT", FEATURES)]);
    for listed in [
        Capability::Size,
        Capability::Mlst,
        Capability::Mlsd,
        Capability::RestStream,
        Capability::SiteChmod,
        Capability::SiteUtime,
        Capability::AuthTls,
    ] {
        assert_eq!(support(&driver, listed), Support::Advertised, "{listed}");
    }
    for missing in [
        Capability::Mfmt,
        Capability::SiteSymlink,
        Capability::MdtmSet,
    ] {
        assert_eq!(support(&driver, missing), Support::Unknown, "{missing}");
    }
}

#[test]
fn each_reply_is_judged() {
    use Support::{Refused, Unknown, Verified};
    for (line, reply, capability, expected) in [
        ("MDTM a", "213 20260102030405", Capability::Mdtm, Verified),
        ("MDTM a", "550 no file", Capability::Mdtm, Unknown),
        ("MDTM a", "500 what", Capability::Mdtm, Refused),
        (
            "MDTM 20260102030405 a",
            "213 done",
            Capability::MdtmSet,
            Verified,
        ),
        // The server takes `20260102030405 a` for a file name and replies with the time of this
        // file. So it cannot set a time by MDTM.
        (
            "MDTM 20260102030405 a",
            "213 20260102030405",
            Capability::MdtmSet,
            Refused,
        ),
        (
            "MDTM 20260102030405 a",
            "501 one argument",
            Capability::MdtmSet,
            Refused,
        ),
        (
            "MDTM 20260102030405 a",
            "550 no file",
            Capability::MdtmSet,
            Unknown,
        ),
        (
            "MDTM 20260102030405 a",
            "213 done",
            Capability::Mdtm,
            Unknown,
        ),
        (
            "SITE chmod 644 a",
            "200 done",
            Capability::SiteChmod,
            Verified,
        ),
        (
            "SITE CHMOD 644 a",
            "202 superfluous",
            Capability::SiteChmod,
            Refused,
        ),
        (
            "SITE CHMOD 644 a",
            "550 not yours",
            Capability::SiteChmod,
            Unknown,
        ),
        (
            "SITE UTIME a 202601020304 202601020304 202601020304 UTC",
            "200 done",
            Capability::SiteUtime,
            Verified,
        ),
        (
            "SITE UTIME 202601020304 a",
            "500 what",
            Capability::SiteUtimeShort,
            Refused,
        ),
        (
            "SITE UTIME 202601020304 a",
            "500 what",
            Capability::SiteUtime,
            Unknown,
        ),
        ("SITE CHMOD 644", "500 how?", Capability::SiteChmod, Unknown),
        ("SIZE", "500 of what?", Capability::Size, Unknown),
        ("REST 5", "350 ok", Capability::RestStream, Verified),
        ("REST 5", "502 no", Capability::RestStream, Refused),
        // The server refuses this option, but its names may be UTF-8 nevertheless.
        ("OPTS UTF8 ON", "504 unknown", Capability::Utf8, Unknown),
        ("OPTS UTF8 ON", "200 ok", Capability::Utf8, Verified),
        ("HOST a", "504 unknown host", Capability::Host, Unknown),
        ("HOST a", "500 what", Capability::Host, Refused),
        (
            "HASH a",
            "504 not this algorithm",
            Capability::Hash,
            Unknown,
        ),
        ("XSHA256 a", "502 no", Capability::Xsha256, Refused),
        (
            "EPRT |1|127.0.0.1|5000|",
            "200 ok",
            Capability::Eprt,
            Verified,
        ),
        (
            "EPRT |1|127.0.0.1|5000|",
            "425 later",
            Capability::Eprt,
            Refused,
        ),
        (
            "EPRT |1|127.0.0.1|5000|",
            "530 log in",
            Capability::Eprt,
            Unknown,
        ),
    ] {
        let mut driver = logged_in(Config::default(), []);
        raw(&mut driver, &[(line, reply)]);
        assert_eq!(support(&driver, capability), expected, "{line}: {reply}");
    }
}

#[test]
fn experience_is_worth_more_than_feat() {
    let mut driver = logged_in(Config::default(), []);
    raw(&mut driver, &[("FEAT", FEATURES), ("SIZE a", "502 no")]);
    assert_eq!(support(&driver, Capability::Size), Support::Refused);
    raw(&mut driver, &[("SIZE a", "213 5")]);
    assert_eq!(support(&driver, Capability::Size), Support::Verified);
    let mut known = driver.session.capabilities();
    known.forget(Capability::Size);
    assert_eq!(known.support(Capability::Size), Support::Advertised);
}

#[test]
fn a_listing_that_works_or_is_unknown_is_noted() {
    let listing = || flows::Open::facts(None::<&str>).expect("no path");
    let opening = |reply| [&opening_in_text("MLSD")[..6], &[say(reply)]].concat();
    for (reply, expected) in [
        ("500 what", Support::Refused),
        ("502 no", Support::Refused),
        ("501 not a directory", Support::Unknown),
        ("550 no such directory", Support::Unknown),
    ] {
        let script = [&opening(reply)[..], &[serve("close discard")]].concat();
        let mut driver = logged_in(Config::default(), script);
        driver.run(listing()).expect_err("refused");
        assert_eq!(support(&driver, Capability::Mlsd), expected, "{reply}");
    }
    let script = [&opening("150 here")[..], &[say("226 done")]].concat();
    let mut driver = logged_in(Config::default(), script);
    let transfer = driver.run(listing()).expect("a listing");
    let finish = flows::Finish::new(transfer, 0, ftp_proto::DataEnd::Clean);
    driver.server.extend([serve("close graceful download")]);
    driver.run(finish).expect("an empty listing");
    assert_eq!(support(&driver, Capability::Mlsd), Support::Verified);
}

#[test]
fn discovery_asks_for_what_is_unknown() {
    let script = [
        hear("FEAT"),
        say(FEATURES),
        hear("SYST"),
        say("215 UNIX Type: L8"),
    ];
    let mut driver = logged_in(Config::default(), script);
    let known = driver.run(flows::Discover::new()).expect("the answers");
    assert_eq!(known.greeting(), Some(&b"ready"[..]));
    assert_eq!(known.system(), Some(&b"UNIX Type: L8"[..]));
    assert!(known.features().expect("asked").supports("SIZE"));
    assert_eq!(
        driver.run(flows::Discover::new()).expect("nothing sent"),
        known
    );
    driver.server.assert_over();
}

#[test]
fn discovery_of_a_server_that_knows_neither_command_asks_once() {
    let script = [hear("FEAT"), say("500 what"), hear("SYST"), say("502 no")];
    let mut driver = logged_in(Config::default(), script);
    let known = driver
        .run(flows::Discover::new())
        .expect("refusals are fine");
    assert_eq!(known.system(), None);
    assert!(known.features().expect("asked").is_empty());
    driver.run(flows::Discover::new()).expect("nothing sent");
    driver.server.assert_over();
}

/// Creates a session that starts with the capabilities that an earlier session has saved.
fn with_saved(saved: Capabilities) -> Driver<Script> {
    let options = Options::new("localhost").with_capabilities(saved);
    let mut driver = scripted(Config::default(), plain_login());
    driver.session = Session::with_options(&options);
    driver.run(flows::Greeting::new()).expect("the greeting");
    driver
        .run(flows::Login::new(credentials()))
        .expect("the login");
    driver
}

fn learnt() -> Capabilities {
    let mut driver = logged_in(Config::default(), []);
    raw(
        &mut driver,
        &[
            ("FEAT", FEATURES),
            ("SYST", "215 UNIX Type: L8"),
            ("SIZE a", "213 5"),
            ("MDTM a", "500 what"),
        ],
    );
    driver.session.capabilities()
}

#[test]
fn saved_capabilities_save_the_discovery() {
    let mut driver = with_saved(learnt());
    let known = driver.run(flows::Discover::new()).expect("nothing sent");
    assert_eq!(known.system(), Some(&b"UNIX Type: L8"[..]));
    assert_eq!(known.support(Capability::Size), Support::Verified);
    assert!(
        driver
            .run(flows::Feat::new())
            .expect("nothing sent")
            .supports("SIZE")
    );
    let modified = flows::Modified::new("a").expect("a path");
    assert_eq!(driver.run(modified).expect("nothing sent"), None);
    driver.server.assert_over();
}

#[test]
fn saved_capabilities_that_turn_out_wrong_are_corrected() {
    let mut driver = with_saved(learnt());
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("SIZE a"),
        say("500 what"),
    ];
    driver.server.extend(script);
    assert_eq!(driver.outcome(&Op::Size("a")), "None");
    assert_eq!(driver.outcome(&Op::Size("b")), "None");
    driver.server.assert_over();
    assert_eq!(support(&driver, Capability::Size), Support::Refused);
}

#[test]
fn an_epsv_that_worked_in_an_earlier_session_must_prove_itself() {
    let mut driver = logged_in(Config::default(), []);
    raw(&mut driver, &[("EPSV", "229 (|||6446|)")]);
    let saved = driver.session.capabilities();
    assert_eq!(saved.support(Capability::Epsv), Support::Verified);
    // EPSV worked in the earlier session. But this session must still wait for its first EPSV only
    // briefly, and use PASV after the time-out.
    let mut driver = with_saved(saved);
    driver
        .server
        .extend([hear("TYPE I"), say("200 I"), hear("EPSV"), Item::Silence]);
    // A reply was missing in the flight of TYPE, so the type is set again before PASV counts.
    let pasv = [hear("PASV"), say("227 (127,0,0,1,25,46)")];
    let again = [hear("TYPE I"), say("200 I")];
    driver
        .server
        .extend([&fence()[..], &pasv, &again, &pasv].concat());
    driver
        .server
        .extend([serve("connect peer:6446"), hear("RETR a"), say("150 here")]);
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();
    assert_eq!(support(&driver, Capability::Epsv), Support::Refused);
}

#[test]
fn features_heard_in_clear_text_do_not_count_under_tls() {
    let mut driver = scripted(explicit(), [say("220 ready"), hear("FEAT"), say(FEATURES)]);
    driver.run(flows::Greeting::new()).expect("the greeting");
    driver.run(flows::Feat::new()).expect("the features");
    driver.server.extend(secure_login().drain(1..));
    driver
        .run(flows::Login::new(credentials()))
        .expect("the login");
    assert_eq!(driver.session.capabilities().features(), None);
    assert_eq!(support(&driver, Capability::Size), Support::Unknown);
}

#[test]
fn a_successor_knows_what_its_predecessor_has_learnt() {
    let mut driver = logged_in(Config::default(), []);
    raw(&mut driver, &[("FEAT", FEATURES), ("MDTM a", "500 what")]);
    let known = driver.session.successor().capabilities();
    assert!(known.features().expect("asked").supports("SIZE"));
    assert_eq!(known.support(Capability::Mdtm), Support::Refused);
    // The server sent its features in clear text, so an attacker may have changed them. The
    // successor begins TLS by AUTH, so it must not know these features.
    let mut driver = scripted(explicit(), [say("220 ready"), hear("FEAT"), say(FEATURES)]);
    driver.run(flows::Greeting::new()).expect("the greeting");
    driver.run(flows::Feat::new()).expect("the features");
    assert_eq!(driver.session.successor().capabilities().features(), None);
}

#[cfg(feature = "serde")]
#[test]
fn capabilities_survive_being_saved() {
    let known = learnt();
    let text = serde_json::to_string(&known).expect("it can be saved");
    let expected = r#"{"greeting":"ready","system":"UNIX Type: L8","features":["SIZE","MLST type*;size*;","REST STREAM","SITE CHMOD;UTIME","AUTH TLS"],"experience":{"MDTM":"refused","SIZE":"verified"}}"#;
    assert_eq!(text, expected);
    let loaded: Capabilities = serde_json::from_str(&text).expect("it can be read");
    assert_eq!(loaded.features(), known.features());
    assert!(known.iter().eq(loaded.iter()));
    assert_eq!(serde_json::to_string(&loaded).expect("again"), text);
}

#[cfg(feature = "serde")]
#[test]
fn saved_capabilities_of_other_versions_are_read() {
    let latin = r#"{"greeting":[71,114,252,223],"experience":{"TELEPORT":"verified"}}"#;
    let loaded: Capabilities = serde_json::from_str(latin).expect("it can be read");
    assert_eq!(loaded.greeting(), Some(&b"Gr\xfc\xdf"[..]));
    assert_eq!(loaded.iter().count(), 0);
    assert_eq!(loaded.features(), None);
    let again = serde_json::to_string(&loaded).expect("it can be saved");
    assert!(again.contains("[71,114,252,223]"), "{again}");
    for wrong in [
        r#"{"experience":{"SIZE":"perhaps"}}"#,
        r#"{"greeting":5}"#,
        "5",
    ] {
        let loaded: Result<Capabilities, _> = serde_json::from_str(wrong);
        assert!(loaded.is_err(), "{wrong}");
    }
}
