//! Tests of invariant 13: no error, log or debug output shows a secret.

use std::sync::{Arc, Mutex};

use ftp_proto::wire::DecodeError;
use ftp_proto::{Config, DataEnd, Error, Observed, flows};

use crate::support::*;

const CANARY: &str = "tr0ub4dor&3-canary";

struct Seen(Arc<Mutex<String>>);

impl Seen {
    fn note(&self, text: &str) {
        self.0.lock().expect("the notes").push_str(text);
    }
}

/// Creates a session whose observer records everything that the session reports.
fn watched(config: Config, items: Vec<Item>) -> (Driver<Script>, Seen) {
    let mut driver = scripted(config, items);
    let notes = Arc::new(Mutex::new(String::new()));
    let observed = Arc::clone(&notes);
    driver.session.observe(move |event| {
        let mut notes = observed.lock().expect("the notes");
        match event {
            Observed::Sent(command) | Observed::Fence(command) => {
                notes.push_str(&format!("{command} {command:?}\n"))
            }
            Observed::Received(reply) => notes.push_str(&format!("{reply} {reply:?}\n")),
            _ => {}
        }
        notes.push_str(&format!("{event:?}\n"));
    });
    (driver, Seen(notes))
}

fn note_error(seen: &Seen, error: &Error) {
    seen.note(&format!("{error} {error:?} {error:#?}\n"));
    let mut source = error
        .inner()
        .map(|inner| inner as &(dyn std::error::Error + 'static));
    while let Some(inner) = source {
        seen.note(&format!("{inner} {inner:?}\n"));
        if let Some(DecodeError::Unterminated { partial }) = inner.downcast_ref() {
            // `Debug` shows these bytes as numbers, but a program could print them as text.
            seen.note(&String::from_utf8_lossy(partial));
        }
        source = inner.source();
    }
}

/// Runs logins with [`CANARY`] as password and account, and then PWD. Records everything that a
/// program could print, and checks that the canary is not in it.
#[track_caller]
fn no_canary(items: Vec<Item>) {
    let (mut driver, seen) = watched(Config::default(), items);
    let login = || {
        let credentials = flows::Credentials::new("ada", CANARY)
            .and_then(|credentials| credentials.with_account(CANARY))
            .expect("credentials");
        seen.note(&format!("{credentials:?} {credentials:#?}\n"));
        flows::Login::new(credentials)
    };
    seen.note(&format!("{:?}", login()));
    driver.outcome(&Op::Greeting);
    while driver.server.hears_next("USER ada") {
        let (running, answer) = driver.session.start(login());
        seen.note(&format!("{running:?} {answer:?}\n"));
        match driver.run(login()) {
            Ok(reply) => seen.note(&format!("{reply} {reply:?}\n")),
            Err(error) => note_error(&seen, &error),
        }
        seen.note(&format!("{:?} {:#?}\n", driver.session, driver.session));
    }
    while !driver.server.is_over() {
        match driver.run(flows::Pwd::new()) {
            Ok(path) => seen.note(&path.to_string()),
            Err(error) => note_error(&seen, &error),
        }
        seen.note(&format!("{:?} {:#?}\n", driver.session, driver.session));
    }
    let notes = seen.0.lock().expect("the notes");
    assert!(notes.contains("PASS ***"), "{notes}");
    let at = notes.find(CANARY);
    assert_eq!(
        at.map(|at| &notes[at.saturating_sub(80)..at + CANARY.len()]),
        None
    );
}

/// Returns the script of a login with the canary as the password. Its last item is PASS, without
/// the reply.
fn canary_login() -> Vec<Item> {
    vec![
        say("220 ready"),
        hear("USER ada"),
        say("331 password"),
        hear(&format!("PASS {CANARY}")),
    ]
}

fn canary_with(items: impl IntoIterator<Item = Item>) -> Vec<Item> {
    let mut script = canary_login();
    script.extend(items);
    script
}

#[test]
fn invariant_13_secrets_do_not_print() {
    no_canary(canary_with([say("230 in")]));
    no_canary(canary_with([
        say("332 account"),
        hear(&format!("ACCT {CANARY}")),
        say("230 in"),
    ]));
}

#[test]
fn invariant_13_an_echo_in_the_replies_of_a_login_does_not_print() {
    no_canary(canary_with([say(&format!("230 in with {CANARY}"))]));
    no_canary(canary_with([say(&format!("530 wrong: {CANARY}{CANARY}"))]));
    no_canary(canary_with([say(&format!("430 wrong: {CANARY}"))]));
    no_canary(canary_with([say(&format!("421 wrong: {CANARY}"))]));
    no_canary(canary_with([
        say(&format!("332 account for {CANARY}")),
        hear(&format!("ACCT {CANARY}")),
        say(&format!("530 {CANARY}")),
    ]));
    no_canary(canary_with([say(&format!(
        "230-hello\r\n {CANARY}\r\n230-{CANARY}\r\n230 {CANARY}"
    ))]));
    // If the client logs in twice on a connection, even the reply to the second USER can repeat the
    // secret.
    no_canary(canary_with([
        say("530 no"),
        hear("USER ada"),
        say(&format!("331 not {CANARY} again")),
        hear(&format!("PASS {CANARY}")),
        say("530 no"),
    ]));
}

#[test]
fn invariant_13_an_echo_in_a_malformed_line_does_not_print() {
    no_canary(canary_with([say(&format!("wrong: {CANARY}"))]));
    // The error shows only the first 64 characters of the line. The filler is so long that they end
    // in the middle of the secret.
    let filler = "x".repeat(64 - CANARY.len() / 2);
    no_canary(canary_with([say(&format!("{filler}{CANARY}"))]));
}

#[test]
fn invariant_13_an_echo_in_a_reply_cut_by_the_end_of_the_connection_does_not_print() {
    no_canary(canary_with([
        bytes(format!("530 wrong: {CANARY}").as_bytes()),
        Item::Eof,
    ]));
    no_canary(canary_with([
        bytes(format!("530-wrong: {CANARY}\r\n530-").as_bytes()),
        Item::Eof,
    ]));
}

#[test]
fn invariant_13_an_echo_in_a_malformed_last_line_does_not_print() {
    no_canary(canary_with([
        bytes(format!("wrong: {CANARY}").as_bytes()),
        Item::Eof,
    ]));
}

#[test]
fn invariant_13_an_echo_in_a_stray_reply_does_not_print() {
    // The session accepts eight stray replies. The ninth one causes the error.
    let stray = format!("230 in with {CANARY}\r\n").repeat(9);
    no_canary(canary_with([say("230 in"), bytes(stray.as_bytes())]));
}

#[test]
fn invariant_13_an_echo_in_an_unasked_421_does_not_print() {
    no_canary(canary_with([
        say("230 in"),
        say(&format!("421 idle, {CANARY}")),
    ]));
}

#[test]
fn invariant_13_an_echo_in_a_later_refusal_does_not_print() {
    no_canary(canary_with([
        say("230 in"),
        hear("PWD"),
        say(&format!("550 not for {CANARY}")),
    ]));
}

#[test]
fn invariant_13_an_echo_in_the_replies_of_a_transfer_does_not_print() {
    let script = canary_with([
        say("230 in"),
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        serve("connect peer:6446"),
        hear("RETR a"),
        say(&format!("150 here, {CANARY}")),
        serve("close graceful download"),
        say(&format!("451 broken, {CANARY}")),
    ]);
    let (mut driver, seen) = watched(Config::default(), script);
    driver.outcome(&Op::Greeting);
    let credentials = flows::Credentials::new("ada", CANARY).expect("credentials");
    driver.run(flows::Login::new(credentials)).expect("a login");
    driver.outcome(&Op::Retrieve("a", 0));
    seen.note(&format!("{:?}", driver.session));
    let transfer = driver.transfer.take().expect("a transfer");
    let error = driver
        .run(flows::Finish::new(transfer, 12, DataEnd::Clean))
        .expect_err("broken");
    note_error(&seen, &error);
    let notes = seen.0.lock().expect("the notes");
    assert!(!notes.contains(CANARY), "{notes}");
}

/// The session does not mask replies while STOU is under way, because they may hold a file name. If
/// the inner error of an error has such a reply, no text of the error may show the secret.
#[test]
fn invariant_13_an_echo_in_the_error_underneath_does_not_print() {
    let script = canary_with([
        say("230 in"),
        hear("TYPE I"),
        say("200 I"),
        hear("EPSV"),
        say("229 (|||6446|)"),
        serve("connect peer:6446"),
        hear("STOU"),
        say("150 here"),
        serve(SEND_END),
        serve("close graceful upload"),
        say(&format!("421 no more, {CANARY}")),
    ]);
    let (mut driver, seen) = watched(Config::default(), script);
    driver.outcome(&Op::Greeting);
    let credentials = flows::Credentials::new("ada", CANARY).expect("credentials");
    driver.run(flows::Login::new(credentials)).expect("a login");
    let open = flows::Open::store_unique(None::<&str>).expect("no name");
    let transfer = driver.run(open).expect("opened");
    let error = driver
        .run(flows::Finish::new(transfer, 12, DataEnd::Clean))
        .expect_err("unconfirmed");
    assert!(error.inner().is_some(), "{error}");
    note_error(&seen, &error);
    seen.note(&format!("{:?}", driver.session));
    let notes = seen.0.lock().expect("the notes");
    assert!(!notes.contains(CANARY), "{notes}");
}

#[test]
fn invariant_13_a_raw_pass_does_not_print() {
    let raw = flows::Raw::new(format!("pass {CANARY}")).expect("a command");
    let (mut driver, seen) = watched(
        Config::default(),
        vec![
            say("220 ready"),
            hear(&format!("PASS {CANARY}")),
            say(&format!("503 {CANARY}: USER first")),
        ],
    );
    driver.outcome(&Op::Greeting);
    seen.note(&format!("{raw:?}"));
    let reply = driver.run(raw).expect("a reply");
    seen.note(&format!("{reply} {reply:?} {:?}", driver.session));
    let notes = seen.0.lock().expect("the notes");
    assert!(!notes.contains(CANARY), "{notes}");
}

#[test]
fn invariant_13_errors_about_bad_credentials_do_not_print_them() {
    let error = flows::Credentials::new("ada", format!("{CANARY}\r\n")).expect_err("refused");
    let (_, seen) = watched(Config::default(), Vec::new());
    note_error(&seen, &error);
    assert!(!seen.0.lock().expect("the notes").contains(CANARY));
}
