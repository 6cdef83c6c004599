//! Every flow against a scripted server: the exact bytes on the wire, and the outcome.

mod support;

use std::net::SocketAddr;

use ftp_proto::{
    AbortSignal, Config, DataCommand, DataEnd, DataMode, Error, ErrorKind, Misuse, PassiveAddress,
    Protection, Security, TransferType, Verdict, Wait, flows,
};
use support::*;

/// Runs the operations one after the other and returns their outcomes; the script must be used up.
#[track_caller]
fn play(mut driver: Driver<Script>, ops: &[Op]) -> Vec<String> {
    let outcomes = ops.iter().map(|op| driver.outcome(op)).collect();
    driver.server.assert_over();
    outcomes
}

/// The one outcome of one operation behind a login.
#[track_caller]
fn plain(op: Op, items: impl IntoIterator<Item = Item>) -> String {
    play(logged_in(Config::default(), items), &[op]).remove(0)
}

fn active() -> Config {
    Config::default().with_data_mode(DataMode::Active)
}

fn with_connect() -> Config {
    Config::default().with_data_command(DataCommand::WithConnect)
}

/// A download that has been opened in clear text, with this to come.
fn downloading(items: impl IntoIterator<Item = Item>) -> Driver<Script> {
    let mut driver = logged_in(Config::default(), opening("RETR a"));
    driver.outcome(&Op::Retrieve("a", 0));
    driver.server.assert_over();
    assert!(driver.transfer.is_some());
    driver.server.extend(items);
    driver.forget();
    driver
}

/// An upload that has been opened in clear text, with this to come.
fn uploading(items: impl IntoIterator<Item = Item>) -> Driver<Script> {
    let mut driver = logged_in(Config::default(), opening("STOR a"));
    driver.outcome(&Op::Store("a"));
    driver.server.assert_over();
    assert!(driver.transfer.is_some());
    driver.server.extend(items);
    driver.forget();
    driver
}

fn opening(command: &str) -> Vec<Item> {
    vec![
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        serve("connect peer:6446"),
        hear(command),
        say("150 here"),
    ]
}

fn pwd() -> [Item; 2] {
    [hear("PWD"), say("257 \"/here\"")]
}

/// PWD ahead of PWD: the first one is the fence.
fn fenced_pwd() -> Vec<Item> {
    [[hear("PWD"), say("257 \"/fence\"")], pwd()].concat()
}

const DOWNLOADING: &str = "Download Image from 0, hint None, protected: false";
const UPLOADING: &str = "Upload Image from 0, hint None, protected: false";

fn finish() -> Op {
    Op::Finish(12, DataEnd::Clean)
}

// Greeting

fn greeting(items: impl IntoIterator<Item = Item>) -> String {
    play(scripted(Config::default(), items), &[Op::Greeting]).remove(0)
}

#[test]
fn greeting_of_several_lines() {
    assert_eq!(
        greeting([say("220-hi\r\n 421 files\r\n220 ready")]),
        "220 hi | 421 files | ready"
    );
}

#[test]
fn greeting_after_120_waits_in_a_class_of_its_own() {
    let mut driver = scripted(
        Config::default(),
        [say("120 in 3 minutes"), say("120 in 2"), say("220 ready")],
    );
    assert_eq!(driver.outcome(&Op::Greeting), "220 ready");
    assert_eq!(
        driver.wants,
        [
            "receive Greeting",
            "receive DelayedGreeting",
            "receive DelayedGreeting continues"
        ]
    );
}

#[test]
fn greeting_after_120_that_never_comes() {
    assert_eq!(
        greeting([say("120 in 3 minutes"), Item::Silence]),
        "Timeout(DelayedGreeting) None None None"
    );
}

#[test]
fn greeting_421_is_a_server_that_is_full() {
    let mut driver = scripted(Config::default(), [say("421 too many")]);
    let outcome = driver.outcome(&Op::Greeting);
    assert!(outcome.starts_with("Closed") && outcome.contains("421 too many"));
    assert!(driver.session.is_dead());
    assert!(driver.outcome(&Op::Login).starts_with("Closed"));
    assert!(driver.wire.is_empty());
}

#[test]
fn greeting_421_names_no_command() {
    // An empty verb would be shown as `: the server closed …`.
    let mut driver = scripted(Config::default(), [say("421 too many")]);
    let error = driver.run(flows::Greeting::new()).expect_err("full");
    assert_eq!(error.command(), None, "{error}");
}

#[test]
fn greeting_5xx_kills_the_session() {
    let mut driver = scripted(Config::default(), [say("530 not you")]);
    assert_eq!(
        driver.outcome(&Op::Greeting),
        "Permanent None Some(\"530 not you\") None"
    );
    assert!(driver.session.is_dead());
    assert!(driver.outcome(&Op::Login).starts_with("Permanent"));
    assert!(driver.wire.is_empty());
}

#[test]
fn greeting_5xx_of_a_dropped_greeting_is_known_to_the_next_operation() {
    // A server that refuses in its greeting wants no USER.
    let mut driver = scripted(Config::default(), [say("530 not you")]);
    driver.fuse = 1;
    assert_eq!(driver.outcome(&Op::Greeting), "dropped");
    assert!(driver.outcome(&Op::Login).starts_with("Permanent"));
    assert!(driver.wire.is_empty());
}

#[test]
fn greeting_that_is_no_ftp_kills_the_session() {
    for hello in [
        "SSH-2.0-OpenSSH_9.9",
        "* OK IMAP4rev1",
        "HTTP/1.1 400 Bad",
        "633 x",
    ] {
        let mut driver = scripted(Config::default(), [say(hello)]);
        assert_eq!(driver.outcome(&Op::Greeting), "Protocol None None None");
        assert!(driver.outcome(&Op::Login).starts_with("Protocol"));
        assert!(driver.wire.is_empty());
    }
}

#[test]
fn greeting_cut_by_the_end_of_the_connection() {
    assert_eq!(
        greeting([bytes(b"220 rea"), Item::Eof]),
        "Closed None None None"
    );
    assert_eq!(greeting([Item::Eof]), "Closed None None None");
    assert_eq!(greeting([Item::Broken]), "Io None None None");
}

#[test]
fn greeting_230_in_clear_is_a_login() {
    let mut driver = scripted(Config::default(), [say("230 in already")]);
    assert_eq!(driver.outcome(&Op::Greeting), "230 in already");
    assert!(driver.session.is_logged_in());
}

#[test]
fn greeting_230_where_tls_is_demanded_is_a_220() {
    let mut script = secure_login();
    script[0] = say("230 in already");
    let mut driver = scripted(explicit(), script);
    assert_eq!(driver.outcome(&Op::Greeting), "230 in already");
    assert!(!driver.session.is_logged_in());
    assert_eq!(driver.outcome(&Op::Login), "230 in");
    driver.server.assert_over();
}

#[test]
fn greeting_is_not_waited_for_twice() {
    let ops = [Op::Greeting, Op::Greeting];
    let driver = scripted(Config::default(), [say("220 ready")]);
    assert_eq!(play(driver, &ops), ["220 ready", "220 ready"]);
}

// Secure

fn auth(items: impl IntoIterator<Item = Item>) -> Driver<Script> {
    let mut driver = scripted(explicit(), [say("220 ready"), hear("AUTH TLS")]);
    driver.server.extend(items);
    driver.outcome(&Op::Greeting);
    driver
}

#[test]
fn secure_accepts_234_and_334() {
    for accepted in ["234 go", "334 go"] {
        let mut driver = auth([say(accepted), serve("secure control")]);
        assert_eq!(driver.outcome(&Op::Secure), "()");
        assert!(driver.session.is_secured());
        driver.server.assert_over();
    }
}

#[test]
fn secure_refused_sends_no_credentials_and_does_not_fall_back() {
    for (refusal, kind) in [
        ("500 what", "Permanent"),
        ("502 no", "Permanent"),
        ("504 not TLS", "Permanent"),
        ("534 policy", "Permanent"),
        ("431 later", "Transient"),
        ("200 fine", "UnexpectedReply"),
        ("331 hm", "UnexpectedReply"),
    ] {
        let mut driver = auth([say(refusal)]);
        let outcome = driver.outcome(&Op::Login);
        assert_eq!(
            outcome,
            format!("{kind} Some(\"AUTH\") Some(\"{refusal}\") None")
        );
        assert!(!driver.session.is_secured());
        assert_eq!(driver.wire, ["AUTH TLS"]);
        let outcome = driver.outcome(&Op::Raw("USER ada"));
        assert!(outcome.starts_with("Insecure"), "{outcome}");
        assert_eq!(driver.wire, ["AUTH TLS"]);
    }
}

#[test]
fn secure_answered_with_a_preliminary_is_dead() {
    // It promises another reply, and any byte behind this one is fatal.
    let mut driver = auth([say("150 hm")]);
    driver.outcome(&Op::Login);
    assert!(driver.session.is_dead());
    assert_eq!(driver.wire, ["AUTH TLS"]);
}

#[test]
fn secure_whose_handshake_fails_is_dead() {
    for (item, kind) in [
        (fails("secure control", ErrorKind::Tls), "Tls"),
        (Item::Silence, "Timeout(Handshake)"),
        (Item::Broken, "Io"),
    ] {
        let mut driver = auth([say("234 go"), item]);
        let outcome = driver.outcome(&Op::Login);
        assert!(outcome.starts_with(kind), "{outcome}");
        assert!(driver.session.is_dead());
        assert!(driver.outcome(&Op::Quit).starts_with(kind));
        assert_eq!(driver.wire, ["AUTH TLS"]);
    }
}

#[test]
fn secure_twice_is_misuse() {
    let mut driver = logged_in(explicit(), []);
    let outcome = driver.outcome(&Op::Secure);
    assert!(outcome.starts_with("Misuse(AlreadySecured)"), "{outcome}");
    assert!(driver.wire.is_empty() && !driver.session.is_dead());
}

// Login

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
    // curl's test 1282.
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
    assert!(flows::Credentials::new("", "x").is_err());
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
        script.extend([hear("TYPE I"), say("200 I")]);
        let ops = [Op::Greeting, Op::Login, Op::Retrieve("a", 0)];
        let outcomes = play(scripted(explicit(), script), &ops);
        assert_eq!(
            outcomes[1],
            format!("{kind} Some(\"PROT\") Some(\"{reply}\") None")
        );
        // Not even EPSV goes out.
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

// Feat, Pwd, Noop, Type, Size

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

#[test]
fn pwd_answers() {
    let pwd = |reply| plain(Op::Pwd, [hear("PWD"), say(reply)]);
    assert_eq!(pwd("257 \"/a\"\"b\" is current"), "/a\"b");
    assert_eq!(pwd("250 \"/a\""), "/a");
    assert_eq!(
        pwd("257 /a"),
        "Protocol Some(\"PWD\") Some(\"257 /a\") None"
    );
    assert_eq!(
        pwd("550 gone"),
        "Permanent Some(\"PWD\") Some(\"550 gone\") None"
    );
    assert_eq!(
        pwd("450 busy"),
        "Transient Some(\"PWD\") Some(\"450 busy\") None"
    );
    assert_eq!(
        pwd("331 hm"),
        "UnexpectedReply Some(\"PWD\") Some(\"331 hm\") None"
    );
}

#[test]
fn noop_takes_any_2xx() {
    assert_eq!(plain(Op::Noop, [hear("NOOP"), say("250 ok")]), "250 ok");
    assert!(plain(Op::Noop, [hear("NOOP"), say("500 what")]).starts_with("Permanent"));
}

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

#[test]
fn size_sets_type_i_first() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("SIZE a b"),
        say("213 12"),
    ];
    assert_eq!(plain(Op::Size("a b"), script), "Some(12)");
}

#[test]
fn size_unknown_to_the_server_is_remembered() {
    for refusal in ["500 what", "502 no", "504 no"] {
        let script = [hear("TYPE I"), say("200 I"), hear("SIZE a"), say(refusal)];
        let ops = [Op::Size("a"), Op::Size("b")];
        let outcomes = play(logged_in(Config::default(), script), &ops);
        assert_eq!(outcomes, ["None", "None"]);
    }
}

#[test]
fn size_answers_that_are_errors_and_leave_the_session_in_step() {
    for (reply, kind) in [
        ("550 no file", "Permanent"),
        ("213 18446744073709551616", "Protocol"),
        ("213 many", "Protocol"),
        ("213 12 bytes", "Protocol"),
        ("250 12", "Protocol"),
    ] {
        let script = [hear("TYPE I"), say("200 I"), hear("SIZE a"), say(reply)];
        let script = [&script[..], &pwd()].concat();
        let outcomes = play(
            logged_in(Config::default(), script),
            &[Op::Size("a"), Op::Pwd],
        );
        assert_eq!(
            outcomes,
            [
                format!("{kind} Some(\"SIZE\") Some(\"{reply}\") None"),
                "/here".into()
            ]
        );
    }
}

#[test]
fn size_cut_by_the_end_of_the_connection_is_never_a_size() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("SIZE a"),
        bytes(b"213 12"),
        Item::Eof,
    ];
    assert_eq!(plain(Op::Size("a"), script), "Closed None None None");
}

#[test]
fn a_reply_that_does_not_come_in_time_is_not_the_next_one_s() {
    let script = [
        hear("PWD"),
        Item::Silence,
        // It is late, and read before NOOP goes out.
        say("257 \"/late\""),
        hear("NOOP"),
        say("200 ok"),
    ];
    let outcomes = play(logged_in(Config::default(), script), &[Op::Pwd, Op::Noop]);
    assert_eq!(outcomes, ["Timeout(Reply) None None None", "200 ok"]);
}

// Open

#[test]
fn open_retrieve_by_epsv() {
    let mut driver = logged_in(Config::default(), opening("RETR a"));
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();
    let blocking: Vec<_> = driver
        .wants
        .iter()
        .filter(|want| *want != "receive Arrived")
        .collect();
    assert_eq!(
        blocking,
        [
            "receive Reply",
            "receive Reply",
            "connect peer:6446",
            "receive Preliminary"
        ]
    );
}

#[test]
fn open_knows_the_type_and_takes_the_size_hint() {
    let script = [
        hear("TYPE A"),
        say("200 A"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        serve("connect peer:6446"),
        hear("LIST"),
        say("125 open (0.0.0.0,0) (545 bytes)"),
        serve("close graceful download"),
        say("226 done"),
        hear("EPSV"),
        say("229 (|||6447|)"),
        serve("connect peer:6447"),
        hear("LIST"),
        say("150 here"),
    ];
    let ops = [Op::List, finish(), Op::List];
    let outcomes = play(logged_in(Config::default(), script), &ops);
    assert_eq!(
        outcomes[0],
        "Download Ascii(NonPrint) from 0, hint Some(545), protected: false"
    );
    assert_eq!(
        outcomes[2],
        "Download Ascii(NonPrint) from 0, hint None, protected: false"
    );
}

#[test]
fn open_falls_back_to_pasv_where_epsv_is_refused_and_remembers() {
    for refusal in [
        "500 what",
        "501 no",
        "502 no",
        "522 no",
        "425 no",
        "229 bad ((((",
        "229 (||6446|)",
        "229 (|||70000|)",
    ] {
        let script = [
            hear("TYPE I"),
            say("200 I"),
            hear("EPSV"),
            say(refusal),
            hear("PASV"),
            // The address is never used.
            say("227 Entering (10,0,0,1,25,46)"),
            serve("connect peer:6446"),
            hear("RETR a"),
            say("150 here"),
            serve("close graceful download"),
            say("226 done"),
            hear("PASV"),
            say("227 =10,0,0,1,25,47"),
            serve("connect peer:6447"),
            hear("RETR b"),
            say("150 here"),
        ];
        let ops = [Op::Retrieve("a", 0), finish(), Op::Retrieve("b", 0)];
        let outcomes = play(logged_in(Config::default(), script), &ops);
        assert_eq!(
            [&outcomes[0], &outcomes[2]],
            [DOWNLOADING, DOWNLOADING],
            "{refusal}"
        );
    }
}

#[test]
fn open_falls_back_to_pasv_where_the_port_of_epsv_is_filtered_and_remembers() {
    for failure in [
        fails("connect peer:6446", ErrorKind::Io),
        Item::Serve("connect peer:6446", Reaction::TimesOut),
    ] {
        let script = [
            hear("TYPE I"),
            say("200 I"),
            hear("EPSV"),
            say("229 (|||6446|)"),
            failure,
            hear("PASV"),
            say("227 (10,0,0,1,25,47)"),
            serve("connect peer:6447"),
            hear("RETR a"),
            say("150 here"),
            serve("close graceful download"),
            say("226 done"),
            hear("PASV"),
            say("227 (10,0,0,1,25,48)"),
            serve("connect peer:6448"),
            hear("RETR b"),
            say("150 here"),
        ];
        let ops = [Op::Retrieve("a", 0), finish(), Op::Retrieve("b", 0)];
        play(logged_in(Config::default(), script), &ops);
    }
}

/// Over IPv6 there is no PASV.
#[test]
fn open_tells_why_epsv_did_not_do_where_pasv_does_not_either_and_tries_it_again() {
    let begin = [hear("TYPE I"), say("200 I"), hear("EPSV")];
    let refused = [say("425 no"), hear("PASV"), say("502 what")];
    let filtered = [
        say("229 (|||6446|)"),
        fails("connect peer:6446", ErrorKind::Io),
        hear("PASV"),
        say("425 You cannot use PASV on IPv6 connections"),
        serve("close abandon"),
    ];
    let again = [
        hear("EPSV"),
        say("229 (|||6447|)"),
        serve("connect peer:6447"),
        hear("RETR b"),
        say("150 here"),
    ];
    for (failure, told) in [
        (&refused[..], "Transient Some(\"EPSV\")"),
        (&filtered[..], "Io "),
    ] {
        let script = [&begin[..], failure, &again].concat();
        let ops = [Op::Retrieve("a", 0), Op::Retrieve("b", 0)];
        let outcomes = play(logged_in(Config::default(), script), &ops);
        assert!(outcomes[0].starts_with(told), "{outcomes:?}");
        assert!(!outcomes[1].contains("Permanent"), "{outcomes:?}");
    }
}

#[test]
fn open_whose_pasv_port_is_filtered_too_fails_in_step() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        fails("connect peer:6446", ErrorKind::Io),
        hear("PASV"),
        say("227 (10,0,0,1,25,47)"),
        fails("connect peer:6447", ErrorKind::Io),
        serve("close abandon"),
    ];
    let driver = logged_in(Config::default(), [&script[..], &pwd()].concat());
    let outcomes = play(driver, &[Op::Retrieve("a", 0), Op::Pwd]);
    assert_eq!(outcomes, ["Io Some(\"RETR\") None None", "/here"]);
}

#[test]
fn invariant_11_the_address_of_227_is_trusted_by_choice_only() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("500 what"),
        hear("PASV"),
        say("227 (192,0,2,1,4,1)"),
        serve("connect 192.0.2.1:1025"),
        hear("RETR a"),
        say("150 here"),
    ];
    let config = Config::default().with_passive_address(PassiveAddress::TrustServer);
    assert_eq!(
        play(logged_in(config, script), &[Op::Retrieve("a", 0)]),
        [DOWNLOADING]
    );
}

#[test]
fn open_refuses_a_227_that_is_none() {
    for (reply, kind) in [
        ("227 (1,2,3,4,300,6)", "Protocol"),
        ("227 (1,2,3,4,0,0)", "Protocol"),
        ("227 no", "Protocol"),
        ("530 no", "Permanent"),
        ("200 ok", "Protocol"),
    ] {
        let script = [
            hear("TYPE I"),
            say("200 I"),
            hear("EPSV"),
            say("500 what"),
            hear("PASV"),
            say(reply),
        ];
        let driver = logged_in(Config::default(), [&script[..], &pwd()].concat());
        let outcomes = play(driver, &[Op::Retrieve("a", 0), Op::Pwd]);
        assert_eq!(
            outcomes,
            [
                format!("{kind} Some(\"PASV\") Some(\"{reply}\") None"),
                "/here".into()
            ]
        );
    }
}

fn up_to_connect() -> Vec<Item> {
    opening("")[..5].to_vec()
}

#[test]
fn open_with_an_offset_sends_rest_right_before_the_command() {
    let script = [
        &up_to_connect()[..],
        &[
            hear("REST 4096"),
            say("350 armed"),
            hear("RETR a"),
            say("150 here (12 bytes)"),
        ],
    ]
    .concat();
    assert_eq!(
        plain(Op::Retrieve("a", 4096), script),
        "Download Image from 4096, hint Some(12), protected: false"
    );
}

#[test]
fn open_never_starts_from_0_where_rest_is_refused() {
    for (reply, kind) in [
        ("502 no", "Permanent"),
        ("501 not in ASCII", "Permanent"),
        ("200 ok", "UnexpectedReply"),
    ] {
        let script = [
            &up_to_connect()[..],
            &[hear("REST 7"), say(reply), serve("close abandon")],
            &pwd(),
        ]
        .concat();
        let driver = logged_in(Config::default(), script);
        let outcomes = play(driver, &[Op::Retrieve("a", 7), Op::Pwd]);
        assert_eq!(
            outcomes,
            [
                format!("{kind} Some(\"REST\") Some(\"{reply}\") None"),
                "/here".into()
            ]
        );
    }
}

#[test]
fn rest_that_no_transfer_used_up_is_taken_back_with_rest_0() {
    // Hard case 9, and lftp's remark that servers do not reset it.
    let script = [
        &up_to_connect()[..],
        &[
            hear("REST 7"),
            say("350 armed"),
            hear("RETR a"),
            say("550 no file"),
            serve("close abandon"),
            hear("EPSV"),
            say("229 (|||6447|)"),
            serve("connect peer:6447"),
            hear("REST 0"),
            say("350 off"),
            hear("RETR b"),
            say("150 here"),
            serve("close graceful download"),
            say("226 done"),
            hear("EPSV"),
            say("229 (|||6448|)"),
            serve("connect peer:6448"),
            hear("RETR c"),
            say("150 here"),
        ],
    ]
    .concat();
    let ops = [
        Op::Retrieve("a", 7),
        Op::Retrieve("b", 0),
        finish(),
        Op::Retrieve("c", 0),
    ];
    let outcomes = play(logged_in(Config::default(), script), &ops);
    assert!(
        outcomes[0].starts_with("Permanent Some(\"RETR\")"),
        "{outcomes:?}"
    );
    assert_eq!([&outcomes[1], &outcomes[3]], [DOWNLOADING, DOWNLOADING]);
}

#[test]
fn rest_by_a_raw_command_is_taken_back_too() {
    let script = [hear("REST 100"), say("350 armed")];
    let script = [
        &script[..],
        &up_to_connect()[..],
        &[
            hear("REST 0"),
            say("350 off"),
            hear("STOR a"),
            say("150 here"),
        ],
    ]
    .concat();
    let ops = [Op::Raw("REST 100"), Op::Store("a")];
    assert_eq!(
        play(logged_in(Config::default(), script), &ops)[1],
        UPLOADING
    );
}

#[test]
fn open_refused_behind_the_connection_is_in_step() {
    for (reply, kind) in [
        ("550 no file", "Permanent"),
        ("425 cannot connect", "Transient"),
        ("553 no name", "Permanent"),
        ("332 account", "UnexpectedReply"),
    ] {
        let script = [
            &up_to_connect()[..],
            &[hear("RETR a"), say(reply), serve("close abandon")],
            &pwd(),
        ]
        .concat();
        let driver = logged_in(Config::default(), script);
        let outcomes = play(driver, &[Op::Retrieve("a", 0), Op::Pwd]);
        assert_eq!(
            outcomes,
            [
                format!("{kind} Some(\"RETR\") Some(\"{reply}\") None"),
                "/here".into()
            ]
        );
    }
}

#[test]
fn open_refused_with_421_is_closed() {
    let script = [&up_to_connect()[..], &[hear("RETR a"), say("421 bye")]].concat();
    let mut driver = logged_in(Config::default(), script);
    assert_eq!(
        driver.outcome(&Op::Retrieve("a", 0)),
        "Closed Some(\"RETR\") Some(\"421 bye\") None"
    );
    assert!(driver.session.is_dead());
}

#[test]
fn open_takes_125_for_150() {
    let script = [&up_to_connect()[..], &[hear("RETR a"), say("125 go")]].concat();
    assert_eq!(plain(Op::Retrieve("a", 0), script), DOWNLOADING);
}

#[test]
fn open_passes_over_200_ahead_of_150() {
    // ftplib has seen it for LIST and STOR.
    let script = [
        &up_to_connect()[..],
        &[
            hear("STOR a"),
            say("200 ok"),
            say("150 here"),
            serve("close graceful upload"),
            say("226 done"),
        ],
        &pwd(),
    ]
    .concat();
    let ops = [Op::Store("a"), finish(), Op::Pwd];
    let outcomes = play(logged_in(Config::default(), script), &ops);
    assert_eq!(outcomes, [UPLOADING, "12 bytes, 226 done", "/here"]);
}

#[test]
fn open_takes_an_immediate_226_for_an_empty_transfer() {
    for reply in ["226 nothing", "250 nothing"] {
        let script = [
            &up_to_connect()[..],
            &[hear("RETR a"), say(reply), serve("close graceful download")],
            &pwd(),
        ]
        .concat();
        let ops = [Op::Retrieve("a", 0), Op::Finish(0, DataEnd::Clean), Op::Pwd];
        let outcomes = play(logged_in(Config::default(), script), &ops);
        assert_eq!(
            outcomes,
            [DOWNLOADING, &format!("0 bytes, {reply}"), "/here"]
        );
    }
}

#[test]
fn open_whose_preliminary_does_not_come_is_aborted_by_the_next_operation() {
    let script = [
        &up_to_connect()[..],
        &[
            hear("RETR a"),
            Item::Silence,
            hear("ABOR"),
            serve("close abandon"),
            say("150 late"),
            say("426 cut"),
            say("226 aborted"),
        ],
        &pwd(),
    ]
    .concat();
    let outcomes = play(
        logged_in(Config::default(), script),
        &[Op::Retrieve("a", 0), Op::Pwd],
    );
    assert_eq!(
        outcomes,
        ["Timeout(Preliminary) Some(\"RETR\") None None", "/here"]
    );
}

#[test]
fn open_under_tls_shakes_hands_behind_the_preliminary() {
    let script = [opening("RETR a"), vec![serve("secure data")]].concat();
    let mut driver = logged_in(explicit(), script);
    assert_eq!(
        driver.outcome(&Op::Retrieve("a", 0)),
        "Download Image from 0, hint None, protected: true"
    );
    driver.server.assert_over();
    assert_eq!(
        driver.wants.iter().rev().take(2).collect::<Vec<_>>(),
        ["secure data", "receive Preliminary"]
    );
}

#[test]
fn open_whose_data_handshake_failed_reports_the_522_behind_it() {
    // vsftpd says why only on the control connection.
    let script = [
        &opening("STOR a")[..],
        &[
            fails("secure data", ErrorKind::Tls),
            serve("close abandon"),
            say("522 session reuse required"),
        ],
        &pwd(),
    ]
    .concat();
    let mut driver = logged_in(explicit(), script);
    let store = flows::Open::store("a").expect("a path");
    let error = driver.run(store).expect_err("refused");
    assert_eq!(
        failure(&error),
        "Permanent Some(\"STOR\") Some(\"522 session reuse required\") None"
    );
    let source = std::error::Error::source(&error).expect("the handshake's error");
    assert!(source.to_string().contains("TLS"), "{source}");
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
}

#[test]
fn open_whose_data_handshake_is_overtaken_by_the_522() {
    let script = [
        &opening("STOR a")[..],
        &[say("522 session reuse required"), serve("close abandon")],
        &pwd(),
    ]
    .concat();
    let outcomes = play(logged_in(explicit(), script), &[Op::Store("a"), Op::Pwd]);
    assert_eq!(
        outcomes,
        [
            "Permanent Some(\"STOR\") Some(\"522 session reuse required\") None",
            "/here"
        ]
    );
}

#[test]
fn open_whose_data_handshake_failed_and_nobody_says_why() {
    let script = [
        &opening("STOR a")[..],
        &[
            Item::Serve("secure data", Reaction::TimesOut),
            serve("close abandon"),
            Item::Silence,
            // The final reply comes after all, while the next operation settles.
            say("426 cut"),
        ],
        &pwd(),
    ]
    .concat();
    let outcomes = play(logged_in(explicit(), script), &[Op::Store("a"), Op::Pwd]);
    assert_eq!(
        outcomes,
        ["Timeout(Handshake) Some(\"STOR\") None None", "/here"]
    );
}

#[test]
fn open_active_by_eprt_then_port_and_remembers() {
    let local: SocketAddr = "192.0.2.7:2000".parse().expect("an address");
    let listen = || Item::Serve("listen", Reaction::Listening(local));
    let script = [
        hear("TYPE I"),
        say("200 I"),
        listen(),
        hear("EPRT |1|192.0.2.7|2000|"),
        say("500 what"),
        hear("PORT 192,0,2,7,7,208"),
        say("200 ok"),
        hear("RETR a"),
        serve("accept"),
        say("150 here"),
        serve("close graceful download"),
        say("226 done"),
        listen(),
        hear("PORT 192,0,2,7,7,208"),
        say("250 ok"),
        hear("REST 5"),
        say("350 armed"),
        hear("RETR b"),
        // Neither ends the accept.
        say("150 here"),
        say("226 done already"),
        serve("accept"),
        serve("close graceful download"),
    ];
    let ops = [
        Op::Retrieve("a", 0),
        finish(),
        Op::Retrieve("b", 5),
        finish(),
    ];
    let outcomes = play(logged_in(active(), script), &ops);
    assert_eq!(outcomes[0], DOWNLOADING);
    assert_eq!(outcomes[3], "12 bytes, 226 done already");
}

#[test]
fn open_active_over_ipv6() {
    let local: SocketAddr = "[2001:db8::7]:2000".parse().expect("an address");
    let listen = Item::Serve("listen", Reaction::Listening(local));
    let script = [
        hear("TYPE I"),
        say("200 I"),
        listen,
        hear("EPRT |2|2001:db8::7|2000|"),
        say("522 no"),
        serve("close abandon"),
    ];
    let mut driver = logged_in(active(), script);
    assert_eq!(
        driver.outcome(&Op::Store("a")),
        "Permanent Some(\"EPRT\") Some(\"522 no\") None"
    );
    // No PORT: it cannot say an IPv6 address.
    driver.server.assert_over();
    driver.server.extend(pwd());
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
}

#[test]
fn open_active_refused_with_425_does_not_wait_behind_accept() {
    // Hard case 1.
    let local: SocketAddr = "192.0.2.7:2000".parse().expect("an address");
    let script = [
        hear("TYPE I"),
        say("200 I"),
        Item::Serve("listen", Reaction::Listening(local)),
        hear("EPRT |1|192.0.2.7|2000|"),
        say("200 ok"),
        hear("RETR a"),
        say("150 trying"),
        say("425 cannot connect"),
        serve("close abandon"),
    ];
    let mut driver = logged_in(active(), [&script[..], &pwd()].concat());
    assert_eq!(
        driver.outcome(&Op::Retrieve("a", 0)),
        "Transient Some(\"RETR\") Some(\"425 cannot connect\") None"
    );
    assert_eq!(
        driver
            .wants
            .iter()
            .filter(|want| want.starts_with("accept"))
            .collect::<Vec<_>>(),
        ["accept", "accept continues"]
    );
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
}

#[test]
fn open_active_whose_accept_times_out_hears_the_server_out() {
    let local: SocketAddr = "192.0.2.7:2000".parse().expect("an address");
    let script = [
        hear("TYPE I"),
        say("200 I"),
        Item::Serve("listen", Reaction::Listening(local)),
        hear("EPRT |1|192.0.2.7|2000|"),
        say("200 ok"),
        hear("RETR a"),
        Item::Silence,
        serve("close abandon"),
        say("150 trying"),
        say("425 cannot connect"),
    ];
    let driver = logged_in(active(), [&script[..], &pwd()].concat());
    let outcomes = play(driver, &[Op::Retrieve("a", 0), Op::Pwd]);
    assert_eq!(
        outcomes,
        [
            "Transient Some(\"RETR\") Some(\"425 cannot connect\") None",
            "/here"
        ]
    );
}

#[test]
fn open_active_that_cannot_listen() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        fails("listen", ErrorKind::Io),
        serve("close abandon"),
    ];
    let mut driver = logged_in(active(), script);
    let outcome = driver.outcome(&Op::Retrieve("a", 0));
    assert!(outcome.starts_with("Io"), "{outcome}");
    driver.server.assert_over();
    driver.server.extend(pwd());
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
}

#[test]
fn open_with_connect_sends_the_command_first() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        hear("REST 9"),
        say("350 armed"),
        hear("RETR a"),
        serve("connect peer:6446"),
        say("150 here"),
    ];
    assert_eq!(
        play(logged_in(with_connect(), script), &[Op::Retrieve("a", 9)]),
        ["Download Image from 9, hint None, protected: false"]
    );
}

#[test]
fn open_with_connect_is_refused_with_550_while_it_connects() {
    // Hard case 1: a 550 never waits behind a connect.
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        hear("RETR a"),
        say("550 no file"),
        serve("close abandon"),
    ];
    let driver = logged_in(with_connect(), [&script[..], &pwd()].concat());
    let outcomes = play(driver, &[Op::Retrieve("a", 0), Op::Pwd]);
    assert_eq!(
        outcomes,
        [
            "Permanent Some(\"RETR\") Some(\"550 no file\") None",
            "/here"
        ]
    );
}

#[test]
fn open_with_connect_goes_on_with_the_same_connect_after_150() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        hear("RETR a"),
        say("150 here"),
        serve("connect peer:6446"),
    ];
    let mut driver = logged_in(with_connect(), script);
    assert_eq!(driver.outcome(&Op::Retrieve("a", 0)), DOWNLOADING);
    driver.server.assert_over();
    assert_eq!(
        driver.wants.iter().rev().take(2).collect::<Vec<_>>(),
        ["connect peer:6446 continues", "connect peer:6446"]
    );
}

#[test]
fn open_with_connect_that_cannot_connect_reports_the_server_s_425() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        hear("RETR a"),
        fails("connect peer:6446", ErrorKind::Io),
        serve("close abandon"),
        say("425 nobody came"),
    ];
    let driver = logged_in(with_connect(), [&script[..], &pwd()].concat());
    let outcomes = play(driver, &[Op::Retrieve("a", 0), Op::Pwd]);
    assert_eq!(
        outcomes,
        [
            "Transient Some(\"RETR\") Some(\"425 nobody came\") None",
            "/here"
        ]
    );
}

// Finish

#[test]
fn invariant_4_data_then_226() {
    let driver = downloading(
        [
            &[serve("close graceful download"), say("226 done")][..],
            &pwd(),
        ]
        .concat(),
    );
    assert_eq!(
        play(driver, &[finish(), Op::Pwd]),
        ["12 bytes, 226 done", "/here"]
    );
}

#[test]
fn invariant_4_226_then_data() {
    let mut driver = downloading([serve("close graceful download")]);
    driver.session.receive(b"226 done\r\n");
    let transfer = driver.transfer.as_ref().expect("a transfer");
    assert_eq!(driver.session.verdict(transfer), Verdict::Confirmed);
    assert_eq!(play(driver, &[finish()]), ["12 bytes, 226 done"]);
}

#[test]
fn invariant_4_226_while_the_data_connection_is_closed() {
    let mut driver = uploading([
        serve("close send end"),
        say("226 done"),
        serve("close graceful upload"),
    ]);
    assert_eq!(driver.outcome(&finish()), "12 bytes, 226 done");
    assert_eq!(
        driver.wants,
        [
            "receive Arrived",
            "close send end",
            "close graceful upload",
            "close graceful upload continues"
        ]
    );
}

#[test]
fn invariant_4_226_missing_is_unconfirmed() {
    let driver = downloading([serve("close graceful download"), Item::Silence]);
    assert_eq!(
        play(driver, &[finish()]),
        ["Unconfirmed Some(\"RETR\") None Some(12)"]
    );
    let driver = downloading([serve("close graceful download"), Item::Eof]);
    assert_eq!(
        play(driver, &[finish()]),
        ["Unconfirmed Some(\"RETR\") None Some(12)"]
    );
    let driver = uploading([serve("close graceful upload"), Item::Silence]);
    assert_eq!(
        play(driver, &[finish()]),
        ["Unconfirmed Some(\"STOR\") None Some(12)"]
    );
    let driver = uploading([serve("close graceful upload"), bytes(b"226 do"), Item::Eof]);
    assert_eq!(
        play(driver, &[finish()]),
        ["Unconfirmed Some(\"STOR\") None Some(12)"]
    );
}

#[test]
fn invariant_3_a_226_that_never_comes_does_not_block_the_session_for_ever() {
    // Neither in step, nor dead: each operation waits for the whole FinalReply and fails.
    let mut driver = downloading([serve("close graceful download"), Item::Silence]);
    driver.outcome(&finish());
    driver.server.assert_over();
    // Given up behind a fence, which takes it if it comes after all.
    driver.server.extend(fenced_pwd());
    let first = driver.outcome(&Op::Pwd);
    assert!(
        first == "/here" || driver.session.is_dead(),
        "still owed, and nothing will ever change that: {first}"
    );
}

#[test]
fn invariant_4_a_late_226_settles_an_unconfirmed_transfer() {
    // Before the next command goes out, or behind the fence: it is nobody's answer.
    let closed = [serve("close graceful download"), Item::Silence];
    for late in [
        [&[say("226 late")][..], &fenced_pwd()].concat(),
        [
            &[hear("PWD"), say("226 late"), say("257 \"/fence\"")][..],
            &pwd(),
        ]
        .concat(),
    ] {
        let driver = downloading([&closed[..], &late].concat());
        assert_eq!(play(driver, &[finish(), Op::Pwd])[1], "/here");
    }
}

#[test]
fn invariant_4_a_size_that_was_expected() {
    for (expected, outcome) in [
        (12, None),
        (
            13,
            Some("Truncated Some(\"RETR\") Some(\"226 done\") Some(12)"),
        ),
        (
            11,
            Some("Truncated Some(\"RETR\") Some(\"226 done\") Some(12)"),
        ),
    ] {
        let mut driver = downloading([serve("close graceful download"), say("226 done")]);
        let transfer = driver.transfer.take().expect("a transfer");
        let finish = flows::Finish::new(transfer, 12, DataEnd::Clean).with_expected(Some(expected));
        let result = driver.run(finish);
        assert_eq!(
            result.err().map(|error| failure(&error)).as_deref(),
            outcome
        );
        driver.server.assert_over();
    }
}

#[test]
fn invariant_4_no_close_notify_is_never_success() {
    let driver = downloading([serve("close graceful download"), say("226 done")]);
    assert_eq!(
        play(driver, &[Op::Finish(12, DataEnd::NoCloseNotify)]),
        ["Truncated Some(\"RETR\") Some(\"226 done\") Some(12)"]
    );
}

#[test]
fn invariant_4_a_reset_is_never_success() {
    let reset = || DataEnd::Failed(Error::new(ErrorKind::Io));
    let driver = downloading([serve("close abandon"), say("226 done")]);
    assert_eq!(
        play(driver, &[Op::Finish(12, reset())]),
        ["Truncated Some(\"RETR\") Some(\"226 done\") Some(12)"]
    );
    let driver = downloading([serve("close abandon"), say("426 cut")]);
    assert_eq!(
        play(driver, &[Op::Finish(12, reset())]),
        ["Transient Some(\"RETR\") Some(\"426 cut\") Some(12)"]
    );
    let driver = downloading([serve("close abandon"), Item::Silence]);
    assert_eq!(
        play(driver, &[Op::Finish(12, reset())]),
        ["Truncated Some(\"RETR\") None Some(12)"]
    );
}

#[test]
fn invariant_4_data_that_stalled_is_aborted_by_the_next_operation() {
    let timeout = DataEnd::Failed(Error::new(ErrorKind::Timeout(Wait::DataIdle)));
    let script = [
        hear("ABOR"),
        serve("close abandon"),
        say("426 cut"),
        say("226 aborted"),
    ];
    let driver = downloading([&script[..], &pwd()].concat());
    assert_eq!(
        play(driver, &[Op::Finish(12, timeout), Op::Pwd]),
        ["Timeout(DataIdle) Some(\"RETR\") None Some(12)", "/here"]
    );
}

#[test]
fn invariant_4_a_late_refusal_of_a_complete_download() {
    for reply in ["550 read error", "451 local error"] {
        let driver = downloading([serve("close graceful download"), say(reply)]);
        let outcome = play(driver, &[finish()]).remove(0);
        assert!(outcome.ends_with(&format!("Some(\"RETR\") Some(\"{reply}\") Some(12)")));
    }
}

#[test]
fn finish_with_421_in_the_middle_of_a_download() {
    // Hard case 5: the error carries 421 and the byte count.
    let mut driver = downloading([serve("close abandon")]);
    driver.session.receive(b"421 bye\r\n");
    let transfer = driver.transfer.as_ref().expect("a transfer");
    assert_eq!(driver.session.verdict(transfer), Verdict::Failed);
    assert_eq!(
        driver.outcome(&Op::Finish(7, DataEnd::Stopped)),
        "Closed Some(\"RETR\") Some(\"421 bye\") Some(7)"
    );
    assert!(driver.session.is_dead());
    driver.server.assert_over();
}

#[test]
fn finish_with_421_instead_of_226() {
    let mut driver = downloading([serve("close graceful download"), say("421 bye")]);
    // All the data came, and nobody confirmed it; 421 says why.
    assert_eq!(
        driver.outcome(&finish()),
        "Unconfirmed Some(\"RETR\") Some(\"421 bye\") Some(12)"
    );
    assert!(driver.session.is_dead());
}

#[test]
fn finish_an_upload_refused_with_552_half_way() {
    // Hard case 2.
    let mut driver = uploading([&[serve("close abandon")][..], &pwd()].concat());
    driver.session.receive(b"552 disk full\r\n");
    let transfer = driver.transfer.as_ref().expect("a transfer");
    assert_eq!(driver.session.verdict(transfer), Verdict::Failed);
    assert_eq!(
        driver.outcome(&Op::Finish(7, DataEnd::Stopped)),
        "Permanent Some(\"STOR\") Some(\"552 disk full\") Some(7)"
    );
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
}

#[test]
fn finish_an_upload_refused_with_552_after_all_was_written() {
    let driver = uploading([serve("close graceful upload"), say("552 disk full")]);
    assert_eq!(
        play(driver, &[finish()]),
        ["Permanent Some(\"STOR\") Some(\"552 disk full\") Some(12)"]
    );
}

#[test]
fn finish_an_upload_refused_while_it_is_closed_drops_the_connection() {
    let driver = uploading([say("552 disk full"), serve("close abandon")]);
    assert_eq!(
        play(driver, &[finish()]),
        ["Permanent Some(\"STOR\") Some(\"552 disk full\") Some(12)"]
    );
}

#[test]
fn finish_an_upload_whose_writing_failed_reports_the_server_s_reply() {
    let reset = DataEnd::Failed(Error::new(ErrorKind::Io));
    let driver = uploading([serve("close abandon"), say("552 disk full")]);
    assert_eq!(
        play(driver, &[Op::Finish(7, reset.clone())]),
        ["Permanent Some(\"STOR\") Some(\"552 disk full\") Some(7)"]
    );
    // A cut upload is no success although the server took it for one.
    let driver = uploading([serve("close abandon"), say("226 done")]);
    assert_eq!(
        play(driver, &[Op::Finish(7, reset)]),
        ["Io Some(\"STOR\") Some(\"226 done\") Some(7)"]
    );
}

#[test]
fn finish_an_upload_whose_close_notify_was_not_answered_is_judged_by_the_reply() {
    for (item, clean) in [
        (
            Item::Serve(
                "close graceful upload",
                Reaction::Ended(DataEnd::NoCloseNotify),
            ),
            false,
        ),
        (
            Item::Serve("close graceful upload", Reaction::TimesOut),
            false,
        ),
        (serve("close graceful upload"), true),
    ] {
        let mut driver = uploading([item, say("226 done")]);
        let transfer = driver.transfer.take().expect("a transfer");
        let completion = driver
            .run(flows::Finish::new(transfer, 12, DataEnd::Clean))
            .expect("an upload");
        assert_eq!(completion.clean_close, clean);
        driver.server.assert_over();
    }
}

// Abort

/// An abort with these replies, then PWD, whose answer must be its own.
#[track_caller]
fn aborted(items: &[Item], aborted: &str, then: &[Item]) {
    let script = [&[hear("ABOR"), serve("close abandon")][..], items, then].concat();
    let outcomes = play(downloading(script.clone()), &[Op::Abort, Op::Pwd]);
    assert_eq!(outcomes, [aborted, "/here"]);
    let outcomes = play(uploading(script), &[Op::Abort, Op::Pwd]);
    assert_eq!(outcomes, [aborted, "/here"]);
}

#[test]
fn abort_426_and_226() {
    aborted(
        &[say("426 cut"), say("226 aborted")],
        "Some(Reply(426 cut))",
        &pwd(),
    );
}

#[test]
fn abort_426_and_225() {
    aborted(
        &[say("426 cut"), say("225 aborted")],
        "Some(Reply(426 cut))",
        &pwd(),
    );
}

#[test]
fn abort_226_and_226() {
    // The second one has arrived when PWD is about to leave; a fence goes ahead of it.
    aborted(
        &[say("226 done"), say("226 aborted")],
        "Some(Reply(226 done))",
        &fenced_pwd(),
    );
}

#[test]
fn abort_226_and_a_late_225() {
    aborted(
        &[say("226 done")],
        "Some(Reply(226 done))",
        &[
            &[
                hear("PWD"),
                say("225 nothing to abort"),
                say("257 \"/fence\""),
            ][..],
            &pwd(),
        ]
        .concat(),
    );
}

#[test]
fn abort_225_alone() {
    // pyftpdlib.
    aborted(
        &[say("225 aborted")],
        "Some(Reply(225 aborted))",
        &fenced_pwd(),
    );
}

#[test]
fn abort_226_alone() {
    aborted(
        &[say("226 aborted")],
        "Some(Reply(226 aborted))",
        &fenced_pwd(),
    );
}

#[test]
fn abort_426_alone() {
    aborted(
        &[say("426 cut"), Item::Silence],
        "Some(Reply(426 cut))",
        &fenced_pwd(),
    );
}

#[test]
fn abort_426_alone_and_226_later() {
    aborted(
        &[say("426 cut"), Item::Silence],
        "Some(Reply(426 cut))",
        &[
            &[hear("PWD"), say("226 late"), say("257 \"/fence\"")][..],
            &pwd(),
        ]
        .concat(),
    );
}

#[test]
fn abort_502_and_426() {
    aborted(
        &[say("502 what"), say("426 cut")],
        "Some(Reply(502 what))",
        &pwd(),
    );
}

#[test]
fn abort_502_alone() {
    aborted(
        &[say("502 what"), Item::Silence],
        "Some(Reply(502 what))",
        &fenced_pwd(),
    );
}

#[test]
fn abort_226_then_426() {
    aborted(
        &[say("226 done")],
        "Some(Reply(226 done))",
        &[
            &[hear("PWD"), say("426 cut"), say("257 \"/fence\"")][..],
            &pwd(),
        ]
        .concat(),
    );
}

#[test]
fn abort_whose_replies_overtake_the_close() {
    let script = [
        hear("ABOR"),
        say("426 cut"),
        say("226 aborted"),
        serve("close abandon"),
    ];
    let driver = downloading([&script[..], &pwd()].concat());
    let outcomes = play(driver, &[Op::Abort, Op::Pwd]);
    assert_eq!(outcomes, ["Some(Reply(426 cut))", "/here"]);
}

#[test]
fn abort_of_a_transfer_that_is_over_sends_nothing() {
    let mut driver = downloading([&[serve("close abandon")][..], &pwd()].concat());
    driver.session.receive(b"226 done\r\n");
    let outcomes = play(driver, &[Op::Abort, Op::Pwd]);
    assert_eq!(outcomes, ["Some(Reply(226 done))", "/here"]);
}

#[test]
fn abort_of_a_transfer_that_was_refused_sends_nothing() {
    let mut driver = uploading([&[serve("close abandon")][..], &pwd()].concat());
    driver.session.receive(b"552 disk full\r\n");
    let outcomes = play(driver, &[Op::Abort, Op::Pwd]);
    assert_eq!(outcomes, ["Some(Reply(552 disk full))", "/here"]);
}

#[test]
fn abort_that_nobody_answers_is_given_up_behind_a_fence() {
    let script = [hear("ABOR"), serve("close abandon"), Item::Silence];
    let driver = downloading([&script[..], &fenced_pwd()].concat());
    assert_eq!(
        play(driver, &[Op::Abort, Op::Pwd]),
        ["Timeout(Abort) Some(\"ABOR\") None None", "/here"]
    );
}

#[test]
fn abort_that_the_server_closes_fails() {
    let driver = downloading([hear("ABOR"), serve("close abandon"), Item::Eof]);
    assert_eq!(play(driver, &[Op::Abort]), ["Closed None None None"]);
    let driver = downloading([hear("ABOR"), serve("close abandon"), say("421 bye")]);
    assert_eq!(
        play(driver, &[Op::Abort]),
        ["Closed Some(\"ABOR\") Some(\"421 bye\") None"]
    );
}

#[test]
fn abort_with_telnet_synch_in_clear_only() {
    let synch = r"\xff\xf4\xff\xf2ABOR";
    let config = || Config::default().with_abort_signal(AbortSignal::TelnetSynch);
    for (config, opened, line) in [
        (config(), opening("RETR a"), synch),
        (
            config().with_security(Security::Explicit),
            [opening("RETR a"), vec![serve("secure data")]].concat(),
            "ABOR",
        ),
    ] {
        let mut driver = logged_in(config, opened);
        driver.outcome(&Op::Retrieve("a", 0));
        let urgent = line == synch;
        driver.server.extend([
            hear(line),
            serve("close abandon"),
            say("426 cut"),
            say("226 aborted"),
        ]);
        assert_eq!(driver.outcome(&Op::Abort), "Some(Reply(426 cut))");
        driver.server.assert_over();
        assert!(driver.breaches.is_empty(), "{:?}", driver.breaches);
        assert_eq!(
            driver.wire.last().map(String::as_str) == Some(synch),
            urgent
        );
    }
}

#[test]
fn abort_with_telnet_synch_marks_the_data_mark_urgent() {
    let config = Config::default().with_abort_signal(AbortSignal::TelnetSynch);
    let mut driver = logged_in(config, opening("RETR a"));
    driver.outcome(&Op::Retrieve("a", 0));
    let transfer = driver.transfer.take().expect("a transfer");
    let (mut running, answer) = driver.session.start(flows::Abort::new(transfer));
    let step = driver.session.step(&mut running, answer).expect("a want");
    drop(step);
    assert_eq!(driver.session.outgoing(), b"\xff\xf4\xff\xf2ABOR\r\n");
    assert_eq!(driver.session.urgent(), Some(3));
    driver.session.advance(2);
    assert_eq!(driver.session.urgent(), Some(1));
    driver.session.advance(2);
    assert_eq!(driver.session.urgent(), None);
}

// Keep-alive

#[test]
fn keep_alive_answered_before_226() {
    let script = [
        hear("NOOP"),
        serve("close graceful download"),
        say("200 still here"),
        say("226 done"),
    ];
    let driver = downloading([&script[..], &pwd()].concat());
    let outcomes = play(driver, &[Op::KeepAlive, finish(), Op::Pwd]);
    assert_eq!(outcomes, ["", "12 bytes, 226 done", "/here"]);
}

#[test]
fn keep_alive_answered_after_226() {
    let script = [
        hear("NOOP"),
        serve("close graceful download"),
        say("226 done"),
        say("200 still here"),
    ];
    let driver = downloading([&script[..], &pwd()].concat());
    let outcomes = play(driver, &[Op::KeepAlive, finish(), Op::Pwd]);
    assert_eq!(outcomes, ["", "12 bytes, 226 done", "/here"]);
}

#[test]
fn keep_alive_never_answered() {
    let script = [
        hear("NOOP"),
        serve("close graceful download"),
        say("226 done"),
        Item::Silence,
    ];
    let driver = downloading([&script[..], &fenced_pwd()].concat());
    let outcomes = play(driver, &[Op::KeepAlive, finish(), Op::Pwd]);
    assert_eq!(outcomes, ["", "12 bytes, 226 done", "/here"]);
}

#[test]
fn keep_alive_answered_so_late_that_the_fence_takes_it() {
    let script = [
        hear("NOOP"),
        serve("close graceful download"),
        say("226 done"),
        Item::Silence,
        hear("PWD"),
        say("200 late"),
        say("257 \"/fence\""),
    ];
    let driver = downloading([&script[..], &pwd()].concat());
    let outcomes = play(driver, &[Op::KeepAlive, finish(), Op::Pwd]);
    assert_eq!(outcomes, ["", "12 bytes, 226 done", "/here"]);
}

#[test]
fn keep_alive_answered_with_500() {
    for order in [["500 what", "226 done"], ["226 done", "500 what"]] {
        let script = [
            hear("NOOP"),
            serve("close graceful download"),
            say(order[0]),
            say(order[1]),
        ];
        let driver = downloading([&script[..], &pwd()].concat());
        let outcomes = play(driver, &[Op::KeepAlive, finish(), Op::Pwd]);
        assert_eq!(outcomes, ["", "12 bytes, 226 done", "/here"]);
    }
}

#[test]
fn keep_alive_does_not_make_a_failed_transfer_a_success() {
    for order in [["200 ok", "451 broken"], ["451 broken", "200 ok"]] {
        let script = [
            hear("NOOP"),
            serve("close graceful download"),
            say(order[0]),
            say(order[1]),
        ];
        let driver = downloading([&script[..], &pwd()].concat());
        let outcomes = play(driver, &[Op::KeepAlive, finish(), Op::Pwd]);
        assert_eq!(
            outcomes,
            [
                "",
                "Transient Some(\"RETR\") Some(\"451 broken\") Some(12)",
                "/here"
            ]
        );
    }
    // 200 alone is the NOOP's.
    let script = [
        hear("NOOP"),
        serve("close graceful download"),
        say("200 ok"),
        Item::Silence,
    ];
    let driver = downloading(script);
    assert_eq!(
        play(driver, &[Op::KeepAlive, finish()])[1],
        "Unconfirmed Some(\"RETR\") None Some(12)"
    );
}

#[test]
fn keep_alive_and_a_refusal_that_no_noop_gets_stops_the_upload() {
    let mut driver = uploading([hear("NOOP")]);
    driver.outcome(&Op::KeepAlive);
    driver.session.receive(b"552 disk full\r\n");
    let transfer = driver.transfer.as_ref().expect("a transfer");
    assert_eq!(driver.session.verdict(transfer), Verdict::Failed);
    driver
        .server
        .extend([serve("close abandon"), say("200 ok")]);
    assert_eq!(
        driver.outcome(&Op::Finish(7, DataEnd::Stopped)),
        "Permanent Some(\"STOR\") Some(\"552 disk full\") Some(7)"
    );
}

#[test]
fn keep_alive_is_not_sent_while_one_is_owed_or_the_transfer_is_over() {
    let mut driver = downloading([hear("NOOP")]);
    driver.outcome(&Op::KeepAlive);
    driver.outcome(&Op::KeepAlive);
    assert_eq!(driver.wire, ["NOOP"]);
    let mut driver = downloading([]);
    driver.session.receive(b"226 done\r\n");
    driver.outcome(&Op::KeepAlive);
    assert!(driver.wire.is_empty());
}

#[test]
fn keep_alive_goes_on_once_the_one_before_was_answered() {
    // A long transfer needs more than one of them.
    let mut driver = downloading([hear("NOOP")]);
    driver.outcome(&Op::KeepAlive);
    driver.session.receive(b"200 still here\r\n");
    driver.server.extend([
        hear("NOOP"),
        serve("close graceful download"),
        say("200 still here"),
        say("226 done"),
    ]);
    driver.outcome(&Op::KeepAlive);
    assert_eq!(driver.wire, ["NOOP", "NOOP"]);
    assert_eq!(driver.outcome(&finish()), "12 bytes, 226 done");
}

#[test]
fn keep_alive_in_flight_while_the_transfer_is_aborted() {
    for replies in [
        &["426 cut", "200 ok", "226 aborted"][..],
        &["226 done", "200 ok", "225 nothing"],
        &["426 cut", "226 aborted"],
    ] {
        let said: Vec<Item> = replies.iter().map(|reply| say(reply)).collect();
        let script = [
            &[hear("NOOP"), hear("ABOR"), serve("close abandon")][..],
            &said,
            &fenced_pwd(),
        ]
        .concat();
        let outcomes = play(downloading(script), &[Op::KeepAlive, Op::Abort, Op::Pwd]);
        assert_eq!(outcomes[2], "/here", "{replies:?}");
    }
}

// Quit

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
fn quit_answered_otherwise() {
    assert_eq!(
        plain(Op::Quit, [hear("QUIT"), say("500 what")]),
        "Permanent Some(\"QUIT\") Some(\"500 what\") None"
    );
    assert_eq!(
        plain(Op::Quit, [hear("QUIT"), Item::Silence]),
        "Timeout(Reply) None None None"
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

// Raw

#[test]
fn raw_yields_any_final_reply() {
    let raw = |line, script: &[Item]| plain(Op::Raw(line), script.to_vec());
    assert_eq!(
        raw(
            "site chmod 644 a",
            &[hear("SITE chmod 644 a"), say("200 ok")]
        ),
        "200 ok"
    );
    assert_eq!(raw("DELE a", &[hear("DELE a"), say("550 no")]), "550 no");
    assert_eq!(raw("RNFR a", &[hear("RNFR a"), say("350 to?")]), "350 to?");
    assert_eq!(
        raw(
            "SITE EXEC x",
            &[
                hear("SITE EXEC x"),
                say("150 wait"),
                say("150 more"),
                say("250 ok")
            ]
        ),
        "250 ok"
    );
}

#[test]
fn raw_refuses_what_has_a_flow_of_its_own() {
    for line in ["AUTH TLS", "auth ssl", "CCC", "ABOR"] {
        let mut driver = logged_in(Config::default(), pwd());
        let raw = flows::Raw::new(line).expect("a command");
        let error = driver.run(raw).expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Option));
        assert!(driver.wire.is_empty());
        assert_eq!(driver.outcome(&Op::Pwd), "/here");
    }
}

#[test]
fn raw_rein_forgets_in_clear_and_is_refused_under_tls() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("REIN"),
        say("220 again"),
        hear("TYPE I"),
        say("200 I"),
    ];
    let image = || Op::Type(TransferType::Image);
    let ops = [image(), Op::Raw("REIN"), image()];
    play(logged_in(Config::default(), script), &ops);
    let mut driver = logged_in(explicit(), []);
    let outcome = driver.outcome(&Op::Raw("REIN"));
    assert!(outcome.starts_with("Misuse"), "{outcome}");
    assert!(driver.wire.is_empty());
}

// ClearControl

#[test]
fn clear_control_refuses_credentials_afterwards_and_allows_auth() {
    let script = [
        &[hear("CCC"), say("200 clear"), serve("clear control")][..],
        &pwd(),
        &[hear("AUTH TLS"), say("234 go"), serve("secure control")],
    ]
    .concat();
    let mut driver = logged_in(explicit(), script);
    assert_eq!(driver.outcome(&Op::ClearControl), "()");
    assert!(!driver.session.is_secured());
    for line in ["USER ada", "PASS x", "ACCT x"] {
        let outcome = driver.outcome(&Op::Raw(line));
        assert!(outcome.starts_with("Insecure"), "{outcome}");
    }
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    assert_eq!(driver.outcome(&Op::Secure), "()");
    assert!(driver.session.is_secured());
    driver.server.assert_over();
}

#[test]
fn clear_control_refused_stays_secured() {
    let script = [&[hear("CCC"), say("533 no")][..], &pwd()].concat();
    let mut driver = logged_in(explicit(), script);
    assert_eq!(
        driver.outcome(&Op::ClearControl),
        "Permanent Some(\"CCC\") Some(\"533 no\") None"
    );
    assert!(driver.session.is_secured());
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
}

#[test]
fn clear_control_without_close_notify_is_dead() {
    for (item, kind) in [
        (fails("clear control", ErrorKind::Tls), "Tls"),
        (Item::Silence, "Timeout(Handshake)"),
    ] {
        let mut driver = logged_in(explicit(), [hear("CCC"), say("200 clear"), item]);
        let outcome = driver.outcome(&Op::ClearControl);
        assert!(outcome.starts_with(kind), "{outcome}");
        assert!(driver.session.is_dead());
        assert_eq!(driver.outcome(&Op::Pwd), outcome);
        assert_eq!(driver.wire, ["CCC"]);
    }
}

#[test]
fn clear_control_in_clear_is_misuse() {
    let mut driver = logged_in(Config::default(), []);
    let outcome = driver.outcome(&Op::ClearControl);
    assert!(outcome.starts_with("Misuse(NotSecured)"), "{outcome}");
}

#[test]
fn clear_control_with_bytes_behind_its_reply_is_dead() {
    let mut driver = logged_in(explicit(), [hear("CCC"), bytes(b"200 clear\r\n2")]);
    let outcome = driver.outcome(&Op::ClearControl);
    assert!(outcome.starts_with("Injection"), "{outcome}");
    assert!(driver.session.is_dead());
}

// The contract

#[test]
fn contract_clocks_go_on_only_where_they_were_started() {
    // A fence is a wait of its own: its clock cannot go on from the look before it, which had no
    // time at all.
    let mut driver = logged_in(Config::default(), fenced_pwd());
    driver.session.receive(b"250 stray\r\n");
    assert_eq!(driver.outcome(&Op::Pwd), "/here");
    driver.server.assert_over();
    assert_eq!(driver.breaches, [] as [&str; 0]);
}

#[test]
fn contract_a_dripping_server_gets_no_more_time_for_an_abandoned_connection() {
    let script = [
        hear("ABOR"),
        say("150 more"),
        say("426 cut"),
        say("226 aborted"),
        serve("close abandon"),
    ];
    let mut driver = downloading(script);
    driver.outcome(&Op::Abort);
    let closes: Vec<_> = driver
        .wants
        .iter()
        .filter(|want| want.starts_with("close"))
        .collect();
    assert!(
        closes[1..].iter().all(|want| want.ends_with("continues")),
        "{closes:?}"
    );
}

#[test]
fn contract_an_abandoned_connection_that_times_out_is_not_asked_for_again() {
    // Every want may be answered `timed_out`; the abort must not ask for ever.
    let mut driver = downloading([hear("ABOR")]);
    let transfer = driver.transfer.take().expect("a transfer");
    let (mut running, mut answer) = driver.session.start(flows::Abort::new(transfer));
    for _ in 0..10 {
        let Ok(ftp_proto::Step::Want(want)) = driver.session.step(&mut running, answer) else {
            return;
        };
        driver.write(usize::MAX);
        answer = want.timed_out();
    }
    panic!("the same is wanted for ever");
}
