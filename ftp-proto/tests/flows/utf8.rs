//! `OPTS UTF8 ON`: when the client sends it, and how the reply changes the encoding of names.

use ftp_proto::{Config, Encoding, Options, Session, Utf8Names, flows};

use crate::support::*;

/// Returns the dialogue of FEAT with a server that lists UTF8.
fn lists_utf8() -> [Item; 2] {
    [hear("FEAT"), say("211-Features\r\n UTF8\r\n211 End")]
}

fn switched(answer: &str) -> [Item; 2] {
    [hear("OPTS UTF8 ON"), say(answer)]
}

fn deleted(name: &str) -> [Item; 2] {
    [hear(&format!("DELE {name}")), say("250 gone")]
}

fn delete(driver: &mut Driver<Script>, name: &str) {
    let delete = flows::Delete::new(name).expect("a path");
    driver.run(delete).expect("it is deleted");
}

#[test]
fn ascii_names_do_not_switch_utf_8_on() {
    let script = [&deleted("a")[..], &opening("RETR a")].concat();
    let mut driver = logged_in(Config::default(), script);
    delete(&mut driver, "a");
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();
}

#[test]
fn the_first_name_that_is_not_ascii_switches_utf_8_on() {
    for answer in ["200 on", "501 no such option"] {
        let first = [&lists_utf8()[..], &switched(answer), &deleted("é")].concat();
        let script = [&first[..], &deleted("è"), &opening("RETR é")].concat();
        let mut driver = logged_in(Config::default(), script);
        delete(&mut driver, "é");
        delete(&mut driver, "è");
        assert_eq!(driver.outcome(&Op::Retrieve("é", 0)), DOWNLOADING);
        driver.server.assert_over();
    }
}

#[test]
fn a_transfer_switches_utf_8_on_before_its_data_connection() {
    let script = [&lists_utf8()[..], &switched("200 on"), &opening("RETR é")].concat();
    let mut driver = logged_in(Config::default(), script);
    assert_eq!(driver.outcome(&Op::Retrieve("é", 0)), DOWNLOADING);
    driver.server.assert_over();
}

#[test]
fn the_first_listing_switches_utf_8_on_where_feat_is_known() {
    let listing = opening_in_text("LIST");
    let script = [&lists_utf8()[..], &switched("200 on"), &listing].concat();
    let mut driver = logged_in(Config::default(), script);
    driver.run(flows::Feat::new()).expect("known");
    driver.outcome(&Op::List);
    driver.server.assert_over();
}

#[test]
fn the_first_listing_asks_for_feat_by_option() {
    let early = Config::default().with_utf8_names(Utf8Names::SwitchOnEarly);
    let listing = opening_in_text("LIST");
    let script = [&lists_utf8()[..], &switched("200 on"), &listing].concat();
    let mut driver = logged_in(early, script);
    driver.outcome(&Op::List);
    driver.server.assert_over();
    let mut driver = logged_in(Config::default(), opening_in_text("LIST"));
    driver.outcome(&Op::List);
    driver.server.assert_over();
}

#[test]
fn a_server_that_does_not_list_utf8_gets_no_opts_utf8() {
    for features in [
        "502 what",
        "211-Features\r\n SIZE\r\n211 End",
        "530 not here",
    ] {
        let asked = [hear("FEAT"), say(features)];
        let script = [&asked[..], &deleted("é"), &deleted("é")].concat();
        let mut driver = logged_in(Config::default(), script);
        delete(&mut driver, "é");
        delete(&mut driver, "é");
        driver.server.assert_over();
    }
}

#[test]
fn a_type_set_by_other_means_is_believed() {
    let own = [hear("OPTS utf8 off"), say("200 off")];
    let script = [&own[..], &deleted("é")].concat();
    let mut driver = logged_in(Config::default(), script);
    assert_eq!(driver.outcome(&Op::Raw("OPTS utf8 off")), "200 off");
    delete(&mut driver, "é");
    driver.server.assert_over();
}

#[test]
fn names_that_are_not_utf_8_do_not_switch_it_on() {
    let other = Options::new("localhost").with_encoding(Encoding::Latin1);
    let session = Session::with_options(&other);
    assert_eq!(session.config().utf8_names, Utf8Names::AsTheyAre);
    let as_they_are = Config::default().with_utf8_names(Utf8Names::AsTheyAre);
    let mut driver = logged_in(as_they_are, deleted("é"));
    delete(&mut driver, "é");
    driver.server.assert_over();
}
