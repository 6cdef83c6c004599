//! Tests of which reply codes a command may have: a positive reply with any other code is not taken
//! for the command's own reply.

use ftp_proto::{
    Config, Error, FileStructure, Flow, Pipelining, Protection, ReplyCodes, TransferType,
    TransmissionMode, flows,
};

use crate::support::*;

/// PWD gets a reply with a code that PWD cannot have. PWD must fail, and the client must send a
/// fence before the next command.
#[test]
fn a_reply_that_the_command_cannot_have_fails_it_and_is_fenced_off() {
    for late in [
        "226 again",
        "213 12",
        "220 ready",
        "331 more",
        "350 go on",
        "211 x",
        "229 (|||1|)",
    ] {
        let script = [
            &[hear("PWD"), say(late), say("257 \"/late\"")][..],
            &fence(),
            &[hear("CWD missing"), say("550 no")],
        ]
        .concat();
        let mut driver = logged_in(Config::default(), script);
        assert_eq!(
            driver.outcome(&Op::Pwd),
            format!("UnexpectedReply Some(\"PWD\") Some(\"{late}\") None")
        );
        assert_eq!(driver.outcome(&Op::Raw("CWD missing")), "550 no");
        driver.server.assert_over();
    }
}

const REPLIES: [u16; 27] = [
    200, 202, 211, 212, 213, 214, 215, 220, 221, 225, 226, 227, 228, 229, 230, 231, 232, 233, 234,
    250, 251, 253, 257, 331, 332, 334, 350,
];

/// Answers the command `line` with each code of [`REPLIES`]. With the codes in `own` and the
/// generic 200, 202 and 250, the session must stay in step. With any other code, the client must
/// send a fence before the next command.
#[track_caller]
fn takes<F: Flow>(line: &str, own: &[u16], flow: impl Fn() -> Result<F, Error>) {
    takes_only(line, &[own, &[200, 202, 250]].concat(), flow);
}

#[track_caller]
fn takes_only<F: Flow>(line: &str, own: &[u16], flow: impl Fn() -> Result<F, Error>) {
    for code in REPLIES {
        let text = format!("{code} \"/a\"");
        let mut driver = logged_in(Config::default(), [hear(line), say(&text)]);
        let _ = driver.run(flow().expect("it can be sent"));
        if own.contains(&code) {
            driver.server.extend([hear("HELP"), say("214 ok")]);
        } else {
            // The command's own reply, a 257, may still come. It must not be taken for the reply to
            // a fence, so the fence is SYST and not PWD.
            let by_path = ["PWD", "MKD", "RMD"]
                .iter()
                .any(|verb| line.starts_with(verb));
            match by_path {
                true => driver.server.extend([hear("SYST"), say("215 UNIX")]),
                false => driver.server.extend(fence()),
            }
            driver.server.extend([hear("HELP"), say("214 ok")]);
        }
        assert_eq!(driver.outcome(&Op::Raw("HELP")), "214 ok", "{line}: {code}");
        driver.server.assert_over();
    }
}

#[test]
fn each_command_accepts_its_own_codes_and_the_generic_ones() {
    takes("MKD a", &[257], || flows::MakeDirectory::new("a"));
    takes("RMD a", &[257], || flows::RemoveDirectory::new("a"));
    takes("CWD a", &[], || flows::ChangeDirectory::new("a"));
    takes("DELE a", &[], || flows::Delete::new("a"));
    takes("SYST", &[215], || Ok(flows::System::new()));
    takes("STAT", &[211, 212, 213], || {
        flows::Status::new(None::<&str>)
    });
    takes("NOOP", &[], || Ok(flows::Noop::new()));
    takes("ALLO 1", &[], || Ok(flows::Allocate::new(1)));
    takes("ACCT a", &[230, 231, 232, 233, 234], || {
        flows::Account::new("a")
    });
    takes("FEAT", &[211], || Ok(flows::Feat::new()));
    takes("MLST a", &[], || flows::Facts::new(Some("a")));
    takes("HOST a", &[220], || flows::Host::new("a"));
    takes("TYPE A", &[], || Ok(flows::Type::new(TransferType::TEXT)));
    takes("MODE B", &[], || {
        Ok(flows::Mode::new(TransmissionMode::Block))
    });
    takes("STRU P", &[], || {
        Ok(flows::Structure::new(FileStructure::Page))
    });
    takes("HELP", &REPLIES, || flows::Help::new(None::<&str>));
    takes("SITE a", &REPLIES, || flows::Site::new("a"));
    takes("OPTS a", &REPLIES, || flows::SetOption::new("a"));
    takes("CLNT a", &REPLIES, || flows::ClientName::new("a"));
    takes("LANG", &REPLIES, || flows::Language::new(None::<&str>));
    takes("SMNT a", &REPLIES, || flows::Mount::new("a"));
    takes("XYZZY", &REPLIES, || flows::Raw::new("XYZZY"));
}

/// A user who sends a raw command gets any reply to it. If the reply seems to belong to another
/// command, a fence follows.
#[test]
fn a_raw_command_gets_any_reply_and_an_odd_one_is_fenced_off() {
    for code in REPLIES.into_iter().chain([425, 426]) {
        let reply = format!("{code} \"/a\"");
        let mut driver = logged_in(Config::default(), [hear("DELE a"), say(&reply)]);
        assert_eq!(driver.outcome(&Op::Raw("DELE a")), reply);
        if !matches!(code, 200 | 202 | 250) {
            driver.server.extend(fence());
        }
        driver.server.extend([hear("HELP"), say("214 ok")]);
        assert_eq!(driver.outcome(&Op::Raw("HELP")), "214 ok", "{code}");
        driver.server.assert_over();
    }
}

/// A stray refuses RETR, so RETR's own refusal seems to be TYPE's, and the reply to TYPE seems to be
/// CWD's. The reply to CWD is a stray then, and nobody knows the type. So TYPE is sent again.
#[test]
fn a_stray_that_may_answer_type_leaves_the_type_unknown() {
    let script = [
        &opening("RETR a")[..6],
        &[say("550 stray"), serve("close discard")],
        &[hear("TYPE A"), say("550 no"), hear("CWD d"), say("200 A")],
        &[say("250 there")],
        &fence(),
        &pwd(),
        &[hear("TYPE I"), say("200 I")],
    ]
    .concat();
    let config = Config::default().with_pipelining(Pipelining::never());
    let mut driver = logged_in(config, script);
    let refused = driver.outcome(&Op::Retrieve("a", 0));
    assert!(refused.starts_with("Permanent"), "{refused}");
    let refused = driver.outcome(&Op::Type(TransferType::TEXT));
    assert!(refused.starts_with("Permanent"), "{refused}");
    driver.outcome(&Op::Raw("CWD d"));
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.outcome(&Op::Type(TransferType::Image));
    driver.server.assert_over();
}

/// The server says 150 for a transfer that was given up. It answers no command without a data
/// connection, and neither does what comes after it.
#[test]
fn a_150_answers_no_command_without_a_data_connection() {
    for opening in ["125 open", "150 here"] {
        let script = [
            &[hear("DELE a"), say(opening), say("250 done"), say("550 no")][..],
            &fence(),
            &[hear("HELP"), say("214 ok")],
        ]
        .concat();
        let mut driver = logged_in(Config::default(), script);
        let outcome = driver.tell(flows::Delete::new("a").expect("a path"));
        let wanted = format!("UnexpectedReply Some(\"DELE\") Some(\"{opening}\") None");
        assert_eq!(outcome, wanted);
        assert_eq!(driver.outcome(&Op::Raw("HELP")), "214 ok");
        driver.server.assert_over();
    }
}

/// A command that asks for a value needs a reply that can hold the value. A plain 200 or 250 is not
/// such a reply. For example, a server may answer TYPE twice, and the second 200 is then not the
/// reply to SIZE. PWD accepts a 200 or 250 only if it has a path in quotes.
#[test]
fn a_command_that_asks_for_a_value_accepts_only_its_own_codes() {
    takes_only("PWD", &[257, 200, 250], || Ok(flows::Pwd::new()));
    let script = [
        // The 257 of the first PWD may still come, so the fence is SYST and not PWD.
        &[hear("PWD"), say("250 Directory changed")][..],
        &[hear("SYST"), say("215 UNIX")],
        &pwd(),
    ]
    .concat();
    let outcomes = play(logged_in(Config::default(), script), &[Op::Pwd, Op::Pwd]);
    assert_eq!(outcomes[1], "/here");
    takes_only("MDTM a", &[213, 253], || flows::Modified::new("a"));
    let script = [
        &[
            hear("TYPE I"),
            say("200 ok"),
            hear("SIZE f"),
            say("200 ok"),
            say("213 1000"),
        ][..],
        &fence(),
        &[hear("SIZE missing"), say("550 no")],
    ]
    .concat();
    let outcomes = play(
        logged_in(Config::default(), script),
        &[Op::Size("f"), Op::Size("missing")],
    );
    assert_eq!(
        outcomes[0],
        "UnexpectedReply Some(\"SIZE\") Some(\"200 ok\") None"
    );
    assert!(outcomes[1].starts_with("Permanent"), "{outcomes:?}");
}

#[test]
fn a_login_accepts_the_codes_of_each_of_its_commands() {
    // A 230 or 232 to USER completes the login, and a 331 asks for PASS. After PASS, only a reply
    // that completes the login is right.
    for (user, pass, expected) in [
        ("230 in", None, "Reply(230 in)"),
        ("232 in", None, "Reply(232 in)"),
        ("331 more", Some("202 in"), "Reply(202 in)"),
        ("331 more", Some("331 more"), "UnexpectedReply"),
        ("220 ready", None, "UnexpectedReply"),
        ("257 \"/\"", None, "UnexpectedReply"),
        ("331 more", Some("226 done"), "UnexpectedReply"),
    ] {
        let mut script = vec![say("220 ready"), hear("USER ada"), say(user)];
        if let Some(pass) = pass {
            script.extend([hear("PASS hunter2"), say(pass)]);
        }
        let mut driver = scripted(Config::default(), script);
        driver.outcome(&Op::Greeting);
        let outcome = driver.tell(flows::Login::new(credentials()));
        assert!(outcome.starts_with(expected), "{user} {pass:?}: {outcome}");
        assert_eq!(driver.session.is_logged_in(), expected.starts_with("Reply"));
        driver.server.assert_over();
    }
}

#[test]
fn a_greeting_that_comes_late_a_second_time_is_no_login() {
    let script = [
        say("220 ready"),
        hear("USER ada"),
        say("220 ready"),
        say("331 password"),
        hear("FEAT"),
        say("530 no"),
    ];
    let mut driver = scripted(Config::default(), script);
    driver.outcome(&Op::Greeting);
    let outcome = driver.outcome(&Op::Login);
    assert!(
        outcome.starts_with("UnexpectedReply Some(\"USER\")"),
        "{outcome}"
    );
    // Before the login, only FEAT can serve as a fence. This server refuses it, so the session ends.
    let outcome = driver.outcome(&Op::Login);
    assert!(outcome.starts_with("OutOfStep"), "{outcome}");
    assert!(driver.session.is_dead());
    assert_eq!(driver.wire, ["USER ada", "FEAT"]);
}

#[test]
fn a_greeting_is_220_or_230() {
    for (greeting, taken) in [
        ("220 ready", true),
        ("230 in", true),
        ("226 done", false),
        ("331 more", false),
    ] {
        let mut driver = scripted(Config::default(), [say(greeting)]);
        let outcome = driver.outcome(&Op::Greeting);
        assert_eq!(!driver.session.is_dead(), taken, "{outcome}");
    }
}

/// The server answers EPSV with a 226 that belongs to an earlier command, and the 229 comes one
/// command too late. The client must not open a data connection.
#[test]
fn a_reply_that_is_one_command_late_opens_no_data_connection() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("226 again"),
        say("229 (|||6446|)"),
    ];
    let mut driver = logged_in(
        Config::default().with_pipelining(Pipelining::never()),
        script,
    );
    let outcome = driver.outcome(&Op::Retrieve("a", 0));
    assert_eq!(
        outcome,
        "UnexpectedReply Some(\"EPSV\") Some(\"226 again\") None"
    );
    driver.server.extend(fenced_pwd());
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
}

/// A line that is only `213` ends a long reply too early, so the rest of the reply is a stray. A
/// fence must swallow the rest.
#[test]
fn a_long_reply_that_a_bare_code_has_ended_is_fenced_off() {
    let script = [
        &[hear("STAT a"), say("213-Status\r\n213"), hear("PWD")][..],
        &[say("213 End"), say("257 \"/fence\"")],
        &[hear("SIZE a"), say("550 no")],
    ]
    .concat();
    let mut driver = logged_in(Config::default(), [hear("TYPE I"), say("200 I")]);
    driver.outcome(&Op::Type(TransferType::Image));
    driver.server.extend(script);
    let status = flows::Status::new(Some("a")).expect("a path");
    assert_eq!(driver.tell(status), "Reply(213 Status | )");
    assert!(driver.outcome(&Op::Size("a")).starts_with("Permanent"));
    driver.server.assert_over();
}

#[test]
fn judging_by_the_first_digit_can_be_chosen() {
    let config = Config::default().with_reply_codes(ReplyCodes::FirstDigit);
    let script = [
        hear("DELE a"),
        say("226 gone"),
        hear("PWD"),
        say("257 \"/here\""),
    ];
    let mut driver = logged_in(config, script);
    let outcome = driver.tell(flows::Delete::new("a").expect("a path"));
    assert_eq!(outcome, "Reply(226 gone)");
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
}

/// The server may have carried out a command although its reply has an unexpected code. So the
/// client sends the command again before a transfer depends on it.
#[test]
fn an_effect_in_doubt_is_sent_again_before_it_matters() {
    for answer in ["200 restarting", "226 restarting"] {
        let script = [
            &[
                hear("TYPE I"),
                say("200 I"),
                hear("EPSV"),
                say("229 (|||6446|)"),
            ][..],
            &[serve("connect peer:6446"), hear("REST 600"), say(answer)],
            &[serve("close discard")],
            &fence(),
            &[
                hear("EPSV"),
                say("229 (|||6446|)"),
                serve("connect peer:6446"),
            ],
            &[
                hear("REST 0"),
                say("350 from the beginning"),
                hear("RETR a"),
                say("150 here"),
            ],
        ]
        .concat();
        let config = Config::default().with_pipelining(Pipelining::never());
        let mut driver = logged_in(config, script);
        let outcome = driver.outcome(&Op::Retrieve("a", 600));
        assert!(outcome.starts_with("UnexpectedReply"), "{outcome}");
        assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
        driver.server.assert_over();
    }
    for answer in ["350 text", "227 text"] {
        let script = [
            &[hear("TYPE I"), say("200 I"), hear("TYPE A"), say(answer)][..],
            &fence(),
            &opening("RETR a"),
        ]
        .concat();
        let mut driver = logged_in(Config::default(), script);
        driver.outcome(&Op::Type(TransferType::Image));
        let outcome = driver.outcome(&Op::Type(TransferType::TEXT));
        assert!(outcome.starts_with("UnexpectedReply"), "{outcome}");
        assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
        driver.server.assert_over();
    }
}

/// A raw command may get any reply without an error. If the reply does not confirm TYPE A, the
/// client sets the type again before a transfer.
#[test]
fn a_raw_command_leaves_its_effect_in_doubt_too() {
    let script = [
        &[
            hear("TYPE I"),
            say("200 I"),
            hear("TYPE A"),
            say("350 text"),
        ][..],
        &fence(),
        &opening("RETR a"),
    ]
    .concat();
    let mut driver = logged_in(Config::default(), script);
    driver.outcome(&Op::Type(TransferType::Image));
    assert_eq!(driver.outcome(&Op::Raw("TYPE A")), "350 text");
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();
}

#[test]
fn a_protection_in_doubt_is_set_again() {
    let mut driver = logged_in(explicit(), [hear("PROT C"), say("350 hm")]);
    driver.outcome(&Op::Raw("PROT C"));
    let script = [
        hear("PBSZ 0"),
        say("200 0"),
        hear("PROT P"),
        say("200 private"),
    ];
    driver.server.extend(fence());
    driver.server.extend(script);
    driver.server.extend(opening("RETR a"));
    driver.server.extend([serve("secure data")]);
    let outcome = driver.outcome(&Op::Retrieve("a", 0));
    assert!(outcome.ends_with("protected: true"), "{outcome}");
    assert_eq!(driver.session.protection(), Protection::Private);
    driver.server.assert_over();
}
