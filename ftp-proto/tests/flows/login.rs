//! Login: USER, PASS and ACCT, and the commands around them under TLS.

use ftp_proto::{Config, Error, ErrorKind, Protection, flows};

use crate::support::*;

fn login(items: impl IntoIterator<Item = Item>) -> String {
    let mut driver = scripted(Config::default(), [say("220 ready"), hear("USER ada")]);
    driver.server.extend(items);
    play(driver, &[Op::Greeting, Op::Login]).remove(1)
}

#[test]
fn login_needs_no_password_after_2xx_to_user() {
    assert_eq!(login([say("230 in")]), "230 in");
    assert_eq!(login([say("232 in")]), "232 in");
    assert_eq!(login([say("200 fine")]), "200 fine");
}

#[test]
fn login_takes_202_to_pass() {
    assert_eq!(
        login([say("331 p"), hear("PASS hunter2"), say("202 superfluous")]),
        "202 superfluous"
    );
}

#[test]
fn login_refused() {
    let pass = || [say("331 p"), hear("PASS hunter2")];
    for (reply, kind) in [
        ("530 no", "Permanent"),
        ("430 no", "Transient"),
        ("421 full", "Closed"),
    ] {
        let script = [pass().to_vec(), vec![say(reply)]].concat();
        assert_eq!(
            login(script),
            format!("{kind} Some(\"PASS\") Some(\"{reply}\") None")
        );
    }
    assert_eq!(
        login([say("530 too many")]),
        "Permanent Some(\"USER\") Some(\"530 too many\") None"
    );
    // The reply 633 comes from curl's test 1282.
    assert!(login([pass().to_vec(), vec![say("633 x")]].concat()).starts_with("Protocol"));
}

#[test]
fn login_with_an_account_that_is_asked_for() {
    let script = || {
        [
            say("220 ready"),
            hear("USER ada"),
            say("331 p"),
            hear("PASS hunter2"),
            say("332 account"),
        ]
    };
    let asked = [&script()[..], &[hear("ACCT research"), say("230 in")]].concat();
    let ops = [Op::Greeting, Op::LoginWithAccount];
    assert_eq!(play(scripted(Config::default(), asked), &ops)[1], "230 in");
    let asked = [&script()[..], &[hear("ACCT research"), say("530 no")]].concat();
    assert_eq!(
        play(scripted(Config::default(), asked), &ops)[1],
        "Permanent Some(\"ACCT\") Some(\"530 no\") None"
    );
    assert_eq!(
        play(
            scripted(Config::default(), script()),
            &[Op::Greeting, Op::Login]
        )[1],
        "UnexpectedReply Some(\"PASS\") Some(\"332 account\") None"
    );
}

#[test]
fn login_sends_no_account_that_is_not_asked_for() {
    let ops = [Op::Greeting, Op::LoginWithAccount];
    assert_eq!(
        play(scripted(Config::default(), plain_login()), &ops)[1],
        "230 in"
    );
}

#[test]
fn login_sends_an_empty_password_with_its_blank() {
    let mut driver = scripted(
        Config::default(),
        [
            say("220 ready"),
            hear("USER ada"),
            say("331 p"),
            hear("PASS "),
            say("230 in"),
        ],
    );
    driver.outcome(&Op::Greeting);
    let credentials = flows::Credentials::new("ada", "").expect("an empty password");
    driver.run(flows::Login::new(credentials)).expect("a login");
    driver.server.assert_over();
}

#[test]
fn invariant_8_credentials_are_refused_before_a_byte_is_sent() {
    for bad in ["a\rb", "a\nb", "a\0b", "a\r\nDELE x"] {
        let refused: [Result<flows::Credentials, Error>; 3] = [
            flows::Credentials::new(bad, "x"),
            flows::Credentials::new("ada", bad),
            flows::Credentials::new("ada", "x").and_then(|c| c.with_account(bad)),
        ];
        for result in refused {
            let kind = result.map_err(|error| error.kind()).expect_err("refused");
            assert_eq!(kind, ErrorKind::InvalidArgument);
        }
    }
    let account = flows::Credentials::new("ada", "x").and_then(|c| c.with_account(""));
    let kind = account.map_err(|error| error.kind()).expect_err("refused");
    assert_eq!(kind, ErrorKind::InvalidArgument);
}

/// After a login that failed, the session and its successor still keep the credentials of the last
/// login that succeeded.
#[test]
fn the_session_keeps_the_credentials_of_the_last_login() {
    let script = [
        say("220 ready"),
        hear("USER ada"),
        say("230 in"),
        hear("USER eve"),
        say("530 no"),
    ];
    let mut driver = scripted(Config::default(), script);
    driver.outcome(&Op::Greeting);
    assert!(driver.session.credentials().is_none());
    for (user, goes_well) in [("ada", true), ("eve", false)] {
        let credentials = flows::Credentials::new(user, "x").expect("credentials");
        let result = driver.run(flows::Login::new(credentials));
        assert_eq!(result.is_ok(), goes_well);
        let kept = format!("{:?}", driver.session.credentials());
        assert!(kept.contains("ada"), "{kept}");
    }
    let successor = driver.session.successor();
    assert!(successor.credentials().is_some());
}

/// As in ftplib, an empty user name means `anonymous`.
#[test]
fn an_empty_user_name_means_anonymous() {
    for (user, password, sent) in [
        ("", "", ["USER anonymous", "PASS anonymous@"]),
        ("", "-", ["USER anonymous", "PASS -anonymous@"]),
        ("", "a@b", ["USER anonymous", "PASS a@b"]),
        ("anonymous", "", ["USER anonymous", "PASS anonymous@"]),
        ("anonymous", "-", ["USER anonymous", "PASS -anonymous@"]),
        ("anonymous", "a@b", ["USER anonymous", "PASS a@b"]),
        ("ftp", "-", ["USER ftp", "PASS -"]),
    ] {
        let script = [
            say("220 ready"),
            hear(sent[0]),
            say("331 password"),
            hear(sent[1]),
            say("230 in"),
        ];
        let mut driver = scripted(Config::default(), script);
        driver.outcome(&Op::Greeting);
        let credentials = flows::Credentials::new(user, password).expect("credentials");
        driver.run(flows::Login::new(credentials)).expect("a login");
        driver.server.assert_over();
    }
}

#[test]
fn invariant_8_paths_are_refused_before_a_byte_is_sent() {
    for bad in ["a\rb", "a\nb", "a\0b", ""] {
        assert!(flows::Open::retrieve(bad).is_err());
        assert!(flows::Open::store(bad).is_err());
        assert!(flows::Open::list(Some(bad)).is_err());
        assert!(flows::Open::names(Some(bad)).is_err());
        assert!(flows::Size::new(bad).is_err());
        assert!(flows::Raw::new(format!("DELE {bad}")).is_err());
    }
}

#[test]
fn login_under_tls_protects_data_after_the_login() {
    let mut driver = scripted(explicit(), secure_login());
    driver.outcome(&Op::Greeting);
    assert_eq!(driver.outcome(&Op::Login), "230 in");
    driver.server.assert_over();
    assert_eq!(driver.session.protection(), Protection::Private);
}

#[test]
fn login_passes_over_a_refused_pbsz() {
    let mut script = secure_login();
    script[9] = say("502 no PBSZ");
    let ops = [Op::Greeting, Op::Login];
    assert_eq!(play(scripted(explicit(), script), &ops)[1], "230 in");
}

#[test]
fn login_fails_closed_where_prot_is_refused() {
    for (reply, kind) in [("534 no", "Permanent"), ("431 later", "Transient")] {
        let mut script = secure_login();
        script[11] = say(reply);
        let ops = [Op::Greeting, Op::Login, Op::Retrieve("a", 0)];
        let outcomes = play(scripted(explicit(), script), &ops);
        assert_eq!(
            outcomes[1],
            format!("{kind} Some(\"PROT\") Some(\"{reply}\") None")
        );
        // The client refuses the transfer before it sends EPSV.
        assert_eq!(outcomes[2], "Insecure Some(\"EPSV\") None None");
    }
}

#[test]
fn login_under_tls_with_clear_data_by_choice() {
    let script = secure_login()[..8].to_vec();
    let config = explicit().with_protection(Protection::Clear);
    let ops = [Op::Greeting, Op::Login];
    assert_eq!(play(scripted(config, script), &ops)[1], "230 in");
}
