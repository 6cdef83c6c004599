//! Commands that not every server has: MFCT, MFF, SITE CHMOD, CSID, AVBL and others.

use std::fmt::Debug;

use ftp_proto::reply::Timestamp;
use ftp_proto::{Config, Error, ErrorKind, Flow, flows};

use crate::support::*;

const NONE: [&str; 0] = [];

fn time() -> Timestamp {
    Timestamp::parse(b"20260102030405").expect("a time")
}

/// Checks a command that changes something. If the server does not know the command, the flow must
/// fail. The client must not send the command a second time.
#[track_caller]
fn changes<F: Flow>(flow: impl Fn() -> Result<F, Error>, line: &str, reply: &str)
where
    F::Output: Debug,
{
    let flow = || flow().expect("it can be sent");
    let verb = line.split(' ').next().expect("a verb");
    let outcome = flow_outcome(flow(), [hear(line), say(reply)]);
    assert_eq!(outcome, format!("Reply({reply})"), "{line}");
    let script = [&[hear(line), say("550 no")][..], &pwd()].concat();
    let mut driver = logged_in(Config::default(), script);
    let refused = format!("Permanent Some(\"{verb}\") Some(\"550 no\") None");
    assert_eq!(driver.tell(flow()), refused);
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.extend([hear(line), say("500 what")]);
    let unknown = format!("Unsupported Some(\"{verb}\") Some(\"500 what\") None");
    assert_eq!(driver.tell(flow()), unknown);
    let unknown = format!("Unsupported Some(\"{verb}\") None None");
    assert_eq!(driver.tell(flow()), unknown);
    driver.server.assert_over();
}

/// Checks a command that asks for something. If the server does not know the command, the flow must
/// return `None`. The client must not send the command a second time.
#[track_caller]
fn asks<F: Flow>(flow: impl Fn() -> Result<F, Error>, line: &str, answers: &[(&str, &str)])
where
    F::Output: Debug,
{
    let flow = || flow().expect("it can be sent");
    let verb = line.split(' ').next().expect("a verb");
    for (reply, expected) in answers {
        let outcome = flow_outcome(flow(), [hear(line), say(reply)]);
        let expected = expected.replace("VERB", verb);
        assert_eq!(outcome, expected, "{line}: {reply}");
    }
    for refusal in ["500 what", "502 no", "504 no"] {
        let mut driver = logged_in(Config::default(), [hear(line), say(refusal)]);
        assert_eq!(driver.tell(flow()), "None", "{refusal}");
        assert_eq!(driver.tell(flow()), "None", "{refusal}");
        driver.server.assert_over();
    }
}

#[test]
fn commands_that_change_something() {
    use flows::*;
    changes(
        || SetCreated::new("a b", time()),
        "MFCT 20260102030405 a b",
        "213 Create=1; a b",
    );
    changes(
        || SetFacts::new("a b", [("modify", "20260102030405"), ("UNIX.mode", "0644")]),
        "MFF modify=20260102030405;UNIX.mode=0644; a b",
        "213 modify=20260102030405;UNIX.mode=0644; a b",
    );
    changes(|| Chmod::new("a b", 0o644), "SITE CHMOD 644 a b", "200 ok");
    changes(|| Chmod::new("a", 0), "SITE CHMOD 000 a", "200 ok");
    changes(|| Chmod::new("a", 0o4755), "SITE CHMOD 4755 a", "250 ok");
    changes(|| Symlink::new("a", "b"), "SITE SYMLINK a b", "200 ok");
    changes(
        || Combine::new("all", ["1", "two words"]),
        "COMB all 1 \"two words\"",
        "250 ok",
    );
    changes(|| RemoveDirectoryTree::new("a b"), "RMDA a b", "250 ok");
}

#[test]
fn commands_that_are_superfluous_were_not_done() {
    let mut driver = logged_in(Config::default(), [hear("RMDA a"), say("202 superfluous")]);
    let outcome = driver.tell(flows::RemoveDirectoryTree::new("a").expect("a path"));
    assert_eq!(
        outcome,
        "Unsupported Some(\"RMDA\") Some(\"202 superfluous\") None"
    );
    driver.server.assert_over();
    let mut driver = logged_in(Config::default(), [hear("SITE CHMOD 644 a"), say("202 no")]);
    let outcome = driver.tell(flows::Chmod::new("a", 0o644).expect("a path"));
    assert_eq!(outcome, "Unsupported Some(\"SITE\") Some(\"202 no\") None");
    driver.server.assert_over();
}

#[test]
fn a_fact_that_cannot_be_set_says_nothing_about_mff() {
    let line = "MFF create=1; a";
    let script = [
        hear(line),
        say("504 no such fact"),
        hear(line),
        say("213 create=1; a"),
    ];
    let mut driver = logged_in(Config::default(), script);
    let flow = || flows::SetFacts::new("a", [("create", "1")]).expect("a path");
    assert_eq!(
        driver.tell(flow()),
        "Permanent Some(\"MFF\") Some(\"504 no such fact\") None"
    );
    assert_eq!(driver.tell(flow()), "Reply(213 create=1; a)");
    driver.server.assert_over();
}

#[test]
fn commands_that_ask_for_a_number() {
    let answers = [
        ("213 18446744073709551615", "Some(18446744073709551615)"),
        ("213 12 bytes available", "Some(12)"),
        ("200 0", "Some(0)"),
        ("550 no", "Permanent Some(\"VERB\") Some(\"550 no\") None"),
        (
            "213 many",
            "Protocol Some(\"VERB\") Some(\"213 many\") None",
        ),
        (
            "213 12KB",
            "Protocol Some(\"VERB\") Some(\"213 12KB\") None",
        ),
        (
            "213 18446744073709551616",
            "Protocol Some(\"VERB\") Some(\"213 18446744073709551616\") None",
        ),
    ];
    asks(|| flows::Available::new("a b"), "AVBL a b", &answers);
    asks(|| flows::DirectorySize::new("a b"), "DSIZ a b", &answers);
}

#[test]
fn commands_that_work_through_files_have_more_time() {
    for (slow, wait) in [(true, "LongReply"), (false, "Reply")] {
        let line = if slow { "RMDA a" } else { "SITE CHMOD 644 a" };
        let mut driver = logged_in(Config::default(), [hear(line), Item::Silence]);
        let outcome = match slow {
            true => driver.tell(flows::RemoveDirectoryTree::new("a").expect("a path")),
            false => driver.tell(flows::Chmod::new("a", 0o644).expect("a path")),
        };
        let verb = line.split(' ').next().expect("a verb");
        assert_eq!(
            outcome,
            format!("Timeout({wait}) Some(\"{verb}\") None None")
        );
    }
}

#[test]
fn a_server_says_what_it_is() {
    let flow = || flows::ClientId::new("test", "1.0");
    let answers = [
        (
            "200 Name=Serv-U; Version=15.1; CaseSensitive=0; DirSep=/;",
            r#"Some({"Name": "Serv-U", "Version": "15.1", "CaseSensitive": "0", "DirSep": "/"})"#,
        ),
        (
            "200 name=ProFTPD;version=1.3.8;casesensitive=1;",
            r#"Some({"name": "ProFTPD", "version": "1.3.8", "casesensitive": "1"})"#,
        ),
        ("200 thanks", "Some({})"),
    ];
    asks(flow, "CSID Name=test; Version=1.0;", &answers);
}

#[test]
fn arguments_that_the_form_cannot_carry_are_refused() {
    #[track_caller]
    fn refused<F: Debug>(flow: Result<F, Error>) {
        let error = flow.expect_err("it cannot be sent");
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    }
    use flows::*;
    refused(SetCreated::new("", time()));
    refused(SetCreated::new("a\nb", time()));
    refused(Chmod::new("", 0o644));
    refused(Chmod::new("a", 0o10000));
    for (target, link) in [
        ("", "b"),
        ("a", ""),
        ("a a", "b"),
        ("a", "b b"),
        ("\"a\"", "b"),
        ("a\tb", "c"),
    ] {
        refused(Symlink::new(target, link));
    }
    refused(SetFacts::new("a", [("", "x"); 0]));
    refused(SetFacts::new("", [("a", "x")]));
    for (name, value) in [
        ("", "1"),
        ("a b", "1"),
        ("a", "1;c=2"),
        ("a=1;b", "2"),
        ("a", "1 2"),
    ] {
        refused(SetFacts::new("a", [(name, value)]));
    }
    refused(Combine::new("a", NONE));
    refused(Combine::new("a", [""]));
    refused(Combine::new("", ["a"]));
    refused(Combine::new("a", ["b\" \"c"]));
    refused(ClientId::new("a;b", "1"));
    refused(RemoveDirectoryTree::new(""));
}
