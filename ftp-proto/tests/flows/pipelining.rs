//! Pipelining: what leaves together, and what the client does if the server drops, delays, doubles
//! or swaps the replies. A script that has two lines to hear before the first reply demands that
//! both leave in one flight.

use ftp_proto::{
    Capability, Config, Error, ErrorKind, Options, Pipelining, Security, Session, Support, When,
    flows,
};

use crate::support::*;

pub(crate) fn always() -> Config {
    Config::default().with_pipelining(Pipelining::always())
}

/// Returns the settings for a session whose first operation after the login is a transfer.
fn transfer_next(pipelining: Pipelining) -> Config {
    Config::default().with_pipelining(pipelining.with_transfer_next(true))
}

fn under_tls(config: Config) -> Config {
    config.with_security(Security::Explicit)
}

/// An operation of these tests.
#[derive(Clone, Copy)]
pub(crate) enum Do {
    /// Downloads this file to its end. Another transfer follows.
    Get(&'static str),
    List,
    /// Downloads this file from byte 7 on.
    Rest(&'static str),
    /// Begins to download this file. Another transfer follows.
    Open(&'static str),
    /// Uploads this file.
    Put(&'static str),
    /// Uploads this file from byte 7 on.
    RestPut(&'static str),
    KeepAlive,
    Finish,
    Abort,
    /// Forgets the transfer, as a user does who drops it.
    Forget,
    Rename,
    Login,
    LoginWithAccount,
    Pwd,
    Quit,
}

fn open(driver: &mut Driver<Script>, open: flows::Open) -> Result<(), Error> {
    driver.transfer = Some(driver.run(open)?);
    Ok(())
}

fn transferred(driver: &mut Driver<Script>, flow: flows::Open) -> String {
    match open(driver, flow) {
        Ok(()) => driver.outcome(&finish()),
        Err(error) => failure(&error),
    }
}

fn retrieve(path: &str) -> flows::Open {
    let open = flows::Open::retrieve(path).expect("a path");
    open.followed_by_another(true)
}

pub(crate) fn perform(driver: &mut Driver<Script>, what: Do) -> String {
    match what {
        Do::Get(path) => transferred(driver, retrieve(path)),
        Do::List => {
            let list = flows::Open::list(None::<&str>).expect("no path");
            transferred(driver, list.followed_by_another(false))
        }
        Do::Rest(path) => transferred(driver, retrieve(path).with_offset(7)),
        Do::Open(path) => match open(driver, retrieve(path)) {
            Ok(()) => "open".into(),
            Err(error) => failure(&error),
        },
        Do::Put(path) => transferred(driver, flows::Open::store(path).expect("a path")),
        Do::RestPut(path) => {
            let store = flows::Open::store(path).expect("a path");
            transferred(driver, store.with_offset(7))
        }
        Do::KeepAlive => driver.outcome(&Op::KeepAlive),
        Do::Finish => driver.outcome(&finish()),
        Do::Abort => driver.outcome(&Op::Abort),
        Do::Forget => {
            driver.transfer = None;
            "forgotten".into()
        }
        Do::Rename => driver.tell(flows::Rename::new("a", "b").expect("paths")),
        Do::Login => driver.outcome(&Op::Login),
        Do::LoginWithAccount => driver.outcome(&Op::LoginWithAccount),
        Do::Pwd => driver.outcome(&Op::Pwd),
        Do::Quit => driver.outcome(&Op::Quit),
    }
}

/// Runs the operations on a new session, whose server follows this script. The outcomes must not
/// depend on the pieces in which the replies come. Returns the outcomes, and the session.
#[track_caller]
pub(crate) fn on_a_new_session(
    config: &Config,
    items: &[Item],
    all: &[Do],
    greeted: bool,
) -> (Vec<String>, Driver<Script>) {
    let run = |cut| {
        let mut driver = match greeted {
            true => {
                let (greeting, items) = items.split_at(1);
                let mut driver = scripted(config.clone(), greeting.iter().cloned());
                driver.outcome(&Op::Greeting);
                driver.server = Script::new(items.iter().cloned()).with_cut(cut);
                driver
            }
            false => {
                let mut driver = logged_in(config.clone(), []);
                driver.server = Script::new(items.iter().cloned()).with_cut(cut);
                driver
            }
        };
        driver.forget();
        let outcomes: Vec<_> = all.iter().map(|it| perform(&mut driver, *it)).collect();
        driver.server.assert_over();
        assert_eq!(driver.breaches, [""; 0]);
        (outcomes, driver)
    };
    let (whole, driver) = run(Cut::Whole);
    for cut in [Cut::Bytes, Cut::Random(1, 9), Cut::Random(2, 40)] {
        let (pieces, other) = run(cut);
        assert_eq!(pieces, whole, "{cut:?}");
        assert_eq!(other.wire, driver.wire, "{cut:?}");
    }
    (whole, driver)
}

/// Runs the operations after a login.
#[track_caller]
pub(crate) fn after_login(
    config: &Config,
    items: &[Item],
    all: &[Do],
) -> (Vec<String>, Driver<Script>) {
    on_a_new_session(config, items, all, false)
}

/// Runs the operations, of which the first is the login. The script begins with the greeting.
#[track_caller]
pub(crate) fn from_greeting(
    config: &Config,
    items: &[Item],
    all: &[Do],
) -> (Vec<String>, Driver<Script>) {
    on_a_new_session(config, items, all, true)
}

/// The first transfer of a session, up to its 150: TYPE and EPSV leave together, and so do RETR and
/// the next EPSV.
fn first(command: &str) -> Vec<Item> {
    vec![
        hear("TYPE I"),
        hear("EPSV"),
        say("200 I"),
        say("229 (|||6446|)"),
        serve("connect peer:6446"),
        hear(command),
        hear("EPSV"),
        say("150 here"),
    ]
}

/// A further transfer, up to its 150, over a port that the server has named before.
fn further(command: &str) -> Vec<Item> {
    vec![
        serve("connect peer:6447"),
        hear(command),
        hear("EPSV"),
        say("150 here"),
    ]
}

/// A further transfer with one command at a time, to its end.
fn alone(command: &str) -> Vec<Item> {
    vec![
        hear("EPSV"),
        say("229 (|||6449|)"),
        serve("connect peer:6449"),
        hear(command),
        say("150 here"),
        serve("close graceful download"),
        say("226 done"),
    ]
}

pub(crate) fn ended(replies: &[&str]) -> Vec<Item> {
    let mut items = vec![serve("close graceful download")];
    items.extend(replies.iter().map(|reply| say(reply)));
    items
}

pub(crate) const DONE: &str = "12 bytes, 226 done";
const NAMED: [&str; 2] = ["226 done", "229 (|||6447|)"];

pub(crate) fn support(driver: &Driver<Script>, capability: Capability) -> Support {
    driver.session.capabilities().support(capability)
}

// The flights.

#[test]
fn type_and_epsv_leave_together_to_any_server() {
    let mut script = first("RETR a");
    script.remove(6);
    script.extend(ended(&["226 done"]));
    let config = Config::default();
    assert_eq!(after_login(&config, &script, &[Do::Get("a")]).0, [DONE]);
}

/// libunftp refuses an RNTO that leaves with RNFR, although it bears TYPE with EPSV.
#[test]
fn quirk_rnto_waits_for_rnfr_if_only_type_and_epsv_have_shared_a_flight() {
    let mut script = first("RETR a");
    script.remove(6);
    script.extend(ended(&["226 done"]));
    script.extend([hear("RNFR a"), say("550 no file")]);
    let all = [Do::Get("a"), Do::Rename];
    let (outcomes, driver) = after_login(&Config::default(), &script, &all);
    assert_eq!(
        outcomes[1],
        "Permanent Some(\"RNFR\") Some(\"550 no file\") None"
    );
    assert_eq!(support(&driver, Capability::Pipelining), Support::Verified);
}

#[test]
fn retr_and_the_next_epsv_leave_together() {
    let script = [
        first("RETR a"),
        ended(&NAMED),
        further("RETR b"),
        ended(&["226 done", "229 (|||6448|)"]),
    ];
    let all = [Do::Get("a"), Do::Get("b")];
    let (outcomes, driver) = after_login(&always(), &script.concat(), &all);
    assert_eq!(outcomes, [DONE, DONE]);
    assert_eq!(support(&driver, Capability::PortAhead), Support::Verified);
}

#[test]
fn pbsz_and_prot_leave_together() {
    let script = [
        say("220 ready"),
        hear("AUTH TLS"),
        say("234 go"),
        serve("secure control"),
        hear("USER ada"),
        say("331 password"),
        hear("PASS hunter2"),
        say("230 in"),
        hear("PBSZ 0"),
        hear("PROT P"),
        say("200 0"),
        say("200 private"),
    ];
    let (outcomes, _) = from_greeting(&explicit(), &script, &[Do::Login]);
    assert_eq!(outcomes, ["230 in"]);
}

/// The login of a known server, with all that leaves in the flight of PASS.
fn known_login(replies: &[&str]) -> Vec<Item> {
    let mut items = vec![
        say("220 (vsFTPd 3.0.5)"),
        hear("AUTH TLS"),
        say("234 go"),
        serve("secure control"),
        hear("USER ada"),
        say("331 password"),
        hear("PASS hunter2"),
        hear("PBSZ 0"),
        hear("PROT P"),
        hear("TYPE I"),
        hear("EPSV"),
    ];
    items.extend(replies.iter().map(|reply| say(reply)));
    items
}

/// The login of a known server in clear text, with TYPE and EPSV in the flight of PASS.
fn known_login_in_clear(replies: &[&str]) -> Vec<Item> {
    let mut items = vec![
        say("220 (vsFTPd 3.0.5)"),
        hear("USER ada"),
        say("331 password"),
        hear("PASS hunter2"),
        hear("TYPE I"),
        hear("EPSV"),
    ];
    items.extend(replies.iter().map(|reply| say(reply)));
    items
}

/// A transfer under TLS over this port, whose port the server has named before.
fn protected(port: &'static str, command: &str) -> Vec<Item> {
    vec![
        serve(port),
        hear(command),
        hear("EPSV"),
        say("150 here"),
        serve("secure data"),
    ]
}

#[test]
fn pass_leaves_with_all_that_a_transfer_needs_to_a_known_server() {
    let config = under_tls(transfer_next(
        Pipelining::default().with_early_handshake(When::Never),
    ));
    let script = [
        known_login(&["230 in", "200 0", "200 private", "200 I", "229 (|||6446|)"]),
        protected("connect peer:6446", "RETR a"),
        ended(&NAMED),
    ];
    let (outcomes, _) = from_greeting(&config, &script.concat(), &[Do::Login, Do::Get("a")]);
    assert_eq!(outcomes, ["230 in", DONE]);
}

/// The reply to PASS is lost, so the 200 to PBSZ comes in its place. It accepts no password.
#[test]
fn invariant_the_reply_to_pbsz_accepts_no_password() {
    let script = [
        &known_login(&["200 0", "200 private", "530 no", "530 no"])[..],
        &[
            Item::Silence,
            hear("PWD"),
            say("530 no"),
            hear("SYST"),
            say("215 UNIX"),
        ],
        &[hear("PWD"), say("530 no")],
    ]
    .concat();
    let config = under_tls(transfer_next(Pipelining::default()));
    let (outcomes, _) = from_greeting(&config, &script, &[Do::Login, Do::Pwd]);
    assert!(
        outcomes[0].starts_with("UnexpectedReply Some(\"PASS\")"),
        "{outcomes:?}"
    );
    assert!(outcomes[1].starts_with("Permanent"), "{outcomes:?}");
}

/// Everything that came before ACCT is refused, and is sent again after it.
#[test]
fn rule_332_to_pass_in_a_flight_leads_to_acct_and_the_rest_again() {
    let config = under_tls(transfer_next(
        Pipelining::default().with_early_handshake(When::Never),
    ));
    for code in ["530", "503"] {
        let refused = ["PBSZ", "PROT", "TYPE", "EPSV"].map(|verb| format!("{code} no {verb}"));
        let [pbsz, prot, settings, port] = refused.each_ref().map(String::as_str);
        let script = [
            known_login(&["332 account", pbsz, prot, settings, port]),
            vec![
                hear("ACCT research"),
                say("230 in"),
                hear("PBSZ 0"),
                hear("PROT P"),
                hear("TYPE I"),
                hear("EPSV"),
                say("200 0"),
                say("200 private"),
                say("200 I"),
                say("229 (|||6446|)"),
            ],
            protected("connect peer:6446", "RETR a"),
            ended(&NAMED),
        ];
        let all = [Do::LoginWithAccount, Do::Get("a")];
        let (outcomes, _) = from_greeting(&config, &script.concat(), &all);
        assert_eq!(outcomes, ["230 in", DONE], "{code}");
    }
}

/// PASS and the commands after it are refused. The next login is in step. Where two refusals are the
/// same, one may be a second reply to the same command, and the last one may still come: a fence
/// shows it. Before a login, servers answer FEAT only.
#[test]
fn rule_530_to_pass_in_a_flight_refuses_the_login_and_the_next_one_is_in_step() {
    let config = transfer_next(Pipelining::default());
    let flight = |replies: [&str; 3]| {
        [
            &[
                hear("USER ada"),
                say("331 password"),
                hear("PASS hunter2"),
                hear("TYPE I"),
                hear("EPSV"),
            ][..],
            &replies.map(say),
        ]
        .concat()
    };
    let all = [Do::Login, Do::Login, Do::Get("a")];
    let outcomes = |script: &[Vec<Item>]| from_greeting(&config, &script.concat(), &all).0;
    let wanted = [
        "Permanent Some(\"PASS\") Some(\"530 no\") None",
        "230 in",
        DONE,
    ];
    let greeting = vec![say("220 (vsFTPd 3.0.5)")];
    let unlike = outcomes(&[
        greeting.clone(),
        flight(["530 no", "530 log in", "530 no EPSV"]),
        flight(["230 in", "200 I", "229 (|||6446|)"]),
        vec![
            serve("connect peer:6446"),
            hear("RETR a"),
            hear("EPSV"),
            say("150 here"),
            serve("close graceful download"),
            say("226 done"),
            say("229 (|||6447|)"),
        ],
    ]);
    assert_eq!(unlike, wanted);
    let login = vec![
        hear("USER ada"),
        say("331 password"),
        hear("PASS hunter2"),
        say("230 in"),
    ];
    let alike = |fence: &[Item]| {
        outcomes(&[
            greeting.clone(),
            flight(["530 no", "530 log in", "530 log in"]),
            fence.to_vec(),
            login.clone(),
            vec![
                hear("TYPE I"),
                say("200 I"),
                hear("EPSV"),
                say("229 (|||6446|)"),
                serve("connect peer:6446"),
                hear("RETR a"),
                say("150 here"),
                serve("close graceful download"),
                say("226 done"),
            ],
        ])
    };
    assert_eq!(alike(&[hear("FEAT"), say("211 no features")]), wanted);
}

/// A refusal of PASS comes twice, so that the refusal of EPSV comes when another command is on its
/// way. It must not answer that command.
#[test]
fn invariant_a_doubled_refusal_of_pass_answers_no_later_command() {
    let script = [&[
        say("220 (vsFTPd 3.0.5)"),
        hear("USER ada"),
        say("331 password"),
        hear("PASS hunter2"),
        hear("TYPE I"),
        hear("EPSV"),
        say("530 no"),
        say("530 no"),
        say("530 log in"),
        hear("PWD"),
        say("530 log in"),
        hear("SYST"),
        say("530 log in"),
        hear("FEAT"),
        say("211 no features"),
        hear("PWD"),
        say("530 log in"),
    ][..]]
    .concat();
    let config = transfer_next(Pipelining::default());
    let (outcomes, _) = from_greeting(&config, &script, &[Do::Login, Do::Pwd]);
    assert_eq!(
        outcomes[1],
        "Permanent Some(\"PWD\") Some(\"530 log in\") None"
    );
}

fn tls_login_together(replies: &[&str]) -> Vec<Item> {
    let mut items = vec![
        say("220 ready"),
        hear("AUTH TLS"),
        say("234 go"),
        serve("secure control"),
        hear("USER ada"),
        hear("PASS hunter2"),
    ];
    items.extend(replies.iter().map(|reply| say(reply)));
    items
}

/// A stray 250 comes between the replies to USER and PASS, which have left together. It accepts no
/// password.
#[test]
fn invariant_a_stray_250_accepts_no_password_in_a_flight() {
    let script = [
        tls_login_together(&["331 password", "250 stray"]),
        vec![
            hear("PWD"),
            say("530 no"),
            hear("SYST"),
            say("530 log in"),
            hear("FEAT"),
            say("215 UNIX"),
            say("211 none"),
            hear("PWD"),
            say("530 log in"),
        ],
    ];
    let config = explicit().with_pipelining(Pipelining::default().with_password_with_user(true));
    let (outcomes, driver) = from_greeting(&config, &script.concat(), &[Do::Login, Do::Pwd]);
    assert!(
        outcomes[0].starts_with("UnexpectedReply Some(\"PASS\")"),
        "{outcomes:?}"
    );
    assert!(outcomes[1].starts_with("Permanent"), "{outcomes:?}");
    assert!(!driver.session.is_logged_in());
}

#[test]
fn pass_leaves_with_user_under_tls_only() {
    let options = Pipelining::default().with_password_with_user(true);
    let protect = [
        hear("PBSZ 0"),
        hear("PROT P"),
        say("200 0"),
        say("200 private"),
    ];
    let config = explicit().with_pipelining(options);
    for (replies, outcome) in [
        (["331 password", "230 in"], "230 in"),
        // The server wants no password, and says so to PASS too.
        (["230 in", "230 already"], "230 already"),
        (["230 in", "503 already in"], "230 in"),
    ] {
        let script = [&tls_login_together(&replies)[..], &protect].concat();
        let (outcomes, driver) = from_greeting(&config, &script, &[Do::Login]);
        assert_eq!(outcomes, [outcome]);
        assert!(driver.session.is_logged_in(), "{replies:?}");
    }
    let refused = tls_login_together(&["530 no", "503 no"]);
    let again = tls_login_together(&["331 password", "230 in"]);
    let script = [&refused[..], &again[4..], &protect].concat();
    assert_eq!(
        from_greeting(&config, &script, &[Do::Login, Do::Login]).0,
        ["Permanent Some(\"USER\") Some(\"530 no\") None", "230 in"]
    );
    // In clear text, the password waits until the server asks for it.
    let config = Config::default().with_pipelining(options);
    let (outcomes, _) = from_greeting(
        &config,
        &[say("220 ready"), hear("USER ada"), say("230 in")],
        &[Do::Login],
    );
    assert_eq!(outcomes, ["230 in"]);
}

#[test]
fn rest_and_retr_leave_together_after_rest_has_worked() {
    let rest = [hear("REST 7"), say("350 ok")];
    let script = [
        first("")[..5].to_vec(),
        rest.to_vec(),
        first("RETR a")[5..].to_vec(),
        ended(&NAMED),
        vec![
            serve("connect peer:6447"),
            hear("REST 7"),
            hear("RETR b"),
            hear("EPSV"),
            say("350 ok"),
            say("150 here"),
        ],
        ended(&["226 done", "229 (|||6448|)"]),
        // This time the server refuses REST, and sends the whole file.
        vec![
            serve("connect peer:6448"),
            hear("REST 7"),
            hear("RETR c"),
            hear("EPSV"),
            say("502 no"),
            say("150 here"),
            serve("close abandon"),
            say("426 cut"),
            say("229 (|||6449|)"),
        ],
        pwd().to_vec(),
    ];
    let all = [Do::Rest("a"), Do::Rest("b"), Do::Rest("c"), Do::Pwd];
    assert_eq!(
        after_login(&always(), &script.concat(), &all).0,
        [
            DONE,
            DONE,
            "Permanent Some(\"REST\") Some(\"502 no\") None",
            "/here"
        ]
    );
}

#[test]
fn rnfr_and_rnto_leave_together_to_a_server_that_bears_it() {
    let pair = |replies: &[&str]| {
        let mut items = vec![hear("RNFR a"), hear("RNTO b")];
        items.extend(replies.iter().map(|reply| say(reply)));
        items
    };
    for (replies, outcome, after) in [
        (
            &["350 go", "250 renamed"][..],
            "Reply(250 renamed)",
            pwd().to_vec(),
        ),
        (
            &["550 no file", "503 RNFR first"],
            "Permanent Some(\"RNFR\") Some(\"550 no file\") None",
            pwd().to_vec(),
        ),
        (
            &["350 go", "553 no"],
            "Permanent Some(\"RNTO\") Some(\"553 no\") None",
            pwd().to_vec(),
        ),
        // The server has renamed something else.
        (
            &["550 no file", "250 renamed"],
            "Permanent Some(\"RNFR\") Some(\"550 no file\") None",
            fenced_pwd(),
        ),
        (
            &["350 go", "350 go", "250 renamed"],
            "UnexpectedReply Some(\"RNTO\") Some(\"350 go\") None",
            fenced_pwd(),
        ),
        (
            &["250 renamed", "350 go"],
            "UnexpectedReply Some(\"RNFR\") Some(\"250 renamed\") None",
            fenced_pwd(),
        ),
    ] {
        let script = [pair(replies), after].concat();
        let (outcomes, _) = after_login(&always(), &script, &[Do::Rename, Do::Pwd]);
        assert_eq!(outcomes, [outcome, "/here"], "{replies:?}");
    }
}

#[test]
fn quirk_a_server_drops_rnto() {
    let script = [
        vec![hear("RNFR a"), hear("RNTO b"), say("350 go"), Item::Silence],
        vec![Item::Silence],
        fenced_pwd(),
        vec![hear("RNFR a")],
    ];
    let mut script = script.concat();
    script.extend([say("350 go"), hear("RNTO b"), say("250 done")]);
    let all = [Do::Rename, Do::Pwd, Do::Rename];
    let (outcomes, driver) = after_login(&always(), &script, &all);
    assert_eq!(
        outcomes,
        [
            "Timeout(Reply) Some(\"RNTO\") None None",
            "/here",
            "Reply(250 done)"
        ]
    );
    assert_eq!(support(&driver, Capability::Pipelining), Support::Refused);
}

// What becomes of the port for the next transfer.

/// Runs two downloads, of which the first has these replies after its data. `between` is what the
/// client does before the second download.
#[track_caller]
fn two(replies: &[&str], between: &[Item], second: &[Item]) -> Vec<String> {
    let script = [&first("RETR a")[..], &ended(replies), between, second].concat();
    after_login(&always(), &script, &[Do::Get("a"), Do::Get("b")]).0
}

fn second_over_6447() -> Vec<Item> {
    [further("RETR b"), ended(&["226 done", "229 (|||6448|)"])].concat()
}

#[test]
fn quirk_229_before_226() {
    let replies = ["229 (|||6447|)", "226 done"];
    assert_eq!(two(&replies, &[], &second_over_6447()), [DONE, DONE]);
}

#[test]
fn quirk_proftpd_450_to_epsv_before_226() {
    for refusal in ["450 a transfer is under way", "425 busy", "503 busy"] {
        let outcomes = two(&[refusal, "226 done"], &fence(), &alone("RETR b"));
        assert_eq!(outcomes, [DONE, DONE], "{refusal}");
    }
}

#[test]
fn quirk_epsv_refused_after_226() {
    for refusal in ["450 a transfer is under way", "425 busy", "500 what"] {
        let outcomes = two(&["226 done", refusal], &fence(), &alone("RETR b"));
        assert_eq!(outcomes, [DONE, DONE], "{refusal}");
    }
}

#[test]
fn rule_226_doubled_with_an_owed_epsv_ends_pipelining_in_step() {
    for replies in [
        ["226 done", "226 done", "229 (|||6447|)"],
        ["226 done", "229 (|||6447|)", "226 done"],
        ["229 (|||6447|)", "226 done", "226 done"],
        ["226 done", "229 (|||6447|)", "229 (|||6447|)"],
    ] {
        let outcomes = two(&replies, &fence(), &alone("RETR b"));
        assert_eq!(outcomes, [DONE, DONE], "{replies:?}");
    }
}

#[test]
fn invariant_the_worse_of_two_final_replies_counts_with_an_owed_epsv() {
    for replies in [
        ["226 done", "426 cut", "229 (|||6447|)"],
        ["226 done", "229 (|||6447|)", "426 cut"],
        ["229 (|||6447|)", "226 done", "426 cut"],
    ] {
        let outcomes = two(&replies, &fence(), &alone("RETR b"));
        assert_eq!(
            outcomes,
            ["Transient Some(\"RETR\") Some(\"426 cut\") Some(12)", DONE],
            "{replies:?}"
        );
    }
}

/// The 425 may refuse EPSV or the transfer. So the transfer is not confirmed.
#[test]
fn invariant_226_425_229_confirms_nothing() {
    let replies = ["226 done", "425 no", "229 (|||6447|)"];
    let outcomes = two(&replies, &fence(), &alone("RETR b"));
    assert!(outcomes[0].starts_with("Unconfirmed"), "{outcomes:?}");
    assert_eq!(outcomes[1], DONE);
}

#[test]
fn quirk_epsv_is_never_answered() {
    let silent = [&[Item::Silence][..], &fence()].concat();
    let outcomes = two(&["226 done"], &silent, &alone("RETR b"));
    assert_eq!(outcomes, [DONE, DONE]);
}

#[test]
fn quirk_epsv_is_answered_so_late_that_the_fence_takes_it() {
    let late = [
        Item::Silence,
        hear("PWD"),
        say("229 (|||6447|)"),
        say("257 \"/fence\""),
    ];
    let outcomes = two(&["226 done"], &late, &alone("RETR b"));
    assert_eq!(outcomes, [DONE, DONE]);
}

#[test]
fn rule_eof_after_226_confirms_the_file_and_blames_the_flight() {
    let script = [first("RETR a"), ended(&["226 done"]), vec![Item::Eof]];
    let all = [Do::Get("a"), Do::Pwd];
    let (outcomes, mut driver) = after_login(&always(), &script.concat(), &all);
    assert_eq!(outcomes[0], DONE);
    assert!(outcomes[1].starts_with("Closed"), "{outcomes:?}");
    let successor = driver.session.successor();
    let known = successor.capabilities();
    assert_eq!(known.support(Capability::Pipelining), Support::Refused);
}

/// A stray 226 comes before the 150, and then the connection ends. No fence can show that the server has
/// refused RETR.
#[test]
fn invariant_a_226_without_150_confirms_nothing_if_the_connection_ends() {
    for reply in ["226 stray", "250 stray"] {
        let script = [
            &first("RETR a")[..7],
            &[say(reply), serve("close graceful download"), Item::Eof],
        ];
        let (outcomes, driver) = after_login(&always(), &script.concat(), &[Do::Get("a")]);
        assert!(outcomes[0].starts_with("Unconfirmed"), "{outcomes:?}");
        assert!(driver.session.is_dead());
    }
}

/// A 200 after the 150 may be the reply to a NOOP. It confirms nothing if no fence can follow.
#[test]
fn invariant_a_200_confirms_nothing_if_the_connection_ends() {
    let script = [
        &first("RETR a")[..],
        &[serve("close graceful download"), say("200 ok")],
        &[say("229 (|||6447|)"), Item::Eof],
    ];
    let (outcomes, _) = after_login(&always(), &script.concat(), &[Do::Get("a")]);
    assert!(outcomes[0].starts_with("Unconfirmed"), "{outcomes:?}");
}

#[test]
fn invariant_a_refused_retr_drops_the_port() {
    for replies in [
        ["550 no file", "229 (|||6447|)"],
        ["229 (|||6447|)", "550 no file"],
    ] {
        let script = [
            first("RETR a")[..7].to_vec(),
            replies.map(say).to_vec(),
            vec![serve("close discard")],
            vec![
                hear("EPSV"),
                say("229 (|||6448|)"),
                serve("connect peer:6448"),
            ],
            first("RETR b")[5..].to_vec(),
            ended(&NAMED),
        ];
        let all = [Do::Get("a"), Do::Get("b")];
        let (outcomes, _) = after_login(&always(), &script.concat(), &all);
        assert_eq!(
            outcomes,
            ["Permanent Some(\"RETR\") Some(\"550 no file\") None", DONE],
            "{replies:?}"
        );
    }
}

#[test]
fn invariant_a_transfer_that_failed_drops_the_port() {
    for replies in [
        ["451 read error", "229 (|||6447|)"],
        ["229 (|||6447|)", "451 read error"],
    ] {
        let again = [
            &[
                hear("EPSV"),
                say("229 (|||6448|)"),
                serve("connect peer:6448"),
            ],
            &first("RETR b")[5..],
            &ended(&NAMED),
        ]
        .concat();
        let outcomes = two(&replies, &[], &again);
        assert_eq!(
            outcomes,
            [
                "Transient Some(\"RETR\") Some(\"451 read error\") Some(12)",
                DONE
            ],
            "{replies:?}"
        );
    }
}

#[test]
fn quirk_the_named_port_refuses_the_connection() {
    for reaction in [Reaction::Fails(ErrorKind::Io), Reaction::TimesOut] {
        let refused = [Item::Serve("connect peer:6447", reaction)];
        assert_eq!(two(&NAMED, &refused, &alone("RETR b")), [DONE, DONE]);
    }
}

/// ftp-srv forgets a port that it has named during a transfer, and refuses the next data command by
/// 551. No port is asked for ahead any more, or every second transfer would fail.
#[test]
fn quirk_the_server_forgets_the_named_port() {
    for refusal in ["551 no", "425 no", "503 no"] {
        let script = [
            first("RETR a"),
            ended(&NAMED),
            further("RETR b")[..3].to_vec(),
            vec![say(refusal), say("229 (|||6448|)"), serve("close discard")],
            alone("RETR c"),
        ];
        let all = [Do::Get("a"), Do::Get("b"), Do::Get("c")];
        let (outcomes, driver) = after_login(&always(), &script.concat(), &all);
        assert_eq!([&outcomes[0], &outcomes[2]], [DONE, DONE], "{refusal}");
        assert!(outcomes[1].contains(refusal), "{outcomes:?}");
        assert_eq!(support(&driver, Capability::PortAhead), Support::Refused);
    }
}

/// A stray that comes while the session is idle is found before the named port is used. The port is
/// given up then, and the transfer is not.
#[test]
fn rule_a_stray_before_a_transfer_over_a_named_port_costs_no_transfer() {
    let between = [
        Item::NotYet,
        say("226 late"),
        hear("PWD"),
        say("257 \"/fence\""),
    ];
    assert_eq!(two(&NAMED, &between, &alone("RETR b")), [DONE, DONE]);
}

#[test]
fn invariant_150_after_a_stray_226_with_an_owed_epsv_confirms_nothing() {
    let script = [
        first("RETR a")[..7].to_vec(),
        vec![say("226 stray"), say("150 here")],
        ended(&NAMED),
        fence().to_vec(),
        alone("RETR b"),
    ];
    let all = [Do::Get("a"), Do::Get("b")];
    let (outcomes, _) = after_login(&always(), &script.concat(), &all);
    assert!(outcomes[0].starts_with("Unconfirmed"), "{outcomes:?}");
    assert_eq!(outcomes[1], DONE);
}

#[test]
fn keep_alive_together_with_an_owed_epsv_in_every_order() {
    let (done, ok, port) = ("226 done", "200 ok", "229 (|||6447|)");
    for replies in [
        [done, port, ok],
        [done, ok, port],
        [ok, done, port],
        [ok, port, done],
        [port, done, ok],
        [port, ok, done],
    ] {
        let script = [
            first("RETR a"),
            vec![hear("NOOP")],
            ended(&replies),
            second_over_6447(),
        ];
        let all = [Do::Open("a"), Do::KeepAlive, Do::Finish, Do::Get("b")];
        let (outcomes, _) = after_login(&always(), &script.concat(), &all);
        assert_eq!(outcomes, ["open", "", DONE, DONE], "{replies:?}");
    }
}

#[test]
fn keep_alive_together_with_a_refused_epsv_in_every_order() {
    let (done, ok, port) = ("226 done", "200 ok", "450 busy");
    for replies in [
        [done, port, ok],
        [done, ok, port],
        [ok, done, port],
        [ok, port, done],
        [port, done, ok],
        [port, ok, done],
    ] {
        let script = [
            first("RETR a"),
            vec![hear("NOOP")],
            ended(&replies),
            fence().to_vec(),
            alone("RETR b"),
        ];
        let all = [Do::Open("a"), Do::KeepAlive, Do::Finish, Do::Get("b")];
        let (outcomes, _) = after_login(&always(), &script.concat(), &all);
        assert_eq!(outcomes, ["open", "", DONE, DONE], "{replies:?}");
    }
}

/// A stray 250 comes in place of the 150, and the program drops the transfer. The transfer's own
/// replies are still to come, and answer no later command.
#[test]
fn invariant_a_completion_without_150_of_a_dropped_transfer_is_followed_by_a_fence() {
    let script = [
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        serve("connect peer:6446"),
        hear("RETR a"),
        say("250 stray"),
        serve("close discard"),
        hear("PWD"),
        say("150 here"),
        say("226 done"),
        say("257 \"/fence\""),
        hear("PWD"),
        say("257 \"/here\""),
    ];
    let never = Config::default().with_pipelining(Pipelining::never());
    let all = [Do::Open("a"), Do::Forget, Do::Pwd];
    let (outcomes, _) = after_login(&never, &script, &all);
    assert_eq!(outcomes, ["open", "forgotten", "/here"]);
}

/// All replies that an aborted transfer with an owed EPSV may get.
const ABORTED: [&[&str]; 5] = [
    &["426 cut", "226 aborted", "229 (|||6447|)"],
    &["426 cut", "229 (|||6447|)", "226 aborted"],
    &["229 (|||6447|)", "426 cut", "226 aborted"],
    &["226 done", "229 (|||6447|)", "225 no transfer"],
    &["450 busy", "426 cut", "226 aborted"],
];

#[test]
fn rule_abor_with_an_owed_epsv_leaves_the_session_in_step() {
    for act in [&[Do::Abort][..], &[Do::Forget, Do::Pwd]] {
        for replies in ABORTED {
            let mut script = first("RETR a");
            script.extend([hear("ABOR"), serve("close abandon")]);
            script.extend(replies.iter().map(|reply| say(reply)));
            script.extend(fence());
            if act.len() > 1 {
                script.extend(pwd());
            }
            script.extend([
                hear("EPSV"),
                say("229 (|||6448|)"),
                serve("connect peer:6448"),
            ]);
            script.extend(first("RETR b")[5..].to_vec());
            script.extend(ended(&NAMED));
            let all = [&[Do::Open("a")], act, &[Do::Get("b")]].concat();
            let (outcomes, _) = after_login(&always(), &script, &all);
            assert_eq!(
                outcomes.last().map(String::as_str),
                Some(DONE),
                "{replies:?}"
            );
        }
    }
}

// Saved capabilities.

#[test]
fn capabilities_that_were_saved_decide_about_ports() {
    let named = [first("RETR a"), ended(&NAMED)].concat();
    let (_, proven) = after_login(&always(), &named, &[Do::Get("a")]);
    let busy = [
        first("RETR a"),
        ended(&["450 busy", "226 done"]),
        fence().to_vec(),
    ];
    let (_, refused) = after_login(&always(), &busy.concat(), &[Do::Get("a")]);
    for (driver, script) in [
        (proven, [first("RETR a"), ended(&NAMED)].concat()),
        (
            refused,
            [vec![hear("TYPE I"), say("200 I")], alone("RETR a")].concat(),
        ),
    ] {
        let known = driver.session.capabilities().clone();
        let options = Options::new("ftp.example.org").with_capabilities(known);
        let mut driver = scripted(Config::default(), plain_login());
        driver.session = Session::with_options(&options);
        driver.outcome(&Op::Greeting);
        driver.outcome(&Op::Login);
        driver.server.extend(script);
        assert_eq!(perform(&mut driver, Do::Get("a")), DONE);
        driver.server.assert_over();
    }
}

// Odd, missing and late replies to a flight.

#[test]
fn rule_a_doubled_reply_to_type_sets_the_type_again() {
    let script = [
        vec![
            hear("TYPE I"),
            hear("EPSV"),
            say("200 I"),
            say("200 I"),
            say("229 (|||6446|)"),
        ],
        fence().to_vec(),
        vec![
            hear("EPSV"),
            say("229 (|||6447|)"),
            hear("TYPE I"),
            say("200 I"),
        ],
        alone("RETR a"),
        alone("RETR b"),
    ];
    let all = [Do::Get("a"), Do::Get("b")];
    let (outcomes, _) = after_login(&always(), &script.concat(), &all);
    assert_eq!(outcomes, [DONE, DONE]);
}

#[test]
fn quirk_the_server_answers_the_flight_in_the_wrong_order() {
    let script = [
        vec![
            hear("TYPE I"),
            hear("EPSV"),
            say("229 (|||6446|)"),
            say("200 I"),
        ],
        fence().to_vec(),
        vec![hear("TYPE I"), say("200 I")],
        alone("RETR a"),
    ];
    let all = [Do::Get("a"), Do::Get("a")];
    let (outcomes, _) = after_login(&always(), &script.concat(), &all);
    assert!(outcomes[0].starts_with("UnexpectedReply"), "{outcomes:?}");
    assert_eq!(outcomes[1], DONE);
}

/// Debian's ftp-proxy answers an EPSV itself, before the server's reply to TYPE has come through it.
#[test]
fn quirk_a_proxy_refuses_epsv_before_the_reply_to_type() {
    let script = [
        vec![
            hear("TYPE I"),
            hear("EPSV"),
            say("500 'EPSV': command unrecognized."),
            say("200 I"),
        ],
        fence().to_vec(),
        vec![hear("TYPE I"), say("200 I")],
        alone("RETR a"),
        alone("RETR b"),
    ];
    let all = [Do::Get("a"), Do::Get("b")];
    let config = Config::default();
    let (outcomes, _) = after_login(&config, &script.concat(), &all);
    assert_eq!(outcomes, [DONE, DONE]);
}

#[test]
fn quirk_a_server_drops_epsv_after_type() {
    let script = [
        vec![hear("TYPE I"), hear("EPSV"), say("200 I"), Item::Silence],
        fence().to_vec(),
        vec![
            hear("PASV"),
            say("227 (192,0,2,1,25,45)"),
            hear("TYPE I"),
            say("200 I"),
            hear("PASV"),
            say("227 (192,0,2,1,25,46)"),
            serve("connect peer:6446"),
        ],
        vec![hear("RETR a"), say("150 here")],
        ended(&["226 done"]),
    ];
    let (outcomes, _) = after_login(&always(), &script.concat(), &[Do::Get("a")]);
    assert_eq!(outcomes, [DONE]);
}

/// A server that reads one command from each segment never sees PROT.
#[test]
fn quirk_a_server_drops_prot_after_pbsz() {
    let script = [
        secure_login()[..8].to_vec(),
        vec![hear("PBSZ 0"), hear("PROT P"), say("200 0"), Item::Silence],
        fence().to_vec(),
        vec![hear("PROT P"), say("200 private")],
    ];
    let (outcomes, _) = from_greeting(&explicit(), &script.concat(), &[Do::Login]);
    assert_eq!(outcomes, ["230 in"]);
}

/// A firewall swallows EPSV, which has left in the flight of PASS.
#[test]
fn quirk_epsv_after_the_login_is_swallowed() {
    let script = [
        known_login_in_clear(&["230 in", "200 I"]),
        vec![Item::Silence],
        fence().to_vec(),
        vec![
            hear("TYPE I"),
            say("200 I"),
            hear("PASV"),
            say("227 (192,0,2,1,25,46)"),
            serve("connect peer:6446"),
        ],
        vec![hear("RETR a"), say("150 here")],
        ended(&["226 done"]),
    ];
    let config = transfer_next(Pipelining::default());
    let (outcomes, driver) = from_greeting(&config, &script.concat(), &[Do::Login, Do::Get("a")]);
    assert_eq!(outcomes, ["230 in", DONE]);
    let long = driver
        .wants
        .iter()
        .filter(|want| want.contains("Receive Reply"));
    assert_eq!(long.count(), 0, "{:?}", driver.wants);
}

/// A stray seems to accept TYPE, and the refusal of TYPE seems to refuse EPSV. The 229 that follows
/// shows that, so the client sets the type again before it asks for the file.
#[test]
fn invariant_a_stray_in_a_flight_leaves_no_wrong_type() {
    let script = [
        vec![
            hear("TYPE I"),
            hear("EPSV"),
            say("200 stray"),
            say("504 no"),
            say("229 (|||6446|)"),
        ],
        fence().to_vec(),
        vec![hear("PASV"), say("227 (192,0,2,1,25,46)")],
        vec![hear("TYPE I"), say("504 no")],
    ];
    let (outcomes, _) = after_login(&always(), &script.concat(), &[Do::Get("a")]);
    assert_eq!(outcomes, ["Permanent Some(\"TYPE\") Some(\"504 no\") None"]);
}

/// A stray seems to accept the login, and the server's own replies go to TYPE and EPSV. PWD shows
/// that nobody is logged in.
#[test]
fn invariant_a_login_that_a_stray_has_accepted_fails_if_pwd_is_refused_by_530() {
    let known = || vec![say("220 (vsFTPd 3.0.5)"), hear("USER ada")];
    let settings = || vec![hear("TYPE I"), hear("EPSV")];
    let to_user = [vec![say("200 stray")], settings(), vec![say("331 more")]];
    let password = vec![say("331 password"), hear("PASS hunter2")];
    let to_pass = [password, settings(), vec![say("230 stray"), say("530 no")]];
    for stray in [to_user.concat(), to_pass.concat()] {
        let script = [
            known(),
            stray,
            vec![say("530 login first"), say("530 login first")],
            vec![hear("PWD"), say("530 login first")],
            vec![hear("SYST"), say("215 UNIX")],
            vec![hear("PWD"), say("530 login first")],
        ];
        let config = transfer_next(Pipelining::default());
        let (outcomes, driver) = from_greeting(&config, &script.concat(), &[Do::Login]);
        let refused = "Permanent Some(\"PWD\") Some(\"530 login first\") None";
        assert_eq!(outcomes, [refused]);
        assert!(!driver.session.is_logged_in());
    }
}

#[test]
fn rule_a_doubled_230_to_pass_in_a_flight_accepts_the_login_after_a_fence() {
    let script = [
        known_login_in_clear(&["230 in", "230 in", "200 I", "229 (|||6446|)"]),
        fence().to_vec(),
        pwd().to_vec(),
        pwd().to_vec(),
    ];
    let config = transfer_next(Pipelining::default());
    let (outcomes, _) = from_greeting(&config, &script.concat(), &[Do::Login, Do::Pwd]);
    assert_eq!(outcomes, ["230 in", "/here"]);
}

/// After TYPE was refused by 530, the server falls silent. The client waits for the reply to PWD once,
/// and not again and again.
#[test]
fn invariant_a_server_that_falls_silent_ends_a_doubted_login_by_a_time_out() {
    let script = [
        known_login_in_clear(&["230 in", "530 login first", "229 (|||6446|)"]),
        vec![hear("PWD"), Item::Silence],
    ];
    let config = transfer_next(Pipelining::default());
    let (outcomes, _) = from_greeting(&config, &script.concat(), &[Do::Login]);
    assert!(
        outcomes[0].starts_with("Timeout(Reply) Some(\"PWD\")"),
        "{outcomes:?}"
    );
}

/// The server drops the rest of the segment with PASS, and a stray seems to accept TYPE. The missing
/// reply to EPSV shows that, so the client sets the type again.
#[test]
fn invariant_a_missing_reply_of_a_flight_leaves_no_wrong_type() {
    let script = [
        known_login_in_clear(&["230 in", "250 stray"]),
        vec![Item::Silence],
        fenced_pwd(),
        vec![hear("TYPE I"), say("504 no")],
    ];
    let config = transfer_next(Pipelining::default());
    let all = [Do::Login, Do::Pwd, Do::Get("a")];
    let (outcomes, _) = from_greeting(&config, &script.concat(), &all);
    let refused = "Permanent Some(\"TYPE\") Some(\"504 no\") None";
    assert_eq!(outcomes, ["230 in", "/here", refused]);
}

/// The server doubles its reply to PBSZ and refuses PROT, so PROT seems to be accepted. The refusal
/// is a stray then, and the client sends PROT again before a transfer.
#[test]
fn invariant_a_doubled_reply_to_pbsz_leaves_no_wrong_prot() {
    let script = [
        secure_login()[..8].to_vec(),
        vec![
            hear("PBSZ 0"),
            hear("PROT P"),
            say("200 0"),
            say("200 0"),
            say("536 no"),
        ],
        fence().to_vec(),
        vec![hear("PBSZ 0"), say("200 0"), hear("PROT P"), say("536 no")],
    ];
    let (outcomes, _) = from_greeting(&explicit(), &script.concat(), &[Do::Login, Do::Get("a")]);
    assert_eq!(outcomes[0], "230 in");
    assert!(
        outcomes[1].starts_with("Permanent Some(\"PROT\")"),
        "{outcomes:?}"
    );
}

/// Nothing of a flight is answered. The next operation waits once for all of it.
#[test]
fn rule_a_flight_without_any_reply_costs_the_wait_of_one_command() {
    let script = [
        known_login_in_clear(&[]),
        vec![Item::Silence, Item::Silence],
        fenced_pwd(),
    ];
    let config = transfer_next(Pipelining::default());
    let (outcomes, _) = from_greeting(&config, &script.concat(), &[Do::Login, Do::Pwd]);
    assert!(
        outcomes[0].starts_with("Timeout(Reply) Some(\"PASS\")"),
        "{outcomes:?}"
    );
    assert_eq!(outcomes[1], "/here");
}

/// TYPE I leaves only after the reply to the EPSV that was in the flight of TYPE A.
#[test]
fn rule_a_flight_leaves_after_every_reply_to_the_one_before() {
    let script = [
        vec![
            hear("TYPE A"),
            hear("EPSV"),
            say("504 no"),
            say("229 (|||6446|)"),
            hear("TYPE I"),
            say("200 I"),
            serve("connect peer:6446"),
            hear("LIST"),
            say("150 here"),
        ],
        ended(&["226 done"]),
    ];
    let (outcomes, _) = after_login(&always(), &script.concat(), &[Do::List]);
    assert_eq!(outcomes, [DONE]);
}

#[test]
fn successor_of_a_session_that_died_in_a_flight_sends_one_command_at_a_time() {
    let script = [hear("TYPE I"), hear("EPSV"), say("200 I"), Item::Eof];
    let (outcomes, mut driver) = after_login(&Config::default(), &script, &[Do::Get("a")]);
    assert!(outcomes[0].starts_with("Closed"), "{outcomes:?}");
    driver.session = driver.session.successor();
    let script = [
        plain_login(),
        vec![hear("TYPE I"), say("200 I")],
        alone("RETR a"),
        vec![hear("QUIT"), say("221 bye")],
    ];
    driver.server = Script::new(script.concat()).strict();
    driver.outcome(&Op::Greeting);
    let standing = driver.session.standing();
    let restore = flows::Restore::new(credentials(), standing).expect("known");
    driver.run(restore).expect("restored");
    assert_eq!(perform(&mut driver, Do::Get("a")), DONE);
    perform(&mut driver, Do::Quit);
    driver.server.assert_over();
}

// Without pipelining.

#[test]
fn never_sends_one_command_at_a_time() {
    let script = [
        secure_login(),
        vec![hear("TYPE I"), say("200 I")],
        alone("")[..3].to_vec(),
        vec![
            hear("REST 7"),
            say("350 ok"),
            hear("RETR a"),
            say("150 here"),
            serve("secure data"),
        ],
        ended(&["226 done"]),
        alone("RETR b")[..5].to_vec(),
        vec![serve("secure data")],
        ended(&["226 done"]),
        vec![
            hear("RNFR a"),
            say("350 go"),
            hear("RNTO b"),
            say("250 done"),
        ],
        vec![hear("QUIT"), say("221 bye")],
    ];
    let pipelining = Pipelining::never().with_transfer_next(true);
    let config = explicit().with_pipelining(pipelining);
    let mut driver = Driver::new(config, Script::new(script.concat()).strict());
    driver.outcome(&Op::Greeting);
    let all = [Do::Login, Do::Rest("a"), Do::Get("b"), Do::Rename, Do::Quit];
    let outcomes = all.map(|it| perform(&mut driver, it));
    assert_eq!(
        outcomes,
        [
            "230 in",
            DONE,
            DONE,
            "Reply(250 done)",
            "Some(Reply(221 bye))"
        ]
    );
    driver.server.assert_over();
}

#[test]
fn quit_without_reply_waits_for_nothing() {
    let options = Pipelining::default().with_quit_without_reply(true);
    let config = Config::default().with_pipelining(options);
    let (outcomes, driver) = after_login(&config, &[hear("QUIT")], &[Do::Quit]);
    assert_eq!(outcomes, ["None"]);
    assert!(driver.session.is_dead());
    let waits = driver
        .wants
        .iter()
        .filter(|want| *want != "receive Arrived");
    assert_eq!(waits.count(), 0, "{:?}", driver.wants);
}

/// The server takes REST and RETR, which come in one segment, for one command.
#[test]
fn quirk_a_server_drops_retr_after_rest() {
    let rest = [
        hear("REST 7"),
        say("350 ok"),
        hear("RETR a"),
        say("150 here"),
    ];
    let named = vec![
        hear("EPSV"),
        say("229 (|||6449|)"),
        serve("connect peer:6449"),
    ];
    let script = [
        first("")[..5].to_vec(),
        rest.to_vec(),
        ended(&["226 done"]),
        named.clone(),
        vec![
            hear("REST 7"),
            hear("RETR a"),
            say("350 ok"),
            Item::Silence,
            hear("ABOR"),
            serve("close discard"),
            say("226 nothing"),
        ],
        fenced_pwd(),
        named,
        rest.to_vec(),
        ended(&["226 done"]),
    ];
    let pipelining = Pipelining::always().with_next_port(When::Never);
    let config = Config::default().with_pipelining(pipelining);
    let all = [Do::Rest("a"), Do::Rest("a"), Do::Pwd, Do::Rest("a")];
    let (outcomes, driver) = after_login(&config, &script.concat(), &all);
    assert!(
        outcomes[1].starts_with("Timeout(Preliminary)"),
        "{outcomes:?}"
    );
    assert_eq!(support(&driver, Capability::Pipelining), Support::Refused);
}
