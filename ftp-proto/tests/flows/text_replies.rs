//! Commands whose reply is text for people: SYST, STAT, HELP, SITE and others.

use std::fmt::Debug;

use ftp_proto::{Config, Error, Flow, flows};

use crate::support::*;

/// Checks that the flow sends `line` and returns a positive reply, and that its error after a
/// refusal names the command. After either reply, the session must be in step.
#[track_caller]
fn exchanged<F: Flow>(flow: impl Fn() -> Result<F, Error>, line: &str)
where
    F::Output: Debug,
{
    let verb = line.split(' ').next().unwrap_or_default();
    for (reply, outcome) in [
        ("200 ok", "Reply(200 ok)".into()),
        ("202 superfluous", "Reply(202 superfluous)".into()),
        (
            "200-a\r\n 550 b\r\n200 c",
            "Reply(200 a | 550 b | c)".into(),
        ),
        (
            "502 no",
            format!("Permanent Some(\"{verb}\") Some(\"502 no\") None"),
        ),
        (
            "450 later",
            format!("Transient Some(\"{verb}\") Some(\"450 later\") None"),
        ),
        (
            "350 more",
            format!("UnexpectedReply Some(\"{verb}\") Some(\"350 more\") None"),
        ),
    ] {
        // Any reply code can answer these commands, so the client sends no fence (an extra PWD).
        let free = ["HELP", "SITE", "OPTS", "CLNT", "LANG", "SMNT"].contains(&verb);
        let pwd = match free || reply.starts_with('2') {
            true => pwd().into(),
            false => pwd_after(reply),
        };
        let script = [&[hear(line), say(reply)][..], &pwd].concat();
        let mut driver = logged_in(Config::default(), script);
        assert_eq!(driver.tell(flow().expect("an argument")), outcome, "{line}");
        assert_eq!(driver.outcome(&Op::Pwd), "/here");
        driver.server.assert_over();
    }
}

#[test]
fn noop_takes_any_2xx() {
    assert_eq!(plain(Op::Noop, [hear("NOOP"), say("250 ok")]), "250 ok");
    assert!(plain(Op::Noop, [hear("NOOP"), say("500 what")]).starts_with("Permanent"));
}

#[test]
fn text_replies_of_every_command() {
    exchanged(|| Ok(flows::Noop::new()), "NOOP");
    exchanged(|| Ok(flows::System::new()), "SYST");
    exchanged(|| flows::Status::new(None::<&str>), "STAT");
    exchanged(|| flows::Status::new(Some("a b")), "STAT a b");
    exchanged(|| flows::Help::new(None::<&str>), "HELP");
    exchanged(|| flows::Help::new(Some("SITE")), "HELP SITE");
    exchanged(|| flows::Site::new("CHMOD 644 a b"), "SITE CHMOD 644 a b");
    exchanged(|| Ok(flows::Allocate::new(0)), "ALLO 0");
    exchanged(
        || Ok(flows::Allocate::new(u64::MAX)),
        "ALLO 18446744073709551615",
    );
    exchanged(|| flows::Account::new("research"), "ACCT research");
    exchanged(|| flows::Mount::new("/mnt/a"), "SMNT /mnt/a");
    exchanged(|| flows::SetOption::new("UTF8 ON"), "OPTS UTF8 ON");
    exchanged(
        || flows::ChooseFacts::new(["type", "size"]),
        "OPTS MLST type;size;",
    );
    exchanged(|| flows::ChooseFacts::new([""; 0]), "OPTS MLST");
    exchanged(
        || flows::Host::new("ftp.example.org"),
        "HOST ftp.example.org",
    );
    exchanged(|| flows::Language::new(None::<&str>), "LANG");
    exchanged(|| flows::Language::new(Some("fr-CA")), "LANG fr-CA");
    exchanged(|| flows::ClientName::new("ftp 1.0"), "CLNT ftp 1.0");
}

#[test]
fn status_of_a_directory_comes_over_the_control_connection() {
    let status = flows::Status::new(Some("pub")).expect("a path");
    let script = [
        hear("STAT pub"),
        say("213-Status of pub:\r\n-rw-r--r-- 1 ada ada 12 Jan 1 00:00 226 b\r\n213 End"),
    ];
    assert_eq!(
        flow_outcome(status, script),
        "Reply(213 Status of pub: | -rw-r--r-- 1 ada ada 12 Jan 1 00:00 226 b | End)"
    );
}

#[test]
fn account_in_mid_session_is_a_secret() {
    let account = || flows::Account::new("tr0ub4dor").expect("an account");
    let shown = format!("{:?}", account());
    assert!(!shown.contains("tr0ub4dor"), "{shown}");
    let script = [hear("ACCT tr0ub4dor"), say("230 tr0ub4dor is in")];
    let outcome = flow_outcome(account(), script);
    assert!(
        outcome.starts_with("Reply(230 ") && outcome.ends_with(" is in)"),
        "{outcome}"
    );
    assert!(!outcome.contains("tr0ub4dor"), "{outcome}");
}

#[test]
fn account_after_532_lets_the_upload_through() {
    let refused = [hear("STOR a"), say("532 whose?"), serve("close discard")];
    let script = [
        &up_to_connect()[..],
        &refused,
        &[hear("ACCT research"), say("202 ok")],
        &up_to_connect()[2..],
        &[hear("STOR a"), say("150 here")],
    ]
    .concat();
    let mut driver = logged_in(Config::default(), script);
    assert_eq!(
        driver.outcome(&Op::Store("a")),
        "Permanent Some(\"STOR\") Some(\"532 whose?\") None"
    );
    let account = flows::Account::new("research").expect("an account");
    assert_eq!(driver.tell(account), "Reply(202 ok)");
    assert_eq!(driver.outcome(&Op::Store("a")), UPLOADING);
    driver.server.assert_over();
}

#[test]
fn only_host_and_help_are_sent_before_tls() {
    let mut driver = scripted(explicit(), [say("220 ready")]);
    driver.outcome(&Op::Greeting);
    let host = flows::Host::new("ftp.example.org").expect("a name");
    let help = flows::Help::new(None::<&str>).expect("no topic");
    driver
        .server
        .extend([hear("HOST ftp.example.org"), say("220 that one")]);
    assert_eq!(driver.tell(host), "Reply(220 that one)");
    driver.server.extend([hear("HELP"), say("214 help")]);
    assert_eq!(driver.tell(help), "Reply(214 help)");
    driver.server.assert_over();
    driver.forget();
    let refused = [
        driver.tell(flows::System::new()),
        driver.tell(flows::Status::new(None::<&str>).expect("no path")),
        driver.tell(flows::Site::new("x").expect("a line")),
        driver.tell(flows::Account::new("x").expect("an account")),
        driver.tell(flows::SetOption::new("UTF8 ON").expect("a line")),
        driver.tell(flows::ClientName::new("x").expect("a name")),
        driver.tell(flows::Language::new(Some("en")).expect("a tag")),
        driver.tell(flows::Delete::new("a").expect("a path")),
        driver.tell(flows::ChangeDirectory::new("..").expect("a path")),
        driver.tell(flows::Reinitialize::new()),
    ];
    for outcome in refused {
        assert!(outcome.starts_with("Insecure"), "{outcome}");
    }
    assert!(driver.wire.is_empty(), "{:?}", driver.wire);
    // The client has refused all these commands before TLS. A login under TLS must still work.
    driver.server.extend(secure_login().drain(1..));
    assert_eq!(driver.outcome(&Op::Login), "230 in");
    driver.server.assert_over();
}

#[test]
fn host_that_is_not_served_here_is_refused() {
    let mut driver = scripted(Config::default(), [say("220 ready")]);
    driver.outcome(&Op::Greeting);
    driver
        .server
        .extend([hear("HOST no.example.org"), say("504 unknown host")]);
    let host = flows::Host::new("no.example.org").expect("a name");
    assert_eq!(
        driver.tell(host),
        "Permanent Some(\"HOST\") Some(\"504 unknown host\") None"
    );
    driver.server.extend(plain_login().drain(1..));
    assert_eq!(driver.outcome(&Op::Login), "230 in");
    driver.server.assert_over();
}
